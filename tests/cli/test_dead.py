"""``claimstream dead``, against the embedded Pub/Sub."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from tests.cli.process import claimstream
from tests.helpers import add_email, received
from typer.testing import CliRunner

from claimstream.app import App
from claimstream.cli.audit.findings import Window
from claimstream.cli.audit.run import audit_mailboxes
from claimstream.cli.dead.messages import redrive_messages, show_message
from claimstream.cli.dead.redrive import Redrive
from claimstream.cli.main import app as commands
from claimstream.dead_letters import DeadLetters, DeadMessage, buried
from claimstream.domain.records.world import World
from claimstream.external import grpc_errors
from claimstream.external.errors import NotFound, Outage
from claimstream.local.stack import LocalStack
from claimstream.publishing import GuardedPublisher
from claimstream.pubsub import Publisher, Puller, limits
from claimstream.pubsub.wire import PubsubMessage
from claimstream.store.database import Connection
from claimstream.store.standings import StandingStore

GIVEN_UP = {
    "CloudPubSubDeadLetterSourceDeliveryCount": "100",
    "CloudPubSubDeadLetterSourceSubscription": "emails",
    "CloudPubSubDeadLetterSourceSubscriptionProject": "p",
    "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-10-01T00:00:00Z",
}
TRACE = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01", "correlation_id": "ab" * 16}


@pytest.fixture
async def grave(app: App) -> AsyncIterator[Publisher]:
    """Publishes to the dead-letter topic."""
    publisher = Publisher(await app.connect(), app.settings.topic(app.settings.dead_letter_topic))
    yield publisher
    await publisher.close()


def of_email(email_id: str) -> bytes:
    return json.dumps({"email_id": email_id}).encode()


def left(app: App, stack: LocalStack) -> int:
    """How many dead messages there are, looked at or not."""
    assert stack.pubsub is not None
    found = stack.pubsub.snapshot(app.settings.subscription(app.settings.dead_letter_subscription))
    return found.backlog + found.outstanding


async def arrived(app: App, subscription: str) -> dict[bytes, Mapping[str, str]]:
    """What waits there, by data."""
    puller = Puller(await app.connect(), app.settings.subscription(subscription))
    return {pulled.message.data: pulled.message.attributes for pulled in await puller.pull(100, wait_seconds=0.5)}


async def letters_of(app: App) -> DeadLetters:
    path = app.settings.subscription(app.settings.dead_letter_subscription)
    service = app.door.service(grpc_errors.SERVICE, grpc_errors.classify)
    return DeadLetters(Puller(await app.connect(), path, retry_seconds=0), service)


async def settle(app: App, email_id: str) -> None:
    async def work(connection: Connection) -> None:
        await connection.execute(
            "UPDATE emails SET status = 'settled', outcome = 'updated' WHERE email_id = $1", email_id
        )

    await app.database.run("UPDATE emails", work)


class TestBuried:
    """What the worker writes on a message that it puts there."""

    def test_it_says_why_and_from_where_and_keeps_what_it_had(self) -> None:
        message = received(b"x", "projects/p/subscriptions/emails", attributes={"a": "b"}, delivery_attempt=3)
        attributes = buried(message, "malformed")
        assert attributes["a"] == "b"
        dead = DeadMessage.of(received(b"x", "projects/p/subscriptions/emails-dead", attributes=attributes))
        assert (dead.reason, dead.source_subscription, dead.delivery_attempts) == ("malformed", "emails", 3)
        assert dead.own_attributes == {"a": "b"}

    def test_a_message_that_is_full_of_attributes_can_be_buried_all_the_same(self) -> None:
        full = {f"{number}": "x" for number in range(100)}
        attributes = buried(received(b"x", "projects/p/subscriptions/emails", attributes=full), "malformed")
        assert (len(attributes), attributes["claimstream.reason"]) == (100, "malformed")

    def test_what_could_not_be_published_is_left_out(self) -> None:
        refused = {"goog-id": "x", "long": "ü" * 1000, "kept": "x", "googclient_schemaencoding": "JSON"}
        attributes = buried(received(b"x", "projects/p/subscriptions/emails", attributes=refused), "ü" * 1000)
        message = PubsubMessage(data=b"x", attributes=attributes)
        assert limits.complaint(message, message.ByteSize()) is None
        assert attributes.keys() & refused.keys() == {"kept", "googclient_schemaencoding"}
        assert attributes["claimstream.reason"] == "ü" * 512


class TestList:
    async def test_each_is_told_of_and_none_is_taken_away(
        self, app: App, stack: LocalStack, grave: Publisher, installed: dict[str, str]
    ) -> None:
        given_up = await grave.publish(of_email("e-1"), GIVEN_UP | TRACE)
        strange = await grave.publish(b"\x1b[2Jstrange")
        for _ in range(2):
            ended = await claimstream("dead", "list", "--json", environment=installed)
            document = json.loads(ended.out)
            assert document["may_be_more"] is False
            by_id = {message.pop("message_id"): message for message in document["messages"]}
            assert by_id.keys() == {given_up, strange}
        published_at = datetime.fromisoformat(by_id[given_up].pop("published_at"))
        assert abs(datetime.now(UTC) - published_at) < timedelta(minutes=5)
        assert by_id[given_up].pop("size") > len(of_email("e-1"))
        assert by_id[given_up] == {
            "reason": "Pub/Sub gave up after 100 deliveries",
            "email_id": "e-1",
            "correlation_id": "ab" * 16,
            "delivery_attempts": 100,
            "source_subscription": "emails",
        }
        assert (by_id[strange]["email_id"], by_id[strange]["delivery_attempts"]) == (None, None)
        assert left(app, stack) == 2
        table = await claimstream("dead", "list", environment=installed | {"COLUMNS": "200"})
        assert all(one in table.out for one in (given_up, strange, "gave up after 100"))

    async def test_more_than_it_may_show_is_said(self, grave: Publisher, installed: dict[str, str]) -> None:
        for number in range(3):
            await grave.publish(f"{number}".encode())
        ended = await claimstream("dead", "list", "--limit", "2", "--json", environment=installed)
        document = json.loads(ended.out)
        assert (len(document["messages"]), document["may_be_more"]) == (2, True)
        assert "There may be more" in ended.err

    async def test_an_empty_topic_is_no_error(self, app: App, installed: dict[str, str]) -> None:
        ended = await claimstream("dead", "list", environment=installed)
        assert (ended.status, ended.out, "No dead messages" in ended.err) == (0, "", True)

    async def test_a_missing_subscription_says_what_to_do(self, app: App, installed: dict[str, str]) -> None:
        environment = installed | {"DEAD_LETTER_SUBSCRIPTION": "nowhere"}
        ended = await claimstream("dead", "list", environment=environment)
        assert ended.status == 2
        assert "subscriptions/nowhere is not there. Create it: claimstream setup" in ended.err


class TestShow:
    async def test_attributes_and_data_are_shown_and_a_long_one_is_cut(
        self, app: App, stack: LocalStack, grave: Publisher, installed: dict[str, str]
    ) -> None:
        message_id = await grave.publish(b"\x1b[31m" + b"x" * 5000, GIVEN_UP)
        shown = await claimstream("dead", "show", message_id, environment=installed)
        assert shown.status == 0
        assert "CloudPubSubDeadLetterSourceDeliveryCount" in shown.out
        assert "\x1b" not in shown.out
        assert 3900 < shown.out.count("x") < 4100
        assert "first 4,000 characters of 5,005 bytes" in shown.err
        document = json.loads((await claimstream("dead", "show", message_id, "--json", environment=installed)).out)
        assert (document["attributes"], document["data_is_whole"]) == (GIVEN_UP, False)
        assert left(app, stack) == 1

    async def test_one_is_found_by_its_emails_ids_too(self, grave: Publisher, installed: dict[str, str]) -> None:
        await grave.publish(b"another one")
        message_id = await grave.publish(of_email("e-1"), TRACE)
        for wanted in ("e-1", TRACE["correlation_id"]):
            ended = await claimstream("dead", "show", wanted, "--json", environment=installed)
            assert json.loads(ended.out)["message_id"] == message_id

    async def test_an_unknown_id_says_how_to_list_them(self, app: App, installed: dict[str, str]) -> None:
        ended = await claimstream("dead", "show", "nope", environment=installed)
        assert (ended.status, ended.out) == (1, "")
        assert "dead list" in ended.err


class TestRedrive:
    async def test_a_message_goes_back_to_its_topic_in_its_trace_and_is_dead_no_more(
        self, app: App, stack: LocalStack, world: World, grave: Publisher, installed: dict[str, str]
    ) -> None:
        email_id = await add_email(app, world)
        notification = b'{"emailAddress": "a@b.example", "historyId": 5}'
        named = await grave.publish(of_email(email_id), GIVEN_UP | TRACE | {"own": "x"})
        await grave.publish(notification, GIVEN_UP | {"CloudPubSubDeadLetterSourceSubscription": "gmail-notifications"})
        ended = await claimstream("dead", "redrive", named, environment=installed)
        assert (ended.status, "1 redriven, 0 refused" in ended.err) == (0, True), ended.err
        assert left(app, stack) == 1
        assert await arrived(app, "emails") == {of_email(email_id): TRACE | {"own": "x"}}
        ended = await claimstream("dead", "redrive", "--all", environment=installed)
        assert (ended.status, left(app, stack)) == (0, 0), ended.err
        assert notification in await arrived(app, "gmail-notifications")

    async def test_what_would_die_again_or_has_nothing_left_to_do_is_refused_unless_forced(
        self, app: App, stack: LocalStack, world: World, grave: Publisher, installed: dict[str, str]
    ) -> None:
        email_id = await add_email(app, world)
        await settle(app, email_id)
        for data in (of_email(email_id), of_email("nobody"), b"malformed"):
            await grave.publish(data)
        ended = await claimstream("dead", "redrive", "--all", environment=installed)
        assert (ended.status, left(app, stack)) == (1, 3)
        assert "its email is settled (updated)" in ended.out
        assert "no row has the email id nobody" in ended.out
        assert "it names no email" in ended.out
        assert "0 redriven, 3 refused" in ended.err
        assert await arrived(app, "emails") == {}
        forced = await claimstream("dead", "redrive", "--all", "--force", environment=installed)
        assert (forced.status, left(app, stack)) == (0, 0), forced.err
        assert (await arrived(app, "emails")).keys() == {of_email(email_id), of_email("nobody"), b"malformed"}

    async def test_an_id_that_none_has_is_an_error_and_the_others_are_redriven(
        self, app: App, stack: LocalStack, world: World, grave: Publisher, installed: dict[str, str]
    ) -> None:
        email_id = await add_email(app, world)
        await grave.publish(of_email(email_id))
        ended = await claimstream("dead", "redrive", email_id, "nope", environment=installed)
        assert (ended.status, left(app, stack)) == (1, 0)
        assert "no dead message has the id nope" in ended.err

    @pytest.mark.parametrize("words", [[], ["--all", "1"]])
    def test_it_wants_ids_or_all_and_not_both(self, words: list[str]) -> None:
        ended = CliRunner().invoke(commands, ["dead", "redrive", *words], env={"COLUMNS": "200"})
        assert (ended.exit_code, "one of the two" in ended.output) == (2, True)

    @pytest.fixture
    async def redrive(self, app: App) -> AsyncIterator[Redrive]:
        service = app.door.service(grpc_errors.SERVICE, grpc_errors.classify)
        emails = GuardedPublisher(await app.connect(), app.settings.topic(app.settings.emails_topic), service)
        yield Redrive(
            standings=StandingStore(app.database).of_email_ids,
            to_emails=emails.publish,
            to_notifications=emails.publish,
            notifications_subscription="gmail-notifications",
            force=False,
            began_at=datetime.now(UTC) + timedelta(hours=1),
        )
        await emails.close(1.0)

    async def test_nothing_is_lost_when_the_publish_fails(
        self, app: App, stack: LocalStack, world: World, grave: Publisher, redrive: Redrive
    ) -> None:
        await grave.publish(of_email(await add_email(app, world)))
        assert stack.pubsub is not None
        async with await letters_of(app) as letters:
            messages = await letters.look(10)
            stack.pubsub.faults.fail("Publish", "UNAVAILABLE", times=1000)
            with pytest.raises(Outage):
                await redrive.redrive(letters, messages)
            stack.pubsub.faults.clear()
        assert (left(app, stack), redrive.done) == (1, [])

    async def test_nothing_is_lost_when_the_acknowledgement_fails(
        self, app: App, stack: LocalStack, world: World, grave: Publisher, redrive: Redrive
    ) -> None:
        data = of_email(await add_email(app, world))
        await grave.publish(data)
        assert stack.pubsub is not None
        async with await letters_of(app) as letters:
            messages = await letters.look(10)
            stack.pubsub.faults.fail("Acknowledge", "PERMISSION_DENIED")
            with pytest.raises(Outage):
                await redrive.redrive(letters, messages)
        assert left(app, stack) == 1, "it comes a second time, which is harmless"
        assert data in await arrived(app, "emails")

    async def test_what_died_since_it_began_is_left_alone(
        self, app: App, stack: LocalStack, world: World, grave: Publisher, redrive: Redrive
    ) -> None:
        redrive.began_at = datetime.now(UTC)
        await grave.publish(of_email(await add_email(app, world)))
        async with await letters_of(app) as letters:
            assert await redrive.redrive(letters, await letters.look(10)) == []
        assert left(app, stack) == 1


async def test_more_than_one_pull_brings_each_once_and_all_are_released(
    app: App, stack: LocalStack, grave: Publisher
) -> None:
    for number in range(230):
        await grave.publish(f"{number}".encode())
    async with await letters_of(app) as letters:
        portions = [portion async for portion in letters.each(1000)]
        assert [len(portion) for portion in portions] == [100, 100, 30]
        assert len({message.message_id for portion in portions for message in portion}) == 230
    async with await letters_of(app) as again:
        assert sum([len(portion) async for portion in again.each(150)]) == 150


class TestMoreThanCanBeLookedAt:
    """Each command says so, instead of taking what it has seen for all there is."""

    @pytest.fixture(autouse=True)
    async def many(self, grave: Publisher, installed: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in installed.items():
            monkeypatch.setenv(name, value)
        for module in ("dead.messages", "audit.run"):
            monkeypatch.setattr(f"claimstream.cli.{module}.MOST", 2)
        for number in range(3):
            await grave.publish(of_email(f"e-{number}"))

    async def test_an_id_that_is_not_among_them_is_not_said_to_be_nowhere(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert not await show_message("nope", as_json=False)
        assert not await redrive_messages({"nope"}, force=False)
        said = " ".join(capsys.readouterr().err.split())
        assert said.count("none of the 2 dead messages that were looked at has the id nope, and there are more") == 2

    async def test_all_are_not_said_to_be_redriven(
        self, app: App, stack: LocalStack, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert not await redrive_messages((), force=True)
        assert "more dead messages than the 2 that were looked at" in " ".join(capsys.readouterr().err.split())
        assert left(app, stack) == 1
        assert await redrive_messages((), force=True)
        assert left(app, stack) == 0

    async def test_an_audit_proves_nothing(
        self, app: App, stack: LocalStack, world: World, reply: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
    ) -> None:
        gmail_id = await stack.gmail.deliver(
            world.tenants[0].mailboxes[0], reply(), internal_date=datetime.now(UTC) - timedelta(hours=1), notify=False
        )
        email_id = await add_email(app, world, gmail_id)
        await app.emails.published(email_id, trace_context={}, trace_id=None)
        now = datetime.now(UTC)
        window = Window(now - timedelta(days=1), now, now)
        assert await audit_mailboxes(window, address=None, tenant_id=None, mend=False, as_json=True) == 2
        assert "nobody knows which of its emails are dead" in " ".join(capsys.readouterr().err.split())


async def test_a_look_where_there_is_nothing_to_look_at_names_it(app: App) -> None:
    service = app.door.service(grpc_errors.SERVICE, grpc_errors.classify)
    letters = DeadLetters(Puller(await app.connect(), "projects/p/subscriptions/none", retry_seconds=0), service)
    with pytest.raises(NotFound, match="claimstream setup"):
        await letters.look(1)
