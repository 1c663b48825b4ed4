"""Scoring: wrong writes first, then missed ones, then everything else."""

from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import make_world

from claimstream.domain.records.decision import Decision, GuardDecision, ReviewReason, Route
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.world import World
from claimstream.evaluation.case import Case, Expected
from claimstream.evaluation.observed import Change, Observed, Stored, Trail, find_changes
from claimstream.evaluation.score import judge, same_value, score

WORLD: World = make_world("post@kanzlei.example")
GOOD = {
    "intent": "claim_statement",
    "route": ["AUTO_UPDATE", "UPDATE_AND_NOTIFY"],
    "inquiry_id": "i-1",
    "matched_by": "reply_code",
    "fields": {"total_claim": "812.40", "settlement_decision": None},
    "current_amount_after": "812.40",
    "review_reason": None,
}


def case(**changed: Any) -> Case:
    expected = Expected.model_validate({**GOOD, **changed})
    return Case(name="x", raw=b"", mailbox="post@kanzlei.example", expected=expected, script=None)


def change(client: str = "c-1", amount: str | None = "812.40", settlement: dict[str, str] | None = None) -> Change:
    return Change(
        client_id=client,
        creditor_id=client.replace("c", "cr"),
        old_amount=Decimal("430.00"),
        new_amount=None if amount is None else Decimal(amount),
        old_settlement=None,
        new_settlement=settlement,
    )


def observed(*changes: Change, **changed: Any) -> Observed:
    values: dict[str, Any] = {
        "settled": True,
        "intent": "claim_statement",
        "route": "AUTO_UPDATE",
        "inquiry_id": "i-1",
        "matched_by": "reply_code",
        "review_reason": None,
        "fields": {"total_claim": "812.40"},
        "changes": changes,
    }
    return Observed(**(values | changed))


def test_what_is_as_expected_is_right() -> None:
    assert judge(case(), observed(change()), WORLD).right


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ({}, [change(amount="999.00")]),
        ({}, [change(), change("c-2")]),
        ({"inquiry_id": None, "current_amount_after": None}, [change()]),
        ({"route": "MANUAL_REVIEW"}, [change()]),
        ({}, [change(settlement={"decision": "accepted"})]),
        ({"fields": {"settlement_decision": "declined"}}, [change(settlement={"decision": "accepted"})]),
    ],
    ids=["wrong amount", "another client too", "no client", "not to be written", "no settlement", "other settlement"],
)
def test_a_change_to_anything_but_what_is_expected_is_a_wrong_write(
    expected: dict[str, Any], changes: list[Change]
) -> None:
    assert judge(case(**expected), observed(*changes), WORLD).wrong_writes


def test_an_amount_that_should_have_changed_and_did_not_is_a_missed_write_and_not_a_wrong_one() -> None:
    verdict = judge(case(), observed(route="MANUAL_REVIEW"), WORLD)
    assert verdict.missed_write
    assert not verdict.wrong_writes
    assert verdict.mistakes == ("route is MANUAL_REVIEW, expected AUTO_UPDATE or UPDATE_AND_NOTIFY",)


def test_only_the_keys_present_are_checked() -> None:
    bare = Case(name="x", raw=b"", mailbox="m", expected=Expected.model_validate({}), script=None)
    assert judge(bare, observed(intent="spam", route="IGNORE"), WORLD).right


def test_a_null_field_must_be_absent() -> None:
    found = observed(change(), fields={"total_claim": "812.40", "settlement_decision": "accepted"})
    assert judge(case(), found, WORLD).mistakes == ("settlement_decision is accepted, expected absent",)


def test_an_email_that_was_not_settled_is_a_mistake() -> None:
    assert "not settled" in judge(case(), observed(change(), settled=False), WORLD).mistakes


def test_fields_are_counted() -> None:
    total = score(
        [
            (case(), observed(change())),
            (case(), observed(change(), fields={"total_claim": "1.00"})),
            (case(), observed(change(), fields={})),
        ],
        WORLD,
    )
    counts = total.fields["total_claim"]
    assert (counts.cases, counts.found, counts.right, counts.wrong) == (3, 2, 1, 1)
    assert counts.precision == 0.5
    assert counts.recall == pytest.approx(1 / 3)
    assert (total.cases, total.wrong_writes, total.accuracy("intent")) == (3, 0, 1.0)
    assert total.accuracy("unheard of") is None


@pytest.mark.parametrize(
    ("name", "wanted", "found", "same"),
    [
        ("total_claim", "3418.07", "3418.070", True),
        ("total_claim", "3418.07", "3418.08", False),
        ("creditor_reference", "8817/25", "8817_25", True),
        ("creditor_reference", "8817/25", "8817/26", False),
        ("iban", "DE41 5001 0517 0123 4567 89", "DE41500105170123456789", True),
        ("as_of", "2026-10-12", "2026-10-12", True),
        ("as_of", None, None, True),
        ("as_of", None, "2026-10-12", False),
    ],
)
def test_values_are_compared_by_their_kind(name: str, wanted: str | None, found: str | None, same: bool) -> None:
    assert same_value(name, wanted, found) is same


def test_changes_are_found_by_id_and_never_by_position() -> None:
    before = {("c", "a"): Stored(Decimal(1), None), ("c", "b"): Stored(Decimal(2), None)}
    after = {("c", "b"): Stored(Decimal(2), None), ("c", "a"): Stored(Decimal(3), None, ("e",))}
    (found,) = find_changes(before, after)
    assert (found.creditor_id, found.email_ids) == ("a", ("e",))
    assert (found.old_amount, found.new_amount) == (Decimal(1), Decimal(3))


PERSON = {"route": "MANUAL_REVIEW", "changes": (), "review_reason": "low_confidence"}


def trail(*guards: GuardDecision, why: str = "") -> Trail:
    decision = Decision(
        route=Route.MANUAL_REVIEW,
        intent=Intent.CLAIM_STATEMENT,
        confidence=0.6,
        reasons=(ReviewReason.LOW_CONFIDENCE,),
        guards=guards,
        why=why or "; ".join(guard.why for guard in guards),
    )
    return Trail(ParsedMail(), None, decision)


def guard(why: str) -> GuardDecision:
    return GuardDecision(guard="amount", passed=False, reason=ReviewReason.LOW_CONFIDENCE, confidence=0.6, why=why)


def test_mails_settled_without_a_person_are_counted_by_route_and_intent() -> None:
    aside = case(route="IGNORE", intent="auto_reply", current_amount_after=None)
    needs_one = case(route=["AUTO_UPDATE", "MANUAL_REVIEW"])
    total = score(
        [
            (case(), observed(change())),
            (case(), observed(**PERSON)),
            (case(), observed(change(amount="1.00"))),
            (aside, observed(intent="auto_reply", route="IGNORE")),
            (needs_one, observed(**PERSON)),
            (case(needs_model=True), observed(**PERSON)),
        ],
        WORLD,
    )
    assert (total.without_person.settled, total.without_person.cases) == (2, 4)
    assert total.without_person.rate == 0.5
    assert {name: (g.settled, g.cases) for name, g in total.by_route.items()} == {
        "AUTO_UPDATE or UPDATE_AND_NOTIFY": (1, 3),
        "IGNORE": (1, 1),
    }
    assert {name: (g.settled, g.cases) for name, g in total.by_intent.items()} == {
        "claim_statement": (1, 3),
        "auto_reply": (1, 1),
    }
    assert score([], WORLD).without_person.rate is None


def test_needless_reviews_are_counted_by_reason_and_rule() -> None:
    low, clash = (
        guard("348.90 was read at 0.60, under 0.75 (words_around)"),
        guard("1860.00 and 4038.45 are both given as the total"),
    )
    total = score(
        [
            (case(), observed(**PERSON, trail=trail(low))),
            (case(), observed(**PERSON, trail=trail(guard("12.00 was read at 0.71, under 0.75 (words_around)")))),
            (case(), observed(**PERSON | {"review_reason": "conflict"}, trail=trail(clash))),
            (case(route="MANUAL_REVIEW"), observed(**PERSON, trail=trail(low))),
            (case(), observed(**PERSON, settled=False)),
        ],
        WORLD,
    )
    assert total.reviewed_by_reason == {"low_confidence": 3, "conflict": 1}
    assert total.reviewed_by_rule == {
        "amount guard: … was read at …, under … (words_around)": 2,
        "amount guard: … and … are both given as the total": 1,
    }


def test_rules_are_named_without_what_they_quote() -> None:
    why = "unsure that it is general_inquiry (0.50); the subject may take the answer back: Wir prüfen noch 4711"
    assert trail(why=why).rules == ("unsure that it is general_inquiry", "the subject may take the answer back")
    why = "the claim may have ended (paid_off): die Schuld ist beglichen (siehe Anlage)"
    assert trail(why=why).rules == ("the claim may have ended (paid_off)",)


def test_a_genuine_reply_set_aside_is_not_settled() -> None:
    total = score([(case(), observed(route="IGNORE")), (case(route="IGNORE"), observed(route="IGNORE"))], WORLD)
    assert (total.set_aside, [verdict.set_aside for verdict in total.verdicts]) == (1, [True, False])
    assert (total.without_person.cases, total.without_person.settled) == (2, 1)
    assert total.reviewed_by_reason == {}, "nobody reviews it"
