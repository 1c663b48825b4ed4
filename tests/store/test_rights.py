"""The workers' role as ``docs/security.md`` makes it: enough for all that a worker does, and no more."""

import re
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from pydantic import SecretStr
from tests.helpers import NOW, add_email
from tests.pipeline.test_review import decide, lowered
from tests.replaying import put_back

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.domain.rules.review import approved
from claimstream.evaluation.desk import load_world
from claimstream.external.errors import Unauthorised
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Settled
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.settings import Settings
from claimstream.store.database import Connection
from claimstream.store.outages import OutageStore
from claimstream.store.reviews import ReviewStore
from claimstream.store.schema import migrate
from claimstream.topics import ensure_topics

SECURITY = Path(__file__).parents[2] / "docs/security.md"


@pytest.fixture(params=["before", "after"])
async def as_worker(request: pytest.FixtureRequest, stack: LocalStack, settings: Settings) -> AsyncIterator[Settings]:
    """A database of its own, migrated by its owner before or after the role was given its rights."""
    assert stack.postgres is not None
    role, database = f"worker_{secrets.token_hex(4)}", f"rights_{secrets.token_hex(4)}"
    server = await asyncpg.connect(stack.postgres.dsn)
    owned = urlsplit(stack.postgres.dsn)._replace(path=f"/{database}")
    try:
        await server.execute(f"CREATE DATABASE {database}")
        if request.param == "before":
            await migrate(urlunsplit(owned))
        owner = await asyncpg.connect(urlunsplit(owned))
        await owner.execute(statements("claimstream_worker").replace("claimstream_worker", role))
        await owner.close()
        if request.param == "after":
            await migrate(urlunsplit(owned))
        url = urlunsplit(owned._replace(netloc=f"{role}@{owned.hostname}:{owned.port}"))
        yield settings.model_copy(update={"database_url": SecretStr(url)})
    finally:
        await server.execute(f"DROP DATABASE {database} WITH (FORCE)")
        await server.execute(f"DROP ROLE {role}")
        await server.close()


def statements(role: str) -> str:
    """As the page says them."""
    blocks: list[str] = re.findall(r"```sql\n(.*?)```", SECURITY.read_text(), re.DOTALL)
    [found] = [block for block in blocks if role in block]
    return found


async def test_it_suffices_for_a_worker(
    as_worker: Settings, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    async with App(as_worker, clock=lambda: NOW) as app:
        await load_world(app, world)
        await ensure_topics(as_worker, await app.connect())
        address = world.tenants[0].mailboxes[0]
        email_id = await add_email(app, world, await stack.gmail.deliver(address, reply(), notify=False))
        assert isinstance(await app.runner.process(email_id), Settled)
        await put_back(app, email_id)
        assert isinstance(await app.runner.process(email_id), Settled)
        outages = OutageStore(app.database, worker=app.worker)
        await outages.report({"gcs": "answered 503"}, told=())
        news = await outages.take({}, seconds=1.0)
        assert news is not None
        await outages.told(news)
        (email,) = await app.emails.recent()
        assert (email.outcome, email.delivered) == ("updated", True)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine ()", "DROP TABLE emails", "TRUNCATE emails", "ALTER TABLE emails ADD COLUMN mine text"],
)
async def test_it_owns_nothing(as_worker: Settings, statement: str) -> None:
    async def work(connection: Connection) -> None:
        await connection.execute(statement)

    async with App(as_worker, clock=lambda: NOW) as app:
        with pytest.raises(Unauthorised, match="SQLSTATE 42501"):
            await app.database.run("UPDATE schema", work)


async def test_that_of_a_person_suffices_for_their_decisions(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes], settings: Settings
) -> None:
    assert stack.postgres is not None
    assert settings.database_url is not None
    role, owned = f"office_{secrets.token_hex(4)}", urlsplit(settings.database_url.get_secret_value())
    item = await lowered(app, stack, world, app.runner, reply)
    owner = await asyncpg.connect(urlunsplit(owned))
    try:
        await owner.execute(statements("claimstream_office").replace("claimstream_office", role))
        url = urlunsplit(owned._replace(netloc=f"{role}@{owned.hostname}:{owned.port}"))
        async with App(settings.model_copy(update={"database_url": SecretStr(url)})) as office:
            reviews = ReviewStore(office.database)
            assert await reviews.claim(item.review_id, by="anna")
            await decide(office, item, approved(item))
            with pytest.raises(Unauthorised, match="SQLSTATE 42501"):
                await office.database.run("DELETE emails", lambda c: c.execute("DELETE FROM review_items"))
        assert await deliver_leftovers(app.services, app.rules) == 1
    finally:
        await owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
        await owner.close()
