"""Why a figure is read with less confidence: each doubt has its name, a sound figure none."""

import pytest
from tests.domain.records import source

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import AmountRank, FigureDoubt

TEXTS = {
    FigureDoubt.LABEL: "Die Gesamtforderung beträgt ca. 1.200,00 EUR.",
    FigureDoubt.WORDS: "Die Gesamtforderung der Tochter beträgt 1.200,00 EUR.",
    FigureDoubt.SEVERAL: "Forderung\t1.200,00 EUR\t300,00 EUR",
    FigureDoubt.EITHER: "Gesamtforderung 900,00 bis 1.200,00 EUR",
    FigureDoubt.SUMS: "Gesamtforderung 1.200,00 EUR\nhinzu kommen weitere Kosten 120,00 EUR",
    FigureDoubt.PEOPLE: "Kern, Anna\tForderung 1.200,00 EUR\nLenz, Paul\tForderung 300,00 EUR",
    FigureDoubt.NUMBER: "Die Gesamtforderung beträgt 1.200.",
}


def doubts(text: str) -> set[FigureDoubt | None]:
    return {total.doubt for total in read_source(source(text)).totals}


@pytest.mark.parametrize("doubt", FigureDoubt)
def test_each_doubt_is_named(doubt: FigureDoubt) -> None:
    assert doubt in doubts(TEXTS[doubt])


def test_a_sound_figure_has_no_doubt_and_says_nothing_of_it() -> None:
    found = read_source(source("Die Gesamtforderung beträgt 1.200,00 EUR."))
    assert [total.doubt for total in found.totals] == [None]
    assert '"doubt"' not in found.model_dump_json()


@pytest.mark.parametrize(
    "row",
    [
        "-623,00 EUR",
        "Pfändung 623,00 EUR",
        "623,00 EUR Haben",
        "Verrechnung -623,00",
        "Skonto 20,00 EUR",
        "Kaution 623,00",
    ],
)
def test_a_deduction_behind_a_total_leaves_it_open(row: str) -> None:
    assert doubts(f"Gesamtforderung 1.000,00 EUR\n{row}") >= {FigureDoubt.SUMS}


@pytest.mark.parametrize("words", ["zweitausendfünfhundertzehn", "zweitausendeinhundert"])
def test_an_amount_in_words_below_is_the_same_one(words: str) -> None:
    text = f"Wir fordern insgesamt\n2.510,00 EUR\n(in Worten: {words} Euro)"
    assert (FigureDoubt.EITHER in doubts(text)) is (words != "zweitausendfünfhundertzehn")


@pytest.mark.parametrize("words", ["zweitausendfünfhundertzehn", "zweitausendeinhundert", "zwei tausend"])
def test_an_amount_in_words_elsewhere_is_the_same_one(words: str) -> None:
    text = f"Wir fordern insgesamt 2.510,00 EUR.\n\nEs sind also {words} Euro, die Ihre Mandantin schuldet."
    assert (FigureDoubt.EITHER in doubts(text)) is (words != "zweitausendfünfhundertzehn")


def test_two_amounts_alone_on_a_line_are_one_of_two() -> None:
    assert doubts("Forderung 1.200,00 EUR 300,00 EUR") >= {FigureDoubt.EITHER}
    assert FigureDoubt.EITHER not in doubts("Forderung 1.200,00 EUR, davon Zinsen 300,00 EUR")


def test_a_sum_of_payments_is_no_claim() -> None:
    rows = "Tag\tVorgang\tEUR\n05.01.2026\tLastschrift\t622,00\n05.04.2026\tÜberweisung\t622,00\nGesamt\t\t1.244,00"
    assert doubts(rows) == {FigureDoubt.SUMS}
    assert doubts(rows.replace("Lastschrift", "Rechnung").replace("Überweisung", "Rechnung")) == {None}


@pytest.mark.parametrize(
    "text",
    [
        "Es sind 865,00 EUR offen (Geldstrafe 750,00 EUR, Verfahrenskosten 90,00 EUR, Mahngebühr 25,00 EUR).",
        "Der Rückstand beträgt 532,44 EUR. In diesem Betrag sind Säumniszuschläge von 24,00 EUR bereits enthalten.",
        "Aus der Schlussrechnung sind einschließlich Mahngebühren und Zinsen derzeit 731,42 EUR zu zahlen.",
        "Hauptforderung 1.286,40 EUR\nZinsen 161,22 EUR\nKosten 154,69 EUR\n----------\n1.602,31 EUR",
    ],
)
def test_parts_that_come_to_the_figure_leave_it_sure(text: str) -> None:
    found = [total for total in read_source(source(text)).totals if total.rank < AmountRank.BARE]
    assert [(total.doubt, total.confidence) for total in found] == [(None, 0.8)]


@pytest.mark.parametrize(
    "text",
    [
        "Es sind 865,00 EUR offen (Geldstrafe 750,00 EUR, Verfahrenskosten 90,00 EUR, Mahngebühr 35,00 EUR).",
        "Der Rückstand beträgt 532,44 EUR. Hinzu kommen Säumniszuschläge von 24,00 EUR.",
        "Für diese Auskunft sind 25,00 EUR zu zahlen.",
        "Hauptforderung 1.286,40 EUR\nZinsen 161,22 EUR\nKosten 154,69 EUR\n----------\n1.599,99 EUR",
    ],
)
def test_parts_that_do_not_come_to_it_leave_it_open(text: str) -> None:
    found = [total for total in read_source(source(text)).totals if total.rank < AmountRank.BARE]
    assert all(total.doubt or total.computed for total in found)
