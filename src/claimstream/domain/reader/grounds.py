"""Phrases that say what is owed for: *aus dem Dachausbau in der Lindenstraße 4*, *für die Nutzung des Studios*.

What a claim rests on is an open class: any noun may stand there, whatever it means. What makes the figure another one is
a closed class (``[odd_noun]``, ``[odd_part]``, ``[taking_back]``, …): a phrase that holds one of those stays.
"""

import re

from claimstream.domain.language import Rule, parts, words
from claimstream.domain.reader.spelling import fold
from claimstream.domain.text.text import folded

_NOUN = r"(?!Ihr(?:e[rnms]?)?\s)[A-ZÄÖÜ][\w’'-]{1,40}\.?"
_NUMBER = r"\d[\d./-]{0,20}(?![\d,]|\s?(?:€|EUR|Euro))"
_ADJECTIVE = r"[a-zäöüß-]{3,30}e[nrsm]?"
_ARTICLE = "|".join(words("ground_article"))
_LEAD = "|".join(words("ground_lead"))
_JOIN = "|".join(words("ground_join"))
_PHRASE = (
    rf"(?:(?:{_ARTICLE})\s)?(?:{_ADJECTIVE}\s){{0,2}}(?:[„“”»«\"]\s?)?{_NOUN}(?:[„“”»«\"]|\s(?:{_NOUN}|{_NUMBER})){{0,4}}"
)
_GERMAN = re.compile(
    rf"(?<!\w)(?!(?i:zu)\s(?!(?:{_ARTICLE})\s)[a-zäöüß])(?P<lead>(?i:{_LEAD})\.?)\s(?P<words>{_PHRASE}"
    rf"(?:(?:,?\s(?:{_JOIN})\s|,\s|\s(?=(?:{_ARTICLE})\s)){_PHRASE}){{0,4}})(?!\w)"
)
_ENGLISH = re.compile(
    rf"(?<!\w)(?P<lead>(?i:{'|'.join(words('ground_lead_english'))}))\s"
    rf"(?P<words>(?:(?!(?:{parts('english_verb')})(?!\w))[a-z][a-z'’-]{{0,20}}(?:\s|(?=[.,:;)]|\Z))){{1,7}})"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_GROUNDS = frozenset(map(fold, words("ground")))
_ODD_PART = re.compile(rf"(?:{parts('odd_part')})")
_ODD_NOUN = re.compile(parts("odd_noun"))

ODD = Rule(
    "odd_in_a_ground",
    r"{taking_back}|{condition}|{limit}|{subjunctive}|{doubt}|{figure_changes}|{label_rate}|{label_payment}|{label_credit}",
    takes=("aus dem früheren Vertrag", "für die bezahlte Rechnung", "aus der Gutschrift"),
    leaves=("aus dem Dachausbau in der Lindenstraße",),
)


def is_odd_noun(noun: str) -> bool:
    """Return True when a noun makes a figure another one: other people, cases, times or kinds of sum."""
    word = fold(noun)
    return _ODD_NOUN.fullmatch(word) is not None or (_ODD_PART.match(word) is not None and word not in _GROUNDS)


def without_grounds(text: str) -> str:
    """Return ``text`` without the phrases that say what is owed for."""
    return _ENGLISH.sub(_without, _GERMAN.sub(_without, text))


def _without(match: re.Match[str]) -> str:
    return match.group() if is_odd_phrase(match["words"]) else " "


def is_odd_phrase(phrase: str) -> bool:
    """Return True when a phrase holds a word that may make a figure another one."""
    if ODD.find(folded(phrase)):
        return True
    return any(word[0].isupper() and is_odd_noun(word) for word in _WORD.findall(phrase))
