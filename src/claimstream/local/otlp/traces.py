"""Traces as they were received over OTLP, kept in memory, ready to be searched and drawn."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

CORRELATION_ID = "claimstream.correlation_id"
EMAIL_ID = "claimstream.email_id"
TENANT_ID = "claimstream.tenant_id"
ROUTE = "claimstream.route"
OUTCOME = "claimstream.outcome"
INTENT = "claimstream.intent"
STAGE = "claimstream.stage"

Value = str | int | float | bool | list[Any] | dict[str, Any] | None

_KINDS = ("internal", "internal", "server", "client", "producer", "consumer")
_STATUSES = ("unset", "ok", "error")


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    name: str
    time_ns: int
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReceivedLink:
    trace_id: str
    span_id: str
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """One span; ids in hexadecimal, times in nanoseconds since 1970, ``parent_id`` "" for a root."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: str
    """``internal``, ``server``, ``client``, ``producer`` or ``consumer``."""
    start_ns: int
    end_ns: int
    status: str
    """``unset``, ``ok`` or ``error``."""
    status_message: str
    service: str
    scope: str
    attributes: Mapping[str, Value]
    resource: Mapping[str, Value]
    events: tuple[ReceivedEvent, ...] = ()
    links: tuple[ReceivedLink, ...] = ()

    @property
    def duration_seconds(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


@dataclass(frozen=True, slots=True)
class Facts:
    """What the spans of a trace say together."""

    start_ns: int
    end_ns: int
    errors: int
    correlation_id: str | None
    email_id: str | None
    tenant_id: str | None
    outcome: str | None
    """The route where the email got one, else the outcome (such as ``dead``)."""
    outcomes: frozenset[str]
    """Route and outcome, in small letters: what a search by outcome may name."""
    intent: str | None


class ReceivedTrace:
    """The spans of one trace so far, by id."""

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        self.by_id: dict[str, ReceivedSpan] = {}
        self.cut = 0
        """Spans that were not kept, because the trace has too many."""
        self._facts: Facts | None = None
        self._text: str | None = None

    def add(self, span: ReceivedSpan, limit: int) -> None:
        if span.span_id not in self.by_id and len(self.by_id) >= limit:
            self.cut += 1
            return
        self.by_id[span.span_id] = span
        self._facts = self._text = None

    @property
    def spans(self) -> list[ReceivedSpan]:
        """In order of their start."""
        return sorted(self.by_id.values(), key=lambda s: (s.start_ns, -s.end_ns))

    @property
    def root(self) -> ReceivedSpan:
        """The first span without a parent here, or the first of all."""
        spans = self.spans
        return next((s for s in spans if s.parent_id not in self.by_id), spans[0])

    @property
    def facts(self) -> Facts:
        if self._facts is None:
            latest: dict[str, str] = {}
            # Of the span that ended last: a later attempt knows more than an earlier one.
            for span in sorted(self.by_id.values(), key=lambda s: s.end_ns):
                for key in (CORRELATION_ID, EMAIL_ID, TENANT_ID, ROUTE, OUTCOME, INTENT):
                    value = span.attributes.get(key)
                    if value is not None and value != "":
                        latest[key] = str(value)
            self._facts = Facts(
                start_ns=min(s.start_ns for s in self.by_id.values()),
                end_ns=max(s.end_ns for s in self.by_id.values()),
                errors=sum(s.status == "error" for s in self.by_id.values()),
                correlation_id=latest.get(CORRELATION_ID),
                email_id=latest.get(EMAIL_ID),
                tenant_id=latest.get(TENANT_ID),
                outcome=latest.get(ROUTE) or latest.get(OUTCOME),
                outcomes=frozenset(latest[key].lower() for key in (ROUTE, OUTCOME) if key in latest),
                intent=latest.get(INTENT),
            )
        return self._facts

    @property
    def text(self) -> str:
        """All a search by text looks at, in small letters, a line each: names, texts, and the trace ids of links."""
        if self._text is None:
            lines = {self.trace_id}
            for span in self.by_id.values():
                lines |= {span.name, span.service, span.status_message}
                lines |= {link.trace_id for link in span.links}
                lines |= {event.name for event in span.events}
                for labels in (span.attributes, *(event.attributes for event in span.events)):
                    lines |= {value for value in labels.values() if isinstance(value, str)}
            self._text = "\n".join(lines).lower()
        return self._text

    def tree(self) -> list[tuple[int, ReceivedSpan]]:
        """Depth and span, parents before children, siblings by start: the order of a waterfall."""
        children: dict[str, list[ReceivedSpan]] = {}
        for span in self.spans:
            parent = span.parent_id if span.parent_id in self.by_id and span.parent_id != span.span_id else ""
            children.setdefault(parent, []).append(span)
        rows: list[tuple[int, ReceivedSpan]] = []
        seen: set[str] = set()
        waiting = [(0, span) for span in reversed(children.get("", []))]
        while waiting:
            depth, span = waiting.pop()
            seen.add(span.span_id)
            rows.append((depth, span))
            waiting.extend((depth + 1, child) for child in reversed(children.get(span.span_id, [])))
        # Spans that name each other as parents hang from no root.
        rows.extend((0, span) for span in self.spans if span.span_id not in seen)
        return rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; None matches everything. Ids are exact."""

    correlation_id: str | None = None
    email_id: str | None = None
    trace_id: str | None = None
    outcome: str | None = None
    """A route or an outcome, whatever its case."""
    text: str | None = None
    """Words that must all occur, in part and whatever their case, in `ReceivedTrace.text`."""
    errors: bool = False
    """Only traces with an error in them."""

    def matches(self, trace: ReceivedTrace) -> bool:
        facts = trace.facts
        exact = (
            (self.trace_id, trace.trace_id),
            (self.email_id, facts.email_id),
            (self.correlation_id, facts.correlation_id),
        )
        if any(wanted is not None and wanted != have for wanted, have in exact):
            return False
        if self.outcome is not None and self.outcome.lower() not in facts.outcomes:
            return False
        if self.errors and not facts.errors:
            return False
        return all(word in trace.text for word in (self.text or "").lower().split())


class Traces:
    """The latest traces, up to ``limit``; the one that began to arrive first is forgotten first."""

    def __init__(self, limit: int = 5_000, *, spans_per_trace: int = 2_000) -> None:
        self._limit = limit
        self._spans_per_trace = spans_per_trace
        self._traces: OrderedDict[str, ReceivedTrace] = OrderedDict()
        self.version = 0
        """Grows with every change."""

    def __len__(self) -> int:
        return len(self._traces)

    def __iter__(self) -> Iterator[ReceivedTrace]:
        """The latest first."""
        return iter(sorted(self._traces.values(), key=lambda t: t.facts.start_ns, reverse=True))

    def add(self, batch: Iterable[ResourceSpans]) -> int:
        """Keep the spans of one export request. Returns how many there were."""
        count = 0
        for span in _spans(batch):
            count += 1
            trace = self._traces.get(span.trace_id)
            if trace is None:
                trace = self._traces[span.trace_id] = ReceivedTrace(span.trace_id)
            trace.add(span, self._spans_per_trace)
        while len(self._traces) > self._limit:
            self._traces.popitem(last=False)
        self.version += count > 0
        return count

    def get(self, trace_id: str) -> ReceivedTrace | None:
        return self._traces.get(trace_id.lower())

    def find(self, wanted: Wanted) -> list[ReceivedTrace]:
        """Matching traces, the latest first."""
        return [trace for trace in self if wanted.matches(trace)]


def _spans(batch: Iterable[ResourceSpans]) -> Iterator[ReceivedSpan]:
    for of_resource in batch:
        resource = attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                if span.trace_id and span.span_id:  # OTLP: a receiver may drop what has no valid id
                    yield _span(span, resource, of_scope.scope.name)


def _span(span: Span, resource: Mapping[str, Value], scope: str) -> ReceivedSpan:
    return ReceivedSpan(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        kind=_KINDS[span.kind] if 0 <= span.kind < len(_KINDS) else "internal",
        start_ns=span.start_time_unix_nano,
        end_ns=max(span.end_time_unix_nano, span.start_time_unix_nano),
        status=_STATUSES[span.status.code] if 0 <= span.status.code < len(_STATUSES) else "unset",
        status_message=span.status.message,
        service=str(resource.get("service.name", "unknown_service")),
        scope=scope,
        attributes=attributes(span.attributes),
        resource=resource,
        events=tuple(ReceivedEvent(e.name, e.time_unix_nano, attributes(e.attributes)) for e in span.events),
        links=tuple(ReceivedLink(k.trace_id.hex(), k.span_id.hex(), attributes(k.attributes)) for k in span.links),
    )


def attributes(pairs: Iterable[KeyValue]) -> dict[str, Value]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Value:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "array_value":
            return [_value(each) for each in value.array_value.values]
        case "kvlist_value":
            return attributes(value.kvlist_value.values)
        case "bytes_value":
            return value.bytes_value.hex()
        case _:
            return None
