"""Real files to read, made on the spot."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from email.message import EmailMessage

import docx
import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it ships no types
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.pdfencrypt import StandardEncryption  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # it ships no types

CLAIM = (
    ("Hauptforderung", "2.900,00 €"),
    ("Zinsen", "318,07 €"),
    ("Kosten", "200,00 €"),
    ("Gesamtforderung", "3.418,07 €"),
)


def mail(
    text: str | None = "Guten Tag,\nanbei die Aufstellung.",
    *,
    html: str | None = None,
    files: Iterable[tuple[str, str, bytes]] = (),
    **headers: str,
) -> bytes:
    """A mail to the firm; ``files`` are name, declared type, bytes. Header names with ``_`` for ``-``."""
    message = EmailMessage()
    defaults = {
        "From": "Inkasso Aue <fall@inkasso-aue.example>",
        "To": "Kanzlei Nord <claims+K7Q2X9M4@kanzlei-nord.example>",
        "Subject": "Forderung",
        "Message-ID": "<r-1@inkasso-aue.example>",
        "Date": "Mon, 04 May 2026 09:12:00 +0200",
    }
    for name, value in {**defaults, **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
        if value:
            message[name] = value
    if text is not None:
        message.set_content(text)
    if html is not None:
        if text is None:
            message.set_content(html, subtype="html")
        else:
            message.add_alternative(html, subtype="html")
    for name, declared, data in files:
        maintype, _, subtype = declared.partition("/")
        message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()


def pdf(draw: Callable[[Canvas], None] | None = None, *, password: str | None = None) -> bytes:
    """By default a claim statement whose labels are drawn first and whose amounts after them, as forms are."""
    buffer = io.BytesIO()
    encryption = StandardEncryption(password) if password else None
    canvas = Canvas(buffer, pagesize=A4, encrypt=encryption)
    (draw or draw_claim)(canvas)
    canvas.save()
    return buffer.getvalue()


def draw_claim(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 11)
    canvas.drawString(60, 760, "Forderungsaufstellung zum 01.03.2026, Unser Zeichen: 26-K-004411")
    for number, (label, _) in enumerate(CLAIM):
        canvas.drawString(60, 700 - 16 * number, label)
    for number, (_, amount) in enumerate(CLAIM):
        canvas.drawRightString(500, 700 - 16 * number, amount)


def image(width: int = 800, height: int = 600, form: str = "PNG") -> bytes:
    """Noise, which no format makes small."""
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 80).save(buffer, form)
    return buffer.getvalue()


def fax(pages: int) -> bytes:
    buffer = io.BytesIO()
    page = Image.new("1", (1728, 1100), 1)
    page.paste(0, (0, 0, 400, 300))
    page.save(buffer, "TIFF", compression="group4", save_all=True, append_images=[page] * (pages - 1))
    return buffer.getvalue()


def black_png(width: int, height: int) -> bytes:
    """A picture that takes three bytes a pixel once it is unpacked, made without unpacking it."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(1 + 3 * width)) for _ in range(height)) + packer.flush()
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    framed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def scanned_pdf() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((600, 800), 80).save(buffer, "PDF")
    return buffer.getvalue()


def pdf_with_a_scanned_page() -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 760, "Gesamtforderung 3.418,07 EUR")
        canvas.drawString(60, 740, "Einzelheiten finden Sie in der Aufstellung auf der Seite 2.")
        canvas.showPage()
        canvas.drawImage(ImageReader(io.BytesIO(image(60, 80))), 0, 0, *A4)

    return pdf(draw)


def pdf_with_a_file(name: str) -> bytes:
    buffer = io.BytesIO()
    document = pdfium.PdfDocument(pdf())
    document.new_attachment(name).set_data(b"<Rechnung/>")
    document.save(buffer)
    return buffer.getvalue()


def pdf_with_content(content: bytes, *, font: bool = False) -> bytes:
    """A one-page PDF around a compressed content stream, however large that gets unpacked."""
    fonts = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>" if font else b""
    return pdf_of_objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R%s>>" % fonts,
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(content) + content + b"\nendstream",
    )


def pdf_form(value: str, *, field: bool = True, drawn: bool = True) -> bytes:
    """A form in which the creditor has typed one value, into a field or as a note; ``drawn``: with its appearance."""
    appearance = b"BT /F1 10 Tf 2 4 Td (%s) Tj ET" % value.encode("cp1252")
    page = b"BT /F1 10 Tf 60 760 Td (Gesamtforderung zum Stichtag) Tj ET"
    fonts = b"/Resources<</Font<</F1 7 0 R>>>>"
    return pdf_of_objects(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm 8 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[5 0 R]%s>>" % fonts,
        b"<</Length %d>>stream\n" % len(page) + page + b"\nendstream",
        b"<</Type/Annot%s/F 4/Rect[220 756 320 771]/DA(/F1 10 Tf)%s>>"
        % (
            b"/Subtype/Widget/FT/Tx/T(total)/V(%s)" % value.encode("cp1252") if field else b"/Subtype/FreeText",
            b"/AP<</N 6 0 R>>" if drawn else b"",
        ),
        b"<</Type/XObject/Subtype/Form/BBox[0 0 100 15]/Length %d%s>>stream\n" % (len(appearance), fonts)
        + appearance
        + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Fields[5 0 R]/NeedAppearances %s/DA(/F1 10 Tf)/DR<</Font<</F1 7 0 R>>>>>>"
        % (b"false" if drawn else b"true"),
    )


def pdf_boxes(*boxes: tuple[str, float, str]) -> bytes:
    """A form whose boxes stand beside its first line of text, 12 points high at 700, or elsewhere: the state of each,
    its height on the page and further entries."""
    page = b"BT /F1 12 Tf 50 700 Td (Wir stimmen dem Plan zu.) Tj 0 -30 Td (Wir lehnen den Plan ab.) Tj ET"
    fonts = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/Z<</Type/Font/Subtype/Type1"
    fonts += b"/BaseFont/ZapfDingbats>>>>>>"
    cross = b"BT /Z 12 Tf 2 3 Td (8) Tj ET"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 15 15]/Length %d%s>>stream\n%s\nendstream"
    numbers = range(7, 7 + len(boxes))
    listed = b" ".join(b"%d 0 R" % number for number in numbers)
    return pdf_of_objects(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>>>" % listed,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[%s]%s>>" % (listed, fonts),
        b"<</Length %d>>stream\n" % len(page) + page + b"\nendstream",
        form % (len(cross), fonts, cross),
        form % (0, b"", b""),
        *(
            f"<</Type/Annot/Subtype/Widget/FT/Btn/T(f{number})/AS/{state}/Rect[30 {height} 45 {height + 15}]/F 4"
            f"/AP<</N<</Ja 5 0 R/Off 6 0 R>>>>{more}>>".encode()
            for number, (state, height, more) in zip(numbers, boxes, strict=True)
        ),
    )


def xfa_pdf() -> bytes:
    """The page that Acrobat shows in place of the form while it makes the form's pages."""
    page = b"BT /F1 10 Tf 60 760 Td (Bitte warten Sie, das Formular wird geladen.) Tj ET"
    form = b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>"
    return pdf_of_objects(
        b"<</Type/Catalog/Pages 2 0 R/NeedsRendering true/AcroForm<</Fields[]/XFA 5 0 R>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d>>stream\n" % len(page) + page + b"\nendstream",
        b"<</Length %d>>stream\n" % len(form) + form + b"\nendstream",
    )


def pdf_of_objects(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is its root."""
    data, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj" % number + item + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start, size = len(data), len(objects) + 1
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF" % (size, start)
    )


def deflated(mebibytes: int, filler: bytes = b" ") -> bytes:
    """So many MiB of the same byte, compressed some two hundredfold."""
    compressor = zlib.compressobj(1)
    block = filler * 2**20
    return b"".join([*(compressor.compress(block) for _ in range(mebibytes)), compressor.flush()])


def word_with_altchunk() -> bytes:
    document = docx.Document()
    document.add_paragraph("Gesamtforderung 3.418,07 EUR")
    chunk = OxmlElement("w:altChunk")
    chunk.set(qn("r:id"), "rId99")
    document.element.body.insert(1, chunk)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Stadtwerke Aue GmbH"
    document.sections[0].footer.paragraphs[0].text = "IBAN DE41 5001 0517 0123 4567 89"
    document.add_heading("Forderungsaufstellung", 1)
    document.add_paragraph("Unser Zeichen: 26-K_004411\nIhr Zeichen: 8817/25")
    table = document.add_table(len(CLAIM), 2)
    for number, row in enumerate(CLAIM):
        for column, value in enumerate(row):
            table.cell(number, column).text = value
    document.add_paragraph("Mit freundlichen Grüßen")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def excel(rows: Iterable[Iterable[object]], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\f0\fs24 Gl\'e4ubiger: Stadtwerke Aue\par "
    rb"\trowd\cellx3000\cellx6000 12\cell 3.418,07 \'80\cell\row\pard Ende\par}"
)

_ODF_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("text", "text"), ("table", "table"))
)


def restyled(workbook: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with something else in its styles."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return archive({name: parts.read(name).replace(old, new) for name in parts.namelist()})


def odt(body: str, *, manifest: str = "") -> bytes:
    """An OpenDocument text; ``body`` is what stands in ``office:text``."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODF_NAMESPACES} office:version="1.2">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>".encode(),
        }
    )


def archive(members: dict[str, bytes], *, compressed: bool = True) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def with_member(data: bytes, name: str, member: bytes) -> bytes:
    """The archive ``data`` with one more member."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {info.filename: file.read(info) for info in file.infolist()}
    return archive({**members, name: member})


def locked_archive() -> bytes:
    """A ZIP whose member is marked as encrypted; without the password nobody sees more of it."""
    data = bytearray(archive({"aufstellung.txt": b"0123456789ab geheim"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


# --- compound files (MS-CFB) -----------------------------------------------------------------------------------------

Tree = dict[str, "bytes | Tree"]
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(tree: Tree) -> bytes:
    """A compound file of version 3 with the streams and storages of ``tree``."""
    entries: list[tuple[str, int, bytes, int, int]] = []  # name, kind, data, next sibling, child
    _add_entries("Root Entry", tree, 5, entries)
    mini, mini_fat, sectors, fat = b"", list[int](), b"", list[int]()
    starts: dict[int, tuple[int, int]] = {}
    for number, (_, kind, data, _, _) in enumerate(entries):
        if kind != 2 or not data:
            starts[number] = (_END, 0)
        elif len(data) < 4096:
            starts[number] = (len(mini) // 64, len(data))
            mini_fat += _chain(len(mini) // 64, -(-len(data) // 64))
            mini += data.ljust(-(-len(data) // 64) * 64, b"\0")
        else:
            starts[number] = (len(fat), len(data))
            sectors, fat = _store(data, sectors, fat)
    starts[0] = (len(fat) if mini else _END, len(mini))
    sectors, fat = _store(mini, sectors, fat)
    first_mini_fat = len(fat) if mini_fat else _END
    sectors, fat = _store(struct.pack(f"<{len(mini_fat)}I", *mini_fat), sectors, fat, b"\xff")
    directory = b"".join(
        _directory_entry(name, kind, sibling, child, *starts[number])
        for number, (name, kind, _, sibling, child) in enumerate(entries)
    )
    first_directory = len(fat)
    sectors, fat = _store(directory, sectors, fat)
    count = -(-(len(fat) + 1) // 127)
    fat_sectors = list(range(len(fat), len(fat) + count))
    fat += [_FAT] * count
    fat += [_FREE] * (count * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, count)
    header += struct.pack("<IIIIIII", first_directory, 0, 4096, first_mini_fat, int(bool(mini_fat)), _END, 0)
    header += struct.pack("<109I", *(fat_sectors + [_FREE] * (109 - count)))
    return header + sectors + struct.pack(f"<{len(fat)}I", *fat)


def _add_entries(name: str, content: "bytes | Tree", kind: int, entries: list[tuple[str, int, bytes, int, int]]) -> int:
    number = len(entries)
    if isinstance(content, bytes):
        entries.append((name, 2, content, _FREE, _FREE))
        return number
    entries.append((name, kind, b"", _FREE, _FREE))
    sibling = _FREE
    for inner in sorted(content, key=lambda n: (len(n), n.upper()), reverse=True):
        child = _add_entries(inner, content[inner], 1, entries)
        entries[child] = (*entries[child][:3], sibling, entries[child][4])
        sibling = child
    entries[number] = (name, kind, b"", _FREE, sibling)
    return number


def _directory_entry(name: str, kind: int, sibling: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded) + 2, kind, 1, _FREE, sibling, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _store(data: bytes, sectors: bytes, fat: list[int], filler: bytes = b"\0") -> tuple[bytes, list[int]]:
    count = -(-len(data) // 512)
    return sectors + data.ljust(count * 512, filler), fat + _chain(len(fat), count)


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), _END] if count else []


def rtf_msg(packed: bytes) -> bytes:
    """An Outlook message whose text is compressed RTF alone."""
    return compound({**msg_tree(""), "__substg1.0_10090102": packed})


def msg(text: str, files: Iterable[tuple[str, bytes]] = (), inner: Tree | None = None, sender: str = "") -> bytes:
    return compound(msg_tree(text, files, inner, sender))


def msg_tree(text: str, files: Iterable[tuple[str, bytes]] = (), inner: Tree | None = None, sender: str = "") -> Tree:
    """The storages of an Outlook message; ``inner`` is the tree of a message attached to it."""
    tree: Tree = {
        "__properties_version1.0": bytes(32),
        "__substg1.0_0037001F": "Aufstellung".encode("utf-16-le"),
        "__substg1.0_1000001F": text.encode("utf-16-le"),
        "__substg1.0_5D01001F": sender.encode("utf-16-le"),
    }
    for number, (name, data) in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__substg1.0_37010102": data,
            "__substg1.0_3707001F": name.encode("utf-16-le"),
        }
    if inner is not None:
        tree["__attach_version1.0_#000000FF"] = {"__substg1.0_3701000D": inner}
    return tree
