"""What nobody else would do: renew watches, poll quiet mailboxes, publish unconfirmed rows, deliver leftovers.

Every worker runs it; each task is safe to run twice at the same time, so that no election is needed: mailboxes are
taken by lock, outbox rows by lease, and a second message of one email does no harm.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from claimstream.domain.records.work import Mailbox
from claimstream.external.errors import BreakerOpen, ExternalError
from claimstream.mailbox.ports import Mailboxes
from claimstream.mailbox.sync import MailboxSync
from claimstream.mailbox.watch import Watcher
from claimstream.pipeline.services import Rules, Services
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.correlation import correlated, new_correlation_id
from claimstream.telemetry.gauges import Backlog
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import work_span

log = get_logger(__name__)

_UNCONFIRMED_SECONDS = 30.0
"""A row this old without a confirmed message was left by a worker that died, or by Pub/Sub being down."""


class Maintenance:
    def __init__(
        self,
        *,
        mailboxes: Mailboxes,
        sync: MailboxSync,
        watcher: Watcher,
        services: Services,
        rules: Rules,
        measure: Callable[[], Awaitable[Backlog]],
        poll_seconds: float = 300.0,
        every_seconds: float = 15.0,
    ) -> None:
        """
        Args:
            measure: counts what is not done yet.
            poll_seconds: a mailbox not looked at for this long is polled.
            every_seconds: between two rounds.
        """
        self._mailboxes = mailboxes
        self._sync = sync
        self._watcher = watcher
        self._services = services
        self._rules = rules
        self._poll_after = timedelta(seconds=poll_seconds)
        self._every_seconds = every_seconds
        self._unfinished: set[str] = set()
        self._measure_backlog = measure
        self.backlog: Backlog | None = None
        """Kept at hand: metrics are read in the exporter's thread, which cannot ask a database."""

    async def run(self) -> None:
        """Until cancelled. A round that fails is logged; the next one comes."""
        while True:
            await self.round()
            # Spread out, so that pods started together do not work in step.
            await asyncio.sleep(self._every_seconds * random.uniform(0.8, 1.2))  # noqa: S311

    async def round(self) -> None:
        """Everything that is due, once."""
        await self._try("watch", self._watch_and_poll)
        await self._try("publish", lambda: self._sync.publish_unconfirmed(older_than_seconds=_UNCONFIRMED_SECONDS))
        await self._try("deliver", lambda: deliver_leftovers(self._services, self._rules))
        await self._try("measure", self._measure)

    async def _measure(self) -> None:
        self.backlog = await self._measure_backlog()

    async def _try(self, task: str, work: Callable[[], Awaitable[object]]) -> None:
        with correlated(new_correlation_id()):
            try:
                await work()
            except ExternalError as error:
                metrics.error_occurred(error, stage="maintenance", error_class="outage")
                log.warning("maintenance_waits", task=task, service=error.service, operation=error.operation)
            except Exception as error:
                metrics.error_occurred(error, stage="maintenance")
                sentry.capture(error)
                log.error("maintenance_failed", task=task, error=type(error).__name__)

    async def watch_all(self) -> None:
        """Start the watches that do not run yet, so that nothing arrives unseen from now on."""
        await self._try("watch", self._watch)

    async def _watch(self) -> None:
        await self._each(self._watcher.ensure)

    async def _each(self, work: Callable[[Mailbox], Awaitable[object]]) -> None:
        for mailbox in await self._mailboxes.all():
            try:
                await work(mailbox)
            except BreakerOpen:
                raise  # the same for all of them
            except ExternalError as error:
                # One mailbox's trouble (a revoked grant, say) must not keep the others waiting.
                metrics.error_occurred(error, stage="maintenance", error_class="mailbox")
                domain = mailbox.address.partition("@")[2]
                log.error("mailbox_unreachable", domain=domain, operation=error.operation, advice=error.message)

    async def _watch_and_poll(self) -> None:
        await self._each(self._look_after)

    async def _look_after(self, mailbox: Mailbox) -> None:
        await self._watcher.ensure(mailbox)
        last = mailbox.last_synced_at
        due = last is None or datetime.now(UTC) - last > self._poll_after
        if due or mailbox.address in self._unfinished:
            # Should it fail, the next round looks again: notifications may have left their marks to this look.
            self._unfinished.add(mailbox.address)
            with correlated(new_correlation_id()), work_span("poll mailbox"):
                await self._sync.sync(mailbox)
            self._unfinished.discard(mailbox.address)
