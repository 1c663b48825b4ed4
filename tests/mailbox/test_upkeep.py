"""All mailboxes are looked after, and none waits for another."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.helpers import LONG

from claimstream.app import App
from claimstream.domain.records.work import Mailbox
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage
from claimstream.local.stack import LocalStack
from claimstream.mailbox.sync import MailboxSync, Synced
from claimstream.mailbox.upkeep import MailboxUpkeep
from claimstream.mailbox.watch import Watcher
from claimstream.store.database import Connection


class Published:
    """Where messages go to: nobody reads them here."""

    async def publish(self, data: bytes, attributes: dict[str, str]) -> str:
        del data, attributes
        return "1"


def sync_of(app: App, holder: str = "one") -> MailboxSync:
    return MailboxSync(
        gmail=app.gmail,
        mailboxes=app.mailboxes,
        emails=app.emails,
        publisher=Published(),
        destination="emails",
        holder=holder,
    )


def upkeep_of(app: App, sync: Any, **options: Any) -> MailboxUpkeep:
    topic = app.settings.topic(app.settings.notifications_topic)
    watcher = Watcher(gmail=app.gmail, mailboxes=app.mailboxes, topic=topic)
    return MailboxUpkeep(mailboxes=app.mailboxes, sync=sync, watcher=watcher, **{"access": app.access, **options})


async def add_mailboxes(app: App, count: int) -> list[str]:
    addresses = [f"box-{n:03}.{app.settings.mongodb_database}@kanzlei.example" for n in range(count)]

    async def work(connection: Connection) -> None:
        await connection.executemany(
            "INSERT INTO mailboxes (address, tenant_id) VALUES ($1, 't')", [(address,) for address in addresses]
        )

    await app.database.run("INSERT", work)
    return addresses


async def pass_time(app: App) -> None:
    """Let the leases of polls and the waits after failures be over."""
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET poll_at = now() WHERE poll_at > now()"))


async def gmail_ids(app: App) -> set[str]:
    return {email.gmail_id for email in await app.emails.recent(limit=10_000)}


async def looked_at(app: App, mailbox: Mailbox) -> None:
    await app.database.run(
        "UPDATE",
        lambda c: c.execute("UPDATE mailboxes SET last_synced_at = now() WHERE address = $1", mailbox.address),
    )


class FailsOnce:
    """A synchronisation that gets as far as moving the cursor, and then meets an outage."""

    def __init__(self, app: App) -> None:
        self.looks = 0
        self._app = app

    async def sync(self, mailbox: Mailbox) -> Synced:
        self.looks += 1
        await looked_at(self._app, mailbox)
        if self.looks == 1:
            raise Outage("gmail", "history.list", "down")
        return Synced()


async def test_a_look_that_failed_is_repeated_in_the_next_round(app: App) -> None:
    sync = FailsOnce(app)
    upkeep = upkeep_of(app, sync)
    await upkeep.watch_all()
    looks = []
    for _ in range(3):
        await upkeep.round()
        looks.append(sync.looks)
        await pass_time(app)
    assert looks == [1, 2, 2], "again soon, although it was looked at just now; and then no more"


class Lags:
    """A synchronisation that another one's notification was left to, and history does not show it yet."""

    def __init__(self) -> None:
        self.looks = 0

    async def sync(self, mailbox: Mailbox) -> Synced:
        del mailbox
        self.looks += 1
        return Synced(lagging=5 if self.looks == 1 else None)


async def test_a_look_to_which_history_lagged_is_repeated_in_the_next_round(app: App) -> None:
    sync = Lags()
    now = datetime.now(UTC)
    upkeep = upkeep_of(app, sync)
    await upkeep.round()
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET last_synced_at = $1", now))
    for _ in range(2):
        await app.database.run(
            "UPDATE", lambda c: c.execute("UPDATE mailboxes SET poll_at = now() WHERE poll_at > now()")
        )
        await upkeep.round()
    assert sync.looks == 2


async def test_mail_that_comes_while_a_watch_is_being_made_is_taken_in(
    app: App, stack: LocalStack, world: World
) -> None:
    """Gmail has made the watch, and its answer is lost: the next watch's history begins behind the mail."""
    address = world.tenants[0].mailboxes[0]
    upkeep = upkeep_of(app, sync_of(app))
    stack.gmail.faults.cut(operation="watch")
    try:
        await upkeep.watch_all()
        gmail_id = await stack.gmail.deliver(address, b"Subject: x\r\n\r\ny", notify=False)
    finally:
        stack.gmail.faults.clear()
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET watch_lease_until = NULL"))
    await upkeep.round()
    assert await gmail_ids(app) == {gmail_id}


class Counted:
    """A synchronisation that counts how many mailboxes are looked at together."""

    def __init__(self, sync: MailboxSync) -> None:
        self.most = 0
        self._sync = sync
        self._now = 0

    async def sync(self, mailbox: Mailbox) -> Synced:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            return await self._sync.sync(mailbox)
        finally:
            self._now -= 1


async def test_three_hundred_mailboxes_are_looked_after_side_by_side(app: App, stack: LocalStack) -> None:
    addresses = await add_mailboxes(app, 300)
    counted = Counted(sync_of(app))
    upkeep = upkeep_of(app, counted)
    await upkeep.watch_all()
    assert all(mailbox.watch_expires_at is not None for mailbox in await app.mailboxes.all())
    ids = {await stack.gmail.deliver(address, b"Subject: x\r\n\r\ny", notify=False) for address in addresses}
    stack.gmail.faults.slow(0.1, operation="history.list")
    try:
        await upkeep.round()
    finally:
        stack.gmail.faults.clear()
    assert await gmail_ids(app) == ids
    assert counted.most == 20, "as many as there is room for"


class Held:
    """A synchronisation in which one mailbox takes for ever; counts how many are at work together."""

    def __init__(self, app: App, slow: str) -> None:
        self._app = app
        self.finished: list[str] = []
        self.most = 0
        self._slow = slow
        self._now = 0

    async def sync(self, mailbox: Mailbox) -> Synced:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await asyncio.sleep(1000 if mailbox.address == self._slow else 0.01)
            await looked_at(self._app, mailbox)
        finally:
            self._now -= 1
        self.finished.append(mailbox.address)
        return Synced()


async def test_a_slow_mailbox_holds_up_no_other_and_no_later_round(app: App) -> None:
    addresses = await add_mailboxes(app, 12)
    sync = Held(app, slow=addresses[0])
    upkeep = upkeep_of(app, sync, every_seconds=0.05, poll_seconds=0.05, at_once=4)
    await upkeep.watch_all()
    running = asyncio.create_task(upkeep.run())
    try:
        async with asyncio.timeout(LONG):
            while not all(sync.finished.count(address) > 2 for address in addresses[1:]):
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert addresses[0] not in sync.finished
    assert sync.most == 4, "as many as there is room for, and no more"


async def test_a_mailbox_whose_watch_is_refused_is_polled(app: App, stack: LocalStack, world: World) -> None:
    upkeep = upkeep_of(app, sync_of(app))
    await upkeep.watch_all()
    address = world.tenants[0].mailboxes[0]
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET watch_expires_at = now()"))
    gmail_id = await stack.gmail.deliver(address, b"Subject: x\r\n\r\ny", notify=False)
    stack.gmail.faults.fail(400, operation="watch", reason="failedPrecondition")
    try:
        await upkeep.round()
    finally:
        stack.gmail.faults.clear()
    assert await gmail_ids(app) == {gmail_id}


async def test_two_workers_at_once_renew_each_watch_once(app: App, stack: LocalStack) -> None:
    await add_mailboxes(app, 20)
    before = stack.gmail.calls["watch"]
    await asyncio.gather(*(upkeep_of(app, sync_of(app, f"w{n}")).round() for n in range(2)))
    assert stack.gmail.calls["watch"] - before == 21


async def test_a_mailbox_with_many_unpublished_emails_hides_no_other(app: App, stack: LocalStack) -> None:
    many, one = await add_mailboxes(app, 2)

    async def work(connection: Connection) -> None:
        await connection.executemany(
            "INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id) VALUES ($1, 't', $2, $1, $1)",
            [*((f"e-{n}", many) for n in range(1200)), ("late", one)],
        )

    await app.database.run("INSERT", work)
    unpublished = await app.emails.unpublished()
    assert len(unpublished) == 1000
    assert "late" in [email.email_id for email in unpublished]


async def test_a_mailbox_has_no_more_emails_out_than_a_worker_may_hold(app: App, stack: LocalStack) -> None:
    many, one = await add_mailboxes(app, 2)

    async def work(connection: Connection) -> None:
        await connection.executemany(
            """
            INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id, published_at)
            VALUES ($1, 't', $2, $1, $1, now() - $3::interval)
            """,
            [
                *((f"out-{n}", many, timedelta(minutes=5)) for n in range(998)),
                *((f"lost-{n}", one, timedelta(hours=2)) for n in range(1000)),
                *((f"{box}-{n}", box, None) for box in (many, one) for n in range(5)),
            ],
        )

    await app.database.run("INSERT", work)
    for mailbox in (None, many):
        found = [email for email in await app.emails.unpublished(mailbox=mailbox) if email.mailbox == many]
        assert len(found) == 2
    assert len(await app.emails.unpublished(mailbox=one)) == 5, "what has not come in for an hour counts no more"


async def test_of_many_workers_one_polls_each_mailbox(app: App, stack: LocalStack) -> None:
    await add_mailboxes(app, 40)
    workers = [upkeep_of(app, sync_of(app, f"w{n}"), at_once=3) for n in range(4)]
    await workers[0].watch_all()
    before = stack.gmail.calls["history.list"]
    await asyncio.gather(*(worker.round() for worker in workers))
    assert stack.gmail.calls["history.list"] - before == 41
    await asyncio.gather(*(worker.round() for worker in workers))
    assert stack.gmail.calls["history.list"] - before == 41, "not again before the interval is over"
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET last_synced_at = now() - interval '1h'"))
    await asyncio.gather(*(worker.round() for worker in workers))
    assert stack.gmail.calls["history.list"] - before == 82


async def test_what_a_dead_worker_was_to_poll_is_taken_over(app: App, stack: LocalStack) -> None:
    upkeep = upkeep_of(app, sync_of(app))
    await upkeep.watch_all()
    taken = await app.mailboxes.take_poll(quiet_seconds=300, lease_seconds=120)
    assert taken is not None
    gmail_id = await stack.gmail.deliver(taken.address, b"Subject: x\r\n\r\ny", notify=False)
    await upkeep.round()
    assert await gmail_ids(app) == set(), "the other worker may be alive"
    await pass_time(app)
    await upkeep.round()
    assert await gmail_ids(app) == {gmail_id}


async def test_a_poll_leaves_no_mark_to_the_worker_at_it(app: App, stack: LocalStack, world: World) -> None:
    upkeep = upkeep_of(app, sync_of(app))
    await upkeep.watch_all()
    address = world.tenants[0].mailboxes[0]
    assert await app.mailboxes.lock(address, holder="other", seconds=60) is not None
    before = stack.gmail.calls["history.list"]
    await upkeep.round()
    assert await app.mailboxes.unlock(address, holder="other") is None, "nobody asks it to look again"
    assert stack.gmail.calls["history.list"] == before


async def test_a_throttled_mailbox_is_polled_when_gmail_said(app: App, stack: LocalStack, world: World) -> None:
    upkeep = upkeep_of(app, sync_of(app))
    await upkeep.watch_all()
    address = world.tenants[0].mailboxes[0]
    stack.gmail.throttle(address, datetime.now(UTC) + timedelta(minutes=15))
    await upkeep.round()
    stack.gmail.throttle(address, None)
    wait = "SELECT extract(epoch FROM poll_at - now())::float8 FROM mailboxes"
    assert await app.database.run("SELECT", lambda c: c.fetchval(wait)) > 800
