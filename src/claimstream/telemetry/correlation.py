"""Whose work this is: the ids that every span, log line and Sentry event of one email carries.

They live in a context variable (so concurrent tasks never see each other's) and, for whatever else reads OpenTelemetry
context, in its baggage, which also crosses Pub/Sub (``tracing.inject`` and ``tracing.extract``).
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from opentelemetry import baggage
from opentelemetry import context as otel_context
from opentelemetry.context import Context

CORRELATION_ID = "claimstream.correlation_id"
EMAIL_ID = "claimstream.email_id"
TENANT_ID = "claimstream.tenant_id"
STAGE = "claimstream.stage"

_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST = 200
"""Characters kept of an id that came over the wire: an id is never longer, a hostile header may be."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """The ids in force here; None where nothing is known."""

    correlation_id: str | None = None
    email_id: str | None = None
    tenant_id: str | None = None
    stage: str | None = None
    attributes: dict[str, str] = field(init=False, repr=False, compare=False)
    """All of them as span attributes; made once for the many spans of a stage."""

    def __post_init__(self) -> None:
        pairs = (
            (CORRELATION_ID, self.correlation_id),
            (EMAIL_ID, self.email_id),
            (TENANT_ID, self.tenant_id),
            (STAGE, self.stage),
        )
        object.__setattr__(self, "attributes", {key: value for key, value in pairs if value is not None})


NOBODY = Correlation()
_CURRENT: ContextVar[Correlation] = ContextVar("claimstream_correlation", default=NOBODY)


def new_correlation_id() -> str:
    """32 hexadecimal digits, all of them random: it is the id of the trace, too, and sampling goes by its bits."""
    return secrets.token_hex(16)


def trace_id_of(correlation_id: str | None) -> int | None:
    """The id of the trace that begins with this correlation id; None where it has another form."""
    if correlation_id is None or _TRACE_ID.fullmatch(correlation_id) is None:
        return None
    return int(correlation_id, 16) or None


def current() -> Correlation:
    return _CURRENT.get()


def correlation_id() -> str | None:
    return _CURRENT.get().correlation_id


def email_id() -> str | None:
    return _CURRENT.get().email_id


def tenant_id() -> str | None:
    return _CURRENT.get().tenant_id


def stage() -> str | None:
    return _CURRENT.get().stage


@contextmanager
def correlated(
    correlation_id: str | None = None, *, email_id: str | None = None, tenant_id: str | None = None
) -> Iterator[Correlation]:
    """Everything inside, and every task started inside, carries these ids. What is None is inherited.

    Not for use around the ``yield`` of an asynchronous generator: its clean-up may run in another context.
    """
    outer = _CURRENT.get()
    inner = Correlation(
        correlation_id=correlation_id or outer.correlation_id,
        email_id=email_id or outer.email_id,
        tenant_id=tenant_id or outer.tenant_id,
        stage=outer.stage,
    )
    context = otel_context.get_current()
    for key, value in inner.attributes.items():
        if key != STAGE:  # of a span, not of what is sent on
            context = baggage.set_baggage(key, value, context)
    attached = otel_context.attach(context)
    token = _CURRENT.set(inner)
    try:
        yield inner
    finally:
        _CURRENT.reset(token)
        otel_context.detach(attached)


@contextmanager
def at_stage(name: str) -> Iterator[None]:
    """The stage's name in log lines; ``tracing.stage_span`` enters it."""
    token = _CURRENT.set(replace(_CURRENT.get(), stage=name))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def from_context(context: Context | None) -> Correlation:
    """The ids a context's baggage carries, such as that of a received message."""
    return Correlation(
        correlation_id=_text(context, CORRELATION_ID),
        email_id=_text(context, EMAIL_ID),
        tenant_id=_text(context, TENANT_ID),
    )


def _text(context: Context | None, key: str) -> str | None:
    value = baggage.get_baggage(key, context)
    return value[:_LONGEST] if isinstance(value, str) and value else None
