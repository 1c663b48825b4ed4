"""Answers to the second letter: consent, refusal, other terms, conditions, and what only looks like one of them."""

from tests.unseen.book import BOTH, NOTIFY, PERSON, Book, File, mail
from tests.unseen.documents import flowing_pdf, word


def add(book: Book) -> None:
    _consent(book)
    _refusal(book)
    _terms(book)
    _conditions(book)


def _settled(
    book: Book,
    name: str,
    file: File,
    raw: bytes,
    decision: str,
    *,
    counter: str | None = None,
    route: str | tuple[str, ...] = NOTIFY,
    by: str | None = None,
    tags: str = "",
) -> None:
    book.kept(
        name,
        file,
        raw,
        intent="settlement_response",
        route=route,
        by=by,
        tags=f"second {tags}",
        settlement_decision=decision,
        counter_offer_amount=counter,
    )


def _consent(book: Book) -> None:
    f = book.file("Gerlinde|Pfau", "Strickwaren Behr KG", "fibu@strick-behr.example", "640.00", letter="second")
    _settled(
        book,
        "plan-consent-plain",
        f,
        mail(
            f,
            "Schuldenbereinigungsplan Pfau",
            "Sehr geehrte Frau Dr. Ahrens,\n\nwir stimmen dem vorgelegten Schuldenbereinigungsplan für Frau Gerlinde "
            "Pfau zu.\n\n"
            "Mit freundlichen Grüßen\nStrickwaren Behr KG",
        ),
        "accepted",
        by="sole_sender",
    )

    f = book.file("Hannes|Oelze", "Segelschule Förde", "info@segelschule-foerde.example", "1480.00", letter="second")
    _settled(
        book,
        "plan-consent-our-figure-repeated",
        f,
        mail(
            f,
            "AW: Vergleichsangebot Oelze",
            f"""
Guten Tag Herr Voss,

Ihr Angebot vom 26.10.2026, die Angelegenheit gegen Einmalzahlung von 450,00 € zu erledigen, nehmen wir an.
Bitte überweisen Sie auf DE12 5001 0517 0648 4898 90 unter Angabe der Rechnungsnummer 2024-118.

Gruß aus Kiel
Segelschule Förde

-----Ursprüngliche Nachricht-----
Von: post@ahrens-voss.example
Gesendet: Montag, 26. Oktober 2026 10:00
An: info@segelschule-foerde.example
Betreff: Vergleichsangebot Oelze

Unser Zeichen: {f.ref}
Sehr geehrte Damen und Herren, namens unseres Mandanten bieten wir zur Abgeltung der Forderung von
1.480,00 € eine Einmalzahlung von 450,00 € an. Dieses Angebot gilt nur, wenn alle Gläubiger zustimmen.
Dr. Hanne Ahrens
""",
            reply=True,
        ),
        "accepted",
        by="in_reply_to",
        tags="quoted-history",
    )

    f = book.file(
        "Amira|Daoud", "Brightline Telecom Ltd", "insolvency@brightline.example", "820.00", letter="second", tenant="lr"
    )
    _settled(
        book,
        "plan-consent-english",
        f,
        mail(
            f,
            "Re: Settlement proposal - Amira Daoud",
            "Dear Mr Lindenau,\n\nWe are pleased to confirm that we accept the settlement plan you proposed on behalf "
            "of "
            "Ms Amira Daoud.\n\nYours sincerely,\nG. Mullins\nBrightline Telecom Ltd",
            reply=True,
        ),
        "accepted",
        by="in_reply_to",
        tags="english",
    )

    f = book.file("Tilo|Marquardt", "Gemeindekasse Altenau", "kasse@altenau.example", "233.00", letter="second")
    _settled(
        book,
        "plan-consent-after-beraten",
        f,
        mail(
            f,
            "Marquardt, Kassenzeichen 5.0112.003318.7",
            """
Sehr geehrte Damen und Herren,

der Haupt- und Finanzausschuss hat am 10.11.2026 beraten. Wir sind mit dem Schuldenbereinigungsplan Ihres Mandanten
Tilo Marquardt einverstanden.

Wenn Sie Fragen haben, rufen Sie gern an.

Gemeinde Altenau, Der Bürgermeister
""",
        ),
        "accepted",
        by="sole_sender",
        tags="beraten wenn",
    )

    f = book.file(
        "Wiebke|Holthaus",
        "Drogerie Markt Nord GmbH",
        "recht@dm-nord.example",
        "510.00",
        letter="second",
        agency="Cordes Forderungsmanagement GmbH",
        agency_email="plan@cordes-fm.example",
    )
    _settled(
        book,
        "plan-consent-in-pdf",
        f,
        mail(
            f,
            "CF-4471882 Holthaus",
            "Sehr geehrte Damen und Herren, unser Schreiben liegt bei. Cordes",
            to=f.coded,
            attached=[
                flowing_pdf(
                    "CF-4471882.pdf",
                    [
                        f"Ihr Zeichen: {f.ref}\nUnser Zeichen: CF-4471882",
                        "Drogerie Markt Nord GmbH ./. Wiebke Holthaus",
                        "Namens und in Vollmacht unserer Auftraggeberin erklären wir die Zustimmung zum "
                        "außergerichtlichen "
                        "Schuldenbereinigungsplan vom 26.10.2026.",
                    ],
                )
            ],
        ),
        "accepted",
        route=BOTH,
        by="reply_code",
        tags="pdf",
    )

    f = book.file("Mirco|Landgraf", "Motorrad Stahl GmbH", "service@motorrad-stahl.example", "2900.00")
    book.inquiry(
        f,
        letter="second",
        sent="2026-11-06",
        inquiry_id="q-second-landgraf",
        code="H4Q7W2M8",
        message_id="<landgraf.second@ahrens-voss.example>",
    )
    book.case(
        "plan-consent-to-the-later-of-two-letters",
        mail(
            f,
            "Re: Schuldenbereinigungsplan Landgraf",
            "Einverstanden, wir nehmen den Plan für Mirco Landgraf an.\n\nMotorrad Stahl GmbH",
            headers={
                "In-Reply-To": "<landgraf.second@ahrens-voss.example>",
                "References": f"{f.message_id} <landgraf.second@ahrens-voss.example>",
            },
        ),
        intent="settlement_response",
        route=NOTIFY,
        fields={"settlement_decision": "accepted"},
        inquiry_id="q-second-landgraf",
        matched_by="in_reply_to",
        current_amount_after="2900.00",
        tags="second references",
    )


def _refusal(book: Book) -> None:
    f = book.file("Silvio|Trautwein", "Leuchtenhaus Gast GmbH", "gast@leuchtenhaus.example", "1310.00", letter="second")
    _settled(
        book,
        "plan-refused-plain",
        f,
        mail(
            f,
            "Trautwein",
            "Sehr geehrte Damen und Herren,\n\nden Schuldenbereinigungsplan von Herrn Silvio Trautwein lehnen wir "
            "ab.\n\nLeuchtenhaus Gast",
        ),
        "declined",
        by="sole_sender",
    )

    f = book.file(
        "Dörte|Ahlers", "Genossenschaftsbank Deister eG", "kredit@gb-deister.example", "2100.00", letter="second"
    )
    _settled(
        book,
        "plan-refused-politely-with-the-claim",
        f,
        mail(
            f,
            f"Ihr Zeichen {f.ref}",
            """
Sehr geehrte Frau Kollegin,

Ihren Vorschlag haben wir sorgfältig geprüft. Leider können wir ihm mit Blick auf die geringe Quote nicht zustimmen.
Unsere Forderung beträgt weiterhin 2.480,12 €. Wir stellen anheim, den Antrag bei Gericht zu stellen.

Mit freundlichen Grüßen
Genossenschaftsbank Deister eG
""",
            reply=True,
        ),
        "declined",
        by="in_reply_to",
        tags="amount",
    )

    f = book.file("Cem|Aksoy", "Rhine Logistics B.V.", "ar@rhine-logistics.example", "7700.00", letter="second")
    _settled(
        book,
        "plan-refused-english",
        f,
        mail(
            f,
            "Your proposal of 26 October",
            "Dear Dr Ahrens,\n\nHaving considered the plan for Mr Cem Aksoy, we regret that we are unable to agree to "
            "it and "
            "therefore decline the proposed settlement.\n\nRegards\nW. de Boer\nRhine Logistics B.V.",
        ),
        "declined",
        by="sole_sender",
        tags="english",
    )

    f = book.file(
        "Regina|Uhlmann",
        "Hauptzollamt Lahnberg",
        "vollstreckung@hza-lahnberg.example",
        "990.00",
        letter="second",
        tenant="lr",
    )
    _settled(
        book,
        "plan-refused-in-docx",
        f,
        mail(
            f,
            "Außergerichtliche Einigung Uhlmann",
            "Auf das beigefügte Schreiben wird verwiesen. Im Auftrag, Kern",
            attached=[
                word(
                    "Bescheid.docx",
                    [
                        "Hauptzollamt Lahnberg - Vollstreckungsstelle",
                        "Schuldnerin: Regina Uhlmann",
                        "Dem außergerichtlichen Schuldenbereinigungsplan wird nicht zugestimmt.",
                        "Die Voraussetzungen für einen Erlass nach § 227 AO liegen nicht vor.",
                    ],
                )
            ],
        ),
        "declined",
        route=BOTH,
        by="sole_sender",
        tags="docx",
    )


def _terms(book: Book) -> None:
    f = book.file("Jörn|Feddersen", "Werft Holm GmbH", "kontor@werft-holm.example", "3800.00", letter="second")
    _settled(
        book,
        "plan-counter-offer-with-a-sum",
        f,
        mail(
            f,
            "Re: Vergleichsangebot Feddersen",
            """
Moin Herr Voss,

mit den angebotenen 900,00 € kommen wir nicht zusammen. Unser Gegenvorschlag: Herr Feddersen zahlt einmalig
1.500,00 €, damit ist die Sache dann vom Tisch.

Gruß Holm
""",
            reply=True,
        ),
        "counter_offer",
        counter="1500.00",
        by="in_reply_to",
        tags="counter",
    )

    f = book.file(
        "Leonie|Kastner", "Nordic Furniture ApS", "credit@nordic-furniture.example", "1600.00", letter="second"
    )
    _settled(
        book,
        "plan-counter-offer-english",
        f,
        mail(
            f,
            "Leonie Kastner - settlement",
            "Dear Dr Ahrens,\n\nWe cannot accept EUR 300.00. As a counter offer, we would settle the matter for a "
            "one-off payment of "
            "EUR 850.00.\n\nBest regards\nSigne Holm\nNordic Furniture ApS",
        ),
        "counter_offer",
        counter="850.00",
        by="sole_sender",
        tags="english counter",
    )

    f = book.file("Achim|Dold", "Raiffeisen Technik GmbH", "dold@rt-technik.example", "4200.00", letter="second")
    book.kept(
        "plan-counter-offer-without-a-sum",
        f,
        mail(
            f,
            "Dold: Ihr Vergleichsangebot",
            "Sehr geehrte Frau Dr. Ahrens,\n\ndas Angebot ist uns zu niedrig. Wir machen folgenden Gegenvorschlag: "
            "Ihr Mandant möge die "
            "Quote deutlich anheben, dann können wir über einen Vergleich sprechen.\n\nRaiffeisen Technik GmbH",
        ),
        intent="settlement_response",
        reason="counter_offer",
        by="sole_sender",
        tags="second counter trap",
        settlement_decision="counter_offer",
        counter_offer_amount=None,
    )

    f = book.file("Yvonne|Gerlach", "Schuhhaus Prinz", "prinz@schuhhaus-prinz.example", "190.00", letter="second")
    book.kept(
        "plan-counter-offer-above-twice-the-debt",
        f,
        mail(
            f,
            "AW: Gerlach",
            "Guten Tag,\n\nzum Vergleichsvorschlag für Yvonne Gerlach unser Gegenangebot: Zahlung von 1.900,00 EUR in "
            "einer Summe.\n\n"
            "Schuhhaus Prinz",
            reply=True,
        ),
        intent="settlement_response",
        reason="counter_offer",
        by="in_reply_to",
        tags="second counter trap",
        settlement_decision="counter_offer",
        counter_offer_amount="1900.00",
    )

    f = book.file("Bastian|Kroll", "Campingpark Waldsee", "info@cp-waldsee.example", "720.00", letter="second")
    book.kept(
        "plan-still-being-looked-at",
        f,
        mail(
            f,
            "Schuldenbereinigungsplan Kroll",
            "Hallo Herr Voss,\n\nder Plan für Bastian Kroll liegt bei uns auf dem Tisch. Wir besprechen ihn nächste "
            "Woche mit unserem "
            "Steuerberater und melden uns danach, ob wir zustimmen oder ablehnen.\n\nCampingpark Waldsee",
        ),
        route=PERSON,
        by="sole_sender",
        tags="second unclear trap",
    )


def _conditions(book: Book) -> None:
    conditional = [
        (
            "plan-condition-sofern",
            "Irmgard|Stolz",
            "Apotheke am Markt",
            "apotheke@am-markt.example",
            "Frau Stolz, Plan",
            "Sehr geehrte Damen und Herren,\n\ndem Plan von Frau Irmgard Stolz stimmen wir zu, sofern die erste "
            "Zahlung bis zum "
            "15.12.2026 bei uns eingeht.\n\nApotheke am Markt",
        ),
        (
            "plan-condition-vorbehaltlich",
            "Rico|Wendler",
            "Stadt Barlow, Stadtkasse",
            "stadtkasse@barlow.example",
            "Kassenzeichen 0199.2231.4, Rico Wendler",
            "Vorbehaltlich der Genehmigung durch den Stadtrat wird dem Schuldenbereinigungsplan zugestimmt.\n\nIm "
            "Auftrag\nHeidrun Lotz",
        ),
        (
            "plan-condition-only-if",
            "Edith|Sommerfeld",
            "Castle Insurance SE",
            "recovery@castle-insurance.example",
            "Settlement plan Sommerfeld",
            "Dear Sirs,\n\nwe accept the settlement plan for Ms Edith Sommerfeld only if all other creditors agree as "
            "well.\n\n"
            "Castle Insurance SE",
        ),
        (
            "plan-condition-nur-wenn-at-the-end",
            "Falk|Günther",
            "Musikhaus Ton GmbH",
            "laden@musikhaus-ton.example",
            "Re: Falk Günther",
            "Hallo,\n\nja, wir nehmen den Vergleich an. Das gilt aber nur, wenn das Instrument vorher zurückgegeben "
            "wird.\n\nMusikhaus Ton",
        ),
    ]
    for name, person, creditor, sender, subject, text in conditional:
        f = book.file(person, creditor, sender, "880.00", letter="second")
        book.kept(
            name,
            f,
            mail(f, subject, text),
            intent="settlement_response",
            reason="settlement_conditional",
            by="sole_sender",
            tags="second condition trap",
            settlement_decision="accepted",
        )
