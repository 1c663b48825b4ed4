"""Servers behind TLS, with certificates of an authority of the tests' own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trustme

from claimstream.local.servers.ports import LOOPBACK

_SSL_REQUEST = bytes((0, 0, 0, 8, 4, 210, 22, 47))
"""https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST"""


class Authority:
    """``file``: whom to believe. Its server's certificate is for ``hosts``, and not for an address."""

    def __init__(self, folder: Path, *hosts: str) -> None:
        folder.mkdir(parents=True)
        authority = trustme.CA()
        issued = authority.issue_cert(*(hosts or ("localhost",)))
        self.file, self.certificate_file, self.key_file = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
        authority.cert_pem.write_to_path(self.file)
        issued.cert_chain_pems[0].write_to_path(self.certificate_file)
        issued.private_key_pem.write_to_path(self.key_file)
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(self.server)


@asynccontextmanager
async def behind_tls(port: int, context: ssl.SSLContext, *, postgresql: bool = False) -> AsyncIterator[int]:
    """The port of a relay to ``port`` that speaks TLS.

    Args:
        postgresql: a client asks for TLS first, as PostgreSQL's protocol has it.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if postgresql:
                if await reader.readexactly(8) != _SSL_REQUEST:
                    return  # as with hostssl: whoever does not ask for it is not let in
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(context)
            behind_reader, behind_writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                await asyncio.gather(_relay(reader, behind_writer), _relay(behind_reader, writer))
            finally:
                behind_writer.close()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone, or believes somebody else
        finally:
            writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0, ssl=None if postgresql else context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()
    writer.close()
