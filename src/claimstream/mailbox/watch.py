"""Keeping Gmail's watch on each mailbox alive."""

from datetime import UTC, datetime, timedelta

from claimstream.domain.records.work import Mailbox
from claimstream.mailbox.ports import Gmail, Mailboxes
from claimstream.mailbox.scope import UNTOLD
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

RENEW_BEFORE = timedelta(days=6)
"""Gmail ends a watch after seven days and advises to renew it daily."""
_LEASE_SECONDS = 180.0
"""More than one call may take with all its retries; one that failed is not repeated sooner, by any worker."""


class Watcher:
    def __init__(self, *, gmail: Gmail, mailboxes: Mailboxes, topic: str) -> None:
        """``topic``: projects/PROJECT/topics/NAME, to which Gmail's service account may publish."""
        self._gmail = gmail
        self._mailboxes = mailboxes
        self._topic = topic

    async def ensure(self, mailbox: Mailbox, *, force: bool = False) -> bool:
        """Start or renew the watch if it is due and nobody else is at it. True if this call did.

        Calls for one mailbox at the same time would make Gmail tell of each change twice.
        """
        due_before = datetime.now(UTC) + RENEW_BEFORE
        if not force and mailbox.watch_expires_at is not None and mailbox.watch_expires_at >= due_before:
            return False
        if not await self._mailboxes.take_watch(
            mailbox.address, seconds=_LEASE_SECONDS, due_before=None if force else due_before
        ):
            return False
        if mailbox.history_id is None:
            # Before the watch: should its answer be lost, or not be written down, nothing that came meanwhile is.
            profile = await self._gmail.profile(mailbox.address)
            await self._mailboxes.begin_history(mailbox.address, history_id=profile.history_id)
        watch = await self._gmail.watch(mailbox.address, self._topic, except_labels=UNTOLD)
        await self._mailboxes.watched(mailbox.address, history_id=watch.history_id, expires_at=watch.expiration)
        log.info("watch_renewed", expires_at=watch.expiration.isoformat(), first=mailbox.watch_expires_at is None)
        await self._learn_alias(mailbox)
        return True

    async def _learn_alias(self, mailbox: Mailbox) -> None:
        """Ask how Gmail names the mailbox: its pushes do so too, though it was renamed or is set up by an alias."""
        profile = await self._gmail.profile(mailbox.address)
        if not await self._mailboxes.learn_alias(mailbox.address, profile.email):
            log.error("mailbox_alias_taken", domain=mailbox.address.partition("@")[2])
