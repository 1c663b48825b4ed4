from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.replies.settlement import read_settlement
from claimstream.domain.text import Text


def decision(text: str) -> str | None:
    found = read_settlement(Text(text), "body")
    if found is None:
        return None
    assert text[found.evidence.start : found.evidence.start + len(found.evidence.quote)] == found.evidence.quote
    conditional = found.value.conditions and found.value.decision == "accepted"
    return f"{found.value.decision}{' with a condition' if conditional else ''}"


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("accepted", "Wir stimmen dem Schuldenbereinigungsplan zu."),
        ("accepted", "Dem Plan stimmen wir zu."),
        ("accepted", "stimmen wir dem Plan hiermit zu."),
        ("accepted", "Hiermit erteilen wir unsere Zustimmung zu dem Schuldenbereinigungsplan."),
        ("accepted", "Gegen Ihren Regulierungsvorschlag bestehen keine Einwände."),
        ("accepted", "Mit dem vorgeschlagenen Vergleich sind wir einverstanden."),
        ("accepted", "Wir nehmen Ihr Vergleichsangebot an."),
        ("accepted", "Ihr Angebot wird angenommen."),
        ("accepted", "We accept your settlement proposal."),
        ("accepted", "We hereby consent to the settlement plan."),
        ("accepted", "Unsere Mandantin stimmt dem Vergleichsvorschlag zu."),
        ("accepted", "Ihrem Plan wird zugestimmt."),
        ("accepted", "Wir haben Ihren Plan geprüft und stimmen ihm zu."),
        ("declined", "Wir können Ihrem Plan nicht zustimmen."),
        ("declined", "Ihrem Plan stimmen wir nicht zu."),
        ("declined", "Ihr Angebot können wir leider nicht annehmen."),
        ("declined", "Wir lehnen den Schuldenbereinigungsplan ab."),
        ("declined", "Der Plan wird abgelehnt."),
        ("declined", "Eine Zustimmung zum Plan können wir nicht erteilen."),
        ("declined", "Dem Vergleich verweigern wir die Zustimmung."),
        ("declined", "We cannot accept your proposal."),
        ("declined", "We reject the settlement plan."),
        ("declined", "Wir sehen uns nicht in der Lage, dem Vorschlag zuzustimmen."),
        ("declined", "Ein Vergleich kommt für uns nicht in Betracht."),
        ("declined", "We are unable to agree to the plan."),
        ("declined", "Mit dem Plan sind wir nicht einverstanden."),
        ("declined", "Wir haben Ihren Plan geprüft und lehnen ihn ab."),
        ("counter_offer", "Ihr Angebot können wir nicht annehmen. Unser Gegenvorschlag: 800,00 EUR."),
        ("counter_offer", "Wir wären bereit, einen Vergleich über 800,00 EUR zu schließen."),
        ("counter_offer", "Statt der angebotenen 500,00 EUR schlagen wir einen Vergleich von 800,00 EUR vor."),
        ("counter_offer", "Wir stimmen einem Vergleich nur bei Zahlung von mindestens 800,00 € zu."),
        (
            "counter_offer",
            "We reject your offer of EUR 500.00. Our counter-offer is EUR 800.00 in full and final settlement.",
        ),
        (
            "counter_offer",
            "Ihren Plan lehnen wir ab, wären jedoch bereit, gegen Zahlung von 800,00 € auf den Rest zu verzichten.",
        ),
        (
            "counter_offer",
            "Dem Plan können wir nicht zustimmen. Wir bieten Ihnen einen Vergleich gegen Einmalzahlung "
            "in Höhe von 800,00 EUR an.",
        ),
        ("accepted with a condition", "Wir stimmen dem Plan zu, sofern alle Gläubiger zustimmen."),
        ("accepted with a condition", "Wir stimmen dem Plan nur zu, wenn die Zahlung bis 31.12.2026 eingeht."),
        ("accepted with a condition", "Wir stimmen dem Plan vorbehaltlich der Zustimmung der übrigen Gläubiger zu."),
        ("accepted with a condition", "We accept the plan, provided that payment is received by 31 December."),
        ("accepted with a condition", "We accept your offer subject to contract."),
        (
            "accepted with a condition",
            "Dem Plan stimmen wir unter der Voraussetzung zu, dass alle Gläubiger zustimmen.",
        ),
        ("accepted with a condition", "Wir akzeptieren den Plan. Dies gilt nur wenn pünktlich gezahlt wird."),
        ("accepted", "Wir stimmen dem Plan zu. Sofern Sie Fragen haben, melden Sie sich. Lassen Sie sich beraten."),
        ("unclear", "Wir stimmen dem Plan zu. Wir lehnen den Plan ab."),
        ("unclear", "Grundsätzlich sind wir mit dem Plan einverstanden."),
        ("unclear", "Wir prüfen Ihren Plan und melden uns."),
        ("unclear", "Über Ihren Plan haben wir noch nicht entschieden."),
        (None, "Wir stimmen der Weitergabe der Daten zu."),
        (None, "Die Gesamtforderung beträgt 430,00 EUR."),
        (None, "Sie bitten um Zustimmung zu Ihrem Plan."),
        ("accepted", "Wir haben gegen den Plan keine Einwendungen."),
        (
            "accepted",
            "Wir sind mit dem Vergleich in Höhe von 500,00 EUR einverstanden. Bei Rückfragen stehen wir "
            "gern zur Verfügung.",
        ),
        ("declined", "Wir können Ihrem Vorschlag leider nicht nähertreten."),
        ("accepted", "Wir bestätigen unser Einverständnis mit dem Plan."),
        ("declined", "Leider müssen wir Ihren Vorschlag ablehnen, da die Quote zu gering ist."),
        ("declined", "Die Zustimmung zum Schuldenbereinigungsplan wird nicht erteilt."),
        (
            "declined",
            "Wir stimmen dem von Ihnen vorgelegten außergerichtlichen Schuldenbereinigungsplan vom "
            "01.10.2026 für Ihre Mandantin Nele Brandt\nausdrücklich nicht zu.",
        ),
        ("accepted", "namens unserer Mandantin teilen wir mit, dass dem Schuldenbereinigungsplan zugestimmt wird."),
        ("accepted", "Wir freuen uns, Ihnen mitteilen zu können, dass wir dem Plan zustimmen."),
        ("declined", "Wir bedauern, Ihnen mitteilen zu müssen, dass wir dem Plan nicht zustimmen können."),
        ("accepted", "Wir sind mit Ihrem Vorschlag einverstanden und verzichten auf die Restforderung."),
        ("declined", "We do not consent to the plan."),
        ("declined", "We regret that we must decline your offer of EUR 500.00."),
        (
            "counter_offer",
            "Mit einer Quote von 20 % sind wir nicht einverstanden, wir könnten uns 800,00 EUR "
            "vorstellen, um einen Vergleich zu schließen.",
        ),
    ],
)
def test_the_answer_is_read_with_its_negation(expected: str | None, text: str) -> None:
    assert decision(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ihr Angebot können wir nicht annehmen. Unser Gegenvorschlag: 800,00 EUR.",
        "Wir wären bereit, einen Vergleich über 800,00 EUR zu schließen.",
        "Statt der angebotenen 500,00 EUR schlagen wir einen Vergleich von 800,00 EUR vor.",
        "Wir stimmen einem Vergleich nur bei Zahlung von mindestens 800,00 € zu.",
        "We reject your offer of EUR 500.00. Our counter-offer is EUR 800.00 in full and final settlement.",
        "Ihren Plan lehnen wir ab, wären jedoch bereit, gegen Zahlung von 800,00 € auf den Rest zu verzichten.",
        "Dem Plan können wir nicht zustimmen. Wir bieten Ihnen einen Vergleich gegen Einmalzahlung "
        "in Höhe von 800,00 EUR an.",
        "Mit einer Quote von 20 % sind wir nicht einverstanden, wir könnten uns 800,00 EUR "
        "vorstellen, um einen Vergleich zu schließen.",
    ],
)
def test_the_amount_of_another_offer_is_the_creditors_not_ours(text: str) -> None:
    found = read_settlement(Text(text), "body")
    assert found is not None
    assert found.value.counter_offer_amount == Decimal("800.00")


def test_a_monthly_rate_or_two_amounts_are_no_counter_offer_amount() -> None:
    for text in (
        "Ihren Plan lehnen wir ab. Unser Gegenvorschlag: 50,00 EUR monatlich.",
        "Ihren Plan lehnen wir ab. Unser Gegenvorschlag: 800,00 EUR oder 900,00 EUR.",
        "Ihren Plan lehnen wir ab. Unser Gegenvorschlag: 2,500 EUR.",
    ):
        found = read_settlement(Text(text), "body")
        assert found is not None
        assert (found.value.decision, found.value.counter_offer_amount) == ("counter_offer", None)


def test_a_condition_is_kept_as_written_and_whole_words_only() -> None:
    found = read_settlement(Text("Wir stimmen dem Plan zu, sofern bis 31.12.2026 gezahlt wird."), "body")
    assert found is not None
    assert found.value.conditions == ("sofern bis 31.12.2026 gezahlt wird",)
    found = read_settlement(Text("Wir haben uns beraten und stimmen dem Plan zu."), "body")
    assert found is not None
    assert found.value.conditions == ()


@given(
    st.lists(
        st.sampled_from(
            [
                "wir",
                "stimmen",
                "dem",
                "Plan",
                "nicht",
                "zu",
                ".",
                ",",
                "lehnen",
                "ab",
                "800,00 EUR",
                "Gegenvorschlag",
                "sofern",
                "\n",
                "bieten",
                "an",
                "jedoch",
            ]
        ),
        max_size=20,
    )
)
def test_any_mixture_is_read_without_an_error(words: list[str]) -> None:
    decision(" ".join(words))


DEFINITE = ("der Zahlung", "der einmaligen Zahlung", "der einmaligen Leistung", "dem Betrag", "der Summe", "den")
ENDS = ("", " Damit ist die Sache dann für mich erledigt.", " Dann sind wir quitt.")


@pytest.mark.parametrize(("noun", "end"), [*product(DEFINITE, ENDS)])
def test_consent_to_the_sum_is_no_offer_of_ones_own(noun: str, end: str) -> None:
    said = f"Mit {noun} {'' if noun == 'den' else 'von '}750,00 Euro bin ich einverstanden.{end}"
    assert decision(said) in {None, "unclear", "accepted"}
    assert decision(f"Ihr Plan liegt vor. {said}") in {None, "unclear", "accepted"}


@pytest.mark.parametrize("end", ENDS)
def test_consent_to_a_sum_is_a_counter_offer(end: str) -> None:
    for noun in ("einer Zahlung", "einer einmaligen Zahlung", "einer Einmalzahlung"):
        assert decision(f"Mit {noun} von 750,00 Euro bin ich einverstanden.{end}") == "counter_offer"


def test_consent_to_the_sum_that_was_offered() -> None:
    for noun in ("der angebotenen Zahlung", "der vorgeschlagenen Einmalzahlung", "Ihrem Angebot"):
        assert decision(f"Mit {noun} von 750,00 Euro bin ich einverstanden.") == "accepted"
