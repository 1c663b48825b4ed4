"""What nobody can settle without understanding the sentences, or seeing the picture."""

from tests.unseen.book import ASIDE, NOTIFY, PERSON, Attachment, Book, mail
from tests.unseen.documents import picture, scanned_pdf


def add(book: Book) -> None:
    _letters(book)
    _pictures(book)
    _plans(book)


def _letters(book: Book) -> None:
    either = [NOTIFY, PERSON]

    f = book.file("Timo|Radisch", "Gerda Ploog", "gerda.ploog@web.de", None)
    book.case(
        "prose-sum-to-be-worked-out",
        mail(
            f,
            "Mein geliehenes Geld",
            "Sehr geehrte Frau Anwältin,\n\nich habe dem Timo damals achthundert geliehen, als sein Auto kaputt war. "
            "Dreihundert hat er mir in "
            "kleinen Scheinen zurückgebracht, seitdem sehe ich ihn nicht mehr. Zinsen will ich keine, er ist ja der "
            "Enkel meiner Freundin.\n\n"
            "Hochachtungsvoll\nGerda Ploog",
        ),
        route=PERSON,
        inquiry_id=f.inquiry_id,
        matched_by="sole_sender",
        current_amount_after=None,
        fields={"total_claim": None},
        model=True,
        tags="prose words",
    )

    f = book.file("Angelika|Stoll", "Malerbetrieb Quast", "quast@maler-quast.example", "900.00")
    book.case(
        "prose-which-figure-still-stands",
        mail(
            f,
            "Stoll",
            "Tach,\n\nalso die 1.150,00 € standen mal im Raum, das war aber mit der Garage. Die hat dann ein anderer "
            "gestrichen. Übrig ist "
            "das Treppenhaus, und da reden wir über 980,00 €, das sag ich Ihnen so, wie es ist.\n\nQuast",
        ),
        route=either,
        inquiry_id=f.inquiry_id,
        fields={"total_claim": "980.00"},
        model=True,
        tags="prose",
    )

    f = book.file("Yusuf|Demirel", "Grocer & Sons Ltd", "accounts@grocer-sons.example", "1500.00")
    book.case(
        "prose-english-chain-of-corrections",
        mail(
            f,
            "Mr Demirel",
            "Hello,\n\nMy colleague quoted you 2,150.00 last week, please forget that, he had the wrong ledger open. "
            "Going through the invoices "
            "again this morning I get to 1,725.40 euros, and that is what we would ask you to put down for "
            "us.\n\nCheers\nDave",
        ),
        route=either,
        inquiry_id=f.inquiry_id,
        fields={"total_claim": "1725.40"},
        model=True,
        tags="prose english",
    )

    f = book.file("Helga|Brodersen", "Nachbar Kai Uwe Petersen", "ku.petersen@freenet.de", None)
    book.case(
        "prose-waives-everything",
        mail(
            f,
            "Helga",
            "Moin, lassen Sie die Frau in Ruhe. Die 350,00 Euro für den Zaun schenke ich ihr, mir ist das die "
            "Aufregung nicht wert. Gruß Kai Uwe",
        ),
        route=PERSON,
        inquiry_id=f.inquiry_id,
        current_amount_after=None,
        model=True,
        tags="prose waiver trap",
    )

    f = book.file("Dominik|Sauer", "Praxis für Physiotherapie Lenz", "lenz@physio-lenz.example", None)
    book.nobody(
        "prose-advertisement",
        mail(
            f,
            "Mehr Mandanten für Ihre Kanzlei!",
            "Hallo,\n\nmit unserem Sichtbarkeitspaket steht Ihre Kanzlei in 30 Tagen auf Seite 1. Jetzt nur 499,00 € "
            "statt 1.299,00 €! "
            "Gesamtbetrag 499,00 €. Antworten Sie einfach mit JA.\n\nIhr Rankingteam",
            sender="deal@ranking-turbo.example",
            headers={"List-Unsubscribe": "<https://ranking-turbo.example/u>"},
        ),
        route=[ASIDE, PERSON],
        model=True,
        tags="spam",
    )


def _pictures(book: Book) -> None:
    f = book.file("Erna|Lüdtke", "Konsum Eck", "eck@konsum-eck.example", "60.00")
    book.case(
        "picture-scanned-letter",
        mail(
            f,
            "Lüdtke",
            "Brief anbei.",
            reply=True,
            attached=[
                scanned_pdf(
                    "scan.pdf",
                    ["Konsum Eck", "Kundin: Erna Lüdtke", "", "Gesamtforderung: 71,20 EUR", "Stand 10.11.2026"],
                )
            ],
        ),
        route=[NOTIFY, PERSON],
        inquiry_id=f.inquiry_id,
        matched_by="in_reply_to",
        fields={"total_claim": "71.20"},
        model=True,
        tags="scan",
    )

    f = book.file("Josef|Haberl", "Hofladen Alm", "alm@hofladen.example", "80.00", tenant="lr")
    photo = picture(["Hofladen Alm", "Schuldner: Josef Haberl", "", "Gesamtforderung: 96,50 EUR"], "JPEG")
    book.kept(
        "picture-photo-of-a-bill",
        f,
        mail(f, "Haberl", "Foto hängt dran", to=f.coded, attached=[Attachment("IMG_2231.png", "image/png", photo)]),
        by="reply_code",
        model=True,
        tags="image",
    )


def _plans(book: Book) -> None:
    f = book.file("Margot|Seidel", "Uhren Zeitlos", "zeitlos@uhren.example", "1340.00", letter="second")
    book.case(
        "prose-consent-by-the-way",
        mail(
            f,
            "Seidel",
            "Ach wissen Sie, mein Mann und ich haben eine Nacht darüber geschlafen. Dann machen wir es halt so, wie "
            "Sie es aufgeschrieben haben. "
            "Hauptsache, das Kapitel ist zu.\n\nInge Zeitz, Uhren Zeitlos",
        ),
        route=[NOTIFY, PERSON],
        inquiry_id=f.inquiry_id,
        matched_by="sole_sender",
        current_amount_after="1340.00",
        fields={"settlement_decision": "accepted"},
        model=True,
        tags="second prose",
    )

    f = book.file("Hubert|Wanninger", "Landmaschinen Ross", "ross@lm-ross.example", "9100.00", letter="second")
    book.case(
        "prose-ironic-refusal",
        mail(
            f,
            "Wanninger",
            "Sehr geehrter Herr Voss,\n\nfür 3 % von dem, was uns zusteht, danken wir herzlich. Davon kann ich nicht "
            "einmal den Anwalt bezahlen, der "
            "diesen Vorschlag liest. Suchen Sie sich jemand anderen, der da mitmacht.\n\nRoss",
            reply=True,
        ),
        route=[NOTIFY, PERSON],
        inquiry_id=f.inquiry_id,
        matched_by="in_reply_to",
        current_amount_after="9100.00",
        fields={"settlement_decision": "declined"},
        model=True,
        tags="second prose",
    )

    f = book.file("Paula|Engels", "Meadow Homes Ltd", "lettings@meadow-homes.example", "2300.00", letter="second")
    book.case(
        "prose-condition-in-other-words",
        mail(
            f,
            "Paula Engels",
            "Dear Dr Ahrens,\n\nFine by us. Mind you, we would want to see her hand back the keys first, and until "
            "that happens nothing is agreed.\n\n"
            "Meadow Homes",
        ),
        route=PERSON,
        inquiry_id=f.inquiry_id,
        matched_by="sole_sender",
        current_amount_after="2300.00",
        model=True,
        tags="second prose condition trap english",
    )
