"""Sentences that answer a settlement plan: what they say, and which of them say it plainly.

A sentence is plain only if nothing else stands in it: stretches that change nothing are taken out, and every word that
is left must be one of the vocabulary of its answer. What a sentence merely seems to say counts as well: it makes the
whole answer unclear.
"""

import re

from claimstream.domain.language import Rule
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.replies.answer_rules import (
    AGREES,
    AGREES_FIRMLY,
    AS_SUBMITTED,
    ASKS,
    BARE_NO,
    BARE_YES,
    BY_NOBODY,
    BY_OTHERS,
    BY_US,
    DENIES,
    DENIES_IN_PART,
    DETAILS,
    EXAMINATION,
    EXAMINED,
    IF_YOU_OFFER,
    IN_SESSION,
    INDEFINITE,
    MADE_AVAILABLE,
    NEW_SUM,
    NO_OBJECTION,
    NO_TO_THAT,
    OFFERED_SHARE,
    OFFERS,
    OWN_BODY,
    QUOTA_OF_PLAN,
    READY,
    REASON_NOUNS,
    REASONS,
    REFUSAL_OF_REFUSAL,
    REFUSES,
    REFUSES_BY_DENIAL,
    TELLS,
    THE_PLAN,
    THEIRS,
    THIRD_PERSON,
    UNDECIDED,
    VERB_FIRST,
    WORDS_OF_ACCEPTANCE,
    WORDS_OF_REFUSAL,
    YET_TO_COME,
)
from claimstream.domain.replies.conditions import COURTESY
from claimstream.domain.replies.doubt import DOOR, DOOR_OF_REASONS, DOUBT, FORMAL_FAULT
from claimstream.domain.replies.insertions import bare
from claimstream.domain.replies.marks import OUR_CLIENT
from claimstream.domain.replies.plan import NAMES_PLAN

QUOTES = re.compile(r"[\"„“”»«?]|(?<!\w)['‚‘].{3,200}['’]")
_PRONOUN = re.compile(r"(?:(?P<he>er|dieser)|sie|diese) ")
_HE = re.compile(r"\b(?:unser|mein)\w{0,2} (?:mandanten?|auftraggebers?)\b|\bde[sr] (?:glaeubiger|auftraggeber)s\b")
_INFINITIVE = re.compile(r"\bzu \w{4,20}en\b")
_MOST_CLAUSES = 4
_CLAUSES = re.compile(r": |, (?:und )?| und | and ")
_SUBORDINATE = re.compile(r"(?:dass|ob|wenn|falls|weil|damit|that|if|whether)\b")
_UNKNOWN = re.compile(r"[^\W_]|[#%$€&]")
_TURN = re.compile(r"\b(?:jedoch|allerdings|aber|however)\b(?=,? (?:leider )?(?:nicht|ab|ablehn\w{1,3}|kein\w{0,2})\b)")
"""Turned against what stands before it: the refusal is the turn."""
_NUMBER = re.compile(r"\b\d(?:[./-]?\d){5,20}\b")
"""Of a file, in a refusal."""
_ASIDE = re.compile(r"\([^()]{0,80}\)")
_SAME = re.compile(r",? (?:sie|er|es|she|he|it)\b")
"""Whoever the clause before is about."""
_MAIN_CLIENT = re.compile(r"\b(?:unsere?|meine?|our|my|(?:die|das|der) hiesige|(?:die|der) von (?:uns|mir)) \w")


def what_is_said(low: str) -> SettlementDecision | None:
    """Return what a marked sentence (small letters, no names) seems to say of the plan; None if nothing."""
    said = _said_of_plan(low)
    refused = said is None and _said_of_plan(_by_us(low)) is SettlementDecision.DECLINED
    return SettlementDecision.DECLINED if refused else said


def _by_us(low: str) -> str:
    """A sentence in which the creditor's own bodies stand as the writer does."""
    return OWN_BODY.sub(lambda body: "fuer uns" if BY_OTHERS.find(body.group()) else "unsere bank", low)


def _said_of_plan(low: str) -> SettlementDecision | None:
    if BARE_YES.find(low):
        return SettlementDecision.ACCEPTED
    if BARE_NO.find(low) or NO_TO_THAT.find(low):
        return SettlementDecision.DECLINED
    if _clauses_say(low) == {SettlementDecision.DECLINED}:
        return SettlementDecision.DECLINED
    rest = bare(low)
    if ASKS.find(low) or not (BY_US.find(low) or BY_NOBODY.find(low) or BY_NOBODY.find(rest)):
        return None
    if BY_OTHERS.find(rest) and not BY_US.find(low):
        return None
    main = " ".join(REASONS.sub(" ", rest).split())
    core = REFUSES_BY_DENIAL.without(main)
    refused = core != main or REFUSES.find(core) is not None
    agreed = AGREES.find(core) is not None
    denied = _denied(core)
    if OFFERS.find(READY.without(MADE_AVAILABLE.without(core))) and not (denied and not refused and not agreed):
        ours = agreed or refused or OFFERS.find(READY.without(IF_YOU_OFFER.without(core)))
        return SettlementDecision.COUNTER_OFFER if ours else None
    if agreed and not denied and not refused and NEW_SUM.find(main):
        return SettlementDecision.COUNTER_OFFER
    if REFUSAL_OF_REFUSAL.find(rest):
        return SettlementDecision.UNCLEAR
    if refused:
        return SettlementDecision.UNCLEAR if denied and core == main else SettlementDecision.DECLINED
    if agreed and denied:
        return SettlementDecision.DECLINED
    if UNDECIDED.find(COURTESY.without(rest)) and (agreed or NAMES_PLAN.find(low)):
        return SettlementDecision.UNCLEAR
    return SettlementDecision.ACCEPTED if agreed else None


def _clauses_say(low: str) -> set[SettlementDecision]:
    """Return what clauses of the same weight say, each by itself: *we must refuse: your plan is not accepted*."""
    clauses = _CLAUSES.split(low, _MOST_CLAUSES)
    if not 1 < len(clauses) <= _MOST_CLAUSES or any(map(_SUBORDINATE.match, clauses)):
        return set()
    subject = BY_US.find(low)
    carried = (c if subject is None or BY_US.find(c) else f"{subject.group()} {c}" for c in clauses)
    return {said for said in map(_said_of_plan, carried) if said is not None}


def accepts_plainly(low: str, *, plan_known: bool) -> bool:
    """Whether a marked sentence accepts the plan and says nothing else.

    Args:
        low: the sentence in small letters, without names.
        plan_known: a pronoun, or nothing, may stand for the plan.
    """
    if BARE_YES.find(low):
        return plan_known
    low = _told(low)
    rest = AS_SUBMITTED.without(bare(low))
    if (
        QUOTES.search(low)
        or any(rule.find(rest) for rule in (ASKS, BY_OTHERS, INDEFINITE, VERB_FIRST, THEIRS, YET_TO_COME))
        or OFFERS.find(READY.without(rest))
    ):
        return False
    if not AGREES_FIRMLY.find(rest) or _denied(rest) or not _said_by_us(rest):
        return False
    return _of_the_plan(low, rest, plan_known=plan_known) and not is_left(WORDS_OF_ACCEPTANCE, rest, AGREES)


def refuses_plainly(low: str, *, plan_known: bool) -> bool:
    """Whether a marked sentence refuses the plan itself, for good, whatever reason it gives."""
    if BARE_NO.find(low) or NO_TO_THAT.find(low):
        return plan_known
    low = _by_us(_told(low))
    rest = bare(DETAILS.without(IN_SESSION.without(EXAMINATION.without(low))))
    if QUOTES.search(low) or DENIES_IN_PART.find(low):
        return False
    if any(rule.find(rest) for rule in (ASKS, BY_OTHERS, REFUSAL_OF_REFUSAL)):
        return False
    rest = _TURN.sub(" ", _ASIDE.sub(_without_aside, rest))
    rest = _NUMBER.sub(" ", QUOTA_OF_PLAN.without(rest))
    reasons = [match.group() for match in REASONS.finditer(rest)]
    rest = " ".join(REASONS.sub(" ", rest).split())
    core = REFUSES_BY_DENIAL.without(rest)
    if OFFERS.find(core) or any(not is_closed(reason, reason=True) for reason in reasons):
        return False
    refused, denials = REFUSES.find(core), list(DENIES.finditer(_no_objection(core)))
    if denials:
        # "Dem Plan für Herrn A stimmen wir zu, dem für Frau B nicht" denies another thing.
        agreed = max((match.end() for match in AGREES.finditer(_no_objection(core))), default=-1)
        if refused or len(denials) > 1 or "," in core[max(agreed, 0) : denials[0].start()]:
            return False
        # "Die Kasse lehnt ihn ab, wir nicht" denies the refusal.
        if agreed < 0 and core == rest:
            return False
    elif (not refused and core == rest) or _agrees_elsewhere(rest):
        return False
    return (
        _said_by_us(rest)
        and _of_the_plan(low, rest, plan_known=plan_known)
        and not is_left(WORDS_OF_REFUSAL, rest, REFUSES_BY_DENIAL, REFUSES, AGREES)
    )


def _agrees_elsewhere(rest: str) -> bool:
    """Return whether a clause agrees to something and refuses nothing: *this we refuse, to the plan we agree*."""
    return any(
        AGREES_FIRMLY.find(_INFINITIVE.sub(" ", clause))
        and not (REFUSES.find(clause) or REFUSES_BY_DENIAL.find(clause))
        for clause in _CLAUSES.split(rest, _MOST_CLAUSES)
    )


def _without_aside(aside: re.Match[str]) -> str:
    """Return what must stay of a stretch in brackets: all of it where it may say more than whose plan it is."""
    return " " if is_closed(aside.group()) else aside.group()


def is_closed(low: str, *, reason: bool = False) -> bool:
    """Whether a stretch beside a refusal leaves no door open: no other figure than the share offered, no doubt.

    A reason tells a story (*he ordered only in May*), and a law that is cited has its own conditions.
    """
    if reason and FORMAL_FAULT.find(low):
        return False
    rest = low
    for harmless in (OFFERED_SHARE, THE_PLAN, COURTESY, REFUSES_BY_DENIAL, REASON_NOUNS):
        rest = harmless.without(rest)
    return (DOOR_OF_REASONS if reason or "#law" in low else DOOR).find(rest) is None and not re.search(
        r"#money|#share|\?", rest
    )


def _told(low: str) -> str:
    """What a sentence tells behind *we inform you that*, if nothing before that takes it back."""
    told = TELLS.find(low)
    if told is None or DOUBT.find(EXAMINED.without(low[: told.start()])) or AGREES.find(low[: told.start()]):
        return low
    head, tail = low[: told.end()], low[told.end() :].lstrip()
    # "Im Auftrag unserer Mandantin teilen wir mit, dass diese den Plan annimmt."
    return f"unsere bank {tail.partition(' ')[2]}" if stands_for_client(tail, head) else tail


def stands_for_client(low: str, before: str) -> bool:
    """Return whether the pronoun that opens a sentence stands for the writer's client, named in what is before it."""
    pronoun = _PRONOUN.match(low)
    if pronoun is None or OUR_CLIENT.find(before) is None:
        return False
    return pronoun["he"] is None or _HE.search(before) is not None


def _no_objection(low: str) -> str:
    return NO_OBJECTION.sub(" ", low)


def _denied(low: str) -> bool:
    return DENIES.find(_no_objection(low)) is not None


def _said_by_us(rest: str) -> bool:
    """Whether the writer says it, of itself or of its client, in the clause that says it."""
    *before, clause = re.split(r"\b(?:dass|that)\b", rest)
    if THIRD_PERSON.find(clause):
        told = before and _SAME.match(clause)
        client = OUR_CLIENT.find(before[-1] if told else clause)
        return client is not None and _MAIN_CLIENT.match(client.group()) is not None
    return bool(BY_US.find(clause) or BY_NOBODY.find(clause))


def _of_the_plan(low: str, rest: str, *, plan_known: bool) -> bool:
    return NAMES_PLAN.find(low) is not None or (
        plan_known and not re.search(r"\b(?:dieser|ihr|der)\b(?=.*\bzu\b)", rest)
    )


def is_left(words: Rule, rest: str, *verbs: Rule) -> bool:
    """Whether a word is left that is none of these and says none of these things."""
    for verb in verbs * 2:  # one construction may stand within another
        rest = verb.without(rest)
    return _UNKNOWN.search(words.sub(" ", rest)) is not None
