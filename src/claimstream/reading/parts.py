"""The attachments of a mail, as they are archived."""

from dataclasses import dataclass
from hashlib import sha256

from claimstream.reading import filetype
from claimstream.reading.limits import Limits
from claimstream.reading.mime import FilePart, dissect, parse, safe_name


@dataclass(frozen=True, slots=True)
class MailPart:
    """One attachment. Its source id is ``attachment-{index}``."""

    index: int
    """From 1, in the mail's order."""
    name: str
    """Safe as a file name: never a path, never empty."""
    declared_type: str
    media_type: str
    """By magic bytes."""
    data: bytes
    sha256: str
    encrypted: bool = False
    """A whole mail sealed by S/MIME or PGP."""

    @property
    def source_id(self) -> str:
        return f"attachment-{self.index}"


def mail_part(index: int, file: FilePart) -> MailPart:
    media_type = filetype.sniff(file.data, file.name, file.declared_type)
    return MailPart(
        index=index,
        name=safe_name(file.name, media_type, f"attachment-{index}"),
        declared_type=file.declared_type,
        media_type=media_type,
        data=file.data,
        sha256=sha256(file.data).hexdigest(),
        encrypted=file.encrypted,
    )


def split_mail(raw: bytes, limits: Limits = Limits()) -> tuple[MailPart, ...]:  # noqa: B008 - frozen
    """The attachments of a mail, at most ``limits.max_attachments``; never raises.

    Body texts, signatures, small inline pictures and the original mail of a delivery report are none. A mail over
    ``limits.max_mail_bytes`` is not taken apart: it has no attachments here.
    """
    if len(raw) > limits.max_mail_bytes:
        return ()
    anatomy = dissect(parse(raw, []), limits)
    return tuple(mail_part(number, file) for number, file in enumerate(anatomy.files[: limits.max_attachments], 1))
