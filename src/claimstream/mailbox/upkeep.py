"""Looking after all mailboxes: watches renewed, quiet ones polled, side by side and each by itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from claimstream.domain.records.work import Mailbox
from claimstream.external.errors import BreakerOpen, ExternalError, Outage
from claimstream.mailbox.access import MailboxAccess
from claimstream.mailbox.ports import Mailboxes
from claimstream.mailbox.sync import MailboxSync
from claimstream.mailbox.watch import Watcher
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.correlation import correlated, new_correlation_id
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import work_span

log = get_logger(__name__)

_POLL_LEASE_SECONDS = 120.0
"""The time after which another worker polls a mailbox whose poller has died."""


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
        """Every mailbox that is due and that nobody else is at. Raises nothing but cancellation."""
        with correlated(new_correlation_id()):
            await self._guarded(self._watch_all_due)
            await self._guarded(self._poll_due)

    async def watch_all(self) -> None:
        """Start the watches that do not run yet, so that nothing arrives unseen from now on."""
        with correlated(new_correlation_id()):
            try:
                async with asyncio.timeout(self._start_seconds):
                    await self._guarded(self._start_watches)
            except TimeoutError:
                log.warning("maintenance_waits", task="watch", service="gmail", operation="watch")

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except ExternalError as error:
            metrics.error_occurred(error, stage="maintenance", error_class="outage")
            log.warning("maintenance_waits", task="watch", service=error.service, operation=error.operation)
        except Exception as error:
            _defect(error)

    async def _start_watches(self) -> None:
        await self._side_by_side(self._one(mailbox, self._watcher.ensure) for mailbox in await self._mailboxes.all())

    async def _watch_all_due(self) -> None:
        disabled, mailboxes = await self._access.due(), await self._mailboxes.all()
        self._all = frozenset(mailbox.address for mailbox in mailboxes)
        await self._side_by_side(
            [
                *(self._one(mailbox, self._keep_watch) for mailbox in mailboxes),
                *(self._one(mailbox, self._access.retry) for mailbox in disabled),
            ]
        )

    async def _side_by_side(self, works: Iterable[Awaitable[BreakerOpen | None]]) -> None:
        """Raise BreakerOpen when any of them met it: it is the same for all, and told once."""
        results = await asyncio.gather(*works)
        if (open_circuit := next((r for r in results if r is not None), None)) is not None:
            raise open_circuit

    async def _poll_due(self) -> None:
        """Poll what is due, each mailbox by one worker, until nothing is left or a circuit is open."""
        failure: ExternalError | None = None

        async def poll(mailbox: Mailbox) -> None:
            nonlocal failure
            failure = await self._one(mailbox, self._poll) or failure

        async with asyncio.TaskGroup() as polls:
            while failure is None:
                try:
                    async with self._room:  # no more is taken than can be begun with
                        due = await self._mailboxes.take_poll(
                            quiet_seconds=self._poll_seconds, lease_seconds=_POLL_LEASE_SECONDS
                        )
                except ExternalError as error:  # those under way go on
                    failure = error
                    break
                if due is None:
                    break
                polls.create_task(poll(due))
        if failure is not None:
            raise failure

    async def _one(self, mailbox: Mailbox, work: Callable[[Mailbox], Awaitable[object]]) -> BreakerOpen | None:
        """One mailbox's trouble (a revoked grant, a defect met in it) must not keep the others waiting."""
        try:
            async with self._room:
                await work(mailbox)
        except BreakerOpen as error:
            return error
        except ExternalError as error:
            _unreachable(mailbox, error)
        except Exception as error:
            _defect(error)
        return None

    async def _keep_watch(self, mailbox: Mailbox) -> None:
        try:
            await self._watcher.ensure(mailbox)
        except BreakerOpen:
            raise
        except ExternalError as error:
            _unreachable(mailbox, error)  # without a watch its mail is found by polling
            if mailbox.history_id is None:  # or not yet: then only this tells whether it lets us in
                await self._open(mailbox)

    async def _poll(self, mailbox: Mailbox) -> None:
        # Where it fails or history lags, anybody polls again soon: notifications may have left their marks to it.
        again_in_seconds: float | None = self._every_seconds
        try:
            with correlated(new_correlation_id()), work_span("poll mailbox"):
                synced = await self._sync.sync(mailbox)
            if not synced.busy:
                if synced.lagging is None:
                    again_in_seconds = None
                self._access.opened(mailbox)
        except ExternalError as error:
            if isinstance(error, Outage):
                again_in_seconds = max(self._every_seconds, error.retry_after_seconds or 0.0)
            await self._access.refused(mailbox, error, among=self._all)
            raise
        finally:
            with suppress(ExternalError):  # its lease ends by itself
                await asyncio.shield(self._mailboxes.poll_again(mailbox.address, in_seconds=again_in_seconds))

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


def _defect(error: Exception) -> None:
    metrics.error_occurred(error, stage="maintenance")
    sentry.capture(error)
    log.error("maintenance_failed", task="watch", error=type(error).__name__)
