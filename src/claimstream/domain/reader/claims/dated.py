"""One claim as of several days: the latest counts, as long as it is about the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from claimstream.domain.reader.claims.claim import CLAIM_ROLES, Claim
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.dates import find_as_of

_APART = Decimal("0.10")
"""What differs by more is not the same claim with a few days' interest."""


def without_earlier(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """``claims``, those of one role left out that the same letter gives as of a later day."""
    result = list(claims)
    for role in CLAIM_ROLES:
        numbers = [n for n, c in enumerate(claims) if c.role is role and not c.part and c.token.value]
        days = {number: _as_of(page, number) for number in numbers}
        known = [day for day in days.values() if day is not None]
        if len(known) < len(numbers) or len(set(known)) < 2:
            continue
        values = [claim.token.value for n in numbers if (claim := claims[n]).token.value is not None]
        if max(values) - min(values) > _APART * min(values):
            continue
        for number in numbers:
            if days[number] != max(known):
                result[number] = replace(claims[number], role=None)
    return tuple(result)


def _as_of(page: Page, number: int) -> date | None:
    """The one day that the line of a figure states before it."""
    line = page.index.lines[page.token_lines[number]]
    first = page.by_line[page.token_lines[number]][0]
    found = {token.value for token in find_as_of(page.text[line.start : page.tokens[number].start])}
    return found.pop() if len(found) == 1 and first == number else None
