import pytest
from tests.domain.records import mail, pdf, source

from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import DeliveryReport, ParsedMail, SourceKind
from claimstream.domain.rules.automatic import automatic, automatic_by_words, sent_by_us, unasked


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(mail(headers=[("Auto-Submitted", "auto-replied")]), id="auto-replied"),
        pytest.param(mail(headers=[("auto-submitted", "auto-generated; x=1")]), id="auto-generated with a parameter"),
        pytest.param(mail(headers=[("X-Autoreply", "yes")]), id="a vacation header"),
        pytest.param(mail(headers=[("Precedence", "auto_reply")]), id="Precedence: auto_reply"),
        pytest.param(
            mail(headers=[("Content-Type", 'multipart/report; report-type="disposition-notification"')]),
            id="a read receipt",
        ),
        pytest.param(mail(subject="Abwesenheitsnotiz: Ihr Schreiben"), id="Abwesenheitsnotiz"),
        pytest.param(mail(subject="Automatische Antwort: Forderung 8817/25"), id="Automatische Antwort"),
        pytest.param(mail(subject="Eingangsbestätigung zu Ihrer Nachricht"), id="Eingangsbestätigung"),
        pytest.param(mail(subject="Abwesend bis 3. Mai"), id="Abwesend"),
        pytest.param(mail(subject="Out of office: Re: claim"), id="Out of office"),
        pytest.param(mail(subject="[EXTERN] Automatic reply: claim"), id="behind a gateway's tag"),
    ],
)
def test_an_automatic_reply_is_told_by_headers_or_subject(received: ParsedMail) -> None:
    found = automatic(received, figures=False)
    assert found is not None
    assert found.intent is Intent.AUTO_REPLY
    assert found.confidence >= 0.95
    assert found.why


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(mail(sender="noreply@alpha-inkasso.example"), id="a noreply sender"),
        pytest.param(mail(headers=[("X-Auto-Response-Suppress", "All")]), id="X-Auto-Response-Suppress"),
        pytest.param(mail(headers=[("Auto-Submitted", "no")]), id="Auto-Submitted: no"),
        pytest.param(mail(headers=[("Auto-Submitted", "No (sent by a person)")]), id="no with a comment"),
        pytest.param(mail(headers=[("Precedence", "bulk")]), id="Precedence: bulk"),
        pytest.param(mail(subject="AW: Abwesenheitsnotiz"), id="an answer to an absence note"),
        pytest.param(mail(subject="Ihre Abwesenheit am Termin"), id="the word further on"),
        pytest.param(mail(sender="postmaster@aue.example", subject="Forderung"), id="a postmaster with a claim"),
    ],
)
def test_what_proves_nothing_by_itself(received: ParsedMail) -> None:
    assert automatic(received, figures=False) is None


GENERATED = [("Auto-Submitted", "auto-generated")]


@pytest.mark.parametrize(
    ("received", "figures", "answers"),
    [
        pytest.param(mail("Die Gesamtforderung beträgt 900,00 EUR.", headers=GENERATED), True, False, id="a statement"),
        pytest.param(mail("Wir stimmen dem Plan zu.", headers=GENERATED), False, True, id="an answer"),
        pytest.param(
            mail(
                "Ihre Post ist eingegangen.",
                source("", source_id="attachment-1", kind=SourceKind.SCANNED_PDF),
                headers=GENERATED,
            ),
            False,
            False,
            id="a scan",
        ),
        pytest.param(mail("Die Forderung wurde storniert.", headers=GENERATED), False, False, id="about the debt"),
    ],
)
def test_a_machines_mail_that_says_something_is_read(received: ParsedMail, figures: bool, answers: bool) -> None:
    assert automatic(received, figures=figures, answers=answers) is None


@pytest.mark.parametrize(
    "text",
    [
        "Ihre Anfrage zur Forderung ist eingegangen. Ticketnummer 4711.",
        "Deine Nachricht ist bei uns eingetroffen.",
        "Wir bestätigen den Eingang Ihres Schreibens zur Forderung.",
        "Ich bin bis Montag nicht im Büro. Forderungen bearbeitet Frau Kern.",
        "Ihr Vorgang hat die Bearbeitungsnummer 88. Antworten Sie bitte nicht auf diese Mail zur Forderung.",
        "Ihr Kennwort wurde geändert.",
        "",
    ],
)
def test_a_machines_acknowledgement_stays_set_aside(text: str) -> None:
    found = automatic(mail(text, headers=GENERATED), figures=False)
    assert found is not None
    assert found.intent is Intent.AUTO_REPLY


def test_a_machines_newsletter_stays_set_aside() -> None:
    listed = mail("Forderung? Jetzt informieren!", headers=[*GENERATED, ("List-Unsubscribe", "<mailto:x@y.example>")])
    assert automatic(listed, figures=False) is not None


@pytest.mark.parametrize(
    ("received", "ours"),
    [
        (mail().model_copy(update={"message_id": "<e-1.notification@claimstream.invalid>"}), True),
        (mail(sender="claimstream@kanzlei-nord.example"), True),
        (mail(sender="Claims+K7Q2X9M4@kanzlei-nord.example"), True),
        (mail(sender="kollegin@kanzlei-nord.example"), False),
        (mail(sender="claims@kanzlei-nord.example.attacker.example"), False),
        (mail().model_copy(update={"message_id": "<claimstream.invalid@elsewhere.example>"}), False),
        (mail().model_copy(update={"message_id": None, "sender": None}), False),
    ],
)
def test_mail_that_we_sent_is_told_by_its_id_or_sender(received: ParsedMail, ours: bool) -> None:
    addresses = ("claims@kanzlei-nord.example", "claimstream@kanzlei-nord.example")
    found = sent_by_us(received, addresses)
    assert (found is not None) is ours


def test_a_subject_is_no_proof_beside_a_claim_but_a_header_is() -> None:
    assert automatic(mail(subject="Eingangsbestätigung und Forderungsaufstellung"), figures=True) is None
    assert automatic(mail(headers=[("Auto-Submitted", "auto-replied")]), figures=True) is not None


@pytest.mark.parametrize(
    ("received", "intent"),
    [
        pytest.param(
            mail().model_copy(
                update={"delivery_report": DeliveryReport(action="failed", recipients=("a@b.example",), status="5.1.1")}
            ),
            Intent.BOUNCE,
            id="failed",
        ),
        pytest.param(
            mail(headers=[("Auto-Submitted", "auto-replied")]).model_copy(
                update={"delivery_report": DeliveryReport(action="delayed", recipients=("a@b.example",))}
            ),
            Intent.BOUNCE,
            id="delayed, and submitted automatically",
        ),
        pytest.param(
            mail().model_copy(
                update={"delivery_report": DeliveryReport(action="delivered", recipients=("a@b.example",))}
            ),
            Intent.AUTO_REPLY,
            id="delivered",
        ),
        pytest.param(
            mail(headers=[("Content-Type", "multipart/report; report-type=delivery-status")]),
            Intent.BOUNCE,
            id="a report that could not be read",
        ),
        pytest.param(
            mail(sender="MAILER-DAEMON@mx.example", subject="Undelivered Mail Returned to Sender"),
            Intent.BOUNCE,
            id="an old mail system",
        ),
        pytest.param(
            mail(headers=[("Return-Path", "<>")], subject="Unzustellbar: Ihre Forderung"),
            Intent.BOUNCE,
            id="the empty return path",
        ),
    ],
)
def test_a_bounce_is_told_before_an_automatic_reply(received: ParsedMail, intent: Intent) -> None:
    found = automatic(received, figures=False)
    assert found is not None
    assert found.intent is intent


@pytest.mark.parametrize(
    ("received", "told"),
    [
        pytest.param(
            mail("Ich bin bis zum 4. Mai nicht im Büro. Ihre Mail wird nicht weitergeleitet."), True, id="away"
        ),
        pytest.param(
            mail("Ihre Nachricht ist eingegangen. Ticketnummer 4711. Bitte antworten Sie nicht."), True, id="received"
        ),
        pytest.param(mail("I am out of the office until Monday."), True, id="away in English"),
        pytest.param(mail("Ich bin nicht im Büro.", pdf("Anlage")), False, id="with an attachment"),
        pytest.param(mail("Ich bin nicht im Büro. " + "Text. " * 300), False, id="a long text"),
        pytest.param(mail("Ihre Mandantin ist nicht erreichbar."), False, id="somebody else is away"),
    ],
)
def test_an_absence_note_without_headers_is_short_and_bare(received: ParsedMail, told: bool) -> None:
    assert (automatic_by_words(received) is not None) is told


@pytest.mark.parametrize(
    ("received", "spam"),
    [
        pytest.param(mail("Jetzt sichern: Bitcoin Webinar! Hier abmelden."), True, id="several selling words"),
        pytest.param(
            mail("Unser Newsletter im Mai", headers=[("List-Unsubscribe", "<mailto:x@y.example>")]), True, id="a list"
        ),
        pytest.param(mail("Guten Tag", headers=[("X-Spam-Flag", "YES")]), True, id="flagged by a filter"),
        pytest.param(mail("Unser Newsletter im Mai"), False, id="one sign alone"),
        pytest.param(mail("Bitcoin Casino: Forderung gegen Ihren Mandanten"), False, id="about a debt"),
        pytest.param(
            mail("Rabatt und Gutschein abmelden", in_reply_to=["<i-1@kanzlei-nord.example>"]),
            False,
            id="an answer to us",
        ),
        pytest.param(
            mail("Aktenzeichen 4711: bitte melden", headers=[("X-Spam-Flag", "YES")]), False, id="flagged, about a debt"
        ),
    ],
)
def test_spam_needs_two_signs_and_nothing_about_a_debt(received: ParsedMail, spam: bool) -> None:
    assert (unasked(received) is not None) is spam


@pytest.mark.parametrize(
    ("rest", "sender", "sure"),
    [
        ("", "mohr@a.example", True),
        (" Wir kommen unaufgefordert auf Sie zurück.", "mohr@a.example", True),
        (" Der Plan gefällt uns soweit.", "mohr@a.example", False),
        (" Die Vollmacht fehlt.", "mohr@a.example", False),
        (" Der Plan gefällt uns soweit.", "noreply@a.example", True),
    ],
)
def test_an_acknowledgement_is_sure_if_it_says_nothing_else(rest: str, sender: str, sure: bool) -> None:
    text = f"Ihre Nachricht ist bei uns eingegangen und wird bearbeitet.{rest}"
    found = automatic_by_words(mail(text, sender=sender))
    assert found is not None
    assert (found.confidence >= 0.70) is sure
