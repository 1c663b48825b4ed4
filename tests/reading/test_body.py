"""The body out of its plain and HTML forms."""

import pytest

from claimstream.reading.body import body_text
from claimstream.reading.mime import TextPart

LETTER = "<p>Sehr geehrte Damen und Herren,</p><p>die Gesamtforderung beträgt {}.</p><p>Freundliche Grüße</p>"
PLAIN = "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung beträgt {}.\n\nFreundliche Grüße"


def forms(plain: str, html: str) -> list[TextPart]:
    return [TextPart(plain=plain, html=html)]


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("1.293,34 EUR", "9.293,34 EUR"),
        ("9.293,34 EUR", "1.293,34 EUR"),
        ("1.293,34 EUR", "0 EUR"),
        ("1.293,34 EUR, davon Zinsen 12,00 EUR", "1.293,34 EUR, davon Zinsen 21,00 EUR"),
    ],
)
def test_forms_that_give_different_amounts_are_told(plain: str, html: str) -> None:
    _, missing, _ = body_text(forms(PLAIN.format(plain), LETTER.format(html)))
    assert missing.startswith("Its plain form gives an amount that its HTML form")


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("1.293,34 EUR", "1.293,34&nbsp;€"),
        ("1293,34 EUR", "<b>1.293,34</b> EUR"),
        ("der Anlage zu entnehmen", "1.293,34 EUR"),
        ("1.293,34 EUR", "1.293,34 EUR, davon Zinsen 12,00 EUR"),
        ("am 14.08.2025\t1.293,34 EUR", "am 14.08.2025 <td>1.293,34 EUR</td>"),
        ("für 01/2025 - 12/2025\t1.293,34 EUR", "für 01/2025 - 12/2025</td><td>1.293,34 EUR"),
    ],
)
def test_a_plain_form_that_says_less_is_no_contradiction(plain: str, html: str) -> None:
    text, missing, _ = body_text(forms(PLAIN.format(plain), LETTER.format(html)))
    assert "293,34" in text
    assert missing == ""


@pytest.mark.parametrize("html", ["", "<img src='cid:letter'>", "<p>HTML</p>"])
def test_an_html_form_that_says_nothing_leaves_the_plain_one(html: str) -> None:
    assert body_text(forms(PLAIN.format("1.293,34 EUR"), html)) == (PLAIN.format("1.293,34 EUR"), "", ())


@pytest.mark.parametrize("figure", ["35001<sup>1</sup>", '35001<span style="vertical-align: super">1</span>'])
def test_raised_figures_of_an_html_form_are_not_read_from_the_plain_one(figure: str) -> None:
    text, missing, _ = body_text(forms(PLAIN.format("350011 EUR"), LETTER.format(f"{figure} EUR")))
    assert ("35001\ufffc1 EUR" in text, missing) == (True, "")
