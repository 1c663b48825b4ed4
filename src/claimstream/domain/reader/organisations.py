"""Creditors and their representatives: names found in a letter, and how alike two names are."""

import re
from dataclasses import dataclass
from functools import lru_cache

from claimstream.domain.language import Needs, Rule, as_written, parts, unfolded, words
from claimstream.domain.reader.layout import Span, each_line, lines
from claimstream.domain.reader.spelling import fold, word_score
from claimstream.domain.records.extraction import Evidence, Found
from claimstream.domain.text.text import folded

_LEGAL_FORMS = frozenset(map(fold, words("legal_form")))
_SHARED = frozenset(map(fold, words("shared_name")))
_FORM = re.compile(
    r"(?<![\w])(?:g?GmbH|mbH|AG|KG(?:aA)?|OHG|oHG|UG|GbR|eG|e\.\s?G\.|e\.\s?V\.|e\.\s?K\.|SE|S\.\s?A\.|"
    r"S\.à\s?r\.l\.|Ltd\.?|Limited|Inc\.?|LLC|LLP|PLC|plc|PartG(?:\s?mbB)?|AöR|AdöR|KdöR|VVaG|B\.\s?V\.|"
    r"N\.\s?V\.)(?![\w])"
)
_KEYWORD = re.compile(rf"(?<![^\W_])(?:[\w-]{{0,30}}?(?:{unfolded(parts('office_name'))}|kfz-[\w-]+))(?![^\W_])")
"""Over a name in small letters."""
_KEYWORD_NEEDS = Needs(_KEYWORD.pattern)
_ORG_WORD = r"[A-ZÄÖÜ0-9][\w&.+'’-]*"
_ORG = (
    rf"{_ORG_WORD}(?:[ \u00a0](?:&|\+|gGmbH|plc|e\.\s?[VKG]\.|"
    rf"und|für|der|des|von|am|im|an|in|zu|e\.|V\.|mbH|of|for|and|the|co\.|"
    rf"{_ORG_WORD})){{0,9}}"
)
_CREDITOR_LEAD = re.compile(
    rf"(?<![\w-])(?:(?:{as_written('on_behalf')})(?: unsere[rs] (?:{as_written('whose_agent')}),?)?"
    rf"(?: (?:der|des|von|die))?(?: Firma)?|(?:{as_written('our_creditor')}),?(?: (?:der|des|von|die))?(?: Firma)?"
    r"|[Ff]orderung(?:en)? (?:der|des|von)(?: Firma| Gläubigerin)?"
    rf"|(?:{as_written('we_act_for')})(?: hier)?(?: die| den| das)?(?: Interessen (?:der|des|von))?(?: Firma)?"
    rf"|(?:{as_written('we_act_for_en')})(?: the)?"
    rf"|(?:{as_written('creditor_heading')})(?: ?\([^)\n]{{0,30}}\))?[ \t]{{0,3}}[:|\t])"
    r"[ \t\u00a0]{1,4}"
)
_REPRESENTATIVE_LEAD = re.compile(
    rf"(?<![\w-])(?:{as_written('representative_heading')})[ \t]{{0,3}}[:|\t]?[ \t\u00a0]{{1,4}}"
)
_NAME_AT = re.compile(_ORG)
_CLOSING = re.compile(
    r"^[ \t]*(?:(?:mit )?(?:freundlichen|freundlichem|besten|herzlichen|verbindlichen|vielen)\s+gr(?:ü|"
    r"ue)(?:ß|ss)en?|(?:freundliche|beste|viele|herzliche) gr(?:ü|ue)(?:ß|ss)e|hochachtungsvoll|mfg|"
    r"(?:kind|best|warm)(?:est)? regards|regards|yours (?:sincerely|faithfully|truly)|sincerely)\b",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_A_NAME = re.compile(rf"\b(?:{as_written('no_name_line')})\b|@|://|www\.|\d{{5}}", re.IGNORECASE)
_STOP_WORDS = re.compile(rf"[ ](?:{as_written('behind_a_name')})(?![\w-])")
_LONGEST_LINE = 120
_SHORT = 2
"""The number of words of a line behind which the one who is written to stands on the next."""
ADDRESSED = Rule(
    "addressed",
    r"\A[\W_]{0,4}(?:{salutation}|{to_whom})",
    takes=("Liebe Kanzlei am Hafen,", "An die Kanzlei Nord", "Sehr geehrtes Kanzleiteam,", "Dear Harbour Solutions"),
    leaves=("Stadtwerke Aue GmbH", "Andante Verlag", "Kanzlei Nord"),
)
"""A line that names who is written to, not who writes."""


@dataclass(frozen=True, slots=True)
class Organisations:
    """Who is owed, and who writes for them. A representative is only told apart where the letter names the creditor."""

    creditor: Found[str] | None = None
    representative: Found[str] | None = None


def looks_like_organisation(name: str) -> bool:
    """Whether a name carries a legal form or a word that people are not called by."""
    if _FORM.search(name):
        return True
    name = name.lower()
    return _KEYWORD_NEEDS.are_in(name) and _KEYWORD.search(name) is not None


@lru_cache(maxsize=4096)
def significant_words(name: str) -> tuple[str, ...]:
    """Return the folded words of an organisation's name without legal forms; all of them where nothing else is left."""
    folded = fold(name)
    for written, form in (
        (r"\be\.?\s?v\.?(?!\w)", " ev "),
        (r"\be\.\s?k\.", " ek "),
        (r"\be\.\s?g\.", " eg "),
        (r"s\.\s?a\.(?!\w)", " sa "),
        (r"b\.\s?v\.", " bv "),
        (r"&|\+", " "),
    ):
        folded = re.sub(written, form, folded)
    words = [word for word in re.split(r"[^a-z0-9]+", folded) if word]
    return tuple(word for word in words if word not in _LEGAL_FORMS) or tuple(words)


def distinctive_words(name: str) -> tuple[str, ...]:
    """Return the significant words without those that many firms share: *Kanzlei*, *Inkasso*, *Nord*."""
    return tuple(word for word in significant_words(name) if word not in _SHARED)


def name_score(a: str, b: str) -> float:
    """How alike two organisations' names are, 0 to 1. Legal forms and order carry no weight, trade words little."""
    left, right = significant_words(a), significant_words(b)
    if not left or not right:
        return 0.0
    if "".join(left) == "".join(right) or set(left) == set(right):
        return 1.0
    rest = list(right)
    shared = 0.0
    for word in left:
        best = max(rest, key=lambda other: word_score(word, other, ending=True), default=None)
        score = word_score(word, best, ending=True) if best is not None else 0.0
        if best is not None and score:
            shared += score * _weight(word)
            rest.remove(best)
    total = sum(map(_weight, left)) + sum(map(_weight, right))
    return min(1.0, 2 * shared / total)


def _weight(word: str) -> float:
    # An agency often bears its principal's name: the word that tells them apart counts for more than other trade words.
    return 0.6 if word == "inkasso" else 0.3 if word in _SHARED else 1.0


def find_organisations(text: str, source_id: str) -> Organisations:
    """The creditor (*im Auftrag der*, *Gläubiger:*, *unsere Mandantin*, else whoever signs) and its representative.

    Confidence is relative: 1 by a label, 0.9 by a phrase, 0.8 from the signature, 0.7 from the letterhead.
    """
    named = _first(text, source_id, _CREDITOR_LEAD)
    representative = _first(text, source_id, _REPRESENTATIVE_LEAD)
    writer = _signature(text, source_id) or _last_lines(text, source_id) or _letterhead(text, source_id)
    if named is None:
        return Organisations(creditor=writer, representative=representative)
    if representative is None and writer and name_score(writer.value, named.value) < 0.6:
        representative = writer
    return Organisations(creditor=named, representative=representative)


def _first(text: str, source_id: str, lead: re.Pattern[str]) -> Found[str] | None:
    for match in lead.finditer(text):
        name = _name_at(text, match.end())
        if name:
            confidence = 1.0 if match.group().rstrip(" \t\u00a0").endswith((":", "|")) else 0.9
            return _found(text, source_id, name, confidence)
    return None


def _found(text: str, source_id: str, span: Span, confidence: float) -> Found[str]:
    return Found[str](
        value=span.of(text),
        confidence=confidence,
        evidence=Evidence(source_id=source_id, quote=span.of(text), start=span.start),
    )


def _name_at(text: str, position: int) -> Span | None:
    """The organisation's name that begins at ``position``: up to its legal form, else up to the end of its capitals."""
    match = _NAME_AT.match(text, position)
    if not match:
        return None
    content = match.group()
    stop = _STOP_WORDS.search(content)
    content = content[: stop.start()] if stop else content
    forms = list(_FORM.finditer(content))
    if forms:
        # "GmbH & Co. KG": the last of neighbouring forms
        end = forms[0].end()
        for form in forms[1:]:
            if re.fullmatch(r"[\s&+.]*(?:Co\.?[\s&+.]*)?", content[end : form.start()]):
                end = form.end()
        content = content[:end]
    content = (
        re.sub(r"(?:[ ](?:und|für|der|des|von|am|im|an|in|zu|of|for|and|the|&)){1,10}$", "", content.rstrip(" .,&+"))
        if not forms
        else content
    )
    if len(content) < 3 or not looks_like_organisation(content) or _NOT_A_NAME.search(content):
        return None
    return Span(position, position + len(content))


def _signature(text: str, source_id: str) -> Found[str] | None:
    closings = list(_CLOSING.finditer(text))
    if not closings:
        return None
    return _organisation_line(text, source_id, text.find("\n", closings[-1].start()) + 1 or len(text), 12, 0.8)


def _last_lines(text: str, source_id: str) -> Found[str] | None:
    filled = [line for line in lines(text) if line.of(text).strip()]
    return _organisation_line(text, source_id, filled[-2].start, 2, 0.7) if len(filled) > 4 else None


def _letterhead(text: str, source_id: str) -> Found[str] | None:
    return _organisation_line(text, source_id, 0, 4, 0.7)


def _organisation_line(text: str, source_id: str, begin: int, count: int, confidence: float) -> Found[str] | None:
    """The first line of the next ``count`` filled ones that holds an organisation's name and little else."""
    seen = 0
    addressed = False
    for line in each_line(text[begin : begin + 4000]):
        content = text[begin + line.start : begin + line.end]
        if not content.strip():
            continue
        seen += 1
        if seen > count:
            return None
        addressee, addressed = addressed, ADDRESSED.find(folded(content)) is not None
        if addressed or addressee or len(content) > _LONGEST_LINE:
            # "An die" stands on a line of its own, too.
            addressed = addressed and len(content.split()) <= _SHORT
            continue
        position = begin + line.start + len(content) - len(content.lstrip(" \t*|-–"))
        name = _name_at(text, position)
        if name and (_FORM.search(name.of(text)) or name.end - name.start >= 0.6 * len(content.strip())):
            return _found(text, source_id, name, confidence)
    return None
