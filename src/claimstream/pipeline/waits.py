"""Waits for services that were down, as the processing report tells them."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from claimstream.domain.records.work import Checkpoint, Email, Waited
from claimstream.external.errors import Outage


def waited_for(outage: Outage, *, since: float) -> Waited:
    """One attempt that ended with ``outage``; nothing had come of it since ``since`` (``time.monotonic``)."""
    now = datetime.now(UTC)
    return Waited(
        service=outage.service,
        kind=outage.kind,
        count=1,
        first_at=now,
        last_at=now,
        seconds=time.monotonic() - since,
    )


def merged(waits: Iterable[Waited]) -> tuple[Waited, ...]:
    """One for each service and kind, in the order in which they were last met."""
    by_cause: dict[tuple[str, str], Waited] = {}
    for wait in waits:
        cause = (wait.service, wait.kind)
        known = by_cause.pop(cause, None)
        by_cause[cause] = wait if known is None else _sum(known, wait)
    return tuple(by_cause.values())


def _sum(one: Waited, other: Waited) -> Waited:
    return one.model_copy(
        update={
            "count": one.count + other.count,
            "first_at": min(one.first_at, other.first_at),
            "last_at": max(one.last_at, other.last_at),
            "seconds": one.seconds + other.seconds,
        }
    )


class UnwrittenAnswers:
    """What the model was paid for while PostgreSQL was down, until the email's next attempt writes it."""

    def __init__(self) -> None:
        self._by_email: dict[str, list[tuple[Email, Checkpoint]]] = {}

    def add(self, email: Email, answers: Iterable[Checkpoint]) -> None:
        """``email``: as the attempt had it that asked."""
        for answer in answers:
            self._by_email.setdefault(email.email_id, []).append((email, answer))

    def of(self, email_id: str) -> list[tuple[Email, Checkpoint]]:
        """All that is kept of an email. What is taken out of the list is forgotten here, too."""
        if not (kept := self._by_email.get(email_id, [])):
            self._by_email.pop(email_id, None)
        return kept


class UnwrittenWaits:
    """What could not be written down because PostgreSQL itself was down, until its next attempt takes it along."""

    def __init__(self) -> None:
        self._by_email: dict[str, tuple[tuple[Waited, ...], float]] = {}

    def add(self, email_id: str, *waits: Waited) -> None:
        """``email_id`` now waits for what the last of ``waits`` says."""
        self._by_email[email_id] = (merged((*self.take(email_id), *waits)), time.monotonic())

    def take(self, email_id: str) -> tuple[Waited, ...]:
        """The email waits no longer: all that is known of it, which is forgotten here."""
        if email_id not in self._by_email:
            return ()
        (*earlier, last), since = self._by_email.pop(email_id)
        return (*earlier, last.model_copy(update={"seconds": last.seconds + time.monotonic() - since}))
