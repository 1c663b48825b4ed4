"""The text of Excel files (ECMA-376): a row is one line, its cells separated by tabs."""

import datetime
import io
import warnings
import zipfile

import lxml.etree  # type: ignore[import-untyped]  # it ships no types
import openpyxl  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell.cell import Cell  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell.read_only import EMPTY_CELL  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.xml import local, parse_xml
from claimstream.reading.ziparchive import open_zip, unpack

_STYLES = "xl/styles.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAX_ROWS = 20_000
_MAX_COLUMNS = 200
_LAST_COLUMN = 18_278
"""ZZZ, the last that openpyxl knows. Excel itself ends at XFD."""
_NO_MORE_COLUMNS = (EMPTY_CELL,) * (_LAST_COLUMN - _MAX_COLUMNS)
_MAX_CELL_CHARS = 32_767
"""The most characters of a cell, as in Excel itself. A longer text is nobody's: in a small file, thousands of cells may
share one of a megabyte."""


def read_xlsx(data: bytes, limits: Limits, allowance: Allowance) -> tuple[str, str]:
    """The text, and in words what of it was left out because a limit was reached.

    Every visible sheet under its name, empty rows left out. Numbers are written with a point and without grouping
    (``3418.07 EUR`` where the cell is formatted as money), dates as ``01.03.2026``. Raises ``UnreadableError``."""
    with open_zip(data) as archive:
        for info in archive.infolist():
            # openpyxl unpacks without limits, so the limits are tried first.
            unpack(archive, info, limits, allowance)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are of no interest here
        try:
            book = _opened(data)
        except MemoryError:
            raise
        except Exception as error:  # openpyxl lets whatever it meets through
            raise UnreadableError("broken", f"Not a readable Excel file: {error}") from None
        try:
            return _text(book, limits)
        except MemoryError:
            raise
        except Exception as error:  # rows are parsed only now
            raise UnreadableError("broken", f"Not a readable Excel file: {error}") from None
        finally:
            book.close()


def _opened(data: bytes) -> "openpyxl.Workbook":
    """The workbook. Where its styles are at fault, as other programs write them, all but the number formats is dropped:
    an empty fill, which Excel takes, makes openpyxl give up the file."""
    options = {"read_only": True, "data_only": True, "keep_links": False}
    try:
        return openpyxl.load_workbook(io.BytesIO(data), **options)
    except MemoryError:
        raise
    except Exception:
        return openpyxl.load_workbook(_without_looks(data), **options)


def _without_looks(data: bytes) -> io.BytesIO:
    """The same file whose styles are number formats alone."""
    plain = io.BytesIO()
    with open_zip(data) as archive, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in archive.infolist():
            content = archive.read(info)
            copy.writestr(info.filename, _number_formats(content) if info.filename == _STYLES else content)
    plain.seek(0)
    return plain


def _number_formats(styles: bytes) -> bytes:
    root = parse_xml(styles)
    formats = [child for child in root.iter() if local(child) == "numFmt"]
    cells = [child for group in root if local(group) == "cellXfs" for child in group if local(child) == "xf"]
    plain = lxml.etree.Element("styleSheet", nsmap={None: _MAIN})
    listed = lxml.etree.SubElement(plain, "numFmts")
    for found in formats:
        lxml.etree.SubElement(listed, "numFmt", {key: found.get(key, "") for key in ("numFmtId", "formatCode")})
    for group in ("fonts/font", "fills/fill/patternFill", "borders/border"):
        element = plain
        for name in group.split("/"):
            element = lxml.etree.SubElement(element, name)
    looks = lxml.etree.SubElement(plain, "cellXfs")
    for cell in cells:
        lxml.etree.SubElement(looks, "xf", {"numFmtId": cell.get("numFmtId", "0")})
    return bytes(lxml.etree.tostring(plain))


def _text(book: "openpyxl.Workbook", limits: Limits) -> tuple[str, str]:
    lines: list[str] = []
    length = 0
    cut = ""
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        lines.append(f"{sheet.title}:" if len(book.worksheets) > 1 else "")
        sheet.reset_dimensions()
        for number, whole in enumerate(sheet.iter_rows(max_row=_MAX_ROWS + 1, max_col=_LAST_COLUMN), 1):
            if number > _MAX_ROWS:
                cut = f"read {_MAX_ROWS} rows of a sheet."
                break
            row, beyond = whole[:_MAX_COLUMNS], whole[_MAX_COLUMNS:]
            if _has_cells(beyond) and any(cell.value is not None for cell in beyond):
                cut = f"read {_MAX_COLUMNS} columns of a sheet."
            if any(isinstance(cell.value, str) and len(cell.value) > _MAX_CELL_CHARS for cell in row):
                cut = f"read {_MAX_CELL_CHARS} characters of a cell."
            line = "\t".join(_cell(cell) for cell in row).rstrip()
            if line:
                lines.append(line)
                length += len(line)
            if length > limits.max_text_chars:
                return "\n".join(lines).strip("\n"), f"read {number} rows of a sheet."
    return "\n".join(lines).strip("\n"), cut


def _has_cells(beyond: tuple[Cell, ...]) -> bool:
    """Compared in one go: a look at each of 18,000 places in 20,000 rows takes a minute."""
    try:
        return beyond != _NO_MORE_COLUMNS
    except AttributeError:  # of openpyxl: a cell cannot be compared with the filler between cells
        return True


def _cell(cell: Cell) -> str:
    value: object = cell.value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%d.%m.%Y %H:%M" if value.hour or value.minute else "%d.%m.%Y")
    if isinstance(value, datetime.date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return " ".join(str(value)[:_MAX_CELL_CHARS].split("\n"))


def _number(value: float, number_format: str) -> str:
    """Money and grouped numbers have two decimals; all else stays as it is: it may be a reference."""
    if "%" in number_format:
        return f"{_plain(value * 100)} %"
    plain = number_format.replace('"', "")
    currency = " EUR" if "€" in plain or "EUR" in plain.upper() else ""
    if currency or "0.00" in number_format:
        return f"{value:.2f}{currency}"
    return _plain(value)


def _plain(value: float) -> str:
    """Without the noise of binary fractions: Excel itself shows at most 15 digits."""
    return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
