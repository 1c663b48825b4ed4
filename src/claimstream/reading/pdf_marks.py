"""Marks on a PDF's page that its text does not hold: lines that strike it out, and boxes to be ticked."""

import ctypes
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.pdf_runs import MOST_NEAR, Run

MOST_NOTES = 1_000
MOST_OBJECTS = 20_000
"""The number of a page's objects among which invisible text is looked for."""
MOST_STRUCK = 200


_MOST_ENTRY_BYTES = 2_000
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
class Marked:
    """The marks on a page that its text does not hold."""

    strokes: list[_Stroke] = field(default_factory=list)
    """The lines by which readers strike text out."""
    boxes: list[_Box] = field(default_factory=list)


def marks_on(page: "pdfium.PdfPage", forms: "pdfium.PdfFormEnv | None") -> Marked:
    marked = Marked()
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), MOST_NOTES)):
        mark = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
        if not mark:
            continue
        try:
            if pdfium_c.FPDFAnnot_GetFlags(mark) & _UNSHOWN:
                continue
            kind = pdfium_c.FPDFAnnot_GetSubtype(mark)
            if kind == pdfium_c.FPDF_ANNOT_WIDGET:
                marked.boxes += _boxes(mark, forms)
            elif len(marked.strokes) < MOST_STRUCK:
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
    if not 2 < length < _MOST_ENTRY_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(length)
    pdfium_c.FPDFAnnot_GetStringValue(note, key, ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")


def _strokes(mark: object, kind: int) -> Iterator[_Stroke]:
    """The lines of a reader's mark that may go through text: by the tool for that, or by hand."""
    if kind == pdfium_c.FPDF_ANNOT_STRIKEOUT:
        corners = pdfium_c.FS_QUADPOINTSF()
        count = min(pdfium_c.FPDFAnnot_CountAttachmentPoints(mark), MOST_STRUCK)
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
        for index in range(min(pdfium_c.FPDFAnnot_GetInkListCount(mark), MOST_STRUCK)):
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


def with_boxes(runs: list[Run], boxes: list[_Box]) -> tuple[list[Run], bool]:
    """``runs`` and the boxes, each on the line of text beside it, in place of the sign within it; and whether it is
    clear of all where they belong."""
    if not boxes:
        return runs, True
    if len(boxes) > _MOST_BOXES:
        return runs, False
    words = [run for run in runs if len(run.text) > 2 or not any(_is_within(run, box) for box in boxes)]
    placed: list[Run] = []
    for box in boxes:
        middle = (box.bottom + box.top) / 2
        beside = [run for run in words if _BESIDE[0] <= (middle - run.baseline) / run.height <= _BESIDE[1]]
        if not beside or box.ticked is None:
            continue
        line = min(beside, key=lambda run: abs(run.baseline + 0.3 * run.height - middle))
        if box.top - box.bottom <= _BOX_LINES * line.height:
            sign = _TICKED if box.ticked else _UNTICKED
            around = (box.left, box.bottom, box.right, box.top)
            placed.append(Run(sign, box.left, box.right, line.baseline, line.height, around))
    return words + placed, len(placed) == len(boxes)


def _is_within(run: Run, box: _Box) -> bool:
    left, bottom, right, top = run.box
    return box.left <= (left + right) / 2 <= box.right and box.bottom <= (bottom + top) / 2 <= box.top


def strokes_of(page: "pdfium.PdfPage") -> Iterator[_Stroke]:
    left_over = _MOST_SEGMENTS
    for found in islice(page.get_objects([pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=1), MOST_OBJECTS):
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


def without_struck(runs: list[Run], strokes: list[_Stroke]) -> tuple[list[Run], list[str]]:
    """``runs`` without those that a line goes through, and the texts of these."""
    ordered = sorted(strokes, key=lambda stroke: stroke.height)
    heights = [stroke.height for stroke in ordered]

    def is_struck(run: Run) -> bool:
        lowest, highest = (run.baseline + share * run.height for share in _STRIKING)
        for stroke in ordered[bisect_left(heights, lowest) : bisect_right(heights, highest)][:MOST_NEAR]:
            shared = min(stroke.right, run.right) - max(stroke.left, run.left)
            shorter = min(stroke.right - stroke.left, run.right - run.left)
            if shared >= max(0.9 * shorter, _SHORTEST * run.height):
                return True
        return False

    struck = [is_struck(run) for run in runs]
    kept = [run for run, is_void in zip(runs, struck, strict=True) if not is_void]
    return kept, [run.text for run, is_void in zip(runs, struck, strict=True) if is_void]
