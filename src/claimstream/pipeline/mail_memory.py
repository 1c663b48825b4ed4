"""The memory that mails take while they are in work."""

import asyncio
from collections import deque


class MailMemory:
    """So many bytes for all mails together. Who wants more than is free waits, in order; who wants more than there is
    gets all of it, alone. Belongs to one event loop.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self.free = total
        """Bytes that nobody has taken."""
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> "Share":
        """A share of so many bytes. Who has one must give it back before it waits for another one."""
        size = min(size, self._total)
        if not self._waiting and size <= self.free:
            self.free -= size
            return Share(self, size)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            given = turn.done() and not turn.cancelled()
            turn.cancel()
            self._give_back(size if given else 0)
            raise
        return Share(self, size)

    def _give_back(self, size: int) -> None:
        self.free += size
        while self._waiting:
            size_wanted, turn = self._waiting[0]
            if not turn.done():
                if size_wanted > self.free:
                    return
                self.free -= size_wanted
                turn.set_result(None)
            self._waiting.popleft()


class Share:
    """The memory that one mail has taken."""

    def __init__(self, memory: MailMemory, size: int) -> None:
        self._memory = memory
        self._size = size

    def shrink(self, size: int) -> None:
        """Keep only so many bytes, if that is less than before; 0 gives all back."""
        if size < self._size:
            back, self._size = self._size - size, size
            self._memory._give_back(back)
