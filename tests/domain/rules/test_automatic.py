from itertools import product

import pytest
from tests.domain.records import THRESHOLDS, mail, pdf, source

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import DeliveryReport, ParsedMail, SourceKind
from claimstream.domain.rules.automatic import automatic, automatic_by_words, sent_by_us, unasked
from claimstream.domain.rules.classification import classify


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


MORE_THAN_A_RECEIPT = """
Guten Tag,|\
wir bestätigen den Eingang Ihres Schreibens. Eine Forderung besteht nicht mehr.|\
Mit freundlichen Grüßen|\
Aue GmbH
Guten Tag,|\
wir bestätigen den Eingang Ihres Schreibens und haben keine Forderung gegen Ihren Mandanten.|\
Mit freundlichen Grüßen|\
Aue GmbH
Wir haben Ihr Schreiben erhalten (Ticketnummer 4711). Die Forderung ist erledigt, die Bearbeitung ist abgeschlossen.
Wir haben Ihr Schreiben erhalten. Ticketnummer: 4711. Der Kunde ist hier nicht bekannt.
Wir bestätigen den Eingang Ihres Schreibens. Unsere Forderung wurde an die Beta GmbH verkauft.
Wir bestätigen den Eingang des Plans. Dem Plan stimmen wir zu.
Wir bestätigen den Eingang Ihres Plans und lehnen ihn ab.
Vielen Dank, Ihr Schreiben ist eingegangen. Es sind noch zwei Raten offen.
Ihr Schreiben ist eingegangen. Wir bekommen noch 400 Euro.
Ihr Schreiben ist eingegangen, es bleibt bei den 400 Euro.
Wir bestätigen den Eingang. Bitte senden Sie uns eine Vollmacht.
Wir bestätigen den Eingang Ihrer Nachricht. Zuständig ist die Beta Inkasso GmbH.
Wir bestätigen den Eingang Ihres Schreibens. Bitte wenden Sie sich künftig an die Beta Inkasso GmbH.
Wir bestätigen den Eingang Ihres Schreibens. Unter der Anschrift wohnt der Kunde nicht mehr.
Wir bestätigen den Eingang Ihres Schreibens. Herr Kern ist verstorben.
Wir bestätigen den Eingang und sind mit der Regelung einverstanden.
Ihr Schreiben haben wir erhalten und bearbeitet, die Angelegenheit ist für uns abgeschlossen.
Wir haben Ihr Schreiben erhalten, prüfen es aber nicht, da die Forderung ausgebucht ist.
Wir bestätigen den Eingang Ihrer Zahlung. Sie erhalten in Kürze Antwort.
Wir bestätigen den Eingang des Betrages.
We have received your letter. The account has been closed and nothing is owed.
We acknowledge receipt of your letter and accept the plan.
We have received your letter. The debt was sold to Beta Ltd.
Ich bestätige den Erhalt. Von mir aus passt das so.
Wir bestätigen den Eingang Ihres Schreibens. Die Unterlagen liegen bei.
Wir bestätigen den Eingang. Unsere Aufstellung folgt gesondert per Post.
Wir bestätigen den Eingang Ihrer E-Mail. Ihre Anfrage wurde abgelehnt.
Wir bestätigen den Eingang Ihres Schreibens. Kein Interesse.
Wir bestätigen den Eingang Ihres Schreibens. Machen Sie das so.
Ich bin nicht im Büro. Dem Plan stimmen wir zu.
Ich bin im Urlaub. Die Forderung ist übrigens erledigt.
Ich bin bis Montag nicht im Büro. Offen sind noch zwei Raten.
""".strip().splitlines()
RECEIPTS = """
Guten Tag, wir bestätigen den Eingang Ihres Schreibens. Im Dezember erhalten Sie Nachricht.|Optik Kern, M. Falk
Sehr geehrte Damen und Herren,|\
Ihr Schreiben vom 3. November ist bei uns eingegangen. Wir kommen unaufgefordert auf Sie zurück.|\
Mit freundlichen Grüßen|\
Sparbank Aue
Guten Tag,|\
Ihre E-Mail ist eingegangen und wird bearbeitet. Bitte haben Sie etwas Geduld.|\
Freundliche Grüße|\
Bürgerservice
Hallo Frau Kern,|wir haben Ihre Nachricht erhalten und melden uns in Kürze.|Viele Grüße|Team Service
Sehr geehrte Frau Kern,|\
vielen Dank für Ihre Nachricht. Wir bestätigen den Eingang und werden Ihr Anliegen zeitnah bearbeiten.|\
Freundliche Grüße|\
Stadtwerke Aue
Ihr Schreiben ist eingegangen. Die Bearbeitung wird einige Wochen dauern.|Stadtkasse Aue
Guten Tag,|Ihr Schreiben haben wir erhalten, wir werden es prüfen und uns melden.|Gruß|Schlosserei Huber
Sehr geehrte Damen und Herren,|\
hiermit bestätigen wir den Eingang Ihres Schreibens. Sobald wir es geprüft haben, erhalten Sie Nachricht.|\
Mit freundlichen Grüßen|\
Finanzamt Aue
Wir bestätigen den Erhalt Ihrer E-Mail. Derzeit kommt es zu längeren Bearbeitungszeiten.|Ihr Kundenservice
Guten Tag, Ihre Mail ist angekommen, ich melde mich nächste Woche.|Gruß Uwe Falk
Dear Sir or Madam,|we have received your letter and will reply within two weeks.|Yours sincerely|Beta Ltd
We acknowledge receipt of your email. You will hear from us shortly.|Beta Ltd
Sehr geehrte Damen und Herren,|\
den Eingang Ihres Schreibens bestätigen wir. Von Rückfragen zum Sachstand bitten wir abzusehen.|\
Freundliche Grüße|\
Jobcenter Aue
Ihre Anfrage ist bei uns eingegangen. Wir haben sie an die zuständige Abteilung weitergeleitet.|\
Freundliche Grüße|\
Sparbank Aue
Vielen Dank für Ihr Schreiben, das wir erhalten haben. Eine Antwort geht Ihnen gesondert zu.|\
Mit freundlichen Grüßen|\
AOK Aue
""".strip().splitlines()


@pytest.mark.parametrize("text", MORE_THAN_A_RECEIPT)
def test_a_receipt_that_says_more_is_no_receipt(text: str) -> None:
    assert not _set_aside(text)


@pytest.mark.parametrize("text", RECEIPTS)
def test_a_receipt_by_a_person_is_set_aside(text: str) -> None:
    assert _set_aside(text)


def _set_aside(text: str) -> bool:
    """Whether a text, with ``|`` for each end of a line, is taken for an acknowledgement."""
    received = mail(text.replace("|", "\n"), subject="AW: Anfrage")
    told = classify(received, [read_source(s) for s in received.sources], letter=Letter.FIRST)
    return told.intent is Intent.AUTO_REPLY and told.confidence >= THRESHOLDS.intent_minimum


LISTED = [("List-Unsubscribe", "<mailto:weg@handel.example>")]
NEWSLETTERS = (
    "Unser Kundenmagazin ist da. Wir laden Sie herzlich zum Sommerfest ein. Rundmails abbestellen",
    "Trends im Forderungsmanagement: Studie und Webinar. Newsletter abmelden",
    "Nur diese Woche: 15 % Rabatt auf Angebote für Ihr Büro. Abmelden",
    "Whitepaper und Podcast zum Mahnwesen. Hier abmelden.",
    "Our webinar in May, with a voucher for early birds. Unsubscribe",
)
NO_NEWSLETTERS = (
    "Das passt so für uns. Newsletter abbestellen",
    "Ihren Vorschlag haben wir gelesen. Unsere Studie und unser Podcast: Newsletter abmelden",
    "Die offene Forderung teilen wir noch mit. Rabatt und Gutschein: abmelden",
    "Ihre Mandantin hat gezahlt. Webinar und Podcast",
    "Der Rückstand besteht fort. Gutschein und Rabatt im Shop, Newsletter abmelden",
    "Die Vollmacht fehlt. Unser Magazin mit Interview mit dem Chef",
    "Die Rundmail erreichte uns. Guten Tag, wir melden uns. Newsletter",
)


@pytest.mark.parametrize("text", NEWSLETTERS)
def test_a_list_that_sells_is_spam_whoever_has_an_inquiry(text: str) -> None:
    assert unasked(mail(text, headers=LISTED), routed=True)
    assert unasked(mail(text), routed=True) is None
    assert unasked(mail(text, headers=LISTED, in_reply_to=["<i-1@kanzlei-nord.example>"]), routed=True) is None


@pytest.mark.parametrize("text", NO_NEWSLETTERS)
def test_a_letter_above_a_line_about_newsletters_is_none(text: str) -> None:
    assert unasked(mail(text, headers=LISTED), routed=True) is None


AWAY = {
    "Abwesend bis 7.12. Re: Plan": "Ich bin auf dem Sprung in den Urlaub.",
    "Abwesenheitsnotiz": "Ich bin bis Montag nicht im Büro.",
    "Out of office": "I am out of the office.",
    "Antwort": "Ich bin bis Montag nicht im Büro.",
}
MEANWHILE = (
    "Ihrem Plan können wir wohl zustimmen.",
    "Ihr Vorschlag ist für uns in Ordnung.",
    "Ihr Angebot lehnen wir ab.",
    "Über Ihren Vorschlag entscheidet mein Chef nächste Woche.",
    "Vorab: einverstanden.",
    "Offen sind noch 310,40 EUR.",
    "Die Forderung ist erledigt.",
    "Die Forderung haben wir verkauft.",
    "We accept your proposal.",
)
NOTES = (
    "Meine Vertretung ist Frau Kern, Tel. 0341 1234567.",
    "Ihre Mail wird nicht weitergeleitet.",
    "In dringenden Fällen wenden Sie sich bitte an service@aue.example.",
    "Ab dem 7. Dezember bin ich wieder für Sie da.",
    "Vielen Dank für Ihre Nachricht.",
    "Ich habe keinen Zugriff auf meine E-Mails.",
    "For urgent matters please contact Jane Miller.",
)


@pytest.mark.parametrize(("subject", "meanwhile"), [*product(AWAY, MEANWHILE)])
def test_a_reply_in_an_absence_is_a_persons(subject: str, meanwhile: str) -> None:
    received = mail(f"{AWAY[subject]} {meanwhile}", subject=subject)
    found = classify(received, [read_source(received.body)], letter=Letter.SECOND)
    assert found.confidence < THRESHOLDS.intent_minimum


@pytest.mark.parametrize(("subject", "note"), [*product(AWAY, NOTES)])
def test_an_absence_note_is_set_aside(subject: str, note: str) -> None:
    received = mail(f"{AWAY[subject]} {note}", subject=subject)
    found = classify(received, [read_source(received.body)], letter=Letter.SECOND)
    assert found.intent is Intent.AUTO_REPLY
    assert found.confidence > THRESHOLDS.intent_minimum
