"""What each amount stands for by the words of its own sentence."""

import re
from dataclasses import replace

from claimstream.domain.language import Rule
from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.behind import meaning_behind
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, VETOES, Claim
from claimstream.domain.reader.claims.clause import Clause, clause_of
from claimstream.domain.reader.claims.meaning import Meaning, is_adjective, meaning_of
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.labels import Role
from claimstream.domain.records.extraction import FigureDoubt
from claimstream.domain.text.text import folded

IT_COMES_TO = Rule(
    "it_comes_to",
    r"\A(?:{it} (?:{it_fill} )?{it_comes_to}|es {it_is_about})(?: {it_fill}){0,3}(?: auf| um| to)?"
    r"(?: {it_fill}){0,3}\Z",
    takes=("Diese beträgt unverändert", "Sie beläuft sich derzeit auf insgesamt", "Es handelt sich um"),
    leaves=("Sie betrug", "Die Miete beträgt", "Es handelt sich um eine Rate von"),
)
"""The words from a sentence's beginning to its amount: what is meant, the sentence before says."""
_LINK = re.compile(
    r"(?:beträgt|betraegt|betragen|beläuft sich|belaufen sich|auf|von|in höhe von|in hoehe von|"
    r"i\.\s?h\.\s?v\.|über|mit|valutiert|valutieren|liegt bei|liegen bei|unverändert|weiterhin|ist|sind|lautet|"
    r"entspricht|entsprechen|"
    r"is|of|to|at|as|amounts to|stands at|zu|=|:|derzeit|aktuell|noch|insgesamt|nunmehr|nun|jetzt|inzwischen|now|"
    r"heute|tag|tage|\d{4}|"
    r"\)|zahlen|in total)[\s(:]{0,40}\Z"
)
_STILL = re.compile(r"\bnoch\s*\Z")
_UNIT_AFTER = re.compile(r"\s?/\s?(?:monat|tag|jahr|mon|kwh|stk|stück|qm|m²|std|month|day)|\s?(?:/\s?\w)")


def claims_of_sentences(page: Page) -> tuple[Claim, ...]:
    """One claim for each of the page's amounts, in their order, by nothing but its sentence."""
    claims: list[Claim] = []
    previous: Claim | None = None
    for number in range(len(page.tokens)):
        if number in page.asides:
            claims.append(_set_aside(page, number))
        else:
            previous = _claim(page, number, previous)
            if number == 0 and previous.role is Role.STILL:
                previous = replace(previous, part=False)  # of what was bought, not of a figure: none stands before it
            claims.append(previous)
    return tuple(claims)


def _set_aside(page: Page, number: int) -> Claim:
    """A figure that a preposition sets aside: a part if the words set aside with it say so, never the claim."""
    token, aside = page.tokens[number], page.asides[number]
    labels = [*page.labels_in(aside.start, token.start), *page.labels_in(token.end, aside.end)]
    label = next((x for x in labels if x.role in {*PART_ROLES, *VETOES}), None)
    if aside.earlier:
        return Claim(token, Role.OTHER, label)
    return Claim(token, label.role if label else None, label)


def _claim(page: Page, number: int, previous: Claim | None) -> Claim:
    token = page.tokens[number]
    if _UNIT_AFTER.match(page.low, token.end):
        return Claim(token, Role.RATE)
    clause = clause_of(page, number, previous)
    alone = page.stands_alone(number)
    # Nothing is owed: "0,00 EUR" says itself what a negation beside it says.
    meaning = Meaning(Role.OTHER) if clause.denied and token.value != 0 else _meaning(page, token, clause, alone=alone)
    label = meaning.label
    if meaning.role is Role.OTHER:
        # Kept, so that a person sees the figure: "bei Verzicht auf die Zinsen beträgt die Forderung 430,00 EUR".
        label = next((x for x in reversed(clause.whole) if x.role in CLAIM_ROLES), label)
    return Claim(
        token,
        meaning.role,
        label,
        doubt=meaning.doubt if meaning.role in CLAIM_ROLES else None,
        part=clause.part,
        neutral=alone and (meaning.role is None or clause.denied),
    )


def _meaning(page: Page, token: AmountToken, clause: Clause, *, alone: bool) -> Meaning:
    """What the sentence says of ``token``: its clause before it, behind it, then the words further away."""
    near = meaning_of(page, clause.near)
    if near.role in VETOES:
        return near
    behind = meaning_behind(page, token, clause, has_label=near.role is not None)
    if behind.role in VETOES:
        return behind
    role, label = near.role, near.label
    if role in {Role.TOTAL, Role.CLAIM} and _STILL.search(page.low[max(clause.begin, token.start - 8) : token.start]):
        role = Role.STILL
    if _counts_more(behind.role, role):
        role, label = behind.role, behind.label
    doubted = any(x.role is Role.DOUBT for x in (*clause.near_asides, *clause.whole_asides))
    meaning = Meaning(role, label, near.doubt or (FigureDoubt.LABEL if doubted else None))
    if role is None:
        return _from_afar(page, token, clause, meaning, alone=alone)
    return _of_several_parts(page, token, clause, meaning)


def _counts_more(behind: Role | None, before: Role | None) -> bool:
    """Whether the label behind wins: *noch 430,00 EUR offen*; *wir fordern 2.900,00 EUR Hauptforderung*."""
    if behind is None:
        return False
    if before in {Role.COSTS, Role.INTEREST}:
        return False  # "Mahngebühren von 15,00 EUR sind noch offen"
    return behind is Role.STILL or before is None or (before is Role.CLAIM and behind in PART_ROLES)


def _from_afar(page: Page, token: AmountToken, clause: Clause, bare: Meaning, *, alone: bool) -> Meaning:
    """What the sentence or its asides say of an amount whose own clause says nothing; else ``bare`` as it is."""
    wide = meaning_of(page, [x for x in clause.whole if x.role is not Role.PART])
    if wide.role in VETOES:
        return wide
    if wide.role and _LINK.search(page.low, clause.begin, token.start):
        return Meaning(wide.role, wide.label, wide.doubt or bare.doubt)
    if wide.role is None and clause.near_asides and not alone:
        aside = meaning_of(page, [x for x in clause.near_asides if x.role in CLAIM_ROLES])
        return Meaning(aside.role, aside.label, bare.doubt)
    if wide.role is bare.role is None and IT_COMES_TO.find(folded(page.text[clause.begin : token.start])):
        return _of_sentence_before(page, clause.begin)
    return bare


def _of_sentence_before(page: Page, start: int) -> Meaning:
    """Return the noun that a pronoun stands for: the claim's last one in a sentence before that says nothing else."""
    sentence = page.sentence_before(start)
    if sentence is None or any(sentence.start <= token.start < sentence.end for token in page.tokens):
        return Meaning()
    labels = page.labels_in(sentence.start, sentence.end)
    named = [x for x in labels if x.role in CLAIM_ROLES and not is_adjective(page, x)]
    if not named or any(x.role not in CLAIM_ROLES for x in labels):
        return Meaning()
    return Meaning(Role.CLAIM, named[-1])


def _of_several_parts(page: Page, token: AmountToken, clause: Clause, own: Meaning) -> Meaning:
    """``own``, unless it is one of several parts named on one line before the amount: then they are judged together."""
    kinds = {x.role for x in clause.whole if x.role in PART_ROLES}
    if own.role not in PART_ROLES or len(kinds) < 2 or "\n" in page.low[clause.begin : token.start]:
        return own
    listed = meaning_of(page, clause.whole)
    return Meaning(listed.role, listed.label, own.doubt)
