"""Notification and alert mail over SMTP."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib
from opentelemetry.util.types import AttributeValue

from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, LockedOut, Outage, Refused, Unauthorised

SERVICE = "smtp"

_CREDENTIAL_CODES = frozenset({530, 534, 535, 538})
"""Replies that mean "log in (properly) first" (RFC 4954, section 6)."""
_SENDER_CODES = frozenset({501, 521, 550, 551, 553, 554})
"""Replies to the envelope's sender that are about no mail: a mail's size (552) is named there, too."""

_GOODBYE_SECONDS = 2.0

_UNSUPPORTED = (aiosmtplib.SMTPNotSupported, aiosmtplib.SMTPException)
"""How aiosmtplib says that the server lacks an extension we need; lost connections have classes of their own."""


@dataclass(frozen=True)
class SmtpOptions:
    url: str
    """``smtp://user:password@host:587`` (STARTTLS: required with a password, else taken where offered) or
    ``smtps://user:password@host:465``. User and password percent-encoded."""
    sender: str


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "_Server":
        try:
            parts = urlsplit(url)
            given_port = parts.port
        except ValueError:  # its text may quote the password, which a "/" or "@" in it turns into a port
            raise _bad_url("its host or port cannot be read") from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise _bad_url("it is not smtp://host:port or smtps://host:port")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=given_port or (465 if tls else 587 if parts.username else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
        )


class Mailer:
    """Sends one mail per connection. Errors are those of the door.

    :raises Unauthorised: the URL cannot be read.
    """

    def __init__(self, door: Door, options: SmtpOptions) -> None:
        self._server = _Server.parse(options.url)
        self._sender = options.sender
        self._service = door.service(SERVICE, _classify)
        self._attributes: dict[str, AttributeValue] = {
            "server.address": self._server.host,
            "server.port": self._server.port,
            "network.protocol.name": "smtp",
        }

    @property
    def busy(self) -> bool:
        """As many mails are on their way as may be at a time: one more would wait for a slot."""
        return self._service.full

    async def send(
        self,
        to: str | Sequence[str],
        subject: str,
        text: str,
        *,
        message_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Return when the server has taken the mail for every recipient.

        A lost reply is followed by a second sending with the same ``message_id``, by which mail programs drop the copy.

        :param message_id: with its angle brackets; the same for every attempt at the same mail.
        :raises Refused: a permanent no (5xx), also when it is to one of several recipients.
        :raises Outage: a passing no (4xx), no connection, no TLS.
        """
        recipients = [to] if isinstance(to, str) else list(to)
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._sender
        message["To"] = ", ".join(recipients)
        message["Subject"] = subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: so that nobody's machine answers
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)

        async def attempt() -> None:
            async with self._connection() as client:
                refused, _ = await client.send_message(message, sender=self._sender, recipients=recipients)
            if refused:
                codes = [reply.code for reply in refused.values()]
                raise _recipients_refused(codes, of=len(recipients))

        await self._service.call("send", attempt, attributes=self._attributes)

    async def check(self) -> str:
        """Connect, log in where there is a user, and say goodbye.

        :raises ExternalError: with what to mend.
        """

        async def attempt() -> None:
            async with self._connection() as client:
                await client.noop()

        await self._service.call("check", attempt, retry=False, attributes=self._attributes)
        login = f" as {self._server.user}" if self._server.user else ""
        return f"{self._server.host}:{self._server.port} accepts us{login}"

    async def close(self) -> None:
        """Nothing stays open between mails."""

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """aiosmtplib's own context manager says goodbye after a time-out, too, and waits for the answer to that without
        an end. We do where all went well, and not for long: what the server has taken, it has taken."""
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=None if server.tls or not server.password else True,
            timeout=None,  # the door's is the one that counts
        )
        try:
            await client.connect()
            yield client
            with suppress(aiosmtplib.SMTPException, OSError):
                async with asyncio.timeout(_GOODBYE_SECONDS):  # its own time-out may swallow a cancellation
                    await client.quit()
        finally:
            client.close()


def _bad_url(what: str) -> Unauthorised:
    message = f"SMTP_URL: {what}. Write smtp://user:password@host:587, user and password percent-encoded."
    return Unauthorised(SERVICE, "", message)


def _classify(error: BaseException) -> ExternalError | None:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            codes = [refusal.code for refusal in error.recipients]
            return _recipients_refused(codes, of=len(codes))
        case aiosmtplib.SMTPAuthenticationError() if error.code >= 500:
            return _login_refused(error.code)
        case aiosmtplib.SMTPConnectResponseError() | aiosmtplib.SMTPHeloError() if error.code >= 100:
            message = (
                f"turns the connection away ({error.code}), whatever the mail. Check SMTP_URL and its block lists."
            )
            return Outage(SERVICE, "", message)
        case aiosmtplib.SMTPResponseException() if _asks_for_tls(error):
            message = f"takes no mail without TLS ({error.code}), and offers no STARTTLS. Check SMTP_URL."
            return LockedOut(SERVICE, "", message)
        case aiosmtplib.SMTPSenderRefused() if error.code in _SENDER_CODES:
            message = f"takes no mail of this sender ({error.code}), whoever it is for. Check MAIL_FROM."
            return Unauthorised(SERVICE, "", message)
        case aiosmtplib.SMTPResponseException():
            return _reply_error(error.code)
        case aiosmtplib.SMTPException() if type(error) in _UNSUPPORTED:
            message = "offers no STARTTLS or no login, and a password is not sent in the clear. Check SMTP_URL."
            return Outage(SERVICE, "", message)
        case ssl.SSLError():
            message = "no TLS connection. Check the server's certificate, and whether SMTP_URL wants smtp or smtps."
            return Outage(SERVICE, "", message)
        case aiosmtplib.SMTPException() | OSError() | TimeoutError():
            return Outage(SERVICE, "", f"not reachable ({type(error).__name__}). Check the network and SMTP_URL.")
        case _:
            return None


def _reply_error(code: int) -> ExternalError:
    """By the reply's first digit (RFC 5321, section 4.2.1). Its text stays out: it quotes addresses."""
    if not 100 <= code < 600:  # aiosmtplib has -1 for a line without a code
        return Outage(SERVICE, "", "answers something else than SMTP. Check host and port in SMTP_URL.")
    if code in _CREDENTIAL_CODES:
        return _login_refused(code)
    if 500 <= code < 600:
        return Refused(SERVICE, "", f"refused the mail for good ({code})", status=code)
    return Outage(SERVICE, "", f"cannot take the mail now ({code})")


def _asks_for_tls(error: aiosmtplib.SMTPResponseException) -> bool:
    """Return True for the reply to a command that comes before STARTTLS (RFC 3207, section 4)."""
    return error.code in _CREDENTIAL_CODES and "STARTTLS" in error.message.upper()


def _login_refused(code: int) -> ExternalError:
    return LockedOut(SERVICE, "", f"does not accept our login ({code}). Check user and password in SMTP_URL.")


def _recipients_refused(codes: Sequence[int], *, of: int) -> ExternalError:
    worst = next((code for code in codes if code >= 500), codes[0])
    if worst >= 500:
        message = f"refused {len(codes)} of {of} recipients for good ({worst}). Check the addresses."
        return Refused(SERVICE, "", message, status=worst)
    return Outage(SERVICE, "", f"cannot take the mail for {len(codes)} of {of} recipients now ({worst})")
