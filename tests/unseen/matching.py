"""Which inquiry a mail answers: codes, references, names, and every way to be almost right."""

from tests.unseen.book import BOTH, NOTIFY, PERSON, Book, mail
from tests.unseen.documents import flowing_pdf


def add(book: Book) -> None:
    _codes(book)
    _scores(book)
    _refused(book)
    _senders(book)


def _codes(book: Book) -> None:
    f = book.file("Cornelius|Abt", "Verlag Feder GmbH", "abo@verlag-feder.example", "70.00")
    book.written(
        "code-in-cc",
        f,
        mail(
            f,
            "Abonnent 118 442",
            "Gesamtforderung: 79,80 €. Freundliche Grüße, Verlag Feder",
            sender="mahnwesen@dienstleister-abo.example",
            to="archiv@dienstleister-abo.example",
            cc=f"Kanzlei <{f.coded}>",
        ),
        "79.80",
        route=NOTIFY,
        by="reply_code",
        tags="code cc",
    )

    f = book.file("Mechthild|Unger", "Orthopädie Schuh Krämer", "kraemer@ortho-kraemer.example", "260.00")
    book.written(
        "code-in-the-text",
        f,
        mail(
            f,
            "Ihre Anfrage",
            f"Guten Tag,\n\nIhr Antwortcode: {f.code}\n\nDie Forderung beträgt insgesamt 271,30 €.\n\nOrthopädie "
            f"Schuh Krämer",
            sender="werkstatt.kraemer@web.de",
        ),
        "271.30",
        route=NOTIFY,
        by="reply_code_in_text",
        tags="code text freemail",
    )

    f = book.file("Rüdiger|Seiler", "Bauzentrum Ostwall GmbH", "info@bz-ostwall.example", "5100.00", tenant="lr")
    book.written(
        "code-in-the-attachment",
        f,
        mail(
            f,
            "Forderungsauskunft",
            "Auskunft im Anhang.",
            sender="ablage@kanzlei-dressler.example",
            attached=[
                flowing_pdf(
                    "auskunft.pdf",
                    [f"Bei Antwort bitte angeben: {f.code}", "Rüdiger Seiler", "Gesamtforderung: 5.240,00 EUR"],
                )
            ],
        ),
        "5240.00",
        route=BOTH,
        by="reply_code_in_text",
        tags="code attachment pdf",
    )

    f = book.file("Vera|Holm", "Radio Kaiser OHG", "kaiser@radio-kaiser.example", "330.00", sent="2026-06-15")
    book.written(
        "code-of-an-old-letter",
        f,
        mail(f, "Holm", "Gesamtforderung Vera Holm: 341,00 EUR\n\nRadio Kaiser OHG", to=f.coded),
        "341.00",
        route=NOTIFY,
        by="reply_code",
        tags="old code",
    )


def _scores(book: Book) -> None:
    f = book.file(
        "Friedemann|Schütz",
        "Kreissparkasse Anhalt",
        "privat@ksk-anhalt.example",
        "6200.00",
    )
    book.written(
        "score-by-file-number-and-names",
        f,
        mail(
            f,
            "Forderungsmitteilung",
            "Siehe beiliegendes Schreiben.\n\nDie Poststelle",
            sender="poststelle@rechtsdienste-zentral.example",
            attached=[
                flowing_pdf(
                    "Mitteilung.pdf",
                    [
                        f"Ihr Aktenzeichen: {f.ref.replace('/', '_')}",
                        "Kreissparkasse Anhalt ./. Friedemann Schuetz",
                        "Die Gesamtforderung unserer Mandantin Kreissparkasse Anhalt gegen Herrn Friedemann Schuetz "
                        "beträgt 6.388,12 EUR.",
                    ],
                )
            ],
        ),
        "6388.12",
        route=BOTH,
        by="scored",
        tags="scored umlaut pdf",
    )

    f = book.file(
        "Nele|Israel",
        "Tischlerei Span GmbH",
        "span@tischlerei-span.example",
        "880.00",
        agency="Concreta Inkasso GmbH",
        agency_email="vorgang@concreta-inkasso.example",
        tenant="lr",
    )
    g = book.file(
        "Neele|Israelson",
        "Fahrschule Kurve",
        "kurve@fs-kurve.example",
        "910.00",
        agency="Concreta Inkasso GmbH",
        agency_email="vorgang@concreta-inkasso.example",
        tenant="lr",
    )
    book.written(
        "score-same-agency-two-clients",
        f,
        mail(
            f,
            f"Ihr Zeichen: {f.ref}",
            f"""
Sehr geehrte Damen und Herren,

Ihr Zeichen: {f.ref}
Gläubigerin: Tischlerei Span GmbH
Schuldnerin: Israel, Nele

Gesamtforderung: 902,18 EUR

Concreta Inkasso GmbH
""",
        ),
        "902.18",
        route=NOTIFY,
        by="scored",
        tags="scored agency",
    )
    assert g.client_id != f.client_id

    f = book.file(
        "Thorben|Klages",
        "Hosting Blitz GmbH",
        "buchung@hosting-blitz.example",
        "140.00",
        others=[
            {
                "creditor_id": "k-old-first",
                "name": "Zeitschriften Vertrieb Mohn GmbH",
                "email": "mohn@zv-mohn.example",
                "representative_name": None,
                "representative_email": None,
                "claim_amount": "55.00",
                "current_amount": "55.00",
            }
        ],
    )
    book.written(
        "creditor-second-in-the-list",
        f,
        mail(
            f,
            "Klages, Domainpaket",
            "Gesamtforderung Thorben Klages 1.) Domain 2.) Server: 151,44 €\n\nHosting Blitz GmbH",
        ),
        "151.44",
        route=NOTIFY,
        by="sole_sender",
        tags="list-order",
    )


def _refused(book: Book) -> None:
    f = book.file("Beatrix|Lohmeier", "Sport Arena GmbH", "arena@sport-arena.example", "400.00", ref="5521/26")
    book.file("Carsten|Lohmeier", "Sport Arena GmbH", "arena@sport-arena.example", "400.00", ref="5521/26")
    book.nobody(
        "match-two-clients-with-one-file-number",
        mail(
            f,
            "Ihr Zeichen 5521/26",
            "Guten Tag,\n\nIhr Zeichen: 5521/26\nGesamtforderung: 460,00 €\n\nSport Arena GmbH",
        ),
        review_reason="ambiguous_match",
        tags="ambiguous trap",
    )

    f = book.file("Gabriele|Trost", "Zoo Handlung Ara", "ara@zoo-ara.example", "95.00", ref="6604/26")
    book.nobody(
        "match-changed-digit",
        mail(
            f,
            "Mitteilung zu Ihrem Zeichen 6640/26",
            "Ihr Zeichen: 6640/26\n\nDie Gesamtforderung beträgt 118,00 EUR.\n\nAra",
            sender="service@ara-verwaltung.example",
        ),
        review_reason="no_match",
        tags="changed-digit trap",
    )

    f = book.file("Wendelin|Maas", "Blumen Flora", "flora@blumen-flora.example", "66.00", tenant="lr")
    other = book.file("Sophie|Ebert", "Akustik Bauer GmbH", "bauer@akustik-bauer.example", "1500.00", tenant="av")
    book.nobody(
        "match-client-of-the-other-firm",
        mail(
            f,
            f"Sophie Ebert, Ihr Zeichen {other.ref}",
            f"Ihr Zeichen: {other.ref}\nSchuldnerin: Sophie Ebert\nGesamtforderung: 1.720,00 EUR\n\nAkustik Bauer GmbH",
            sender="bauer@akustik-bauer.example",
        ),
        review_reason="no_match",
        tags="tenant trap",
    )

    f = book.file("Lennart|Ude", "Kiosk Süd", "kiosksued.ude@gmx.de", "75.00")
    book.nobody(
        "match-freemail-domain-proves-nothing",
        mail(
            f,
            "Offene Rechnung",
            "Hallo, Gesamtforderung 190,00 €. Bitte bald zahlen. Gruß M.",
            sender="m.unbekannt.1988@gmx.de",
        ),
        review_reason="no_match",
        tags="freemail trap",
    )

    f = book.file("Ottmar|Kiesel", "Schlüsseldienst Stern", "stern@sd-stern.example", "180.00", sent="2026-07-20")
    book.nobody(
        "match-letter-older-than-ninety-days",
        mail(f, "Rechnung", "Guten Tag,\n\nGesamtforderung: 199,00 €\n\nSchlüsseldienst Stern"),
        review_reason="no_match",
        tags="old trap",
    )

    f = book.file("Malin|Roth", "Teppich Galerie GmbH", "galerie@teppich-galerie.example", "2200.00")
    book.kept(
        "match-code-but-another-person-named",
        f,
        mail(
            f,
            "Forderungsaufstellung",
            "Die Aufstellung liegt bei.\n\nTeppich Galerie GmbH",
            to=f.coded,
            attached=[
                flowing_pdf(
                    "Aufstellung.pdf",
                    ["Schuldner: Herr Waldemar Brotz, geb. 11.02.1960", "Gesamtforderung: 2.600,00 EUR"],
                )
            ],
        ),
        reason="conflict",
        by="reply_code",
        tags="wrong-person conflict trap",
    )

    f = book.file("Pia|Hofer", "Schwimmbad Neptun", "neptun@schwimmbad.example", "45.00", ref="118/26")
    book.nobody(
        "match-short-number-inside-a-longer-one",
        mail(
            f,
            "Vorgang 7118/264",
            "Unser Zeichen: 7118/264\n\nGesamtforderung: 88,00 EUR",
            sender="zentrale@baeder-verbund.example",
        ),
        review_reason="no_match",
        tags="short-number trap",
    )


def _senders(book: Book) -> None:
    f = book.file("Ewald|Prüfer", "Optimal Energie GmbH", "ek@optimal-energie.example", "720.00")
    book.file("Ewa|Pruss", "Optimal Energie GmbH", "ek@optimal-energie.example", "310.00", status="closed")
    book.written(
        "sender-with-one-open-and_one-closed".replace("_", "-"),
        f,
        mail(
            f,
            "Kunde Ewald Prüfer",
            "Sehr geehrte Damen und Herren,\n\nGesamtforderung gegen Herrn Prüfer: 755,10 €.\n\nOptimal Energie",
        ),
        "755.10",
        route=NOTIFY,
        by="sole_sender",
        tags="closed",
    )

    f = book.file("Xaver|Obermaier", "Bergbahn Zugspitz AG", "saison@bergbahn.example", "350.00", tenant="lr")
    book.file("Anton|Huber", "Bergbahn Zugspitz AG", "saison@bergbahn.example", "350.00", tenant="lr")
    book.nobody(
        "sender-with-two-open-and-nothing-else",
        mail(f, "Saisonkarte", "Grüß Gott, Gesamtforderung: 390,00 €. Bergbahn Zugspitz AG"),
        review_reason="ambiguous_match",
        tags="ambiguous trap",
    )

    f = book.file("Isolde|Kranz", "Piano Klang GmbH", "klang@piano-klang.example", "4000.00")
    book.kept(
        "sender-known-but-another-file-number",
        f,
        mail(
            f,
            "Mitteilung",
            "Ihr Zeichen: 99887/26\nSchuldnerin: Frau Annemarie Vogt\n\nGesamtforderung: 4.410,00 EUR\n\nPiano Klang "
            "GmbH",
        ),
        route=PERSON,
        about=False,
        tags="wrong-person trap",
    )
