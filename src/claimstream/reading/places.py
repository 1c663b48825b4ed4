"""Places in the reading processes, and whose turn is next."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum


class Turn(IntEnum):
    """The order in which work gets a place. Among equals, who came first is first."""

    RULES = 0
    """A question about a mail that was read: short, and it ends what was begun."""
    READING = 1


class Places:
    """A semaphore whose waiters have turns.

    Args:
        number: how many may hold a place at a time.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._order = itertools.count()
        self._waiting: list[tuple[Turn, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def hold(self, turn: Turn = Turn.READING) -> AsyncIterator[None]:
        """Hold a place."""
        if not self.take_now():
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (turn, next(self._order), waiter))
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
