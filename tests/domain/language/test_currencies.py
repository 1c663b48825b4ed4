"""Currencies: none but the euro is taken for euros, however it is written."""

from decimal import Decimal

import pytest

from claimstream.domain.language import currencies
from claimstream.domain.language.currencies import UNKNOWN, currency_code
from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.source import read_source
from claimstream.domain.records.mail import Source, SourceKind

WRITTEN = sorted(currencies._CODES)


def values(text: str) -> set[Decimal | None]:
    source = Source(source_id="s", kind=SourceKind.TEXT_PDF, name="n", media_type="t/p", size=1, sha256="0", text=text)
    return {amount.value for amount in read_source(source).totals}


@pytest.mark.parametrize("written", WRITTEN)
def test_every_listed_currency_is_read_before_and_behind(written: str) -> None:
    for text in (f"5.100,00 {written}", f"{written} 5.100,00"):
        assert [(t.value, t.currency) for t in find_amounts(text)] == [(Decimal(5100), currency_code(written))], text


@pytest.mark.parametrize("written", [each for each in WRITTEN if currency_code(each) != "EUR"])
def test_no_other_currency_is_a_claim_in_euros(written: str) -> None:
    for label in ("Gesamtforderung:", "noch zu zahlen:", "Die Forderung beträgt"):
        assert values(f"{label} 5.100,00 {written}") <= {None}
        assert values(f"{label} {written} 5.100,00\nMahngebühr 10,00 EUR") <= {None, Decimal(10)}


@pytest.mark.parametrize("code", ["XYZ", "QQQ", "WWW"])
def test_a_code_that_nobody_lists_is_no_euro(code: str) -> None:
    assert [token.currency for token in find_amounts(f"Die Forderung beträgt 5.100,00 {code}.")] == [UNKNOWN]


@pytest.mark.parametrize(
    "text",
    [
        "Gebühr 250,00 RVG",
        "Summe 250,00 UND",
        "GESAMTFORDERUNG 250,00 PER",
        "Saldo 250,00 H.",
        "Rechnung 250,00\nABC",
        "Rechnung 250,00 ABC-4711",
    ],
)
def test_other_capitals_behind_an_amount_are_no_currency(text: str) -> None:
    assert [token.currency for token in find_amounts(text)] == [None]


@pytest.mark.parametrize(
    "money", ["Alle Beträge in CHF.", "Betrag (USD)", "Währung: PLN", "Angaben in Schweizer Franken", "currency: GBP"]
)
def test_amounts_of_a_text_in_another_currency_are_no_euros(money: str) -> None:
    assert values(f"{money}\nGesamtforderung: 5.100,00") <= {None}


@pytest.mark.parametrize(
    "other",
    [
        "steuerfrei nach $4 UStG",
        "nach $ 286 BGB",
        "$ 14 Abs. 2",
        "Seite 4 $",
        "in Franken und Bayern",
        "in allem",
        "TOP 3",
    ],
)
def test_a_sign_that_is_no_money_silences_nothing(other: str) -> None:
    assert values(f"Gesamtforderung: 5.100,00\n{other}") == {Decimal(5100)}


def test_two_currencies_of_one_amount_are_none() -> None:
    assert find_amounts("CHF 5.100,00 EUR")[0].currency == UNKNOWN
