"""When a failure is the mail's own, and no outage."""

from claimstream.domain.records.work import FailedAlone

_FAILURES = 5
_OTHERS = 5
_SECONDS = 3600.0


def fails_alone(failed: FailedAlone) -> bool:
    """Whether waiting longer is of no use: five failures over an hour, while the operation worked for five others."""
    return failed.count >= _FAILURES and failed.others >= _OTHERS and failed.seconds >= _SECONDS
