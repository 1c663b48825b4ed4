"""Dates in German and English mail, and the date as of which a claim is stated."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from claimstream.domain.language import Needs, Sieve, words
from claimstream.domain.reader.spelling import fold

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
"""The sections of the vocabulary that hold the months' names."""
_MONTHS = {
    spelling: number
    for number, section in enumerate(MONTHS, start=1)
    for name in words(section)
    for spelling in (name.lower(), fold(name))
}
MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
"""A month's name, as a part of a regular expression."""
_PATTERNS = (
    # 3.2.26, 03.02.2026, 03. 02. 2026
    re.compile(r"(?<![\d.,/-])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})(?!\d|[.,]\d)"),
    re.compile(r"(?<![\d.,/-])(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. (?P<y>\d{4})(?!\d|[.,]\d)"),
    # 3. Februar 2026, 3 February 2026, 3rd of February 2026
    re.compile(
        rf"(?<![\d.,/-])(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s{{0,2}}(?:of\s)?(?P<name>{MONTH})\b\.?,?\s{{0,2}}"
        r"(?P<y>\d{4}|'?\d{2}(?![\d.,]))(?!\d|[.,]\d)",
        re.IGNORECASE,
    ),
    # February 3, 2026
    re.compile(
        rf"\b(?P<name>{MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})(?!\d|[.,]\d)", re.IGNORECASE
    ),
    # 2026-02-03
    re.compile(r"(?<![\w.,/-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d/-])"),
    # 03/02/2026: day and month are told apart only where one of them is above 12
    re.compile(r"(?<![\w.,/-])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})(?![\d/-])"),
)
_SIEVE = Sieve((Needs(pattern.pattern), pattern) for pattern in _PATTERNS)

_DATE_BEFORE = re.compile(
    r"(?:"
    r"\b(?:stand|sachstand|stichtag|valuta|wertstellung|saldenstand|kontostand|forderungsstand)"
    r"(?:\s{1,2}(?:vom|per|zum|am|der|forderung|ist))?\s{0,2}[:.]?"
    r"|(?<!bis )(?<!frist )(?<!spätestens )(?<!mail )(?<!post )(?<!fax )\bper"
    r"|\bas (?:at|of|per)|\bbalance (?:on|at)"
    r"|\b(?:berechnet|gerechnet|zinsen|aufgelaufen|verzinst|angefallen)\s{1,2}(?:bis|per)(?:\s{1,2}(?:zum|"
    r"einschl\.|einschließlich))?"
    r"|\b\w{0,24}(?:forderung|forderungshöhe|forderungsbetrag|forderungsaufstellung|aufstellung|"
    r"forderungskonto|saldo|schuld|restschuld|rückstand|betrag|"
    r"summe|forderungen|schulden|berechnung|claim|balance|debt|salden|übersicht|valutiert)"
    r"(?:\s{1,2}(?:beträgt|beläuft sich|ist|stellt sich))?(?:\s{1,2}(?:derzeit|aktuell|insgesamt|somit))?"
    r"\s{1,2}(?:zum|per|mit stand|on)(?:\s{1,2}(?:stichtag|stand|dem|den|vom))?"
    r"|\b(?:beträgt|betragen|beläuft sich|belaufen sich|valutiert|valutieren)(?:\s{1,2}(?:derzeit|aktuell|"
    r"insgesamt|somit|noch))?"
    r"\s{1,2}(?:zum|am|per|mit stand)(?:\s{1,2}(?:stichtag|stand|dem|den|vom))?"
    r")\s{0,2}\(?\Z"
)


@dataclass(frozen=True, slots=True)
class DateToken:
    """A date in a text. ``value`` is None where the writing leaves open which day is meant (``03/02/2026``)."""

    value: date | None
    start: int
    end: int
    quote: str


def _year(digits: str) -> int:
    digits = digits.lstrip("'")
    # Two digits: the POSIX window, 69 to 99 are of the last century.
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) <= 68 else 1900)


def _value(groups: dict[str, str | None]) -> tuple[bool, date | None]:
    """(is a date, its day or None when ambiguous)."""
    year = _year(groups["y"] or "")
    a, b = groups.get("a"), groups.get("b")
    if a and b:
        first, second = int(a), int(b)
        if first <= 12 and second <= 12 and first != second:
            return True, None
        day, month = (second, first) if second > 12 else (first, second)
    else:
        name = groups.get("name")
        day = int(groups["d"] or 0)
        month = _MONTHS[name.lower()] if name else int(groups.get("m") or 0)
    try:
        return True, date(year, month, day)
    except ValueError:
        return False, None


@lru_cache(maxsize=4)  # one text is asked for its dates by several readers in a row
def find_dates(text: str) -> tuple[DateToken, ...]:
    """Every date of ``text`` with day, month and year, in order of appearance."""
    found: dict[int, DateToken] = {}
    for pattern in _SIEVE.that_may_find(text.lower()):
        for match in pattern.finditer(text):
            real, value = _value(match.groupdict())
            if real:
                found.setdefault(match.start(), DateToken(value, match.start(), match.end(), match.group()))
    return tuple(sorted(found.values(), key=lambda token: token.start))


def find_as_of(text: str, dates: tuple[DateToken, ...] | None = None) -> tuple[DateToken, ...]:
    """The dates of which the text says that the claim stands as of them (*Stand*, *per*, *Forderung zum*, *as at*).

    The token's quote includes the words that say so. A deadline (*zahlbar bis zum*) is none.
    """
    found = []
    for token in find_dates(text) if dates is None else dates:
        begin = max(0, token.start - 90)
        before = text[begin : token.start].lower()
        match = _DATE_BEFORE.search(before) if len(before) == token.start - begin else None
        if token.value and match:
            start = begin + match.start()
            found.append(DateToken(token.value, start, token.end, text[start : token.end]))
    return tuple(found)


class Spans:
    """Sorted stretches of a text, to ask whether a position lies inside one of them."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]

    def overlap(self, start: int, end: int) -> bool:
        """Whether any of the stretches shares a character with ``text[start:end]`` (they do not overlap each other)."""
        index = bisect_left(self._starts, end)
        return index > 0 and self._spans[index - 1][1] > start
