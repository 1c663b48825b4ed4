"""The quota's arithmetic, by a clock that only says what it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.external.gmail_quota import UNITS, Bucket, Turn, Turns


def turns(user: float = 0, project: float = 0) -> Turns:
    return Turns(user_units_per_minute=user, project_units_per_minute=project)


def who(admitted: list[Turn]) -> list[str]:
    return [turn.mailbox for turn in admitted]


@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from(sorted(UNITS.values()))), max_size=300))
def test_no_minute_sees_more_than_the_limit(asked: list[tuple[float, float]]) -> None:
    bucket, now = Bucket(6000), 0.0
    taken: list[tuple[float, float]] = []
    for pause, units in asked:
        now += pause
        now += bucket.wait_seconds(units, now)
        bucket.take(units, now)
        taken.append((now, units))
    for begin, _ in taken:
        assert sum(units for at, units in taken if begin <= at < begin + 60) <= 6000 + 1e-6


def test_a_quarter_of_a_minute_may_be_spent_at_once_and_the_rest_comes_evenly() -> None:
    bucket = Bucket(6000)
    spent = 0
    while bucket.wait_seconds(20, 0) <= 0:
        bucket.take(20, 0)
        spent += 20
    assert spent == 1500
    assert bucket.wait_seconds(20, 0) == pytest.approx(20 / 75)
    assert bucket.wait_seconds(20, 20 / 75) == pytest.approx(0, abs=1e-9)


def test_what_costs_more_than_the_bucket_holds_waits_until_it_is_full() -> None:
    bucket = Bucket(60)
    assert bucket.wait_seconds(100, 0) == 0
    bucket.take(100, 0)
    assert bucket.wait_seconds(1, 0) == pytest.approx(86 / 0.75)


def test_a_service_that_throttles_empties_the_bucket() -> None:
    bucket = Bucket(6000)
    bucket.empty(0)
    assert bucket.wait_seconds(75, 0) == pytest.approx(1)


def test_without_a_limit_nobody_waits() -> None:
    line = turns()
    asked = [line.ask("a", "watch") for _ in range(1000)]
    assert line.due(0) == (asked, None)


def test_a_mailbox_whose_units_are_spent_keeps_no_other_waiting() -> None:
    line = turns(user=240)  # sixty at once: three messages
    for _ in range(10):
        line.ask("a", "messages.get")
    assert who(line.due(0)[0]) == ["a"] * 3
    line.ask("b", "messages.get")
    admitted, again = line.due(0)
    assert who(admitted) == ["b"]
    assert again == pytest.approx(20 / 3)
    assert who(line.due(20 / 3)[0]) == ["a"]


def test_the_projects_units_go_round_among_those_who_wait() -> None:
    line = turns(project=2400)  # six hundred at once: thirty messages
    for _ in range(100):
        line.ask("a", "messages.get")
    for mailbox in ("b", "c"):
        for _ in range(3):
            line.ask(mailbox, "messages.get")
    assert who(line.due(0)[0])[:8] == ["a", "b", "c", "a", "b", "c", "a", "b"]


def test_who_comes_while_the_project_has_nothing_left_waits_for_one_call_of_each_other() -> None:
    line = turns(project=240)
    for _ in range(100):
        line.ask("a", "messages.get")
    assert who(line.due(0)[0]) == ["a"] * 3
    line.ask("b", "messages.get")
    order = [mailbox for second in range(1, 30) for mailbox in who(line.due(float(second))[0])]
    assert order[:4] == ["a", "b", "a", "a"]


def test_the_calls_of_synchronisation_go_before_those_of_a_backfill() -> None:
    line = turns(user=240)
    for _ in range(10):
        line.ask("a", "messages.get")
    line.due(0)
    urgent = line.ask("a", "history.list")
    assert line.due(1)[0] == [urgent]


def test_one_that_has_gone_takes_nothing() -> None:
    line = turns(user=240)
    gone, stays = line.ask("a", "messages.get"), line.ask("a", "messages.get")
    line.withdraw(gone)
    assert line.due(0) == ([stays], None)
    line.withdraw(stays)
    assert line.due(100) == ([], None)
