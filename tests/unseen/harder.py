"""A label and a figure that still do not state what is owed today; files that are nearly the right one."""

from tests.unseen.book import BOTH, NOTIFY, PERSON, TENANTS, Book, mail
from tests.unseen.documents import flowing_pdf, placed_pdf, sheet


def add(book: Book) -> None:
    _said_otherwise(book)
    _units(book)
    _layouts(book)
    _plans(book)
    _files(book)


def _said_otherwise(book: Book) -> None:
    """(name, person, creditor, sender, subject, text): nothing of it may be stored where nothing is stored yet."""
    for name, person, creditor, sender, subject, text in (
        (
            "said-our-figure-is-wrong",
            "Hartwig|Jessen",
            "Klinik am Park gGmbH",
            "patienten@klinik-park.example",
            "Jessen, Hartwig",
            "Guten Tag,\n\ndie von Ihnen genannte Gesamtforderung von 1.200,00 € ist unzutreffend. Die richtige Höhe "
            "stellt unsere Zentrale "
            "noch zusammen und schickt sie Ihnen bis Monatsende.\n\nPatientenabrechnung, Klinik am Park gGmbH",
        ),
        (
            "said-was-paid-in-full",
            "Ilona|Strack",
            "Wäscherei Rein",
            "rein@waescherei.example",
            "Frau Strack",
            "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung von 2.300,00 € hat Frau Ilona Strack am 02.10.2026 "
            "vollständig beglichen. Bei "
            "uns ist nichts mehr offen.\n\nWäscherei Rein",
        ),
        (
            "said-a-payment-received-with-thanks",
            "Gustav|Elsner",
            "Glaserei Pane",
            "pane@glaserei.example",
            "Re: Elsner",
            "Guten Tag,\n\nBetrag dankend erhalten: 612,00 €. Wie viel danach noch übrig ist, sagt Ihnen nächste "
            "Woche Frau Pane.\n\nGlaserei Pane",
        ),
        (
            "said-a-fee-for-the-information",
            "Monika|Stübner",
            "Archivdienst Kontor",
            "archiv@kontor-ad.example",
            "Auskunft Stübner",
            "Sehr geehrte Kanzlei,\n\nfür die Auskunft zu Frau Monika Stübner berechnen wir einen Betrag von 25,00 "
            "EUR. Nach dessen Eingang "
            "erhalten Sie die Forderungsaufstellung.\n\nArchivdienst Kontor",
        ),
        (
            "said-credit-balance-in-words",
            "Quirin|Lechner",
            "Gasversorgung Isar",
            "gas@gv-isar.example",
            "Vertragskonto Lechner",
            "Grüß Gott,\n\nauf dem Vertragskonto von Quirin Lechner besteht ein Guthaben von 83,20 "
            "€.\n\nGasversorgung Isar",
        ),
        (
            "said-interest-only",
            "Nora|Bielefeld",
            "Privatbank Löwe",
            "loewe@pb-loewe.example",
            "Bielefeld, Nora",
            "Sehr geehrte Damen und Herren,\n\nbislang sind Zinsen in Höhe von 45,00 € angefallen. Zur Hauptforderung "
            "erhalten Sie gesondert "
            "Nachricht.\n\nPrivatbank Löwe",
        ),
        (
            "said-principal-with-the-rest-to-follow",
            "Eckhard|Sievers",
            "Zimmerei Balken",
            "balken@zimmerei.example",
            "Sievers",
            "Guten Tag,\n\nHauptforderung: 700,00 €\nZinsen: werden nachgereicht\nKosten: werden "
            "nachgereicht\n\nZimmerei Balken",
        ),
        (
            "said-income-and-exempt-amount",
            "Saskia|Böhme",
            "Agentur für Leistung Nord",
            "leistung@afl-nord.example",
            "Frau Böhme",
            "Sehr geehrte Damen und Herren,\n\nFrau Saskia Böhme bezieht nach unserer Kenntnis 1.820,00 € netto, die "
            "Pfändungsfreigrenze liegt bei "
            "1.559,99 €. Eine Aufstellung unserer Forderung wird derzeit erstellt.\n\nAgentur für Leistung Nord",
        ),
        (
            "said-all-creditors-together",
            "Ruth|Oppermann",
            "Kosmos Versand",
            "kosmos@kosmos-versand.example",
            "Plan Oppermann",
            "Guten Tag,\n\nin Ihrem Gläubigerverzeichnis steht eine Gesamtforderung aller 14 Gläubiger von 34.118,20 "
            "€. Wo finden wir uns darin "
            "wieder? Unsere Zahlen suchen wir noch.\n\nKosmos Versand",
        ),
        (
            "said-lump-sum-to-settle-a-first-letter",
            "Ferdinand|Auer",
            "Musikschule Takt",
            "takt@musikschule.example",
            "Auer - Vorschlag",
            "Lieber Herr Voss,\n\nwenn Ferdinand Auer bis zum 30.11.2026 einmalig 300,00 € zahlt, schließen wir die "
            "Akte.\n\nMusikschule Takt",
        ),
        (
            "said-label-and-then-a-phone",
            "Tabea|Nitsche",
            "Reitstall Hafer",
            "hafer@reitstall.example",
            "Nitsche",
            "Hallo,\n\nGesamtforderung:\nbitte telefonisch erfragen\n0421 334455\n28195 Bremen\n\nReitstall Hafer",
        ),
        (
            "said-label-and-then-a-date",
            "Curd|Amelung",
            "Notariat Siegel",
            "siegel@notariat.example",
            "Amelung",
            "Sehr geehrte Frau Kollegin,\n\nStand der Gesamtforderung: 12.10.2026\nAktenzeichen der Forderung: "
            "20.417\n\nDie Zahl selbst folgt.\n\nSiegel",
        ),
        (
            "said-in-a-parallel-matter",
            "Lotte|Hagedorn",
            "Bildungswerk Ems",
            "kasse@bw-ems.example",
            "Hagedorn und andere",
            "Sehr geehrte Damen und Herren,\n\nin der Parallelsache Ihres Mandanten Klaus Menge beträgt die "
            "Gesamtforderung 1.911,00 €. Zu Frau "
            "Hagedorn melden wir uns.\n\nBildungswerk Ems",
        ),
    ):
        f = book.file(person, creditor, sender, None)
        book.kept(name, f, mail(f, subject, text), by="sole_sender", tags="label trap")

    f = book.file("Karlheinz|Budde", "Ökostrom Wind eG", "wind@oekostrom.example", "700.00")
    book.written(
        "said-now-and-what-it-will-become",
        f,
        mail(
            f,
            "Budde",
            "Guten Tag,\n\ndie Gesamtforderung gegen Karlheinz Budde beträgt derzeit 745,00 €. Sollte ein "
            "Gerichtsvollzieher nötig werden, kämen "
            "Kosten von rund 60,00 € dazu.\n\nÖkostrom Wind eG",
        ),
        "745.00",
        route=NOTIFY,
        by="sole_sender",
        tags="future",
    )


def _units(book: Book) -> None:
    for name, person, creditor, sender, text in (
        (
            "unit-swiss-francs",
            "Reto|Amstad",
            "Bergbank AG",
            "bergbank@bergbank.example",
            "Sehr geehrte Damen und Herren,\n\nGesamtforderung Reto Amstad: CHF 1'900.00\n\nBergbank AG",
        ),
        (
            "unit-us-dollars",
            "Kelly|Brandeis",
            "Pacific Storage LLC",
            "ar@pacific-storage.example",
            "Hello,\n\nTotal due from Kelly Brandeis: USD 1,200.00\n\nPacific Storage LLC",
        ),
        (
            "unit-pounds",
            "Ewan|Frings",
            "Thames Lettings Ltd",
            "ledger@thames-lettings.example",
            "Dear Sirs,\n\nThe total amount due from Mr Ewan Frings is £2,310.50.\n\nThames Lettings Ltd",
        ),
        (
            "unit-millions",
            "Balduin|Rehse",
            "Projektbau Süd AG",
            "recht@projektbau-sued.example",
            "Sehr geehrte Damen und Herren,\n\nunsere Gesamtforderung gegen Herrn Balduin Rehse beträgt 1,2 Mio. "
            "EUR.\n\nProjektbau Süd AG",
        ),
        (
            "unit-thousands",
            "Sibylle|Kaus",
            "Factoring Haus GmbH",
            "fh@factoring-haus.example",
            "Guten Tag,\n\nGesamtforderung Sibylle Kaus: 12,5 TEUR\n\nFactoring Haus GmbH",
        ),
        (
            "unit-not-an-amount",
            "Erwin|Klose",
            "Druckluft Technik KG",
            "dl@druckluft.example",
            "Guten Tag,\n\nGesamtforderung Erwin Klose: 12.345.6 EUR\n\nDruckluft Technik KG",
        ),
        (
            "unit-true-minus-sign",
            "Philine|Rau",
            "Stromnetz Ost",
            "netz@stromnetz-ost.example",
            "Guten Tag,\n\nPhiline Rau, Saldo: \u2212120,00 €\n\nStromnetz Ost",
        ),
        (
            "unit-dashes-for-nothing",
            "Ortwin|Sachs",
            "Kleingarten Verein",
            "kgv@kleingarten.example",
            "Guten Tag,\n\nOrtwin Sachs\nGesamtforderung: --,-- €\n\nKleingarten Verein",
        ),
    ):
        f = book.file(person, creditor, sender, None, tenant="lr")
        book.kept(name, f, mail(f, person.replace("|", " "), text), by="sole_sender", tags="unit trap")


def _layouts(book: Book) -> None:
    f = book.file("Ortrud|Hansmann", "Leihhaus Börse AG", "boerse@leihhaus.example", "500.00")
    book.written(
        "layout-labels-above-the-figures",
        f,
        mail(
            f,
            "Hansmann",
            "Aufstellung anbei. Leihhaus Börse AG",
            reply=True,
            attached=[
                flowing_pdf(
                    "Hansmann.pdf",
                    [
                        "Schuldnerin: Ortrud Hansmann",
                        [
                            ("Hauptforderung", "Zinsen", "Kosten", "Gesamtforderung"),
                            ("500,00 EUR", "20,00 EUR", "80,00 EUR", "600,00 EUR"),
                        ],
                    ],
                )
            ],
        ),
        "600.00",
        by="in_reply_to",
        tags="pdf columns",
        principal="500.00",
        interest="20.00",
        costs="80.00",
    )

    f = book.file(
        "Gebhard|Rasch",
        "Kaufring eG",
        "op@kaufring.example",
        "1000.00",
        agency="Merkur Inkasso AG",
        agency_email="akte@merkur-inkasso.example",
    )
    book.written(
        "layout-payments-set-off-line-by-line",
        f,
        mail(
            f,
            "Merkur 77/2026/4410 - Rasch",
            "Sehr geehrte Damen und Herren,\n\nin der Anlage das Forderungskonto.\n\nMerkur Inkasso AG",
            to=f.coded,
            attached=[
                flowing_pdf(
                    "Forderungskonto.pdf",
                    [
                        "Merkur Inkasso AG · Forderungskonto nach § 367 BGB\nKaufring eG ./. Gebhard Rasch",
                        [
                            ("Datum", "Vorgang", "Soll", "Haben", "Rest"),
                            ("03.02.2025", "Hauptforderung", "1.150,00", "", "1.150,00"),
                            ("03.02.2025", "Vollstreckungskosten", "133,90", "", "1.283,90"),
                            ("15.06.2025", "Zahlung", "", "100,00", "1.183,90"),
                            ("30.09.2026", "Zinsen", "71,22", "", "1.255,12"),
                            ("15.10.2026", "Zahlung", "", "50,00", "1.205,12"),
                        ],
                        "Restforderung per 10.11.2026: 1.205,12 EUR",
                    ],
                )
            ],
        ),
        "1205.12",
        by="reply_code",
        tags="pdf ledger",
        as_of="2026-11-10",
    )

    f = book.file("Jolanthe|Wrede", "Zeitungsverlag Elbe", "abo@zv-elbe.example", "30.00")
    book.written(
        "layout-reminder-with-amount-to-pay",
        f,
        mail(
            f,
            "2. Mahnung / Wrede",
            "Guten Tag, zur Kenntnis anbei unsere letzte Mahnung, die weiterhin gilt. Zeitungsverlag Elbe",
            attached=[
                placed_pdf(
                    "Mahnung.pdf",
                    [
                        (60, 60, "Frau Jolanthe Wrede"),
                        (60, 74, "Elbchaussee 4"),
                        (60, 88, "22763 Hamburg"),
                        (60, 130, "Abo-Nr. 4.410.228    Rechnung 26-1180    Datum 02.11.2026"),
                        (60, 160, "Rechnungsbetrag"),
                        (400, 160, "38,40 €"),
                        (60, 175, "Mahngebühr"),
                        (400, 175, "5,00 €"),
                        (60, 195, "noch zu zahlen"),
                        (400, 195, "43,40 €"),
                    ],
                )
            ],
        ),
        "43.40",
        by="sole_sender",
        tags="pdf reminder",
    )

    f = book.file("Frauke|Behm", "Sozialkasse Bau", "liste@sozialkasse-bau.example", None)
    book.kept(
        "layout-list-of-several-debtors",
        f,
        mail(
            f,
            "Sammelauskunft",
            "Sehr geehrte Damen und Herren, eine Liste aller bei uns geführten Fälle Ihrer Kanzlei. Sozialkasse Bau",
            attached=[
                sheet(
                    "Sammelauskunft.xlsx",
                    [
                        ["Name", "Vorname", "Aktenzeichen", "Forderung"],
                        ["Behm", "Frauke", "SK-1182", 410.5],
                        ["Castorf", "Linus", "SK-1188", 1220.0],
                        ["Dührkopp", "Meta", "SK-1203", 96.4],
                        ["Gesamtsumme", None, None, 1726.9],
                    ],
                )
            ],
        ),
        by="sole_sender",
        tags="xlsx collective trap",
    )

    f = book.file("Alfons|Kerner", "Kanal und Grube GmbH", "kg@kanal-grube.example", "610.00", tenant="lr")
    book.written(
        "layout-html-label-and-value-in-separate-blocks",
        f,
        mail(
            f,
            "Alfons Kerner",
            html="""<html><body><div>Guten Tag,</div><div><br></div><table role="presentation">
<tr><td><div>Kunde</div></td><td><div>Alfons Kerner</div></td></tr>
<tr><td><div>Vertrag</div></td><td><div>20.118</div></td></tr>
<tr><td><div>Gesamtforderung</div></td><td align="right"><div><span>640,</span><span>80</span>&nbsp;EUR</div></td></tr>
</table><div>Kanal und Grube GmbH</div></body></html>""",
        ),
        "640.80",
        route=NOTIFY,
        by="sole_sender",
        tags="html blocks",
    )

    f = book.file("Helmut|Dörfler", "Copyland KG", "copyland@copyland.example", None)
    book.kept(
        "layout-our-letter-forwarded-to-us",
        f,
        mail(
            f,
            "Forderungsanfrage Helmut Dörfler",
            f"Unser Zeichen: {f.ref}\nAntwortcode: {f.code}\n\nSehr geehrte Damen und Herren,\n\nwir vertreten Herrn "
            f"Helmut Dörfler. Nach unseren "
            "Unterlagen beläuft sich Ihre Gesamtforderung auf 530,00 €. Bitte teilen Sie uns den aktuellen Stand "
            "mit.\n\n"
            "Dr. Hanne Ahrens\nRechtsanwältin\nKanzlei Ahrens & Voss",
            sender=TENANTS["av"][1],
            to=f.sender,
        ),
        route=[PERSON, "IGNORE"],
        about=False,
        tags="own-letter copy trap",
    )


def _plans(book: Book) -> None:
    for name, person, creditor, sender, subject, text in (
        (
            "plan-condition-provided-that",
            "Joy|Mensah",
            "Keystone Loans Ltd",
            "plans@keystone-loans.example",
            "Settlement proposal Mensah",
            "Dear Dr Ahrens,\n\nWe accept the settlement plan provided that the first instalment reaches us by 1 "
            "January 2027.\n\nKeystone Loans Ltd",
        ),
        (
            "plan-condition-unter-der-bedingung",
            "Rosa|Tille",
            "Modehaus Saum",
            "saum@modehaus.example",
            "Tille",
            "Guten Tag,\n\nunter der Bedingung, dass auch das Finanzamt mitzieht, stimmen wir dem "
            "Schuldenbereinigungsplan zu.\n\nModehaus Saum",
        ),
        (
            "plan-condition-in-the-next-paragraph",
            "Veit|Marlow",
            "Schreinerei Kerbe",
            "kerbe@schreinerei.example",
            "Plan Marlow",
            "Sehr geehrte Frau Dr. Ahrens,\n\nwir stimmen dem Plan für Veit Marlow zu.\n\nVoraussetzung ist "
            "allerdings, dass die Werkzeuge bis Jahresende "
            "zurückgegeben werden.\n\nSchreinerei Kerbe",
        ),
    ):
        f = book.file(person, creditor, sender, "1000.00", letter="second")
        book.kept(
            name,
            f,
            mail(f, subject, text),
            intent="settlement_response",
            by="sole_sender",
            tags="second condition trap",
        )

    for name, person, creditor, sender, subject, text in (
        (
            "plan-refused-zustimmung-kann-nicht",
            "Ludwig|Heine",
            "Ofenbau Glut",
            "glut@ofenbau.example",
            "Heine",
            "Sehr geehrte Damen und Herren,\n\neine Zustimmung zum Schuldenbereinigungsplan kann unsererseits nicht "
            "erteilt werden.\n\nOfenbau Glut",
        ),
        (
            "plan-refused-ausserstande",
            "Greta|Nolte",
            "Bank für Handel AG",
            "bfh@bank-handel.example",
            "Nolte, Greta",
            "Sehr geehrte Frau Dr. Ahrens,\n\nwir sehen uns leider außerstande, dem Schuldenbereinigungsplan "
            "zuzustimmen.\n\nBank für Handel AG",
        ),
        (
            "plan-refused-not-in-a-position",
            "Omar|Haddad",
            "Lumen Power Ltd",
            "credit@lumen-power.example",
            "Re: Omar Haddad",
            "Dear Sirs,\n\nwe are not in a position to accept the settlement plan dated 26 October 2026.\n\nLumen "
            "Power Ltd",
        ),
    ):
        f = book.file(person, creditor, sender, "1000.00", letter="second")
        book.kept(
            name,
            f,
            mail(f, subject, text),
            intent="settlement_response",
            route=NOTIFY,
            by="sole_sender",
            tags="second refusal",
            settlement_decision="declined",
        )

    for name, person, creditor, sender, subject, text in (
        (
            "plan-others-agreed-we-did-not-yet",
            "Jana|Siebert",
            "Tonstudio Hall",
            "hall@tonstudio.example",
            "Siebert",
            "Hallo Herr Voss,\n\ndie Sparkasse hat dem Plan ja schon zugestimmt, wie Sie schreiben. Wir selbst "
            "entscheiden erst nach der "
            "Gesellschafterversammlung am 04.12.2026.\n\nTonstudio Hall",
        ),
        (
            "plan-agreed-to-an-earlier-one",
            "Peer|Anders",
            "Gerüstbau Hoch",
            "hoch@geruestbau.example",
            "Anders, Ihr Plan",
            "Guten Tag,\n\ndem Plan von 2023 hatten wir zugestimmt, gezahlt wurde nie. Was sollen wir jetzt mit dem "
            "neuen anfangen?\n\nGerüstbau Hoch",
        ),
        (
            "plan-yes-but-more-a-month",
            "Nike|Wolter",
            "Bestattungen Ruhe",
            "ruhe@bestattungen.example",
            "Wolter, Plan",
            "Sehr geehrte Frau Dr. Ahrens,\n\nwir stimmen dem Plan zu, jedoch mit einer monatlichen Rate von 75,00 € "
            "statt der angebotenen 40,00 €."
            "\n\nBestattungen Ruhe",
        ),
    ):
        f = book.file(person, creditor, sender, "1000.00", letter="second")
        book.kept(name, f, mail(f, subject, text), by="sole_sender", tags="second unclear trap")


def _files(book: Book) -> None:
    f = book.file("Hans|Kramer", "Autoteile Nabe GmbH", "nabe@autoteile.example", "200.00", tenant="lr")
    book.file("Jan|Kramer", "Autoteile Nabe GmbH", "nabe@autoteile.example", "200.00", tenant="lr")
    book.nobody(
        "file-father-and-son",
        mail(
            f, "Herr Kramer", "Guten Tag,\n\nSchuldner: Herr Kramer\nGesamtforderung: 260,00 €\n\nAutoteile Nabe GmbH"
        ),
        review_reason="ambiguous_match",
        tags="ambiguous trap",
    )

    second = {
        "creditor_id": "k-meta-strom",
        "name": "Meta Strom AG",
        "email": "strom@meta-strom.example",
        "representative_name": "Regula Inkasso GmbH",
        "representative_email": "eingang@regula-inkasso.example",
        "claim_amount": "400.00",
        "current_amount": "400.00",
    }
    for name, person, creditor_line in (
        ("file-one-agency-two-creditors-named", "Ottilie|Brand", "Gläubigerin: Pelz und Leder GmbH\n"),
        ("file-one-agency-two-creditors-not-named", "Kunigunde|Erle", ""),
    ):
        creditor_id = f"k-meta-{person[:3].lower()}"
        f = book.file(
            person,
            "Pelz und Leder GmbH",
            "pelz@pelz-leder.example",
            "400.00",
            agency="Regula Inkasso GmbH",
            agency_email="eingang@regula-inkasso.example",
            others=[{**second, "creditor_id": creditor_id}],
        )
        book.inquiry(
            f,
            letter="first",
            sent="2026-10-26",
            inquiry_id=f"q-{creditor_id}",
            creditor_id=creditor_id,
            code=f"{f.code[:6]}Z9",
            message_id=f"<{creditor_id}@ahrens-voss.example>",
        )
        text = (
            f"Ihr Zeichen: {f.ref}\nSchuldnerin: {f.name}\n{creditor_line}\nGesamtforderung: 451,00 EUR\n\nRegula "
            f"Inkasso"
        )
        raw = mail(f, f"Auskunft zu {f.ref}", text)
        if creditor_line:
            book.written(name, f, raw, "451.00", route=NOTIFY, by="scored", tags="scored creditors")
        else:
            book.nobody(name, raw, review_reason="ambiguous_match", tags="ambiguous trap")

    f = book.file("Walter|Pohlig", "Seilerei Tau", "tau@seilerei.example", "120.00", tenant="lr")
    other = book.file("Irina|Sokol", "Werbeagentur Idee", "idee@wa-idee.example", "120.00", tenant="av")
    book.nobody(
        "file-message-id-of-the-other-firm",
        mail(
            f,
            "Re: Anfrage",
            "Gesamtforderung: 144,00 €. Werbeagentur Idee",
            sender="idee@wa-idee.example",
            headers={"In-Reply-To": other.message_id},
        ),
        review_reason="no_match",
        tags="tenant trap",
    )
    book.nobody(
        "file-code-of-the-other-firm",
        mail(
            f,
            "Anfrage",
            "Gesamtforderung: 144,00 €. Werbeagentur Idee",
            sender="idee@wa-idee.example",
            to=f"antwort+{other.code}@lindenau-recht.example",
        ),
        review_reason="no_match",
        tags="tenant code trap",
    )

    f = book.file("Birgit|Unruh", "Computer Chip OHG", "chip@computer-chip.example", "350.00")
    g = book.file("Matthias|Zorn", "Computer Chip OHG", "chip@computer-chip.example", "350.00")
    book.kept(
        "file-code-of-one-name-of-the-other",
        f,
        mail(
            f,
            f"Forderung gegen {g.name}",
            f"Ihr Zeichen: {g.ref}\nSchuldner: {g.name}\n\nGesamtforderung: 401,00 €\n\nComputer Chip OHG",
            to=f.coded,
        ),
        about=False,
        tags="wrong-person trap",
    )

    f = book.file("Sven-Erik|Dahl", "Jachtclub Bö", "boe@jachtclub.example", "90.00")
    book.written(
        "file-known-sender-and-clerk-in-the-header",
        f,
        mail(
            f,
            "Re: Dahl",
            "Jachtclub Bö\nSachbearbeiter: Herr Knut Asmussen\nTelefon: 0461 118822\n\nSehr geehrte Frau "
            "Rechtsanwältin Dr. Ahrens,\n\ndie "
            "Gesamtforderung beträgt 95,00 €.\n\nMit freundlichen Grüßen\nKnut Asmussen",
            reply=True,
        ),
        "95.00",
        route=NOTIFY,
        by="in_reply_to",
        tags="people clerk",
    )

    f = book.file("Almut|Gerke", "Wollstube Masche", "masche@wollstube.example", "40.00")
    book.written(
        "file-greeting-without-comma",
        f,
        mail(
            f,
            "Almut Gerke",
            "Guten Tag Frau Ahrens\n\nForderung insgesamt 47,30 €\n\nFreundliche Grüße\nTrude Fink",
        ),
        "47.30",
        route=BOTH,
        by="sole_sender",
        tags="people greeting",
    )
