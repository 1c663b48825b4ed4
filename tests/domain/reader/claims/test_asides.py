"""A label before a figure that a preposition sets aside is the next figure's."""

from decimal import Decimal
from itertools import product

import pytest

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.claims import read_claims
from claimstream.domain.reader.labels import Role

CLAIMED = {Role.STILL, Role.TOTAL, Role.CLAIM}
LABELS = ("Gesamtforderung", "Forderung", "Restforderung", "offener Saldo", "Total due")
ASIDES = (
    "inkl. 40,00 EUR Mahngebühren: ",
    "einschl. 40,00 EUR Auslagen: ",
    "zzgl. 40,00 EUR Kosten: ",
    "nebst Zinsen von 40,00 EUR: ",
    "einschließlich der Hauptforderung von 40,00 EUR beträgt ",
    "inklusive der Kosten in Höhe von 40,00 EUR beläuft sich auf ",
    "samt Verzugszinsen i.H.v. 40,00 EUR = ",
    "aus dem Darlehen über 40,00 EUR beläuft sich auf ",
    "aus unserer Rechnung vom 03.03.2024 über 40,00 EUR beträgt ",
    "gemäß Vollstreckungsbescheid über 40,00 EUR beträgt heute ",
    "bisher 40,00 EUR, jetzt ",
    "(zuletzt 40,00 EUR): ",
    "von ursprünglich 40,00 EUR beträgt jetzt ",
    "including costs of EUR 40.00 is ",
    "under the loan over EUR 40.00 amounts to ",
    "inkl. 40,00 EUR Mahnkosten und 10,00 EUR Auslagen: ",
    "über 40,00 EUR beläuft sich auf ",
)


def roles(text: str) -> dict[str, Role | None]:
    return {str(c.token.value): c.role for c in read_claims(text, find_amounts(text))}


@pytest.mark.parametrize(("label", "aside"), list(product(LABELS, ASIDES)))
def test_the_label_goes_past_what_is_set_aside(label: str, aside: str) -> None:
    found = roles(f"{label} {aside}1.370,00 EUR")
    assert found["40.00"] not in CLAIMED
    assert found["1370.00"] in CLAIMED


@pytest.mark.parametrize(
    "text",
    [
        "Gesamtforderung inkl. Zinsen und Kosten: 1.370,00 EUR",
        "Gesamtforderung (inkl. Mahngebühren): 1.370,00 EUR",
        "Forderung zzgl. Zinsen und Kosten: 1.370,00 EUR",
        "Die Gesamtforderung beläuft sich einschließlich aller Kosten auf 1.370,00 EUR.",
        "Gesamtforderung einschließlich aller Zinsen in Höhe von 1.370,00 EUR",
        "Wir haben eine Forderung über 1.370,00 EUR gegen Ihren Mandanten.",
        "Unsere Forderung aus Rechnung 4711 in Höhe von 1.370,00 EUR ist offen.",
        "Gesamtforderung: 1.370,00 EUR inkl. 40,00 EUR Mahnkosten",
        "Gesamtforderung: 1.370,00 EUR (inkl. Mahnkosten von 40,00 EUR)",
        "Der bisher nicht bezahlte Rückstand beträgt 1.370,00 EUR.",
    ],
)
def test_a_figure_that_is_the_whole_keeps_its_label(text: str) -> None:
    assert roles(text)["1370.00"] in CLAIMED


def test_what_is_set_aside_may_be_a_part() -> None:
    assert roles("Hauptforderung 1.000,00 EUR zzgl. 40,00 EUR Zinsen")["40.00"] is Role.INTEREST
    assert roles("Gesamtforderung bisher 40,00 EUR, jetzt 50,00 EUR")["40.00"] is Role.OTHER


def test_the_words_set_aside_do_not_make_the_claim_doubtful() -> None:
    text = "Die Restforderung einschließlich 750,00 EUR Werklohn beträgt 910,00 EUR."
    claim = next(c for c in read_claims(text, find_amounts(text)) if c.token.value == Decimal("910.00"))
    assert not claim.doubt
