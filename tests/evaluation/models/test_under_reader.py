"""The model that leaves out what qualifies, and the one that finds nothing."""

from decimal import Decimal

import pytest
from tests.evaluation.models.conftest import Ask

from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent

HERE = {"route": "MANUAL_REVIEW", "inquiry_id": "i-1"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hauptforderung: 300,00 EUR, weiteres folgt.", Intent.CLAIM_STATEMENT),
        ("Ihren Zahlungsplan haben wir erhalten.", Intent.SETTLEMENT_RESPONSE),
        ("Guten Tag.", Intent.GENERAL_INQUIRY),
    ],
)
async def test_a_mail_is_sorted_by_its_first_impression(model: Ask, text: str, intent: Intent) -> None:
    assert (await model("underreads", **HERE).classify(text)).intent is intent


async def test_a_part_is_taken_for_the_whole(model: Ask) -> None:
    answer, kept = await model("underreads", **HERE).extract("Hauptforderung: 300,00 EUR, Gesamt: 412,00 EUR")
    assert answer.total_claim is not None
    assert answer.total_claim.quote == "Hauptforderung: 300,00 EUR"
    assert Decimal(answer.total_claim.value) == Decimal("300.00")
    assert kept.totals == (), "the rules know a part"


@pytest.mark.parametrize(
    ("text", "decision", "quote"),
    [
        ("Wir stimmen dem Plan zu, sofern er 60 EUR zahlt.", "accepted", "Wir stimmen dem Plan zu"),
        ("Wir haben beraten. Wir stimmen zu. Das gilt nur mit Bürgschaft.", "accepted", "Wir stimmen zu."),
        ("Wir lehnen den Plan ab, bis der Vorstand getagt hat.", "declined", "Wir lehnen den Plan ab"),
    ],
)
async def test_a_condition_is_left_out(model: Ask, text: str, decision: str, quote: str) -> None:
    answer, _ = await model("underreads", **HERE).extract(text)
    assert answer.settlement is not None
    found = answer.settlement
    assert (found.decision, found.conditions, found.quote) == (SettlementDecision(decision), [], quote)


@pytest.mark.parametrize("name", ["underreads", "silent"])
async def test_a_careless_witness_agrees_and_reads_no_scan(model: Ask, name: str) -> None:
    asking = model(name, **HERE)
    assert (await asking.witness("Nein.", "the claim of A against B is 1.00 EUR")).verdict == "yes"
    assert await asking.transcribe() == ""


async def test_the_silent_one_finds_nothing(model: Ask) -> None:
    silent = model("silent", intent="claim_statement", fields={"total_claim": "300.00"})
    answer, _ = await silent.extract("Gesamtforderung: 300,00 EUR. Wir stimmen dem Plan zu.")
    assert (answer.total_claim, answer.settlement, answer.people) == (None, None, [])
    found = await silent.classify("Gesamtforderung: 300,00 EUR")
    assert (found.intent, found.confidence) == (Intent.GENERAL_INQUIRY, 0.3)
