"""Sums that a letter reckons in its sentences: *drei Kurse zu 90 EUR, dazu 15,50 EUR, zusammen 285,50 EUR*."""

import re
from collections.abc import Collection, Sequence
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims.claim import Claim
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.rows import TAKEN_OFF, Rows
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.numerals import small_number
from claimstream.domain.text.text import folded

TIMES = Rule(
    "times",
    r"(?:{numeral+times_over}|(?:(?<![\w.,])\d{1,3}|{numeral}) ?"
    r"(?:x|×|mal|(?:[^\W\d_]{2,30} ){1,3}(?:zu je|je|zu|a|à|jeweils|of|at))) ?"
    r"(?:eur|€)? ?\Z",
    takes=("vier Monate zu", "2 x", "zwei Mal", "viermal", "fünf unbezahlte Rechnungen zu je", "6 Monate à"),
    leaves=("vier Monate", "zu", "im Mai 2024 zu je"),
)
"""Before an amount: how often it counts."""
UNITS = Rule(
    "number_of_units",
    r"(?P<count>(?<![\w.,])\d{1,2}|{numeral}) (?:[^\W\d_]{2,30} )?{unit_of_dues}",
    takes=("Die letzten vier Monate hat sie nicht bezahlt.", "Zwei unbezahlte Mieten"),
    leaves=("Im vierten Monat", "2026 Miete"),
)
"""The things that an amount may be of each: *vier Monate, die Miete ist 585 EUR*."""
_FEW = 3
"""Amounts beside which a number of units that stands elsewhere is reckoned with."""
_SHORT = 4000
_MOST_UNITS = 25
_COUNT = re.compile(r"\d+|[^\W\d_]+")
_REACH = 70
"""Characters before an amount among which the number of times is looked for."""
_MOST = 8
"""Amounts that are reckoned with; of more, anything can be made."""


def are_reckoned(page: Page, rows: Rows, claims: Sequence[Claim], unnamed: Collection[int], owed: Decimal) -> bool:
    """Return True when the amounts ``unnamed`` and what was paid come to ``owed``, each counted as often as it says."""
    paid = [n for n, claim in enumerate(claims) if claim.role is Role.PAYMENT and claim.token.value]
    numbers = sorted({*unnamed, *paid})
    if len(numbers) > _MOST:
        return False
    sums = {Decimal(0)}
    product: Decimal | None = None
    units = _units(page) if len(numbers) <= _FEW else {1}
    for number in numbers:
        value = abs(claims[number].token.value or Decimal(0))
        if value == product:
            continue  # "drei Kurse zu 90 EUR, also 270 EUR"
        count = _count(page, number)
        product = value * count if count > 1 else None
        off = number in paid or rows.says_around(number, TAKEN_OFF)
        counts = {count} if off or count > 1 else units
        steps = {-value, -value * count} if off else {value, *(value * times for times in counts)}
        sums = {total + step for total in sums for step in steps}
    return owed in sums


def _units(page: Page) -> set[int]:
    """Return the numbers of months, rents and the like that the letter tells: *die letzten vier Monate*."""
    if len(page.text) > _SHORT:
        return {1}
    found = {_number(match["count"]) for match in UNITS.finditer(folded(page.text))}
    return {1, *(number for number in found if number < _MOST_UNITS)}


def _number(word: str) -> int:
    return int(word) if word.isdigit() else small_number(word) or small_number(word.removesuffix("mal")) or 1


def _count(page: Page, number: int) -> int:
    start = page.tokens[number].start
    match = TIMES.find(folded(page.low[max(0, start - _REACH) : start]))
    if match is None:
        return 1
    count = _COUNT.match(match.group())
    assert count
    return _number(count.group())
