import json

import pytest
from bench.pipeline.results import Found, Memory, NormalDay, OwnCpu, SlowDay, Threads
from bench.pipeline.site import Point, Stream


def slow_day(*, emails_per_second: float = 16.0, peak_rss_mib: float = 350.0, as_planned: bool = True) -> SlowDay:
    return SlowDay(
        model_seconds=30.0,
        in_flight=1000,
        in_work=998.0,
        emails=4000,
        model_calls_per_email=2.0,
        path_seconds=60.0,
        emails_per_second=emails_per_second,
        cpu_ms_per_email=25.0,
        peak_rss_mib=peak_rss_mib,
        readers_rss_mib=200.0,
        machine_busy_share=0.5,
        as_planned=as_planned,
    )


def test_the_slow_day_is_held_against_the_ideal_and_the_memory() -> None:
    assert slow_day().share == pytest.approx(0.96)
    assert [goal.met for goal in slow_day().goals()] == [True, True]
    assert [goal.met for goal in slow_day(emails_per_second=15.8).goals()] == [False, True]
    assert [goal.met for goal in slow_day(peak_rss_mib=400.0).goals()] == [True, False]
    assert [goal.met for goal in slow_day(as_planned=False).goals()] == [None, None]


def test_own_cpu_is_compared_in_each_round_by_itself() -> None:
    """The machine is slow in the second round: of the medians over all rounds the ratio would be 1.5."""
    own = OwnCpu(worker_ms_of_rounds=(3.0, 3.3, 2.2), bare_ms_of_rounds=(1.0, 3.0, 2.0), calls_per_email={})
    assert own.times_bare == pytest.approx(1.1)
    assert own.goals()[0].met is True


def test_memory_is_judged_by_its_second_half_and_not_by_a_few_emails() -> None:
    flat = Memory(points=((5000, 150.0), (10_000, 190.0), (15_000, 200.0), (20_000, 200.2)), readers_rss_mib=0.0)
    assert flat.slope_mib_per_10_000 == pytest.approx(0.4)
    assert flat.goals()[0].met is True
    growing = Memory(points=((5000, 150.0), (10_000, 160.0), (15_000, 170.0), (20_000, 180.0)), readers_rss_mib=0.0)
    assert growing.slope_mib_per_10_000 == pytest.approx(20.0)
    assert growing.goals()[0].met is False
    assert Memory(points=((10, 100.0), (20, 150.0)), readers_rss_mib=0.0).goals()[0].met is None


def test_the_rate_is_that_of_a_full_window() -> None:
    """The first ten seconds fill the window, the last ten empty it; between, two are settled a second."""
    points = [Point(0.0, 0, 0), Point(10.0, 10, 10), Point(20.0, 30, 10), Point(30.0, 50, 10), Point(40.0, 60, 0)]
    stream = Stream(emails=60, window=10, seconds=40.0, points=tuple(points), machine_busy_share=None)
    assert stream.emails_per_second() == pytest.approx(2.0)
    assert stream.in_work() == 10.0


def test_the_rate_of_a_short_stream_leaves_its_tail_out() -> None:
    points = (Point(0.0, 0, 0), Point(9.0, 90, 10), Point(60.0, 100, 0))
    stream = Stream(emails=100, window=100, seconds=60.0, points=points, machine_busy_share=None)
    assert stream.emails_per_second() == pytest.approx(10.0)


def test_the_json_has_what_the_goals_are_held_against() -> None:
    found = Found(
        slow_day=slow_day(),
        normal_day=NormalDay(
            model="3 s",
            in_flight=200,
            in_work=180.0,
            emails=2000,
            emails_per_second=36.0,
            cpu_ms_per_email=25.0,
            peak_rss_mib=250.0,
            machine_busy_share=0.9,
            rooms={"store": 0.2},
        ),
        threads=[
            Threads(
                model="30 s",
                threads=1000,
                emails=100,
                emails_per_second=3.0,
                cpu_ms_per_email=20.0,
                peak_rss_mib=900.0,
                ideal_per_second=16.0,
                machine_busy_share=None,
            )
        ],
    )
    written = json.loads(json.dumps(found.as_json(quick=False)))
    assert written["slow_day"]["share"] == 0.96
    assert written["normal_day"]["share"] == 0.9
    assert written["threads"][0]["share"] == pytest.approx(0.188)
    assert written["memory"] is None
    assert [goal["met"] for goal in written["goals"]] == [True, True, True]
