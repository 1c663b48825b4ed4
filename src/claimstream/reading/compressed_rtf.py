"""Compressed RTF (MS-OXRTFCP): the form in which Outlook keeps the text of a message beside, or instead of, others."""

import struct

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""The text that each packed one goes on from."""
_WINDOW = 4096
_HEAD = struct.Struct("<II4sI")


def unpack_rtf(data: bytes) -> bytes:
    """The RTF; of damaged data what comes before the damage, of data in another form the data."""
    if len(data) < _HEAD.size:
        return data
    _, size, kind, _ = _HEAD.unpack_from(data)
    packed = data[_HEAD.size :]
    if kind == b"MELA":
        return packed[:size]
    if kind != b"LZFu":
        return data
    text = bytearray(_DICTIONARY)
    position = 0
    while position < len(packed):
        flags = packed[position]
        position += 1
        for bit in range(8):
            if not flags >> bit & 1:
                text += packed[position : position + 1]
                position += 1
                continue
            if position + 2 > len(packed):
                return bytes(text[len(_DICTIONARY) :])
            reference = int.from_bytes(packed[position : position + 2], "big")
            position += 2
            # A reference is a place in a ring of 4,096 bytes; the one to come next is the end.
            distance = (len(text) - (reference >> 4)) % _WINDOW
            if not distance or distance > len(text):
                return bytes(text[len(_DICTIONARY) :])
            for _ in range((reference & 15) + 2):
                text.append(text[-distance])
    return bytes(text[len(_DICTIONARY) :])
