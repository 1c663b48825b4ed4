"""Our own letter in what a creditor sent: quoted in a form that nobody knows, pasted, printed, attached.

The letter is judged in which a figure or an answer stands, not the whole source: a creditor's answer may stand above
ours, and names the same file number the other way round.
"""

import re
from collections.abc import Iterable

from claimstream.domain.language import Rule
from claimstream.domain.reader.references import find_references
from claimstream.domain.reader.spelling import same_reference
from claimstream.domain.records.extraction import Evidence, Reference, ReferenceDirection
from claimstream.domain.records.inquiry import CandidateFile, Client
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.text.ourselves import CLOSING, SALUTATION, US, Ourselves
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
    """The letter that a place of a text stands in: from the salutation above it to the closing below it."""

    def __init__(self, text: str, start: int) -> None:
        self._place = start
        above, below = ([_PREFIX.sub("", line) for line in part.split("\n")] for part in (text[:start], text[start:]))
        begin = next((n for n in range(len(above) - 1, -1, -1) if _is(SALUTATION, above[n])), 0)
        end = next((n for n in range(1, len(below)) if _is(SALUTATION, below[n])), len(below))
        self._closing = next((n for n in range(1, end) if _is(CLOSING, below[n])), None)
        self._above = above[begin:]
        self._below = below[:end]
        """The lines up to the next salutation: the head of the next letter is among them."""
        rest = text[start:].split("\n")[: end if self._closing is None else self._closing]
        self._end = start + sum(len(line) + 1 for line in rest) if text else _ANYWHERE

    def is_under_our_number(self, references: Iterable[Reference], file: CandidateFile) -> bool:
        """Whether the firm's file number is called *unser Zeichen*: nearest above, else in the rest of the letter."""
        named = [
            (reference.evidence.start, reference.direction is ReferenceDirection.THEIRS)
            for reference in references
            if reference.direction is not ReferenceDirection.UNKNOWN
            and same_reference(reference.value, file.client.case_reference)
        ]
        above = [pair for pair in named if pair[0] <= self._place]
        below = [pair for pair in named if self._place < pair[0] < self._end]
        return bool(named) and (max(above)[1] if above else min(below)[1] if below else False)

    def represents(self, client: Client) -> bool:
        """Whether it says that its writer acts for the client."""
        lines = [*self._above, *self._below[: self._closing]]
        first, last = (re.escape(folded(name)) for name in (client.first_name, client.last_name))
        if not last:
            return False
        text = folded(" ".join(lines))
        return REPRESENTED.find(re.sub(rf"(?<!\w)(?:{first} )?{last}(?!\w)", _CLIENT, text)) is not None

    def is_signed(self, ourselves: Ourselves, *, without_closing: bool) -> bool:
        """Whether the firm's name stands below its closing or, ``without_closing``, alone on a line below the place."""
        if self._closing is not None:
            return ourselves.signs(self._below[self._closing :])
        following = [line for line in self._below[1:] if line.strip()][:_SIGNATURE_LINES]
        return without_closing and any(ourselves.marked(folded(line)) == US for line in following)


def _is(rule: Rule, line: str) -> bool:
    return rule.find(folded(line[:_LONGEST_GREETING])) is not None
