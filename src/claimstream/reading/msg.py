"""Outlook messages saved as files (MS-OXMSG): the text and the attachments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from claimstream.reading.body import body_text
from claimstream.reading.compound import Storage, read_compound
from claimstream.reading.compressed_rtf import unpack_rtf
from claimstream.reading.mime import BEGINNING, TextPart
from claimstream.reading.text import clean_line, decode

_SENDER_SMTP, _SENDER = "5D01", "0C1F"
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_DATA, _LONG_NAME, _SHORT_NAME = "3701", "3707", "3704"
_EMBEDDED = f"__substg1.0_{_DATA}000D"
_MAX_INNER = 5


@dataclass(frozen=True, slots=True)
class MsgMessage:
    """``files`` are names and bytes; ``inner`` are messages attached to this one."""

    subject: str
    sender: str
    """The address, "" where there is none."""
    text: str
    missing: str = ""
    """The parts that cannot be read, in words; "" where nothing is missing."""
    struck: tuple[str, ...] = ()
    files: list[tuple[str, bytes]] = field(default_factory=list)
    inner: list["MsgMessage"] = field(default_factory=list)


def read_msg(data: bytes) -> MsgMessage:
    """Raises ``UnreadableError``: broken, or too_many."""
    return _message(read_compound(data), 0)


def _message(storage: Storage, depth: int) -> MsgMessage:
    plain, html = _text(storage, _BODY), _text(storage, _HTML)
    body = body_text([TextPart(plain, html)])
    attachments = list(_attachments(storage))
    too_deep = depth >= _MAX_INNER and any(_EMBEDDED in attachment.storages for attachment in attachments)
    message = MsgMessage(
        subject=clean_line(_text(storage, _SUBJECT) or ""),
        sender=clean_line(_text(storage, _SENDER_SMTP) or _text(storage, _SENDER) or ""),
        text=body.text,
        missing=BEGINNING if too_deep else body.missing,
        struck=body.struck,
    )
    rtf = storage.streams.get(f"__substg1.0_{_RTF}0102")
    if rtf is not None and not body.text.strip():
        message.files.append(("message.rtf", unpack_rtf(rtf)))
    for attachment in attachments:
        name = _text(attachment, _LONG_NAME) or _text(attachment, _SHORT_NAME) or ""
        embedded = attachment.storages.get(_EMBEDDED)
        if embedded is not None and depth < _MAX_INNER:
            message.inner.append(_message(embedded, depth + 1))
        data = attachment.streams.get(f"__substg1.0_{_DATA}0102")
        if data is not None:
            message.files.append((clean_line(name), data))
    return message


def _attachments(storage: Storage) -> Iterator[Storage]:
    for name in sorted(storage.storages):
        if re.match(r"__attach_version1\.0_#", name):
            yield storage.storages[name]


def _text(storage: Storage, tag: str) -> str | None:
    """A string property: UTF-16, 8-bit, or (HTML) the bytes of the page."""
    wide = storage.streams.get(f"__substg1.0_{tag}001F")
    if wide is not None:
        return wide.decode("utf-16-le", "replace")
    narrow = storage.streams.get(f"__substg1.0_{tag}001E", storage.streams.get(f"__substg1.0_{tag}0102"))
    return decode(narrow) if narrow is not None else None
