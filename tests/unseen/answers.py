"""Mail that needs an answer by a person, and mail written by machines or strangers."""

from tests.unseen.book import ASIDE, NOTIFY, PERSON, TENANTS, Book, File, mail


def add(book: Book) -> None:
    _to_a_person(book)
    _by_machines(book)
    _bounces(book)


def _to_a_person(book: Book) -> None:
    f = book.file("Norbert|Schilling", "Brennstoffe Kahl GmbH", "kahl@brennstoffe-kahl.example", None)
    book.kept(
        "first-letter-refused",
        f,
        mail(
            f,
            "AW: Norbert Schilling",
            "Sehr geehrte Frau Dr. Ahrens,\n\nwir lehnen eine außergerichtliche Einigung mit Herrn Norbert Schilling "
            "ab und werden die "
            "Zwangsvollstreckung fortsetzen.\n\nBrennstoffe Kahl GmbH",
            reply=True,
        ),
        intent="rejection",
        reason="rejection",
        by="in_reply_to",
        tags="first refusal",
        total_claim=None,
    )

    f = book.file("Claudia|Merten", "Sanitätshaus Vital", "post@sanitaetshaus-vital.example", None, tenant="lr")
    book.kept(
        "power-of-attorney-wanted",
        f,
        mail(
            f,
            "Ihre Anfrage Merten",
            "Sehr geehrter Herr Lindenau,\n\nohne Vorlage einer schriftlichen Vollmacht von Frau Claudia Merten "
            "dürfen wir Ihnen keine "
            "Auskunft erteilen. Bitte übersenden Sie uns diese sowie eine Kopie des Ausweises.\n\nSanitätshaus Vital",
        ),
        intent="clarification_request",
        reason="clarification_request",
        by="sole_sender",
        tags="first clarification",
        total_claim=None,
    )

    f = book.file("Rolf|Engelke", "Atlantic Cards SA", "kyc@atlantic-cards.example", "1200.00")
    book.kept(
        "date-of-birth-wanted-english",
        f,
        mail(
            f,
            "Mr Engelke - further information required",
            "Dear Sir or Madam,\n\nWe were unable to locate an account for your client. Could you please provide Mr "
            "Engelke's date of "
            "birth and his previous address so that we can identify the file?\n\nKind regards\nCustomer Verification",
            reply=True,
        ),
        intent="clarification_request",
        reason="clarification_request",
        by="in_reply_to",
        tags="english clarification",
    )

    f = book.file("Jutta|Kleinschmidt", "Textil Moritz GmbH", "moritz@textil-moritz.example", "480.00")
    book.kept(
        "claim-sold-to-another",
        f,
        mail(
            f,
            "Kleinschmidt - Abtretung",
            "Guten Tag,\n\ndie Sache Jutta Kleinschmidt haben wir schon im Januar an die Kronos Portfolio S.à r.l. in "
            "Luxemburg "
            "abgetreten. Bitte wenden Sie sich künftig dorthin.\n\nTextil Moritz",
        ),
        route=PERSON,
        by="sole_sender",
        tags="assignment",
        total_claim=None,
    )

    f = book.file("Bernd|Auerbach", "Golfhotel Seeblick", "rezeption@golfhotel-seeblick.example", None)
    book.kept(
        "statement-promised-by-post-with-capital-in-the-footer",
        f,
        mail(
            f,
            "Gast Auerbach",
            """
Sehr geehrte Frau Dr. Ahrens,

wir haben Ihre Anfrage an unsere Buchhaltung in der Zentrale gegeben. Sie erhalten die Aufstellung per Post.

Golfhotel Seeblick Betriebs GmbH
Stammkapital: 25.000,00 EUR · HRB 11824 · USt-IdNr. DE811224417 · Tel. 04503 88 11 00
""",
        ),
        route=[PERSON, ASIDE],
        by="sole_sender",
        tags="footer capital trap",
    )

    f = book.file("Agnes|Lorenzen", "Fährlinie Amrun GmbH", "ticket@faehrlinie-amrun.example", None)
    book.kept(
        "only-dates-phones-and-file-numbers",
        f,
        mail(
            f,
            "Lorenzen / Buchung 1.204.118",
            """
Sehr geehrte Damen und Herren,

zu Ihrem Schreiben vom 26.10.2026 zum Aktenzeichen 4711 (Buchung 1.204.118, Ticket 88.201) suchen wir die Unterlagen
noch heraus. Frau Lorenzen war zuletzt am 04.12.2024 bei uns an Bord.

Rückruf bitte unter 04651 22 33 44 oder Fax 04651.22.33.55, werktags 8.00 bis 12.30 Uhr.

25980 Amrun
""",
        ),
        route=PERSON,
        by="sole_sender",
        tags="numbers trap",
        total_claim=None,
    )


def _by_machines(book: Book) -> None:
    f = book.file("Theresa|Vollmer", "Pension Alpenblick", "haus@pension-alpenblick.example", None)
    book.kept(
        "auto-absence-with-our-letter-below",
        f,
        mail(
            f,
            "Abwesenheitsnotiz: Forderungsanfrage Theresa Vollmer",
            """
Ich bin bis einschließlich 23.11.2026 nicht im Haus. In dringenden Fällen: 08821 4455.

Am 26.10.2026 um 10:00 schrieb post@ahrens-voss.example:
> Nach unseren Unterlagen beläuft sich die Gesamtforderung auf 1.110,00 €.
""",
            headers={"Auto-Submitted": "auto-replied"},
            reply=True,
        ),
        intent="auto_reply",
        route=ASIDE,
        about=False,
        tags="auto",
    )

    f = book.file("Emil|Hartung", "Stadtreinigung Köbel AöR", "gebuehren@sr-koebel.example", None)
    book.kept(
        "auto-receipt-by-subject-alone",
        f,
        mail(
            f,
            "Eingangsbestätigung zu Ihrer Nachricht [Ticket#2026111200448]",
            "Vielen Dank für Ihre Nachricht. Ihr Anliegen wird unter der Vorgangsnummer 2026111200448 bearbeitet. "
            "Die Bearbeitung kann derzeit bis zu 15 Werktage dauern.\n\nStadtreinigung Köbel",
        ),
        intent="auto_reply",
        route=ASIDE,
        about=False,
        tags="auto",
    )

    f = book.file("Rita|Baumgart", "Northern Lights Energy Ltd", "hello@nle.example", "390.00", tenant="lr")
    book.kept(
        "auto-out-of-office-english",
        f,
        mail(
            f,
            "Out of Office: Rita Baumgart",
            "I am on annual leave until 30 November 2026 with no access to mail. The balance team can be reached at "
            "ext. 4410.",
            headers={"X-Autoreply": "yes", "Precedence": "auto_reply"},
        ),
        intent="auto_reply",
        route=ASIDE,
        about=False,
        tags="auto english",
    )

    f = book.file("Hedwig|Castrop", "Bäckerei Lampe", "lampe@baeckerei-lampe.example", None)
    book.kept(
        "auto-with-a-forwarded-claim",
        f,
        mail(
            f,
            "Automatische Antwort: Castrop",
            """
Vielen Dank, ich bin im Urlaub und ab 01.12.2026 zurück.

---------- Weitergeleitete Nachricht ----------
Von: Lager <lager@baeckerei-lampe.example>
Betreff: Castrop

Castrop, Hedwig: Gesamtforderung 402,00 EUR
""",
            headers={"Auto-Submitted": "auto-replied"},
        ),
        intent="auto_reply",
        route=ASIDE,
        about=False,
        tags="auto forwarded trap",
    )

    f = book.file("Wolfram|Ziegenhals", "Kunsthandel Adler", "adler@kunsthandel-adler.example", "5600.00")
    book.written(
        "person-back-from-leave",
        f,
        mail(
            f,
            "Re: Ziegenhals",
            "Sehr geehrte Frau Dr. Ahrens,\n\nbitte entschuldigen Sie die automatische Antwort von letzter Woche, ich "
            "war im Urlaub. "
            "Die Gesamtforderung gegen Herrn Wolfram Ziegenhals beträgt 5.850,00 €.\n\nAdler",
            reply=True,
            headers={"Auto-Submitted": "no"},
        ),
        "5850.00",
        route=NOTIFY,
        by="in_reply_to",
        tags="auto-submitted-no",
    )


def _bounces(book: Book) -> None:
    f = book.file("Simone|Rettig", "Copyshop Uni", "copy@copyshop-uni.example", None)
    book.case(
        "bounce-delivery-status",
        _delivery_report(f, "failed", "5.1.1", "550 5.1.1 User unknown"),
        intent="bounce",
        route=ASIDE,
        current_amount_after=None,
        tags="bounce dsn",
    )

    f = book.file("Henning|Voß", "Surfshop Welle", "welle@surfshop-welle.example", None, tenant="lr")
    book.case(
        "bounce-in-words-only",
        mail(
            f,
            "Unzustellbar: Forderungsanfrage Henning Voß",
            f"""
Ihre Nachricht an die folgenden Empfänger konnte nicht zugestellt werden:

{f.sender}
Die E-Mail-Adresse wurde im Zielsystem nicht gefunden.

Diagnoseinformationen für Administratoren:
#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup ##

Ursprüngliche Nachricht:
Nach unseren Unterlagen beläuft sich die Gesamtforderung auf 777,00 €.
""",
            sender="postmaster@surfshop-welle.example",
            headers={"Auto-Submitted": "auto-replied"},
        ),
        route=ASIDE,
        current_amount_after=None,
        tags="bounce words",
    )


def _delivery_report(file: File, action: str, status: str, diagnostic: str) -> bytes:
    """A report as of RFC 3464, with our letter returned in full."""
    name, mailbox = TENANTS[file.tenant]
    return f"""Delivered-To: {file.plain}
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {file.coded}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Mon, 26 Oct 2026 10:00:09 +0100
Message-ID: <dsn.{file.client_id}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_dsn"

--=_dsn
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.
I'm sorry to have to inform you that your message could not be delivered.

--=_dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {file.sender}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--=_dsn
Content-Type: message/rfc822

From: {name} <{mailbox}>
To: {file.sender}
Subject: Forderungsanfrage {file.name}
Message-ID: {file.message_id}
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Nach unseren Unterlagen belaeuft sich die Gesamtforderung auf 530,00 EUR.

--=_dsn--
""".replace("\n", "\r\n").encode()
