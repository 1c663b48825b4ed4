"""The mail as a request shows it, and what a quote of it can be."""

import re
from decimal import Decimal
from functools import cached_property
from typing import Any

from claimstream.domain.reader.amounts import AmountToken, find_amounts
from claimstream.domain.replies.marks import Marks
from claimstream.domain.replies.pieces import Piece, pieces_of
from claimstream.domain.text import Sentence, Text

_ENCLOSED = re.compile(r"^(MAIL-[0-9a-f]+)\n(.*?)\n?^\1$", re.DOTALL | re.MULTILINE)
"""The mail between its two delimiter lines (``claimstream.external.claude_prompts``)."""
_PROPOSAL = re.compile(r"^Proposal: (.+)$", re.MULTILINE)
_BETWEEN_CELLS = re.compile(r"[|\t\n]|  +")
_ROUND_LABELS = " .:;,|–—-=\t"
_LONGEST_LABEL = 80


class Shown:
    """A request's text: what stands between delimiters is the mail, the rest is ours."""

    def __init__(self, request: str) -> None:
        parts = [match.group(2) for match in _ENCLOSED.finditer(request)]
        self.text = "\n\n".join(parts)
        """The mail, "" where none is shown."""
        proposal = _PROPOSAL.search(_ENCLOSED.sub("", request))
        self.proposal = proposal.group(1).strip() if proposal else ""
        """The words after ``Proposal:``; a mail may hold such a line too, which is none."""

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return Text(self.text).sentences

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The sentences as answers are judged, greetings apart."""
        return pieces_of(Text(self.text), Marks(self.text))

    @cached_property
    def figures(self) -> tuple[AmountToken, ...]:
        """The amounts in EUR that can be read in one way only, in order."""
        for read in (
            find_amounts(self.text),
            find_amounts(self.text, cells=True),
            find_amounts(self.text, scanned=True),
        ):
            if plain := tuple(token for token in read if _is_plain(token)):
                return plain
        return ()

    def figures_of(self, value: Decimal) -> tuple[AmountToken, ...]:
        """The places where this amount stands."""
        return tuple(token for token in self.figures if token.value == value)

    def sentence(self, start: int, end: int) -> str:
        """Return the sentence in which a span stands."""
        whole = (s.written for s in self.sentences if s.start <= start and end <= s.end)
        return next(whole, self.text[start:end])

    def passage(self, start: int, end: int, *, label: str = "") -> str:
        """Return the sentence or the line in which a span stands, whichever is shorter and holds the label too."""
        line_end = self.text.find("\n", end)
        line = self.text[self.text.rfind("\n", 0, start) + 1 : None if line_end < 0 else line_end].strip()
        both = [part for part in (line, self.sentence(start, end)) if label in part]
        return min(both, key=len, default=line)

    def label_of(self, figure: AmountToken) -> str:
        """Return the words that name a figure, "" where there are none: those between it and the figure before it, else
        the first of its row, else the line above."""
        whole = (s for s in self.sentences if s.start <= figure.start and figure.end <= s.end)
        begin = next((s.start for s in whole), figure.start)
        ends = [other.end for other in self.figures if begin <= other.end <= figure.start]
        starts = [other.start for other in self.figures if begin <= other.start < figure.start]
        above = self.text[:begin].rstrip().rpartition("\n")[2]
        near = (
            self.text[max(ends, default=begin) : figure.start],
            self.text[begin : min(starts, default=begin)],
            "" if find_amounts(above) else above,
        )
        return next((label for label in map(_last_words, near) if label), "")

    def from_label(self, figure: AmountToken) -> str:
        """Return the words from a figure's label to the figure, and nothing behind it."""
        label = self.label_of(figure)
        start = self.text.rfind(label, 0, figure.start) if label else figure.start
        return self.text[start : figure.end]

    def place_of(self, words: str) -> tuple[int, int] | None:
        """Return where words stand, whatever white space is between them; None if nowhere."""
        written = r"\s+".join(map(re.escape, words.split()))
        found = re.search(rf"(?<![^\W_]){written}(?![^\W_])", self.text) if written else None
        return found.span() if found else None

    def quoted(self, words: str) -> dict[str, Any] | None:
        """Return words as a value with its quote; None where they do not stand there."""
        if (place := self.place_of(words)) is None:
            return None
        return {"value": self.text[slice(*place)], "quote": self.passage(*place)}


def _last_words(before: str) -> str:
    """The cell or line next to a figure that holds a word."""
    cells = [cell.strip(_ROUND_LABELS) for cell in _BETWEEN_CELLS.split(before)]
    worded = [cell for cell in cells if re.search(r"[^\W\d_]{3}", cell)]
    return worded[-1][-_LONGEST_LABEL:].strip(_ROUND_LABELS) if worded else ""


def _is_plain(token: AmountToken) -> bool:
    return token.value is not None and token.flaw is None and token.currency in {None, "EUR"}
