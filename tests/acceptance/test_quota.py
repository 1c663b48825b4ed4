"""A backfill of one mailbox keeps to Gmail's quota, and no other mailbox waits behind it."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from tests.conftest import make_world
from tests.helpers import LONG, NOW

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import load_world
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings
from claimstream.topics import ensure_topics

pytestmark = pytest.mark.acceptance

_BACKFILL = 500


@pytest.fixture
def two_mailboxes(world: World) -> World:
    [tenant] = world.tenants
    second = f"zweite.{tenant.mailboxes[0]}"
    tenants = (tenant.model_copy(update={"mailboxes": (*tenant.mailboxes, second)}),)
    return make_world(tenant.mailboxes[0]).model_copy(update={"tenants": tenants})


async def test_a_single_mail_does_not_wait_behind_another_mailboxs_backfill(
    settings: Settings, stack: LocalStack, two_mailboxes: World, reply: Callable[..., bytes]
) -> None:
    backfilled, other = two_mailboxes.tenants[0].mailboxes
    # 30 messages at once, then one and a half a second
    limited = settings.model_copy(update={"gmail_user_units_per_minute": 2400.0, "max_emails_in_flight": 40})
    async with App(limited, clock=lambda: NOW) as app:
        await load_world(app, two_mailboxes)
        await ensure_topics(limited, await app.connect())
        started = asyncio.Event()
        running = asyncio.create_task(app.run(started=started.set))
        try:
            await asyncio.wait_for(started.wait(), LONG)
            calls = stack.gmail.calls["messages.get"]
            for _ in range(_BACKFILL):
                await stack.gmail.deliver(backfilled, reply(), notify=False)
            await stack.gmail.push(backfilled)
            while sum((await _by_mailbox(app)).values()) < _BACKFILL:
                await asyncio.sleep(0.1)
            while (await _settled(app))[backfilled] <= 20:
                await asyncio.sleep(0.1)
            await stack.gmail.deliver(other, reply())
            async with asyncio.timeout(LONG):
                while not any(e.mailbox == other and e.settled_at for e in await app.emails.recent(limit=1000)):
                    await asyncio.sleep(0.1)
            assert 20 < (await _settled(app))[backfilled] < _BACKFILL, "it goes on, at the pace of its quota"
            assert stack.gmail.calls["messages.get"] - calls < _BACKFILL
        finally:
            app.stop()
            await asyncio.wait_for(running, LONG)


async def _by_mailbox(app: App) -> Counter[str]:
    return Counter(email.mailbox for email in await app.emails.recent(limit=1000))


async def _settled(app: App) -> Counter[str]:
    return Counter(email.mailbox for email in await app.emails.recent(limit=1000) if email.settled_at)
