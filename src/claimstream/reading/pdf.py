"""The text of a PDF, one visual line per line.

PDFium gives characters in the order they were drawn, which for forms and tables is often column by column. So the
characters are gathered into runs, the runs into lines by their baseline, and each line is read from left to right.
"""

import ctypes
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Limits

_SCAN_CHARACTERS = 25
"""Fewer letters and digits per page than this on average: the text layer is a scanner's stamp or nothing."""
_PICTURE_SHARE = 0.5
"""Of the page: a picture that is larger is what the page shows."""
_MOST_FILES = 20
_SPACE_GAP = 0.22
"""Of the character height: a wider gap between two runs is a space between words."""
_WIDE_SPACE_GAP = 0.5
"""The same within a run, where PDFium has already put the spaces: letter-spaced words stay whole."""
_COLUMN_GAP = 1.2
"""Of the character height: a wider gap is one between columns, written as a tab."""
_BASELINE_TOLERANCE = 0.35
_UPRIGHT = 0.15
"""Radians a character may lean and still be part of a line; the rest is stamps and margin notes."""

_LOCK = threading.Lock()
"""PDFium knows no threads."""


@dataclass(slots=True)
class _Run:
    """Characters drawn one after the other on one baseline. Points, y upwards."""

    text: str
    left: float
    right: float
    baseline: float
    height: float


@dataclass(frozen=True, slots=True)
class PdfText:
    text: str
    pages: int
    pages_read: int
    scanned: bool
    """The text layer is nearly empty: only a model with vision can read this."""
    cut: bool
    """True when pages, or characters of a page, were left out because a limit was reached."""
    pictures: tuple[int, ...] = ()
    """The numbers of the pages, counted from 1, that are pictures without a text layer."""
    files: tuple[str, ...] = ()
    """The names of the files inside, which are not read."""
    rendered: bool = False
    """The pages are only a stand-in: an XFA form that a reader has to render itself."""


def read_pdf(data: bytes, limits: Limits) -> PdfText:
    """Text of the first ``limits.max_pdf_pages`` pages. Raises ``UnreadableError``: encrypted, broken or empty."""
    with _LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if "assword" in str(error):
                raise UnreadableError("encrypted", "The PDF needs a password.") from None
            raise UnreadableError("broken", f"Not a readable PDF: {error}") from None
        try:
            return _read(document, limits)
        except pdfium.PdfiumError as error:
            raise UnreadableError("broken", f"Not a readable PDF: {error}") from None
        finally:
            document.close()


def _read(document: "pdfium.PdfDocument", limits: Limits) -> PdfText:
    count = len(document)
    if count == 0:
        raise UnreadableError("broken", "The PDF has no pages.")
    if document.get_formtype() == pdfium_c.FORMTYPE_ACRO_FORM:
        document.init_forms()  # draws the fields that the file leaves to the reader to draw
    pages: list[str] = []
    pictures: list[int] = []
    left = limits.max_text_chars
    cut = count > limits.max_pdf_pages
    for number in range(min(count, limits.max_pdf_pages)):
        try:
            page = _drawn(document, number)
        except pdfium.PdfiumError:
            continue
        try:
            text, characters = _page_text(page, left)
            if sum(character.isalnum() for character in text) < _SCAN_CHARACTERS and _is_picture(page):
                pictures.append(number + 1)
        finally:
            page.close()
        pages.append(text)
        left -= characters
        if left < 0:
            cut = True
            break
    if not pages:
        raise UnreadableError("broken", f"None of the {count} pages of the PDF can be read.")
    text = "\n\n".join(page for page in pages if page)
    letters = sum(character.isalnum() for character in text)
    return PdfText(
        text,
        count,
        len(pages),
        letters < _SCAN_CHARACTERS * min(len(pages), 4),
        cut,
        tuple(pictures),
        tuple(_file_names(document)),
        document.get_formtype() == pdfium_c.FORMTYPE_XFA_FULL,
    )


def _drawn(document: "pdfium.PdfDocument", number: int) -> "pdfium.PdfPage":
    """The page with what is written into its form fields and on top of it, which is no text of the page itself."""
    page = document[number]
    if pdfium_c.FPDFPage_GetAnnotCount(page.raw) > 0:
        flattened = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
        if flattened == pdfium_c.FLATTEN_SUCCESS:
            page.close()
            page = document[number]
    return page


def _is_picture(page: "pdfium.PdfPage") -> bool:
    """A picture, such as a scan, takes up most of the page."""
    width, height = page.get_size()
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > _PICTURE_SHARE * width * height:
            return True
    return False


def _file_names(document: "pdfium.PdfDocument") -> Iterator[str]:
    for index in range(min(document.count_attachments(), _MOST_FILES)):
        yield document.get_attachment(index).get_name()


def _page_text(page: "pdfium.PdfPage", most: int) -> tuple[str, int]:
    """The text of the first ``most`` characters, and how many there are."""
    textpage = page.get_textpage()
    try:
        characters = pdfium_c.FPDFText_CountChars(textpage.raw)
        upright, turned = _runs(textpage.raw, min(characters, most), page.get_rotation())
    finally:
        textpage.close()
    lines = _lines(upright)
    if turned:
        lines += ["", "".join(turned).strip()]
    return "\n".join(lines).strip("\n"), characters


def _runs(textpage: object, count: int, rotation: int) -> tuple[list[_Run], list[str]]:
    """Runs of upright characters, and the text of all others, among the first ``count``. ``rotation``: the page's, in
    degrees clockwise."""
    box = pdfium_c.FS_RECTF()
    box_reference = ctypes.byref(box)
    x, y = ctypes.c_double(), ctypes.c_double()
    x_reference, y_reference = ctypes.byref(x), ctypes.byref(y)
    get_unicode, get_box = pdfium_c.FPDFText_GetUnicode, pdfium_c.FPDFText_GetLooseCharBox
    get_origin, get_angle = pdfium_c.FPDFText_GetCharOrigin, pdfium_c.FPDFText_GetCharAngle
    # PDFium counts a character's angle clockwise, so upright on a page shown turned by 90 degrees is 270.
    upright = -math.radians(rotation)
    runs: list[_Run] = []
    turned: list[str] = []
    turned_lean = 0.0
    run: _Run | None = None
    pending_space = False
    for index in range(count):
        code = get_unicode(textpage, index)
        if code in {0x0D, 0x0A}:
            run = None
            if turned and turned[-1] != "\n":
                turned.append("\n")
            continue
        if code in {0x20, 0x09}:
            pending_space = True
            continue
        if code in {0, 0xFFFE} or code > 0x10FFFF:
            continue
        # U+FFFE and U+0002 stand for a hyphen at a line's end.
        character = "-" if code == 2 else chr(code)
        get_box(textpage, index, box_reference)
        get_origin(textpage, index, x_reference, y_reference)
        lean = (get_angle(textpage, index) - upright) % math.tau
        if _UPRIGHT < lean < math.tau - _UPRIGHT:
            if turned and abs(lean - turned_lean) > 0.01:
                turned.append("\n")
            elif turned and pending_space:
                turned.append(" ")
            turned.append(character)
            turned_lean = lean
            pending_space = False
            continue
        left, right, baseline, height = _turned_upright(box, x.value, y.value, rotation)
        if run is not None and _continues(run, left, right, baseline):
            gap = left - run.right
            if gap > _COLUMN_GAP * run.height:
                run = None
            else:
                if pending_space or gap > _WIDE_SPACE_GAP * run.height:
                    run.text += " "
                run.text += character
                run.right = max(run.right, right)
                run.height = max(run.height, height)
        else:
            run = None
        if run is None:
            run = _Run(character, left, right, baseline, max(height, 1.0))
            runs.append(run)
        pending_space = False
    return runs, turned


def _continues(run: _Run, left: float, right: float, baseline: float) -> bool:
    same_line = abs(baseline - run.baseline) < _BASELINE_TOLERANCE * run.height
    return same_line and left > run.right - 0.5 * run.height and right > run.left


def _turned_upright(box: "pdfium_c.FS_RECTF", x: float, y: float, rotation: int) -> tuple[float, float, float, float]:
    """Left, right, baseline and height of a character as the page is shown."""
    if rotation == 90:
        return box.bottom, box.top, -x, abs(box.right - box.left)
    if rotation == 180:
        return -box.right, -box.left, -y, abs(box.top - box.bottom)
    if rotation == 270:
        return -box.top, -box.bottom, x, abs(box.right - box.left)
    return box.left, box.right, y, abs(box.top - box.bottom)


def _lines(runs: list[_Run]) -> list[str]:
    """Runs as lines, top to bottom; an empty line where the page leaves a gap of a line and more."""
    rows: list[list[_Run]] = []
    for run in sorted(runs, key=lambda r: -r.baseline):
        if rows:
            row = rows[-1]
            height = min(run.height, max(r.height for r in row))
            if row[0].baseline - run.baseline < _BASELINE_TOLERANCE * height:
                row.append(run)
                continue
        rows.append([run])
    lines: list[str] = []
    above: list[_Run] | None = None
    for row in rows:
        if above is not None and above[0].baseline - row[0].baseline > 2.2 * max(r.height for r in row):
            lines.append("")
        lines.append(_line(row))
        above = row
    return lines


def _line(row: list[_Run]) -> str:
    row.sort(key=lambda r: r.left)
    text = row[0].text
    right = row[0].right
    for previous, run in pairwise(row):
        gap = run.left - right
        height = min(previous.height, run.height)
        if gap > _COLUMN_GAP * height:
            text += "\t"
        elif gap > _SPACE_GAP * height:
            text += " "
        elif run.text == previous.text and abs(run.left - previous.left) < 0.1 * height:
            continue  # bold by drawing twice
        text += run.text
        right = max(right, run.right)
    return text
