"""The guards that stand before every write (domain rules, Route)."""

from decimal import Decimal

from claimstream.domain.records.decision import GuardDecision, ReviewReason, Thresholds
from claimstream.domain.records.extraction import AmountFlaw, Consolidated, Found, Settlement, SettlementDecision
from claimstream.domain.records.inquiry import Creditor

_FLAW_REASON = {
    AmountFlaw.AMBIGUOUS: ReviewReason.AMOUNT_AMBIGUOUS,
    AmountFlaw.CREDIT: ReviewReason.CREDIT,
}


def stored_amount(creditor: Creditor) -> Decimal | None:
    """What a new amount is held against: the current figure, else the original one."""
    return creditor.current_amount if creditor.current_amount is not None else creditor.claim_amount


def amount_may_replace(
    new: Decimal, stored: Decimal | None, *, confidence: float, thresholds: Thresholds
) -> GuardDecision:
    """Whether ``new`` (EUR) may take the place of ``stored``: also asked at delivery, of the amount stored by then."""

    def decided(passed: bool, why: str, reason: ReviewReason | None = None) -> GuardDecision:
        return GuardDecision(
            guard="amount", passed=passed, reason=reason, old=stored, new=new, confidence=confidence, why=why
        )

    if new < 0:
        return decided(False, f"{new} is a credit", ReviewReason.CREDIT)
    if new > thresholds.amount_maximum:
        return decided(False, f"{new} is over {thresholds.amount_maximum}", ReviewReason.AMOUNT_TOO_HIGH)
    if stored is not None and new < stored:
        return decided(False, f"{new} is lower than the stored {stored}", ReviewReason.AMOUNT_LOWER)
    if confidence < thresholds.extraction_minimum:
        return decided(
            False,
            f"{new} was read at {confidence:.2f}, under {thresholds.extraction_minimum:.2f}",
            ReviewReason.LOW_CONFIDENCE,
        )
    if stored is None:
        return decided(True, f"{new} is the first amount")
    return decided(True, f"{new} equals the stored amount" if new == stored else f"{new} is above the stored {stored}")


def amount_guard(consolidated: Consolidated, *, stored: Decimal | None, thresholds: Thresholds) -> GuardDecision:
    """Whether the total that was read may be written over ``stored`` (EUR)."""
    total = consolidated.total_claim

    def refused(reason: ReviewReason, why: str) -> GuardDecision:
        return GuardDecision(
            guard="amount",
            passed=False,
            reason=reason,
            old=stored,
            new=total.value if total else None,
            confidence=total.confidence if total else 0.0,
            why=why,
        )

    flaw = consolidated.flaw or (total.flaw if total else None)
    if flaw is not None:
        return refused(_FLAW_REASON[flaw], f"an amount that would count is {flaw.value}")
    clash = next((c for c in consolidated.conflicts if c.field == "total_claim"), None)
    if clash is not None:
        return refused(ReviewReason.CONFLICT, clash.detail)
    if total is None or total.value is None:
        return refused(ReviewReason.AMOUNT_MISSING, "no amount was found")
    if consolidated.currency is not None and consolidated.currency.value != "EUR":
        return refused(ReviewReason.AMOUNT_AMBIGUOUS, f"the amount is in {consolidated.currency.value}")
    guard = amount_may_replace(total.value, stored, confidence=total.confidence, thresholds=thresholds)
    if guard.reason is ReviewReason.LOW_CONFIDENCE and total.doubt is not None:
        return guard.model_copy(update={"why": f"{guard.why} ({total.doubt})"})
    return guard


def settlement_guard(
    settlement: Found[Settlement] | None, *, debt: Decimal | None, thresholds: Thresholds
) -> GuardDecision:
    """Whether a creditor's answer to the settlement plan may be written. ``debt`` (EUR) bounds a counter offer."""
    if settlement is None:
        return GuardDecision(
            guard="settlement",
            passed=False,
            reason=ReviewReason.SETTLEMENT_UNCLEAR,
            confidence=0.0,
            why="no answer to the settlement plan was found",
        )
    answer = settlement.value
    offer = answer.counter_offer_amount

    def decided(passed: bool, why: str, reason: ReviewReason | None = None) -> GuardDecision:
        return GuardDecision(
            guard="settlement",
            passed=passed,
            reason=reason,
            old=debt,
            new=offer,
            confidence=settlement.confidence,
            why=why,
        )

    if answer.decision is SettlementDecision.UNCLEAR:
        why = "the answer is neither yes, no nor another offer"
        if answer.doubt:
            why += f" ({answer.doubt.rule}: {' '.join(answer.doubt.evidence.quote.split())[:120]})"
        return decided(False, why, ReviewReason.SETTLEMENT_UNCLEAR)
    if answer.decision is SettlementDecision.COUNTER_OFFER:
        if offer is None or offer <= 0:
            return decided(False, "a counter offer without an amount", ReviewReason.COUNTER_OFFER)
        if debt is None or offer > 2 * debt:
            why = "no debt is stored" if debt is None else f"it is above twice the debt of {debt}"
            return decided(False, f"a counter offer of {offer}: {why}", ReviewReason.COUNTER_OFFER)
    if answer.decision is SettlementDecision.ACCEPTED and answer.conditions:
        return decided(False, f"accepted with a condition: {answer.conditions[0]}", ReviewReason.SETTLEMENT_CONDITIONAL)
    if settlement.confidence < thresholds.settlement_minimum:
        return decided(
            False,
            f"read at {settlement.confidence:.2f}, under {thresholds.settlement_minimum:.2f}",
            ReviewReason.LOW_CONFIDENCE,
        )
    return decided(True, answer.decision.value)
