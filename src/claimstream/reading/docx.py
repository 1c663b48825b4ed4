"""The text of Word files (ECMA-376): a table row is one line, its cells separated by tabs.

They are read straight from their XML, because what names the creditor in a letter often stands in the page
header, in a text box or in a content control, which general converters leave out.
"""

import re
import zipfile
from collections.abc import Iterator

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.xml import Element, local, parse_xml
from claimstream.reading.ziparchive import open_zip, unpack

_MAX_DEPTH = 200
_LAYOUT_LINES = 3
"""A cell with more lines is no cell of a table of figures."""


def read_docx(data: bytes, limits: Limits, allowance: Allowance) -> str:
    """Page headers, body, foot- and endnotes, page footers, in this order. Raises ``UnreadableError``."""
    with open_zip(data) as archive:
        names = archive.namelist()
        texts = []
        for pattern in (
            r"word/header\d*\.xml",
            r"word/document\d*\.xml",
            r"word/(?:foot|end)notes\.xml",
            r"word/footer\d*\.xml",
        ):
            seen: set[str] = set()
            for name in sorted(n for n in names if re.fullmatch(pattern, n)):
                text = _part_text(archive, name, limits, allowance)
                # Headers of first and other pages mostly say the same.
                if text and text not in seen:
                    seen.add(text)
                    texts.append(text)
        if not any(re.fullmatch(r"word/document\d*\.xml", n) for n in names):
            raise UnreadableError("broken", "The Word file has no document part.")
    return "\n\n".join(texts)


def _part_text(archive: zipfile.ZipFile, name: str, limits: Limits, allowance: Allowance) -> str:
    root = parse_xml(unpack(archive, archive.getinfo(name), limits, allowance))
    return "\n".join(_blocks(root, 0)).strip()


def _blocks(element: Element, depth: int) -> Iterator[str]:
    """Lines of paragraphs and table rows, in order."""
    if depth > _MAX_DEPTH:
        return
    for child in element:
        name = local(child)
        if name == "p":
            boxes: list[str] = []
            yield from _inline(child, boxes, depth).split("\n")
            yield from boxes
        elif name == "tbl":
            yield from _rows(child, depth)
        elif name not in {"del", "moveFrom", "Fallback", "sectPr"}:
            yield from _blocks(child, depth + 1)


def _rows(table: Element, depth: int) -> Iterator[str]:
    for row in table.iter():
        if local(row) != "tr" or _owner(row) is not table:
            continue
        cells = [list(_blocks(c, depth + 1)) for c in row.iter() if local(c) == "tc" and _owner(c) is row]
        if any(len(cell) > _LAYOUT_LINES for cell in cells):
            # A table that lays out a letter: an address and an information block side by side.
            for cell in cells:
                yield from cell
        else:
            yield "\t".join(re.sub(r"[ \n\t]+", " ", " ".join(cell)).strip() for cell in cells).rstrip()


def _owner(element: Element) -> Element:
    """The table of a row, or the row of a cell, through content controls and revisions."""
    wanted = "tbl" if local(element) == "tr" else "tr"
    return next((a for a in element.iterancestors() if local(a) == wanted), None)


def _inline(element: Element, boxes: list[str], depth: int) -> str:
    """Text of a paragraph; text boxes anchored in it go to ``boxes``."""
    if depth > _MAX_DEPTH:
        return ""
    pieces: list[str] = []
    for child in element:
        name = local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in {"tab", "ptab"}:
            pieces.append("\t")
        elif name in {"br", "cr"}:
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name == "sym":
            pieces.append(" ")
        elif name == "txbxContent":
            boxes += _blocks(child, depth + 1)
        elif name not in {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"}:
            pieces.append(_inline(child, boxes, depth + 1))
    return "".join(pieces)
