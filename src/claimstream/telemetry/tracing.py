"""Spans of an email's way, and the trace's way through Pub/Sub.

Names and attributes follow the semantic conventions for messaging (``gcp_pubsub``); the stages' are our own. An
exception is recorded with its type and the places it came through; its message only where
:mod:`claimstream.telemetry.errors` allows it.

Never hold a span across the ``yield`` of an asynchronous generator: its clean-up may run in another context.
"""

import contextvars
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Literal

from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from claimstream.telemetry import correlation, errors, metrics
from claimstream.telemetry.best_effort import best_effort
from claimstream.telemetry.correlation import CORRELATION_ID, correlated
from claimstream.telemetry.current_span import CurrentSpan
from claimstream.telemetry.sampling import SAMPLER

CORRELATION_ATTRIBUTE = "correlation_id"
"""The message attribute that carries the correlation id in plain sight, for whoever looks at a message by hand."""

_GOOGLE_TRACEPARENT = "googclient_traceparent"
"""Where Google's own Pub/Sub clients put the trace context."""

_PROPAGATOR = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])
_TRACER = trace.get_tracer("claimstream")  # a proxy until telemetry has started

_OPERATION_TYPES = {
    "subscribe": "process",
    "process": "process",
    "ack": "settle",
}

ConsumerOperation = Literal["subscribe", "process"]


def tracer() -> Tracer:
    return _TRACER


@contextmanager
def stage_span(name: str, attributes: Mapping[str, AttributeValue] | None = None) -> Iterator[Span]:
    """One stage of the pipeline: an INTERNAL span, the stage's name in log lines, and its duration as a metric.

    An exception is recorded, makes the span an error, is timed like a success, and passes on. Cancellation is noted,
    but is no error: it is how a worker shuts down.
    """
    started = time.perf_counter()
    failure: BaseException | None = None
    with correlation.at_stage(name), _span(name, SpanKind.INTERNAL, attributes or {}) as span:
        try:
            yield span
        except BaseException as error:
            failure = error
            raise
        finally:
            metrics.stage_finished(name, time.perf_counter() - started, error=failure)


@contextmanager
def work_span(name: str, attributes: Mapping[str, AttributeValue] | None = None) -> Iterator[Span]:
    """A piece of work that is no stage of an email: an INTERNAL span."""
    with _span(name, SpanKind.INTERNAL, attributes or {}) as span:
        yield span


@contextmanager
def consumer_span(
    operation: ConsumerOperation,
    destination: str,
    carrier: Mapping[str, str] | None = None,
    *,
    subscription: str | None = None,
    message_id: str | None = None,
    delivery_attempt: int | None = None,
    ordering_key: str | None = None,
    body_size: int | None = None,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """``subscribe emails``: the handling of one received message, as a child of the span that sent it.

    ``destination`` is the topic's short name; ``subscription`` may be a path; ``carrier`` the message's attributes, out
    of which the trace and the ids of the email are restored for everything inside. ``delivery_attempt`` counts from 1;
    ``body_size`` is in bytes.
    """
    context = extract(carrier or {})
    ids = correlation.from_context(context)
    attributes = _messaging(
        operation,
        _OPERATION_TYPES[operation],
        destination,
        {
            "messaging.destination.subscription.name": None if subscription is None else _short(subscription),
            "messaging.message.id": message_id,
            "messaging.message.conversation_id": ids.correlation_id or correlation.correlation_id(),
            "messaging.gcp_pubsub.message.delivery_attempt": delivery_attempt,
            "messaging.gcp_pubsub.message.ordering_key": ordering_key,
            "messaging.message.body.size": body_size,
        },
    )
    attached = otel_context.attach(context)
    try:
        with (
            correlated(ids.correlation_id, email_id=ids.email_id, tenant_id=ids.tenant_id),
            _span(f"{operation} {destination}", SpanKind.CONSUMER, attributes, links=links) as span,
        ):
            yield span
    finally:
        otel_context.detach(attached)


@contextmanager
def producer_span(
    destination: str,
    *,
    message_id: str | None = None,
    body_size: int | None = None,
    new_trace: bool = False,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """``send emails``: the publishing of one message; :func:`inject` its attributes inside.

    ``new_trace`` makes it the root of a trace of its own, linked to the span it was started in: so that a backfill of
    thousands of emails is thousands of traces, each of which leads back to the synchronisation that found it.
    """
    attributes = _messaging(
        "send",
        "send",
        destination,
        {
            "messaging.message.id": message_id,
            "messaging.message.conversation_id": correlation.correlation_id(),
            "messaging.message.body.size": body_size,
        },
    )
    context: Context | None = None
    if new_trace:
        here = trace.get_current_span().get_span_context()
        context = trace.set_span_in_context(trace.INVALID_SPAN)
        if here.is_valid:
            links = [*links, Link(here)]
    with _span(f"send {destination}", SpanKind.PRODUCER, attributes, links=links, context=context) as span:
        yield span


def ack_span(destination: str, *, subscription: str, message_id: str) -> Callable[[str], None]:
    """To be called with what the service makes of an acknowledgement that is given now (``confirmed``, or why not).

    Makes the span ``ack emails``, from now until then, beside the one that is current now: acknowledgements leave in
    batches, in which no single one is seen.
    """
    attributes = _messaging(
        "ack",
        _OPERATION_TYPES["ack"],
        destination,
        {"messaging.destination.subscription.name": _short(subscription), "messaging.message.id": message_id},
    )
    here = contextvars.copy_context()
    began = time.time_ns()

    def ended(result: str) -> None:
        span = _TRACER.start_span(
            f"ack {destination}",
            kind=SpanKind.CLIENT,
            attributes={**attributes, "claimstream.settlement": str(result)},
            start_time=began,
        )
        if result != "confirmed":
            span.set_attribute("error.type", str(result))
            span.set_status(Status(StatusCode.ERROR, str(result)))
        span.end()

    return best_effort(lambda result: here.run(ended, result))


def inject(attributes: MutableMapping[str, str]) -> None:
    """Write trace context and ids into a message's attributes (``traceparent``, ``baggage``, ``correlation_id``)."""
    told = SAMPLER.told(trace.get_current_span().get_span_context())
    _PROPAGATOR.inject(attributes, trace.set_span_in_context(trace.NonRecordingSpan(told)))
    ids = correlation.current()
    if ids.correlation_id is not None:
        attributes[CORRELATION_ATTRIBUTE] = ids.correlation_id


def extract(attributes: Mapping[str, str]) -> Context:
    """The context a received message carries: W3C's, or that of Google's clients; empty where there is none."""
    carrier = dict(attributes)
    if "traceparent" not in carrier and _GOOGLE_TRACEPARENT in carrier:
        carrier["traceparent"] = carrier[_GOOGLE_TRACEPARENT]
    context = _PROPAGATOR.extract(carrier, Context())
    plain = carrier.get(CORRELATION_ATTRIBUTE)
    if plain and correlation.from_context(context).correlation_id is None:
        context = baggage.set_baggage(CORRELATION_ID, plain, context)
    return context


def trace_id_hex(span: Span | None = None) -> str | None:
    """The trace id of ``span`` (or of the current one) as 32 hexadecimal digits; None outside of any trace."""
    context = (span or trace.get_current_span()).get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def record_error(span: Span, error: BaseException) -> None:
    """Note an error on a span and set its status, without what its message may hold of a mail."""
    if not span.is_recording():
        return
    attributes: dict[str, AttributeValue] = {
        "exception.type": errors.error_type(error),
        "exception.stacktrace": errors.stack(error),
    }
    message = errors.safe_message(error)
    if message:
        attributes["exception.message"] = message
    span.add_event("exception", attributes)
    span.set_attribute("error.type", errors.error_type(error))
    span.set_status(Status(StatusCode.ERROR, errors.summary(error)))


class CorrelationIdGenerator(RandomIdGenerator):
    """A new trace has the correlation id in force for its id: one id leads to everything, and whatever is begun again
    for an email (a message published a second time, a replay) belongs to its one trace."""

    def generate_trace_id(self) -> int:
        return correlation.trace_id_of(correlation.correlation_id()) or super().generate_trace_id()


@contextmanager
def _span(
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, AttributeValue],
    *,
    links: Sequence[Link] = (),
    context: Context | None = None,
) -> Iterator[Span]:
    started = _TRACER.start_span(name, context=context, kind=kind, attributes=attributes, links=links)
    with CurrentSpan(started) as span:
        try:
            yield span
        except Exception as error:
            record_error(span, error)
            raise
        except BaseException as error:
            span.add_event("cancelled", {"exception.type": errors.error_type(error)})
            raise


def _short(path: str) -> str:
    """``emails`` of ``projects/firm/subscriptions/emails``."""
    return path.rpartition("/")[2]


def _messaging(
    operation: str, operation_type: str, destination: str, known: Mapping[str, AttributeValue | None]
) -> dict[str, AttributeValue]:
    return {
        "messaging.system": "gcp_pubsub",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation_type,
        "messaging.destination.name": destination,
        **{key: value for key, value in known.items() if value is not None},
    }
