"""The protocol between the service and its reading processes: frames of a length and that many bytes.

A request is two frames, its JSON and the bytes it is about. An answer is its JSON, then the JSON of each extraction,
then the bytes of each attachment or page, a frame each. The service believes none of it: lengths are bounded, and JSON
becomes records by pydantic.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum

from claimstream.domain.records.base import Record
from claimstream.domain.records.mail import ParsedMail, Source, Unread
from claimstream.reading.limits import Allowance

LENGTH = struct.Struct(">I")
READY = b"ready"
MOST_DRAWN_BYTES = 16 * 1024 * 1024
"""The most bytes of the pages drawn of one picture: a request to Claude may have 32 MB, as base64
(https://platform.claude.com/docs/en/api/overview#request-size-limits)."""
FATE = struct.Struct(">i")
"""A reading process's id when it starts, and its exit code when it has ended (that of a signal is negative)."""


class Task(StrEnum):
    """The kinds of requests."""

    MAIL = "mail"
    """Everything: headers, body, attachments, and what the rules read in them."""
    BODY = "body"
    """The same without the attachments."""
    HEAD = "head"
    """The headers alone."""
    FILE = "file"
    """One attachment."""
    EXTRACT = "extract"
    """The values that the rules read in texts."""
    DRAW = "draw"
    """A picture in a form that a model takes."""
    JUDGE = "judge"
    """A question to the rules."""


class PartHead(Record):
    """The description of one attachment of a mail, without its bytes."""

    index: int
    """The number in the mail's order, from 1."""
    name: str
    """Safe as a file name: never a path, never empty."""
    declared_type: str
    media_type: str
    """The type by magic bytes."""
    sha256: str
    encrypted: bool = False
    """A whole mail sealed by S/MIME or PGP."""

    @property
    def source_id(self) -> str:
        return f"attachment-{self.index}"


@dataclass(frozen=True, slots=True)
class MailPart:
    """One attachment of a mail."""

    head: PartHead
    data: bytes


class Request(Record):
    """One reading. The bytes beside it are the mail, the attachment, or JSON: of the sources, or of a question."""

    task: Task
    alarm_seconds: float
    """The process ends itself when it takes longer."""
    our_markers: tuple[str, ...] = ()
    with_parts: bool = False
    """True when the bytes of the attachments are wanted."""
    part: PartHead | None = None
    """The attachment that a ``FILE`` request is about."""
    source: Source | None = None
    """The picture that a ``DRAW`` request is about."""
    allowance: Allowance | None = None
    """The part of the mail's allowance that is left, where it is read in several requests."""
    question: str = ""
    """The name of the question's class, of a ``JUDGE`` request."""


class Answer(Record):
    """The findings of one request."""

    mail: ParsedMail | None = None
    sources: tuple[Source, ...] = ()
    """The sources of a ``FILE`` request."""
    unread: tuple[Unread, ...] = ()
    """The sources left out of a ``FILE``, ``EXTRACT`` or ``DRAW`` request; a mail has its own."""
    defects: tuple[str, ...] = ()
    our_markers: tuple[str, ...] = ()
    """The marks of our own letters in this mail."""
    allowance: Allowance
    """The part of the allowance that is left."""
    extractions: int = 0
    """The number of frames of extractions that follow."""
    judged: str = ""
    """The answer to a question, as JSON."""
    failed: str = ""
    """The error in which the rules ended, and its place."""
    parts: tuple[PartHead, ...] = ()
    """The attachments whose bytes follow."""
    drawn: tuple[str, ...] = ()
    """The media types of the pages whose bytes follow; none for a picture that is taken as it is."""
