import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.organisations import find_organisations, name_score


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Stadtwerke Aue GmbH", "Stadtwerke Aue"),
        ("Nordlicht Inkasso GmbH & Co. KG", "Nordlicht-Inkasso"),
        ("Müller Möbel e.V.", "Mueller Moebel e. V."),
        ("Alpha Bank AG", "ALPHA BANK"),
        ("Nordlichtinkasso", "Nordlicht Inkasso"),
    ],
)
def test_legal_forms_case_and_umlauts_carry_no_weight(a: str, b: str) -> None:
    assert name_score(a, b) == name_score(b, a) == 1.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Stadtwerke Aue GmbH", "Stadtwerke Kiel GmbH"),
        ("Alpha Inkasso", "Beta Inkasso"),
        ("X AG", "Y AG"),
        ("Sparkasse Aue", "Sparkasse Kiel"),
    ],
)
def test_a_shared_trade_word_is_not_a_shared_name(a: str, b: str) -> None:
    assert name_score(a, b) < 0.5


def read(text: str) -> tuple[str | None, str | None]:
    found = find_organisations(text, "body")
    for one in (found.creditor, found.representative):
        if one:
            assert text[one.evidence.start : one.evidence.start + len(one.evidence.quote)] == one.evidence.quote
    return (
        found.creditor.value if found.creditor else None,
        found.representative.value if found.representative else None,
    )


@pytest.mark.parametrize(
    ("text", "creditor", "representative"),
    [
        (
            "im Auftrag der Stadtwerke Aue GmbH teilen wir mit\n\nMit freundlichen Grüßen\nSabine Kern\n"
            "Nordlicht Inkasso GmbH\n",
            "Stadtwerke Aue GmbH",
            "Nordlicht Inkasso GmbH",
        ),
        ("namens und in Vollmacht der Alpha Bank AG, Musterstr. 1", "Alpha Bank AG", None),
        ("Gläubigerin: Möbel Rabe GmbH & Co. KG\nSumme", "Möbel Rabe GmbH & Co. KG", None),
        ("unsere Mandantin, die Alpha Bank AG, hat", "Alpha Bank AG", None),
        ("On behalf of Alpha Finance Ltd we write", "Alpha Finance Ltd", None),
        ("Hallo\n\nMit freundlichen Grüßen\n\nSabine Kern\nStadtwerke Aue GmbH\n", "Stadtwerke Aue GmbH", None),
        ("Finanzamt Kiel-Nord\nPostfach 1\n", "Finanzamt Kiel-Nord", None),
        ("Guten Tag,\nwir melden uns.\nMit freundlichen Grüßen\nSabine Kern", None, None),
    ],
)
def test_who_is_owed_and_who_writes_for_them(text: str, creditor: str | None, representative: str | None) -> None:
    assert read(text) == (creditor, representative)


@given(st.text(alphabet="GmbH AGKaiImuftrge d:,.&\n", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "opening",
    [
        "Liebe Kanzlei am Hafen,",
        "Sehr geehrte Kanzlei Nord,",
        "Hallo Inkasso-Team,",
        "Dear Harbour Solutions,",
        "An die Kanzlei am Hafen",
        "An die\nKanzlei am Hafen",
    ],
)
def test_whoever_is_written_to_is_not_the_creditor(opening: str) -> None:
    letter = f"{opening}\n\ndie Forderung beträgt 500,00 EUR.\n\n{{}}"
    assert find_organisations(letter.format("Viele Grüße\nHans Meier"), "body").creditor is None
    signed = find_organisations(letter.format("Viele Grüße\nStadtwerke Aue GmbH"), "body").creditor
    assert signed is not None
    assert signed.value == "Stadtwerke Aue GmbH"
