"""Office files and archives with the same bytes every time."""

import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal

import docx
import openpyxl  # type: ignore[import-untyped]  # ships no types

_EPOCH = (2026, 10, 1, 8, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")


def archive(members: Sequence[tuple[str, bytes]], *, stored: Sequence[str] = ()) -> bytes:
    """A ZIP with fixed times. ``stored``: members that are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in members:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return out.getvalue()


def _fixed(package: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        members = [(name, source.read(name)) for name in source.namelist()]
    stamp = rb"\g<1>2026-10-01T08:00:00Z\g<3>"
    return archive([(name, _STAMP.sub(stamp, data) if name.endswith("core.xml") else data) for name, data in members])


def word(paragraphs: Sequence[str], table: Sequence[tuple[str, str]] = (), closing: Sequence[str] = ()) -> bytes:
    """A DOCX letter with a table of two columns."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(rows=0, cols=2)
        for label, amount in table:
            cells = grid.add_row().cells
            cells[0].text, cells[1].text = label, amount
    for paragraph in closing:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return _fixed(out.getvalue())


def sheet(title: str, rows: Sequence[tuple[str | Decimal | None, ...]]) -> bytes:
    """An XLSX; decimals become numbers shown as euros."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append([float(cell) if isinstance(cell, Decimal) else cell for cell in row])
    for line in page.iter_rows():
        for cell in line:
            if isinstance(cell.value, float):
                cell.number_format = '#,##0.00 "€"'
    page.column_dimensions["A"].width = 42
    out = io.BytesIO()
    book.save(out)
    return _fixed(out.getvalue())


def open_document(paragraphs: Sequence[str]) -> bytes:
    """An ODT letter."""
    body = "".join(f"<text:p>{_xml(paragraph)}</text:p>" for paragraph in paragraphs)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    members = [
        ("mimetype", kind.encode()),
        ("content.xml", content.encode()),
        ("META-INF/manifest.xml", manifest.encode()),
    ]
    return archive(members, stored=["mimetype"])


def rich_text(paragraphs: Sequence[str]) -> bytes:
    """An RTF letter; umlauts as code page 1252 escapes."""
    lines = [_rtf(paragraph) + r"\par" for paragraph in paragraphs]
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}\f0\fs22"
    return "\r\n".join([head, *lines, "}"]).encode("ascii")


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _rtf(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("{", r"\{").replace("}", r"\}")
    return "".join(sign if sign.isascii() else f"\\'{sign.encode('cp1252')[0]:02x}" for sign in escaped)
