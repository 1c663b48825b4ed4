"""Mailbox sync against the Gmail server, Pub/Sub and PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.helpers import received

from claimstream.app import App
from claimstream.domain.records.work import Mailbox, NewEmail
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage, Refused
from claimstream.local.stack import LocalStack
from claimstream.mailbox.consumer import NotificationConsumer
from claimstream.mailbox.sync import MailboxSync
from claimstream.mailbox.watch import Watcher
from claimstream.pubsub import Ack, Message, Publisher, Retry
from claimstream.settings import Settings
from claimstream.store.database import Connection
from claimstream.telemetry import tracing

Reply = Callable[..., bytes]


@pytest.fixture
async def publisher(app: App) -> AsyncIterator[Publisher]:
    opened = Publisher(await app.connect(), app.settings.topic(app.settings.emails_topic))
    yield opened
    await opened.close()


@pytest.fixture
def sync(app: App, publisher: Publisher) -> MailboxSync:
    return make_sync(app, publisher, "one")


def make_sync(app: App, publisher: Publisher, holder: str) -> MailboxSync:
    return MailboxSync(
        gmail=app.gmail,
        mailboxes=app.mailboxes,
        emails=app.emails,
        publisher=publisher,
        destination="emails",
        holder=holder,
    )


@pytest.fixture
async def address(app: App, world: World) -> str:
    """A mailbox whose watch has been started."""
    found = await app.mailboxes.get(world.tenants[0].mailboxes[0])
    assert found is not None
    await watcher(app).ensure(found)
    return found.address


def watcher(app: App) -> Watcher:
    topic = app.settings.topic(app.settings.notifications_topic)
    return Watcher(gmail=app.gmail, mailboxes=app.mailboxes, topic=topic)


async def mailbox_of(app: App, address: str) -> Mailbox:
    found = await app.mailboxes.get(address)
    assert found is not None
    return found


async def gmail_ids(app: App) -> set[str]:
    return {email.gmail_id for email in await app.emails.recent(limit=1000)}


async def add_mailbox(app: App, address: str, tenant_id: str) -> None:
    await app.database.run(
        "INSERT",
        lambda c: c.execute("INSERT INTO mailboxes (address, tenant_id) VALUES ($1, $2)", address, tenant_id),
    )


def message(data: bytes, settings: Settings, message_id: str = "1") -> Message:
    return received(data, settings.subscription(settings.notifications_subscription), message_id=message_id)


def notification(address: str, history_id: int) -> bytes:
    return json.dumps({"emailAddress": address, "historyId": history_id}).encode()


async def test_new_messages_become_rows_and_published_messages(
    app: App, stack: LocalStack, sync: MailboxSync, address: str, reply: Reply
) -> None:
    ids = {await stack.gmail.deliver(address, reply(), notify=False) for _ in range(3)}
    synced = await sync.sync(await mailbox_of(app, address))
    assert (synced.new, synced.published) == (3, 3)
    assert await gmail_ids(app) == ids
    assert await app.emails.unpublished() == []
    again = await sync.sync(await mailbox_of(app, address))
    assert (again.new, again.published) == (0, 0)


async def test_history_of_many_pages_is_taken_in_whole(
    app: App, stack: LocalStack, sync: MailboxSync, address: str
) -> None:
    ids = {await stack.gmail.deliver(address, b"Subject: x\r\n\r\ny", notify=False) for _ in range(620)}
    assert (await sync.sync(await mailbox_of(app, address))).new == 620
    assert await gmail_ids(app) == ids


async def test_mail_that_arrived_before_the_watch_is_not_ours(
    app: App, stack: LocalStack, sync: MailboxSync, world: World, reply: Reply
) -> None:
    address = world.tenants[0].mailboxes[0]
    await stack.gmail.deliver(address, reply(), notify=False)
    await watcher(app).ensure(await mailbox_of(app, address))
    assert (await sync.sync(await mailbox_of(app, address))).new == 0


async def test_renewing_the_watch_skips_nothing(
    app: App, stack: LocalStack, sync: MailboxSync, address: str, reply: Reply
) -> None:
    await stack.gmail.deliver(address, reply(), notify=False)
    await watcher(app).ensure(await mailbox_of(app, address), force=True)
    assert (await sync.sync(await mailbox_of(app, address))).new == 1


async def test_a_watch_is_renewed_only_when_it_is_due(app: App, address: str) -> None:
    assert not await watcher(app).ensure(await mailbox_of(app, address))


async def test_workers_that_find_a_watch_due_at_once_ask_gmail_once(app: App, stack: LocalStack, world: World) -> None:
    due = await mailbox_of(app, world.tenants[0].mailboxes[0])
    before = stack.gmail.calls["watch"]
    stack.gmail.faults.slow(0.2, operation="watch", times=1)
    started = await asyncio.gather(*(watcher(app).ensure(due) for _ in range(5)))
    late = await watcher(app).ensure(due)
    assert (sorted(started), late) == ([False] * 4 + [True], False), "the last one's view of the row is stale"
    assert stack.gmail.calls["watch"] - before == 1


async def test_a_watch_that_was_refused_is_not_asked_for_again_at_once(
    app: App, stack: LocalStack, world: World
) -> None:
    due = await mailbox_of(app, world.tenants[0].mailboxes[0])
    stack.gmail.faults.fail(400, operation="watch", times=1)
    with pytest.raises(Refused):
        await watcher(app).ensure(due)
    assert not await watcher(app).ensure(due)
    await app.database.run(
        "UPDATE",
        lambda c: c.execute("UPDATE mailboxes SET watch_lease_until = now() WHERE address = $1", due.address),
    )
    assert await watcher(app).ensure(due)


async def test_expired_history_loses_nothing(
    app: App, stack: LocalStack, sync: MailboxSync, address: str, reply: Reply
) -> None:
    first = await stack.gmail.deliver(address, reply(), notify=False)
    await sync.sync(await mailbox_of(app, address))
    missed = {await stack.gmail.deliver(address, reply(), notify=False) for _ in range(4)}
    stack.gmail.expire_history(address)
    synced = await sync.sync(await mailbox_of(app, address))
    assert (synced.recovered, synced.new) == (True, 4)
    assert await gmail_ids(app) == {first, *missed}
    later = await stack.gmail.deliver(address, reply(), notify=False)
    assert (await sync.sync(await mailbox_of(app, address))).new == 1
    assert later in await gmail_ids(app)


async def test_a_mailbox_that_another_worker_holds_is_looked_at_again_by_that_worker(
    app: App, stack: LocalStack, sync: MailboxSync, address: str, reply: Reply
) -> None:
    assert await app.mailboxes.lock(address, holder="other", seconds=60) is not None
    await stack.gmail.deliver(address, reply(), notify=False)
    for promised in (5, 8, 7):
        assert (await sync.sync(await mailbox_of(app, address), promised=promised)).busy
    assert await app.mailboxes.unlock(address, holder="other") == 8, "the mark that was left asks it to look again"
    assert await app.mailboxes.unlock(address, holder="other") is None
    assert (await sync.sync(await mailbox_of(app, address))).new == 1


async def test_a_mark_is_never_left_to_a_worker_that_is_letting_go(app: App, address: str) -> None:
    assert await app.mailboxes.lock(address, holder="one", seconds=60) is not None
    lets_go, let_go = asyncio.Event(), asyncio.Event()

    async def letting_go(connection: Connection) -> None:
        await connection.execute("UPDATE mailboxes SET sync_holder = NULL WHERE address = $1", address)
        lets_go.set()
        await let_go.wait()

    one = asyncio.create_task(app.database.run("UPDATE", letting_go))
    await lets_go.wait()
    other = asyncio.create_task(app.mailboxes.lock(address, holder="other", seconds=60, asks=7))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not await app.database.run("SELECT", lambda c: c.fetchval(waiting)):
        await asyncio.sleep(0.01)
    let_go.set()
    await one
    assert await other is not None, "nobody would see a mark"


async def test_what_another_worker_was_promised_is_looked_for_until_it_shows(
    app: App, stack: LocalStack, publisher: Publisher, address: str, reply: Reply
) -> None:
    """History lags behind a push; the one who was told of it left it to the worker at work, and acknowledged."""
    promised = (await app.gmail.profile(address)).history_id + 100

    class Marking:
        """Gmail, with another worker asking for the mailbox in the moment of the call."""

        def history(self, mailbox: str, start: int) -> object:
            async def pages() -> AsyncIterator[object]:
                if not asked:
                    asked.append(await app.mailboxes.lock(mailbox, holder="other", seconds=9, asks=promised))
                async for page in app.gmail.history(mailbox, start):
                    yield page

            return pages()

    asked: list[object] = []
    sync = make_sync(app, publisher, "one")
    sync._gmail = Marking()  # type: ignore[assignment]  # a proxy
    consumer = NotificationConsumer(sync, app.mailboxes, destination="gmail-notifications")
    own = message(notification(address, promised - 100), app.settings)
    assert isinstance(await consumer.handle(own), Retry)
    await stack.gmail.deliver(address, reply(), notify=False)
    assert isinstance(await consumer.handle(own), Ack)
    assert len(await app.emails.recent()) == 1


async def test_workers_that_sync_one_mailbox_at_once_add_each_message_once(
    app: App, stack: LocalStack, publisher: Publisher, address: str, reply: Reply
) -> None:
    workers = [make_sync(app, publisher, f"w{n}") for n in range(5)]
    ids = set()
    for _ in range(4):
        ids.add(await stack.gmail.deliver(address, reply(), notify=False))
        mailbox = await mailbox_of(app, address)
        await asyncio.gather(*(worker.sync(mailbox) for worker in workers))
    await workers[0].sync(await mailbox_of(app, address))
    rows = await app.emails.recent(limit=100)
    assert sorted(email.gmail_id for email in rows) == sorted(ids)


async def test_the_cursor_never_moves_back(app: App, address: str) -> None:
    mailbox = await app.mailboxes.lock(address, holder="h", seconds=60)
    assert mailbox is not None
    await app.mailboxes.add_emails(mailbox, [], holder="h", cursor=10**9)
    await app.mailboxes.add_emails(mailbox, [], holder="h", cursor=5)
    assert (await mailbox_of(app, address)).history_id == 10**9


async def test_a_row_whose_message_was_never_confirmed_is_published_later(
    app: App, stack: LocalStack, sync: MailboxSync, address: str, reply: Reply
) -> None:
    await stack.gmail.deliver(address, reply(), notify=False)
    assert stack.pubsub is not None
    mailbox = await app.mailboxes.lock(address, holder="died", seconds=0.001)
    assert mailbox is not None
    page = await app.gmail.history_page(address, mailbox.history_id or 0)

    await app.mailboxes.add_emails(
        mailbox, [NewEmail("e", page.changes[0].gmail_id, "c")], holder="died", cursor=page.last_record_id
    )
    await asyncio.sleep(0.01)
    assert [email.email_id for email in await app.emails.unpublished()] == ["e"]
    assert (await sync.sync(await mailbox_of(app, address))).published == 1
    assert await app.emails.unpublished() == []


class TestNotifications:
    @pytest.fixture
    def consumer(self, app: App, sync: MailboxSync) -> NotificationConsumer:
        return NotificationConsumer(sync, app.mailboxes, destination="gmail-notifications", outage_wait_seconds=0.1)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"not json",
            b"[]",
            b'{"emailAddress": "a@b.example"}',
            b'{"emailAddress": "nobody", "historyId": 5}',
            b'{"emailAddress": "a@b.example", "historyId": -1}',
            b"\xff\xfe\x00",
            b'{"emailAddress": "a\\u0000b@kanzlei.example", "historyId": 12}',
        ],
    )
    async def test_a_malformed_one_is_kept_with_its_reason_and_acknowledged(
        self, app: App, consumer: NotificationConsumer, data: bytes
    ) -> None:
        assert isinstance(await consumer.handle(message(data, app.settings)), Ack)
        assert isinstance(await consumer.handle(message(data, app.settings)), Ack)
        assert [reason.split(":")[0] for reason in await rejects(app)] == ["malformed"]

    async def test_one_of_an_unknown_mailbox_is_kept_with_its_reason_and_acknowledged(
        self, app: App, consumer: NotificationConsumer
    ) -> None:
        data = notification("stranger@elsewhere.example", 12)
        assert isinstance(await consumer.handle(message(data, app.settings)), Ack)
        assert [reason.split(":")[0] for reason in await rejects(app)] == ["unknown mailbox"]

    async def test_one_that_names_the_new_address_of_a_renamed_mailbox_is_ours(
        self, app: App, stack: LocalStack, consumer: NotificationConsumer, address: str, reply: Reply
    ) -> None:
        new = f"neu-{address}"
        stack.gmail.rename(address, new)
        await watcher(app).ensure(await mailbox_of(app, address), force=True)
        await stack.gmail.deliver(address, reply(), notify=False)
        history_id = (await app.gmail.profile(address)).history_id
        assert isinstance(await consumer.handle(message(notification(new, history_id), app.settings)), Ack)
        assert await rejects(app) == []
        assert [email.mailbox for email in await app.emails.recent()] == [address]

    async def test_one_that_names_the_other_form_of_a_private_address_is_ours(
        self, app: App, consumer: NotificationConsumer
    ) -> None:
        await add_mailbox(app, "anna@googlemail.com", "t")
        await consumer.handle(message(notification("Anna@gmail.com", 12), app.settings))
        assert await rejects(app) == []

    async def test_each_form_of_a_private_address_may_be_a_mailbox(self, app: App) -> None:
        for form in ("anna@gmail.com", "anna@googlemail.com"):
            await add_mailbox(app, form, "t")
        for form in ("anna@gmail.com", "anna@googlemail.com"):
            found = await app.mailboxes.named(form)
            assert found is not None
            assert found.address == form

    async def test_no_alias_leads_to_the_mailbox_of_another_tenant(
        self, app: App, stack: LocalStack, address: str
    ) -> None:
        await app.database.run("INSERT", lambda c: c.execute("INSERT INTO tenants VALUES ('u', 'Other')"))
        await add_mailbox(app, f"u-{address}", "u")
        stack.gmail.rename(address, f"u-{address}")
        await watcher(app).ensure(await mailbox_of(app, address), force=True)
        found = await app.mailboxes.named(f"u-{address}")
        assert found is not None
        assert found.tenant_id == "u"
        assert not await app.mailboxes.learn_alias(address, f"u-{address}")
        assert await app.mailboxes.learn_alias(address, f"neu-{address}")
        assert not await app.mailboxes.learn_alias(f"u-{address}", f"neu-{address}")

    async def test_duplicates_and_stale_ones_add_nothing(
        self, app: App, stack: LocalStack, consumer: NotificationConsumer, address: str, reply: Reply
    ) -> None:
        await stack.gmail.deliver(address, reply(), notify=False)
        history_id = (await app.gmail.profile(address)).history_id
        for number, promised in enumerate([history_id, history_id, 1, history_id - 1]):
            data = notification(address, promised)
            assert isinstance(await consumer.handle(message(data, app.settings, str(number))), Ack)
        assert len(await app.emails.recent()) == 1

    async def test_those_of_a_throttled_mailbox_leave_their_places_to_others(
        self, app: App, stack: LocalStack, consumer: NotificationConsumer, address: str, reply: Reply
    ) -> None:
        await stack.gmail.deliver(address, reply(), notify=False)
        stack.gmail.throttle(address, datetime.now(UTC) + timedelta(minutes=15))
        promised = stack.gmail.mailbox(address).history_id
        try:
            told = await consumer.handle(message(notification(address, promised), app.settings))
        finally:
            stack.gmail.throttle(address, None)
        assert isinstance(told, Ack)
        assert await app.mailboxes.take_poll(quiet_seconds=0, lease_seconds=1) is None, "not before Gmail said"
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET poll_at = now()"))
        due = await app.mailboxes.take_poll(quiet_seconds=300, lease_seconds=1)
        assert due is not None, "then it is polled though it has just been looked at"

    async def test_one_that_is_ahead_of_history_is_looked_at_again_but_not_for_ever(
        self, app: App, consumer: NotificationConsumer, address: str
    ) -> None:
        ahead = message(notification(address, 10**12), app.settings)
        outcomes = [await consumer.handle(ahead) for _ in range(3)]
        assert [type(outcome) for outcome in outcomes] == [Retry, Retry, Ack]

    async def test_while_gmail_is_down_it_waits_with_its_lease(
        self, app: App, stack: LocalStack, consumer: NotificationConsumer, address: str, reply: Reply
    ) -> None:
        await stack.gmail.deliver(address, reply(), notify=False)
        current = message(notification(address, (await app.gmail.profile(address)).history_id), app.settings)
        await stack.gmail.stop()
        try:
            waiting = await consumer.handle(current)
        finally:
            await stack.gmail.start()
        assert isinstance(waiting, Retry)
        assert waiting.rerun
        assert isinstance(await consumer.handle(current), Ack)
        assert len(await app.emails.recent()) == 1


async def rejects(app: App) -> list[str]:
    rows = await app.database.run("SELECT", lambda c: c.fetch("SELECT reason FROM notification_rejects"))
    return [row["reason"] for row in rows]


async def test_last_looked_at_is_kept(app: App, sync: MailboxSync, address: str, stack: LocalStack) -> None:
    before = datetime.now(UTC)
    await stack.gmail.deliver(address, b"Subject: x\r\n\r\n", notify=False)
    await sync.sync(await mailbox_of(app, address))
    looked = (await mailbox_of(app, address)).last_synced_at
    assert looked is not None
    assert looked >= before.replace(microsecond=0)


async def test_a_look_that_fails_lets_the_next_one_in_although_a_mark_was_left(
    app: App, stack: LocalStack, sync: MailboxSync, publisher: Publisher, address: str, reply: Reply
) -> None:
    await stack.gmail.deliver(address, reply(), notify=False)
    stack.gmail.faults.fail(400, operation="history.list", times=1)

    class Marking:
        """Gmail, with another worker asking for the mailbox in the moment before the call fails."""

        def history(self, mailbox: str, start: int) -> object:
            async def pages() -> AsyncIterator[object]:
                assert await app.mailboxes.lock(mailbox, holder="other", seconds=9) is None
                async for page in app.gmail.history(mailbox, start):
                    yield page

            return pages()

    failing = make_sync(app, publisher, "two")
    failing._gmail = Marking()  # type: ignore[assignment]  # a proxy
    with pytest.raises(Refused):
        await failing.sync(await mailbox_of(app, address))
    stack.gmail.faults.clear()
    synced = await sync.sync(await mailbox_of(app, address))
    assert (synced.busy, synced.new) == (False, 1)


@pytest.mark.parametrize("lost", ["the answer to lock", "letting go"])
async def test_a_mailbox_that_a_look_could_not_let_go_in_an_outage_is_the_next_looks_at_once(
    app: App, stack: LocalStack, publisher: Publisher, address: str, reply: Reply, lost: str
) -> None:
    class Cut:
        """The mailboxes, with PostgreSQL gone at one moment."""

        def __getattr__(self, name: str) -> object:
            return getattr(app.mailboxes, name)

        async def lock(self, mailbox: str, **rest: Any) -> object:
            locked = await app.mailboxes.lock(mailbox, **rest)
            if lost == "the answer to lock":
                raise Outage("postgresql", "UPDATE mailboxes", "the connection is gone")
            return locked

        async def abandon(self, mailbox: str, **rest: Any) -> None:
            raise Outage("postgresql", "UPDATE mailboxes", "the connection is gone")

    cut = make_sync(app, publisher, "one")
    cut._mailboxes = Cut()  # type: ignore[assignment]  # a proxy
    stack.gmail.faults.fail(400, operation="history.list", times=1)
    with pytest.raises(Outage):
        await cut.sync(await mailbox_of(app, address))
    stack.gmail.faults.clear()
    await stack.gmail.deliver(address, reply(), notify=False)
    assert (await make_sync(app, publisher, "another").sync(await mailbox_of(app, address))).busy
    cut._mailboxes = app.mailboxes
    assert (await cut.sync(await mailbox_of(app, address))).new == 1
    assert not (await make_sync(app, publisher, "another").sync(await mailbox_of(app, address))).busy


async def test_a_look_that_is_cancelled_as_it_begins_lets_go(app: App, publisher: Publisher, address: str) -> None:
    """Such as at SIGTERM: else nobody could look at the mailbox for two minutes, whatever was pushed."""
    locked = asyncio.Event()

    class Late:
        """The mailboxes, with the lock's answer still on its way."""

        def __getattr__(self, name: str) -> object:
            return getattr(app.mailboxes, name)

        async def lock(self, mailbox: str, **rest: Any) -> None:
            assert await app.mailboxes.lock(mailbox, **rest) is not None
            locked.set()
            await asyncio.Event().wait()

    late = make_sync(app, publisher, "one")
    late._mailboxes = Late()  # type: ignore[assignment]  # a proxy
    look = asyncio.create_task(late.sync(await mailbox_of(app, address)))
    await locked.wait()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert not (await make_sync(app, publisher, "another").sync(await mailbox_of(app, address))).busy


async def test_a_mailbox_that_its_holder_takes_again_keeps_the_mark_of_those_who_asked(app: App, address: str) -> None:
    assert await app.mailboxes.lock(address, holder="one", seconds=60) is not None
    assert await app.mailboxes.lock(address, holder="two", seconds=60, asks=77) is None
    assert await app.mailboxes.lock(address, holder="one", seconds=60) is not None
    assert await app.mailboxes.unlock(address, holder="one") == 77


async def test_what_a_look_found_stands_on_its_span_even_if_publishing_fails(
    app: App, stack: LocalStack, address: str, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_TRACER", provider.get_tracer("test"))

    class Refusing:
        async def publish(self, data: bytes, attributes: object = None) -> str:
            raise Refused("pubsub", "publish", "not now")

    failing = make_sync(app, Refusing(), "one")  # type: ignore[arg-type]  # a publisher that refuses
    await stack.gmail.deliver(address, reply(), notify=False)
    with pytest.raises(Refused):
        await failing.sync(await mailbox_of(app, address))
    (span,) = [span for span in kept.get_finished_spans() if span.name == "sync mailbox"]
    assert (span.attributes or {})["claimstream.sync.new_emails"] == 1


async def test_mail_that_a_person_has_archived_is_recovered_too(
    app: App, stack: LocalStack, sync: MailboxSync, address: str, reply: Reply
) -> None:
    gmail_id = await stack.gmail.deliver(address, reply(), notify=False)
    await stack.gmail.relabel(address, gmail_id, remove=("INBOX",))
    stack.gmail.expire_history(address)
    assert (await sync.sync(await mailbox_of(app, address))).new == 1
