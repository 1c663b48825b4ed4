"""Claims that stand in an attachment only, and attachments that must not get in the way."""

from tests.unseen.book import BOTH, NOTIFY, PERSON, Attachment, Book, mail
from tests.unseen.documents import flowing_pdf, packed, picture, placed_pdf, sheet, word


def add(book: Book) -> None:
    _text_pdfs(book)
    _office(book)
    _containers(book)
    _company(book)


def _text_pdfs(book: Book) -> None:
    f = book.file(
        "Renate|Scholl",
        "Kaufhaus Lindner GmbH",
        "debitoren@kaufhaus-lindner.example",
        "1000.00",
        agency="Fairclaim Inkasso GmbH",
        agency_email="eingang@fairclaim-inkasso.example",
    )
    book.written(
        "pdf-agency-statement-table",
        f,
        mail(
            f,
            "FC-2026-118832 Scholl, Renate",
            "Sehr geehrte Damen und Herren,\n\nbeigefügt erhalten Sie die gewünschte "
            "Forderungsaufstellung.\n\nFairclaim Inkasso",
            to=f.coded,
            attached=[
                flowing_pdf(
                    "Forderungsaufstellung.pdf",
                    [
                        "Fairclaim Inkasso GmbH · Postfach 11 20 · 45001 Essen",
                        f"Ihr Zeichen: {f.ref}\nUnser Zeichen: FC-2026-118832\nEssen, 11.11.2026",
                        "<b>Forderungsaufstellung</b>",
                        "Gläubigerin: Kaufhaus Lindner GmbH\nSchuldnerin: Renate Scholl, Talstr. 5, 45131 Essen",
                        [
                            ("Position", "Datum", "Betrag EUR"),
                            ("Hauptforderung", "03.02.2025", "988,40"),
                            ("Zinsen", "11.11.2026", "121,09"),
                            ("Kosten", "11.11.2026", "181,90"),
                            ("Gesamtforderung", "", "1.291,39"),
                        ],
                        "Bankverbindung: IBAN DE92 4405 0199 0001 8822 10, BIC DORTDE33XXX",
                    ],
                )
            ],
        ),
        "1291.39",
        by="reply_code",
        tags="pdf table agency",
        principal="988.40",
        interest="121.09",
        costs="181.90",
        iban="DE92440501990001882210",
        bic="DORTDE33XXX",
        creditor_reference="FC-2026-118832",
        case_reference=f.ref,
    )

    f = book.file("Olaf|Timmermann", "Stromhandel Direkt GmbH", "recht@stromhandel-direkt.example", "900.00")
    book.written(
        "pdf-two-pages-subtotals",
        f,
        mail(
            f,
            "Forderungsanmeldung Timmermann",
            "Siehe Anlage.\n\nStromhandel Direkt GmbH",
            reply=True,
            attached=[
                flowing_pdf(
                    "anlage_1.pdf",
                    [
                        "Herr Olaf Timmermann, Kundennummer 0077 4120 09, Zähler 1EMH0012345678",
                        [
                            ("Rechnung", "Zeitraum", "Betrag"),
                            ("R-100871", "01/25-06/25", "412,30 EUR"),
                            ("R-118802", "07/25-12/25", "388,11 EUR"),
                            ("Zwischensumme Stromlieferung", "", "800,41 EUR"),
                        ],
                        "Übertrag auf Seite 2: 800,41 EUR",
                        "\f",
                        "Übertrag von Seite 1: 800,41 EUR",
                        [
                            ("Sperrkosten", "14.02.2026", "95,20 EUR"),
                            ("Entsperrung", "20.02.2026", "61,00 EUR"),
                            ("Mahnkosten", "diverse", "12,50 EUR"),
                            ("Zwischensumme Nebenforderungen", "", "168,70 EUR"),
                        ],
                        [("Gesamtforderung", "", "969,11 EUR")],
                    ],
                )
            ],
        ),
        "969.11",
        by="in_reply_to",
        tags="pdf subtotals pages",
    )

    f = book.file("Carola|Niemeyer", "Kreditanstalt Fulda AG", "npl@ka-fulda.example", "2500.00", tenant="lr")
    book.written(
        "pdf-payments-deducted",
        f,
        mail(
            f,
            "Darlehen 700.118.224 / Niemeyer",
            "Anliegend unsere Abrechnung.\n\nKreditanstalt Fulda AG, Team NPL",
            attached=[
                placed_pdf(
                    "Abrechnung.pdf",
                    [
                        (60, 60, "Kreditanstalt Fulda AG"),
                        (380, 60, "Datum: 10.11.2026"),
                        (380, 75, "Unser Zeichen: NPL-700118224"),
                        (380, 90, f"Ihr Zeichen: {f.ref}"),
                        (60, 140, "Darlehensnehmerin Carola Niemeyer"),
                        (60, 180, "Hauptforderung"),
                        (520, 180, "3.950,00"),
                        (60, 196, "Zinsen"),
                        (520, 196, "412,65"),
                        (60, 212, "Kosten"),
                        (520, 212, "88,00"),
                        (60, 228, "Summe"),
                        (520, 228, "4.450,65"),
                        (60, 244, "abzüglich Zahlungen vom 01.04.2026 bis 01.10.2026 (7 x 250,00)"),
                        (520, 244, "1.750,00"),
                        (60, 264, "offener Restbetrag"),
                        (520, 264, "2.700,65"),
                    ],
                    right=520,
                )
            ],
        ),
        "2700.65",
        by="sole_sender",
        tags="pdf rank0 payments",
        principal="3950.00",
        interest="412.65",
        costs="88.00",
        creditor_reference="NPL-700118224",
    )

    f = book.file(
        "Eyüp|Karaca",
        "Media Discount AG",
        "finance@media-discount.example",
        "600.00",
        agency="Kanzlei Sturm Wegener PartG mbB",
        agency_email="zentrale@sturm-wegener.example",
        their_ref="SW/26/04471",
    )
    book.written(
        "pdf-lawyer-info-block-right",
        f,
        mail(
            f,
            "SW/26/04471",
            "Unser Schreiben vom heutigen Tage finden Sie im Anhang.\nDieses Postfach wird nicht gelesen.",
            sender="no-reply@versand.sturm-wegener.example",
            headers={"X-Auto-Response-Suppress": "OOF, AutoReply"},
            attached=[
                placed_pdf(
                    "SW_26_04471_20261112.pdf",
                    [
                        (60, 70, "Kanzlei Ahrens & Voss"),
                        (60, 84, "Hafenstr. 12"),
                        (60, 98, "28195 Bremen"),
                        (400, 70, "Aktenzeichen: SW/26/04471"),
                        (400, 84, f"Ihr Zeichen: {f.ref}"),
                        (400, 98, "Durchwahl: 0511 / 99 12 40"),
                        (400, 112, "Hannover, 12. November 2026"),
                        (60, 160, "Media Discount AG ./. Karaca, Eyüp"),
                        (60, 190, "Sehr geehrte Kolleginnen und Kollegen,"),
                        (
                            60,
                            210,
                            "in obiger Angelegenheit teilen wir mit, dass unsere Mandantin von Herrn Eyüp Karaca",
                        ),
                        (60, 224, "per 12.11.2026 die Zahlung von insgesamt EUR 731,58 verlangt. Der Streitwert des"),
                        (60, 238, "Mahnverfahrens betrug 2.480,00 Euro."),
                        (60, 270, "Mit freundlichen Grüßen"),
                        (60, 300, "Wegener, Rechtsanwältin"),
                    ],
                )
            ],
        ),
        "731.58",
        by="references",
        tags="pdf lawyer references streitwert",
        case_reference=f.ref,
        as_of="2026-11-12",
    )

    f = book.file("Malte|Friedrichs", "Auto Leasing Nord GmbH", "ende@al-nord.example", "4000.00")
    book.written(
        "pdf-columns-of-dates-and-contract-numbers",
        f,
        mail(
            f,
            "Leasingvertrag 26.118.400",
            "Sehr geehrte Damen und Herren,\n\nunsere Aufstellung im Anhang.\n\nAuto Leasing Nord",
            reply=True,
            attached=[
                flowing_pdf(
                    "Leasing_Abrechnung.pdf",
                    [
                        "Leasingnehmer: Malte Friedrichs",
                        [
                            ("Vertrag", "Beleg", "Belegdatum", "Fälligkeit", "Soll"),
                            ("26.118.400", "771.200", "01.03.2026", "05.03.2026", "389,00"),
                            ("26.118.400", "771.944", "01.04.2026", "05.04.2026", "389,00"),
                            ("26.118.400", "773.018", "28.05.2026", "11.06.2026", "3.611,75"),
                            ("", "", "", "Summe", "4.389,75"),
                        ],
                        "Alle Beträge in EUR.",
                    ],
                )
            ],
        ),
        "4389.75",
        by="in_reply_to",
        tags="pdf table numbers",
    )

    f = book.file("Uwe|Falkner", "Immobilien Heidkamp GmbH", "office@heidkamp.example", "5000.00", tenant="lr")
    book.written(
        "pdf-couple",
        f,
        mail(
            f,
            "Eheleute Falkner",
            "Sehr geehrte Damen und Herren, beiliegend die Aufstellung. Heidkamp",
            attached=[
                flowing_pdf(
                    "Falkner.pdf",
                    [
                        "Immobilien Heidkamp GmbH",
                        "Mietverhältnis der Eheleute Petra und Uwe Falkner, Rosenweg 2, 04229 Leipzig",
                        "Die Gesamtforderung aus dem Mietverhältnis beträgt 5.120,00 EUR (Stand 05.11.2026).",
                    ],
                )
            ],
        ),
        "5120.00",
        by="sole_sender",
        tags="pdf couple",
        as_of="2026-11-05",
    )

    f = book.file("Teresa|Villinger", "Reisebüro Kompass GmbH", "buha@rb-kompass.example", "1200.00")
    book.written(
        "pdf-parts-without-a-total",
        f,
        mail(
            f,
            "Villinger",
            "Hallo, im Anhang die Aufstellung. Reisebüro Kompass",
            attached=[
                flowing_pdf(
                    "Villinger.pdf",
                    [
                        "Kundin: Teresa Villinger",
                        [("Hauptforderung", "1.180,00 EUR"), ("Zinsen", "64,20 EUR"), ("Kosten", "35,80 EUR")],
                    ],
                )
            ],
        ),
        "1280.00",
        route=NOTIFY,
        by="sole_sender",
        tags="pdf computed",
        principal="1180.00",
        interest="64.20",
        costs="35.80",
    )

    f = book.file("Graham|Whitlock", "Meridian Bank plc", "collections@meridian-bank.example", "15000.00")
    book.written(
        "pdf-english-statement",
        f,
        mail(
            f,
            "Statement of account - Whitlock",
            "Dear Sirs, please find attached the statement you asked for. Collections, Meridian Bank plc",
            to=f.coded,
            attached=[
                flowing_pdf(
                    "statement.pdf",
                    [
                        f"Your reference: {f.ref}\nOur reference: MB/COL/88120",
                        "Customer: Mr Graham Whitlock\nSort code 20-11-81, account 5561 2207",
                        [
                            ("Description", "Date", "EUR"),
                            ("Principal", "31 Oct 2026", "14,802.11"),
                            ("Interest", "31 Oct 2026", "1,077.45"),
                            ("Costs", "31 Oct 2026", "120.00"),
                            ("Total due", "", "15,999.56"),
                        ],
                    ],
                )
            ],
        ),
        "15999.56",
        by="reply_code",
        tags="pdf english table",
        principal="14802.11",
        interest="1077.45",
        costs="120.00",
        creditor_reference="MB/COL/88120",
    )


def _office(book: Book) -> None:
    f = book.file("Sieglinde|Aumann", "Gärtnerei Blumenthal", "post@gaertnerei-blumenthal.example", "400.00")
    book.written(
        "docx-letter",
        f,
        mail(
            f,
            "Schreiben in Sachen Aumann",
            "Guten Tag,\nunser Brief hängt an.\nBlumenthal",
            attached=[
                word(
                    "Brief Ahrens.docx",
                    [
                        "Gärtnerei Blumenthal, Am Kanal 7, 28777 Bremen",
                        "12.11.2026",
                        "Ihre Mandantin Sieglinde Aumann",
                        "Sehr geehrte Frau Dr. Ahrens,",
                        "für Grabpflege der Jahre 2024 und 2025 sowie eine Neuanlage stehen zu unseren Gunsten "
                        "insgesamt 486,00 € offen. Wir bitten um Berücksichtigung in Ihrem Plan.",
                        "Mit freundlichem Gruß",
                        "Heiner Blumenthal",
                    ],
                )
            ],
        ),
        "486.00",
        by="sole_sender",
        tags="docx",
    )

    f = book.file("Patrick|Gollnow", "Handwerkskammer Oderland", "beitrag@hwk-oderland.example", "700.00")
    book.written(
        "docx-table",
        f,
        mail(
            f,
            "Gollnow, Betriebsnummer 448812",
            "S. Anhang.",
            reply=True,
            attached=[
                word(
                    "Rueckstand.docx",
                    [
                        "Beitragsrückstände Patrick Gollnow",
                        [
                            ("Jahr", "Art", "EUR"),
                            ("2023", "Grundbeitrag", "210,00"),
                            ("2024", "Grundbeitrag", "220,00"),
                            ("2024", "Zusatzbeitrag", "318,44"),
                            ("", "Gesamtbetrag", "748,44"),
                        ],
                    ],
                )
            ],
        ),
        "748.44",
        by="in_reply_to",
        tags="docx table",
    )

    f = book.file("Kilian|Wastl", "Getränke Huber GmbH", "lager@getraenke-huber.example", "2000.00", tenant="lr")
    book.written(
        "xlsx-number-cells",
        f,
        mail(
            f,
            "offene Posten Wastl",
            "Servus, Liste anbei. Huber",
            attached=[
                sheet(
                    "OP.xlsx",
                    [
                        ["Offene Posten", "Kilian Wastl", None, None],
                        ["Kundennr.", "0010442", None, None],
                        ["Beleg", "Datum", "fällig", "Betrag"],
                        ["118220", "02.03.2026", "16.03.2026", 744.9],
                        ["118551", "16.03.2026", "30.03.2026", 812.35],
                        ["119002", "30.03.2026", "13.04.2026", 655.1],
                        ["Gesamtsumme", None, None, 2212.35],
                    ],
                )
            ],
        ),
        "2212.35",
        route=BOTH,
        by="sole_sender",
        tags="xlsx",
    )

    f = book.file("Nadja|Kowalke", "Baustoff Union GmbH", "op@baustoff-union.example", "100.00")
    book.kept(
        "xlsx-parts-without-a-total-too-unsure",
        f,
        mail(
            f,
            "Kowalke",
            "Anbei. Baustoff Union",
            attached=[
                sheet(
                    "Kowalke.xlsx",
                    [["Schuldnerin", "Nadja Kowalke"], ["Hauptforderung", 500.0], ["Zinsen", 41.5], ["Kosten", 20.0]],
                )
            ],
        ),
        reason="low_confidence",
        by="sole_sender",
        tags="xlsx computed",
        total_claim="561.50",
    )

    f = book.file("Lothar|Biermann", "Druckerei Satz & Punkt", "satz@satzundpunkt.example", "100.00")
    rtf = (
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\f0\fs22 Druckerei Satz & Punkt\par\par "
        r"Kunde: Lothar Biermann\par Die Gesamtforderung betr\'e4gt 640,00 EUR.\par}"
    ).encode("ascii")
    book.kept(
        "rtf-is-an-unsure-source",
        f,
        mail(f, "Biermann", "Siehe Anlage.", attached=[Attachment("Brief.rtf", "application/rtf", rtf)]),
        reason="low_confidence",
        by="sole_sender",
        tags="rtf other",
        total_claim="640.00",
    )


def _containers(book: Book) -> None:
    f = book.file("Hatice|Polat", "Versicherung Hanseat AG", "inkasso@hanseat-vers.example", "300.00")
    statement = flowing_pdf(
        "Beitragskonto.pdf",
        [
            "Versicherungsnehmerin Hatice Polat",
            "Versicherungsschein 88.114.220-3",
            "Beitragsrückstand insgesamt: 377,42 EUR",
        ],
    )
    book.written(
        "zip-with-pdf",
        f,
        mail(
            f,
            "Unterlagen zum Vertrag 88.114.220-3",
            "Die Unterlagen finden Sie gepackt im Anhang. Ihre Hanseat",
            reply=True,
            attached=[packed("unterlagen.zip", [statement])],
        ),
        "377.42",
        route=BOTH,
        by="in_reply_to",
        tags="zip pdf insurer",
    )

    f = book.file("Sören|Petzold", "Wasserverband Ilm", "kasse@wv-ilm.example", "120.00", tenant="lr")
    inner = mail(
        f,
        "Gebührenkonto Petzold",
        "Hallo Frau Haas,\n\nGebührenkonto Sören Petzold, Gesamtforderung: 143,85 EUR, Stand 10.11.2026.\n\nGruß Kasse",
        sender="kasse2@wv-ilm.example",
        to="haas@wv-ilm.example",
    )
    book.case(
        "eml-attached",
        mail(
            f,
            "WG: Gebührenkonto Petzold",
            "Sehr geehrte Damen und Herren,\n\nbeigefügt die Auskunft unserer Kasse.\n\nHaas\nWasserverband Ilm",
            attached=[Attachment("Auskunft.eml", "message/rfc822", inner)],
        ),
        intent="claim_statement",
        route=[NOTIFY, PERSON],
        fields={"total_claim": "143.85"},
        inquiry_id=f.inquiry_id,
        matched_by="sole_sender",
        tags="eml",
    )

    f = book.file("Birte|Ohlsen", "Pflegedienst Nordlicht GmbH", "buero@pd-nordlicht.example", "2600.00")
    named = flowing_pdf(
        "Scan0001",
        ["Pflegedienst Nordlicht GmbH", "Patientin Birte Ohlsen", "Restschuld nach Kassenzahlung: 2.718,00 EUR"],
        media_type="application/octet-stream",
    )
    book.written(
        "pdf-without-name-or-type",
        f,
        mail(f, "Ohlsen", "Guten Tag, Unterlage anbei. Nordlicht", attached=[named]),
        "2718.00",
        by="sole_sender",
        tags="pdf octet-stream",
    )


def _company(book: Book) -> None:
    f = book.file("Gesine|Radtke", "Buchclub Leselust GmbH", "konto@leselust.example", "55.00")
    logo = picture(["Leselust"], "PNG", width=180, height=60)
    book.written(
        "pdf-beside-a-signature-logo",
        f,
        mail(
            f,
            "Ihre Anfrage zu Gesine Radtke",
            "Der Kontoauszug liegt bei.\n\nBuchclub Leselust GmbH",
            html='<p>Der Kontoauszug liegt bei.</p><p>Buchclub Leselust GmbH<br><img src="cid:logo77"></p>',
            reply=True,
            attached=[
                Attachment("image001.png", "image/png", logo, inline_id="logo77"),
                flowing_pdf(
                    "Kontoauszug.pdf",
                    [
                        "Mitglied: Gesine Radtke, Mitgliedsnummer 0099182",
                        "Gesamtforderung: 61,35 EUR",
                        "per 11.11.2026",
                    ],
                ),
            ],
        ),
        "61.35",
        by="in_reply_to",
        tags="pdf logo",
        as_of="2026-11-11",
    )

    f = book.file("Marvin|Süß", "Parkraum Control GmbH", "halter@parkraum-control.example", "40.00")
    book.written(
        "encrypted-pdf-beside-a-clear-body",
        f,
        mail(
            f,
            "Parkverstoß PC-889122, Halter Marvin Süß",
            "Sehr geehrte Damen und Herren,\n\nGesamtforderung: 68,50 €. Die Beweisfotos liegen verschlüsselt "
            "bei.\n\nParkraum Control",
            attached=[placed_pdf("Beweis.pdf", [(60, 60, "Foto 1"), (60, 80, "Foto 2")], password="halter")],
        ),
        "68.50",
        route=NOTIFY,
        by="sole_sender",
        tags="encrypted",
    )

    f = book.file("Elfriede|Jungk", "Kabel Ost GmbH", "widerspruch@kabel-ost.example", "130.00")
    ours = flowing_pdf(
        "Anschreiben_Ahrens_Voss.pdf",
        [
            "Kanzlei Ahrens & Voss, Rechtsanwälte, Hafenstr. 12, 28195 Bremen",
            f"Unser Zeichen: {f.ref}",
            "Kabel Ost GmbH\nPostfach 12\n99084 Erfurt",
            "Bremen, 26.10.2026",
            "Sehr geehrte Damen und Herren,",
            "wir vertreten Frau Elfriede Jungk. Nach Angaben unserer Mandantin beträgt die Gesamtforderung 980,00 EUR. "
            "Bitte teilen Sie uns die aktuelle Höhe Ihrer Forderung mit.",
            "Dr. Hanne Ahrens\nRechtsanwältin\nKanzlei Ahrens & Voss",
        ],
    )
    book.written(
        "our-own-letter-sent-back-as-pdf",
        f,
        mail(
            f,
            "AW: Elfriede Jungk",
            "Sehr geehrte Damen und Herren,\n\nzu beiliegendem Schreiben: Unsere Gesamtforderung gegen Frau Jungk "
            "liegt bei "
            "151,72 EUR.\n\nKabel Ost GmbH",
            reply=True,
            attached=[ours],
        ),
        "151.72",
        route=NOTIFY,
        by="in_reply_to",
        tags="own-letter pdf",
    )

    f = book.file("Elmar|Voigtländer", "Kino Center GmbH", "mahn@kino-center.example", None)
    ours = flowing_pdf(
        "Ihr Schreiben.pdf",
        [
            "Kanzlei Ahrens & Voss\nRechtsanwälte\nBremen, 26.10.2026",
            f"Unser Zeichen: {f.ref}",
            "Sehr geehrte Damen und Herren,",
            "wir zeigen an, dass uns Herr Elmar Voigtländer mit der Wahrnehmung seiner Interessen beauftragt hat. Nach "
            "unseren Unterlagen beläuft sich Ihre Gesamtforderung auf 312,00 EUR.",
            "Mit freundlichen Grüßen\nDr. Hanne Ahrens\nRechtsanwältin",
        ],
    )
    book.kept(
        "only-our-own-letter-comes-back",
        f,
        mail(
            f,
            "AW: Voigtländer",
            "Sehr geehrte Damen und Herren,\n\nbezüglich des beigefügten Schreibens melden wir uns, sobald die Akte "
            "aus dem "
            "Archiv da ist.\n\nKino Center GmbH",
            reply=True,
            attached=[ours],
        ),
        route=PERSON,
        by="in_reply_to",
        tags="own-letter pdf trap",
        total_claim=None,
    )

    f = book.file("Ottilie|Fenn", "Versorgungswerk Ost", "lz@vw-ost.example", "3000.00", tenant="lr")
    book.kept(
        "two-pdfs-that-disagree",
        f,
        mail(
            f,
            "Fenn, Ottilie",
            "Anschreiben und Aufstellung anbei.",
            to=f.coded,
            attached=[
                flowing_pdf("Anschreiben.pdf", ["Betreff: Ottilie Fenn", "Die Gesamtforderung beträgt 3.300,00 EUR."]),
                flowing_pdf("Aufstellung.pdf", ["Konto Ottilie Fenn", "Gesamtforderung: 4.300,00 EUR"]),
            ],
        ),
        reason="conflict",
        by="reply_code",
        tags="pdf conflict trap",
    )

    f = book.file("Volker|Hemmersbach", "Tennisverein Rot-Weiß e.V.", "kassenwart@tv-rotweiss.example", "240.00")
    book.written(
        "body-and-pdf-agree",
        f,
        mail(
            f,
            "Hemmersbach, Mitgliedsbeiträge",
            "Lieber Herr Voss,\n\nVolker Hemmersbach schuldet dem Verein insgesamt 288,00 €, siehe auch Anlage.\n\n"
            "Mit sportlichem Gruß\nDieter Klamm, Kassenwart",
            attached=[
                flowing_pdf(
                    "Beitragskonto Hemmersbach.pdf",
                    [
                        [("Jahr", "Beitrag"), ("2024", "96,00 €"), ("2025", "96,00 €"), ("2026", "96,00 €")],
                        "Volker Hemmersbach, Gesamtforderung: 288,00 €",
                    ],
                )
            ],
        ),
        "288.00",
        by="sole_sender",
        tags="pdf body agree",
    )
