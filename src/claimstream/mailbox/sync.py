"""Mailbox sync: history since the cursor becomes rows, rows become messages; then the notification is acknowledged.

Duplicate, late, out-of-order and equal notifications are all the same to it: a notification only says *look*. What
counts is the cursor, which moves in the same transaction as the rows it covers. Only a recovery may move it back.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from opentelemetry import trace

from claimstream.domain.records.work import Mailbox, NewEmail
from claimstream.external.errors import ExternalError, NotFound
from claimstream.mailbox.listing import listed
from claimstream.mailbox.ports import Emails, Gmail, Mailboxes, Pace, Publisher
from claimstream.mailbox.publishing import EmailPublishing
from claimstream.mailbox.scope import arrives
from claimstream.telemetry.correlation import correlated, new_correlation_id
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import work_span

log = get_logger(__name__)

_RECOVERY_MARGIN = timedelta(hours=1)
"""How much further than the last good sync is looked back when history is lost: Gmail's clock is not ours."""
_MOST_RECOVERIES = 2
"""In one look: the cursor of a recovery that was begun long ago may be gone, too."""
_ROWS_AT_ONCE = 500
"""As many as a page of Gmail's."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What one look at a mailbox brought."""

    new: int = 0
    published: int = 0
    busy: bool = False
    """Another worker is at it. It looks again before it lets go if a notification brought us here."""
    lagging: int | None = None
    """A notification promised history up to here, which Gmail does not show yet (it may take 1 to 3 s): the caller is
    to look again soon. It need not be the caller's own notification: others may have left it to this look."""
    recovered: bool = False
    """History could not be followed; the mailbox was listed instead."""


class _CursorAheadError(Exception):
    """The mailbox's current history id is below the cursor: its ids began anew, as after it was restored or moved.

    Seen by others: https://github.com/gauteh/lieer/issues/203.
    """


class MailboxSync:
    def __init__(
        self,
        *,
        gmail: Gmail,
        mailboxes: Mailboxes,
        emails: Emails,
        publisher: Publisher,
        destination: str,
        holder: str,
        pace: Pace | None = None,
        lock_seconds: float = 120.0,
    ) -> None:
        """
        Args:
            destination: the topic's short name, as it stands in the span ``send emails``.
            holder: this worker's name.
            pace: how many of a mailbox's emails may be given out at a time; None: all of them.
            lock_seconds: after which another worker may take a mailbox whose holder has died.
        """
        self._gmail = gmail
        self._mailboxes = mailboxes
        self._publishing = EmailPublishing(emails, publisher, destination=destination, pace=pace)
        self._holder = holder
        self._lock_seconds = lock_seconds
        self._not_let_go: dict[str, str] = {}
        """By mailbox, as whom a look holds it that ended while PostgreSQL was away: the next look is that holder."""

    async def sync(self, mailbox: Mailbox, *, promised: int | None = None) -> Synced:
        """Bring the mailbox up to date.

        Args:
            promised: the notification's history id; history that ends before it is lagging.

        Raises:
            ExternalError: Gmail, PostgreSQL or Pub/Sub failed; nothing is lost, the same call goes on from there.
        """
        with correlated(tenant_id=mailbox.tenant_id), work_span("sync mailbox") as span:
            synced = await self._sync(mailbox, promised)
            span.set_attributes(
                {
                    "claimstream.sync.new_emails": synced.new,
                    "claimstream.sync.published": synced.published,
                    "claimstream.sync.busy": synced.busy,
                    "claimstream.sync.lagging": synced.lagging is not None,
                    "claimstream.sync.recovered": synced.recovered,
                }
            )
            return synced

    async def add(self, mailbox: Mailbox, gmail_ids: Sequence[str]) -> Synced:
        """Rows and messages for Gmail ids that no row knows; those that one knows are left alone.

        Raises:
            ExternalError: PostgreSQL or Pub/Sub failed; the same call goes on from there.
        """
        with correlated(tenant_id=mailbox.tenant_id):
            added = await self._hold(mailbox, lambda locked, holder: self._mend(locked, holder, gmail_ids), None)
            if not added.busy:
                log.warning("mailbox_mended", mailbox=_domain(mailbox), new=added.new, published=added.published)
            return added

    async def _sync(self, mailbox: Mailbox, promised: int | None) -> Synced:
        return await self._hold(mailbox, lambda locked, holder: self._look(locked, holder, promised), promised)

    async def _hold(
        self, mailbox: Mailbox, work: Callable[[Mailbox, str], Awaitable[Synced]], promised: int | None
    ) -> Synced:
        """Do it under the mailbox's lock, and then look for those who came meanwhile and left a mark."""
        holder = self._not_let_go.pop(mailbox.address, None) or f"{self._holder}/{uuid.uuid4().hex[:8]}"
        try:
            locked = await self._mailboxes.lock(
                mailbox.address, holder=holder, seconds=self._lock_seconds, asks=promised
            )
        except ExternalError:  # it may have been taken all the same
            self._not_let_go.setdefault(mailbox.address, holder)
            raise
        except asyncio.CancelledError:  # so it may here, and a worker that ends has no next look
            with suppress(ExternalError):
                await asyncio.shield(self._let_go(mailbox.address, holder))
            raise
        if locked is None:
            return Synced(busy=True)
        try:
            total = await work(locked, holder)
            while (asked := await self._mailboxes.unlock(mailbox.address, holder=holder)) is not None:
                locked = await self._mailboxes.get(mailbox.address) or locked
                total = _sum(total, await self._look(locked, holder, max(asked, total.lagging or 0)))
            return total
        except BaseException:
            # A mark, if there was one, is covered by our own retry: let the next one in.
            await asyncio.shield(self._let_go(mailbox.address, holder))
            raise

    async def _let_go(self, address: str, holder: str) -> None:
        try:
            await self._mailboxes.abandon(address, holder=holder)
        except ExternalError:
            self._not_let_go[address] = holder
            raise

    async def _mend(self, mailbox: Mailbox, holder: str, gmail_ids: Sequence[str]) -> Synced:
        new = published = 0
        for first in range(0, len(gmail_ids), _ROWS_AT_ONCE):
            new += len(await self._add(mailbox, gmail_ids[first : first + _ROWS_AT_ONCE], holder, cursor=None))
            published += await self.publish_unconfirmed(mailbox.address)
        return Synced(new=new, published=published + await self.publish_unconfirmed(mailbox.address))

    async def _look(self, mailbox: Mailbox, holder: str, promised: int | None) -> Synced:
        try:
            new, reached, recovered = await self._take_in(mailbox, holder, promised)
        except ExternalError:
            with suppress(ExternalError):  # what was taken in before it failed need not wait
                await self.publish_unconfirmed(mailbox.address)
            raise
        trace.get_current_span().set_attribute("claimstream.sync.new_emails", new)  # even if publishing fails
        published = await self.publish_unconfirmed(mailbox.address)
        lagging = promised if promised and new == 0 and (reached is None or reached < promised) else None
        if new or recovered:
            log.info("mailbox_synced", mailbox=_domain(mailbox), new=new, published=published, recovered=recovered)
        return Synced(new=new, published=published, lagging=lagging, recovered=recovered)

    async def _take_in(self, mailbox: Mailbox, holder: str, promised: int | None) -> tuple[int, int | None, bool]:
        """New rows, how far history has been shown, and whether the mailbox was listed instead."""
        new = recoveries = 0
        while True:
            try:
                found, reached = await self._list_history(mailbox, holder, promised)
                return new + found, reached, recoveries > 0
            except (NotFound, _CursorAheadError):
                if recoveries == _MOST_RECOVERIES:
                    # Gmail refuses the id that it has just named (seen by others: lieer, issue 301). All is listed.
                    return new, promised, True
            recoveries += 1
            new += await self._recover(mailbox, holder)
            mailbox = await self._mailboxes.get(mailbox.address) or mailbox

    async def _list_history(self, mailbox: Mailbox, holder: str, promised: int | None) -> tuple[int, int | None]:
        """New rows, and how far history has been shown. Raise _CursorAheadError when the ids began anew."""
        if mailbox.history_id is None:
            return 0, None  # the watch has not been started: nothing has been promised to us yet
        new, cursor, shown = 0, mailbox.history_id, mailbox.history_id
        async for page in self._gmail.history(mailbox.address, mailbox.history_id):
            # Only the last page makes it complete: should history be lost before, listing begins where it was complete.
            complete = page.next_page is None
            shown = max(shown, page.last_record_id or 0)
            # Only as far as records were shown: the answer's own history id may be ahead of records that lag behind.
            # On the last page not even as far as a change of labels, which may be shown before a message that came
            # earlier. Further back nothing lags, and what is shown there need not be read with every look.
            cursor = max(cursor, (page.last_added_id if complete else page.last_record_id) or 0)
            if complete and not page.changes and min(page.history_id, promised or page.history_id) < mailbox.history_id:
                await self._check_cursor(mailbox.address, mailbox.history_id)
            arrived = [change.gmail_id for change in page.changes if arrives(change.label_ids, change.removed)]
            new += len(await self._add(mailbox, arrived, holder, cursor=cursor, complete=complete))
        return new, shown

    async def _check_cursor(self, address: str, cursor: int) -> None:
        """Raise _CursorAheadError when the profile proves it: a push may be late, and a page behind."""
        if (await self._gmail.profile(address)).history_id < cursor:
            raise _CursorAheadError

    async def _recover(self, mailbox: Mailbox, holder: str) -> int:
        """History is gone (Gmail keeps about a week, or its ids began anew): list what came since the last complete
        look. New rows.

        The fresh cursor is taken first and written down, so that what arrives meanwhile is found by history afterwards,
        even what is deleted, filed as spam or thrown away before listing comes to it, and even if this worker dies:
        the next one lists again, which leaves alone what is there, and keeps the cursor.
        """
        cursor = (await self._gmail.profile(mailbox.address)).history_id
        began = await self._mailboxes.begin_recovery(mailbox.address, holder=holder, cursor=cursor)
        since = (mailbox.last_synced_at or began - timedelta(days=30)) - _RECOVERY_MARGIN
        new = 0
        async for page in listed(self._gmail, mailbox.address, since):
            new += len(await self._add(mailbox, page, holder, cursor=None))
        await self._mailboxes.end_recovery(mailbox.address, holder=holder, complete_at=began)
        log.warning("mailbox_recovered", mailbox=_domain(mailbox), new=new, since=since.isoformat())
        return new

    async def _add(
        self,
        mailbox: Mailbox,
        gmail_ids: Sequence[str],
        holder: str,
        *,
        cursor: int | None,
        complete: bool = False,
    ) -> list[NewEmail]:
        """Rows for new messages, and the cursor with them; None leaves it (it is a list, not history)."""
        emails = [
            NewEmail(email_id=str(uuid.uuid4()), gmail_id=gmail_id, correlation_id=new_correlation_id())
            for gmail_id in dict.fromkeys(gmail_ids)
        ]
        if not emails and cursor is None:
            return []
        return await self._mailboxes.add_emails(
            mailbox, emails, holder=holder, cursor=cursor, complete=complete, hold_seconds=self._lock_seconds
        )

    async def publish_unconfirmed(self, mailbox: str | None = None, *, older_than_seconds: float = 0.0) -> int:
        """:meth:`EmailPublishing.publish_unconfirmed`."""
        return await self._publishing.publish_unconfirmed(mailbox, older_than_seconds=older_than_seconds)


def _sum(one: Synced, other: Synced) -> Synced:
    return Synced(
        new=one.new + other.new,
        published=one.published + other.published,
        lagging=other.lagging,
        recovered=one.recovered or other.recovered,
    )


def _domain(mailbox: Mailbox) -> str:
    """What of the address may stand in a log line."""
    return mailbox.address.partition("@")[2]
