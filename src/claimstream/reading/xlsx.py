"""The text of Excel files (ECMA-376): a row is one line, its cells separated by tabs."""

import datetime
import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO

import lxml.etree  # type: ignore[import-untyped]  # it ships no types
import openpyxl  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell.cell import Cell  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell.read_only import EMPTY_CELL  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell.text import Text  # type: ignore[import-untyped]  # it ships no types
from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]  # it ships no types
from openpyxl.xml.constants import SHARED_STRINGS  # type: ignore[import-untyped]  # it ships no types
from openpyxl.xml.functions import iterparse  # type: ignore[import-untyped]  # it ships no types

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.text import UNREAD
from claimstream.reading.xml import local, parse_xml
from claimstream.reading.ziparchive import open_zip, unpack

_STYLES = "xl/styles.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAX_ROWS = 20_000
_MAX_COLUMNS = 200
_LAST_COLUMN = 18_278
"""ZZZ, the last that openpyxl knows. Excel itself ends at XFD."""
_NO_MORE_COLUMNS = (EMPTY_CELL,) * (_LAST_COLUMN - _MAX_COLUMNS)
_OFF = {"0", "false"}
_UNCOUNTED = lxml.etree.XPath(
    "boolean(*[local-name() = 'c'][not(@t = 'str')][*[local-name() = 'f']][not(*[local-name() = 'v']/text())])"
)
_FORMAT = re.compile(
    r'"(?P<quoted>[^"]*+)(?:"|\Z)|\\(?P<escaped>.)|\[(?:\$(?P<currency>[^\]-]*+))?[^\]]*+(?:\]|\Z)|[_*].|'
    r"(?P<figure>[0#?][0#?.,]*+(?:E[+-]0+)?)|(?P<other>.)"
)
"""The tokens of a number format (ECMA-376, 18.8.31)."""
_MOST_STRUCK = 200
"""The most cells struck out that are noted."""
_BOX = re.compile(rb"<(?:\w{1,9}:)?t>[^<0-9]*+[0-9]")
"""A figure in a text box, which lies above the cells."""
_LOOKS_OF_RUNS = re.compile(rb"vertAlign|strike")
_LIKE_ASCII = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+<(?!\?xml[^>]{0,200}encoding\s*=\s*[\"'](?!utf-8|us-ascii|iso-8859-|windows-125))",
    re.IGNORECASE,
)
"""The beginning of XML whose names can be looked for in its bytes."""
_RAISED = {"superscript", "subscript"}
_MAX_CELL_CHARS = 32_767
"""The most characters of a cell, as in Excel itself. A longer text is nobody's: in a small file, thousands of cells may
share one of a megabyte."""


def read_xlsx(data: bytes, limits: Limits, allowance: Allowance) -> tuple[str, str, tuple[str, ...]]:
    """The text, in words what of it was left out because a limit was reached, and the cells that are struck out.

    Every visible sheet under its name, empty rows left out. Numbers are written with a point and without grouping
    (``3418.07 EUR`` where the cell is formatted as money), dates as ``01.03.2026``. Raises ``UnreadableError``."""
    boxes = runs = False
    with open_zip(data) as archive:
        for info in archive.infolist():
            # openpyxl unpacks without limits, so the limits are tried first.
            content = unpack(archive, info, limits, allowance)
            boxes = boxes or (info.filename.startswith("xl/drawings/drawing") and _BOX.search(content) is not None)
            runs = runs or _may_have_inline_runs(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are of no interest here
        try:
            book = _opened(data)
        except MemoryError:
            raise
        except Exception as error:  # openpyxl lets whatever it meets through
            raise UnreadableError("broken", f"Not a readable Excel file: {error}") from None
        try:
            text, cut, struck = _text(book, limits, runs=runs)
        except MemoryError:
            raise
        except Exception as error:  # rows are parsed only now
            raise UnreadableError("broken", f"Not a readable Excel file: {error}") from None
        finally:
            book.close()
    return text, cut or ("read all but the text boxes of a sheet." if boxes else ""), struck


def _opened(data: bytes) -> "openpyxl.Workbook":
    """The workbook. Where its styles are at fault, as other programs write them, only number formats and strikes are
    kept: an empty fill, which Excel takes, makes openpyxl give up the file."""
    try:
        return _loaded(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception:
        return _loaded(_without_looks(data))


def _loaded(source: io.BytesIO) -> "openpyxl.Workbook":
    reader = _BookReader(source, read_only=True, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


class _BookReader(ExcelReader):  # type: ignore[misc]  # openpyxl ships no types
    """openpyxl's reader, which by itself drops the looks of the runs in shared strings."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, element in iterparse(source):
                if element.tag == f"{{{_MAIN}}}si":
                    self.shared_strings.append(_shown(Text.from_tree(element)))
                    element.clear()


class _Runs(str):
    """The text of a cell without the runs that are struck out, which are in ``struck``."""

    __slots__ = ("struck",)
    struck: tuple[str, ...]


def _shown(text: Text) -> str:
    """The text of a cell with raised figures marked, and without the runs that are struck out.

    Raised figures that touch others are cents, a power or a note's number: nobody knows."""
    looks = [(run.t, run.font) for run in text.formatted if run.t]
    if not any(font is not None and (font.strike or font.vertAlign in _RAISED) for _, font in looks):
        return str(text.content).replace("x005F_", "")
    shown, struck = text.plain or "", []
    apart = False
    for words, font in looks:
        if font is not None and font.strike:
            struck.append(words)
            apart = True
            continue
        raised = font is not None and font.vertAlign in _RAISED
        if (raised or apart) and shown[-1:].isdigit() and words[:1].isdigit():
            shown += UNREAD
        shown += words
        apart = raised
    runs = _Runs(shown.replace("x005F_", ""))
    runs.struck = tuple(struck)
    return runs


def _may_have_inline_runs(part: bytes) -> bool:
    """Return True when cells of a sheet may hold runs with looks of their own. Most files have none."""
    return b"inlineStr" in part and _LOOKS_OF_RUNS.search(part) is not None if _LIKE_ASCII.match(part) else True


def _without_looks(data: bytes) -> io.BytesIO:
    """The same file whose styles are number formats and struck fonts alone."""
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
    fonts = [child for group in root if local(group) == "fonts" for child in group if local(child) == "font"]
    listed = lxml.etree.SubElement(plain, "fonts")
    for font in fonts or [plain]:
        struck = [child for child in font if local(child) == "strike" and child.get("val", "1") not in _OFF]
        copy = lxml.etree.SubElement(listed, "font")
        if struck:
            lxml.etree.SubElement(copy, "strike")
    for group in ("fills/fill/patternFill", "borders/border"):
        element = plain
        for name in group.split("/"):
            element = lxml.etree.SubElement(element, name)
    looks = lxml.etree.SubElement(plain, "cellXfs")
    for cell in cells:
        font = cell.get("fontId", "0")
        font = font if font.isdecimal() and len(font) < 9 and int(font) < len(fonts) else "0"
        lxml.etree.SubElement(looks, "xf", {"numFmtId": cell.get("numFmtId", "0"), "fontId": font})
    return bytes(lxml.etree.tostring(plain))


def _text(book: "openpyxl.Workbook", limits: Limits, *, runs: bool) -> tuple[str, str, tuple[str, ...]]:
    lines: list[str] = []
    struck: list[str] = []
    length = 0
    cut = ""
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        lines.append(f"{sheet.title}:" if len(book.worksheets) > 1 else "")
        sheet.reset_dimensions()
        with sheet._get_source() as source:  # openpyxl itself forgets what the sheet hides
            hidden = _hidden(source, runs=runs)
        if hidden.uncounted:
            cut = "read all but formulas without a result."
        for number, whole in enumerate(sheet.iter_rows(max_row=_MAX_ROWS + 1, max_col=_LAST_COLUMN), 1):
            if number > _MAX_ROWS:
                cut = f"read {_MAX_ROWS} rows of a sheet."
                break
            if number in hidden.rows:
                continue
            row, beyond = whole[:_MAX_COLUMNS], whole[_MAX_COLUMNS:]
            if _has_cells(beyond) and any(cell.value is not None for cell in beyond):
                cut = f"read {_MAX_COLUMNS} columns of a sheet."
            if any(isinstance(cell.value, str) and len(cell.value) > _MAX_CELL_CHARS for cell in row):
                cut = f"read {_MAX_CELL_CHARS} characters of a cell."
            shown = [cell for place, cell in enumerate(row, 1) if place not in hidden.columns]
            void = [_is_struck(cell) for cell in shown]
            texts = [_cell(cell) for cell in shown]
            if hidden.inline:
                texts = [hidden.inline.get(text, text) for text in texts]
            struck += [text for text, is_void in zip(texts, void, strict=True) if is_void][:_MOST_STRUCK]
            struck += [words for text in texts if isinstance(text, _Runs) for words in text.struck][:_MOST_STRUCK]
            line = "\t".join("" if v else text for text, v in zip(texts, void, strict=True)).rstrip()
            if line:
                lines.append(line)
                length += len(line)
            if length > limits.max_text_chars:
                cut = f"read {number} rows of a sheet."
                return "\n".join(lines).strip("\n"), cut, tuple(struck[:_MOST_STRUCK])
    return "\n".join(lines).strip("\n"), cut, tuple(struck[:_MOST_STRUCK])


@dataclass(slots=True)
class _Hidden:
    """The numbers of the rows and columns that a sheet does not show, such as those that a filter left out."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    uncounted: bool = False
    """True when a formula has no result yet: the program that wrote the file left counting to Excel."""
    inline: dict[str, str] = field(default_factory=dict)
    """Return, by text of a cell, the same text as its runs show it, where it stands in the sheet itself."""


def _hidden(source: IO[bytes], *, runs: bool) -> _Hidden:
    hidden = _Hidden()
    number, rows_by_default = 0, False
    tags = [f"{{*}}{name}" for name in ("sheetFormatPr", "col", "row")]
    for _, element in lxml.etree.iterparse(source, tag=tags, resolve_entities=False, no_network=True, huge_tree=True):
        name, shown = local(element), element.get("hidden", "0") in _OFF
        if name == "sheetFormatPr":
            rows_by_default = element.get("zeroHeight", "0") not in _OFF
        elif name == "col":
            if not shown or _is_zero(element.get("width")):
                first, last = int(element.get("min", "0")), int(element.get("max", "0"))
                hidden.columns |= set(range(first, min(last, _MAX_COLUMNS) + 1))
        else:
            number = int(element.get("r", number + 1))
            if number > _MAX_ROWS:
                break
            by_default = rows_by_default and "hidden" not in element.attrib and "ht" not in element.attrib
            if not shown or by_default or _is_zero(element.get("ht")):
                hidden.rows.add(number)
            elif _UNCOUNTED(element):
                hidden.uncounted = True
            for inline in element.iter("{*}is") if runs else ():
                text = Text.from_tree(inline)
                as_shown = _shown(text)
                if isinstance(as_shown, _Runs):
                    hidden.inline[_one_line(str(text.content))] = _runs_on_one_line(as_shown)
        element.clear()
    return hidden


def _is_zero(size: str | None) -> bool:
    return size is not None and re.fullmatch(r"0(?:\.0*)?", size) is not None


def _has_cells(beyond: tuple[Cell, ...]) -> bool:
    """Compared in one go: a look at each of 18,000 places in 20,000 rows takes a minute."""
    try:
        return beyond != _NO_MORE_COLUMNS
    except AttributeError:  # of openpyxl: a cell cannot be compared with the filler between cells
        return True


def _is_struck(cell: Cell) -> bool:
    return cell.value is not None and bool(cell.font.strike)


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
    return _runs_on_one_line(value) if isinstance(value, _Runs) else _one_line(str(value))


def _one_line(text: str) -> str:
    return " ".join(text[:_MAX_CELL_CHARS].split("\n"))


def _runs_on_one_line(text: _Runs) -> _Runs:
    line = _Runs(_one_line(text))
    line.struck = text.struck
    return line


def _number(value: float, number_format: str) -> str:
    """The number with the words and signs of its format around it: ``1234.56 EUR``, ``$ 1234.56``, ``1234.56 H``.

    Money and grouped numbers have two decimals; all else stays as it is: it may be a reference."""
    sections = number_format.split(";")
    section = sections[0]
    if (len(sections) > 1 and value < 0) or (len(sections) > 2 and value == 0):
        section = sections[1 if value < 0 else 2]
    if "%" in section:
        return f"{_plain(value * 100)} %"
    before, figure, after = _parts(section)
    if not figure:
        return before.strip()
    euro = any(sign in f"{before} {after}".upper() for sign in ("€", "EUR"))
    if figure.endswith(","):  # in thousands: what the sheet shows is not what it holds
        return f"{_plain(value)}{UNREAD}"
    if len(figure) > 1 and not figure.strip("0") and value == int(value):
        return f"{int(value):0{len(figure)}d}"  # a postcode, a file number: its leading zeros are shown
    number = f"{value:.2f}" if euro or "0.00" in figure else _plain(value)
    if before.strip() in {"-", "−"} and not number.startswith("-"):
        return f"-{number} {after}".rstrip()
    if any(character.isdigit() for character in before + after):
        return f"{UNREAD}{number}"
    if re.fullmatch(r"(?:EUR|€)?", f"{before}{after}".strip().upper()):
        return f"{number} EUR" if euro else number
    return f"{before.strip()} {number}{'' if after[:1] in '-−' else ' '}{after.strip()}".strip()


@lru_cache(maxsize=1_000)
def _parts(section: str) -> tuple[str, str, str]:
    """A section of a number format: the words before its figures, the places of the figures, and the words behind."""
    if not section or section.lower() == "general":
        return "", section and "0", ""
    before, figure, after = "", "", ""
    for found in _FORMAT.finditer(section):
        words = found["quoted"] or found["escaped"] or found["currency"] or ""
        if found["figure"]:
            # "00-0000" has words in between, which are no part of an amount
            figure, after = figure + after + found["figure"], ""
        elif not words and found["other"]:
            words = found["other"]
        if figure:
            after += words
        else:
            before += words
    return before, figure, after


def _plain(value: float) -> str:
    """Without the noise of binary fractions: Excel itself shows at most 15 digits."""
    return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
