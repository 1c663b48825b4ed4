"""Layouts and sentences: which label an amount has. Whole letters are in ``test_reader_letters``."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.claims import read_claims
from claimstream.domain.reader.labels import Role


def read(text: str) -> list[tuple[str, str | None]]:
    return [(str(c.token.value), c.role.name if c.role else None) for c in read_claims(text, find_amounts(text))]


def labelled(text: str) -> dict[str, str]:
    return {value: role for value, role in read(text) if role}


PARTS = {"2900.00": "PRINCIPAL", "318.07": "INTEREST", "200.00": "COSTS", "3418.07": "TOTAL"}


@pytest.mark.parametrize(
    "text",
    [
        "Hauptforderung | Zinsen | Kosten | Gesamt\n2.900,00 | 318,07 | 200,00 | 3.418,07",
        "Hauptforderung\tZinsen\tKosten\tGesamt\n2.900,00 €\t318,07 €\t200,00 €\t3.418,07 €",
        "Hauptforderung    Zinsen    Kosten    Gesamt\n2.900,00 €        318,07 €  200,00 €  3.418,07 €",
        "Hauptforderung Zinsen Kosten Gesamt\n2.900,00 318,07 200,00 3.418,07",
        "Hauptforderung\nZinsen\nKosten\nGesamtforderung\n2.900,00 EUR\n318,07 EUR\n200,00 EUR\n3.418,07 EUR",
        "Hauptforderung\n2.900,00 EUR\nZinsen\n318,07 EUR\nKosten\n200,00 EUR\nGesamtforderung\n3.418,07 EUR",
        "Hauptforderung: 2.900,00 EUR\nzzgl. Zinsen: 318,07 EUR\nzzgl. Kosten: 200,00 EUR\n"
        "Gesamtforderung: 3.418,07 EUR",
        "Hauptforderung ........ 2.900,00\nZinsen ........ 318,07\nKosten ........ 200,00\n"
        "Gesamtforderung ....... 3.418,07",
        "Wir fordern 2.900,00 EUR Hauptforderung nebst 318,07 EUR Zinsen und 200,00 EUR Kosten, "
        "insgesamt 3.418,07 EUR.",
        "Gesamtforderung 3.418,07 EUR, davon Hauptforderung 2.900,00 EUR, Zinsen 318,07 EUR und Kosten 200,00 EUR",
        "| Position | Betrag |\n|---|---|\n| Hauptforderung | 2.900,00 € |\n| Zinsen | 318,07 € |\n| "
        "Kosten | 200,00 € |\n| **Gesamtforderung** | **3.418,07 €** |",
        "Position;Betrag\nHauptforderung;2.900,00\nZinsen;318,07\nKosten;200,00\nGesamtforderung;3.418,07",
        "Total claim: EUR 3,418.07\nPrincipal: EUR 2,900.00\nInterest: EUR 318.07\nCosts: EUR 200.00",
        "2.900,00 EUR Hauptforderung\n318,07 EUR Zinsen\n200,00 EUR Kosten\n3.418,07 EUR Gesamtforderung",
    ],
)
def test_parts_and_total_are_read_in_every_layout(text: str) -> None:
    assert labelled(text) == PARTS


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Gesamtforderung: 3.418,07 EUR", "TOTAL"),
        ("3.418,07 € Gesamtforderung", "TOTAL"),
        ("Gesamtforderung\n3.418,07 EUR", "TOTAL"),
        ("Gesamtforderung\n\n\n3.418,07 EUR", "TOTAL"),
        ("Gesamtforderung\n..........\n..........\n3.418,07 EUR", "TOTAL"),
        ("Gesamtforderung zum\n12.10.2026\n3.418,07 EUR", "TOTAL"),
        ("GESAMTFORDERUNG = 3.418,07", "TOTAL"),
        ("Gesamtforderung (Hauptforderung, Zinsen, Kosten): 3.418,07 EUR", "TOTAL"),
        ("Gesamtforderung (inkl. Zinsen und Kosten): 3.418,07 EUR", "TOTAL"),
        ("Gesamtforderung aus Hauptforderung, Zinsen und Kosten: 3.418,07 EUR", "TOTAL"),
        (
            "Die Gesamtforderung in dieser Angelegenheit beläuft sich derzeit einschließlich aller\n"
            "Zinsen und Kosten auf 3.418,07 EUR.",
            "TOTAL",
        ),
        (
            "haben wir gegen Ihre Mandantschaft noch eine Forderung in Höhe von insgesamt\n3.418,07 EUR, die sich",
            "TOTAL",
        ),
        ("we claim a total of EUR 3,418.07 as at 12 October 2026", "TOTAL"),
        ("Total amount due: EUR 3,418.07", "TOTAL"),
        (
            "Ihr Schreiben vom 01.10.2026 haben wir erhalten und teilen Ihnen mit, dass sich die "
            "Gesamtforderung auf 3.418,07 EUR beläuft.",
            "TOTAL",
        ),
        ("Gesamtforderung von 3.418,07 EUR kann in Raten gezahlt werden.", "TOTAL"),
        ("Forderung zzgl. Zinsen und Kosten: 3.418,07 EUR", "CLAIM"),
        ("Forderungshöhe zum 12.10.2026: EUR 3.418,07", "CLAIM"),
        ("Die Forderung beläuft sich auf 3.418,07 €.", "CLAIM"),
        ("Unsere Forderung beträgt derzeit 3.418,07 EUR.", "CLAIM"),
        ("Die Forderung unserer Mandantin, der Stadtwerke Aue GmbH, beträgt zum heutigen Tag 3.418,07 EUR.", "CLAIM"),
        ("Wir haben eine Forderung von EUR 3.418,07 nebst Zinsen.", "CLAIM"),
        ("Ihr Mandant schuldet uns 3.418,07 EUR.", "CLAIM"),
        ("Der Rückstand auf dem Vertragskonto beläuft sich auf 3.418,07 €. Wir bitten um Ausgleich.", "CLAIM"),
        ("offener Saldo per 01.03.2026: 3.418,07 EUR", "CLAIM"),
        ("Your outstanding balance is EUR 3,418.07.", "CLAIM"),
        ("Noch zu zahlen: 3.418,07 EUR", "STILL"),
        ("Es sind noch 3.418,07 EUR offen.", "STILL"),
        ("Damit sind noch 3.418,07 EUR zu zahlen.", "STILL"),
        ("offener Restbetrag 3.418,07 EUR", "STILL"),
        ("The remaining balance is EUR 3,418.07 after payments of EUR 570.00.", "STILL"),
        ("3.418,07 € noch zu zahlen", "STILL"),
        ("amount still to pay: EUR 3,418.07", "STILL"),
        ("Summe Zinsen: 3.418,07 EUR", "INTEREST"),
        ("Gesamtkosten: 3.418,07 EUR", "COSTS"),
        ("Mahngebühren 3.418,07 €", "COSTS"),
    ],
)
def test_the_label_is_found_in_its_sentence_or_line(text: str, role: str) -> None:
    assert labelled(text)["3418.07"] == role


@pytest.mark.parametrize(
    "text",
    [
        "Wir bieten eine monatliche Rate von 50,00 € an.",
        "50,00 EUR monatlich",
        "50,00 €/Monat",
        "Ihr Angebot von 50,00 € haben wir erhalten.",
        "Die von Ihnen genannte Forderung von 50,00 EUR können wir nicht bestätigen.",
        "Vergleichsbetrag: 50,00 €",
        "Vergleichsbetrag insgesamt: 50,00 €",
        "mindestens 50,00 € insgesamt",
        "Streitwert: 50,00 EUR",
        "Gegenstandswert: 50,00 EUR",
        "bereits gezahlt 50,00 €",
        "Gesamtbetrag der geleisteten Zahlungen: 50,00 €",
        "abzgl. Zahlung 50,00 €",
        "./. Zahlung vom 01.09.2026 50,00 €",
        "Gutschrift 50,00 €",
        "MwSt 19 %: 50,00 EUR",
        "bis zu 50,00 EUR",
        "Es besteht keine Forderung mehr in Höhe von 50,00 EUR.",
        "Die Forderung in Höhe von 50,00 EUR wurde vollständig bezahlt.",
        "Die ursprüngliche Forderung betrug 50,00 EUR.",
        "Sofern Sie nicht zahlen, erhöht sich die Gesamtforderung auf 50,00 EUR.",
        "Bei Zahlung von 50,00 € gilt die Gesamtforderung als erledigt.",
        "Gegen Zahlung von 50,00 EUR sind wir bereit, auf die Restforderung zu verzichten.",
        "Stammkapital 50,00 EUR",
        "Kaution 50,00 EUR",
        "Kreditrahmen 50,00 EUR",
        "Die tägliche Zinslast beträgt 50,00 EUR.",
        "Zwischensumme 50,00 EUR",
        "Nettodarlehensbetrag 50,00 EUR",
        "Rechnung 4711 vom 01.02.2026   50,00 EUR",
        "Gegenstandswert: 900,00 EUR\nGeschäftsgebühr 1,3: 40,00 EUR\nMwSt: 10,00 EUR\nSumme: 50,00 EUR",
    ],
)
def test_what_is_not_owed_is_never_a_claim(text: str) -> None:
    roles = [c.role for c in read_claims(text, find_amounts(text)) if c.token.value == Decimal("50.00")]
    assert len(roles) == 1
    assert roles[0] not in {Role.STILL, Role.TOTAL, Role.CLAIM}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Auf unsere Gesamtforderung von 3.418,07 EUR haben Sie bereits 200,00 EUR gezahlt, so dass "
            "noch 3.218,07 EUR offen sind.",
            {"200.00": "PAYMENT", "3218.07": "STILL"},
        ),
        (
            "Die ursprüngliche Forderung betrug 1.000,00 EUR, noch offen sind 430,00 EUR.",
            {"1000.00": "OTHER", "430.00": "STILL"},
        ),
        ("Ursprünglich 1.000,00 EUR, derzeit offen: 430,00 EUR", {"1000.00": "OTHER", "430.00": "CLAIM"}),
        (
            "Die Forderung beträgt 1.000,00 EUR. Darauf wurden 570,00 EUR gezahlt. Es verbleiben 430,00 EUR.",
            {"570.00": "PAYMENT", "430.00": "STILL"},
        ),
        (
            "Wir haben 200,00 EUR erhalten. Damit sind noch 230,00 EUR zu zahlen.",
            {"200.00": "PAYMENT", "230.00": "STILL"},
        ),
        ("Kaution 900,00 EUR, Mietrückstand 1.350,00 EUR", {"900.00": "OTHER", "1350.00": "CLAIM"}),
    ],
)
def test_each_amount_of_a_sentence_has_its_own_label(text: str, expected: dict[str, str]) -> None:
    assert labelled(text) == expected


def test_items_of_a_table_are_no_claims_beside_their_sum() -> None:
    text = "Rechnung | Betrag | noch offen\nR1 | 230,00 | 130,00\nR2 | 200,00 | 200,00\nSumme | 430,00 | 330,00"
    assert labelled(text) == {"330.00": "STILL"}
    text = (
        "Datum\tText\tBetrag\n12.03.2024\tRechnung 4711\t230,00\n12.04.2024\tRechnung 4712\t200,00\n"
        "Gesamtsumme\t\t430,00"
    )
    assert labelled(text) == {"430.00": "TOTAL"}


def test_an_about_is_doubted() -> None:
    text = "Die Gesamtforderung beträgt ca. 3.400,00 EUR."
    (claim,) = read_claims(text, find_amounts(text))
    assert claim.doubt


@given(
    st.lists(
        st.sampled_from(
            [
                "Gesamtforderung",
                "Zinsen",
                "\n",
                "\t",
                " | ",
                "1,00 EUR",
                "(",
                ")",
                ",",
                ".",
                "noch",
                "offen",
                "nicht",
                "430,00",
                "  ",
            ]
        ),
        max_size=25,
    )
)
def test_any_mixture_is_read_without_an_error(words: list[str]) -> None:
    text = " ".join(words)
    for claim in read_claims(text, find_amounts(text)):
        if claim.label:
            assert 0 <= claim.label.start < claim.label.end <= len(text)
