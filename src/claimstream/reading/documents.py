"""One document to its text, by what it is. Readers of rarer formats are imported when first needed."""

import re
from dataclasses import dataclass

from claimstream.domain.records.mail import SourceKind
from claimstream.reading import filetype
from claimstream.reading.delimited import as_rows
from claimstream.reading.errors import UnreadableError
from claimstream.reading.html import html_charset, html_to_text
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.text import MOST_TEXT_BYTES, beginning, clean, decode

_BY_KREUZBERG = {filetype.RTF, filetype.DOC, filetype.XLS, filetype.PPT, filetype.PPTX}
_OTHER_ARCHIVES = {
    "application/gzip",
    "application/x-7z-compressed",
    "application/vnd.rar",
    "application/x-bzip2",
    "application/x-xz",
}

_RTF_ESCAPES = re.compile(rb"\\[\\{}]")


@dataclass(frozen=True, slots=True)
class Document:
    """``text`` is "" where only a model with vision can read it."""

    kind: SourceKind
    text: str
    cut: str = ""
    """The parts that were left out because a limit was reached, in words."""
    pages: int | None = None
    unread: tuple[tuple[str, str], ...] = ()
    """The parts that are not read: name and detail of each."""
    struck: tuple[str, ...] = ()
    """The texts that were left out because they are struck out or hidden."""


def read_document(data: bytes, media_type: str, limits: Limits, allowance: Allowance) -> Document:
    """Raises ``UnreadableError``; hostile files may make the libraries raise anything else."""
    if media_type in filetype.IMAGES:
        return Document(SourceKind.IMAGE, "")
    if media_type == filetype.PDF:
        return _pdf(data, limits)
    document = _office(data, media_type, limits, allowance)
    text = clean(document.text).strip("\n")
    if not text.strip() and not document.struck:
        if document.cut:  # the text may stand beyond the limit
            raise UnreadableError("too_large", document.cut.capitalize(), of_mail=True)
        raise UnreadableError("empty", "There is no text in it.")
    return Document(document.kind, text, document.cut, struck=document.struck)


def _pdf(data: bytes, limits: Limits) -> Document:
    from claimstream.reading.pdf import read_pdf  # noqa: PLC0415 - see above

    result = read_pdf(data, limits)
    left_out = result.pages_read < result.pages
    cut = f"read {result.pages_read} of {result.pages} pages." if left_out else ""
    if result.cut and not left_out:
        cut = f"read {limits.max_text_chars} characters of the pages."
    if result.loose_boxes:
        cut = "read all but the boxes of a form, of which it is not clear what they belong to."
    if result.changing:
        cut = "read the file without a change to it whose end is missing."
    if result.damaged:
        cut = "read what is left of a damaged file."
    unread = [(name, "Files inside a PDF are not read.") for name in result.files]
    if result.scanned:
        return Document(SourceKind.SCANNED_PDF, "", cut, result.pages, tuple(unread))
    if result.rendered:
        unread.append(("form", "Forms of the kind XFA are not read."))
    if result.pictures:
        numbers = ", ".join(map(str, result.pictures[:20]))
        unread.append(("pictures", f"Pages that are pictures without text are not read: {numbers}."))
    kind = SourceKind.SCANNED_PDF if result.recognised else SourceKind.TEXT_PDF
    return Document(kind, clean(result.text), cut, result.pages, tuple(unread), struck=result.struck)


def _office(data: bytes, media_type: str, limits: Limits, allowance: Allowance) -> Document:
    if media_type == filetype.TEXT:
        cut = f"read {MOST_TEXT_BYTES} of {len(data)} bytes." if len(data) > MOST_TEXT_BYTES else ""
        text = decode(beginning(data))
        rows = as_rows(text)
        return Document(SourceKind.OTHER, text, cut) if rows is None else Document(SourceKind.XLSX, rows, cut)
    if media_type == filetype.HTML:
        text, left_out, struck = html_to_text(decode(data, html_charset(data)))
        cut = "read the beginning of the page." if left_out else ""
        return Document(SourceKind.OTHER, text, cut, struck=struck)
    if media_type == filetype.DOCX:
        from claimstream.reading.docx import read_docx  # noqa: PLC0415 - see above

        text, cut, struck = read_docx(data, limits, allowance)
        return Document(SourceKind.DOCX, text, cut, struck=struck)
    if media_type == filetype.XLSX:
        from claimstream.reading.xlsx import read_xlsx  # noqa: PLC0415 - see above

        text, cut, struck = read_xlsx(data, limits, allowance)
        return Document(SourceKind.XLSX, text, cut, struck=struck)
    if media_type in {filetype.ODT, filetype.ODS}:
        from claimstream.reading.odf import read_odf  # noqa: PLC0415 - see above

        text, cut, struck = read_odf(data, limits, allowance)
        return Document(SourceKind.OTHER, text, cut, struck=struck)
    if media_type in _BY_KREUZBERG:
        from claimstream.reading.office import has_fields, read_office, without_struck_rtf  # noqa: PLC0415 - see above

        cut = "read a file whose end is missing." if media_type == filetype.RTF and _ends_open(data) else ""
        struck_out: tuple[str, ...] = ()
        if media_type == filetype.RTF:
            cut = cut or ("read all but the boxes and lists of a form." if has_fields(data) else "")
            data, struck_out = without_struck_rtf(data)
        return Document(SourceKind.OTHER, read_office(data, media_type), cut, struck=struck_out)
    if media_type == filetype.SEALED:
        raise UnreadableError("encrypted", "The file is encrypted by PGP.")
    if media_type == filetype.ENCRYPTED_OFFICE:
        raise UnreadableError("encrypted", "The Office file needs a password.")
    if media_type in _OTHER_ARCHIVES:
        raise UnreadableError("unknown_type", "Of the archives only ZIP is opened.")
    raise UnreadableError("unknown_type", f"Files of type {media_type} are not read.")


def _ends_open(rtf: bytes) -> bool:
    """Return True when a group of an RTF file is never closed: it was cut."""
    if b"\\bin" in rtf:  # bytes of any value, braces too
        return False
    plain = _RTF_ESCAPES.sub(b"", rtf)
    return plain.count(b"{") > plain.count(b"}")
