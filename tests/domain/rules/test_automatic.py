import pytest
from tests.domain.records import mail, pdf

from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import DeliveryReport, ParsedMail
from claimstream.domain.rules.automatic import automatic, automatic_by_words, unasked


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
