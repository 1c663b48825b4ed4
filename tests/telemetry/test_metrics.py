from tests.telemetry.conftest import LogLines, Start

from claimstream.local.otlp.server import OtlpServer
from claimstream.local.otlp.traces import Wanted
from claimstream.telemetry import consumer_span, metrics, stage_span
from claimstream.telemetry.gauges import Backlog, observed


async def test_each_instrument_arrives_with_its_attributes(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    metrics.extraction_confidence(0.9, source="text_pdf", method="reader")
    metrics.error_occurred(TimeoutError(), stage="extract", error_class="transient")
    metrics.model_called(
        "sonnet", duration_seconds=2.0, question="extract", tokens={"input": 700, "cache_read": 90}, cost_usd=0.01
    )
    assert await telemetry.aflush(30.0) is True

    [confidence] = collector.metrics("claimstream.extraction.confidence")
    assert (confidence.value, confidence.count) == (0.9, 1)
    [error] = collector.metrics("claimstream.errors")
    assert error.attributes == {
        "claimstream.stage": "extract",
        "claimstream.error.class": "transient",
        "error.type": "TimeoutError",
    }
    [cost] = collector.metrics("claimstream.gen_ai.cost")
    assert (cost.value, cost.unit) == (0.01, "{USD}")
    assert cost.attributes == {"gen_ai.request.model": "sonnet", "claimstream.gen_ai.question": "extract"}
    tokens = collector.metrics("claimstream.gen_ai.tokens")
    assert {p.attributes["claimstream.gen_ai.token.kind"]: p.value for p in tokens} == {"input": 700, "cache_read": 90}
    [duration] = collector.metrics("gen_ai.client.operation.duration")
    assert duration.attributes["gen_ai.provider.name"] == "anthropic"


async def test_a_trace_can_be_found_by_how_its_email_ended(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    with consumer_span("subscribe", "emails"):
        with stage_span("commit"):
            pass
        metrics.email_settled(outcome="settled", route="AUTO_UPDATE", intent="claim_statement")
    assert await telemetry.aflush(30.0) is True
    [found] = collector.traces(Wanted(outcome="AUTO_UPDATE"))
    assert found.facts.intent == "claim_statement"
    assert found.root.attributes["claimstream.outcome"] == "settled"


async def test_a_stage_is_timed_whether_it_fails_or_not(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    with stage_span("parse"):
        pass
    try:
        with stage_span("parse"):
            raise ValueError
    except ValueError:
        pass
    assert await telemetry.aflush(30.0) is True
    points = {p.attributes.get("error.type"): p.count for p in collector.metrics("claimstream.stage.duration")}
    assert points == {None: 1, "ValueError": 1}


async def test_a_failing_reader_and_wrong_values_are_warnings(
    started: Start, collector: OtlpServer, lines: LogLines
) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)

    def broken() -> Backlog:
        raise RuntimeError

    with observed(broken, dict):
        metrics.stage_finished("parse", "long")  # type: ignore[arg-type]  # what a mistake elsewhere would pass
        metrics.email_settled(outcome="settled")
        assert await telemetry.aflush(30.0) is True
    assert len(collector.metrics("claimstream.emails")) == 1
    parts = {line["part"] for line in lines.named("telemetry_failed")}
    assert parts == {"backlog gauges", "claimstream.telemetry.metrics.stage_finished"}
    counted = {p.attributes["claimstream.telemetry.part"] for p in collector.metrics("claimstream.telemetry.failures")}
    assert "claimstream.telemetry.metrics.stage_finished" in counted
