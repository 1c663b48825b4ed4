"""Stands before the fake GCS server, which has no faults of its own."""

import aiohttp
from aiohttp import web

from claimstream.local.http.faults import HttpFault, HttpFaults
from claimstream.local.http.server import LocalHttpServer


class GcsFront(LocalHttpServer):
    """Passes every request on; the operation of all of them is ``objects``."""

    def __init__(self, endpoint: str) -> None:
        self.faults = HttpFaults()
        super().__init__(faults=self.faults)
        self._endpoint = endpoint

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{tail:.*}", self._pass_on, name="objects")]

    def error(self, fault: HttpFault) -> web.Response:
        reason = {"errors": [{"reason": fault.reason or "backendError"}], "message": fault.message or ""}
        return web.json_response({"error": {"code": fault.status, **reason}}, status=fault.status or 500)

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {"Content-Type": request.headers["Content-Type"]} if body else {}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(request.method, self._endpoint + request.path_qs, data=body, headers=headers) as answer,
            ):
                return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)
        except aiohttp.ClientError:
            if request.transport is not None:
                request.transport.abort()  # what the client would see of a server that is gone
            return web.Response(status=502)
