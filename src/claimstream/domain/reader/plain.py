"""Sentences and lines that say no more than that so much is owed.

German and English have too many ways to say that a figure is *not* the claim (paid, sold, time-barred, estimated,
somebody else's, …) to list them. So the list is of the words that change nothing: a figure is sure only where every
word of its sentence or line is one of them, or a noun that names what is owed for (``grounds``). A word that is
missing here costs a look by a person; one too many writes a wrong figure. Clauses beside it are judged the other way
round, by what may change the figure. The words are data (``domain/language``, ``figures.txt``).
"""

import re
from collections.abc import Callable, Collection
from functools import lru_cache

from claimstream.domain.language import Rules, as_written, parts, words
from claimstream.domain.reader.dates import MONTHS
from claimstream.domain.reader.grounds import is_odd_noun, is_odd_phrase, is_other_person, named_words, without_grounds
from claimstream.domain.reader.plain_rules import (
    ADDRESSED,
    ANNOUNCES,
    BEARS_ON,
    CLAIM_NAMED,
    EARLIER_TIME,
    FOR_A_LETTER,
    MADE_OF,
    MAIN_CLAUSE,
    NOW,
    ON_TOP,
    PHRASES,
    PROVIDED,
    RECKONED,
    REPORTED,
    REQUEST,
    REVERSED,
    SOMEBODY_ELSE,
    SOMEBODY_OF_THE_CLIENT,
    SUPPOSED,
    TAKEN_BACK,
    TELLS,
    THAT_IS,
)
from claimstream.domain.reader.spelling import fold
from claimstream.domain.replies.kinds import ENCLOSURE, FIRM_KINDS, is_harmless
from claimstream.domain.replies.remarks import CHANGES
from claimstream.domain.replies.remarks import HARMLESS as SAY_NO_MORE
from claimstream.domain.text import Sentence
from claimstream.domain.text.text import folded

_PHRASES = Rules(*PHRASES)
_BESIDE_ANNOUNCED = Rules(*PHRASES, NOW, ENCLOSURE)
_BESIDE_AFTER = Rules(*SAY_NO_MORE, *FIRM_KINDS)
_BESIDE_PARTS = Rules(*SAY_NO_MORE, *PHRASES)
_BESIDE_TOLD = Rules(*PHRASES, TELLS, NOW)
_BESIDE_ELSE = Rules(*SAY_NO_MORE, *PHRASES, NOW)
_SPEAK_AGAINST_ANNOUNCED = Rules(TAKEN_BACK, SUPPOSED, EARLIER_TIME)
_SPEAK_AGAINST_PARTS = Rules(TAKEN_BACK, SUPPOSED, CHANGES)
_SPEAK_AGAINST_TOLD = Rules(REPORTED, SUPPOSED, TAKEN_BACK, CHANGES, REVERSED)
_BEAR_ON_A_CLAIM = Rules(CLAIM_NAMED, REPORTED, SUPPOSED, CHANGES, REVERSED, BEARS_ON)
_SALUTATION = re.compile(
    rf"\A(?:{parts('salutation')})(?!\w)[^,.:?!\d]{{0,60}}(?:Dr\.[^,.:?!\d]{{0,40}})?[,!]", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?<!\w)(?:[Ff]rau|[Hh]errn?|Eheleuten?|Mr|Mrs|Ms|Miss|[Mm]andant(?:in|en|schaft)?|[Ss]chuldner(?:in|s)?|"
    r"[Kk]und(?:e|in|en)|[Cc]lient|[Dd]ebtor)\.?,?\s(?:(?:Dr|Prof)\.\s){0,2}"
    r"(?:(?:(?:von|van|der|de|zu|und)\s){0,2}[A-ZÄÖÜ][\w’'-]+\.?,?\s?){1,5}"
)
_FULL_NAME = r"[A-ZÄÖÜ][\w’'-]+\s(?:(?:von|van|der|de|zu)\s){0,2}[A-ZÄÖÜ][\w’'-]+(?!\w)"
_NO_NAME = "|".join(word.capitalize() for word in words("closed_lead"))
_NAMED_ALONE = re.compile(
    rf"(?<!\w)(?:gegen|von|für|against)\s{_FULL_NAME}|(?:\A|(?<=[.:]\s))Bei\s{_FULL_NAME}(?=\s(?:sind|ist|stehen)\s)|"
    rf"^\s?(?!(?:{_NO_NAME}|D(?:er|ie|as)|Eine?|Unsere?|Meine?|Seine?|Ihre?|Frau|Herr|The|An?|Our|My)\s){_FULL_NAME}"
    rf"(?=,\s(?:Gesamtforderung|Forderung|Saldo))"
)
_BEFORE_NAMES = frozenset({"gegen", "von", "für", "against", "Bei"})
_LEGAL_NOUNS = re.compile(
    r"Mandant\w*|Schuldner\w*|Kund\w*|Forderung\w*|Gesamt\w*|Zahl\w*|Rest\w*|\w*(?:ung|schaft|heit|keit|tion)"
)
_FIRST_PART = re.compile(
    r"(?<![\w-])(?P<part>[A-ZÄÖÜ][a-zäöüß]{2,24})-(?=(?:\s(?:und|sowie|bzw\.)\s(?P<head>[\w-]{1,40})?|,\s))"
)
"""Of a compound whose head comes later: *Kranken- und Pflegeversicherung*."""
_COSTS = re.compile(parts("extra_noun"))
_OUR_FILE = re.compile(rf"(?<!\w)(?:[Ii]hr|[Uu]nser|[Mm]ein)\s(?:{'|'.join(words('file_sign'))})\.?(?!\w)")
_QUOTED_NAME = re.compile(r"[„“”»«\"](?P<name>[A-ZÄÖÜ0-9][\w&.+-]{0,30}(?: [\w&.+-]{1,30}){0,4})[„“”»«\"]")
_ASIDE = re.compile(r"\((?P<words>[^()?\n]{2,120})\)")
_PARTICIPLE = re.compile(
    rf"(?:{parts('verb_prefix')})?ge\w{{2,30}}(?:t|en)|"
    r"(?:ver|be|er|zer|ent|miss|ueber|unter|wider)\w{2,30}(?:t|en)|\w{2,30}(?:iert|end)"
)
_FORMER = re.compile(rf"(?<!\w)(?:{as_written('former_adjective')})\s(?=(?:{as_written('former_noun')})(?!\w))")
"""A role or a home that a client had before: it says nothing of when so much was owed."""
_MONEY_ASIDE = re.compile(r"\d,\d\d(?!\d)|€|EUR|Euro")
_KNOWN = re.compile(
    rf"(?:{parts('numeral')})(?:{parts('times_over')})|"
    + "|".join(map(parts, ("plain_function", "plain_owing", "plain_label", "plain_heading", "plain_party", *MONTHS)))
)
_ADJECTIVE = re.compile(rf"(?:{parts('plain_adjective')})(?:e[nrsm]?)?")
_DEBT = re.compile(rf"(?:(?:{parts('debt_part')})-?){{0,2}}(?:{parts('debt_head')})")
"""What is owed, composed: *Beitrags-rückstände*, *Gesamt-rest-forderung*."""
_ANY_DEBT = re.compile(rf"[^\W\d_]{{3,24}}-?(?:{parts('open_debt_head')})")
_ANOTHER_DEBT = re.compile(rf"(?:{parts('verb_prefix')}|{parts('odd_debt_part')})-?(?:{parts('open_debt_head')})")
_GROUND = re.compile(rf"(?:[\w-]{{0,24}}-?)?(?:{parts('ground')})")
_GROUNDS = frozenset(map(fold, words("ground")))
_ANOTHER_WORD = re.compile(rf"(?:{parts('verb_prefix')})(?:{parts('ground')})")
_ODD_PART = re.compile(rf"(?:{parts('odd_part')})")
_ODD_DEBT_PART = re.compile(parts("odd_debt_part"))
_PAST = re.compile(parts("figure_past"))
_AFTER = re.compile(parts("figure_after"))
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_QUOTATION = re.compile(r"[?„“”»«\"]|(?<!\w)waren(?!\w)")
"""A question, a quotation, and the verb that is the goods (*Waren*) when folded."""


@lru_cache(maxsize=8192)
def _is_known(word: str) -> bool:
    if word == "may":
        return False  # "the claim may amount to": beside a day it is a month, which a phrase takes out before
    if _KNOWN.fullmatch(word) or _ADJECTIVE.fullmatch(word) or _DEBT.fullmatch(word):
        return True
    if _ANY_DEBT.fullmatch(word) and not (_ODD_PART.match(word) or _ANOTHER_DEBT.fullmatch(word)):
        return True
    if word in _GROUNDS:
        return True
    return bool(_GROUND.fullmatch(word)) and not (_ODD_PART.match(word) or _ANOTHER_WORD.fullmatch(word))


def odd_words(text: str) -> tuple[str, ...]:
    """The words of ``text``, folded, that are not known to leave a figure as it is. Numbers and letters never count.

    A question and a quotation are odd by their marks.
    """
    text = " ".join(text.split())
    text = _QUOTED_NAME.sub(_without_name, text)
    found = _QUOTATION.findall(text)
    text = _SALUTATION.sub(" ", text)
    low = fold(text)
    found += [match.group() for rule in (SOMEBODY_OF_THE_CLIENT, ON_TOP, FOR_A_LETTER) for match in rule.finditer(low)]
    text = _FORMER.sub(" ", text)
    text = without_grounds(_ASIDE.sub(_without_aside, _FIRST_PART.sub(_without_part, _without_names(text))))
    low = fold(text)
    named = named_words(text, _is_known)
    found += [match.group() for rule in (REVERSED, SOMEBODY_ELSE) for match in rule.finditer(low)]
    low = _PHRASES.without(low)
    found += [
        word
        for word in _WORD.findall(low)
        if len(word) > 1 and not any(char.isdigit() for char in word) and not _is_known(word) and word not in named
    ]
    return tuple(found)


def _without_names(text: str) -> str:
    """``text`` without the names behind *Frau*, *Herr*, *Mandantin* and the like."""

    def kept(match: re.Match[str]) -> str:
        words = match.group().split()
        if words[0] not in _BEFORE_NAMES and match.re is _NAMED_ALONE:
            words.insert(0, "")
        rest = [
            word
            for word in words[1:]
            if _LEGAL_NOUNS.fullmatch(word.strip(".,")) or is_other_person(fold(word.strip(".,")))
        ]
        comma = "," if match.group().rstrip().endswith(",") else ""
        return " ".join([words[0], *rest, comma, " "])

    return _NAMED_ALONE.sub(kept, _NAMED.sub(kept, text))


def _without_name(match: re.Match[str]) -> str:
    """Return nothing for what is in quotation marks when it only names something: *Vertrag „Komfort Plus"*."""
    odd = CLAIM_NAMED.find(folded(match["name"])) or is_odd_phrase(match["name"])
    return match.group() if odd else " "


def _without_part(match: re.Match[str]) -> str:
    part = fold(match["part"])
    if match["head"] and _COSTS.fullmatch(fold(match["head"])):
        return " "
    odd = _ODD_PART.match(part) or _ODD_DEBT_PART.match(part) or is_odd_phrase(match["part"]) or is_other_person(part)
    return match.group() if odd else " "


def _without_aside(match: re.Match[str]) -> str:
    """An aside goes when it holds nouns and numbers that name something: *(Verfahren 4 C 119/24)*, *(Hausrat)*."""
    aside = _OUR_FILE.sub(" ", match["words"])
    words = [word for word in _WORD.findall(aside) if not any(char.isdigit() for char in word)]
    plain = all(_is_known(fold(word)) or word[0].isupper() for word in words if len(word) > 1)
    state = len(words) == 1 and _PARTICIPLE.fullmatch(fold(aside))
    odd = not plain or state or _MONEY_ASIDE.search(aside) or is_odd_phrase(aside)
    return match.group() if odd else " "


def is_plain(text: str, names: Collection[str] = ()) -> bool:
    """Return True when every word of ``text`` leaves the figure in it as it is. ``names``: words of names, folded."""
    # "Frau Sommers Sohn" is read as a name.
    return all(word in names and not is_other_person(word) for word in odd_words(text))


def is_announcement(text: str, names: Collection[str] = ()) -> bool:
    """Return True when the words before a colon only announce what is owed."""
    text = _FORMER.sub(" ", _SALUTATION.sub(" ", " ".join(text.split())))
    if is_plain(text, names):
        return True
    announces = ANNOUNCES.find(folded(text)) is not None
    low = folded(text)
    low = PROVIDED.without(_BESIDE_ANNOUNCED.without(low))
    if _SPEAK_AGAINST_ANNOUNCED.find(low) or _has_noun(text, is_other_person):
        return False
    return announces or ADDRESSED.find(low) is None


def is_plain_after(text: str, names: Collection[str] = ()) -> bool:
    """Return True when a sentence that goes on about a figure takes nothing of it back."""
    sentence = Sentence.of(text.strip())
    if THAT_IS.find(sentence.folded):
        return is_breakdown(text.strip()) and not (BEARS_ON.find(sentence.folded) or EARLIER_TIME.find(sentence.folded))
    if MADE_OF.find(sentence.folded) and not TAKEN_BACK.find(sentence.folded):
        return not _has_noun(text, is_other_person)
    if is_harmless(sentence, TAKEN_BACK) or all(_AFTER.fullmatch(word) or word in names for word in odd_words(text)):
        return True
    rest = _BESIDE_AFTER.without(sentence.folded)
    return rest != sentence.folded and all(_AFTER.fullmatch(word) or word in names for word in odd_words(rest))


def is_stated(text: str, names: Collection[str]) -> bool:
    """Return True when a sentence only says that its writer has reckoned a claim (*haben wir ermittelt*)."""
    low = folded(text)
    return RECKONED.find(low) is not None and is_plain(RECKONED.without(fold(text)) or " ", names)


def is_breakdown(text: str) -> bool:
    """Return True when a sentence that gives the parts of a figure takes nothing of it back and names nobody else."""
    low = _BESIDE_PARTS.without(folded(_without_names(text)))
    return _SPEAK_AGAINST_PARTS.find(low) is None and (
        text == _without_names(text) and not _has_noun(text, is_odd_noun)
    )


def names_parts(text: str) -> bool:
    """Return True when the words before a sum only name its parts: nouns, and words that leave a figure as it is."""
    nouns = {fold(word) for word in _WORD.findall(text) if word[0].isupper()}
    return is_breakdown(text) and nouns.issuperset(odd_words(text))


def is_telling(clause: str) -> bool:
    """Return True when the clause before a *dass* only says that the writer tells something."""
    low = folded(_without_names(clause))
    if not TELLS.find(low):
        return False
    return _SPEAK_AGAINST_TOLD.find(_BESIDE_TOLD.without(low)) is None


def is_beside(clause: str, main: str) -> bool:
    """Return True when a clause before the main one speaks of something else than the figure: how the debt came about.

    *Der Kredit wurde gekündigt, offen sind 500 EUR.* ``main`` is what follows.
    """
    return MAIN_CLAUSE.find(folded(main[:60])) is not None and is_of_something_else(clause)


def is_of_something_else(clause: str) -> bool:
    """Return True when a clause names neither the figure nor anything that may change it."""
    if _MONEY_ASIDE.search(clause) or _QUOTATION.search(clause):
        return False
    clause = _without_names(clause)
    low = _BESIDE_ELSE.without(folded(clause))
    if _BEAR_ON_A_CLAIM.find(low):
        return False
    return not _has_noun(clause, lambda noun: noun in low and is_odd_noun(noun))


def _has_noun(text: str, kind: Callable[[str], bool]) -> bool:
    """Return True when ``text`` holds a noun of a kind that is not known to leave a figure as it is."""
    nouns = (fold(word) for word in _WORD.findall(text) if word[0].isupper())
    return any(kind(noun) and not _is_known(noun) for noun in nouns)


def is_past(text: str, names: Collection[str] = ()) -> bool:
    """Return True when a clause tells of an earlier figure and payments, and nothing else."""
    return any(char.isdigit() for char in text) and all(
        _PAST.fullmatch(word) or word in names for word in odd_words(text)
    )


def is_request(text: str) -> bool:
    """Return True when a letter asks how high the claim is. Only our own letter does."""
    return REQUEST.find(Sentence.of(text).folded) is not None
