"""The MIME tree: which parts are the body's texts, which are attachments, which are neither."""

import binascii
import re
from dataclasses import dataclass, field

from claimstream.reading import filetype
from claimstream.reading.headers import decoded
from claimstream.reading.html import html_charset
from claimstream.reading.mimetree import MimeTree, Part
from claimstream.reading.text import MOST_TEXT_BYTES, beginning, clean_line, decode, is_garbled

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ORIGINALS = {"message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"}
"""Original mails that a delivery report gives back: ours, so never sources."""
_UUENCODED = re.compile(
    rb"^begin [0-7]{3,4} (?P<name>[^\r\n]{1,255})\r?\n(?P<lines>(?:[ -`]{1,62}+[ \t]*+\r?\n)*+)end\b", re.MULTILINE
)
"""A file within a text, as programs older than MIME attach it."""
_SEALED = re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_ENCODED = re.compile(
    rb"^(?:--[^\r\n]{1,72}\r?\nContent-(?:Type|Transfer-Encoding|Disposition):|=ybegin |"
    rb"\(This file must be converted with BinHex)",
    re.MULTILINE | re.IGNORECASE,
)
"""The start of what a text holds in a form that nobody reads: a MIME part, a file packed by yEnc or BinHex."""
_MID_WORD = re.compile(r"(?<=\S)(?<!\n--) \r?\n(?=[^\s>])")
"""A line broken within a word (RFC 3676, ``DelSp``): between words one space more stands before the break."""
_ELSEWHERE = {
    "message/partial": "It is one piece of a mail that was sent in several.",
    "message/external-body": "A part of it lies on another server.",
}
_LOGO_BYTES = 8 * 1024
_LOGO_WIDTH, _LOGO_HEIGHT = 200, 60
_NAME_CHARACTERS = 120
BEGINNING = "Only the beginning of the mail was read."
_DAMAGED = "A text of it is damaged and cannot be read to its end."


@dataclass(frozen=True, slots=True)
class TextPart:
    """One text of the body: a plain one, an HTML one, or both as alternatives of one another."""

    plain: str | None
    html: str | None


@dataclass(frozen=True, slots=True)
class FilePart:
    """An attachment before it is looked into. ``encrypted``: a message sealed by S/MIME or PGP."""

    name: str
    declared_type: str
    data: bytes
    encrypted: bool = False


@dataclass
class Anatomy:
    """What a mail is made of."""

    texts: list[TextPart] = field(default_factory=list)
    files: list[FilePart] = field(default_factory=list)
    reports: list[Part] = field(default_factory=list)
    """``message/delivery-status`` parts."""
    defects: list[str] = field(default_factory=list)
    missing: str = ""
    """What of the mail cannot be read, in words: for a limit, for damage, or because it is not in this mail."""

    def lacks(self, words: str) -> None:
        self.missing = self.missing or words


def dissect(tree: MimeTree) -> Anatomy:
    """Sort the parts of a mail."""
    anatomy = Anatomy(defects=tree.defects, missing=BEGINNING if tree.cut else tree.damage)
    _visit(tree.root, anatomy, in_report=False)
    return anatomy


def _visit(part: Part, anatomy: Anatomy, *, in_report: bool) -> None:
    declared = part.headers.get_content_type()
    if declared.startswith("multipart/") and part.children:
        _visit_multipart(part, declared, anatomy, in_report=in_report)
    elif declared == "message/delivery-status":
        anatomy.reports.append(part)
    elif (in_report and declared in _ORIGINALS) or declared in _SIGNATURES:
        pass
    elif declared in _SMIME:
        _visit_smime(part, anatomy)
    elif declared in _ELSEWHERE:
        anatomy.lacks(_ELSEWHERE[declared])
        for child in part.children:
            _visit(child, anatomy, in_report=in_report)
    elif declared.startswith("multipart/"):
        # Declared so, but no boundary is to be found: all of it is text.
        _add_text(part, "text/plain", anatomy)
    elif _is_body_text(part, declared):
        _add_text(part, declared, anatomy)
    else:
        file = _file(part, declared)
        if not _is_logo(part, file) and (file.data or file.name):
            anatomy.files.append(file)
            if not part.is_whole and filetype.sniff(file.data, file.name, declared) in filetype.TEXTS:
                anatomy.lacks(_DAMAGED)


def _visit_multipart(part: Part, declared: str, anatomy: Anatomy, *, in_report: bool) -> None:
    if declared == "multipart/encrypted":
        data = b"".join(child.content for child in part.children)
        anatomy.files.append(FilePart("encrypted mail", declared, data, encrypted=True))
        return
    if declared == "multipart/alternative":
        _visit_alternative(part.children, anatomy, in_report=in_report)
        return
    reporting = in_report or declared == "multipart/report"
    for child in part.children:
        _visit(child, anatomy, in_report=reporting)


def _visit_alternative(children: list[Part], anatomy: Anatomy, *, in_report: bool) -> None:
    """Plain text and HTML of the same words become one text; whatever else stands among them is kept."""
    inner = Anatomy()
    for child in children:
        _visit(child, inner, in_report=in_report)
    plain = [text.plain for text in inner.texts if text.plain is not None]
    html = [text.html for text in inner.texts if text.html is not None]
    if plain or html:
        anatomy.texts.append(TextPart("\n\n".join(plain) if plain else None, "\n".join(html) if html else None))
    anatomy.files += inner.files
    anatomy.reports += inner.reports
    anatomy.defects += inner.defects
    anatomy.lacks(inner.missing)


def _visit_smime(part: Part, anatomy: Anatomy) -> None:
    kind = _parameter(part, "smime-type").lower()
    file = _file(part, part.headers.get_content_type())
    if kind == "certs-only":
        return
    anatomy.files.append(FilePart(file.name, file.declared_type, file.data, encrypted=kind != "signed-data"))


def _is_body_text(part: Part, declared: str) -> bool:
    if declared not in {"text/plain", "text/html"}:
        return False
    return not _disposition(part).startswith("attachment") and not _file_name(part)


def _add_text(part: Part, declared: str, anatomy: Anatomy) -> None:
    charset = _parameter(part, "charset") or None
    data = part.content
    if data.startswith(filetype.FILE_STARTS):  # a scanner's file, sent as if it were the text
        anatomy.files.append(_file(part, declared))
        return
    if len(data) > MOST_TEXT_BYTES:
        anatomy.defects.append(f"body: read {MOST_TEXT_BYTES} of {len(data)} bytes of a text.")
        anatomy.lacks(BEGINNING)
        data = beginning(data)
    if declared == "text/html":
        text = decode(data, charset or html_charset(data))
        if not part.is_whole or is_garbled(text):
            anatomy.lacks(_DAMAGED)
        anatomy.texts.append(TextPart(None, text))
        return
    if _SEALED.search(data):
        anatomy.lacks("A part of its text is encrypted by PGP.")
    if _ENCODED.search(data):
        anatomy.lacks("A part of its text is the code of a file.")
    for packed in _UUENCODED.finditer(data):
        name = decode(packed["name"])
        anatomy.files.append(FilePart(name, filetype.UNKNOWN, _uudecoded(packed["lines"])))
    text = decode(_UUENCODED.sub(b"", data), charset)
    if not part.is_whole or is_garbled(text):
        anatomy.lacks(_DAMAGED)
    if _parameter(part, "delsp").lower() == "yes":
        text = _MID_WORD.sub("", text)
    anatomy.texts.append(TextPart(text, None))


def _uudecoded(lines: bytes) -> bytes:
    """The bytes of the lines, up to the first damaged one."""
    decoded = bytearray()
    for line in lines.splitlines():
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            break
    return bytes(decoded)


def _file(part: Part, declared: str) -> FilePart:
    name = _file_name(part)
    if not name and declared == filetype.EML:
        name = decoded(str(part.children[0].headers.get("Subject") or ""))[:80] if part.children else ""
        name = f"{name or 'message'}.eml"
    return FilePart(name, declared, part.content)


def _file_name(part: Part) -> str:
    """The file name as sent: RFC 2231 or, as many programs have it, RFC 2047."""
    try:
        name = part.headers.get_filename()
    except MemoryError:
        raise
    except Exception:  # damaged RFC 2231 continuations
        return ""
    return decoded(name) if name else ""


def _parameter(part: Part, name: str) -> str:
    try:
        value = part.headers.get_param(name)
    except MemoryError:
        raise
    except Exception:  # damaged parameters
        return ""
    if isinstance(value, tuple):
        value = value[2]
    return str(value) if value else ""


def _disposition(part: Part) -> str:
    return str(part.headers.get("Content-Disposition") or "").strip().lower()


def _is_logo(part: Part, file: FilePart) -> bool:
    """A small picture inside the HTML, such as a logo or a tracking pixel; nobody puts a claim there."""
    media_type = filetype.sniff(file.data)
    if media_type not in filetype.IMAGES:
        return False
    disposition = _disposition(part)
    if disposition.startswith("attachment") or not (part.headers.get("Content-ID") or disposition.startswith("inline")):
        return False
    size = filetype.image_size(file.data)
    flat = size is not None and (size[0] < _LOGO_WIDTH or size[1] < _LOGO_HEIGHT)
    return len(file.data) < _LOGO_BYTES or flat


def safe_name(name: str, media_type: str, fallback: str) -> str:
    """A file name that is never a path: no separators, no leading dots, not empty, at most 120 characters."""
    plain = re.split(r"[\\/]", clean_line(name))[-1]
    plain = re.sub(r'[<>:"|?*]', "_", plain).strip(" .")
    if not plain:
        plain = fallback + _SUFFIXES.get(media_type, "")
    if len(plain) > _NAME_CHARACTERS:
        stem, dot, suffix = plain.rpartition(".")
        keep = f".{suffix}" if dot and len(suffix) <= 8 else ""
        plain = (stem if keep else plain)[: _NAME_CHARACTERS - len(keep)] + keep
    return plain


_SUFFIXES = {
    filetype.PDF: ".pdf",
    filetype.DOCX: ".docx",
    filetype.XLSX: ".xlsx",
    filetype.ODT: ".odt",
    filetype.RTF: ".rtf",
    filetype.HTML: ".html",
    filetype.TEXT: ".txt",
    filetype.EML: ".eml",
    filetype.MSG: ".msg",
    filetype.ZIP: ".zip",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tif",
}
