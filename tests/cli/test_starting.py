"""``claimstream run`` up to where it is ready."""

import signal
import socket
from typing import Any

import aiohttp
from tests.cli.process import begun, ended
from tests.helpers import until

from claimstream.app import App
from claimstream.local.proxy import Proxy
from claimstream.local.stack import LocalStack


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Probes:
    """What the kubelet would be told."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        try:
            async with self._session.get(path) as response:
                return response.status, await response.json()
        except aiohttp.ClientConnectionError:
            return 0, {}

    async def until(self, path: str, status: int) -> dict[str, Any]:
        while True:
            answered, said = await self.ask(path)
            if answered == status:
                return said


async def test_a_worker_is_ready_once_postgresql_and_pubsub_were_reached_and_stays_so(
    app: App, stack: LocalStack, installed: dict[str, str]
) -> None:
    assert stack.postgres is not None
    assert stack.pubsub is not None
    port = free_port()
    async with (
        Proxy(stack.postgres.port) as postgres,
        Proxy(int(installed["PUBSUB_EMULATOR_HOST"].rpartition(":")[2])) as pubsub,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        probes = Probes(session)
        postgres.freeze()
        pubsub.freeze()
        dsn = installed["DATABASE_URL"].replace(f"127.0.0.1:{stack.postgres.port}", postgres.target)
        through = {"DATABASE_URL": dsn, "PUBSUB_EMULATOR_HOST": pubsub.target, "HEALTH_PORT": str(port)}
        process = await begun("run", environment=installed | through)
        await until(lambda: postgres.accepted)
        await probes.until("/live", 200)
        _, said = await probes.ask("/ready")
        assert (said["ready"], said["connected"]) == (False, {"postgresql": False, "pubsub": False})
        postgres.thaw()
        await until(lambda: pubsub.held_bytes)
        _, said = await probes.ask("/ready")
        assert (said["ready"], said["connected"]) == (False, {"postgresql": True, "pubsub": False})
        assert (await probes.ask("/live"))[0] == 200
        pubsub.thaw()
        await probes.until("/ready", 200)
        pubsub.freeze()
        postgres.freeze()
        pubsub.drop()
        postgres.drop()
        while (said := await probes.until("/ready", 200))["subscriptions"]["emails"]["state"] == "streaming":
            pass
        assert (await probes.ask("/live"))[0] == 200
        pubsub.thaw()
        postgres.thaw()
        process.send_signal(signal.SIGTERM)
        end = await ended(process)
        assert end.status == 0, end.err
