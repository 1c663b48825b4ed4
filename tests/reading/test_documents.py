import datetime
import io
import random
import zipfile

import pytest
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


def _word(body: str) -> bytes:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f"<w:document {namespace}><w:body>{body}</w:body></w:document>"
    return samples.archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


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
    import openpyxl  # type: ignore[import-untyped]  # it ships no types

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
