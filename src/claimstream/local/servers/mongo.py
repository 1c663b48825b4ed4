"""A server that speaks MongoDB's wire protocol, for the demo and the tests: SecantusDB, as a process of its own."""

import importlib.util
import sys
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import PyMongoError

from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.process import Command, ServerProcess
from claimstream.local.servers.server import LocalServer, missing_extra

_CACHE_SIZE = "128M"


class LocalMongo(LocalServer):
    """SecantusDB, started as a separate process; it is GPL-2.0, so none of it is imported here."""

    name = "MongoDB (SecantusDB)"
    setting = "MONGODB_URL"
    slug = "mongo"

    @property
    def url(self) -> str:
        """What a MongoDB client connects to."""
        return f"mongodb://{LOOPBACK}:{self.port}"

    async def prepare(self) -> None:
        if importlib.util.find_spec("secantus") is None:
            raise missing_extra("MongoDB's stand-in (the package secantusdb)", self.setting)
        # Given so that no file of the machine is looked for.
        (self.directory / "secantusd.toml").touch()

    def command(self, port: int) -> Command:
        return Command(
            arguments=[
                *(sys.executable, "-m", "secantus"),
                *("--config", str(self.directory / "secantusd.toml")),
                *("--host", LOOPBACK, "--port", str(port)),
                *("--storage-path", str(self.directory / "data")),
                *("--cache-size", _CACHE_SIZE, "--log-level", "INFO"),
                "--enable-test-commands",  # `configureFailPoint`, by which it refuses what it is told to
                # What is acknowledged outlives a crash: without it the last writes are lost.
                "--sync-on-commit",
            ],
            log_path=self.log_path,
            stops=(),  # killed: nothing acknowledged is lost, and its own way to end takes two seconds
            remove=self.throw_away_directories(),
        )

    def logged_ready(self, process: ServerProcess) -> bool:
        return "secantus listening on" in process.log()

    async def answers(self, port: int) -> bool:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=2_000
        )
        try:
            await client.admin.command("ping")
        except PyMongoError:
            return False
        finally:
            client.close()
        return True
