import pytest

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.records.extraction import AmountFlaw
from claimstream.reading.html import html_to_text


def text(html: str) -> str:
    return html_to_text(f"<p>Summe: {html}</p>")[0]


@pytest.mark.parametrize(
    "void",
    [
        "<s>900,00 EUR</s>",
        "<del>900,00 EUR</del>",
        '<span style="color:red; text-decoration: line-through">900,00 EUR</span>',
        '<span style="opacity: 0">900,00 EUR</span>',
        '<span style="max-height:0px;overflow:hidden">900,00 EUR</span>',
    ],
)
def test_what_is_struck_out_or_hidden_is_not_read(void: str) -> None:
    assert text(f"{void} 500,00 EUR").split() == ["Summe:", "500,00", "EUR"]


@pytest.mark.parametrize(
    "shown",
    [
        '<span style="opacity:0.9">500,00</span>',
        '<span style="max-height:0.5em">500,00</span>',
        '<span style="max-height:0">500,00</span>',
        '<span style="min-height:0;line-height:0;overflow:hidden">500,00</span>',
        '<span style="stop-opacity:0">500,00</span>',
        '<span style="font-size:0"><b style="font-size:14px">500,00</b></span>',
        "<ins>500,00</ins>",
    ],
)
def test_what_is_shown_is_read(shown: str) -> None:
    assert text(shown) == "Summe: 500,00"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="cid:1">234,56 EUR',
        '1<span><img src="cid:2" alt=""></span>34,56 EUR',
        "234<sub>5</sub> EUR",
        "<sup>1</sup>234,56 EUR",
        '<b>234</b><sup><a href="#n">5</a></sup> EUR',
        '234<span style="vertical-align: super">5</span> EUR',
    ],
)
def test_figures_that_touch_a_picture_or_raised_ones_are_unsure(html: str) -> None:
    assert all(token.flaw is AmountFlaw.AMBIGUOUS for token in find_amounts(text(html)) if token.has_currency)


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ('<img src="cid:logo"> 500,00 EUR', "500,00 EUR"),
        ("500,<sup>00</sup> EUR", "500,00 EUR"),
        ("500,00 EUR<sup>1</sup>", "500,00 EUR1"),
        ('Stadt<img src="cid:logo">werke', "Stadtwerke"),
    ],
)
def test_pictures_and_raised_text_elsewhere_leave_the_words(html: str, read: str) -> None:
    assert text(html).removeprefix("Summe:").strip() == read


@pytest.mark.parametrize(
    ("sheet", "hidden"),
    [
        (".Old{color:red;text-decoration:line-through}", True),
        ("/* {} */ <!-- p.x, u.old , b { display : none } -->", True),
        ("@import url(x); #n{visibility:hidden}", True),
        ("@media (max-width:600px){.old{display:none}}", False),
        (".older{display:none} .old b{display:none} td.old{display:none}", False),
        (".old{max-height:0}", False),
        ("}}} .old{display:block", False),
    ],
)
def test_a_stylesheet_hides_what_its_simple_selectors_name(sheet: str, hidden: bool) -> None:
    html = f'<style>{sheet}</style><p>Summe: <u id="n" class="a Old">900,00 EUR</u> 500,00 EUR</p>'
    assert html_to_text(html)[0].split()[1:-1] == (["500,00"] if hidden else ["900,00", "EUR", "500,00"])
