"""Keeping Gmail's watch on each mailbox alive."""

from datetime import UTC, datetime, timedelta

from claimstream.domain.records.work import Mailbox
from claimstream.mailbox.ports import Gmail, Mailboxes
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

RENEW_BEFORE = timedelta(days=6)
"""Gmail ends a watch after seven days and advises to renew it daily."""


class Watcher:
    def __init__(self, *, gmail: Gmail, mailboxes: Mailboxes, topic: str) -> None:
        """``topic``: projects/PROJECT/topics/NAME, to which Gmail's service account may publish."""
        self._gmail = gmail
        self._mailboxes = mailboxes
        self._topic = topic

    async def ensure(self, mailbox: Mailbox, *, force: bool = False) -> bool:
        """Start or renew the watch if it is due. True if it was."""
        left = (mailbox.watch_expires_at or datetime.min.replace(tzinfo=UTC)) - datetime.now(UTC)
        if not force and left > RENEW_BEFORE:
            return False
        watch = await self._gmail.watch(mailbox.address, self._topic)
        await self._mailboxes.watched(mailbox.address, history_id=watch.history_id, expires_at=watch.expiration)
        log.info("watch_renewed", expires_at=watch.expiration.isoformat(), first=mailbox.watch_expires_at is None)
        return True
