import pytest
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DuplicateKeyError,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from claimstream.external.errors import ExternalError, LockedOut, Outage, Refused, Throttled, Unauthorised
from claimstream.external.mongo_errors import classify


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AutoReconnect("gone"), Outage),
        (NotPrimaryError("stepped down"), Outage),
        (ServerSelectionTimeoutError("nobody"), Outage),
        (WTimeoutError("waiting for replication timed out", 64), Outage),
        (OperationFailure("shutting down", 91, {"codeName": "ShutdownInProgress"}), Outage),
        (OperationFailure("try again", 251, {"errorLabels": ["TransientTransactionError"]}), Outage),
        (OperationFailure("who are you", 18, {"codeName": "AuthenticationFailed"}), LockedOut),
        (OperationFailure("not allowed", 13, {"codeName": "Unauthorized"}), LockedOut),
        (ConfigurationError("no such option"), Unauthorised),
        (OperationFailure("the disk is full", 14031, {"codeName": "OutOfDiskSpace"}), Outage),
        (OperationFailure("cache eviction", 365, {"codeName": "TemporarilyUnavailable"}), Outage),
        (OperationFailure("request rate is large", 16500, {"codeName": "TooManyRequests"}), Throttled),
        (OperationFailure("too fast", 462, {"codeName": "IngressRequestRateLimitExceeded"}), Throttled),
        (OperationFailure("shedding", 1, {"errorLabels": ["SystemOverloadedError", "RetryableError"]}), Throttled),
        (OperationFailure("again", 1, {"errorLabels": ["RetryableError"]}), Outage),
        (OperationFailure("bad query", 2, {"codeName": "BadValue"}), Refused),
        (DuplicateKeyError("E11000 dup key: { name: 'Brandt' }", 11000, {"codeName": "DuplicateKey"}), Refused),
    ],
)
def test_every_failure_has_its_class_and_quotes_no_document(error: Exception, kind: type[ExternalError]) -> None:
    found = classify(error)
    assert type(found) is kind
    assert str(error.args[0]) not in str(found)


def test_our_own_defects_are_left_as_they_are() -> None:
    assert classify(TypeError("ours")) is None
