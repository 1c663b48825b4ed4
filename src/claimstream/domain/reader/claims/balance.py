"""What arithmetic says of a letter's figures, whatever their labels: 1,000 + 100 = 1,100, 1,100 - 50 = 1,050."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from claimstream.domain.reader.arithmetic import Equation, Figure, Sign, equations
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.meaning import is_generic_total
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.rows import (
    ADDED_ON,
    DEDUCTED,
    INCLUDED,
    LEFT_OVER,
    PART_OF_CLAIM,
    SUBTOTAL,
    SUM_OF_PAID,
    TAKEN_OFF,
    Rows,
    is_balance,
)
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.labels import Role
from claimstream.domain.records.extraction import AmountFlaw

_NEAR = 24
"""Figures behind a claim among which one may be made of it."""
_MOST = 1000
"""Figures of a letter that are added up. A longer list is a person's."""


def balanced(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """``claims`` as arithmetic has them.

    A figure that another one is made of is no claim. What is left after a deduction is still to pay, and proven. Where it
    cannot be told whether a figure is what is left or an item of the one before, both are in doubt.
    """
    if not any(claim.role in CLAIM_ROLES for claim in claims):
        return tuple(claims)
    if len(claims) > _MOST:
        return tuple(replace(claim, doubt=True) if claim.role in CLAIM_ROLES else claim for claim in claims)
    balance = _Balance(page, claims)
    balance.settle()
    return tuple(balance.claims)


class _Balance:
    """The claims of a page while equations are found among them; numbers are those of the claims."""

    def __init__(self, page: Page, claims: Sequence[Claim]) -> None:
        self._page = page
        self._rows = Rows(page)
        self.claims = [self._named(number, claim) for number, claim in enumerate(claims)]
        self._signs = [self._sign(number) for number in range(len(claims))]

    def settle(self) -> None:
        remainders, sums, doubtful = self._judged(self._equations())
        if self._runs_backwards(remainders + sums):
            self._doubt({*(e.result for e in remainders + sums), *(n for e in remainders + sums for n in e.terms)})
            return
        for number in doubtful:
            self._change(number, doubt=True)
        claimed = {number for number, claim in enumerate(self.claims) if claim.role in CLAIM_ROLES}
        proven = {equation.result for equation in remainders}
        used = {number for equation in remainders + sums for number in equation.terms}
        used |= self._repeated(used)
        for number in used:
            if self.claims[number].role in CLAIM_ROLES:
                self._change(number, role=None)
        for equation in remainders + sums:
            for number in equation.deducted:
                if self.claims[number].role is None:
                    self._change(number, role=Role.PAYMENT)
        for number in proven - used:
            claim = self.claims[number]
            if claim.role in CLAIM_ROLES and self._rows.says(number, PART_OF_CLAIM):
                continue  # what is left of one invoice
            if claim.role in CLAIM_ROLES or claim.role is None:
                self._change(number, role=Role.STILL, doubt=self._is_vague(number), proven=True)
        for equation in sums:
            if equation.result in used or not equation.last:
                continue
            if self.claims[equation.result].role is None:
                self._change(equation.result, role=Role.TOTAL)
            counted_on = any(n in claimed or self._rows.says(n, SUBTOTAL) for n in equation.terms)
            if counted_on and self._rows.is_row(equation.result):
                self._change(equation.result, doubt=self._is_vague(equation.result), proven=True)
        self._doubt_what_is_added_to(used)
        self._doubt_remainders_of_nothing()
        self._doubt_items(used)
        self._doubt_unexplained(used)

    # What a figure is, as a term.

    def _named(self, number: int, claim: Claim) -> Claim:
        """``claim`` by its row: a payment where it says only how it was paid, a claim like others where it is an item's."""
        own = claim.label is not None and self._page.index.at(claim.label.start) == self._page.token_lines[number]
        rows = self._rows
        if claim.role is Role.STILL and rows.says(number, PART_OF_CLAIM):
            return replace(claim, role=Role.CLAIM)  # what is left of one invoice is not all
        if claim.role is Role.TOTAL and rows.says(number, SUM_OF_PAID):
            return replace(claim, role=Role.PAYMENT)
        if claim.role in {None, *CLAIM_ROLES} and not own and not self._is_running_balance(claim):
            if rows.is_row(number) and rows.says(number, DEDUCTED) and not rows.says(number, LEFT_OVER):
                return replace(claim, role=Role.PAYMENT, doubt=False)
        if claim.role in {None, Role.OTHER} and not rows.is_row(number) and rows.says_around(number, TAKEN_OFF):
            return replace(claim, role=Role.PAYMENT, part=False)
        return claim

    def _is_running_balance(self, claim: Claim) -> bool:
        return claim.label is not None and is_balance(self._page.low[claim.label.start : claim.label.end])

    def _sign(self, number: int) -> Sign | None:
        """How the figure may enter a sum; None where it stands outside of all."""
        claim, value = self.claims[number], self.claims[number].token.value
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

    def _is_named_otherwise(self, number: int) -> bool:
        """Whether the figure is a rate, a discount, an offer: perhaps deducted all the same."""
        return self.claims[number].role in {Role.RATE, Role.OTHER} and self._signs[number] is None

    def _figures(self, numbers: Sequence[int]) -> list[Figure]:
        found = []
        for number in numbers:
            sign, value = self._signs[number], self.claims[number].token.value
            if self._is_named_otherwise(number):
                sign = Sign.MINUS
            if sign and value:
                found.append(Figure(number, int(abs(value) * 100), sign))
        return found

    def _is_result(self, number: int) -> bool:
        return self._signs[number] in {Sign.PLUS, Sign.EITHER} and any(
            claim.role in CLAIM_ROLES for claim in self.claims[max(0, number - _NEAR) : number + 1]
        )

    def _is_vague(self, number: int) -> bool:
        """Whether the line of a figure says that it is about or provisional, which no sum makes sure."""
        page = self._page
        line = page.index.lines[page.token_lines[number]]
        return any(label.role is Role.DOUBT for label in page.labels_in(line.start, line.end))

    def _repeated(self, used: set[int]) -> set[int]:
        """Claims that a used figure repeats: a balance's first row gives it twice, a note of fees ends in the costs."""
        lines = {(self._page.token_lines[n], self.claims[n].token.value) for n in used}
        costs = {self.claims[n].token.value for n in used if self.claims[n].role is Role.COSTS}
        return {
            n
            for n, claim in enumerate(self.claims)
            if claim.role in CLAIM_ROLES
            and (
                (self._page.token_lines[n], claim.token.value) in lines
                or (claim.token.value in costs and claim.label and is_generic_total(self._page, claim.label))
            )
        }

    # Equations, and what they mean.

    def _equations(self) -> list[Equation]:
        """The equations among all figures; for a result without one, those among totals and what was paid."""
        every = [n for n in range(len(self.claims)) if not self._is_named_otherwise(n)]
        paid = [n for n in every if self._signs[n] is Sign.MINUS]
        for subtotal in equations([replace(f, sign=Sign.PLUS) for f in self._figures(paid)], lambda _: True):
            paid_twice = set(subtotal.terms)
            every = [n for n in every if n not in paid_twice]
        found = list(equations(self._figures(every), self._is_result))
        for kept in (
            [n for n in every if self.claims[n].role not in PART_ROLES and not self.claims[n].part],
            [n for n in every if self.claims[n].role in CLAIM_ROLES or self._signs[n] is Sign.MINUS],
            range(len(self.claims)),
        ):
            known = {equation.result for equation in found if equation.last}
            found += [
                equation
                for equation in equations(self._figures(kept), lambda n: self._is_result(n) and n not in known)
                if equation.last and equation.deducted
            ]
        return found

    def _judged(self, found: Sequence[Equation]) -> tuple[list[Equation], list[Equation], set[int]]:
        """Remainders, sums, and the numbers of those of which nobody can say."""
        remainders = [e for e in found if e.last and e.deducted and self._is_remainder(e)]
        left = {equation.result for equation in remainders}
        sums: list[Equation] = []
        doubtful: set[int] = set()
        for equation in found:
            if equation in remainders or self._is_about_nothing(equation) or self._is_chance(equation):
                continue
            if not equation.last and left & set(equation.terms):
                continue  # the remainder and what was paid make the total again
            if equation.last and equation.deducted:
                if not self._is_made_of_items(equation.deducted + (equation.result,)):
                    doubtful.update((equation.result, *equation.terms))
            elif self._is_sum(equation):
                sums.append(equation)
            else:
                doubtful.update((equation.result, *equation.terms))
        return remainders, sums, doubtful

    def _is_about_nothing(self, equation: Equation) -> bool:
        """Whether no claim would change by the equation, or it is none that a letter would state."""
        if not equation.last and (
            self.claims[equation.result].role is None
            or min(equation.terms) in equation.deducted
            or any(self.claims[n].role is Role.TOTAL for n in equation.terms)
        ):
            return True  # no total is made of a total behind it, or begins with what was paid
        return not any(self.claims[n].role in CLAIM_ROLES for n in (equation.result, *equation.terms))

    def _is_chance(self, equation: Equation) -> bool:
        """Whether too much of the equation is guessed: what is deducted from a figure that is no sum, or from many."""
        guessed = [n for n in equation.terms if self._signs[n] is Sign.EITHER]
        first = self.claims[equation.added[0]]
        return (
            bool(equation.deducted)
            and bool(guessed)
            and (first.role is None or len(guessed) > 3 or any(n in guessed for n in equation.added))
        )

    def _is_remainder(self, equation: Equation) -> bool:
        """Whether what is deducted is known to be, or the result is called what is left, row for row."""
        result = equation.result
        if any(self._is_named_otherwise(n) for n in equation.deducted):
            return False
        if all(self._signs[n] is Sign.MINUS for n in equation.deducted):
            return True
        if self._is_chance(equation):
            return False
        if self.claims[result].role in PART_ROLES or self._rows.says(result, PART_OF_CLAIM):
            return False
        called = self._rows.says(result, LEFT_OVER) or self.claims[result].role in {Role.STILL, Role.TOTAL}
        return called and all(self._rows.is_row(n) for n in (result, *equation.deducted))

    def _is_made_of_items(self, numbers: Sequence[int]) -> bool:
        """Whether one of the figures is known to be a part, or all are called by the same word."""
        if any(
            self.claims[n].role in PART_ROLES or self.claims[n].part or self._rows.says(n, PART_OF_CLAIM)
            for n in numbers
        ):
            return True
        words = {self._rows.words(n).split()[:1][0] if self._rows.words(n).split() else "" for n in numbers}
        return len(words) == 1 and "" not in words

    def _is_sum(self, equation: Equation) -> bool:
        """Whether the terms are what the result is made of, and none of them is the remainder of the others."""
        result = self.claims[equation.result]
        if not equation.last:
            if result.role is None:
                return False
            return bool(equation.deducted) or self._is_made_of_items(equation.terms)
        if result.role is None and not (
            self._rows.says(equation.result, LEFT_OVER) and self._rows.is_row(equation.result)
        ):
            return False
        guessed = [n for n in equation.added if self._signs[n] is Sign.EITHER]
        open_ = any(self.claims[n].role is Role.STILL for n in equation.added)
        return not (guessed and open_)

    def _runs_backwards(self, found: Sequence[Equation]) -> bool:
        """Whether running balances stand with the newest first: the last of them is the oldest."""
        results = sorted({e.result for e in found if e.last and {e.result} & {n for o in found for n in o.terms}})
        if not results:
            return False
        page = self._page
        dates = []
        for line in sorted({page.token_lines[n] for e in found if e.last for n in (e.result, *e.terms)}):
            stated = find_dates(page.index.lines[line].of(page.text).lstrip()[:10])
            dates += [stated[0].value] if stated and stated[0].value else []
        return any(below < above for above, below in pairwise(dates))

    # Doubts.

    def _doubt_what_is_added_to(self, used: set[int]) -> None:
        """Doubt where more is added behind the claim: *hinzu kommen weitere Kosten von 120,00 EUR*.

        Interest or costs behind it are more of it, too, unless the principal is given as well or they are named as part.
        """
        ranked = self._ranked()
        whole = any(claim.role is Role.PRINCIPAL for claim in self.claims)
        for number in range(min(ranked, default=len(self.claims)) + 1, len(self.claims)):
            claim = self.claims[number]
            if number in used or claim.part or claim.proven or not claim.token.value or claim.token.value < 0:
                continue
            if claim.role not in {None, Role.CLAIM, *PART_ROLES} or self._rows.says_around(number, INCLUDED):
                continue
            extra = claim.role in {Role.INTEREST, Role.COSTS} and not whole and not self._is_before_total(number)
            if (extra or self._rows.says(number, ADDED_ON)) and not self._rows.is_running(number):
                self._doubt(ranked)

    def _is_before_total(self, number: int) -> bool:
        return any(claim.role in CLAIM_ROLES and not claim.part for claim in self.claims[number + 1 :])

    def _ranked(self) -> set[int]:
        return {n for n, claim in enumerate(self.claims) if claim.role in CLAIM_ROLES and not claim.part}

    def _doubt_remainders_of_nothing(self) -> None:
        """Doubt where what is called open and what is called the total differ, and no sum says why."""
        still = [n for n, c in enumerate(self.claims) if c.role is Role.STILL and not c.part and c.token.value]
        if not still:
            return
        paid = [abs(c.token.value) for n, c in enumerate(self.claims) if self._signs[n] is Sign.MINUS and c.token.value]
        for number, claim in enumerate(self.claims):
            total = claim.token.value
            if (
                claim.part
                or not total
                or not (claim.role is Role.TOTAL or (claim.role is Role.CLAIM and number > still[-1]))
            ):
                continue
            for open_ in still:
                value = self.claims[open_].token.value
                if value is not None and value != total and total - value not in {sum(paid), *paid}:
                    self._doubt({open_})

    def _doubt_items(self, used: set[int]) -> None:
        """Doubt where the claim is one contract's, and another figure another's: *Rechnung 4711*, *Rechnung 4712*."""
        ranked = self._ranked()
        items = [
            n
            for n, claim in enumerate(self.claims)
            if claim.role in {None, *CLAIM_ROLES}
            and not claim.part
            and n not in used
            and claim.token.value
            and self._rows.is_row(n)
            and self._rows.says(n, PART_OF_CLAIM)
        ]
        if ranked <= set(items) and len({self.claims[n].token.value for n in items}) > 1:
            self._doubt(ranked)

    def _doubt_unexplained(self, used: set[int]) -> None:
        """Doubt where a sentence holds another amount, and nothing says what it is."""
        ranked = self._ranked()
        known = used | self._page.asides.keys()
        values = {self.claims[n].token.value for n in ranked}
        for number, claim in enumerate(self.claims):
            token = claim.token
            if claim.role is not None or not token.has_currency or not token.value or token.value in values:
                continue
            if number not in known and not self._rows.is_row(number) and not self._rows.says_around(number, INCLUDED):
                self._doubt(ranked)

    def _doubt(self, numbers: set[int]) -> None:
        for number in numbers:
            self._change(number, doubt=True, proven=False)

    def _change(self, number: int, **changes: object) -> None:
        self.claims[number] = replace(self.claims[number], **changes)
