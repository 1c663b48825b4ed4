"""Chores that nobody else does: renew watches, poll mailboxes, publish unconfirmed and lost rows, deliver leftovers.

Every worker runs it; each task is safe to run twice at the same time, so that no election is needed: mailboxes are
taken by lock, outbox rows by lease, and a second message of one email does no harm.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from claimstream.cancellation import raise_if_cancelled
from claimstream.external import mongo_errors, smtp
from claimstream.external.errors import ExternalError
from claimstream.mailbox.sync import MailboxSync
from claimstream.mailbox.upkeep import MailboxUpkeep
from claimstream.pipeline.services import Rules, Services
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.correlation import correlated, new_correlation_id
from claimstream.telemetry.gauges import Backlog
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

_UNCONFIRMED_SECONDS = 30.0
"""A row this old without a confirmed message was left by a worker that died, or by Pub/Sub being down."""
_LOST_SECONDS = 3600.0
"""A message that no worker has got for this long may be lost. That of a backlog only waits, and a second one does no
harm."""

_DELIVERS = {mongo_errors.SERVICE: ("deliver", "client_update"), smtp.SERVICE: ("notify", "notification")}
"""The task that delivers to a service, and the kind of the outbox rows that it delivers."""


class Maintenance:
    def __init__(
        self,
        *,
        upkeep: MailboxUpkeep,
        sync: MailboxSync,
        services: Services,
        rules: Rules,
        measure: Callable[[], Awaitable[Backlog]],
        every_seconds: float = 15.0,
    ) -> None:
        """
        Args:
            upkeep: of the mailboxes; it goes its own rounds, so that Gmail being slow holds up nothing else.
            measure: counts what is not done yet.
            every_seconds: between two rounds.
        """
        self._upkeep = upkeep
        self._sync = sync
        self._every_seconds = every_seconds
        self._measure_backlog = measure
        self.backlog: Backlog | None = None
        """Kept at hand: metrics are read in the exporter's thread, which cannot ask a database."""

        self._services = services
        self._rules = rules
        self._ended_outages: set[str] = set()
        """The kinds of outbox rows that an outage which has ended may still keep waiting."""
        self._tasks: Mapping[str, Callable[[], Awaitable[object]]] = {
            "publish": self._publish,
            **{task: partial(self._deliver, kind) for task, kind in _DELIVERS.values()},
            "measure": self._measure,
        }
        self._wanted = {task: asyncio.Event() for task in self._tasks}

    def outage_ended(self, service: str) -> None:
        """Deliver at once what waited for the service, and what its outage put off for later."""
        if service in _DELIVERS:
            task, kind = _DELIVERS[service]
            self._ended_outages.add(kind)
            self._wanted[task].set()

    async def run(self) -> None:
        """Until cancelled. What fails is logged, and done again in its next round. Each task goes its own rounds: none
        waits for a service that only another one needs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._upkeep.run(), name="mailboxes")
            for task, work in self._tasks.items():
                group.create_task(self._every(task, work), name=task)

    async def _every(self, task: str, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await self._try(task, work)
            raise_if_cancelled()
            with suppress(TimeoutError):
                # Spread out, so that pods started together do not work in step.
                async with asyncio.timeout(self._every_seconds * random.uniform(0.8, 1.2)):  # noqa: S311
                    await self._wanted[task].wait()
            self._wanted[task].clear()

    async def _publish(self) -> None:
        if lost := await self._services.emails.presume_lost(after_seconds=_LOST_SECONDS):
            log.warning("messages_published_again", emails=lost)
        await self._sync.publish_unconfirmed(older_than_seconds=_UNCONFIRMED_SECONDS)

    async def _deliver(self, kind: str) -> None:
        if kind in self._ended_outages:
            await self._services.outbox.outage_ended(kind=kind)
            self._ended_outages.discard(kind)
        await deliver_leftovers(self._services, self._rules, kind=kind)

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
