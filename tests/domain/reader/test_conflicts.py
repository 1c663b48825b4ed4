"""What speaks against every total of a letter, and what only seems to."""

from itertools import product

import pytest

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.mail import Source, SourceKind

TOTAL = "Gesamtforderung: 1.000,00 EUR"


def conflicts(text: str, kind: SourceKind = SourceKind.TEXT_PDF) -> list[str]:
    source = Source(source_id="s", kind=kind, name="n", media_type="t", size=1, sha256="0", text=text)
    return [conflict.detail for conflict in read_source(source).conflicts]


@pytest.mark.parametrize(
    "text",
    [
        f"Hauptschuldnerin: Weber Bau GmbH\n{TOTAL}",
        f"Bürge: Timo Kern\n{TOTAL}",
        f"Ihre Mandantin haftet als Bürgin. {TOTAL}",
        f"Die Bürgschaft valutiert.\n{TOTAL}",
        f"Aus dem Nachlass des Erblassers: {TOTAL}",
        f"Your client is the guarantor. {TOTAL}",
        f"Gegen beide Mandanten, {TOTAL}",
        "Die Gesamtforderung gegen Ihre beiden Mandanten beträgt 1.000,00 EUR.",
        "The total claim against both debtors is EUR 1,000.00.",
        "Die Gesamtforderung gegen die Eheleute Petra und Uwe Falk beträgt 1.000,00 EUR.",
        f"{TOTAL}. Auf Ihren Mandanten entfällt die Hälfte.",
        f"{TOTAL}. Der Anteil Ihrer Mandantin beträgt ein Drittel.",
        f"Schuldner: Frau Anna Meier\t400,00 EUR\nSchuldner: Herr Uwe Schulz\t600,00 EUR\n{TOTAL}",
        "Frau Anna Meier schuldet 400,00 EUR, Herr Uwe Schulz 600,00 EUR, insgesamt also 1.000,00 EUR.",
        f"{TOTAL}. Ihre Zahlung ist noch nicht berücksichtigt.",
        f"{TOTAL}. Die Zahlung vom 18.11.2026 ist darin noch nicht enthalten.",
        f"{TOTAL}. Your payment of 18 November has not yet been credited.",
        f"{TOTAL} (ohne Berücksichtigung Ihrer Zahlung vom 18.11.2026)",
        f"Stromvertrag:\n{TOTAL}\n\nGasvertrag:\nGesamtforderung: 1.050,00 EUR",
        f"Stromvertrag:\n{TOTAL}\n\nGasvertrag:\nSaldo: 400,00 EUR",
        f"Vertragsnummer: 4711001\n{TOTAL}\nVertragsnummer: 4711002\nForderung: 400,00 EUR",
        f"Hauptforderung: 1.100,00 EUR\n{TOTAL}",
    ],
)
def test_a_total_that_may_not_be_the_clients_is_a_conflict(text: str) -> None:
    assert conflicts(text)


@pytest.mark.parametrize(
    "text",
    [
        TOTAL,
        f"Ihr Mandant haftet als Gesamtschuldner. {TOTAL}",
        f"Bürgeramt Nord\n{TOTAL}",
        f"Eheleute Petra und Uwe Falk, Mietverhältnis Rosenweg 2\n{TOTAL}",
        "Die Gesamtforderung gegen die Eheleute Petra und Uwe Falk als Gesamtschuldner beträgt 1.000,00 EUR.",
        f"{TOTAL}. Ihre Zahlungen sind berücksichtigt.",
        f"{TOTAL}. Zahlungen nach dem 20.11.2026 sind nicht berücksichtigt.",
        f"{TOTAL}. Sollte Ihre Zahlung noch nicht verbucht sein, ist dieses Schreiben gegenstandslos.",
        f"Alle Kunden behandeln wir gleich.\n{TOTAL}",
        f"Vertragsnummer: 4711001\n{TOTAL}",
        f"Strom:\nSaldo: 600,00 EUR\nGas:\nSaldo: 400,00 EUR\n{TOTAL}",
        f"Hauptforderung: 1.100,00 EUR\nZahlung: 200,00 EUR\n{TOTAL}",
        f"Hauptforderung: 1.100,00 EUR\nnach Abzug Ihrer Zahlungen\n{TOTAL}",
        "Bürgschaft über 500,00 EUR, Bürge Timo Kern",  # no total that anything could be said against
    ],
)
def test_a_total_that_is_the_clients_is_none(text: str) -> None:
    assert conflicts(text) == []


def test_each_sheet_has_a_claim_of_its_own() -> None:
    sheets = "Strom:\nGesamtforderung\t1000.00\n{}Gas:\nGesamtforderung\t1050.00"
    assert conflicts(sheets.format(""), SourceKind.XLSX)
    assert not conflicts("Gesamtforderung\t1000.00", SourceKind.XLSX)


ROWS = "Hauptforderung\t1.410,00\nZinsen\t176,22\nMahnkosten\t15,00\nInkassovergütung\t159,94\nGesamtforderung\t{}"


@pytest.mark.parametrize(
    ("text", "conflict"),
    [
        (ROWS.format("2.261,16"), True),
        (ROWS.format("1.761,16"), False),
        (ROWS.format("1.700,00"), True),
        (f"nach Abzug Ihrer Zahlungen\n{ROWS.format('1.700,00')}", False),
        ("24-0911\t640,22 €\n25-0034\t385,90 €\n25-0187\t512,00 €\nGesamtsumme offen\t1.838,12 €", True),
        ("24-0911\t640,22 €\n25-0034\t385,90 €\n25-0187\t512,00 €\nGesamtsumme offen\t1.538,12 €", False),
        ("Mahngebühren\t12,50 €\nVerzugszinsen\t18,20 €\nZu zahlender Betrag\t460,70 €", False),
    ],
)
def test_a_total_that_is_not_the_sum_of_its_rows_is_a_conflict(text: str, conflict: bool) -> None:
    assert bool(conflicts(text)) is conflict


LEADS = (
    "Die Gesamtforderung setzt sich zusammen aus:",
    "Sie ergibt sich wie folgt:",
    "Es handelt sich um folgende Posten:",
    "Im Einzelnen:",
    "The claim is made up of the following:",
    "Unsere Aufstellung:",
)
LISTS = (
    "Torf {},00 EUR\nLieferung {},00 EUR\nMahnkosten {},00 EUR\nGesamtforderung: 900,00 EUR",
    "Torf {},00 EUR\n\nLieferung {},00 EUR\n\nMahnkosten {},00 EUR\n\nGesamtforderung: 900,00 EUR",
    "Torf {},00 EUR, Lieferung {},00 EUR, Mahnkosten {},00 EUR. Gesamtforderung: 900,00 EUR",
)


@pytest.mark.parametrize(("lead", "parts"), [*product(LEADS, LISTS)])
def test_parts_that_do_not_come_to_their_total(lead: str, parts: str) -> None:
    assert conflicts(f"{lead}\n{parts.format(600, 400, 30)}")
    assert conflicts(f"{lead}\n{parts.format(600, 200, 30)}")
    assert not conflicts(f"{lead}\n{parts.format(600, 270, 30)}")


@pytest.mark.parametrize(
    "text",
    [
        "Auszug aus dem Konto:\nMiete Mai 300,00 EUR\nMiete Juni 300,00 EUR\nGesamtforderung: 900,00 EUR",
        "Die letzten Buchungen:\nMiete Mai 300,00 EUR\nMiete Juni 300,00 EUR\nGesamtforderung: 900,00 EUR",
        "Torf 500,00 EUR\nZwischensumme 500,00 EUR\nLieferung 400,00 EUR\nGesamtforderung: 900,00 EUR",
        "Posten\tMenge\tPreis\tBetrag\nTorf\t2\t400,00\t800,00\nErde\t1\t100,00\t100,00\nSumme\t\t\t900,00",
        "Torf 800,00 EUR\nErde 100,00 EUR\nGesamtforderung: 900,00 EUR\nZinsen je Tag 0,21 EUR",
        "Gesamtforderung: 900,00 EUR (Torf 800,00 EUR, Erde 100,00 EUR)",
        "Gesamtforderung: 900,00 EUR (darin Mahnkosten 20,00 EUR und Zinsen 7,00 EUR)",
        "Im Einzelnen:\n118220\t02.03.2026\t400.00 EUR\n118551\t16.03.2026\t500.00 EUR\nSumme\t\t900.00 EUR",
    ],
)
def test_figures_that_are_not_all_parts_of_a_total(text: str) -> None:
    assert not conflicts(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gesamtforderung: 900,00 EUR (Hauptforderung 800,00 EUR, Zinsen 40,00 EUR)",
        "Hauptforderung 700,00 EUR, Zinsen 140,00 EUR, Kosten 90,00 EUR. Das macht zusammen 900,00 EUR.",
        "Hauptforderung 700,00 EUR\nZinsen 140,00 EUR\nKosten 90,00 EUR\nnoch offen 900,00 EUR",
        "Rechnung 1: 300,00 EUR, Rechnung 2: 300,00 EUR, Rechnung 3: 350,00 EUR\nGesamtforderung: 900,00 EUR",
        "Torf: 700,00 EUR\n+ Zinsen: 140,00 EUR\n+ Kosten: 90,00 EUR\n= Gesamtforderung: 900,00 EUR",
    ],
)
def test_parts_without_a_lead_that_do_not_come_to_it(text: str) -> None:
    assert conflicts(text)


FILLED = "Fragebogen an Gläubiger\nSchuldner: Uwe Falk\n{}\ndavon Zinsen: 20,00 EUR\nOrt, Datum: Aue, 03.11.2026"


@pytest.mark.parametrize(
    "lines",
    [
        "Gesamtforderung laut unseren Unterlagen: 1.000,00 EUR",
        "Gesamtforderung nach Angaben des Schuldners: 1.000,00 EUR",
        "Uns bekannte Gesamtforderung: 1.000,00 EUR",
        "Gesamtforderung: 1.000,00 EUR\nGesamtforderung heute",
        "Gesamtforderung: 1.000,00 EUR\nHöhe der Forderung: ____________ EUR",
        "Gesamtforderung: 1.000,00 EUR\nGesamtforderung am Stichtag:\tEUR",
        "Gesamtforderung: 1.000,00 EUR\nAktueller Stand, bitte eintragen\nSaldo: ..........",
    ],
)
def test_a_form_without_the_creditors_figure(lines: str) -> None:
    assert conflicts(FILLED.format(lines), SourceKind.DOCX)


@pytest.mark.parametrize(
    "lines",
    [
        "Gesamtforderung heute: 1.000,00 EUR",
        "Gesamtforderung am 03.11.2026\t1.000,00 EUR",
        "Gesamtforderung\n1.000,00 EUR",
        "Forderungsgrund: Kauf\nGesamtforderung: 1.000,00 EUR",
    ],
)
def test_a_form_that_is_filled_in(lines: str) -> None:
    assert not conflicts(FILLED.format(lines), SourceKind.DOCX)


def test_our_records_are_the_creditors_outside_a_form() -> None:
    assert not conflicts("Gesamtforderung laut unseren Unterlagen: 1.000,00 EUR")
