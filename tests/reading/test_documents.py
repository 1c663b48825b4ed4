import datetime
import io
import random
import zipfile

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # it ships no types
from tests.reading import samples

from claimstream.domain.records.mail import SourceKind
from claimstream.reading import Limits, filetype
from claimstream.reading.documents import Document, read_document
from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance

EURO = '#,##0.00 "€"'


def read(data: bytes, limits: Limits = Limits()) -> Document:  # noqa: B008 - frozen
    return read_document(data, filetype.sniff(data), limits, Allowance.of(limits))


def lines(data: bytes) -> list[str]:
    return read(data).text.split("\n")


# --- PDF -------------------------------------------------------------------------------------------------------------


def test_a_pdf_drawn_column_by_column_is_read_line_by_line() -> None:
    document = read(samples.pdf())
    assert document.kind is SourceKind.TEXT_PDF
    assert document.text.split("\n") == [
        "Forderungsaufstellung zum 01.03.2026, Unser Zeichen: 26-K-004411",
        "",
        *(f"{label}\t{amount}" for label, amount in samples.CLAIM),
    ]


def test_dots_between_a_label_and_its_amount_stay_on_the_line() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Gesamtforderung ........................ 3.418,07 EUR")
        canvas.drawString(60, 680, "Az.:")
        canvas.drawString(90, 680, "8817/25")

    assert lines(samples.pdf(draw)) == ["Gesamtforderung ........................ 3.418,07 EUR", "Az.: 8817/25"]


def test_stamps_across_the_page_do_not_mix_with_its_lines() -> None:
    def draw(canvas: Canvas) -> None:
        samples.draw_claim(canvas)
        for angle, text in ((45, "ENTWURF"), (90, "RAND4711")):
            canvas.saveState()
            canvas.translate(200, 600)
            canvas.rotate(angle)
            canvas.setFont("Helvetica", 40)
            canvas.drawString(0, 0, text)
            canvas.restoreState()

    found = lines(samples.pdf(draw))
    assert "Gesamtforderung\t3.418,07 €" in found
    assert found[-2:] == ["ENTWURF", "RAND4711"]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_turned_for_showing_is_read_as_it_is_shown(rotation: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        canvas.translate(300, 400)
        canvas.rotate(rotation)
        canvas.drawString(-100, 0, "Zinsen")
        canvas.drawString(100, 0, "318,07")
        canvas.drawString(-100, -20, "Summe")
        canvas.drawString(100, -20, "3.418,07 und noch etwas Text dazu")

    assert lines(samples.pdf(draw)) == ["Zinsen\t318,07", "Summe\t3.418,07 und noch etwas Text dazu"]


@pytest.mark.parametrize(("field", "drawn"), [(True, True), (True, False), (False, True)])
def test_what_is_typed_onto_a_page_is_read(field: bool, drawn: bool) -> None:
    assert "3.418,07" in read(samples.pdf_form("3.418,07 EUR", field=field, drawn=drawn)).text


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (samples.pdf_with_a_scanned_page(), "pictures"),
        (samples.pdf_with_a_file("rechnung.xml"), "rechnung.xml"),
        (samples.xfa_pdf(), "form"),
    ],
)
def test_what_is_not_read_of_a_pdf_is_named(data: bytes, name: str) -> None:
    document = read(data)
    assert (document.kind, document.cut) == (SourceKind.TEXT_PDF, "")
    assert [given for given, _ in document.unread] == [name]


def _hidden_by(canvas: Canvas, how: str) -> None:
    canvas.saveState()
    if how == "white":
        canvas.setFillGray(1)
    if how == "transparent":
        canvas.setFillAlpha(0)
    if how == "clipped":
        canvas.clipPath(_square(canvas, 5), stroke=0)
    place = (60, -200) if how == "outside" else (60, 500)
    canvas.drawString(*place, "Gesamtforderung 9.999,99 EUR", mode=3 if how == "invisible" else None)
    canvas.restoreState()
    if how == "covered":
        canvas.saveState()
        canvas.setFillGray(1)
        canvas.rect(50, 480, 300, 60, stroke=0, fill=1)
        canvas.restoreState()


def _square(canvas: Canvas, side: int) -> object:
    path = canvas.beginPath()
    path.rect(0, 0, side, side)
    return path


@pytest.mark.parametrize("how", ["white", "transparent", "clipped", "outside", "invisible", "covered"])
@pytest.mark.parametrize("rotation", [0, 90])
def test_figures_that_a_page_does_not_show_are_not_read(how: str, rotation: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        _hidden_by(canvas, how)
        canvas.drawString(60, 700, "Den Betrag teilen wir Ihnen noch mit. Stadtwerke Aue")

    def shown(canvas: Canvas) -> None:
        samples.draw_claim(canvas)
        canvas.setFillGray(0.7)
        canvas.drawString(60, 500, "Grau gedruckt: 3.418,07 EUR", charSpace=0.5)
        canvas.setFont("Helvetica", 4)
        canvas.drawString(60, 480, "Klein gedruckt: 1,00 EUR")

    assert lines(samples.pdf(draw)) == ["Den Betrag teilen wir Ihnen noch mit. Stadtwerke Aue"]
    assert lines(samples.pdf(shown))[-3:] == ["Grau gedruckt: 3.418,07 EUR", "", "Klein gedruckt: 1,00 EUR"]


@pytest.mark.parametrize("beneath", [True, False])
def test_text_recognised_in_a_scan_counts_as_scanned(beneath: bool) -> None:
    def draw(canvas: Canvas) -> None:
        picture = ImageReader(io.BytesIO(samples.image(60, 80)))
        if beneath:
            samples.draw_claim(canvas)
        canvas.drawImage(picture, 0, 0, *A4)
        if not beneath:
            canvas.drawString(60, 700, "Gesamtforderung 3.418,07 EUR, zahlbar sofort", mode=3)

    document = read(samples.pdf(draw))
    assert document.kind is SourceKind.SCANNED_PDF
    assert "3.418,07" in document.text


def test_print_on_a_full_page_picture_is_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(samples.image(6, 8))), 0, 0, *A4)
        canvas.setFillGray(1)
        canvas.rect(40, 600, 500, 200, stroke=0, fill=1)
        canvas.setFillGray(0)
        samples.draw_claim(canvas)

    assert read(samples.pdf(draw)).kind is SourceKind.TEXT_PDF


@pytest.mark.parametrize("rise", [2.5, 6])
def test_raised_figures_of_a_pdf_are_marked(rise: float) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 700, "Summe EUR 1.234")
        canvas.setFont("Helvetica", 7)
        canvas.drawString(60 + canvas.stringWidth("Summe EUR 1.234", "Helvetica", 12), 700 + rise, "56")
        canvas.drawString(60, 600, "Mit freundlichen Grüßen, Stadtwerke Aue")

    assert lines(samples.pdf(draw))[0] == "Summe EUR 1.234\ufffc56"


_AGREED, _REFUSED = "Wir stimmen dem Plan zu.", "Wir lehnen den Plan ab."


@pytest.mark.parametrize(
    ("boxes", "read_as"),
    [
        ([("Off", 698, "/V/Off")], [f"☐ {_AGREED}", _REFUSED]),
        ([("Ja", 698, "/V/Ja")], [f"☒ {_AGREED}", _REFUSED]),
        ([("Off", 698, ""), ("Ja", 668, "")], [f"☐ {_AGREED}", f"☒ {_REFUSED}"]),
        ([("Off", 696, "/Ff 32768")], [f"☐ {_AGREED}", _REFUSED]),
        ([("Off", 698, "/Ff 65536")], [_AGREED, _REFUSED]),
        ([("Off", 698, "/F 2")], [_AGREED, _REFUSED]),
    ],
)
def test_boxes_of_a_pdf_stand_on_the_lines_they_belong_to(
    boxes: list[tuple[str, float, str]], read_as: list[str]
) -> None:
    document = read(samples.pdf_boxes(*boxes))
    assert [line for line in document.text.split("\n") if line] == read_as
    assert document.cut == ""


@pytest.mark.parametrize("box", [("Off", 600, ""), ("Off", 698, "/V/Ja"), ("Off", 690, "/Rect[30 680 45 720]")])
def test_boxes_of_a_pdf_that_belong_nowhere_are_a_rest(box: tuple[str, float, str]) -> None:
    assert read(samples.pdf_boxes(box)).cut.startswith("read all but the boxes of a form")


def test_a_pdf_cut_within_a_later_change_is_a_rest() -> None:
    sound = samples.pdf()
    assert not read(sound).cut
    assert not read(sound + bytes(5_000)).cut
    assert "change" in read(sound + b"\n7 0 obj\n<</Length 3000>>stream\nBT").cut


def test_a_document_inserted_into_a_word_file_is_a_rest() -> None:
    assert "inserted" in read(samples.word_with_altchunk()).cut


def test_a_scan_has_no_text_and_asks_for_eyes() -> None:
    assert read(samples.scanned_pdf()) == Document(SourceKind.SCANNED_PDF, "", pages=1)
    assert read(samples.image(form="TIFF")) == Document(SourceKind.IMAGE, "")


def test_a_stamp_on_a_scan_does_not_make_it_text() -> None:
    assert read(samples.pdf(lambda canvas: canvas.drawString(60, 60, "Scan 0042"))).kind is SourceKind.SCANNED_PDF


def test_pages_over_the_limit_are_left_out_and_noted() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(5):
            canvas.drawString(60, 700, f"Seite {number} mit reichlich Text darauf, kein Scan")
            canvas.showPage()

    document = read(samples.pdf(draw), Limits(max_pdf_pages=2))
    assert "Seite 1" in document.text
    assert "Seite 2" not in document.text
    assert document.cut == "read 2 of 5 pages."


# --- office files ----------------------------------------------------------------------------------------------------


def test_a_word_file_is_read_with_its_page_header_and_rows_as_lines() -> None:
    assert lines(samples.word()) == [
        "Stadtwerke Aue GmbH",
        "",
        "Forderungsaufstellung",
        "Unser Zeichen: 26-K_004411",
        "Ihr Zeichen: 8817/25",
        *(f"{label}\t{amount}" for label, amount in samples.CLAIM),
        "Mit freundlichen Grüßen",
        "",
        "IBAN DE41 5001 0517 0123 4567 89",
    ]


def _word(body: str, styles: str = "") -> bytes:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f"<w:document {namespace}><w:body>{body}</w:body></w:document>"
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()}
    if styles:
        parts["word/styles.xml"] = f"<w:styles {namespace}>{styles}</w:styles>".encode()
    return samples.archive(parts)


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_text_boxes_and_content_controls_are_read_and_deleted_text_is_not() -> None:
    body = (
        f"<w:sdt><w:sdtContent>{_paragraph('Im Steuerelement')}</w:sdtContent></w:sdt>"
        f"<w:p><w:r><w:t>Brief</w:t><w:txbxContent>{_paragraph('Im Textfeld')}</w:txbxContent></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>999,00</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>500,00</w:t></w:r></w:ins><w:r><w:tab/><w:t>EUR</w:t></w:r></w:p>"
    )
    assert lines(_word(body)) == ["Im Steuerelement", "Brief", "Im Textfeld", "500,00\tEUR"]


def _run(text: str, looks: str = "") -> str:
    return f"<w:r><w:rPr>{looks}</w:rPr><w:t>{text}</w:t></w:r>"


_STYLES = (
    '<w:style w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Hidden"><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:styleId="Note"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    '<w:style w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
)


@pytest.mark.parametrize(
    "looks",
    ["<w:vanish/>", "<w:strike/>", '<w:dstrike w:val="true"/>', '<w:rStyle w:val="Hidden"/>'],
)
def test_hidden_and_struck_text_of_word_is_not_read(looks: str) -> None:
    body = f"<w:p>{_run('9', looks)}{_run('500,00 EUR')}</w:p>"
    assert lines(_word(body, _STYLES)) == ["500,00 EUR"]


@pytest.mark.parametrize("style", ["Hidden", "Loop", "Note"])
def test_a_style_of_a_paragraph_hides_its_text_unless_a_run_shows_it(style: str) -> None:
    shown = _run("500,00 EUR", '<w:vanish w:val="0"/>')
    body = f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run("Summe ")}{shown}</w:p>'
    assert lines(_word(body, _STYLES)) == ["500,00 EUR" if style == "Hidden" else "Summe 500,00 EUR"]


@pytest.mark.parametrize(
    ("paragraph", "read"),
    [
        (_run("9", '<w:color w:val="FFFFFF"/>'), ""),
        (_run("9", '<w:color w:val="fefefe"/>'), ""),
        (_run("9", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="FFFFFF"/>'), ""),
        (_run("9", '<w:rStyle w:val="White"/>'), ""),
        (_run("9", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="003366"/>'), "9"),
        (_run("9", '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>'), "9"),
        (_run("9", '<w:color w:val="003366"/>'), "9"),
        ('<w:pPr><w:shd w:val="clear" w:fill="003366"/></w:pPr>' + _run("9", '<w:color w:val="FFFFFF"/>'), "9"),
        ('<w:pPr><w:pStyle w:val="Banner"/></w:pPr>' + _run("9", '<w:color w:val="FFFFFF"/>'), "9"),
    ],
)
def test_white_text_of_word_is_read_on_a_dark_ground_alone(paragraph: str, read: str) -> None:
    styles = (
        '<w:style w:styleId="White"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
        '<w:style w:styleId="Dark"><w:pPr><w:shd w:val="clear" w:fill="003366"/></w:pPr></w:style>'
        '<w:style w:styleId="Banner"><w:basedOn w:val="Dark"/></w:style>'
    )
    assert lines(_word(f"<w:p>{paragraph}{_run('500,00 EUR')}</w:p>", styles)) == [f"{read}500,00 EUR"]


@pytest.mark.parametrize(
    ("cell", "table", "is_read"),
    [
        ('<w:shd w:val="clear" w:fill="4472C4"/>', "", True),
        ("", '<w:tblStyle w:val="Grid4"/>', True),
        ('<w:shd w:val="clear" w:fill="auto"/>', '<w:tblStyle w:val="Grid"/>', False),
        ('<w:shd w:val="clear" w:fill="FFFFFF"/>', '<w:tblStyle w:val="Grid4"/>', False),
    ],
)
def test_white_text_in_a_shaded_cell_of_word_is_read(cell: str, table: str, is_read: bool) -> None:
    styles = (
        '<w:style w:styleId="Grid"><w:tblPr/></w:style><w:style w:styleId="Grid4"><w:tblStylePr w:type="firstRow">'
        '<w:tcPr><w:shd w:val="clear" w:fill="4472C4"/></w:tcPr></w:tblStylePr></w:style>'
    )
    run = _run("Betrag", '<w:color w:val="FFFFFF"/>')
    white = f"<w:p>{run}</w:p>"
    row = f"<w:tr><w:tc><w:tcPr>{cell}</w:tcPr>{white}</w:tc><w:tc>{_paragraph('500,00')}</w:tc></w:tr>"
    document = read(_word(f"<w:tbl><w:tblPr>{table}</w:tblPr>{row}</w:tbl>", styles))
    shown = ("Betrag\t500,00", ()) if is_read else ("500,00", ("Betrag",))
    assert (document.text, document.struck) == shown


def _field(data: str, code: str) -> str:
    """A form field of the older kind, as Word writes it."""
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:enabled/>{data}</w:ffData></w:fldChar></w:r>'
    return f'{begin}<w:r><w:instrText> {code} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _box(*states: str) -> str:
    return _field(f"<w:checkBox><w:sizeAuto/>{''.join(states)}</w:checkBox>", "FORMCHECKBOX")


def _choice(*numbers: str) -> str:
    entries = '<w:listEntry w:val="gern"/><w:listEntry w:val="nicht"/>'
    return _field(f"<w:ddList>{''.join(numbers)}{entries}</w:ddList>", "FORMDROPDOWN")


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (_box('<w:default w:val="0"/>'), "☐"),
        (_box(), "☐"),
        (_box('<w:default w:val="1"/>'), "☒"),
        (_box('<w:default w:val="1"/>', '<w:checked w:val="0"/>'), "☐"),
        (_box('<w:default w:val="0"/>', "<w:checked/>"), "☒"),
        (_choice('<w:result w:val="1"/>'), "nicht"),
        (_choice('<w:default w:val="1"/>'), "nicht"),
        (_choice(), "gern"),
        (_choice('<w:result w:val="7"/>'), ""),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☒"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "☐"),
    ],
)
def test_form_fields_of_word_are_read_as_they_are_shown(field: str, shown: str) -> None:
    assert lines(_word(f"<w:p>{_run('Wir ')}{field}{_run(' zu')}</w:p>")) == [f"Wir {shown} zu"]


def _control(run: str, properties: str = "<w:showingPlcHdr/>") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{run}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("control", "text", "cut"),
    [
        (_control(_run("nicht", '<w:rStyle w:val="PlaceholderText"/>')), "Wir  zu", ""),
        (_control(_run("nicht", "<w:b/>")), "Wir  zu", "read all but fields of a form whose text may be"),
        (_control(_run("nicht"), '<w:showingPlcHdr w:val="0"/>'), "Wir nicht zu", ""),
        (_control(_run("nicht"), "<w:text/>"), "Wir nicht zu", ""),
    ],
)
def test_the_placeholder_of_a_content_control_is_no_text(control: str, text: str, cut: str) -> None:
    document = read(_word(f"<w:p>{_run('Wir ')}{control}{_run(' zu')}</w:p>"))
    assert (document.text, document.cut[: len(cut) or 1]) == (text, cut)


def test_hidden_rows_of_word_are_not_read() -> None:
    row = "<w:tr>{}<w:tc>{}</w:tc></w:tr>"
    hidden = row.format("<w:trPr><w:hidden/></w:trPr>", _paragraph("900,00"))
    assert lines(_word(f"<w:tbl>{hidden}{row.format('', _paragraph('500,00'))}</w:tbl>")) == ["500,00"]


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (_run("234") + _run("5", '<w:vertAlign w:val="superscript"/>'), "234\ufffc5"),
        (_run("234") + _run("5", '<w:position w:val="8"/>'), "234\ufffc5"),
        (_run("234") + _run("5", '<w:rStyle w:val="Note"/>'), "234\ufffc5"),
        (_run("1", '<w:vertAlign w:val="superscript"/>') + _run("234"), "1\ufffc234"),
        ('<w:r><w:sym w:font="Symbol" w:char="F031"/></w:r>' + _run("234,56"), "\ufffc234,56"),
        ("<w:r><w:drawing><w:inline/></w:drawing></w:r>" + _run("234,56"), "\ufffc234,56"),
        (_run("500,") + _run("00", '<w:vertAlign w:val="superscript"/>'), "500,00"),
        (_run("Tel.") + '<w:r><w:sym w:font="Wingdings" w:char="F028"/></w:r>' + _run(" Aue"), "Tel.  Aue"),
        ("<w:r><w:drawing><w:anchor/></w:drawing></w:r>" + _run("234,56"), "234,56"),
    ],
)
def test_figures_of_word_that_touch_what_is_no_text_are_marked(runs: str, text: str) -> None:
    assert lines(_word(f"<w:p>{_run('Summe ')}{runs}</w:p>", _STYLES)) == [f"Summe {text}"]


def test_a_table_that_lays_out_a_letter_keeps_its_lines_apart() -> None:
    address = "".join(_paragraph(text) for text in ("Kanzlei Nord", "Am Markt 1", "24103 Kiel", "Deutschland"))
    row = f"<w:tbl><w:tr><w:tc>{address}</w:tc><w:tc>{_paragraph('Unser Zeichen: 4711')}</w:tc></w:tr></w:tbl>"
    assert lines(_word(row)) == ["Kanzlei Nord", "Am Markt 1", "24103 Kiel", "Deutschland", "Unser Zeichen: 4711"]


def test_entities_of_an_xml_bomb_are_not_expanded() -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "999,00 "><!ENTITY c "&a;&a;&a;&a;">]><b><p><t>&c;&c;&c; Rest</t></p></b>'
    data = samples.archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": bomb.encode()})
    with pytest.raises(UnreadableError) as caught:
        read(data)
    assert caught.value.reason == "empty"


def test_cells_of_a_sheet_come_out_readable() -> None:
    data = samples.excel(
        [
            ["Position", "Betrag", "Datum"],
            ["Hauptforderung", 3418.07, datetime.date(2026, 3, 1)],
            ["Kosten", 1200, datetime.datetime(2026, 3, 1, 12, 30)],  # noqa: DTZ001 - Excel knows no zones
            [],
            ["Zins", 0.05, None, 26004411],
        ],
        {"B2": EURO, "B3": EURO, "B5": "0.0%"},
    )
    assert lines(data) == [
        "Position\tBetrag\tDatum",
        "Hauptforderung\t3418.07 EUR\t01.03.2026",
        "Kosten\t1200.00 EUR\t01.03.2026 12:30",
        "Zins\t5 %\t\t26004411",
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1234.5, "[$$-409]#,##0.00", "$ 1234.50"),
        (1234.5, '#,##0.00\\ "CHF"', "1234.50 CHF"),
        (1234.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-', "1234.50 EUR"),
        (1234.5, '#,##0.00" H"', "1234.50 H"),
        (1234.5, '"-"#,##0.00', "-1234.50"),
        (1234.5, '#,##0.00"-"', "1234.50-"),
        (-1234.5, "#,##0.00;[Red]#,##0.00", "-1234.50"),
        (1234.5, ";;;", ""),
        (1234.5, '"offen"', "offen"),
        (123456, "#,##0,", "123456\ufffc"),
        (234.5, '"1."000.00', "\ufffc234.50"),
        (1234.5, "General", "1234.5"),
        (9599, "00000", "09599"),
        (0, '0.00;-0.00;"-"', "-"),
    ],
)
def test_a_number_is_read_with_what_its_format_puts_around_it(value: float, number_format: str, shown: str) -> None:
    data = samples.excel([["Summe", value]], {"B1": number_format})
    assert lines(data) == [f"Summe\t{shown}".rstrip()]


_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def _sheet_of_runs(runs: str, *, shared: bool) -> bytes:
    """A sheet with one cell of these runs, which stand in the table of strings or in the sheet itself."""
    book = openpyxl.Workbook()
    book.active["A1"] = "Summe"
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    inline = b"<is><t>Summe</t></is>"
    assert inline in sheet
    if shared:
        sheet = sheet.replace(inline, b"<v>0</v>").replace(b't="inlineStr"', b't="s"')
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_SHEETS}"><si>{runs}</si></sst>'.encode()
        strings = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_STRINGS}"/></Types>'
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", strings.encode())
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(inline, f"<is>{runs}</is>".encode())
    return samples.archive(parts)


def _cell_run(text: str, looks: str = "") -> str:
    return f'<r>{f"<rPr>{looks}</rPr>" if looks else ""}<t xml:space="preserve">{text}</t></r>'


_SUPER = '<vertAlign val="superscript"/>'


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (_cell_run("3430") + _cell_run("1", _SUPER) + _cell_run(" EUR"), "3430\ufffc1 EUR"),
        (_cell_run("3430") + _cell_run("1", '<vertAlign val="subscript"/>'), "3430\ufffc1"),
        (_cell_run("1", _SUPER) + _cell_run("") + _cell_run("234,56"), "1\ufffc234,56"),
        (_cell_run("500,") + _cell_run("00", _SUPER), "500,00"),
        (_cell_run("500,00 EUR") + _cell_run("1", _SUPER), "500,00 EUR1"),
        (_cell_run("alt ") + _cell_run("900,00 EUR", "<strike/>") + _cell_run(" 500,00 EUR"), "alt  500,00 EUR"),
        (_cell_run("1") + _cell_run("2", "<strike/>") + _cell_run("34,56"), "1\ufffc34,56"),
        (_cell_run("5", "<b/>") + _cell_run("00,00", '<u/><strike val="0"/>'), "500,00"),
    ],
)
def test_raised_and_struck_runs_of_a_cell_are_told_apart(runs: str, text: str, shared: bool) -> None:
    assert lines(_sheet_of_runs(runs, shared=shared)) == [text]


def test_struck_cells_stay_struck_where_the_looks_of_a_sheet_are_at_fault() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = "900,00 EUR", "500,00 EUR"
    book.active["A1"].font = openpyxl.styles.Font(strike=True)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"<fill><patternFill/></fill>", b"<fill></fill>", 1)
    document = read(samples.archive(parts))
    assert (document.text.split("\t")[-1], document.struck) == ("500,00 EUR", ("900,00 EUR",))


def test_rows_columns_and_cells_that_a_sheet_hides_are_not_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(samples.excel([["Summe", 900, 500], ["Gefiltert", 900], ["Ende", 1, 2]])))
    sheet = book.active
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[2].hidden = True
    sheet["C3"].font = openpyxl.styles.Font(strike=True)
    buffer = io.BytesIO()
    book.save(buffer)
    assert lines(buffer.getvalue()) == ["Summe\t500", "Ende"]


def test_a_sheet_whose_formulas_have_no_result_is_a_rest() -> None:
    assert "formulas" in read(samples.excel([["Zinsen", 1000], ["Summe", "=B1*2"]])).cut
    assert not read(samples.excel([["Zinsen", 1000], ["Summe", 2000]])).cut


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        (b'<patternFill patternType="gray125"/>', b""),
        (b"<border><left/>", b'<border><left style="wavy"/>'),
        (b'<color theme="1"/>', b'<color rgb="rot"/>'),
    ],
)
def test_faulty_looks_of_a_sheet_leave_its_figures(sound: bytes, faulty: bytes) -> None:
    data = samples.excel([["Summe", 3418.07, datetime.date(2026, 3, 1)]], {"B1": EURO})
    broken = samples.restyled(data, sound, faulty)
    assert broken != data
    assert lines(broken) == lines(data) == ["Summe\t3418.07 EUR\t01.03.2026"]


def test_hidden_sheets_are_not_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(samples.excel([["Summe", 500]])))
    hidden = book.create_sheet("Intern")
    hidden.append(["Vergleich ab", 100])
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert "Summe\t500" in read(buffer.getvalue()).text
    assert "100" not in read(buffer.getvalue()).text


def test_an_opendocument_text_keeps_its_spaces_and_rows() -> None:
    body = (
        '<text:h>Saldo</text:h><text:p>Betrag:<text:s text:c="2"/>500,00<text:s/>EUR'
        "<text:line-break/>per\n  heute</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>12</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="999999999"/>'
        "<table:table-cell><text:p>3.418,07 €</text:p></table:table-cell></table:table-row></table:table>"
    )
    found = lines(samples.odt(body))
    assert found[:3] == ["Saldo", "Betrag:  500,00 EUR", "per heute"]
    assert [cell for cell in found[3].split("\t") if cell] == ["12", "3.418,07 €"]


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        ('3427<text:span text:style-name="Up">1</text:span> EUR', "3427\ufffc1 EUR"),
        ('<text:span text:style-name="Down">1</text:span>234,56', "1\ufffc234,56"),
        ('3427<text:span><text:span text:style-name="Up">1</text:span></text:span>', "3427\ufffc1"),
        ('500,<text:span text:style-name="Up">00</text:span> EUR', "500,00 EUR"),
        ('5<text:span text:style-name="Level">00</text:span>,00', "500,00"),
        (
            "3428<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>ohne Kosten</text:p>"
            "</text:note-body></text:note> EUR",
            "3428\ufffc1 EUR\nohne Kosten",
        ),
    ],
)
def test_raised_figures_and_notes_of_opendocument_are_told_apart(paragraph: str, text: str) -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "style", "text")
    )
    places = {"Base": "super 58%", "Down": "-33% 58%", "Level": "0% 100%"}
    styles = "".join(
        f'<style:style style:name="{name}"><style:text-properties style:text-position="{place}"/></style:style>'
        for name, place in places.items()
    )
    styles += '<style:style style:name="Up" style:parent-style-name="Base"/>'
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text><text:p>{paragraph}</text:p></office:text></office:body></office:document-content>"
    )
    parts = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()}
    assert read(samples.archive(parts)).text == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (r"3418{\super 1} EUR", "3418\ufffc1 EUR"),
        (r"3418{\up6\fs12 1} EUR", "3418\ufffc1 EUR"),
        (r"{\b 3418}\sub 1\nosupersub  EUR", "3418\ufffc1 EUR"),
        (r"{\super 1}234,56", "1\ufffc234,56"),
        (r"500,{\super 00} EUR", "500,00 EUR"),
        (r"5{\up0 00},00", "500,00"),
    ],
)
def test_raised_figures_of_rtf_are_marked(words: str, text: str) -> None:
    read_as = read(rf"{{\rtf1\ansi Summe {words}\par}}".encode()).text
    assert read_as.replace(" ", "") == f"Summe{text}".replace(" ", "")


@pytest.mark.parametrize(
    ("kind", "cut"), [(0, ""), (1, "read all but the boxes and lists of a form."), (2, "read all but the boxes")]
)
def test_boxes_and_lists_of_rtf_are_a_rest(kind: int, cut: str) -> None:
    field = rf"{{\field{{\*\fldinst FORM {{\*\formfield{{\fftype{kind}\ffres0}}}}}}{{\fldrslt }}}}"
    document = read(rf"{{\rtf1\ansi {field} Wir stimmen zu.\par}}".encode())
    assert ("Wir stimmen zu." in document.text, document.cut.startswith(cut)) == (True, True)
    assert bool(document.cut) == bool(cut)


def test_cells_of_an_rtf_row_are_not_read_as_one_number() -> None:
    found = lines(samples.RTF)
    assert found[0] == "Gläubiger: Stadtwerke Aue"
    assert "12\t3.418,07 €" in found


def test_plain_text_and_html_are_told_apart_by_what_they_hold() -> None:
    assert read("Forderung – 500,00 €".encode("cp1252")).text == "Forderung – 500,00 €"
    page = b"<!DOCTYPE html><meta charset=iso-8859-1><p>Gl\xe4ubiger</p><p>500,00</p>"
    assert read(page).text == "Gläubiger\n\n500,00"


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.pdf(password="geheim"), "encrypted"),
        (samples.pdf()[:700], "broken"),
        (b"%PDF-1.7 nothing of the sort", "broken"),
        (samples.compound({"EncryptedPackage": bytes(5000), "EncryptionInfo": bytes(100)}), "encrypted"),
        (samples.odt("", manifest="<encryption-data/>"), "encrypted"),
        (samples.odt("<text:p/>"), "empty"),
        (samples.word()[:5000] + samples.word()[9000:], "broken"),
        (samples.archive({"[Content_Types].xml": b"<Types/>", "word/other.xml": b"<x/>"}), "broken"),
        (samples.archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}), "broken"),
        (b"{\\rtf1\\ansi\\par}", "empty"),
        (b" \r\n\t ", "empty"),
        (b"MZ\x90\x00" + bytes(200), "unknown_type"),
        (b"\x78\x9f\x3e\x22" + bytes(200), "unknown_type"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "unknown_type"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(200), "unknown_type"),
        (random.Random(1).randbytes(5000), "unknown_type"),
        (samples.compound({"Sonstiges": bytes(5000)}), "unknown_type"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(data)
    assert caught.value.reason == reason
    assert caught.value.detail


def test_a_bomb_inside_a_word_file_is_contained() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", bytes(60 * 2**20))
    with pytest.raises(UnreadableError) as caught:
        read(buffer.getvalue())
    assert caught.value.reason == "too_large"
