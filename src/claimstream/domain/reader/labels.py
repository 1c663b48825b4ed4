"""The words that say what an amount stands for, in German and English.

A text is read once into labels; which label an amount has is for :mod:`~.claims` to say. Words are
judged folded and by their ends, because German compounds: every ``…kosten`` is a cost, every ``…rückstand`` a claim,
and an unknown ``…betrag`` is none.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from claimstream.domain.language import Rule, parts, unfolded
from claimstream.domain.reader import label_phrases as phrases
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
        ),
    ),
    (Role.CLAIM, (phrases.NOT_PAID_YET,)),
    (Role.STILL, (phrases.STILL_TO_PAY, phrases.LEFT_OPEN, phrases.IS_LEFT)),
    (Role.OTHER, (phrases.NO_CLAIM, phrases.AS_YOU_SAY, phrases.UPON_PAYMENT)),
    (Role.RATE, (phrases.RATE,)),
    (Role.PAYMENT, (phrases.PAYMENT,)),
    (Role.TOTAL, (phrases.TOTAL,)),
    (Role.CONDITION, (phrases.CONDITION,)),
    (Role.DOUBT, (phrases.DOUBT,)),
    (Role.PART, (phrases.PART,)),
)
_ROLES = tuple(role for role, _ in _PHRASES)
_SCAN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        f"(?P<r{index}>{'|'.join(unfolded(rule.compiled.pattern) for rule in rules)})"
        for index, (_, rules) in enumerate(_PHRASES)
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
