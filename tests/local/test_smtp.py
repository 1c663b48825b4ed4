"""The local mail server, through aiosmtplib."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import pytest

from claimstream.local.servers.smtp import LocalSmtp


@pytest.fixture
async def smtp() -> AsyncIterator[LocalSmtp]:
    async with LocalSmtp() as server:
        yield server


async def send(smtp: LocalSmtp, *recipients: str, timeout_seconds: float = 10.0) -> dict[str, aiosmtplib.SMTPResponse]:
    message = EmailMessage()
    message["From"] = "office@example.test"
    message["To"] = ", ".join(recipients)
    message["Subject"] = "Rückfrage zur Forderung"
    message.set_content("Guten Tag,\n\n.\n12,50 €\n")
    refused, _ = await aiosmtplib.send(
        message, recipients=list(recipients), hostname=smtp.host, port=smtp.port, timeout=timeout_seconds
    )
    return refused


async def test_a_mail_arrives_parsed_and_with_its_envelope(smtp: LocalSmtp) -> None:
    assert smtp.url == f"smtp://127.0.0.1:{smtp.port}"
    await send(smtp, "a@example.test", "b@example.test")
    (mail,) = await smtp.wait_for(1)
    assert mail.message["Subject"] == "Rückfrage zur Forderung"
    assert mail.message.get_content().splitlines() == ["Guten Tag,", "", ".", "12,50 €"]
    assert mail.sender == "office@example.test"
    assert mail.recipients == ("a@example.test", "b@example.test")


async def test_waiting_ends_when_the_mail_arrives_and_says_what_is_missing_when_not(smtp: LocalSmtp) -> None:
    waiting = asyncio.create_task(smtp.wait_for(2))
    await send(smtp, "a@example.test")
    await send(smtp, "b@example.test")
    assert len(await waiting) == 2
    with pytest.raises(TimeoutError, match="2 of 3 mails arrived"):
        await smtp.wait_for(3, timeout_seconds=0.05)


async def test_recipients_are_refused_one_by_one(smtp: LocalSmtp) -> None:
    smtp.faults.reply_to_recipient("gone@example.test", "550 5.1.1 No such user")
    refused = await send(smtp, "gone@example.test", "a@example.test")
    assert refused["gone@example.test"].code == 550
    assert smtp.messages[0].recipients == ("a@example.test",)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(smtp, "Gone@example.test")


async def test_one_mail_may_be_refused_beside_all_others(smtp: LocalSmtp) -> None:
    smtp.faults.reply_to_data("451 4.3.0 poison", containing=b"a@example.test")
    smtp.faults.reply_to_data("452 4.3.1 all")
    with pytest.raises(aiosmtplib.SMTPDataError, match="all"):
        await send(smtp, "b@example.test")
    smtp.faults.take_data()
    await send(smtp, "b@example.test")
    with pytest.raises(aiosmtplib.SMTPDataError, match="poison"):
        await send(smtp, "a@example.test")
    smtp.faults.clear()
    await send(smtp, "a@example.test")


async def test_a_passing_fault_passes(smtp: LocalSmtp) -> None:
    smtp.faults.reply_to_recipient("a@example.test", "450 4.2.0 Mailbox busy", times=1)
    smtp.faults.reply_to_data("451 4.3.0 Try again later", times=1)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(smtp, "a@example.test")
    assert refused.value.recipients[0].code == 450
    with pytest.raises(aiosmtplib.SMTPDataError) as failed:
        await send(smtp, "a@example.test")
    assert failed.value.code == 451
    assert await send(smtp, "a@example.test") == {}
    assert len(smtp.messages) == 1


@pytest.mark.parametrize("taken", [True, False])
async def test_a_connection_dropped_after_the_content_leaves_the_sender_in_doubt(smtp: LocalSmtp, taken: bool) -> None:
    smtp.faults.drop_after_data(taken=taken, times=1)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(smtp, "a@example.test")
    assert len(smtp.messages) == int(taken)


async def test_a_slow_server_lets_the_sender_time_out_and_keeps_nothing(smtp: LocalSmtp) -> None:
    smtp.faults.delay_seconds = 600
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await send(smtp, "a@example.test", timeout_seconds=0.3)
    smtp.faults.clear()
    assert await send(smtp, "b@example.test") == {}
    assert [mail.recipients for mail in smtp.messages] == [("b@example.test",)]


async def test_a_stopped_server_drops_and_refuses_connections_until_it_starts_again(smtp: LocalSmtp) -> None:
    port = smtp.port
    client = aiosmtplib.SMTP(hostname=smtp.host, port=port)
    await client.connect()
    await smtp.stop()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await client.noop()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(smtp, "a@example.test")
    await smtp.start()
    assert smtp.port == port
    assert await send(smtp, "a@example.test") == {}
