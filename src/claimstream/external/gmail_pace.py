"""Waiting for one's turn at Gmail (:mod:`claimstream.external.gmail_quota` says whose it is)."""

import asyncio
import time
from collections.abc import Callable

from claimstream.external.gmail_quota import UNITS, Bucket, Turn, Turns


class GmailPace:
    """The quota of one process. Belongs to one event loop. A limit of 0 is none."""

    def __init__(
        self,
        *,
        user_units_per_minute: float,
        project_units_per_minute: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns = Turns(
            user_units_per_minute=user_units_per_minute, project_units_per_minute=project_units_per_minute
        )
        self._user_units = user_units_per_minute
        self._clock = clock
        self._waiting: dict[Turn, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._fetches: dict[str, Bucket] = {}
        self._held_until: dict[str, float] = {}
        """Mailboxes that Gmail has told to come back later."""

    async def turn(self, mailbox: str, operation: str) -> float:
        """Wait until the call may be made; its units are taken. Seconds waited."""
        asked_at = self._clock()
        turn = self._turns.ask(mailbox, operation)
        self._waiting[turn] = future = asyncio.get_running_loop().create_future()
        self._admit()
        try:
            await future
        except asyncio.CancelledError:
            self._waiting.pop(turn, None)
            self._turns.withdraw(turn)
            raise
        return self._clock() - asked_at

    def repeated(self, mailbox: str, operation: str) -> None:
        """The call was made once more, by those who have its turn."""
        self._turns.charge(mailbox, UNITS[operation], self._clock())

    def throttled(self, mailbox: str, seconds: float = 0.0) -> None:
        """Gmail said that it was too much: somebody else reads this mailbox, or the settings are too high.

        Args:
            seconds: for which the mailbox is to be left alone.
        """
        self._turns.bucket(mailbox).empty(self._clock())
        if seconds > 0:
            self._held_until[mailbox] = self._clock() + seconds

    def held_seconds(self, mailbox: str) -> float:
        """Return for how long the mailbox must be left alone yet; 0: it may be asked."""
        left = self._held_until.get(mailbox, 0.0) - self._clock()
        if left <= 0:
            self._held_until.pop(mailbox, None)
        return max(0.0, left)

    def fetches(self, mailbox: str, wanted: int) -> int:
        """How many emails, ``wanted`` at most, may be given out for fetching now, so that they will not have to wait.

        More would keep places in the pipeline that other mailboxes' emails could have.
        """
        if self.held_seconds(mailbox) > 0:
            return 0
        bucket = self._fetches.setdefault(mailbox, Bucket(self._user_units))
        units, at, given = UNITS["messages.get"], self._clock(), 0
        while given < wanted and bucket.wait_seconds(units, at) <= 0:
            bucket.take(units, at)
            given += 1
        return given

    def close(self) -> None:
        """Stop the timer. Waiters stay with those who wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _admit(self) -> None:
        self.close()
        admitted, again_in = self._turns.due(self._clock())
        for turn in admitted:
            future = self._waiting.pop(turn)
            if not future.done():
                future.set_result(None)
        if again_in is not None:
            # Not so early that nothing has come together: a call of one unit is due every few milliseconds.
            self._timer = asyncio.get_running_loop().call_later(max(again_in, 0.005), self._admit)
