"""Doubt about every claim whose letter, sentence or line says more than that so much is owed."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.surroundings import Surroundings
from claimstream.domain.reader.layout import cells
from claimstream.domain.reader.numerals import amounts_in_words, contradicts_words
from claimstream.domain.reader.plain import is_request
from claimstream.domain.records.extraction import FigureDoubt

_NAME_HEADING = re.compile(
    r"(?:nach|familien)?name(?:,?\svorname)?|schuldner(?:in|name)?(?:/in)?|mandant(?:in)?(?:/in)?|kunde(?:nname)?|"
    r"debtor|client|customer|surname|last\sname|mieter(?:in)?|mitglied|person|"
    r"auftraggeber(?:in)?|gläubiger(?:in)?|creditor"
)
_NAME_CELL = re.compile(r"(?:(?:Frau|Herrn?)\s)?[A-ZÄÖÜ][\w’'-]+,\s?[A-ZÄÖÜ][\w’'-]+|(?:Frau|Herrn?)\s[\w’' -]{3,40}")
_EITHER = re.compile(
    r"[\s,(]{0,3}(?:bis(?:\szu)?|oder|bzw\.?|beziehungsweise|auf|or|to|up\sto|und|and|statt|[–—-])\s{0,3}"
)
_COUNTED = CLAIM_ROLES | PART_ROLES


def with_doubts(page: Page, claims: Sequence[Claim], names: Collection[str]) -> tuple[Claim, ...]:
    """``claims``, in doubt where anything but that they are owed is said of them.

    ``names`` are the words (folded) of the people and companies of the letter.
    """
    if is_request(page.text):
        # Our own letter, come back: no figure of it is the creditor's.
        return tuple(replace(c, role=None, label=None) if c.role in _COUNTED else c for c in claims)
    if _lists_people(page):
        return tuple(replace(c, doubt=FigureDoubt.PEOPLE) if c.role in _COUNTED else c for c in claims)
    values = {token.value for token in page.tokens}
    if any(said not in values or said is None for said in amounts_in_words(page.text)):
        # "(in Worten: …)" on the next line, or in another sentence.
        return tuple(replace(c, doubt=FigureDoubt.EITHER) if c.role in _COUNTED else c for c in claims)
    surroundings = Surroundings(page, names)
    return tuple(
        replace(claim, doubt=_doubt(page, surroundings, number, claim))
        if not claim.doubt and claim.role in _COUNTED
        else claim
        for number, claim in enumerate(claims)
    )


def _doubt(page: Page, surroundings: Surroundings, number: int, claim: Claim) -> FigureDoubt | None:
    value = claim.token.value
    if value is not None and contradicts_words(page.text, claim.token.end, value):
        return FigureDoubt.EITHER
    if claim.proven:
        return None
    if _is_one_of_two(page, number):
        return FigureDoubt.EITHER
    return None if surroundings.are_plain(claim) else FigureDoubt.WORDS


def _is_one_of_two(page: Page, number: int) -> bool:
    """Whether an amount is an end of a range or one side of an alternative: *400,00 EUR bis 900,00 EUR*."""
    around = page.tokens[max(0, number - 1) : number + 2]
    return any(
        _EITHER.fullmatch(page.low, one.end, other.start) or _stand_alone(page, one, other)
        for one, other in pairwise(around)
    )


def _stand_alone(page: Page, one: AmountToken, other: AmountToken) -> bool:
    """Return whether words and two amounts are all that a line holds: *Forderung 1.200,00 EUR 300,00 EUR*."""
    number = page.index.at(one.start)
    line = page.index.lines[number]
    return (
        len(page.by_line[number]) == 2
        and one.has_currency
        and other.has_currency
        and page.text[one.end : other.start] == " "
        and any(map(str.isalpha, page.text[line.start : one.start]))
    )


def _lists_people(page: Page) -> bool:
    """Whether the amounts are those of several debtors or creditors: two rows with different names."""
    if len(page.by_line) < 2:
        return False
    names: set[str] = set()
    column: int | None = None
    for number, line in enumerate(page.index.lines):
        row = cells(page.text, line)
        if number not in page.by_line:
            heads = [cell.of(page.low).strip() for cell in row]
            if len(heads) > 1:
                column = next((n for n, head in enumerate(heads) if _NAME_HEADING.fullmatch(head)), None)
            continue
        if len(row) < 2:
            continue
        own = row[0].of(page.text).strip()
        if column is not None and column < len(row) and len(row) > 2:
            named = row[column].of(page.text).strip()
            if named and named[0].isalpha() and not page.labels_in(row[column].start, row[column].end):
                names.add(named)
        elif _NAME_CELL.fullmatch(own) and not page.labels_in(row[0].start, row[0].end):
            names.add(own)
    return len(names) > 1
