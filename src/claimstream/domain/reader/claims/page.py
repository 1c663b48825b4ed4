"""One text with its amounts, lines and labels, and the places where sentences and lines part what belongs together."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.asides import find_asides
from claimstream.domain.reader.labels import Label, Role, find_labels
from claimstream.domain.reader.layout import LineIndex, Span, is_filler, lowered
from claimstream.domain.reader.sentences import sentence_ends

WINDOW = 400
"""Characters a label may stand away from its amount: longer sentences are not understood."""
LIST_ITEM = re.compile(r"[-*•–·>]\s|\d{1,2}[.)]\s")

_JOINERS = re.compile(
    r"(?:auf|von|in höhe von|in hoehe von|beträgt|betraegt|über|ueber|mit|zu|of|is|to|insgesamt|derzeit|noch|"
    r"noch offen|eur|€|:)\Z"
)
_COLUMNS = re.compile(r"\t|\||\S {2,}\S")
_PARENTHESIS = re.compile(r"\([^()\n]{0,200}\)")


class Page:
    """A text as the rules of this package look at it. Positions are those of ``text``, lines count from 0.

    ``low`` is the text in lower case, every character at its old place; ``token_lines`` the line of each of ``tokens``;
    ``by_line`` the numbers of the tokens of every line that has any, in their order; ``asides`` the tokens set aside.
    """

    def __init__(self, text: str, tokens: Sequence[AmountToken]) -> None:
        self.text = text
        self.low = lowered(text)
        self.index = LineIndex(text)
        self.tokens = tokens
        self.token_lines = [self.index.at(token.start) for token in tokens]
        self.by_line: dict[int, list[int]] = {}
        for number, line in enumerate(self.token_lines):
            self.by_line.setdefault(line, []).append(number)
        self.asides = find_asides(text, self.low, tokens)
        self._aside_spans = [Span(aside.start, aside.end) for aside in self.asides.values()]
        self._aside_starts = [span.start for span in self._aside_spans]
        self._labels = find_labels(self.low)
        self._label_starts = [label.start for label in self._labels]
        self._boundaries = sorted({0, len(text), *self._breaks(), *sentence_ends(text)})

    def sentence(self, token: AmountToken) -> Span:
        """What stands between the boundaries around an amount, at most ``WINDOW`` characters to either side."""
        boundaries = self._boundaries
        start = boundaries[max(0, bisect_right(boundaries, token.start) - 1)]
        end = boundaries[min(len(boundaries) - 1, bisect_left(boundaries, token.end))]
        return Span(max(start, token.start - WINDOW), min(end, token.end + WINDOW))

    def sentence_before(self, start: int) -> Span | None:
        """The sentence in front of the one that begins at ``start``, on the same line or one that runs on."""
        number = bisect_left(self._boundaries, start)
        if number == 0 or number == len(self._boundaries) or self._boundaries[number] != start:
            return None
        return Span(max(self._boundaries[number - 1], start - WINDOW), start)

    def last_sentence(self, span: Span) -> Span:
        """Return the part of ``span`` behind the last end of a sentence in it."""
        number = bisect_left(self._boundaries, span.end) - 1
        return Span(max(span.start, self._boundaries[number]), span.end)

    def labels_in(self, start: int, end: int) -> list[Label]:
        """Labels that stand wholly in ``start:end``, without those that only swallow words that would mislead.

        Those set aside with a figure count only where the stretch begins beside it.
        """
        return [
            label
            for label in self._between(start, end)
            if label.role is not Role.NEUTRAL and not self._is_set_aside(label, start)
        ]

    def without_asides(self, start: int, end: int) -> str:
        """The words of ``start:end`` without the figures that are set aside, and what is set aside with them."""
        words, position = [], start
        for span in self._aside_spans[bisect_left(self._aside_starts, start) : bisect_left(self._aside_starts, end)]:
            if span.start >= position and span.end <= end:
                words.append(self.text[position : span.start])
                position = span.end
        return "".join([*words, self.text[position:end]])

    def _between(self, start: int, end: int) -> list[Label]:
        first = bisect_left(self._label_starts, start)
        last = bisect_left(self._label_starts, end)
        return [label for label in self._labels[first:last] if label.end <= end]

    def _is_set_aside(self, label: Label, start: int) -> bool:
        number = bisect_right(self._aside_starts, label.start) - 1
        return number >= 0 and start < self._aside_starts[number] and label.start < self._aside_spans[number].end

    def labels_and_asides(self, start: int, end: int) -> tuple[list[Label], list[Label]]:
        """Labels of ``start:end`` outside of closed parentheses, and those inside."""
        labels = self.labels_in(start, end)
        closed = [match.span() for match in _PARENTHESIS.finditer(self.low, start, end)]
        inside = [x for x in labels if any(a <= x.start < b for a, b in closed)]
        return [x for x in labels if x not in inside], inside

    def filled_line(self, line: int, step: int, skip: int = 3) -> int | None:
        """The next line up or down that holds words or numbers, over at most ``skip`` blank ones or rules."""
        for _ in range(skip + 1):
            line += step
            if not 0 <= line < len(self.index.lines):
                return None
            if not is_filler(self.text, self.index.lines[line]):
                return line
        return None

    def stands_alone(self, number: int) -> bool:
        """Whether nothing but the amount ``number`` stands on its line."""
        token, line = self.tokens[number], self.index.lines[self.token_lines[number]]
        return is_filler(self.text, Span(line.start, token.start)) and is_filler(self.text, Span(token.end, line.end))

    def _breaks(self) -> list[int]:
        """Starts of lines that are parted from the line above; a line of prose runs on into the next."""
        below = self.index.lines[1:]
        return [line.start for number, line in enumerate(below) if not self._runs_on(number)]

    def _runs_on(self, number: int) -> bool:
        """Whether line ``number`` goes on in the one below."""
        span, following = self.index.lines[number : number + 2]
        line, below = span.of(self.low).rstrip(), following.of(self.low).strip()
        if not line or not below or _COLUMNS.search(line):
            return False
        if LIST_ITEM.match(below) or line.endswith((".", "!", "?", ";", ":")) or "\t" in below:
            return False
        tokens = self.by_line.get(number)
        if tokens and self.tokens[tokens[-1]].end >= span.start + len(line) - 1:
            return False
        return bool(_JOINERS.search(line)) or (len(line) >= 40 and len(line.split()) >= 5)
