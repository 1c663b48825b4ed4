"""Limits by messages and bytes."""

import asyncio
from collections import deque


class Window:
    """Counts what is inside against two limits. Something over the byte limit enters alone."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self.messages = 0
        self.bytes = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()

    def try_enter(self, size: int) -> bool:
        """Enters if there is room now."""
        if self.messages and (self.messages >= self._max_messages or self.bytes + size > self._max_bytes):
            return False
        self.messages += 1
        self.bytes += size
        return True

    async def acquire(self, size: int) -> None:
        """Enters, waiting for room; first come, first served."""
        if not self._waiters and self.try_enter(size):
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release(size)  # was let in, and gives the place up again
            else:
                self._waiters.remove((size, turn))
                self._admit()
            raise

    def release(self, size: int) -> None:
        self.messages -= 1
        self.bytes -= size
        if self._waiters:
            self._admit()

    def _admit(self) -> None:
        while self._waiters:
            size, turn = self._waiters[0]
            if not self.try_enter(size):
                return
            self._waiters.popleft()
            turn.set_result(None)
