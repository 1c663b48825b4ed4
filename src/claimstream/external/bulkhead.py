"""How many calls one service may hold of this process; after an outage few at first, so that it is not run over."""

import asyncio
from collections import deque
from types import TracebackType

_FIRST = 2
_DOUBLED_AFTER_SECONDS = 0.5


class Bulkhead:
    """``async with``: a slot, in the order of those who wait. Belongs to one event loop."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._open = slots
        self._taken = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
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

    async def __aenter__(self) -> None:
        if not self.full:
            self._taken += 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # the slot was given, and is the next one's
                self._taken -= 1
            elif waiter in self._waiters:
                self._waiters.remove(waiter)
            self._let_in()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._taken -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiters and self._taken < self._open:
            waiter = self._waiters.popleft()
            if not waiter.cancelled():  # else it is about to notice
                self._taken += 1
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
