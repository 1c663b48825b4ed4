"""How many calls one service may hold of this process; after an outage few at first, so that it is not run over."""

import asyncio
from collections import Counter, deque
from types import TracebackType

_FIRST = 2
_DOUBLED_AFTER_SECONDS = 0.5


class Bulkhead:
    """``async with``: a slot, in the order of those who wait. Belongs to one event loop.

    An owner (a mailbox) gets no more slots than it leaves open, so that one whose calls take long does not hold up the
    others: the bound of :class:`claimstream.pubsub.lanes.Lanes`. Calls without an owner know none.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._open = slots
        self._taken = 0
        self._taken_by: Counter[str] = Counter()
        self._waiters: deque[tuple[str, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def full(self) -> bool:
        """Whether one more would have to wait."""
        return self._taken >= self._open or bool(self._waiters)

    def ramp(self) -> None:
        """The service is back: two slots now, and twice as many every half second until all are open again. Those who
        are inside stay."""
        self._open = min(self._slots, _FIRST)
        self._come_back()

    def close(self) -> None:
        """Stop the timer. Waiters stay with those who wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def would_wait(self, owner: str) -> bool:
        """Whether one more of an owner would have to wait."""
        return not self._has_room(owner) or any(self._has_room(waiting) for waiting, _ in self._waiters)

    async def enter(self, owner: str = "") -> None:
        if not self.would_wait(owner):
            self._take(owner)
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append((owner, waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # the slot was given, and is the next one's
                self._give_back(owner)
            elif (owner, waiter) in self._waiters:
                self._waiters.remove((owner, waiter))
            self._let_in()
            raise

    def leave(self, owner: str = "") -> None:
        self._give_back(owner)
        self._let_in()

    async def __aenter__(self) -> None:
        await self.enter()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _has_room(self, owner: str) -> bool:
        left = self._open - self._taken
        return left > 0 and (not owner or self._taken_by[owner] < left)

    def _take(self, owner: str) -> None:
        self._taken += 1
        self._taken_by[owner] += 1

    def _give_back(self, owner: str) -> None:
        self._taken -= 1
        self._taken_by[owner] -= 1
        if not self._taken_by[owner]:
            del self._taken_by[owner]

    def _let_in(self) -> None:
        for owner, waiter in [*self._waiters]:
            if self._taken >= self._open:
                return
            if self._has_room(owner):
                self._waiters.remove((owner, waiter))
                if not waiter.cancelled():  # else it is about to notice
                    self._take(owner)
                    waiter.set_result(None)

    def _come_back(self) -> None:
        self.close()
        if self._open < self._slots:
            self._timer = asyncio.get_running_loop().call_later(_DOUBLED_AFTER_SECONDS, self._widen)

    def _widen(self) -> None:
        self._timer = None
        self._open = min(self._slots, self._open * 2)
        self._let_in()
        self._come_back()
