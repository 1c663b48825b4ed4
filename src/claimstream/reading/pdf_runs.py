"""The characters of a PDF's page, gathered into runs, and the runs into lines."""

import ctypes
import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.text import UNREAD

MOST_NEAR = 50
"""The number of runs among which the one before a raised figure is looked for."""
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


@dataclass(slots=True)
class Run:
    """Characters drawn one after the other on one baseline. Points, y upwards."""

    text: str
    left: float
    right: float
    baseline: float
    height: float
    box: tuple[float, float, float, float]
    """Left, bottom, right and top on the page as it is stored, which may be shown turned."""


def with_raised(runs: list[Run]) -> list[Run]:
    """``runs`` in which raised figures are part of the number that they touch, and marked."""
    ordered = sorted(runs, key=lambda run: run.right)
    edges = [run.right for run in ordered]
    raised: set[int] = set()
    for run in runs:
        if not run.text.isdigit():
            continue
        near = slice(bisect_left(edges, run.left - run.height), bisect_right(edges, run.left + 0.5 * run.height))
        for base in ordered[near][:MOST_NEAR]:
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


def runs_of(textpage: object, count: int, rotation: int) -> tuple[list[Run], list[Run]]:
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
    runs: list[Run] = []
    turned: list[Run] = []
    turned_lean = 0.0
    run: Run | None = None
    turned_run: Run | None = None
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
                turned_run = Run("", box.left, box.right, y.value, 1.0, (box.left, box.bottom, box.right, box.top))
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
            run = Run(character, left, right, baseline, max(height, 1.0), (box.left, box.bottom, box.right, box.top))
            runs.append(run)
        pending_space = False
    return runs, turned


def _continues(run: Run, left: float, right: float, baseline: float) -> bool:
    same_line = abs(baseline - run.baseline) < _BASELINE_TOLERANCE * run.height
    return same_line and left > run.right - 0.5 * run.height and right > run.left


def _is_raised(run: Run, character: str, baseline: float, height: float) -> bool:
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


def rows_of(runs: list[Run]) -> list[str]:
    """Runs as lines, top to bottom; an empty line where the page leaves a gap of a line and more."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: -r.baseline):
        if rows:
            row = rows[-1]
            height = min(run.height, max(r.height for r in row))
            if row[0].baseline - run.baseline < _BASELINE_TOLERANCE * height:
                row.append(run)
                continue
        rows.append([run])
    lines: list[str] = []
    above: list[Run] | None = None
    for row in rows:
        if above is not None and above[0].baseline - row[0].baseline > 2.2 * max(r.height for r in row):
            lines.append("")
        lines.append(_line(row))
        above = row
    return lines


def _line(row: list[Run]) -> str:
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
