import asyncio

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from tests.telemetry.conftest import Start

from claimstream.local.otlp.server import OtlpServer
from claimstream.telemetry import (
    consumer_span,
    correlated,
    correlation,
    extract,
    inject,
    producer_span,
    stage_span,
    trace_id_hex,
    tracer,
)

SECRET = "Nele Brandt owes 3.418,07"


async def test_an_email_is_one_trace_from_the_publisher_through_every_attempt(
    started: Start, collector: OtlpServer
) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    attributes: dict[str, str] = {}
    with tracer().start_as_current_span("sync mailbox") as sync:
        with correlated("c1", email_id="e1", tenant_id="nord"), producer_span("emails", new_trace=True, body_size=120):
            inject(attributes)
        assert trace.get_current_span() is sync
    for attempt in (1, 2):
        with (
            consumer_span("subscribe", "emails", attributes, message_id="77", delivery_attempt=attempt),
            stage_span("fetch"),
            tracer().start_as_current_span("GET message", kind=SpanKind.CLIENT),
        ):
            assert correlation.current() == correlation.Correlation("c1", "e1", "nord", "fetch")
    assert correlation.current() == correlation.NOBODY
    assert await telemetry.aflush(30.0) is True

    email, of_sync = collector.traces()
    assert of_sync.root.name == "sync mailbox"
    rows = [(depth, span.name, span.kind) for depth, span in email.tree()]
    attempt_rows = [(1, "subscribe emails", "consumer"), (2, "fetch", "internal"), (3, "GET message", "client")]
    assert rows == [(0, "send emails", "producer"), *attempt_rows, *attempt_rows]
    # Every span carries the ids, the client span deep below too.
    for span in email.spans:
        assert span.attributes["claimstream.correlation_id"] == "c1"
        assert span.attributes["claimstream.email_id"] == "e1"
        assert span.attributes["claimstream.tenant_id"] == "nord"
    assert [link.trace_id for link in email.root.links] == [of_sync.trace_id]
    consumer = next(span for span in email.spans if span.kind == "consumer")
    assert consumer.attributes == {
        "claimstream.correlation_id": "c1",
        "claimstream.email_id": "e1",
        "claimstream.tenant_id": "nord",
        "messaging.system": "gcp_pubsub",
        "messaging.operation.name": "subscribe",
        "messaging.operation.type": "process",
        "messaging.destination.name": "emails",
        "messaging.message.id": "77",
        "messaging.message.conversation_id": "c1",
        "messaging.gcp_pubsub.message.delivery_attempt": 1,
    }
    client = next(span for span in email.spans if span.kind == "client")
    assert client.attributes["claimstream.stage"] == "fetch"


async def test_an_exception_is_recorded_without_what_it_quotes_and_passes_on(
    started: Start, collector: OtlpServer
) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    text = SECRET
    with pytest.raises(ValueError, match=SECRET), stage_span("parse"):
        raise ValueError(text)
    with pytest.raises(TimeoutError), stage_span("extract"):
        raise TimeoutError("model took 30 s")
    assert await telemetry.aflush(30.0) is True
    extract_span, parse_span = (received.root for received in collector.traces())
    assert SECRET not in repr(parse_span)
    assert (parse_span.status, parse_span.status_message) == ("error", "ValueError")
    [event] = parse_span.events
    assert event.attributes["exception.type"] == "ValueError"
    assert "test_an_exception_is_recorded" in str(event.attributes["exception.stacktrace"])
    assert extract_span.status_message == "TimeoutError: model took 30 s"
    assert extract_span.attributes["error.type"] == "TimeoutError"


async def test_cancellation_is_noted_but_no_error(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    inside = asyncio.Event()

    async def work() -> None:
        with stage_span("extract"):
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await telemetry.aflush(30.0) is True
    [received] = collector.traces()
    assert received.root.status == "unset"
    assert [event.name for event in received.root.events] == ["cancelled"]


def test_a_message_of_googles_client_continues_its_trace() -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    context = trace.get_current_span(extract({"googclient_traceparent": parent})).get_span_context()
    assert f"{context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"


def test_a_message_with_nothing_or_nonsense_starts_afresh() -> None:
    for attributes in ({}, {"traceparent": "nonsense", "baggage": ",,;=", "tracestate": "\x00"}):
        context = extract(attributes)
        assert not trace.get_current_span(context).get_span_context().is_valid
        assert correlation.from_context(context) == correlation.NOBODY


def test_the_plain_attribute_restores_the_id_when_baggage_was_lost() -> None:
    with consumer_span("process", "emails", {"correlation_id": "c9"}):
        assert correlation.correlation_id() == "c9"


def test_an_id_out_of_a_hostile_message_is_cut() -> None:
    with consumer_span("process", "emails", {"correlation_id": "x" * 100_000}):
        assert len(correlation.correlation_id() or "") == 200


def test_a_message_does_not_inherit_the_ids_of_the_one_before(started: Start) -> None:
    started()
    with consumer_span("process", "emails", {"correlation_id": "first"}):
        pass
    with consumer_span("process", "emails", {}):
        assert correlation.correlation_id() is None


def test_outside_of_a_trace_there_is_no_trace_id(started: Start) -> None:
    started()
    assert trace_id_hex() is None
    with stage_span("parse") as span:
        assert trace_id_hex() == trace_id_hex(span) == f"{span.get_span_context().trace_id:032x}"
