"""SIGTERM and Ctrl-C end every command, whatever it waits for."""

import asyncio
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from tests.cli.process import begun, ended
from tests.helpers import LONG, until

from claimstream.app import App
from claimstream.cli.access import a_door, bring_up_schema, open_database
from claimstream.domain.records.world import World
from claimstream.local.proxy import Proxy
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings

Reply = Callable[..., bytes]
SIGNALS = (signal.SIGTERM, signal.SIGINT)
SERVICES = {
    "DATABASE_URL": "postgresql://{}/x",
    "MONGODB_URL": "mongodb://{}",
    "STORAGE_EMULATOR_HOST": "http://{}",
    "GMAIL_BASE_URL": "http://{}",
    "ANTHROPIC_BASE_URL": "http://{}",
    "SMTP_URL": "smtp://{}",
    "PUBSUB_EMULATOR_HOST": "{}",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://{}",
}


class Silence:
    """A server that accepts connections and never answers."""

    def __init__(self) -> None:
        self.met = asyncio.Event()
        self.times = 0
        self.place = ""

    async def keep_silent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met.set()
        self.times += 1
        while await reader.read(4096):
            pass
        writer.close()


@pytest.fixture
async def silence() -> AsyncIterator[Silence]:
    silent = Silence()
    async with await asyncio.start_server(silent.keep_silent, "127.0.0.1", 0) as server:
        silent.place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield silent


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["run", "migrate", "doctor", "emails", "review", "audit --since 1h"])
async def test_a_silent_postgresql_holds_up_no_end(
    command: str, number: signal.Signals, silence: Silence, home: dict[str, str], tmp_path: Path
) -> None:
    environment = home | {
        "DATABASE_URL": f"postgresql://{silence.place}/x",
        "GMAIL_TOKEN": "t",
        "LOG_FORMAT": "console",
    }
    process = await begun(*command.split(), environment=environment, folder=tmp_path)
    await silence.met.wait()
    process.send_signal(number)
    end = await ended(process)
    assert (end.status, end.err.splitlines()[-1]) == (128 + number, "claimstream: stopped")
    assert "Traceback" not in end.err
    assert silence.times == 1, "it ended before it would have tried again"


async def test_a_silent_postgresql_is_said_before_it_is_given_up(
    silence: Silence, app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    async def opened(settings: Settings, patience_seconds: float) -> None:
        async with a_door() as door, open_database(settings, door, patience_seconds=patience_seconds):
            pass

    url = SecretStr(f"postgresql://{silence.place}/x")
    waiting = asyncio.create_task(opened(app.settings.model_copy(update={"database_url": url}), 0.0))
    await silence.met.wait()
    assert capsys.readouterr().err.startswith("PostgreSQL does not answer yet (DATABASE_URL). ")
    waiting.cancel()
    await asyncio.wait([waiting])
    await opened(app.settings, LONG)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("variable", sorted(SERVICES.keys() - {"DATABASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"}))
async def test_no_silent_service_holds_up_the_end(
    variable: str, silence: Silence, app: App, installed: dict[str, str]
) -> None:
    process = await begun(
        "doctor", environment=installed | {variable: SERVICES[variable].format(silence.place), "GMAIL_TOKEN": "t"}
    )
    await silence.met.wait()
    process.send_signal(signal.SIGTERM)
    end = await ended(process)
    assert (end.status, end.err.splitlines()[-1]) == (143, "claimstream: stopped")
    assert "Traceback" not in end.err


async def test_a_postgresql_that_falls_silent_amid_a_query_holds_up_no_end(
    stack: LocalStack, app: App, installed: dict[str, str]
) -> None:
    assert stack.postgres is not None
    dsn = installed["DATABASE_URL"]
    other = await asyncpg.connect(dsn)
    async with other.transaction(), Proxy(stack.postgres.port) as proxy:
        await other.execute("LOCK TABLE emails")
        through = dsn.replace(f"127.0.0.1:{stack.postgres.port}", proxy.target)
        process = await begun("emails", environment=installed | {"DATABASE_URL": through})
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'emails'::regclass AND NOT granted"
        while not await other.fetchval(waiting):
            await asyncio.sleep(0.05)
        proxy.freeze()
        process.send_signal(signal.SIGTERM)
        end = await ended(process)
    assert (end.status, end.err) == (143, "claimstream: stopped\n")
    await other.close()


async def test_a_mongodb_that_falls_silent_holds_up_no_workers_end(
    stack: LocalStack, app: App, world: World, reply: Reply, installed: dict[str, str]
) -> None:
    """The driver's thread waits for the answer beyond the drain, here without an end."""
    assert stack.mongo is not None
    async with Proxy(stack.mongo.port) as proxy:
        url = f"mongodb://{proxy.target}/?directConnection=true&socketTimeoutMS=3600000"
        process = await begun("run", environment=installed | {"MONGODB_URL": url, "DRAIN_SECONDS": "0.1"})
        watched = "SELECT count(*) FROM mailboxes WHERE watch_expires_at IS NOT NULL"
        while not await app.database.run("SELECT", lambda c: c.fetchval(watched)):
            await asyncio.sleep(0.05)
        proxy.freeze()
        await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply())
        parsed = "SELECT count(*) FROM checkpoints WHERE stage = 'parse'"
        while not await app.database.run("SELECT", lambda c: c.fetchval(parsed)):
            await asyncio.sleep(0.05)
        await until(lambda: proxy.held_bytes)
        process.send_signal(signal.SIGTERM)
        assert (await ended(process)).status == 0


async def test_a_worker_that_is_told_to_end_before_it_has_begun_says_so_in_its_log(
    silence: Silence, home: dict[str, str], tmp_path: Path
) -> None:
    environment = home | {"DATABASE_URL": f"postgresql://{silence.place}/x", "GMAIL_TOKEN": "t", "LOG_FORMAT": "json"}
    process = await begun("run", environment=environment, folder=tmp_path)
    await silence.met.wait()
    process.send_signal(signal.SIGTERM)
    end = await ended(process)
    assert end.status == 143
    assert '"action": "worker_stopped"' in end.err.splitlines()[-1]


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_while_modules_are_loaded_ends_it(number: signal.Signals, tmp_path: Path) -> None:
    slow = tmp_path / "typer.py"
    slow.write_text("import sys, threading\nprint('loading', flush=True)\nthreading.Event().wait()\n")
    process = await begun("emails", environment={"PYTHONPATH": str(tmp_path)})
    assert process.stdout is not None
    assert await process.stdout.readline() == b"loading\n"
    process.send_signal(number)
    end = await ended(process)
    assert (end.status, end.err) == (128 + number, "claimstream: stopped\n")


async def test_a_worker_that_is_told_to_end_while_modules_are_loaded_says_so_in_its_log(tmp_path: Path) -> None:
    slow = tmp_path / "typer.py"
    slow.write_text("import sys, threading\nprint('loading', flush=True)\nthreading.Event().wait()\n")
    process = await begun("run", environment={"PYTHONPATH": str(tmp_path)})
    assert process.stdout is not None
    assert await process.stdout.readline() == b"loading\n"
    process.send_signal(signal.SIGTERM)
    end = await ended(process)
    (line,) = end.err.splitlines()
    assert (end.status, json.loads(line)["action"], json.loads(line)["level"]) == (143, "worker_stopped", "info")


_HANGS_AT_ITS_END = """
import asyncio
from claimstream.cli.ending import ENDING
from claimstream.cli.running import run

async def work():
    try:
        print("working", flush=True)
        await asyncio.Event().wait()
    finally:
        print("cleaning", flush=True)
        await asyncio.Event().wait()

ENDING.install()
run(work(), grace_seconds=%s)
"""


async def test_a_worker_whose_clean_up_is_given_up_says_so_in_its_log() -> None:
    in_json = _HANGS_AT_ITS_END.replace("ENDING.install()", "ENDING.install()\nENDING.in_json = True")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", in_json % 0.1), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"working\n"
    process.send_signal(signal.SIGTERM)
    end = await ended(process)
    assert json.loads(end.err)["action"] == "worker_stopped"


async def test_a_clean_up_that_never_ends_is_given_up() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HANGS_AT_ITS_END % 0.1),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"working\n"
    process.send_signal(signal.SIGTERM)
    end = await ended(process)
    assert (end.status, end.out, end.err) == (143, "cleaning\n", "claimstream: stopped\n")


async def test_the_second_signal_ends_it_at_once() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HANGS_AT_ITS_END % 1000),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    for line in (b"working\n", b"cleaning\n"):
        assert await process.stdout.readline() == line
        process.send_signal(signal.SIGTERM)
    end = await ended(process)
    assert (end.status, end.err) == (143, "claimstream: stopped\n")


_CLEANS_UP = """
import asyncio, os, signal, sys
from claimstream.cli.console import note
from claimstream.cli.ending import ENDING
from claimstream.cli.running import run

async def work():
    try:
        note("working")
        await asyncio.Event().wait()
    finally:
        note("cleaning")
        print("cleaned", file=open(sys.argv[1], "w"))

signal.signal(signal.SIGHUP, signal.%s)
if len(sys.argv) > 2:
    os.login_tty(int(sys.argv[2]))
ENDING.install()
run(work())
"""


async def test_a_closed_terminal_does_not_cut_the_clean_up_short(tmp_path: Path) -> None:
    person, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CLEANS_UP % "SIG_DFL", str(tmp_path / "done"), str(terminal)),
        pass_fds=[terminal],
        start_new_session=True,
    )
    os.close(terminal)
    assert b"working" in await asyncio.to_thread(os.read, person, 100)
    os.close(person)
    assert await asyncio.wait_for(process.wait(), LONG) == 128 + signal.SIGHUP
    assert (tmp_path / "done").read_text() == "cleaned\n"


async def test_a_command_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CLEANS_UP % "SIG_IGN", str(tmp_path / "done")), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    assert await process.stderr.readline() == b"working\n"
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), LONG) == 128 + signal.SIGTERM
    assert (tmp_path / "done").read_text() == "cleaned\n", "SIGTERM was the first signal that it heeded"


@pytest.mark.parametrize("silent", [False, True])
async def test_a_migration_that_is_broken_off_leaves_nothing_half_done(
    silent: bool, stack: LocalStack, settings: Settings, home: dict[str, str], tmp_path: Path
) -> None:
    assert stack.postgres is not None
    assert settings.database_url is not None
    name = settings.database_url.get_secret_value().rpartition("/")[2]
    server = await asyncpg.connect(stack.postgres.dsn)
    await server.execute(f'DROP DATABASE "{name}"')
    await server.execute(f'CREATE DATABASE "{name}"')
    other = await asyncpg.connect(settings.database_url.get_secret_value())
    async with Proxy(stack.postgres.port) as proxy:
        through = settings.database_url.get_secret_value().replace(f"127.0.0.1:{stack.postgres.port}", proxy.target)
        held = other.transaction()
        await held.start()
        await other.execute("CREATE TABLE review_items ()")  # in the midst of the first migration, it waits for this
        process = await begun("migrate", environment=home | {"DATABASE_URL": through}, folder=tmp_path)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
        while not await server.fetchval(waiting, name):
            await asyncio.sleep(0.05)
        if silent:
            proxy.freeze()
        process.send_signal(signal.SIGTERM)
        end = await ended(process)
        assert (end.status, end.err) == (143, "claimstream: stopped\n")
    await held.rollback()
    assert await other.fetchval("SELECT to_regclass('emails')") is None
    before, _ = await bring_up_schema(settings)
    assert before is None
    await other.close()
    await server.close()
