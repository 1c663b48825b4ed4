"""A TCP connection that misbehaves."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024


class _Connection:
    """One client's connection, and the one to the server behind it."""

    def __init__(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.writers: list[asyncio.StreamWriter] = []

    def abort(self) -> None:
        self.flowing.set()
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """Stands between a client and the server on `port` of 127.0.0.1, and breaks the connection on command."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._frozen = False
        self.delay_seconds = 0.0
        """What the server sends arrives so much later."""
        self._until_cut: int | None = None
        self.accepted = 0
        """Connections so far."""
        self.cuts = 0
        """How often `cut_after` has taken effect."""
        self.held_bytes = 0
        """Received and not forwarded, because of `freeze`."""
        self.holding = 0
        """Connections whose client has sent something that is held now, because of `freeze`."""

    @property
    def target(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut_after(self, size: int) -> None:
        """Every connection ends once the server has sent that many bytes more, wherever in a message that is."""
        self._until_cut = size

    def freeze(self, *, new: bool = True) -> None:
        """Connections stay open and take bytes, but forward none; those made later too, unless `new` is False."""
        self._frozen = new
        for connection in self._connections:
            connection.flowing.clear()

    def thaw(self) -> None:
        """What was held goes on its way, and so does what comes later."""
        self._frozen = False
        for connection in self._connections:
            connection.flowing.set()

    def drop(self) -> int:
        """Ends every connection; returns how many there were."""
        dropped = len(self._connections)
        for connection in list(self._connections):
            connection.abort()
        return dropped

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        connection = _Connection()
        connection.writers.append(writer)
        self._connections.add(connection)
        if self._frozen:
            connection.flowing.clear()
        try:
            behind, to_behind = await asyncio.open_connection("127.0.0.1", self._upstream)
            connection.writers.append(to_behind)
            pumps = [
                asyncio.create_task(self._pump(connection, reader, to_behind, from_server=False)),
                asyncio.create_task(self._pump(connection, behind, writer, from_server=True)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            connection.abort()
            await asyncio.wait(pumps)
        except OSError:  # the server is not there: the client sees its connection end
            pass
        finally:
            self._connections.discard(connection)
            connection.abort()

    async def _pump(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_server: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if not connection.flowing.is_set():
                    self.held_bytes += len(data)
                    self.holding += not from_server
                    try:
                        await connection.flowing.wait()
                    finally:
                        self.holding -= not from_server
                if from_server and self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                cut = False
                if from_server and self._until_cut is not None:
                    cut = len(data) >= self._until_cut
                    data = data[: self._until_cut]
                    self._until_cut = None if cut else self._until_cut - len(data)
                writer.write(data)
                await writer.drain()
                if cut:
                    self.cuts += 1
                    self.drop_gently()
                    return

    def drop_gently(self) -> None:
        """Ends every connection after what was forwarded has been sent."""
        for connection in self._connections:
            connection.flowing.set()
            for writer in connection.writers:
                writer.close()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.drop()
        await self._server.wait_closed()
