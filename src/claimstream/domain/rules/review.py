"""What a person's decision writes: the proposal as it is, or with what they say instead of it."""

from decimal import Decimal

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.records.decision import ClientUpdate, PersonsDecision, Seen, SettlementUpdate
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import AMOUNT_INTENTS, SET_ASIDE, Intent
from claimstream.domain.records.review import Correction, ReviewItem

BY_PERSON = "person"
"""``amount_source`` of an amount that a person has put in."""


class UndecidableError(ValueError):
    """So it cannot be decided. The message says why, and what is missing."""


def approved(item: ReviewItem, letter: Letter | None = None) -> ClientUpdate:
    """The proposal as it is.

    Args:
        letter: which one it answers, as far as that is known.

    Raises:
        UndecidableError: there is none, or none that can be written.
    """
    proposal = item.proposal
    if proposal is None:
        raise UndecidableError("nothing is proposed, since it is not known whose claim the reply is about")
    _check(proposal, letter)
    return proposal


def corrected(item: ReviewItem, correction: Correction, letter: Letter | None = None) -> ClientUpdate:
    """The proposal with what the person says instead; or, where there is none, what was read for whom they say.

    Raises:
        UndecidableError: something is missing, two things contradict each other, or it is the proposal itself.
    """
    base = _base(item, correction)
    intent = _intent(base, correction)
    amount, source, confidence = base.amount, base.amount_source, base.amount_confidence
    if correction.amount is not None:
        if intent not in AMOUNT_INTENTS:
            raise UndecidableError(f"a {intent} changes no amount: only {_or(AMOUNT_INTENTS)} does")
        amount, source, confidence = correction.amount, BY_PERSON, 1.0
    elif correction.keep_amount or intent not in AMOUNT_INTENTS:
        amount, source, confidence = None, None, 0.0
    update = base.model_copy(
        update={
            "client_id": correction.client_id or base.client_id,
            "creditor_id": correction.creditor_id or base.creditor_id,
            "response_status": intent,
            "amount": amount,
            "amount_source": source,
            "amount_confidence": confidence,
            "settlement": _settlement(base, intent, correction),
            "confidence": 1.0,
        }
    )
    _check(update, letter)
    if item.proposal is not None and _effect(update) == _effect(item.proposal):
        raise UndecidableError("that is what is proposed: approve it")
    return update


def decided(update: ClientUpdate, *, decision_id: str, by: str, seen: Seen) -> ClientUpdate:
    """The update as it goes into the outbox."""
    decision = PersonsDecision(decision_id=decision_id, by=by, seen=seen)
    return update.model_copy(update={"version": 2, "decided": decision})


def amount_said(text: str) -> Decimal:
    """An amount as a person types it, by the rules for letters. Raises UndecidableError."""
    text = text.strip()
    # Without a currency 430 may be any number in a letter, and 12.10 a date; here both are amounts.
    readings = [(written, find_amounts(written)) for written in (text, f"{text} EUR")]
    token = next((found[0] for written, found in readings if [t.quote for t in found] == [written]), None)
    if token is None:
        raise UndecidableError(f"{text!r} is no amount: 3418.07, 3.418,07 and 3418,07 are")
    if token.value is None:
        raise UndecidableError(f"{text!r} may be two different amounts: write it with two decimals")
    if token.value < 0 or token.flaw is not None:
        raise UndecidableError(f"{text!r} is a credit, which is no claim")
    if token.currency not in {None, "EUR"}:
        raise UndecidableError(f"{text!r} is not in EUR")
    return token.value


def _check(update: ClientUpdate, letter: Letter | None) -> None:
    """What would be nonsense in the record."""
    if update.amount is not None and update.amount < 0:
        raise UndecidableError(f"{update.amount} is a credit, which is no claim: say the amount, or that it stays")
    _known(update.response_status)
    if update.response_status != Intent.SETTLEMENT_RESPONSE:
        return
    settlement = update.settlement
    if letter is Letter.FIRST:
        raise UndecidableError("it answers a first letter, which carried no settlement plan")
    if settlement is None or settlement.decision is SettlementDecision.UNCLEAR:
        raise UndecidableError("it is not known whether the creditor accepts the settlement plan")
    is_counter = settlement.decision is SettlementDecision.COUNTER_OFFER
    if is_counter and (settlement.counter_offer_amount or 0) <= 0:
        raise UndecidableError("a counter offer needs its amount")
    if not is_counter and settlement.counter_offer_amount is not None:
        raise UndecidableError(f"the plan was {settlement.decision}: an amount goes with a counter offer only")


def _known(intent: str) -> Intent:
    if intent not in set(Intent):
        raise UndecidableError(f"its intent {intent!r} is of another version: say one of today's")
    return Intent(intent)


def _effect(update: ClientUpdate) -> tuple[object, ...]:
    """What a person would see in the client's record."""
    return update.client_id, update.creditor_id, update.response_status, update.amount, update.settlement


def _base(item: ReviewItem, correction: Correction) -> ClientUpdate:
    if item.proposal is not None:
        return item.proposal
    if correction.client_id is None or correction.creditor_id is None:
        raise UndecidableError("it is not known whose claim the reply is about: name the letter it answers")
    return ClientUpdate(
        tenant_id=item.tenant_id,
        client_id=correction.client_id,
        creditor_id=correction.creditor_id,
        email_id=item.email_id,
        amount=item.read_amount,
        amount_confidence=1.0,  # the person has seen it
        amount_source=None if item.read_amount is None else BY_PERSON,
        response_status=item.intent or "",
        # A mail that could not even be fetched has no date but that of its arrival here.
        received_at=item.received_at or item.created_at,
        confidence=1.0,
        settlement=item.read_settlement,
    )


def _intent(base: ClientUpdate, correction: Correction) -> Intent:
    intent = correction.intent
    if intent is None and correction.settlement is not None:
        intent = Intent.SETTLEMENT_RESPONSE
    if intent is None:
        if not base.response_status:
            raise UndecidableError("it is not known what the reply wants: say its intent")
        intent = _known(base.response_status)
    if intent in SET_ASIDE:
        raise UndecidableError(f"a reply that is {intent} changes nothing: reject it, or mark it as spam")
    if correction.answers_plan and intent is not Intent.SETTLEMENT_RESPONSE:
        raise UndecidableError(f"a {intent} answers no settlement plan: only {Intent.SETTLEMENT_RESPONSE} does")
    return intent


def _settlement(base: ClientUpdate, intent: Intent, correction: Correction) -> SettlementUpdate | None:
    """What is not said stays as read, as long as it belongs to the same answer."""
    if intent is not Intent.SETTLEMENT_RESPONSE:
        return None
    read = base.settlement
    decision = correction.settlement or (read.decision if read else None)
    if decision is None:
        return None
    kept = read if read is not None and read.decision is decision else None
    conditions, offer = correction.conditions, correction.counter_offer
    return SettlementUpdate(
        decision=decision,
        conditions=conditions if conditions is not None else kept.conditions if kept else (),
        counter_offer_amount=offer if offer is not None else kept.counter_offer_amount if kept else None,
    )


def _or(intents: frozenset[Intent]) -> str:
    return " or ".join(sorted(intents))
