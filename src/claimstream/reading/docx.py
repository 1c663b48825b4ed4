"""The text of Word files (ECMA-376): a table row is one line, its cells separated by tabs.

They are read straight from their XML, because what names the creditor in a letter often stands in the page
header, in a text box or in a content control, which general converters leave out.
"""

import re
from collections.abc import Iterator

from claimstream.reading.errors import UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.xml import Element, local, parse_xml
from claimstream.reading.ziparchive import open_zip, unpack

_MAX_DEPTH = 200
_LAYOUT_LINES = 3
"""A cell with more lines is no cell of a table of figures."""


def read_docx(data: bytes, limits: Limits, allowance: Allowance) -> tuple[str, str]:
    """Page headers, body, foot- and endnotes, page footers, in this order; and in words what of it was left out because
    a limit was reached. Raises ``UnreadableError``."""
    reader = _DocxReader()
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
                root = parse_xml(unpack(archive, archive.getinfo(name), limits, allowance))
                text = "\n".join(reader.blocks(root, 0)).strip()
                # Headers of first and other pages mostly say the same.
                if text and text not in seen:
                    seen.add(text)
                    texts.append(text)
        if not any(re.fullmatch(r"word/document\d*\.xml", n) for n in names):
            raise UnreadableError("broken", "The Word file has no document part.")
    cut = f"read {_MAX_DEPTH} levels of elements." if reader.cut else ""
    return "\n\n".join(texts), "read all but the documents inserted as a whole." if reader.inserted else cut


class _DocxReader:
    """Walks the elements of one document."""

    def __init__(self) -> None:
        self.cut = False
        """True when elements were too deep and were left out."""
        self.inserted = False
        """True when another document, such as a page of HTML, stands among the paragraphs (altChunk)."""

    def blocks(self, element: Element, depth: int) -> Iterator[str]:
        """Lines of paragraphs and table rows, in order."""
        if depth > _MAX_DEPTH:
            self.cut = True
            return
        for child in element:
            name = local(child)
            if name == "p":
                boxes: list[str] = []
                yield from self._inline(child, boxes, depth).split("\n")
                yield from boxes
            elif name == "tbl":
                yield from self._rows(child, depth)
            elif name == "altChunk":
                self.inserted = True
            elif name not in {"del", "moveFrom", "Fallback", "sectPr"}:
                yield from self.blocks(child, depth + 1)

    def _rows(self, table: Element, depth: int) -> Iterator[str]:
        for row in _nearest(table, "tr", "tbl"):
            cells = [list(self.blocks(cell, depth + 1)) for cell in _nearest(row, "tc", "tr")]
            if any(len(cell) > _LAYOUT_LINES for cell in cells):
                # A table that lays out a letter: an address and an information block side by side.
                for cell in cells:
                    yield from cell
            else:
                yield "\t".join(re.sub(r"[ \n\t]+", " ", " ".join(cell)).strip() for cell in cells).rstrip()

    def _inline(self, element: Element, boxes: list[str], depth: int) -> str:
        """Text of a paragraph; text boxes anchored in it go to ``boxes``."""
        if depth > _MAX_DEPTH:
            self.cut = True
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
                boxes += self.blocks(child, depth + 1)
            elif name not in {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"}:
                pieces.append(self._inline(child, boxes, depth + 1))
        return "".join(pieces)


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
