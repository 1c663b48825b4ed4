"""What is read at each export."""

import time
from collections.abc import Mapping
from typing import Any

from tests.telemetry.conftest import Start

from claimstream.local.otlp.server import OtlpServer
from claimstream.telemetry.gauges import Backlog, OutboxDepth, SubscriberReading, observed


def values(collector: OtlpServer, name: str) -> dict[tuple[Any, ...], float]:
    """The latest value of each series, by its attributes' values."""
    return {tuple(point.attributes.values()): point.value for point in collector.metrics(name)}


def reading(**events: int) -> SubscriberReading:
    return SubscriberReading(
        alive=True,
        ready=False,
        messages={"leased": 5, "running": 2},
        limit=200,
        bytes=4096,
        lease_seconds=10.0,
        events=events,
    )


async def test_the_backlog_is_read_at_each_export(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    kept = Backlog(
        outbox=(OutboxDepth("client_update", 3, 12.5), OutboxDepth("notification", 0)),
        emails={"new": 4, "in_work": 2},
        oldest_email_seconds=30.0,
        reviews=7,
        oldest_review_seconds=None,
        watch_seconds=3600.0,
        sync_age_seconds=60.0,
        disabled_mailboxes=2,
        measured_at=time.monotonic() - 100,
    )
    with observed(lambda: kept, dict):
        assert await telemetry.aflush(30.0) is True
        assert values(collector, "claimstream.outbox.depth") == {("client_update",): 3, ("notification",): 0}
        ages = values(collector, "claimstream.outbox.oldest")
        assert ages[("notification",)] == 0.0
        assert 112 < ages[("client_update",)] < 140, "older by the time since it was measured"
        assert values(collector, "claimstream.emails.open") == {("new",): 4, ("in_work",): 2}
        assert 130 <= values(collector, "claimstream.emails.oldest")[()] < 160
        assert values(collector, "claimstream.review.depth") == {(): 7}
        assert values(collector, "claimstream.review.oldest") == {(): 0.0}
        assert 3460 < values(collector, "claimstream.mailbox.watch.remaining")[()] <= 3500
        assert 160 <= values(collector, "claimstream.mailbox.sync.age")[()] < 190
        assert values(collector, "claimstream.mailbox.disabled") == {(): 2}
        kept = Backlog(emails={"new": 0})
        assert await telemetry.aflush(30.0) is True
        assert values(collector, "claimstream.emails.open")[("new",)] == 0


async def test_subscribers_are_read_at_each_export(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    now: Mapping[str, SubscriberReading] = {"emails": reading(received=9), "notifications": reading(received=1)}
    with observed(lambda: None, lambda: now):
        assert await telemetry.aflush(30.0) is True
        messages = values(collector, "claimstream.subscriber.messages")
        assert messages[("emails", "leased")] == 5
        assert messages[("notifications", "running")] == 2
        for name, value in (("limit", 200), ("bytes", 4096), ("lease.length", 10.0), ("alive", 1), ("ready", 0)):
            assert values(collector, f"claimstream.subscriber.{name}")[("emails",)] == value
        assert values(collector, "claimstream.subscriber.events")[("emails", "received")] == 9
        now = {"emails": reading(received=12)}
        assert await telemetry.aflush(30.0) is True
        assert values(collector, "claimstream.subscriber.events")[("emails", "received")] == 12


async def test_nothing_is_read_once_the_worker_has_ended(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    with observed(lambda: Backlog(reviews=1), lambda: {"emails": reading()}):
        pass
    assert await telemetry.aflush(30.0) is True
    assert collector.metrics("claimstream.review.depth") == []
    assert collector.metrics("claimstream.subscriber.limit") == []
