"""The text of a PDF, one visual line per line.

PDFium gives characters in the order they were drawn, which for forms and tables is often column by column. So the
characters are gathered into runs, the runs into lines by their baseline, and each line is read from left to right.
"""

import ctypes
import math
import re
import threading
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Limits
from claimstream.reading.text import UNREAD, without_loose_marks

_SCAN_CHARACTERS = 25
"""Fewer letters and digits per page than this on average: the text layer is a scanner's stamp or nothing."""
_PICTURE_SHARE = 0.5
"""The share of the page above which a picture is what the page shows."""
_MOST_FILES = 20
_MOST_NOTES = 1_000
_SPACE_GAP = 0.22
"""Of the character height: a wider gap between two runs is a space between words."""
_WIDE_SPACE_GAP = 0.5
"""The same within a run, where PDFium has already put the spaces: letter-spaced words stay whole."""
_COLUMN_GAP = 1.2
"""Of the character height: a wider gap is one between columns, written as a tab."""
_BASELINE_TOLERANCE = 0.35
_UPRIGHT = 0.15
"""Radians a character may lean and still be part of a line; the rest is stamps and margin notes."""

_RAISED = 0.15
"""The least rise of a raised digit, in heights of the digits before it."""
_SMALLER = 0.85
_MOST_NEAR = 50
"""The number of runs among which the one before a raised figure is looked for."""
_END = b"%%EOF"
_OBJECT = re.compile(rb"\d obj\b")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_FILTER = re.compile(rb"/Filter\s*+\[?\s*+/(\w+)")
_OTHER_FILTERS = frozenset(
    b"LZWDecode LZW ASCII85Decode A85 ASCIIHexDecode AHx RunLengthDecode RL CCITTFaxDecode CCF JBIG2Decode "
    b"DCTDecode DCT JPXDecode Crypt".split()
)
_ANOTHER = re.compile(rb"%%EOF\s*+%PDF-")
"""Two files in one, of which readers show the last."""
_MOST_ENTRIES_BYTES = 2_000
"""The most bytes before a stream in which its entries are looked for."""
_MOST_UNPACKED = 64 * 1024 * 1024
_PIECE = 1024 * 1024
_CONTENTS = re.compile(rb"/Contents\s*+(?:\[(?P<several>[\d\sR]{0,10000}+)\]|(?P<one>\d{1,10}\s+\d{1,5}\s+R))")
_PAGE_TYPE = re.compile(rb"/Type\s*+/Page\b")
_REFERENCE = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+R")
_NUMBERED = re.compile(rb"(?<!\d)(\d{1,10})\s+(\d{1,5})\s+obj\b")
_INK = 24
"""The least difference, in 255 shades, between visible text and its surroundings."""
_PIXELS = 1_200
"""The longer side of a drawn page, in pixels. Pages are drawn to find out which of their figures can be seen."""
_MOST_OBJECTS = 20_000
"""The number of a page's objects among which invisible text is looked for."""

_THIN = 4.0
"""The most points that a line is thick."""
_LEVEL = 1.0
"""The most points by which the ends of a level line differ in height."""
_MOST_SEGMENTS = 20_000
"""The number of lines, within the paths of a page, of which each is looked at."""
_STRIKING = (0.12, 0.5)
"""The places, in heights above the baseline, between which a line goes through text; one below it underlines."""
_SHORTEST = 0.8
"""The least length, in heights of the text, of a line that strikes it out; a dash is shorter."""
_MOST_STRUCK = 200
_FLAT = 2.0
"""The least breadth, in heights, of a stroke by hand that strikes out; a box is ticked by others."""
_LOW = 20.0
"""The most points that such a stroke is high; a signature is higher."""
_MOST_POINTS = 10_000
_MOST_BOXES = 500
_TICKED, _UNTICKED = "☒", "☐"
_BOX_LINES = 2.0
"""The most lines that a box is high: what a higher one belongs to is not clear."""
_BESIDE = (-0.3, 1.0)
"""The places, in heights of a line above its baseline, at which the middle of its box stands."""

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
    box: tuple[float, float, float, float]
    """Left, bottom, right and top on the page as it is stored, which may be shown turned."""


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
            return replace(text, changing=_is_cut_in_a_change(data), damaged=_is_damaged(data))
        except pdfium.PdfiumError as error:
            raise UnreadableError("broken", f"Not a readable PDF: {error}") from None
        finally:
            document.close()


def _is_cut_in_a_change(data: bytes) -> bool:
    end = data.rfind(_END)
    return end >= 0 and _OBJECT.search(data, end) is not None


def _is_damaged(data: bytes) -> bool:
    """Return True when a page may lack words: PDFium shows what it can unpack of a stream and keeps silent on the rest.

    A file that needs a password is not looked at: its streams are ciphers.
    """
    if b"/Encrypt" in data:
        return False
    if _ANOTHER.search(data):
        return True
    return any(_is_damaged_stream(data, mark) for mark in _STREAM.finditer(data)) or _lacks_contents(data)


def _is_damaged_stream(data: bytes, mark: re.Match[bytes]) -> bool:
    """Return True when the stream that begins at ``mark`` cannot be unpacked to its end, or has another checksum.
    Pictures hold no words."""
    head = data[max(0, mark.start() - _MOST_ENTRIES_BYTES) : mark.start()]
    entries = head[head.rfind(b"obj") + 3 :]
    packing = _FILTER.search(entries)
    if packing is None or b"/Image" in entries:
        return False
    if packing[1] not in {b"FlateDecode", b"Fl"}:
        return packing[1] not in _OTHER_FILTERS
    start = mark.end()
    end = data.find(b"endstream", start)
    packed = data[start + 2 : end if end >= 0 else len(data)]  # without zlib's own header
    if not packed.strip():
        return False
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked, checksum = 0, 1
    try:
        while not inflate.eof and unpacked < _MOST_UNPACKED:
            piece = inflate.decompress(packed, _PIECE)
            unpacked += len(piece)
            checksum = zlib.adler32(piece, checksum)
            packed = inflate.unconsumed_tail
            if not piece and not packed:
                return not inflate.eof
    except zlib.error:
        return True
    stated = inflate.unused_data[:4]
    return inflate.eof and len(stated) == 4 and int.from_bytes(stated, "big") != checksum


def _lacks_contents(data: bytes) -> bool:
    """Return True when a page names content that is nowhere in the file. Streams are never packed into others."""
    there = {found.groups() for found in _NUMBERED.finditer(data)}
    for contents in _CONTENTS.finditer(data):
        first, last = max(0, contents.start() - _MOST_ENTRIES_BYTES), contents.end() + _MOST_ENTRIES_BYTES
        start, end = data.rfind(b"obj", first, contents.start()), data.find(b"endobj", contents.end(), last)
        if _PAGE_TYPE.search(data, max(start, first), end if end >= 0 else last):
            named = _REFERENCE.findall(contents["several"] or contents["one"])
            if any(reference not in there for reference in named):
                return True
    return False


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
        struck=tuple(struck[:_MOST_STRUCK]),
        loose_boxes=loose,
    )


def _attached_files(document: "pdfium.PdfDocument", number: int) -> int:
    """The number of files that are pinned to a page as notes are."""
    page = document[number]
    try:
        count = min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MOST_NOTES)
        notes = [pdfium_c.FPDFPage_GetAnnot(page.raw, index) for index in range(count)]
        kinds = [pdfium_c.FPDFAnnot_GetSubtype(note) for note in notes if note]
        for note in notes:
            pdfium_c.FPDFPage_CloseAnnot(note)
    finally:
        page.close()
    return kinds.count(pdfium_c.FPDF_ANNOT_FILEATTACHMENT)


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A thin line across the page."""

    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class _Box:
    """A box to be ticked. Points."""

    left: float
    bottom: float
    right: float
    top: float
    ticked: bool | None
    """None where the file says both."""


@dataclass(slots=True)
class _Marked:
    """The marks on a page that its text does not hold."""

    strokes: list[_Stroke] = field(default_factory=list)
    """The lines by which readers strike text out."""
    boxes: list[_Box] = field(default_factory=list)


def _drawn(document: "pdfium.PdfDocument", number: int) -> tuple["pdfium.PdfPage", _Marked]:
    """The page with what is written into its form fields and on top of it, which is no text of the page itself; and
    the marks on it."""
    page = document[number]
    marked = _marks(page, document.formenv)
    if pdfium_c.FPDFPage_GetAnnotCount(page.raw) > 0:
        flattened = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
        if flattened == pdfium_c.FLATTEN_SUCCESS:
            page.close()
            page = document[number]
    return page, marked


def _marks(page: "pdfium.PdfPage", forms: "pdfium.PdfFormEnv | None") -> _Marked:
    marked = _Marked()
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MOST_NOTES)):
        mark = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
        if not mark:
            continue
        try:
            if pdfium_c.FPDFAnnot_GetFlags(mark) & _UNSHOWN:
                continue
            kind = pdfium_c.FPDFAnnot_GetSubtype(mark)
            if kind == pdfium_c.FPDF_ANNOT_WIDGET:
                marked.boxes += _boxes(mark, forms)
            elif len(marked.strokes) < _MOST_STRUCK:
                marked.strokes += _strokes(mark, kind)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(mark)
    return marked


_UNSHOWN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW


def _boxes(widget: object, forms: "pdfium.PdfFormEnv | None") -> Iterator[_Box]:
    """The box that a form field is, if it is one. What it says by itself counts where the form does not know it."""
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(forms.raw, widget) if forms is not None else -1
    state, value = _entry(widget, b"AS"), _entry(widget, b"V")
    known = kind > pdfium_c.FPDF_FORMFIELD_UNKNOWN
    if kind not in {pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON} and (known or not state):
        return
    ticked: bool | None = (state or value) not in {"", "Off"}
    if state and value and (state == "Off") != (value == "Off"):
        ticked = None
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(widget, ctypes.byref(box))
    yield _Box(box.left, box.bottom, box.right, box.top, ticked)


def _entry(note: object, key: bytes) -> str:
    """A text or a name of a note's dictionary, "" where there is none."""
    length = pdfium_c.FPDFAnnot_GetStringValue(note, key, None, 0)
    if not 2 < length < _MOST_ENTRIES_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(length)
    pdfium_c.FPDFAnnot_GetStringValue(note, key, ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")


def _strokes(mark: object, kind: int) -> Iterator[_Stroke]:
    """The lines of a reader's mark that may go through text: by the tool for that, or by hand."""
    if kind == pdfium_c.FPDF_ANNOT_STRIKEOUT:
        corners = pdfium_c.FS_QUADPOINTSF()
        count = min(pdfium_c.FPDFAnnot_CountAttachmentPoints(mark), _MOST_STRUCK)
        for index in range(count):  # one for each line of text
            pdfium_c.FPDFAnnot_GetAttachmentPoints(mark, index, ctypes.byref(corners))
            across = (corners.x1, corners.x2, corners.x3, corners.x4)
            yield _Stroke(min(across), max(across), (corners.y1 + corners.y2 + corners.y3 + corners.y4) / 4)
        if not count:
            box = pdfium_c.FS_RECTF()
            pdfium_c.FPDFAnnot_GetRect(mark, ctypes.byref(box))
            yield _Stroke(box.left, box.right, (box.bottom + box.top) / 2)
        return
    for path in _paths(mark, kind):
        left, right = min(x for x, _ in path), max(x for x, _ in path)
        height = max(y for _, y in path) - min(y for _, y in path)
        if height <= _LOW and right - left >= _FLAT * height:
            yield _Stroke(left, right, sum(y for _, y in path) / len(path))


def _paths(mark: object, kind: int) -> Iterator[list[tuple[float, float]]]:
    """The points of what a reader drew by hand."""
    if kind == pdfium_c.FPDF_ANNOT_LINE:
        start, end = pdfium_c.FS_POINTF(), pdfium_c.FS_POINTF()
        if pdfium_c.FPDFAnnot_GetLine(mark, ctypes.byref(start), ctypes.byref(end)):
            yield [(start.x, start.y), (end.x, end.y)]
    elif kind == pdfium_c.FPDF_ANNOT_INK:
        for index in range(min(pdfium_c.FPDFAnnot_GetInkListCount(mark), _MOST_STRUCK)):
            count = pdfium_c.FPDFAnnot_GetInkListPath(mark, index, None, 0)
            if 0 < count <= _MOST_POINTS:
                points = (pdfium_c.FS_POINTF * count)()
                pdfium_c.FPDFAnnot_GetInkListPath(mark, index, points, count)
                yield [(point.x, point.y) for point in points]
    elif kind == pdfium_c.FPDF_ANNOT_POLYLINE:
        count = pdfium_c.FPDFAnnot_GetVertices(mark, None, 0)
        if 0 < count <= _MOST_POINTS:
            points = (pdfium_c.FS_POINTF * count)()
            pdfium_c.FPDFAnnot_GetVertices(mark, points, count)
            yield [(point.x, point.y) for point in points]


def _with_boxes(runs: list[_Run], boxes: list[_Box]) -> tuple[list[_Run], bool]:
    """``runs`` and the boxes, each on the line of text beside it, in place of the sign within it; and whether it is
    clear of all where they belong."""
    if not boxes:
        return runs, True
    if len(boxes) > _MOST_BOXES:
        return runs, False
    words = [run for run in runs if len(run.text) > 2 or not any(_is_within(run, box) for box in boxes)]
    placed: list[_Run] = []
    for box in boxes:
        middle = (box.bottom + box.top) / 2
        beside = [run for run in words if _BESIDE[0] <= (middle - run.baseline) / run.height <= _BESIDE[1]]
        if not beside or box.ticked is None:
            continue
        line = min(beside, key=lambda run: abs(run.baseline + 0.3 * run.height - middle))
        if box.top - box.bottom <= _BOX_LINES * line.height:
            sign = _TICKED if box.ticked else _UNTICKED
            around = (box.left, box.bottom, box.right, box.top)
            placed.append(_Run(sign, box.left, box.right, line.baseline, line.height, around))
    return words + placed, len(placed) == len(boxes)


def _is_within(run: _Run, box: _Box) -> bool:
    left, bottom, right, top = run.box
    return box.left <= (left + right) / 2 <= box.right and box.bottom <= (bottom + top) / 2 <= box.top


def _lines_of(page: "pdfium.PdfPage") -> Iterator[_Stroke]:
    left_over = _MOST_SEGMENTS
    for found in islice(page.get_objects([pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=1), _MOST_OBJECTS):
        left, bottom, right, top = found.get_bounds()
        around = _around_line(found)
        thickness = top - bottom - around
        if thickness <= _THIN < right - left - around:
            yield _Stroke(left, right, (bottom + top) / 2)
        elif around:
            count = pdfium_c.FPDFPath_CountSegments(found.raw)
            if 0 < count <= left_over:
                left_over -= count
                yield from _level_segments(found, count)


def _around_line(path: "pdfium.PdfObject") -> float:
    """The width of the pen that draws a path, in points, by which PDFium's bounds are too high; 0 for a filled one."""
    mode, stroked, width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
    pdfium_c.FPDFPath_GetDrawMode(path.raw, ctypes.byref(mode), ctypes.byref(stroked))
    if not stroked.value or not pdfium_c.FPDFPageObj_GetStrokeWidth(path.raw, ctypes.byref(width)):
        return 0.0
    matrix = path.get_matrix()
    return float(width.value * math.hypot(matrix.c, matrix.d)) or 1.0


def _level_segments(path: "pdfium.PdfObject", count: int) -> Iterator[_Stroke]:
    """The level lines of a path of several, such as those that strike out lines of text in one go."""
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    before: tuple[float, float] | None = None
    for index in range(count):
        segment = pdfium_c.FPDFPath_GetPathSegment(path.raw, index)
        pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = matrix.on_point(x.value, y.value)
        is_line = pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_LINETO
        if before is not None and is_line and abs(point[1] - before[1]) <= _LEVEL < abs(point[0] - before[0]):
            yield _Stroke(min(before[0], point[0]), max(before[0], point[0]), (before[1] + point[1]) / 2)
        before = point


def _without_struck(runs: list[_Run], strokes: list[_Stroke]) -> tuple[list[_Run], list[str]]:
    """``runs`` without those that a line goes through, and the texts of these."""
    ordered = sorted(strokes, key=lambda stroke: stroke.height)
    heights = [stroke.height for stroke in ordered]

    def is_struck(run: _Run) -> bool:
        lowest, highest = (run.baseline + share * run.height for share in _STRIKING)
        for stroke in ordered[bisect_left(heights, lowest) : bisect_right(heights, highest)][:_MOST_NEAR]:
            shared = min(stroke.right, run.right) - max(stroke.left, run.left)
            shorter = min(stroke.right - stroke.left, run.right - run.left)
            if shared >= max(0.9 * shorter, _SHORTEST * run.height):
                return True
        return False

    struck = [is_struck(run) for run in runs]
    kept = [run for run, is_void in zip(runs, struck, strict=True) if not is_void]
    return kept, [run.text for run, is_void in zip(runs, struck, strict=True) if is_void]


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
    for found in islice(page.get_objects(kinds, max_depth=2), _MOST_OBJECTS):
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
    page: "pdfium.PdfPage", most: int, marked: _Marked, *, all_seen: bool
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
        upright, turned = _runs(textpage.raw, min(characters, most), page.get_rotation())
    finally:
        textpage.close()
    if not all_seen:
        upright, turned = _seen(page, upright, turned)
    void: list[str] = []
    if page.get_rotation() == 0 and not all_seen:
        upright, void = _without_struck(upright, [*marked.strokes, *_lines_of(page)])
    placed = not marked.boxes
    if page.get_rotation() == 0:
        upright, placed = _with_boxes(upright, marked.boxes)
    lines = _lines(_with_raised(upright))
    if turned:
        lines += ["", "\n".join(run.text for run in turned)]
    return without_loose_marks("\n".join(lines), " ").strip("\n"), characters, void, placed


def _seen(page: "pdfium.PdfPage", *groups: list[_Run]) -> list[list[_Run]]:
    """Each of ``groups`` without figures where the drawn page is of one colour."""
    if not any(character.isdigit() for runs in groups for run in runs for character in run.text):
        return list(groups)
    bitmap = page.render(scale=_PIXELS / max(page.get_size()), grayscale=True)
    try:
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
        pixels = bytes(bitmap.buffer)
    finally:
        bitmap.close()
    x, y = ctypes.c_int(), ctypes.c_int()

    def at(across: float, up: float) -> tuple[int, int]:
        pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        return min(max(x.value, 0), width), min(max(y.value, 0), height)

    def is_seen(run: _Run) -> bool:
        if not any(character.isdigit() for character in run.text):
            return True
        left, bottom, right, top = run.box
        (x1, y1), (x2, y2) = at(left, bottom), at(right, top)
        first, last = min(x1, x2), max(x1, x2)
        shades: list[int] = []
        for row in range(min(y1, y2), max(y1, y2)):
            if drawn := pixels[row * stride + first : row * stride + last]:
                shades += (min(drawn), max(drawn))
                if max(shades) - min(shades) >= _INK:
                    return True
        return False

    return [[run for run in runs if is_seen(run)] for runs in groups]


def _with_raised(runs: list[_Run]) -> list[_Run]:
    """``runs`` in which raised figures are part of the number that they touch, and marked."""
    ordered = sorted(runs, key=lambda run: run.right)
    edges = [run.right for run in ordered]
    raised: set[int] = set()
    for run in runs:
        if not run.text.isdigit():
            continue
        near = slice(bisect_left(edges, run.left - run.height), bisect_right(edges, run.left + 0.5 * run.height))
        for base in ordered[near][:_MOST_NEAR]:
            above = run.baseline - base.baseline
            if (
                base.text[-1:].isdigit()
                and run.height < _SMALLER * base.height
                and _RAISED * base.height < above < base.height
            ):
                base.text += UNREAD + run.text
                raised.add(id(run))
                break
    return [run for run in runs if id(run) not in raised]


def _runs(textpage: object, count: int, rotation: int) -> tuple[list[_Run], list[_Run]]:
    """Runs of upright characters, and of all others, among the first ``count``. ``rotation``: the page's, in
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
    turned: list[_Run] = []
    turned_lean = 0.0
    run: _Run | None = None
    turned_run: _Run | None = None
    pending_space = False
    for index in range(count):
        code = get_unicode(textpage, index)
        if code in {0x0D, 0x0A}:
            run = turned_run = None
            continue
        if code in {0x20, 0x09}:
            pending_space = True
            continue
        if code == 0xFFFE or code > 0x10FFFF:
            continue
        # U+FFFE and U+0002 stand for a hyphen at a line's end, 0 and private characters for glyphs that have none.
        character = "-" if code == 2 else UNREAD if code == 0 or 0xE000 <= code <= 0xF8FF else chr(code)
        get_box(textpage, index, box_reference)
        get_origin(textpage, index, x_reference, y_reference)
        lean = (get_angle(textpage, index) - upright) % math.tau
        if _UPRIGHT < lean < math.tau - _UPRIGHT:
            if turned_run is None or abs(lean - turned_lean) > 0.01:
                turned_run = _Run("", box.left, box.right, y.value, 1.0, (box.left, box.bottom, box.right, box.top))
                turned.append(turned_run)
            elif pending_space:
                turned_run.text += " "
            turned_run.text += character
            turned_run.box = _around(turned_run.box, box)
            turned_lean = lean
            pending_space = False
            continue
        left, right, baseline, height = _turned_upright(box, x.value, y.value, rotation)
        if run is not None and _continues(run, left, right, baseline):
            gap = left - run.right
            if gap > _COLUMN_GAP * run.height:
                run = None
            else:
                if _is_raised(run, character, baseline, height):
                    run.text += UNREAD
                elif pending_space or gap > _WIDE_SPACE_GAP * run.height:
                    run.text += " "
                run.text += character
                run.right = max(run.right, right)
                run.height = max(run.height, height)
                run.box = _around(run.box, box)
        else:
            run = None
        if run is None:
            run = _Run(character, left, right, baseline, max(height, 1.0), (box.left, box.bottom, box.right, box.top))
            runs.append(run)
        pending_space = False
    return runs, turned


def _continues(run: _Run, left: float, right: float, baseline: float) -> bool:
    same_line = abs(baseline - run.baseline) < _BASELINE_TOLERANCE * run.height
    return same_line and left > run.right - 0.5 * run.height and right > run.left


def _is_raised(run: _Run, character: str, baseline: float, height: float) -> bool:
    return (
        character.isdigit()
        and run.text[-1].isdigit()
        and UNREAD not in run.text[-3:]
        and height < _SMALLER * run.height
        and baseline - run.baseline > _RAISED * run.height
    )


def _around(box: tuple[float, float, float, float], added: "pdfium_c.FS_RECTF") -> tuple[float, float, float, float]:
    left, bottom, right, top = box
    return min(left, added.left), min(bottom, added.bottom), max(right, added.right), max(top, added.top)


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
