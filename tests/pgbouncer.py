"""A PgBouncer of the system's between a test and PostgreSQL."""

import shutil
import tempfile
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from claimstream.local.servers.account import unprivileged_account
from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.process import Command, ServerProcess
from claimstream.local.servers.server import LocalServer


class PgBouncer(LocalServer):
    name = "PgBouncer"
    setting = "DATABASE_URL"
    slug = "pgbouncer"

    def __init__(self, dsn: str, mode: Literal["session", "transaction"], *, servers: int = 5) -> None:
        """
        Args:
            dsn: the URL of a database on the server behind it.
            servers: how many server processes it holds for one database.
        """
        super().__init__(Path(tempfile.mkdtemp(prefix="pgbouncer-", dir="/tmp")), throw_away=True)
        self._account = unprivileged_account(self.directory)  # it does not run as root
        self._behind = urlsplit(dsn)
        self.mode = mode
        self._servers = servers

    @property
    def dsn(self) -> str:
        return self._dsn(self.port)

    def _dsn(self, port: int) -> str:
        return urlunsplit(self._behind._replace(netloc=f"{self._behind.username}@{LOOPBACK}:{port}"))

    def command(self, port: int) -> Command:
        users = self.directory / "users.txt"
        users.write_text(f'"{self._behind.username}" ""\n')
        settings = {
            "listen_addr": LOOPBACK,
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": users,
            "pool_mode": self.mode,
            "default_pool_size": self._servers,
        }
        file = self.directory / "pgbouncer.ini"
        lines = [f"{name} = {value}" for name, value in settings.items()]
        behind = f"* = host={LOOPBACK} port={self._behind.port}"
        file.write_text("\n".join(["[databases]", behind, "[pgbouncer]", *lines]) + "\n")
        program = shutil.which("pgbouncer") or "pgbouncer"
        return Command(
            arguments=[program, str(file)],
            log_path=self.log_path,
            account=self._account,
            remove=self.throw_away_directories(),
        )

    def logged_ready(self, process: ServerProcess) -> bool:
        return "process up" in process.log()

    async def answers(self, port: int) -> bool:
        try:
            connection = await asyncpg.connect(self._dsn(port), statement_cache_size=0, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True
