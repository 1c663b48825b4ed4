"""The attachments of a mail, as they are archived."""

from hashlib import sha256

from claimstream.reading import filetype
from claimstream.reading.mime import FilePart, safe_name
from claimstream.reading.protocol import MailPart, PartHead


def mail_part(index: int, file: FilePart) -> MailPart:
    """The attachment that a file of the mail is archived as."""
    media_type = filetype.sniff(file.data, file.name, file.declared_type)
    head = PartHead(
        index=index,
        name=safe_name(file.name, media_type, f"attachment-{index}"),
        declared_type=file.declared_type,
        media_type=media_type,
        sha256=sha256(file.data).hexdigest(),
        encrypted=file.encrypted,
    )
    return MailPart(head, file.data)
