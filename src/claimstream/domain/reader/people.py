"""Natural persons named in a letter, and whether a name is a client's.

Only who the letter is *about* is read: the debtor named by a label, a subject line or a salutation in running text.
Whom the letter greets, its clerks and its lawyers are not. Lines are never joined.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from claimstream.domain.language import as_written, words
from claimstream.domain.reader.layout import Span, cells, lines
from claimstream.domain.reader.organisations import looks_like_organisation
from claimstream.domain.reader.spelling import fold, word_score
from claimstream.domain.records.extraction import Evidence, Found, PersonName

__all__ = ["find_people", "fold", "names_agree"]

_BLANK = r"[ \t\u00a0]"
_UPPER = "A-ZÄÖÜÀ-ÖØ-ÞŠŽŁĐĆČŚŹŻİĞŞ"
_LETTER = r"[^\W\d_]"
_PARTICLE = rf"(?:{as_written('person_particle')})"
_NAME_WORD = rf"(?:[{_UPPER}]['’]?{_LETTER}+(?:[-'’]{_LETTER}+){{0,8}}|[{_UPPER}]\.(?:-?[{_UPPER}]\.)?)"
_TITLE = rf"(?:{as_written('title_of_name')}|Dipl\.?-[A-Za-zäöü]+\.?(?:[ ]?\(FH\))?)"
_NAME = rf"{_NAME_WORD}(?:{_BLANK}{{1,2}}(?:{_PARTICLE}{_BLANK}){{0,3}}{_NAME_WORD}){{0,3}}"
_FULL = rf"(?:{_PARTICLE}{_BLANK}){{0,3}}{_NAME}"
_TITLES = rf"(?:{_TITLE}{_BLANK}{{1,2}}){{0,4}}"
_SALUTATION = rf"(?:{as_written('person_title')})"
_SALUTED = re.compile(
    rf"(?<![\w-]){_SALUTATION}{_BLANK}{{1,3}}(?P<titles>{_TITLES})(?P<name>{_FULL})"
    rf"(?:,{_BLANK}{{1,2}}(?P<given>{_NAME_WORD}(?:{_BLANK}{_NAME_WORD})?)(?={_BLANK}*(?:$|"
    rf"[,;).(:/–-]|geb|wegen|\d)))?",
    re.MULTILINE,
)
_COUPLE = re.compile(
    rf"(?<![\w-])(?:{as_written('couple')}|{as_written('couple_too')}){_BLANK}{{1,2}}(?:Herrn?{_BLANK})?"
    rf"(?P<a>{_NAME_WORD}(?:{_BLANK}{_NAME_WORD})?){_BLANK}(?:und|u\.|&|\+|and){_BLANK}(?:Frau{_BLANK})?"
    rf"(?P<b>{_NAME_WORD}){_BLANK}(?P<last>(?:{_PARTICLE}{_BLANK}){{0,3}}{_NAME_WORD})"
)
_COUPLE_LAST_FIRST = re.compile(
    rf"(?<![\w-])(?:{as_written('couple')}){_BLANK}{{1,2}}(?P<last>(?:{_PARTICLE}{_BLANK}){{0,3}}{_NAME_WORD})"
    rf",{_BLANK}(?P<a>{_NAME_WORD}){_BLANK}(?:und|u\.|&|\+){_BLANK}(?P<b>{_NAME_WORD})"
)
_COUPLE_SALUTED = re.compile(
    rf"(?<![\w-])(?:Herrn?|Mr\.?|Frau|Mrs\.?){_BLANK}(?:(?P<a>{_NAME_WORD}){_BLANK})?(?:und|u\.|&|and|"
    rf"/){_BLANK}?(?:Frau|Mrs\.?|Herrn?|Mr\.?){_BLANK}"
    rf"{_TITLES}(?:(?P<b>{_NAME_WORD}){_BLANK})?(?P<last>(?:{_PARTICLE}{_BLANK}){{0,3}}{_NAME_WORD})"
)
_LABEL = re.compile(
    rf"(?<![\w-])(?:{as_written('debtor_heading')})(?:{_BLANK}?\([^)\n]{{0,30}}\))?{_BLANK}{{0,3}}[:|\t]{_BLANK}*"
)
_ABOUT = re.compile(
    rf"(?<![\w-])(?:{as_written('your_client')}|"
    rf"(?:unser(?:e[rnsm]?|es)?|d(?:er|ie|es|en)) (?:{as_written('our_debtor')})|"
    rf"{as_written('in_the_name_of')}|"
    rf"[Yy]our client|our customer|the debtor|(?:{as_written('matter_of_claim')}) (?:{as_written('against_whom')}))"
    rf",?{_BLANK}{{1,2}}(?:die Eheleute{_BLANK})?(?:{_SALUTATION}{_BLANK})?"
)
_VERSUS = re.compile(rf"{_BLANK}(?:\./\.|/\.|\.\./\.|gegen|vs?\.|versus){_BLANK}")
_VERSUS_LEAD = re.compile(
    r"(?:[Ii]n Sachen|[Ii]n der (?:Sache|Angelegenheit|Forderungssache|Rechtssache)|Betreff|Betr\.|"
    r"Forderungssache|Rechtssache|Angelegenheit|Sache|Re|AW|WG|Inkassosache)\b:?"
)
_BORN = re.compile(
    rf"(?<![\w-])(?P<name>{_FULL})(?:,{_BLANK}{{1,2}}(?P<given>{_NAME_WORD}))?,?{_BLANK}{{1,2}}\(?(?:geb\.|"
    rf"geboren|\*|"
    rf"born)(?:{_BLANK}{{1,2}}am)?{_BLANK}{{0,2}}(?P<maiden>(?!am\b)[{_UPPER}]{_LETTER}+(?:-{_LETTER}+)?)?"
)
_MAIDEN = re.compile(
    rf",?{_BLANK}{{1,2}}\(?(?:geb\.|geborene?n?r?){_BLANK}{{1,2}}(?P<maiden>[{_UPPER}]{_LETTER}+(?:-{_LETTER}+)?)"
)
_AS_LABELLED = re.compile(
    rf"{_BLANK}*\*{{0,2}}(?:(?:{_SALUTATION})(?:/(?:{_SALUTATION})"
    rf")?{_BLANK}+)?(?:Firma{_BLANK}+)?(?P<titles>{_TITLES})(?P<name>{_FULL})"
    rf"(?:,{_BLANK}{{0,2}}(?P<titles2>{_TITLES})(?P<given>{_NAME_WORD}(?:{_BLANK}{_NAME_WORD})?)(?=\W|"
    rf"$))?"
)
_PAIR = re.compile(
    rf"^{_BLANK}*(?P<key>Vorname|Nachname|Familienname|Name|First name|Last name|Surname){_BLANK}{{0,20}}[:|"
    rf"\t]{_BLANK}{{0,20}}(?P<value>{_FULL}){_BLANK}*$",
    re.MULTILINE,
)
_AROUND = 80
"""Characters beside a name that say whose it is; paragraphs of HTML mail are single lines."""
# Cheap to ask before the costly patterns are tried.
_ADDRESSED = re.compile(r"Herr|Frau|Hr\.|Fr\.|M[rs]|Miss|Ehe|Familie|Mandanten|Schuldner|Kunden")
_HEADING = re.compile(as_written("debtor_heading"))
_NAME_END = re.compile(r"[,;(\t|]| {2,}|geb\.|wegen")
_PROSE = 40
"""A line of at least this length may have been broken within a name."""
_NAME_BEGIN = re.compile(rf"{_BLANK}*(?:{_PARTICLE}{_BLANK})*[{_UPPER}]{_LETTER}")
_BIRTH = re.compile(r"geb|\*|born")
_STREET = re.compile(rf"(?:{as_written('street_end')})\Z", re.IGNORECASE)
_GREETING = re.compile(
    r"(?:geehrte[rs]?|Liebe[rs]?|Hallo|Guten (?:Tag|Morgen|Abend)|Dear|Hello|Moin|Sehr verehrte[rn]?)\s*\Z",
    re.IGNORECASE,
)
_CLERK = re.compile(rf"{as_written('clerk_sign')}|\b(?:ra|rain|tel|i\. ?a\.|i\. ?v\.)(?!\w)", re.IGNORECASE)
_SUBJECT_WORDS = frozenset(words("no_person"))


@dataclass(frozen=True, slots=True)
class _Hit:
    name: PersonName
    start: int
    end: int
    confidence: float


def find_people(text: str, source_id: str) -> tuple[Found[PersonName], ...]:
    """The people the letter is about, each once, in order of appearance.

    Confidence is relative: 1 for a label, 0.9 in running text, 0.8 for a surname alone. The reader scales it.
    """
    hits: list[_Hit] = []
    all_lines = lines(text)
    for index, line in enumerate(all_lines):
        if line.end - line.start < 4:
            continue
        below = all_lines[index + 1].of(text) if index + 1 < len(all_lines) else ""
        hits += [hit for hit in _line_people(text, line) if not _cut_off(text, line, below, hit)]
        if index + 1 < len(all_lines):
            hits += _under_label(text, line, all_lines[index + 1])
    hits += _pairs(text)
    unique: dict[tuple[str, str], _Hit] = {}
    for hit in sorted(hits, key=lambda h: (h.start, -h.confidence)):
        key = (fold(hit.name.first), fold(hit.name.last))
        known = unique.get(key)
        if known is None or known.confidence < hit.confidence:
            unique[key] = hit if known is None else _Hit(hit.name, known.start, known.end, hit.confidence)
    surnames = {last for first, last in unique if first}
    return tuple(
        Found[PersonName](
            value=hit.name,
            confidence=hit.confidence,
            evidence=Evidence(source_id=source_id, quote=text[hit.start : hit.end], start=hit.start),
        )
        # "Frau Brandt" is Nele Brandt where she is named in full
        for (first, last), hit in unique.items()
        if first or last not in surnames
    )


def _cut_off(text: str, line: Span, below: str, hit: _Hit) -> bool:
    """Whether a line of prose ends within the name: "gegen Herrn Uwe" / "Falk beträgt". Half a name is another name."""
    if text[hit.end : line.end].strip() or line.end - line.start < _PROSE:
        return text[hit.end : line.end].strip() == "-" and bool(_NAME_BEGIN.match(below))
    return not hit.name.first and bool(_NAME_BEGIN.match(below))


def names_agree(found: PersonName, first: str, last: str) -> float:
    """How well a name found fits a client's, 0 to 1: order-free, folded; initials, typos and double names allowed for.

    1 is the same name, 0.5 the same surname with no first name to compare, at most 0.2 another person of that surname.
    """
    return max(
        _agree(found.first, found.last, first, last),
        _agree(found.last, found.first, first, last) if found.first else 0.0,
    )


def _agree(found_first: str, found_last: str, first: str, last: str) -> float:
    surname = _surname_score(_words(found_last), _words(last))
    if surname < 0.7:
        # "Nele Maria Brandt" read with a given name counted to the surname, or the other way round
        left, right = set(_words(f"{found_first} {found_last}")), set(_words(f"{first} {last}"))
        return 1.0 if found_first and first and left == right else 0.0
    if not found_first or not first:
        return 0.5 * surname
    given = _given_score(_words(found_first), _words(first))
    return surname * given if given >= 0.7 else 0.2 * surname


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s\-.,'’]+", fold(name)) if word]


def _surname_score(a: list[str], b: list[str]) -> float:
    particles = {"von", "van", "der", "de", "zu", "den", "vom", "zur", "zum", "v", "d", "dem"}
    left, right = [w for w in a if w not in particles] or a, [w for w in b if w not in particles] or b
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0 if a == b or len(left) < len(a) or len(right) < len(b) else 0.95
    if set(left) == set(right):
        return 0.95
    if len(left) == len(right):
        return min(word_score(x, y, ending=True) for x, y in zip(left, right, strict=True))
    # One half of a double name
    shorter, longer = (left, right) if len(left) < len(right) else (right, left)
    return 0.8 if all(word in longer for word in shorter) else 0.0


def _given_score(a: list[str], b: list[str]) -> float:
    def best(word: str, others: list[str]) -> float:
        return max((_given_word(word, other) for other in others), default=0.0)

    shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
    score = min((best(word, longer) for word in shorter), default=0.0)
    return score * (1.0 if len(a) == len(b) else 0.95)


def _given_word(a: str, b: str) -> float:
    if len(a) == 1 or len(b) == 1:
        return 0.85 if a[:1] == b[:1] else 0.0
    return word_score(a, b, ending=False)


def _line_people(text: str, line: Span) -> list[_Hit]:
    hits: list[_Hit] = []
    content = line.of(text)
    if not any(char.isupper() for char in content):
        return hits
    addressed = _ADDRESSED.search(content) is not None
    for pattern in (_COUPLE, _COUPLE_LAST_FIRST, _COUPLE_SALUTED) if addressed else ():
        for match in pattern.finditer(text, line.start, line.end):
            if not _greeted(text, line, match.start()) and not _clerk(text, line, match):
                hits += _couple(match)
    couples = [(hit.start, hit.end) for hit in hits]

    def inside_couple(position: int) -> bool:
        return any(start <= position < end for start, end in couples)

    for lead in (_LABEL, _ABOUT):
        for match in lead.finditer(text, line.start, line.end):
            if not inside_couple(match.end()):
                hits += _named_at(
                    text,
                    match.end(),
                    line,
                    1.0,
                    single=lead is _ABOUT or not re.match(r"(?:Betr|Subject|Re\b|Name|Person)", match.group()),
                )
    hits += _versus(text, line)
    for match in _BORN.finditer(text, line.start, line.end) if _BIRTH.search(content) else ():
        if not inside_couple(match.start()) and (hit := _hit(match, match.start(), 1.0, single=False)):
            hits.append(hit)
            if match["maiden"] and not match["maiden"][0].isdigit():
                hits.append(
                    _Hit(PersonName(first=hit.name.first, last=match["maiden"]), match.start(), match.end(), 0.8)
                )
    for match in _SALUTED.finditer(text, line.start, line.end) if addressed else ():
        if inside_couple(match.start()) or _greeted(text, line, match.start()) or _clerk(text, line, match):
            continue
        hit = _hit(match, match.start(), 0.9, single=True)
        if hit:
            hits.append(hit)
            maiden = _MAIDEN.match(text, hit.end, line.end)
            if maiden and hit.name.first:
                hits.append(
                    _Hit(PersonName(first=hit.name.first, last=maiden["maiden"]), match.start(), maiden.end(), 0.8)
                )
    return hits


def _greeted(text: str, line: Span, position: int) -> bool:
    before = text[max(line.start, position - _AROUND) : position]
    return bool(_GREETING.search(before)) or "geehrte" in before


def _clerk(text: str, line: Span, match: re.Match[str]) -> bool:
    """Whether the words around a name, on its line, say that this is whoever writes or is to be asked."""
    return bool(_CLERK.search(text, max(line.start, match.start() - _AROUND), min(line.end, match.end() + _AROUND)))


def _couple(match: re.Match[str]) -> list[_Hit]:
    groups = match.groupdict()
    last = groups["last"]
    if _is_word(last) or any(_is_word(groups[key] or "") for key in ("a", "b")):
        return []
    firsts = [name for name in (groups.get("a"), groups.get("b")) if name]
    return [
        _Hit(PersonName(first=first, last=last), match.start(), match.end(), 0.9 if first else 0.8)
        for first in firsts or [""]
    ]


def _is_word(name: str) -> bool:
    return bool(name) and name.lower().rstrip(".") in _SUBJECT_WORDS


def _hit(match: re.Match[str], start: int, confidence: float, *, single: bool) -> _Hit | None:
    """The person of a match's groups ``name`` and ``given``, or None for what only looks like a name.

    ``single`` says whether a surname alone is taken.
    """
    name, given = match["name"], match.groupdict().get("given")
    words: list[re.Match[str]] = []
    for word in re.finditer(r"\S+", name):
        if _is_word(word.group()) and not re.fullmatch(_PARTICLE, word.group()):
            given = None
            break
        words.append(word)
    while words and re.fullmatch(_PARTICLE, words[-1].group()):
        words.pop()
    if given and (_is_word(given.split()[0]) or _STREET.search(given)):
        given = None
    person = _split([word.group() for word in words], given)
    if person is None or looks_like_organisation(person.full) or (not person.first and not single):
        return None
    end = match.end("given") if given and person.first == given else match.start("name") + words[-1].end()
    return _Hit(person, start, end, confidence if person.first else min(confidence, 0.8))


def _split(words: list[str], given: str | None) -> PersonName | None:
    """First and last name: ``Heide, Jonas``, ``Jonas von der Heide``, ``Heide``."""
    if not words:
        return None
    first_particle = next((i for i, word in enumerate(words) if re.fullmatch(_PARTICLE, word)), None)
    if given and (len(words) == 1 or first_particle == 0):
        return PersonName(first=given, last=" ".join(words))
    if len(words) == 1 or first_particle == 0:
        return PersonName(first="", last=" ".join(words))
    cut = first_particle if first_particle is not None else len(words) - 1
    return PersonName(first=" ".join(words[:cut]), last=" ".join(words[cut:]))


def _named_at(text: str, position: int, line: Span, confidence: float, *, single: bool) -> list[_Hit]:
    match = _AS_LABELLED.match(text, position, line.end)
    if not match or looks_like_organisation(text[position : _stop(text, position, line)]):
        return []
    begin = position + len(match.group()) - len(match.group().lstrip(" \t\u00a0*"))
    hit = _hit(match, begin, confidence, single=single)
    if not hit:
        return []
    hits = [hit]
    maiden = _MAIDEN.match(text, hit.end, line.end)
    if maiden and hit.name.first:
        hits.append(_Hit(PersonName(first=hit.name.first, last=maiden["maiden"]), begin, maiden.end(), 0.8))
    both = re.compile(rf"{_BLANK}(?:und|u\.|&|and){_BLANK}(?:{_SALUTATION}{_BLANK})?(?P<name>{_FULL})").match(
        text, hit.end, line.end
    )
    if both:
        # "Petra und Uwe Falk", "Petra Falk und Uwe Falk"
        second = _hit(both, both.start("name"), confidence, single=False)
        if second and not hit.name.first:
            hits[0] = _Hit(PersonName(first=hit.name.last, last=second.name.last), begin, both.end(), confidence)
        if second:
            hits.append(_Hit(second.name, begin, both.end(), confidence))
    return hits


def _stop(text: str, position: int, line: Span) -> int:
    end = min(line.end, position + 2 * _AROUND)
    stop = _NAME_END.search(text, position, end)
    return stop.start() if stop else end


def _versus(text: str, line: Span) -> list[_Hit]:
    """``A ./. B``: whichever side is no organisation. ``gegen`` counts only behind *in Sachen* and the like."""
    hits: list[_Hit] = []
    for match in _VERSUS.finditer(text, line.start, line.end):
        first = max(line.start, match.start() - 2 * _AROUND)
        left = text[first : match.start()]
        leads = list(_VERSUS_LEAD.finditer(left))
        if match.group().strip() not in {"./.", "/.", "../."} and not leads:
            continue
        begin = first + (leads[-1].end() if leads else 0)
        for sign in (" - ", " – ", ": ", "\t", "|", "  "):
            cut = left.rfind(sign)
            if cut >= 0 and first + cut + len(sign) > begin:
                begin = first + cut + len(sign)
        side = text[begin : match.start()].strip(" ,")
        if side and not looks_like_organisation(side):
            hits += _named_at(text, begin, Span(begin, match.start()), 1.0, single=True)
        hits += _named_at(text, match.end(), line, 1.0, single=True)
    return hits


def _under_label(text: str, line: Span, below: Span) -> list[_Hit]:
    """A label alone on its line with the name under it, or a heading of a column with the name in that column."""
    if not _HEADING.search(text, line.start, line.end):
        return []
    heads = cells(text, line)
    if len(heads) > 8:
        return []
    values = cells(text, below)
    if len(heads) != len(values):
        return []
    for head, value in zip(heads, values, strict=True):
        label = head.of(text).strip(" *:")
        if _HEADING.fullmatch(label):
            return _named_at(text, value.start, Span(value.start, value.end), 1.0, single=False)
    return []


def _pairs(text: str) -> list[_Hit]:
    """``Vorname: Nele`` and ``Nachname: Brandt`` on neighbouring lines."""
    found = list(_PAIR.finditer(text))
    hits = []
    for one, two in pairwise(found):
        keys = {one["key"], two["key"]}
        if "\n" in text[one.end() : two.start()].strip(" \t\r").replace("\n", "", 1):
            continue
        first = next((m for m in (one, two) if m["key"] in {"Vorname", "First name"}), None)
        last = next((m for m in (one, two) if m["key"] not in {"Vorname", "First name"}), None)
        if first and last and len(keys) == 2 and not looks_like_organisation(last["value"]):
            hits.append(
                _Hit(
                    PersonName(first=first["value"].strip(), last=last["value"].strip()),
                    one.start("key"),
                    two.end(),
                    1.0,
                )
            )
    return hits
