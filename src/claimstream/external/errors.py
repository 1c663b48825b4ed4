"""What a call to another service can end in, seen from the mail that needed it.

The one question is whose fault it was. An :class:`Outage` is nobody's mail: the work waits and goes on later. A
:class:`Refused` call proves that the service is alive and will say the same again: it is the mail's, or our request's.
Messages name ids, statuses and settings, never the content of a mail, since they end in logs, reports and Sentry.
"""

import logging
from typing import ClassVar


class ExternalError(Exception):
    """A call that failed. ``message`` says what happened and what to check."""

    def __init__(self, service: str, operation: str, message: str, *, status: int | str | None = None) -> None:
        super().__init__(service, operation, message)
        self.service = service
        self.operation = operation
        self.message = message
        self.status = status
        """The service's own code, if it gave one: an HTTP or SMTP status, a gRPC or SQLSTATE name."""

    def __str__(self) -> str:
        where = f"{self.service} {self.operation}".strip()
        return f"{where}: {self.message}"


class Outage(ExternalError):  # noqa: N818 - whose fault it was, which is what callers ask
    """Not the mail's fault: time-out, lost connection, 5xx, breaker open, credentials. Costs no delivery attempt."""

    kind: ClassVar[str] = "outage"
    """As reports tell it."""
    log_level: ClassVar[int] = logging.WARNING
    """The level of log lines about work that waits for the service."""

    def __init__(
        self,
        service: str,
        operation: str,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        status: int | str | None = None,
    ) -> None:
        super().__init__(service, operation, message, status=status)
        self.retry_after_seconds = retry_after_seconds
        """When the service (or the breaker) said to come back, if it did."""


class BreakerOpen(Outage):
    """Not even tried: the service failed so often that calls are held back until it has recovered."""

    kind = "breaker_open"
    log_level = logging.DEBUG
    """The log tells of the circuit once. A line for each email that waits for it, at each try, would be thousands."""


class Throttled(Outage):
    """429, a rate limit or a quota. The service is alive, so this never opens the circuit."""

    kind = "throttled"


class Unauthorised(Outage):
    """Our credentials are wrong or lack a right (403), or a setting names what is not there (a model).

    Not retried: work waits until somebody has mended it. Where one credential serves all, it counts as a failure of the
    service; a mailbox's own grant is no other mailbox's trouble (:attr:`.Policy.one_credential`).
    """

    kind = "unauthorised"


class LockedOut(Unauthorised):
    """A refusal of everybody who comes with our credentials: 401, a usage limit, a disabled account.

    Opens the circuit at once, so that nobody else asks in vain.
    """


class Refused(ExternalError):  # noqa: N818 - as above
    """A permanent no from a service that is alive: asking again brings the same answer."""


class Unusable(Refused):
    """Answers that came and cannot be used, each time they were asked for."""


class NotFound(Refused):
    """What was asked for is not there (any more)."""


class Exists(Refused):
    """Something is stored under that name already, and nothing is overwritten."""


class NotYetThere(Outage):
    """A message that Gmail has announced and answers 404 for: it may appear within seconds, or have been deleted.

    Seen by others right after the push: https://github.com/byeokim/gmailpush/issues/10.
    """

    kind = "not_found"


class UnexpectedFailure(Outage):
    """An exception of a client library that is in no list, and its cause: an outage until proven otherwise."""


class DoubtedRefusal(Outage):
    """A refusal that may be no fault of the mail: it waits until others have shown whether the operation works."""

    def __init__(self, refusal: Refused, *, others_too: bool) -> None:
        why = "different mails, one after the other" if others_too else "and nobody else has shown yet that it works"
        message = f"{refusal.message}; {why}: held back as an outage"
        super().__init__(refusal.service, refusal.operation, message, status=refusal.status)
        self.refusal = refusal
        self.others_too = others_too
