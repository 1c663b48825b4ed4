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
        "<ruby><rt>900,00 EUR</rt></ruby>",
        '<span style="color:#ffffff">900,00 EUR</span>',
        '<span style="color: White !important">900,00 EUR</span>',
        '<font color="#fdfdfd">900,00 EUR</font>',
        '<font color="fff">900,00 EUR</font>',
        '<span style="color:rgb(255, 255, 255)">900,00 EUR</span>',
        '<span style="color:rgba(0,0,0,0)">900,00 EUR</span>',
        '<b style="color:#036"><i style="background:#003366 repeat-x top">900,00 EUR</i></b>',
        '<table bgcolor="#003366"><tr><td style="background:#fff;color:#fff">900,00 EUR</td></tr></table>',
        "<style>.pre{color:#FFF}</style><span class=pre>900,00 EUR</span>",
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
        '<span style="color:#036">500,00</span>',
        '<span style="color:#fff;background:navy">500,00</span>',
        '<b style="background-color:#003366"><i style="color:#fff">500,00</i></b>',
        '<b style="background:#036 url(x.png) no-repeat"><i style="color:#fff">500,00</i></b>',
        '<i style="color:#fff"><b style="color:#000">500,00</b></i>',
        '<i style="color:#fff"><a href="http://a.example">500,00</a></i>',
        '<style>.dark{background:#036}</style><b class="dark"><i style="color:#fff">500,00</i></b>',
        '<style>.top b{background:#036}</style><b><i style="color:#fff">500,00</i></b>',
        "<style>b{color:#fff} b{color:red}</style><b>500,00</b>",
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
        '234<span style="vertical-align:4px">5</span> EUR',
        '234<span style="font-size:60%; vertical-align : TOP">5</span> EUR',
        '234<span style="position:relative;top:-4px;font-size:60%">5</span> EUR',
        '234<span style="bottom: .3em; position: relative">5</span> EUR',
        '<style>.s{font-size:60%;vertical-align:super}</style>234<span class="s">5</span> EUR',
        "<style>small{position:relative;top:-4px}</style>234<small>5</small> EUR",
        "234<!-- x --><sup>5</sup> EUR",
        "234<b><sup>5</sup></b> EUR",
        "<b><sup>1</sup></b><i>234,56</i> EUR",
        '234<input value="5"> EUR',
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
        ('<span style="position:relative;top:0">500</span>,00', "500,00"),
        ('<span style="position:relative">5</span>00,00', "500,00"),
        ('<b>5</b><b style="vertical-align:baseline">00,00</b>', "500,00"),
        ("<ruby>500<rp>(</rp><rt>fünfhundert</rt><rp>)</rp></ruby>,00 EUR", "500,00 EUR"),
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


def test_cells_that_stand_at_the_top_of_their_row_are_not_raised() -> None:
    sheet = "<style>td{vertical-align:top} div{position:relative;top:2px}</style>"
    row = '<table><tr><td>2026</td><td valign="top">500,00</td><td style="vertical-align:top">12,00</td></tr></table>'
    assert html_to_text(f"{sheet}{row}<div>2026</div><div>700,00</div>")[0].split() == [
        "2026",
        "500,00",
        "12,00",
        "2026",
        "700,00",
    ]


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ('<input type="checkbox"> ja', "[ ] ja"),
        ("<input type=CheckBox checked>ja", "[x] ja"),
        ('<input type="radio" checked="checked"> ja', "[x] ja"),
        ('<label>ja<input type="radio"></label>', "ja [ ]"),
        ('wir stimmen <input type="text" value="nicht"> zu', "wir stimmen nicht zu"),
        ('<input value="500,00"> EUR', "500,00 EUR"),
        ('<input type="hidden" value="500,00"> EUR', "EUR"),
        ('<input placeholder="Betrag"> EUR', "EUR"),
        ('<input style="display:none" value="500,00"> EUR', "EUR"),
        ("&#xe000;7&#xe001; EUR", "7 EUR"),
    ],
)
def test_fields_of_a_form_are_read_as_they_were_filled_in(field: str, read: str) -> None:
    assert text(field).removeprefix("Summe:").strip() == read


def test_text_on_a_dark_cell_is_read_and_text_in_the_colour_of_the_page_is_noted() -> None:
    head = (
        '<tr bgcolor="#003366"><td><font color="#ffffff">Forderung</font></td><td style="color:#fff">500,00</td></tr>'
    )
    page = f'<body text="#000000"><table>{head}</table><p style="color:#fff">Hallo <b>900,00 EUR</b> Ende</p></body>'
    read, _, struck = html_to_text(page)
    assert (read.split(), struck) == (["Forderung", "500,00"], ("Hallo   Ende", "900,00 EUR"))
