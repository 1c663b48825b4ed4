"""Figures that a preposition sets aside: *inkl. 150,00 EUR Mahngebühren*, *aus dem Darlehen über 5.000,00 EUR*.

A label before such a figure is the next one's. What the figure itself is, only the words set aside with it say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimstream.domain.language import Rule
from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.text.text import folded

_WORD = r"(?:\d[\d./-]{0,20}|[\w/&-]{1,40}\.?)"

JOINED_FIGURE = Rule(
    "joined_figure",
    r"{joined}\.?(?: {joined_fill}){0,3} ?\Z",
    takes=("Gesamtforderung inkl.", "Saldo zuzüglich weiterer", "Total due including"),
    leaves=("Gesamtforderung inkl. Mahngebühren", "Gesamtforderung:"),
)
"""*inkl. 150,00 EUR Mahngebühren*"""
JOINED_NOUN = Rule(
    "joined_noun",
    rf"{{joined}}\.?(?: (?:i\. ?h\. ?v\.|{_WORD})){{1,6}} ?:?\Z",
    takes=("Gesamtforderung einschließlich der Hauptforderung von", "Saldo nebst Zinsen i.H.v."),
    leaves=("Gesamtforderung von",),
)
"""*einschließlich der Hauptforderung von 1.200,00 EUR*: set aside only where the whole follows."""
BILLED = Rule(
    "billed",
    rf"{{billed_for}}(?: {_WORD}){{0,3}}? {{lent_or_billed}}(?: {_WORD}){{0,4}}? {{over}}\Z",
    takes=(
        "Gesamtforderung aus dem Darlehen über",
        "Forderung gemäß unserer Rechnung vom 01.02.2023 über",
        "The claim under the loan over",
    ),
    leaves=("Wir haben eine Forderung über", "Forderung aus Rechnung 4711 von", "Unsere Rechnung über"),
)
"""*aus dem Darlehen vom 01.02.2023 über 5.000,00 EUR*"""
OVER = Rule(
    "written_over",
    r"{over}\Z",
    takes=("Unsere Forderung über", "The claim for"),
    leaves=("Unsere Forderung von",),
)
"""*die Forderung über 5.000,00 EUR beträgt heute 6.170,00 EUR*: set aside only where the whole follows."""
AND_MORE = Rule(
    "and_more",
    r"\A{and_more}(?: {joined_fill}){0,2}\Z",
    takes=("und", "sowie weitere"),
    leaves=("und insgesamt", ","),
)
"""*inkl. 50,00 EUR Mahnkosten und 10,00 EUR Auslagen*"""
EARLIER = Rule(
    "earlier_figure",
    r"{earlier}(?: {earlier_fill})? ?:?\Z",
    takes=("Gesamtforderung bisher", "Die Forderung von ursprünglich", "Saldo zuletzt:"),
    leaves=("Bisher gezahlt:", "Gesamtforderung jetzt"),
)
"""*bisher 1.000,00 EUR, jetzt 1.200,00 EUR*"""
ADDING = Rule(
    "joined_on_top",
    r"{added_on}",
    takes=("zzgl. weiterer", "nebst"),
    leaves=("inkl.", "einschließlich der Kosten von"),
)
CARRIES_ON = Rule(
    "whole_follows",
    r"(?:{comes_to}|[=:])(?: {comes_to_fill}){0,3} ?\Z",
    takes=("beträgt", "Mahngebühren:", "beläuft sich auf", "= insgesamt"),
    leaves=("Mahngebühren", "und"),
)
"""Words between a figure set aside and the whole."""
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
    adds: bool
    """The figure comes on top (*zzgl.*); else it is contained (*inkl.*)."""


def find_asides(text: str, low: str, tokens: Sequence[AmountToken]) -> dict[int, Aside]:
    """The figures set aside, by their numbers among ``tokens``."""
    found: dict[int, Aside] = {}
    for number, token in enumerate(tokens):
        floor = tokens[number - 1].end if number else 0
        before = low[max(floor, token.start - _REACH) : token.start]
        words = folded(before)
        noun = _NOUN_BEHIND.match(text, token.end)
        end = noun.end() if noun else token.end
        earlier = EARLIER.find(words)
        match = earlier or JOINED_FIGURE.find(words) or BILLED.find(words)
        if match is None and noun and number - 1 in found:
            match = AND_MORE.find(folded(low[found[number - 1].end : token.start]))
        if match is None and number + 1 < len(tokens) and _whole_follows(low, end, tokens[number + 1].start):
            match = JOINED_NOUN.find(words) or OVER.find(words)
        if match:
            adds = ADDING.find(match.group()) is not None
            if AND_MORE.find(match.group()):
                adds = found[number - 1].adds
            found[number] = Aside(token.start - _length(before, match), end, earlier is not None, adds)
    return found


def _whole_follows(low: str, end: int, following: int) -> bool:
    gap = low[end:following]
    return len(gap) <= _NEXT and CARRIES_ON.find(folded(gap)) is not None and not re.search(r"[.;!?]\s", gap)


def _length(before: str, match: re.Match[str]) -> int:
    """The characters at the end of ``before`` that a match at the end of its folded form stands for."""
    starts = [word.start() for word in re.finditer(r"\S+", before)]
    return len(before) - starts[-len(match.group().split())]
