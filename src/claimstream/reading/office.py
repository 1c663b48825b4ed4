"""The text of RTF and of the old binary Office formats, by kreuzberg: a table row is one line, cells tab-separated."""

import re
from functools import cache

import kreuzberg

from claimstream.reading.errors import UnreadableError
from claimstream.reading.text import UNREAD

_LOOKS = re.compile(rb"\\(?:(?:striked?1?|v|deleted1?)(?![a-z0])|super|sub|up\d|dn\d)")
_STRIKING = {b"strike", b"striked", b"v", b"deleted"}
"""Control words that strike text out, once or twice, hide it or mark it as deleted. A 0 behind them ends that."""
_RAISING = {b"super", b"sub", b"up", b"dn"}
_FIELDS = re.compile(rb"\\fftype[12](?!\d)")
"""Boxes and lists of a form."""
_RTF = re.compile(
    rb"[{}]|\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\[^a-z]|"
    rb"(?P<text>[^{}\\\r\n]{1,4000})|[\r\n\\]"
)
_MOST_STRUCK = 200
"""The most lines struck out that are noted."""


@cache
def _config() -> "kreuzberg.ExtractionConfig":
    return kreuzberg.ExtractionConfig(use_cache=False, output_format="plain", disable_ocr=True)  # type: ignore[call-arg]  # its stub lags


def read_office(data: bytes, media_type: str) -> str:
    """Raises ``UnreadableError``: broken, or encrypted where the file says so."""
    try:
        result = kreuzberg.extract_bytes_sync(data, media_type, _config())
    except MemoryError:
        raise
    except Exception as error:  # the native library raises its own kinds and plain RuntimeError
        words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        reason = "encrypted" if "password" in words.lower() or "encrypt" in words.lower() else "broken"
        raise UnreadableError("encrypted" if reason == "encrypted" else "broken", words) from None
    text = result.content
    position = 0
    for table in result.tables:
        for cells in table.cells:
            # Cells come separated by one space, which could be read as a thousands separator: "12 345,00".
            joined = " ".join(cells).strip()
            found = text.find(joined, position) if joined else -1
            if found >= 0:
                row = "\t".join(" ".join(cell.split("\n")) for cell in cells).strip()
                text = text[:found] + row + text[found + len(joined) :]
                position = found + len(row)
    return text


def has_fields(rtf: bytes) -> bool:
    """Return True when an RTF file holds boxes or lists of a form, whose state its text does not give."""
    return _FIELDS.search(rtf) is not None


def without_struck_rtf(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return an RTF file without the text that it strikes out or hides, and that text.

    Raised figures that touch others are cents, a power or a note's number: nobody knows, so the place is marked.
    """
    if _LOOKS.search(data) is None:
        return data, ()
    kept: list[bytes] = []
    struck: list[str] = []
    states = [(False, False)]
    last, last_raised = "", False
    for token in _RTF.finditer(data):
        piece = token[0]
        void, raised = states[-1]
        if piece == b"{":
            states.append(states[-1])
        elif piece == b"}":
            if len(states) > 1:
                states.pop()
            struck.append("\n")
        elif token["word"] in _STRIKING:
            states[-1] = token["number"] != b"0", raised
            struck.append("\n")
        elif token["word"] in _RAISING:
            states[-1] = void, token["number"] != b"0"
        elif token["word"] == b"nosupersub":
            states[-1] = void, False
        elif token["word"] == b"plain":
            states[-1] = False, False
        elif token["text"] or token["byte"]:
            text = _rtf_text(token)
            if void:
                struck.append(text)
                continue
            if (raised or last_raised) and last.isdigit() and text[:1].isdigit():
                kept.append(_MARK)
            last, last_raised = text[-1:], raised
        elif token["word"] in _BREAKS:
            last = ""
        kept.append(piece)
    return b"".join(kept), tuple("".join(struck).split("\n")[:_MOST_STRUCK])


_MARK = rf"\u{ord(UNREAD)}?".encode()
_BREAKS = {b"par", b"line", b"tab", b"cell", b"row"}


def _rtf_text(token: re.Match[bytes]) -> str:
    if token["byte"]:
        return bytes.fromhex(token["byte"].decode("ascii")).decode("cp1252", "replace")
    return token["text"].decode("cp1252", "replace")
