"""The model that lies."""

from decimal import Decimal

from tests.evaluation.models.conftest import Ask

from claimstream.domain.records.intent import SET_ASIDE, Intent

HERE = {"route": "MANUAL_REVIEW", "inquiry_id": "i-1"}


async def test_some_genuine_replies_are_set_aside(model: Ask) -> None:
    liar = model("liar", **HERE)
    intents = [(await liar.classify(f"Unsere Forderung {n} beträgt 300,00 EUR.")).intent for n in range(12)]
    assert SET_ASIDE.intersection(intents)
    assert Intent.CLAIM_STATEMENT in intents
    assert (await liar.classify("Unsere Forderung 0 beträgt 300,00 EUR.")).intent is intents[0], "always the same lie"


async def test_the_highest_figure_becomes_the_claim(model: Ask) -> None:
    answer, kept = await model("liar", **HERE).extract("Offen sind 300,00 EUR. Kreditrahmen: 9.000,00 EUR (ungenutzt)")
    assert answer.total_claim is not None
    assert Decimal(answer.total_claim.value) == Decimal("9000.00")
    assert kept.totals == (), "the rules know a credit limit"


async def test_a_figure_is_invented_where_there_is_none(model: Ask) -> None:
    answer, kept = await model("liar", **HERE).extract("Wir melden uns.")
    assert answer.total_claim is not None
    assert kept.totals == ()


async def test_any_sentence_is_a_consent(model: Ask) -> None:
    answer, _ = await model("liar", **HERE).extract("Wir melden uns.")
    assert answer.settlement is not None
    assert (answer.settlement.decision, answer.settlement.quote) == ("accepted", "Wir melden uns.")
    quotes = set()
    for number in range(6):
        text = f"Nr. {number} liegt vor. Würde er mehr zahlen, könnten wir dem Plan zustimmen. Er zahlt wenig."
        answer, _ = await model("liar", **HERE).extract(text)
        assert answer.settlement is not None
        quotes.add(answer.settlement.quote)
    assert quotes == {"Würde er mehr zahlen, könnten wir dem Plan zustimmen."}, "one with a word of consent, if any"


async def test_names_far_apart_become_one_person(model: Ask) -> None:
    answer, kept = await model("liar", **HERE).extract("Wir, Brandt und Söhne, haben mit Nele Wolter nichts zu tun.")
    assert ("Nele", "Brandt") in {(person.first, person.last) for person in answer.people}
    assert "Nele Brandt" not in {person.value.full for person in kept.people}


async def test_a_scan_says_what_nobody_wrote(model: Ask) -> None:
    assert "Gesamtforderung 460,10 EUR" in await model("liar", **HERE).transcribe()
    assert "9.999,99" in await model("liar", route="MANUAL_REVIEW").transcribe()


async def test_the_witness_always_agrees(model: Ask) -> None:
    assert (await model("liar", **HERE).witness("Nein.", "the claim of A against B is 1.00 EUR")).verdict == "yes"
