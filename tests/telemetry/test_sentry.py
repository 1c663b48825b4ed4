import asyncio
import json

import pytest
from tests.helpers import LONG
from tests.telemetry.conftest import DSN, KeptEnvelopes, LogLines, Start

from claimstream.local.otlp.server import OtlpServer
from claimstream.telemetry import (
    consumer_span,
    correlated,
    correlation_id,
    get_logger,
    inject,
    producer_span,
    sentry,
    stage_span,
    trace_id_hex,
)

SECRET = "Nele Brandt owes 3.418,07"
log = get_logger("claimstream.tests")


def _fails(text: str) -> None:
    planted_in_a_local = text
    raise ValueError(planted_in_a_local)


@pytest.fixture
def on(started: Start, sentry_events: KeptEnvelopes) -> KeptEnvelopes:
    started(sentry_dsn=DSN, sentry_transport=sentry_events)
    return sentry_events


def test_off_without_a_dsn(started: Start) -> None:
    started()
    assert not sentry.enabled()
    with correlated("c1"), sentry.email_scope():
        sentry.breadcrumb("classify", {"intent": "spam"})
        assert sentry.capture(ValueError()) is None


def test_an_error_carries_ids_stage_and_breadcrumbs(on: KeptEnvelopes) -> None:
    with correlated("c1", email_id="e1", tenant_id="nord"), stage_span("extract"), sentry.email_scope(attempt=2):
        sentry.breadcrumb("classify", {"intent": "claim_statement", "confidence": 0.9})
        trace_id = trace_id_hex()
        assert sentry.capture(TimeoutError("model took 30 s"))
    [event] = on.events
    tags = {"correlation_id": "c1", "email_id": "e1", "tenant_id": "nord", "stage": "extract", "trace_id": trace_id}
    assert event["tags"] == tags
    assert event["contexts"]["email"]["attempt"] == 2
    [crumb] = event["breadcrumbs"]["values"]
    assert (crumb["category"], crumb["data"]) == ("classify", {"intent": "claim_statement", "confidence": 0.9})
    assert event["exception"]["values"][0]["value"] == "model took 30 s"


def test_nothing_planted_in_locals_messages_or_requests_reaches_sentry(on: KeptEnvelopes) -> None:
    try:
        try:
            _fails(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError as error:
        sentry.capture(error)
    [event] = on.events
    assert SECRET not in json.dumps(event, ensure_ascii=False)
    assert [value["type"] for value in event["exception"]["values"]] == ["ValueError", "KeyError"]
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "_fails"
    assert all("vars" not in frame for frame in frames)


def test_scrubbing_takes_out_what_an_integration_could_put_in() -> None:
    event = sentry.scrub(
        {
            "request": {"data": SECRET},
            "user": {"email": SECRET},
            "extra": {"mail": SECRET},
            "exception": {
                "values": [
                    {
                        "type": "ValueError",
                        "value": SECRET,
                        "stacktrace": {"frames": [{"function": "f", "vars": {"a": SECRET}, "context_line": SECRET}]},
                    }
                ]
            },
            "tags": {"correlation_id": "c1"},
        },
        {},
    )
    assert event is not None
    assert SECRET not in json.dumps(event)
    assert event["tags"] == {"correlation_id": "c1"}


def test_an_event_that_cannot_be_scrubbed_is_dropped() -> None:
    assert sentry.scrub({"exception": {"values": ["not an exception", SECRET]}}, {}) is None  # type: ignore[list-item]  # the point


async def test_fifty_interleaved_emails_keep_their_scopes_log_lines_and_spans_apart(
    started: Start, sentry_events: KeptEnvelopes, lines: LogLines, collector: OtlpServer
) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint, sentry_dsn=DSN, sentry_transport=sentry_events)
    together = asyncio.Barrier(50)

    async def email(number: int) -> None:
        mine = f"c{number}"
        attributes: dict[str, str] = {}
        with correlated(mine, email_id=f"e{number}"), producer_span("emails", new_trace=True):
            inject(attributes)
        with consumer_span("subscribe", "emails", attributes), sentry.email_scope():
            for stage in ("classify", "extract", "match"):
                await together.wait()
                with stage_span(stage):
                    await together.wait()
                    sentry.breadcrumb(stage, {"mine": mine})
                    log.info("stage_done")
                    assert correlation_id() == mine
            await together.wait()
            try:
                _fails(mine)
            except ValueError as error:
                sentry.capture(error)

    async with asyncio.timeout(LONG):
        await asyncio.gather(*(email(number) for number in range(50)))
        assert await telemetry.aflush(30.0) is True

    assert len(sentry_events.events) == 50
    for event in sentry_events.events:
        mine = event["tags"]["correlation_id"]
        assert event["tags"]["email_id"] == f"e{mine[1:]}"
        crumbs = [(crumb["category"], crumb["data"]["mine"]) for crumb in event["breadcrumbs"]["values"]]
        assert crumbs == [("classify", mine), ("extract", mine), ("match", mine)]
    by_id = {received.facts.correlation_id: received for received in collector.traces()}
    assert set(by_id) == {f"c{number}" for number in range(50)}
    for mine, received in by_id.items():
        assert {span.attributes["claimstream.correlation_id"] for span in received.spans} == {mine}
        assert len(received.spans) == 5
    assert {e["tags"]["correlation_id"]: e["tags"]["trace_id"] for e in sentry_events.events} == {
        mine: received.trace_id for mine, received in by_id.items()
    }
    done = lines.named("stage_done")
    assert len(done) == 150
    for line in done:
        assert line["trace_id"] == by_id[line["correlation_id"]].trace_id
        assert line["email_id"] == f"e{line['correlation_id'][1:]}"
