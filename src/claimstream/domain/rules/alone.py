"""The rule that tells a failure of a mail's own from an outage."""

from claimstream.domain.records.work import FailedAlone

_FAILURES = 5
_OTHERS = 5
_SECONDS = 3600.0


def fails_alone(failed: FailedAlone) -> bool:
    """Return True when waiting longer is of no use: five failures over an hour, while it worked for five others.

    The last failure must be one of them: the first of a general outage condemns nobody.
    """
    return failed.counts and failed.count >= _FAILURES and failed.others >= _OTHERS and failed.seconds >= _SECONDS
