"""The words that say what an amount stands for, in German and English.

A text is read once into labels; which label an amount has is for :mod:`~.claims` to say. Words are
judged folded and by their ends, because German compounds: every ``…kosten`` is a cost, every ``…rückstand`` a claim,
and an unknown ``…betrag`` is none.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from claimstream.domain.language import parts
from claimstream.domain.reader.spelling import fold


class Role(Enum):
    """What an amount is, by the word beside it."""

    STILL = auto()
    """Noch zu zahlen, offener Restbetrag."""
    TOTAL = auto()
    CLAIM = auto()
    """Forderung, Betrag, Saldo: the figure wanted unless a better label stands beside another amount."""
    PRINCIPAL = auto()
    INTEREST = auto()
    COSTS = auto()
    PAYMENT = auto()
    """Paid, credited or deducted."""
    RATE = auto()
    OTHER = auto()
    """Offers, limits, values in dispute, taxes, earlier figures: never the claim."""
    CREDIT = auto()
    """The creditor owes: *Guthaben*."""
    NEUTRAL = auto()
    """Swallows words that would mislead: *einschließlich Zinsen und Kosten*."""
    NEGATION = auto()
    CONDITION = auto()
    DOUBT = auto()
    """About, provisional, without interest."""
    PART = auto()
    """*davon*: part of what was named before."""


@dataclass(frozen=True, slots=True)
class Label:
    """One label at ``text[start:end]``."""

    role: Role
    start: int
    end: int


_COMPONENT = (
    r"(?:[\w-]{0,24}zinsen|[\w-]{0,24}kosten|[\w-]{0,24}gebühren|[\w-]{0,24}vergütung|auslagen|nebenforderungen|hauptforderung|"
    r"interest|costs|fees|charges|säumniszuschläge\w?)"
)
_COMPONENTS = rf"{_COMPONENT}(?:(?:,| und|/| sowie| and|, und| &)\s{{0,2}}(?:\w{{2,12}} )?{_COMPONENT}){{0,4}}"
_NO_AMOUNT = r"(?!\s{0,3}(?::|=|von|in höhe von|i\. ?h\. ?v\.|of)?\s{0,3}(?:eur|€|\d))"
_FILL = (
    r"(?:(?:aller|alle|weiterer|weitere|weiteren|etwaiger|laufender|laufenden|der|die|den|sämtlicher|bisher|"
    r"bisheriger|aufgelaufener|aufgelaufenen|"
    r"angefallener|angefallenen|bis dahin|bis heute|entstandener|entstandenen|further|accrued|all|any|gesetzlicher|"
    r"unserer|the)\s{1,2}){0,4}"
)
_PAID = (
    r"(?:zahlung(?:en)?|beträge|zahlungseing[aä]ng\w{0,2}|"
    r"teilzahlung(?:en)?|gutschrift(?:en)?|leistung(?:en)?|payments?)"
)
_NOUN_WORD = (
    r"(?:[\w-]{0,24}betr[aä]ge?s?|[\w-]{0,24}forderung(?:en)?|[\w-]{0,24}schuld|[\w-]{0,24}sald(?:o|en)|"
    r"[\w-]{0,24}summe|rest|"
    r"rechnung(?:en)?|posten|rückstand|verbindlichkeit(?:en)?|amount|balance|debt|claim|sum)"
)
_NOUN = rf"(?:\s{{1,2}}{_NOUN_WORD}(?!\w))?"

_PHRASES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    # A tax that is what is owed; alone it is a part of a price, as VAT is.
    (Role.PRINCIPAL, (r"hauptforderung (?:aus )?(?!umsatz|mehrwert|vor)[^\W\d_]{0,40}steuer",)),
    (
        Role.NEUTRAL,
        (
            rf"(?:einschl(?:ießlich|\.)?|inkl(?:usive|\.)?|incl(?:uding|usive of|\.)?|"
            rf"unter einschluss)\s{{1,2}}{_FILL}{_COMPONENTS}",
            rf"(?:zuzüglich|zzgl\.?|nebst|plus|samt)\s{{1,2}}{_FILL}(?>{_COMPONENTS}){_NO_AMOUNT}",
            rf"(?:nach|unter|abzüglich|abzgl\.|after|less|durch|infolge|wegen)\s{{1,2}}(?:abzug|verrechnung|anrechnung|"
            rf"berücksichtigung|eingang|abrechnung|buchung|verbuchung|deduct\w+|(?:\w{{2,14}}\s{{1,2}}){{0,3}})"
            rf"\s{{0,2}}(?:(?:of|der|aller|ihrer|ihres|von|des|letzten|bereits|bisher|geleisteten|geleisteter|erhaltenen|"
            rf"erhaltener|any|all|your|received)\s{{1,2}}){{0,4}}{_PAID}"
            r"(?:\s{1,2}(?:vom|am|of)\s{1,2}[\d.]{6,10})?(?!\s{0,3}(?::|von|in höhe von|i\. ?h\. ?v\.|über|vom|of|des|"
            r"der)?\s{0,3}(?:eur\s?|€\s?)?[-−–]?\s?\d)",
            r"(?:kann|können|könnte|soll|sollen|sollte|möchte\w{0,2}|darf|dürfen|muss|"
            r"müssen)\s[^.;,\d]{0,60}?(?:gezahlt|bezahlt|beglichen|getilgt)\s{1,2}werden",
            r"(?:nicht\s{1,2}nur|nicht\s{1,2}mehr\s{1,2}als|not\s{1,2}only)",
            r"ohne\s{1,2}anerkennung",
            r"(?:weiter(?:e|en|er)?\s{1,2})?zinsen\s{1,2}(?:in\s{1,2}höhe\s{1,2}von\s{1,2})?[\d,.]{1,5}\s{0,2}(?:%|"
            r"prozent\w{0,8})",
        ),
    ),
    (
        Role.CLAIM,
        (
            r"(?:noch\s{1,2}|bisher\s{1,2}|bislang\s{1,2}){0,2}nicht\s{1,2}(?:\w{2,14}\s{1,2})?(?:bezahlt|gezahlt|"
            r"beglichen|ausgeglichen|eingegangen|getilgt|entrichtet)\w{0,2}",
            r"im\s{1,2}(?:rückstand|verzug|soll|minus)",
            r"(?:noch\s{1,2})?zu\s{1,2}(?:bekommen|kriegen)",
            r"in\s{1,2}der\s{1,2}kreide",
            r"zur\s{1,2}zahlung\s{1,2}(?:offen|fällig)(?:\s{1,2}steh(?:t|en))?",
            r"(?:fordern?|fordere|verlangen?)\s[^.;,\d]{0,60}?zahlung\s{1,2}(?:von|in\s{1,2}höhe\s{1,2}von)",
            r"(?:fehlen|bekomm(?:e|en)\s{1,2}(?:ich|wir)|(?:ich|wir)\s{1,2}bekommen?)(?=\s[^.;,\d]{0,50}?(?:noch|von))",
            r"not\s{1,2}(?:yet\s{1,2})?been\s{1,2}(?:paid|settled)",
            rf"nicht\s{{1,2}}(?:bezahlte|beglichene|gezahlte)\w?{_NOUN}",
        ),
    ),
    (
        Role.STILL,
        (
            r"noch\s{1,2}(?:(?:insgesamt|immer|ein|eine|einen|derzeit|"
            r"aktuell)\s{1,2}){0,3}(?:zu\s{1,2}(?:zahlen\w{0,3}|entrichten\w{0,3}|leisten\w{0,3}|begleichen\w{0,3})|"
            r"offen\w{0,3}|ausstehend\w{0,3}|"
            rf"bestehend\w{{1,3}}|fällig\w{{0,3}}|geschuldet\w{{0,3}}|zahlbar\w{{0,3}}|verbleibend\w{{0,3}}){_NOUN}",
            r"(?:offene[rnsm]?|verbleibende[rnsm]?|ausstehende[rnsm]?|bestehende[rnsm]?|"
            r"remaining)\s{1,2}rest[\w-]{0,20}",
            rf"(?:verbleibende[rnsm]?|remaining)\s{{1,2}}{_NOUN_WORD}",
            r"(?:restliche[rnsm]?|verbleibende[rnsm]?)\s{1,2}[\w-]{0,20}(?:betrag|forderung|schuld|saldo|summe)",
            r"(?:verbleib(?:t|en)|verbleibend)(?:\s{1,2}(?:somit|damit|daher|noch|also|ein|eine|mithin)){0,3}",
            r"bleib(?:t|en)(?:\s{1,2}(?:noch|also|somit|damit|daher|uns|mir)){0,3}(?=\s{1,3}(?:\d|eur|€))",
            r"(?:still|left)\s{1,2}(?:to\s{1,2}(?:pay|be\s{1,2}paid)|due|outstanding|owed|owing|payable|open|unpaid)",
            r"(?:balance|amount|sum|debt)\s{1,2}(?:remaining|still\s{1,2}\w{3,12})",
            r"remain(?:s|ing)\s{1,2}(?:outstanding|due|unpaid|payable|owing|balance|amount|debt|claim|sum)",
        ),
    ),
    (
        Role.OTHER,
        (
            r"bis\s{1,2}zu",
            r"up\s{1,2}to",
            r"at\s{1,2}least",
            r"no\s{1,2}more\s{1,2}than",
            r"pro\s{1,2}tag",
            r"je\s{1,2}tag",
            r"per\s{1,2}day",
            r"per\s{1,2}diem",
            r"erhöht\s{1,2}sich(?:\s{1,2}\w{2,12}){0,3}\s{1,2}um",
            r"(?:mehr|weniger|höher)\s{1,2}als",
            r"zu\s{1,2}ihren\s{1,2}gunsten",
            r"(?:von|durch)\s{1,2}ihnen\s{1,2}(?:\w{2,14}\s{1,2}){0,2}(?:genannt|angegeben|angeführt|aufgeführt|"
            r"benannt|mitgeteilt|bezeichnet|errechnet|beziffert)\w{0,3}",
            r"(?:in|laut|gemäß|lt\.|nach)\s{1,2}ihre[rmn]?\s{1,2}(?:\w{2,14}\s{1,2})?(?:aufstellung|liste|"
            r"gläubigerliste|plan|berechnung|angaben?|unterlagen|verzeichnis|forderungsverzeichnis|anschreiben)",
            r"sie\s{1,2}(?:geben|gaben|nennen|nannten|beziffern|behaupten)",
            r"(?:in|according\s{1,2}to)\s{1,2}your\s{1,2}(?:letter|list|plan|proposal)",
            r"im\s{1,2}rahmen\s{1,2}(?:ihres|des|eines)\s{1,2}\w{0,20}(?:plan|vergleich)\w{0,3}",
            r"full\s{1,2}and\s{1,2}final",
            r"in\s{1,2}settlement\s{1,2}of",
            r"(?:bei|gegen|durch|mit|nach)\s{1,2}(?:einer\s{1,2}|eine\s{1,2}|der\s{1,2})?(?:fristgerechter\s{1,2}|"
            r"sofortiger\s{1,2}|vollständiger\s{1,2}|umgehender\s{1,2})?(?:zahlung|leistung|"
            r"einmalzahlung)(?:\s{1,2}(?:von|eines|in|über|i\.))",
            r"upon\s{1,2}payment\s{1,2}of",
            r"against\s{1,2}payment\s{1,2}of",
            r"ermäßig\w{1,4}\s{1,2}sich\s{1,2}um",
            r"interest\s{1,2}rate",
        ),
    ),
    (
        Role.RATE,
        (
            r"(?:pro|im|je)\s{1,2}(?:kalender)?monat",
            r"p\.\s?m\.",
            r"(?:per|a|each)\s{1,2}(?:calendar\s{1,2})?month",
            r"(?:pro|je)\s{1,2}(?:jahr|quartal|woche)",
            r"mtl\.?",
            r"p\.\s?a\.",
            r"per\s{1,2}annum",
        ),
    ),
    (
        Role.PAYMENT,
        (
            r"(?:ihre|ihrer|seine|deren|letzte|erhaltene|geleistete|eingegangene|verbuchte|diverse|bisherige|"
            r"erfolgte)[rn]?\s{1,2}(?:\w{2,14}\s{1,2})?zahlung(?:en)?",
            r"zahlung\s{1,2}(?:vom|am|ihres|ihrer|des\s{1,2}schuldners|der\s{1,2}schuldnerin|des\s{1,2}kunden|"
            r"der\s{1,2}kundin|erhalten|eingegangen|schuldner\w{0,2}|kunde\w?)",
            r"\./\.",
            r"(?:payment|amount|sum)s?\s{1,2}(?:already\s{1,2})?(?:received|made|paid)",
            r"abzügl(?:ich|\.)",
            r"abzgl\.?",
            r"in\s{1,2}abzug",
            r"(?:wurden?|wird|werden|haben\s{1,2}wir|haben\s{1,2}sie)\s{1,2}(?:bereits|schon)",
        ),
    ),
    (
        Role.TOTAL,
        (
            r"(?:total|overall|grand)\s{1,2}(?:amount\s{1,2}|sum\s{1,2}|balance\s{1,2}|"
            r"claim\s{1,2})?(?:now\s{1,2})?(?:due|claim|claimed|outstanding|owed|owing|payable|balance|debt|sum|"
            r"amount|total|arrears)(?!\w)",
            r"grand\s{1,2}total",
            r"in\s{1,2}total",
            r"total\s{1,2}of",
            r"in\s{1,2}summe",
            r"alles\s{1,2}in\s{1,2}allem",
            r"sum\s{1,2}total",
            r"zu\s{1,2}zahlende[rnsm]?\s{1,2}(?:[\w-]{0,16}betrag|summe|forderung)",
            r"zu\s{1,2}zahlen(?=\s{0,3}(?::|\.{2,}|\t|\||eur\b|€|\d))",
            r"zu\s{1,2}überweisende[rn]?\s{1,2}betrag",
            r"gesamte[rnsm]?\s{1,2}(?:\w{2,14}\s{1,2})?(?:forderung|betrag|schuld|rückstand|summe|"
            r"verbindlichkeit(?:en)?|außenstand|restschuld|saldo)",
            r"summe\s{1,2}(?:der|aller)\s{1,2}forderung(?:en)?",
            r"(?:amount|sum|balance)\s{1,2}(?:now\s{1,2})?payable",
            r"gesamthöhe\s{1,2}(?:der|unserer)\s{1,2}forderung(?:en)?",
        ),
    ),
    (
        Role.CONDITION,
        (
            r"unter\s{1,2}der\s{1,2}(?:bedingung|voraussetzung)",
            r"im\s{1,2}falle?",
            r"in\s{1,2}case",
            r"provided\s{1,2}that",
            r"subject\s{1,2}to",
        ),
    ),
    (
        Role.DOUBT,
        (
            r"ohne\s{1,2}(?:\w{2,14}\s{1,2})?(?:zinsen|kosten|gebühren|gewähr)",
            r"without\s{1,2}(?:interest|costs)",
            r"excluding\s{1,2}(?:interest|costs)",
            r"exkl\.\s{1,2}(?:zinsen|kosten)",
        ),
    ),
    (
        Role.PART,
        (
            r"darin\s{1,2}enthalten\w{0,2}",
            r"of\s{1,2}which",
            r"hierin\s{1,2}enthalten\w{0,2}",
            r"enthalten\s{1,2}sind",
            r"bestehend\s{1,2}aus",
            r"setzt\s{1,2}sich",
        ),
    ),
)


def _tolerant(pattern: str) -> str:
    """Umlauts may be written as digraphs."""
    for umlaut, digraph in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        # inside a character class the umlaut stands by itself
        pattern = re.sub(rf"(?<!\[){umlaut}(?!\])", f"(?:{umlaut}|{digraph})", pattern)
    return pattern


_ROLES = tuple(role for role, _ in _PHRASES)
_SCAN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        f"(?P<r{index}>{'|'.join(_tolerant(pattern) for pattern in patterns)})"
        for index, (_, patterns) in enumerate(_PHRASES)
    )
    + r")(?!\w)|(?P<word>[^\W\d_][\w]*(?:-[^\W\d_]\w*)*)"
)

_WORDS: tuple[tuple[Role | None, re.Pattern[str]], ...] = tuple(
    (role, re.compile(parts(section)))
    for role, section in (
        # The first that takes a word has it.
        (None, "label_none"),
        (Role.CONDITION, "label_condition"),
        (Role.NEGATION, "label_negation"),
        (Role.DOUBT, "label_doubt"),
        (Role.PART, "label_part"),
        (Role.RATE, "label_rate"),
        (Role.CREDIT, "label_credit"),
        (Role.PAYMENT, "label_payment"),
        (Role.OTHER, "label_other"),
        (Role.STILL, "label_still"),
        (Role.TOTAL, "label_total"),
        (Role.PRINCIPAL, "label_principal"),
        (Role.INTEREST, "label_interest"),
        (Role.COSTS, "label_costs"),
        (Role.CLAIM, "label_claim"),
        (Role.OTHER, "label_sum_of_something"),
    )
)


@lru_cache(maxsize=8192)
def _word_role(word: str) -> Role | None:
    folded = fold(word)
    for role, pattern in _WORDS:
        if pattern.fullmatch(folded):
            return role
    if "-" in folded:
        # "Inkasso-Kosten": the last part is the head
        return _word_role(folded.rpartition("-")[2])
    return None


def find_labels(low: str) -> tuple[Label, ...]:
    """Every label of a text in lower case, in order. What lies inside a phrase is not read again."""
    found = []
    for match in _SCAN.finditer(low):
        name = match.lastgroup
        if name is None:
            continue
        role = _word_role(match.group()) if name == "word" and len(match.group()) <= 60 else None
        if name != "word":
            role = _ROLES[int(name[1:])]
        if role is not None:
            found.append(Label(role, match.start(), match.end()))
    return tuple(found)
