"""Rules over long mails, kept off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")

_LONG = 20_000
"""Characters. The rules take up to some 7 µs for each: what is longer than this would hold up all other mail."""

_ONE_BY_ONE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="long mail")
"""Long mails wait for one another, so that many of them take no more of the interpreter than one."""


async def judged(rule: Callable[[], T], *, characters: int) -> T:
    """Return what a rule says of so many characters: at once of few, from a thread of many."""
    if characters <= _LONG:
        return rule()
    return await asyncio.get_running_loop().run_in_executor(_ONE_BY_ONE, copy_context().run, rule)
