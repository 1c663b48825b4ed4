"""Places in the reading processes, and who gets the next one."""

import asyncio
import heapq
import itertools
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FIRST = -math.inf
"""Due before all mails: a question about a mail that was read. It is short, and it ends what was begun."""
_SECONDS_PER_BYTE = 1 / 100_000
_MOST_SECONDS = 30.0


class DueTimes:
    """The times by which mails are due for a place: the larger a mail, the later.

    Mails of about the same size are due one after the other, so that a burst of large ones takes turns with others that
    come later. Each is due some day, so none waits for ever.
    """

    def __init__(self) -> None:
        self._last: dict[int, float] = {}

    def due(self, size: int, now: float) -> float:
        """Return when a mail of so many bytes is due that comes now, on the clock that gave ``now``."""
        kind = size.bit_length()
        due = max(now, self._last.get(kind, now)) + min(size * _SECONDS_PER_BYTE, _MOST_SECONDS)
        self._last[kind] = due
        return due


class Places:
    """A semaphore that goes to the waiter who is due first. Among equals, who came first is first.

    Args:
        number: how many may hold a place at a time.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    @property
    def wanted(self) -> bool:
        """True while somebody waits for a place."""
        return any(not waiter.done() for _, _, waiter in self._waiting)

    @asynccontextmanager
    async def hold(self, due: float) -> AsyncIterator[None]:
        """Hold a place."""
        if not self.take_now():
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (due, next(self._order), waiter))
            try:
                await waiter
            except asyncio.CancelledError:
                if not waiter.cancelled():  # it was given a place in the same moment
                    self.give_back()
                raise
        try:
            yield
        finally:
            self.give_back()

    def take_now(self) -> bool:
        """Take a place without waiting; whether there was one. It is held until :meth:`give_back`."""
        taken = self._free > 0
        self._free -= taken
        return taken

    def give_back(self) -> None:
        """Give a place to the next one that waits."""
        while self._waiting:
            waiter = heapq.heappop(self._waiting)[2]
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1
