"""How the time that something takes grows with the length of a text."""

import gc
import time
from collections.abc import Callable

ENOUGH_SECONDS = 0.01
"""Shorter, and the clock's own steps would be measured."""
_ENOUGH_AT_LAST_SECONDS = 0.002
"""The same at the last length: what takes so long there, and is quadratic, takes seconds of the longest text."""
_LONG_SECONDS = 0.2
SUPERLINEAR = 1.4
"""Linear is 1, with room for chance; quadratic is as much as the text is longer."""
_LONGER = 6
"""Times the length that shows a quadratic which is hidden at first, being a sixth of the whole."""
_FIRST_LENGTHS = (20, 30, 45, 70, 110, 160, 200, 250, 330)
"""At these nothing takes long enough but what is exponential."""


def growth(
    work: Callable[[int], Callable[[], object]], lengths: tuple[int, ...], *, longest: int | None = None
) -> float:
    """The factor by which the CPU time for a character grows with the text; 1 for what takes hardly any time.

    The text is doubled, and where that shows nothing, made six times as long. CPU time of this thread, the least of
    several: other work on the machine does not count.

    Args:
        work: what to measure at a length, made ready.
        lengths: ascending; the first at which it takes long enough is taken.
        longest: no longer text is ever worked on.
    """
    for length in (*_FIRST_LENGTHS, *lengths):
        if longest is not None and length > longest:
            break
        enough = _ENOUGH_AT_LAST_SECONDS if length == lengths[-1] else ENOUGH_SECONDS
        once = work(length)
        if _seconds(once) < enough:
            continue
        short = _least(once)
        if short < enough:
            continue
        if length in _FIRST_LENGTHS:
            return float("inf")
        for times in (2, _LONGER):
            longer = work(times * length)
            factor = _seconds(longer) / short / times
            if factor >= SUPERLINEAR:
                factor = min(factor, _ratio(longer, once) / times)
            if factor >= SUPERLINEAR:
                break
        return factor
    return 1.0


def _ratio(longer: Callable[[], object], shorter: Callable[[], object]) -> float:
    """Measure in turns, before it is called a fault, so that both meet the machine in the same moods.

    Chance hardly shows in what takes long: two rounds do then.
    """
    rounds = [(_seconds(longer), _seconds(shorter))]
    while len(rounds) < (2 if rounds[0][0] > _LONG_SECONDS else 7):
        rounds.append((_seconds(longer), _seconds(shorter)))
    return min(long for long, _ in rounds) / min(short for _, short in rounds)


def _least(work: Callable[[], object]) -> float:
    return min(_seconds(work) for _ in range(3))


def _seconds(work: Callable[[], object]) -> float:
    gc.disable()  # it looks through everything the more often the more there is
    try:
        started = time.thread_time()
        work()
        return time.thread_time() - started
    finally:
        gc.enable()
