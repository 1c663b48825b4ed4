"""The memory that mails take while they are in work."""

import asyncio
from collections import Counter, deque

SMALL_BYTES = 6 * 1024 * 1024
"""The most that counts as small: an ordinary mail, while it comes in."""
_RESERVED_SHARE = 10
"""One part in so many is for small takes while a large one waits."""


class MailMemory:
    """An allowance of bytes for all mails together. Small takes and large ones wait in a line each, and before them
    those of mails that have begun: the memory that these hold is free once they end.

    While a large one waits, small ones get no more than a reserved part: what the others give back is then the large
    one's, and neither waits for the other for long. A take larger than all but the reserve gets all but the reserve.
    An owner (a mailbox) that holds some gets no more than is free beside it, so that one whose mail takes long to come
    holds up no other: the bound of :class:`claimstream.pubsub.lanes.Lanes`. Belongs to one event loop.
    """

    def __init__(self, total: int, *, small: int = SMALL_BYTES) -> None:
        self._small = small
        self._reserved = min(total // 2, max(small, total // _RESERVED_SHARE))
        self._most = total - self._reserved
        self._held_by_small = 0
        self.free = total
        """The bytes that nobody has taken."""
        self._held_by: Counter[str] = Counter()
        self._waiting_begun: deque[tuple[int, str, asyncio.Future[None]]] = deque()
        self._waiting_small: deque[tuple[int, str, asyncio.Future[None]]] = deque()
        self._waiting_large: deque[tuple[int, str, asyncio.Future[None]]] = deque()

    async def take(self, size: int, owner: str = "", *, has_begun: bool = False) -> "Share":
        """A share of so many bytes. Who has one must not wait without end for another one: all could.

        Args:
            has_begun: the mail has a share already.
        """
        size = min(size, self._most)
        of_its_size = self._waiting_small if self.is_small(size) else self._waiting_large
        line = self._waiting_begun if has_begun else of_its_size
        turn = asyncio.get_running_loop().create_future()
        line.append((size, owner, turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.resize(size, 0, owner)
            turn.cancel()
            self._admit()
            raise
        return Share(self, size, owner)

    def is_small(self, size: int) -> bool:
        return size <= self._small

    def resize(self, old: int, new: int, owner: str = "") -> None:
        """Book ``new`` bytes in place of ``old``."""
        self._book(old, -1, owner)
        self._book(new, 1, owner)
        self._admit()

    def _book(self, size: int, sign: int, owner: str) -> None:
        self.free -= sign * size
        if self.is_small(size):
            self._held_by_small += sign * size
        if owner:
            self._held_by[owner] += sign * size
            if not self._held_by[owner]:
                del self._held_by[owner]

    def _admit(self) -> None:
        for line in (self._waiting_begun, self._waiting_large, self._waiting_small):
            for waiting in [*line]:
                size, owner, turn = waiting
                if not turn.done():
                    if not self._fits(size):
                        break
                    if not self._is_fair(size, owner):
                        continue
                    self._book(size, 1, owner)
                    turn.set_result(None)
                line.remove(waiting)

    def _is_fair(self, size: int, owner: str) -> bool:
        held = self._held_by[owner]
        return not held or held + size <= self.free

    def _fits(self, size: int) -> bool:
        if not self.is_small(size):
            return size <= self.free - max(0, self._reserved - self._held_by_small)
        within = self._reserved - self._held_by_small if self._waiting_large else self.free
        return size <= min(within, self.free)


class Share:
    """The memory that one mail has taken."""

    def __init__(self, memory: MailMemory, size: int, owner: str) -> None:
        self._memory = memory
        self._size = size
        self._owner = owner

    def grow(self, size: int) -> bool:
        """Take up to so many bytes, if they are free now. Return whether the share has as many."""
        if size - self._size > self._memory.free:
            return False
        if size > self._size:
            old, self._size = self._size, size
            self._memory.resize(old, size, self._owner)
        return True

    def shrink(self, size: int) -> None:
        """Keep only so many bytes, if that is less than before; 0 gives all back."""
        if size < self._size:
            old, self._size = self._size, size
            self._memory.resize(old, size, self._owner)
