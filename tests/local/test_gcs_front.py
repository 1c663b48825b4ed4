"""The front of the fake GCS server."""

import aiohttp
import pytest

from claimstream.local.gcs_front import GcsFront
from claimstream.local.servers.ports import LOOPBACK, free_port


async def test_a_server_that_is_gone_looks_so() -> None:
    async with GcsFront(f"http://{LOOPBACK}:{free_port()}") as front, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.get(f"{front.base_url}/storage/v1/b")
        front.faults.fail(503)
        assert (await session.get(f"{front.base_url}/storage/v1/b")).status == 503
