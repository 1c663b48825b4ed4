"""Tables as text."""

import pytest

from claimstream.reading.delimited import as_rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Position;Betrag\nMiete;500,00\nSumme;500,00\n", "Position\tBetrag\nMiete\t500,00\nSumme\t500,00"),
        ('"Posten; alt";Betrag\n"Miete; Mai";500,00\n', None),
        ("Position\tBetrag\r\nMiete\t500,00", "Position\tBetrag\nMiete\t500,00"),
        (";Gesamtsumme;;670,25\n4711;Steuer;2025;670,25\n", "\tGesamtsumme\t\t670,25\n4711\tSteuer\t2025\t670,25"),
    ],
)
def test_rows_of_an_export(text: str, rows: str | None) -> None:
    assert as_rows(text) == (rows or "Posten; alt\tBetrag\nMiete; Mai\t500,00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Position;Betrag",
        "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung beträgt 500,00 EUR.",
        "Ein Satz; und noch einer.\nEin Satz ohne.",
        "Miete;500,00\nSumme\n",
    ],
)
def test_other_text_is_no_table(text: str) -> None:
    assert as_rows(text) is None
