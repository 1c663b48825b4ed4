"""What may be a reply code, and what stands in mail anyway."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.rules.reply_codes import fault_of_code
from claimstream.evaluation.case import read_world
from claimstream.local.sample_mail import SAMPLES


@pytest.mark.parametrize(
    "code",
    [
        "K7Q2X9M4",
        "k7q2x9m4",
        "22XVJ2ZY",
        "D4D4D4",
        "MAR7K2X9",
        "KN-7Q2X9M",
        "UZCMWF37",
        "ABCDDE23",
    ],
)
def test_letters_and_digits_together_are_a_code(code: str) -> None:
    assert fault_of_code(code) is None


def test_the_samples_have_codes() -> None:
    letters = read_world(SAMPLES / "world.json").inquiries
    assert {fault_of_code(letter.reply_code) for letter in letters if letter.reply_code} == {None}


@given(st.from_regex(r"[A-Z][0-9][A-Z0-9]{3,17}[A-Z]", fullmatch=True))
def test_letters_on_both_sides_of_digits_are_a_code(code: str) -> None:
    assert fault_of_code(code) is None


@pytest.mark.parametrize(
    "code",
    [
        *(
            "",
            "A",
            "2026",
            "AB12",
            "A-1-2-B",
            "K7Q2X9M4K7Q2X9M4K7Q2X",
            "K7Q2 X9M4",
            "K7Q2X9M4\n",
            "-K7Q2X9",
            "K7--Q2X9",
        ),
        *("FORDERUNG", "Forderung", "BHKCVABA", "88301274", "8830-1274", "ÄB12CD3", "١٢٣٤٥٦A", "K7Q2+X9"),
        *("MAI2026", "12-OKT-26", "3DEZ2026", "RE2026", "AZ20261012", "2026AB", "EUR1200", "1200EUR", "PLZ80331"),
        *("HRB12345", "BGB-433", "INSO305", "14TAGE", "19MWST", "COVID-19", "KW48-2026", "ISO-8859-1", "SEITE12"),
        *(
            "DE123456789",
            "ATU12345678",
            "GENODEF1S02",
            "COLSDE33",
            "BYLADEM1",
            "NL91ABNA0417164300",
            "AT611904300234573201",
        ),
    ],
)
def test_what_a_mail_may_hold_by_chance_is_no_code(code: str) -> None:
    assert fault_of_code(code) is not None
