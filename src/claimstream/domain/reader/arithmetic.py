"""Which of a row of figures are made of the others, by nothing but their values and what sign each may have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Sign(Enum):
    """How a figure may enter a sum."""

    PLUS = "plus"
    MINUS = "minus"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a row. ``number`` is the caller's own; the value is never negative."""

    number: int
    value: Decimal
    sign: Sign


@dataclass(frozen=True, slots=True)
class Equation:
    """``result`` is what ``added`` and ``deducted`` come to; all are numbers of figures."""

    result: int
    added: tuple[int, ...]
    deducted: tuple[int, ...]
    last: bool
    """The result stands behind its terms, not before them."""

    @property
    def terms(self) -> tuple[int, ...]:
        return (*self.added, *self.deducted)


_TERMS = 14
"""The most figures that one equation is looked for among."""
_STATES = 256
"""The most sums that are kept of one run of figures."""


def equations(figures: Sequence[Figure], is_result: Callable[[int], bool]) -> tuple[Equation, ...]:
    """The equations among neighbouring ``figures``: 1,000 + 100 = 1,100 and 1,100 - 50 = 1,050, or the result first.

    ``is_result`` says of a figure's number whether anything is to be made of it. Of several ways to make a figure
    the shortest run counts, and in it the one that guesses the fewest signs.
    """
    found = []
    for position, figure in enumerate(figures):
        if not is_result(figure.number) or not figure.value:
            continue
        before = _made_of(figures[max(0, position - _TERMS) : position][::-1], figure, last=True)
        behind = _made_of(figures[position + 1 : position + 1 + _TERMS], figure, last=False)
        found += [equation for equation in (before, behind) if equation]
    return tuple(found)


def _made_of(run: Sequence[Figure], result: Figure, *, last: bool) -> Equation | None:
    """The result out of the first few of ``run``, which begins beside it."""
    sums: dict[Decimal, tuple[int, Equation]] = {Decimal(0): (0, Equation(result.number, (), (), last))}
    for size, figure in enumerate(run, 1):
        following: dict[Decimal, tuple[int, Equation]] = {}
        for value, (guesses, made) in sums.items():
            guess = guesses + (figure.sign is Sign.EITHER)
            if figure.sign is not Sign.MINUS:
                _keep(following, value + figure.value, guesses, _with(made, figure.number, added=True))
            # what is only ever behind its result adds up to it; its sign is known, or it is none
            if figure.sign is Sign.MINUS or (figure.sign is Sign.EITHER and last):
                _keep(following, value - figure.value, guess, _with(made, figure.number, added=False))
        sums = following
        if size > 1 and result.value in sums:
            made = sums[result.value][1]
            first = run[size - 1].number
            if not last:
                return made
            if first in made.added:
                return Equation(result.number, made.added[::-1], made.deducted[::-1], last)
        if len(sums) > _STATES:
            return None
    return None


def _keep(sums: dict[Decimal, tuple[int, Equation]], value: Decimal, guesses: int, made: Equation) -> None:
    known = sums.get(value)
    if known is None or guesses < known[0]:
        sums[value] = (guesses, made)


def _with(made: Equation, number: int, *, added: bool) -> Equation:
    if added:
        return Equation(made.result, (*made.added, number), made.deducted, made.last)
    return Equation(made.result, made.added, (*made.deducted, number), made.last)
