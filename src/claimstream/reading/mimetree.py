"""A mail taken apart into its MIME parts, within limits that hold while it is taken apart.

The standard library's parser makes an object of every line and of every part before anybody can count them: 16 MB of
boundaries cost it 34 s and a gigabyte. Here a part is a stretch of the mail, found by searching for its boundary; only
headers are parsed by the library, and those are cut first.
"""

import binascii
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32

from claimstream.reading.headers import RawMessage
from claimstream.reading.limits import Limits

_HEADER_LINES = re.compile(rb"(?:(?:From |[!-9;-~]*:|[\t ])[^\r\n]*+(?:\r\n|\r|\n))*+(?:[!-9;-~]++:[^\r\n]*+\Z)?")
"""Ends where the library's parser ends it: at the first line that is neither a header nor the rest of one."""
_CUT_LINE = re.compile(rb"(?:[\t ]|[!-9;-~]*+(?::|\Z))[^\r\n]*+\Z")
"""The beginning of a line that may be a header or the rest of one."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLANK_LINE = re.compile(rb"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)")
_STRUCTURE_CHARACTERS = 8_000
_MOST_GROUPS = 100
"""The most headers of one delivery report: one for the message and one for each recipient."""
_NOT_BASE64 = bytes(set(range(256)) - set(f"{string.ascii_letters}{string.digits}+/".encode()))
_BASE64_PIECE = re.compile(rb"[^=]*+=*+")
_FOOTER = re.compile(rb"[ \t]*+[\r\n][A-Za-z0-9+/\s]*+[^A-Za-z0-9+/\s=]")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]")
_LONG_LINE = re.compile(rb"[\r\n][A-Za-z0-9+/]{60}")
"""What is no Base64 are words below it, unless such a line shows that it goes on."""
_SPACES = b" \t\r\n\f\v"
_PADDING = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
"""Spaces at the end of a quoted-printable line, which were added on the way (RFC 2045, 6.7). Behind the = that joins
two lines the library stumbles over them, and an amount broken there would begin in its middle."""
_ENCODING = re.compile(r"[a-z0-9-]+")
"""The encoding's name, without the quotes, semicolons and comments that programs put around it."""
_PLAIN_ENCODINGS = {"7bit", "8bit", "binary"}


class _CappedHeaders(Compat32):
    """The tolerant policy. Headers that say how a part is built are cut as they are parsed: the library reads them in
    quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_STRUCTURE_CHARACTERS] if _is_of_structure(name) else value


def _is_of_structure(name: str) -> bool:
    return name.lower().startswith("content-")


_POLICY = _CappedHeaders()


@dataclass(slots=True)
class Part:
    """One part of a mail, or the mail itself."""

    headers: RawMessage
    """Its headers alone, without a payload."""
    source: bytes
    start: int
    end: int
    """The place of the body in ``source``."""
    children: list["Part"] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The body as it was sent, still encoded."""
        return self.source[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The body decoded. A damaged encoding gives what can be decoded; nothing is raised."""
        encoding = self._encoding
        if encoding in _PLAIN_ENCODINGS:
            return self.body
        if encoding == "base64":
            return _base64(self.source, self.start, self.end)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(_PADDING.sub(b"", self.body))
        sent: RawMessage = Message(policy=_POLICY)
        sent["Content-Transfer-Encoding"] = encoding
        sent.set_payload(self.body.decode("ascii", "surrogateescape"))
        try:
            decoded = sent.get_payload(decode=True)
        except MemoryError:  # the limit's doing, not the part's
            raise
        except Exception:  # what the part holds is lost, the mail is not
            return b""
        return decoded if isinstance(decoded, bytes) else b""

    @property
    def is_whole(self) -> bool:
        """False where the encoding is damaged, as by a character that was lost on the way: what follows is garbage."""
        if self._encoding != "base64":
            return True
        return all(
            len(piece[0].translate(None, _SPACES)) % 4 == 0
            and not _FOREIGN.search(self.source, piece.start(), piece.end())
            for piece in _base64_pieces(self.source, self.start, self.end)
        )

    @property
    def _encoding(self) -> str:
        name = _ENCODING.search(str(self.headers.get("Content-Transfer-Encoding") or "").lower())
        return name[0] if name else "7bit"


def _base64(source: bytes, start: int, end: int) -> bytes:
    """The bytes of the Base64 text between ``start`` and ``end``, with few copies, for a part may have 25 MB."""
    decoded = bytearray()
    for piece in _base64_pieces(source, start, end):
        characters = piece[0].translate(None, _NOT_BASE64)
        # A single character left over, where a text was cut in its middle, is less than a byte.
        characters = characters[: len(characters) - (len(characters) % 4 == 1)]
        decoded += binascii.a2b_base64(characters + b"=" * (-len(characters) % 4))
    return bytes(decoded)


def _base64_pieces(source: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """Yield where the pieces of a Base64 text stand, each with its padding.

    Padding in its middle ends a piece, not the text: some programs encode each line or each buffer by itself. What
    other servers put below, such as a mailing list's footer, is left out.
    """
    foreign = _FOREIGN.search(source, start, end)
    if foreign and not _LONG_LINE.search(source, foreign.end(), end):
        line = max(source.rfind(b"\n", start, foreign.start()), source.rfind(b"\r", start, foreign.start()))
        end = line if line > start else end
    for piece in _BASE64_PIECE.finditer(source, start, end):
        if piece.start() > start and _FOOTER.match(source, piece.start(), piece.end()):
            break
        yield piece


class MimeTree:
    """The parts of one mail.

    Args:
        raw: the mail.
        limits: how many parts, levels and header lines are looked at.
    """

    def __init__(self, raw: bytes, limits: Limits) -> None:
        self.defects: list[str] = []
        """The faults and omissions, in words."""
        self.cut = False
        """True when parts were left out for their number or depth, or headers, without which a part may be misread."""
        self.damage = ""
        """The damage because of which parts may be missing, in words."""
        self._raw = raw
        self._limits = limits
        self._parts_left = limits.max_parts
        self._lines_left = limits.max_header_lines
        self.root = self._part(0, len(raw), 1, "text/plain")

    def _part(self, start: int, end: int, depth: int, default_type: str) -> Part:
        self._parts_left -= 1
        headers, body = self._headers(start, end)
        headers.set_default_type(default_type)
        part = Part(headers, self._raw, body, end)
        kind = headers.get_content_type()
        if kind == "message/delivery-status":
            part.children = list(self._groups(part))
        elif kind.startswith(("multipart/", "message/")) and depth >= self._limits.max_mime_depth:
            self._leave_out(f"Parts are nested more than {depth} levels deep; the innermost were left out.")
            part.end = body
        elif kind.startswith("multipart/"):
            inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            for first, last in self._between_boundaries(part):
                if self._parts_left <= 0:
                    self._leave_out(f"More than {self._limits.max_parts} MIME parts; the rest was left out.")
                    break
                part.children.append(self._part(first, last, depth + 1, inner))
        elif kind.startswith("message/"):
            part.children = [self._part(body, end, depth + 1, "text/plain")]
        return part

    def _headers(self, start: int, end: int) -> tuple[RawMessage, int]:
        """The headers that begin here, and where the body begins."""
        most = min(end, start + self._limits.max_head_bytes)
        block = _HEADER_LINES.match(self._raw, start, most)
        stop = body = block.end() if block else start
        if most < end and _CUT_LINE.match(self._raw, stop, most):
            stop = most
            self._leave_out(f"The headers of a part have over {self._limits.max_head_bytes} bytes; they were cut.")
            blank = _BLANK_LINE.search(self._raw, stop - 1, end)
            body = blank.end() if blank else end
        elif ending := _LINE_END.match(self._raw, stop, end):
            body = ending.end()
        head = self._raw[start:stop]
        lines = head.splitlines(keepends=True)
        if len(lines) > self._lines_left:
            self._leave_out(f"More than {self._limits.max_header_lines} lines of headers; the rest was left out.")
            head = b"".join(lines[: self._lines_left])
        self._lines_left = max(0, self._lines_left - len(lines))
        headers = BytesHeaderParser(policy=_POLICY).parsebytes(head)
        if any(len(value) == _STRUCTURE_CHARACTERS for name, value in headers.raw_items() if _is_of_structure(name)):
            self._leave_out(f"A header that says how a part is built was cut after {_STRUCTURE_CHARACTERS} characters.")
        self.defects += [_words(defect) for defect in headers.defects]
        return headers, body

    def _between_boundaries(self, part: Part) -> Iterator[tuple[int, int]]:
        """Yield where the parts of a multipart begin and end."""
        try:
            boundary = part.headers.get_boundary()
        except MemoryError:
            raise
        except Exception:  # damaged parameters
            boundary = None
        if boundary is None:
            self._is_damaged("MIME: no boundary in multipart.", "It does not say where its parts begin.")
            return
        mark = re.escape(b"--" + boundary.encode("utf-8", "surrogateescape"))
        # The mark comes first, so that the search runs over what lies between at the speed of memory.
        marks = re.compile(mark + rb"(?P<last>--)?[ \t]*+(?:\r\n|\r|\n|\Z)")
        first: int | None = None
        for found in marks.finditer(self._raw, part.start, part.end):
            if found.start() > part.start and self._raw[found.start() - 1] not in b"\r\n":
                continue
            if first is not None:
                yield first, max(first, found.start() - self._line_end_before(found.start()))
            if found["last"]:
                if first is None:
                    self._is_damaged("MIME: start boundary not found.", "The beginning of its parts is not found.")
                if behind := marks.search(self._raw, found.end(), part.end):
                    again = self._raw[behind.start() - 1] in b"\r\n"
                    self._is_damaged("MIME: a boundary behind the last one.", "A part stands behind its end." * again)
                return
            first = found.end()
        if first is None:
            self._is_damaged("MIME: start boundary not found.", "The beginning of its parts is not found.")
        else:
            # An inner multipart that is left open ends where the outer one goes on: nothing of it is missing.
            ends_open = part.end == len(self._raw)
            self._is_damaged("MIME: close boundary not found.", "Its end is missing." if ends_open else "")
            yield first, part.end

    def _is_damaged(self, defect: str, damage: str) -> None:
        self.defects.append(defect)
        self.damage = self.damage or damage

    def _line_end_before(self, position: int) -> int:
        """The length of the line end before a boundary, which belongs to the boundary."""
        return 2 if self._raw[position - 2 : position] == b"\r\n" else 1

    def _groups(self, part: Part) -> Iterator[Part]:
        """The groups of fields of a delivery report (RFC 3464), each as the headers of a part."""
        position = part.start
        for _ in range(_MOST_GROUPS):
            if position >= part.end or self._lines_left <= 0:
                return
            headers, after = self._headers(position, part.end)
            if headers:
                yield Part(headers, self._raw, after, after)
            if after == position:  # a line that is no field
                ending = _LINE_END.search(self._raw, position, part.end)
                after = ending.end() if ending else part.end
            position = after

    def _leave_out(self, defect: str) -> None:
        self.cut = True
        if defect not in self.defects:
            self.defects.append(defect)


def _words(defect: object) -> str:
    """The class's name in words: ``StartBoundaryNotFoundDefect`` is *start boundary not found*."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(defect).__name__.removesuffix("Defect")).lower()
    return f"MIME: {words}."
