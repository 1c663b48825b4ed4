import logging

import pytest
from tests.pubsub.place import Inbox, Place, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub.backoff import Backoff


def test_waits_grow_to_the_maximum_and_start_again_after_a_reset() -> None:
    backoff = Backoff(1.0, 8.0)
    for ceiling in (1.0, 2.0, 4.0, 8.0, 8.0, 8.0):
        assert ceiling / 10 <= backoff.next_seconds() <= ceiling
    backoff.reset()
    assert backoff.next_seconds() <= 1.0


def test_waits_are_spread_over_their_range() -> None:
    waits = []
    for _ in range(1000):
        backoff = Backoff(1.0, 1.0)
        waits.append(backoff.next_seconds())
    assert len(set(waits)) > 900
    assert min(waits) < 0.3
    assert max(waits) > 0.8


async def test_a_subscriber_waits_longer_after_each_failure_and_less_again_after_a_delivery(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    def waits() -> list[float]:
        records = [record for record in caplog.records if getattr(record, "action", "") == "stream_reopen"]
        return [float(str(record.args[1])) for record in records if isinstance(record.args, tuple)]

    inbox = Inbox()
    with caplog.at_level(logging.INFO, "claimstream.pubsub"):
        server.faults.fail("StreamingPull", "UNAVAILABLE", times=11)
        async with place.running(inbox, min_backoff_seconds=0.0001, max_backoff_seconds=3600):
            await place.publish("one")
            await inbox.has(1)
            failures = waits()
            assert len(failures) == 11
            for number, wait in enumerate(failures):
                assert 0.0001 * 2**number / 10 <= wait <= 0.0001 * 2**number
            server.faults.break_streams()
            await place.publish("two")
            await inbox.has(2)
            await until(lambda: len(waits()) == 12)
            assert waits()[-1] <= 0.0001
