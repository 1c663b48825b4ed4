"""W3C trace context in message attributes (traceparent, tracestate, baggage), both ways. It never fails a message."""

import logging
from collections.abc import Mapping, MutableMapping

from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import Getter, TextMapPropagator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

log = logging.getLogger("claimstream.pubsub")

_MAX_VALUE_BYTES = 1024  # of an attribute: https://cloud.google.com/pubsub/quotas#resource_limits
_MAX_ATTRIBUTES = 100
_GOOGLE_PREFIX = "googclient_"
_FIELDS = frozenset({"traceparent", "baggage", _GOOGLE_PREFIX + "traceparent"})


class _AttributeGetter(Getter[Mapping[str, str]]):
    """Reads a field by its W3C name, or else under the prefix Google's own clients give it."""

    def get(self, carrier: Mapping[str, str], key: str) -> list[str] | None:
        value = carrier.get(key) or carrier.get(_GOOGLE_PREFIX + key)
        return None if value is None else [value]

    def keys(self, carrier: Mapping[str, str]) -> list[str]:
        return list(carrier)


_GETTER = _AttributeGetter()


def _propagator() -> TextMapPropagator:
    """The process's; W3C's where OTEL_PROPAGATORS names one that is not installed (its module then cannot even be
    imported)."""
    try:
        from opentelemetry.propagate import get_global_textmap  # noqa: PLC0415 - see above
    except ValueError:
        return CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])
    return get_global_textmap()


def inject(attributes: MutableMapping[str, str]) -> None:
    """Adds the current context. A field that is too long for an attribute, or already there, is left out: the message
    matters more."""
    fields: dict[str, str] = {}
    try:
        _propagator().inject(fields)
    except Exception:
        log.exception("the trace context could not be added to a message", extra={"action": "inject_failed"})
    for name, value in fields.items():
        if name not in attributes and len(value.encode()) <= _MAX_VALUE_BYTES and len(attributes) < _MAX_ATTRIBUTES:
            attributes[name] = value


def extract(attributes: Mapping[str, str]) -> Context | None:
    """The sender's context, or None if the message carries none."""
    if _FIELDS.isdisjoint(attributes):
        return None
    try:
        return _propagator().extract(attributes, getter=_GETTER)
    except Exception:
        log.exception("the trace context of a message could not be read", extra={"action": "extract_failed"})
        return None
