import pytest
from bench.pubsub.cells import Cell
from bench.pubsub.goals import goals, idle_goal
from bench.pubsub.results import Measurements
from bench.pubsub.variants import GOOGLE, OURS
from tests.bench.pubsub.runs import throughput


@pytest.mark.parametrize(
    ("per_response", "times", "cpu_share", "met"),
    [
        (100, 6.0, 0.2, [True, True]),
        (100, 5.9, 0.21, [False, False]),
        (1, 5.0, 0.25, [True, True]),
        (1, 4.9, 0.26, [False, False]),
        (10, 1.0, 1.0, []),
    ],
)
def test_goals_are_ratios_to_google_of_the_same_cell(
    per_response: int, times: float, cpu_share: float, met: list[bool]
) -> None:
    measurements, cell = Measurements(), Cell(per_response, 120, 0.0)
    measurements.add(GOOGLE, cell, throughput(1000.0, cpu_ms=100.0))
    measurements.add(OURS, cell, throughput(1000.0 * times, cpu_ms=100.0 * cpu_share))
    assert [goal.met for goal in goals(measurements.results([cell], [OURS, GOOGLE]))] == met


def test_without_both_sides_there_is_no_goal() -> None:
    measurements, cell = Measurements(), Cell(100, 120, 0.0)
    measurements.add(OURS, cell, throughput(1000.0))
    measurements.fail(GOOGLE, cell, "ended")
    assert goals(measurements.results([cell], [OURS, GOOGLE])) == []
    assert idle_goal(1.0, None) == []


@pytest.mark.parametrize(("ours", "met"), [(1.9, True), (2.0, False)])
def test_idle_latency_is_to_be_below(ours: float, met: bool) -> None:
    assert [goal.met for goal in idle_goal(ours, 2.0)] == [met]
