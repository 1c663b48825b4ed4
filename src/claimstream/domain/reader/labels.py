"""The words that say what an amount stands for, in German and English.

A text is read once into labels; which label an amount has is for :mod:`~.claims` to say. Words are
judged folded and by their ends, because German compounds: every ``…kosten`` is a cost, every ``…rückstand`` a claim,
and an unknown ``…betrag`` is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from claimstream.domain.language import Rule, Sieve, parts, unfolded
from claimstream.domain.reader import label_phrases as phrases
from claimstream.domain.reader.spelling import fold
from claimstream.domain.text.text import folded


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

    __hash__ = object.__hash__  # roles are looked up in sets all the time, and the hash of a name takes Python code


@dataclass(frozen=True, slots=True)
class Label:
    """One label at ``text[start:end]``."""

    role: Role
    start: int
    end: int


_PHRASES: tuple[tuple[Role, tuple[Rule, ...]], ...] = (
    # The first that takes a place has it.
    (Role.PRINCIPAL, (phrases.TAX_OWED,)),
    (
        Role.NEUTRAL,
        (
            phrases.COUNTED_IN,
            phrases.COUNTED_ON,
            phrases.DEDUCTED_BEFORE,
            phrases.PAYABLE_IN_PARTS,
            phrases.NOT_ONLY,
            phrases.INTEREST_RATE,
            phrases.COSTS_SO_FAR,
            phrases.UNDULY,
        ),
    ),
    (Role.CLAIM, (phrases.NOT_PAID_YET, phrases.OWED)),
    (Role.STILL, (phrases.STILL_TO_PAY, phrases.LEFT_OPEN, phrases.IS_LEFT)),
    (Role.OTHER, (phrases.NO_CLAIM, phrases.AS_YOU_SAY, phrases.UPON_PAYMENT)),
    (Role.RATE, (phrases.RATE,)),
    (Role.PAYMENT, (phrases.PAYMENT,)),
    (Role.TOTAL, (phrases.TOTAL,)),
    (Role.CONDITION, (phrases.CONDITION,)),
    (Role.DOUBT, (phrases.DOUBT,)),
    (Role.PART, (phrases.PART,)),
)
_SIEVE = Sieve(
    (rule.needs, (role, re.compile(rf"(?<![\w-])(?:{unfolded(rule.compiled.pattern)})(?!\w)")))
    for role, rules in _PHRASES
    for rule in rules
)
_WORD = re.compile(r"[^\W\d_]\w*(?:-[^\W\d_]\w*)*")
_LONGEST = 60

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
        (Role.CLAIM, "label_claimed_back"),
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
    found: list[Label] = []
    position = 0
    for phrase in _phrases(low):
        found += _words(low, position, phrase.start)
        found.append(phrase)
        position = phrase.end
    return (*found, *_words(low, position, len(low)))


def _phrases(low: str) -> Iterator[Label]:
    """Every label of several words; where two begin at the same place, the first of :data:`_PHRASES`."""
    patterns = _SIEVE.that_may_find(folded(low))
    upcoming = {pattern: (match, role) for role, pattern in patterns if (match := pattern.search(low))}
    while upcoming:
        match, role = min(upcoming.values(), key=lambda found: found[0].start())
        yield Label(role, match.start(), match.end())
        for pattern in [pattern for pattern, (found, _) in upcoming.items() if found.start() < match.end()]:
            role = upcoming[pattern][1]
            if following := pattern.search(low, match.end()):
                upcoming[pattern] = following, role
            else:
                del upcoming[pattern]


def _words(low: str, start: int, end: int) -> Iterator[Label]:
    for match in _WORD.finditer(low, start, end):
        role = _word_role(match.group()) if match.end() - match.start() <= _LONGEST else None
        if role is not None:
            yield Label(role, match.start(), match.end())
