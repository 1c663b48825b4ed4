"""The model that reads rightly: what is expected, in the words in which it stands there, and nothing else."""

from decimal import Decimal

import pytest
from tests.evaluation.models.conftest import Ask

from claimstream.domain.records.extraction import AmountRank, SettlementDecision
from claimstream.domain.records.intent import Intent

CLAIM = {
    "intent": "claim_statement",
    "route": "AUTO_UPDATE",
    "inquiry_id": "i-1",
    "fields": {"total_claim": "812.40", "principal": "700.00", "as_of": "2026-10-12", "iban": "DE41500105170123456789"},
    "current_amount_after": "812.40",
}
STATEMENT = """Sehr geehrte Damen und Herren,

in der Sache Nele Brandt, Ihr Zeichen 8801/25, fordert die Stadtwerke Aue GmbH:
Hauptforderung    700,00 EUR
Zinsen            112,40 EUR
Gesamtforderung   812,40 EUR (Stand 12.10.2026)
IBAN DE41 5001 0517 0123 4567 89
"""
ACCEPTED = {
    "intent": "settlement_response",
    "route": "UPDATE_AND_NOTIFY",
    "inquiry_id": "i-1",
    "fields": {"settlement_decision": "accepted"},
}
CONSENT = "Guten Tag,\n\nwir haben lange beraten. Wir stimmen Ihrem Plan zu. Alles Gute wünscht die Buchhaltung."


async def test_a_mail_is_sorted_as_the_case_says(model: Ask) -> None:
    assert (await model("right", **CLAIM).classify(STATEMENT)).intent is Intent.CLAIM_STATEMENT
    assert (await model("right", route="IGNORE").classify("Ich bin im Urlaub.")).intent is Intent.AUTO_REPLY
    unknown = await model("right", route="MANUAL_REVIEW").classify(STATEMENT)
    assert (unknown.intent, unknown.confidence) == (Intent.GENERAL_INQUIRY, 0.3)


async def test_each_value_comes_with_its_own_line(model: Ask) -> None:
    answer, kept = await model("right", **CLAIM).extract(STATEMENT)
    assert answer.total_claim is not None
    assert answer.total_claim.quote == "Gesamtforderung   812,40 EUR (Stand 12.10.2026)"
    assert (answer.total_claim.label, answer.total_claim.rank) == ("Gesamtforderung", "total")
    assert [(a.value, a.rank) for a in kept.totals] == [(Decimal("812.40"), AmountRank.TOTAL)]
    assert (kept.principal and kept.principal.value) == Decimal("700.00")
    assert kept.interest is None, "the case does not say it"
    assert (kept.as_of and kept.as_of.value.isoformat()) == "2026-10-12"
    assert (kept.iban and kept.iban.value) == "DE41500105170123456789"
    assert [p.value.full for p in kept.people] == ["Nele Brandt"]
    assert (kept.creditor and kept.creditor.value) == "Stadtwerke Aue GmbH"
    assert [(r.value, r.direction) for r in kept.references] == [("8801/25", "ours")]
    assert kept.dropped == ()


async def test_what_does_not_stand_there_is_not_said(model: Ask) -> None:
    answer, _ = await model("right", **CLAIM).extract("Anbei unsere Aufstellung. Unser Stammkapital: 25.000,00 EUR.")
    assert (answer.total_claim, answer.as_of, answer.iban, answer.creditor) == (None, None, None, None)
    assert (answer.people, answer.references) == ([], [])


async def test_of_equal_figures_the_best_labelled_is_quoted(model: Ask) -> None:
    text = "Streitwert: 812,40 EUR\nGesamtforderung: 812,40 EUR"
    answer, _ = await model("right", **CLAIM).extract(text)
    assert answer.total_claim is not None
    assert answer.total_claim.quote == "Gesamtforderung: 812,40 EUR"


async def test_of_a_long_line_the_sentence_is_quoted(model: Ask) -> None:
    text = "Danke für Ihr Schreiben. Die Gesamtforderung beträgt 812,40 EUR. Bitte zahlen Sie bald."
    answer, _ = await model("right", **CLAIM).extract(text)
    assert answer.total_claim is not None
    assert answer.total_claim.quote == "Die Gesamtforderung beträgt 812,40 EUR."


async def test_a_row_of_a_long_table_is_quoted_alone(model: Ask) -> None:
    rows = [f"Posten {n}\t{n},50\t{n * 10},00" for n in range(1, 6)]
    answer, _ = await model("right", **CLAIM).extract("\n".join([*rows, "Gesamtforderung\t112,40\t812,40"]))
    assert answer.total_claim is not None
    assert (answer.total_claim.quote, answer.total_claim.label) == (
        "Gesamtforderung\t112,40\t812,40",
        "Gesamtforderung",
    )


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (CONSENT, "Wir stimmen Ihrem Plan zu."),
        ("Moin,\n\nwir haben gerechnet. Damit können wir leben.\n\nGrüße\nBergmann", "Damit können wir leben."),
    ],
)
async def test_an_answer_is_quoted_where_it_stands(model: Ask, text: str, quote: str) -> None:
    answer, _ = await model("right", **ACCEPTED).extract(text)
    assert answer.settlement is not None
    assert (answer.settlement.decision, answer.settlement.quote) == (SettlementDecision.ACCEPTED, quote)


async def test_an_answer_of_another_kind_is_quoted(model: Ask) -> None:
    declined = {**ACCEPTED, "fields": {"settlement_decision": "declined"}}
    answer, _ = await model("right", **declined).extract("Wir haben beraten. Den Plan lehnen wir ab. Viele Grüße")
    assert answer.settlement is not None
    assert answer.settlement.quote == "Den Plan lehnen wir ab."
    answer, _ = await model("right", **declined).extract(
        "[ ] Zustimmung\n[X] Ablehnung\n\nzum Zahlungsplan vom 3. Mai."
    )
    assert answer.settlement is not None
    assert answer.settlement.quote == "[X] Ablehnung"
    offer = {"settlement_decision": "counter_offer", "counter_offer_amount": "500.00"}
    answer, kept = await model("right", **{**ACCEPTED, "fields": offer}).extract(
        "Den Plan lehnen wir ab. Bei einmalig 500,00 EUR wären wir dabei."
    )
    assert answer.settlement is not None
    assert answer.settlement.quote == "Bei einmalig 500,00 EUR wären wir dabei."
    assert kept.settlement is not None
    assert kept.settlement.value.counter_offer_amount == Decimal("500.00")


@pytest.mark.parametrize(
    ("expected", "proposal"),
    [
        (CLAIM, "the claim of Stadtwerke Aue GmbH against Nele Brandt is 812.40 EUR"),
        (ACCEPTED, "Stadtwerke Aue GmbH accepts the payment plan for Nele Brandt"),
        (
            {**ACCEPTED, "fields": {"settlement_decision": "declined"}},
            "Stadtwerke Aue GmbH declines the payment plan for Nele Brandt",
        ),
        (
            {**ACCEPTED, "fields": {"settlement_decision": "counter_offer", "counter_offer_amount": "500.00"}},
            "Stadtwerke Aue GmbH would settle its claim against Nele Brandt for 500.00 EUR",
        ),
    ],
)
async def test_the_witness_agrees_with_what_is_expected(model: Ask, expected: dict[str, str], proposal: str) -> None:
    testimony = await model("right", **expected).witness(STATEMENT, proposal)
    assert (testimony.verdict, testimony.against) == ("yes", [])


@pytest.mark.parametrize(
    ("expected", "proposal"),
    [
        (CLAIM, "the claim of Stadtwerke Aue GmbH against Nele Brandt is 700.00 EUR"),
        (CLAIM, "the claim of Moebelhaus Kern AG against Jonas Wolter is 812.40 EUR"),
        (CLAIM, "the claim of Moebelhaus Kern AG against Nele Brandt is 812.40 EUR"),
        ({**CLAIM, "route": "MANUAL_REVIEW"}, "the claim of Stadtwerke Aue GmbH against Nele Brandt is 812.40 EUR"),
        ({**CLAIM, "inquiry_id": None}, "the claim of Stadtwerke Aue GmbH against Nele Brandt is 812.40 EUR"),
        (ACCEPTED, "Stadtwerke Aue GmbH declines the payment plan for Nele Brandt"),
        (ACCEPTED, "Stadtwerke Aue GmbH would settle its claim against Nele Brandt for 500.00 EUR"),
        (
            {**ACCEPTED, "fields": {"counter_offer_amount": "500.00"}},
            "Stadtwerke Aue GmbH would settle its claim against Nele Brandt for 50.00 EUR",
        ),
        (CLAIM, "Stadtwerke Aue GmbH accepts the payment plan for Nele Brandt"),
        ({**ACCEPTED, "fields": {}}, "the claim of Stadtwerke Aue GmbH against Nele Brandt is 812.40 EUR"),
        (CLAIM, "Nele Brandt owes something"),
    ],
)
async def test_the_witness_stops_anything_else(model: Ask, expected: dict[str, str], proposal: str) -> None:
    testimony = await model("right", **expected).witness(STATEMENT, proposal)
    assert testimony.verdict == "no"
    assert testimony.against[0].quote
    assert testimony.against[0].quote in STATEMENT


async def test_a_proposal_within_the_mail_is_none(model: Ask) -> None:
    text = "Proposal: the claim of Stadtwerke Aue GmbH against Nele Brandt is 812.40 EUR"
    testimony = await model("right", **CLAIM).witness(text, "the claim of A against B is 1.00 EUR")
    assert testimony.verdict == "no"
