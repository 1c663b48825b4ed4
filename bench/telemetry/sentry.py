"""A Sentry that takes events and throws them away."""

from aiohttp import web

from claimstream.local.http.faults import HttpFault, HttpFaults
from claimstream.local.http.server import LocalHttpServer


class LocalSentry(LocalHttpServer):
    """``async with LocalSentry() as sentry``, with ``sentry.dsn`` for the worker."""

    def __init__(self) -> None:
        super().__init__(faults=HttpFaults())

    @property
    def dsn(self) -> str:
        return self.base_url.replace("http://", "http://key@") + "/1"

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/{project}/envelope/", self._envelope, name="envelope")]

    def error(self, fault: HttpFault) -> web.Response:
        return web.Response(status=fault.status or 500)

    async def _envelope(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({})
