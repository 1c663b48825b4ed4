"""Which traces are kept: a share of them, and every one with an error in it. And whose each span is.

A trace outside of the share is recorded all the same and held back for a while, unsent. When one of its spans turns out
to be an error, what is held of it goes out, and what comes after it, too.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    Decision,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import Attributes, AttributeValue

from claimstream.telemetry import correlation

_HELD_SPANS = 10_000
"""Held back at most (30 MB as measured, the last 300 emails or so); the oldest trace is dropped first."""
_KEPT_TRACES = 10_000
"""Traces with an error that are remembered, so that what follows is sent, too."""


def ratio_from_environment() -> float | None:
    """The ratio by ``OTEL_TRACES_SAMPLER`` and ``OTEL_TRACES_SAMPLER_ARG``; None where the first is not set.

    Raises ValueError for a sampler we have not, and for an argument that is no number.
    """
    name = os.environ.get("OTEL_TRACES_SAMPLER", "").strip().lower().removeprefix("parentbased_")
    match name:
        case "":
            return None
        case "always_on":
            return 1.0
        case "always_off":
            return 0.0
        case "traceidratio":
            argument = os.environ.get("OTEL_TRACES_SAMPLER_ARG") or "1"
            try:
                ratio = float(argument)
            except ValueError:
                ratio = -1.0
            if not 0 <= ratio <= 1:
                raise ValueError(f"OTEL_TRACES_SAMPLER_ARG: {argument!r} is no number from 0 to 1")
            return ratio
    raise ValueError(f"OTEL_TRACES_SAMPLER: {name!r} is not supported: use always_on, always_off or traceidratio")


class CurrentSampler(Sampler):
    """The sampling of the latest start: all, or a ratio of new traces; a parent's decision is followed.

    It also gives every span the ids in force, so that a client span deep below carries its email's too: attributes that
    are there from the start are cheaper than those that a processor adds.
    """

    def __init__(self) -> None:
        self.ratio = 1.0
        self.exported = False
        """Whether spans go anywhere: what nobody will see is not recorded."""
        self._root: Sampler = ALWAYS_ON

    def use(self, ratio: float | None) -> None:
        """Raises ValueError for a ratio outside 0 to 1."""
        root = ALWAYS_ON if ratio is None else TraceIdRatioBased(ratio)
        self._root, self.ratio = root, 1.0 if ratio is None else ratio

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        parent = trace.get_current_span(parent_context).get_span_context()
        if not self.exported:
            return SamplingResult(Decision.DROP, trace_state=parent.trace_state)
        if parent.is_valid:
            # As the SDK's ParentBased does, which asks three times who the parent is; this is asked for every span.
            decision = Decision.RECORD_AND_SAMPLE if parent.trace_flags.sampled else Decision.RECORD_ONLY
            return SamplingResult(decision, _with_ids(attributes), parent.trace_state)
        if kind is SpanKind.CLIENT:
            # A call that belongs to no work (a poll, an acknowledgement of many messages at once) is no trace that
            # anybody looks for; its metrics count it.
            return SamplingResult(Decision.DROP)
        result = self._root.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)
        decision = Decision.RECORD_ONLY if result.decision is Decision.DROP else result.decision
        return SamplingResult(decision, _with_ids(attributes), result.trace_state)

    def told(self, of: SpanContext) -> SpanContext:
        """What other processes are told of a span: where nothing is exported, none is recorded, and its own flag would
        keep the whole trace from those who do export."""
        if self.exported or not of.is_valid:
            return of
        kept = self._root.should_sample(None, of.trace_id, "").decision is not Decision.DROP
        flags = TraceFlags(of.trace_flags | TraceFlags.SAMPLED) if kept else of.trace_flags
        return SpanContext(of.trace_id, of.span_id, of.is_remote, flags, of.trace_state)

    def get_description(self) -> str:
        return f"as the parent, else {self._root.get_description()}, and errors"


SAMPLER = CurrentSampler()
"""The process's own."""


class ErrorsKept(SpanProcessor):
    """Hands ended spans to ``target``: sampled ones at once, the others if their trace has an error."""

    def __init__(self, held_spans: int = _HELD_SPANS) -> None:
        self.target: SpanProcessor | None = None
        self._held_spans = held_spans
        self._lock = threading.Lock()
        self._held: OrderedDict[int, list[ReadableSpan]] = OrderedDict()
        self._count = 0
        self._kept: OrderedDict[int, None] = OrderedDict()

    def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:
        pass

    def on_end(self, span: ReadableSpan) -> None:
        target = self.target
        if target is None:
            return
        context = span.context
        if context is None or context.trace_flags.sampled:
            target.on_end(span)
            return
        for each in self._released(span, context.trace_id):
            target.on_end(_sampled(each))

    def _released(self, span: ReadableSpan, trace_id: int) -> list[ReadableSpan]:
        """What may go out now that this one has ended."""
        with self._lock:
            if trace_id in self._kept:
                return [span]
            if span.status.status_code is StatusCode.ERROR:
                self._kept[trace_id] = None
                if len(self._kept) > _KEPT_TRACES:
                    self._kept.popitem(last=False)
                held = self._held.pop(trace_id, [])
                self._count -= len(held)
                return [*held, span]
            self._held.setdefault(trace_id, []).append(span)
            self._count += 1
            while self._count > self._held_spans:
                _, dropped = self._held.popitem(last=False)
                self._count -= len(dropped)
            return []

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True


class IdsStamped(SpanProcessor):
    """What the sampler does, where another's sampler is in use: gives every span the ids in force."""

    def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:
        span.set_attributes(_with_ids(None))


def _with_ids(attributes: Attributes) -> dict[str, AttributeValue]:
    return {**(attributes or {}), **correlation.current().attributes}


def _sampled(span: ReadableSpan) -> ReadableSpan:
    """The span as one that was sampled: exporters leave out the others."""
    of = span.context
    assert of is not None
    flags = TraceFlags(of.trace_flags | TraceFlags.SAMPLED)
    return ReadableSpan(
        name=span.name,
        context=SpanContext(of.trace_id, of.span_id, of.is_remote, flags, of.trace_state),
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
