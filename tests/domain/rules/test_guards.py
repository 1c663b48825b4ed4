from decimal import Decimal

import pytest
from tests.domain.records import THRESHOLDS, amount, evidence, settled

from claimstream.domain.records.decision import ReviewReason
from claimstream.domain.records.extraction import (
    AmountFlaw,
    AmountRank,
    Conflict,
    Consolidated,
    FigureDoubt,
    Found,
    Settlement,
    SettlementDecision,
)
from claimstream.domain.records.inquiry import Creditor
from claimstream.domain.rules.guards import (
    amount_guard,
    amount_may_replace,
    settlement_guard,
    stored_amount,
)


@pytest.mark.parametrize(
    ("new", "stored", "confidence", "reason"),
    [
        pytest.param("430.01", "430.00", 0.95, None, id="higher passes"),
        pytest.param("430.00", "430.00", 0.95, None, id="equal passes"),
        pytest.param("429.99", "430.00", 0.95, ReviewReason.AMOUNT_LOWER, id="lower goes to a person"),
        pytest.param("0.00", "430.00", 0.95, ReviewReason.AMOUNT_LOWER, id="zero is a lower amount, not none"),
        pytest.param("0.00", "0.00", 0.95, None, id="zero equals zero"),
        pytest.param("430.00", None, 0.95, None, id="the first amount passes"),
        pytest.param("500000.00", "430.00", 0.95, None, id="the maximum itself passes"),
        pytest.param("500000.01", "430.00", 0.95, ReviewReason.AMOUNT_TOO_HIGH, id="a cent above it does not"),
        pytest.param("512.00", "430.00", 0.75, None, id="the least confidence passes"),
        pytest.param("512.00", "430.00", 0.7499, ReviewReason.LOW_CONFIDENCE, id="below it does not"),
        pytest.param("430.00", "430.00", 0.70, ReviewReason.LOW_CONFIDENCE, id="an image, even with an equal amount"),
        pytest.param("100.00", "430.00", 0.60, ReviewReason.AMOUNT_LOWER, id="lower is said before unsure"),
        pytest.param("-50.00", "430.00", 0.95, ReviewReason.CREDIT, id="a credit"),
    ],
)
def test_what_may_replace_a_stored_amount(
    new: str, stored: str | None, confidence: float, reason: ReviewReason | None
) -> None:
    decision = amount_may_replace(
        Decimal(new), None if stored is None else Decimal(stored), confidence=confidence, thresholds=THRESHOLDS
    )
    assert (decision.passed, decision.reason) == (reason is None, reason)
    assert decision.old == (None if stored is None else Decimal(stored))
    assert decision.new == Decimal(new)
    assert decision.confidence == confidence


@pytest.mark.parametrize(
    ("consolidated", "reason"),
    [
        pytest.param(Consolidated(), ReviewReason.AMOUNT_MISSING, id="nothing found is no amount"),
        pytest.param(Consolidated(total_claim=amount("512.00")), None, id="a total"),
        pytest.param(
            Consolidated(flaw=AmountFlaw.AMBIGUOUS), ReviewReason.AMOUNT_AMBIGUOUS, id="2,500 may be two amounts"
        ),
        pytest.param(Consolidated(flaw=AmountFlaw.CREDIT), ReviewReason.CREDIT, id="a credit"),
        pytest.param(
            Consolidated(total_claim=amount("512.00"), flaw=AmountFlaw.CREDIT),
            ReviewReason.CREDIT,
            id="a credit beside a total",
        ),
        pytest.param(
            Consolidated(
                total_claim=amount("612.00"), conflicts=(Conflict(field="total_claim", detail="512 and 612"),)
            ),
            ReviewReason.CONFLICT,
            id="two totals",
        ),
        pytest.param(
            Consolidated(
                total_claim=amount("512.00"),
                currency=Found[str](value="CHF", confidence=0.9, evidence=evidence("CHF 512,00")),
            ),
            ReviewReason.AMOUNT_AMBIGUOUS,
            id="francs are not euros",
        ),
        pytest.param(
            Consolidated(total_claim=amount("512.00", AmountRank.BARE, confidence=0.60)),
            ReviewReason.LOW_CONFIDENCE,
            id="unsure",
        ),
    ],
)
def test_the_amount_guard_names_why_nothing_is_written(consolidated: Consolidated, reason: ReviewReason | None) -> None:
    decision = amount_guard(consolidated, stored=Decimal("430.00"), thresholds=THRESHOLDS)
    assert (decision.passed, decision.reason) == (reason is None, reason)
    assert decision.guard == "amount"


def test_nothing_found_puts_no_figure_in_its_place() -> None:
    decision = amount_guard(Consolidated(), stored=Decimal("430.00"), thresholds=THRESHOLDS)
    assert decision.new is None
    assert decision.old == Decimal("430.00")


@pytest.mark.parametrize(
    ("settlement", "debt", "reason"),
    [
        pytest.param(None, "430.00", ReviewReason.SETTLEMENT_UNCLEAR, id="no answer found"),
        pytest.param(settled(SettlementDecision.ACCEPTED), "430.00", None, id="accepted"),
        pytest.param(settled(SettlementDecision.DECLINED), "430.00", None, id="declined"),
        pytest.param(
            settled(SettlementDecision.UNCLEAR), "430.00", ReviewReason.SETTLEMENT_UNCLEAR, id="neither yes nor no"
        ),
        pytest.param(settled(SettlementDecision.ACCEPTED, confidence=0.70), "430.00", None, id="just sure enough"),
        pytest.param(
            settled(SettlementDecision.ACCEPTED, confidence=0.69), "430.00", ReviewReason.LOW_CONFIDENCE, id="unsure"
        ),
        pytest.param(
            settled(SettlementDecision.ACCEPTED, conditions=("sofern die Zahlung bis 1. Mai eingeht",)),
            "430.00",
            ReviewReason.SETTLEMENT_CONDITIONAL,
            id="a condition",
        ),
        pytest.param(settled(SettlementDecision.COUNTER_OFFER, offer="300.00"), "430.00", None, id="counter offer"),
        pytest.param(
            settled(SettlementDecision.COUNTER_OFFER, offer="860.00"), "430.00", None, id="exactly twice the debt"
        ),
        pytest.param(
            settled(SettlementDecision.COUNTER_OFFER, offer="860.01"),
            "430.00",
            ReviewReason.COUNTER_OFFER,
            id="above twice the debt",
        ),
        pytest.param(
            settled(SettlementDecision.COUNTER_OFFER), "430.00", ReviewReason.COUNTER_OFFER, id="without an amount"
        ),
        pytest.param(
            settled(SettlementDecision.COUNTER_OFFER, offer="300.00"),
            None,
            ReviewReason.COUNTER_OFFER,
            id="no debt to hold it against",
        ),
        pytest.param(
            settled(SettlementDecision.COUNTER_OFFER, offer="0.00"),
            "430.00",
            ReviewReason.COUNTER_OFFER,
            id="an offer of nothing",
        ),
    ],
)
def test_what_may_be_written_of_a_settlement(
    settlement: Found[Settlement] | None, debt: str | None, reason: ReviewReason | None
) -> None:
    decision = settlement_guard(settlement, debt=None if debt is None else Decimal(debt), thresholds=THRESHOLDS)
    assert (decision.passed, decision.reason) == (reason is None, reason)
    assert decision.guard == "settlement"


def test_the_original_figure_stands_in_while_there_is_no_current_one() -> None:
    creditor = Creditor(creditor_id="cr-1", name="A", claim_amount=Decimal("430.00"))
    assert stored_amount(creditor) == Decimal("430.00")
    assert stored_amount(creditor.model_copy(update={"current_amount": Decimal("0.00")})) == Decimal("0.00")
    assert stored_amount(Creditor(creditor_id="cr-2", name="B")) is None


def test_a_figure_in_doubt_says_why() -> None:
    doubtful = amount("512.00", confidence=0.60).model_copy(update={"doubt": FigureDoubt.WORDS})
    found = Consolidated(total_claim=doubtful)
    assert amount_guard(found, stored=None, thresholds=THRESHOLDS).why.endswith("(words_around)")
