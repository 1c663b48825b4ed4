"""Mail as it stands on the wire, byte for byte, so that a charset or a file name can be as wrong as it is out there."""

import base64
import hashlib
import quopri
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

NL = b"\r\n"

Encoding = Literal["7bit", "8bit", "quoted-printable", "base64"]
NameStyle = Literal["plain", "rfc2231", "rfc2047"]


def header(name: str, value: str) -> bytes:
    """One header line, encoded by RFC 2047 where need be."""
    if value.isascii():
        return f"{name}: {value}".encode()
    return f"{name}: ".encode() + Header(value, "utf-8", maxlinelen=72).encode(linesep="\r\n").encode()


def person(name: str, address: str) -> str:
    """A mailbox with its display name, as a header value (already encoded)."""
    if not name:
        return address
    if not name.isascii():
        return f"{Header(name, 'utf-8').encode()} <{address}>"
    return f'"{name}" <{address}>' if any(sign in name for sign in ",.:;@()") else f"{name} <{address}>"


@dataclass(frozen=True)
class Part:
    """A MIME part: its headers and its body, both as bytes on the wire."""

    headers: tuple[bytes, ...]
    body: bytes

    def encode(self) -> bytes:
        return NL.join((*self.headers, b"", self.body))


def encode_body(data: bytes, encoding: Encoding) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", NL)
    if encoding == "quoted-printable":
        data = quopri.encodestring(data.replace(NL, b"\n"))
    return data.replace(NL, b"\n").replace(b"\n", NL)


def text(
    content: str,
    *,
    subtype: str = "plain",
    charset: str = "utf-8",
    declared: str | None = "",
    encoding: Encoding = "quoted-printable",
) -> Part:
    """A text part. ``declared``: the charset it claims; "" the true one, None none at all."""
    claimed = charset if declared == "" else declared
    kind = f"text/{subtype}" + (f'; charset="{claimed}"' if claimed else "")
    headers = (header("Content-Type", kind), header("Content-Transfer-Encoding", encoding))
    return Part(headers, encode_body(content.encode(charset), encoding))


def attachment(
    name: str,
    media_type: str,
    data: bytes,
    *,
    style: NameStyle = "plain",
    disposition: Literal["attachment", "inline"] = "attachment",
) -> Part:
    """A file. ``style``: how a name with umlauts is written (RFC 2231, or RFC 2047 as many programs do against it)."""
    if style == "rfc2231":
        shown = f"; name*=utf-8''{quote(name)}"
        filed = f"; filename*=utf-8''{quote(name)}"
    else:
        written = str(Header(name, "utf-8").encode()) if style == "rfc2047" else name
        shown, filed = f'; name="{written}"', f'; filename="{written}"'
    headers = (
        f"Content-Type: {media_type}{shown}".encode(),
        f"Content-Disposition: {disposition}{filed}".encode(),
        b"Content-Transfer-Encoding: base64",
    )
    return Part(headers, encode_body(data, "base64"))


def message_part(raw: bytes, name: str) -> Part:
    """A mail inside a mail."""
    headers = (
        f'Content-Type: message/rfc822; name="{name}"'.encode(),
        f'Content-Disposition: attachment; filename="{name}"'.encode(),
        b"Content-Transfer-Encoding: 8bit",
    )
    return Part(headers, raw)


def multipart(parts: Sequence[Part], *, subtype: str = "mixed", parameters: str = "") -> Part:
    digest = hashlib.sha256(b"".join(part.encode() for part in parts)).hexdigest()[:20]
    boundary = f"=_{subtype[:3]}_{digest}"
    lines = []
    for part in parts:
        lines += [f"--{boundary}".encode(), part.encode()]
    lines += [f"--{boundary}--".encode(), b""]
    kind = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{parameters}'
    return Part((kind.encode(),), NL.join(lines))


def mail(
    *,
    sender: str,
    to: str,
    subject: str,
    date: datetime,
    content: Part,
    message_id: str,
    cc: str | None = None,
    delivered_to: str | None = None,
    in_reply_to: str | None = None,
    references: str | None = None,
    return_path: str | None = None,
    more: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A whole mail as a mailbox receives it."""
    domain = sender.rpartition("@")[2].rstrip(">")
    stamp = format_datetime(date)
    fields: list[tuple[str, str | None]] = [
        ("Delivered-To", delivered_to),
        ("Return-Path", return_path if return_path is not None else f"<{sender.rpartition('<')[2].rstrip('>')}>"),
        (
            "Received",
            f"from mail.{domain} (mail.{domain} [192.0.2.25])\r\n\tby mx.mailbox.example with ESMTPS; {stamp}",
        ),
        ("From", sender),
        ("To", to),
        ("Cc", cc),
        ("Subject", subject),
        ("Date", stamp),
        ("Message-ID", message_id),
        ("In-Reply-To", in_reply_to),
        ("References", references or in_reply_to),
        *more,
        ("MIME-Version", "1.0"),
    ]
    lines = [header(name, value) for name, value in fields if value is not None]
    return NL.join((*lines, content.encode()))
