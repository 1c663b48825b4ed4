"""Whole letters that answer a plan, and what they say."""

LETTERS = (
    (
        "accepted",
        """\
Sehr geehrte Frau Rechtsanwältin Kranz,

in der Angelegenheit Ihrer Mandantin Sandra Pohl, geb. Witt, nehmen wir Bezug auf Ihr Schreiben vom
21.09.2026.

Wir stimmen dem von Ihnen unterbreiteten außergerichtlichen Schuldenbereinigungsplan zu.

Die monatlichen Zahlungen richten Sie bitte an folgende Bankverbindung:

Volksbank Heide eG
IBAN: DE41 5001 0517 0123 4567 89
BIC: INGDDEFFXXX
Verwendungszweck: 44-7781

Mit freundlichen Grüßen

Volksbank Heide eG
Abteilung Forderungsmanagement
i. A. Petra Schulze""",
    ),
    (
        "accepted",
        """\
Guten Tag,

wir bedanken uns für die Übersendung des Regulierungsvorschlags. Diesen nehmen wir hiermit an.

Für Rückfragen stehen wir Ihnen gerne zur Verfügung.

Freundliche Grüße
Ihr Team der Nordwest Inkasso GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

Ihr Angebot, die Forderung durch eine Einmalzahlung von 800,00 EUR zu erledigen, nehmen wir namens
und in Vollmacht unserer Mandantin an. Mit Zahlungseingang ist die Angelegenheit für unsere
Mandantin erledigt.

Bitte überweisen Sie den Betrag von 800,00 EUR unter Angabe unseres Aktenzeichens auf unser Anderkonto.

Mit freundlichen kollegialen Grüßen
Dr. Arndt Voss
Rechtsanwalt""",
    ),
    (
        "accepted",
        """\
Sehr geehrter Herr Mertens,

die Bergkasse Nord/Süd stimmt dem Schuldenbereinigungsplan zu.

Mit freundlichen Grüßen
Bergkasse Nord/Süd
Forderungseinzug

Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig.""",
    ),
    (
        "accepted",
        """\
Finanzamt Husum
Vollstreckungsstelle
Aktenzeichen 15/202/11871

Sehr geehrte Damen und Herren,

dem mit Schreiben vom 21.09.2026 vorgelegten außergerichtlichen Schuldenbereinigungsplan wird zugestimmt.

Bitte geben Sie bei allen Zahlungen die Steuernummer 15/202/11871 an.

Im Auftrag
Hansen""",
    ),
    (
        "accepted",
        """\
Hallo Frau Kranz,

ich bin mit dem Vorschlag einverstanden. Meine IBAN ist DE41 5001 0517 0123 4567 89.

Viele Grüße
Bernd Tietjen""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

vielen Dank für Ihr Schreiben. Dem Vergleichsvorschlag stimmen wir zu. Bitte teilen Sie uns mit,
wann wir mit der ersten Zahlung rechnen können.

Mit freundlichen Grüßen
Wohnbau Siel eG""",
    ),
    (
        "accepted",
        """\
Ihr Zeichen: 812/26
Unser Zeichen: K 4471

Sehr geehrte Damen und Herren,

bezugnehmend auf Ihr Schreiben vom 21.09.2026 teilen wir mit, dass wir dem Schuldenbereinigungsplan
zustimmen. Eine von uns unterzeichnete Ausfertigung fügen wir bei.

Mit freundlichen Grüßen
Möbel Fink KG""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

wir sind mit dem übersandten Schuldenbereinigungsplan einverstanden und bitten um regelmäßige
Zahlung der vereinbarten Raten auf das unten angegebene Konto.

Mit freundlichen Grüßen
Energie Siel GmbH
Bankverbindung: IBAN DE41 5001 0517 0123 4567 89""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

unter Bezugnahme auf Ihr Schreiben vom 21.09.2026 erklären wir hiermit unsere Zustimmung zu dem von
Ihnen vorgelegten Zahlungsplan.

Eine Kopie des Titels ist beigefügt.

Mit freundlichen Grüßen
Auskunftei Husum
Tel.: 04841 9910, Mo-Fr 8-16 Uhr""",
    ),
    (
        "accepted",
        """\
Dear Ms Kranz,

Thank you for your letter dated 21 September 2026. We are happy to accept your client's proposal.

Please make payment to the account below, quoting reference 771-20.

Kind regards,
Amy Holt
Harrow Finance Ltd
Registered in England, company number 0981123""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Kranz,

Einverstanden.

Mit freundlichen Grüßen
Fahrschule Ebel""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Kranz,

wir stimmen der von Ihnen vorgeschlagenen außergerichtlichen Schuldenbereinigung zu. Unsere
Forderung ist im Plan zutreffend mit 1.204,50 EUR berücksichtigt.

Freundliche Grüße
Stadtkasse Husum""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

Ihr Vergleichsvorschlag wurde von uns geprüft und wird angenommen.

Mit freundlichen Grüßen
Versandhaus Koje GmbH & Co. KG""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

wir bestätigen Ihnen die Annahme des Schuldenbereinigungsplans. Die laufenden
Vollstreckungsmaßnahmen werden wir einstellen.

Mit freundlichen Grüßen
Gemeindewerke Olm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Kranz,

Ihren Schuldenbereinigungsplan vom 21.09.2026 haben wir erhalten. Wir müssen Ihnen leider mitteilen,
dass wir diesem nicht zustimmen können. Die angebotene Quote steht in keinem Verhältnis zur Höhe
unserer Forderung.

Mit freundlichen Grüßen
Volksbank Heide eG""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

der außergerichtliche Schuldenbereinigungsplan wird abgelehnt.

Begründung: Nach § 76 Abs. 2 SGB IV dürfen Ansprüche nur erlassen werden, wenn deren Einziehung
unbillig wäre. Diese Voraussetzungen liegen nicht vor.

Im Auftrag
Lorenz
Rentenkasse Elbe""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

namens unserer Mandantin lehnen wir den Vergleichsvorschlag ab. Die Forderung ist tituliert. Wir
werden die Zwangsvollstreckung fortsetzen und die Forderung gegebenenfalls zur Insolvenztabelle
anmelden.

Mit freundlichen Grüßen
Rechtsanwälte Holm & Partner""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

eine Zustimmung zu dem vorgelegten Plan können wir nicht erteilen. Bitte teilen Sie uns mit, sobald
das Insolvenzverfahren eröffnet ist.

Mit freundlichen Grüßen
Hauptzollamt Elbe""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

Ihrem Vorschlag vom 21.09.2026 stimmen wir nicht zu. Der derzeitige Forderungsstand beträgt 2.310,44 EUR.

Mit freundlichen Grüßen
Alba-Nord Inkasso""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Kranz,

wir haben Ihr Schreiben erhalten. Einem Forderungsverzicht können wir nicht zustimmen. Den
vorgelegten Schuldenbereinigungsplan lehnen wir daher ab.

Mit freundlichen Grüßen
Stadtwerke Olm GmbH""",
    ),
    (
        "declined",
        """\
Dear Ms Kranz,

Thank you for your letter of 21 September 2026. We have reviewed the proposed repayment plan and are
not able to accept it. We will continue with enforcement of the judgment.

Yours sincerely
Harrow Finance Ltd""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

die Zustimmung zum Schuldenbereinigungsplan wird verweigert, weil die Forderung auf einer
vorsätzlich begangenen unerlaubten Handlung beruht.

Unterhaltsvorschusskasse Kreis Olm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

Ihr Vergleichsangebot lehnen wir ab. Wir fordern Ihre Mandantin auf, den Gesamtbetrag von 2.310,44
EUR bis zum 15.12.2026 zu überweisen.

Mit freundlichen Grüßen
Inkasso Süd GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

unsere Auftraggeberin hat Ihren Vorschlag geprüft und lehnt ihn ab. Wir bitten um Kenntnisnahme.

Mit freundlichen Grüßen
Inkasso Süd GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

dem Nullplan können wir nicht zustimmen. Wir bitten Sie, uns den Eröffnungsbeschluss zu übersenden,
damit wir unsere Forderung anmelden können.

Mit freundlichen Grüßen
Wohnbau Siel eG""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Kranz,

am außergerichtlichen Einigungsversuch beteiligen wir uns nicht. Den Plan lehnen wir ab.

Bundeskasse Trier""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Kranz,

wir lehnen den Plan ab, weil er keine angemessene Befriedigung unserer Forderung vorsieht.

Sparkasse Olm""",
    ),
    (
        "counter_offer 900.00",
        """\
Sehr geehrte Frau Kranz,

Ihren Vorschlag über 300,00 EUR können wir nicht annehmen. Zur abschließenden Erledigung sind wir
bereit, eine Einmalzahlung in Höhe von 900,00 EUR, zahlbar bis zum 15.01.2027, zu akzeptieren.

Mit freundlichen Grüßen
Alba-Nord Inkasso""",
    ),
    (
        "counter_offer 900.00",
        """\
Sehr geehrte Damen und Herren,

unsere Mandantin lehnt das Vergleichsangebot ab. Sie bietet an, gegen Zahlung von 900,00 EUR auf die
weitergehende Forderung zu verzichten. Wir sehen Ihrer Rückmeldung entgegen.

Rechtsanwälte Holm & Partner""",
    ),
    (
        "counter_offer 900.00",
        """\
Sehr geehrte Damen und Herren,

wir schlagen Ihnen folgenden Vergleich vor: Ihr Mandant zahlt bis zum 31.01.2027 einen Betrag von
900,00 EUR. Mit Eingang der Zahlung ist die Angelegenheit erledigt.

Mit freundlichen Grüßen
Volksbank Heide eG""",
    ),
    (
        "counter_offer 900.00",
        """\
Sehr geehrte Damen und Herren,

einem Vergleich stehen wir grundsätzlich positiv gegenüber. Wir würden uns mit einer Quote von 30 %
der Hauptforderung, also 900,00 EUR, zufriedengeben.

Mit freundlichen Grüßen
Volksbank Heide eG""",
    ),
    (
        "counter_offer 900.00",
        """\
Sehr geehrte Frau Kranz,

die von Ihnen angebotene Zahlung von 300,00 EUR ist zu niedrig. Wir erwarten mindestens 900,00 EUR.

Möbel Fink KG""",
    ),
    (
        "counter_offer 900.00",
        """\
Dear Ms Kranz,

We cannot accept your client's offer of EUR 300.00. We would be prepared to accept EUR 900.00 as a
one-off payment in full and final settlement, provided payment is received by 31 January 2027.

Harrow Finance Ltd""",
    ),
    (
        "counter_offer 900.00",
        """\
Sehr geehrte Damen und Herren,

bezüglich Ihres Vergleichsvorschlags unterbreiten wir Ihnen folgendes Gegenangebot: Einmalzahlung
900,00 EUR, fällig bis zum 31.12.2026. Dieses Angebot gilt bis zum 15.12.2026.

Autohaus Tamm""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

wir nehmen Bezug auf die bisherige Korrespondenz und teilen mit, dass unser Mandant den
Vergleichsvorschlag akzeptiert.

Den vollstreckbaren Titel werden wir nach vollständiger Zahlung entwertet herausgeben.

Mit freundlichen Grüßen
Kanzlei Brede und Kollegen""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Adam,

Ihr Vorschlag zur außergerichtlichen Schuldenbereinigung ist bei uns eingegangen. Wir sind damit
einverstanden.

Ansprechpartnerin für Rückfragen ist Frau Tolle, Telefon 0551 8821.

Mit freundlichem Gruß
Kreissparkasse Elm""",
    ),
    (
        "accepted",
        """\
Guten Morgen Frau Adam,

passt, wir nehmen den Vergleich an.

Gruß
Dachdecker Ruhl""",
    ),
    (
        "accepted",
        """\
Betreff: Schuldenbereinigungsverfahren Petra Lüders, geb. 04.05.1979

Sehr geehrte Damen und Herren,

in vorbezeichneter Angelegenheit erklären wir unser Einverständnis mit dem Schuldenbereinigungsplan
vom 02.10.2026.

Wir bitten, die Zahlungen unter Angabe des Kassenzeichens 5512.4471.9 zu leisten.

Mit freundlichen Grüßen
Im Auftrag
Wendt
Landeskasse Elm""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

die Handwerker Krankenkasse ist mit dem vorgelegten Plan einverstanden.

Freundliche Grüße
Handwerker Krankenkasse
Beitragseinzug""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

nach Rücksprache mit unserer Auftraggeberin können wir Ihnen mitteilen, dass der Vergleich
angenommen wird. Wir erwarten den Zahlungseingang auf dem Ihnen bekannten Konto.

Mit freundlichen Grüßen
Paragon Inkasso""",
    ),
    (
        "accepted",
        """\
Sehr geehrter Herr Rechtsanwalt,

ich nehme Bezug auf Ihr Schreiben vom 02.10.2026. Meine Mandantschaft stimmt dem dort unterbreiteten
Vergleichsvorschlag zu.

Mit freundlichen kollegialen Grüßen
Ines Brede
Rechtsanwältin""",
    ),
    (
        "accepted",
        """\
Hi,

we have received your proposal and we agree to it. Payments can be made to the account stated on our invoices.

Best regards,
Tom
Bright Mobile""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

dem außergerichtlichen Schuldenbereinigungsplan in der Fassung vom 02.10.2026 stimmen wir zu.

Mit freundlichen Grüßen
Nordlicht Bank AG

Dieses Schreiben ist auch ohne Unterschrift gültig.
Nordlicht Bank AG, Vorstand: Eva Ahl, Tim Brey, Sitz: Elm, AG Elm HRB 9912""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Adam,

wir stimmen dem Plan zu. Die Bankverbindung für die monatlichen Zahlungen lautet:
Kontoinhaber: Stadtwerke Elm
IBAN DE41 5001 0517 0123 4567 89

Mit freundlichen Grüßen
Stadtwerke Elm""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Adam,

zu Ihrem Vergleichsangebot vom 02.10.2026 erklären wir hiermit die Annahme. Die Forderung gilt nach
Zahlung von 450,00 EUR als vollständig erledigt.

Mit freundlichen Grüßen
Telko GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

unsererseits bestehen gegen den von Ihnen mit Schreiben vom 02.10.2026 übersandten
Schuldenbereinigungsplan keine Einwände. Wir werden die Vollstreckung für die Dauer des Plans ruhen
lassen.

Mit freundlichen Grüßen
Gemeinde Elm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

Bezug nehmend auf Ihr Schreiben vom 02.10.2026 teilen wir Ihnen mit, dass unsere Mandantin dem
außergerichtlichen Schuldenbereinigungsplan nicht zustimmt. Ein Verzicht auf Teile der Forderung ist
nicht gewünscht.

Mit freundlichen Grüßen
Paragon Inkasso""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Adam,

das Jobcenter Elm lehnt den außergerichtlichen Schuldenbereinigungsplan ab. Für die Erklärung des
Scheiterns können Sie dieses Schreiben verwenden.

Mit freundlichen Grüßen
Im Auftrag
Jobcenter Elm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

der von Ihnen vorgelegte Plan wird nicht akzeptiert. Die Forderung beläuft sich nunmehr auf 3.998,12 EUR.

Mit freundlichen Grüßen
Autobank Elm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Adam,

für einen Vergleich sehen wir keinen Raum. Den Plan lehnen wir ab. Die Angelegenheit wird an unsere
Rechtsanwälte übergeben.

Telko GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

wir haben den Schuldenbereinigungsplan geprüft. Leider müssen wir diesen ablehnen, da er für unsere
Mandantschaft wirtschaftlich nicht vertretbar ist.

Kanzlei Brede""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Adam,

Ihr Angebot von 3 % ist eine Zumutung. Wir lehnen es ab.

Dachdecker Ruhl""",
    ),
    (
        "declined",
        """\
Dear Sirs,

We refer to your letter of 2 October 2026. Our client does not accept the proposed settlement. The
full balance of EUR 2,310.44 remains due.

Yours faithfully,
Palmer Law LLP""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

dem vorgelegten Schuldenbereinigungsplan kann aus Gründen der Gleichbehandlung aller
Abgabenpflichtigen nicht zugestimmt werden. Ein Erlass nach § 227 AO kommt nicht in Betracht.

Im Auftrag
Finanzamt Elm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

wir erteilen zum außergerichtlichen Schuldenbereinigungsplan keine Zustimmung.

Bitte senden Sie uns eine Kopie der Bescheinigung nach § 305 InsO.

Mit freundlichen Grüßen
Bausparkasse Elm AG""",
    ),
    (
        "declined",
        """\
Hallo,

ich lehne den Vorschlag ab. Frau Lüders hat mich belogen.

K. Ruhl""",
    ),
    (
        "counter_offer 700.00",
        """\
Sehr geehrte Frau Adam,

Ihrem Vorschlag können wir nicht zustimmen. Wir sind jedoch bereit, die Angelegenheit gegen eine
Einmalzahlung von 700,00 EUR zu erledigen.

Paragon Inkasso""",
    ),
    (
        "counter_offer 700.00",
        """\
Sehr geehrte Damen und Herren,

unsere Mandantin ist mit einem Vergleichsbetrag von 700,00 EUR einverstanden. Die Zahlung muss bis
zum 31.12.2026 erfolgen.

Kanzlei Brede""",
    ),
    (
        "counter_offer 700.00",
        """\
Sehr geehrte Frau Adam,

wir könnten einem Vergleich zustimmen, wenn Ihre Mandantin statt 300,00 EUR einen Betrag von 700,00 EUR zahlt.

Telko GmbH""",
    ),
    (
        "counter_offer 700.00",
        """\
Sehr geehrte Damen und Herren,

gegen Zahlung von 700,00 EUR bis zum 31.12.2026 verzichten wir auf die Restforderung. Ihrem Plan
können wir dagegen nicht zustimmen.

Autobank Elm""",
    ),
    (
        "counter_offer 700.00",
        """\
Sehr geehrte Damen und Herren,

wir bieten Ihnen vergleichsweise die Zahlung eines Betrages in Höhe von 700,00 EUR an. Unsere
Gesamtforderung beträgt 2.310,44 EUR.

Autobank Elm""",
    ),
    (
        "counter_offer 700.00",
        """\
Dear Sirs,

Thank you for your proposal of EUR 300.00, which we cannot accept. We are willing to settle for EUR 700.00.

Palmer Law LLP""",
    ),
    (
        "accepted",
        """\
Stadtverwaltung Bergen - Stadtkasse - Markt 1, 12345 Bergen

Rechtsanwältin
Dr. Marta Stein
Hafenstr. 2
23552 Lübeck

Auskunft erteilt: Herr Maurer
Telefon: 04321 88-120
Zimmer: 14
Datum: 12.11.2026
Kassenzeichen: 5.0199.003321.4

Außergerichtliche Schuldenbereinigung Ihrer Mandantin Nina Kolb

Sehr geehrte Frau Dr. Stein,

Ihrem Vorschlag vom 20.10.2026 wird zugestimmt.

Die Vollziehung wird für die Laufzeit des Plans ausgesetzt.

Mit freundlichen Grüßen
Im Auftrag

Maurer""",
    ),
    (
        "accepted",
        """\
NORDBANK AG
Kreditservice
Postfach 1100
20099 Hamburg

12. November 2026

Kreditkonto 7700 1188 20
Kreditnehmer: Nina Kolb

Sehr geehrte Frau Dr. Stein,

wir kommen zurück auf Ihr Schreiben vom 20. Oktober 2026 und teilen Ihnen mit, dass wir mit der
Regelung gemäß Schuldenbereinigungsplan einverstanden sind.

Nach ordnungsgemäßer Erfüllung des Plans werden wir auf unsere Restforderung verzichten.

Mit freundlichen Grüßen

NORDBANK AG""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Dr. Stein,

der vorgelegte Plan wird von uns mitgetragen.

Mit freundlichen Grüßen
Wasserverband Bergen""",
    ),
    (
        "accepted",
        """\
Moin Frau Stein,

ist okay so, ich nehme das Angebot an. Danke und schönes Wochenende!

Jens Kröger""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

hiermit nehmen wir das Vergleichsangebot in Höhe von 1.150,00 EUR an. Wir bitten um Überweisung bis
zum 30.11.2026 auf das im Briefkopf genannte Konto.

Mit freundlichen Grüßen
Rheinkauf GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

wir haben Ihren Vorschlag geprüft und sind bereit, diesen anzunehmen.

Mit freundlichen Grüßen
Rheinkauf GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Dr. Stein,

Ihr Schreiben vom 20.10.2026 liegt uns vor. Wir akzeptieren die vorgeschlagene Quotenzahlung und
stimmen dem Plan zu.

Mit freundlichen Grüßen
Optik Bergen""",
    ),
    (
        "accepted",
        """\
Dear Dr Stein,

Re: Nina Kolb, our ref. 88-120

I confirm our agreement to the settlement plan.

Yours sincerely
Mary Dunn
Collections Manager""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

unter Verzicht auf unsere Restforderung stimmen wir dem Schuldenbereinigungsplan zu. Die
unterschriebene Zustimmungserklärung ist beigefügt.

Mit freundlichen Grüßen
Rheinkauf GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

wir stimmen dem außergerichtlichen Schuldenbereinigungsplan zu. Von weiteren Vollstreckungsmaßnahmen
sehen wir ab.

Bei Rückfragen wenden Sie sich bitte an die oben genannte Durchwahl.

Rheinkauf GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Dr. Stein,

gegen den vorgelegten Schuldenbereinigungsplan haben wir nichts einzuwenden.

Rheinkauf GmbH""",
    ),
    (
        "declined",
        """\
Finanzamt Bergen
Postfach 12, 12345 Bergen
Steuernummer 22/310/04471
Bearbeiter: Frau Alt, Zi. 210

Sehr geehrte Frau Dr. Stein,

der Antrag auf Zustimmung zum außergerichtlichen Schuldenbereinigungsplan vom 20.10.2026 ist
abzulehnen. Die Voraussetzungen des § 163 AO bzw. § 227 AO sind nicht erfüllt.

Die Rückstände betragen 4.871,00 EUR.

Im Auftrag
Alt""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

Ihrem Entschuldungsvorschlag erteilen wir eine Absage.

Rheinkauf GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Dr. Stein,

vielen Dank für Ihre Nachricht. Nach Rücksprache mit unserer Mandantin müssen wir Ihnen mitteilen,
dass der Vergleichsvorschlag nicht angenommen wird. Unsere Mandantin besteht auf der vollständigen
Zahlung.

Kanzlei Lutz""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

wir sind mit dem Schuldenbereinigungsplan nicht einverstanden. Es besteht der Verdacht, dass
Vermögen verschwiegen wurde.

Rheinkauf GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Dr. Stein,

als gesetzliche Krankenkasse sind wir an das Haushaltsrecht gebunden. Dem Schuldenbereinigungsplan
können wir deshalb nicht zustimmen.

Krankenkasse Bergen""",
    ),
    (
        "declined",
        """\
Guten Tag,

Ihren Vorschlag kann ich nicht annehmen. Ich habe für die Arbeit volle Rechnung gestellt und bestehe
auf mein Geld.

Jens Kröger""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

die außergerichtliche Einigung ist damit gescheitert; Ihrem Plan stimmen wir nicht zu.

NORDBANK AG""",
    ),
    (
        "declined",
        """\
Dear Dr Stein,

We acknowledge receipt of your letter dated 20 October 2026. We do not consent to the debt
settlement plan and will file our claim in the insolvency proceedings.

Mary Dunn""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

von der Zustimmung zum Schuldenbereinigungsplan sehen wir ab.

NORDBANK AG""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Dr. Stein,

der Schuldenbereinigungsplan vom 20.10.2026 wird hiermit abgelehnt.

Gründe:
Die Forderung beruht auf rückständigem Unterhalt.

Jugendamt Bergen""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Dr. Stein,

eine Zustimmung zum Plan ist nicht möglich, da es sich um Beiträge zur Sozialversicherung handelt.
Wir bitten um Zahlung der rückständigen Beiträge in Höhe von 1.733,20 EUR.

Krankenkasse Bergen""",
    ),
    (
        "counter_offer 600.00",
        """\
Sehr geehrte Frau Dr. Stein,

Ihr Angebot in Höhe von 200,00 EUR lehnen wir ab. Wir schlagen stattdessen die Zahlung von 600,00 EUR vor.

Rheinkauf GmbH""",
    ),
    (
        "counter_offer 600.00",
        """\
Sehr geehrte Damen und Herren,

wir würden einer Einmalzahlung in Höhe von 600,00 EUR zustimmen. Die Restforderung würde in diesem
Fall ausgebucht.

Rheinkauf GmbH""",
    ),
    (
        "counter_offer 600.00",
        """\
Sehr geehrte Damen und Herren,

Ihren Vorschlag haben wir geprüft. Wir können Ihnen folgenden Vergleich anbieten:

Vergleichsbetrag: 600,00 EUR
Zahlbar bis: 31.12.2026

Rheinkauf GmbH""",
    ),
    (
        "counter_offer 600.00",
        """\
Sehr geehrte Frau Kollegin,

meine Mandantin kann sich mit Ihrem Vorschlag nicht anfreunden. Sie würde jedoch einen
Vergleichsbetrag von 600,00 EUR akzeptieren.

Lutz
Rechtsanwalt""",
    ),
    (
        "counter_offer 600.00",
        """\
Dear Dr Stein,

Your offer of EUR 200.00 is too low. Our counter offer is EUR 600.00.

Mary Dunn""",
    ),
    (
        "counter_offer 600.00",
        """\
Sehr geehrte Damen und Herren,

unser Vergleichsangebot: Zahlung von 600,00 EUR innerhalb von 14 Tagen, im Gegenzug verzichten wir
auf alle weiteren Ansprüche.

NORDBANK AG""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

unser Haus stimmt dem Schuldenbereinigungsplan vom 14.10.2026 zu. Wir bitten Sie, uns nach Abschluss
des Verfahrens zu informieren.

Mit freundlichen Grüßen
Baumarkt Lohse""",
    ),
    (
        "accepted",
        """\
Guten Tag Frau Böhm,

Ihr Vorschlag ist für uns in Ordnung. Bitte überweisen Sie die Raten jeweils zum 1. des Monats auf
unser bekanntes Konto.

Freundliche Grüße
Hausverwaltung Timm""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Böhm,

dem Vergleich wird zugestimmt. Die Restforderung wird nach Zahlung der Vergleichssumme niedergeschlagen.

Stadt Plön
Der Bürgermeister
Stadtkasse""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Kollegin Böhm,

für die von mir vertretene Gläubigerin, die Elektro Wulf KG, erkläre ich die Annahme Ihres
Vergleichsangebotes vom 14.10.2026.

Ich bitte um Überweisung auf mein Anderkonto bei der Sparbank Plön, IBAN DE41 5001 0517 0123 4567 89.

Mit freundlichen kollegialen Grüßen
Henning Krug
Rechtsanwalt""",
    ),
    (
        "accepted",
        """\
Hallo,

mit dem Plan bin ich einverstanden, vielen Dank für Ihre Mühe.

LG
Sven""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

zur Vermeidung eines Insolvenzverfahrens stimmen wir Ihrem Vergleichsvorschlag zu.

Mit freundlichen Grüßen
Autoteile Reimers""",
    ),
    (
        "accepted",
        """\
Dear Ms Böhm,

We are pleased to inform you that our client has agreed to the proposed settlement.

Kind regards
Sutton Legal""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Böhm,

wir haben Ihren Vergleichsvorschlag mit unserer Mandantin besprochen. Diese ist mit dem Vergleich
einverstanden.

Krug Rechtsanwälte""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

Ihrem Ansinnen entsprechend stimmen wir dem Zahlungsplan zu. Die bisher eingeleiteten
Vollstreckungsmaßnahmen haben wir eingestellt.

Mit freundlichen Grüßen
Küstenkasse Plön""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Böhm,

zu Ihrem Vergleichsvorschlag vom 14.10.2026 nehmen wir wie folgt Stellung:

Der Vorschlag wird abgelehnt. Unsere Mandantin ist nicht bereit, auf Teile der Forderung zu verzichten.

Krug Rechtsanwälte""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

leider sehen wir keine Möglichkeit, dem Schuldenbereinigungsplan zuzustimmen. Die Gesamtforderung
beträgt per 12.11.2026 1.840,20 EUR.

Bitte überweisen Sie diesen Betrag unter Angabe der Rechnungsnummer auf unser Konto.

Baumarkt Lohse""",
    ),
    (
        "declined",
        """\
Guten Tag,

Ihren Vorschlag lehnen wir ab, weil Ihr Mandant noch im Mai bei uns bestellt hat, obwohl er wusste,
dass er nicht zahlen kann.

Elektro Wulf KG""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Böhm,

der Schuldenbereinigungsplan findet nicht unsere Zustimmung.

Mit freundlichen Grüßen
Küstenkasse Plön""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Böhm,

die Familienkasse kann dem außergerichtlichen Schuldenbereinigungsplan aus rechtlichen Gründen nicht
zustimmen.

Mit freundlichen Grüßen
Familienkasse Nord""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

wir lehnen Ihren Regulierungsvorschlag ab und behalten uns gerichtliche Schritte vor.

Alster Inkasso GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Böhm,

Ihr Vergleichsangebot entspricht nicht unseren Vorstellungen und wird daher abgelehnt.

Alster Inkasso GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

einer Regulierung mit einer Quote von 2,1 % stimmen wir nicht zu.

Baumarkt Lohse""",
    ),
    (
        "counter_offer 550.00",
        """\
Sehr geehrte Frau Böhm,

die angebotene Summe reicht uns nicht aus. Bei Zahlung von 550,00 EUR bis Ende Januar sind wir
bereit, die Forderung als erledigt zu betrachten.

Baumarkt Lohse""",
    ),
    (
        "counter_offer 550.00",
        """\
Sehr geehrte Frau Kollegin,

mein Mandant ist vergleichsbereit und schlägt eine Zahlung in Höhe von 550,00 EUR vor.

Krug""",
    ),
    (
        "counter_offer 550.00",
        """\
Sehr geehrte Damen und Herren,

für eine vergleichsweise Erledigung erwarten wir eine Zahlung in Höhe von 550,00 EUR.

Alster Inkasso GmbH""",
    ),
    (
        "counter_offer 550.00",
        """\
Sehr geehrte Frau Böhm,

wir können Ihrem Vorschlag nicht zustimmen, bieten aber an, die Sache mit einer einmaligen Zahlung
von 550,00 EUR abzuschließen.

Elektro Wulf KG""",
    ),
    (
        "counter_offer 550.00",
        """\
Sehr geehrte Damen und Herren,

unsere Mandantin würde sich mit 50 % der Hauptforderung, das entspricht 550,00 EUR, einverstanden erklären.

Krug Rechtsanwälte""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Wendler,

vielen Dank für die Übersendung des außergerichtlichen Schuldenbereinigungsplans für Herrn Marco Dietz.

Wir erklären hierzu unsere Zustimmung.

Bitte veranlassen Sie die Zahlungen auf das Konto bei der Sparbank Ulm, IBAN DE41 5001 0517 0123 4567 89.

Mit freundlichen Grüßen
Donau Versand GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Wendler,

wir stimmen dem Plan zu. Für die Bearbeitung danken wir Ihnen. Ihre Rückfragen richten Sie bitte an
unsere Kundenbetreuung.

Stadtwerke Ulm""",
    ),
    (
        "accepted",
        """\
Sehr geehrter Herr Kollege,

namens und im Auftrag meiner Mandantschaft darf ich mitteilen, dass der Vergleich angenommen wird.

Mit freundlichen kollegialen Grüßen
Sauer, Rechtsanwalt""",
    ),
    (
        "accepted",
        """\
Guten Tag Frau Wendler,

wir sind mit der vorgeschlagenen Ratenzahlung gemäß Schuldenbereinigungsplan einverstanden.

Zahnarztpraxis Dr. Huber""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Wendler,

das Landratsamt Ulm stimmt dem vorgelegten Schuldenbereinigungsplan zu.

Landratsamt Ulm
Kreiskasse
Im Auftrag Vogt""",
    ),
    (
        "accepted",
        """\
Dear Ms Wendler,

We refer to your letter of 2 November 2026 and hereby agree to the settlement proposed. Please
arrange payment within 14 days.

Kind regards
Finch Ltd""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Damen und Herren,

mit Ihrem Regulierungsvorschlag erklären wir uns einverstanden. Eine Bestätigung unserer Zustimmung
haben wir diesem Schreiben beigefügt.

Donau Versand GmbH""",
    ),
    (
        "accepted",
        """\
Sehr geehrte Frau Wendler,

dem vorgeschlagenen Vergleich stimme ich zu. Meine Kontodaten haben Sie.

Elke Baur""",
    ),
    (
        "declined",
        """\
Sehr geehrte Frau Wendler,

Ihrem Entschuldungsplan vermögen wir nicht zu folgen. Die Befriedigungsquote ist unangemessen niedrig.

Donau Versand GmbH""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

Ihr Schreiben haben wir erhalten. Nach eingehender Prüfung lehnt die Volksbank Ulm den
Schuldenbereinigungsplan ab.

Volksbank Ulm eG""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

eine Zustimmung zum Schuldenbereinigungsplan erfolgt nicht.

Bundesagentur Ulm""",
    ),
    (
        "declined",
        """\
Sehr geehrte Damen und Herren,

der Schuldenbereinigungsplan wird von hier aus nicht akzeptiert. Es wird auf die Möglichkeit des
gerichtlichen Verfahrens verwiesen.

Amt Ulm""",
    ),
    (
        "declined",
        """\
Dear Ms Wendler,

Thank you for your email. Our position is unchanged: we do not accept the proposal. Interest
continues to accrue.

Finch Ltd""",
    ),
    (
        "counter_offer 480.00",
        """\
Sehr geehrte Frau Wendler,

Ihren Vorschlag lehnen wir ab. Wir sind mit einer Einmalzahlung von 480,00 EUR einverstanden.

Donau Versand GmbH""",
    ),
    (
        "counter_offer 480.00",
        """\
Sehr geehrte Frau Wendler,

wir sind bereit, uns auf einen Betrag von 480,00 EUR zu vergleichen.

Stadtwerke Ulm""",
    ),
    (
        "counter_offer 480.00",
        """\
Guten Tag,

200 Euro reichen mir nicht. Für einen Vergleich müssten es schon 480,00 Euro sein.

Elke Baur""",
    ),
    (
        "counter_offer 480.00",
        """\
Sehr geehrte Damen und Herren,

unsere Mandantin schlägt zur gütlichen Einigung die Zahlung eines Vergleichsbetrages in Höhe von
480,00 EUR bis zum 31.12.2026 vor.

Kanzlei Sauer""",
    ),
    (
        "counter_offer 480.00",
        """\
Sehr geehrte Frau Wendler,

wir nehmen Ihr Angebot nicht an, würden die Angelegenheit jedoch gegen Zahlung von 480,00 EUR als
erledigt betrachten.

Donau Versand GmbH""",
    ),
)
