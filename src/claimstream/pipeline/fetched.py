"""The record of a fetched email."""

from datetime import datetime

from claimstream.domain.records.base import Record


class StoredAttachment(Record):
    source_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uri: str


class Fetched(Record):
    received_at: datetime
    """Gmail's internalDate, UTC."""
    size: int
    sha256: str
    raw_uri: str | None = None
    """None without an archive: the mail is then fetched from Gmail again where it is needed again."""
    attachments: tuple[StoredAttachment, ...] = ()

    @property
    def uris(self) -> dict[str, str]:
        return {attachment.source_id: attachment.uri for attachment in self.attachments}
