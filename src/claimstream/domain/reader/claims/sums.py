"""What a sum says about the amounts beside it: items are no claims of their own, a lawyer's fee is none at all."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, Claim
from claimstream.domain.reader.claims.meaning import is_generic_total
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.labels import Role
from claimstream.domain.records.extraction import FigureDoubt
from claimstream.domain.text.text import folded

_IN_DISPUTE = re.compile(r"gegenstandswert|streitwert|geschäftswert|verfahrenswert")
FEE_NOTE = Rule(
    "lawyers_fee",
    r"{lawyers_fee}",
    takes=("1,3 Geschäftsgebühr Nr. 2300 VV RVG",),
    leaves=("Inkassovergütung", "Müllgebühren 2026"),
)
OWED = Rule(
    "fee_owed",
    r"{fee_owed}",
    takes=("Abfallgebühren in Höhe von 50,00 EUR sind rückständig.", "Sie schuldet uns 50,00 EUR Studiengebühren."),
    leaves=("Die Gebühren betragen 50,00 EUR.",),
)
EXTRA = Rule(
    "extra_costs",
    r"{extra_cost}",
    takes=("Mahnkosten", "Kosten", "Inkassogebühren", "Gerichtskosten", "Auslagen", "Bearbeitungsgebühr"),
    leaves=("Abfallgebühren", "Behandlungskosten", "Studiengebühren"),
)
"""The names of costs that come on top of a claim."""
COURT_CASHIER = Rule(
    "court_cashier",
    r"{court_cashier}",
    takes=("Landesjustizkasse Mittelheim", "Justizobersekretärin"),
    leaves=("Amtsgericht Mittelheim", "Stadtkasse"),
)
"""An office whose claims are the costs of a court."""
COURT_COSTS = Rule(
    "court_costs",
    r"{court_costs}",
    takes=("Gerichtskosten", "Verfahrenskosten"),
    leaves=("Mahnkosten",),
)
_FEE_LINES = 8
"""Amounts that a note of fees may hold between the value in dispute and its sum."""


def without_items(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Amounts whose claim label is a column's heading and whose column ends in a total are items of it, not claims.

    Without such a total they are in doubt, and so is a single one whose neighbours nothing names.
    """
    result = list(claims)
    for heading, numbers in _columns(page, claims).items():
        if len(numbers) < 2:
            is_item = False
            is_doubtful = _has_bare_neighbour(page, result, numbers[0], heading)
        else:
            is_item = _has_total(page, result, numbers)
            is_doubtful = not is_item
        for number in numbers:
            claim = result[number]
            if is_item:
                result[number] = Claim(claim.token, None)
            elif is_doubtful:
                result[number] = Claim(claim.token, claim.role, claim.label, doubt=FigureDoubt.SEVERAL)
    return tuple(result)


def _columns(page: Page, claims: Sequence[Claim]) -> dict[int, list[int]]:
    """The claims that have their label from a line above, by the position of that label."""
    found: dict[int, list[int]] = {}
    for number, claim in enumerate(claims):
        label = claim.label
        if label is None or page.sentence(claim.token).start <= label.start:
            continue  # a sentence that is wrapped has no headings
        if claim.role in CLAIM_ROLES and page.index.at(label.start) < page.token_lines[number]:
            found.setdefault(label.start, []).append(number)
    return found


def _has_bare_neighbour(page: Page, claims: Sequence[Claim], number: int, heading: int) -> bool:
    """Whether the only amount right under its heading has one beside it, a line up or down, that nothing names."""
    line = page.token_lines[number]
    return line - page.index.at(heading) == 1 and any(
        abs(other - line) == 1 and claim.role is None for claim, other in zip(claims, page.token_lines, strict=True)
    )


def _has_total(page: Page, claims: Sequence[Claim], numbers: Sequence[int]) -> bool:
    """Whether a claim below the amounts ``numbers`` is their sum."""
    items = sum((claims[n].token.value or Decimal(0) for n in numbers), Decimal(0))
    last = page.token_lines[numbers[-1]]
    return any(
        claim.role in CLAIM_ROLES and line > last and claim.token.value == items
        for claim, line in zip(claims, page.token_lines, strict=True)
    )


def with_fees_owed(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """A fee is the claim where it is all that a letter gives, and said to be owed: *Abfallgebühren sind rückständig*.

    Not what comes with every claim: the costs of a reminder, an agency, a lawyer or an enforcement.
    """
    values = {claim.token.value for claim in claims if claim.token.value}
    if len(values) != 1 or any(claim.role is not Role.COSTS for claim in claims):
        return tuple(claims)
    claim = claims[0]
    assert claim.label
    name = folded(page.text[claim.label.start : claim.label.end])
    sentence = page.sentence(claim.token)
    extra = EXTRA.find(name) and not (COURT_COSTS.find(name) and COURT_CASHIER.find(folded(page.text)))
    if extra or not OWED.find(folded(page.text[sentence.start : sentence.end])):
        return tuple(claims)
    return tuple(replace(claim, role=Role.CLAIM) for claim in claims)


def without_fees(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The sum under a value in dispute is the lawyer's fee, not the claim."""
    return tuple(
        Claim(claim.token, None) if _is_fee(page, claims, number) else claim for number, claim in enumerate(claims)
    )


def _is_fee(page: Page, claims: Sequence[Claim], number: int) -> bool:
    first = max(0, number - _FEE_LINES)
    claim, before = claims[number], claims[first:number]
    if claim.role is not Role.TOTAL or not claim.label or not is_generic_total(page, claim.label):
        return False
    if before and all(other.role in {Role.COSTS, Role.OTHER, None} for other in before):
        start = page.index.lines[page.token_lines[first]].start
        if FEE_NOTE.find(folded(page.text[start : claim.token.start])):
            return True
    others = [other.label for other in before if other.role is Role.OTHER and other.label]
    return any(_IN_DISPUTE.match(page.low, label.start) for label in others)
