"""One mail for which a service fails each time, beside healthy ones; and what concerns all mails alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest
from tests.helpers import LONG
from tests.pipeline.test_runner import PROSE, calm
from tests.test_app import Reply, settled, subscriptions, working

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.external.breaker import BreakerEvent
from claimstream.local.gcs_front import GcsFront
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings

__all__ = ["calm"]

HEALTHY = 25
POISON = b"POISON"
OF_THE_OTHER_CLIENT = {"code": "P3R8T5W2", "subject": "Forderung Jonas Wolter", "sender": "f@moebelhaus.example"}


@pytest.fixture
async def front(stack: LocalStack) -> AsyncIterator[GcsFront]:
    assert stack.gcs is not None
    async with GcsFront(stack.gcs.endpoint) as front:
        yield front


@pytest.mark.parametrize("service", ["anthropic", "gmail", "gcs", "mongodb", "smtp"])
async def test_a_mail_for_which_a_service_fails_holds_up_no_other(
    settings: Settings, stack: LocalStack, world: World, reply: Reply, front: GcsFront, service: str
) -> None:
    box = world.tenants[0].mailboxes[0]
    changes: list[BreakerEvent] = []
    own = settings.model_copy(update={"storage_emulator_host": front.base_url})
    poison, healthy = reply("Die Gesamtforderung beträgt 812,40 EUR. POISON"), reply(**OF_THE_OTHER_CLIENT)
    if service == "anthropic":
        poison, healthy = reply(PROSE + "POISON"), reply(PROSE, **OF_THE_OTHER_CLIENT)
    async with working(own, world) as app:
        app.door.breaker(service).add_listener(changes.append)
        await fail_for_one(service, app, stack, front)
        poisoned = await stack.gmail.deliver(box, poison, notify=service != "gmail")
        if service == "gmail":
            stack.gmail.faults.fail(500, operation="messages.get", containing=poisoned.encode())
            await stack.gmail.push(box)
        await has_failed(app, stack, front, service)
        sent = {await stack.gmail.deliver(box, healthy) for _ in range(HEALTHY)}
        async with asyncio.timeout(LONG):
            while not sent <= {e.gmail_id for e in await app.emails.recent(limit=100) if e.delivered}:
                await asyncio.sleep(0.1)
        (left,) = await app.emails.by_gmail_ids([poisoned])
        assert not left.delivered
        assert changes == [], "one mail alone says nothing of the service"
        stack.gmail.faults.clear()


async def fail_for_one(service: str, app: App, stack: LocalStack, front: GcsFront) -> None:
    assert stack.claude is not None
    assert stack.smtp is not None
    assert app.clients is not None
    match service:
        case "anthropic":
            stack.claude.faults.fail(500, operation="messages", containing=POISON)
        case "gcs":
            front.faults.fail(503, containing=POISON)
        case "smtp":
            stack.smtp.faults.reply_to_data("451 4.3.0 not now", containing=b"8801/25")
        case "mongodb":
            clients = app.clients._collection()
            others = {"$or": [{"_id": {"$ne": "c-1"}}, {"never": True}]}
            await clients.database.command("collMod", clients.name, validator=others)


async def has_failed(app: App, stack: LocalStack, front: GcsFront, service: str) -> None:
    """Wait until the poison mail has met its failure, so that it is there before all others."""
    count = "SELECT (SELECT count(*) FROM waits) + (SELECT count(*) FROM outbox WHERE tries > 0 AND done_at IS NULL)"
    async with asyncio.timeout(LONG):
        while not await app.database.run("SELECT", lambda c: c.fetchval(count)):
            await asyncio.sleep(0.05)


class TestWhatConcernsAll:
    """The credentials of Claude are refused, its limit is reached, or it takes no request for a reason nobody knows."""

    @pytest.mark.parametrize(
        ("status", "message", "shown"),
        [
            (401, None, "Check ANTHROPIC_API_KEY"),
            (
                400,
                "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
                "the usage limit is reached. Raise it in the console. It ends on 2026-12-01",
            ),
            (400, "This organization has been disabled.", "the organisation is disabled"),
            (403, "Your account does not have access to Claude. Please run /login", "the account has no access"),
        ],
    )
    async def test_it_holds_intake_is_shown_told_and_mended(
        self,
        settings: Settings,
        stack: LocalStack,
        world: World,
        reply: Reply,
        status: int,
        message: str | None,
        shown: str,
    ) -> None:
        assert stack.claude is not None
        assert stack.smtp is not None
        box, told = world.tenants[0].mailboxes[0], len(stack.smtp.messages)
        watched = settings.model_copy(update={"circuit_breaker_alert_email": "bereitschaft@kanzlei.example"})
        async with working(watched, world) as app:
            stack.claude.faults.fail(status, message=message)
            asked = stack.claude.calls["messages"]
            await stack.gmail.deliver(box, reply(PROSE))
            async with asyncio.timeout(LONG):
                while subscriptions(app) != {"notifications": "streaming", "emails": "paused"}:
                    await asyncio.sleep(0.05)
                while not (mails := [m for m in stack.smtp.messages[told:] if "bereitschaft" in m.recipients[0]]):
                    await asyncio.sleep(0.05)
            held = app.health().details["breakers_not_closed"]
            assert isinstance(held, dict)
            assert shown in held["anthropic"]["reason"]
            assert mails[0].message["Subject"] == "claimstream: anthropic is failing"
            assert shown in mails[0].message.get_content().replace("\n", " ")
            assert stack.claude.calls["messages"] - asked <= 4, "one mail, and a probe now and then"
            stack.claude.faults.clear()
            await settled(app, 1)
            assert app.door.states()["anthropic"] == "closed"

    async def test_a_missing_table_is_no_mails_fault(
        self, settings: Settings, stack: LocalStack, world: World, reply: Reply
    ) -> None:
        box = world.tenants[0].mailboxes[0]
        async with working(settings, world) as app:
            await app.database.run("ALTER", lambda c: c.execute("ALTER TABLE outbox RENAME TO elsewhere"))
            for _ in range(3):
                await stack.gmail.deliver(box, reply())
            async with asyncio.timeout(LONG):
                while "postgresql" not in (held := app.health().details["breakers_not_closed"]):  # type: ignore[operator]  # as above
                    await asyncio.sleep(0.05)
            assert "Run claimstream migrate" in str(held)
            admin = await asyncpg.connect(settings.database_url.get_secret_value() if settings.database_url else "")
            await admin.execute("ALTER TABLE elsewhere RENAME TO outbox")
            await admin.close()
            async with asyncio.timeout(LONG):
                while app.health().details["breakers_not_closed"]:
                    await asyncio.sleep(0.05)
            await settled(app, 3)
            assert {email.outcome for email in await app.emails.recent()} == {"updated"}

    async def test_a_refusal_that_nobody_knows_is_no_mails_fault(
        self, settings: Settings, stack: LocalStack, world: World, reply: Reply
    ) -> None:
        assert stack.claude is not None
        box = world.tenants[0].mailboxes[0]
        async with working(settings, world) as app:
            stack.claude.faults.fail(400, operation="messages", message="something new")
            for _ in range(3):
                await stack.gmail.deliver(box, reply(PROSE))
            async with asyncio.timeout(LONG):
                while not app.health().details["breakers_not_closed"]:
                    await asyncio.sleep(0.05)
            assert {email.status for email in await app.emails.recent()} <= {"new", "in_work"}
            stack.claude.faults.clear()
            await settled(app, 3)
            assert "extraction_error" not in {email.review_reason for email in await app.emails.recent()}

    async def test_a_disk_that_is_full_is_waited_for(
        self, settings: Settings, stack: LocalStack, world: World, reply: Reply
    ) -> None:
        """Whatever a server refuses all updates for: here a rule that no document fulfils."""
        async with AsyncExitStack() as mended:
            app = await mended.enter_async_context(working(settings, world))
            assert app.clients is not None
            clients = app.clients._collection()
            await clients.database.command("collMod", clients.name, validator={"never": True})
            for code in ("K7Q2X9M4", "P3R8T5W2"):
                await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply(code=code))
            refused = "SELECT count(*) FROM outbox WHERE last_error = 'DoubtedRefusal'"
            async with asyncio.timeout(LONG):
                while await app.database.run("SELECT", lambda c: c.fetchval(refused)) < 2:
                    await asyncio.sleep(0.05)
            await clients.database.command("collMod", clients.name, validator={})
            at_once = "UPDATE outbox SET taken_until = NULL"
            await app.database.run("UPDATE", lambda c: c.execute(at_once))
            await settled(app, 2)
            assert {email.outcome for email in await app.emails.recent()} == {"updated"}
