"""``/live`` and ``/ready`` for Kubernetes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Health:
    """What the process says of itself; ``details`` is shown as it is."""

    alive: bool
    ready: bool
    details: Mapping[str, object]


class HealthServer:
    """Serves the answer of ``read`` on every interface: the kubelet asks from outside of the pod."""

    def __init__(self, read: Callable[[], Health], *, port: int, host: str = "0.0.0.0") -> None:  # noqa: S104 # nosec B104
        self._read = read
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port in use, also where 0 was asked for."""
        assert self._runner is not None
        port: int = self._runner.addresses[0][1]
        return port

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.get("/live", self._live), web.get("/ready", self._ready)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        health = self._read()
        return web.json_response({"alive": health.alive, **health.details}, status=200 if health.alive else 503)

    async def _ready(self, _: web.Request) -> web.Response:
        health = self._read()
        return web.json_response({"ready": health.ready, **health.details}, status=200 if health.ready else 503)
