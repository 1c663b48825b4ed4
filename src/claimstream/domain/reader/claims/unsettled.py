"""Doubt where the sums of a letter leave something open: more is added, two totals differ, an amount says nothing."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.counted import are_reckoned
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.rows import ADDED_ON, DEDUCTED, DESCRIBED, INCLUDED, PART_OF_CLAIM, Rows
from claimstream.domain.reader.grounds import is_other_person
from claimstream.domain.reader.label_phrases import COUNTED_IN
from claimstream.domain.reader.labels import Role
from claimstream.domain.records.extraction import FigureDoubt
from claimstream.domain.text.text import folded

BILL = Rule(
    "a_bill",
    r"{bill}",
    takes=("Unsere Rechnung lautet auf 50,00 EUR.",),
    leaves=("Eine weitere Rechnung lautet auf 50,00 EUR.",),
    but=r"{another}",
)
_GROWN = Decimal("0.75")
"""The share of a claim that its bill has at least: the rest is costs."""
BREAKDOWN = re.compile(r"[^()\n.;\d]{0,40}\([^()]{5,300}\)")
"""The parts that a claim is made of, in brackets behind it."""


def with_unsettled(page: Page, rows: Rows, claims: Sequence[Claim], used: AbstractSet[int]) -> tuple[Claim, ...]:
    """``claims``, in doubt where something is left open. ``used`` are the numbers of what other figures are made of."""
    ranked = {number for number, claim in enumerate(claims) if claim.role in CLAIM_ROLES and not claim.part}
    if not ranked:
        return tuple(claims)
    inside = _broken_down(page, claims, ranked) | _included(rows, claims, min(ranked))
    claims = [replace(claim, part=True) if n in inside else claim for n, claim in enumerate(claims)]
    used = used | inside
    doubtful = _other_than_the_total(claims)
    if (
        _is_added_to(page, rows, claims, used, min(ranked))
        or _is_reduced(rows, claims, used, max(ranked))
        or _is_one_item(rows, claims, used, ranked)
        or _holds_unnamed(page, rows, claims, used, ranked)
        or _is_sum_of_paid(claims, ranked)
    ):
        doubtful |= ranked
    return tuple(replace(c, doubt=FigureDoubt.SUMS, proven=False) if n in doubtful else c for n, c in enumerate(claims))


def _broken_down(page: Page, claims: Sequence[Claim], ranked: AbstractSet[int]) -> set[int]:
    """The amounts that stand in parentheses behind a claim and come to it: *865,00 EUR (Geldstrafe 750,00 EUR, …)*."""
    found: set[int] = set()
    for number in ranked:
        match = BREAKDOWN.match(page.text, claims[number].token.end)
        inside = [n for n in range(number + 1, len(claims)) if match and claims[n].token.end <= match.end()]
        if len(inside) > 1 and sum(claims[n].token.value or 0 for n in inside) == claims[number].token.value:
            found.update(inside)
    return found


def _included(rows: Rows, claims: Sequence[Claim], first: int) -> set[int]:
    """The parts behind a claim that are said to be in it: *in diesem Betrag sind Zuschläge von 24,00 EUR enthalten*."""
    return {
        number
        for number, claim in enumerate(claims[first + 1 :], first + 1)
        if claim.role in {Role.INTEREST, Role.COSTS} and rows.says_around(number, INCLUDED)
    }


def _is_added_to(page: Page, rows: Rows, claims: Sequence[Claim], used: AbstractSet[int], first: int) -> bool:
    """Whether more is added behind the claim: *hinzu kommen weitere Kosten von 120,00 EUR*.

    Interest or costs behind it are more, too, unless the principal is given as well or they are said to be part of it.
    """
    whole = any(claim.role is Role.PRINCIPAL for claim in claims)
    last = max(number for number, claim in enumerate(claims) if claim.role in CLAIM_ROLES and not claim.part)
    for number in range(first + 1, len(claims)):
        claim = claims[number]
        if number in used or claim.part or claim.proven or not claim.token.value or claim.token.value < 0:
            continue
        if claim.role not in {None, Role.CLAIM, *PART_ROLES} or rows.says_around(number, INCLUDED):
            continue
        if rows.says_around(number, DESCRIBED):
            continue
        aside = page.asides.get(number)
        if aside and not aside.adds:
            continue
        extra = claim.role in {Role.INTEREST, Role.COSTS} and not whole and number > last
        if (extra or rows.says(number, ADDED_ON)) and not rows.is_running(number):
            return True
    return False


def _is_reduced(rows: Rows, claims: Sequence[Claim], used: AbstractSet[int], last: int) -> bool:
    """Return whether a row behind the last claim takes something off, by word or sign, and no sum says what is left."""

    def takes_off(number: int, claim: Claim) -> bool:
        value = claim.token.value
        if not value or number in used or not rows.is_row(number):
            return False
        return claim.role in {Role.PAYMENT, Role.CREDIT} or value < 0 or rows.says(number, DEDUCTED)

    return not claims[last].proven and any(takes_off(n, claim) for n, claim in enumerate(claims[last + 1 :], last + 1))


def _is_sum_of_paid(claims: Sequence[Claim], ranked: AbstractSet[int]) -> bool:
    """Return whether a claim is the sum of what was paid above it: a list of payments has a total, too."""
    return any(
        len(paid := [abs(c.token.value) for c in claims[:number] if c.role is Role.PAYMENT and c.token.value]) > 1
        and sum(paid) == claims[number].token.value
        for number in ranked
    )


def _other_than_the_total(claims: Sequence[Claim]) -> set[int]:
    """The figures called open that differ from a total, where nothing that was paid says why."""
    still = [n for n, c in enumerate(claims) if c.role is Role.STILL and not c.part and c.token.value]
    if not still:
        return set()
    paid = [abs(c.token.value) for c in claims if c.token.value and (c.role is Role.PAYMENT or c.token.value < 0)]
    gaps = {sum(paid), *paid}
    totals = [
        c.token.value
        for n, c in enumerate(claims)
        if not c.part and c.token.value and (c.role is Role.TOTAL or (c.role is Role.CLAIM and n > still[-1]))
    ]
    return {
        number
        for number in still
        if (value := claims[number].token.value) is not None
        and any(total != value and total - value not in gaps for total in totals)
    }


def _is_one_item(rows: Rows, claims: Sequence[Claim], used: AbstractSet[int], ranked: AbstractSet[int]) -> bool:
    """Whether the claim is one contract's, and another figure another's: *Rechnung 4711*, *Rechnung 4712*."""
    items = {
        number
        for number, claim in enumerate(claims)
        if claim.role in {None, *CLAIM_ROLES}
        and not claim.part
        and claim.token.value
        and number not in used
        and rows.is_row(number)
        and rows.says(number, PART_OF_CLAIM)
    }
    return ranked <= items and len({claims[number].token.value for number in items}) > 1


def _holds_unnamed(
    page: Page, rows: Rows, claims: Sequence[Claim], used: AbstractSet[int], ranked: AbstractSet[int]
) -> bool:
    """Whether a sentence holds another amount of which nothing says what it is."""
    values = {claims[number].token.value for number in ranked}
    unnamed = {
        number
        for number, claim in enumerate(claims)
        if claim.role is None
        and claim.token.has_currency
        and bool(claim.token.value)
        and claim.token.value not in values
        and number not in page.asides
        and not rows.is_row(number)
        and not rows.says_around(number, INCLUDED)
    }
    owed = next(iter(values), None)
    if len(values) == 1 and used and sum(claims[n].token.value or 0 for n in used) == owed:
        # What stands before a list that comes to the total is in it, or is none of it.
        unnamed = {number for number in unnamed if number > min(used)}
    if not unnamed - used:
        return False
    if len(values) > 1 or owed is None:
        return True
    parts = {n for n, claim in enumerate(claims) if claim.part and claim.token.value and n not in ranked}
    priced = {n for n, claim in enumerate(claims) if claim.role is Role.OTHER and claim.token.value}
    costs = {n for n, claim in enumerate(claims) if claim.role in {Role.INTEREST, Role.COSTS} and claim.token.value}
    if len(unnamed) == 1 and _grew_to(page, claims, min(unnamed), owed):
        return False
    named = (set[int](), parts, priced, costs)
    return not any(are_reckoned(page, rows, claims, unnamed | more, owed) for more in named)


def _grew_to(page: Page, claims: Sequence[Claim], number: int, owed: Decimal) -> bool:
    """Return whether a bill grew to ``owed`` by costs of no given figure: *mit Mahnkosten sind es …*."""
    value = claims[number].token.value or Decimal(0)
    if not _GROWN * owed <= value < owed:
        return False
    bill = page.sentence(claims[number].token).of(page.text)
    if any(map(is_other_person, folded(bill).split())):
        return False
    later = next(c for c in claims if c.role in CLAIM_ROLES and c.token.value == owed)
    return later.token.start > claims[number].token.start and (
        BILL.find(folded(bill)) is not None
        and COUNTED_IN.find(folded(page.sentence(later.token).of(page.text))) is not None
    )
