"""Bytes to characters, and characters to the form every text is stored in."""

import codecs
import re
import unicodedata
from bisect import bisect_right

from charset_normalizer import from_bytes

from claimstream.domain.reader.spelling import fold

_GUESS_BYTES = 64 * 1024
# C0 and C1 controls but tab and line feed, soft hyphen, zero-width characters, bidirectional marks, byte order mark,
# and surrogates, which no encoder takes.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
MOST_TEXT_BYTES = 8 * 1024 * 1024
"""The most characters of one text that are looked at: twenty times the characters that are kept of it, for markup."""
_MOST_MARKS = 30
"""Combining marks one after the other, as in the Stream-Safe Text Format (UAX 15). Python puts them in order in
quadratic time: 400,000 of them in five minutes."""
_MAY_BE_MARKS = re.compile(rf"[^\x00-\u02ff]{{{_MOST_MARKS + 1},}}")
_NEVER_WRITTEN = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_FEW_STRAY = 8
UNREAD = "\ufffc"
"""Stands within a text for what is shown there and is none: a picture, a sign of a symbol font, the seam of a raised
figure. An amount that it touches is unsure."""
RIGHT_TO_LEFT, POP = "\u202e", "\u202c"
"""The override that shows all characters from right to left, and its end."""
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2068][^\n\u202c\u2069]{0,2000}")
_TURNED_WITHIN = re.compile("(?<=[\\d.,])[\u200f\u061c](?=[\\d.,])")
"""A right-to-left mark within figures, which shows their parts in another order."""
_FIGURES = re.compile(r"\d[\d.,'’ ]{0,40}[.,]\d{1,3}(?!\d)|\d{1,20}(?=[ \u00a0]{0,2}(?:€|EUR|Euro|RUE))")
_LOST = re.compile("(?<=\\d)[\ufffd\ue000-\uf8ff]++|(?<![\ufffd\ue000-\uf8ff])[\ufffd\ue000-\uf8ff]++(?=\\d)")
"""Beside figures: characters that could not be decoded, and private ones, which are signs of a symbol font."""
_LOOSE = re.compile(rf"(?<!\d)(?<!\d[.,'’]){UNREAD}+(?![-+−–.,'’]?\d)")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Charset labels that lie: what is declared as one of these is usually windows-1252 (WHATWG Encoding Standard).
_LIKELY = set("äöüÄÖÜß€§°–—„“”‚‘’…«»´½²³µ·×•®©éèêëáàâçñîïôóûúÉÈ\u00a0\u00ad")
"""Beyond ASCII, what German and English mail holds. Text that is all of it as windows-1252 is windows-1252: statistics
need more of a text than a short mail has."""
_REALLY_CP1252 = {"ascii", "us-ascii", "iso8859-1", "latin-1", "iso-8859-1"}


def clean(text: str) -> str:
    """NFC, LF line ends, no control or invisible characters. No-break and thin spaces stay: amounts use them.

    Figures that a bidirectional override, embedding or isolate may show in another order are marked as unread.
    """
    if text.isascii():
        return text if text.isprintable() else _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    text = _LOST.sub(UNREAD, _LINE_ENDS.sub("\n", text))
    text = _TURNED.sub(_with_figures_marked, _TURNED_WITHIN.sub(UNREAD, text))
    return unicodedata.normalize("NFC", _MAY_BE_MARKS.sub(_fewer_marks, _UNWANTED.sub("", text)))


def _with_figures_marked(turned: re.Match[str]) -> str:
    return _FIGURES.sub(rf"\g<0>{UNREAD}", turned[0])


def _fewer_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def is_garbled(text: str) -> bool:
    """Return True when ``text`` is no text: control characters, and signs that stand for what could not be decoded."""
    return sum(1 for _ in _NEVER_WRITTEN.finditer(text)) > max(_FEW_STRAY, len(text) // 200)


def without_loose_marks(text: str, instead: str) -> str:
    """``text`` whose marks of what is unread stay beside figures only."""
    return _LOOSE.sub(instead, text)


def clean_line(text: str) -> str:
    """The same for what is one line, such as a header or a file name."""
    return " ".join(clean(text).replace(UNREAD, "").split())


def length(text: str) -> int:
    """Return the number of characters that ``text`` has once it is spelled for comparison: U+FDFA becomes 18."""
    return len(fold(text))


def shortened(text: str, most: int) -> str:
    """Return as much of ``text`` as has at most ``most`` characters by :func:`length`."""
    text = text[:most]
    if length(text) <= most:
        return text
    return text[: bisect_right(range(1, len(text) + 1), most, key=lambda end: length(text[:end]))]


def beginning(data: bytes) -> bytes:
    """The first ``MOST_TEXT_BYTES`` of a text; no UTF-8 character is cut in two."""
    most = MOST_TEXT_BYTES
    while 0 < most < len(data) and data[most] & 0xC0 == 0x80:
        most -= 1
    return data[:most]


def decode(data: bytes, charset: str | None = None) -> str:
    """Characters of ``data``. A byte order mark wins, then UTF-8 when it fits, then the charset declared, then a guess,
    then windows-1252: never raises. UTF-8 goes first because text that is valid UTF-8 by accident does not occur, while
    UTF-8 declared as ISO-8859-1 does."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace").removeprefix("\ufeff")
    known = _codec(charset)
    if known is not None and known.startswith(("utf-16", "utf-32")):
        known = _wide(known, data)
    if known is None or not known.startswith(("utf-16", "utf-32", "utf-7", "iso2022", "hz")):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if known == "utf-8":
        known = None
    if known in _REALLY_CP1252:
        known = "cp1252"
    if known is not None:
        try:
            return data.decode(known)
        except (UnicodeError, ValueError):
            if known == "cp1252":
                return data.decode("cp1252", "replace")
    return _guessed(data)


def _wide(declared: str, data: bytes) -> str | None:
    """The codec of a text that is declared as UTF-16 or UTF-32: letters of Latin script leave zeros where the others
    have none. None where there are no zeros."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if not even and not odd:
        return None
    if declared.startswith("utf-32"):
        return declared
    return "utf-16-le" if odd > even else "utf-16-be"


def _guessed(data: bytes) -> str:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        pass
    else:
        if all(character.isascii() or character in _LIKELY for character in text):
            return text
    best = from_bytes(
        data[:_GUESS_BYTES], cp_isolation=["cp1252", "utf_16_le", "utf_16_be", "cp850", "mac_roman"]
    ).best()
    for name in (best.encoding if best is not None else "cp1252", "cp1252"):
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _codec(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        info = codecs.lookup(charset.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # Codecs from bytes to bytes, such as base64 or zip, are no charsets.
    return info.name if getattr(info, "_is_text_encoding", True) else None
