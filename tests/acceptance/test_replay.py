"""A replay from the command to the last span, with a worker that runs."""

import asyncio
import io
from collections.abc import Callable

import pytest
from tests.acceptance.test_trace_context import watching
from tests.cli.process import claimstream
from tests.helpers import LONG, worker_environment
from tests.test_app import settled, working

from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings

pytestmark = pytest.mark.acceptance


async def test_a_replay_belongs_to_the_trace_of_its_email(
    settings: Settings, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    assert stack.smtp is not None
    stack.smtp.messages.clear()
    async with watching(settings, io.StringIO()) as collector, working(settings, world) as app:
        await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
        await settled(app, 1)
        (first,) = await app.emails.recent()
        environment = worker_environment(settings, stack)
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{collector.grpc_endpoint}"
        ended = await claimstream("replay", first.email_id, environment=environment)
        assert ended.status == 0, ended.err
        async with asyncio.timeout(LONG):
            while (again := (await app.emails.recent())[0]).run == 1 or not again.delivered:
                await asyncio.sleep(0.05)
    assert (again.correlation_id, again.trace_id) == (first.correlation_id, first.correlation_id)
    assert again.outcome == "updated"
    assert len(stack.smtp.messages) == 1

    [trace] = [t for t in collector.traces() if any(span.name == "subscribe emails" for span in t.spans)]
    assert trace.trace_id == first.correlation_id
    sent, sent_again = sorted((s for s in trace.spans if s.name == "send emails"), key=lambda span: span.start_ns)
    assert sent.resource["service.instance.id"] != sent_again.resource["service.instance.id"], "by the command"
    attempts = {s.parent_id: s for s in trace.spans if s.name == "subscribe emails"}
    assert attempts.keys() == {sent.span_id, sent_again.span_id}
    assert attempts[sent_again.span_id].attributes["claimstream.attempt"] == 2
    stages = {s.name for s in trace.spans if s.parent_id == attempts[sent_again.span_id].span_id}
    assert {"classify", "extract", "commit"} <= stages
    assert not {"fetch", "parse"} & stages, "their results were kept"
