"""Waits after failures, and how much the log tells of them."""

import logging

import pytest

from claimstream.pubsub.failures import Failures, RareLog


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_message_that_fails_again_waits_longer() -> None:
    failures = Failures(0.1, 30.0, Clock())
    waits = [failures.failed("1") for _ in range(12)]
    for number, wait in enumerate(waits):
        assert min(30.0, 0.1 * 2**number) / 2 <= wait <= min(30.0, 0.1 * 2**number)
    assert failures.failed("2") <= 0.1
    failures.succeeded("1")
    assert failures.failed("1") <= 0.1


def test_all_wait_longer_while_nothing_succeeds() -> None:
    clock = Clock()
    failures = Failures(0.1, 30.0, clock)
    failures.failed("first")
    clock.now = 10.0
    assert 5.0 <= failures.failed("another") <= 10.0
    clock.now = 1000.0
    assert 15.0 <= failures.failed("a third") <= 30.0
    failures.succeeded("a fourth")
    assert failures.failed("a fifth") <= 0.1


def test_counts_of_old_messages_are_let_go() -> None:
    failures = Failures(0.1, 30.0, Clock())
    for _ in range(5):
        failures.failed("old")
    for number in range(10_000):
        failures.failed(str(number))
    assert failures.failed("old") <= 0.1


def test_the_log_tells_the_first_and_then_counts(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    rare = RareLog(clock)
    with caplog.at_level(logging.ERROR, "claimstream.pubsub"):
        for number in range(5000):
            rare.error("kind", "message %d failed", number, fields={"action": "a", "message_id": str(number)})
        rare.error("other", "another failed", fields={"action": "b", "message_id": "x"})
        rare.tell()
        assert caplog.messages == ["message 0 failed", "another failed"]
        clock.now = 61.0
        rare.tell()
        assert caplog.messages[2:] == [
            "4999 more errors of the kind kind in the last minute, the last one with message 4999"
        ]
        assert (caplog.records[2].__dict__["action"], caplog.records[2].__dict__["count"]) == ("a", 4999)
        clock.now = 122.0
        rare.tell()  # nothing since: the next one is told in full
        rare.error("kind", "message %d failed", 1, fields={"action": "a", "message_id": "1"})
        assert caplog.messages[3:] == ["message 1 failed"]


def test_at_the_end_every_count_is_told(caplog: pytest.LogCaptureFixture) -> None:
    rare = RareLog(Clock())
    with caplog.at_level(logging.ERROR, "claimstream.pubsub"):
        for _ in range(3):
            rare.error("kind", "failed", fields={"action": "a", "message_id": "1"})
        rare.tell(everything=True)
    assert caplog.messages[1].startswith("2 more errors")
