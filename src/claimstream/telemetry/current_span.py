"""A span as the current one, for as long as a ``with`` block lasts."""

from contextvars import Token
from types import TracebackType

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span, set_span_in_context


class CurrentSpan:
    """``with CurrentSpan(tracer.start_span(...)) as span``: current inside, ended at the end, whatever happens.

    What the SDK's ``start_as_current_span`` does without recording exceptions, and without its two generators.
    """

    __slots__ = ("_span", "_token")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._token: Token[Context]

    def __enter__(self) -> Span:
        self._token = otel_context.attach(set_span_in_context(self._span))
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        otel_context.detach(self._token)
        self._span.end()
