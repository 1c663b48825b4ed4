"""Mail that no person wrote: automatic replies, delivery reports, spam."""

from tests.samples_generator import mime
from tests.samples_generator.case import ANY, IGNORE, Case, Draft, Truth, says
from tests.samples_generator.world import Inquiry, World


def cases(world: World) -> list[Case]:
    return [
        _auto_reply_by_header(world),
        _auto_reply_by_subject(world),
        _receipt(world),
        _hard_bounce(world),
        _bounce_that_names_our_letter(world),
        _delayed(world),
        _spam(world),
    ]


def _auto_reply_by_header(world: World) -> Case:
    client = world.client(world.nord, "9203/25", "Ottilie", "Bramstedt")
    inquiry = client.owes("2750.00", "Maschinenring Vierlande", "buero@maschinenring-vierlande.example").letter()
    phrase = "ich bin bis einschließlich 26.10.2026 nicht im Hause"
    text = f"""Guten Tag,

{phrase}. Ihre E-Mail wird nicht weitergeleitet.
Forderungen über 500,00 EUR bearbeitet in dieser Zeit Frau Petersen (Durchwahl -231).

Maschinenring Vierlande
"""
    draft = Draft(
        world.nord,
        ("Lüder Hansen", "buero@maschinenring-vierlande.example"),
        "Re: Forderungsanfrage Bramstedt",
        text,
        1,
        hour=11,
        to=inquiry.reply_address,
        answers=inquiry,
        more=[("Auto-Submitted", "auto-replied"), ("Precedence", "bulk")],
    )
    truth = Truth(inquiry, "reply_code", IGNORE, "auto_reply", tags=["auto-reply", "header"])
    return Case("auto-reply-by-header", draft.encode(), truth.as_json(), (says(phrase, "auto_reply"),))


def _auto_reply_by_subject(world: World) -> Case:
    client = world.client(world.sued, "S-1403/26", "Wolfhard", "Einsiedel")
    inquiry = client.owes("640.00", "Druckhaus Letternwerk", "empfang@letternwerk.example").letter()
    phrase = "unser Büro ist wegen einer Betriebsversammlung nicht besetzt"
    draft = Draft(
        world.sued,
        ("Druckhaus Letternwerk", "empfang@letternwerk.example"),
        "Automatische Antwort: Forderungsanfrage Einsiedel",
        f"Sehr geehrte Damen und Herren,\n\n{phrase}. Wir melden uns ab Montag.\n\nDruckhaus Letternwerk\n",
        1,
        hour=11,
        answers=inquiry,
    )
    truth = Truth(inquiry, "in_reply_to", IGNORE, "auto_reply", tags=["auto-reply", "subject"])
    return Case("auto-reply-by-subject", draft.encode(), truth.as_json(), (says(phrase, "auto_reply"),))


def _receipt(world: World) -> Case:
    client = world.client(world.hafen, "H 95-26", "Marieluise", "Haack")
    inquiry = client.owes("1888.00", "Krankenkasse Nordlicht", "beitraege@kk-nordlicht.example").letter()
    phrase = "vielen Dank für Ihre Nachricht, die bei uns eingegangen ist"
    draft = Draft(
        world.hafen,
        ("Krankenkasse Nordlicht", "beitraege@kk-nordlicht.example"),
        "Eingangsbestätigung zu Ihrem Schreiben, Vorgang 2026-118-4471",
        f"Guten Tag,\n\n{phrase}. Die Bearbeitung dauert derzeit rund 15 Arbeitstage.\n\nIhre Krankenkasse Nordlicht\n",
        1,
        hour=11,
        to=inquiry.reply_address,
    )
    truth = Truth(inquiry, "reply_code", IGNORE, "auto_reply", tags=["auto-reply", "receipt", "subject"])
    return Case("receipt", draft.encode(), truth.as_json(), (says(phrase, "auto_reply"),))


def _report(
    inquiry: Inquiry, words: str, action: str, status: str, diagnostic: str
) -> tuple[mime.Part, tuple[tuple[str, str], ...]]:
    """A delivery-status report (RFC 3464) on a letter of ours."""
    explanation = mime.text(words, encoding="quoted-printable")
    fields = [
        "Reporting-MTA: dns; mx.mailbox.example",
        "Arrival-Date: Thu, 01 Oct 2026 09:00:04 +0000",
        "",
        f"Final-Recipient: rfc822; {inquiry.to_address}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {diagnostic}",
        "",
    ]
    status_part = mime.Part((b"Content-Type: message/delivery-status",), mime.NL.join(line.encode() for line in fields))
    tenant = inquiry.tenant
    letter = [
        f"From: {tenant.mailbox}",
        f"To: {inquiry.to_address}",
        "Subject: Forderungsanfrage",
        f"Message-ID: {inquiry.message_id}",
        "",
    ]
    original = mime.Part((b"Content-Type: text/rfc822-headers",), mime.NL.join(line.encode() for line in letter))
    parts = [explanation, status_part, original]
    content = mime.multipart(parts, subtype="report", parameters="; report-type=delivery-status")
    return content, (("Auto-Submitted", "auto-replied"),)


def _report_mail(inquiry: Inquiry, subject: str, content: mime.Part, day: int, *, to: str, threaded: bool) -> bytes:
    draft = Draft(
        inquiry.tenant, ("Mail Delivery System", "mailer-daemon@mx.mailbox.example"), subject, "", day, hour=12
    )
    return mime.mail(
        sender=mime.person(*draft.sender),
        to=to,
        subject=subject,
        date=draft.date,
        content=content,
        message_id=f"<report.{inquiry.inquiry_id}@mx.mailbox.example>",
        delivered_to=inquiry.tenant.mailbox,
        in_reply_to=inquiry.message_id if threaded else None,
        return_path="<>",
        more=(("Auto-Submitted", "auto-replied"),),
    )


def _hard_bounce(world: World) -> Case:
    client = world.client(world.nord, "9206/25", "Lieselotte", "Harmsen")
    inquiry = client.owes("1320.00", "Polsterei Federleicht", "werkstatt@polsterei-federleicht.example").letter()
    words = f"""This is the mail system at host mx.mailbox.example.

I'm sorry to have to inform you that your message could not be delivered to one or
more recipients.

<{inquiry.to_address}>: host mail.polsterei-federleicht.example said: 550 5.1.1 User unknown
"""
    content, _ = _report(inquiry, words, "failed", "5.1.1", "550 5.1.1 User unknown")
    raw = _report_mail(
        inquiry, "Undelivered Mail Returned to Sender", content, 1, to=inquiry.reply_address, threaded=False
    )
    truth = Truth(inquiry, "reply_code", IGNORE, "bounce", tags=["bounce", "hard", "rfc3464"])
    return Case("hard-bounce", raw, truth.as_json(), (says("User unknown", "bounce"),))


def _bounce_that_names_our_letter(world: World) -> Case:
    client = world.client(world.sued, "S-1406/26", "Ferdinand", "Ballhausen")
    inquiry = client.owes("970.00", "Tonstudio Resonanz", "booking@tonstudio-resonanz.example").letter()
    words = f"""Die Nachricht an {inquiry.to_address} konnte nicht zugestellt werden, weil die Domain
tonstudio-resonanz.example nicht gefunden wurde.
"""
    content, _ = _report(inquiry, words, "failed", "5.1.2", "550 5.1.2 Host not found")
    raw = _report_mail(
        inquiry,
        "Delivery Status Notification (Failure)",
        content,
        1,
        to=inquiry.tenant.mailbox,
        threaded=True,
    )
    truth = Truth(inquiry, "in_reply_to", IGNORE, "bounce", tags=["bounce", "hard", "rfc3464"])
    phrase = "konnte nicht zugestellt werden, weil die Domain"
    return Case("bounce-naming-our-letter", raw, truth.as_json(), (says(phrase, "bounce"),))


def _delayed(world: World) -> Case:
    client = world.client(world.hafen, "H 97-26", "Gundula", "Timmermann")
    inquiry = client.owes("2222.00", "Fahrschule Kreisverkehr", "theorie@fahrschule-kreisverkehr.example").letter()
    words = f"""Die Zustellung Ihrer Nachricht an {inquiry.to_address} verzögert sich.
Es wird noch zwei Tage lang weiter versucht, sie zuzustellen. Sie müssen nichts tun.
"""
    content, _ = _report(inquiry, words, "delayed", "4.4.1", "451 4.4.1 Connection timed out")
    raw = _report_mail(
        inquiry, "Delayed Mail (still being retried)", content, 2, to=inquiry.reply_address, threaded=True
    )
    truth = Truth(inquiry, "reply_code", IGNORE, None, tags=["bounce", "delayed", "rfc3464"])
    return Case("delayed-delivery", raw, truth.as_json(), (says("Sie müssen nichts tun", "auto_reply"),))


def _spam(world: World) -> Case:
    phrase = "Verdienen Sie bis zu 4.900,00 EUR in der Woche bequem von zu Hause"
    text = f"""Hallo Freund,

{phrase}! Unser Krypto-Roboter arbeitet für Sie, auch nachts.
Nur heute: 250 % Bonus auf Ihre erste Einzahlung. Klicken Sie jetzt:
http://gewinn-roboter.example/start

Abmelden: http://gewinn-roboter.example/stop
"""
    draft = Draft(
        world.nord,
        ("Gewinn Roboter", "promo@gewinn-roboter.example"),
        "Ihr Bonus läuft ab!!!",
        text,
        11,
        more=[("List-Unsubscribe", "<http://gewinn-roboter.example/stop>"), ("Precedence", "bulk")],
    )
    truth = Truth(None, "none", IGNORE, "spam", ANY, needs_model=True, tags=["spam"])
    return Case("spam", draft.encode(), truth.as_json(), (says(phrase, "spam", 0.97),))
