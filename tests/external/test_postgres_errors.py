import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from claimstream.external.errors import ExternalError, LockedOut, Outage, Unauthorised
from claimstream.external.postgres_errors import classify
from claimstream.local.servers.postgres import LocalPostgres


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalPostgres]:
    directory: Path = tmp_path_factory.mktemp("postgres")
    async with LocalPostgres(directory) as running:
        yield running


@pytest.fixture
async def connection(server: LocalPostgres) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connected = await asyncpg.connect(server.dsn)
    yield connected
    await connected.close()


async def raised(connection: "asyncpg.Connection[asyncpg.Record]", query: str) -> ExternalError | None:
    try:
        await connection.execute(query)
    except Exception as error:
        return classify(error)
    raise AssertionError("nothing was raised")


async def test_a_session_ended_by_the_administrator_is_an_outage(server: LocalPostgres) -> None:
    victim = await asyncpg.connect(server.dsn)
    other = await asyncpg.connect(server.dsn)
    await other.execute("SELECT pg_terminate_backend($1)", victim.get_server_pid())
    error = await raised(victim, "SELECT 1")
    assert isinstance(error, Outage)
    again = await raised(victim, "SELECT 1")
    assert isinstance(again, Outage)
    assert "DATABASE_URL" in str(again)
    await other.close()


async def test_a_statement_that_takes_too_long_is_an_outage(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.execute("SET statement_timeout = 20")
    error = await raised(connection, "SELECT pg_sleep(10)")
    assert isinstance(error, Outage)
    assert "57014" in str(error)


async def test_a_lock_that_is_not_to_be_had_is_an_outage(server: LocalPostgres) -> None:
    one, other = await asyncpg.connect(server.dsn), await asyncpg.connect(server.dsn)
    await one.execute("CREATE TABLE held ()")
    await one.execute("BEGIN; LOCK TABLE held")
    error = await raised(other, "BEGIN; LOCK TABLE held NOWAIT")
    assert type(error) is Outage
    await one.close()
    await other.close()


async def test_a_deadlock_is_an_outage(server: LocalPostgres) -> None:
    one, other = await asyncpg.connect(server.dsn), await asyncpg.connect(server.dsn)
    await one.execute("CREATE TABLE lock_order (id int PRIMARY KEY); INSERT INTO lock_order VALUES (1), (2)")
    await one.execute("SET deadlock_timeout = '10ms'; BEGIN; SELECT * FROM lock_order WHERE id = 1 FOR UPDATE")
    await other.execute("SET deadlock_timeout = '10ms'; BEGIN; SELECT * FROM lock_order WHERE id = 2 FOR UPDATE")
    results = await asyncio.gather(
        one.execute("SELECT * FROM lock_order WHERE id = 2 FOR UPDATE"),
        other.execute("SELECT * FROM lock_order WHERE id = 1 FOR UPDATE"),
        return_exceptions=True,
    )
    errors = [classify(result) for result in results if isinstance(result, BaseException)]
    assert [type(error) for error in errors] == [Outage]
    await one.close()
    await other.close()


async def test_a_database_that_is_not_there_is_for_an_administrator(server: LocalPostgres) -> None:
    with pytest.raises(asyncpg.InvalidCatalogNameError) as caught:
        await asyncpg.connect(server.dsn, database="nobody_made_this")
    assert isinstance(classify(caught.value), Unauthorised)


async def test_nobody_listening_is_an_outage(unused_tcp_port: int) -> None:
    with pytest.raises(OSError, match=r"refused|failed") as caught:
        await asyncpg.connect(host="127.0.0.1", port=unused_tcp_port, user="u", database="d")
    assert isinstance(classify(caught.value), Outage)


@pytest.mark.parametrize("query", ["SELEC 1", "SELECT 1 / 0", "SELECT 'x'::int"])
async def test_what_is_wrong_with_the_query_is_left_as_it_is(
    connection: "asyncpg.Connection[asyncpg.Record]", query: str
) -> None:
    assert await raised(connection, query) is None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM nothing",
        "SELECT nothing FROM pg_class",
        "CREATE TABLE nowhere.x ()",
        "CREATE TEMP SEQUENCE full_one MINVALUE 0 MAXVALUE 1; SELECT nextval('full_one') FROM generate_series(1, 3)",
        "CREATE TEMP SEQUENCE new_one; SELECT currval('new_one')",
    ],
)
async def test_tables_of_another_release_lock_everybody_out(
    connection: "asyncpg.Connection[asyncpg.Record]", query: str
) -> None:
    error = await raised(connection, query)
    assert isinstance(error, LockedOut)
    assert "Run claimstream migrate" in str(error)


async def test_using_a_connection_twice_at_a_time_is_our_defect(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    results = await asyncio.gather(
        connection.execute("SELECT pg_sleep(0.05)"), connection.execute("SELECT 1"), return_exceptions=True
    )
    (error,) = [result for result in results if isinstance(result, BaseException)]
    assert isinstance(error, asyncpg.InterfaceError)
    assert classify(error) is None
