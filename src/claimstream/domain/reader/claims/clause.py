"""The words around one amount that can be its own: its clause, and the sentence as far as no earlier amount has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.claim import Claim
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.labels import Label, Role

_SEPARATOR = re.compile(
    r",(?=\s)|[()]|\s[–—-]\s|(?<=\w):(?=\s)|\s(?:dass|sodass|wobei|während|aber|jedoch|hingegen|but|while|whereas)\s"
)
_AND = re.compile(r"\s(?:und|sowie|nebst|zzgl\.?|zuzüglich|plus|and|davon)\s")


@dataclass(frozen=True, slots=True)
class Clause:
    """The labels around one amount, by where they stand. Asides are those in closed parentheses."""

    begin: int
    """Where the words begin that are not an earlier amount's."""
    near: Sequence[Label]
    """Of the clause, before the amount."""
    near_asides: Sequence[Label]
    whole: Sequence[Label]
    """From ``begin`` to the amount."""
    whole_asides: Sequence[Label]
    behind: Sequence[Label]
    """Of the clause, behind the amount."""
    shared: bool
    """The words behind, up to the next amount, may be that one's own."""
    part: bool
    """The amount is part of what was named before (*davon*)."""
    denied: bool
    """A negation stands in the clause, or the sentence up to the amount is a supposition."""


def clause_of(page: Page, number: int, previous: Claim | None) -> Clause:
    """The clause of the amount ``number``; ``previous`` is what the amount before it was found to be."""
    token = page.tokens[number]
    following = page.tokens[number + 1] if number + 1 < len(page.tokens) else None
    sentence = page.sentence(token)
    begin = _begin(sentence.start, previous)
    end = min(sentence.end, following.start if following else len(page.text))
    clause_end = _clause_end(page, token.end, end)
    near, near_asides = page.labels_and_asides(_clause_start(page, begin, token.start), token.start)
    whole, whole_asides = page.labels_and_asides(begin, token.start)
    behind = page.labels_in(token.end, clause_end)
    return Clause(
        begin=begin,
        near=near,
        near_asides=near_asides,
        whole=whole,
        whole_asides=whole_asides,
        behind=behind,
        shared=following is not None and clause_end == end,
        part=any(x.role is Role.PART for x in whole)
        or (previous is not None and previous.part and begin > sentence.start),
        denied=any(x.role is Role.NEGATION for x in near + behind) or _is_supposed(page, sentence.start, token),
    )


def _begin(start: int, previous: Claim | None) -> int:
    """Where the words begin that the amount before has not taken for itself."""
    if previous is None:
        return start
    begin = max(start, previous.token.end)
    # "200,00 EUR Kosten, 300,00 EUR Zinsen": the label behind the amount before is gone.
    label = previous.label
    return label.end if label and label.start >= begin else begin


def _is_supposed(page: Page, start: int, token: AmountToken) -> bool:
    return any(x.role is Role.CONDITION for x in page.labels_in(start, token.start))


def _clause_start(page: Page, begin: int, end: int) -> int:
    """Start of the clause before the amount; a separator right before the amount is none."""
    stop = begin + len(page.low[begin:end].rstrip(" \t\n\u00a0:,(–—-."))
    # a closed parenthesis right before the amount belongs to its label
    while stop > begin and page.low[stop - 1] == ")":
        opening = page.low.rfind("(", begin, stop)
        if opening < 0:
            break
        stop = begin + len(page.low[begin:opening].rstrip(" \t\n\u00a0:,–—-."))
    last = begin
    for match in _SEPARATOR.finditer(page.low, begin, stop):
        last = match.end()
    return last


def _clause_end(page: Page, begin: int, end: int) -> int:
    match = _SEPARATOR.search(page.low, begin, end)
    stop = match.start() if match else end
    joined = _AND.search(page.low, begin, stop)
    return joined.start() if joined else stop
