"""A mail server for the demo and the tests: keeps what it is sent, and fails on command."""

import asyncio
import email
import email.policy
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Generic, Self, TypeVar

from claimstream.local.servers.ports import LOOPBACK, PortKeeper, free_port
from claimstream.local.servers.process import LocalStackError
from claimstream.local.servers.server import INSTALL_HINT

try:
    from aiosmtpd.smtp import SMTP, Envelope, Session
except ModuleNotFoundError as missing:
    raise LocalStackError(
        f"The local mail server (the package aiosmtpd) is not installed. Next step: {INSTALL_HINT}."
    ) from missing

_HOSTNAME = "mail.localhost"
_PORT_ATTEMPTS = 5
_DATA_SIZE_LIMIT = 64 * 1024 * 1024

Value = TypeVar("Value")


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as it was accepted."""

    message: EmailMessage
    sender: str
    """The envelope's sender; empty for a bounce."""
    recipients: tuple[str, ...]
    """The envelope's recipients, those that were refused left out."""
    content: bytes


@dataclass
class _Fault(Generic[Value]):
    value: Value
    times: int | None

    def take(self) -> Value | None:
        """The value if the fault still applies."""
        if self.times == 0:
            return None
        if self.times is not None:
            self.times -= 1
        return self.value


class SmtpFaults:
    """What goes wrong. A fault stays until it was met ``times`` times, or without ``times`` until :meth:`clear`."""

    delay_seconds: float
    """Waited before each reply to a mail's content, at most until :meth:`release`. A client that gives up earlier has
    not delivered it."""

    def __init__(self) -> None:
        self._released = asyncio.Event()
        self.clear()

    def clear(self) -> None:
        """Let everything work again."""
        self.delay_seconds = 0.0
        self._recipients: dict[str, _Fault[str]] = {}
        self._data: dict[bytes, _Fault[str]] = {}
        self._drop: _Fault[bool] | None = None

    async def delay(self) -> None:
        """Wait as long as is wanted."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._released.wait(), self.delay_seconds)

    def release(self) -> None:
        """Wait no longer: the replies that are due go out."""
        self.delay_seconds = 0.0
        self._released.set()
        self._released = asyncio.Event()

    def reply_to_recipient(self, address: str, reply: str, *, times: int | None = None) -> None:
        """Refuse this recipient, as with ``"450 4.2.0 Mailbox busy"`` or ``"550 5.1.1 No such user"``."""
        self._recipients[address.lower()] = _Fault(reply, times)

    def reply_to_data(self, reply: str, *, times: int | None = None, containing: bytes = b"") -> None:
        """Refuse the mail after its content, as with ``"451 4.3.0 Try again later"``; it is not kept.

        Args:
            containing: only mails whose content holds these bytes.
        """
        self._data[containing] = _Fault(reply, times)

    def take_data(self, *, containing: bytes = b"") -> None:
        """Refuse such mails no longer; others stay refused."""
        self._data.pop(containing, None)

    def drop_after_data(self, *, taken: bool, times: int | None = None) -> None:
        """Drop the connection instead of replying to the content; with ``taken`` the mail is kept all the same."""
        self._drop = _Fault(taken, times)

    def _next_recipient_reply(self, address: str) -> str | None:
        fault = self._recipients.get(address.lower())
        return fault.take() if fault is not None else None

    def _next_data_reply(self, content: bytes) -> str | None:
        replies = (fault.take() for containing, fault in self._data.items() if containing in content)
        return next((reply for reply in replies if reply is not None), None)

    def _next_drop(self) -> bool | None:
        return self._drop.take() if self._drop is not None else None


class _Protocol(SMTP):
    """One connection; its server knows of it as long as it is open."""

    def __init__(self, handler: "LocalSmtp") -> None:
        super().__init__(
            handler,
            hostname=_HOSTNAME,
            ident="claimstream local mail server",
            data_size_limit=_DATA_SIZE_LIMIT,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._connections = handler.connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connections[self] = asyncio.get_running_loop().create_future()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._connections.pop(self).set_result(None)


class LocalSmtp:
    """A mail server on the running event loop. ``async with`` starts and ends it."""

    def __init__(self, *, port: int | None = None) -> None:
        self.host = LOOPBACK
        self.faults = SmtpFaults()
        self.messages: list[ReceivedMail] = []
        """What was accepted, in this order."""
        self.connections: dict[_Protocol, asyncio.Future[None]] = {}
        """The open connections; the future is done when one has ended."""
        self._port = port
        self._keeper = PortKeeper()
        self._server: asyncio.Server | None = None
        self._arrived = asyncio.Condition()

    @property
    def port(self) -> int:
        """The port it listens on; stays the same over :meth:`stop` and :meth:`start`."""
        if self._port is None:
            raise LocalStackError("The local mail server was not started: use it as 'async with'.")
        return self._port

    @property
    def url(self) -> str:
        """The server as a URL."""
        return f"smtp://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()
        self._keeper.release()

    async def start(self) -> None:
        """Listen. Does nothing while it does. Raises ``LocalStackError`` if the port is taken."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            port = self._port or free_port()
            self._keeper.release()
            try:
                self._server = await loop.create_server(lambda: _Protocol(self), self.host, port)
            except OSError as error:
                if self._port is None and attempt < _PORT_ATTEMPTS:
                    continue
                raise LocalStackError(f"The local mail server cannot listen on {self.host}:{port}: {error}.") from error
            self._port = port
            return

    async def stop(self) -> None:
        """Refuse connections and drop those that are open. What was received stays; :meth:`start` accepts again."""
        if self._server is None:
            return
        self._server.close()
        ended = list(self.connections.values())
        for connection in list(self.connections):
            _abort(connection)
        if ended:
            await asyncio.wait(ended)
        await self._server.wait_closed()
        self._server = None
        self._keeper.keep(self.port)

    async def wait_for(self, count: int, timeout_seconds: float = 60.0) -> list[ReceivedMail]:
        """Wait until ``count`` mails have been accepted since the start; all mails. Raises ``TimeoutError``."""
        try:
            async with asyncio.timeout(timeout_seconds), self._arrived:
                await self._arrived.wait_for(lambda: len(self.messages) >= count)
        except TimeoutError:
            raise TimeoutError(
                f"{len(self.messages)} of {count} mails arrived within {timeout_seconds:g} seconds at {self.url}"
            ) from None
        return list(self.messages)

    # What aiosmtpd calls.

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient is named."""
        refusal = self.faults._next_recipient_reply(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """A mail's content has arrived."""
        if self.faults.delay_seconds:
            await self.faults.delay()
        refusal = self.faults._next_data_reply(envelope.original_content or b"")
        if refusal is not None:
            return refusal
        dropped_but_taken = self.faults._next_drop()
        if dropped_but_taken is not False:
            await self._keep(envelope)
        if dropped_but_taken is not None:
            _abort(server)
            await asyncio.get_running_loop().create_future()  # ended by aiosmtpd when the connection is lost
        return "250 2.0.0 OK"

    async def _keep(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        mail = ReceivedMail(
            message=email.message_from_bytes(content, policy=email.policy.default),
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=content,
        )
        async with self._arrived:
            self.messages.append(mail)
            self._arrived.notify_all()


def _abort(connection: SMTP) -> None:
    transport = connection.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
