"""What the local HTTP servers have in common: a loopback port, start and stop, and faults on every request."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from claimstream.local.http.faults import HttpFault, HttpFaults
from claimstream.local.servers.ports import LOOPBACK, PortKeeper, free_port

MAX_REQUEST_BYTES = 256 * 1024 * 1024

WRONG_ANSWER = web.RequestKey("wrong_answer", str)
"""Where a handler finds :attr:`HttpFault.answer` of the fault that hit its request."""
ARRIVED_AT = web.RequestKey("arrived_at", datetime)
"""Where a handler finds when its request came, before any delay."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class LocalHttpServer(ABC):
    """An HTTP server inside this process and its event loop.

    ``async with`` starts and ends it. In between, :meth:`stop` and :meth:`start` make an outage: connections are
    refused meanwhile, and the server comes back on the same port with everything it knew.
    """

    def __init__(self, *, port: int = 0, faults: HttpFaults) -> None:
        self._port = port
        self._keeper = PortKeeper()
        self._http_faults = faults
        self._runner: web.AppRunner | None = None
        self.calls: Counter[str] = Counter()
        """Requests so far by operation, the ones that a fault answered too."""

    @property
    def port(self) -> int:
        """The port it listens on; stays the same over :meth:`stop` and :meth:`start`."""
        if not self._port:
            raise RuntimeError(f"{type(self).__name__} was not started: use it as 'async with'.")
        return self._port

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()
        self._keeper.release()

    async def start(self) -> None:
        """Listen. Does nothing while it does already. Raises ``OSError`` when the port is taken."""
        if self._runner is not None:
            return
        app = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[self._with_faults])
        app.add_routes(self.routes())
        # a slow answer must not hold up the end of a test
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        try:
            self._port = self._port or free_port()
            self._keeper.release()
            await web.TCPSite(runner, LOOPBACK, self._port, reuse_address=True).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner

    async def stop(self) -> None:
        """Close the port and every connection; what is stored stays. Does nothing while stopped."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
            self._keeper.keep(self.port)

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """The routes; each one's ``name`` is the operation that faults are set for. Names starting with ``control``
        are beyond faults."""

    def latency(self, operation: str) -> float:
        """Seconds that an answer takes where nothing is wrong."""
        return 0.0

    @abstractmethod
    def error(self, fault: HttpFault) -> web.Response:
        """The error answer that ``fault.status`` stands for, in the service's own shape."""

    @web.middleware
    async def _with_faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        operation = request.match_info.route.name or ""
        if operation.startswith("control"):
            return await handler(request)
        self.calls[operation] += 1
        request[ARRIVED_AT] = datetime.now(UTC)
        content = b""
        if self._http_faults.look_inside:
            content = request.path_qs.encode() + b"\n" + await request.read()
        faults = self._http_faults.take(operation, content)
        if delay_seconds := self.latency(operation) + sum(fault.delay_seconds for fault in faults):
            await asyncio.sleep(delay_seconds)
        for fault in faults:
            if fault.answer is not None:
                request[WRONG_ANSWER] = fault.answer
        failing = next((fault for fault in faults if fault.status is not None), None)
        response = self.error(failing) if failing is not None else await handler(request)
        if any(fault.cut for fault in faults) and isinstance(response, web.Response):
            return await _cut(request, response)
        return response


async def _cut(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Promise the whole length, send half, hang up."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
