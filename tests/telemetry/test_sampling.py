"""A share of the traces is kept, and every one with an error in it."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from tests.telemetry.conftest import LogLines, Start

from claimstream.local.otlp.server import OtlpServer
from claimstream.telemetry import (
    consumer_span,
    correlated,
    inject,
    new_correlation_id,
    producer_span,
    stage_span,
    trace_id_hex,
)
from claimstream.telemetry.sampling import CurrentSampler, ErrorsKept, ratio_from_environment


class Kept(SpanProcessor):
    def __init__(self) -> None:
        self.names: list[str] = []
        self.sampled: set[bool] = set()

    def on_end(self, span: ReadableSpan) -> None:
        assert span.context is not None
        self.names.append(span.name)
        self.sampled.add(span.context.trace_flags.sampled)


def ended(name: str, trace_id: int, *, error: bool = False) -> ReadableSpan:
    context = SpanContext(trace_id, 1, is_remote=False, trace_flags=TraceFlags(0))
    return ReadableSpan(name, context, status=Status(StatusCode.ERROR if error else StatusCode.UNSET))


async def test_a_trace_with_an_error_is_kept_whole(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint, sample_ratio=0.0)
    for number in range(20):
        try:
            with stage_span("outer"):
                with stage_span("before"):
                    pass
                with stage_span("inner"):
                    if number == 7:
                        raise ValueError
        except ValueError:
            pass
    assert await telemetry.aflush(30.0) is True
    [kept] = collector.traces()
    assert sorted(span.name for span in kept.spans) == ["before", "inner", "outer"]


async def test_what_comes_after_an_error_is_kept_too_and_the_attempts_before_it(
    started: Start, collector: OtlpServer
) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint, sample_ratio=0.0)
    carrier: dict[str, str] = {}
    with producer_span("emails", new_trace=True):
        inject(carrier)
    assert not int(carrier["traceparent"][-2:], 16) & TraceFlags.SAMPLED, "other workers learn that it is not sampled"
    for attempt in (1, 2, 3):
        with consumer_span("subscribe", "emails", carrier, delivery_attempt=attempt):
            if attempt == 2:
                trace.get_current_span().set_status(Status(StatusCode.ERROR))
    assert await telemetry.aflush(30.0) is True
    [kept] = collector.traces()
    assert [span.name for span in kept.spans] == ["send emails"] + 3 * ["subscribe emails"]


def test_what_is_held_back_is_bounded_and_the_oldest_goes_first() -> None:
    kept = Kept()
    processor = ErrorsKept(held_spans=10)
    processor.target = kept
    for trace_id in range(1, 5):
        for number in range(4):
            processor.on_end(ended(f"{trace_id}.{number}", trace_id))
    assert kept.names == []
    processor.on_end(ended("1.error", 1, error=True))
    assert kept.names == ["1.error"], "the rest of the first trace was dropped"
    processor.on_end(ended("4.error", 4, error=True))
    assert kept.names == ["1.error", "4.0", "4.1", "4.2", "4.3", "4.error"]
    assert kept.sampled == {True}


def test_what_nobody_will_see_is_not_recorded_and_has_its_ids_all_the_same(started: Start) -> None:
    started(otlp_endpoint=None)
    correlation_id = new_correlation_id()
    with correlated(correlation_id), producer_span("emails", new_trace=True) as root:
        assert not root.is_recording()
        assert trace_id_hex(root) == correlation_id
        with stage_span("parse") as span:
            assert trace_id_hex(span) == correlation_id


@pytest.mark.parametrize("ratio", [1.0, 0.0])
async def test_who_exports_nothing_keeps_no_trace_from_those_who_do(
    started: Start, collector: OtlpServer, ratio: float
) -> None:
    started(otlp_endpoint=None, sample_ratio=ratio)
    sent: dict[str, str] = {}
    with correlated(new_correlation_id()), producer_span("emails", new_trace=True):
        inject(sent)
    passed_on: dict[str, str] = {}
    with consumer_span("subscribe", "emails", sent):
        inject(passed_on)
    telemetry = started(otlp_endpoint=collector.grpc_endpoint, sample_ratio=1.0)
    for carrier in (sent, passed_on):
        with consumer_span("subscribe", "emails", carrier):
            pass
    assert await telemetry.aflush(30.0) is True
    assert [len(kept.spans) for kept in collector.traces()] == ([2] if ratio else [])


async def test_the_standard_variable_goes_before_the_setting(
    started: Start, collector: OtlpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
    telemetry = started(otlp_endpoint=collector.grpc_endpoint, sample_ratio=1.0)
    with stage_span("parse"):
        pass
    assert await telemetry.aflush(30.0) is True
    assert collector.traces() == []


@pytest.mark.parametrize(
    ("sampler", "argument", "ratio"),
    [
        ("always_on", None, 1.0),
        ("always_off", None, 0.0),
        ("traceidratio", "0.25", 0.25),
        ("parentbased_traceidratio", "0.5", 0.5),
        ("traceidratio", None, 1.0),
        ("", None, None),
    ],
)
def test_samplers(monkeypatch: pytest.MonkeyPatch, sampler: str, argument: str | None, ratio: float | None) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    if argument is not None:
        monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", argument)
    assert ratio_from_environment() == ratio


@pytest.mark.parametrize(("sampler", "argument"), [("jaeger_remote", ""), ("traceidratio", "much")])
def test_a_sampler_that_we_have_not_is_named(
    started: Start, lines: LogLines, monkeypatch: pytest.MonkeyPatch, sampler: str, argument: str
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", argument)
    started()
    [line] = lines.named("monitoring_setting_unusable")
    assert line["setting"] == "OTEL_TRACES_SAMPLER"
    assert (argument or sampler) in line["problem"]


@pytest.mark.parametrize("is_remote", [True, False])
@pytest.mark.parametrize("flags", [TraceFlags.SAMPLED, TraceFlags.DEFAULT])
def test_a_parents_decision_is_followed_whatever_the_ratio(*, is_remote: bool, flags: int) -> None:
    state = TraceState([("vendor", "1")])
    parent = SpanContext(1, 2, is_remote=is_remote, trace_flags=TraceFlags(flags), trace_state=state)
    context = trace.set_span_in_context(trace.NonRecordingSpan(parent))
    for ratio in (0.0, 1.0):
        sampler = CurrentSampler()
        sampler.exported = True
        sampler.use(ratio)
        result = sampler.should_sample(context, 1, "stage", SpanKind.CLIENT, {"a": 1})
        # Recorded in any case: it may yet belong to a trace with an error.
        assert result.decision is (Decision.RECORD_AND_SAMPLE if flags else Decision.RECORD_ONLY)
        assert dict(result.attributes or {}) == {"a": 1}
        assert result.trace_state is state
