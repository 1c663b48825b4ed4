"""A mail server that takes long for each mail: nobody but its own mails waits for it, and it gets each of them once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.helpers import LONG, NOW, until
from tests.mailbox.test_upkeep import sync_of, upkeep_of
from tests.pipeline.test_runner import arrive, make_runner

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import load_world
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.local.servers.smtp import LocalSmtp
from claimstream.local.stack import LocalStack
from claimstream.maintenance import Maintenance
from claimstream.pipeline.runner import Settled
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.settings import Settings
from claimstream.telemetry.gauges import Backlog
from claimstream.topics import ensure_topics

Reply = Callable[..., bytes]
AT_ONCE = 2


@pytest.fixture
def smtp(stack: LocalStack) -> LocalSmtp:
    assert stack.smtp is not None
    stack.smtp.faults.clear()
    return stack.smtp


@pytest.fixture
async def app(settings: Settings, world: World) -> AsyncIterator[App]:
    """One that has no more than two mails on their way at a time."""
    policies = {**DEFAULT_POLICIES, "smtp": replace(DEFAULT_POLICIES["smtp"], concurrency=AT_ONCE)}
    async with App(settings, clock=lambda: NOW, policies=policies) as opened:
        await load_world(opened, world)
        await ensure_topics(settings, await opened.connect())
        yield opened


@pytest.fixture
async def arrived(app: App, stack: LocalStack, world: World, reply: Reply) -> list[str]:
    """Six mails, of which somebody is to be told."""
    return [await arrive(app, stack, world, reply(code=code)) for code in ("K7Q2X9M4", "P3R8T5W2") * 3]


async def undelivered(app: App) -> list[str]:
    query = "SELECT kind FROM outbox WHERE done_at IS NULL ORDER BY outbox_id"
    rows = await app.database.run("SELECT", lambda c: c.fetch(query))
    return [row["kind"] for row in rows]


async def test_only_as_many_emails_wait_for_it_as_mails_are_on_their_way(
    app: App, smtp: LocalSmtp, arrived: list[str]
) -> None:
    runner, told = make_runner(app, app.services), len(smtp.messages)
    smtp.faults.delay_seconds = 1000
    working = []
    for count, email_id in enumerate(arrived, start=1):
        working.append(asyncio.create_task(runner.process(email_id)))
        async with asyncio.timeout(LONG):
            while await undelivered(app) != ["notification"] * count:
                await asyncio.sleep(0.01)
    await until(lambda: sum(task.done() for task in working) == len(arrived) - AT_ONCE)
    ended, waiting = [task for task in working if task.done()], [task for task in working if not task.done()]
    assert {task.result() for task in ended} == {Settled()}
    assert await undelivered(app) == ["notification"] * len(arrived), "every client's record is written"
    smtp.faults.release()
    await asyncio.gather(*waiting)
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
    await deliver_leftovers(app.services, app.rules)
    assert await undelivered(app) == []
    assert len({mail.message["Message-ID"] for mail in smtp.messages[told:]}) == len(arrived)
    assert len(smtp.messages) == told + len(arrived)


async def test_it_gets_a_mail_once_however_long_it_takes(
    app: App, smtp: LocalSmtp, arrived: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimstream.pipeline.stages.deliver.HELD_SECONDS", 0.6)
    told = len(smtp.messages)
    smtp.faults.delay_seconds = 2.5
    slow = asyncio.create_task(make_runner(app, app.services).process(arrived[0]))
    while not slow.done():
        await asyncio.sleep(0.1)
        await deliver_leftovers(app.services, app.rules)
    assert len(smtp.messages) == told + 1


async def test_maintenance_does_not_wait_for_it(app: App, smtp: LocalSmtp, arrived: list[str]) -> None:
    await smtp.stop()
    await make_runner(app, app.services).process(arrived[0])
    await smtp.start()
    assert await undelivered(app) == ["notification"]
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
    smtp.faults.delay_seconds = 3.0
    rounds = 0

    async def measured() -> Backlog:
        nonlocal rounds
        rounds += 1
        return Backlog()

    sync = sync_of(app)
    maintenance = Maintenance(
        upkeep=upkeep_of(app, sync),
        sync=sync,
        services=app.services,
        rules=app.rules,
        measure=measured,
        every_seconds=0.1,
    )
    running = asyncio.create_task(maintenance.run())
    try:
        async with asyncio.timeout(LONG):
            while await undelivered(app):
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert rounds > 5


class Swallowing:
    """A mailer in which a cancellation is lost: it comes in the moment in which the mail is out."""

    busy = False

    def __init__(self) -> None:
        self.mails = 0
        self.sending = asyncio.Event()

    async def send(self, *mail: object, **rest: object) -> None:
        self.mails += 1
        self.sending.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(5)


async def test_maintenance_ends_although_a_cancellation_was_lost_on_its_way(
    app: App, smtp: LocalSmtp, arrived: list[str]
) -> None:
    await smtp.stop()
    for email_id in arrived[:2]:
        await make_runner(app, app.services).process(email_id)
    await smtp.start()
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
    mailer = Swallowing()
    running = asyncio.create_task(deliver_leftovers(replace(app.services, mailer=mailer), app.rules))
    await mailer.sending.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (mailer.mails, await undelivered(app)) == (1, ["notification"])
