"""What nobody else would do: renew watches, poll quiet mailboxes, publish unconfirmed rows, deliver leftovers.

Every worker runs it; each task is safe to run twice at the same time, so that no election is needed: mailboxes are
taken by lock, outbox rows by lease, and a second message of one email does no harm.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

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
        self._services = services
        self._rules = rules
        self._every_seconds = every_seconds
        self._measure_backlog = measure
        self.backlog: Backlog | None = None
        """Kept at hand: metrics are read in the exporter's thread, which cannot ask a database."""

    async def run(self) -> None:
        """Until cancelled. A round that fails is logged; the next one comes."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._upkeep.run(), name="mailboxes")
            while True:
                await self.round()
                # Spread out, so that pods started together do not work in step.
                await asyncio.sleep(self._every_seconds * random.uniform(0.8, 1.2))  # noqa: S311

    async def round(self) -> None:
        """Everything that is due, once, but for the mailboxes."""
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
