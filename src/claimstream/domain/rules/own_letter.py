"""Our own letter in what a creditor sent: quoted in a form that nobody knows, pasted, printed, attached.

The letter is judged in which a figure or an answer stands, not the whole source: a creditor's answer may stand above
ours, and names the same file number the other way round.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from claimstream.domain.language import Rule
from claimstream.domain.reader.references import find_references
from claimstream.domain.reader.spelling import same_reference
from claimstream.domain.records.extraction import Evidence, Reference, ReferenceDirection
from claimstream.domain.records.inquiry import CandidateFile, Client
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.text.ourselves import CLOSING, SALUTATION, TO_US, US, Ourselves
from claimstream.domain.text.quoting import is_below_our_head
from claimstream.domain.text.text import folded

_CLIENT = "@client"
"""Stands for the client's name in a text that is judged."""
_LONGEST_GREETING = 80
_PREFIX = re.compile(r"\A\s{0,8}(?:\w{0,3}[>|:]\s?){1,8}")
"""What a mail program may put before each line that it quotes."""
_TICKED = re.compile(r"[☒☑✓✔✗✘]|\[ ?x ?\]|\( ?x ?\)", re.IGNORECASE)
_ANYWHERE = 10**9
_SIGNATURE_LINES = 6
"""How far below a figure the firm's name may sign a letter that has no closing."""
_LETTERS = frozenset({SourceKind.BODY, SourceKind.OTHER})
"""Sources whose lines stand in the order in which they are read. In a PDF, an address may stand behind the text."""

REPRESENTED = Rule(
    "represents_the_client",
    rf"{{we_represent}}(?:[ ,:]{{1,3}}{{client_title}}){{0,8}}[ ,:]{{1,3}}{_CLIENT}|"
    rf"\b(?:wir|we)(?: {{client_title}}){{0,6}} {_CLIENT}\b[^.!?]{{0,60}}{{represent}}",
    takes=(
        f"wir vertreten die rechtlichen Interessen von Frau {_CLIENT}.",
        f"hiermit zeigen wir die Vertretung von Herrn {_CLIENT} an.",
        f"wir zeigen an, dass wir Frau {_CLIENT} anwaltlich vertreten.",
        f"Unsere Mandantin, Frau {_CLIENT}, bittet um Auskunft.",
        f"We act for {_CLIENT}.",
    ),
    leaves=(
        f"wir vertreten die Stadtwerke Aue gegen {_CLIENT}.",
        f"Sie zeigen an, dass Sie Frau {_CLIENT} vertreten.",
        f"Ihre Mandantin {_CLIENT} schuldet uns 500,00 EUR.",
        f"Wir haben Frau {_CLIENT} im Mai beliefert.",
        f"dass wir Frau {_CLIENT} dreimal gemahnt haben.",
    ),
)


def why_it_is_ours(
    mail: ParsedMail, evidence: Evidence, references: Iterable[Reference], file: CandidateFile | None
) -> str | None:
    """Return in words what shows that a place of a source stands in a letter of ours; None where nothing does.

    Args:
        references: those of the whole mail, for a scan, whose text is not in ``mail``.
    """
    source = next((s for s in mail.sources if s.source_id == evidence.source_id), None)
    if source is None:
        return None
    text, start = source.text, evidence.start
    ourselves = Ourselves.of(mail.our_marks)
    if is_below_our_head(text, start, ourselves):
        return f"it stands below a line that names us as its author, in {source.name}"
    letter = _Letter(text, start)
    if file and not _TICKED.search(evidence.quote):  # a form of ours that comes back bears our number, too
        own = find_references(text, source.source_id) if text else references
        if letter.is_under_our_number([r for r in own if r.evidence.source_id == source.source_id], file):
            return f"it stands in our own letter, {source.name}"
    if file and letter.represents(file.client):
        return f"it stands in a letter that speaks for {file.client.last_name}, in {source.name}"
    if letter.is_signed(ourselves, without_closing=source.kind in _LETTERS):
        return f"it stands in a letter that we signed, in {source.name}"
    return None


class _Letter:
    """The letter that a place of a text stands in: from the end of the one above it to its own closing."""

    def __init__(self, text: str, place: int) -> None:
        self._place = place
        written = text.split("\n")
        ends = list(accumulate(len(line) + 1 for line in written))
        lines = [_PREFIX.sub("", line) for line in written]
        number = min(bisect_right(ends, place), len(lines) - 1)
        begin = next((n for n in range(number, -1, -1) if _is(SALUTATION, lines[n])), 0)
        end = next((n for n in range(number + 1, len(lines)) if _is(SALUTATION, lines[n])), len(lines))
        head = next((n for n in range(begin - 1, -1, -1) if _is(CLOSING, lines[n])), -1)
        closing = next((n for n in range(number + 1, end) if _is(CLOSING, lines[n])), None)
        self._start = ends[head] if head >= 0 else 0
        self._end = ends[(end if closing is None else closing) - 1] if text else _ANYWHERE
        self._text = lines[begin : end if closing is None else closing]
        self._below = lines[number + 1 : end]
        """The lines up to the next salutation: the head of the next letter is among them."""
        self._closing = None if closing is None else lines[closing:end]

    def is_under_our_number(self, references: Iterable[Reference], file: CandidateFile) -> bool:
        """Whether the firm's file number is called *unser Zeichen*: in this letter, else nearest above."""
        named = [
            (reference.evidence.start, reference.direction is ReferenceDirection.THEIRS)
            for reference in references
            if reference.direction is not ReferenceDirection.UNKNOWN
            and same_reference(reference.value, file.client.case_reference)
        ]
        above = [pair for pair in named if pair[0] <= self._place]
        here = [pair for pair in above if pair[0] >= self._start]
        below = [pair for pair in named if self._place < pair[0] < self._end]
        for pairs, nearest in ((here, -1), (below, 0), (above, -1)):
            if pairs:
                return sorted(pairs)[nearest][1]
        return False

    def represents(self, client: Client) -> bool:
        """Whether it says that its writer acts for the client."""
        first, last = (re.escape(folded(name)) for name in (client.first_name, client.last_name))
        if not last:
            return False
        text = re.sub(rf"(?<!\w)(?:{first} )?{last}(?!\w)", _CLIENT, folded(" ".join(self._text)))
        return REPRESENTED.find(text) is not None

    def is_signed(self, ourselves: Ourselves, *, without_closing: bool) -> bool:
        """Whether the firm's name stands below its closing or, ``without_closing``, alone on a line below the place."""
        if self._closing is not None:
            return ourselves.signs(self._closing)
        following = [folded(line) for line in self._below if line.strip()][:_SIGNATURE_LINES]
        return without_closing and any(
            ourselves.marked(line) == US and not TO_US.find(f"{above} {US}")
            for above, line in zip(["", *following], following, strict=False)
        )


def _is(rule: Rule, line: str) -> bool:
    return rule.find(folded(line[:_LONGEST_GREETING])) is not None
