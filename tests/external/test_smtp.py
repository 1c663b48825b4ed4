import asyncio
import traceback
from collections.abc import AsyncIterator

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from aiosmtplib.protocol import SMTPProtocol
from tests.external.conftest import Entrance
from tests.helpers import LONG

from claimstream.external.door import Door
from claimstream.external.errors import LockedOut, Outage, Refused, Unauthorised
from claimstream.external.policy import Policy
from claimstream.external.smtp import Mailer, SmtpOptions
from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.smtp import LocalSmtp

SENDER = "claimstream@kanzlei-nord.example"
TO = "sachbearbeitung@kanzlei-nord.example"


@pytest.fixture
async def server() -> AsyncIterator[LocalSmtp]:
    async with LocalSmtp() as running:
        yield running


@pytest.fixture
def mailer(entrance: Entrance, server: LocalSmtp) -> Mailer:
    return Mailer(entrance.door, SmtpOptions(url=server.url, sender=SENDER))


async def test_a_mail_arrives_as_it_was_written(mailer: Mailer, server: LocalSmtp, entrance: Entrance) -> None:
    await mailer.send(
        TO, "Zur Prüfung: Öztürk", "Grüße\n", message_id="<n-1@claimstream>", headers={"X-Claimstream-Id": "e-1"}
    )
    (mail,) = server.messages
    assert mail.recipients == (TO,)
    assert mail.sender == SENDER
    assert mail.message["Subject"] == "Zur Prüfung: Öztürk"
    assert mail.message["Message-ID"] == "<n-1@claimstream>"
    assert mail.message["X-Claimstream-Id"] == "e-1"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message.get_content().strip() == "Grüße"
    attributes = entrance.telemetry.span("send smtp").attributes or {}
    assert attributes["server.port"] == server.port
    assert TO not in str(attributes)


async def test_a_passing_refusal_is_tried_again(mailer: Mailer, server: LocalSmtp) -> None:
    server.faults.reply_to_data("451 4.3.0 Try again later", times=1)
    await mailer.send(TO, "Hallo", "Text", message_id="<n-2@claimstream>")
    assert len(server.messages) == 1


async def test_a_permanent_refusal_is_the_mails_and_never_quotes_the_address(mailer: Mailer, server: LocalSmtp) -> None:
    server.faults.reply_to_recipient(TO, "550 5.1.1 No such user")
    with pytest.raises(Refused, match="refused 1 of 1 recipients for good") as caught:
        await mailer.send(TO, "Hallo", "Text", message_id="<n-3@claimstream>")
    assert caught.value.status == 550
    assert TO not in str(caught.value)


async def test_one_refused_recipient_of_two_does_not_pass_for_sent(mailer: Mailer, server: LocalSmtp) -> None:
    server.faults.reply_to_recipient(TO, "550 5.1.1 No such user")
    with pytest.raises(Refused, match="refused 1 of 2 recipients"):
        await mailer.send([TO, "other@kanzlei-nord.example"], "Hallo", "Text", message_id="<n-4@claimstream>")


async def test_nobody_listening_is_an_outage(mailer: Mailer, server: LocalSmtp) -> None:
    await server.stop()
    with pytest.raises(Outage, match="Check the network and SMTP_URL"):
        await mailer.send(TO, "Hallo", "Text", message_id="<n-5@claimstream>")


async def test_a_lost_reply_sends_a_copy_under_the_same_message_id(mailer: Mailer, server: LocalSmtp) -> None:
    server.faults.drop_after_data(taken=True, times=1)
    await mailer.send(TO, "Hallo", "Text", message_id="<n-6@claimstream>")
    assert {mail.message["Message-ID"] for mail in server.messages} == {"<n-6@claimstream>"}


async def test_check_says_where_it_got_through(mailer: Mailer, server: LocalSmtp) -> None:
    assert await mailer.check() == f"127.0.0.1:{server.port} accepts us"


async def test_a_password_is_not_sent_without_tls(entrance: Entrance, server: LocalSmtp) -> None:
    url = server.url.replace("smtp://", "smtp://user:secret@")
    with pytest.raises(Outage, match="offers no STARTTLS") as caught:
        await Mailer(entrance.door, SmtpOptions(url, SENDER)).check()
    assert "secret" not in str(caught.value)


class _Wrong:
    """Nobody's password is right."""

    def __call__(self, *_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)


async def test_a_refused_login_is_a_matter_of_credentials(
    entrance: Entrance, certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    certificate_file, key_file = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    monkeypatch.setenv("SSL_CERT_FILE", certificate_file)
    loop = asyncio.get_running_loop()
    running = await loop.create_server(
        lambda: SMTP(object(), hostname="localhost", authenticator=_Wrong(), auth_require_tls=False, loop=loop),
        "127.0.0.1",
        0,
        ssl=context,
    )
    port = running.sockets[0].getsockname()[1]
    mailer = Mailer(entrance.door, SmtpOptions(f"smtps://user:secret@localhost:{port}", SENDER))
    with pytest.raises(Unauthorised, match=r"does not accept our login \(535\)\. Check user and password"):
        await mailer.check()
    running.close()
    await running.wait_closed()


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "mail.example:25",
        "smtp://mail.example:abc",
        "smtp://mail.example:99999",
        "smtp://[mail.example",
        "smtp://user:sec/ret@mail.example:587",
    ],
)
def test_an_unreadable_url_is_named_without_its_password(entrance: Entrance, url: str) -> None:
    with pytest.raises(Unauthorised, match=r"smtp: SMTP_URL: .* Write smtp://") as caught:
        Mailer(entrance.door, SmtpOptions(url, SENDER))
    assert "sec" not in "".join(traceback.format_exception(caught.value, limit=0))


class StallingServer:
    """Speaks SMTP until a command, at which it falls silent with the connection open."""

    def __init__(self, silent_at: str) -> None:
        self.silent_at = silent_at
        self.taken = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        verb, reply = "greeting", "220 here"
        while verb != self.silent_at:
            writer.write(f"{reply}\r\n".encode())
            line = (await reader.readline()).decode()
            if not line:
                return
            verb, reply = line.split()[0].upper(), "250 fine"
            if verb == "DATA":
                if self.silent_at == "DATA":
                    break
                writer.write(b"354 go on\r\n")
                while await reader.readline() != b".\r\n":
                    pass
                verb = "BODY"
                self.taken += self.silent_at != "BODY"
        await reader.read()


@pytest.mark.parametrize(
    ("replies", "kind", "said"),
    [
        ({"greeting": "554 5.7.1 blocked"}, Outage, "turns the connection away"),
        ({"greeting": "HTTP/1.1 400 Bad Request"}, Outage, "answers something else than SMTP"),
        ({"RCPT": "fine"}, Outage, "answers something else than SMTP"),
        ({"EHLO": "550 go away", "HELO": "550 go away"}, Outage, "turns the connection away"),
        ({"MAIL": "550 5.7.1 not from here"}, Unauthorised, "takes no mail of this sender"),
        ({"MAIL": "530 5.7.0 Must issue a STARTTLS command first"}, LockedOut, "takes no mail without TLS"),
        ({"MAIL": "530 5.7.0 Authentication required"}, LockedOut, "does not accept our login"),
        ({"MAIL": "552 5.3.4 too large"}, Refused, "refused the mail for good"),
        ({"RCPT": "550 5.1.1 nobody"}, Refused, "refused 1 of 1 recipients"),
        ({"DATA": "554 5.6.0 no"}, Refused, "refused the mail for good"),
    ],
)
async def test_a_no_before_the_recipient_is_no_mails_fault(
    replies: dict[str, str], kind: type[Exception], said: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = replies.get("greeting", "220 here")
        while True:
            writer.write(f"{reply}\r\n".encode())
            line = (await reader.readline()).decode()
            if not line:
                writer.close()
                return
            reply = replies.get(line.split()[0].upper(), "250 fine")

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    door = Door({"smtp": Policy(attempts=1)})
    mailer = Mailer(door, SmtpOptions(url=f"smtp://{LOOPBACK}:{server.sockets[0].getsockname()[1]}", sender=SENDER))
    with pytest.raises(kind, match=said) as caught:
        await mailer.send(TO, "s", "t", message_id="<n-1@claimstream>")
    assert type(caught.value) is kind
    server.close()
    await door.close()


@pytest.mark.parametrize("silent_at", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "QUIT"])
async def test_a_server_that_falls_silent_is_an_outage_within_the_time_of_the_policy(
    silent_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by the goodbye, which nobody waits for; and after it, what was taken is not sent again."""
    monkeypatch.setattr("claimstream.external.smtp._GOODBYE_SECONDS", 0.2)
    stalling = StallingServer(silent_at)
    server = await asyncio.start_server(stalling.serve, LOOPBACK, 0)
    url = f"smtp://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    door = Door({"smtp": Policy(attempts=1, timeout_seconds=1.0)})
    mailer = Mailer(door, SmtpOptions(url=url, sender=SENDER))
    try:
        async with asyncio.timeout(LONG):
            if silent_at == "QUIT":
                await mailer.send(TO, "s", "t", message_id="<n-1@claimstream>")
            else:
                with pytest.raises(Outage, match=r"no answer within 1 s"):
                    await mailer.send(TO, "s", "t", message_id="<n-1@claimstream>")
    finally:
        server.close()
        await door.close()
    assert stalling.taken == (silent_at == "QUIT")


async def test_a_cancellation_in_the_moment_of_the_last_answer_is_not_swallowed(
    entrance: Entrance, server: LocalSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By ``asyncio.wait_for``, as it was in Python 3.11."""
    taken = SMTPProtocol.data_received
    sending: asyncio.Task[None]

    def cancelled_by_the_goodbye(protocol: SMTPProtocol, data: bytes) -> None:
        taken(protocol, data)
        if data.startswith(b"221"):
            sending.cancel()

    monkeypatch.setattr(SMTPProtocol, "data_received", cancelled_by_the_goodbye)
    mailer = Mailer(entrance.door, SmtpOptions(url=server.url, sender=SENDER))
    sending = asyncio.create_task(mailer.send(TO, "s", "t", message_id="<n-1@claimstream>"))
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_a_check_of_a_server_that_falls_silent_ends_too() -> None:
    stalling = StallingServer("NOOP")
    server = await asyncio.start_server(stalling.serve, LOOPBACK, 0)
    url = f"smtp://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    door = Door({"smtp": Policy(timeout_seconds=1.0)})
    async with asyncio.timeout(LONG):
        with pytest.raises(Outage):
            await Mailer(door, SmtpOptions(url=url, sender=SENDER)).check()
    server.close()
    await door.close()
