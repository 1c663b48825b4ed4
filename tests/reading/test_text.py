"""Bytes to characters: what a reader of the mail sees in another order is marked."""

import pytest
from tests.reading import samples
from tests.reading.test_struck import word

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.records.extraction import AmountFlaw
from claimstream.reading.html import html_to_text
from claimstream.reading.mail import read_mail
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


@pytest.mark.parametrize(
    "html",
    [
        "<p>Gesamtforderung: <bdo dir='rtl'>65,432.1</bdo> EUR</p>",
        "<p>Gesamtforderung: <span style='unicode-bidi:bidi-override; direction: rtl'>65,432.1</span> EUR</p>",
        "<p dir=RTL>Gesamtforderung: <b>1.234,56</b> EUR</p>",
        "<div dir=rtl><p>Guten Tag</p>Gesamtforderung:<br>1.234,56 EUR</div>",
    ],
)
def test_an_element_that_turns_its_figures_makes_them_ambiguous(html: str) -> None:
    text = html_to_text(f"{html}<p>Zinsen: 12,50 EUR</p>")[0]
    assert [token.flaw for token in find_amounts(text)] == [AmountFlaw.AMBIGUOUS, None]


def test_a_plain_form_beside_turned_figures_is_not_believed() -> None:
    page = "<p>Sehr geehrte Damen und Herren,</p><p>Forderung: <bdo dir=rtl>1,234.56</bdo> EUR</p>"
    mail = read_mail(samples.mail("Sehr geehrte Damen und Herren,\n\nForderung: 1,234.56 EUR", html=page))
    assert [token.flaw for token in find_amounts(mail.body.text)] == [AmountFlaw.AMBIGUOUS]


def test_a_turned_run_of_word_makes_its_figures_ambiguous() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = f'<w:p>{run.format("Summe: ")}<w:bdo w:val="rtl">{run.format("65,432.1 EUR")}</w:bdo></w:p>'
    text = read_mail(samples.mail("Anbei.", files=[("a.docx", "", word(body))])).sources[1].text
    assert [token.flaw for token in find_amounts(text)] == [AmountFlaw.AMBIGUOUS]
