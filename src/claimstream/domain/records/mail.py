"""One email as it was read: headers, sources of text, and what could not be read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from claimstream.domain.records.base import Record

REST = "/rest"
"""Ends the ``source_id`` of an ``Unread`` that a limit left out: the end of a source whose beginning was read, or
a whole attachment that came after a limit of its mail was reached."""

STRUCK = "/struck"
"""Ends the ``source_id`` of an ``Unread`` that was struck out and holds no other figure."""

SMALL_IMAGE_BYTES = 20_000
"""Smaller pictures are logos and signatures, not scanned letters."""

TIFF = "image/tiff"
"""The type of faxes: a page takes few bytes, and none is a logo."""


class SourceKind(StrEnum):
    """What a text came from; the base confidence of a value depends on it (``confidence.SOURCE_CONFIDENCE``)."""

    BODY = "body"
    TEXT_PDF = "text_pdf"
    SCANNED_PDF = "scanned_pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    IMAGE = "image"
    OTHER = "other"


class Address(Record):
    """A mailbox of RFC 5322: display name ("" when absent) and address, lower-cased."""

    name: str = ""
    address: str


def mailbox_of(address: str) -> str:
    """Return an address without the reply code: ``local+CODE@domain`` is ``local@domain``."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


class Source(Record):
    """One text that values may be read from: the new part of the body, or one attachment.

    ``text`` is NFC with line breaks kept, and already without quoted history. It is "" where only a model with vision
    can read it (``needs_vision``); the bytes are then at ``uri``.
    """

    source_id: str
    """``body``, ``attachment-1``, or ``attachment-2/inner.pdf`` for what was packed inside."""
    kind: SourceKind
    name: str
    media_type: str
    """By magic bytes, not as declared."""
    size: int
    """Bytes."""
    sha256: str
    text: str
    uri: str | None = None
    """``gs://bucket/object`` of the bytes, where they are kept by themselves."""
    pages: int | None = None
    """The number of pages of a PDF."""

    @property
    def may_be_a_letter(self) -> bool:
        """True for more than a picture as small as a logo or a signature."""
        return self.kind is not SourceKind.IMAGE or self.size >= SMALL_IMAGE_BYTES or self.media_type == TIFF

    @property
    def needs_vision(self) -> bool:
        return self.kind in {SourceKind.SCANNED_PDF, SourceKind.IMAGE} and not self.text.strip()


@dataclass(frozen=True, slots=True)
class Shown:
    """A document or a picture in a form that a model takes."""

    media_type: str
    data: bytes


class Unread(Record):
    """An attachment that could not be read. It is archived and reported, and does not stop the rest."""

    source_id: str
    name: str
    media_type: str
    size: int
    reason: str
    """``encrypted``, ``broken``, ``unknown_type``, ``too_large``, ``too_many``, ``empty``, ``struck`` or ``not_shown``
    (a scan that no model was shown, or that it refused)."""
    detail: str = ""

    @property
    def is_rest(self) -> bool:
        """True when this may say something else than what was read: it lies beyond a limit, or was struck out."""
        return self.reason == "too_many" or (self.reason in {"too_large", "struck"} and self.source_id.endswith(REST))


def unread_of(source: Source, reason: str, detail: str, *, end: str = "") -> Unread:
    """Return the note that a source, or with ``REST`` its end, was not read."""
    return Unread(
        source_id=f"{source.source_id}{end}",
        name=source.name,
        media_type=source.media_type,
        size=source.size,
        reason=reason,
        detail=detail,
    )


class DeliveryReport(Record):
    """What an RFC 3464 delivery-status report (or a recognisable bounce) says of our own letter."""

    action: str
    """``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``."""
    recipients: tuple[str, ...]
    status: str = ""
    """Enhanced status code (RFC 3463), such as ``5.1.1``."""

    @property
    def hard(self) -> bool:
        """A permanent failure: the address is dead (class 5 of RFC 3463)."""
        return self.action == "failed" and not self.status.startswith("4.")


class ParsedMail(Record):
    """Everything later stages know of the email. The first source is always the body, even when it is empty."""

    message_id: str | None = None
    subject: str = ""
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    """Message ids with their angle brackets."""
    references: tuple[str, ...] = ()
    date: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """All headers in order, decoded, names as written."""
    sources: tuple[Source, ...] = ()
    quoted_text: str = ""
    """What was cut as quoted history: never read for values."""
    our_marks: tuple[str, ...] = ()
    """What our own letters carry in this mail: addresses of our mailboxes, the firm's name, reply codes."""
    unread: tuple[Unread, ...] = ()
    delivery_report: DeliveryReport | None = None
    defects: tuple[str, ...] = ()
    """What was wrong with the MIME, in words."""

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def body(self) -> Source:
        return self.sources[0]

    @property
    def characters(self) -> int:
        """The length of all texts together."""
        return sum(len(source.text) for source in self.sources)
