"""Connections that must not be used again, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg
import pytest

from claimstream.external.door import Door
from claimstream.external.errors import Outage
from claimstream.external.policy import Policy
from claimstream.external.postgres_errors import SERVICE, classify
from claimstream.local.servers.postgres import LocalPostgres
from claimstream.local.servers.process import Command
from claimstream.settings import Settings
from claimstream.store.database import Connection, Database

T = TypeVar("T")

ONE_TRY = Policy(attempts=1, breaker_threshold=1000)


@asynccontextmanager
async def opened(dsn: str, policy: Policy = ONE_TRY, *, connections: int = 3) -> AsyncIterator[Database]:
    door = Door({SERVICE: policy})
    call = door.service(SERVICE, classify, unknown_is_outage=False).call
    database = Database(dsn, call=call, max_connections=connections)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
        await door.close()


@asynccontextmanager
async def opened_without_circuit(dsn: str) -> AsyncIterator[Database]:
    """A database like :func:`opened`'s whose refusal of the schema holds nothing back."""

    async def call(operation: str, function: Callable[[], Awaitable[T]], /, **_: object) -> T:
        del operation
        try:
            return await function()
        except asyncpg.PostgresError as error:
            raise classify(error) or error from error

    database = Database(dsn, call=call, max_connections=3)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
def dsn(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


@pytest.fixture
async def admin(dsn: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """A session that is there already, and so keeps its own defaults."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def backend(database: Database) -> int:
    async def ask(connection: Connection) -> int:
        found: int = await connection.fetchval("SELECT pg_backend_pid()")
        return found

    return await database.run("SELECT pg_backend_pid", ask)


async def drop_ended_session(database: Database) -> None:
    """Meet the end of a session that the server has ended, at the latest now."""
    with suppress(Outage):
        await backend(database)


async def write(connection: Connection) -> None:
    await connection.execute("INSERT INTO tenants VALUES ('written', 'w') ON CONFLICT (tenant_id) DO NOTHING")


async def test_no_session_outlives_a_change_of_the_server_role(
    dsn: str, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    name = urlsplit(dsn).path[1:]
    async with opened(f"{dsn}?target_session_attrs=any") as database:
        await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            name,
        )
        await admin.execute("SET default_transaction_read_only = off")
        await drop_ended_session(database)
        gate = asyncio.Barrier(3)

        async def together(connection: Connection) -> None:
            await gate.wait()
            await connection.execute("SELECT 1")

        await asyncio.gather(*(database.run("SELECT nothing", together) for _ in range(3)))  # three read-only sessions
        with pytest.raises(Outage, match="25006"):
            await database.run("INSERT tenants", write)
        await admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        await asyncio.gather(*(database.run("SELECT nothing", together) for _ in range(3)))

        async def read_only(connection: Connection) -> str:
            await gate.wait()
            found: str = await connection.fetchval("SHOW transaction_read_only")
            return found

        modes = await asyncio.gather(*(database.run("SHOW transaction_read_only", read_only) for _ in range(3)))
        assert modes == ["off"] * 3
        await database.run("INSERT tenants", write)


@pytest.mark.parametrize(
    ("setting", "failing"),
    [
        ("search_path = nowhere", "SELECT count(*) FROM tenants"),
        ("role = pg_monitor", "UPDATE tenants SET name = name"),
        ("statement_timeout = 50", "SELECT pg_sleep(0.2)"),
    ],
)
async def test_no_session_outlives_a_setting_that_was_mended(
    dsn: str, admin: "asyncpg.Connection[asyncpg.Record]", setting: str, failing: str
) -> None:
    name = urlsplit(dsn).path[1:]
    await admin.execute("INSERT INTO tenants VALUES ('t', 't')")
    await admin.execute(f'ALTER DATABASE "{name}" SET {setting}')
    async with opened_without_circuit(dsn) as database:
        gate = asyncio.Barrier(3)

        async def together(connection: Connection) -> None:
            await gate.wait()
            await connection.execute(failing)

        async def in_three_sessions() -> list[object]:
            runs = [database.run("SELECT tenants", together) for _ in range(3)]
            return list(await asyncio.gather(*runs, return_exceptions=True))

        assert all(isinstance(one, Outage) for one in await in_three_sessions())
        await admin.execute(f'ALTER DATABASE "{name}" RESET ALL')
        for _ in range(3):  # the pool may have begun a session in the meantime
            if (last := await in_three_sessions()) == [None] * 3:
                break
        assert last == [None] * 3


async def test_one_refusal_of_the_schema_renews_every_session(
    dsn: str, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A circuit that it opens is tried once in minutes, by one session."""
    name = urlsplit(dsn).path[1:]
    await admin.execute(f'ALTER DATABASE "{name}" SET search_path = nowhere')
    async with opened_without_circuit(dsn) as database:
        gate = asyncio.Barrier(3)

        async def together(connection: Connection) -> None:
            await gate.wait()
            await connection.execute("SELECT 1")

        await asyncio.gather(*(database.run("SELECT nothing", together) for _ in range(3)))
        with pytest.raises(Outage, match="42P01"):
            await database.run("INSERT tenants", write)
        await admin.execute(f'ALTER DATABASE "{name}" RESET ALL')

        async def write_together(connection: Connection) -> None:
            await gate.wait()
            await write(connection)

        await asyncio.gather(*(database.run("INSERT tenants", write_together) for _ in range(3)))


async def test_one_stale_session_costs_nobody_an_attempt(dsn: str, admin: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with opened(dsn) as database:

        async def spoil(connection: Connection) -> None:
            await connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

        await database.run("SET session", spoil, transaction=False)
        await database.run("INSERT tenants", write)
        assert await admin.fetchval("SELECT count(*) FROM tenants WHERE tenant_id = 'written'") == 1


RAISED = {
    "25006": "read_only_sql_transaction",
    "25P03": "idle_in_transaction_session_timeout",
    "25P04": "transaction_timeout",
    "26000": "invalid_sql_statement_name",
    "42P05": "duplicate_prepared_statement",
    "57P01": "admin_shutdown",
    "57P02": "crash_shutdown",
    "57P03": "cannot_connect_now",
    "57P05": "idle_session_timeout",
    "08P01": "a pooler's",
    "XX000": "internal_error, and a pooler's",
}


@pytest.mark.parametrize("state", RAISED)
async def test_an_error_of_the_session_ends_it_as_an_outage(dsn: str, state: str) -> None:
    async with opened(dsn, connections=1) as database:
        before = await backend(database)

        async def fail(connection: Connection) -> None:
            await connection.execute(f"DO $$ BEGIN RAISE 'so' USING ERRCODE = '{state}'; END $$")

        with pytest.raises(Outage, match=state):
            await database.run("DO nothing", fail)
        assert await backend(database) != before


@pytest.mark.parametrize("query", ["SELEC 1", "SELECT 1 / 0", "SELECT pg_advisory_xact_lock_shared('x')"])
async def test_an_error_of_the_query_leaves_the_session(dsn: str, query: str) -> None:
    async with opened(dsn, connections=1) as database:
        before = await backend(database)
        with pytest.raises(asyncpg.PostgresError):
            await database.run("SELECT nothing", lambda connection: connection.execute(query))
        assert await backend(database) == before


async def test_a_table_that_changes_meanwhile_is_read_again(
    dsn: str, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await admin.execute("CREATE TABLE changing (a int); INSERT INTO changing VALUES (1)")
    async with opened(dsn, connections=1) as database:

        async def read(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch("SELECT * FROM changing")

        assert [tuple(row) for row in await database.run("SELECT changing", read)] == [(1,)]
        await admin.execute("ALTER TABLE changing ADD COLUMN b int")
        assert [tuple(row) for row in await database.run("SELECT changing", read)] == [(1, None)]


class _Promotable(LocalPostgres):
    """A server that can be started as a standby."""

    def command(self, port: int) -> Command:
        command = super().command(port)
        return replace(command, arguments=[*command.arguments, "-c", "wal_level=replica"])

    def demote(self) -> None:
        (self._data / "standby.signal").touch()


async def test_a_standby_is_no_server_of_ours_until_it_is_promoted(tmp_path: Path) -> None:
    async with _Promotable(tmp_path) as server, opened(server.dsn) as database:
        await backend(database)
        await server.stop()
        server.demote()
        await server.start()
        await drop_ended_session(database)
        with pytest.raises(Outage, match="takes writes"):
            await backend(database)
        standby = await asyncpg.connect(server.dsn)
        await standby.execute("SELECT pg_promote()")
        await standby.close()
        await backend(database)


async def test_of_several_servers_the_one_that_takes_writes_is_used(
    dsn: str, admin: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    name, parts = urlsplit(dsn).path[1:], urlsplit(dsn)
    async with _Promotable(tmp_path) as other:
        primary = await asyncpg.connect(other.dsn)
        await primary.execute(f'CREATE DATABASE "{name}"')
        await primary.close()
        await other.stop()
        other.demote()
        await other.start()
        both = f"postgresql://{parts.username}@127.0.0.1:{other.port},127.0.0.1:{parts.port}/{name}"
        async with opened(both) as database:
            await database.run("INSERT tenants", write)
    assert await admin.fetchval("SELECT count(*) FROM tenants WHERE tenant_id = 'written'") == 1
