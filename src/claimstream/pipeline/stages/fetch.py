"""Fetch: the raw mail from Gmail, kept in the archive together with its attachments."""

import asyncio
import hashlib

from claimstream.domain.records.work import Email
from claimstream.external.errors import Refused
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.fetched import Fetched, StoredAttachment
from claimstream.pipeline.ports import Blobs
from claimstream.reading import MailPart

_OTHER_BYTES = 412
"""The archive holds an object of this name with other bytes, and overwrites nothing."""


async def fetch(email: Email, content: MailContent, blobs: Blobs | None) -> Fetched:
    """Raises ``NotFound`` when the message has been deleted since the notification."""
    raw, received_at = await content.fetch()
    fetched = Fetched(received_at=received_at, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    if blobs is None:
        return fetched

    prefix = f"{email.tenant_id}/{email.email_id}"
    metadata = {"correlation-id": email.correlation_id}

    async def keep(part: MailPart) -> StoredAttachment:
        head, place = part.head, f"{prefix}/{part.head.source_id}"
        try:
            uri = await blobs.put(f"{place}/{head.name}", part.data, head.media_type, metadata)
        except Refused as refusal:
            if refusal.status != _OTHER_BYTES:
                raise
            # An earlier release cut attached mails out of their mail in another way.
            uri = await blobs.put(f"{place}/{head.sha256[:12]}/{head.name}", part.data, head.media_type, metadata)
        return StoredAttachment(
            source_id=head.source_id,
            name=head.name,
            media_type=head.media_type,
            size=len(part.data),
            sha256=head.sha256,
            uri=uri,
        )

    # First, so that an outage of the archive costs no reading.
    raw_uri = await blobs.put(f"{prefix}/raw.eml", raw, "message/rfc822", metadata)
    parts = await content.parts()
    attachments = await asyncio.gather(*(keep(part) for part in parts))
    return fetched.model_copy(update={"raw_uri": raw_uri, "attachments": tuple(attachments)})
