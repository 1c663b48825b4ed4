import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.iban import IBAN_LENGTHS, find_bics, find_ibans, is_valid_iban

IBAN = "DE41500105170123456789"


@pytest.mark.parametrize(
    "text",
    [
        "DE41 5001 0517 0123 4567 89",
        IBAN,
        "GB82 WEST 1234 5698 7654 32",
        "AT61 1904 3002 3457 3201",
        "CH93 0076 2011 6238 5295 7",
        "NL91 ABNA 0417 1643 00",
    ],
)
def test_a_right_iban_is_valid(text: str) -> None:
    assert is_valid_iban(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DE41",
        "DE41 5001 0517 0123 4567 8",
        "DE41 5001 0517 0123 4567 890",
        "XX41500105170123456789",
        "DE4I500105170123456789",
    ],
)
def test_a_wrong_length_country_or_letter_is_not(text: str) -> None:
    assert not is_valid_iban(text)


@given(st.integers(2, len(IBAN) - 1), st.integers(1, 9))
def test_any_changed_digit_makes_it_invalid(position: int, shift: int) -> None:
    changed = str((int(IBAN[position]) + shift) % 10)
    assert not is_valid_iban(IBAN[:position] + changed + IBAN[position + 1 :])


def test_an_iban_is_found_between_other_words() -> None:
    text = "IBAN: DE41 5001 0517 0123 4567 89 BIC INGDDEFFXXX EUR 430,00"
    (found,) = find_ibans(text)
    assert (found.value, text[found.start : found.end]) == (IBAN, "DE41 5001 0517 0123 4567 89")


def test_an_invalid_iban_and_a_creditor_id_are_not_found() -> None:
    assert find_ibans("DE42 5001 0517 0123 4567 89, Gläubiger-ID DE98ZZZ09999999999") == ()


def test_a_bic_needs_its_label() -> None:
    assert [b.value for b in find_bics("BIC: INGDDEFFXXX, SWIFT-Code DEUTDEFF")] == ["INGDDEFFXXX", "DEUTDEFF"]
    assert find_bics("INGDDEFFXXX FORDERUNG") == ()


def test_the_registry_is_whole() -> None:
    assert len(IBAN_LENGTHS) > 80
    assert {IBAN_LENGTHS[c] for c in ("DE", "NO", "MT", "AT", "FR")} == {22, 15, 31, 20, 27}


@given(st.text(alphabet="DE0123456789 AZ:", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for found in find_ibans(text):
        assert is_valid_iban(text[found.start : found.end])
