import statistics

import pytest
from bench.pipeline.delays import NORMAL_DAY, ModelDelay, drawing


def test_the_tail_is_as_long_as_said() -> None:
    draw = drawing(NORMAL_DAY)
    drawn = sorted(draw() for _ in range(20_000))
    assert statistics.median(drawn) == pytest.approx(3.0, rel=0.03)
    assert drawn[19_800] == pytest.approx(12.0, rel=0.1)
    assert statistics.mean(drawn) == pytest.approx(NORMAL_DAY.mean_seconds, rel=0.03)


def test_the_same_delays_are_drawn_each_time() -> None:
    one, other = drawing(NORMAL_DAY), drawing(NORMAL_DAY)
    assert [one() for _ in range(5)] == [other() for _ in range(5)]


def test_without_a_percentile_it_is_constant() -> None:
    draw = drawing(ModelDelay(30.0))
    assert {draw() for _ in range(3)} == {30.0}
