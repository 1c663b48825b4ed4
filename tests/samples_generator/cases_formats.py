"""The same kind of claim in every kind of file, charset and file name."""

from decimal import Decimal

from tests.samples_generator import documents, mime, office
from tests.samples_generator.case import (
    ANY,
    AUTO,
    NOTIFY,
    REVIEW,
    Case,
    Draft,
    Truth,
    extracts,
    grouped,
    iban,
    quoted,
    reads,
    says,
)
from tests.samples_generator.world import World

PDF = "application/pdf"


def cases(world: World) -> list[Case]:
    return [
        _html_only(world),
        _html_table(world),
        _word(world),
        _sheet(world),
        _open_document(world),
        _rich_text(world),
        _zip(world),
        _mail_inside(world),
        _encrypted(world),
        _broken(world),
        _latin1(world),
        _windows1252(world),
        _undeclared(world),
        _rfc2231(world),
        _rfc2047(world),
        _scan(world),
        _photo(world),
        _png_as_jpeg(world),
        _scan_with_misread_digits(world),
    ]


def _html_only(world: World) -> Case:
    client = world.client(world.nord, "8902/25", "Wiebke", "Carstens")
    inquiry = client.owes("265.00", "Kleintierpraxis Dr. Heitkamp", "praxis@tierarzt-heitkamp.example").letter()
    phrase = "für die Behandlung des Katers Moritz sind noch Rechnungen offen"
    html = f"""<html><head><style>p {{ margin: 0 }} .gross {{ font-size: 14pt }}</style></head><body>
<p>Sehr geehrte Damen und Herren,</p><p>&nbsp;</p>
<p>{phrase}.</p>
<p>Behandlungskosten (Hauptforderung): 265,00&nbsp;&euro;<br>Mahngeb&uuml;hren: 15,00&nbsp;&euro;</p>
<p class="gross"><b>Gesamtforderung: 280,00&nbsp;&euro;</b></p>
<p>Mit freundlichen Gr&uuml;&szlig;en<br>Kleintierpraxis Dr. Heitkamp</p>
</body></html>
"""
    draft = Draft(
        world.nord,
        ("Praxis Dr. Heitkamp", "praxis@tierarzt-heitkamp.example"),
        "Forderung gegen Frau Carstens",
        "",
        9,
        to=inquiry.reply_address,
        html=html,
        html_only=True,
    )
    truth = Truth(
        inquiry, "reply_code", NOTIFY, "claim_statement", writes=True, total="280.00", tags=["html", "html-only"]
    )
    return Case("html-only", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _html_table(world: World) -> Case:
    client = world.client(world.sued, "S-1301/26", "Alwin", "Schreckenberg")
    inquiry = client.owes("3720.00", "Kreditbank Merania AG", "recovery@kreditbank-merania.example").letter()
    phrase = "das Darlehen 60 4471 208 wurde gekündigt und fällig gestellt"
    rows = (
        ("Hauptforderung", "3.720,00 EUR"),
        ("Zinsen bis 12.10.2026", "211,86 EUR"),
        ("Kosten", "95,00 EUR"),
        ("Gesamtforderung", "4.026,86 EUR"),
    )
    table = "".join(f"<tr><td>{label}</td><td align='right'>{amount}</td></tr>" for label, amount in rows)
    html = (
        f"<html><body><p>Sehr geehrte Damen und Herren,</p><p>{phrase}. Forderungsaufstellung:</p>"
        f"<table border='1'>{table}</table><p>Kreditbank Merania AG<br>Recovery</p></body></html>"
    )
    draft = Draft(
        world.sued,
        ("Kreditbank Merania", "recovery@kreditbank-merania.example"),
        "Forderungsaufstellung Schreckenberg",
        "Bitte zeigen Sie diese Nachricht als HTML an.\n",
        13,
        to=inquiry.reply_address,
        html=html,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="4026.86",
        fields={"principal": "3720.00", "interest": "211.86", "costs": "95.00"},
        tags=["html", "table", "bank"],
    )
    return Case("html-table", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _word(world: World) -> Case:
    client = world.client(world.nord, "8905/25", "Hanno", "Wiechmann")
    inquiry = client.owes("2210.00", "Elektro Sandkuhl OHG", "office@elektro-sandkuhl.example").letter()
    file = office.word(
        [
            "Elektro Sandkuhl OHG",
            "Unser Zeichen: ES-2025-0417",
            "Sehr geehrte Damen und Herren,",
            "gegen Herrn Hanno Wiechmann machen wir aus Werkvertrag geltend (Forderungsaufstellung, Stand 08.10.2026):",
        ],
        [
            ("Hauptforderung", "2.210,00 €"),
            ("Zinsen", "143,20 €"),
            ("Kosten", "112,75 €"),
            ("Gesamtforderung", "2.465,95 €"),
        ],
        ["Mit freundlichen Grüßen", "Elektro Sandkuhl OHG"],
    )
    phrase = "die Aufstellung zu ES-2025-0417 liegt als Word-Datei bei"
    draft = Draft(
        world.nord,
        ("Elektro Sandkuhl", "office@elektro-sandkuhl.example"),
        "Forderungsaufstellung Wiechmann",
        f"Guten Tag,\n\n{phrase}.\n\nElektro Sandkuhl OHG\n",
        9,
        to=inquiry.reply_address,
        files=[
            mime.attachment(
                "Forderung Wiechmann.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                file,
            )
        ],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="2465.95",
        fields={
            "principal": "2210.00",
            "interest": "143.20",
            "costs": "112.75",
            "as_of": "2026-10-08",
            "creditor_reference": "ES-2025-0417",
        },
        tags=["docx", "table"],
    )
    return Case("docx", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _sheet(world: World) -> Case:
    client = world.client(world.nord, "8908/25", "Josefine", "Abendroth")
    inquiry = client.owes("1425.00", "Baustoffe Kallmeyer GmbH", "debitoren@baustoffe-kallmeyer.example").letter()
    file = office.sheet(
        "Forderung",
        [
            ("Baustoffe Kallmeyer GmbH", None),
            ("Forderungsaufstellung Josefine Abendroth", None),
            ("Hauptforderung", Decimal("1425.00")),
            ("Zinsen", Decimal("98.43")),
            ("Kosten", Decimal("88.50")),
            ("Gesamtforderung", Decimal("1611.93")),
        ],
    )
    phrase = "unsere Buchhaltung hat den Kontostand von Frau Abendroth als Tabelle zusammengestellt"
    draft = Draft(
        world.nord,
        ("Baustoffe Kallmeyer Debitoren", "debitoren@baustoffe-kallmeyer.example"),
        "Forderungsaufstellung Abendroth",
        f"Sehr geehrte Damen und Herren,\n\n{phrase}.\n\nBaustoffe Kallmeyer GmbH\n",
        12,
        to=inquiry.reply_address,
        files=[
            mime.attachment(
                "Kontostand.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file
            )
        ],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="1611.93",
        fields={"principal": "1425.00", "interest": "98.43", "costs": "88.50"},
        tags=["xlsx"],
    )
    return Case("xlsx", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _open_document(world: World) -> Case:
    client = world.client(world.hafen, "H 81-26", "Sönke", "Nissen-Bahr")
    inquiry = client.owes("615.00", "Bootswerft Kramer", "werft@bootswerft-kramer.example").letter()
    file = office.open_document(
        [
            "Bootswerft Kramer",
            "Herr Sönke Nissen-Bahr",
            "Forderungsaufstellung",
            "Hauptforderung: 615,00 €",
            "Zinsen: 22,10 €",
            "Gesamtforderung: 637,10 €",
        ]
    )
    phrase = "anbei die Aufstellung, geschrieben mit LibreOffice"
    draft = Draft(
        world.hafen,
        ("Bootswerft Kramer", "werft@bootswerft-kramer.example"),
        "Forderungsaufstellung Nissen-Bahr",
        f"Moin,\n\n{phrase}.\n\nBootswerft Kramer\n",
        8,
        to=inquiry.reply_address,
        files=[mime.attachment("forderung.odt", "application/vnd.oasis.opendocument.text", file)],
    )
    truth = Truth(
        inquiry, "reply_code", REVIEW, "claim_statement", "low_confidence", total="637.10", tags=["odt", "umlauts"]
    )
    return Case("odt", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _rich_text(world: World) -> Case:
    client = world.client(world.sued, "S-1304/26", "Gisela", "Möhrle")
    inquiry = client.owes("198.00", "Änderungsschneiderei Görlich", "kontakt@schneiderei-goerlich.example").letter()
    file = office.rich_text(
        [
            "Änderungsschneiderei Görlich",
            "Frau Gisela Möhrle",
            "Forderungsaufstellung",
            "Hauptforderung: 198,00 EUR",
            "Mahnkosten: 12,50 EUR",
            "Gesamtforderung: 210,50 EUR",
        ]
    )
    phrase = "unsere Aufstellung für Frau Möhrle haben wir angehängt"
    draft = Draft(
        world.sued,
        ("Schneiderei Görlich", "kontakt@schneiderei-goerlich.example"),
        "Forderungsaufstellung Möhrle",
        f"Guten Tag,\n\n{phrase}.\n\nÄnderungsschneiderei Görlich\n",
        7,
        to=inquiry.reply_address,
        files=[mime.attachment("moehrle.rtf", "application/rtf", file)],
    )
    truth = Truth(
        inquiry, "reply_code", REVIEW, "claim_statement", "low_confidence", total="210.50", tags=["rtf", "umlauts"]
    )
    return Case("rtf", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _zip(world: World) -> Case:
    client = world.client(world.nord, "8911/25", "Kilian", "Harbeck")
    debt = client.owes(
        "5020.00",
        "Leasing Nordwest GmbH",
        "vertraege@leasing-nordwest.example",
        via=("Rechtsanwälte Pohl & Partner", "kanzlei@ra-pohl-partner.example"),
    )
    inquiry = debt.letter()
    claim = documents.letter(
        "Rechtsanwälte Pohl & Partner",
        [
            "Unser Zeichen: 1182-26/P\nLeasing Nordwest GmbH ./. Kilian Harbeck",
            "Forderungsaufstellung per 12.10.2026",
        ],
        [
            ("Hauptforderung", "5.020,00 EUR"),
            ("Zinsen", "402,77 EUR"),
            ("Kosten", "540,50 EUR"),
            ("Gesamtforderung", "5.963,27 EUR"),
        ],
        ["Pohl, Rechtsanwalt"],
    )
    proxy = documents.letter(
        "Vollmacht",
        ["Hiermit bevollmächtigen wir die Rechtsanwälte Pohl & Partner mit unserer Vertretung. Leasing Nordwest GmbH"],
    )
    file = office.archive([("Vollmacht.pdf", proxy), ("Forderungsaufstellung 1182-26.pdf", claim)])
    phrase = "namens unserer Mandantschaft reichen wir Vollmacht und Forderungsaufstellung als ZIP-Archiv ein"
    draft = Draft(
        world.nord,
        ("Pohl & Partner Rechtsanwälte", "kanzlei@ra-pohl-partner.example"),
        "1182-26/P Leasing Nordwest ./. Harbeck",
        f"Sehr geehrte Kolleginnen und Kollegen,\n\n{phrase}.\n\nMit kollegialen Grüßen\nPohl\nRechtsanwalt\n",
        14,
        to=inquiry.reply_address,
        files=[mime.attachment("1182-26.zip", "application/zip", file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="5963.27",
        fields={"principal": "5020.00", "interest": "402.77", "costs": "540.50", "creditor_reference": "1182-26/P"},
        tags=["zip", "pdf", "lawyer"],
    )
    return Case("zip-of-pdfs", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _mail_inside(world: World) -> Case:
    client = world.client(world.sued, "S-1307/26", "Branka", "Jurić")
    inquiry = client.owes("1333.00", "Krankenhaus St. Elisen", "patientenabrechnung@kh-st-elisen.example").letter()
    claim = documents.letter(
        "Krankenhaus St. Elisen",
        ["Fallnummer: 20250088417\nPatientin: Branka Juric", "Forderungsaufstellung"],
        [("Hauptforderung", "1.333,00 EUR"), ("Mahnkosten", "20,00 EUR"), ("Gesamtforderung", "1.353,00 EUR")],
    )
    inner = Draft(
        world.sued,
        ("Patientenabrechnung", "patientenabrechnung@kh-st-elisen.example"),
        "Fallnummer 20250088417",
        "Liebe Kollegin,\n\nanbei der Kontoauszug zur Weiterleitung an die Kanzlei.\n\nPatientenabrechnung\n",
        8,
        to="sekretariat@kh-st-elisen.example",
        delivered_to=False,
        files=[mime.attachment("Kontoauszug.pdf", PDF, claim)],
    ).encode()
    phrase = "die Antwort unserer Patientenabrechnung leiten wir Ihnen als Anlage weiter"
    draft = Draft(
        world.sued,
        ("Sekretariat St. Elisen", "sekretariat@kh-st-elisen.example"),
        "WG: Forderungsaufstellung Fallnummer 20250088417",
        f"Sehr geehrte Damen und Herren,\n\n{phrase}.\n\nSekretariat\nKrankenhaus St. Elisen\n",
        9,
        to=inquiry.reply_address,
        files=[mime.message_part(inner, "Fallnummer 20250088417.eml")],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="1353.00",
        fields={"principal": "1333.00"},
        tags=["eml", "pdf"],
    )
    return Case("mail-inside-mail", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _encrypted(world: World) -> Case:
    client = world.client(world.nord, "8914/25", "Thorben", "Giese")
    inquiry = client.owes("990.00", "Physiozentrum Auental", "rechnung@physio-auental.example").letter()
    file = documents.letter("Physiozentrum Auental", ["Forderung im Einzelnen"], password="auental-2026")
    phrase = "das Passwort für die Anlage erhalten Sie aus Datenschutzgründen mit getrennter Post"
    text = f"""Sehr geehrte Damen und Herren,

Forderungsaufstellung Thorben Giese:
Hauptforderung: 990,00 EUR
Kosten: 35,00 EUR
Gesamtforderung: 1.025,00 EUR

Einzelheiten stehen in der verschlüsselten Anlage; {phrase}.

Physiozentrum Auental
"""
    draft = Draft(
        world.nord,
        ("Physiozentrum Auental", "rechnung@physio-auental.example"),
        "Forderungsaufstellung Giese",
        text,
        12,
        to=inquiry.reply_address,
        files=[mime.attachment("Einzelheiten.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1025.00",
        fields={"principal": "990.00", "costs": "35.00"},
        tags=["pdf", "encrypted", "body"],
    )
    return Case("encrypted-pdf-good-body", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _broken(world: World) -> Case:
    client = world.client(world.hafen, "H 83-26", "Edeltraud", "Knopp")
    inquiry = client.owes("720.00", "Optik Weitblick", "laden@optik-weitblick.example").letter()
    phrase = "unsere Forderungsaufstellung zu Frau Knopp ist als PDF beigefügt"
    draft = Draft(
        world.hafen,
        ("Optik Weitblick", "laden@optik-weitblick.example"),
        "Forderungsaufstellung Knopp",
        f"Guten Tag,\n\n{phrase}.\n\nOptik Weitblick\n",
        13,
        to=inquiry.reply_address,
        files=[mime.attachment("Forderung.pdf", PDF, documents.broken_pdf())],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "claim_statement",
        ANY,
        fields={"total_claim": None},
        tags=["pdf", "broken"],
    )
    return Case("broken-pdf", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _latin1(world: World) -> Case:
    client = world.client(world.nord, "8917/25", "Käthe", "Mühlenhöver")
    inquiry = client.owes("450.00", "Gärtnerei Blütezeit", "hof@gaertnerei-bluetezeit.example").letter()
    phrase = "für die Grabpflege schuldet Frau Käthe Mühlenhöver uns die Jahre 2023 und 2024"
    text = f"""Schönen guten Tag,

{phrase}.
Gesamtforderung einschließlich Mahngebühren: 468,00 Euro.

Mit freundlichen Grüßen
Gärtnerei Blütezeit
"""
    draft = Draft(
        world.nord,
        ("Gärtnerei Blütezeit", "hof@gaertnerei-bluetezeit.example"),
        "Forderung Mühlenhöver",
        text,
        7,
        to=inquiry.reply_address,
        charset="iso-8859-1",
    )
    truth = Truth(
        inquiry, "reply_code", NOTIFY, "claim_statement", writes=True, total="468.00", tags=["charset", "umlauts"]
    )
    return Case("latin-1", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _windows1252(world: World) -> Case:
    client = world.client(world.nord, "8920/25", "Jörn", "Späth")
    inquiry = client.owes("1275.00", "Schlüsseldienst Fröhlich", "info@schluessel-froehlich.example").letter()
    phrase = "zu dem „Notfalleinsatz“ bei Herrn Jörn Späth übermitteln wir den Stand"
    text = f"""Sehr geehrte Damen und Herren,

{phrase} – wie gewünscht:
Hauptforderung 1.275,00 €
Zinsen 44,30 €
Gesamtforderung 1.319,30 €

Schlüsseldienst Fröhlich
"""
    draft = Draft(
        world.nord,
        ("Schlüsseldienst Fröhlich", "info@schluessel-froehlich.example"),
        "Forderungsaufstellung Späth",
        text,
        7,
        to=inquiry.reply_address,
        charset="windows-1252",
        encoding="8bit",
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1319.30",
        fields={"principal": "1275.00", "interest": "44.30"},
        tags=["charset", "8bit", "umlauts"],
    )
    return Case("windows-1252", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _undeclared(world: World) -> Case:
    client = world.client(world.sued, "S-1310/26", "Götz", "Überwasser")
    inquiry = client.owes("333.00", "Bäckerei Würzner", "post@baeckerei-wuerzner.example").letter()
    phrase = "Götz Überwasser hat für die Brötchenlieferungen noch nicht bezahlt"
    text = f"""Grüß Gott,

{phrase}.
Gesamtforderung: 351,50 € (darin Mahngebühren 18,50 €)

Herzliche Grüße
Bäckerei Würzner
"""
    draft = Draft(
        world.sued,
        ("Baeckerei Wuerzner", "post@baeckerei-wuerzner.example"),
        "Forderung Ueberwasser",
        text,
        6,
        to=inquiry.reply_address,
        charset="windows-1252",
        declared=None,
        encoding="8bit",
    )
    truth = Truth(
        inquiry, "reply_code", NOTIFY, "claim_statement", writes=True, total="351.50", tags=["charset", "undeclared"]
    )
    return Case("undeclared-charset", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _rfc2231(world: World) -> Case:
    client = world.client(world.nord, "8923/25", "Jürgen", "Müßig-Höfer")
    debt = client.owes("2045.00", "Großhandel Wüstenhagen", "rewe@wuestenhagen.example").letter()
    file = documents.letter(
        "Großhandel Wüstenhagen",
        ["Herrn Juergen Muessig-Hoefer", "Unser Zeichen: WH/0045/26", "Forderungsübersicht"],
        [("Hauptforderung", "2.045,00 €"), ("Zinsen", "99,95 €"), ("Gesamtforderung", "2.144,95 €")],
    )
    phrase = "die Übersicht für Herrn Muessig-Hoefer finden Sie anbei"
    draft = Draft(
        world.nord,
        ("Großhandel Wüstenhagen – Rechnungswesen", "rewe@wuestenhagen.example"),
        "Forderungsübersicht Müßig-Höfer (Gesamtforderung)",
        f"Sehr geehrte Damen und Herren,\n\n{phrase} (Forderungsaufstellung).\n\nGroßhandel Wüstenhagen\n",
        8,
        to=debt.reply_address,
        files=[mime.attachment("Forderungsübersicht Müßig-Höfer.pdf", PDF, file, style="rfc2231")],
    )
    truth = Truth(
        debt,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="2144.95",
        fields={"principal": "2045.00", "interest": "99.95", "creditor_reference": "WH/0045/26"},
        tags=["pdf", "rfc2231", "umlauts"],
    )
    return Case("rfc-2231-file-name", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _rfc2047(world: World) -> Case:
    client = world.client(world.hafen, "H 85-26", "Änne", "Grünefeld")
    inquiry = client.owes("804.00", "Bürgerstrom eG", "mahnung@buergerstrom.example").letter()
    account = iban("20090500", "7731055200")
    file = documents.letter(
        "Bürgerstrom eG",
        ["Frau Änne Grünefeld", "Kd.-Nr. 77 310 999", "Forderungsaufstellung, Stand 01.10.2026"],
        [("Hauptforderung", "804,00 €"), ("Kosten", "26,00 €"), ("Gesamtforderung", "830,00 €")],
        [f"Zahlbar auf IBAN {grouped(account)}"],
    )
    phrase = "die gewünschte Aufstellung für die Lieferstelle Deichstraße"
    draft = Draft(
        world.hafen,
        ("Bürgerstrom eG", "mahnung@buergerstrom.example"),
        "Änne Grünefeld: Forderungsaufstellung für Ihre Akte",
        f"Guten Tag,\n\n{phrase} ist angehängt.\n\nBürgerstrom eG\n",
        5,
        to=inquiry.reply_address,
        files=[mime.attachment("Aufstellung_Grünefeld.pdf", "application/octet-stream", file, style="rfc2047")],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="830.00",
        fields={"iban": account, "as_of": "2026-10-01", "costs": "26.00"},
        tags=["pdf", "rfc2047", "octet-stream", "umlauts"],
    )
    return Case("rfc-2047-file-name", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _scan(world: World) -> Case:
    client = world.client(world.nord, "8926/25", "Malte", "Grotjahn")
    inquiry = client.owes("1640.00", "Landmaschinen Hesebeck", "hesebeck@landmaschinen-hesebeck.example").letter()
    lines = [
        "Landmaschinen Hesebeck",
        "Herrn Malte Grotjahn",
        "",
        "Forderungsaufstellung, Stand 07.10.2026",
        "",
        "Hauptforderung      1.640,00 EUR",
        "Zinsen                 71,26 EUR",
        "Kosten                 45,00 EUR",
        "Gesamtforderung     1.756,26 EUR",
    ]
    file = documents.scan(documents.paper(lines))
    phrase = "das unterschriebene Schreiben haben wir für Sie eingescannt"
    draft = Draft(
        world.nord,
        ("Landmaschinen Hesebeck", "hesebeck@landmaschinen-hesebeck.example"),
        "Forderungsaufstellung Grotjahn",
        f"Guten Tag,\n\n{phrase}.\n\nLandmaschinen Hesebeck\n",
        8,
        to=inquiry.reply_address,
        files=[mime.attachment("Scan_20261008_0915.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1756.26",
        fields={"principal": "1640.00", "interest": "71.26", "costs": "45.00", "as_of": "2026-10-07"},
        needs_model=True,
        tags=["scan", "pdf"],
    )
    values = {
        "principal": quoted("1640.00", lines[5], "Hauptforderung", "claim"),
        "interest": quoted("71.26", lines[6]),
        "costs": quoted("45.00", lines[7]),
        "total_claim": quoted("1756.26", lines[8], "Gesamtforderung", "total"),
        "as_of": quoted("2026-10-07", "Stand 07.10.2026"),
    }
    script = (says(phrase, "claim_statement"), reads(file, lines), extracts(lines[8], **values))
    return Case("scanned-pdf", draft.encode(), truth.as_json(), script)


def _photo(world: World) -> Case:
    client = world.client(world.sued, "S-1313/26", "Pauline", "Rotermund")
    inquiry = client.owes("275.00", "Kfz-Meisterbetrieb Dallmann", "dallmann@kfz-dallmann.example").letter()
    lines = [
        "Kfz-Meisterbetrieb Dallmann",
        "Frau Pauline Rotermund",
        "",
        "offene Rechnung vom 11.03.2026",
        "Gesamtforderung    289,90 EUR",
    ]
    file = documents.jpeg(documents.paper(lines, tilt=2.5))
    phrase = "ich habe den Zettel mit der offenen Rechnung abfotografiert"
    draft = Draft(
        world.sued,
        ("Horst Dallmann", "dallmann@kfz-dallmann.example"),
        "Forderung Rotermund",
        f"Hallo,\n\n{phrase}.\n\nGruß\nH. Dallmann\n",
        9,
        to=inquiry.reply_address,
        files=[mime.attachment("IMG_4471.jpg", "image/jpeg", file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "claim_statement",
        total="289.90",
        needs_model=True,
        tags=["image", "jpeg"],
    )
    values = {"total_claim": quoted("289.90", lines[4], "Gesamtforderung", "total")}
    script = (says(phrase, "claim_statement"), reads(file, lines), extracts(lines[4], **values))
    return Case("photo-jpeg", draft.encode(), truth.as_json(), script)


def _png_as_jpeg(world: World) -> Case:
    client = world.client(world.sued, "S-1316/26", "Leif", "Ostendorf")
    inquiry = client.owes("560.00", "Segelverein Luv und Lee", "kasse@luv-und-lee.example").letter()
    lines = [
        "Segelverein Luv und Lee, Mitgliederverwaltung",
        "Mitglied: Leif Ostendorf",
        "",
        "Der Liegeplatz am Steg C wurde in den Jahren 2024 und 2025 durchgehend",
        "belegt, die Beiträge wurden trotz Erinnerung nicht entrichtet. Nach der",
        "Beitragsordnung werden Mahngebühren nicht erhoben, das Boot verbleibt",
        "bis zur Klärung am Steg. Der Vorstand hat die Abgabe der Sache an den",
        "Verband zurückgestellt, solange das Verfahren läuft.",
        "",
        "Gesamtforderung: 574,00 EUR",
    ]
    file = documents.png(documents.paper(lines, width=1400, size=30))
    phrase = "unten der Ausdruck aus unserer Mitgliederverwaltung"
    draft = Draft(
        world.sued,
        ("Kassenwart", "kasse@luv-und-lee.example"),
        "Forderung Ostendorf, Forderungsaufstellung",
        f"Ahoi,\n\n{phrase}.\n\nDer Kassenwart\nSegelverein Luv und Lee\n",
        9,
        to=inquiry.reply_address,
        files=[mime.attachment("ausdruck.jpg", "image/jpeg", file, disposition="inline")],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "claim_statement",
        total="574.00",
        needs_model=True,
        tags=["image", "png-as-jpeg"],
    )
    values = {"total_claim": quoted("574.00", lines[9], "Gesamtforderung", "total")}
    script = (says(phrase, "claim_statement"), reads(file, lines), extracts(lines[9], **values))
    return Case("png-declared-as-jpeg", draft.encode(), truth.as_json(), script)


def _scan_with_misread_digits(world: World) -> Case:
    client = world.client(world.hafen, "H 87-26", "Corinna", "Blohm")
    inquiry = client.owes("480.00", "Reinigung Weißer Riese", "filiale3@weisser-riese.example").letter()
    shown = ["Reinigung Weißer Riese", "Frau Corinna Blohm", "Gesamtforderung  500,00 EUR"]
    read = [*shown[:2], "Gesamtforderung  5OO,0O EUR"]
    file = documents.scan(documents.paper(shown, tilt=-1.5))
    phrase = "der Beleg ist leider etwas blass, aber lesbar"
    draft = Draft(
        world.hafen,
        ("Reinigung Weißer Riese", "filiale3@weisser-riese.example"),
        "Forderungsaufstellung Blohm",
        f"Hallo,\n\n{phrase}.\n\nReinigung Weißer Riese, Filiale 3\n",
        9,
        to=inquiry.reply_address,
        files=[mime.attachment("Beleg.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "claim_statement",
        total="500.00",
        needs_model=True,
        tags=["scan", "pdf", "misread-digits"],
    )
    values = {"total_claim": quoted("500.00", read[2], "Gesamtforderung", "total")}
    script = (says(phrase, "claim_statement"), reads(file, read), extracts(read[2], **values))
    return Case("scan-with-misread-digits", draft.encode(), truth.as_json(), script)
