"""Whose figure it is: another claim's number, creditor or debtor beside it speaks against every signal."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from claimstream.domain.language import Rule
from claimstream.domain.reader.layout import Span, cells
from claimstream.domain.reader.organisations import name_score
from claimstream.domain.reader.people import find_people, names_agree
from claimstream.domain.reader.spelling import fold, normalise
from claimstream.domain.records.extraction import Consolidated, Evidence, PersonName
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.mail import ParsedMail, Source
from claimstream.domain.replies.kinds import kind_of
from claimstream.domain.rules.deterministic_routing import Signs, pair
from claimstream.domain.rules.mentions import Wording
from claimstream.domain.text import Text

SAME_NAME = 0.85
"""From here on two names are the same name."""

DIFFERENT_PERSON = 0.4
"""Below, two people: 0.5 is a surname alone, 0.2 another person of that surname."""

_BANK = Rule(
    "bank_of_a_payment",
    r"{remit}{gap}{bank_detail}|\bkonto bei\b|{bank_detail}",
    takes=("Bitte überweisen Sie 500 EUR auf unser Konto bei der Sparbank Aue.",),
    leaves=("Die Forderung der Sparbank Aue beträgt 500 EUR.",),
)
"""A bank named here is where a payment goes, not who is owed."""


def anothers(
    signs: Signs, consolidated: Consolidated, file: CandidateFile, inquiries: Sequence[CandidateFile]
) -> str | None:
    """What says that the mail's figure belongs to another claim of the tenant's, in words; None where nothing does."""
    others = [other for other in inquiries if pair(other) != pair(file)]
    return _number(signs, consolidated, file, inquiries) or _creditor(signs, consolidated, file, others)


def another_person(source: Source, evidence: Evidence, consolidated: Consolidated, file: CandidateFile) -> str | None:
    """Who is named in the figure's own sentence or row instead of the client, in words."""
    words = beside(source.text, evidence)
    client = file.client
    wording = Wording.of(words)
    if wording.has_person(client.first_name, client.last_name):
        return None
    known = [p.value for p in consolidated.people if p.value.first and wording.has_person(p.value.first, p.value.last)]
    people = [*(found.value for found in find_people(words, source.source_id)), *known]
    if any(names_agree(person, client.first_name, client.last_name) >= DIFFERENT_PERSON for person in people):
        return None
    owed = (file.creditor.name, file.creditor.representative_name, *_names(consolidated))
    named = [p for p in people if not _is_one_of(p, owed) and not _signs(p, source.text)]
    return f"the figure's own sentence names {named[0].full}, not the client" if named else None


def beside(text: str, evidence: Evidence) -> str:
    """Return the row of a table, or else the sentence, that a value stands in."""
    start = evidence.start
    begin, end = text.rfind("\n", 0, start) + 1, text.find("\n", start + len(evidence.quote))
    line = Span(begin, len(text) if end < 0 else end)
    if len(cells(text, line)) > 1:
        return line.of(text)
    sentences = Text(text).sentences
    number = bisect_right(sentences, start, key=lambda sentence: sentence.start) - 1
    return sentences[number].written if number >= 0 else line.of(text)


def _number(
    signs: Signs, consolidated: Consolidated, file: CandidateFile, inquiries: Sequence[CandidateFile]
) -> str | None:
    """A creditor's file number that is known for another claim only."""
    own = {
        normalise(f.inquiry.creditor_reference)
        for f in inquiries
        if f.inquiry.creditor_reference and pair(f) == pair(file)
    }
    foreign = [
        other
        for other in inquiries
        if pair(other) != pair(file)
        and other.inquiry.creditor_reference
        and normalise(other.inquiry.creditor_reference) not in own
        and signs.name_creditor_reference(other)
    ]
    if not foreign:
        return None
    if any(signs.name_creditor_reference(f) for f in inquiries if pair(f) == pair(file)):
        # Both stand there, as in a letter about a couple: what counts is which stands beside the figure.
        wordings = list(map(Wording.of, _beside_the_values(signs.mail, consolidated)))
        foreign = [f for f in foreign if any(w.has_reference(f.inquiry.creditor_reference or "") for w in wordings)]
    return f"it names the file number {foreign[0].inquiry.creditor_reference} of another claim" if foreign else None


def _creditor(
    signs: Signs, consolidated: Consolidated, file: CandidateFile, others: Sequence[CandidateFile]
) -> str | None:
    """A creditor that is known for another claim only, and named as such or beside the figure."""
    own = [name for name in (file.creditor.name, file.creditor.representative_name) if name]
    names = sorted({c.name for f in (file, *others) for c in (f.creditor, *f.client.creditors)})
    names = [name for name in names if not _is_named(name, own)]
    if consolidated.creditor is not None and not _is_named(consolidated.creditor.value, own):
        for name in names:
            if name_score(consolidated.creditor.value, name) >= SAME_NAME:
                return f"it names the creditor {name}, not {file.creditor.name}"
    writers = [*own, *(found.value for found in (consolidated.representative,) if found)]
    for words in _beside_the_values(signs.mail, consolidated):
        wording = Wording.of(words)
        if any(map(wording.has_organisation, own)) or _BANK.find(" ".join(wording.folded.split())):
            continue
        for name in names:
            if wording.has_organisation(name) and not _is_named(name, writers):
                return f"the figure's own sentence names {name}, not {file.creditor.name}"
    return None


def _beside_the_values(mail: ParsedMail, consolidated: Consolidated) -> list[str]:
    """The sentences of what would be written: the total, and the answer to a plan."""
    found = [f.evidence for f in (consolidated.total_claim, consolidated.settlement) if f is not None]
    texts = {source.source_id: source.text for source in mail.sources}
    return [beside(texts[e.source_id], e) for e in found if texts.get(e.source_id)]


def _is_named(name: str, names: Iterable[str]) -> bool:
    return any(name_score(name, other) >= SAME_NAME for other in names)


def _names(consolidated: Consolidated) -> list[str]:
    return [found.value for found in (consolidated.creditor, consolidated.representative) if found is not None]


def _is_one_of(person: PersonName, names: Iterable[str | None]) -> bool:
    """Whether a person is the creditor, or the one that writes for it."""
    last = fold(person.last)
    return any(last in fold(name).replace(",", " ").split() for name in names if name)


def _signs(person: PersonName, text: str) -> bool:
    """Whether a person's name stands below the closing of a letter."""
    sentences = Text(text).sentences
    last = fold(person.last)
    closed = False
    for sentence in sentences:
        kind = kind_of(sentence)
        closed = closed or (kind is not None and kind.name == "closing")
        if closed and last in sentence.folded:
            return True
    return False
