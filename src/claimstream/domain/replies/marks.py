"""Sentences in the form in which answers are judged: figures as marks, names left out."""

import re
import unicodedata
from bisect import bisect_left

from claimstream.domain.language import Rule
from claimstream.domain.reader.amounts import AmountToken, find_amounts
from claimstream.domain.reader.dates import MONTH, find_dates
from claimstream.domain.replies.plan import NAMES_PLAN

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SHORT_DATE = re.compile(
    rf"(?<![\d.,])\d{{1,2}}\.\s?(?:\d{{1,2}}\.(?!\d)|(?:{MONTH})\b)|"
    rf"(?<![\d.,])\d{{1,2}}(?:st|nd|rd|th)?\s(?:{MONTH})\b|(?:{MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?![.,]?\d)|"
    rf"\b(?:Anfang|Mitte|Ende)\s(?:{MONTH})\b(?:\s\d{{4}})?",
    re.IGNORECASE,
)
_SHARE = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d{1,2})?\s?(?:%|Prozent\b|percent\b|per cent\b|v\.\s?H\.)")
_LAW = re.compile(
    r"(?:§{1,2}|Paragra(?:ph|f)(?:en)?)\s?\d{1,4}[a-z]?(?:\s?(?:ff?\.|,|und|i\.\s?V\.\s?m\.|Abs\.|Absatz|S\.|Satz|Nr\.|Nummer|Art\.|"
    r"§{1,2})?\s?\d{0,3}){0,6}"
    r"\s?(?:[A-Z][A-Za-zÄÖÜäöü-]{1,12}(?:\s[IVX]{1,4}\b)?)?"
)

CLIENT_NAMED = Rule(
    "client_named",
    r"(?:\b(?:fuer|von|gegen|betreffend|of|for|on behalf of) )?(?:{their_client}(?: {form_of_address}){0,2}|"
    r"{form_of_address}(?: {form_of_address})?|"
    r"\bin (?:der |dieser )?(?:sache|sachen|angelegenheit)\b)",
    takes=("in der Sache Rahn", "für Ihre Mandantin Frau Lenz", "der Schuldnerin Kern", "Frau Dr. Sommer"),
    leaves=("Wir stimmen dem Plan zu.", "die Mandantin"),
)
"""Up to a person's name, which follows in capitals."""

NAME_BEHIND = Rule(
    "name_behind",
    r"{names_follow}:?(?= \w)",
    takes=("für Marion Lenz", "Mandantin: Marion Lenz"),
    leaves=("Wir stimmen zu.",),
)
"""What two names may follow without a title."""

OUR_CLIENT = Rule(
    "our_client",
    "{writers_client}",
    takes=("Unsere Mandantin stimmt zu.", "our client"),
    leaves=("Ihre Mandantin", "Ihr Mandant"),
)

_NAME = re.compile(
    r"(?:, (?:die|der|dem|den) (?:Firma |Fa\. )?|,? (?:von (?:der |dem )?|zu |zur |de |van (?:der )?|und |geb\. |& |"
    r"\./\. |gegen )?|-)"
    r"(?P<word>[A-Z][\w'’-]{0,30}|[A-Z]\.)"
)

_PAYER = re.compile(r"(?:\A|(?<=[:,] ))[A-Z][a-z]{2,20}(?= (?:zahlt|gibt|ueberweist|leistet|schuldet) )")
"""A name in front of a verb of paying: no noun stands there without an article."""
_AUTHOR = re.compile(r" (?:\w{1,20} ){0,2}?\w{3,20}ten\b")
"""Behind *von Frau Lenz*: *vorgelegten*."""
_OWNER = re.compile(r"(?:[Pp]lan|[Vv]orschlag|[Aa]ngebot|[Vv]ergleich) \Z")
"""In front of *von Frau Lenz*."""
_OWNER_LENGTH = 12


class Marks:
    """The figures of one text, to be put into its sentences as ``#date``, ``#money``, ``#share`` and ``#law``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._amounts = {
            amount.start: amount
            for amount in find_amounts(text)
            if amount.currency == "EUR" and amount.flaw is None and amount.value
        }
        found = [(date.start, date.end, "#date") for date in find_dates(text)]
        found += [(amount.start, amount.end, "#money") for amount in self._amounts.values()]
        for pattern, mark in ((_SHORT_DATE, "#date"), (_SHARE, "#share"), (_LAW, "#law")):
            found += [(match.start(), match.end(), mark) for match in pattern.finditer(text)]
        self._places: list[tuple[int, int, str]] = []
        for place in sorted(found, key=lambda place: (place[0], -place[1])):
            if not self._places or place[0] >= self._places[-1][1]:
                self._places.append(place)
        self._starts = [start for start, _, _ in self._places]

    def of(self, start: int, end: int) -> str:
        """Return ``text[start:end]`` with marks, letters without accents, capitals kept, single blanks."""
        pieces, position = [], start
        for index in range(bisect_left(self._starts, start), bisect_left(self._starts, end)):
            begin, behind, mark = self._places[index]
            pieces += [self._text[position:begin], f" {mark} "]
            position = behind
        pieces.append(self._text[position:end] if position < end else "")
        return spelled("".join(pieces))

    def values(self, start: int, end: int) -> list[AmountToken]:
        """Return the amounts of a stretch, one for each ``#money`` of its marked form, in order."""
        places = self._places[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return [self._amounts[begin] for begin, _, mark in places if mark == "#money"]


def spelled(text: str) -> str:
    """Return the text folded for comparison but for its capitals."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = "".join(c if len(c.lower()) == 1 else " " for c in text)
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".")


def without_names(written: str) -> str:
    """Return a marked sentence in small letters, without the names of people and of the writer's client."""
    written = _PAYER.sub("sie", written)
    for rule, least in ((CLIENT_NAMED, 0), (OUR_CLIENT, 0), (NAME_BEHIND, 2)):
        pieces, position, low = [], 0, written.lower()
        for found in rule.finditer(low):
            end, names = found.end(), 0
            while names < 6 and (name := _NAME.match(written, end)) and not NAMES_PLAN.find(name["word"].lower()):
                end, names = name.end(), names + 1
            if found.start() >= position and names >= least:
                pieces.append(written[position : found.end() if rule is OUR_CLIENT else found.start()])
                if (
                    found.group().startswith("von ")
                    and not _AUTHOR.match(low, end)
                    and not _OWNER.search(written[max(0, found.start() - _OWNER_LENGTH) : found.start()])
                ):
                    pieces.append("von dritten")
                position = end
        written = f"{''.join(pieces)}{written[position:]}"
    return " ".join(written.lower().split())
