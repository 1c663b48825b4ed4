"""A forward proxy on the loopback interface, which alone knows where the hosts of a test are."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from claimstream.local.servers.ports import LOOPBACK


@dataclass
class Proxy:
    ports: Mapping[str, int]
    """Where each host really listens."""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    """The hosts that a tunnel was asked for."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b" ", 2)
            assert method == b"CONNECT", head
            host = target.decode().partition(":")[0]
            self.asked.append(host)
            behind_reader, behind_writer = await asyncio.open_connection(LOOPBACK, self.ports[host])
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                await asyncio.gather(_relay(reader, behind_writer), _relay(behind_reader, writer))
            finally:
                behind_writer.close()
        except (OSError, asyncio.IncompleteReadError):
            pass  # one side has gone
        finally:
            writer.close()


@asynccontextmanager
async def proxy_to(ports: Mapping[str, int]) -> AsyncIterator[Proxy]:
    proxy = Proxy(ports)
    server = await asyncio.start_server(proxy.serve, LOOPBACK, 0)
    proxy.url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
