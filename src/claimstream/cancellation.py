"""Cancellation that got lost on its way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet


def raise_if_cancelled() -> None:
    """Raise ``CancelledError`` in a task that was cancelled and goes on all the same. For loops that would never end.

    ``asyncio.wait_for`` of Python 3.11 swallows a cancellation that comes in the moment in which what it waits for is
    there (https://github.com/python/cpython/issues/86296), and libraries use it. Nobody cancels twice.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


_OWED: WeakSet[asyncio.Task[object]] = WeakSet()


@contextmanager
def noting_cancellation() -> Iterator[None]:
    """Note a cancellation that comes meanwhile and that a library swallows: :func:`raise_if_owed` raises it."""
    task = asyncio.current_task()
    before = 0 if task is None else task.cancelling()
    yield
    if task is not None and task.cancelling() > before:
        _OWED.add(task)


def raise_if_owed() -> None:
    """Raise ``CancelledError`` where a cancellation was swallowed and still holds: a deadline may be over by now."""
    task = asyncio.current_task()
    if task is not None and task in _OWED:
        _OWED.discard(task)
        if task.cancelling():
            raise asyncio.CancelledError
