from datetime import date
from decimal import Decimal

import pytest
from tests.domain.records import THRESHOLDS, amount, evidence, extraction

from claimstream.domain.records.extraction import (
    Amount,
    AmountFlaw,
    AmountRank,
    Found,
    InstallmentTerms,
    Method,
    Reference,
    ReferenceDirection,
    SourceExtraction,
)
from claimstream.domain.records.mail import SourceKind
from claimstream.domain.rules.total import choose_total

STILL, TOTAL, CLAIM, BARE = AmountRank


def body(*totals: Amount, method: Method = Method.READER) -> SourceExtraction:
    return extraction(*totals, source_id="body", kind=SourceKind.BODY, method=method)


def copy(*totals: Amount) -> SourceExtraction:
    """Another attachment than ``extraction`` makes."""
    return extraction(*totals, source_id="attachment-2")


def under(number: str, read: SourceExtraction) -> SourceExtraction:
    """``read`` with the creditor's own reference ``number``."""
    reference = Reference(
        label="Unser Zeichen",
        direction=ReferenceDirection.THEIRS,
        value=number,
        normalised=number,
        evidence=evidence(number, read.source_id),
    )
    return read.model_copy(update={"references": (reference,)})


def dated(day: date, read: SourceExtraction) -> SourceExtraction:
    found = Found[date](value=day, confidence=0.95, evidence=evidence("Stand", read.source_id))
    return read.model_copy(update={"as_of": found})


@pytest.mark.parametrize(
    ("readings", "value", "confidence"),
    [
        pytest.param([], None, None, id="nothing read"),
        pytest.param([extraction(amount("512.00"))], "512.00", 0.95, id="one total"),
        pytest.param([extraction(amount("0.00"))], "0.00", 0.95, id="zero is a value"),
        pytest.param(
            [extraction(amount("3000.00", STILL), amount("3418.07"))], "3000.00", 0.95, id="still to pay beats the sum"
        ),
        pytest.param([body(amount("512.00"), amount("900.00", CLAIM))], "512.00", 0.80, id="a total beats a claim"),
        pytest.param(
            [body(amount("512.40")), extraction(amount("512.00"))], "512.40", 0.80, id="the highest of those that agree"
        ),
        pytest.param(
            [body(amount("512.00")), extraction(amount("512.00"))], "512.00", 0.95, id="the surest source of one value"
        ),
        pytest.param(
            [extraction(amount("512.00"), source_id="attachment-1", kind=SourceKind.IMAGE)],
            "512.00",
            0.70,
            id="an image is never surer than 0.70",
        ),
        pytest.param([extraction(amount("512.00", confidence=0.4))], "512.00", 0.4, id="a reader may be less sure"),
        pytest.param([extraction(amount("512.00", repaired=True))], "512.00", 0.60, id="repaired digits"),
        pytest.param([body(amount("512.00", BARE))], "512.00", 0.60, id="a bare amount read by rules"),
        pytest.param(
            [body(amount("512.00", BARE), method=Method.MODEL)],
            "512.00",
            0.80,
            id="a bare amount the model vouches for",
        ),
        pytest.param(
            [body(amount("512.00")), body(amount("512.00"), method=Method.MODEL)], "512.00", 0.80, id="both agree"
        ),
        pytest.param(
            [body(amount("512.00", confidence=0.6)), body(amount("512.00", STILL), method=Method.MODEL)],
            "512.00",
            0.60,
            id="the model does not talk the rules out of their doubt",
        ),
        pytest.param(
            [body(amount("512.00", BARE)), body(amount("512.00", BARE), method=Method.MODEL)],
            "512.00",
            0.80,
            id="a bare amount both read",
        ),
    ],
)
def test_the_highest_amount_of_the_best_rank_is_the_total(
    readings: list[SourceExtraction], value: str | None, confidence: float | None
) -> None:
    total = choose_total(readings, THRESHOLDS)
    assert (total.amount and total.amount.value) == (value and Decimal(value))
    assert (total.amount and total.amount.confidence) == confidence
    assert total.conflict is None
    assert total.flaw is None


@pytest.mark.parametrize(
    ("readings", "conflicting"),
    [
        pytest.param([copy(amount("100.00")), extraction(amount("110.00"))], False, id="exactly ten percent"),
        pytest.param([copy(amount("100.00")), extraction(amount("110.01"))], True, id="more than ten percent"),
        pytest.param([copy(amount("4.00")), extraction(amount("5.00"))], False, id="one euro apart agrees"),
        pytest.param([copy(amount("4.00")), extraction(amount("5.01"))], True, id="a cent more does not"),
        pytest.param(
            [body(amount("100.00")), extraction(amount("100.99"))], False, id="cents beside the body's figure"
        ),
        pytest.param(
            [body(amount("100.00")), extraction(amount("101.00"))], True, id="a euro beside the body's figure"
        ),
        pytest.param(
            [body(amount("100.00", CLAIM)), extraction(amount("90.00"))], True, id="a total below the body's claim"
        ),
        pytest.param(
            [body(amount("100.00")), extraction(amount("90.00", CLAIM))], False, id="a claim below the body's total"
        ),
        pytest.param(
            [body(amount("100.00", STILL)), extraction(amount("150.00"))], True, id="a higher total elsewhere"
        ),
        pytest.param(
            [body(amount("100.00", CLAIM)), extraction(amount("150.00"), principal="100.00")],
            False,
            id="the body gives the principal",
        ),
        pytest.param(
            [body(amount("150.00", CLAIM)), extraction(amount("100.00", STILL), amount("150.00", BARE))],
            False,
            id="the body gives what it was before payments",
        ),
        pytest.param([copy(amount("100.00", CLAIM)), extraction(amount("90.00"))], True, id="an invoice's total below"),
        pytest.param(
            [copy(amount("90.00", CLAIM)), extraction(amount("100.00"))], False, id="an invoice's claim below"
        ),
        pytest.param([extraction(amount("100.00"), amount("105.00"))], True, id="of two contracts in one letter"),
        pytest.param([extraction(amount("100.00"), amount("100.90"))], False, id="rounded in one letter"),
        pytest.param([body(amount("0.00")), extraction(amount("430.00"))], True, id="paid, and not paid"),
        pytest.param([body(amount("100.00", CLAIM)), extraction(amount("512.00"))], True, id="of unequal rank"),
        pytest.param([extraction(amount("430.00"), amount("512.00"))], True, id="as of two dates in one letter"),
        pytest.param(
            [body(amount("430.00")), body(amount("440.00"), method=Method.MODEL)],
            True,
            id="rules and model disagree on one source, however little",
        ),
        pytest.param(
            [body(amount("430.00")), body(amount("430.90"), method=Method.MODEL)], False, id="within the tolerance"
        ),
    ],
)
def test_two_totals_that_cannot_both_be_right_are_a_conflict(
    readings: list[SourceExtraction], conflicting: bool
) -> None:
    conflict = choose_total(readings, THRESHOLDS).conflict
    assert (conflict is not None) is conflicting
    assert conflict is None or conflict.field == "total_claim"


@pytest.mark.parametrize(("one", "other", "conflicting"), [("K-1", "K-2", True), ("K-1", "K-1", False)])
def test_statements_of_two_contracts_are_a_conflict(one: str, other: str, conflicting: bool) -> None:
    readings = [under(one, extraction(amount("1000.00"))), under(other, copy(amount("1050.00")))]
    assert (choose_total(readings, THRESHOLDS).conflict is not None) is conflicting


@pytest.mark.parametrize(
    ("body_day", "paper_day", "value", "conflicting"),
    [
        (date(2026, 11, 20), date(2023, 3, 15), "531.40", False),
        (date(2026, 11, 20), date(2026, 11, 20), "550.00", True),
        (None, date(2023, 3, 15), "550.00", True),
    ],
)
def test_an_older_paper_does_not_outrank_the_body(
    body_day: date | None, paper_day: date, value: str, conflicting: bool
) -> None:
    stated = body(amount("531.40", CLAIM))
    readings = [dated(body_day, stated) if body_day else stated, dated(paper_day, extraction(amount("550.00")))]
    total = choose_total(readings, THRESHOLDS)
    assert total.amount is not None
    assert (total.amount.value, total.conflict is not None) == (Decimal(value), conflicting)


def test_the_order_of_the_sources_changes_nothing() -> None:
    readings = [
        body(amount("512.00", CLAIM)),
        extraction(amount("540.00")),
        extraction(amount("550.00"), source_id="a"),
    ]
    assert choose_total(readings, THRESHOLDS) == choose_total(readings[::-1], THRESHOLDS)


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param(
            [extraction(amount("2900.00"), amount("518.07"), amount("3418.07"))],
            id="the highest is the sum of the rest",
        ),
        pytest.param(
            [extraction(amount("2900.00"), amount("3418.07"), principal="2900.00", interest="318.07", costs="200.00")],
            id="the others are its parts",
        ),
        pytest.param([extraction(amount("1709.04"), amount("1709.03"), amount("3418.07"))], id="two halves"),
    ],
)
def test_subtotals_are_no_other_totals(readings: list[SourceExtraction]) -> None:
    total = choose_total(readings, THRESHOLDS)
    assert total.amount is not None
    assert total.amount.value == Decimal("3418.07")
    assert total.conflict is None


@pytest.mark.parametrize(
    ("readings", "value", "flaw"),
    [
        pytest.param(
            [extraction(amount(None, flaw=AmountFlaw.AMBIGUOUS))], None, AmountFlaw.AMBIGUOUS, id="nothing but 2,500"
        ),
        pytest.param(
            [extraction(amount("-50.00", flaw=AmountFlaw.CREDIT))], None, AmountFlaw.CREDIT, id="nothing but a credit"
        ),
        pytest.param(
            [extraction(amount(None, flaw=AmountFlaw.AMBIGUOUS)), body(amount("512.00"))],
            "512.00",
            AmountFlaw.AMBIGUOUS,
            id="a sound total beside it",
        ),
        pytest.param(
            [extraction(amount("-50.00", BARE, flaw=AmountFlaw.CREDIT), amount("512.00"))],
            "512.00",
            None,
            id="a payment of lower rank does not matter",
        ),
        pytest.param(
            [extraction(amount("-50.00", STILL, flaw=AmountFlaw.CREDIT), amount("512.00"))],
            None,
            AmountFlaw.CREDIT,
            id="a credit that outranks the total",
        ),
    ],
)
def test_a_flawed_amount_of_the_winning_rank_is_told(
    readings: list[SourceExtraction], value: str | None, flaw: AmountFlaw | None
) -> None:
    total = choose_total(readings, THRESHOLDS)
    assert (total.amount and total.amount.value) == (value and Decimal(value))
    assert total.flaw is flaw


def test_without_a_total_the_parts_are_added_up_at_less_confidence() -> None:
    total = choose_total(
        [extraction(amount("9.00", BARE), principal="2900.00", interest="318.07", costs="200.00")], THRESHOLDS
    )
    assert total.amount is not None
    assert total.amount.value == Decimal("3418.07")
    assert total.amount.computed
    assert total.amount.confidence == pytest.approx(0.95 * 0.85)


def test_the_sum_of_one_source_counts_only_while_no_source_has_a_total() -> None:
    itemised = extraction(
        amount("3418.07").model_copy(update={"computed": True}),
        principal="2900.00",
        interest="318.07",
        costs="200.00",
    )
    alone = choose_total([itemised], THRESHOLDS)
    beside = choose_total([itemised, body(amount("3000.00", CLAIM))], THRESHOLDS)
    assert alone.amount is not None
    assert (alone.amount.value, alone.amount.computed) == (Decimal("3418.07"), True)
    assert beside.amount is not None
    assert (beside.amount.value, beside.amount.computed) == (Decimal("3000.00"), False)
    assert beside.conflict is None


def test_a_total_beats_line_items_even_when_it_is_lower() -> None:
    total = choose_total(
        [extraction(amount("3000.00"), principal="2900.00", interest="318.07", costs="200.00")], THRESHOLDS
    )
    assert total.amount is not None
    assert total.amount.value == Decimal("3000.00")
    assert total.amount.confidence == 0.95
    assert total.conflict is None


def test_two_of_three_parts_are_too_unsure_to_be_written() -> None:
    total = choose_total([extraction(principal="2900.00", interest="318.07")], THRESHOLDS)
    assert total.amount is not None
    assert total.amount.value == Decimal("3218.07")
    assert total.amount.confidence < THRESHOLDS.extraction_minimum


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param([extraction(principal="2900.00")], id="the principal alone"),
        pytest.param([extraction(interest="318.07", costs="200.00")], id="no principal"),
        pytest.param(
            [extraction(principal="2900.00"), extraction(interest="318.07", costs="200.00", source_id="attachment-2")],
            id="parts of two letters",
        ),
    ],
)
def test_parts_that_make_no_whole_are_not_added_up(readings: list[SourceExtraction]) -> None:
    assert choose_total(readings, THRESHOLDS).amount is None


def test_the_rate_of_an_installment_offer_is_not_the_claim() -> None:
    offer = body(amount("50.00", BARE)).model_copy(
        update={
            "installment": Found[InstallmentTerms](
                value=InstallmentTerms(rate=Decimal("50.00")), confidence=0.8, evidence=evidence("Raten von 50 €")
            )
        }
    )
    assert choose_total([offer], THRESHOLDS).amount is None
