"""What a person's decision writes."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from claimstream.cli.review.commands import IntentChoice, SettlementChoice, StateChoice
from claimstream.domain.records.decision import ClientUpdate, Seen, SettlementUpdate
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import SET_ASIDE, Intent
from claimstream.domain.records.review import Correction, ReviewItem, ReviewStatus
from claimstream.domain.rules.review import BY_PERSON, UndecidableError, amount_said, approved, corrected, decided

AT = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)
ACCEPTED = SettlementUpdate(decision=SettlementDecision.ACCEPTED)


def update(**fields: Any) -> ClientUpdate:
    values: dict[str, Any] = {
        "tenant_id": "t",
        "client_id": "c-1",
        "creditor_id": "cr-1",
        "email_id": "e-1",
        "amount": Decimal("300.00"),
        "amount_confidence": 0.95,
        "amount_source": "attachment-1",
        "response_status": "claim_statement",
        "received_at": AT,
        "confidence": 0.9,
    }
    return ClientUpdate(**{**values, **fields})


def item(proposal: ClientUpdate | None, **fields: Any) -> ReviewItem:
    values: dict[str, Any] = {
        "review_id": 1,
        "email_id": "e-1",
        "tenant_id": "t",
        "correlation_id": "k",
        "mailbox": "post@kanzlei.example",
        "subject": "Forderung",
        "received_at": AT,
        "intent": "claim_statement",
        "confidence": 0.9,
        "inquiry_id": "i-1",
        "old_amount": Decimal("430.00"),
        "read_amount": None if proposal is None else proposal.amount,
        "read_settlement": None if proposal is None else proposal.settlement,
        "reason": "amount_lower",
        "reasons": ("amount_lower",),
        "detail": "300.00 is lower than the stored 430.00",
        "status": ReviewStatus.OPEN,
        "claimed_by": None,
        "claimed_at": None,
        "resolved_by": None,
        "resolved_at": None,
        "note": "",
        "created_at": AT,
    }
    return ReviewItem(**{**values, "proposal": proposal, **fields})


def test_an_approved_proposal_is_written_as_it_is() -> None:
    assert approved(item(update())) == update()


@pytest.mark.parametrize(
    ("proposal", "why"),
    [
        (None, "whose claim"),
        (update(amount=Decimal("-50.00")), "is a credit"),
        (update(response_status="settlement_response", amount=None), "whether the creditor accepts"),
        (
            update(
                response_status="settlement_response",
                amount=None,
                settlement=SettlementUpdate(decision=SettlementDecision.UNCLEAR),
            ),
            "whether the creditor accepts",
        ),
        (
            update(
                response_status="settlement_response",
                amount=None,
                settlement=SettlementUpdate(decision=SettlementDecision.COUNTER_OFFER),
            ),
            "needs its amount",
        ),
    ],
)
def test_what_would_be_nonsense_in_the_record_cannot_be_approved(proposal: ClientUpdate | None, why: str) -> None:
    with pytest.raises(UndecidableError, match=why):
        approved(item(proposal))


def test_what_is_not_named_stays_as_proposed() -> None:
    written = corrected(item(update(summary="s", references=("R-1",))), Correction(amount=Decimal("310.00")))
    expected = update(
        summary="s",
        references=("R-1",),
        amount=Decimal("310.00"),
        amount_source=BY_PERSON,
        amount_confidence=1.0,
        confidence=1.0,
    )
    assert written == expected


def test_another_letter_is_another_creditors_record() -> None:
    written = corrected(item(update()), Correction(client_id="c-2", creditor_id="cr-2"))
    assert (written.client_id, written.creditor_id, written.amount) == ("c-2", "cr-2", Decimal("300.00"))


def test_the_amount_may_stay_although_one_was_read() -> None:
    written = corrected(item(update()), Correction(keep_amount=True))
    assert (written.amount, written.amount_source, written.amount_confidence) == (None, None, 0.0)


def test_an_intent_that_changes_no_amount_leaves_it() -> None:
    assert corrected(item(update()), Correction(intent=Intent.REJECTION)).amount is None


def test_an_answer_to_the_plan_makes_it_a_settlement_response_without_an_amount() -> None:
    written = corrected(item(update()), Correction(settlement=SettlementDecision.ACCEPTED))
    assert (written.response_status, written.settlement, written.amount) == ("settlement_response", ACCEPTED, None)


CONDITIONAL = SettlementUpdate(decision=SettlementDecision.ACCEPTED, conditions=("sofern",))
OFFER = SettlementUpdate(decision=SettlementDecision.COUNTER_OFFER, counter_offer_amount=Decimal("2400.00"))
DECLINED = SettlementUpdate(decision=SettlementDecision.DECLINED)


@pytest.mark.parametrize(
    ("read", "correction", "written"),
    [
        (CONDITIONAL, Correction(conditions=("nur wenn",)), ("accepted", ("nur wenn",), None)),
        (CONDITIONAL, Correction(conditions=()), ("accepted", (), None)),
        (CONDITIONAL, Correction(settlement=SettlementDecision.DECLINED), ("declined", (), None)),
        (OFFER, Correction(counter_offer=Decimal("800.00")), ("counter_offer", (), Decimal("800.00"))),
        (OFFER, Correction(conditions=("sofern",)), ("counter_offer", ("sofern",), Decimal("2400.00"))),
        (OFFER, Correction(settlement=SettlementDecision.ACCEPTED), ("accepted", (), None)),
        (
            DECLINED,
            Correction(settlement=SettlementDecision.COUNTER_OFFER, counter_offer=Decimal("5.00")),
            ("counter_offer", (), Decimal("5.00")),
        ),
    ],
)
def test_of_the_answer_to_the_plan_what_is_not_said_stays_as_it_was_read(
    read: SettlementUpdate, correction: Correction, written: tuple[str, tuple[str, ...], Decimal | None]
) -> None:
    proposal = update(response_status="settlement_response", amount=None, settlement=read)
    settlement = corrected(item(proposal), correction).settlement
    assert settlement is not None
    assert (settlement.decision, settlement.conditions, settlement.counter_offer_amount) == written


@pytest.mark.parametrize(
    ("proposal", "same"),
    [
        (update(), Correction(amount=Decimal("300.00"))),
        (update(), Correction(intent=Intent.CLAIM_STATEMENT)),
        (update(), Correction(client_id="c-1", creditor_id="cr-1")),
        (
            update(response_status="settlement_response", amount=None, settlement=CONDITIONAL),
            Correction(settlement=SettlementDecision.ACCEPTED),
        ),
    ],
)
def test_what_is_proposed_is_no_correction(proposal: ClientUpdate, same: Correction) -> None:
    with pytest.raises(UndecidableError, match="approve it"):
        corrected(item(proposal), same)


def test_a_first_letter_carried_no_plan_that_could_be_answered() -> None:
    proposal = update(response_status="settlement_response", amount=None, settlement=DECLINED)
    assert approved(item(proposal), Letter.SECOND) == approved(item(proposal)) == proposal
    with pytest.raises(UndecidableError, match="first letter"):
        approved(item(proposal), Letter.FIRST)
    with pytest.raises(UndecidableError, match="first letter"):
        corrected(item(update()), Correction(settlement=SettlementDecision.DECLINED), Letter.FIRST)
    assert corrected(item(update()), Correction(intent=Intent.REJECTION), Letter.FIRST).amount is None


def test_what_was_read_of_somebody_unknown_is_written_to_whom_a_person_names() -> None:
    letter = Correction(client_id="c-2", creditor_id="cr-2")
    unknown = item(None, read_amount=Decimal("2222.00"))
    written = corrected(unknown, letter)
    assert (written.client_id, written.amount, written.amount_source) == ("c-2", Decimal("2222.00"), BY_PERSON)
    assert corrected(unknown, replace(letter, keep_amount=True)).amount is None
    assert corrected(unknown, replace(letter, intent=Intent.REJECTION)).amount is None
    answer = item(None, intent="settlement_response", read_settlement=CONDITIONAL)
    assert corrected(answer, letter).settlement == CONDITIONAL
    with pytest.raises(UndecidableError, match="is a credit"):
        corrected(item(None, read_amount=Decimal("-5.00")), letter)


def test_a_reply_that_is_no_answer_to_the_plan_after_all_settles_nothing() -> None:
    proposal = update(response_status="settlement_response", amount=None, settlement=ACCEPTED)
    written = corrected(item(proposal), Correction(intent=Intent.CLAIM_STATEMENT, amount=Decimal("300.00")))
    assert (written.settlement, written.amount) == (None, Decimal("300.00"))


def test_where_nothing_is_proposed_the_letter_and_the_intent_are_wanted() -> None:
    with pytest.raises(UndecidableError, match="name the letter"):
        corrected(item(None), Correction(amount=Decimal("300.00")))
    unread = item(None, intent=None, received_at=None)
    letter = Correction(client_id="c-1", creditor_id="cr-1")
    with pytest.raises(UndecidableError, match="say its intent"):
        corrected(unread, letter)
    written = corrected(unread, Correction(client_id="c-1", creditor_id="cr-1", intent=Intent.REJECTION))
    assert (written.response_status, written.received_at, written.confidence) == ("rejection", AT, 1.0)


@pytest.mark.parametrize(
    ("correction", "why"),
    [
        (Correction(), "that is what is proposed: approve it"),
        (Correction(intent=Intent.REJECTION, amount=Decimal(1)), "changes no amount"),
        (Correction(intent=Intent.REJECTION, settlement=SettlementDecision.ACCEPTED), "answers no settlement plan"),
        (Correction(counter_offer=Decimal(5)), "answers no settlement plan"),
        (Correction(conditions=("sofern",)), "answers no settlement plan"),
        (Correction(intent=Intent.SETTLEMENT_RESPONSE), "whether the creditor accepts"),
        (Correction(settlement=SettlementDecision.ACCEPTED, amount=Decimal(1)), "changes no amount"),
        (
            Correction(settlement=SettlementDecision.COUNTER_OFFER),
            "a counter offer needs its amount",
        ),
        (
            Correction(settlement=SettlementDecision.DECLINED, counter_offer=Decimal(5)),
            "goes with a counter offer only",
        ),
        *((Correction(intent=intent), "changes nothing: reject it") for intent in sorted(SET_ASIDE)),
    ],
)
def test_what_contradicts_itself_is_refused(correction: Correction, why: str) -> None:
    with pytest.raises(UndecidableError, match=why):
        corrected(item(update()), correction)


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("3418.07", "3418.07"),
        ("3.418,07", "3418.07"),
        ("3418,07 €", "3418.07"),
        ("EUR 3,418.07", "3418.07"),
        ("12.10", "12.10"),
        ("430", "430"),
        ("1.200", "1200"),
        ("0", "0"),
        (" 15,50 ", "15.50"),
    ],
)
def test_an_amount_is_typed_as_letters_write_it(said: str, amount: str) -> None:
    try:
        assert amount_said(said) == Decimal(amount)
    except UndecidableError as error:
        pytest.fail(f"{said}: {error}")


@pytest.mark.parametrize(
    "said", ["", "viel", "2,500", "-50,00", "50,00-", "50,00 Haben", "10 USD", "1 2", "430,00 und mehr", "5 %", "1e9"]
)
def test_what_is_no_single_amount_in_euros_is_refused(said: str) -> None:
    with pytest.raises(UndecidableError):
        amount_said(said)


def test_only_what_a_person_decided_is_of_the_version_that_older_workers_leave_alone() -> None:
    by_rules = update()
    assert "decided" not in by_rules.model_dump_json()
    assert (by_rules.version, by_rules.effect_id) == (1, "e-1")
    by_person = decided(by_rules, decision_id="d-1", by="anna", seen=Seen(current_amount=Decimal("430.00")))
    assert (by_person.version, by_person.effect_id) == (2, "e-1/d-1")
    assert ClientUpdate.model_validate_json(by_person.model_dump_json()) == by_person


def test_the_commands_choices_are_those_of_the_records() -> None:
    for choice, values in (
        (StateChoice, set(ReviewStatus)),
        (IntentChoice, set(Intent) - SET_ASIDE),
        (SettlementChoice, set(SettlementDecision) - {SettlementDecision.UNCLEAR}),
    ):
        assert {str(one) for one in choice} == {str(value) for value in values}


def test_an_intent_that_is_not_known_any_more_has_to_be_said() -> None:
    proposal = update(response_status="of_another_version")
    with pytest.raises(UndecidableError, match="of another version"):
        approved(item(proposal))
    assert corrected(item(proposal), Correction(intent=Intent.REJECTION)).response_status == "rejection"
