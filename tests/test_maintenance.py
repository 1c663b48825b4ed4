"""What nobody else would do is done in the end."""

from datetime import UTC, datetime
from typing import Any

from claimstream.app import App
from claimstream.domain.records.work import Mailbox
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage
from claimstream.mailbox.watch import Watcher
from claimstream.maintenance import Maintenance
from claimstream.telemetry.gauges import Backlog


class FailsOnce:
    """A synchronisation that gets as far as moving the cursor, and then meets an outage."""

    def __init__(self, app: App) -> None:
        self.looks = 0
        self._app = app

    async def sync(self, mailbox: Mailbox) -> None:
        self.looks += 1
        now = datetime.now(UTC)
        await self._app.database.run(
            "UPDATE",
            lambda c: c.execute("UPDATE mailboxes SET last_synced_at = $2 WHERE address = $1", mailbox.address, now),
        )
        if self.looks == 1:
            raise Outage("gmail", "history.list", "down")

    async def publish_unconfirmed(self, **_: Any) -> int:
        return 0


async def test_a_look_that_failed_is_repeated_in_the_next_round(app: App, world: World) -> None:
    sync = FailsOnce(app)

    async def measure() -> Backlog:
        return Backlog()

    maintenance = Maintenance(
        mailboxes=app.mailboxes,
        sync=sync,  # type: ignore[arg-type]  # a stand-in
        watcher=Watcher(
            gmail=app.gmail, mailboxes=app.mailboxes, topic=app.settings.topic(app.settings.notifications_topic)
        ),
        services=app.services,
        rules=app.rules,
        measure=measure,
    )
    looks = []
    for _ in range(3):
        await maintenance.round()
        looks.append(sync.looks)
    assert looks == [1, 2, 2], "again at once, although it was looked at just now; and then no more"
