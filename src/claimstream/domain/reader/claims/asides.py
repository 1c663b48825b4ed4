"""Figures that a preposition sets aside: *inkl. 150,00 EUR Mahngebühren*, *aus dem Darlehen über 5.000,00 EUR*.

A label before such a figure is the next one's. What the figure itself is, only the words set aside with it say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimstream.domain.reader.amounts import AmountToken

_WORD = r"(?:i\.\s?h\.\s?v\.|[^\W\d_][\w/&-]{0,40}\.?|\d{1,2}\.\d{1,2}\.\d{2,4}|[\w/-]{0,20}\d[\w/-]{0,20})"
_JOINED = (
    r"(?<!\w)(?:inkl\.?|inklusive|incl\.?|including|inclusive\sof|einschl\.?|einschlie(?:ß|ss)lich|nebst|samt|zzgl\.?|"
    r"zuzgl\.?|zuz(?:ü|ue)glich|plus)"
)
_FILL = (
    r"(?:\s{1,2}(?:der|die|des|den|einer|eines|von|weiterer|weiteren|weitere|angefallener|angefallenen|unserer|bereits|"
    r"ca\.?|of|the|further|in\shöhe\svon|i\.\s?h\.\s?v\.))"
)
_CONTRACT = (
    r"[\w-]{0,30}(?:vertr[aä]ge?s?|darlehens?|kredite?s?|rechnung(?:en)?|bescheide?s?|titels?|urteile?s?|schecks?|"
    r"wechsels?|auftrage?s?|bestellung(?:en)?|lieferung(?:en)?|k[aä]ufe?s?|finanzierung|invoices?|loans?|credit|"
    r"contract|agreement|order|judg(?:e)?ment)"
)
_DIRECT = re.compile(rf"{_JOINED}{_FILL}{{0,3}}\s{{0,2}}\Z")
"""*inkl. 150,00 EUR Mahngebühren*"""
_NAMED = re.compile(rf"{_JOINED}(?:\s{{1,2}}{_WORD}){{1,6}}\s{{0,2}}\Z")
"""*einschließlich der Hauptforderung von 1.200,00 EUR*: set aside only where the whole follows."""
_BILLED = re.compile(
    rf"(?<!\w)(?:aus|gem(?:ä|ae)(?:ß|ss)|laut|lt\.|wegen|f(?:ü|ue)r|zu|zum|from|under)(?:\s{{1,2}}{_WORD}){{0,3}}?"
    rf"\s{{1,2}}{_CONTRACT}(?:\s{{1,2}}{_WORD}){{0,4}}?\s{{1,2}}(?:(?:ü|ue)ber|for|over)\s{{0,2}}\Z"
)
"""*aus dem Darlehen vom 01.02.2023 über 5.000,00 EUR*"""
_EARLIER = re.compile(
    r"(?<!\w)(?:(?:ursp|ehem|vorm)\w{3,10}|anfänglich|anfangs|bisher|bislang|zuvor|vorher|zuletzt|früher|einst|"
    r"originally|formerly|previously|initially)(?:\s{1,2}(?:auf|bei|von|mit|was|at|of))?\s?:?\s{0,2}\Z"
)
"""*bisher 1.000,00 EUR, jetzt 1.200,00 EUR*"""
_CARRIES_ON = re.compile(
    r"(?:betr(?:ä|ae)gt|betragen|belief|beläuft sich|belaufen sich|lautet|ergibt|ergeben|macht|machen|liegt bei|auf|mit|"
    r"valutiert|ist|sind|is|are|amounts to|stands at|=|:)(?:\s{1,2}(?:sich|damit|somit|also|derzeit|aktuell|heute|auf|"
    r"nunmehr|insgesamt|zusammen|eur|€)){0,3}\s{0,2}\Z"
)
_NOUN_BEHIND = re.compile(
    r"\s{1,2}(?:an\s|für\s|weitere[rn]?\s|angefallene[rn]?\s|of\s)?([A-ZÄÖÜ][\w-]{2,40}|interest|fees|costs|charges)(?!\w)"
)
_REACH = 110
"""Characters before an amount among which its preposition is looked for."""
_NEXT = 70
"""Characters behind an amount within which the whole follows."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A figure set aside at ``text[start:end]``, from its preposition to the noun behind it."""

    start: int
    end: int
    earlier: bool
    """The figure is said to be an earlier one."""


def find_asides(text: str, low: str, tokens: Sequence[AmountToken]) -> dict[int, Aside]:
    """The figures set aside, by their numbers among ``tokens``."""
    found: dict[int, Aside] = {}
    for number, token in enumerate(tokens):
        floor = tokens[number - 1].end if number else 0
        start = max(floor, token.start - _REACH)
        before = low[start : token.start]
        earlier = _EARLIER.search(before)
        match = earlier or _DIRECT.search(before) or _BILLED.search(before)
        noun = _NOUN_BEHIND.match(text, token.end)
        end = noun.end() if noun else token.end
        if match is None and number + 1 < len(tokens) and tokens[number + 1].start - token.end <= _NEXT:
            gap = low[end : tokens[number + 1].start]
            if _CARRIES_ON.search(gap) and not re.search(r"[.;!?]\s", gap):
                match = _NAMED.search(before)
        if match:
            found[number] = Aside(start + match.start(), end, earlier is not None)
    return found
