"""How a mail finds its letter, and when it must not."""

from tests.samples_generator import documents, mime, quoting
from tests.samples_generator.case import AUTO, NOTIFY, REVIEW, UPDATE, Case, Draft, Truth, says
from tests.samples_generator.world import World

PDF = "application/pdf"


def cases(world: World) -> list[Case]:
    return [
        _code_in_text(world),
        _code_in_attachment(world),
        _references(world),
        _sole_sender_pdf(world),
        _sole_sender_with_an_old_letter(world),
        _lawyer_from_elsewhere(world),
        _colleague_of_the_agency(world),
        _newest_of_two_letters(world),
        _same_name_two_tenants(world),
        _couple(world),
        _other_person(world),
        _nobody_we_know(world),
        _one_digit_off(world),
        _shared_file_number(world),
        _code_of_another_tenant(world),
        _letter_too_old(world),
    ]


def _code_in_text(world: World) -> Case:
    client = world.client(world.nord, "9003/25", "Aurelia", "Thieme")
    inquiry = client.owes("690.00", "Kita-Zweckverband Sonnental", "beitrag@kita-sonnental.example").letter()
    phrase = "die Elternbeiträge für das Kindergartenjahr 2024/25 sind noch offen"
    text = f"""Sehr geehrte Damen und Herren,

zu Ihrem Kürzel {inquiry.code}: {phrase}.

Hauptforderung: 690,00 EUR
Säumniszuschläge: 14,00 EUR
Gesamtforderung: 704,00 EUR

Kita-Zweckverband Sonnental
Gebührenstelle
"""
    draft = Draft(world.nord, ("Gebührenstelle", "gebuehren@kita-verbund.example"), "Elternbeiträge", text, 12)
    truth = Truth(
        inquiry,
        "reply_code_in_text",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="704.00",
        tags=["body", "code-in-text"],
    )
    return Case("code-in-text", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _code_in_attachment(world: World) -> Case:
    client = world.client(world.nord, "9006/25", "Henning", "Brockdorf")
    debt = client.owes("3330.00", "Sparkasse Unterweser-Süd", "kredit@spk-unterweser-sued.example")
    inquiry = debt.letter()
    file = documents.letter(
        "Sparkasse Unterweser-Süd",
        [
            f"Ihre Nachricht mit dem Antwortkürzel {inquiry.code}\nHerrn Henning Brockdorf",
            "Forderungsaufstellung zum Stichtag 14.10.2026",
        ],
        [("Hauptforderung", "3.330,00 EUR"), ("Zinsen", "207,19 EUR"), ("Gesamtforderung", "3.537,19 EUR")],
        ["Sparkasse Unterweser-Süd, Zentrale Abwicklung"],
    )
    phrase = "das beigefügte Schreiben geht Ihnen zusätzlich auf dem Postweg zu"
    draft = Draft(
        world.nord,
        ("Zentrale Abwicklung", "abwicklung@s-dienste-weser.example"),
        "Unser Schreiben von heute",
        f"Guten Tag,\n\n{phrase} (Forderungsaufstellung).\n\nZentrale Abwicklung\n",
        14,
        files=[mime.attachment("Schreiben.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code_in_text",
        AUTO,
        "claim_statement",
        writes=True,
        total="3537.19",
        fields={"principal": "3330.00", "interest": "207.19", "as_of": "2026-10-14"},
        tags=["pdf", "code-in-attachment", "bank"],
    )
    return Case("code-in-attachment", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _references(world: World) -> Case:
    client = world.client(world.nord, "9009/25", "Elvira", "Stegmann")
    inquiry = client.owes("2480.00", "Buchclub Morgenrot GmbH", "service@buchclub-morgenrot.example").letter(
        reference="MR-0088154"
    )
    file = documents.letter(
        "Adverta Inkasso GmbH",
        [
            "Unser Zeichen: MR-0088154\nIhr Zeichen: 9009/25",
            "In obiger Sache geben wir die Forderungsaufstellung wie folgt auf, Stand 01.10.2026:",
        ],
        [
            ("Hauptforderung", "2.480,00 EUR"),
            ("Zinsen", "133,33 EUR"),
            ("Kosten", "210,00 EUR"),
            ("Gesamtforderung", "2.823,33 EUR"),
        ],
    )
    phrase = "wir haben den Vorgang von der Gläubigerin übernommen und antworten an ihrer Stelle"
    draft = Draft(
        world.nord,
        ("Adverta Inkasso", "eingang@adverta-inkasso.example"),
        "MR-0088154 / Ihr Zeichen 9009/25",
        f"Sehr geehrte Damen und Herren,\n\n{phrase}. Die Forderungsaufstellung liegt bei.\n\nAdverta Inkasso GmbH\n",
        13,
        files=[mime.attachment("MR-0088154.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "references",
        AUTO,
        "claim_statement",
        writes=True,
        total="2823.33",
        fields={
            "principal": "2480.00",
            "interest": "133.33",
            "costs": "210.00",
            "creditor_reference": "MR-0088154",
            "as_of": "2026-10-01",
        },
        tags=["pdf", "references", "agency"],
    )
    return Case("both-references", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _sole_sender_pdf(world: World) -> Case:
    client = world.client(world.hafen, "H 91-26", "Dieter", "Lohse")
    inquiry = client.owes("870.00", "Werkstatt für Orgelbau Ahrendsen", "orgel@ahrendsen.example").letter()
    file = documents.letter(
        "Werkstatt für Orgelbau Ahrendsen",
        ["Herrn Dieter Lohse", "Forderungsaufstellung"],
        [("Hauptforderung", "870,00 €"), ("Zinsen", "29,00 €"), ("Gesamtforderung", "899,00 €")],
    )
    phrase = "wie besprochen unsere Forderung gegen Ihren Mandanten Dieter Lohse"
    draft = Draft(
        world.hafen,
        ("Orgelbau Ahrendsen", "orgel@ahrendsen.example"),
        "Dieter Lohse",
        f"Guten Tag,\n\n{phrase}, siehe Forderungsaufstellung.\n\nC. Ahrendsen\n",
        16,
        delivered_to=False,
        files=[mime.attachment("Lohse.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "sole_sender",
        AUTO,
        "claim_statement",
        writes=True,
        total="899.00",
        fields={"principal": "870.00", "interest": "29.00"},
        tags=["pdf", "sole-sender", "no-delivered-to"],
    )
    return Case("sole-sender-pdf", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _sole_sender_with_an_old_letter(world: World) -> Case:
    agency = ("Norisk Forderungen GmbH", "antwort@norisk-forderungen.example")
    former = world.client(world.sued, "S-1102/26", "Hildegard", "Wöhrmann")
    former.owes("1700.00", "Teppichhaus Persa", None, via=agency).letter(sent_at="2026-05-04T09:00:00Z")
    client = world.client(world.sued, "S-1319/26", "Sascha", "Kirchmeier")
    inquiry = client.owes("655.00", "Tanzschule Walzertakt", "tanz@walzertakt.example", via=agency).letter()
    phrase = "die Tanzschule hat uns mit dem Einzug der Kursgebühren beauftragt"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}.
Die Gesamtforderung gegen Herrn Sascha Kirchmeier beträgt 731,80 EUR.

Norisk Forderungen GmbH
"""
    draft = Draft(world.sued, ("Norisk Forderungen", agency[1]), "Forderungsaufstellung Kursgebühren", text, 14)
    truth = Truth(
        inquiry,
        "sole_sender",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="731.80",
        tags=["body", "sole-sender", "representative", "old-inquiry"],
    )
    return Case("sole-sender-old-letter", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _lawyer_from_elsewhere(world: World) -> Case:
    client = world.client(world.nord, "9012/25", "Zacharias", "Pfeiffenberger")
    inquiry = client.owes("8450.00", "Weingut Terrassenberg KG", "verkauf@weingut-terrassenberg.example").letter()
    file = documents.letter(
        "Rechtsanwältin Dr. Salome Wittkopp",
        [
            "Ihr Zeichen: 9012/25\nUnser Zeichen: 317/26 W\nWeingut Terrassenberg KG ./. Zacharias Pfeiffenberger",
            "Sehr geehrte Kolleginnen und Kollegen,\ndie Weingut Terrassenberg KG hat mich mandatiert. "
            "Forderungsaufstellung per 15.10.2026:",
        ],
        [
            ("Hauptforderung", "8.450,00 EUR"),
            ("Zinsen", "688,14 EUR"),
            ("Kosten", "729,23 EUR"),
            ("Gesamtforderung", "9.867,37 EUR"),
        ],
        ["Dr. Wittkopp, Rechtsanwältin"],
    )
    phrase = "in vorbezeichneter Angelegenheit zeige ich die Vertretung der Gläubigerin an"
    draft = Draft(
        world.nord,
        ("RAin Dr. Wittkopp", "mail@kanzlei-wittkopp.example"),
        "Weingut Terrassenberg KG ./. Pfeiffenberger – Ihr Zeichen 9012/25",
        f"Sehr geehrte Kolleginnen und Kollegen,\n\n{phrase} und überreiche die Forderungsaufstellung.\n\n"
        "Mit freundlichen kollegialen Grüßen\nDr. Wittkopp\nRechtsanwältin\n",
        15,
        files=[mime.attachment("Schriftsatz.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "scored",
        UPDATE,
        "claim_statement",
        writes=True,
        total="9867.37",
        fields={"principal": "8450.00", "interest": "688.14", "costs": "729.23"},
        tags=["pdf", "scored", "lawyer"],
    )
    return Case("lawyer-from-elsewhere", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _colleague_of_the_agency(world: World) -> Case:
    agency = ("Solvenda Inkasso GmbH", "post@solvenda-inkasso.example")
    first = world.client(world.nord, "9015/25", "Cäcilie", "Rademacher")
    inquiry = first.owes("1210.00", "Spielwaren Kreisel", "laden@spielwaren-kreisel.example", via=agency).letter()
    other = world.client(world.nord, "9018/25", "Bertram", "Zollikofer")
    other.owes("4400.00", "Reisebüro Fernblick", "buchung@reisebuero-fernblick.example", via=agency).letter()
    phrase = "zu Frau Cäcilie Rademacher, Gläubigerin Spielwaren Kreisel, beziffern wir den heutigen Stand"
    text = f"""Sehr geehrte Damen und Herren,

{phrase} (Ihr Zeichen: 9015/25):

Hauptforderung 1.210,00 EUR
Zinsen 66,05 EUR
Inkassokosten 124,00 EUR
Gesamtforderung 1.400,05 EUR

Mit freundlichen Grüßen
M. Okafor
Solvenda Inkasso GmbH
"""
    draft = Draft(world.nord, ("M. Okafor", "m.okafor@solvenda-inkasso.example"), "Forderungsaufstellung", text, 15)
    truth = Truth(
        inquiry,
        "scored",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1400.05",
        fields={"principal": "1210.00", "interest": "66.05", "costs": "124.00"},
        tags=["body", "scored", "sender-domain", "agency"],
    )
    return Case("colleague-of-the-agency", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _newest_of_two_letters(world: World) -> Case:
    client = world.client(world.nord, "9021/25", "Mechthild", "Auerswald")
    debt = client.owes("2600.00", "Pianohaus Klingenthal", "fluegel@pianohaus.example")
    debt.letter(sent_at="2026-08-17T09:00:00Z")
    second = debt.letter("second", "2026-10-02T09:00:00Z")
    phrase = "Ihren Schuldenbereinigungsplan haben wir geprüft und stimmen ihm zu"
    text = f"""Sehr geehrte Damen und Herren,

Ihr Zeichen: 9021/25
Ihre Mandantin: Frau Mechthild Auerswald

{phrase}.

Mit freundlichen Grüßen
Pianohaus Klingenthal
"""
    draft = Draft(world.nord, ("Pianohaus Klingenthal", "inhaber@klingenthal-piano.example"), "Zustimmung", text, 16)
    truth = Truth(
        second,
        "scored",
        NOTIFY,
        "settlement_response",
        fields={"settlement_decision": "accepted", "total_claim": None},
        tags=["body", "scored", "two-letters", "settlement"],
    )
    return Case("newest-of-two-letters", draft.encode(), truth.as_json(), (says(phrase, "settlement_response"),))


def _same_name_two_tenants(world: World) -> Case:
    creditor = ("Versicherungsverein Elbmarsch", "leistung@vv-elbmarsch.example")
    namesake = world.client(world.nord, "9024/25", "Jonas", "Becker")
    namesake.owes("350.00", *creditor).letter()
    client = world.client(world.sued, "S-1322/26", "Jonas", "Becker")
    inquiry = client.owes("1410.00", *creditor).letter()
    phrase = "der Beitragsrückstand unseres Mitglieds Jonas Becker stellt sich wie folgt dar"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}:

Hauptforderung 1.410,00 EUR
Mahnkosten 25,00 EUR
Gesamtforderung 1.435,00 EUR

Versicherungsverein Elbmarsch
"""
    draft = Draft(world.sued, ("VV Elbmarsch", creditor[1]), "Beitragsrückstand Becker", text, 12)
    truth = Truth(
        inquiry,
        "sole_sender",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1435.00",
        fields={"principal": "1410.00"},
        tags=["body", "two-tenants", "same-name"],
    )
    return Case("same-name-two-tenants", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _couple(world: World) -> Case:
    client = world.client(world.nord, "9027/25", "Petra", "Falk")
    inquiry = client.owes("5980.00", "Baufinanz Hohenlinden AG", "kredit@baufinanz-hohenlinden.example").letter()
    file = documents.letter(
        "Baufinanz Hohenlinden AG",
        ["Eheleute Petra und Uwe Falk\nDarlehen 300 771 88", "Forderungsaufstellung, Stand 13.10.2026"],
        [("Hauptforderung", "5.980,00 EUR"), ("Zinsen", "311,20 EUR"), ("Gesamtforderung", "6.291,20 EUR")],
    )
    phrase = "die Eheleute haften als Gesamtschuldner aus dem Modernisierungsdarlehen"
    draft = Draft(
        world.nord,
        ("Baufinanz Hohenlinden", "kredit@baufinanz-hohenlinden.example"),
        "Eheleute Falk – Forderungsaufstellung",
        f"Sehr geehrte Damen und Herren,\n\n{phrase}. Näheres in der Anlage.\n\nBaufinanz Hohenlinden AG\n",
        13,
        files=[mime.attachment("Falk.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "sole_sender",
        AUTO,
        "claim_statement",
        writes=True,
        total="6291.20",
        fields={"principal": "5980.00", "interest": "311.20", "as_of": "2026-10-13"},
        tags=["pdf", "couple"],
    )
    return Case("couple", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _other_person(world: World) -> Case:
    client = world.client(world.sued, "S-1325/26", "Anneliese", "Kropp")
    inquiry = client.owes("1020.00", "Hörakustik Lauscher", "filiale@hoerakustik-lauscher.example").letter()
    file = documents.letter(
        "Hörakustik Lauscher",
        ["Kunde: Herrn Waldemar Tischbein", "Forderungsaufstellung"],
        [("Hauptforderung", "1.890,00 EUR"), ("Gesamtforderung", "1.905,00 EUR")],
    )
    phrase = "anbei die Aufstellung zu Ihrer Anfrage der vergangenen Woche"
    draft = Draft(
        world.sued,
        ("Hörakustik Lauscher", "filiale@hoerakustik-lauscher.example"),
        "Forderungsaufstellung",
        f"Guten Tag,\n\n{phrase}.\n\nHörakustik Lauscher\n",
        9,
        files=[mime.attachment("Kunde.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "sole_sender",
        REVIEW,
        "claim_statement",
        "conflict",
        total="1905.00",
        tags=["pdf", "other-person", "conflict"],
    )
    return Case("other-person", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _nobody_we_know(world: World) -> Case:
    phrase = "unser Kunde Herr Gottlieb Ankermann hat sich nie bei uns gemeldet"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}. Die Gesamtforderung
beträgt 2.222,00 EUR.

Antennenbau Funkenflug
"""
    draft = Draft(
        world.nord,
        ("Antennenbau Funkenflug", "funk@antennenbau-funkenflug.example"),
        "Forderungsaufstellung Ankermann",
        text,
        12,
    )
    truth = Truth(None, "none", REVIEW, "claim_statement", "no_match", total="2222.00", tags=["body", "no-match"])
    return Case("nobody-we-know", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _one_digit_off(world: World) -> Case:
    client = world.client(world.nord, "9031/25", "Valentin", "Strohschneider")
    client.owes("1515.00", "Kaminbau Glutnest", "ofen@kaminbau-glutnest.example").letter()
    phrase = "zur Akte Ihres Mandanten Valentin Strohschneider nehmen wir wie folgt Stellung"
    text = f"""Sehr geehrte Damen und Herren,

Ihr Zeichen: 9037/25

{phrase}: Die Gesamtforderung des Kaminbau Glutnest beträgt 1.602,00 EUR.

Treuhandbüro Sedlacek
"""
    draft = Draft(
        world.nord, ("Treuhandbüro Sedlacek", "buero@treuhand-sedlacek.example"), "Ihr Zeichen 9037/25", text, 12
    )
    truth = Truth(
        None, "none", REVIEW, "claim_statement", "no_match", total="1602.00", tags=["body", "other-case-reference"]
    )
    return Case("case-reference-one-digit-off", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _shared_file_number(world: World) -> Case:
    landlord = ("Vermögensverwaltung Quitzow", "verwaltung@vv-quitzow.example")
    one = world.client(world.nord, "9034/25", "Holger", "Ritterbusch")
    one.owes("2890.00", *landlord).letter(reference="QZ-310/7")
    two = world.client(world.nord, "9040/25", "Beate", "Engelbrecht")
    two.owes("2890.00", *landlord).letter(reference="QZ-310/7")
    phrase = "im Mietverhältnis zum Objekt Kastanienallee rechnen wir wie folgt ab"
    text = f"""Sehr geehrte Damen und Herren,

Unser Zeichen: QZ-310/7

{phrase}:

Gesamtforderung 3.105,00 EUR

Vermögensverwaltung Quitzow
"""
    draft = Draft(
        world.nord,
        ("Abrechnung", "abrechnung@hausverwaltung-service.example"),
        "QZ-310/7 Forderungsaufstellung",
        text,
        14,
    )
    truth = Truth(
        None,
        "none",
        REVIEW,
        "claim_statement",
        "ambiguous_match",
        total="3105.00",
        fields={"creditor_reference": "QZ-310/7"},
        tags=["body", "shared-file-number"],
    )
    return Case("shared-file-number", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _code_of_another_tenant(world: World) -> Case:
    client = world.client(world.hafen, "H 93-26", "Rasmus", "Feddersen")
    foreign = client.owes("1999.00", "Kutterverein Dorum", "kutter@kutterverein.example").letter()
    phrase = "Herr Rasmus Feddersen hat die Liegegebühren des Kutters nicht entrichtet"
    text = f"""Moin,

Kürzel {foreign.code}: {phrase}.
Gesamtforderung 2.044,00 EUR.

Kutterverein Dorum
"""
    draft = Draft(
        world.nord, ("Kutterverein Dorum", "kutter@kutterverein.example"), "Forderungsaufstellung Feddersen", text, 14
    )
    truth = Truth(
        None, "none", REVIEW, "claim_statement", "no_match", total="2044.00", tags=["body", "two-tenants", "no-match"]
    )
    return Case("code-of-another-tenant", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _letter_too_old(world: World) -> Case:
    client = world.client(world.nord, "8411/25", "Irmgard", "Tönsfeldt")
    old = client.owes("1260.00", "Campingplatz Seeschwalbe", "platz@camping-seeschwalbe.example").letter(
        sent_at="2026-06-15T09:00:00Z"
    )
    phrase = "nach langer Prüfung erhalten Sie nun die Zahlen für den Dauerstellplatz"
    text = f"""Guten Tag,

{phrase}.
Gesamtforderung 1.288,00 EUR.

Campingplatz Seeschwalbe

{quoting.gmail(old, "Mo.")}
"""
    draft = Draft(
        world.nord,
        ("Campingplatz Seeschwalbe", "platz@camping-seeschwalbe.example"),
        "Dauerstellplatz, Forderung",
        text,
        15,
        answers=old,
    )
    truth = Truth(
        old,
        "in_reply_to",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1288.00",
        tags=["body", "old-inquiry", "quoted-history"],
    )
    return Case("old-letter-answered", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))
