"""The text of a PDF, one visual line per line.

PDFium gives characters in the order they were drawn, which for forms and tables is often column by column. So the
characters are gathered into runs, the runs into lines by their baseline, and each line is read from left to right.
"""

import ctypes
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Limits
from claimstream.reading.pdf_damage import is_cut_in_a_change, is_damaged
from claimstream.reading.pdf_marks import (
    MOST_NOTES,
    MOST_OBJECTS,
    MOST_STRUCK,
    Marked,
    marks_on,
    strokes_of,
    with_boxes,
    without_struck,
)
from claimstream.reading.pdf_runs import Run, rows_of, runs_of, with_raised
from claimstream.reading.text import without_loose_marks

_SCAN_CHARACTERS = 25
"""Fewer letters and digits per page than this on average: the text layer is a scanner's stamp or nothing."""
_PICTURE_SHARE = 0.5
"""The share of the page above which a picture is what the page shows."""
_MOST_FILES = 20


_INK = 24
"""The least difference, in 255 shades, between visible text and its surroundings."""
_PIXELS = 1_200
"""The longer side of a drawn page, in pixels. Pages are drawn to find out which of their figures can be seen."""


_CANVAS = (ctypes.c_ubyte * (_PIXELS + 1) ** 2)()
"""A byte for each pixel. Kept, since the system hands out new memory page by page, which takes as long as drawing."""
_LOCK = threading.Lock()
"""PDFium knows no threads, and there is one canvas."""


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
    recognised: bool = False
    """Text of some page is what a scanner recognised in the picture that the page shows."""
    changing: bool = False
    """The file ends within a change that was appended to it: what is read is what it said before."""
    damaged: bool = False
    """A stream of the file cannot be unpacked to its end, or the words of a page are missing."""
    rendered: bool = False
    """The pages are only a stand-in: an XFA form that a reader has to render itself."""
    struck: tuple[str, ...] = ()
    """The texts that lines of the pages strike out."""
    loose_boxes: bool = False
    """A form has boxes, ticked or not, of which it is not clear what they belong to."""


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
            text = _read(document, limits)
            return replace(text, changing=is_cut_in_a_change(data), damaged=is_damaged(data))
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
    recognised = False
    struck: list[str] = []
    loose = False
    attached = 0
    for number in range(min(count, limits.max_pdf_pages)):
        try:
            attached += _attached_files(document, number)
            page, marked = _drawn(document, number)
        except pdfium.PdfiumError:
            continue
        try:
            beneath = _is_recognised(page)
            text, characters, void, placed = _page_text(page, left, marked, all_seen=beneath)
            struck += void
            loose = loose or not placed
            if sum(character.isalnum() for character in text) < _SCAN_CHARACTERS:
                if _is_picture(page):
                    pictures.append(number + 1)
            else:
                recognised = recognised or beneath
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
        (*_file_names(document), *["attached file"] * min(attached, _MOST_FILES)),
        recognised,
        rendered=document.get_formtype() == pdfium_c.FORMTYPE_XFA_FULL,
        struck=tuple(struck[:MOST_STRUCK]),
        loose_boxes=loose,
    )


def _attached_files(document: "pdfium.PdfDocument", number: int) -> int:
    """The number of files that are pinned to a page as notes are."""
    page = document[number]
    try:
        count = min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), MOST_NOTES)
        notes = [pdfium_c.FPDFPage_GetAnnot(page.raw, index) for index in range(count)]
        kinds = [pdfium_c.FPDFAnnot_GetSubtype(note) for note in notes if note]
        for note in notes:
            pdfium_c.FPDFPage_CloseAnnot(note)
    finally:
        page.close()
    return kinds.count(pdfium_c.FPDF_ANNOT_FILEATTACHMENT)


def _drawn(document: "pdfium.PdfDocument", number: int) -> tuple["pdfium.PdfPage", Marked]:
    """The page with what is written into its form fields and on top of it, which is no text of the page itself; and
    the marks on it."""
    page = document[number]
    marked = marks_on(page, document.formenv)
    if pdfium_c.FPDFPage_GetAnnotCount(page.raw) > 0:
        flattened = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
        if flattened == pdfium_c.FLATTEN_SUCCESS:
            page.close()
            page = document[number]
    return page, marked


def _is_picture(page: "pdfium.PdfPage") -> bool:
    """A picture, such as a scan, takes up most of the page."""
    return any(_is_large(picture, page) for picture in page.get_objects([pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=2))


def _is_large(picture: "pdfium.PdfObject", page: "pdfium.PdfPage") -> bool:
    width, height = page.get_size()
    left, bottom, right, top = picture.get_bounds()
    return bool((right - left) * (top - bottom) > _PICTURE_SHARE * width * height)


def _is_recognised(page: "pdfium.PdfPage") -> bool:
    """The page shows a picture, and its text is invisible or lies beneath: a scanner put it there to be searched."""
    texts = invisible = 0
    beneath = pictured = False
    kinds = [pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_TEXT]
    for found in islice(page.get_objects(kinds, max_depth=2), MOST_OBJECTS):
        if found.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            texts += 1
            invisible += pdfium_c.FPDFTextObj_GetTextRenderMode(found.raw) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
        elif _is_large(found, page):
            pictured = True
            beneath = beneath or (texts > 0 and not pdfium_c.FPDFPageObj_HasTransparency(found.raw))
    return pictured and (beneath or 2 * invisible > texts)


def _file_names(document: "pdfium.PdfDocument") -> Iterator[str]:
    for index in range(min(document.count_attachments(), _MOST_FILES)):
        yield document.get_attachment(index).get_name()


def _page_text(
    page: "pdfium.PdfPage", most: int, marked: Marked, *, all_seen: bool
) -> tuple[str, int, list[str], bool]:
    """The text of the first ``most`` characters, how many there are, the texts that are struck out, and whether it is
    clear where the boxes of a form belong.

    Figures that the page does not show (white, covered, outside of it, in a layer that is off) are left out, unless
    ``all_seen``.

    Args:
        marked: the marks on the page.
    """
    textpage = page.get_textpage()
    try:
        characters = pdfium_c.FPDFText_CountChars(textpage.raw)
        upright, turned = runs_of(textpage.raw, min(characters, most), page.get_rotation())
    finally:
        textpage.close()
    if not all_seen:
        upright, turned = _seen(page, upright, turned)
    void: list[str] = []
    if page.get_rotation() == 0 and not all_seen:
        upright, void = without_struck(upright, [*marked.strokes, *strokes_of(page)])
    placed = not marked.boxes
    if page.get_rotation() == 0:
        upright, placed = with_boxes(upright, marked.boxes)
    lines = rows_of(with_raised(upright))
    if turned:
        lines += ["", "\n".join(run.text for run in turned)]
    return without_loose_marks("\n".join(lines), " ").strip("\n"), characters, void, placed


def _seen(page: "pdfium.PdfPage", *groups: list[Run]) -> list[list[Run]]:
    """Each of ``groups`` without figures where the drawn page is of one colour."""
    if not any(character.isdigit() for runs in groups for run in runs for character in run.text):
        return list(groups)
    on_canvas = partial(pdfium.PdfBitmap.new_native, buffer=_CANVAS)
    bitmap = page.render(scale=_PIXELS / max(page.get_size()), grayscale=True, bitmap_maker=on_canvas)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    bitmap.close()
    pixels = memoryview(_CANVAS).cast("B")
    x, y = ctypes.c_int(), ctypes.c_int()

    def at(across: float, up: float) -> tuple[int, int]:
        pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        return min(max(x.value, 0), width), min(max(y.value, 0), height)

    def is_seen(run: Run) -> bool:
        if not any(character.isdigit() for character in run.text):
            return True
        left, bottom, right, top = run.box
        (x1, y1), (x2, y2) = at(left, bottom), at(right, top)
        first, last = min(x1, x2), max(x1, x2)
        above, below = min(y1, y2), max(y1, y2)
        middle = (above + below) // 2
        darkest, lightest = 255, 0
        for row in chain(range(middle, below), range(above, middle)):  # the middle of a line holds ink, if any row does
            if drawn := bytes(pixels[row * stride + first : row * stride + last]):
                darkest, lightest = min(darkest, *drawn), max(lightest, *drawn)
                if lightest - darkest >= _INK:
                    return True
        return False

    return [[run for run in runs if is_seen(run)] for runs in groups]
