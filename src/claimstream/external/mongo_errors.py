"""What pymongo's exceptions mean. Their texts stay out of ours: they quote documents."""

from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    InvalidURI,
    OperationFailure,
    WTimeoutError,
)

from claimstream.external.errors import ExternalError, LockedOut, Outage, Refused, Throttled, Unauthorised

SERVICE = "mongodb"

_CREDENTIALS = frozenset({13, 18, 8000})
"""Unauthorized, AuthenticationFailed, and Atlas' own."""
_PASSING = frozenset(
    {6, 7, 24, 43, 46, 50, 63, 64, 89, 91, 112, 117, 133, 134, 146, 150, 175, 189, 202, 237, 246, 262, 365, 391}
    | {9001, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031}
)
"""Unreachable, stepping down, shutting down, out of time, of memory or of disk space, in conflict with another writer
(https://www.mongodb.com/docs/manual/reference/error-codes/)."""
_SHEDDING = frozenset({462, 16500})
"""IngressRequestRateLimitExceeded, and Cosmos DB's TooManyRequests."""
_PASSING_LABELS = ("RetryableWriteError", "TransientTransactionError", "RetryableError")
_SHEDDING_LABEL = "SystemOverloadedError"
"""The label of errors from servers from 8.2 on while they shed load; RetryableError comes with it."""


def classify(error: BaseException) -> ExternalError | None:
    match error:
        case ConnectionFailure() | ExecutionTimeout() | WTimeoutError() | TimeoutError():
            message = f"not reachable or too slow ({type(error).__name__}). Check that MongoDB runs, and MONGODB_URL."
            return Outage(SERVICE, "", message)
        case OperationFailure():
            return _failure(error)
        case ConfigurationError() | InvalidURI():
            return Unauthorised(
                SERVICE, "", f"cannot be used as configured ({type(error).__name__}). Check MONGODB_URL."
            )
        case _:
            return None


def _failure(error: OperationFailure) -> ExternalError:
    name = str((error.details or {}).get("codeName", "")) or f"code {error.code}"
    if error.code in _CREDENTIALS:
        return LockedOut(SERVICE, "", f"does not let us in or do this ({name}). Check user and rights in MONGODB_URL.")
    if error.code in _SHEDDING or error.has_error_label(_SHEDDING_LABEL):
        return Throttled(SERVICE, "", f"takes no more requests just now ({name}), slowing down")
    if error.code in _PASSING or any(error.has_error_label(label) for label in _PASSING_LABELS):
        return Outage(SERVICE, "", f"failed for a reason that passes ({name})")
    return Refused(SERVICE, "", f"does not accept this operation ({name})", status=error.code)
