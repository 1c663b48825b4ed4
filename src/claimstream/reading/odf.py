"""The text of OpenDocument files (ISO/IEC 26300): a table row is one line, its cells separated by tabs."""

import re
from collections.abc import Iterator

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.text import UNREAD
from claimstream.reading.xml import Element, attribute, local, parse_xml
from claimstream.reading.ziparchive import open_zip, unpack

_MAX_DEPTH = 200
_MOST_VOID = 200
"""The most texts struck out or hidden that are noted."""
_RAISED = re.compile(r"su[bp]|-?[0.]{0,9}[1-9]")
"""Positions of text above or below its line (``style:text-position``)."""
_MOST_STYLES = 20
"""The number of styles that one may be based on, one on the other."""
_MAX_REPEAT = 50
_MAX_CELL_CHARS = 32_767
"""The most repeats, as in spreadsheets. Tables in repeated cells of tables would double without end."""
_MAX_ROW_CHARS = 200_000


def read_odf(data: bytes, limits: Limits, allowance: Allowance) -> tuple[str, str, tuple[str, ...]]:
    """Text of a text document or spreadsheet, page headers and footers included; in words what of it was left out
    because a limit was reached; and the texts that are struck out or hidden. Raises ``UnreadableError``."""
    reader = _OdfReader()
    with open_zip(data) as archive:
        names = set(archive.namelist())
        if "content.xml" not in names:
            raise UnreadableError("broken", "The document has no content.")
        if "META-INF/manifest.xml" in names:
            manifest = unpack(archive, archive.getinfo("META-INF/manifest.xml"), limits, allowance)
            if b"encryption-data" in manifest or b"encrypted-key" in manifest:
                raise UnreadableError("encrypted", "The document needs a password.")
        texts = []
        content = parse_xml(unpack(archive, archive.getinfo("content.xml"), limits, allowance))
        most = limits.max_text_chars + 1
        reader.learn_styles(content)
        if "styles.xml" in names:
            styles = parse_xml(unpack(archive, archive.getinfo("styles.xml"), limits, allowance))
            reader.learn_styles(styles)
            texts += ["\n".join(reader.up_to(most, reader.lines(e, 0))) for e in styles.iter() if local(e) == "header"]
        texts += ["\n".join(reader.up_to(most, reader.lines(e, 0))) for e in content.iter() if local(e) == "body"]
        if "styles.xml" in names:
            texts += ["\n".join(reader.up_to(most, reader.lines(e, 0))) for e in styles.iter() if local(e) == "footer"]
    cut = "read the beginning of a long cell, row or text, or the outer levels of a deep one." if reader.cut else ""
    return "\n\n".join(text.strip() for text in dict.fromkeys(texts) if text.strip()), cut, tuple(reader.void)


class _OdfReader:
    """Walks the elements of one document."""

    def __init__(self) -> None:
        self.cut = False
        """True when something was too long and was cut."""
        self.void: list[str] = []
        """The texts that are struck out or hidden."""
        self._bases: dict[str, str | None] = {}
        self._own: dict[str, bool] = {}
        self._raising: dict[str, bool] = {}

    def learn_styles(self, root: Element) -> None:
        """Learn which styles strike out or hide what they hold, and which raise or lower it."""
        for style in root.iter():
            if local(style) != "style" or (name := attribute(style, "name")) is None:
                continue
            self._bases[name] = attribute(style, "parent-style-name")
            for properties in style:
                line = attribute(properties, "text-line-through-style") or attribute(
                    properties, "text-line-through-type"
                )
                hidden = attribute(properties, "display") == "none"
                if local(properties) == "text-properties" and (line is not None or hidden):
                    self._own[name] = hidden or line != "none"
                if (position := attribute(properties, "text-position")) is not None:
                    self._raising[name] = _RAISED.match(position) is not None

    def _is_void(self, element: Element) -> bool:
        """Return True when the style of an element, or one that it is based on, strikes out or hides."""
        return self._says(self._own, element)

    def _is_raised(self, element: Element) -> bool:
        """Return True when an element, or one within it, is raised or lowered by its style."""
        return any(self._says(self._raising, span) for span in element.iter("{*}span")) if self._raising else False

    def _says(self, own: dict[str, bool], element: Element) -> bool:
        name = attribute(element, "style-name")
        for _ in range(_MOST_STYLES):
            if name is None or name in own:
                break
            name = self._bases.get(name)
        return name is not None and own.get(name, False)

    def _leave_out(self, text: str) -> None:
        if len(self.void) < _MOST_VOID:
            self.void.append(text)

    def lines(self, element: Element, depth: int) -> Iterator[str]:
        if depth > _MAX_DEPTH:
            self.cut = True
            return
        for child in element:
            name = local(child)
            if name in {"p", "h"}:
                boxes: list[str] = []
                if self._is_void(child):
                    self._leave_out(self._inline(child, [], depth))
                    continue
                yield from self._inline(child, boxes, depth).split("\n")
                yield from boxes
            elif name == "table-row":
                line = "\t".join(self.up_to(_MAX_ROW_CHARS, self._cells(child, depth))).rstrip()
                if line:
                    yield line
            elif name not in {"tracked-changes", "annotation", "forms", "sequence-decls"}:
                yield from self.lines(child, depth + 1)

    def up_to(self, most: int, texts: Iterator[str]) -> Iterator[str]:
        """The texts, until they have that many characters together."""
        for text in texts:
            if most <= 0:
                self.cut = True
                return
            self.cut = self.cut or len(text) > most
            yield text[:most]
            most -= len(text) + 1

    def _cells(self, row: Element, depth: int) -> Iterator[str]:
        for cell in row:
            if local(cell) not in {"table-cell", "covered-table-cell"}:
                continue
            text = " ".join(line for line in self.up_to(_MAX_CELL_CHARS, self.lines(cell, depth + 1)) if line)
            if text and self._is_void(cell):
                self._leave_out(text)
                text = ""
            repeat = attribute(cell, "number-columns-repeated") or "1"
            yield from [text] * (min(int(repeat), _MAX_REPEAT) if repeat.isdecimal() and len(repeat) < 9 else 1)

    def _inline(self, element: Element, boxes: list[str], depth: int) -> str:
        if depth > _MAX_DEPTH:
            self.cut = True
            return ""
        pieces = [_collapsed(element.text)]
        last, after_raised = pieces[0][-1:], False
        for child in element:
            name = local(child)
            raised = name == "note" or (name == "span" and self._is_raised(child))
            number = len(pieces)
            if name == "s":
                count = attribute(child, "c") or "1"
                pieces.append(" " * (min(int(count), _MAX_REPEAT) if count.isdecimal() and len(count) < 9 else 1))
            elif name == "tab":
                pieces.append("\t")
            elif name == "line-break":
                pieces.append("\n")
            elif name == "text-box":
                boxes += self.lines(child, depth + 1)
            elif name == "span" and self._is_void(child):
                self._leave_out(self._inline(child, [], depth + 1))
            elif name == "note-body":
                boxes += self.lines(child, depth + 1)
            elif name not in {"annotation", ""}:
                pieces.append(self._inline(child, boxes, depth + 1))
            pieces.append(_collapsed(child.tail))
            for place in range(number, len(pieces)):
                # Raised figures that touch others are cents, a power or a note's number: nobody knows.
                piece, is_raised = pieces[place], raised and place < len(pieces) - 1
                if piece:
                    if (is_raised or after_raised) and last.isdigit() and piece[0].isdigit():
                        pieces[place] = UNREAD + piece
                    last, after_raised = piece[-1], is_raised
        return "".join(pieces)


def _collapsed(text: str | None) -> str:
    """White space in the file is one space; more of it is written as elements (OpenDocument 1.3, section 6.1.2)."""
    return re.sub(r"[ \t\r\n]+", " ", text or "")
