"""Claims stated in the body of the mail: wording, layout, and every mailer's way to quote."""

from tests.unseen.book import NOTIFY, Book, mail

OUR_LETTER = """Sehr geehrte Damen und Herren,

in vorbezeichneter Angelegenheit zeigen wir an, dass wir {name} anwaltlich vertreten.
Nach unseren Unterlagen beläuft sich Ihre Forderung auf {figure}. Bitte teilen Sie uns bis zum
16.11.2026 die aktuelle Gesamtforderung, aufgeschlüsselt nach Hauptforderung, Zinsen und Kosten, mit.

Mit freundlichen Grüßen
Dr. Hanne Ahrens
Rechtsanwältin
Kanzlei Ahrens & Voss"""


def _our(name: str, figure: str, mark: str = "") -> str:
    letter = OUR_LETTER.format(name=name, figure=figure)
    return "\n".join((mark + line).rstrip() for line in letter.split("\n")) if mark else letter


def add(book: Book) -> None:
    _prose(book)
    _blocks(book)
    _public(book)
    _english(book)
    _quoting(book)
    _oddly_set(book)


def _prose(book: Book) -> None:
    f = book.file("Marlies|Tönnies", "Stadtwerke Wiesenau GmbH", "forderungen@sw-wiesenau.example", "540.00")
    book.written(
        "body-utility-sentence",
        f,
        mail(
            f,
            "Kundin Marlies Tönnies, Verbrauchsstelle Lerchenweg 8",
            """
Guten Tag Frau Dr. Ahrens,

vielen Dank für Ihr Schreiben vom 26.10.2026. Die Gesamtforderung gegen Ihre Mandantin Frau Marlies Tönnies
beläuft sich per 10.11.2026 auf 612,48 €. Sie ergibt sich aus den Abschlägen Mai bis September sowie der
Schlussrechnung vom 30.09.2026.

Für Fragen erreichen Sie uns montags bis freitags von 8 bis 16 Uhr.

Freundliche Grüße
i. A. Jana Wolters
Forderungsmanagement

Stadtwerke Wiesenau GmbH · Am Kraftwerk 3 · 31135 Wiesenau
Tel. 05121 7788-145 · Sitz Wiesenau · HRB 4471
""",
        ),
        "612.48",
        route=NOTIFY,
        by="sole_sender",
        tags="body utility",
        as_of="2026-11-10",
    )

    f = book.file("Ingo|Brackmann", "Hilmar Petersen", "hilmar.petersen.1957@gmx.de", "900.00")
    book.written(
        "body-private-landlord",
        f,
        mail(
            f,
            "Mietschulden Brackmann",
            """
Hallo,

Herr Brackmann hat die Miete für Juli und August nicht gezahlt. Mein Mietrückstand: 1.200,-- Euro.
Mehr will ich gar nicht, die Nebenkosten sind schon abgerechnet.

Gruß
H. Petersen
""",
            sender="Hilmar Petersen <hilmar.petersen.1957@gmx.de>",
        ),
        "1200.00",
        route=NOTIFY,
        by="sole_sender",
        tags="body private freemail",
    )

    f = book.file("Rosalie|Kühnert", "Versandhaus Sommerlatt GmbH & Co. KG", "kundenkonto@sommerlatt.example", "97.40")
    book.written(
        "body-mail-order-one-line",
        f,
        mail(f, "Re: Forderungsanfrage", "Saldo aktuell: 189,95 EUR. MfG, Kundenbuchhaltung Sommerlatt", reply=True),
        "189.95",
        route=NOTIFY,
        by="in_reply_to",
        tags="body short",
    )

    f = book.file(
        "Detlef|Osterkamp",
        "Möbelhof Weidner GmbH",
        "info@moebelhof-weidner.example",
        "1750.00",
        agency="Rechtsanwälte Thoma Billing",
        agency_email="kanzlei@thoma-billing.example",
    )
    book.written(
        "body-lawyer-in-sachen",
        f,
        mail(
            f,
            "Möbelhof Weidner ./. Osterkamp",
            f"""
Sehr geehrte Frau Kollegin Dr. Ahrens,

in Sachen
                 Möbelhof Weidner GmbH  ./.  Detlef Osterkamp
Unser Zeichen: 1184/26-TB          Ihr Zeichen: {f.ref}

nehmen wir Bezug auf Ihre Anfrage vom 26.10.2026. Namens unserer Mandantin beziffern wir deren titulierte
Ansprüche aus dem Vollstreckungsbescheid des Amtsgerichts Hagen vom 14.03.2025 wie folgt:

Der Hauptforderung von 1.840,00 € sind Zinsen von 131,27 € sowie Kosten von 347,28 € hinzuzurechnen, so dass
sich die Gesamtforderung auf 2.318,55 € stellt.

Mit freundlichen kollegialen Grüßen

Billing
Rechtsanwalt
""",
        ),
        "2318.55",
        route=NOTIFY,
        by="sole_sender",
        tags="body lawyer",
        principal="1840.00",
        interest="131.27",
        costs="347.28",
        creditor_reference="1184/26-TB",
    )

    f = book.file("Semra|Yıldız-Hoppe", "Autohaus Keitel e.K.", "buchhaltung@autohaus-keitel.example", "700.00")
    book.written(
        "body-small-trader-story",
        f,
        mail(
            f,
            "Ihr Brief wegen Frau Yıldız-Hoppe",
            """
Sehr geehrte Frau Dr. Ahrens,

wir haben bei Frau Yıldız-Hoppe im März 2025 den Zahnriemen und die Wasserpumpe getauscht. Die Rechnung
Nr. 25-0388 lag bei 918,20 €, darauf wurden im Mai 2025 einmal 150,00 € gezahlt. Seither kam nichts mehr.
Der offene Restbetrag ist somit 768,20 €. Zinsen oder Mahnkosten machen wir nicht geltend.

Viele Grüße aus der Werkstatt
Annegret Keitel
""",
        ),
        "768.20",
        route=NOTIFY,
        by="sole_sender",
        tags="body payments",
    )

    f = book.file("Torben|Illgner", "Zahnarztpraxis Dr. Lücke", "praxis@dr-luecke.example", "210.00", tenant="lr")
    book.written(
        "body-clerk-signature-is-not-the-debtor",
        f,
        mail(
            f,
            "AW: Forderungsanfrage",
            """
Sehr geehrter Herr Rechtsanwalt Lindenau,

die noch offene Forderung beträgt 264,10 €.

Mit freundlichen Grüßen

Beate Simoneit
Praxismanagement

Dr. med. dent. Arnulf Lücke
Kirchgasse 11, 04317 Leipzig
Telefon 0341 5566778
""",
            reply=True,
        ),
        "264.10",
        route=NOTIFY,
        by="in_reply_to",
        tags="body signature people",
    )


def _blocks(book: Book) -> None:
    f = book.file("Anke|Reimers", "Volksbank Ostheide eG", "sanierung@vb-ostheide.example", "8000.00")
    book.written(
        "body-bank-block",
        f,
        mail(
            f,
            f"Ihr Zeichen {f.ref} - Reimers, Anke - Darlehen",
            f"""
Volksbank Ostheide eG
Abteilung Sanierung und Abwicklung

Ihr Zeichen ........... {f.ref}
Unser Zeichen ......... 4410.0077.301
Datum ................. 12. November 2026

Kreditnehmerin: Anke Reimers, geb. 04.07.1971

Sehr geehrte Damen und Herren,

die gekündigte Geschäftsverbindung weist zum heutigen Tage folgende Salden aus:

    Hauptforderung           EUR   8.112,90
    Zinsen bis 12.11.2026    EUR     604,33
    Kosten                   EUR      58,00
    ----------------------------------------
    Gesamtforderung          EUR   8.775,23

Zahlungen erbitten wir auf das Konto IBAN DE44 7602 6000 0420 0773 10.

Mit freundlichem Gruß
Volksbank Ostheide eG
gez. Dörr   gez. Mahlke
""",
            reply=True,
            charset="iso-8859-1",
            cte="8bit",
        ),
        "8775.23",
        route=NOTIFY,
        by="in_reply_to",
        tags="body bank latin1",
        principal="8112.90",
        interest="604.33",
        costs="58.00",
        iban="DE44760260000420077310",
        creditor_reference="4410.0077.301",
        case_reference=f.ref,
    )

    f = book.file(
        "Enrico|Zschoche",
        "Telefon Nordwest AG",
        "service@telefon-nordwest.example",
        "300.00",
        agency="Primus Inkasso GmbH",
        agency_email="post@primus-inkasso.example",
    )
    book.written(
        "body-agency-monospace",
        f,
        mail(
            f,
            "Forderungsaufstellung 26/300771/P",
            """
Aktenzeichen : 26/300771/P
Gläubigerin  : Telefon Nordwest AG
Schuldner    : Herr Enrico Zschoche

Hauptforderung aus Rechnung 03/2026      |   301,55
Verzugszinsen bis 11.11.2026             |    11,86
Inkassovergütung                         |    54,00
Auslagenpauschale                        |    10,80
                                         |---------
Summe                                    |   378,21
./. Zahlung vom 02.10.2026               |    30,00
                                         |---------
noch zu zahlen                           |   348,21  EUR

Primus Inkasso GmbH, registrierter Rechtsdienstleister, Registrierungsbehörde OLG Oldenburg
""",
            to=f"{f.coded}",
            sender="noreply@mail.primus-inkasso.example",
            headers={"X-Auto-Response-Suppress": "All"},
        ),
        "348.21",
        route=NOTIFY,
        by="reply_code",
        tags="body agency noreply table",
        principal="301.55",
        interest="11.86",
    )

    f = book.file("Pascal|Drewes", "Mobilfunk Kontor GmbH", "inso@mobilfunk-kontor.example", "77.00", tenant="lr")
    book.written(
        "body-html-table",
        f,
        mail(
            f,
            "Kundenkonto Pascal Drewes",
            html="""<html><head><style>td{padding:2px} .n{text-align:right}</style></head><body>
<p>Sehr geehrte Damen und Herren,</p><p>das Konto Ihres Mandanten <b>Pascal Drewes</b> stellt sich so dar:</p>
<table><tr><th>Beleg</th><th>vom</th><th>Brutto</th></tr>
<tr><td>RE 5500123</td><td>01.06.2026</td><td class="n">39,99&nbsp;&euro;</td></tr>
<tr><td>RE 5500988</td><td>01.07.2026</td><td class="n">39,99&nbsp;&euro;</td></tr>
<tr><td>Mahngeb&uuml;hr</td><td>15.08.2026</td><td class="n">5,00&nbsp;&euro;</td></tr>
<tr><td colspan="2"><b>Gesamtbetrag</b></td><td class="n"><b>84,98&nbsp;&euro;</b></td></tr></table>
<p>Kd.-Nr. 60&nbsp;118&nbsp;204</p><p>Viele Gr&uuml;&szlig;e<br>Team Insolvenzen</p></body></html>""",
        ),
        "84.98",
        route=NOTIFY,
        by="sole_sender",
        tags="html table",
        creditor_reference="60118204",
    )

    f = book.file("Gunda|Westphal", "Hausverwaltung Rabe & Sohn KG", "miete@hv-rabe.example", "1000.00")
    book.written(
        "body-figures-on-their-own-lines",
        f,
        mail(
            f,
            "Westphal - Mietkonto",
            """
Guten Morgen,

anbei der Stand des Mietkontos.

Gesamtforderung:

1.466,30
EUR

Stand 09.11.2026

Mieterin: Gunda Westphal, Bahnhofstr. 40, 3. OG links

Beste Grüße
Rabe
""",
        ),
        "1466.30",
        route=NOTIFY,
        by="sole_sender",
        tags="body split-lines",
        as_of="2026-11-09",
    )

    f = book.file("Nils|Harmsen", "Fitnessclub Vitalis GmbH", "verwaltung@vitalis-club.example", "150.00")
    book.written(
        "body-net-vat-gross",
        f,
        mail(
            f,
            "Mitglied Harmsen",
            """
Hallo Kanzlei-Team,

hier die Zahlen zu Nils Harmsen:

Beiträge netto 140,00 EUR
zzgl. 19 % MwSt. 26,60 EUR
Gesamtbetrag 166,60 EUR

Sportliche Grüße
Vitalis
""",
        ),
        "166.60",
        route=NOTIFY,
        by="sole_sender",
        tags="body vat",
    )

    f = book.file("Cordula|Eggers", "Wärmeversorgung Deich GmbH", "abrechnung@waerme-deich.example", "420.00")
    book.written(
        "body-daily-interest",
        f,
        mail(
            f,
            "Eggers, Vertragskonto",
            """
Sehr geehrte Damen und Herren,

aus dem Wärmeliefervertrag schuldet Frau Cordula Eggers insgesamt 455,70 €. Hinzu kommen ab dem 13.11.2026
Tageszinsen von 0,11 € (9 Prozentpunkte über dem Basiszinssatz von 1,27 %).

Die nächste Abrechnung erfolgt am 31.12.2026.

Hochachtungsvoll
Wärmeversorgung Deich GmbH
""",
        ),
        "455.70",
        route=NOTIFY,
        by="sole_sender",
        tags="body interest-per-day",
    )


def _public(book: Book) -> None:
    f = book.file("Viktor|Lehnhardt", "Finanzamt Brake", "poststelle@fa-brake.example", "2000.00")
    book.written(
        "body-tax-office",
        f,
        mail(
            f,
            f"Rückstandsaufstellung zu {f.ref}",
            """
Steuernummer 64/118/02217

Es bestehen derzeit nachstehende Rückstände:

Steuerart              Zeitraum   Betrag in EUR
Einkommensteuer        2023            1.512,00
Solidaritätszuschlag   2023               83,16
Säumniszuschläge       2024/25           402,50
Verspätungszuschlag    2023              125,00
Summe der Rückstände                   2.122,66

Die Aufstellung berücksichtigt Buchungen bis 06.11.2026.

Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig.
""",
            reply=True,
        ),
        "2122.66",
        route=NOTIFY,
        by="in_reply_to",
        tags="body authority",
    )

    f = book.file("Ramona|Stiegler", "BKK Werraland", "beitraege@bkk-werraland.example", "1500.00", tenant="lr")
    book.written(
        "body-health-insurer-apostrophes",
        f,
        mail(
            f,
            "Beitragskonto Stiegler",
            """
Sehr geehrte Damen und Herren,

bei der freiwilligen Versicherung von Frau Ramona Stiegler stehen Beiträge zur Kranken- und Pflegeversicherung
für die Monate 02/2025 bis 07/2025 offen.

Beiträge               1'611,00 EUR
Säumniszuschläge         193,00 EUR
Mahngebühren              39,20 EUR
Insgesamt              1'843,20 EUR

Wir bitten um Anmeldung im weiteren Verfahren.
Ihre BKK Werraland
""",
        ),
        "1843.20",
        route=NOTIFY,
        by="sole_sender",
        tags="body insurer apostrophe",
    )

    f = book.file("Danilo|Ferro", "Jobcenter Landkreis Harle", "inkasso@jc-harle.example", "800.00")
    book.written(
        "body-jobcenter",
        f,
        mail(
            f,
            "Erstattungsforderung, Kassenzeichen 07-2213-004418",
            """
Sehr geehrte Frau Dr. Ahrens,

zu Ihrer Anfrage wird mitgeteilt:

1. Aufhebungs- und Erstattungsbescheid vom 19.02.2025, überzahltes Arbeitslosengeld II.
2. Die Forderung beträgt nach Aufrechnung mit laufenden Leistungen noch 877,04 Euro.
3. Eine Vollmacht hat vorgelegen.

Im Auftrag
Pohlmann
""",
            sender="Regionaler Inkassoservice <inkasso@jc-harle.example>",
        ),
        "877.04",
        route=NOTIFY,
        by="sole_sender",
        tags="body authority",
    )

    f = book.file("Oksana|Brehm", "Beitragsservice Rundfunk Mitte", "insolvenz@beitragsservice-mitte.example", "110.16")
    book.written(
        "body-equal-to-what-is-stored",
        f,
        mail(
            f,
            "Beitragsnummer 883 114 207",
            """
Sehr geehrte Damen und Herren,

die Ihnen bereits vorliegende Höhe ist zutreffend: Die Gesamtforderung gegen Frau Oksana Brehm beträgt
unverändert 110,16 EUR.

Mit freundlichen Grüßen
Ihr Beitragsservice
""",
            reply=True,
        ),
        "110.16",
        route=NOTIFY,
        tags="body equal",
    )


def _english(book: Book) -> None:
    f = book.file("Desmond|Okafor", "Harbour Credit Ltd", "legal@harbour-credit.example", "1100.00")
    book.written(
        "body-english-euro-sign-first",
        f,
        mail(
            f,
            "Re: Mr Desmond Okafor",
            """
Dear Sirs,

Thank you for your letter of 26 October. We confirm that the total amount due from Mr Desmond Okafor as of
9 November 2026 is €1,234.56, made up of principal and contractual interest.

Kindly quote our reference HCL-77120-DO in all correspondence.

Yours faithfully,

Priya Nair
Recoveries Officer
Harbour Credit Ltd, 14 Quay Street, Dublin 2
""",
            reply=True,
        ),
        "1234.56",
        route=NOTIFY,
        by="in_reply_to",
        tags="english body",
        as_of="2026-11-09",
        creditor_reference="HCL-77120-DO",
    )

    f = book.file("Lucia|Marchetti", "Sunfield Airlines plc", "debt@sunfield-air.example", "3000.00", tenant="lr")
    book.written(
        "body-english-list",
        f,
        mail(
            f,
            "Marchetti - balance",
            """
Hi,

per your query on Lucia Marchetti:

- Ticket charges: EUR 2,900.00
- Interest: EUR 318.07
- Collection costs: EUR 200.00
- Total due: EUR 3,418.07

Regards
Accounts Receivable
Sunfield Airlines plc
""",
        ),
        "3418.07",
        route=NOTIFY,
        by="sole_sender",
        tags="english body list",
        interest="318.07",
        costs="200.00",
    )

    f = book.file("Jakub|Wrona", "Baltic Rent-a-Car OÜ", "claims@balticrent.example", "500.00")
    book.written(
        "body-english-still-to-pay",
        f,
        mail(
            f,
            "Your client Jakub Wrona (rental agreement 40077123)",
            """
Dear Dr Ahrens,

The damage invoice came to 1,150.00 EUR in total. The security deposit of 500.00 EUR was retained and set off
against it, so the amount still to pay by Mr Wrona is 650.00 EUR.

Best,
Kadri Tamm
Claims Desk | Baltic Rent-a-Car OÜ | +372 600 1234
""",
        ),
        "650.00",
        route=NOTIFY,
        by="sole_sender",
        tags="english body rank",
    )

    f = book.file("Alina|Petrenko", "Studyworld College GmbH", "finance@studyworld.example", "2100.00")
    book.written(
        "body-english-outlook-history",
        f,
        mail(
            f,
            "RE: Enquiry regarding Ms Petrenko",
            """
Dear colleagues,

Outstanding tuition fees: the claim stands at EUR 2,375.00 as at 11 November 2026.

Kind regards
Tom Adair
Student Finance

From: Kanzlei Ahrens & Voss <post@ahrens-voss.example>
Sent: Monday, 26 October 2026 10:00
To: finance@studyworld.example
Subject: Enquiry regarding Ms Petrenko

Dear Sir or Madam,

we act for Ms Alina Petrenko. According to our records your total claim amounts to EUR 9,999.00.
Please let us know the current figure.

Dr. Hanne Ahrens
""",
        ),
        "2375.00",
        route=NOTIFY,
        by="sole_sender",
        tags="english quoted-history",
    )


def _quoting(book: Book) -> None:
    f = book.file("Holger|Spranger", "Kreditbank Hellweg AG", "abwicklung@kb-hellweg.example", "5000.00")
    book.written(
        "quote-outlook-german-block",
        f,
        mail(
            f,
            "AW: Holger Spranger - Forderungsanfrage",
            f"""
Sehr geehrte Damen und Herren,

unsere Gesamtforderung gegen Herrn Holger Spranger beträgt 5.204,81 EUR.

i. V. Karsten Behnke

Von: Kanzlei Ahrens & Voss <post@ahrens-voss.example>
Gesendet: Montag, 26. Oktober 2026 10:00
An: Abwicklung <abwicklung@kb-hellweg.example>
Cc: post@ahrens-voss.example
Betreff: Holger Spranger - Forderungsanfrage

{_our("Herrn Holger Spranger", "7.500,00 €")}
""",
            reply=True,
        ),
        "5204.81",
        route=NOTIFY,
        by="in_reply_to",
        tags="quoted-history outlook",
    )

    f = book.file("Sina|Maurer", "Online Optik Brand GmbH", "service@optik-brand.example", "60.00")
    book.written(
        "quote-gmail-german",
        f,
        mail(
            f,
            "Re: Sina Maurer",
            f"""
Offen sind noch insgesamt 73,10 €.

LG Mia vom Serviceteam

Am Mo., 26. Okt. 2026 um 10:00 Uhr schrieb Kanzlei Ahrens & Voss <
post@ahrens-voss.example>:

{_our("Frau Sina Maurer", "88,00 €", "> ")}
""",
            reply=True,
        ),
        "73.10",
        route=NOTIFY,
        tags="quoted-history gmail short",
    )

    f = book.file("Bruno|Zeidler", "Tierklinik am Ring", "rechnung@tierklinik-ring.example", "310.00", tenant="lr")
    book.written(
        "quote-apple-mail-english",
        f,
        mail(
            f,
            "Re: Bruno Zeidler",
            """
Hello,

Mr Zeidler owes us a total of €342.00 for the surgery of his dog. Total claim: €342.00.

Sent from my iPhone

> On 26. Oct 2026, at 10:00, Lindenau Rechtsanwaltsgesellschaft mbH <antwort@lindenau-recht.example> wrote:
>
> Sehr geehrte Damen und Herren,
>
> nach unseren Unterlagen beläuft sich Ihre Gesamtforderung auf 612,00 €.
>
> Lindenau Rechtsanwaltsgesellschaft mbH
""",
        ),
        "342.00",
        route=NOTIFY,
        by="sole_sender",
        tags="quoted-history apple english",
    )

    f = book.file("Henrike|Lohse", "Dachdeckerei Kolbe GmbH", "buero@dach-kolbe.example", "1900.00")
    book.written(
        "quote-thunderbird-answers-between",
        f,
        mail(
            f,
            "Re: Forderungsanfrage Henrike Lohse",
            f"""
Am 26.10.26 um 10:00 schrieb Kanzlei Ahrens & Voss:
> Sehr geehrte Damen und Herren,
>
> wir vertreten Frau Henrike Lohse (unser Zeichen {f.ref}).
> Nach unseren Unterlagen beträgt die Gesamtforderung 3.000,00 €.
>
> 1. Wie hoch ist die Forderung heute?

Gesamtforderung: 2.040,60 €

> 2. Seit wann wird sie verzinst?

Wir berechnen keine Zinsen.

> 3. Liegt ein Titel vor?

Nein.

Gruß Kolbe
""",
            reply=True,
        ),
        "2040.60",
        route=NOTIFY,
        tags="quoted-history thunderbird inline",
    )

    f = book.file("Arne|Quandt", "Sparkasse Mittelelbe", "forderung@spk-mittelelbe.example", "640.00")
    book.written(
        "quote-gmx-web-header",
        f,
        mail(
            f,
            "Aw: Kontoüberziehung Arne Quandt",
            f"""
Sehr geehrte Frau Dr. Ahrens,

der Sollsaldo des Girokontos von Herrn Arne Quandt beträgt einschließlich Zinsen insgesamt 701,19 EUR.

Sparkasse Mittelelbe, Petra Lindig

Gesendet: Montag, 26. Oktober 2026 um 10:00 Uhr
Von: "Kanzlei Ahrens & Voss" <post@ahrens-voss.example>
An: forderung@spk-mittelelbe.example
Betreff: Kontoüberziehung Arne Quandt

{_our("Herrn Arne Quandt", "990,00 €")}
""",
        ),
        "701.19",
        route=NOTIFY,
        by="sole_sender",
        tags="quoted-history gmx",
    )

    f = book.file("Mandy|Gehrke", "Elektro Fuchs OHG", "fuchs@elektro-fuchs.example", "280.00")
    book.written(
        "quote-outlook-html",
        f,
        mail(
            f,
            "AW: Mandy Gehrke",
            html=f"""<html><body><div class="WordSection1"><p class="MsoNormal">Guten Tag,</p>
<p class="MsoNormal">Restschuld von Frau Mandy Gehrke zum 12.11.2026: <b>299,00&nbsp;€</b></p>
<p class="MsoNormal">Fuchs</p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class="MsoNormal"><b>Von:</b> Kanzlei Ahrens &amp; Voss &lt;post@ahrens-voss.example&gt;<br>
<b>Gesendet:</b> Montag, 26. Oktober 2026 10:00<br><b>An:</b> fuchs@elektro-fuchs.example<br>
<b>Betreff:</b> Mandy Gehrke</p></div>
<p class="MsoNormal">{_our("Frau Mandy Gehrke", "1.450,00 €").replace(chr(10), "<br>").replace("&", "&amp;")}</p>
</div></body></html>""",
            reply=True,
        ),
        "299.00",
        route=NOTIFY,
        tags="quoted-history html outlook",
    )

    f = book.file("Yannick|Bosse", "Energie Leinetal AG", "klaerung@energie-leinetal.example", "430.00")
    book.written(
        "quote-original-message-and-disclaimer",
        f,
        mail(
            f,
            "Antwort: Bosse",
            f"""
Hinweis: Unsere Sachbearbeitung ist umgezogen. Diese Nachricht ersetzt unser Schreiben vom 30.10.2026.

Zum Zählpunkt von Herrn Yannick Bosse ergibt sich eine Gesamtforderung in Höhe von 512,77 €.

Freundliche Grüße
Energie Leinetal AG
Vorstand: Dr. Silke Munz (Vors.), Ralf Opitz · Grundkapital: 12.500.000,00 €

Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige
Adressat sind, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail.

-----Ursprüngliche Nachricht-----
Von: post@ahrens-voss.example
Gesendet: 26.10.2026 10:00
An: klaerung@energie-leinetal.example
Betreff: Bosse

{_our("Herrn Yannick Bosse", "430,00 €")}
""",
            reply=True,
        ),
        "512.77",
        route=NOTIFY,
        tags="quoted-history disclaimer capital hinweis",
    )

    f = book.file("Ulrike|Neuhaus", "Baumarkt Hansen KG", "kredit@baumarkt-hansen.example", "333.00")
    book.written(
        "quote-forwarded-inside-the-creditor",
        f,
        mail(
            f,
            "WG: Kundenkonto Neuhaus, Ulrike",
            """
Z. K. - B. Hansen

---------- Weitergeleitete Nachricht ----------
Von: Buchhaltung <buchhaltung@baumarkt-hansen.example>
Datum: Mi., 11. Nov. 2026 um 15:20 Uhr
Betreff: Kundenkonto Neuhaus, Ulrike
An: Birgit Hansen <kredit@baumarkt-hansen.example>

Hallo Birgit,

für die Kanzlei in Sachen Neuhaus: auf dem Kundenkonto von Ulrike Neuhaus stehen noch zwei Rechnungen aus dem
Frühjahr offen, einmal die Terrassendielen, einmal die Bohrmaschine. Die Gesamtforderung beträgt 358,40 EUR.
Gemahnt wurde zuletzt im August, ein Titel liegt nicht vor. Ratenzahlung hatte sie nie angefragt.

Gruß, Ole
""",
        ),
        "358.40",
        route=NOTIFY,
        by="sole_sender",
        tags="forwarded",
    )


def _oddly_set(book: Book) -> None:
    f = book.file("Katrin|Abele", "Wohnbau Süd eG", "mahnung@wohnbau-sued.example", "1000.00", tenant="lr")
    book.written(
        "amount-no-break-spaces",
        f,
        mail(
            f,
            "Mitglied Katrin Abele",
            "Guten Tag,\n\nGesamtforderung zum 31.10.2026: 1\u00a0234,56\u00a0€\n\nWohnbau Süd eG",
        ),
        "1234.56",
        route=NOTIFY,
        by="sole_sender",
        tags="amount nbsp",
        as_of="2026-10-31",
    )

    f = book.file("Ludger|Thomsen", "Reederei Fock GmbH", "office@reederei-fock.example", "1000.00")
    book.written(
        "amount-dash-cents",
        f,
        mail(f, "Thomsen", "Moin,\n\nBetrag der Forderung gegen Ludger Thomsen: EUR 1.234,-\n\nReederei Fock"),
        "1234.00",
        route=NOTIFY,
        by="sole_sender",
        tags="amount dash",
    )

    f = book.file("Fabienne|Rüegg", "Alpenkredit AG", "kundendienst@alpenkredit.example", "1000.00")
    book.written(
        "amount-swiss",
        f,
        mail(
            f,
            "Frau Fabienne Rüegg",
            "Grüezi Frau Dr. Ahrens\n\nDie Gesamtforderung beträgt EUR 1'234.56.\n\nFreundliche Grüsse\nAlpenkredit AG",
        ),
        "1234.56",
        route=NOTIFY,
        by="sole_sender",
        tags="amount apostrophe",
    )

    f = book.file("Jost|Hinrichsen", "Landhandel Meyerhoff GmbH", "fibu@landhandel-meyerhoff.example", "12000.00")
    book.written(
        "amount-thin-space-millions-of-numbers",
        f,
        mail(
            f,
            "Hinrichsen / Debitor 4400178",
            """
Sehr geehrte Damen und Herren,

Debitor 4400178, Lieferscheine 990.114 und 990.218, Rechnung 2026.3317 vom 04.02.2026, fällig 06.03.2026.
Bei Rückfragen: 04421 / 30 22 18 (Frau Immken).

Unsere Forderung gegen Herrn Jost Hinrichsen macht 12\u202f845,00 Euro aus.

Landhandel Meyerhoff GmbH, 26382 Wilhelmshaven
""",
        ),
        "12845.00",
        route=NOTIFY,
        by="sole_sender",
        tags="amount thin-space numbers",
    )
