"""Until when a claim is certainly ours, without asking PostgreSQL."""

import time

from claimstream.domain.records.work import LostClaimError


class ClaimDeadline:
    """A worker that was stopped (a frozen process, a host that hangs) wakes up in the middle of an email that another
    may long have taken over. What costs money is not begun before the claim is renewed."""

    def __init__(self, email_id: str, *, seconds: float, asked_at: float) -> None:
        """``asked_at``: when the claim was asked for, by ``time.monotonic``; it began later, and so ends later."""
        self._email_id = email_id
        self._seconds = seconds
        self._until = asked_at + seconds

    def renewed(self, asked_at: float) -> None:
        self._until = asked_at + self._seconds

    def check(self) -> None:
        """Raises :class:`LostClaimError` where somebody else may have the email by now."""
        if time.monotonic() >= self._until:
            raise LostClaimError(self._email_id)
