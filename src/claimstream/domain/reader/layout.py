"""Lines and table cells of a text, with their positions. Nothing here joins lines: who reads decides."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_BREAK = re.compile(r"\r\n|[\n\r\f\v\x85\u2028\u2029]")
# Columns are parted by tabs, pipes or two blanks; leaders of dots count as such a gap.
_GAP = re.compile(
    r"[ \u00a0\u202f]*(?:\t|\|)[ \u00a0\u202f\t|]*|[ \u00a0\u202f]{2,}|[ \u00a0]?(?:\.{3,}|…|_{3,}|"
    r"(?:\. ){3,})[ \u00a0._…]*"
)
_FILLER = re.compile(r"[\s.\-_=+|:*·…~–—\u00a0\u202f]*")


class Span(NamedTuple):
    """``text[start:end]``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def lowered(text: str) -> str:
    """``text`` in lower case with every character at its old place (a few capitals have longer small forms)."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


@lru_cache(maxsize=4)  # one text is asked for its lines by several readers in a row
def lines(text: str) -> tuple[Span, ...]:
    """Every line without its break, blank ones too."""
    return tuple(each_line(text))


def each_line(text: str) -> Iterator[Span]:
    """Every line without its break, for who needs but the first."""
    position = 0
    for match in _BREAK.finditer(text):
        yield Span(position, match.start())
        position = match.end()
    yield Span(position, len(text))


def cells(text: str, line: Span) -> tuple[Span, ...]:
    """The cells of a line, blanks around them stripped; empty cells between tabs or pipes are left out."""
    found = []
    position = line.start
    for match in _GAP.finditer(text, line.start, line.end):
        if match.start() > position:
            found.append(Span(position, match.start()))
        position = match.end()
    if position < line.end:
        found.append(Span(position, line.end))
    return tuple(cell for cell in found if cell.of(text).strip())


def is_filler(text: str, line: Span) -> bool:
    """Whether a line is blank, or holds only rules, dots and the like."""
    return bool(_FILLER.fullmatch(text, line.start, line.end))


def column_of(header: tuple[Span, ...], cell: Span, header_line: Span, line: Span) -> int | None:
    """Index of the header cell that stands above ``cell`` by position; None when none does."""
    begin, end = cell.start - line.start, cell.end - line.start
    best, best_overlap = None, 0
    for index, head in enumerate(header):
        overlap = min(end, head.end - header_line.start) - max(begin, head.start - header_line.start)
        if overlap > best_overlap:
            best, best_overlap = index, overlap
    return best


class LineIndex:
    """The lines of a text, to ask which of them a position stands in."""

    def __init__(self, text: str) -> None:
        self.lines = lines(text)
        self._starts = [line.start for line in self.lines]

    def at(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1
