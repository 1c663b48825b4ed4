"""What we encode ourselves, held against the library's own encoding of the same spans."""

from collections.abc import Sequence
from enum import StrEnum

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    TraceState,
    set_span_in_context,
)
from opentelemetry.util.types import AttributeValue

from claimstream.telemetry import exporters
from claimstream.telemetry.exporters import Target, span_exporter
from claimstream.telemetry.span_encoding import encode


class Colour(StrEnum):
    RED = "red"


@pytest.fixture
def ended() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(ended: InMemorySpanExporter) -> TracerProvider:
    limits = SpanLimits(max_span_attributes=5)
    provider = TracerProvider(resource=Resource({"service.name": "s"}), span_limits=limits, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(ended))
    return provider


@pytest.fixture
def tracer(provider: TracerProvider) -> Tracer:
    return provider.get_tracer("a", "1.0")


def _same(spans: Sequence[ReadableSpan]) -> None:
    assert spans
    assert encode(spans).SerializeToString() == encode_spans(spans).SerializeToString()


def test_every_kind_status_and_type_of_value_is_encoded_as_the_library_does(
    tracer: Tracer, ended: InMemorySpanExporter
) -> None:
    values: dict[str, AttributeValue] = {"text": "ü", "number": -3, "truth": True, "ratio": 0.5}
    for kind in SpanKind:
        with tracer.start_as_current_span(f"of {kind.name}", kind=kind, attributes=values):
            tracer.start_span("child without anything").end()
    failed = tracer.start_span("failed")
    failed.set_status(StatusCode.ERROR, "500")
    failed.end()
    good = tracer.start_span("good")
    good.set_status(StatusCode.OK)
    good.end()
    _same(ended.get_finished_spans())


def test_what_is_not_ordinary_is_encoded_as_the_library_does(tracer: Tracer, ended: InMemorySpanExporter) -> None:
    with tracer.start_as_current_span("eventful") as span:
        span.add_event("retry", {"attempt": 2})
    other = span.get_span_context()
    tracer.start_span("linked", links=[Link(other, {"why": "found"})]).end()
    tracer.start_span("lists", attributes={"list": ["a", "b"], "colour": Colour.RED}).end()
    tracer.start_span("more than fit", attributes={str(n): n for n in range(7)}).end()
    remote = SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(1))
    tracer.start_span("of a remote parent", context=set_span_in_context(NonRecordingSpan(remote))).end()
    stated = SpanContext(7, 9, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("k", "v")]))
    tracer.start_span("with a state", context=set_span_in_context(NonRecordingSpan(stated))).end()
    _same(ended.get_finished_spans())


def test_spans_of_several_scopes_stand_under_their_own(provider: TracerProvider, ended: InMemorySpanExporter) -> None:
    tracers = [provider.get_tracer("a"), provider.get_tracer("b", "2.0")]
    for turn in range(4):
        tracers[turn % 2].start_span(f"turn {turn}").end()
    scopes = [scope for resource in encode(ended.get_finished_spans()).resource_spans for scope in resource.scope_spans]
    assert [(scope.scope.name, [span.name for span in scope.spans]) for scope in scopes] == [
        ("a", ["turn 0", "turn 2"]),
        ("b", ["turn 1", "turn 3"]),
    ]


def test_the_grpc_exporter_uses_it(
    monkeypatch: pytest.MonkeyPatch, tracer: Tracer, ended: InMemorySpanExporter
) -> None:
    """A hook of the library's that is no part of its promise: should it go, this says so."""
    seen: list[str] = []

    def noted(spans: Sequence[ReadableSpan]) -> object:
        seen.extend(span.name for span in spans)
        return encode(spans)

    monkeypatch.setattr(exporters, "encode", noted)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracer.start_span("one").end()
    exporter = span_exporter(Target("grpc", "http://127.0.0.1:1", "nobody"))
    exporter.export(ended.get_finished_spans())
    exporter.shutdown()
    assert set(seen) == {"one"}
