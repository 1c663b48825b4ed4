"""The MIME tree: which parts are the body's texts, which are attachments, which are neither."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import Compat32

from claimstream.reading import filetype
from claimstream.reading.headers import RawMessage, decoded
from claimstream.reading.html import html_charset
from claimstream.reading.limits import Limits
from claimstream.reading.text import clean_line, decode

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_LOGO_BYTES = 8 * 1024
_LOGO_WIDTH, _LOGO_HEIGHT = 200, 60
_NAME_CHARACTERS = 120
_HEAD_BYTES = 256 * 1024
_HEADER_CHARACTERS = 1_000_000
_STRUCTURE_CHARACTERS = 8_000


class _CappedHeaders(Compat32):
    """The tolerant policy, with header values cut as they are parsed: the parser itself reads those that say how a part
    is built, and takes quadratic time for long ones."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        most = _STRUCTURE_CHARACTERS if name.lower().startswith("content-") else _HEADER_CHARACTERS
        return name, value[:most]


_POLICY = _CappedHeaders()


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
    reports: list[RawMessage] = field(default_factory=list)
    """``message/delivery-status`` parts."""
    returned: list[RawMessage] = field(default_factory=list)
    """Original mails that a delivery report gives back: ours, so never sources."""
    defects: list[str] = field(default_factory=list)


def parse(raw: bytes, defects: list[str]) -> RawMessage:
    """The mail as a tree; when the tree is deeper than can be parsed, its headers and the rest as plain text."""
    try:
        message = message_from_bytes(raw, policy=_POLICY)
    except Exception as error:  # RecursionError, and whatever else hostile structure provokes
        defects.append(
            f"The MIME structure cannot be parsed ({type(error).__name__}); only headers and text were read."
        )
        message = BytesHeaderParser(policy=_POLICY).parsebytes(raw[:_HEAD_BYTES])
    return message


def dissect(message: RawMessage, limits: Limits) -> Anatomy:
    """Sort the parts of a mail."""
    anatomy = Anatomy()
    budget = [limits.max_parts]
    try:
        _visit(message, anatomy, budget, in_report=False)
    except RecursionError:
        anatomy.defects.append("Parts are nested too deeply; the innermost were left out.")
    if budget[0] < 0:
        anatomy.defects.append(f"More than {limits.max_parts} MIME parts; the rest was left out.")
    return anatomy


def _visit(part: RawMessage, anatomy: Anatomy, budget: list[int], *, in_report: bool) -> None:
    budget[0] -= 1
    if budget[0] < 0:
        return
    anatomy.defects += [_defect(defect) for defect in part.defects]
    declared = part.get_content_type()
    if declared.startswith("multipart/") and part.is_multipart():
        _visit_multipart(part, declared, anatomy, budget, in_report=in_report)
    elif declared == "message/delivery-status":
        anatomy.reports.append(part)
    elif in_report and declared in {
        "message/rfc822",
        "text/rfc822-headers",
        "message/global",
        "message/rfc822-headers",
    }:
        anatomy.returned += _children(part) or [part]
    elif declared in _SIGNATURES:
        pass
    elif declared in _SMIME:
        _visit_smime(part, anatomy)
    elif declared.startswith("multipart/"):
        # Declared so, but no boundary is to be found: all of it is text.
        anatomy.texts.append(TextPart(decode(_payload(part)), None))
    elif _is_body_text(part, declared):
        text = _text(part, declared)
        anatomy.texts.append(TextPart(None, text) if declared == "text/html" else TextPart(text, None))
    else:
        file = _file(part, declared)
        if not _is_logo(part, file) and (file.data or file.name):
            anatomy.files.append(file)


def _visit_multipart(part: RawMessage, declared: str, anatomy: Anatomy, budget: list[int], *, in_report: bool) -> None:
    children = _children(part)
    if declared == "multipart/encrypted":
        data = b"".join(_payload(child) for child in children)
        anatomy.files.append(FilePart("encrypted mail", declared, data, encrypted=True))
        return
    if declared == "multipart/alternative":
        _visit_alternative(children, anatomy, budget, in_report=in_report)
        return
    reporting = in_report or declared == "multipart/report"
    for child in children:
        _visit(child, anatomy, budget, in_report=reporting)


def _visit_alternative(children: list[RawMessage], anatomy: Anatomy, budget: list[int], *, in_report: bool) -> None:
    """Plain text and HTML of the same words become one text; whatever else stands among them is kept."""
    inner = Anatomy()
    for child in children:
        _visit(child, inner, budget, in_report=in_report)
    plain = [text.plain for text in inner.texts if text.plain is not None]
    html = [text.html for text in inner.texts if text.html is not None]
    if plain or html:
        anatomy.texts.append(TextPart("\n\n".join(plain) if plain else None, "\n".join(html) if html else None))
    anatomy.files += inner.files
    anatomy.reports += inner.reports
    anatomy.returned += inner.returned
    anatomy.defects += inner.defects


def _visit_smime(part: RawMessage, anatomy: Anatomy) -> None:
    kind = _parameter(part, "smime-type").lower()
    file = _file(part, part.get_content_type())
    if kind == "certs-only":
        return
    anatomy.files.append(FilePart(file.name, file.declared_type, file.data, encrypted=kind != "signed-data"))


def _children(part: RawMessage) -> list[RawMessage]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, type(part))] if isinstance(payload, list) else []


def _is_body_text(part: RawMessage, declared: str) -> bool:
    if declared not in {"text/plain", "text/html"}:
        return False
    disposition = str(part.get("Content-Disposition") or "").strip().lower()
    return not disposition.startswith("attachment") and not _file_name(part)


def _text(part: RawMessage, declared: str) -> str:
    charset = _parameter(part, "charset") or None
    data = _payload(part)
    if charset is None and declared == "text/html":
        charset = html_charset(data)
    return decode(data, charset)


def _payload(part: RawMessage) -> bytes:
    """The decoded bytes; a nested mail's are its raw form."""
    try:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            return payload
        return b"\r\n".join(child.as_bytes() for child in _children(part))
    except Exception:  # damaged encodings; what the part holds is lost, the mail is not
        return b""


def _file(part: RawMessage, declared: str) -> FilePart:
    name = _file_name(part)
    if not name and declared == filetype.EML:
        inner = _children(part)
        name = decoded(str(inner[0].get("Subject") or ""))[:80] if inner else ""
        name = f"{name or 'message'}.eml"
    return FilePart(name, declared, _payload(part))


def _file_name(part: RawMessage) -> str:
    """The file name as sent: RFC 2231 or, as many programs have it, RFC 2047."""
    try:
        name = part.get_filename()
    except Exception:  # damaged RFC 2231 continuations
        return ""
    return decoded(name) if name else ""


def _parameter(part: RawMessage, name: str) -> str:
    try:
        value = part.get_param(name)
    except Exception:  # damaged parameters
        return ""
    if isinstance(value, tuple):
        value = value[2]
    return str(value) if value else ""


def _is_logo(part: RawMessage, file: FilePart) -> bool:
    """A small picture inside the HTML, such as a logo or a tracking pixel; nobody puts a claim there."""
    media_type = filetype.sniff(file.data)
    if media_type not in filetype.IMAGES:
        return False
    disposition = str(part.get("Content-Disposition") or "").strip().lower()
    if disposition.startswith("attachment") or not (part.get("Content-ID") or disposition.startswith("inline")):
        return False
    size = filetype.image_size(file.data)
    flat = size is not None and (size[0] < _LOGO_WIDTH or size[1] < _LOGO_HEIGHT)
    return len(file.data) < _LOGO_BYTES or flat


def _defect(defect: object) -> str:
    """The class's name in words: ``StartBoundaryNotFoundDefect`` is *start boundary not found*."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(defect).__name__.removesuffix("Defect")).lower()
    return f"MIME: {words}."


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


def walk_reports(report: RawMessage) -> Iterator[RawMessage]:
    """The field groups of a ``message/delivery-status`` part: the first is per message, then one per recipient."""
    yield from _children(report)
