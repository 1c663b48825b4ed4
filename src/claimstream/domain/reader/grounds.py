"""What is owed for: *aus dem Dachausbau in der Lindenstraße 4*, *das Nutzungsentgelt ist noch offen*.

What a claim rests on is an open class: any noun may stand there, whatever it means. What makes the figure another one
is a closed class (``[odd_noun]``, ``[odd_person]``, ``[taking_back]``, …): a phrase that holds one of those stays.
"""

import re
from collections.abc import Callable

from claimstream.domain.language import Rule, as_written, parts, words
from claimstream.domain.reader.spelling import fold
from claimstream.domain.text.text import folded

_NOUN = r"(?!Ihr(?:e[rnms]?)?\s)[A-ZÄÖÜ][\w’'-]{1,40}\.?"
_NUMBER = r"\d[\d./-]{0,20}(?![\d,]|\s?(?:€|EUR|Euro))"
_ADJECTIVE = r"[a-zäöüß-]{3,30}e[nrsm]?"
_NUMERAL = as_written("numeral")
_ARTICLE = "|".join(words("ground_article"))
_LEAD = "|".join(words("ground_lead"))
_JOIN = "|".join(words("ground_join"))
_PHRASE = (
    rf"(?:(?:{_ARTICLE})\s)?(?:(?:{_ADJECTIVE}|{_NUMERAL})\s){{0,2}}"
    rf"(?:[„“”»«\"]\s?)?{_NOUN}(?:[„“”»«\"]|\s(?:{_NOUN}|{_NUMBER})){{0,4}}"
)
_GERMAN = re.compile(
    rf"(?<!\w)(?!(?i:zu)\s(?!(?:{_ARTICLE})\s)[a-zäöüß])(?P<lead>(?i:{_LEAD})\.?)\s(?P<words>{_PHRASE}"
    rf"(?:(?:,?\s(?:{_JOIN})\s|,\s|\s(?=(?:{_ARTICLE})\s)){_PHRASE}){{0,4}})(?!\w)"
)
_ENGLISH = re.compile(
    rf"(?<!\w)(?P<lead>(?i:{'|'.join(words('ground_lead_english'))}))\s"
    rf"(?P<words>(?:(?!(?:{parts('english_verb')})(?!\w))[a-z][a-z'’-]{{0,20}}(?:\s|(?=[.,:;)]|\Z))){{1,7}})"
)
_CREDITOR = re.compile(
    rf"(?P<lead>(?<!\w)schulde[tn])\s(?P<words>(?:der|dem|den)\s(?:{_ADJECTIVE}\s){{0,2}}{_NOUN}(?:\s{_NOUN})?)(?!\w)"
)
"""*schuldet der Kirchengemeinde*"""
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_CLIENT = re.compile(parts("client_noun"))
_GROUNDS = frozenset(map(fold, words("ground")))
_ODD_PART = re.compile(rf"(?:{parts('odd_part')})")
_ODD_NOUN = re.compile(rf"{parts('odd_noun')}|{parts('odd_person')}")
_ODD_PERSON = re.compile(parts("odd_person"))

ODD = Rule(
    "odd_in_a_ground",
    r"{taking_back}|{condition}|{limit}|{subjunctive}|{doubt}|{figure_changes}|{label_rate}|{label_payment}|{label_credit}",
    takes=("aus dem früheren Vertrag", "für die bezahlte Rechnung", "aus der Gutschrift"),
    leaves=("aus dem Dachausbau in der Lindenstraße",),
)

OVERPAID = Rule(
    "benefit_overpaid",
    r"{overpaid} (?:{overpaid_of} )?{benefit}",
    takes=("Überzahlung von Wohngeld", "Überzahlung Elterngeld"),
    leaves=("Überzahlung der Miete", "Überzahlung"),
)
"""What an office claims back."""
OWING = Rule(
    "something_is_owed",
    r"{owing}",
    takes=("Die Miete ist noch offen.", "Unsere Forderung beträgt 50,00 EUR.", "The unpaid invoices"),
    leaves=("Die Grundschuld beträgt insgesamt 50,00 EUR.", "Das Einkommen beträgt 50,00 EUR."),
)
CLAIM_NOUN = Rule(
    "noun_of_the_claim",
    r"{claim_named}",
    takes=("Gesamtforderung", "Rückstand"),
    leaves=("Stadt", "Wohnung"),
)
WHO_OWES = Rule(
    "somebody_owes",
    r"{who_owes}",
    takes=("Der Nachbar schuldet uns 50,00 EUR.",),
    leaves=("Die Schuld beträgt 50,00 EUR.",),
)
_PREPOSITIONS = frozenset(map(fold, words("closed_lead")))
_DETERMINERS = frozenset(map(fold, (*words("ground_article"), *words("determiner"))))
_OURS = ("unser", "mein")
_ADJECTIVE_WORD = re.compile(r"[a-z-]{3,30}e[nrsm]?")
_AMOUNT = re.compile(r"\d,\d\d(?!\d)|\d ?(?:€|EUR|Euro)|(?:€|EUR) ?\d")
_ENDS = re.compile(r"[.:;!?]\s*\Z|[.:;!?]\s")


def is_odd_noun(noun: str) -> bool:
    """Return True when a noun makes a figure another one: other people, cases, times or kinds of sum."""
    word = fold(noun)
    return _ODD_NOUN.fullmatch(word) is not None or (_ODD_PART.match(word) is not None and word not in _GROUNDS)


def is_other_person(noun: str) -> bool:
    """Return True when a noun, folded, names somebody by his relation to the client or the contract."""
    return _ODD_PERSON.fullmatch(noun) is not None


def without_grounds(text: str) -> str:
    """Return ``text`` without the phrases that say what is owed for."""
    text = _ENGLISH.sub(_without, _GERMAN.sub(_without, text))
    return _CREDITOR.sub(_without_creditor, text)


def _without(match: re.Match[str]) -> str:
    odd = is_odd_phrase(match["words"]) or (
        match.re is _ENGLISH and any(map(is_odd_noun, _WORD.findall(match["words"])))
    )
    return match.group() if odd else " "


def _without_creditor(match: re.Match[str]) -> str:
    nouns = [fold(word) for word in _WORD.findall(match["words"])]
    odd = is_odd_phrase(match["words"]) or any(is_other_person(noun) or _CLIENT.fullmatch(noun) for noun in nouns)
    return match.group() if odd else f"{match['lead']} "


def is_odd_phrase(phrase: str) -> bool:
    """Return True when a phrase holds a word that may make a figure another one."""
    if ODD.find(OVERPAID.without(folded(phrase))):
        return True
    return any(word[0].isupper() and is_odd_noun(word) for word in _WORD.findall(phrase))


def named_words(text: str, is_known: Callable[[str], bool]) -> frozenset[str]:
    """Return the words, folded, that name what is owed for, where ``text`` says that something is owed.

    These are the nouns before its amount, with the adjectives before them: *der neue Stellplatz ist mit 300 EUR
    rückständig*. Behind a preposition a noun may say when, upon what or against whom (*bei Fortbestand*, *gegen den
    Nachbarn*), so none there counts, and none in a sentence that says who owes. ``is_known``: words that leave a figure
    as it is anyhow; adjectives before those may change it (*die fiktive Forderung*).
    """
    low = folded(text)
    if not OWING.find(low) or WHO_OWES.find(low):
        return frozenset()
    end = max((match.start() for match in _AMOUNT.finditer(text)), default=len(text))
    named: set[str] = set()
    other: set[str] = set()
    lead = previous = ""
    adjectives: list[str] = []
    begins = True
    position = 0
    for match in _WORD.finditer(text):
        word = fold(match.group())
        begins = begins or _ENDS.search(text, position, match.start()) is not None
        beside_claim = CLAIM_NOUN.find(previous) is not None and text[position : match.start()].isspace()
        position, previous = match.end(), word
        if match.group()[0].isupper() and not begins:
            # "Gesamtforderung Bach" may be anybody's.
            leaves = not beside_claim and lead not in _PREPOSITIONS and not is_odd_noun(word) and position <= end
            (named if leaves else other).add(word)
            (named if leaves and not is_known(word) else other).update(adjectives)
            adjectives = []
        elif _ADJECTIVE_WORD.fullmatch(word) and word not in _DETERMINERS:
            # "Peter Schulz" looks like one, too.
            (other.add if begins and match.group()[0].isupper() else adjectives.append)(word)
        elif word not in _DETERMINERS:
            other.update((word, *adjectives))
            lead, adjectives = word, []
        elif word.startswith(_OURS):
            lead = ""  # "bei unserem Autohaus": with the creditor
        begins = False
    other.update(adjectives)
    return frozenset(word for word in named - other if not ODD.find(word))
