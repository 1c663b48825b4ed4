"""Whose figure it is: another claim's number, creditor or debtor beside it speaks against every signal."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from claimstream.domain.language import Rule, as_written
from claimstream.domain.language import words as words_of_section
from claimstream.domain.reader.layout import Span, cells
from claimstream.domain.reader.organisations import looks_like_organisation, name_score
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

_CAPITAL = r"[A-ZÄÖÜÀ-ÖØ-ÞŠŽŁĐĆČŚŹŻİĞŞ][\w’'&.-]{1,30}"
_TITLED = rf"(?:{as_written('person_title')}|{as_written('couple')})"
_WITHIN = rf"(?:{as_written('person_particle')}|&)"
_NAME = rf"(?P<name>(?!{_TITLED}\s){_CAPITAL}(?:[ \t](?:{_WITHIN}[ \t]){{0,2}}{_CAPITAL}){{1,4}})"
_TITLE = rf"(?:{as_written('person_title')}|{as_written('title_of_name')})"
_ONE = rf"(?:(?:{as_written('name_article')})\s){{0,2}}(?:{_TITLE}\s){{0,3}}"
_AND = rf"(?:,?\s{{1,3}}\(?(?i:{as_written('joins_debtors')})\s{{1,3}})"
_JOIN = rf"(?:{_AND}|(?P<sign>\s?[/+&;]\s?))"
_BEHIND = re.compile(
    rf"{_JOIN}(?:{_ONE}(?:(?P<turned>{_CAPITAL},\s{_CAPITAL})|{_NAME})|"
    rf"(?:(?:{as_written('name_article')})\s)?{_TITLED}\s(?P<titled>{_CAPITAL})|"
    rf"(?:{as_written('name_article')})\s(?P<kin>{as_written('kin')})(?!\w))"
)
_BEFORE = re.compile(rf"(?<!\w)(?:{_NAME}|{_TITLED}\s(?P<titled>{_CAPITAL})){_JOIN}{_ONE}\Z")
_LISTED = re.compile(rf",\s{_ONE}{_NAME}(?=\s?(?:[,;.]|$)|\s(?i:{as_written('joins_debtors')})\s)")
_SERIES = re.compile(rf",\s{_ONE}{_NAME}(?=,?\s(?i:{as_written('joins_debtors')})\s)")
_AND_OTHERS = re.compile(rf",?\s(?i:{as_written('and_others')})(?!\w)")
_HEADING = re.compile(
    rf"(?<![\w-])(?:(?P<about>Betr|Re\b|Subject)[a-z.]{{0,5}}|(?P<head>{as_written('debtor_heading')}))"
    rf"(?:\s?\([^)\n]{{0,30}}\)|\s\d)?(?:[ \t]{{0,3}}[:|\t][ \t]{{0,20}}|(?P<is>[ \t](?:{as_written('are')})[ \t]))"
    r"(?P<names>[^\n]{1,200})"
    rf"(?:\n[ \t]{{3,40}}(?P<below>{_CAPITAL}\s{_CAPITAL})[ \t]{{0,9}}$)?",
    re.MULTILINE,
)
_SECOND = re.compile(as_written("second_debtor_heading"))
_FIRST_NAME = re.compile(_ONE + _NAME)
_ROW = re.compile(
    rf"^[ \t|*•-]{{0,8}}(?:[^\n,:]{{1,30}}[,:]\s|\d{{1,2}}[.)]\s)?(?:(?:{as_written('person_title')})\s)?{_NAME}"
    r"[ \t|:–-]{1,40}(?:EUR|€)?[ \t]?\d[\d.]{0,9},\d\d(?!\d)",
    re.MULTILINE,
)
_REACH = 120
"""Characters beside the client's name."""
_COUPLE = re.compile(rf"(?<![\w-])(?:{as_written('couple')})(?!\w)")
_AS_ONE = re.compile(as_written("as_joint_debtors"), re.IGNORECASE)
_NO_PERSON = frozenset(words_of_section("no_person"))


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
    if another := _another_debtor(source.text, words, consolidated, file):
        return f"the figure is of {another} as well as the client"
    if wording.has_person(client.first_name, client.last_name):
        return None
    known = [p.value for p in consolidated.people if p.value.first and wording.has_person(p.value.first, p.value.last)]
    people = [*(found.value for found in find_people(words, source.source_id)), *known]
    if any(names_agree(person, client.first_name, client.last_name) >= DIFFERENT_PERSON for person in people):
        return None
    owed = (file.creditor.name, file.creditor.representative_name, *_names(consolidated))
    named = [p for p in people if not is_one_of(p, owed) and not _signs(p, source.text)]
    return f"the figure's own sentence names {named[0].full}, not the client" if named else None


def _another_debtor(text: str, words: str, consolidated: Consolidated, file: CandidateFile) -> str | None:
    """Return who is joined to the client in the figure's sentence, in the debtor's heading or by a row of their own."""
    client = file.client
    debtor = _as_debtor(client.first_name, client.last_name)
    if not (client.first_name.strip() and client.last_name.strip()) or _AS_ONE.search(text):
        return None
    owed = [n for n in (file.creditor.name, file.creditor.representative_name, *_names(consolidated)) if n]

    @cache
    def is_another(name: str) -> bool:
        if looks_like_organisation(name):
            return not _is_named(name, owed) and not any(map(Wording.of(name).has_organisation, owed))
        *first, last = reversed(name.split(", ")) if ", " in name else name.split()
        person = PersonName(first=" ".join(first), last=last)
        return (
            _NO_PERSON.isdisjoint(word.lower().strip(",") for word in name.split() if word[0].isupper())
            and names_agree(person, client.first_name, client.last_name) < DIFFERENT_PERSON
            and not is_one_of(person, owed)
            and not _signs(person, text)
        )

    def is_other(name: str, stretch: str) -> bool:
        return is_another(name) and not _is_couple(stretch, name, client.last_name)

    headings = list(_HEADING.finditer(text))
    for match in headings:
        # "Leasingnehmerin ist die Kern GmbH."
        first = _FIRST_NAME.match(match["names"]) if match["is"] and match["head"] else None
        if first and not debtor.search(match["names"]) and is_other(first["name"], first["name"]):
            return first["name"]
    if not debtor.search(text):
        return None
    headed = [(match["names"], match["about"] is None, True) for match in headings]
    for stretch, comma, signs in ((words, False, True), *headed, (text, False, False)):
        for match in debtor.finditer(stretch):
            behind = stretch[match.end() : match.end() + _REACH]
            before = stretch[max(0, match.start() - _REACH) : match.start()]
            if others := _AND_OTHERS.match(behind):
                return others.group().strip(" ,")
            listed = (_LISTED if comma else _SERIES).match(behind)
            for found in (_BEHIND.match(behind), _BEFORE.search(before), listed):
                groups = found.groupdict() if found else {}
                if groups.get("kin"):
                    return groups["kin"]
                name = groups.get("name") or groups.get("turned") or groups.get("titled")
                # "Kern GmbH / Lena Dorn" may be anything where nothing says that debtors are named.
                if name and (signs or not groups.get("sign")) and is_other(name, before):
                    return name
    heads = {match["head"] for match in headings if match["head"] and debtor.search(match["names"])}
    for match in headings if heads else ():
        if match["head"] in heads or (match["head"] and _SECOND.fullmatch(match["head"])):
            first = _FIRST_NAME.match(match["names"])
            for name in (first and first["name"], match["below"] if debtor.search(match["names"]) else None):
                if name and is_other(name, name):
                    return name
    if debtor.search(words):
        return None
    rows = [match["name"] for match in _ROW.finditer(text)]
    if any(debtor.fullmatch(name) for name in rows):
        return next((name for name in rows if not debtor.fullmatch(name) and is_another(name)), None)
    return None


def _is_couple(stretch: str, name: str, surname: str) -> bool:
    """Return whether a further name is the other half of the client's couple: of one surname, or behind *Eheleute*."""
    return (
        not set(fold(surname).split()[-1:]).isdisjoint(re.split(r"[\s,]+", fold(name)))
        or _COUPLE.search(stretch) is not None
    )


@lru_cache(maxsize=4096)
def _as_debtor(first: str, last: str) -> re.Pattern[str]:
    """The client's name as *First Last*, *Last, First* or *Frau Last*, in either spelling of an umlaut."""
    given, family = (r"\s{1,3}".join(map(_either_spelling, name.split())) for name in (first, last))
    titled = rf"(?:{as_written('person_title')})\s{family}"
    names = rf"{given}\s{{1,3}}{family}|{family},?\s{{1,3}}{given}|{titled}"
    return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)


def _either_spelling(word: str) -> str:
    return "".join(
        f"(?:{re.escape(letter)}|{folded})" if (folded := fold(letter)) != letter.lower() else re.escape(letter)
        for letter in word
    )


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


def is_one_of(person: PersonName, names: Iterable[str | None]) -> bool:
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
