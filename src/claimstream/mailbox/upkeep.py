"""Looking after all mailboxes: watches renewed, quiet ones polled, side by side and each by itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from claimstream.domain.records.work import Mailbox
from claimstream.external.errors import BreakerOpen, ExternalError
from claimstream.mailbox.access import MailboxAccess
from claimstream.mailbox.ports import Mailboxes
from claimstream.mailbox.sync import MailboxSync, Synced
from claimstream.mailbox.watch import Watcher
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.correlation import correlated, new_correlation_id
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import work_span

log = get_logger(__name__)


class MailboxUpkeep:
    def __init__(
        self,
        *,
        mailboxes: Mailboxes,
        sync: MailboxSync,
        watcher: Watcher,
        access: MailboxAccess,
        poll_seconds: float = 300.0,
        every_seconds: float = 15.0,
        at_once: int = 20,
        start_seconds: float = 30.0,
    ) -> None:
        """
        Args:
            access: is told which mailboxes let us in.
            poll_seconds: a mailbox not looked at for this long is polled.
            every_seconds: between the beginnings of two rounds.
            at_once: how many mailboxes are looked at at the same time.
            start_seconds: how long :meth:`watch_all` may take; what is left is done by the first round.
        """
        self._mailboxes = mailboxes
        self._sync = sync
        self._watcher = watcher
        self._access = access
        self._poll_seconds = poll_seconds
        self._every_seconds = every_seconds
        self._start_seconds = start_seconds
        self._room = asyncio.Semaphore(at_once)
        self._busy: set[str] = set()
        """Mailboxes that a round has taken up and not finished: the next one leaves them alone."""
        self._unfinished: set[str] = set()
        self._all: frozenset[str] = frozenset()
        """Every mailbox that is not disabled, as of the latest round."""

    async def run(self) -> None:
        """Until cancelled. A round does not wait for the one before: a slow mailbox holds up only itself."""
        async with asyncio.TaskGroup() as rounds:
            while True:
                rounds.create_task(self.round())
                # Spread out, so that pods started together do not work in step.
                await asyncio.sleep(self._every_seconds * random.uniform(0.8, 1.2))  # noqa: S311

    async def round(self) -> None:
        """Every mailbox that is due and that no earlier round is still at. Raises nothing but cancellation."""
        with correlated(new_correlation_id()):
            await self._each(self._look_after, retry=True)

    async def watch_all(self) -> None:
        """Start the watches that do not run yet, so that nothing arrives unseen from now on."""
        with correlated(new_correlation_id()):
            try:
                async with asyncio.timeout(self._start_seconds):
                    await self._each(self._watch)
            except TimeoutError:
                log.warning("maintenance_waits", task="watch", service="gmail", operation="watch")

    async def _each(self, work: Callable[[Mailbox], Awaitable[object]], *, retry: bool = False) -> None:
        try:
            disabled = await self._access.due() if retry else []
            mailboxes = await self._mailboxes.all()
            self._all = frozenset(mailbox.address for mailbox in mailboxes)
            due = [mailbox for mailbox in mailboxes if mailbox.address not in self._busy]
            self._busy.update(mailbox.address for mailbox in due)
            try:
                results = await asyncio.gather(
                    *(self._one(mailbox, work) for mailbox in due),
                    *(self._one(mailbox, self._access.retry) for mailbox in disabled),
                )
            finally:
                self._busy.difference_update(mailbox.address for mailbox in due)
            if (open_circuit := next((r for r in results if r is not None), None)) is not None:
                raise open_circuit
        except ExternalError as error:
            metrics.error_occurred(error, stage="maintenance", error_class="outage")
            log.warning("maintenance_waits", task="watch", service=error.service, operation=error.operation)
        except Exception as error:
            metrics.error_occurred(error, stage="maintenance")
            sentry.capture(error)
            log.error("maintenance_failed", task="watch", error=type(error).__name__)

    async def _one(self, mailbox: Mailbox, work: Callable[[Mailbox], Awaitable[object]]) -> BreakerOpen | None:
        """One mailbox's trouble (a revoked grant, a defect met in it) must not keep the others waiting; an open
        circuit is the same for all of them, and told once."""
        try:
            async with self._room:
                await work(mailbox)
        except BreakerOpen as error:
            return error
        except ExternalError as error:
            _unreachable(mailbox, error)
        except Exception as error:
            metrics.error_occurred(error, stage="maintenance")
            sentry.capture(error)
            log.error("maintenance_failed", task="watch", error=type(error).__name__)
        finally:
            self._busy.discard(mailbox.address)
        return None

    async def _watch(self, mailbox: Mailbox) -> None:
        await self._watcher.ensure(mailbox)

    async def _look_after(self, mailbox: Mailbox) -> None:
        try:
            await self._watcher.ensure(mailbox)
        except BreakerOpen:
            raise
        except ExternalError as error:
            _unreachable(mailbox, error)  # without a watch its mail is found by polling
            if mailbox.history_id is None:  # or not yet: then only this tells whether it lets us in
                await self._open(mailbox)
        quiet = mailbox.quiet_seconds
        due = quiet is None or quiet > self._poll_seconds
        if due or mailbox.address in self._unfinished:
            # Should it fail, or history lag, the next round looks again: notifications that left their marks to
            # this look are acknowledged.
            self._unfinished.add(mailbox.address)
            with correlated(new_correlation_id()), work_span("poll mailbox"):
                synced = await self._poll(mailbox)
            if synced.lagging is None:
                self._unfinished.discard(mailbox.address)

    async def _poll(self, mailbox: Mailbox) -> Synced:
        try:
            synced = await self._sync.sync(mailbox)
        except ExternalError as error:
            await self._access.refused(mailbox, error, among=self._all)
            raise
        if mailbox.history_id is not None and not synced.busy:  # else Gmail was not asked
            self._access.opened(mailbox)
        return synced

    async def _open(self, mailbox: Mailbox) -> None:
        try:
            await self._access.open(mailbox)
        except ExternalError as error:
            await self._access.refused(mailbox, error, among=self._all)
            raise


def _unreachable(mailbox: Mailbox, error: ExternalError) -> None:
    metrics.error_occurred(error, stage="maintenance", error_class="mailbox")
    domain = mailbox.address.partition("@")[2]
    log.error("mailbox_unreachable", domain=domain, operation=error.operation, advice=error.message)
