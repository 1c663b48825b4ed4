"""Cancellation that got lost on its way."""

import asyncio


def raise_if_cancelled() -> None:
    """Raise ``CancelledError`` in a task that was cancelled and goes on all the same. For loops that would never end.

    ``asyncio.wait_for`` of Python 3.11 swallows a cancellation that comes in the moment in which what it waits for is
    there (https://github.com/python/cpython/issues/86296), and libraries use it. Nobody cancels twice.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
