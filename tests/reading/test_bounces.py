from email.message import EmailMessage

import pytest
from tests.reading import samples
from tests.reading.split import split_mail

from claimstream.domain.records.mail import DeliveryReport
from claimstream.reading.mail import read_mail


def report(
    fields: str, original: str = "From: claims@kanzlei-nord.example\r\nSubject: x\r\n\r\nOffen 999,00 EUR"
) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nI could not deliver it.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("fields", "expected", "hard"),
    [
        (
            "Final-Recipient: rfc822; Weg@Stadtwerke.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
            DeliveryReport(action="failed", recipients=("weg@stadtwerke.example",), status="5.1.1"),
            True,
        ),
        (
            "Final-Recipient: rfc822; voll@stadtwerke.example\r\nAction: failed\r\nStatus: 4.2.2\r\n",
            DeliveryReport(action="failed", recipients=("voll@stadtwerke.example",), status="4.2.2"),
            False,
        ),
        (
            "Original-Recipient: rfc822;a@b.example\r\nAction: delayed\r\nStatus: 4.4.7\r\n\r\n"
            "Final-Recipient: rfc822;c@d.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
            DeliveryReport(action="delayed", recipients=("a@b.example", "c@d.example"), status="4.4.7"),
            False,
        ),
    ],
)
def test_a_delivery_report_says_what_became_of_our_letter(fields: str, expected: DeliveryReport, hard: bool) -> None:
    mail = read_mail(report(fields))
    assert mail.delivery_report == expected
    assert expected.hard is hard


def test_the_original_mail_of_a_report_is_no_source() -> None:
    raw = report("Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n")
    mail = read_mail(raw)
    assert [s.text for s in mail.sources] == ["I could not deliver it."]
    assert mail.unread == ()
    assert split_mail(raw) == ()


@pytest.mark.parametrize(
    ("sender", "subject", "text", "action", "status"),
    [
        (
            "MAILER-DAEMON@mx.example",
            "Undelivered Mail Returned to Sender",
            "<weg@stadtwerke.example>: host mx said: 550 5.1.1 User unknown",
            "failed",
            "5.1.1",
        ),
        (
            "postmaster@stadtwerke.example",
            "Unzustellbar: Forderung",
            "Ihre Nachricht an weg@stadtwerke.example konnte nicht zugestellt werden. Unbekannter Empfänger.",
            "failed",
            "",
        ),
        (
            "Mail Delivery System <mailer-daemon@mx.example>",
            "Nachricht nicht zugestellt",
            "weg@stadtwerke.example: 452 mailbox full",
            "failed",
            "4.0.0",
        ),
        (
            "mailer-daemon@mx.example",
            "Delivery Status Notification (Delay)",
            "The delivery to weg@stadtwerke.example is delayed. 4.4.1",
            "delayed",
            "4.4.1",
        ),
    ],
)
def test_a_bounce_in_words_is_recognised(sender: str, subject: str, text: str, action: str, status: str) -> None:
    found = read_mail(samples.mail(text, From=sender, Subject=subject)).delivery_report
    assert found == DeliveryReport(action=action, recipients=("weg@stadtwerke.example",), status=status)


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("fall@inkasso-aue.example", "Unzustellbar", "Ihr Brief an unsere Mandantin konnte nicht zugestellt werden."),
        ("postmaster@inkasso-aue.example", "Forderung", "Offen sind 500,00 EUR."),
        ("noreply@inkasso-aue.example", "Forderungsaufstellung", "Die Zustellung erfolgte am 3. Mai."),
    ],
)
def test_a_person_writing_of_undelivered_mail_is_no_bounce(sender: str, subject: str, text: str) -> None:
    assert read_mail(samples.mail(text, From=sender, Subject=subject)).delivery_report is None


def test_a_read_receipt_is_no_delivery_report() -> None:
    message = EmailMessage()
    message["From"] = "fall@inkasso-aue.example"
    message["Subject"] = "Gelesen: Forderung"
    message.set_content("Ihre Nachricht wurde gelesen.")
    assert read_mail(message.as_bytes()).delivery_report is None
