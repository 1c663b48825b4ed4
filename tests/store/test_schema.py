"""Every migration can be undone and done again: an update that goes wrong is taken back."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from tests.store.test_reviews import decision, item_of, to_review

from claimstream.app import App
from claimstream.domain.records.work import Delivered
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage, Unauthorised
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings
from claimstream.store import migrations
from claimstream.store.reviews import ReviewStore
from claimstream.store.schema import _config, migrate

_SHAPE = """
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


def _step(connection: Connection, *, down: bool, to: str | None = None) -> None:
    """One step, or all of them up or down to a revision."""
    if down:
        command.downgrade(_config(connection), to or "-1")
    else:
        command.upgrade(_config(connection), to or "+1")
    connection.commit()


def _revisions() -> int:
    return len(list(ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()))


async def test_each_step_back_leaves_what_was_there_before_it(stack: LocalStack) -> None:
    assert stack.postgres is not None
    name = f"schema_{secrets.token_hex(4)}"
    server = await asyncpg.connect(stack.postgres.dsn)
    dsn = urlunsplit(urlsplit(stack.postgres.dsn)._replace(path=f"/{name}"))
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn))
    try:
        await server.execute(f"CREATE DATABASE {name}")
        looker = await asyncpg.connect(dsn)

        async def shape() -> set[str]:
            return {row[0] for row in await looker.fetch(_SHAPE)}

        async with engine.connect() as connection:
            steps = _revisions()
            shapes = []
            for _ in range(steps):
                await connection.run_sync(lambda c: _step(c, down=False))
                shapes.append(await shape())
            assert len({frozenset(each) for each in shapes}) == steps, "each of them changes something"
            for before in reversed(shapes[:-1]):
                await connection.run_sync(lambda c: _step(c, down=True))
                assert await shape() == before
            for after in shapes[1:]:
                await connection.run_sync(lambda c: _step(c, down=False))
                assert await shape() == after
        await looker.close()
    finally:
        await engine.dispose()
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.close()


async def test_a_decision_that_waits_to_be_written_stops_a_step_back(
    app: App, world: World, settings: Settings
) -> None:
    reviews = ReviewStore(app.database)
    item = await item_of(reviews, await to_review(app, world))
    assert await reviews.resolve(item, decision(item))
    assert settings.database_url is not None
    dsn = settings.database_url.get_secret_value()
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn))
    try:
        async with engine.connect() as connection:
            with pytest.raises(Exception, match="decisions of persons wait in the outbox"):
                await connection.run_sync(lambda c: _step(c, down=True, to="0007"))
            await connection.run_sync(lambda c: _step(c, down=False, to="head"))
            row = await app.services.outbox.take(email_id=item.email_id)
            assert row is not None
            await app.services.outbox.done(row, Delivered.APPLIED)
            await connection.run_sync(lambda c: _step(c, down=True, to="0007"))
            await connection.run_sync(lambda c: _step(c, down=False, to="head"))
    finally:
        await engine.dispose()
    assert await app.services.outbox.take(email_id=item.email_id) is None


async def test_a_role_without_rights_is_told_so(stack: LocalStack) -> None:
    assert stack.postgres is not None
    name = f"schema_{secrets.token_hex(4)}"
    owned = urlsplit(stack.postgres.dsn)._replace(path=f"/{name}")
    server = await asyncpg.connect(stack.postgres.dsn)
    try:
        await server.execute(f"CREATE DATABASE {name}")
        await server.execute(f"CREATE ROLE {name} LOGIN")
        with pytest.raises(Unauthorised, match=r"postgresql migrate: .* permission denied for schema public"):
            await migrate(urlunsplit(owned._replace(netloc=f"{name}@{owned.hostname}:{owned.port}")))
        await migrate(urlunsplit(owned))
    finally:
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.execute(f"DROP ROLE IF EXISTS {name}")
        await server.close()


async def test_a_server_that_is_not_there_is_an_outage() -> None:
    with pytest.raises(Outage, match="postgresql migrate: not reachable"):
        await migrate("postgresql://u@127.0.0.1:1/d")
