"""One email is one trace, whatever happens beside it or to it."""

import asyncio
import io
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sentry_sdk.transport import Transport
from tests.acceptance.watched import KeptEnvelopes
from tests.helpers import LONG, add_email, summary_of
from tests.mailbox.test_sync import make_sync
from tests.pipeline.test_runner import _Breaks, arrive, make_runner
from tests.test_app import settled, working

from claimstream import telemetry
from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.otlp.server import OtlpServer
from claimstream.local.otlp.traces import ReceivedSpan, ReceivedTrace
from claimstream.local.stack import LocalStack
from claimstream.monitoring import telemetry_options
from claimstream.pipeline.stages.deliver import deliver
from claimstream.pubsub import Publisher
from claimstream.settings import Settings
from claimstream.telemetry import correlated, logs, sentry, stage_span

pytestmark = pytest.mark.acceptance

Reply = Callable[..., bytes]
IN_FLIGHT = 200
STAGES = {"fetch", "parse", "classify", "extract", "consolidate", "match", "route", "commit", "deliver"}
PROSE = "Guten Tag,\n\nda fehlen noch gut achthundert, genau weiß es die Kollegin, Vorgang {number}.\n"


@asynccontextmanager
async def watching(
    settings: Settings, log: io.StringIO, *, sentry_transport: Transport | None = None
) -> AsyncIterator[OtlpServer]:
    async with OtlpServer() as collector:
        options = replace(
            telemetry_options(settings),
            otlp_endpoint=collector.grpc_endpoint,
            log_format="json",
            log_stream=log,
            sentry_dsn="http://public@127.0.0.1:9/1" if sentry_transport else None,
            sentry_transport=sentry_transport,
        )
        started = telemetry.start(options)
        try:
            yield collector
            assert await started.aflush(30.0)
            logs.drain(10.0)
        finally:
            await started.aclose(5.0)


def most_at_once(spans: list[ReceivedSpan]) -> int:
    edges = sorted([(s.start_ns, 1) for s in spans] + [(s.end_ns, -1) for s in spans])
    now = most = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most


async def test_two_hundred_emails_in_flight_keep_their_context_apart(
    settings: Settings, stack: LocalStack, world: World, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stack.claude is not None
    asked = When(contains="gut achthundert")
    answer = {"intent": "general_inquiry", "confidence": 0.9, "why": "says little"}
    stack.claude.script(ScriptedAnswer(when=asked, schema_has="confidence", answer=answer))
    chance = random.Random(1)
    # Each call of Gmail and of the model takes a time of its own, so that emails overtake each other in every stage.
    monkeypatch.setattr(stack.claude, "latency", lambda operation: chance.uniform(1.0, 3.0))
    monkeypatch.setattr(stack.gmail, "latency", lambda operation: chance.uniform(0.0, 0.3))
    log = io.StringIO()
    many = settings.model_copy(update={"max_emails_in_flight": 2 * IN_FLIGHT})  # one mailbox takes half of the places
    async with watching(many, log) as collector, asyncio.timeout(LONG), working(many, world) as app:
        mailbox = world.tenants[0].mailboxes[0]
        app._subscribers["emails"].pause("until all of them are there")
        for number in range(IN_FLIGHT):
            await stack.gmail.deliver(mailbox, reply(PROSE.format(number=number), code=None))
        while len(await app.emails.recent(limit=1000)) < IN_FLIGHT:
            await asyncio.sleep(0.1)
        app._subscribers["emails"].resume()
        await settled(app, IN_FLIGHT, 140)
        emails = {email.correlation_id: email for email in await app.emails.recent(limit=1000)}

    traces = {trace.trace_id: trace for trace in collector.traces() if trace.root.name == "send emails"}
    assert traces.keys() == emails.keys()
    attempts = [span for trace in traces.values() for span in trace.spans if span.name == "subscribe emails"]
    assert most_at_once(attempts) > IN_FLIGHT * 0.8, "they were in flight together"
    for trace in traces.values():
        _belongs_together(trace, emails[trace.trace_id].email_id)
    lines = [line for text in log.getvalue().splitlines() if "email_id" in (line := json.loads(text))]
    assert len(lines) >= IN_FLIGHT
    for line in lines:
        assert line["correlation_id"] == line["trace_id"]
        assert line["email_id"] == emails[line["correlation_id"]].email_id


def _belongs_together(trace: ReceivedTrace, email_id: str) -> None:
    assert {span.attributes["claimstream.correlation_id"] for span in trace.spans} == {trace.trace_id}
    assert {span.attributes["claimstream.email_id"] for span in trace.spans} == {email_id}
    assert {span.name for span in trace.spans} >= STAGES
    for span in trace.spans:
        assert span is trace.root or span.parent_id in trace.by_id
        stage = span.attributes.get("claimstream.stage")
        if span.kind == "client" and stage is not None:
            parent = trace.by_id[span.parent_id]
            assert stage == parent.attributes["claimstream.stage"], "a call knows the stage that makes it"


async def test_a_second_publishing_of_an_email_belongs_to_its_trace(settings: Settings, app: App, world: World) -> None:
    async with watching(settings, io.StringIO()) as collector:
        publisher = Publisher(await app.connect(), app.settings.topic(app.settings.emails_topic))
        sync = make_sync(app, publisher, "one")
        email_id = await add_email(app, world)
        assert await sync.publish_unconfirmed() == 1
        # as a worker leaves it that dies between the publishing and its note
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE emails SET published_at = NULL"))
        assert await sync.publish_unconfirmed() == 1
        await publisher.close()
        email = await summary_of(app, email_id)
    [trace] = collector.traces()
    assert trace.trace_id == email.correlation_id == email.trace_id
    assert [span.name for span in trace.spans if span.parent_id == ""] == ["send emails", "send emails"]


async def test_a_delivery_amid_another_emails_work_is_told_as_its_own(
    settings: Settings, app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    """The older email's delivery goes on to the newer one's row, which cannot be read: a defect of ours."""
    kept = KeptEnvelopes()
    async with watching(settings, io.StringIO(), sentry_transport=kept) as collector:
        publisher = Publisher(await app.connect(), app.settings.topic(app.settings.emails_topic))
        older, newer = [await arrive(app, stack, world, reply()) for _ in range(2)]
        assert await make_sync(app, publisher, "one").publish_unconfirmed() == 2
        await publisher.close()
        for email_id in (older, newer):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)
        await app.database.run(
            "UPDATE", lambda c: c.execute("UPDATE outbox SET payload = '{}' WHERE email_id = $1", newer)
        )
        first, second = await summary_of(app, older), await summary_of(app, newer)
        with correlated(first.correlation_id, email_id=older, tenant_id="t"), sentry.email_scope(attempt=1):
            sentry.breadcrumb("intent", {"of": "the older one"})
            with stage_span("deliver"):
                await deliver(app.services, app.rules, email_id=older)
    [event] = kept.events
    ids = (newer, second.correlation_id)
    assert (event["contexts"]["email"]["email_id"], event["contexts"]["email"]["correlation_id"]) == ids
    assert (event["tags"]["email_id"], event["tags"]["correlation_id"], event["tags"]["trace_id"]) == (*ids, ids[1])
    assert event["contexts"]["email"]["attempt"] is None
    assert event["breadcrumbs"]["values"] == []
    [trace] = [trace for trace in collector.traces() if trace.trace_id == second.correlation_id]
    [delivery] = [span for span in trace.spans if span.name == "process outbox"]
    assert trace.by_id[delivery.parent_id].name == "send emails"
    assert (delivery.status, delivery.attributes["claimstream.email_id"]) == ("error", newer)
    assert "exception" in {happened.name for happened in delivery.events}
    [error] = [p for p in collector.metrics("claimstream.errors") if p.attributes["claimstream.stage"] == "deliver"]
    assert (error.value, error.attributes["claimstream.error.class"]) == (1, "unexpected")
