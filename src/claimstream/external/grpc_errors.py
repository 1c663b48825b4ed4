"""What the status of a unary gRPC call means: Pub/Sub's publisher and its administration."""

import grpc  # type: ignore[import-untyped]  # grpcio has no types
from google.auth.exceptions import GoogleAuthError, TransportError

from claimstream.external.errors import ExternalError, LockedOut, NotFound, Outage, Refused, Throttled, Unauthorised

SERVICE = "pubsub"

_PASSING = frozenset(
    {
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,  # by the far end: our own cancellation is a CancelledError
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.UNKNOWN,
    }
)
_CREDENTIALS = "Check GOOGLE_APPLICATION_CREDENTIALS (or workload identity) and the service account's Pub/Sub roles."


def classify(error: BaseException) -> ExternalError | None:
    """By status (https://cloud.google.com/pubsub/docs/reference/error-codes); None for what is no gRPC error."""
    if isinstance(error, TransportError):
        return Outage(SERVICE, "", "no credentials, their server is not reachable. Check the network.")
    if isinstance(error, GoogleAuthError):
        return Unauthorised(SERVICE, "", f"no credentials ({type(error).__name__}). {_CREDENTIALS}")
    if isinstance(error, OSError | TimeoutError):
        return Outage(
            SERVICE, "", f"not reachable ({type(error).__name__}). Check the network and PUBSUB_EMULATOR_HOST."
        )
    if not isinstance(error, grpc.RpcError) or not isinstance(code := _code(error), grpc.StatusCode):
        return None
    return by_status(code.name)


def by_status(name: str) -> ExternalError:
    """``name``: of a gRPC status, such as ``UNAVAILABLE``. Raises KeyError for any other."""
    code = grpc.StatusCode[name]
    said = f"answered {code.name}"
    if code in _PASSING:
        return Outage(SERVICE, "", f"{said}: it should pass")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return Throttled(SERVICE, "", f"{said}: over its quota, slowing down")
    if code is grpc.StatusCode.UNAUTHENTICATED:
        return LockedOut(SERVICE, "", f"{said}. {_CREDENTIALS}")
    if code is grpc.StatusCode.PERMISSION_DENIED:  # of one topic or subscription
        return Unauthorised(SERVICE, "", f"{said}. {_CREDENTIALS}")
    if code is grpc.StatusCode.NOT_FOUND:
        return NotFound(
            SERVICE, "", f"{said}: no such topic or subscription. Create it, or correct its name.", status=code.name
        )
    return Refused(SERVICE, "", f"{said}: it does not accept this request", status=code.name)


def of_topic(name: str, topic: str) -> ExternalError:
    """The same for a call that names our own topic: that it is missing is a matter of settings, for all mail alike."""
    if name == grpc.StatusCode.NOT_FOUND.name:
        advice = "Create it (`claimstream setup` does), or correct its name."
        return Unauthorised(SERVICE, "", f"there is no topic {topic}. {advice}", status=name)
    return by_status(name)


def _code(error: grpc.RpcError) -> object:
    code = getattr(error, "code", None)
    return code() if callable(code) else None
