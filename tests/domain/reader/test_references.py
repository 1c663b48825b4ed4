import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.references import find_references
from claimstream.domain.reader.spelling import normalise, same_reference


def read(text: str) -> list[tuple[str, str]]:
    references = find_references(text, "body")
    for r in references:
        assert text[r.evidence.start : r.evidence.start + len(r.evidence.quote)] == r.evidence.quote
        assert r.evidence.quote.endswith(r.value)
    return [(r.direction.value, r.value) for r in references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Az.: 8817/25", [("unknown", "8817/25")]),
        ("Unser Zeichen: 26-K-004411", [("theirs", "26-K-004411")]),
        ("Kd.-Nr. 77 310 552", [("theirs", "77 310 552")]),
        ("Ihr Zeichen: 8817/25 sch", [("ours", "8817/25")]),
        ("unser Aktenzeichen 26 K 004411 Schuldner", [("theirs", "26 K 004411")]),
        ("Kundennummer: 0012345", [("theirs", "0012345")]),
        ("Kundennummer 77 310 552 EUR 430,00", [("theirs", "77 310 552")]),
        ("Vertragskonto 200 123 4567", [("theirs", "200 123 4567")]),
        ("Rechnungsnummer 4711 vom 12.10.2026 EUR 430,00", [("theirs", "4711")]),
        ("Rechnung Nr. 2026-4711 über 430,00 EUR", [("theirs", "2026-4711")]),
        ("Kunden-Nr.: K4711, Vertrags-Nr.: V-0815", [("theirs", "K4711"), ("theirs", "V-0815")]),
        ("Bei Rückfragen bitte angeben: F-99812", [("theirs", "F-99812")]),
        ("Steuernummer 20/123/45678", [("theirs", "20/123/45678")]),
        ("Kassenzeichen: 9.1234.567890.1", [("theirs", "9.1234.567890.1")]),
        ("Aktenzeichen (bitte stets angeben): 55-123", [("unknown", "55-123")]),
        ("Az. 12 IN 345/24", [("unknown", "12 IN 345/24")]),
        ("Az.: 8817/25 und 8818/25", [("unknown", "8817/25"), ("unknown", "8818/25")]),
        ("Our reference: AB-1234-X Your reference: 8817/25", [("theirs", "AB-1234-X"), ("ours", "8817/25")]),
        ("file no. 8817/25", [("unknown", "8817/25")]),
        ("Ihr Zeichen / Ihre Nachricht vom: 8817/25 / 01.10.2026", [("ours", "8817/25")]),
        ("Betreff: AW: Brandt ./. Stadtwerke, Az. 8817_25", [("unknown", "8817_25")]),
    ],
)
def test_a_reference_has_label_direction_and_value(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Tel.: 0431 123456",
        "Ihre Nachricht vom: 01.10.2026",
        "die Aktenzeichen",
        "Mahnung Nr. 3",
        "Gläubiger-ID: DE98ZZZ09999999999",
        "Ihr Zeichen: -",
        "Unser Zeichen: Kern",
    ],
)
def test_what_is_no_reference_is_left_alone(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "block",
    [
        "Ihr Zeichen | Unser Zeichen | Datum\n8817/25 | 26-K-004411 | 12.10.2026",
        "Ihr Zeichen     Ihre Nachricht vom     Unser Zeichen     Datum\n8817/25         "
        "01.10.2026             26-K-004411       12.10.2026",
        "Ihr Zeichen     Ihre Nachricht vom     Unser Zeichen     Datum\n"
        "8817/25                                26-K-004411       12.10.2026",
        "Ihr Zeichen Unser Zeichen Datum\n8817/25 26-K-004411 12.10.2026",
        "Ihr Zeichen\tUnser Zeichen\n8817/25\t26-K-004411",
        "Ihr Zeichen:\n8817/25\nUnser Zeichen:\n26-K-004411",
        "Ihr Zeichen:\nUnser Zeichen:\nDatum:\n8817/25\n26-K-004411\n12.10.2026",
        "Ihr Zeichen, Ihre Nachricht vom   Unser Zeichen, unsere Nachricht vom   Telefon, Name\n"
        "8817/25, 01.10.2026    26-K-004411    0431 22",
    ],
)
def test_the_block_of_a_letterhead_is_read_by_its_headings(block: str) -> None:
    assert read(block) == [("ours", "8817/25"), ("theirs", "26-K-004411")]


def test_separators_and_blanks_are_unified_and_zeros_stay() -> None:
    assert same_reference("8817/25", "8817_25")
    assert same_reference("77 310 552", "77310552")
    assert same_reference("26-k-004411", "26 K 004411")
    assert normalise("0012345") == "0012345"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("8817/25", "8817/26"),
        ("8817/25", "18817/25"),
        ("004411", "4411"),
        ("8817/25", "881725"),
        ("ABC", "ABC"),
        ("", ""),
    ],
)
def test_another_number_is_another_reference(a: str, b: str) -> None:
    assert not same_reference(a, b)


def test_digits_of_a_scan_are_never_rewritten_in_a_reference() -> None:
    assert read("Unser Zeichen: 26-K-0O4411") == [("theirs", "26-K-0O4411")]


@given(st.from_regex(r"[1-9][0-9]{2,4}/[0-9]{2}", fullmatch=True), st.integers(0, 6), st.integers(1, 9))
def test_one_changed_digit_is_no_match(reference: str, position: int, shift: int) -> None:
    position %= len(reference)
    if reference[position] == "/":
        position = 0
    changed = str((int(reference[position]) + shift) % 10)
    assert not same_reference(reference, reference[:position] + changed + reference[position + 1 :])


@given(st.text(alphabet="AZz.:-/ 0123456789IhruneZ|\t\n", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read(text)
