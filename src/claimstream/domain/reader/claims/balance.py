"""What arithmetic says of a letter's figures, whatever their labels: 1,000 + 100 = 1,100, 1,100 - 50 = 1,050."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from claimstream.domain.reader.arithmetic import Equation, Figure, Sign, equations
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.meaning import is_generic_total
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.rows import (
    ASKED_FOR,
    DEDUCTED,
    LEFT_OVER,
    PART_OF_CLAIM,
    SUBTOTAL,
    SUM_OF_PAID,
    TAKEN_OFF,
    TO_COME,
    Rows,
    is_balance,
)
from claimstream.domain.reader.claims.unsettled import with_unsettled
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.labels import Role
from claimstream.domain.records.extraction import AmountFlaw, FigureDoubt

_NEAR = 24
"""Figures behind a claim among which one may be made of it."""
_MOST = 1000
"""Figures of a letter that are added up. A longer list is a person's."""
_DATE = 10
"""Characters of a date at the beginning of a row."""


def balanced(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """``claims`` as arithmetic has them.

    A figure that another one is made of is no claim. What is left after a deduction is still to pay, and proven. Where
    it cannot be told whether a figure is what is left or an item of the one before, both are in doubt.
    """
    if not any(claim.role in CLAIM_ROLES for claim in claims):
        return tuple(claims)
    if len(claims) > _MOST:
        return tuple(replace(claim, doubt=FigureDoubt.SUMS) if claim.role in CLAIM_ROLES else claim for claim in claims)
    rows = Rows(page)
    named = [_named(page, rows, number, claim) for number, claim in enumerate(claims)]
    settled, used = _Balance(page, rows, named).settled()
    return with_unsettled(page, rows, settled, used)


def _named(page: Page, rows: Rows, number: int, claim: Claim) -> Claim:
    """``claim`` by its own words: paid, whatever its column is called; an item's, however open; or as it was."""
    label = claim.label
    if claim.role is Role.STILL and rows.says(number, PART_OF_CLAIM):
        return replace(claim, role=Role.CLAIM)  # what is left of one invoice is not all
    if claim.role is Role.TOTAL and rows.says(number, SUM_OF_PAID):
        return replace(claim, role=Role.PAYMENT)
    if not rows.is_row(number):
        if claim.role in {None, Role.OTHER} and rows.says_around(number, TAKEN_OFF):
            return replace(claim, role=Role.PAYMENT, part=False)
        return claim
    own = label is not None and (
        page.index.at(label.start) == page.token_lines[number] or is_balance(page.low[label.start : label.end])
    )
    paid = rows.says(number, DEDUCTED) and not rows.says(number, LEFT_OVER)
    if claim.role in {None, *CLAIM_ROLES} and not own and paid:
        return replace(claim, role=Role.PAYMENT, doubt=None)
    return claim


class _Balance:
    """Equations among the claims of a page, and what they make of them. Numbers are those of the claims."""

    def __init__(self, page: Page, rows: Rows, claims: Sequence[Claim]) -> None:
        self._page = page
        self._rows = rows
        self._claims = list(claims)
        self._signs = [self._sign(number) for number in range(len(claims))]

    def settled(self) -> tuple[list[Claim], set[int]]:
        """The claims, and the numbers of those that another figure is made of."""
        remainders, sums, doubtful = self._judged(self._equations())
        held = [*remainders, *sums]
        used = {number for equation in held for number in equation.terms}
        if self._runs_backwards(held):
            for number in used | {equation.result for equation in held}:
                self._change(number, doubt=FigureDoubt.SUMS)
            return self._claims, set()
        for number in doubtful:
            self._change(number, doubt=FigureDoubt.SUMS)
        counted_on = {n for n in used if self._is_claim(n) or self._rows.says(n, SUBTOTAL)}
        used |= self._repeated(used)
        for number in used:
            if self._is_claim(number):
                self._change(number, role=None)
        for number in {n for equation in held for n in equation.deducted}:
            if self._claims[number].role is None:
                self._change(number, role=Role.PAYMENT)
        for equation in held:
            if equation.result not in used and equation.last:
                self._prove(equation, counted_on)
        return self._claims, used

    def _prove(self, equation: Equation, counted_on: set[int]) -> None:
        """Take the result of an equation for what is owed: after a deduction, or made of what was a claim before."""
        number = equation.result
        claim = self._claims[number]
        if claim.role is not None and not self._is_claim(number):
            return
        if equation.deducted:
            if claim.role is None or not self._rows.says(number, PART_OF_CLAIM):
                self._change(number, role=Role.STILL, doubt=self._vagueness(number), proven=True)
            return
        if claim.role is None:
            self._change(number, role=Role.TOTAL)
        if claim.role is Role.TOTAL and any(self._claims[n].role is Role.PRINCIPAL for n in equation.terms):
            self._change(number, part=False)  # "sie setzt sich zusammen aus …, insgesamt …"
        if counted_on & set(equation.terms) and self._rows.is_row(number):
            self._change(number, doubt=self._vagueness(number), proven=True)

    # What a figure is, as a term.

    def _sign(self, number: int) -> Sign | None:
        """How the figure may enter a sum; None where it stands outside of all."""
        claim, value = self._claims[number], self._claims[number].token.value
        if not value or claim.token.flaw is AmountFlaw.AMBIGUOUS:
            return None
        if value < 0 or claim.role in {Role.PAYMENT, Role.CREDIT}:
            return Sign.MINUS
        if claim.role is Role.RATE:
            return None
        if claim.role is Role.OTHER:
            if self._rows.is_row(number) and self._rows.says(number, DEDUCTED):
                return Sign.MINUS
            return Sign.PLUS if self._rows.says(number, SUBTOTAL) else None
        if claim.role is not None or self._rows.says(number, LEFT_OVER) or self._rows.says(number, PART_OF_CLAIM):
            return Sign.PLUS
        return Sign.EITHER

    def _is_claim(self, number: int) -> bool:
        return self._claims[number].role in CLAIM_ROLES

    def _is_named_otherwise(self, number: int) -> bool:
        """Whether the figure is a rate, a discount, an offer: perhaps deducted all the same."""
        return self._claims[number].role in {Role.RATE, Role.OTHER} and self._signs[number] is None

    def _vagueness(self, number: int) -> FigureDoubt | None:
        """The doubt of a figure whose line says that it is about or provisional, which no sum makes sure."""
        line = self._page.index.lines[self._page.token_lines[number]]
        vague = any(label.role is Role.DOUBT for label in self._page.labels_in(line.start, line.end))
        return FigureDoubt.LABEL if vague else None

    def _change(self, number: int, **changes: Role | FigureDoubt | bool | None) -> None:
        self._claims[number] = replace(self._claims[number], **changes)  # type: ignore[arg-type]  # of several fields

    # Equations, and what they mean.

    def _equations(self) -> list[Equation]:
        """The equations among all figures; for a result without one, those of a total and what was taken off."""
        numbers = range(len(self._claims))
        every = [n for n in numbers if not self._is_named_otherwise(n)]
        paid = [n for n in every if self._signs[n] is Sign.MINUS]
        subtotals = equations([replace(figure, sign=Sign.PLUS) for figure in self._figures(paid)], lambda _: True)
        paid_twice = {number for equation in subtotals for number in equation.terms}
        every = [n for n in every if n not in paid_twice]
        found = list(equations(self._figures(every), self._is_result))
        for kept in (
            [n for n in every if self._claims[n].role not in PART_ROLES and not self._claims[n].part],
            [n for n in every if self._is_claim(n) or self._signs[n] is Sign.MINUS],
            numbers,
        ):
            wanted = self._results_without({equation.result for equation in found if equation.last})
            found += [e for e in equations(self._figures(kept), wanted) if e.last and e.deducted]
        return found

    def _figures(self, numbers: Iterable[int]) -> list[Figure]:
        found = []
        for number in numbers:
            value = self._claims[number].token.value
            sign = Sign.MINUS if self._is_named_otherwise(number) else self._signs[number]
            if sign and value:
                found.append(Figure(number, int(abs(value) * 100), sign))
        return found

    def _is_result(self, number: int) -> bool:
        return self._signs[number] in {Sign.PLUS, Sign.EITHER} and any(
            self._is_claim(near) for near in range(max(0, number - _NEAR), number + 1)
        )

    def _results_without(self, known: set[int]) -> Callable[[int], bool]:
        return lambda number: number not in known and self._is_result(number)

    def _judged(self, found: Sequence[Equation]) -> tuple[list[Equation], list[Equation], set[int]]:
        """Remainders, sums, and the numbers of the figures of which nobody can say."""
        remainders = [e for e in found if e.last and e.deducted and self._is_remainder(e)]
        left = {equation.result for equation in remainders}
        sums: list[Equation] = []
        doubtful: set[int] = set()
        for equation in found:
            if equation in remainders or self._says_nothing(equation):
                continue
            if not equation.last and left & set(equation.terms):
                continue  # the remainder and what was paid make the total again
            if equation.last and equation.deducted:
                holds = self._are_items((*equation.deducted, equation.result))
            else:
                holds = self._is_sum(equation)
                sums += [equation] if holds else []
            if not holds:
                doubtful.update((equation.result, *equation.terms))
        return remainders, sums, doubtful

    def _says_nothing(self, equation: Equation) -> bool:
        """Whether an equation holds by chance, is none that a letter would state, or is about no claim."""
        if not any(self._is_claim(n) for n in (equation.result, *equation.terms)) or self._is_chance(equation):
            return True
        # No total is made of a total behind it, nor begins with what was paid.
        return not equation.last and (
            self._claims[equation.result].role is None
            or min(equation.terms) in equation.deducted
            or any(self._claims[n].role is Role.TOTAL for n in equation.terms)
        )

    def _is_chance(self, equation: Equation) -> bool:
        """Whether too much of the equation is guessed: what is deducted from a figure that is no sum."""
        guessed = [n for n in equation.terms if self._signs[n] is Sign.EITHER]
        first = self._claims[equation.added[0]]
        return (
            bool(equation.deducted)
            and bool(guessed)
            and (first.role is None or any(n in guessed for n in equation.added))
        )

    def _is_remainder(self, equation: Equation) -> bool:
        """Whether what is deducted is known to be, or the result is called what is left, row for row."""
        result = equation.result
        if any(self._is_named_otherwise(n) or self._rows.says_around(n, ASKED_FOR) for n in equation.deducted):
            return False
        if any(self._rows.says_around(n, TO_COME) for n in (result, *equation.deducted)):
            return False
        if all(self._signs[n] is Sign.MINUS for n in equation.deducted):
            return True
        part = self._claims[result].role in PART_ROLES or self._rows.says(result, PART_OF_CLAIM)
        if part or self._is_chance(equation):
            return False
        called = self._rows.says(result, LEFT_OVER) or self._claims[result].role in {Role.STILL, Role.TOTAL}
        return called and all(self._rows.is_row(n) for n in (result, *equation.deducted))

    def _is_sum(self, equation: Equation) -> bool:
        """Whether the terms are what the result is made of, and none of them is the remainder of the others."""
        if not equation.last:
            return bool(equation.deducted) or self._are_items(equation.terms)
        result = equation.result
        if self._claims[result].role is None and not (
            self._rows.says(result, LEFT_OVER) and (self._rows.is_row(result) or self._in_one_sentence(equation))
        ):
            return False
        guessed = any(self._signs[n] is Sign.EITHER for n in equation.added)
        return not (guessed and any(self._claims[n].role is Role.STILL for n in equation.added))

    def _in_one_sentence(self, equation: Equation) -> bool:
        """Return whether the result stands in the sentence of its terms: *50,00 EUR zuzüglich 5,00 EUR, mithin …*."""
        tokens = self._page.tokens
        sentence = self._page.sentence(tokens[equation.result])
        return sentence.start <= tokens[min(equation.terms)].start

    def _are_items(self, numbers: Sequence[int]) -> bool:
        """Whether one of the figures is known to be a part, or all are called by the same word."""
        claims = [self._claims[n] for n in numbers]
        if any(c.role in PART_ROLES or c.part for c in claims) or any(
            self._rows.says(n, PART_OF_CLAIM) for n in numbers
        ):
            return True
        first = {self._rows.words(n).partition(" ")[0] for n in numbers}
        return len(first) == 1 and "" not in first

    def _repeated(self, used: set[int]) -> set[int]:
        """Claims that a used figure repeats: a balance's first row gives it twice, a note of fees ends in the costs."""
        lines = {(self._page.token_lines[n], self._claims[n].token.value) for n in used}
        costs = {self._claims[n].token.value for n in used if self._claims[n].role is Role.COSTS}
        return {
            number
            for number, claim in enumerate(self._claims)
            if self._is_claim(number)
            and (
                (self._page.token_lines[number], claim.token.value) in lines
                or (claim.token.value in costs and claim.label and is_generic_total(self._page, claim.label))
            )
        }

    def _runs_backwards(self, found: Sequence[Equation]) -> bool:
        """Whether running balances stand with the newest first: then the last of them is the oldest."""
        used = {number for equation in found for number in equation.terms}
        if not any(equation.last and equation.result in used for equation in found):
            return False
        page = self._page
        lines = {page.token_lines[n] for e in found if e.last for n in (e.result, *e.terms)}
        stated = [find_dates(page.index.lines[line].of(page.text).lstrip()[:_DATE]) for line in sorted(lines)]
        days = [tokens[0].value for tokens in stated if tokens and tokens[0].value]
        return any(below < above for above, below in pairwise(days))
