"""The text of Word files (ECMA-376): a table row is one line, its cells separated by tabs.

They are read straight from their XML, because what names the creditor in a letter often stands in the page
header, in a text box or in a content control, which general converters leave out.
"""

import re
from collections.abc import Iterator
from itertools import islice

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.text import POP, RIGHT_TO_LEFT, UNREAD, without_loose_marks
from claimstream.reading.xml import Element, local, parse_xml
from claimstream.reading.ziparchive import open_zip, unpack

_MAX_DEPTH = 200
_OFF = {"0", "false", "off", "none"}
_UNSEEN = {"vanish", "strike", "dstrike"}
"""Text that is hidden or struck out: no reader of the letter takes it for its words, and it is not printed, or void."""
_RAISED = {"superscript", "subscript"}
_NO_TEXT = {"inline", "pict", "object", "sym", "sup", "sub", "den"}
"""A picture, a sign of a symbol font or a part of a formula within a line: each may be a digit of an amount, or its
minus."""
_TICKED, _UNTICKED = "☒", "☐"
_BOX_SIGNS = dict.fromkeys(("F0FE", "F0FD", "F0FC", "F0FB", "F052", "F053", "F078"), _TICKED) | dict.fromkeys(
    ("F0A8", "F06F", "F070", "F071", "F072", "F0A3"), _UNTICKED
)
"""Boxes of Wingdings and Wingdings 2."""
_WHITE = re.compile(r"(?:[eE][7-9a-fA-F]|[fF][0-9a-fA-F]){3}")
"""White, or so near to it that it is not seen on white: each part is at least 231."""
_MOST_VOID = 200
"""The most runs struck out or hidden that are noted."""
_MOST_STYLES = 20
"""The number of styles that one may be based on, one on the other."""
_LAYOUT_LINES = 3
"""A cell with more lines is no cell of a table of figures."""


def read_docx(data: bytes, limits: Limits, allowance: Allowance) -> tuple[str, str, tuple[str, ...]]:
    """Page headers, body, foot- and endnotes, page footers, in this order; in words what of it was left out because a
    limit was reached; and the texts that are struck out or hidden. Raises ``UnreadableError``."""
    with open_zip(data) as archive:
        names = archive.namelist()
        styles = None
        if "word/styles.xml" in names:
            styles = parse_xml(unpack(archive, archive.getinfo("word/styles.xml"), limits, allowance))
        reader = _DocxReader(_Looks(styles))
        texts = []
        for pattern in (
            r"word/header\d*\.xml",
            r"word/document\d*\.xml",
            r"word/(?:foot|end)notes\.xml",
            r"word/footer\d*\.xml",
        ):
            seen: set[str] = set()
            for name in sorted(n for n in names if re.fullmatch(pattern, n)):
                root = parse_xml(unpack(archive, archive.getinfo(name), limits, allowance))
                reader.empty_placeholders(root)
                text = "\n".join(reader.blocks(root, 0)).strip()
                # Headers of first and other pages mostly say the same.
                if text and text not in seen:
                    seen.add(text)
                    texts.append(text)
        if not any(re.fullmatch(r"word/document\d*\.xml", n) for n in names):
            raise UnreadableError("broken", "The Word file has no document part.")
    cut = f"read {_MAX_DEPTH} levels of elements." if reader.cut else ""
    cut = "read all but fields of a form whose text may be their placeholder." if reader.unsure else cut
    cut = "read all but the documents inserted as a whole." if reader.inserted else cut
    return "\n\n".join(texts), cut, tuple(reader.void)


class _Looks:
    """The looks of runs: by their own properties, else by the styles of run and paragraph."""

    def __init__(self, styles: Element | None) -> None:
        self._bases: dict[str, str] = {}
        self._own: dict[str, dict[str, str]] = {}
        self._of_styles: dict[str | None, dict[str, str]] = {}
        self._shading: set[str] = set()
        """The styles of paragraphs and tables that shade what they hold, or a part of it."""
        for style in [] if styles is None else styles:
            if (name := _value(style, "styleId")) is None:
                continue
            self._own[name] = {}
            if any(_is_dark(shading) for shading in style.iter("{*}shd")):
                self._shading.add(name)
            for child in style:
                if local(child) == "basedOn":
                    self._bases[name] = _value(child, "val") or ""
                elif local(child) == "rPr":
                    self._own[name] = _looks(child)

    def of(self, run: Element, paragraph_style: str | None) -> dict[str, str]:
        properties = next((child for child in run if local(child) == "rPr"), None)
        own = {} if properties is None else _looks(properties)
        return self._of_style(paragraph_style) | self._of_style(own.get("rStyle")) | own

    def _of_style(self, name: str | None) -> dict[str, str]:
        if name not in self._of_styles:
            self._of_styles[name] = self._based(name)
        return self._of_styles[name]

    def _based(self, name: str | None) -> dict[str, str]:
        looks: dict[str, str] = {}
        for style in reversed(self._chain(name)):
            looks |= self._own[style]
        return looks

    def _chain(self, name: str | None) -> list[str]:
        """A style and those that it is based on."""
        chain: list[str] = []
        while name and len(chain) < _MOST_STYLES and name in self._own:
            chain.append(name)
            name = self._bases.get(name)
        return chain

    def is_white_on_white(self, run: Element, looks: dict[str, str]) -> bool:
        """Return True when a run is white and nothing that it stands in is shaded."""
        if _WHITE.fullmatch(looks.get("color", "")) is None or looks.get("highlight", "none") not in {"none", "white"}:
            return False
        if "shd" in looks:
            return looks["shd"] != "dark"
        for element in run.iterancestors():
            name = local(element)
            if name == "txbxContent" or (name == "document" and "background" in map(local, islice(element, _FIRST))):
                return False
            for properties in islice(element, _FIRST) if name in _SHADED else ():
                if local(properties) != _SHADED[name]:
                    continue
                shading = [child for child in properties if local(child) == "shd" and _fill(child)]
                if shading:
                    return not _is_dark(shading[0])
                styles = [_value(child, "val") for child in properties if local(child) in {"pStyle", "tblStyle"}]
                if any(style in self._shading for named in styles for style in self._chain(named)):
                    return False
        return True


_FIRST = 3
"""The number of children among which an element's properties stand: there may be very many runs behind them."""
_SHADED = {"p": "pPr", "tc": "tcPr", "tbl": "tblPr"}
"""The elements that may be shaded, and those of their properties."""


def _looks(properties: Element) -> dict[str, str]:
    looks = {local(child): _value(child, "val") or "on" for child in properties if local(child) != "shd"}
    for shading in properties:
        if local(shading) == "shd" and _fill(shading):
            looks["shd"] = "dark" if _is_dark(shading) else "light"
    return looks


def _fill(shading: Element) -> str:
    """The colour of a shading, "" where it has none."""
    fill = _value(shading, "fill") or ""
    return "" if fill == "auto" else fill


def _is_dark(shading: Element) -> bool:
    """Return True for a shading on which white is seen."""
    fill = _fill(shading)
    return bool(fill) and _WHITE.fullmatch(fill) is None


def _value(element: Element, attribute: str) -> str | None:
    return next((value for name, value in element.attrib.items() if name.rpartition("}")[2] == attribute), None)


def _is_on(element: Element, name: str) -> bool:
    """Return True when the properties of an element switch ``name`` on."""
    return any(local(child) == name and (_value(child, "val") or "on") not in _OFF for child in element)


def _joined(text: str, raised: str) -> str:
    """``raised`` behind ``text``. Raised or lowered figures that touch others are cents, a power or a note's number:
    nobody knows, so the place is marked. ``3.418,`` with raised cents is clear."""
    touches = text[-1:].isdigit() and raised[:1].isdigit()
    return f"{text}{UNREAD}{raised}" if touches else text + raised


class _DocxReader:
    """Walks the elements of one document."""

    def __init__(self, looks: _Looks) -> None:
        self._looks = looks
        self.cut = False
        """True when elements were too deep and were left out."""
        self.inserted = False
        """True when another document, such as a page of HTML, stands among the paragraphs (altChunk)."""
        self.unsure = False
        """True when a content control shows its placeholder, but in the looks of text: a program may have filled it."""
        self.void: list[str] = []
        """The texts that are struck out or hidden."""

    def empty_placeholders(self, root: Element) -> None:
        """Take the text out of content controls that show their placeholder: nobody has filled them in."""
        for mark in root.iter("{*}showingPlcHdr"):
            control = mark.getparent().getparent()
            if (_value(mark, "val") or "on") in _OFF or control is None:
                continue
            for content in (child for child in control if local(child) == "sdtContent"):
                for run in content.iter("{*}r"):
                    texts = [text for text in run.iter("{*}t") if text.text]
                    styled = any(local(child) == "rStyle" for properties in run for child in properties)
                    self.unsure = self.unsure or (bool(texts) and not styled)
                    for text in texts:
                        text.text = ""

    def blocks(self, element: Element, depth: int) -> Iterator[str]:
        """Lines of paragraphs and table rows, in order."""
        if depth > _MAX_DEPTH:
            self.cut = True
            return
        for child in element:
            name = local(child)
            if name == "p":
                boxes: list[str] = []
                text = self._inline(child, boxes, depth, _paragraph_style(child))
                yield from without_loose_marks(text, " ").split("\n")
                yield from boxes
            elif name == "tbl":
                yield from self._rows(child, depth)
            elif name == "altChunk":
                self.inserted = True
            elif name not in {"del", "moveFrom", "Fallback", "sectPr"}:
                yield from self.blocks(child, depth + 1)

    def _rows(self, table: Element, depth: int) -> Iterator[str]:
        for row in _nearest(table, "tr", "tbl"):
            if any(local(child) == "trPr" and _is_on(child, "hidden") for child in row):
                continue
            cells = [list(self.blocks(cell, depth + 1)) for cell in _nearest(row, "tc", "tr")]
            if any(len(cell) > _LAYOUT_LINES for cell in cells):
                # A table that lays out a letter: an address and an information block side by side.
                for cell in cells:
                    yield from cell
            else:
                yield "\t".join(re.sub(r"[ \n\t]+", " ", " ".join(cell)).strip() for cell in cells).rstrip()

    def _inline(self, element: Element, boxes: list[str], depth: int, style: str | None) -> str:
        """Text of a paragraph; text boxes anchored in it go to ``boxes``."""
        if depth > _MAX_DEPTH:
            self.cut = True
            return ""
        pieces: list[str] = []
        raised_before = False
        for child in element:
            name = local(child)
            if name == "r":
                looks = self._looks.of(child, style)
                unseen = any(looks.get(look, "0") not in _OFF for look in _UNSEEN)
                if unseen or self._looks.is_white_on_white(child, looks):
                    if len(self.void) < _MOST_VOID:
                        self.void.append(self._inline(child, [], depth + 1, style))
                    continue
                text = self._inline(child, boxes, depth + 1, style)
                raised = looks.get("vertAlign") in _RAISED or looks.get("position", "0") != "0"
                if raised or raised_before:
                    text = _joined("".join(pieces[-1:]), text)
                    pieces[-1:] = []
                pieces.append(text)
                raised_before = raised
            elif name == "t":
                pieces.append(child.text or "")
            elif name in {"tab", "ptab"}:
                pieces.append("\t")
            elif name in {"br", "cr"}:
                pieces.append("\n")
            elif name == "noBreakHyphen":
                pieces.append("-")
            elif name == "checkBox":
                pieces.append(_TICKED if _is_ticked(child) else _UNTICKED)
            elif name == "ddList":
                pieces.append(_chosen(child))
            elif name == "sym" and (_value(child, "font") or "").startswith("Wingdings"):
                pieces.append(_BOX_SIGNS.get((_value(child, "char") or "").upper(), UNREAD))
            elif name == "txbxContent":
                boxes += self.blocks(child, depth + 1)
            elif name in {"bdo", "dir"} and _value(child, "val") == "rtl":
                pieces += RIGHT_TO_LEFT, self._inline(child, boxes, depth + 1, style), POP
            elif name not in {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"}:
                pieces.append(UNREAD if name in _NO_TEXT else "")
                pieces.append(self._inline(child, boxes, depth + 1, style))
        return "".join(pieces)


def _is_ticked(box: Element) -> bool:
    """Return the state of a box of the older form fields (ECMA-376, 17.16.7): its own, else the default."""
    states = {local(child): (_value(child, "val") or "on") not in _OFF for child in box}
    return states.get("checked", states.get("default", False))


def _chosen(field: Element) -> str:
    """The entry that a drop-down field shows (ECMA-376, 17.16.9)."""
    entries = [_value(child, "val") or "" for child in field if local(child) == "listEntry"]
    numbers = {local(child): _value(child, "val") or "0" for child in field}
    number = numbers.get("result", numbers.get("default", "0"))
    return entries[int(number)] if number in map(str, range(len(entries))) else ""


def _paragraph_style(paragraph: Element) -> str | None:
    for properties in paragraph:
        if local(properties) == "pPr":
            return next((_value(child, "val") for child in properties if local(child) == "pStyle"), None)
    return None


def _nearest(element: Element, wanted: str, end: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, through content controls and revisions, without those of tables within."""
    waiting = list(element)[::-1]
    while waiting:
        child = waiting.pop()
        name = local(child)
        if name == wanted:
            yield child
        elif name != end:
            waiting += list(child)[::-1]
