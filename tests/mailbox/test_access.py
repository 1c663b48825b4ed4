"""A mailbox whose grant was taken back is disabled loudly; the others go on, and so does it when it opens again."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.helpers import received
from tests.mailbox.test_upkeep import add_mailboxes, gmail_ids, sync_of, upkeep_of

from claimstream.app import App
from claimstream.domain.records.work import Mailbox
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.mailbox.access import MailboxAccess
from claimstream.mailbox.consumer import NotificationConsumer
from claimstream.mailbox.upkeep import MailboxUpkeep
from claimstream.pubsub import Ack
from claimstream.store.mailbox_access import MailboxAccessStore

MAIL = b"Subject: x\r\n\r\ny"


class Told:
    """What a person was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []

    def mailbox(self, address: str, *, disabled: bool, reason: str = "") -> None:
        assert bool(reason) == disabled
        self.said.append((address, disabled))

    def credentials(self, *, refused: bool, reason: str = "") -> None:
        self.said.append(("credentials", refused))


class Worker:
    """One worker's view of the mailboxes, with a clock of its own."""

    def __init__(self, app: App, name: str = "one", **options: Any) -> None:
        self.now = 0.0
        self._app = app
        self.told = Told()
        self.store = MailboxAccessStore(app.database)
        self.access = MailboxAccess(
            self.store,
            opens=app.gmail.profile,
            services={"gmail", "google-oauth"},
            alerts=self.told,
            clock=lambda: self.now,
            **options,
        )
        self.upkeep: MailboxUpkeep = upkeep_of(app, sync_of(app, name), access=self.access)

    async def look(self, *at: float) -> None:
        for now in at:
            self.now = now
            await self._app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET poll_at = now()"))
            await self.upkeep.round()


@pytest.fixture
def address(world: World, stack: LocalStack) -> Iterator[str]:
    yield (box := world.tenants[0].mailboxes[0])
    stack.gmail.open_mailbox(box)
    stack.gmail.faults.clear()


async def mailbox_of(app: App, address: str) -> Mailbox:
    found = await app.mailboxes.get(address)
    assert found is not None
    return found


async def due_now(app: App) -> None:
    await app.database.run(
        "UPDATE", lambda c: c.execute("UPDATE mailboxes SET retry_at = now() WHERE retry_at IS NOT NULL")
    )


async def test_a_mailbox_that_refuses_us_twice_is_disabled_and_the_others_go_on(
    app: App, stack: LocalStack, address: str
) -> None:
    [other] = await add_mailboxes(app, 1)
    worker = Worker(app)
    await worker.look(0)
    stack.gmail.close_mailbox(address)
    await worker.look(10, 60)
    assert (await mailbox_of(app, address)).disabled_reason is None, "not a minute apart"
    assert worker.told.said == []
    await worker.look(71)
    assert "answered 403" in ((await mailbox_of(app, address)).disabled_reason or "")
    assert worker.told.said == [(address, True)]
    gmail_id = await stack.gmail.deliver(other, MAIL, notify=False)
    calls = stack.gmail.calls["history.list"]
    await worker.look(100, 200)
    assert stack.gmail.calls["history.list"] - calls == 2, "the disabled one is left alone"
    assert await gmail_ids(app) == {gmail_id}
    assert worker.told.said == [(address, True)], "told once"


async def test_of_two_workers_one_disables_and_tells(app: App, stack: LocalStack, address: str) -> None:
    await add_mailboxes(app, 1)
    workers = [Worker(app, name) for name in ("one", "two")]
    await workers[0].look(0)
    stack.gmail.close_mailbox(address)
    for now in (10, 71, 140, 210):
        for worker in workers:
            await worker.look(now)
    assert sorted(len(worker.told.said) for worker in workers) == [0, 1]


async def test_when_it_opens_again_it_is_enabled_and_catches_up_from_its_cursor(
    app: App, stack: LocalStack, address: str
) -> None:
    await add_mailboxes(app, 1)
    worker = Worker(app)
    await worker.look(0)
    stack.gmail.close_mailbox(address)
    await worker.look(10, 71)
    missed = {await stack.gmail.deliver(address, MAIL, notify=False) for _ in range(3)}
    await due_now(app)
    await worker.look(100)
    assert (await mailbox_of(app, address)).disabled_reason is not None, "still closed"
    stack.gmail.open_mailbox(address)
    await worker.look(110)
    assert (await mailbox_of(app, address)).disabled_reason is not None, "it is tried again rarely"
    await due_now(app)
    await worker.look(120, 121)
    assert (await mailbox_of(app, address)).disabled_reason is None
    assert await gmail_ids(app) == missed
    assert worker.told.said == [(address, True), (address, False)]


async def test_its_notifications_are_acknowledged_without_a_look_and_their_mail_comes_once_it_is_enabled(
    app: App, stack: LocalStack, address: str
) -> None:
    worker = Worker(app)
    await worker.look(0)
    await worker.store.disable(address, "the grant was taken back", retry_seconds=3600)
    missed = await stack.gmail.deliver(address, MAIL, notify=False)
    promised = (await app.gmail.profile(address)).history_id
    consumer = NotificationConsumer(sync_of(app), app.mailboxes, destination="gmail-notifications")
    data = json.dumps({"emailAddress": address, "historyId": promised}).encode()
    note = received(data, app.settings.subscription("gmail-notifications"))
    assert isinstance(await consumer.handle(note), Ack)
    assert await gmail_ids(app) == set(), "Gmail is not asked"
    await worker.store.enable(address)
    await worker.look(10)
    assert await gmail_ids(app) == {missed}


async def test_it_is_recovered_when_its_history_is_gone_meanwhile(app: App, stack: LocalStack, address: str) -> None:
    await add_mailboxes(app, 1)
    worker = Worker(app)
    await worker.look(0)
    stack.gmail.close_mailbox(address)
    await worker.look(10, 71)
    missed = await stack.gmail.deliver(address, MAIL, notify=False)
    stack.gmail.expire_history(address)
    stack.gmail.open_mailbox(address)
    await due_now(app)
    await worker.look(120, 121)
    assert await gmail_ids(app) == {missed}


async def test_when_every_mailbox_refuses_none_is_disabled_and_it_is_told_as_an_outage(
    app: App, stack: LocalStack, address: str
) -> None:
    addresses = [address, *await add_mailboxes(app, 3)]
    worker = Worker(app)
    await worker.look(0)
    stack.gmail.faults.fail(401)
    await worker.look(10, 71, 200)
    assert [(await mailbox_of(app, each)).disabled_reason for each in addresses] == [None] * 4
    assert worker.told.said == [("credentials", True)]
    stack.gmail.faults.clear()
    await worker.look(300, 301)
    assert worker.told.said == [("credentials", True), ("credentials", False)]


async def test_an_outage_of_gmail_disables_nothing(app: App, stack: LocalStack, address: str) -> None:
    await add_mailboxes(app, 1)
    worker = Worker(app)
    await worker.look(0)
    stack.gmail.faults.fail(429, operation="history.list", retry_after_seconds=60)
    await worker.look(10, 71, 200)
    assert (await mailbox_of(app, address)).disabled_reason is None
    assert worker.told.said == []


async def test_a_mailbox_that_was_closed_from_the_start_is_disabled_too(
    app: App, stack: LocalStack, address: str
) -> None:
    await add_mailboxes(app, 1)
    stack.gmail.close_mailbox(address)
    worker = Worker(app)
    for now in (0, 61):
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET watch_lease_until = NULL"))
        await worker.look(now)
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET watch_lease_until = NULL"))
    await worker.look(62)
    assert (await mailbox_of(app, address)).disabled_reason is not None


async def test_a_topic_that_gmail_may_not_publish_to_disables_no_mailbox(
    app: App, stack: LocalStack, address: str
) -> None:
    await add_mailboxes(app, 1)
    worker = Worker(app)
    stack.gmail.faults.fail(403, operation="watch", reason="forbidden")
    for now in (0, 61, 200):
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE mailboxes SET watch_lease_until = NULL"))
        await worker.look(now)
    assert (await mailbox_of(app, address)).disabled_reason is None
    assert worker.told.said == []


async def test_what_a_person_has_disabled_only_a_person_enables(app: App, address: str) -> None:
    await add_mailboxes(app, 1)
    worker = Worker(app)
    assert await worker.store.disable(address, "the firm has left", retry_seconds=None)
    await due_now(app)
    await worker.look(0, 4000)
    assert (await mailbox_of(app, address)).disabled_reason == "the firm has left"
    assert await worker.store.enable(address)
    assert (await mailbox_of(app, address)).disabled_reason is None


async def test_one_that_we_have_disabled_a_person_may_disable_for_good(app: App, address: str) -> None:
    await add_mailboxes(app, 1)
    worker = Worker(app)
    assert await worker.store.disable(address, "revoked", retry_seconds=0)
    assert await worker.store.disable(address, "the firm has left", retry_seconds=None)
    assert not await worker.store.disable(address, "revoked", retry_seconds=0)
    await worker.look(0)
    assert (await mailbox_of(app, address)).disabled_reason == "the firm has left"


async def test_of_two_workers_one_tries_a_disabled_mailbox(app: App, address: str) -> None:
    workers = [Worker(app, name, retry_seconds=3600) for name in ("one", "two")]
    assert await workers[0].store.disable(address, "revoked", retry_seconds=0)
    tried = await asyncio.gather(*(worker.access.due() for worker in workers))
    assert sorted(len(mailboxes) for mailboxes in tried) == [0, 1]
