"""The app as a worker: push notification to final write over Pub/Sub, outages that hold work, draining."""

import asyncio
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from tests.helpers import LONG, NOW, add_email, until

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import changes_since, load_world
from claimstream.evaluation.observed import Change
from claimstream.external.door import Door
from claimstream.external.errors import Outage, Unauthorised
from claimstream.external.policy import DEFAULT_POLICIES, Policy
from claimstream.external.shared_circuits import SharedCircuits
from claimstream.health import HealthServer
from claimstream.local.proxy import Proxy
from claimstream.local.pubsub_server.broker import SubscriptionSnapshot
from claimstream.local.servers.redis import LocalRedis
from claimstream.local.stack import LocalStack
from claimstream.memory_plan import MEBIBYTE, MemoryPlan
from claimstream.pubsub import Admin, Publisher
from claimstream.reading import MailReader
from claimstream.settings import Settings
from claimstream.store.outages import OutageStore
from claimstream.topics import ensure_topics

Reply = Callable[..., bytes]
HASTY = {
    name: replace(policy, breaker_threshold=2, breaker_recovery_seconds=0.5, attempts=2, backoff_initial_seconds=0.05)
    for name, policy in DEFAULT_POLICIES.items()
}


@asynccontextmanager
async def working(
    settings: Settings, world: World, policies: Mapping[str, Policy] = HASTY, *, checked: bool = False
) -> AsyncIterator[App]:
    """A worker that runs until left, and then has drained."""
    async with App(settings, clock=lambda: NOW, policies=policies) as app:
        await load_world(app, world)
        await ensure_topics(settings, await app.connect())
        if checked:
            await app.check()
        started = asyncio.Event()
        run = asyncio.create_task(app.run(started=started.set))
        await asyncio.wait({run, asyncio.create_task(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
        assert not run.done()
        try:
            yield app
        finally:
            app.stop()
            await asyncio.wait_for(run, LONG)


async def settled(app: App, count: int, seconds: float = LONG) -> None:
    async with asyncio.timeout(seconds):
        while True:
            emails = await app.emails.recent(limit=count + 1)
            if len(emails) == count and all(email.delivered for email in emails):
                return
            await asyncio.sleep(0.05)


async def test_a_worker_tells_what_others_died_before_telling(
    settings: Settings, stack: LocalStack, world: World
) -> None:
    assert stack.smtp is not None
    to = "bereitschaft@kanzlei.example"
    told = len(stack.smtp.messages)
    async with App(settings) as installation:
        await OutageStore(installation.database, worker="dead").report({"gcs": "answered 503"}, told=())
    async with working(settings.model_copy(update={"circuit_breaker_alert_email": to}), world):
        await stack.smtp.wait_for(told + 1)
    assert stack.smtp.messages[told].recipients == (to,)
    assert "gcs is failing" in str(stack.smtp.messages[told].message["Subject"])


async def test_a_push_becomes_a_final_write(settings: Settings, stack: LocalStack, world: World, reply: Reply) -> None:
    async with working(settings, world) as app:
        await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
        await settled(app, 1)
        (email,) = await app.emails.recent()
        assert (email.outcome, email.new_amount) == ("updated", Decimal("812.40"))


async def test_a_mail_whose_message_pubsub_has_lost_is_worked_on(
    settings: Settings, stack: LocalStack, world: World, reply: Reply, app: App
) -> None:
    """The subscription was deleted and made again."""
    gmail_id = await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply(), notify=False)
    await app.emails.published(await add_email(app, world, gmail_id), trace_context={}, trace_id=None)
    older = "UPDATE emails SET created_at = now() - interval '2 hours', published_at = now() - interval '1 hour'"
    await app.database.run("UPDATE emails", lambda c: c.execute(older))
    async with working(settings, world) as worker:
        await settled(worker, 1)


async def test_a_missing_topic_holds_intake_and_is_shown(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    box, topic = world.tenants[0].mailboxes[0], settings.topic(settings.emails_topic)
    async with working(settings, world) as app:
        admin = Admin(await app.connect())
        await admin.delete_topic(topic)
        for _ in range(3):
            await stack.gmail.deliver(box, reply())
        async with asyncio.timeout(LONG):
            while "pubsub" not in (held := app.health().details["breakers_not_closed"]):  # type: ignore[operator]  # a mapping
                await asyncio.sleep(0.05)
        assert f"there is no topic {topic}. Create it" in str(held)
        assert await app.database.run("SELECT", lambda c: c.fetchval("SELECT count(*) FROM notification_rejects")) == 0


async def test_the_probe_names_a_missing_topic(app: App) -> None:
    """A 404 counts as an answer: the circuit would close with each probe."""
    channel = await app.connect()
    await Admin(channel).delete_topic(app.settings.topic(app.settings.emails_topic))
    with pytest.raises(Unauthorised, match="there is no topic"):
        await app._check_pubsub(channel)


async def test_a_throttled_mailbox_keeps_no_place_from_others(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    box, other = world.tenants[0].mailboxes[0], "zweite@kanzlei.example"
    tenants = [world.tenants[0].model_copy(update={"mailboxes": (box, other)}), *world.tenants[1:]]
    both = world.model_copy(update={"tenants": tuple(tenants)})
    async with working(settings.model_copy(update={"max_emails_in_flight": 1}), both) as app:
        asked = stack.gmail.calls["messages.get"]
        stack.gmail.faults.fail(429, operation="messages.get", retry_after_seconds=900, containing=box[:20].encode())
        await stack.gmail.deliver(box, reply())
        await until(lambda: stack.gmail.calls["messages.get"] > asked)
        await stack.gmail.deliver(other, reply())
        async with asyncio.timeout(LONG):
            while [e.status for e in await app.emails.recent() if e.mailbox == other] != ["settled"]:
                await asyncio.sleep(0.05)
        assert "settled" not in [e.status for e in await app.emails.recent() if e.mailbox == box]
        stack.gmail.faults.clear()


async def test_mail_does_not_wait_for_another_mailboxs_watch(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    async with working(settings, world):
        pass  # from here on the mailbox is watched
    started = asyncio.Event()
    async with App(settings, clock=lambda: NOW) as app:
        new = f"new-{world.tenants[0].mailboxes[0]}"
        await app.database.run(
            "INSERT", lambda c: c.execute("INSERT INTO mailboxes (address, tenant_id) VALUES ($1, 't')", new)
        )
        watches = stack.gmail.calls["watch"]
        stack.gmail.faults.slow(1000, operation="watch")
        run = asyncio.create_task(app.run(started=started.set))
        try:
            await until(lambda: stack.gmail.calls["watch"] > watches)
            await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
            await settled(app, 1)
            assert not started.is_set()
        finally:
            stack.gmail.faults.clear()
            app.stop()
            await run


async def test_a_silent_service_holds_up_no_start(
    settings: Settings, stack: LocalStack, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    assert stack.gcs is not None
    async with Proxy(stack.gcs.port) as proxy:
        proxy.freeze()
        through = settings.model_copy(update={"storage_emulator_host": f"http://{proxy.target}"})
        async with App(through) as app:
            await app.check(seconds=0.2)
    assert "service_down" in caplog.text
    assert "'gcs'" in caplog.text


@pytest.mark.parametrize("service", ["anthropic", "gcs"])
async def test_a_service_that_turns_us_away_keeps_no_worker_from_starting(
    settings: Settings, stack: LocalStack, world: World, reply: Reply, caplog: pytest.LogCaptureFixture, service: str
) -> None:
    """Otherwise each pod that is restarted during a usage limit would end, and no mailbox would be synchronised."""
    assert stack.claude is not None
    assert stack.smtp is not None
    told = len(stack.smtp.messages)
    wrong = {"circuit_breaker_alert_email": "bereitschaft@kanzlei.example"}
    if service == "anthropic":
        stack.claude.faults.fail(400, operation="messages", message="You have reached your specified API usage limits.")
    else:
        wrong["gcs_bucket"] = "no-such-bucket"
    mailbox = world.tenants[0].mailboxes[0]
    async with working(settings.model_copy(update=wrong), world, checked=True) as app:
        assert "service_refuses" in caplog.text
        await stack.gmail.deliver(mailbox, reply())
        async with asyncio.timeout(LONG):
            while not await app.emails.recent() or len(stack.smtp.messages) == told:
                await asyncio.sleep(0.05)
        held = app.health().details["breakers_not_closed"]
        assert isinstance(held, dict)
        assert held[service]["holds"] == ["emails"]
        assert str(stack.smtp.messages[told].message["Subject"]) == f"claimstream: {service} is failing"
    stack.claude.faults.clear()


async def test_everybody_gets_the_memory_of_the_plan(settings: Settings) -> None:
    total = 1_600 * MEBIBYTE
    plan = MemoryPlan.of(total, letters_held=1_000)
    async with App(settings.model_copy(update={"memory_bytes": total, "letters_held": 1_000})) as app:
        reader = app.services.reader
        assert isinstance(reader, MailReader)
        await reader.warm()
        limits = [resource.prlimit(process_id, resource.RLIMIT_DATA) for process_id in reader.process_ids]
        assert limits == [(plan.reader, plan.reader)] * plan.readers
        assert app.services.mail_memory.free == plan.mails


async def test_the_limits_of_the_model_are_those_of_the_settings(settings: Settings) -> None:
    limits = {
        "model_daily_budget_usd": Decimal(7),
        "model_email_budget_usd": Decimal(3),
        "model_questions_per_email": 9,
    }
    async with App(settings.model_copy(update=limits)) as app:
        rules = app.rules
        found = (rules.daily_budget_usd, rules.email_budget_usd, rules.questions_per_email)
        assert found == tuple(limits.values())


async def test_pushes_that_come_twice_or_late_change_nothing(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    stack.gmail.faults.push_copies = 3
    try:
        async with working(settings, world) as app:
            for _ in range(3):
                await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
            await stack.gmail.push(world.tenants[0].mailboxes[0], 1)
            await settled(app, 3)
            await stack.gmail.pushed()
            pushes = settings.subscription(settings.notifications_subscription)
            await until(lambda: (left := pushes_of(stack, pushes)).backlog + left.outstanding == 0)
            assert len(await app.emails.recent()) == 3
    finally:
        stack.gmail.faults.clear()


def pushes_of(stack: LocalStack, subscription: str) -> SubscriptionSnapshot:
    assert stack.pubsub is not None
    return stack.pubsub.snapshot(subscription)


async def test_what_cannot_be_recorded_is_dead_lettered_with_its_reason(
    settings: Settings, stack: LocalStack, world: World
) -> None:
    assert stack.pubsub is not None
    async with working(settings, world) as app:
        publisher = Publisher(await app.connect(), settings.topic(settings.emails_topic))
        await asyncio.gather(*(publisher.publish(data) for data in (b"not json", b'{"email_id": "stranger"}')))
        await publisher.close()
        async with asyncio.timeout(LONG):
            while stack.pubsub.snapshot(settings.subscription(settings.dead_letter_topic)).backlog < 2:
                await asyncio.sleep(0.05)


async def test_while_a_service_is_down_intake_pauses_nothing_fails_and_somebody_is_told_once(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    assert stack.smtp is not None
    assert stack.mongo is not None
    assert stack.pubsub is not None
    told = len(stack.smtp.messages)
    watched = settings.model_copy(update={"circuit_breaker_alert_email": "bereitschaft@kanzlei.example"})
    async with working(watched, world) as app:
        await stack.mongo.stop()
        try:
            for _ in range(4):
                await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
            async with asyncio.timeout(LONG):
                while app.door.states().get("mongodb") != "open":
                    await asyncio.sleep(0.05)
            held = app.health().details["breakers_not_closed"]
            assert isinstance(held, dict)
            assert held["mongodb"]["holds"] == ["emails"], "mailboxes are synchronised all the same"
            assert held["mongodb"]["reason"]
            assert app.health().alive, "an outage is nothing a restart would mend"
            assert all(email.status != "settled" for email in await app.emails.recent())
        finally:
            await stack.mongo.start()
        await settled(app, 4)
        assert {email.outcome for email in await app.emails.recent()} == {"updated"}
        async with asyncio.timeout(LONG):
            while app.door.states()["mongodb"] != "closed":
                await asyncio.sleep(0.05)
    changes = {change.client_id: change.new_amount for change in await _changes(settings, world)}
    assert changes == {"c-1": Decimal("812.40")}
    alerts = [mail for mail in stack.smtp.messages[told:] if "bereitschaft@kanzlei.example" in mail.recipients]
    assert [str(mail.message["Subject"]) for mail in alerts] == [
        "claimstream: mongodb is failing",
        "claimstream: mongodb has recovered",
    ]
    emails = stack.pubsub.snapshot(settings.subscription(settings.emails_subscription))
    assert (emails.nacked, emails.dead_lettered) == (0, 0), "an outage costs no delivery attempt"


async def test_a_circuit_that_nobody_calls_any_more_closes_by_itself(settings: Settings, world: World) -> None:
    async with working(settings, world) as app:
        down = app.door.service("smtp", lambda _: None)
        for _ in range(2):
            with pytest.raises(Outage):
                await down.call("send", _fails, retry=False)
        assert app.door.states()["smtp"] == "open"
        async with asyncio.timeout(LONG):
            while app.door.states()["smtp"] != "closed":
                await asyncio.sleep(0.05)


async def test_a_circuit_that_another_worker_has_opened_pauses_intake_and_is_told_once(
    settings: Settings, stack: LocalStack, world: World, reply: Reply, tmp_path: Path
) -> None:
    assert stack.smtp is not None
    assert stack.pubsub is not None
    told = len(stack.smtp.messages)
    slow = {name: replace(policy, breaker_recovery_seconds=3.0) for name, policy in HASTY.items()}
    async with LocalRedis(tmp_path) as redis:
        shared = SharedCircuits(redis.url)
        other = Door(slow, unit_of_work=shared)
        watched = settings.model_copy(
            update={
                "circuit_breaker_alert_email": "bereitschaft@kanzlei.example",
                "breaker_redis_url": SecretStr(redis.url),
            }
        )
        async with working(watched, world, slow) as app:
            for _ in range(2):
                with pytest.raises(Outage):
                    await other.service("mongodb", lambda _: None).call("find", _fails, retry=False)
            for _ in range(3):
                await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
            async with asyncio.timeout(LONG):
                while app.door.states().get("mongodb") != "open":
                    await asyncio.sleep(0.02)
                while subscriptions(app) != {"notifications": "streaming", "emails": "paused"}:
                    await asyncio.sleep(0.02)
            held = app.health().details["breakers_not_closed"]
            assert isinstance(held, dict)
            assert (held["mongodb"]["holds"], held["mongodb"]["reason"]) == (["emails"], "as another worker saw it")
            await settled(app, 3)
            async with asyncio.timeout(LONG):
                while subscriptions(app) != {"notifications": "streaming", "emails": "streaming"}:
                    await asyncio.sleep(0.02)
            assert app.health().details["breakers_not_closed"] == {}
        await other.close()
        await shared.close()
    alerts = [mail for mail in stack.smtp.messages[told:] if "bereitschaft@kanzlei.example" in mail.recipients]
    assert [str(mail.message["Subject"]) for mail in alerts] == [
        "claimstream: mongodb is failing",
        "claimstream: mongodb has recovered",
    ]
    emails = stack.pubsub.snapshot(settings.subscription(settings.emails_subscription))
    assert (emails.nacked, emails.dead_lettered) == (0, 0), "an outage costs no delivery attempt"


def subscriptions(app: App) -> dict[str, str]:
    told = app.health().details["subscriptions"]
    assert isinstance(told, dict)
    return {name: each["state"] for name, each in told.items()}


async def _fails() -> None:
    raise Outage("test", "", "answered 503")


async def _changes(settings: Settings, world: World) -> list[Change]:
    async with App(settings, clock=lambda: NOW) as app:
        return await changes_since(app, world)


async def test_a_missing_subscription_ends_the_worker_loudly(settings: Settings, world: World) -> None:
    async with App(settings, clock=lambda: NOW) as app:
        await load_world(app, world)
        with pytest.raises(BaseExceptionGroup) as caught:
            await asyncio.wait_for(app.run(), LONG)
    assert "gmail-notifications" in repr(caught.value.exceptions) or "emails" in repr(caught.value.exceptions)


async def test_health_is_served_for_kubernetes(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        working(settings, world) as app,
        HealthServer(app.health, port=0, host="127.0.0.1") as server,
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session,
    ):

        async def status(path: str) -> int:
            async with session.get(path) as response:
                return response.status

        async def said() -> Any:
            async with session.get("/ready") as response:
                return await response.json()

        assert (await status("/live"), await status("/ready")) == (200, 200)
        subscriber = app._subscribers["emails"]
        ended = replace(subscriber.health(), error="UNAVAILABLE")  # as a stream that ended leaves it
        monkeypatch.setattr(subscriber, "health", lambda: ended)
        assert (await said())["subscriptions"]["emails"]["error"] == "UNAVAILABLE"
        refused = replace(ended, attention="the key was revoked")
        monkeypatch.setattr(subscriber, "health", lambda: refused)
        assert (await status("/live"), await status("/ready")) == (200, 503)  # a restart would mend nothing
        assert (await said())["subscriptions"]["emails"]["attention"] == "the key was revoked"
        monkeypatch.setattr(subscriber, "health", lambda: ended)
        app._draining = True  # as SIGTERM does
        assert (await status("/live"), await status("/ready")) == (200, 503)


async def test_the_start_warns_of_a_model_that_ends(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    old = settings.model_copy(update={"extraction_model": "claude-sonnet-4-5"})
    async with App(old) as app:
        await app.check()
    assert "model_deprecated" in caplog.text
    assert "claude-sonnet-4-5" in caplog.text


@pytest.mark.parametrize(("budget", "warned"), [("0.3", True), ("5", False)])
async def test_the_start_warns_of_a_budget_that_one_mail_may_exceed(
    settings: Settings, caplog: pytest.LogCaptureFixture, budget: str, warned: bool
) -> None:
    async with App(settings.model_copy(update={"model_daily_budget_usd": Decimal(budget)})) as app:
        await app.check()
    assert ("model_budget_small" in caplog.text) == warned


def test_a_command_that_asks_postgresql_only_loads_no_sdk_of_a_model() -> None:
    """Anthropic's takes a second, for which nobody wants to wait before a table of emails."""
    commands = ("access", "report.found", "dead.messages", "replay")
    loaded = ", ".join(f"claimstream.cli.{name}" for name in commands)
    asked = f"import sys, {loaded}; print([m for m in ('anthropic', 'sqlalchemy', 'motor') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"


async def test_a_silent_postgresql_is_said_at_each_attempt(
    settings: Settings, stack: LocalStack, caplog: pytest.LogCaptureFixture
) -> None:
    assert stack.postgres is not None
    assert settings.database_url is not None
    hasty = Policy(timeout_seconds=0.1, attempts=3, backoff_initial_seconds=0.01)
    async with Proxy(stack.postgres.port) as proxy:
        proxy.freeze()
        dsn = settings.database_url.get_secret_value().replace(f"127.0.0.1:{stack.postgres.port}", proxy.target)
        through = settings.model_copy(update={"database_url": SecretStr(dsn)})
        worker = App(through, policies={"postgresql": hasty})
        assert worker.health().details["error"] is None
        with pytest.raises(
            Outage, match=r"no answer within 0\.1 s\. Check .*reachable\. DATABASE_URL was tried 3 times in \d+ s\.$"
        ):
            await worker.__aenter__()
        assert "no answer within 0.1 s" in str(worker.health().details["error"])
    assert caplog.text.count("postgresql_tried_again") == 2


async def test_a_worker_that_is_connected_names_no_error(settings: Settings) -> None:
    async with App(settings) as app:
        assert app.health().details["error"] is None
