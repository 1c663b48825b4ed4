"""Turns, one at a time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class OneByOne:
    """A turn ends with its ``with`` block, or after so many seconds: whoever only waits by then holds up nobody.

    Belongs to one event loop.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._holder: object | None = None

    @property
    def taken(self) -> bool:
        return self._holder is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """To be taken only where it is not :attr:`taken`, and before anything is awaited since that was asked."""
        holder = self._holder = object()
        timer = asyncio.get_running_loop().call_later(self._seconds, self._end, holder)
        try:
            yield
        finally:
            timer.cancel()
            self._end(holder)

    def _end(self, holder: object) -> None:
        if self._holder is holder:
            self._holder = None
