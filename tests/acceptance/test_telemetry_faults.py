"""Telemetry that is broken in every way fails no email, and never holds up the end."""

import asyncio
import errno
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import sentry_sdk
from opentelemetry.sdk.metrics import Counter, Histogram
from tests.acceptance.watched import KeptEnvelopes
from tests.helpers import LONG
from tests.pipeline.test_runner import PROSE
from tests.test_app import settled, working

from claimstream import telemetry
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.monitoring import telemetry_options
from claimstream.pipeline import attempt
from claimstream.settings import Settings
from claimstream.telemetry.best_effort import failures

pytestmark = pytest.mark.acceptance

Reply = Callable[..., bytes]
MAILS = 5


class FullDisk(io.StringIO):
    """What stderr is when it goes to a file on a full disk."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    def write(self, text: str) -> int:
        self.refused += 1
        raise OSError(errno.ENOSPC, "No space left on device")


@asynccontextmanager
async def _silent_server() -> AsyncIterator[str]:
    """Takes everything and answers nothing: the worst collector, and the worst Sentry."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(65536):
                pass
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture
def broken_instruments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every instrument raises that anything in this process records on, and so do breadcrumbs and the report's
    builder."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken instrument")

    monkeypatch.setattr(Counter, "add", broken)
    monkeypatch.setattr(Histogram, "record", broken)
    monkeypatch.setattr(sentry_sdk, "add_breadcrumb", broken)
    monkeypatch.setattr(attempt, "build_report", broken)


async def _deliver(stack: LocalStack, world: World, reply: Reply) -> None:
    for _ in range(MAILS):
        await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())


async def test_every_email_is_settled_while_all_of_telemetry_is_broken(
    settings: Settings, stack: LocalStack, world: World, reply: Reply, broken_instruments: None
) -> None:
    assert stack.claude is not None
    stack.claude.requests.clear()
    disk = FullDisk()
    before = failures()
    async with _silent_server() as silent:
        watching = telemetry.start(
            replace(
                telemetry_options(settings),
                otlp_endpoint=silent,
                sentry_dsn=f"http://public@{silent}/1",
                log_format="json",
                log_stream=disk,
            )
        )
        try:
            async with asyncio.timeout(LONG), working(settings, world) as app:
                await _deliver(stack, world, reply)
                await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply(PROSE))
                await settled(app, MAILS + 1)
                emails = await app.emails.recent()
                booked = await app.database.run("SELECT", lambda c: c.fetchval("SELECT sum(calls) FROM token_ledger"))
                reports = [await app.emails.report(email.email_id) for email in emails]
        finally:
            async with asyncio.timeout(LONG):
                await watching.aclose(2.0)
    assert sorted(str(email.outcome) for email in emails) == ["review", *["updated"] * MAILS]
    assert booked == len(stack.claude.requests) > 0, "what the model was paid for is booked, and was asked once"
    assert reports == [None] * (MAILS + 1), "the report could not be built, and the result was written without it"
    assert disk.refused > MAILS
    failed = {part: count - before.get(part, 0) for part, count in failures().items()}
    assert failed["report"] == MAILS + 1
    assert failed["claimstream.telemetry.metrics.stage_finished"] >= 9 * (MAILS + 1)
    assert failed["claimstream.telemetry.sentry.breadcrumb"] == 4 * (MAILS + 1)
    assert failed["door"] > 9 * MAILS
    assert failed["model"] >= booked


def _of_circuits(kept: KeptEnvelopes) -> list[dict[str, Any]]:
    """The events that tell of a circuit: on a slow machine others are told as well."""
    return [event for event in kept.events if "service" in event["tags"]]


async def test_a_circuit_that_opens_is_told_to_sentry_with_the_email_that_met_it(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    kept = KeptEnvelopes()
    options = replace(
        telemetry_options(settings),
        otlp_endpoint=None,
        sentry_dsn="http://public@127.0.0.1:9/1",
        sentry_transport=kept,
        log_stream=io.StringIO(),
    )
    watching = telemetry.start(options)
    try:
        async with asyncio.timeout(LONG), working(settings, world) as app:
            stack.gmail.faults.fail(503, operation="messages.get")
            await _deliver(stack, world, reply)
            while not _of_circuits(kept):
                await asyncio.sleep(0.02)
            stack.gmail.faults.clear()
            await settled(app, MAILS)
            emails = {email.correlation_id for email in await app.emails.recent()}
    finally:
        stack.gmail.faults.clear()
        await watching.aclose(2.0)
    events = _of_circuits(kept)
    assert {event["tags"]["service"] for event in events} == {"gmail"}
    told = [(event["message"], event["level"]) for event in events]
    assert told[0] == ("circuit breaker opened", "warning")
    assert told[-1] == ("circuit breaker closed", "info")
    assert "circuit breaker half_opened" not in {message for message, _ in told}
    assert events[0]["tags"]["correlation_id"] in emails
    assert events[0]["tags"]["trace_id"] == events[0]["tags"]["correlation_id"]
