"""Attachments, byte for byte the same on every run."""

import io
import re
import zipfile
from collections.abc import Sequence

from docx import Document
from openpyxl import Workbook  # type: ignore[import-untyped]  # it ships no types
from PIL import Image, ImageDraw
from reportlab.lib import pdfencrypt  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.styles import getSampleStyleSheet  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # it ships no types
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle  # type: ignore[import-untyped]  # it ships no types
from tests.unseen.book import Attachment

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = Sequence[str]
_STAMP = (2026, 11, 10, 8, 0, 0)


def flowing_pdf(name: str, parts: Sequence[str | Sequence[Row]], *, media_type: str = PDF) -> Attachment:
    """Paragraphs (``str``), tables (rows), and ``"\\f"`` for a new page."""
    out, styles = io.BytesIO(), getSampleStyleSheet()
    story: list[object] = []
    for part in parts:
        if part == "\f":
            story.append(PageBreak())
        elif isinstance(part, str):
            story.append(Paragraph(part.replace("\n", "<br/>"), styles["Normal"]))
        else:
            table = Table([list(row) for row in part], hAlign="LEFT")
            table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, 0), 0.5, "black")]))
            story.append(table)
        story.append(Spacer(1, 8))
    SimpleDocTemplate(out, pagesize=A4, invariant=1, title=name).build(story)
    return Attachment(name, media_type, out.getvalue())


def placed_pdf(
    name: str, words: Sequence[tuple[int, int, str]], *, size: int = 10, password: str = "", right: int = 0
) -> Attachment:
    """Words at (x, y from the top) in points; words at ``right`` end there instead of starting."""
    out = io.BytesIO()
    lock = pdfencrypt.StandardEncryption(password, strength=128) if password else None
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=lock)
    canvas.setFont("Helvetica", size)
    for x, y, text in words:
        if text == "\f":
            canvas.showPage()
            canvas.setFont("Helvetica", size)
        elif right and x == right:
            canvas.drawRightString(x, A4[1] - y, text)
        else:
            canvas.drawString(x, A4[1] - y, text)
    canvas.save()
    return Attachment(name, PDF, out.getvalue())


def picture(lines: Sequence[str], kind: str, *, width: int = 900, height: int = 700) -> bytes:
    """Text as pixels: only eyes can read it."""
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((60, 50 + 42 * index), line, fill=0, font_size=26)
    out = io.BytesIO()
    image.save(out, kind, optimize=True)
    return out.getvalue()


def scanned_pdf(name: str, lines: Sequence[str]) -> Attachment:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(io.BytesIO(picture(lines, "PNG"))), 20, 300, width=550, height=430)
    canvas.save()
    return Attachment(name, PDF, out.getvalue())


def word(name: str, parts: Sequence[str | Sequence[Row]]) -> Attachment:
    document = Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(rows=0, cols=len(part[0]))
        for row in part:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return Attachment(name, DOCX, _same(out.getvalue()))


def sheet(name: str, rows: Sequence[Sequence[str | float | None]], *, formats: str = '#,##0.00 "€"') -> Attachment:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for cells in page.iter_rows():
        for cell in cells:
            if isinstance(cell.value, float):
                cell.number_format = formats
    out = io.BytesIO()
    book.save(out)
    return Attachment(name, XLSX, _same(out.getvalue()))


def packed(name: str, inner: Sequence[Attachment]) -> Attachment:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for each in inner:
            archive.writestr(zipfile.ZipInfo(each.name, _STAMP), each.content)
    return Attachment(name, "application/zip", out.getvalue())


def _same(content: bytes) -> bytes:
    """An office file without the time it was made at."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-10T08:00:00Z", data)
            made = zipfile.ZipInfo(item.filename, _STAMP)
            made.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(made, data)
    return out.getvalue()
