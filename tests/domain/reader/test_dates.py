from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.dates import find_as_of, find_dates


@pytest.mark.parametrize(
    "text",
    [
        "3.2.26",
        "03.02.2026",
        "3. Februar 2026",
        "3. Feb. 2026",
        "03. 02. 2026",
        "3 February 2026",
        "3rd of February 2026",
        "February 3, 2026",
        "2026-02-03",
    ],
)
def test_a_date_is_read_in_every_common_writing(text: str) -> None:
    assert [token.value for token in find_dates(f"am {text} kam")] == [date(2026, 2, 3)]


def test_march_is_read_with_umlaut_and_without() -> None:
    assert {t.value for t in find_dates("3. März 2026, 3. Maerz 2026, 3. Mrz. 2026")} == {date(2026, 3, 3)}


def test_day_and_month_around_slashes_are_told_apart_only_where_they_can_be() -> None:
    assert [token.value for token in find_dates("03/02/2026")] == [None]
    assert [token.value for token in find_dates("23/02/2026")] == [date(2026, 2, 23)]


@pytest.mark.parametrize("text", ["31.02.2026", "8817/25", "12.345.6", "0431 12.10", "1.2.3.4"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert find_dates(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Stand 01.03.2026",
        "(Stand: 01.03.2026)",
        "per 01.03.2026",
        "Forderungshöhe zum 01.03.2026: EUR 5,00",
        "Die Gesamtforderung beträgt zum 01.03.2026 EUR 5,00",
        "as at 1 March 2026",
        "as of 1 March 2026",
        "Saldo per 01.03.2026",
        "Zinsen bis 01.03.2026",
        "valutiert zum 01.03.2026 mit",
    ],
)
def test_the_date_a_claim_stands_as_of_is_found(text: str) -> None:
    assert [token.value for token in find_as_of(text)] == [date(2026, 3, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "zahlbar bis zum 01.03.2026",
        "Ihr Schreiben vom 01.03.2026",
        "Rechnung vom 01.03.2026",
        "geb. 01.03.1985",
        "Kiel, 01.03.2026",
    ],
)
def test_a_deadline_or_another_date_is_no_as_of_date(text: str) -> None:
    assert find_as_of(text) == ()


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    for written in (day.strftime("%d.%m.%Y"), day.strftime("%d.%m.%y"), day.isoformat()):
        assert [token.value for token in find_dates(f"x {written} y")] == [day]


@given(st.text(alphabet="0123456789./- MäarzJun", max_size=40))
def test_any_text_is_read_without_an_error_and_quotes_stand_in_it(text: str) -> None:
    for token in (*find_dates(text), *find_as_of(text)):
        assert text[token.start : token.end] == token.quote
