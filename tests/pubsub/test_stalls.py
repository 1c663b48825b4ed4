"""An event loop that something blocks."""

import asyncio
import logging
import time
from collections.abc import Iterator

import pytest
from tests.pubsub.place import Place, until

from claimstream.pubsub import Ack, Message, Outcome, stalls


class Clock:
    """Time as a process sees it that stands still now and then."""

    def __init__(self) -> None:
        self.stood_still = 0.0
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return time.monotonic() + self.stood_still


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    monkeypatch.setattr(stalls, "_TICK_SECONDS", 0.01)
    with caplog.at_level(logging.WARNING, "claimstream.pubsub"):
        yield


def told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if getattr(record, "action", "") == "loop_blocked"]


async def test_a_handler_that_blocks_the_loop_is_told(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    async def handle(message: Message) -> Outcome:
        clock.stood_still += 45.0
        return Ack()

    async with place.running(handle, clock=clock, min_lease_seconds=30):
        await place.publish("one")
        await until(lambda: told(caplog))
    [record] = told(caplog)
    assert 45.0 <= record.__dict__["seconds"] < 65.0
    assert "longer than a lease (30 s)" in record.getMessage()
    assert "asyncio.to_thread" in record.getMessage()


async def test_a_loop_blocked_for_less_than_a_lease_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    watching = asyncio.create_task(stalls.watch_for_stalls("s", lambda: 30.0, lambda: 1, clock))
    await until(lambda: clock.asked == 1)
    clock.stood_still += 9.0
    await until(lambda: clock.asked >= 4)
    watching.cancel()
    await asyncio.wait({watching})
    assert told(caplog) == []
