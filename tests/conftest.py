"""The real stack, started once; a database, a project and mailboxes of its own for each test."""

import secrets
import signal
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest
from pydantic import SecretStr
from tests.helpers import NOW
from tests.reading_processes import reading_processes
from tests.system_packages import pytest_addoption, pytest_runtest_setup, pytest_terminal_summary

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import load_world
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings
from claimstream.store.schema import migrate
from claimstream.topics import ensure_topics

__all__ = ["pytest_addoption", "pytest_runtest_setup", "pytest_terminal_summary", "reading_processes"]

# Where a shell runs the tests in the background Ctrl-C is ignored, and the commands that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time, however slow the machine is: whether a change is good is not to hang on luck. Others are
# looked for with --hypothesis-profile=search.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", max_examples=200, deadline=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[LocalStack]:
    """Everything embedded, whatever the environment names."""
    async with LocalStack(Settings.model_construct()) as running:
        yield running


@pytest.fixture(scope="session")
async def template(stack: LocalStack) -> str:
    """A migrated database that others are copied from."""
    assert stack.postgres is not None
    dsn = await _create(stack.postgres.dsn, "template_claimstream")
    await migrate(dsn)
    return "template_claimstream"


@pytest.fixture
async def settings(stack: LocalStack, template: str, reading_processes: None) -> AsyncIterator[Settings]:
    """Of an installation of its own: fresh tables, fresh clients, fresh topics.

    The database goes with its test. One left behind is written to the disk, and takes a third of a second to remove.
    """
    assert stack.postgres is not None
    name = f"test_{secrets.token_hex(5)}"
    yield stack.settings.model_copy(
        update={
            "database_url": SecretStr(await _create(stack.postgres.dsn, name, template)),
            "mongodb_database": name,
            "google_cloud_project": name.replace("_", "-"),
            "outage_wait_seconds": 0.3,
            "claim_seconds": 5.0,
            "drain_seconds": 5.0,
        }
    )
    await _execute(stack.postgres.dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def app(settings: Settings, world: World) -> AsyncIterator[App]:
    """An app whose world is loaded and whose topics are there; it is not running."""
    async with App(settings, clock=lambda: NOW) as opened:
        await load_world(opened, world)
        await ensure_topics(settings, await opened.connect())
        yield opened


@pytest.fixture
def world() -> World:
    """One firm with a mailbox of its own, two clients, one creditor each."""
    box = f"post-{secrets.token_hex(4)}@kanzlei.example"
    return make_world(box)


def make_world(mailbox: str) -> World:
    def client(number: int, first: str, last: str, creditor: str) -> dict[str, object]:
        return {
            "client_id": f"c-{number}",
            "tenant_id": "t",
            "case_reference": f"88{number:02}/25",
            "first_name": first,
            "last_name": last,
            "creditors": [
                {
                    "creditor_id": f"cr-{number}",
                    "name": creditor,
                    "email": f"forderung@{creditor.split(maxsplit=1)[0].lower()}.example",
                    "claim_amount": "430.00",
                    "current_amount": "430.00",
                }
            ],
        }

    def inquiry(number: int, code: str, letter: str) -> dict[str, object]:
        return {
            "inquiry_id": f"i-{number}",
            "tenant_id": "t",
            "client_id": f"c-{number}",
            "creditor_id": f"cr-{number}",
            "letter": letter,
            "sent_at": "2026-10-01T09:00:00Z",
            "reply_code": code,
            "message_id": f"<i-{number}@kanzlei.example>",
            "status": "open",
        }

    return World.model_validate(
        {
            "tenants": [{"tenant_id": "t", "name": "Kanzlei", "mailboxes": [mailbox]}],
            "clients": [
                client(1, "Nele", "Brandt", "Stadtwerke Aue GmbH"),
                client(2, "Jonas", "Wolter", "Moebelhaus Kern AG"),
            ],
            "inquiries": [inquiry(1, "K7Q2X9M4", "first"), inquiry(2, "P3R8T5W2", "first")],
            "now": NOW.isoformat(),
        }
    )


@pytest.fixture
def reply(world: World) -> Callable[..., bytes]:
    """A creditor's reply to the first inquiry, as bytes."""
    mailbox = world.tenants[0].mailboxes[0]

    def make(
        text: str = "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung beträgt 812,40 EUR (Stand 12.10.2026).\n",
        *,
        code: str | None = "K7Q2X9M4",
        sender: str = "forderung@stadtwerke.example",
        subject: str = "Forderungsaufstellung Nele Brandt",
    ) -> bytes:
        local, _, domain = mailbox.partition("@")
        to = f"{local}+{code}@{domain}" if code else mailbox
        head = (
            f"From: Stadtwerke Aue GmbH <{sender}>\nTo: {to}\nSubject: {subject}\n"
            f"Message-ID: <{secrets.token_hex(8)}@stadtwerke.example>\nDate: Mon, 12 Oct 2026 10:00:00 +0200\n"
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        )
        return head.replace("\n", "\r\n").encode() + text.encode()

    return make


async def _create(dsn: str, name: str, template: str = "template0") -> str:
    await _execute(dsn, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def _execute(dsn: str, statement: str) -> None:
    server = await asyncpg.connect(dsn)
    try:
        await server.execute(statement)
    finally:
        await server.close()
