"""Struck-out text in every container: it is left out, the report says so, and a figure of its own goes to a person."""

import io
import zipfile
from collections.abc import Callable

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell.text import InlineFont  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # it ships no types
from tests.reading import samples

from claimstream.domain.records.mail import ParsedMail
from claimstream.reading.mail import read_mail

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _html(void: str, shown: str) -> ParsedMail:
    return read_mail(samples.mail(None, html=f"<p>Forderung: <del>{void}</del> {shown}</p>"))


def _html_style(void: str, shown: str) -> ParsedMail:
    style = "text-decoration:line-through"
    return read_mail(samples.mail(None, html=f'<p>Forderung: <span style="{style}">{void}</span> {shown}</p>'))


def _html_sheet(void: str, shown: str) -> ParsedMail:
    sheet = "<style>.alt{text-decoration-line:line-through}</style>"
    return read_mail(samples.mail(None, html=f'{sheet}<p>Forderung: <b class="alt">{void}</b> {shown}</p>'))


def _html_beside_plain(void: str, shown: str) -> ParsedMail:
    page = f"<p>Sehr geehrte Damen und Herren,</p><p>Forderung: <s>{void}</s> {shown}</p>"
    return read_mail(samples.mail(f"Sehr geehrte Damen und Herren,\n\nForderung: {void} {shown}", html=page))


def _attached(name: str, declared: str, data: bytes) -> ParsedMail:
    return read_mail(samples.mail("Anbei.", files=[(name, declared, data)]))


def _zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def word(body: str) -> bytes:
    """A Word file of that body."""
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return _zipped({"[Content_Types].xml": types, "word/document.xml": document})


def _word(look: str) -> Callable[[str, str], ParsedMail]:
    def read(void: str, shown: str) -> ParsedMail:
        runs = f"<w:r><w:t>Forderung: </w:t></w:r><w:r><w:rPr><w:{look}/></w:rPr><w:t>{void}</w:t></w:r>"
        data = word(f"<w:p>{runs}<w:r><w:t> {shown}</w:t></w:r></w:p>")
        return _attached("brief.docx", "application/octet-stream", data)

    return read


def _odt(void: str, shown: str) -> ParsedMail:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "style", "text")
    )
    styles = (
        '<style:style style:name="Base"><style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="Struck" style:parent-style-name="Base"/>'
    )
    paragraph = f'<text:p>Forderung: <text:span text:style-name="Struck">{void}</text:span> {shown}</text:p>'
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{paragraph}</office:text></office:body></office:document-content>"
    )
    data = _zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})
    return _attached("brief.odt", "application/vnd.oasis.opendocument.text", data)


def _rtf(look: str) -> Callable[[str, str], ParsedMail]:
    def read(void: str, shown: str) -> ParsedMail:
        text = rf"{{\rtf1\ansi Forderung: {{{look} {void}}} {shown}\par}}"
        return _attached("brief.rtf", "application/rtf", text.encode("cp1252"))

    return read


def _sheet(void: str, shown: str) -> ParsedMail:
    book = openpyxl.Workbook()
    for column, text in enumerate(("Forderung", void, shown), 1):
        book.active.cell(1, column, text)
    book.active["B1"].font = openpyxl.styles.Font(strike=True)
    buffer = io.BytesIO()
    book.save(buffer)
    return _attached("liste.xlsx", "application/octet-stream", buffer.getvalue())


def _run_of_a_sheet(void: str, shown: str) -> ParsedMail:
    book = openpyxl.Workbook()
    struck = TextBlock(InlineFont(strike=True), void)
    book.active["A1"] = CellRichText("Forderung: ", struck, f" {shown}")
    buffer = io.BytesIO()
    book.save(buffer)
    return _attached("liste.xlsx", "application/octet-stream", buffer.getvalue())


def _pdf(draw: Callable[[Canvas, float, float, float], None]) -> Callable[[str, str], ParsedMail]:
    def read(void: str, shown: str) -> ParsedMail:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=A4)
        canvas.drawString(60, 700, "Sehr geehrte Damen und Herren, die Forderung lautet:")
        canvas.drawString(60, 660, void)
        draw(canvas, 60, 60 + canvas.stringWidth(void), 660)
        canvas.drawString(300, 660, shown)
        canvas.save()
        return _attached("brief.pdf", "application/pdf", buffer.getvalue())

    return read


def _line_through(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.setLineWidth(0.8)
    canvas.line(left, baseline + 3.5, right, baseline + 3.5)


def _thick_line_through(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.setLineWidth(1.8)
    canvas.line(left, baseline + 4, right, baseline + 4)


def _scaled_line_through(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.saveState()
    canvas.scale(0.1, 0.1)
    canvas.setLineWidth(15)
    canvas.line(10 * left, 10 * baseline + 40, 10 * right, 10 * baseline + 40)
    canvas.restoreState()


def _lines_through_in_one_path(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    path = canvas.beginPath()
    for height in (baseline + 4, baseline - 60):
        path.moveTo(left, height)
        path.lineTo(right, height)
    canvas.drawPath(path)


def _bar_through(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.rect(left - 5, baseline + 3, right - left + 10, 1, stroke=0, fill=1)


def _mark(subtype: str, **entries: str) -> Callable[[Canvas, float, float, float], None]:
    """A reader's mark; its entries with ``{l}``, ``{r}`` (left and right) and ``{b}`` (baseline) plus a number."""

    def draw(canvas: Canvas, left: float, right: float, baseline: float) -> None:
        places = {"l": left, "r": right} | {f"b{n}".replace("-", "_"): baseline + n for n in (-2, 3, 4, 5, 10, 50)}
        mark = {"Type": PDFName("Annot"), "Subtype": PDFName(subtype), "Rect": "[{l} {b_2} {r} {b10}]", "F": "4"}
        filled = {key: v.format(**places) if isinstance(v, str) else v for key, v in {**mark, **entries}.items()}
        canvas._annotationrefs = [canvas._doc.Reference(PDFDictionary(filled))]

    return draw


_CORNERS = "{l} {b10} {r} {b10} {l} {b_2} {r} {b_2}"


CONTAINERS: dict[str, Callable[[str, str], ParsedMail]] = {
    "del": _html,
    "style": _html_style,
    "stylesheet": _html_sheet,
    "beside a plain form": _html_beside_plain,
    "word strike": _word("strike"),
    "word dstrike": _word("dstrike"),
    "word vanish": _word("vanish"),
    "word white": _word('color w:val="FFFFFF"'),
    "odt": _odt,
    "rtf": _rtf(r"\strike"),
    "rtf twice": _rtf(r"\striked1"),
    "rtf deleted": _rtf(r"\deleted"),
    "sheet": _sheet,
    "run of a sheet": _run_of_a_sheet,
    "pdf line": _pdf(_line_through),
    "pdf bar": _pdf(_bar_through),
    "pdf thick line": _pdf(_thick_line_through),
    "pdf scaled line": _pdf(_scaled_line_through),
    "pdf lines in one path": _pdf(_lines_through_in_one_path),
    "pdf mark": _pdf(_mark("StrikeOut", QuadPoints=f"[{_CORNERS}]")),
    "pdf mark over lines": _pdf(
        _mark("StrikeOut", Rect="[{l} {b_2} {r} {b50}]", QuadPoints=f"[{_CORNERS} {{l}} {{b50}} {{r}} {{b50}} 0 0 0 0]")
    ),
    "pdf ink": _pdf(_mark("Ink", InkList="[[{l} {b3} {r} {b5}]]")),
    "pdf line mark": _pdf(_mark("Line", L="[{l} {b4} {r} {b4}]")),
    "pdf lines mark": _pdf(_mark("PolyLine", Vertices="[{l} {b3} {r} {b5}]")),
}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
def test_a_struck_figure_is_not_read_and_goes_to_a_person(container: Callable[[str, str], ParsedMail]) -> None:
    mail = container("900,00 EUR", "500,00 EUR")
    text = " ".join(source.text for source in mail.sources)
    assert ("500,00 EUR" in text, "900,00" in text) == (True, False)
    (noted,) = mail.unread
    assert (noted.reason, noted.is_rest) == ("struck", True)
    assert "900,00 EUR" in noted.detail


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("void", ["Herr", "500,00 EUR"])
def test_other_struck_text_is_noted_and_stops_nothing(container: Callable[[str, str], ParsedMail], void: str) -> None:
    mail = container(void, "500,00 EUR")
    assert "500,00 EUR" in " ".join(source.text for source in mail.sources)
    assert [(noted.reason, noted.is_rest) for noted in mail.unread] == [("struck", False)]


def test_a_struck_figure_within_an_amount_goes_to_a_person() -> None:
    assert [noted.is_rest for noted in _html("9", "345,00 EUR").unread] == [True]


@pytest.mark.parametrize(
    "html", ["<p>Forderung: 500,00 EUR</p>", "<p><u>Forderung</u>: <b>500,00 EUR</b></p>", "<p>500,00 EUR<s> </s></p>"]
)
def test_text_that_is_not_struck_is_not_noted(html: str) -> None:
    assert read_mail(samples.mail(None, html=html)).unread == ()
    assert read_mail(samples.mail("Forderung: 500,00 EUR", html=html)).unread == ()


def test_struck_text_of_a_quoted_letter_is_noted_too() -> None:
    page = "<p>Forderung: 500,00 EUR</p><blockquote type=cite><p><s>900,00 EUR</s></p></blockquote>"
    assert [noted.is_rest for noted in read_mail(samples.mail(None, html=page)).unread] == [True]


def _underline(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.line(left, baseline - 1.5, right, baseline - 1.5)


def _frame(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    for height in (-4, 11):
        canvas.line(left - 4, baseline + height, right + 300, baseline + height)
    canvas.rect(left - 4, baseline - 4, right - left + 8, 15)


def _dash(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.line(left + 10, baseline + 4, left + 14, baseline + 4)


def _leader(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.line(right + 5, baseline + 3, 290, baseline + 3)


def _grid(canvas: Canvas, left: float, right: float, baseline: float) -> None:
    canvas.setLineWidth(1.5)
    canvas.grid([left - 4, right + 4, right + 300], [baseline - 5, baseline + 11, baseline + 27])


@pytest.mark.parametrize(
    "draw",
    [
        _underline,
        _frame,
        _dash,
        _leader,
        _grid,
        _mark("Underline", QuadPoints=f"[{_CORNERS}]"),
        _mark("Ink", InkList="[[{l} {b_2} {r} {b_2}]]"),
        _mark("Ink", InkList="[[{l} {b_2} {l} {b50} {r} {b4}]]"),
        _mark("Line", L="[{l} {b_2} {r} {b_2}]"),
        _mark("Ink", InkList="[[{l} {b3} {r} {b5}]]", F="2"),
    ],
)
def test_lines_of_a_page_that_strike_nothing_leave_its_text(
    draw: Callable[[Canvas, float, float, float], None],
) -> None:
    mail = _pdf(draw)("900,00 EUR", "500,00 EUR")
    assert ("900,00 EUR" in mail.sources[1].text, mail.unread) == (True, ())
