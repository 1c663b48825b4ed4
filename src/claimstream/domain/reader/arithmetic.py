"""Which of a row of figures are made of the others, by nothing but their values and what sign each may have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Sign(Enum):
    """How a figure may enter a sum."""

    PLUS = "plus"
    MINUS = "minus"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a row."""

    number: int
    """The caller's own."""
    cents: int
    """Never negative."""
    sign: Sign


@dataclass(frozen=True, slots=True)
class Equation:
    """``result`` is what ``added`` less ``deducted`` comes to; all are numbers of figures, in their order."""

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
_GUESSES = 2
"""The most figures of which an equation may guess that they are deducted: with more, anything makes anything."""


def equations(figures: Sequence[Figure], is_result: Callable[[int], bool]) -> tuple[Equation, ...]:
    """The equations among neighbouring ``figures``: 1,000 + 100 = 1,100 and 1,100 - 50 = 1,050, or the result first.

    ``is_result`` says of a figure's number whether anything is to be made of it. Of several ways to make a figure the
    shortest run counts, and in it the one that guesses the fewest signs.
    """
    found = []
    for position, figure in enumerate(figures):
        if not is_result(figure.number):
            continue
        before = _made_of(figures[max(0, position - _TERMS) : position][::-1], figure, last=True)
        behind = _made_of(figures[position + 1 : position + 1 + _TERMS], figure, last=False)
        found += [equation for equation in (before, behind) if equation]
    return tuple(found)


class _Way(NamedTuple):
    """One way to a sum, its last term first."""

    guesses: int
    number: int = -1
    added: bool = True
    before: "_Way | None" = None


def _made_of(run: Sequence[Figure], result: Figure, *, last: bool) -> Equation | None:
    """The result out of the first few of ``run``, which begins beside it."""
    sums: dict[int, _Way] = {0: _Way(0)}
    for size, figure in enumerate(run, 1):
        following: dict[int, _Way] = {}
        for value, way in sums.items():
            if figure.sign is not Sign.MINUS:
                _keep(following, value + figure.cents, _Way(way.guesses, figure.number, True, way))
            # What stands behind a total makes it up: there a sign that nobody knows is none.
            if figure.sign is Sign.MINUS or (figure.sign is Sign.EITHER and last and way.guesses < _GUESSES):
                guesses = way.guesses + (figure.sign is Sign.EITHER)
                _keep(following, value - figure.cents, _Way(guesses, figure.number, False, way))
        sums = following
        found = sums.get(result.cents) if size > 1 else None
        if found and (found.added or not last):
            return _equation(result.number, found, last=last)
    return None


def _keep(sums: dict[int, _Way], value: int, way: _Way) -> None:
    known = sums.get(value)
    if known is None or way.guesses < known.guesses:
        sums[value] = way


def _equation(result: int, way: _Way, *, last: bool) -> Equation:
    ways = []
    while way.before is not None:
        ways.append(way)
        way = way.before
    if not last:
        ways.reverse()
    return Equation(
        result, tuple(w.number for w in ways if w.added), tuple(w.number for w in ways if not w.added), last
    )
