"""A replay after a run that has written: the same is not written again, anything else goes to a person."""

from dataclasses import replace

from claimstream.domain.records.decision import ClientUpdate, GuardDecision, ReviewReason, Route
from claimstream.domain.records.work import AppliedUpdate, Outcome, Result, Review


def held_against(result: Result, applied: AppliedUpdate) -> Result:
    """The result of a run, given what an earlier run of the same email wrote.

    It never writes and never notifies. The same effect stands as it was decided; any other result, also one that would
    write nothing, is a conflict. Where it is not certain that the earlier run wrote, the same effect is tried again:
    the record itself remembers whose it was.
    """
    earlier, proposal = applied.update, result.update or (result.review.proposal if result.review else None)
    wrote = f"run {applied.run} {'wrote' if applied.certain else 'may have written'} {_effect(earlier)}"
    if earlier is not None and result.update is not None and _key(earlier) == _key(result.update):
        if not applied.certain:
            return result
        return _with_guard(
            replace(result, update=None, notification=None),
            _guard(result, applied, why=f"{wrote}, and this run comes to the same: nothing is written again"),
        )

    would = f"would write {_effect(result.update)}" if result.update else f"would write nothing ({result.decision.why})"
    why = f"{wrote}, which stands; this run {would}"
    reasons = tuple(dict.fromkeys((ReviewReason.CONFLICT, *result.decision.reasons)))
    decision = result.decision.model_copy(
        update={"route": Route.MANUAL_REVIEW, "reasons": reasons, "write": False, "why": why}
    )
    return _with_guard(
        replace(
            result,
            outcome=Outcome.REVIEW,
            decision=decision,
            review=Review(reason=reasons[0], reasons=reasons, detail=why, proposal=proposal),
            update=None,
            notification=None,
            dead_address=None,
        ),
        _guard(result, applied, why=why, reason=ReviewReason.CONFLICT),
    )


def _key(update: ClientUpdate) -> tuple[object, ...]:
    """What a person would see in the client's record: how sure we are, and our summary, make no difference."""
    return (
        update.tenant_id,
        update.client_id,
        update.creditor_id,
        update.amount,
        update.response_status,
        update.settlement,
    )


def _effect(update: ClientUpdate | None) -> str:
    if update is None:
        return "what this version cannot read"
    amount = "no amount" if update.amount is None else f"{update.amount:.2f}"
    settlement = f", settlement {update.settlement.decision}" if update.settlement else ""
    return f"{amount} ({update.response_status}{settlement}) for creditor {update.creditor_id} of {update.client_id}"


def _guard(result: Result, applied: AppliedUpdate, *, why: str, reason: ReviewReason | None = None) -> GuardDecision:
    return GuardDecision(
        guard="replay",
        passed=reason is None,
        reason=reason,
        old=applied.update.amount if applied.update else None,
        new=result.update.amount if result.update else result.decision.new_amount,
        confidence=result.decision.confidence,
        why=why,
    )


def _with_guard(result: Result, guard: GuardDecision) -> Result:
    decision = result.decision.model_copy(update={"guards": (*result.decision.guards, guard)})
    return replace(result, decision=decision)
