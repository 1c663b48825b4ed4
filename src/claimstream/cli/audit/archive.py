"""A look at the archive: is the mail of what was audited still there, and still what was fetched?"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from claimstream.cli.console import progress
from claimstream.external.errors import NotFound, Refused
from claimstream.external.gcs import Blobs
from claimstream.external.gmail import Gmail
from claimstream.mailbox.audit import Audited, MailboxAudit
from claimstream.pipeline.archive import archived, is_what_was_fetched
from claimstream.pipeline.fetched import Fetched
from claimstream.store.emails import EmailStore

SAMPLE = 500
_AT_ONCE = 20

_FETCH_AGAIN = "its archived mail is missing or broken: --mend fetches it from Gmail again"
_GONE = "its archived mail is missing or broken, and Gmail has it no more"
_NO_NOTE = "the note of how it was fetched cannot be read, so its archived mail cannot be compared with it"
_CHANGED = "its archived mail is missing or broken, and Gmail has other bytes than were fetched"
_IN_THE_WAY = "its archived mail holds other bytes, and is never overwritten: delete the object, then --mend"


@dataclass(slots=True)
class ArchiveLook:
    looked_at: int = 0
    """Archived mails that were read and compared."""
    of: int = 0
    """Emails that may have one."""
    restored: int = 0


class ArchiveAudit:
    """Compares the archived mails with what was noted when they were fetched; mends those that Gmail still has."""

    def __init__(self, emails: EmailStore, gmail: Gmail, blobs: Blobs, *, mend: bool) -> None:
        self._emails = emails
        self._gmail = gmail
        self._blobs = blobs
        self._mend = mend
        self.look = ArchiveLook()

    async def of(self, audits: Sequence[MailboxAudit], *, most: int | None = SAMPLE) -> list[MailboxAudit]:
        """The audits, with a gap for each email whose archived mail is lost.

        Args:
            most: how many emails are chosen by chance; None: all.

        Raises:
            BaseExceptionGroup: of ExternalErrors: archive, Gmail or PostgreSQL cannot be asked; nothing is known then.
        """
        known = [(audit, email) for audit in audits for email in audit.emails if email.email_id and not email.gap]
        chosen = known if most is None or len(known) <= most else random.sample(known, most)
        self.look.of = len(known)
        gaps: dict[str, str] = {}
        left = iter(chosen)
        with progress("archived mails") as bar:
            task = bar.add_task("archived mails", total=len(chosen))

            async def look() -> None:
                for audit, email in left:
                    assert email.email_id is not None
                    if (gap := await self._gap(audit.mailbox, email, email.email_id)) is not None:
                        gaps[email.email_id] = gap
                    bar.advance(task)

            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(look())
        return [
            replace(audit, emails=tuple(replace(e, gap=gaps.get(e.email_id or "", e.gap)) for e in audit.emails))
            for audit in audits
        ]

    async def _gap(self, mailbox: str, email: Audited, email_id: str) -> str | None:
        kept = await self._emails.stage_result(email_id, "fetch")
        try:
            fetched = Fetched.model_validate_json(kept) if kept else None
        except ValidationError:
            return _NO_NOTE
        if fetched is None or fetched.raw_uri is None:
            return None
        self.look.looked_at += 1
        if await archived(fetched, self._blobs) is not None:
            return None
        return await self._restore(mailbox, email, fetched.raw_uri, fetched) if self._mend else _FETCH_AGAIN

    async def _restore(self, mailbox: str, email: Audited, uri: str, fetched: Fetched) -> str | None:
        try:
            message = await self._gmail.get_raw(mailbox, email.gmail_id)
        except NotFound:
            return _GONE
        if message is None or not is_what_was_fetched(message.raw, fetched):
            return _CHANGED
        try:
            await self._blobs.put(uri.removeprefix("gs://").partition("/")[2], message.raw, "message/rfc822")
        except Refused:
            return _IN_THE_WAY
        self.look.restored += 1
        return None
