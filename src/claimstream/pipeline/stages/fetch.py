"""Fetch: the raw mail from Gmail, kept in the archive together with its attachments."""

import asyncio
import hashlib
from datetime import datetime

from claimstream.domain.records.work import Email
from claimstream.external.errors import NotFound
from claimstream.pipeline.archive import LostMailError, archived, is_what_was_fetched
from claimstream.pipeline.fetched import Fetched, StoredAttachment
from claimstream.pipeline.ports import Blobs, MailSource
from claimstream.reading import MailPart, split_mail


class RawMail:
    """The raw bytes of one email: from memory if this attempt fetched them, else from the archive, else from Gmail."""

    def __init__(self, email: Email, gmail: MailSource, blobs: Blobs | None) -> None:
        self._email = email
        self._gmail = gmail
        self._blobs = blobs
        self._raw: bytes | None = None

    async def fetch(self) -> tuple[bytes, datetime]:
        message = await self._gmail.get_raw(self._email.mailbox, self._email.gmail_id)
        self._raw = message.raw
        return message.raw, message.internal_date

    async def get(self, fetched: Fetched) -> bytes:
        if self._raw is None:
            if self._blobs is not None and fetched.raw_uri is not None:
                self._raw = await archived(fetched, self._blobs)
            self._raw = self._raw or await self._fetch_again(fetched)
        return self._raw

    async def _fetch_again(self, fetched: Fetched) -> bytes:
        try:
            raw, _ = await self.fetch()
        except NotFound as gone:
            if fetched.raw_uri is None:
                raise
            raise LostMailError("The archived mail is missing or broken, and Gmail has it no more.") from gone
        if not is_what_was_fetched(raw, fetched):
            raise LostMailError("Gmail has another mail under this id than was fetched before.")
        return raw

    async def attachment(self, fetched: Fetched, source_id: str) -> bytes | None:
        """The bytes of one attachment; None for what is packed inside another one."""
        parts = await asyncio.to_thread(split_mail, await self.get(fetched))
        return next((part.data for part in parts if _source_id(part) == source_id), None)


def _source_id(part: MailPart) -> str:
    return f"attachment-{part.index}"


async def fetch(email: Email, raw_mail: RawMail, blobs: Blobs | None) -> Fetched:
    """Raises ``NotFound`` when the message has been deleted since the notification."""
    raw, received_at = await raw_mail.fetch()
    fetched = Fetched(received_at=received_at, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    if blobs is None:
        return fetched

    prefix = f"{email.tenant_id}/{email.email_id}"
    metadata = {"correlation-id": email.correlation_id}

    async def keep(part: MailPart) -> StoredAttachment:
        name = f"{prefix}/{_source_id(part)}/{part.name}"
        return StoredAttachment(
            source_id=_source_id(part),
            name=part.name,
            media_type=part.media_type,
            size=len(part.data),
            sha256=part.sha256,
            uri=await blobs.put(name, part.data, part.media_type, metadata),
        )

    # In a thread: splitting 40 MB takes a while, and the event loop has other mails to serve.
    parts = await asyncio.to_thread(split_mail, raw)
    raw_uri = await blobs.put(f"{prefix}/raw.eml", raw, "message/rfc822", metadata)
    attachments = await asyncio.gather(*(keep(part) for part in parts))
    return fetched.model_copy(update={"raw_uri": raw_uri, "attachments": tuple(attachments)})
