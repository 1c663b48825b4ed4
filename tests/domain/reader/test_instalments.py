from datetime import date
from decimal import Decimal

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.claims import read_claims
from claimstream.domain.reader.instalments import read_installment
from claimstream.domain.records.extraction import InstallmentTerms


def read(text: str) -> InstallmentTerms | None:
    found = read_installment(text, text.lower(), "body", read_claims(text, find_amounts(text)))
    return found.value if found else None


def test_rate_number_and_first_due_date() -> None:
    assert read("in 24 Raten zu je 50,00 EUR, beginnend ab 01.12.2026") == InstallmentTerms(
        rate=Decimal("50.00"), count=24, first_due=date(2026, 12, 1)
    )
    assert read("monthly instalments of EUR 50.00") == InstallmentTerms(rate=Decimal("50.00"))


def test_two_rates_or_a_rent_are_no_terms() -> None:
    assert read("Raten von 50,00 EUR oder 60,00 EUR monatlich") is None
    assert read("Die monatliche Miete beträgt 450,00 EUR") is None
