"""How the time that something takes grows with the length of a text."""

import time
from collections.abc import Callable

ENOUGH_SECONDS = 0.01
"""Shorter, and the clock's own steps would be measured."""
SUPERLINEAR = 2.8
"""Twice the text may take twice the time, with room for chance; quadratic takes four times."""
_FIRST_LENGTHS = (20, 30, 45, 70, 110, 160, 200, 250, 330)
"""At these nothing takes long enough but what is exponential."""


def growth(
    work: Callable[[int], Callable[[], object]], lengths: tuple[int, ...], *, longest: int | None = None
) -> float:
    """The factor by which CPU time grows when the text is doubled; 1 for what takes no time worth a measurement.

    CPU time of this thread, the least of several: other work on the machine does not count.

    Args:
        work: what to measure at a length, made ready.
        lengths: ascending; the first at which it takes long enough is taken.
        longest: no longer text is ever worked on.
    """
    for length in (*_FIRST_LENGTHS, *lengths):
        if longest is not None and length > longest:
            break
        once = work(length)
        if _seconds(once) < ENOUGH_SECONDS:
            continue
        shorter = _least(once)
        if shorter < ENOUGH_SECONDS:
            continue
        if length in _FIRST_LENGTHS:
            return float("inf")
        factor = _least(work(2 * length)) / shorter
        if factor < SUPERLINEAR:
            return factor
        # Once more with more care, before it is called a fault.
        return min(factor, _least(work(2 * length), 5) / _least(work(length), 5))
    return 1.0


def _least(work: Callable[[], object], times: int = 3) -> float:
    return min(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started
