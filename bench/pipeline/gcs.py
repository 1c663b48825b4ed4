"""A bucket that answers after a while: what the worker asks of Google Cloud Storage, and no more.

fake-gcs-server knows no delay, and a proxy in front of it would cost the machine more than this does. Objects are kept
by the digest of their bytes, so that a thousand copies of an attachment take the room of one; raw mails, which nobody
asks for again, are not kept.
"""

import hashlib
import json
from itertools import islice

from aiohttp import web

from bench.pipeline.delays import GCS_SECONDS
from claimstream.local.http.faults import HttpFault, HttpFaults
from claimstream.local.http.server import LocalHttpServer

_RAW_MAIL = "message/rfc822"


class SlowGcs(LocalHttpServer):
    """``async with SlowGcs() as gcs``, with ``gcs.base_url`` for ``STORAGE_EMULATOR_HOST``."""

    def __init__(self) -> None:
        super().__init__(faults=HttpFaults())
        self._digests: dict[str, bytes] = {}
        self._objects: dict[bytes, bytes] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/upload/storage/v1/b/{bucket}/o", self._upload, name="objects.insert"),
            web.get("/storage/v1/b/{bucket}/o/{name:.+}", self._download, name="objects.get", allow_head=False),
            web.get("/storage/v1/b/{bucket}/o", self._list, name="objects.list", allow_head=False),
            web.get("/storage/v1/b/{bucket}", self._bucket, name="control.bucket", allow_head=False),
        ]

    def latency(self, operation: str) -> float:
        return GCS_SECONDS

    def error(self, fault: HttpFault) -> web.Response:
        return web.Response(status=fault.status or 500)

    async def _bucket(self, request: web.Request) -> web.Response:
        return web.json_response({"name": request.match_info["bucket"]})

    async def _list(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"items": [{"name": name} for name in islice(self._digests, 1)]})

    async def _upload(self, request: web.Request) -> web.Response:
        body = await request.read()
        metadata, media_type, data = _parts(request.headers["Content-Type"], body)
        name = str(metadata["name"])
        if media_type != _RAW_MAIL:
            digest = hashlib.sha256(data).digest()
            self._objects[digest] = data
            self._digests[name] = digest
        return web.json_response({"name": name, "bucket": request.match_info["bucket"], "size": str(len(data))})

    async def _download(self, request: web.Request) -> web.Response:
        digest = self._digests.get(request.match_info["name"])
        if digest is None:
            return web.Response(status=404)
        return web.Response(body=self._objects[digest])


def _parts(content_type: str, body: bytes) -> tuple[dict[str, object], str, bytes]:
    """The object's metadata, media type and bytes out of a multipart upload, as gcloud-aio-storage writes it."""
    boundary = b"--" + content_type.partition("boundary=")[2].strip('"').encode()
    _, described, stored = body.split(boundary, 2)
    head, _, rest = stored.partition(b"\r\n\r\n")
    data = rest[: rest.rindex(boundary)].removesuffix(b"\r\n")
    description = described[described.index(b"{") : described.rindex(b"}") + 1]
    return json.loads(description), head.decode().partition(":")[2].strip(), data
