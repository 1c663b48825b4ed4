from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.amounts import find_amounts, parse_amount
from claimstream.domain.records.extraction import AmountFlaw


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.418,07 €", "3418.07"),
        ("EUR 3.418,07", "3418.07"),
        ("3418,07 Euro.", "3418.07"),
        ("3,418.07", "3418.07"),
        ("1.200", "1200"),
        ("1.200,-", "1200"),
        ("1.200,--", "1200"),
        ("1.200,– €", "1200"),
        ("1 234,56", "1234.56"),
        ("1'234,56", "1234.56"),
        ("1’234.56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u2009234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("0,00 EUR", "0.00"),
        ("12 EUR", "12"),
        ("€5.00", "5.00"),
        ("EUR3.418,07", "3418.07"),
        ("3.418,07€.", "3418.07"),
        ("(430,00 €)", "430.00"),
        ("1,234,567.89 EUR", "1234567.89"),
        ("1.234.567,89 EUR", "1234567.89"),
        ("Saldo – 430,00 €", "430.00"),
        ("2 500 EUR", "2500"),
        ("500.- EUR", "500"),
    ],
)
def test_an_amount_is_read_as_it_is_written(text: str, value: str) -> None:
    token = parse_amount(text)
    assert token is not None
    assert (token.value, token.flaw) == (Decimal(value), None)


@pytest.mark.parametrize(
    "text",
    [
        "13?418,07 EUR",
        "EUR 13?418,07",
        "13.418?07 EUR",
        "13\ufffc418,07 EUR",
        "13Â\u00a0418,07 EUR",
        "13&nbsp;418,07 EUR",
        "1=\n3.418,07 EUR",
        "1!\n 3.418,07 EUR",
        "13´418,07 EUR",
        "13\u3000418,07 EUR",
        "1=3.418,07 EUR",
    ],
)
def test_figures_parted_by_what_a_program_left_are_unsure(text: str) -> None:
    assert {token.flaw for token in find_amounts(text)} == {AmountFlaw.AMBIGUOUS}


@pytest.mark.parametrize(
    "text", ["Wie viel? 418,07 EUR", "offen = 418,07 EUR", "Jetzt!\n418,07 EUR", "Nr. 13; 418,07 EUR"]
)
def test_signs_between_words_and_figures_part_nothing(text: str) -> None:
    assert [token.value for token in find_amounts(text) if token.has_currency] == [Decimal("418.07")]


@pytest.mark.parametrize(
    "text",
    [
        "12.345.6",
        "1.23.456,00",
        "04.12.2024",
        "4. Dezember 2024",
        "0431 123456",
        "040/123.456",
        "Tel. 0431.123.456",
        "24103 Kiel",
        "zum Aktenzeichen 4711",
        "Kd.-Nr. 77 310 552",
        "Ticket 4711",
        "Vertrag K-004411",
        "8817/25",
        "HRB 12.345",
        "5,00 %",
        "5 Prozentpunkte",
        "09:12 Uhr",
        "1.200 kWh",
        "TEUR 5,30",
        "5 Mio. EUR",
        "DE41 5001 0517 0123 4567 89",
        "1200",
        "§ 286",
        "50 Cent",
    ],
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert find_amounts(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "2,500",
        "EUR 2,500",
        "2,500 EUR",
        "wir 3. 418,07 EUR",
        "3.418, 07 EUR",
        "3.418 Euro und 7 Cent",
        "512, 34 EUR",
        "1. 080, 34 EUR",
        "512 ,34 €",
        "50,00-70,00 EUR",
        "Rechnung 25 430,00 EUR",
        "234\ufffc5 EUR",
        "\ufffc234,56 EUR",
        "1.234\ufffc EUR",
        "EUR 1\n234,56",
        ",89 EUR",
        "insgesamt .89 €",
        "insgesamt -,89 €",
        "beträgt ,512,00 EUR",
    ],
)
def test_what_may_be_two_things_is_ambiguous_and_has_no_value(text: str) -> None:
    (token,) = find_amounts(text)[:1]
    assert (token.value, token.flaw) == (None, AmountFlaw.AMBIGUOUS)


@pytest.mark.parametrize("text", ["insgesamt 1\n234,56 EUR", "insgesamt 1'\n234,56 EUR", "> sind 12\n> 345,60 EUR"])
def test_an_amount_whose_thousands_are_on_the_line_above_is_unsure(text: str) -> None:
    assert find_amounts(text)[-1].flaw is AmountFlaw.AMBIGUOUS


@pytest.mark.parametrize(
    "text", ["1\n234,56 EUR", "seit 2025\n234,56 EUR", "zum 31.12.\n234,56 EUR", "Zinsen 12,50\n234,56 EUR"]
)
def test_a_number_on_the_line_above_leaves_an_amount_whole(text: str) -> None:
    assert find_amounts(text)[-1].value == Decimal("234.56")


@pytest.mark.parametrize("text", ["vom 12.10.2026, 50 EUR", "Mahnung, 50 EUR", "Zinsen 12,50 EUR, 50 EUR"])
def test_a_comma_before_an_amount_leaves_it_whole(text: str) -> None:
    assert find_amounts(text)[-1].value == 50


@pytest.mark.parametrize(
    "text",
    [
        "-50,00",
        "50,00-",
        "50,00 Haben",
        "50,00 H",
        "50,00 (Haben)",
        "50,00‑",
        "EUR -50,00",
        "-EUR 50,00",
        "EUR-50,00",
        "50,00- EUR",
        "−50,00 €",
        "(50,00)",
        "- 50,00 EUR",
        "50,00 EUR Guthaben",
    ],
)
def test_a_credit_is_negative_and_flawed(text: str) -> None:
    token = parse_amount(text)
    assert token is not None
    assert (token.value, token.flaw) == (Decimal("-50.00"), AmountFlaw.CREDIT)


@pytest.mark.parametrize(
    ("text", "value"),
    [("5OO,0O EUR", "500.00"), ("3.4l8,07 EUR", "3418.07"), ("l.2OO,00", "1200.00"), ("1O EUR", "10")],
)
def test_digits_of_a_scanned_amount_are_repaired_and_that_is_said(text: str, value: str) -> None:
    token = parse_amount(text, scanned=True)
    assert token is not None
    assert (token.value, token.repaired) == (Decimal(value), True)
    assert token.quote == text


def test_digits_are_only_repaired_in_a_scan() -> None:
    assert find_amounts("5OO,0O EUR") == ()
    assert find_amounts("26-K-OO,44", scanned=True) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1.234,56 EUR 318,07 EUR", ["1234.56", "318.07"]),
        ("EUR 1,00 EUR 2,00", ["1.00", "2.00"]),
        ("Rechnung 4711 EUR 430,00", ["430.00"]),
        ("500 EUR 18,50 EUR", ["500", "18.50"]),
        ("2.900,00 318,07 200,00 3.418,07", ["2900.00", "318.07", "200.00", "3418.07"]),
        ("8817/25 430,00", ["430.00"]),
        ("12.10.26 430,00 EUR", ["430.00"]),
        ("Gesamt\n3.418,07 EUR", ["3418.07"]),
    ],
)
def test_neighbours_do_not_run_into_each_other(text: str, values: list[str]) -> None:
    assert [token.value for token in find_amounts(text)] == [Decimal(value) for value in values]


def test_a_quote_stays_on_its_line() -> None:
    assert [token.quote for token in find_amounts("200,00 EUR\n318,07 EUR")] == ["200,00 EUR", "318,07 EUR"]


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("5,00 CHF", "CHF"),
        ("$5.00", "USD"),
        ("£5.00", "GBP"),
        ("5,00", None),
        ("5,00 €", "EUR"),
        ("5,00 DM", "DEM"),
        ("5,00 ₺", "XXX"),
        ("＄5.00", "XXX"),
    ],
)
def test_the_currency_is_what_is_written(text: str, currency: str | None) -> None:
    token = parse_amount(text)
    assert token is not None
    assert token.currency == currency
    assert token.has_currency is (currency is not None)


def test_more_than_one_amount_is_not_one_amount() -> None:
    assert parse_amount("1,00 EUR und 2,00 EUR") is None


def test_a_spreadsheet_writes_numbers_without_cents_and_currency() -> None:
    assert [t.value for t in find_amounts("Gesamt\t1200\nZinsen\t318.5", cells=True)] == [
        Decimal(1200),
        Decimal("318.5"),
    ]
    (token,) = find_amounts("Zinsen\t318.075", cells=True)
    assert token.flaw is AmountFlaw.AMBIGUOUS


@given(
    st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2),
    st.sampled_from(["{} €", "EUR {}", "{}", "{} Euro"]),
)
def test_every_amount_written_the_german_way_is_read_back(value: Decimal, shape: str) -> None:
    written = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    token = parse_amount(shape.format(written))
    assert token is not None
    assert token.value == value


@given(st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2))
def test_every_amount_written_the_english_way_is_read_back(value: Decimal) -> None:
    token = parse_amount(f"EUR {value:,.2f}")
    assert token is not None
    assert token.value == value


@given(st.dates(), st.sampled_from(["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"]))
def test_a_date_is_never_an_amount(day: object, shape: str) -> None:
    written = day.strftime(shape)  # type: ignore[attr-defined] # a date, as hypothesis makes them
    assert find_amounts(f"am {written} 430,00 EUR")[0].value == Decimal("430.00")


@given(st.text(alphabet="0123456789.,-'€EUROlS |\t\n–", max_size=60), st.booleans(), st.booleans())
def test_any_text_is_read_without_an_error_and_quotes_stand_in_it(text: str, scanned: bool, cells: bool) -> None:
    end = 0
    for token in find_amounts(text, scanned=scanned, cells=cells):
        assert text[token.start : token.end] == token.quote
        assert token.start >= end
        end = token.end
