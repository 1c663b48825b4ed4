"""A reply cut into the pieces that are judged: sentences, without the headings and greetings above them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claimstream.domain.language import Rule
from claimstream.domain.reader.spelling import fold
from claimstream.domain.replies.kinds import CLOSING, SALUTATION
from claimstream.domain.replies.marks import Marks, without_names
from claimstream.domain.replies.writer import Writer
from claimstream.domain.text import Sentence, Text, folded

_WORD = re.compile(r"[^\W\d_][\w’'.-]*")
_SIGNED = re.compile(r"\b(?:gez\.|i\. ?A\.|i\. ?V\.|e\. ?V\.|e\. ?K\.|a\. ?G\.)\s{0,3}\Z")
_LONGEST_HEADING = 90

PARTICLES = Rule(
    "particles_of_names",
    "{name_particle}",
    takes=("von", "eG", "of"),
    leaves=("stimmen",),
)

PRONOUNS = Rule(
    "pronouns_only",
    "{we}|{function_word}",
    takes=("Wir", "Ihr"),
    leaves=("Marion Lenz",),
)
"""A line of nothing else is no name, but the first word of a sentence."""


@dataclass(frozen=True)
class Piece:
    """A sentence of the reply, in the forms in which it is judged."""

    sentence: Sentence
    marked: str
    """With figures as marks, capitals kept."""
    low: str
    """In small letters, without names; the writer's own name is ``unsere bank``."""
    outside: bool
    """It stands above the salutation or below the closing formula."""
    half: bool = False
    """It is what a sentence says beside its answer."""
    apart: bool = False
    """It is such a half, and a clause of its own."""

    @property
    def is_name(self) -> bool:
        """Whether it is a name, an address or a heading: no verb, no full stop."""
        return is_name(self.sentence.written)


def is_name(line: str) -> bool:
    """Whether a line holds capitals, numbers and particles only, and ends like none of a letter's sentences."""
    line = _SIGNED.sub("", line).rstrip().removesuffix("./.")
    small = " ".join(word for word in _WORD.findall(line) if word[0].islower())
    return (
        not line.endswith((".", "!", "?", ":", ","))
        and not re.search(r"[^\W_]", PARTICLES.without(fold(small)))
        and re.search(r"[^\W_]", PRONOUNS.without(fold(line))) is not None
    )


def pieces_of(text: Text, marks: Marks, sender: str = "") -> tuple[Piece, ...]:
    """Return the pieces of a text in order; ``sender`` as for :class:`Writer`."""
    parts = [part for sentence in text.sentences for part in _without_headings(sentence, text.written)]
    begin = next((n for n, part in enumerate(parts) if SALUTATION.find(part.folded)), 0)
    end = next((n for n, part in enumerate(parts) if n >= begin and CLOSING.find(part.folded)), len(parts))
    last = max((n for n, part in enumerate(parts) if not is_name(part.written)), default=0)
    outside = " ".join(part.written for n, part in enumerate(parts) if not begin <= n < end or n > last)
    writer = Writer(outside, sender)
    pieces = []
    for n, part in enumerate(parts):
        marked = marks.of(part.start, part.end)
        low = without_names(writer.in_first_person(marked))
        pieces.append(Piece(part, marked, low, not begin <= n < end))
    return tuple(pieces)


def _without_headings(sentence: Sentence, text: str) -> Iterator[Sentence]:
    """The lines of greetings, names and addresses above a sentence, each by itself, then the sentence."""
    start, rest = sentence.start, sentence.written
    begins_line = not text[text.rfind("\n", 0, start) + 1 : start].strip()
    while "\n" in rest:
        row, _, below = rest.partition("\n")
        # Behind another sentence, "Nach" at the end of a line is no heading.
        if not (begins_line or " " in row):
            break
        begins_line = True
        greeting = SALUTATION.find(folded(row)) is not None and row.rstrip().endswith((",", "!"))
        # "Die Gesamtforderung" above "beträgt 500 EUR" is no heading.
        heading = is_name(row) and len(row) < _LONGEST_HEADING and not below.lstrip()[:1].islower()
        if not (greeting or heading):
            break
        if row.strip():
            yield Sentence.of(row, start)
        start += len(row) + 1
        rest = below
    if rest.strip():
        yield Sentence.of(rest.strip(), start + len(rest) - len(rest.lstrip()))
