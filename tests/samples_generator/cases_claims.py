"""Plain claim statements: where the code stands, how our letter is quoted, how the amount is written."""

from tests.samples_generator import documents, mime, quoting
from tests.samples_generator.case import AUTO, NOTIFY, REVIEW, Case, Draft, Truth, grouped, iban, says
from tests.samples_generator.world import World

PDF = "application/pdf"


def cases(world: World) -> list[Case]:
    return [
        _pdf_reply_code(world),
        _code_in_cc(world),
        _gmail_quote(world),
        _outlook_quote(world),
        _reply_below_quote(world),
        _short_reply_long_quote(world),
        _forgotten_attachment(world),
        _hint_and_disclaimer(world),
        _noreply(world),
        _english(world),
        _no_break_spaces(world),
        _dashes_for_cents(world),
        _numbers_nearby(world),
        _two_that_agree(world),
        _total_below_parts(world),
        _parts_only_pdf(world),
        _parts_only_body(world),
        _equal(world),
        _installments(world),
    ]


def _pdf_reply_code(world: World) -> Case:
    nele = world.client(world.nord, "8817/25", "Nele", "Brandt")
    inquiry = nele.owes("2900.00", "Stadtwerke Aue GmbH", "forderung@stadtwerke-aue.example").letter()
    account = iban("50010517", "123456789")
    file = documents.letter(
        "Stadtwerke Aue GmbH",
        [
            "Forderungsaufstellung",
            "Unser Zeichen: 26-K-004411\nIhr Zeichen: 8817/25\nSchuldnerin: Frau Nele Brandt",
            "Sehr geehrte Damen und Herren,",
            "unter Bezugnahme auf Ihr Schreiben beziffern wir unsere Forderung, Stand 12.10.2026, wie folgt:",
        ],
        [
            ("Hauptforderung", "2.900,00 €"),
            ("Zinsen", "318,07 €"),
            ("Mahn- und Vollstreckungskosten", "200,00 €"),
            ("Gesamtforderung", "3.418,07 €"),
        ],
        [
            f"Bankverbindung: IBAN {grouped(account)}",
            "Mit freundlichen Grüßen\nStadtwerke Aue GmbH, Forderungsmanagement",
        ],
        address="Stadtwerke Aue GmbH · Uferstraße 4 · 01900 Aue an der Lehde · Tel. 0351 4470-815",
    )
    phrase = "unsere Forderungsaufstellung erhalten Sie in der Anlage"
    draft = Draft(
        world.nord,
        ("Stadtwerke Aue Forderungsmanagement", "forderung@stadtwerke-aue.example"),
        "Forderungsaufstellung Brandt, Nele – Ihr Zeichen 8817/25",
        f"""Sehr geehrte Damen und Herren,

{phrase}.

Mit freundlichen Grüßen

i. A. Kerstin Wolter
Stadtwerke Aue GmbH
Forderungsmanagement
""",
        12,
        to=inquiry.reply_address,
        answers=inquiry,
        files=[mime.attachment("Forderungsaufstellung_Brandt.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="3418.07",
        fields={
            "principal": "2900.00",
            "interest": "318.07",
            "costs": "200.00",
            "as_of": "2026-10-12",
            "iban": account,
            "creditor_reference": "26-K-004411",
            "settlement_decision": None,
            "counter_offer_amount": None,
        },
        tags=["pdf", "reply-code"],
    )
    return Case("pdf-reply-code", draft.encode(), truth.as_json(), (says(phrase, truth.intent or ""),))


def _code_in_cc(world: World) -> Case:
    client = world.client(world.nord, "8820/25", "Torben", "Lüders")
    debt = client.owes(
        "1120.00",
        "Möbelhof Ravensande KG",
        "buchhaltung@moebelhof-ravensande.example",
        via=("Inkasso Dreyer & Söhne", "post@inkasso-dreyer.example"),
    )
    inquiry = debt.letter()
    file = documents.letter(
        "Inkasso Dreyer & Söhne",
        [
            "Aktenzeichen: 2026/55817-D\nGläubigerin: Möbelhof Ravensande KG\nSchuldner: Herr Torben Lüders",
            "Sehr geehrte Frau Kollegin, sehr geehrter Herr Kollege,",
            "zur oben genannten Angelegenheit übersenden wir die Forderungsaufstellung per 09.10.2026.",
        ],
        [
            ("Hauptforderung aus Kaufvertrag", "1.120,00 EUR"),
            ("Zinsen", "64,33 EUR"),
            ("Inkassokosten", "147,56 EUR"),
            ("Gesamtforderung", "1.331,89 EUR"),
        ],
        ["Mit freundlichen Grüßen\nInkasso Dreyer & Söhne"],
    )
    phrase = "in der Sache Möbelhof Ravensande übersenden wir die angeforderte Forderungsaufstellung"
    draft = Draft(
        world.nord,
        ("Inkasso Dreyer & Söhne", "post@inkasso-dreyer.example"),
        "AZ 2026/55817-D Möbelhof Ravensande ./. Lüders – Forderungsaufstellung",
        f"Sehr geehrte Damen und Herren,\n\n{phrase} als PDF.\n\nMit freundlichen Grüßen\nInkasso Dreyer & Söhne\n",
        13,
        to="ra.nordmann@kanzlei-nord.example",
        cc=mime.person("Kanzlei Nord", inquiry.reply_address),
        files=[mime.attachment("2026-55817-D.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="1331.89",
        fields={"principal": "1120.00", "interest": "64.33", "costs": "147.56", "as_of": "2026-10-09"},
        tags=["pdf", "reply-code", "cc", "representative"],
    )
    return Case("reply-code-in-cc", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _gmail_quote(world: World) -> Case:
    client = world.client(world.nord, "8823/25", "Mareike", "Osterkamp")
    inquiry = client.owes("2150.00", "Autohaus Petersilge GmbH", "kontakt@autohaus-petersilge.example").letter()
    phrase = "hier die gewünschte Aufstellung unserer Werkstattforderung"
    text = f"""Guten Tag,

{phrase}:

Hauptforderung: 2.150,00 EUR
Zinsen: 180,55 EUR
Mahnkosten: 150,00 EUR
Gesamtforderung: 2.480,55 EUR

Viele Grüße
Silvio Petersilge
Autohaus Petersilge GmbH

{quoting.gmail(inquiry)}
"""
    draft = Draft(
        world.nord,
        ("Silvio Petersilge", "s.petersilge@autohaus-petersilge.example"),
        "Re: Forderungsanfrage Mareike Osterkamp",
        text,
        8,
        answers=inquiry,
    )
    truth = Truth(
        inquiry,
        "in_reply_to",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="2480.55",
        fields={"principal": "2150.00", "interest": "180.55", "costs": "150.00"},
        tags=["body", "quoted-history", "gmail-quote"],
    )
    return Case("gmail-quote", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _outlook_quote(world: World) -> Case:
    client = world.client(world.nord, "8826/25", "Detlef", "Quandt")
    inquiry = client.owes("5310.20", "Volksbank Hohe Geest eG", "sanierung@vb-hohe-geest.example").letter()
    phrase = "auf Ihre Anfrage teilen wir mit, dass das Darlehenskonto gekündigt ist"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}. Die
Gesamtforderung beträgt per 05.10.2026 5.694,18 EUR einschließlich aufgelaufener
Verzugszinsen.

Mit freundlichen Grüßen
Volksbank Hohe Geest eG
Sanierung und Abwicklung
Annegret Thoms

{quoting.outlook(inquiry, "Forderungsanfrage Quandt")}
"""
    draft = Draft(
        world.nord,
        ("Thoms, Annegret", "annegret.thoms@vb-hohe-geest.example"),
        "AW: Forderungsanfrage Quandt",
        text,
        6,
        answers=inquiry,
    )
    truth = Truth(
        inquiry,
        "in_reply_to",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="5694.18",
        fields={"as_of": "2026-10-05", "principal": None},
        tags=["body", "quoted-history", "outlook-quote", "bank"],
    )
    return Case("outlook-quote", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _reply_below_quote(world: World) -> Case:
    client = world.client(world.nord, "8829/25", "Ayşe", "Karadağ")
    inquiry = client.owes("312.90", "Stadtbibliothek Wendelstedt", "ausleihe@wendelstedt.example").letter()
    quoted = "\n".join(quoting.angle(quoting.our_letter(inquiry)[:5]))
    phrase = "Frau Karadağ hat bei uns noch Säumnisgebühren und zwei nicht zurückgegebene Atlanten"
    text = f"""Kanzlei Nord schrieb am 01.10.2026:

{quoted}

Guten Morgen,

{phrase}.
Die Gesamtforderung beläuft sich auf 347,40 Euro.

Mit freundlichem Gruß
Stadtbibliothek Wendelstedt
"""
    draft = Draft(
        world.nord,
        ("Stadtbibliothek Wendelstedt", "ausleihe@wendelstedt.example"),
        "Re: Forderungsanfrage Karadağ",
        text,
        5,
        to=inquiry.reply_address,
        answers=inquiry,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="347.40",
        tags=["body", "quoted-history", "reply-below", "umlauts"],
    )
    return Case("reply-below-quote", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _short_reply_long_quote(world: World) -> Case:
    client = world.client(world.nord, "8832/25", "Gunnar", "Wischmeyer")
    inquiry = client.owes("1150.00", "Dachdeckerei Stöver", "stoever@dach-stoever.example").letter()
    phrase = "Gesamtforderung heute: 1.204,50 EUR"
    text = f"{phrase}. Gruß, J. Stöver\n\n{quoting.outlook_block(inquiry, 'Forderungsanfrage Wischmeyer')}\n"
    draft = Draft(
        world.nord,
        ("Jan Stöver", "stoever@dach-stoever.example"),
        "AW: Forderungsanfrage Wischmeyer",
        text,
        4,
        to=inquiry.reply_address,
        answers=inquiry,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1204.50",
        tags=["body", "quoted-history", "short-reply"],
    )
    return Case("short-reply-long-quote", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _forgotten_attachment(world: World) -> Case:
    client = world.client(world.nord, "8835/25", "Swantje", "Hollmann")
    inquiry = client.owes("1866.00", "Zahnärztliche Abrechnung Reinfeld", "mahnwesen@za-reinfeld.example").letter()
    phrase = "als Anlage erhalten Sie unsere aktuelle Forderungsaufstellung"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}. Die Höhe der Forderung
entnehmen Sie bitte dieser Aufstellung.

Mit freundlichen Grüßen
Zahnärztliche Abrechnung Reinfeld
Mahnwesen

{quoting.gmail(inquiry)}
"""
    draft = Draft(
        world.nord,
        ("ZA Reinfeld Mahnwesen", "mahnwesen@za-reinfeld.example"),
        "Re: Forderungsaufstellung Hollmann",
        text,
        7,
        to=inquiry.reply_address,
        answers=inquiry,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "claim_statement",
        "amount_missing",
        fields={"total_claim": None},
        tags=["body", "quoted-history", "amount-only-in-our-letter"],
    )
    return Case("forgotten-attachment", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _hint_and_disclaimer(world: World) -> Case:
    client = world.client(world.sued, "S-1204/26", "Bastian", "Vogelsang")
    inquiry = client.owes("780.00", "Fitnesspark Oberrade GmbH", "verwaltung@fitnesspark-oberrade.example").letter()
    phrase = "Hinweis: Bitte beachten Sie unsere neue Bankverbindung"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}.

Zu Ihrer Anfrage vom 1. Oktober 2026 teilen wir Ihnen den Forderungsstand mit:
offene Mitgliedsbeiträge 780,00 EUR
Gesamtforderung inklusive Mahnkosten 845,10 EUR

Mit freundlichen Grüßen
Fitnesspark Oberrade GmbH

Diese Nachricht kann vertrauliche Informationen enthalten. Wenn Sie nicht der richtige Adressat
sind, informieren Sie bitte sofort den Absender und vernichten Sie diese E-Mail.
"""
    draft = Draft(
        world.sued,
        ("Fitnesspark Oberrade", "verwaltung@fitnesspark-oberrade.example"),
        "Ihre Anfrage Bastian Vogelsang",
        text,
        9,
    )
    truth = Truth(
        inquiry,
        "sole_sender",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="845.10",
        tags=["body", "disclaimer", "sole-sender"],
    )
    return Case("hint-and-disclaimer", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _noreply(world: World) -> Case:
    client = world.client(world.nord, "8838/25", "Ronja", "Ehlers")
    debt = client.owes(
        "402.15",
        "Telvia Mobilfunk GmbH",
        "kundenservice@telvia.example",
        via=("Curatio Forderungsservice AG", "service@curatio-fs.example"),
    )
    inquiry = debt.letter()
    file = documents.letter(
        "Curatio Forderungsservice AG",
        [
            "Vorgangsnummer 9920 4471 08\nAuftraggeber: Telvia Mobilfunk GmbH\nFrau Ronja Ehlers",
            "Sehr geehrte Damen und Herren,\nsehr gern teilen wir Ihnen den aktuellen Forderungsstand mit.",
        ],
        [
            ("Hauptforderung", "402,15 EUR"),
            ("Verzugszinsen", "11,92 EUR"),
            ("Inkassokosten", "76,50 EUR"),
            ("Gesamtforderung", "490,57 EUR"),
        ],
        ["Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig."],
    )
    phrase = "zum Vorgang 9920 4471 08 erhalten Sie anbei den aktuellen Forderungsstand"
    draft = Draft(
        world.nord,
        ("Curatio Forderungsservice", "noreply@curatio-fs.example"),
        "Forderungsstand zu Vorgang 9920 4471 08",
        f"""Sehr geehrte Damen und Herren,

{phrase}.

Bitte antworten Sie nicht auf diese E-Mail, das Postfach wird nicht gelesen.

Curatio Forderungsservice AG
""",
        14,
        to=inquiry.reply_address,
        files=[mime.attachment("Forderungsstand.pdf", PDF, file)],
        more=[("X-Auto-Response-Suppress", "All"), ("Auto-Submitted", "no")],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="490.57",
        fields={"principal": "402.15", "interest": "11.92", "costs": "76.50"},
        tags=["pdf", "noreply", "reply-code"],
    )
    return Case("noreply-real-claim", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _english(world: World) -> Case:
    client = world.client(world.nord, "8841/25", "Oliver", "Tammen")
    inquiry = client.owes("3100.00", "Northbridge Rentals Ltd", "accounts@northbridge-rentals.example").letter()
    phrase = "please find below the statement of our claim against your client"
    text = f"""Dear Sir or Madam,

{phrase}, Mr Oliver Tammen, as of 12 October 2026:

Principal:        EUR 2,950.00
Interest:         EUR 268.07
Costs:            EUR 200.00
Total amount due: EUR 3,418.07

Kind regards
Fiona Marsh
Northbridge Rentals Ltd, Accounts Receivable
"""
    draft = Draft(
        world.nord,
        ("Fiona Marsh", "accounts@northbridge-rentals.example"),
        "RE: Claim enquiry - Oliver Tammen",
        text,
        12,
        to=inquiry.reply_address,
        answers=inquiry,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="3418.07",
        fields={"principal": "2950.00", "interest": "268.07", "costs": "200.00"},
        tags=["body", "english"],
    )
    return Case("english-claim", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _no_break_spaces(world: World) -> Case:
    client = world.client(world.sued, "S-1207/26", "Chantal", "Reuter-Voss")
    inquiry = client.owes("1180.00", "Energieversorgung Lahnfurt AG", "inkasso@ev-lahnfurt.example").letter()
    phrase = "zum Lieferverhältnis von Frau Chantal Reuter-Voss übersenden wir den Kontostand"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}.

Hauptforderung\u00a01\u00a0180,00\u00a0€
Zinsen\u00a054,56\u00a0€
Gesamtforderung\u00a01\u202f234,56\u00a0€

Mit freundlichen Grüßen
Energieversorgung Lahnfurt AG
"""
    draft = Draft(
        world.sued,
        ("EV Lahnfurt", "inkasso@ev-lahnfurt.example"),
        "Forderungsaufstellung Reuter-Voss",
        text,
        13,
        to=inquiry.reply_address,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1234.56",
        fields={"principal": "1180.00", "interest": "54.56", "costs": None},
        tags=["body", "spaces-in-amounts"],
    )
    return Case("no-break-spaces", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _dashes_for_cents(world: World) -> Case:
    client = world.client(world.hafen, "H 77-26", "Ulrich", "Pantzer")
    inquiry = client.owes("1100.00", "Tischlerei Bohnsack", "info@tischlerei-bohnsack.example").letter()
    phrase = "Herr Pantzer schuldet uns die Treppe aus dem Frühjahr"
    text = f"""Moin,

{phrase}. Gesamtbetrag inkl. Mahngebühren 1.200,-- €.

MfG
Tischlerei Bohnsack
Inh. Heiko Bohnsack
"""
    draft = Draft(
        world.hafen,
        ("Heiko Bohnsack", "info@tischlerei-bohnsack.example"),
        "Forderung Pantzer, Treppe",
        text,
        15,
        to=inquiry.reply_address,
    )
    truth = Truth(
        inquiry, "reply_code", NOTIFY, "claim_statement", writes=True, total="1200.00", tags=["body", "amount-notation"]
    )
    return Case("dashes-for-cents", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _numbers_nearby(world: World) -> Case:
    client = world.client(world.nord, "8844/25", "Ilka", "Detjen")
    inquiry = client.owes(
        "604.00", "Wohnbau Elbtal Genossenschaft", "mietenbuchhaltung@wohnbau-elbtal.example"
    ).letter()
    phrase = "das Mietkonto 7734 2281 19 weist folgenden Stand aus"
    text = f"""Sehr geehrte Damen und Herren,

{phrase} (Vorgang 55120, Vertrag vom 04.12.2024,
Objekt Lindenweg 12, 01462 Elbtal, Kd.-Nr. 77 310 552, Ticket #900512):

Gesamtforderung per 30.09.2026: 688,20 EUR

Für Fragen erreichen Sie uns unter 0351 4470-9115 oder 0171 5552 318,
Mo-Fr 8.00-16.30 Uhr, zum Aktenzeichen 4711.

Wohnbau Elbtal Genossenschaft
Mietenbuchhaltung
HRB 10250, USt-IdNr. DE811 203 991
"""
    draft = Draft(
        world.nord,
        ("Wohnbau Elbtal", "mietenbuchhaltung@wohnbau-elbtal.example"),
        "Mietkonto Detjen, Forderungsaufstellung",
        text,
        14,
        to=inquiry.reply_address,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="688.20",
        fields={"as_of": "2026-09-30", "principal": None, "interest": None, "costs": None},
        tags=["body", "numbers-nearby"],
    )
    return Case("numbers-nearby", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _two_that_agree(world: World) -> Case:
    client = world.client(world.hafen, "H 79-26", "Katrin", "Sievert")
    inquiry = client.owes("940.00", "Versandhaus Mirabell GmbH", "forderungen@versand-mirabell.example").letter()
    summary = documents.letter(
        "Versandhaus Mirabell GmbH",
        ["Kundennummer: 0077310\nKatrin Sievert", "Auf einen Blick"],
        [("Gesamtforderung", "1.018,75 EUR")],
    )
    details = documents.letter(
        "Versandhaus Mirabell GmbH",
        ["Kundennummer: 0077310\nKatrin Sievert", "Forderungsaufstellung im Einzelnen"],
        [
            ("Hauptforderung", "940,00 EUR"),
            ("Zinsen", "38,25 EUR"),
            ("Kosten", "40,50 EUR"),
            ("Gesamtforderung", "1.018,75 EUR"),
        ],
    )
    phrase = "wunschgemäß erhalten Sie Kurzübersicht und Forderungsaufstellung im Einzelnen"
    draft = Draft(
        world.hafen,
        ("Versandhaus Mirabell", "forderungen@versand-mirabell.example"),
        "Kd.-Nr. 0077310 – Katrin Sievert",
        f"Guten Tag,\n\n{phrase}.\n\nVersandhaus Mirabell GmbH\n",
        16,
        to=inquiry.reply_address,
        files=[mime.attachment("Uebersicht.pdf", PDF, summary), mime.attachment("Details.pdf", PDF, details)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="1018.75",
        fields={"principal": "940.00", "interest": "38.25", "costs": "40.50", "creditor_reference": "0077310"},
        tags=["pdf", "two-attachments"],
    )
    return Case("two-attachments-agree", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _total_below_parts(world: World) -> Case:
    client = world.client(world.nord, "8847/25", "Rainer", "Uhlenbrock")
    inquiry = client.owes("2000.00", "Finanzamt Kleeburg", "poststelle@fa-kleeburg.example").letter()
    file = documents.letter(
        "Finanzamt Kleeburg",
        [
            "Steuernummer 217/882/04417\nHerrn Rainer Uhlenbrock",
            "Rückstandsaufstellung. Am 02.10.2026 gingen 100,00 EUR aus der Pfändung ein und sind berücksichtigt.",
        ],
        [
            ("Hauptforderung Einkommensteuer 2023", "2.900,00 EUR"),
            ("Zinsen", "318,07 EUR"),
            ("Kosten", "200,00 EUR"),
            ("Gesamtforderung", "3.318,07 EUR"),
        ],
        ["Finanzamt Kleeburg, Vollstreckungsstelle"],
    )
    phrase = "die erbetene Rückstandsaufstellung in der Steuersache Uhlenbrock ist beigefügt"
    draft = Draft(
        world.nord,
        ("Finanzamt Kleeburg", "poststelle@fa-kleeburg.example"),
        "Rückstandsaufstellung St.-Nr. 217/882/04417",
        f"Sehr geehrte Damen und Herren,\n\n{phrase} (Forderungsaufstellung).\n\nIm Auftrag\nGrothe\nFA Kleeburg\n",
        13,
        to=inquiry.reply_address,
        files=[mime.attachment("Rueckstand.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="3318.07",
        fields={"principal": "2900.00", "interest": "318.07", "costs": "200.00"},
        tags=["pdf", "total-below-parts", "tax-office"],
    )
    return Case("total-below-parts", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _parts_only_pdf(world: World) -> Case:
    client = world.client(world.sued, "S-1211/26", "Yvonne", "Dahlkamp")
    inquiry = client.owes("1500.00", "Gartencenter Rosenau", "buero@gartencenter-rosenau.example").letter()
    file = documents.letter(
        "Gartencenter Rosenau",
        ["Frau Yvonne Dahlkamp", "Forderungsaufstellung zum 10.10.2026"],
        [("Hauptforderung", "1.500,00 EUR"), ("Zinsen", "92,41 EUR"), ("Kosten", "87,00 EUR")],
        ["Gartencenter Rosenau, Buchhaltung"],
    )
    phrase = "unsere Posten gegen Frau Dahlkamp finden Sie in der beigefügten Forderungsaufstellung"
    draft = Draft(
        world.sued,
        ("Gartencenter Rosenau", "buero@gartencenter-rosenau.example"),
        "Forderungsaufstellung Dahlkamp",
        f"Guten Tag,\n\n{phrase}.\n\nGartencenter Rosenau\n",
        12,
        to=inquiry.reply_address,
        files=[mime.attachment("Aufstellung.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        NOTIFY,
        "claim_statement",
        writes=True,
        total="1679.41",
        fields={"principal": "1500.00", "interest": "92.41", "costs": "87.00"},
        tags=["pdf", "parts-only"],
    )
    return Case("parts-only-pdf", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _parts_only_body(world: World) -> Case:
    client = world.client(world.sued, "S-1214/26", "Enno", "Frerichs")
    inquiry = client.owes("890.00", "Reiterhof Brambusch", "kontakt@reiterhof-brambusch.example").letter()
    phrase = "unsere Forderung gegen Herrn Enno Frerichs setzt sich so zusammen"
    text = f"""Hallo,

{phrase}:

Hauptforderung 890,00 EUR
Zinsen 31,15 EUR
Kosten 60,00 EUR

Reiterhof Brambusch
"""
    draft = Draft(
        world.sued,
        ("Reiterhof Brambusch", "kontakt@reiterhof-brambusch.example"),
        "Forderungsaufstellung Frerichs",
        text,
        11,
        to=inquiry.reply_address,
    )
    truth = Truth(
        inquiry,
        "reply_code",
        REVIEW,
        "claim_statement",
        "low_confidence",
        total="981.15",
        fields={"principal": "890.00", "interest": "31.15", "costs": "60.00"},
        tags=["body", "parts-only"],
    )
    return Case("parts-only-body", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _equal(world: World) -> Case:
    client = world.client(world.nord, "8850/25", "Friederike", "Namsler")
    inquiry = client.owes("430.00", "Musikschule Tonhalle e. V.", "buero@musikschule-tonhalle.example").letter()
    file = documents.letter(
        "Musikschule Tonhalle e. V.",
        [
            "Frau Friederike Namsler",
            "Forderungsaufstellung, Stand 06.10.2026. Zinsen und Kosten machen wir nicht geltend.",
        ],
        [("Gesamtforderung", "430,00 EUR")],
    )
    phrase = "unverändert, siehe die beigefügte Forderungsaufstellung der Musikschule"
    draft = Draft(
        world.nord,
        ("Musikschule Tonhalle", "buero@musikschule-tonhalle.example"),
        "Forderung Namsler",
        f"Liebe Kanzlei Nord,\n\n{phrase}.\n\nMit musikalischen Grüßen\nMusikschule Tonhalle e. V.\n",
        6,
        to=inquiry.reply_address,
        files=[mime.attachment("Namsler.pdf", PDF, file)],
    )
    truth = Truth(
        inquiry,
        "reply_code",
        AUTO,
        "claim_statement",
        writes=True,
        total="430.00",
        fields={"as_of": "2026-10-06"},
        tags=["pdf", "equal-amount"],
    )
    return Case("equal-amount", draft.encode(), truth.as_json(), (says(phrase, "claim_statement"),))


def _installments(world: World) -> Case:
    client = world.client(world.nord, "8853/25", "Marlon", "Kessenich")
    inquiry = client.owes("1790.00", "Hausverwaltung Brinkhoff", "brinkhoff@hv-brinkhoff.example").letter()
    phrase = "wir bieten Ihrem Mandanten eine Ratenzahlung an"
    text = f"""Sehr geehrte Damen und Herren,

{phrase}: monatliche Raten von 50,00 EUR, erstmals
fällig am 01.12.2026. Die Gesamtforderung beträgt heute 1.850,00 EUR.

Mit freundlichen Grüßen
Hausverwaltung Brinkhoff
"""
    draft = Draft(
        world.nord,
        ("Hausverwaltung Brinkhoff", "brinkhoff@hv-brinkhoff.example"),
        "Ratenzahlungsangebot Kessenich",
        text,
        15,
        to=inquiry.reply_address,
    )
    truth = Truth(
        inquiry, "reply_code", NOTIFY, "installment_offer", writes=True, total="1850.00", tags=["body", "installments"]
    )
    return Case("installment-offer", draft.encode(), truth.as_json(), (says(phrase, "installment_offer"),))
