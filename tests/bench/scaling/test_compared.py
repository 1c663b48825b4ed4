"""The sums of docs/scaling.md, checked by a day that is played."""

import pytest
from bench.scaling.compared import compared
from bench.scaling.day import BUSIEST_MINUTE_SHARE, minute_shares
from bench.scaling.figures import Figures, GmailQuota
from bench.scaling.needs import needs
from bench.scaling.simulation import play_pool


@pytest.mark.parametrize("firms", [1, 100, 10_000])
def test_sums_and_simulation_agree_and_no_limit_is_passed(firms: int) -> None:
    assert list(compared(firms).complaints()) == []


def test_a_sum_that_is_wrong_is_found() -> None:
    right, wrong = Figures(), Figures(poll_seconds=30.0)
    played = compared(10_000, right)
    complaints = [*type(played)(needs(10_000, wrong), played.day, played.pool, played.quota).complaints()]
    assert [complaint.partition(":")[0] for complaint in complaints] == ["units in the busiest minute", "units a day"]


def test_a_limit_that_is_passed_is_named() -> None:
    quota = GmailQuota(per_project_and_minute=1000, per_user_and_minute=10, per_project_and_day=10_000)
    said = " ".join(compared(100, quota=quota).complaints())
    for name in ("project's quota of a minute", "mailbox's quota of a minute", "threshold of a day"):
        assert name in said


def test_a_pool_that_is_too_small_makes_transactions_wait() -> None:
    need = needs(10_000, Figures(letters=50))
    assert play_pool(need, Figures()).waited_share < 0.001
    assert play_pool(need, Figures(), connections=1).waited_share > 0.2


def test_the_minutes_are_a_whole_day() -> None:
    shares = minute_shares()
    assert len(shares) == 24 * 60
    assert sum(shares) == pytest.approx(1.0)
    assert max(shares) == pytest.approx(BUSIEST_MINUTE_SHARE)


def test_letters_that_no_worker_can_hold_are_read_anew() -> None:
    held, not_held = Figures(letters_held=1_260_000), Figures(letters_held=630_000)
    assert [needs(100, figures).missed_share for figures in (held, not_held)] == [0.0, 0.5]
    assert needs(100, not_held).cores > 2 * needs(100, held).cores
