"""Signs in the bytes of a PDF that more of it is missing than PDFium tells."""

import re
import zlib

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


def is_cut_in_a_change(data: bytes) -> bool:
    end = data.rfind(_END)
    return end >= 0 and _OBJECT.search(data, end) is not None


def is_damaged(data: bytes) -> bool:
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
