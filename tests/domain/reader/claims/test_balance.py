"""Sums, deductions and remainders in rows and sentences: the right figure or a person's, never another one."""

from itertools import product

import pytest
from tests.domain.records import THRESHOLDS

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import Source, SourceKind
from claimstream.domain.rules.consolidation import consolidate

TOTALS = ("Gesamtforderung", "Summe", "Forderung", "Zwischensumme", "Rückstand", "total due", "Saldo Vormonat")
PAYMENTS = (
    "Überweisung vom 17.11.2025",
    "SEPA-Lastschrift",
    "Dauerauftrag",
    "Scheck",
    "Zahlungseingang",
    "Verrechnung Kaution",
    "Pfändung Arbeitgeber",
    "Quotenzahlung",
    "Gutschrift Nr. 12",
    "Teilerlass",
    "abzgl. Guthaben",
    "Haben",
    "Verwertungserlös",
    "payment received",
)
NAMED_OTHERWISE = ("Rate 11/2025", "Skonto", "Rabatt", "Erstattung", "Sonstiges")
REMAINDERS = (
    "Rest",
    "Restbetrag",
    "neuer Saldo",
    "Differenz",
    "offen",
    "Gesamtforderung neu",
    "zu zahlen",
    "balance due",
)
STYLES = (
    "{0}\t{1} €\n{2}\t{3} €\n{4}\t{5} €",
    "{0}: {1} EUR\n{2}: -{3} EUR\n{4}: {5} EUR",
    "{0}\t{1}\n{2}\t{3}-\n{4}\t{5}",
    "{0} ..... {1}\n{2} ..... {3}\n{4} ..... {5}",
    "{0:<40}{1:>12}\n{2:<40}- {3:>12}\n{4:<40}{5:>12}",
    "Position\tBetrag\n{0}\t{1} €\n{2}\t{3} €\n{4}\t{5} €",
    "Hauptforderung\t2.000,00\nZinsen\t76,76\n{0}\t{1}\n{2}\t{3}\n{4}\t{5}",
)
AMOUNTS = ("2.076,76", "623,00", "1.453,76")


def written(text: str, kind: SourceKind = SourceKind.TEXT_PDF) -> str | None:
    """The figure that would be written; None where it is a person's."""
    source = Source(source_id="s", kind=kind, name="n", media_type="t", size=1, sha256="0", text=text)
    found = consolidate([read_source(source)], intent=Intent.CLAIM_STATEMENT, thresholds=THRESHOLDS)
    total = found.total_claim
    if (
        total is None
        or total.confidence < THRESHOLDS.extraction_minimum
        or found.conflicts
        or found.flaw
        or found.remarks
    ):
        return None
    return str(total.value)


def laid_out(style: str, total: str, payment: str, remainder: str) -> str:
    a, b, c = AMOUNTS
    return style.format(total, a, payment, b, remainder, c)


@pytest.mark.parametrize("style", STYLES)
def test_a_sum_is_not_written_beside_its_remainder(style: str) -> None:
    every = list(product(TOTALS, PAYMENTS, REMAINDERS))
    read = [written(laid_out(style, *names)) for names in every[::5]]
    assert set(read) <= {"1453.76", None}
    assert read.count("1453.76") > 0.7 * len(read)


@pytest.mark.parametrize("payment", NAMED_OTHERWISE)
def test_what_may_be_deducted_is_a_persons(payment: str) -> None:
    read = {written(laid_out(style, total, payment, "")) for style in STYLES for total in TOTALS[:3]}
    read |= {written(laid_out(STYLES[0], TOTALS[0], payment, remainder)) for remainder in REMAINDERS}
    assert read <= {"1453.76", None}


STATED = (
    "Die Gesamtforderung beträgt {A}.",
    "Gesamtforderung: {A}",
    "Wir fordern insgesamt {A}.",
    "The total claim is {A}.",
)
DEDUCTED = (
    "Hierauf wurden {B} gezahlt.",
    "Am 03.03.2026 gingen {B} ein.",
    "Durch Pfändung wurden {B} beigetrieben.",
    "Die Kaution von {B} wurde verrechnet.",
    "Der Arbeitgeber hat {B} abgeführt.",
    "Hiervon sind {B} abzusetzen.",
    "Die Versicherung erstattete {B}.",
    "Einen Teilbetrag von {B} haben wir ausgebucht.",
    "Payments of {B} have been received.",
)
LEFT = (
    "Es verbleiben {C}.",
    "Damit sind {C} zu zahlen.",
    "Restforderung: {C}",
    "Der Saldo beträgt {C}.",
    "Neuer Stand: {C}",
)


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_a_deduction_in_a_sentence_counts(separator: str) -> None:
    values = {"A": "1.000,00 EUR", "B": "270,00 EUR", "C": "730,00 EUR"}
    read = [written(separator.join(p).format(**values)) for p in product(STATED, DEDUCTED, LEFT)]
    assert set(read) <= {"730.00", None}
    assert read.count("730.00") > 0.8 * len(read)
    assert {written(separator.join(p).format(**values)) for p in product(STATED, DEDUCTED)} == {None}


ADDED = (
    "Hinzu kommen weitere Zinsen von {B}.",
    "Zuzüglich {B} Kosten.",
    "Ferner fordern wir {B} Mahnkosten.",
    "Plus costs of {B}.",
    "Wir berechnen zusätzlich {B} Auslagen.",
    "Seit dem 01.01.2026 sind {B} Zinsen angefallen.",
    "Weitere {B} sind am 01.12.2026 fällig.",
)


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_what_is_added_behind_a_total_counts(separator: str) -> None:
    values = {"A": "1.000,00 EUR", "B": "120,00 EUR"}
    assert {written(separator.join(p).format(**values)) for p in product(STATED, ADDED)} == {None}


STILL = ("noch offen{0}", "offener Restbetrag{0}", "Restsaldo{0}", "noch zu zahlen{0}", "still outstanding{0}")
PARTS = (" aus Rechnung 4711", " Hauptforderung", " Miete", " Darlehen 12", " Zinsen", " (Kosten)", "")
ITEMS = (("Rechnung 4712", "Mahngebühr"), ("Nebenkosten", "Reparatur"))
WHOLES = ("Gesamtforderung", "Summe", "Forderung")


@pytest.mark.parametrize("style", ["{}\t{} €", "{}: {} EUR", "{:<40}{:>12}"])
def test_what_is_open_of_a_part_is_not_the_whole(style: str) -> None:
    read = []
    for still, part, items, whole in product(STILL, PARTS, ITEMS, WHOLES):
        rows = ((still.format(part), "400,00"), (items[0], "600,00"), (items[1], "10,00"), (whole, "1.010,00"))
        orders = (rows, (rows[1], rows[0], *rows[2:]))
        read += [written("\n".join(style.format(*row) for row in order)) for order in orders]
    assert set(read) <= {"1010.00", None}
    assert read.count("1010.00") > 0.8 * len(read)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        (
            "Mietrückstand\t3.720,00\nKaution\t-756,00\nverbleiben\t2.964,00\nReparatur\t118,90\nForderung\t3.082,90",
            "3082.90",
        ),
        ("Gesamtforderung\t1.000,00\nweitere Zinsen\t120,00\nNeuer Gesamtstand\t1.120,00", "1120.00"),
        ("Summe Soll\t4.038,45\nSumme Haben\t1.860,00\nSaldo\t2.178,45", "2178.45"),
        ("\tSoll\tHaben\tSaldo\nSumme\t4.038,45\t1.860,00\t2.178,45", "2178.45"),
        ("Forderung 1.000,00\nZahlung 50,00\nZahlung 60,00\nZahlungen gesamt 110,00\nRest 890,00", "890.00"),
        ("Zwischensumme 1.100,00\nPfändung 50,00\nZwischensumme 1.050,00\nKosten 20,00\nForderung 1.070,00", "1070.00"),
        ("noch offen: 400,00 EUR\nbisher gezahlt: 610,00 EUR\nGesamtforderung: 1.010,00 EUR", "400.00"),
        ("Gesamtforderung\t1.100,00\nRechnung 1\t600,00\nRechnung 2\t500,00", "1100.00"),
        ("Gesamtforderung: 1.100,00 EUR (Hauptforderung 1.000,00 EUR + Zinsen 100,00 EUR)", "1100.00"),
        ("Gesamtforderung: 1.000,00 EUR. Darin sind 120,00 EUR Kosten enthalten.", "1000.00"),
        ("Gesamtforderung: 1.000,00 EUR\nTageszins ab 21.11.2026: 0,12 EUR", "1000.00"),
        ("Streitwert: 5.000,00 EUR\nGesamtforderung: 1.000,00 EUR", "1000.00"),
        (
            "Gebühr\t100,00\nAuslagen\t20,00\nSumme\t120,00\nHauptforderung\t900,00\nKosten\t120,00\nGesamtforderung\t1.020,00",
            "1020.00",
        ),
        ("Gesamtforderung per 30.09.2026: 500,00 EUR\nGesamtforderung per 31.10.2026: 490,00 EUR", "490.00"),
    ],
)
def test_sums_that_hold_are_written(text: str, figure: str) -> None:
    assert written(text) == figure


@pytest.mark.parametrize(
    "text",
    [
        "noch offen: 400,00 EUR\nGesamtforderung: 1.010,00 EUR",
        "Gesamtforderung: 1.010,00 EUR\nnoch offen: 400,00 EUR",
        "Restbetrag aus Rechnung 4711: 400,00 EUR\nRechnung 4712: 600,00 EUR",
        "Gesamtforderung\t1.100,00\nSocken\t600,00\nHemden\t500,00",
        "Gesamtforderung per 30.09.2026: 500,00 EUR\nGesamtforderung per 31.10.2026: 900,00 EUR",
        "Miete: 900,00 EUR\nKaution: 400,00 EUR\nnoch offen: 500,00 EUR\nX: 210,50 EUR\nGesamtforderung: 710,50 EUR",
        "Restforderung: 900,00 EUR\nabzgl. Zahlung vom 18.11.2026: 50,00 EUR",
        "Summe 1.000,00 EUR\nZahlung 50,00 EUR\nRest voraussichtlich 950,00 EUR",
    ],
)
def test_sums_that_do_not_hold_are_a_persons(text: str) -> None:
    assert written(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Bei sofortiger Zahlung von {} verbleibt ein Rest von {}.",
        "Wenn Sie {} zahlen, verbleiben {}.",
        "Bitte leisten Sie eine Anzahlung von {}, den Rest von {} im März.",
        "Anzahlung: {}\nRestbetrag in 8 Raten: {}",
        "vereinbarte Zahlung {}\nRest {}",
        "angekündigte Zahlung {}\ndann offen {}",
        "Erlass {} bei Zahlung bis 15.12.\nzu zahlen {}",
        "bei Einmalzahlung: Nachlass {}\nZahlbetrag {}",
        "gesichert durch Kaution {}\nungesichert {}",
        "Plan: Zahlung an uns {}\nRestschuldbefreiung {}",
    ],
)
def test_money_to_come_leaves_nothing_yet(text: str) -> None:
    assert written(f"Gesamtforderung: 1.000,00 EUR\n{text.format('200,00 EUR', '800,00 EUR')}") in {"1000.00", None}


LEDGER = (
    ("01.01.2026", "Miete", "500,00", "", "500,00"),
    ("05.01.2026", "Zahlung", "", "300,00", "200,00"),
    ("01.02.2026", "Miete", "500,00", "", "700,00"),
    ("05.02.2026", "Zahlung", "", "100,00", "600,00"),
)
HEADS = ("Datum", "Text", "Soll", "Haben", "Saldo")


def test_the_last_balance_of_a_ledger_is_owed() -> None:
    assert written("\n".join("\t".join(row) for row in (HEADS, *LEDGER))) == "600.00"


def test_a_ledger_with_the_newest_first_is_a_persons() -> None:
    assert written("\n".join("\t".join(row) for row in (HEADS, *LEDGER[::-1]))) in {None, "600.00"}


def test_a_list_too_long_to_add_up_is_a_persons() -> None:
    rows = "\n".join(f"Posten {number}\t{number},11 EUR" for number in range(1, 1100))
    assert written(f"{rows}\nSumme\t5.000.000,00 EUR") is None
