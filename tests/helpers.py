"""What many tests do."""

import asyncio
import os
import tempfile
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from google.pubsub_v1 import types

from claimstream.app import App
from claimstream.domain.records.work import EmailSummary, NewEmail
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.attempt import DELETED_AFTER_SECONDS
from claimstream.pubsub import Message
from claimstream.settings import Settings
from claimstream.store.database import Connection
from claimstream.telemetry.correlation import new_correlation_id

NOW = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
"""The rules' clock."""
LONG = 300.0
"""Seconds after which what a test waits for will not come. It measures nothing: a busy machine is slow."""


_FOLDER = tempfile.TemporaryDirectory(prefix="claimstream-tests-")
NO_ENV_FILE = _FOLDER.name
"""A folder without ``.env`` to run commands in: the checkout may hold the one of a real installation."""


def bare_environment() -> dict[str, str]:
    """This process's environment without any setting, which may name real services."""
    return {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}


async def until(holds: Callable[[], object]) -> None:
    """Wait for what comes by itself, however slow the machine is: only pytest's own time-out ends it."""
    while not holds():
        await asyncio.sleep(0.01)


async def add_email(app: App, world: World, gmail_id: str | None = None) -> str:
    """A row as mailbox sync would have made it. Returns the email id."""
    address = world.tenants[0].mailboxes[0]
    mailbox = await app.mailboxes.get(address)
    assert mailbox is not None
    email_id = str(uuid.uuid4())
    new = NewEmail(email_id=email_id, gmail_id=gmail_id or uuid.uuid4().hex[:16], correlation_id=new_correlation_id())
    await app.mailboxes.add_emails(mailbox, [new], holder="test", cursor=None)
    return email_id


async def wait_for_message(app: App, email_id: str, seconds: float = DELETED_AFTER_SECONDS) -> None:
    """Let the email have waited so long for its missing message; by default as long as it may."""

    async def work(connection: Connection) -> str:
        return await connection.execute(
            "UPDATE waits SET seconds = $2 WHERE email_id = $1 AND kind = 'not_found'", email_id, seconds
        )

    assert await app.database.run("UPDATE waits", work) == "UPDATE 1"


async def summary_of(app: App, email_id: str) -> EmailSummary:
    found = await app.emails.find(email_id)
    assert found is not None
    return found


def received(
    data: bytes,
    subscription: str,
    *,
    message_id: str = "1",
    attributes: Mapping[str, str] | None = None,
    delivery_attempt: int = 0,
) -> Message:
    """A message as the subscriber would hand it over."""
    inner = types.PubsubMessage.pb()(data=data, message_id=message_id, attributes=attributes or {})
    outer = types.ReceivedMessage.pb()(ack_id="a", message=inner, delivery_attempt=delivery_attempt)
    return Message(outer, subscription)


def worker_environment(settings: Settings, stack: LocalStack) -> dict[str, str]:
    """What a worker process of this test's installation finds in its environment."""
    assert settings.database_url is not None
    return stack.environment() | {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "MONGODB_DATABASE": settings.mongodb_database,
        "GOOGLE_CLOUD_PROJECT": settings.google_cloud_project,
        "CLAIM_SECONDS": "3",
        "OUTAGE_WAIT_SECONDS": "0.3",
        "DRAIN_SECONDS": "10",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
    }
