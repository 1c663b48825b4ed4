"""``claimstream audit``, against Gmail, PostgreSQL and Pub/Sub."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gcloud.aio.storage import Storage
from tests.cli.process import claimstream
from tests.helpers import add_email, summary_of, wait_for_message
from tests.pipeline.test_runner import arrive, make_runner, settle
from typer.testing import CliRunner

from claimstream.app import App
from claimstream.cli.main import app as commands
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Settled, Wait
from claimstream.pubsub import Publisher, Puller
from claimstream.store.database import Connection
from claimstream.store.mailbox_access import MailboxAccessStore

Reply = Callable[..., bytes]
HOUR = timedelta(hours=1)


@pytest.fixture
def address(world: World) -> str:
    return world.tenants[0].mailboxes[0]


async def delivered(stack: LocalStack, address: str, reply: Reply, ago: timedelta = HOUR) -> str:
    return await stack.gmail.deliver(address, reply(), internal_date=datetime.now(UTC) - ago, notify=False)


async def published(app: App, email_id: str) -> None:
    await app.emails.published(email_id, trace_context={}, trace_id=None)


async def test_a_window_without_gaps_is_complete(
    app: App, stack: LocalStack, world: World, address: str, reply: Reply, installed: dict[str, str]
) -> None:
    known = await delivered(stack, address, reply)
    await published(app, await add_email(app, world, known))
    await delivered(stack, address, reply, ago=timedelta(days=2))
    ended = await claimstream("audit", "--mailbox", address, "--since", "24h", environment=installed)
    assert (ended.status, "No gap" in ended.err) == (0, True), ended.out + ended.err
    assert "waits for a worker to begin with it" in ended.out


async def test_every_gap_is_listed_with_what_to_do_and_mending_closes_those_it_can(
    app: App, stack: LocalStack, world: World, address: str, reply: Reply, installed: dict[str, str]
) -> None:
    missing = [await delivered(stack, address, reply) for _ in range(2)]
    unpublished = await add_email(app, world, await delivered(stack, address, reply))
    dead = await add_email(app, world, await delivered(stack, address, reply))
    await published(app, dead)

    async def older(connection: Connection) -> None:
        await connection.execute(
            "UPDATE emails SET created_at = now() - interval '10 min' WHERE email_id = $1", unpublished
        )

    await app.database.run("UPDATE emails", older)
    grave = Publisher(await app.connect(), app.settings.topic(app.settings.dead_letter_topic))
    await grave.publish(json.dumps({"email_id": dead}).encode(), {"claimstream.reason": "bad luck"})
    await grave.close()

    found = await audit(installed, "--since", "1d", status=1)
    (box,) = found["mailboxes"]
    assert (found["complete"], found["gaps"], box["listed"], box["tenant_id"]) == (False, 4, 4, "t")
    gaps = {email["gmail_id"]: email for email in box["emails"] if email["gap"]}
    assert {gmail_id for gmail_id, email in gaps.items() if email["state"] == "missing"} == set(missing)
    assert {email["reason"] for email in gaps.values() if email["email_id"] == dead} == {"bad luck"}
    shown = await claimstream("audit", "--since", "1d", environment=installed)
    assert f"claimstream dead redrive {dead}" in shown.out

    mended = await audit(installed, "--since", "1d", "--mend", status=1)
    (box,) = mended["mailboxes"]
    assert (mended["mended"], mended["gaps"], box["counts"]["missing"]) == (2, 1, 0)
    again = await audit(installed, "--since", "1d", "--mend", status=1)
    assert (again["mended"], again["gaps"]) == (0, 1), "the dead one is for a person to redrive"
    puller = Puller(await app.connect(), app.settings.subscription(app.settings.emails_subscription))
    messages = [json.loads(pulled.message.data)["email_id"] for pulled in await puller.pull(100)]
    rows = await app.emails.recent()
    assert sorted(messages) == sorted(row.email_id for row in rows if row.email_id != dead), "each published once"
    assert all(row.trace_id == row.correlation_id for row in rows if row.gmail_id in missing)


async def test_mail_that_only_passed_for_deleted_is_put_to_work_again(
    app: App, stack: LocalStack, world: World, address: str, reply: Reply, installed: dict[str, str]
) -> None:
    email_id = await add_email(app, world, await delivered(stack, address, reply))
    await published(app, email_id)
    stack.gmail.faults.fail(404, operation="messages.get", times=2)
    assert isinstance(await app.runner.process(email_id), Wait)
    await wait_for_message(app, email_id)
    assert await app.runner.process(email_id) == Settled()
    assert (await summary_of(app, email_id)).outcome == "set_aside"

    found = await audit(installed, "--since", "1d", status=1)
    (gap,) = [email for email in found["mailboxes"][0]["emails"] if email["gap"]]
    assert (gap["email_id"], gap["state"]) == (email_id, "set_aside")
    mended = await audit(installed, "--since", "1d", "--mend", status=0)
    assert (mended["mended"], mended["gaps"]) == (1, 0)
    assert await app.runner.process(email_id) == Settled()
    replayed = await summary_of(app, email_id)
    assert (replayed.outcome, replayed.run) == ("updated", 2)
    assert (await audit(installed, "--since", "1d", "--mend", status=0))["mended"] == 0


async def audit(environment: dict[str, str], *words: str, status: int) -> dict[str, Any]:
    ended = await claimstream("audit", *words, "--json", environment=environment)
    assert ended.status == status, ended.err
    document: dict[str, Any] = json.loads(ended.out)
    return document


async def test_a_mailbox_that_cannot_be_looked_at_keeps_nobody_from_the_others_and_is_no_success(
    app: App, stack: LocalStack, address: str, reply: Reply, installed: dict[str, str]
) -> None:
    await delivered(stack, address, reply)

    async def second(connection: Connection) -> None:
        await connection.execute("INSERT INTO tenants (tenant_id, name) VALUES ('u', 'Other')")
        await connection.execute("INSERT INTO mailboxes (address, tenant_id) VALUES ('a@other.example', 'u')")

    await app.database.run("INSERT mailboxes", second)
    stack.gmail.faults.fail(403, operation="messages.list", times=1, reason="forbidden")
    found = await audit(installed, "--since", "1d", status=2)
    assert ([box["mailbox"] for box in found["mailboxes"]], list(found["failed"])) == ([address], ["a@other.example"])
    assert found["complete"] is False
    one = await audit(installed, "--since", "1d", "--tenant", "u", status=0)
    assert [(box["mailbox"], box["listed"]) for box in one["mailboxes"]] == [("a@other.example", 0)]


async def test_nothing_is_complete_without_a_mailbox_that_does_not_let_us_in_and_all_is_found_once_it_does(
    app: App, stack: LocalStack, address: str, reply: Reply, installed: dict[str, str]
) -> None:
    access = MailboxAccessStore(app.database)
    await access.disable(address, "answered 403", retry_seconds=3600)
    waiting = await delivered(stack, address, reply)  # its notification is acknowledged, and nothing comes of it
    ended = await claimstream("audit", "--since", "1d", "--json", environment=installed)
    found = json.loads(ended.out)
    assert (ended.status, found["complete"], found["mailboxes"], list(found["failed"])) == (2, False, [], [address])
    assert f"mailboxes enable {address}" in ended.err
    await access.enable(address)
    found = await audit(installed, "--since", "1d", status=1)
    assert [(e["gmail_id"], e["state"]) for e in found["mailboxes"][0]["emails"]] == [(waiting, "missing")]
    mended = await audit(installed, "--since", "1d", "--mend", status=0)
    assert (mended["mended"], mended["complete"]) == (1, True)


async def test_a_mailbox_that_a_person_has_disabled_is_named_and_looked_at_when_it_is_asked_for(
    app: App, stack: LocalStack, address: str, reply: Reply, installed: dict[str, str]
) -> None:
    await delivered(stack, address, reply)

    async def second(connection: Connection) -> None:
        await connection.execute("INSERT INTO mailboxes (address, tenant_id) VALUES ('other@kanzlei.example', 't')")

    await app.database.run("INSERT mailboxes", second)
    await MailboxAccessStore(app.database).disable(address, "the firm has left", retry_seconds=None)
    ended = await claimstream("audit", "--since", "1d", environment=installed)
    assert ended.status == 0, ended.err
    assert f"Disabled by a person, and not looked at: {address}" in " ".join(ended.err.split())
    found = await audit(installed, "--since", "1d", "--mailbox", address, status=1)
    assert found["gaps"] == 1


async def test_a_mailbox_of_nobody_is_named(app: App, installed: dict[str, str]) -> None:
    ended = await claimstream("audit", "--since", "1d", "--mailbox", "no@body.example", environment=installed)
    assert (ended.status, "--mailbox no@body.example: no tenant has it" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "yesterday"], "--since: 'yesterday' is no moment"),
        (["--since", "7d", "--until", "x"], "--until: 'x' is no moment"),
        (["--since", "1h", "--until", "2h"], "is not before the end of the window"),
        (["--since", "9999-01-01"], "is not before the end of the window"),
        ([], "Missing option '--since'"),
    ],
)
def test_a_window_that_is_none_is_refused(words: list[str], said: str) -> None:
    ended = CliRunner().invoke(commands, ["audit", *words], env={"COLUMNS": "300"})
    assert (ended.exit_code, said in " ".join(ended.output.split())) == (2, True), ended.output


@pytest.fixture
async def archived(app: App, stack: LocalStack, world: World, reply: Reply) -> str:
    """The name of the archived mail of an email that is settled."""
    email_id = await arrive(app, stack, world, reply())
    await settle(app, make_runner(app, app.services), email_id)
    return f"t/{email_id}/raw.eml"


async def audited(address: str, installed: dict[str, str], *options: str) -> tuple[int, dict[str, Any]]:
    ended = await claimstream(
        "audit", "--mailbox", address, "--since", "24h", "--json", *options, environment=installed
    )
    assert ended.out, ended.err
    return ended.status, json.loads(ended.out)


def gaps(document: dict[str, Any]) -> list[str]:
    return [email["gap"] for mailbox in document["mailboxes"] for email in mailbox["emails"] if email["gap"]]


async def test_an_archived_mail_that_is_gone_is_a_gap_and_is_fetched_again(
    app: App, address: str, installed: dict[str, str], archived: str
) -> None:
    assert app.settings.gcs_bucket is not None
    assert (await audited(address, installed))[1]["archive"] == {"looked_at": 1, "of": 1, "restored": 0}
    async with Storage(api_root=app.settings.storage_emulator_host) as storage:
        raw = await storage.download(app.settings.gcs_bucket, archived)
        await storage.delete(app.settings.gcs_bucket, archived)
        status, document = await audited(address, installed)
        assert (status, document["gaps"]) == (1, 1)
        assert "--mend fetches it from Gmail again" in gaps(document)[0]
        status, document = await audited(address, installed, "--mend")
        assert (status, document["archive"]["restored"]) == (0, 1), document
        assert await storage.download(app.settings.gcs_bucket, archived) == raw


async def test_an_archived_mail_of_other_bytes_is_a_gap_and_is_not_overwritten(
    app: App, address: str, installed: dict[str, str], archived: str
) -> None:
    assert app.settings.gcs_bucket is not None
    async with Storage(api_root=app.settings.storage_emulator_host) as storage:
        await storage.upload(app.settings.gcs_bucket, archived, b"half a mai", metadata={"metadata": {}})
        status, document = await audited(address, installed, "--mend", "--all-archived")
        assert (status, document["archive"]["restored"]) == (1, 0)
        assert "never overwritten" in gaps(document)[0]
        assert await storage.download(app.settings.gcs_bucket, archived) == b"half a mai"


async def test_an_archived_mail_that_gmail_has_no_more_is_lost(
    app: App, stack: LocalStack, address: str, installed: dict[str, str], archived: str
) -> None:
    assert app.settings.gcs_bucket is not None
    async with Storage(api_root=app.settings.storage_emulator_host) as storage:
        await storage.delete(app.settings.gcs_bucket, archived)
    stack.gmail.faults.fail(404, operation="messages.get")
    try:
        status, document = await audited(address, installed, "--mend")
    finally:
        stack.gmail.faults.clear()
    assert status == 1
    assert "Gmail has it no more" in gaps(document)[0]


async def test_an_archive_that_cannot_be_asked_has_lost_nothing(
    address: str, installed: dict[str, str], archived: str, unused_tcp_port: int
) -> None:
    elsewhere = installed | {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{unused_tcp_port}"}
    status, document = await audited(address, elsewhere)
    assert (status, document["gaps"], list(document["failed"])) == (2, 0, ["The archive"])


async def test_a_fetch_that_cannot_be_read_is_one_gap(
    app: App, address: str, installed: dict[str, str], archived: str
) -> None:
    """A row as another release has written it."""

    async def write(connection: Connection) -> None:
        await connection.execute("UPDATE checkpoints SET result = '{\"of\": \"another form\"}' WHERE stage = 'fetch'")

    await app.database.run("UPDATE checkpoints", write)
    status, document = await audited(address, installed)
    assert (status, document["gaps"], document["failed"]) == (1, 1, {}), document
    assert "cannot be compared" in gaps(document)[0]
