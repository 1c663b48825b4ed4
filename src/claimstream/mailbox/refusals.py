"""Whose trouble it is that a mailbox does not let us in: its own, or that of our credentials. Pure."""

from collections.abc import Collection
from enum import Enum


class Verdict(Enum):
    UNSURE = "unsure"
    """Seen once, or not long enough, or no other mailbox has been looked at since."""
    MAILBOX = "mailbox"
    """This mailbox refuses us while others open."""
    CREDENTIALS = "credentials"
    """Every mailbox refuses us."""


class Refusals:
    """What one worker has seen. Times are seconds of one steady clock.

    A mailbox has refused us when two looks, at least ``apart_seconds`` from each other, were refused and none was let
    in between. It is the mailbox's own trouble if any other mailbox has opened since the first of them: then our
    credentials are good. It is our credentials' if there is no mailbox that was not refused at its last look. So a
    mailbox that is the only one is never called revoked: nothing tells its trouble from ours.
    """

    def __init__(self, apart_seconds: float) -> None:
        self._apart_seconds = apart_seconds
        self._first: dict[str, float] = {}
        self._opened_at: float | None = None

    @property
    def opened_at(self) -> float | None:
        """When a mailbox last let us in."""
        return self._opened_at

    def opened(self, address: str, at: float) -> None:
        self._first.pop(address, None)
        self._opened_at = at

    def refused(self, address: str, at: float, *, among: Collection[str]) -> Verdict:
        """``among``: all mailboxes that are not disabled."""
        first = self._first.setdefault(address, at)
        if at - first < self._apart_seconds:
            return Verdict.UNSURE
        if self._opened_at is not None and self._opened_at > first:
            return Verdict.MAILBOX
        return Verdict.CREDENTIALS if self._first.keys() >= set(among) else Verdict.UNSURE

    def forget(self, address: str) -> None:
        """It is disabled: no longer one of those that are looked at."""
        self._first.pop(address, None)
