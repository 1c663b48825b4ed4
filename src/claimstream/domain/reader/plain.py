"""Sentences and lines that say no more than that so much is owed.

German and English have too many ways to say that a figure is *not* the claim (paid, sold, time-barred, estimated,
somebody else's, …) to list them. So the list is of the words that change nothing: a figure is sure only where every
word of its sentence or line is one of them. A word that is missing here costs a look by a person; one too many writes
a wrong figure. The words are data (``domain/language``, ``figures.txt``).
"""

import re
from collections.abc import Collection
from functools import lru_cache

from claimstream.domain.language import Rule, parts, words
from claimstream.domain.reader.dates import MONTHS
from claimstream.domain.reader.spelling import fold
from claimstream.domain.replies.kinds import is_harmless
from claimstream.domain.text import Sentence

_DATE = r"(?: (?:vom|of|dated) (?:\d[\d./ ]{5,10}|\d{1,2}\.? [^\W\d]{3,9} \d{4}))?"
_MONEY = r"(?:eur |€ ?)?\d[\d.]{0,9},\d\d"

PHRASES = (
    Rule(
        "opening_of_a_letter",
        rf"(?:wir nehmen )?(?:hoeflich )?bezug(?:nehmend)? auf ihre? {{letter}}{_DATE}|"
        rf"ihre? {{letter}}{_DATE} haben wir (?:dankend )?erhalten|"
        rf"(?:vielen dank|wir danken(?: ihnen)?|wir bedanken uns) fuer ihre? {{letter}}{_DATE}|"
        rf"(?:auf|zu) ihre?m? {{letter}}{_DATE}|(?:zu )?(?:beiliegendem|beigefuegtem) schreiben|"
        rf"(?:thank you for|we refer to|with reference to|further to) your {{letter}}{_DATE}|"
        r"{salutation}(?: [^,.:?\d]{0,60})?[,!]",
        takes=("zu Ihrem Schreiben vom 03.05.2026", "Sehr geehrte Frau Kern,", "Further to your letter of 3 May 2026"),
        leaves=("Ihr Schreiben ist hinfällig.",),
    ),
    Rule(
        "telling",
        r"(?:wir |ich )?(?:teilen?|koennen) (?:wir |ich )?ihnen (?:hiermit |wunschgemaess |gerne? )?(?:mit|mitteilen)"
        r"(?![^\s,:.])|(?:wir |ich )?teilen? (?:wir |ich )?(?:hiermit |wunschgemaess )?mit(?![^\s,:.])|"
        r"(?:wir )?bestaetigen (?:wir )?(?:ihnen )?(?:hiermit )?(?=,|dass)|"
        r"\brichtig ist(?=:)|"
        r"(?:we )?(?:hereby )?(?:confirm|inform you|advise you|can confirm|write to confirm) that|"
        r"wie folgt|(?:so )?dass\b",
        takes=("Hiermit teilen wir Ihnen mit,", "We confirm that EUR 500.00 is due."),
        leaves=("Er teilt die Forderung.",),
    ),
    Rule(
        "in_this_matter",
        r"in (?:der )?(?:oben genannten?|o\. ?g\.|obigen|obiger|vorbezeichneten|vorbezeichneter|vorstehenden|dieser|"
        r"der|rubrizierten) (?:angelegenheit|sache|forderungssache|forderungsangelegenheit|inkassosache|matter)|"
        r"in the above matter|(?:im auftrag|namens und im auftrag|on behalf of)(?!\w)|we act(?= (?:on behalf|for))",
        takes=("In der obigen Angelegenheit beträgt der Saldo 50,00 EUR.",),
        leaves=("In anderer Sache beträgt der Saldo 50,00 EUR.",),
    ),
    Rule(
        "whose_debt",
        r"ihre[rnms]? (?:o\. ?g\. |oben genannten? )?(?:mandant(?:in|en|schaft)?|mandats|partei|klient(?:in|en)?)\b|"
        r"ihr mandant\b|ihre? (?:aktuelle |gesamte |offene )?(?:restschuld|rueckstand|saldo|schulden)\b|"
        r"unsere[rnms]? (?:mandant(?:in|schaft|en)|auftraggeber(?:in|s)?)\b|"
        r"your client(?:['’]s|s|s['’])?(?!\w)|your (?:(?:total|current|outstanding) ){0,2}(?:balance|debt|arrears)\b|"
        r"\bschuldet (?:sie|er|es)\b|\bschuldet (?:mir|uns) (?:sie|er)\b|\b(?:sie|er) schuldet\b",
        takes=(
            "Ihr Mandant schuldet uns 50,00 EUR.",
            "Your client's debt is EUR 50.00.",
            "Also schuldet sie mir 50 EUR.",
        ),
        leaves=("Ihre Forderung gegen uns beträgt 50,00 EUR.",),
    ),
    Rule(
        "to_be_paid",
        r"zu (?:zahlen|begleichen|entrichten|leisten)\b|"
        r"zu (?:zahlen|begleichen|entrichten|leisten|ueberweisen)de[rnsm]?\b|"
        r"zur zahlung(?= (?:offen|faellig))|\bto (?:pay|be paid)\b|"
        r"(?:noch )?nicht (?:bezahlt|beglichen|ausgeglichen)\b|"
        r"in voller hoehe|zu unseren gunsten|\bmay(?= \d)|(?<=\d )may\b|"
        rf"\bmit(?= (?:insgesamt )?{_MONEY})|(?:ist|sind) (?:vollstaendig )?(?:erledigt|ausgeglichen)(?=: 0,00)",
        takes=("Es sind 50,00 EUR zu zahlen.", "Zu zahlender Betrag", "Die Rechnung ist in voller Höhe offen."),
        leaves=("Es ist nichts zu tun.",),
    ),
    Rule(
        "payments_counted",
        r"(?:nach|unter) (?:abzug|verrechnung|anrechnung|beruecksichtigung) (?:(?:aller|der|ihrer|bisher|bereits|"
        r"geleisteten|geleisteter|eingegangenen|eingegangener|erhaltenen|bisherigen|bislang|saemtlicher) ){0,4}"
        r"zahlung(?:en)?\b|after (?:(?:all|deduction|of|your|the|any) ){0,3}payments?(?: (?:received|made))?\b|"
        r"(?:abzueglich|abzgl\.) (?:bereits )?(?:gezahlter|geleisteter) (?:raten|betraege|zahlungen)\b|"
        r"nach (?:abzug|aufrechnung|verrechnung) mit laufenden leistungen|"
        r"statt der (?:von )?ihnen genannten [\d.,]+ (?:€|eur|euro)",
        takes=("nach Abzug aller bisher geleisteten Zahlungen", "after deduction of all payments received"),
        leaves=("Nach Abzug der Provision beträgt er 50,00 EUR.",),
    ),
    Rule(
        "composition",
        r"(?:sie|er|es|dies|diese|dieser|die) (?=setzt sich)|"
        r"(?:(?<!\d)\d{1,3}(?:,\d{1,4})? ?%|\bprozent\w{0,12}) (?:punkten? )?"
        r"ueber dem (?:jeweiligen )?basiszins(?:satz)?",
        takes=("Sie setzt sich wie folgt zusammen:", "5 % über dem Basiszinssatz"),
        leaves=("Sie ist erledigt.",),
    ),
    Rule(
        "file_number",
        r"(?:unter dem|unser|unter|zum) (?:aktenzeichen|zeichen|geschaeftszeichen|az\.?)(?!\w)|"
        r"\b(?:no|ref|nr)\.? ?(?=[\w/-]{0,12}\d)",
        takes=("Forderung unter dem Aktenzeichen 12/26", "Invoice no. 4711"),
        leaves=("Das Zeichen der Zeit.",),
    ),
    Rule(
        "title",
        r"\b(?:aus|gemaess|gem\.?|laut|lt\.?|nach|durch|mit|per) (?:(?:dem|der|unserem|unserer) )?(?:"
        r"(?:rechtskraeftigen|vollstreckbaren) )?(?:{title})(?: des)?\b",
        takes=("Forderung aus dem Vollstreckungsbescheid vom 03.05.2024", "gemäß Urteil"),
        leaves=("Der Vollstreckungsbescheid lautet über 500,00 EUR.",),
    ),
    Rule(
        "court",
        r"\b(?:(?:des|vom|beim|am|das|dem) )?(?:{court})(?: [^\W\d_]+(?:-[^\W\d_]+)?)?",
        takes=("Kostenrechnung des Amtsgerichts Grünau vom 03.05.2025",),
        leaves=("Das Gericht hat abgewiesen.",),
    ),
    Rule(
        "company",
        # By its legal form.
        r"(?:[\w&.,’'-]{1,60} ){1,5}?\b(?:gmbh(?: & co\.? ?kga?)?|ag(?: & co\.? ?kg)?|kg|ohg|se|e\. ?g\.|eg|ug|"
        r"e\. ?v\.|ltd\.?|plc|inc\.?|s\. ?a\.|b\. ?v\.)(?!\w)",
        takes=("Forderung der Orion Finanz GmbH & Co. KG",),
        leaves=("Die Forderung beträgt 50,00 EUR.",),
    ),
)
"""Turns of phrase that leave a figure as it is, whatever their single words would say."""

_SALUTATION = re.compile(
    rf"\A(?:{parts('salutation')})(?!\w)[^,.:?!\d]{{0,60}}(?:Dr\.[^,.:?!\d]{{0,40}})?[,!]", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?<!\w)(?:Frau|Herrn?|Eheleuten?|Mr|Mrs|Ms|Miss|[Mm]andant(?:in|en|schaft)?|[Ss]chuldner(?:in|s)?|"
    r"[Kk]und(?:e|in|en)|[Cc]lient|[Dd]ebtor)\.?,?\s(?:(?:Dr|Prof)\.\s){0,2}"
    r"(?:(?:(?:von|van|der|de|zu|und)\s){0,2}[A-ZÄÖÜ][\w’'-]+\.?,?\s?){1,5}"
)
_FULL_NAME = r"[A-ZÄÖÜ][\w’'-]+\s(?:(?:von|van|der|de|zu)\s){0,2}[A-ZÄÖÜ][\w’'-]+(?!\w)"
_NAMED_ALONE = re.compile(
    rf"(?<!\w)(?:gegen|von|für|against)\s{_FULL_NAME}|"
    rf"^\s?{_FULL_NAME}(?=,\s(?:Gesamtforderung|Forderung|Saldo)|\s(?:schuldet|owes)(?!\w))"
)
_BEFORE_NAMES = frozenset({"gegen", "von", "für", "against"})
_LEGAL_NOUNS = re.compile(
    r"Mandant\w*|Schuldner\w*|Kund\w*|Forderung\w*|Gesamt\w*|Zahl\w*|Rest\w*|\w*(?:ung|schaft|heit|keit|tion)"
)
_NOUN = r"[A-ZÄÖÜ][\w-]{2,40}"
_GROUND_NOUNS = re.compile(
    rf"(?<!\w)(?P<lead>aus|für|wegen|betreffend|bezüglich)\s(?:(?:dem|der|den|die|das|des|einem|einer|Ihrem|Ihrer)\s)?"
    rf"(?:[a-zäöüß-]{{3,30}}e[nr]\s)?"
    rf"(?P<nouns>{_NOUN}(?:(?:,|\s(?:und|sowie|&))\s{_NOUN}){{0,3}})(?!\w)"
)
"""*aus der Lieferung und Montage*: any noun may be what is owed for, unless it is one of ``[odd_noun]``."""
_ASIDE = re.compile(r"\((?P<words>[^()?\n]{2,120})\)")
_KNOWN = re.compile(
    "|".join(map(parts, ("plain_function", "plain_owing", "plain_label", "plain_heading", "plain_party", *MONTHS)))
)
_DEBT = re.compile(rf"(?:(?:{parts('debt_part')})-?){{0,2}}(?:{parts('debt_head')})")
"""What is owed, composed: *Beitrags-rückstände*, *Gesamt-rest-forderung*."""
_GROUND = re.compile(rf"(?:[\w-]{{0,24}}-?)?(?:{parts('ground')})")
_GROUNDS = frozenset(map(fold, words("ground")))
_ANOTHER_WORD = re.compile(rf"(?:{parts('verb_prefix')})(?:{parts('ground')})")
_ODD_PART = re.compile(rf"(?:{parts('odd_part')})")
_ODD_NOUN = re.compile(parts("odd_noun"))
_PAST = re.compile(parts("figure_past"))
_AFTER = re.compile(parts("figure_after"))
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_QUOTATION = re.compile(r"[?„“”»«\"]")

REVERSED = Rule(
    "owed_to_the_client",
    r"(?<!\w)(?:(?:wir|we) (?:\w+ )?(?:schulden|owe)|(?:gegen|gegenueber) uns|uns gegenueber|"
    r"(?<!gegen )(?<!von )ihre? (?:mandant|klient)\w* (?:\w+ )?(?:hat|fordert|verlangt|beansprucht|macht)|"
    r"(?:hat|fordert|verlangt|beansprucht) ihre? (?:mandant|klient)\w*|your client (?:has|claims))(?!\w)",
    takes=(
        "Wir schulden Ihrer Mandantin 50,00 EUR.",
        "Ihre Mandantin fordert 50,00 EUR.",
        "Your client claims EUR 50.",
    ),
    leaves=("Ihre Mandantin schuldet uns 50,00 EUR.",),
)
TAKEN_BACK = Rule(
    "figure_taken_back",
    r"{taking_back}|\bstand(?= (?:die|der|in)\b)|\bin ihre[mr]\b|"
    r"\bihre[mrs]? (?:liste|aufstellung|verzeichnis|berechnung)\b|"
    r"\bsie (?:schr\w+|nann\w+|nenn\w+|gaben|teilten|geben|haben)\b|\bin your\b|\byou \w+|\baccording to\b",
    takes=("Dies war der Stand im Mai.", "Sie ist verjährt.", "It was settled in May."),
    leaves=("Die Forderung setzt sich wie folgt zusammen:",),
)
ANNOUNCES = Rule(
    "figure_announced",
    r"{announcing}|\bsetzt sich\b|\bergibt sich\b",
    takes=("Wir teilen Ihnen den Stand mit:", "Our statement is as follows:"),
    leaves=("Sie schrieben uns:",),
)
SUPPOSED = Rule(
    "figure_supposed",
    r"{condition}|{limit}|{subjunctive}|{doubt}",
    takes=("Sofern der Plan scheitert, gilt:", "Es würden geschuldet:", "Provisional figures if sold:"),
    leaves=("Wir haben Ihre Anfrage geprüft und teilen mit:",),
)
ADDRESSED = Rule(
    "figure_of_somebody_or_some_case",
    r"\b(?:sie|ihr\w{0,2}|er|bei|nach|unter|you|your|he|she|they|with|after|upon)\b",
    takes=("Sie nannten uns:", "Bei Zahlung bis Monatsende:", "Your list says:"),
    leaves=("Hier die Zahlen zu Nils Harmsen:",),
)
MADE_OF = Rule(
    "figure_made_of",
    r"\A(?:dies\w*|das|sie|er|der betrag|die (?:\w{0,12}forderung|summe|gesamtsumme)|"
    r"der \w{0,12}(?:betrag|saldo|rueckstand)|this|that|it) (?:\w+ )?"
    r"(?:ergibt sich|(?:setzt|gliedert|teilt) sich|resultiert|beruht|stammt|besteht aus|enthaelt|umfasst|beinhaltet|"
    r"is made up|consists|includes|comprises)(?!\w)",
    takes=("Sie setzt sich aus drei Posten zusammen.", "Er gliedert sich so auf:", "It comprises two invoices."),
    leaves=("Sie besteht seit 2019.",),
)
REQUEST = Rule(
    "asks_for_the_claim",
    r"(?<!\w)(?:teilen sie (?:uns|mir)|bitten (?:wir )?(?:sie )?(?:uns|um)|(?:bitte )?(?:nennen|beziffern) sie) "
    r"[^.?!]{0,80}?(?:hoehe|stand|forderung\w{0,14})(?!\w)",
    takes=("Bitte teilen Sie uns die aktuelle Höhe mit.",),
    leaves=("Wir teilen Ihnen die aktuelle Höhe mit.",),
)


@lru_cache(maxsize=8192)
def _is_known(word: str) -> bool:
    if word == "may":
        return False  # "the claim may amount to": beside a day it is a month, which a phrase takes out before
    if _KNOWN.fullmatch(word) or _DEBT.fullmatch(word):
        return True
    if word in _GROUNDS:
        return True
    return bool(_GROUND.fullmatch(word)) and not (_ODD_PART.match(word) or _ANOTHER_WORD.fullmatch(word))


def odd_words(text: str) -> tuple[str, ...]:
    """The words of ``text``, folded, that are not known to leave a figure as it is. Numbers and letters never count.

    A question and a quotation are odd by their marks.
    """
    text = " ".join(text.split())
    found = _QUOTATION.findall(text)
    text = _SALUTATION.sub(" ", text)
    text = _GROUND_NOUNS.sub(_without_nouns, _ASIDE.sub(_without_aside, _without_names(text)))
    low = fold(text)
    found += [match.group() for match in REVERSED.finditer(low)]
    for phrase in PHRASES:
        low = phrase.sub(" ", low)
    found += [
        word
        for word in _WORD.findall(low)
        if len(word) > 1 and not any(char.isdigit() for char in word) and not _is_known(word)
    ]
    return tuple(found)


def _without_names(text: str) -> str:
    """``text`` without the names behind *Frau*, *Herr*, *Mandantin* and the like."""

    def kept(match: re.Match[str]) -> str:
        words = match.group().split()
        if words[0] not in _BEFORE_NAMES and match.re is _NAMED_ALONE:
            words.insert(0, "")
        rest = [word for word in words[1:] if _LEGAL_NOUNS.fullmatch(word.strip(".,"))]
        return " ".join([words[0], *rest, " "])

    return _NAMED_ALONE.sub(kept, _NAMED.sub(kept, text))


def _without_nouns(match: re.Match[str]) -> str:
    nouns = re.split(r"[\s,&]+", match["nouns"])
    return match.group() if any(map(_is_odd, nouns)) else f"{match['lead']} "


def _without_aside(match: re.Match[str]) -> str:
    """An aside goes when it is a number with the nouns that say which: *(Verfahren 4 C 119/24)*."""
    words = [word for word in _WORD.findall(match["words"]) if not any(char.isdigit() for char in word)]
    named = any(char.isdigit() for char in match["words"]) and not _MONEY_ASIDE.search(match["words"])
    plain = all(_is_known(fold(word)) or (word[0].isupper() and not _is_odd(word)) for word in words if len(word) > 1)
    return " " if named and plain else match.group()


_MONEY_ASIDE = re.compile(r"\d,\d\d(?!\d)|€|EUR|Euro")


def _is_odd(noun: str) -> bool:
    word = fold(noun)
    return _ODD_NOUN.fullmatch(word) is not None or (_ODD_PART.match(word) is not None and word not in _GROUNDS)


def is_plain(text: str, names: Collection[str] = ()) -> bool:
    """Return True when every word of ``text`` leaves the figure in it as it is. ``names``: words of names, folded."""
    return all(word in names for word in odd_words(text))


def is_announcement(text: str, names: Collection[str] = ()) -> bool:
    """Return True when the words before a colon only announce what is owed."""
    if is_plain(text, names):
        return True
    folded = Sentence.of(text).folded
    for phrase in PHRASES:
        folded = phrase.without(folded)
    if TAKEN_BACK.find(folded) or SUPPOSED.find(folded):
        return False
    return ANNOUNCES.find(folded) is not None or ADDRESSED.find(folded) is None


def is_plain_after(text: str, names: Collection[str] = ()) -> bool:
    """Return True when a sentence that goes on about a figure takes nothing of it back."""
    sentence = Sentence.of(text.strip())
    if MADE_OF.find(sentence.folded) and not TAKEN_BACK.find(sentence.folded):
        return True
    return is_harmless(sentence, TAKEN_BACK) or all(_AFTER.fullmatch(word) or word in names for word in odd_words(text))


def is_past(text: str, names: Collection[str] = ()) -> bool:
    """Return True when a clause tells of an earlier figure and payments, and nothing else."""
    return any(char.isdigit() for char in text) and all(
        _PAST.fullmatch(word) or word in names for word in odd_words(text)
    )


def is_request(text: str) -> bool:
    """Return True when a letter asks how high the claim is. Only our own letter does."""
    return REQUEST.find(Sentence.of(text).folded) is not None
