"""How a client span is named, by the semantic convention that its attributes belong to."""

from collections.abc import Mapping

from opentelemetry.util.types import AttributeValue

from claimstream.external.errors import BreakerOpen, ExternalError, Outage, Refused, Throttled, Unauthorised

_PAIRS = (
    ("gen_ai.operation.name", "gen_ai.request.model"),
    ("db.operation.name", "db.collection.name"),
)
"""``chat claude-…`` (GenAI spans) and ``find clients`` (database spans: operation and target)."""


def span_name(service: str, operation: str, attributes: Mapping[str, AttributeValue]) -> str:
    """``SELECT emails`` and ``chat claude-…`` where a convention fixes the name, else ``{operation} {service}``."""
    if "db.query.summary" in attributes:
        return _text(attributes["db.query.summary"])
    for verb, target in _PAIRS:
        if verb in attributes and target in attributes:
            return f"{_text(attributes[verb])} {_text(attributes[target])}"
    return f"{operation} {service}"


def outcome(error: BaseException | None) -> str:
    """The ``outcome`` label of metrics: few values, so that series stay few."""
    match error:
        case None:
            return "ok"
        case BreakerOpen():
            return "rejected"
        case Throttled():
            return "throttled"
        case Unauthorised():
            return "unauthorised"
        case Outage():
            return "outage"
        case Refused():
            return "refused"
        case ExternalError():
            return "error"
        case Exception():
            return "raised"
        case _:
            return "cancelled"


def error_type(error: BaseException) -> str:
    """The ``error.type`` of a span: the service's own code where there is one, else the class of what was raised."""
    if isinstance(error, ExternalError) and error.status is not None:
        return str(error.status)
    cause = error.__cause__ if isinstance(error, ExternalError) and error.__cause__ is not None else error
    status = getattr(cause, "status_code", None) or getattr(cause, "status", None)
    return str(status) if isinstance(status, int) else type(cause).__name__


def _text(value: AttributeValue) -> str:
    return value if isinstance(value, str) else repr(value)
