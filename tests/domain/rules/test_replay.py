"""A run held against what an earlier one has written."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.helpers import NOW

from claimstream.domain.records.decision import ClientUpdate, Decision, Match, ReviewReason, Route, SettlementUpdate
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.notification import Notification
from claimstream.domain.records.work import AppliedUpdate, Outcome, Result, Review
from claimstream.domain.rules.replay import held_against

UPDATE = ClientUpdate(
    tenant_id="t",
    client_id="c-1",
    creditor_id="cr-1",
    email_id="e",
    amount=Decimal("812.40"),
    amount_confidence=0.8,
    response_status="claim_statement",
    received_at=NOW,
    summary="what is owed",
    confidence=0.8,
)
APPLIED = AppliedUpdate(run=1, update=UPDATE, old_amount=Decimal("430.00"))
RESULT = Result(
    outcome=Outcome.UPDATED,
    decision=Decision(
        route=Route.UPDATE_AND_NOTIFY,
        intent=Intent.CLAIM_STATEMENT,
        confidence=0.8,
        new_amount=UPDATE.amount,
        write=True,
        why="said so",
    ),
    match=Match(),
    update=UPDATE,
    notification=Notification(to="a@b.example", subject="s", text="t", message_id="<m@x>"),
    dead_address="d@e.example",
)
ACCEPTED = SettlementUpdate(decision=SettlementDecision.ACCEPTED)


@pytest.mark.parametrize(
    "unseen", [{"summary": "another"}, {"confidence": 0.9}, {"amount": Decimal("812.4")}, {"amount_source": "body"}]
)
def test_the_same_effect_stands_as_decided_without_being_done_again(unseen: dict[str, object]) -> None:
    held = held_against(replace(RESULT, update=UPDATE.model_copy(update=unseen)), APPLIED)
    assert (held.update, held.notification, held.review) == (None, None, None)
    assert (held.outcome, held.decision.route, held.decision.write) == (
        Outcome.UPDATED,
        Route.UPDATE_AND_NOTIFY,
        True,
    )
    assert [(guard.guard, guard.passed) for guard in held.decision.guards] == [("replay", True)]


@pytest.mark.parametrize(
    "seen",
    [
        {"amount": Decimal("812.41")},
        {"amount": None},
        {"client_id": "c-2"},
        {"creditor_id": "cr-2"},
        {"response_status": "installment_offer"},
        {"settlement": ACCEPTED},
    ],
    ids=lambda seen: next(iter(seen)),
)
def test_any_other_effect_is_a_conflict_that_proposes_it(seen: dict[str, object]) -> None:
    update = UPDATE.model_copy(update=seen)
    held = held_against(replace(RESULT, update=update), APPLIED)
    assert (held.outcome, held.update, held.notification, held.dead_address) == (Outcome.REVIEW, None, None, None)
    assert held.review is not None
    assert (held.review.reason, held.review.proposal) == (ReviewReason.CONFLICT, update)
    assert held.review.detail.startswith("run 1 wrote 812.40 (claim_statement) for creditor cr-1 of c-1, which stands")
    assert (held.decision.route, held.decision.write) == (Route.MANUAL_REVIEW, False)


def test_a_settlement_is_named_and_the_same_one_is_no_conflict() -> None:
    update = UPDATE.model_copy(update={"settlement": ACCEPTED, "amount": None})
    same = held_against(replace(RESULT, update=update), replace(APPLIED, update=update.model_copy()))
    assert same.outcome is Outcome.UPDATED
    declined = update.model_copy(update={"settlement": SettlementUpdate(decision=SettlementDecision.DECLINED)})
    other = held_against(replace(RESULT, update=declined), replace(APPLIED, update=update))
    assert "no amount (claim_statement, settlement accepted)" in other.decision.why
    assert "no amount (claim_statement, settlement declined)" in other.decision.why


def test_a_review_keeps_its_reasons_behind_the_conflict_and_its_proposal() -> None:
    reasons = (ReviewReason.AMOUNT_LOWER, ReviewReason.LOW_CONFIDENCE)
    decision = RESULT.decision.model_copy(
        update={"route": Route.MANUAL_REVIEW, "reasons": reasons, "write": False, "why": "it is lower"}
    )
    review = Review(reason=reasons[0], reasons=reasons, detail="it is lower", proposal=UPDATE)
    held = held_against(replace(RESULT, outcome=Outcome.REVIEW, decision=decision, update=None, review=review), APPLIED)
    assert held.review is not None
    assert held.review.reasons == (ReviewReason.CONFLICT, *reasons)
    assert held.review.proposal == UPDATE
    assert held.review.detail.endswith("this run would write nothing (it is lower)")


def test_what_may_have_been_written_is_tried_again_as_it_is_and_anything_else_goes_to_a_person() -> None:
    perhaps = replace(APPLIED, certain=False)
    assert held_against(RESULT, perhaps) == RESULT
    other = held_against(replace(RESULT, update=UPDATE.model_copy(update={"client_id": "c-2"})), perhaps)
    assert (other.outcome, other.update) == (Outcome.REVIEW, None)
    assert other.decision.why.startswith("run 1 may have written 812.40")


def test_what_cannot_be_read_is_never_taken_for_the_same() -> None:
    held = held_against(RESULT, AppliedUpdate(run=1, update=None, old_amount=None))
    assert (held.outcome, held.update) == (Outcome.REVIEW, None)
    assert "cannot read" in held.decision.why
