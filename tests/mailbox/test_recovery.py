"""History that is gone loses nothing, whenever the worker dies."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from tests.mailbox.test_upkeep import gmail_ids, sync_of

from claimstream.app import App
from claimstream.domain.records.work import Mailbox
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage
from claimstream.local.stack import LocalStack
from claimstream.mailbox.ports import HistoryPage, MessagePage
from claimstream.mailbox.sync import MailboxSync
from claimstream.mailbox.watch import Watcher

MAIL = b"Subject: x\r\n\r\ny"
DIED = "the worker was killed"


class Killed(Exception):  # noqa: N818  # no error of anybody's
    pass


class Dying:
    """Gmail, whose caller is killed when it asks for a page after ``pages`` of them."""

    def __init__(self, app: App, pages: int) -> None:
        self._gmail = app.gmail
        self._left = pages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gmail, name)

    async def list_messages(self, mailbox: str, query: str, page: str | None = None) -> MessagePage:
        self._one_more()
        return await self._gmail.list_messages(mailbox, query, page)

    async def history(self, mailbox: str, start: int) -> AsyncIterator[HistoryPage]:
        async for page in self._gmail.history(mailbox, start):
            self._one_more()
            yield page

    def _one_more(self) -> None:
        if self._left == 0:
            raise Killed(DIED)
        self._left -= 1


class Dead:
    """The mailboxes as a killed worker leaves them: it lets go of nothing."""

    def __init__(self, app: App) -> None:
        self._mailboxes = app.mailboxes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mailboxes, name)

    async def abandon(self, address: str, *, holder: str) -> None:
        del address, holder


def dying(app: App, *, after_pages: int) -> MailboxSync:
    sync = sync_of(app, "dying")
    sync._gmail = Dying(app, after_pages)
    sync._mailboxes = Dead(app)
    sync._lock_seconds = 0.2
    return sync


@pytest.fixture
async def address(app: App, world: World) -> str:
    """A mailbox that has been looked at four days ago."""
    found = await mailbox_of(app, world.tenants[0].mailboxes[0])
    topic = app.settings.topic(app.settings.notifications_topic)
    await Watcher(gmail=app.gmail, mailboxes=app.mailboxes, topic=topic).ensure(found)
    await sync_of(app).sync(await mailbox_of(app, found.address))
    await app.database.run(
        "UPDATE", lambda c: c.execute("UPDATE mailboxes SET last_synced_at = now() - interval '4 days'")
    )
    return found.address


async def mailbox_of(app: App, address: str) -> Mailbox:
    found = await app.mailboxes.get(address)
    assert found is not None
    return found


async def arrive(stack: LocalStack, address: str, count: int, *, days_ago: float = 2) -> set[str]:
    date = datetime.now(UTC) - timedelta(days=days_ago)
    return {await stack.gmail.deliver(address, MAIL, internal_date=date, notify=False) for _ in range(count)}


async def killed(app: App, address: str, *, after_pages: int) -> None:
    with pytest.raises(Killed):
        await dying(app, after_pages=after_pages).sync(await mailbox_of(app, address))
    lapsed = "SELECT sync_lease_until < now() FROM mailboxes WHERE address = $1"
    while not await app.database.run("SELECT", lambda c: c.fetchval(lapsed, address)):
        await asyncio.sleep(0.05)


async def test_a_worker_killed_amid_a_long_listing_loses_nothing(app: App, stack: LocalStack, address: str) -> None:
    """Neither of what was there, nor of what arrives meanwhile, even when a person has thrown it away by then."""
    there = await arrive(stack, address, 1200)
    stack.gmail.expire_history(address)
    await killed(app, address, after_pages=2)
    assert len(await gmail_ids(app)) == 1000, "two pages of three"
    [arrived] = await arrive(stack, address, 1, days_ago=0)
    [thrown_away] = await arrive(stack, address, 1, days_ago=0)
    [deleted] = await arrive(stack, address, 1, days_ago=0)
    await stack.gmail.relabel(address, thrown_away, add=("TRASH",), remove=("INBOX",))
    await stack.gmail.delete(address, deleted)
    synced = await sync_of(app).sync(await mailbox_of(app, address))
    assert (synced.recovered, synced.new) == (True, 203)
    assert await gmail_ids(app) == there | {arrived, thrown_away, deleted}
    after = await mailbox_of(app, address)
    assert after.recovery_cursor is None
    assert not (await sync_of(app).sync(after)).recovered


async def test_a_cursor_of_a_recovery_that_is_gone_itself_is_taken_afresh(
    app: App, stack: LocalStack, address: str
) -> None:
    there = await arrive(stack, address, 3)
    stack.gmail.expire_history(address)
    await killed(app, address, after_pages=0)
    there |= await arrive(stack, address, 2, days_ago=0)
    stack.gmail.expire_history(address)
    synced = await sync_of(app).sync(await mailbox_of(app, address))
    assert (synced.recovered, synced.new) == (True, 5)
    assert await gmail_ids(app) == there
    later = await arrive(stack, address, 1, days_ago=0)
    assert (await sync_of(app).sync(await mailbox_of(app, address))).new == 1
    assert await gmail_ids(app) == there | later


async def test_history_lost_between_two_of_its_pages_is_recovered_from_where_it_was_complete(
    app: App, stack: LocalStack, address: str
) -> None:
    """The first page alone must not pass for a look at everything."""
    there = await arrive(stack, address, 620)
    await killed(app, address, after_pages=1)
    assert len(await gmail_ids(app)) == 500
    stack.gmail.expire_history(address)
    await arrive(stack, address, 1, days_ago=0)
    await sync_of(app).sync(await mailbox_of(app, address))
    assert await gmail_ids(app) >= there


async def test_a_listing_longer_than_the_lock_keeps_the_mailbox(app: App, stack: LocalStack, address: str) -> None:
    there = await arrive(stack, address, 2100)
    stack.gmail.expire_history(address)
    stack.gmail.faults.slow(0.2, operation="messages.list")
    held_until = "SELECT sync_lease_until FROM mailboxes WHERE address = $1"
    leases = set()
    try:
        recovery = asyncio.create_task(sync_of(app).sync(await mailbox_of(app, address)))
        while not recovery.done():
            await asyncio.sleep(0.01)
            if (await mailbox_of(app, address)).recovery_cursor is not None:
                assert await app.mailboxes.lock(address, holder="other", seconds=0.0) is None
                leases.add(await app.database.run("SELECT", lambda c: c.fetchval(held_until, address)))
    finally:
        stack.gmail.faults.clear()
    assert (await recovery).recovered
    assert len(leases - {None}) >= 3, "each page holds it anew"
    assert await gmail_ids(app) == there


@pytest.mark.parametrize("lost", [False, True])
async def test_a_worker_whose_clock_is_wrong_puts_no_wrong_time_on_a_look(
    app: App, stack: LocalStack, address: str, lost: bool
) -> None:
    """Else nobody would poll the mailbox for an hour, and a listing would begin an hour too late."""
    there = await arrive(stack, address, 3)
    if lost:
        stack.gmail.expire_history(address)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=True):
        assert (await sync_of(app).sync(await mailbox_of(app, address))).recovered is lost
    assert await gmail_ids(app) == there
    looked = await mailbox_of(app, address)
    assert looked.quiet_seconds is not None
    assert 0 <= looked.quiet_seconds < 60


async def cursor_of(app: App, address: str) -> int:
    cursor = (await mailbox_of(app, address)).history_id
    assert cursor is not None
    return cursor


@pytest.mark.parametrize("gone", [True, False])
async def test_history_ids_that_begin_anew_lose_and_double_nothing(
    app: App, stack: LocalStack, address: str, gone: bool
) -> None:
    """Whether Gmail refuses an id from the future, or answers with nothing and its lower id."""
    there = await arrive(stack, address, 2, days_ago=0)
    await sync_of(app).sync(await mailbox_of(app, address))
    stack.gmail.faults.future_history_is_gone = gone
    stack.gmail.begin_history_anew(address, 1_000)
    there |= await arrive(stack, address, 3, days_ago=0)
    try:
        synced = await sync_of(app).sync(await mailbox_of(app, address))
        assert (synced.recovered, synced.new) == (True, 3)
        assert await cursor_of(app, address) < 10_000
        for _ in range(2):
            there |= await arrive(stack, address, 1, days_ago=0)
            synced = await sync_of(app).sync(await mailbox_of(app, address))
            assert (synced.recovered, synced.new) == (False, 1)
    finally:
        stack.gmail.faults.future_history_is_gone = False
    assert await gmail_ids(app) == there


async def test_history_ids_that_begin_anew_amid_a_recovery_are_seen(app: App, stack: LocalStack, address: str) -> None:
    there = await arrive(stack, address, 2)
    stack.gmail.expire_history(address)
    await killed(app, address, after_pages=0)
    stack.gmail.begin_history_anew(address, 1_000)
    there |= await arrive(stack, address, 1, days_ago=0)
    assert (await sync_of(app).sync(await mailbox_of(app, address))).recovered
    there |= await arrive(stack, address, 1, days_ago=0)
    assert not (await sync_of(app).sync(await mailbox_of(app, address))).recovered
    assert await gmail_ids(app) == there


async def test_a_late_push_is_no_proof_that_ids_began_anew(app: App, stack: LocalStack, address: str) -> None:
    await arrive(stack, address, 2, days_ago=0)
    await sync_of(app).sync(await mailbox_of(app, address))
    cursor = await cursor_of(app, address)
    listed = stack.gmail.calls["messages.list"]
    for late in (1, cursor - 1, cursor):
        assert not (await sync_of(app).sync(await mailbox_of(app, address), promised=late)).recovered
    assert (await cursor_of(app, address), stack.gmail.calls["messages.list"]) == (cursor, listed)


@pytest.mark.parametrize("fault", ["refused", "same token", "new tokens"])
async def test_mail_comes_by_listing_while_history_cannot_be_followed(
    app: App, stack: LocalStack, address: str, fault: str
) -> None:
    if fault == "refused":  # whatever the cursor
        stack.gmail.faults.fail(404, operation="history.list")
    else:
        stack.gmail.faults.endless("history.list", same_token=fault == "same token")
    there = await arrive(stack, address, 2)
    try:
        synced = await sync_of(app).sync(await mailbox_of(app, address), promised=10**9)
        assert (synced.new, synced.published, synced.recovered, synced.lagging) == (2, 2, True, None)
    finally:
        stack.gmail.faults.clear()
    there |= await arrive(stack, address, 1, days_ago=0)
    assert not (await sync_of(app).sync(await mailbox_of(app, address))).recovered
    assert await gmail_ids(app) == there


@pytest.mark.parametrize("same_token", [True, False])
async def test_a_list_without_end_is_an_outage(app: App, stack: LocalStack, address: str, same_token: bool) -> None:
    await arrive(stack, address, 1)
    stack.gmail.expire_history(address)
    asked = stack.gmail.calls["messages.list"]
    stack.gmail.faults.endless("messages.list", same_token=same_token)
    try:
        with pytest.raises(Outage, match="do not end"):
            await sync_of(app).sync(await mailbox_of(app, address))
    finally:
        stack.gmail.faults.clear()
    assert stack.gmail.calls["messages.list"] - asked < 60


async def test_what_was_listed_is_published_though_history_fails_afterwards(
    app: App, stack: LocalStack, address: str
) -> None:
    await arrive(stack, address, 3)
    stack.gmail.faults.fail(404, operation="history.list", times=1)
    stack.gmail.faults.fail(503, operation="history.list")
    try:
        with pytest.raises(Outage):
            await sync_of(app).sync(await mailbox_of(app, address))
    finally:
        stack.gmail.faults.clear()
    assert len(await gmail_ids(app)) == 3
    assert await app.emails.unpublished() == []
