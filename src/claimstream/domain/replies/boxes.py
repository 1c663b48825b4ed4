"""Check boxes of a form that was filled in: a ticked one says its line, an unticked one says nothing."""

import re
import unicodedata
from dataclasses import dataclass

from claimstream.domain.reader.layout import lines

_TICK = r"[ \t]?[xX✓✔✗✘][ \t]?"
_BLANK = r"(?:[ \t]{1,3}|_{1,5}|[-–])"
_BOX = re.compile(
    rf"(?P<ticked>[☑☒✓✔✗✘✅🗹🗵◉⦿\uf0fe\uf0fd\uf0fc\uf0fb\uf078\uf052\uf053]|\[{_TICK}\]|\({_TICK}\)|\{{{_TICK}\}}|<{_TICK}>|"
    rf"\|[xX✓✔✗✘]\||_{{1,5}}[xX✓✔✗✘]_{{1,5}})|"
    rf"[☐□▢◻⬜❏❑❒\uf0a8\uf06f\uf070\uf071\uf072\uf0a3]|\[{_BLANK}?\]|\({_BLANK}\)|\{{{_BLANK}?\}}|<{_BLANK}?>|\|_{{1,5}}\||"
    rf"(?:\A|(?<=\n))[ \t]{{0,8}}(?:\|[ \t]{{1,3}}\||\(\)|_{{1,6}}(?=[ \t]{{0,8}}[^\W\d_]))"
)
"""Wingdings has its boxes, empty and ticked, in the private area of Unicode."""
_LEAD = re.compile(
    r"^(?P<mark>[ \t]{0,8}(?:[\[{<|][ \t]?[^\W\d_][ \t]?[\]}>|]|\([oO0]\)|[oOqQ0](?=[ \t]))\W{0,8}|"
    r"[^\w\n]{1,20})(?=\w)",
    re.MULTILINE,
)
_TRAIL = re.compile(r"(?P<last>[^\s_])[ \t]{1,20}_{1,12}[ \t]{0,8}$", re.MULTILINE)
_NO_MARK = frozenset("-*•–—·▪\uf0b7\uf0a7|&„“”\"'‚‘’»«›‹")
"""Bullets of a list, edges of a table's cells, quotation marks."""
_YES_OR_NO = re.compile(r"(?:(?P<yes>ja|yes)|nein|no)\W{0,3}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in the line ``text[start:end]`` and the statement that it stands for."""

    ticked: bool
    statement: str
    contrary: bool
    """It is the *no* beside the statement."""
    start: int
    end: int


def find_boxes(text: str) -> tuple[Box, ...]:
    """Return every box, in order.

    A box stands for the words behind it, up to the next one; at the end of a line for those before it. *Yes* and *no*
    stand for what the line begins with.
    """
    if not _BOX.search(text):
        return ()
    found = []
    for line in lines(text):
        written = line.of(text)
        marks = list(_BOX.finditer(written))
        edges = [0, *(edge for mark in marks for edge in mark.span()), len(written)]
        words = [written[a:b].strip(" \t|:–-") for a, b in zip(edges[::2], edges[1::2], strict=True)]
        before = not words[-1] and all(words[:-1])
        for number, mark in enumerate(marks):
            statement = words[number] if before else words[number + 1]
            option = _YES_OR_NO.search(statement)
            if option:
                statement = statement[: option.start()].strip(" \t|:–-") or words[0]
                statement = (_YES_OR_NO.sub("", statement)).strip(" \t|:–-")
            contrary = option is not None and not option["yes"]
            found.append(Box(mark["ticked"] is not None, statement, contrary, line.start, line.end))
    return tuple(found)


def find_marks(text: str) -> tuple[int, ...]:
    """Return a place in each sentence with an unknown mark before it, or a blank behind it: perhaps an empty box."""
    before = (match.end() for match in _LEAD.finditer(text) if _is_mark(match["mark"]))
    return (*before, *(match.start("last") for match in _TRAIL.finditer(text)))


def _is_mark(lead: str) -> bool:
    # "(Wir" and "€ 500" are how a text is written.
    rest = lead.removesuffix("(").removesuffix("[")
    return any(not c.isspace() and c not in _NO_MARK and unicodedata.category(c) not in {"Sc", "Cf"} for c in rest)
