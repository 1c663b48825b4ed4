"""Bytes to characters: what a reader of the mail sees in another order is marked."""

import pytest

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.records.extraction import AmountFlaw
from claimstream.reading.text import clean, clean_line

OVERRIDES = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@pytest.mark.parametrize("override", OVERRIDES, ids=ascii)
@pytest.mark.parametrize("figures", ["1.234,56 EUR", "65,432.1 EUR", "EUR 8.400,00", "1,234.56 €"])
@pytest.mark.parametrize("end", ["\u202c", "\u2069", "", "\nEnde"], ids=ascii)
def test_figures_in_another_order_are_ambiguous(override: str, figures: str, end: str) -> None:
    found = find_amounts(clean(f"Gesamtforderung: {override}{figures}{end}"))
    assert {token.flaw for token in found} == {AmountFlaw.AMBIGUOUS}


@pytest.mark.parametrize("mark", ["\u200f", "\u061c"], ids=ascii)
def test_a_right_to_left_mark_within_figures_makes_them_ambiguous(mark: str) -> None:
    assert {token.flaw for token in find_amounts(clean(f"beträgt 1{mark}.234,56 EUR"))} == {AmountFlaw.AMBIGUOUS}


@pytest.mark.parametrize(
    "text",
    [
        "\u200e1.234,56\u200e EUR",
        "Frau \u2068Nele Brandt\u2069 schuldet 1.234,56 EUR",
        "Tel. \u202d0421 123456\u202c\n1.234,56 EUR",
        "Az. \u206a8817/25\u2069: 1.234,56 EUR",
        "1.234,56\u00a0EUR",
        "1.2\u00ad34,56 EUR",
        "1.2\u200b34,56 EUR",
    ],
)
def test_marks_that_change_no_order_leave_amounts_whole(text: str) -> None:
    assert [str(token.value) for token in find_amounts(clean(text))] == ["1234.56"]


def test_a_header_holds_no_marks() -> None:
    assert clean_line("Rechnung \u202e1.234,56\u202c EUR") == "Rechnung 1.234,56 EUR"
