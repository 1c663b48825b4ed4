"""Sentences over as many lines as they are wrapped to, which reading a label does not need."""

import re
from bisect import bisect_left, bisect_right

from claimstream.domain.reader.claims.page import LIST_ITEM, WINDOW, Page
from claimstream.domain.reader.layout import Span
from claimstream.domain.reader.sentences import sentence_ends

_TABULAR = re.compile(r"\t|\||\S[ \u00a0]{3,}\S|\.{4,}")
_LABELLED_LINE = re.compile(r"[^.:;]{2,60}:[ \u00a0]{0,3}(?:EUR|€)?[ \u00a0]?[\d-]")
_ROW = re.compile(r"[^.:;,\d]{2,60}\s(?:(?:EUR|€)\s?)?\d[\d.]{0,12},\d\d\s?(?:EUR|Euro|€)?")
"""*Auslagen 12,50 EUR*"""


class WrappedSentences:
    """The sentences of a page, to ask which of them stands around a position."""

    def __init__(self, page: Page) -> None:
        self._text = page.text
        self._index = page.index
        self._ends = [0, *sentence_ends(page.text)]

    def around(self, start: int, end: int) -> Span:
        """The sentence around ``start:end`` over as many lines as it is wrapped to."""
        lines = self._index.lines
        first = last = self._index.at(start)
        previous = self._ends[bisect_right(self._ends, start) - 1]
        position = bisect_left(self._ends, end)
        following = self._ends[position] if position < len(self._ends) else len(self._text)
        while (
            first > 0
            and lines[first].start > previous
            and start - lines[first].start < WINDOW
            and self._wraps(first - 1)
        ):
            first -= 1
        while (
            last + 1 < len(lines)
            and lines[last].end < following
            and lines[last].end - end < WINDOW
            and self._wraps(last)
        ):
            last += 1
        return Span(max(previous, lines[first].start), min(following, lines[last].end))

    def _wraps(self, number: int) -> bool:
        """Whether a line goes on in the next: by a small letter there, or by its own length."""
        span, following = self._index.lines[number : number + 2]
        line, below = span.of(self._text).rstrip(), following.of(self._text)
        content = below.strip()
        if not line.strip() or not content or _TABULAR.search(line) or _TABULAR.search(below):
            return False
        if line.endswith((".", "!", "?", ":")) or LIST_ITEM.match(content) or _LABELLED_LINE.match(content):
            return False
        if _ROW.fullmatch(line.strip()) and _ROW.fullmatch(content):
            return False
        words = line.split()
        small = sum(word[0].islower() for word in words)
        return (
            content[0].islower()
            or content[0].isdigit()
            or (len(line) >= 40 and len(words) >= 5 and 4 * small >= len(words))
        )
