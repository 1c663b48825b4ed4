"""The work of an event loop while something ran."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Loop:
    """Seconds of CPU of the event loop's thread."""

    busy: float = 0.0
    block: float = 0.0
    """The longest single piece."""


@contextmanager
def watched_loop() -> Iterator[Loop]:
    """Time every callback of the loop, as its debug mode does."""
    seen, run = Loop(), asyncio.Handle._run  # what every callback goes through

    def timed(handle: asyncio.Handle) -> None:
        started = time.thread_time()
        run(handle)
        spent = time.thread_time() - started
        seen.busy += spent
        seen.block = max(seen.block, spent)

    setattr(asyncio.Handle, "_run", timed)  # noqa: B010 - mypy lets no method be replaced
    try:
        yield seen
    finally:
        setattr(asyncio.Handle, "_run", run)  # noqa: B010 - as above
