"""Amounts in words."""

from decimal import Decimal

import pytest

from claimstream.domain.reader.numerals import IN_WORDS, amounts_in_words, contradicts_words, worded_value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("neunhundertzwölf Euro", "912"),
        ("zwölfhundert Euro", "1200"),
        ("hundertfünf Euro", "105"),
        ("ein tausend drei hundert Euro", "1300"),
        ("Eintausendzweihundertvierzig Euro und sechzig Cent", "1240.60"),
        ("dreiundzwanzigtausendsiebenhunderteinundneunzig 05/100 Euro", "23791.05"),
        ("dreißigtausend EUR", "30000"),
    ],
)
def test_an_amount_in_words_has_its_value(words: str, value: str) -> None:
    assert worded_value(words) == Decimal(value)


@pytest.mark.parametrize("words", ["viele Euro", "hundert", "drei oder vier Euro", "zehn Euro und viele Cent", ""])
def test_other_words_have_none(words: str) -> None:
    assert worded_value(words) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Das sind eintausend zweihundert Euro und zehn Cent.", ["1200.10"]),
        ("In Worten: neunhundert Euro", ["900", "900"]),
        ("In words: nine hundred euros", [None]),
        ("Das kostet 20 Euro, viele Euro, ein paar Euro.", []),
    ],
)
def test_amounts_in_words_are_found_anywhere(text: str, values: list[str | None]) -> None:
    assert list(amounts_in_words(text)) == [value and Decimal(value) for value in values]


def test_the_words_are_found_in_parentheses_and_behind_a_comma() -> None:
    for text in ("912,00 EUR (in Worten: neunhundertzwölf Euro)", "912,00 EUR, in Worten neunhundertzwölf Euro."):
        match = IN_WORDS.search(text)
        assert match
        assert worded_value(match["words"]) == Decimal(912)


@pytest.mark.parametrize(
    ("behind", "contradicts"),
    [
        (" EUR (in Worten: zweitausendfünfhundertzehn Euro)", True),
        (" EUR\n(in Worten: zweitausendfünfhundertzehn Euro)", True),
        (" EUR (zweitausendfünfhundertzehn Euro)", True),
        (", in Worten zweitausendfünfhundertzehn Euro.", True),
        (" EUR (in Worten: zwotausend und ein paar Euro)", True),
        (" EUR (in Worten: zweitausendeinhundertfünfzig Euro)", False),
        (" EUR (zweitausendeinhundertfünfzig Euro)", False),
        (" EUR (Miete und Nebenkosten)", False),
        (" EUR.", False),
    ],
)
def test_words_behind_a_figure_may_contradict_it(behind: str, contradicts: bool) -> None:
    assert contradicts_words(f"2.150,00{behind}", len("2.150,00"), Decimal(2150)) == contradicts
