"""The memory that mails take while they are in work."""

import asyncio
from collections import deque

SMALL_BYTES = 6 * 1024 * 1024
"""The most that counts as small: an ordinary mail, while it comes in."""
_RESERVED_SHARE = 10
"""One part in so many is for small takes while a large one waits."""


class MailMemory:
    """An allowance of bytes for all mails together. Small takes and large ones wait in a line each.

    While a large one waits, small ones get no more than a reserved part: what the others give back is then the large
    one's, and neither waits for the other for long. A take larger than all but the reserve gets all but the reserve.
    Belongs to one event loop.
    """

    def __init__(self, total: int, *, small: int = SMALL_BYTES) -> None:
        self._small = small
        self._reserved = min(total // 2, max(small, total // _RESERVED_SHARE))
        self._most = total - self._reserved
        self._held_by_small = 0
        self.free = total
        """The bytes that nobody has taken."""
        self._waiting_small: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._waiting_large: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> "Share":
        """A share of so many bytes. Who has one must not wait without end for another one: all could."""
        size = min(size, self._most)
        line = self._waiting_small if self.is_small(size) else self._waiting_large
        turn = asyncio.get_running_loop().create_future()
        line.append((size, turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.resize(size, 0)
            turn.cancel()
            self._admit()
            raise
        return Share(self, size)

    def is_small(self, size: int) -> bool:
        return size <= self._small

    def resize(self, old: int, new: int) -> None:
        """Book ``new`` bytes in place of ``old``."""
        for size, sign in ((old, 1), (new, -1)):
            self.free += sign * size
            if self.is_small(size):
                self._held_by_small -= sign * size
        self._admit()

    def _admit(self) -> None:
        for line in (self._waiting_large, self._waiting_small):
            while line and (line[0][1].done() or self._fits(line[0][0])):
                size, turn = line.popleft()
                if not turn.done():
                    self.free -= size
                    self._held_by_small += size if self.is_small(size) else 0
                    turn.set_result(None)

    def _fits(self, size: int) -> bool:
        if not self.is_small(size):
            return size <= self.free - max(0, self._reserved - self._held_by_small)
        within = self._reserved - self._held_by_small if self._waiting_large else self.free
        return size <= min(within, self.free)


class Share:
    """The memory that one mail has taken."""

    def __init__(self, memory: MailMemory, size: int) -> None:
        self._memory = memory
        self._size = size

    def grow(self, size: int) -> bool:
        """Take up to so many bytes, if they are free now. Return whether the share has as many."""
        if size - self._size > self._memory.free:
            return False
        if size > self._size:
            old, self._size = self._size, size
            self._memory.resize(old, size)
        return True

    def shrink(self, size: int) -> None:
        """Keep only so many bytes, if that is less than before; 0 gives all back."""
        if size < self._size:
            old, self._size = self._size, size
            self._memory.resize(old, size)
