import pytest
from bench.telemetry.lane import Batch
from bench.telemetry.results import goal_met, results


def batch(cpu_seconds: float, *, emails: int = 100) -> Batch:
    return Batch(
        emails=emails,
        seconds=5.0,
        cpu_seconds=cpu_seconds,
        reader_cpu_seconds=0.1,
        spans=3500,
        log_lines=300,
        peak_rss_mib=200.0,
    )


def test_ratios_are_of_the_same_round() -> None:
    """The machine is slow in the second round, and busy with something else in the first: of the medians over all
    rounds the ratio would be 1.5."""
    on, off = results({"on": [batch(3.0), batch(3.3), batch(2.2)], "off": [batch(1.0), batch(3.0), batch(2.0)]})
    assert (on.variant, off.variant) == ("on", "off")
    assert on.ratio_to_off == pytest.approx(1.1)
    assert on.ratio_to_off_of_rounds == pytest.approx((3.0, 1.1, 1.1))
    assert (on.cpu_ms_per_email, off.cpu_ms_per_email) == (30.0, 20.0)
    assert (on.emails, on.rounds, on.spans_per_email, on.log_lines_per_email) == (300, 3, 35.0, 3.0)
    assert on.emails_per_second == 20.0


def test_the_goal_is_held_against_all_of_telemetry() -> None:
    off = [batch(1.0)]
    assert goal_met(results({"on": [batch(1.15)], "sampled": [batch(9.9)], "off": off})) is True
    assert goal_met(results({"on": [batch(1.16)], "sampled": [batch(1.0)], "off": off})) is False
    assert goal_met(results({"sampled": [batch(1.0)], "off": off})) is None
    assert goal_met(results({"on": [batch(1.0)], "off": []})) is None


def test_an_interrupted_round_is_left_out_of_the_ratios() -> None:
    on, off = results({"on": [batch(1.1), batch(9.0)], "off": [batch(1.0)]})
    assert on.ratio_to_off_of_rounds == pytest.approx((1.1,))
    assert off.ratio_to_off_of_rounds == (1.0,)


def test_the_spread_is_the_middle_half_of_the_rounds() -> None:
    ratios = (1.5, 1.1, 1.2, 1.0, 1.3, 1.4, 9.0, 1.25)
    on, _ = results({"on": [batch(ratio) for ratio in ratios], "off": [batch(1.0)] * len(ratios)})
    assert on.ratio_range == pytest.approx((1.2, 1.4))
