"""The words around each claim: whether they say no more than that so much is owed."""

import re
from bisect import bisect_left
from collections.abc import Collection
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.page import WINDOW, Page
from claimstream.domain.reader.claims.wrapping import WrappedSentences
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.layout import Span, cells
from claimstream.domain.reader.numerals import IN_WORDS, worded_value
from claimstream.domain.reader.plain import (
    is_announcement,
    is_beside,
    is_breakdown,
    is_of_something_else,
    is_past,
    is_plain,
    is_plain_after,
    is_stated,
    is_telling,
    names_parts,
)
from claimstream.domain.text.text import folded

LEFT_OUT = Rule(
    "left_out_behind",
    r"{without}",
    takes=("EUR, ohne Zinsen",),
    leaves=("EUR mit Zinsen",),
)
_OWN_CLAUSE = re.compile(r":\s|,\s(?:so\s?dass\s|sodass\s|davon\s|wovon\s)?")
_GOES_ON = re.compile(
    r"\s{1,3}(?:(?:es|hierbei|dabei)\shandelt\s|es\sgeht\s|dies(?:e[rsnm]?)?\s(?!schreiben|e-?mail|nachricht|brief|auskunft|mitteilung|dokument)|"
    r"dabei\s(?=bleib)|das\s(?:ist|war|gilt|entspricht|sind|waren|hat|haben|wird|wurde)\s|(?:der\s(?:\w{0,12}betrag|saldo|rückstand)|"
    r"die\s(?:\w{0,12}forderung|summe|restschuld))(?!\w)|sie\s(?:\w+(?:t|en)|war|wird|wurde|soll)\s|er\s|"
    r"(?:davon|jedoch|allerdings|aber|dennoch|however|but|nevertheless)(?!\w)|"
    r"(?:this|that|it|the\s(?:amount|debt|claim|sum|balance))\s(?!message|e-?mail|letter))",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?:\s?(?:EUR|Euro|€))?(?:\sbeträgt|\sbetragen)?\s?\([^()]{5,300}\)\.?")
_TAIL = re.compile(r",\s(?P<own>(?=(?:der|die|das|eine?|unsere?|ihre?|seine?|sein|the|our)\s[A-ZÄÖÜa-z]))?|\sund\s")
_LONGEST = 2 * WINDOW
"""Characters of a stretch that is understood."""
_LEAD_LINES = 14
"""Lines above an amount among which the one that announces it is looked for."""


class Surroundings:
    """A page's words as they bear on its claims. ``names``: words, folded, that say nothing about a figure."""

    def __init__(self, page: Page, names: Collection[str]) -> None:
        self._page = page
        self._names = names
        self._sentences = WrappedSentences(page)
        self._starts = [token.start for token in page.tokens]
        self._known: dict[tuple[int, int], bool] = {}
        self._announcing: dict[str, bool] = {}

    def are_plain(self, claim: Claim) -> bool:
        """Whether sentence, label, the sentence after and the line that announces them all are."""
        label = claim.label
        span = self._sentences.around(claim.token.start, claim.token.end)
        if span.end - span.start > _LONGEST:
            return False
        begin = self._own_part(span, claim)
        end = self._own_end(span, claim)
        if not (
            self._plain(begin, end, claim.token.value)
            or self._plain(span.start, span.end, claim.token.value)
            or any(self._is_added_up(start, end, claim) for start in {begin, span.start})
        ):
            return claim.role in PART_ROLES and self._is_row(span)
        if (
            label
            and claim.role in CLAIM_ROLES
            and not span.start <= label.start < span.end
            and not self._is_plain_cell(label.start, span.start)
        ):
            return False
        if not (claim.part or self._refers_back(span, claim)):
            return False
        return (self._is_broken_down(span, claim) or self._follow_up(span)) and self._lead_in(span)

    def _plain(self, start: int, end: int, value: Decimal | None = None) -> bool:
        """Return whether a stretch is plain; ``value`` is that of its amount, which may stand there in words, too."""
        if end - start > _LONGEST:
            return False
        known = self._known.get((start, end))
        if known is None:
            text = self._page.without_asides(start, end)
            worded = IN_WORDS.search(text)
            if worded and value is not None and worded_value(worded["words"]) == value:
                text = f"{text[: worded.start()]} {text[worded.end() :]}"
            known = self._known[start, end] = is_plain(text, self._names)
        return known

    def _is_plain_cell(self, position: int, begin: int) -> bool:
        """Return whether the cell, or else the line or sentence above ``begin``, that a label stands in is plain."""
        page = self._page
        line = page.index.lines[page.index.at(position)]
        cell = next((c for c in cells(page.text, line) if c.start <= position < c.end), line)
        if self._plain(cell.start, cell.end):
            return True
        sentence = self._sentences.around(position, position + 1)
        if sentence.end <= begin and page.index.at(sentence.end - 1) == page.index.at(begin):
            # "Es besteht eine Forderung. Sie beträgt 50,00 EUR."
            return self._plain(sentence.start, sentence.end) or is_stated(sentence.of(page.text), self._names)
        # A figure on a line of its own, below a sentence that is wrapped.
        last = page.filled_line(page.index.at(begin), -1)
        return last is not None and self._plain(sentence.start, page.index.lines[last].end)

    def _is_row(self, span: Span) -> bool:
        """Whether a stretch is one line without a sentence's end: what a part is called there changes nothing."""
        words = span.of(self._page.text)
        return "\n" not in words.strip() and not words.rstrip().endswith((".", "!", "?"))

    def _own_part(self, span: Span, claim: Claim) -> int:
        """Where the claim's own clause begins: behind a clause that gives an earlier amount and what became of it."""
        page = self._page
        begin = span.start
        for match in _OWN_CLAUSE.finditer(page.text, span.start, claim.token.start):
            if claim.label is not None and match.end() > claim.label.start and claim.role is not Role.STILL:
                break
            before = page.text[begin : match.start()]
            if match.group().startswith(":"):
                if len(before.split()) >= 3 and self._announces(before):
                    begin = match.end()
            elif page.low.startswith(("dass ", "daß "), match.end()):
                if is_telling(before):
                    begin = match.end()
            elif is_past(before, self._names) or is_beside(
                before, "so" if "dass" in match.group() else page.text[match.end() : span.end]
            ):
                begin = match.end()
        return begin

    def _own_end(self, span: Span, claim: Claim) -> int:
        """Return where the claim's own clause ends: before one that leaves it as it is (*…, die Belege hängen an*)."""
        page = self._page
        if breakdown := self._breakdown(span, claim):
            return breakdown.start
        for match in _TAIL.finditer(page.text, claim.token.end, span.end):
            if claim.label is not None and claim.label.end > match.start():
                continue
            before = page.text[claim.token.end : match.start()]
            if before.count("(") > before.count(")"):
                continue
            if LEFT_OUT.find(folded(before)):
                return span.end  # "50,00 EUR, ohne die Kosten, die noch folgen"
            tail = page.text[match.end() : span.end]
            if is_plain_after(tail, self._names) or (match["own"] is not None and is_of_something_else(tail)):
                return match.start()
        return span.end

    def _breakdown(self, span: Span, claim: Claim) -> Span | None:
        """Return the aside that gives the parts of the amount, where it ends the sentence: they add up to it."""
        page, value = self._page, claim.token.value
        match = _ASIDE.match(page.text, claim.token.end, span.end)
        if match is None or value is None or match.end() < span.end - 1:
            return None
        return Span(match.start(), match.end()) if self._add_up(match.start(), match.end(), value) else None

    def _is_broken_down(self, span: Span, claim: Claim) -> bool:
        """Return whether the next sentence gives parts that come to the amount: *davon entfallen 50 EUR auf …*."""
        page, value = self._page, claim.token.value
        behind = page.text[span.end : span.end + WINDOW]
        start = span.end + len(behind) - len(behind.lstrip())
        if value is None or start >= len(page.text):
            return False
        following = self._sentences.around(start, start + 1)
        return self._add_up(start, following.end, value) and is_breakdown(following.of(page.text))

    def _is_added_up(self, begin: int, end: int, claim: Claim) -> bool:
        """Return whether the words before only name the parts (*Getriebe 90 EUR, Einbau 10 EUR, zusammen …*)."""
        start, value = claim.token.start, claim.token.value
        return (
            value is not None
            and end - begin <= _LONGEST
            and self._add_up(begin, start, value)
            and names_parts(self._page.text[begin:start])
            and self._plain(start, end, value)
        )

    def _add_up(self, start: int, end: int, value: Decimal) -> bool:
        """Return whether the amounts of a stretch come to ``value``."""
        first = bisect_left(self._starts, start)
        parts = [token.value for token in self._page.tokens[first : bisect_left(self._starts, end)]]
        return len(parts) > 1 and None not in parts and sum((part for part in parts if part), Decimal(0)) == value

    def _follow_up(self, span: Span) -> bool:
        """Whether the next sentence, where it goes on about the amount, takes nothing back."""
        page = self._page
        match = _GOES_ON.match(page.text[span.end : span.end + WINDOW])
        if not match:
            return True
        start = span.end + len(match.group()) - len(match.group().lstrip()) + 1
        return is_plain_after(self._sentences.around(start, start).of(page.text), self._names)

    def _refers_back(self, span: Span, claim: Claim) -> bool:
        """Return whether the sentence before bears on no figure, where the amount is what is open of it (*davon*)."""
        labels = self._page.labels_in(span.start, claim.token.start)
        if claim.token is not self._page.tokens[0] or all(label.role is not Role.PART for label in labels):
            return True
        before = max(0, span.start - 1)
        return is_of_something_else(self._sentences.around(before, before + 1).of(self._page.text))

    def _announces(self, words: str) -> bool:
        """Return whether words before a colon announce what is owed. Those of a table stand before each figure."""
        if words not in self._announcing:
            self._announcing[words] = is_announcement(words, self._names)
        return self._announcing[words]

    def _lead_in(self, span: Span) -> bool:
        """Whether the line that announces the amount (it ends in a colon) is plain."""
        page = self._page
        lines = page.index.lines
        number = page.index.at(span.start)
        for above in range(number - 1, max(-1, number - _LEAD_LINES), -1):
            line = lines[above].of(page.text).strip()
            if not line or above in page.by_line:
                continue
            if not line.endswith(":") or len(line.split()) < 3:
                if line.endswith((".", "!", "?")):
                    return True
                continue
            lead = self._sentences.around(lines[above].end - 1, lines[above].end)
            return self._announces(lead.of(page.text))
        return True
