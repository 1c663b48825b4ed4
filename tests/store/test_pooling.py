"""PostgreSQL behind a pooler, with Debian's PgBouncer."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from pydantic import SecretStr
from tests.helpers import NOW
from tests.pgbouncer import PgBouncer
from tests.test_app import HASTY, settled, working

from claimstream.app import App
from claimstream.cli.doctor.diagnosis import diagnose
from claimstream.connections import make_database
from claimstream.domain.records.world import World
from claimstream.external.door import Door
from claimstream.external.errors import Outage, Unauthorised
from claimstream.external.policy import Policy
from claimstream.external.postgres_errors import SERVICE
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings
from claimstream.store.database import Connection, Pooler
from claimstream.store.pooling import Pooling
from claimstream.store.schema import newest_revision

pytestmark = pytest.mark.system("pgbouncer")

Reply = Callable[..., bytes]


def dsn_of(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


def through(settings: Settings, dsn: str, pooler: Pooler) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(dsn), "database_pooler": pooler})


async def test_the_pooling_is_found_from_outside(settings: Settings) -> None:
    dsn = dsn_of(settings)
    found = []
    async with PgBouncer(dsn, "session") as session, PgBouncer(dsn, "transaction") as transaction:
        for url in (dsn, session.dsn, transaction.dsn):
            door = Door()
            database = make_database(through(settings, url, "transaction"), door)
            await database.open()
            found.append(await database.pooling())
            await database.close()
            await door.close()
    assert found == [Pooling.DIRECT, Pooling.SESSION, Pooling.TRANSACTION]


async def test_a_pooler_that_loses_statements_is_refused(settings: Settings) -> None:
    door = Door()
    async with PgBouncer(dsn_of(settings), "transaction") as pooler:
        database = make_database(through(settings, pooler.dsn, "session"), door)
        with pytest.raises(Unauthorised, match="DATABASE_POOLER=transaction"):
            await database.open()
        await database.close()
    await door.close()


async def test_a_worker_works_through_a_pooler(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    """With fewer server processes than connections of ours, so that each statement may meet another one."""
    dsn = dsn_of(settings)
    async with PgBouncer(dsn, "transaction", servers=3) as pooler:
        mailbox = world.tenants[0].mailboxes[0]
        async with (
            working(through(settings, pooler.dsn, "transaction"), world) as app,
            working_too(through(settings, pooler.dsn, "transaction")) as other,
        ):
            for _ in range(12):
                await stack.gmail.deliver(mailbox, reply())
            await settled(app, 12)
            assert {email.outcome for email in await other.emails.recent()} == {"updated"}
        server = await asyncpg.connect(dsn)
        left = await server.fetchval("SELECT count(*) FROM review_items")
        await server.close()
    assert left == 0


async def test_nothing_is_prepared_behind_a_pooler(settings: Settings) -> None:
    door = Door()
    async with PgBouncer(dsn_of(settings), "transaction", servers=1) as pooler:
        database = make_database(through(settings, pooler.dsn, "transaction"), door)
        await database.open()
        for query in ("SELECT 1, $1::int", "SELECT 2, $1::int"):
            await database.run("SELECT", partial(_fetch, query))
        left = await database.run("SELECT", lambda c: c.fetch("SELECT statement FROM pg_prepared_statements"))
        await database.close()
    await door.close()
    assert left == []


async def _fetch(query: str, connection: Connection) -> list[asyncpg.Record]:
    return await connection.fetch(query, 1)


@asynccontextmanager
async def working_too(settings: Settings) -> AsyncIterator[App]:
    """A second worker of the same installation."""
    async with App(settings, clock=lambda: NOW, policies=HASTY) as app:
        run = asyncio.create_task(app.run())
        yield app
        app.stop()
        await asyncio.wait_for(run, 30)


@pytest.mark.parametrize("moves", [1, 2])
async def test_a_pooler_that_changes_its_mode_costs_no_mail(settings: Settings, moves: int) -> None:
    """A worker that began with a session of its own: a lost statement is asked once more, and lost twice is an outage
    that says what to do."""
    door = Door({SERVICE: Policy(attempts=1, breaker_threshold=1000)})
    async with PgBouncer(dsn_of(settings), "session") as pooler, AsyncExitStack() as others:
        database = make_database(through(settings, pooler.dsn, "session"), door)
        await database.open()
        others.push_async_callback(door.close)
        others.push_async_callback(database.close)
        await pooler.stop()
        pooler.mode = "transaction"
        await pooler.start()
        with suppress(Outage):
            await database.pooling()  # the session of before has ended
        moved: list[object] = []

        async def work(connection: Connection) -> None:
            await connection.fetchval("SELECT $1::int", 1)  # prepared in the one server process that is free
            if len(moved) < moves:
                other = await asyncpg.connect(pooler.dsn, statement_cache_size=0)
                others.push_async_callback(other.close)
                await other.execute("BEGIN")
                await other.execute("SELECT 1")  # and keeps that process
                moved.append(other)
            await connection.fetchval("SELECT $1::int", 1)

        if moves == 1:
            await database.run("SELECT 1", work, transaction=False)
        else:
            with pytest.raises(Outage, match="DATABASE_POOLER=transaction"):
                await database.run("SELECT 1", work, transaction=False)
        assert len(moved) == moves


async def test_the_schema_is_brought_up_through_a_pooler(stack: LocalStack) -> None:
    assert stack.postgres is not None
    dsn = stack.postgres.dsn
    server = await asyncpg.connect(dsn)
    name = f"pooled_{secrets.token_hex(4)}"
    await server.execute(f"CREATE DATABASE {name}")
    async with PgBouncer(urlunsplit(urlsplit(dsn)._replace(path=f"/{name}")), "transaction", servers=3) as pooler:
        both = await asyncio.gather(*(_migrated(pooler.dsn) for _ in range(2)))
        assert both == [newest_revision()] * 2
        locks = "SELECT count(*) FROM pg_locks JOIN pg_database ON database = oid WHERE locktype = 'advisory'"
        left = await server.fetchval(f"{locks} AND datname = $1", name)
        assert left == 0, "a session's lock would stay with the pooler's server"
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


async def _migrated(dsn: str) -> str:
    """In a process of its own, as pods that start together do it."""
    code = f"import asyncio; from claimstream.store.schema import migrate; print(asyncio.run(migrate({dsn!r}))[1])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    return printed.decode().strip()


@pytest.mark.parametrize(
    ("mode", "setting", "state", "said"),
    [
        ("session", "session", "ok", "PgBouncer or another pooler, in session mode"),
        ("transaction", "transaction", "ok", "in transaction mode"),
        ("session", "transaction", "warning", "DATABASE_POOLER"),
        ("transaction", "session", "failed", "DATABASE_POOLER=transaction"),
    ],
)
async def test_doctor_says_what_it_met(
    settings: Settings, mode: Literal["session", "transaction"], setting: Pooler, state: str, said: str
) -> None:
    async with PgBouncer(dsn_of(settings), mode) as pooler:
        findings = await diagnose(through(settings, pooler.dsn, setting))
    [found] = [finding for finding in findings if finding.service == "PostgreSQL"]
    assert (found.state, said in found.text) == (state, True), found.text
