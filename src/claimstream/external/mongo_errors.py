"""What pymongo's exceptions mean. Their texts stay out of ours: they quote documents."""

from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    InvalidURI,
    OperationFailure,
    WTimeoutError,
)

from claimstream.external.errors import ExternalError, Outage, Refused, Unauthorised

SERVICE = "mongodb"

_CREDENTIALS = frozenset({13, 18, 8000})
"""Unauthorized, AuthenticationFailed, and Atlas' own."""
_PASSING = frozenset(
    {6, 7, 43, 50, 64, 89, 91, 112, 133, 134, 189, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436}
)
"""Unreachable, stepping down, shutting down, out of time, in conflict with another writer
(https://www.mongodb.com/docs/manual/reference/error-codes/)."""
_LABELS = ("RetryableWriteError", "TransientTransactionError")


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
        return Unauthorised(
            SERVICE, "", f"does not let us in or do this ({name}). Check user and rights in MONGODB_URL."
        )
    if error.code in _PASSING or any(error.has_error_label(label) for label in _LABELS):
        return Outage(SERVICE, "", f"failed for a reason that passes ({name})")
    return Refused(SERVICE, "", f"does not accept this operation ({name})", status=error.code)
