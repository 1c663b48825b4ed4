"""Sentences and lines that state the claim, and such as only hold a figure. None is taken from an evaluation set."""

from decimal import Decimal

import pytest

from claimstream.domain.reader.plain import is_announcement, is_plain, is_plain_after, is_request, odd_words
from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import AmountRank
from claimstream.domain.records.mail import Source, SourceKind

GUARD = 0.75
"""Below this no amount is written (domain rules, amount guard)."""


def sure(text: str) -> set[Decimal]:
    """The totals of ``text`` that may be written, with the surest kind of source."""
    source = Source(
        source_id="body",
        kind=SourceKind.TEXT_PDF,
        name="letter.pdf",
        media_type="application/pdf",
        size=len(text),
        sha256="0" * 64,
        text=text,
    )
    return {
        total.value
        for total in read_source(source).totals
        if total.value is not None and total.rank < AmountRank.BARE and total.confidence >= GUARD
    }


DOUBTFUL = (
    "Die Forderung von 731,00 EUR wurde am 03.04.2026 beglichen.",
    "Unsere Gesamtforderung über 731,00 EUR hat Ihre Mandantin inzwischen ausgeglichen.",
    "Die Gesamtforderung belief sich im Vorjahr auf 731,00 EUR.",
    "Zu Jahresbeginn standen noch 731,00 EUR offen.",
    "Bis zum Jahresende wird der Rückstand auf 731,00 EUR anwachsen.",
    "Die Forderung wird demnächst insgesamt 731,00 EUR betragen.",
    "Nach grober Kalkulation beläuft sich die Gesamtforderung auf 731,00 EUR.",
    "Die Gesamtforderung dürfte 731,00 EUR betragen.",
    "Die Gesamtforderung liegt vermutlich bei 731,00 EUR.",
    "Die Forderung liegt unter 731,00 EUR irgendwo.",
    "Ihre Mandantin hält die Forderung von 731,00 EUR für überhöht.",
    "Die Gesamtforderung von 731,00 EUR ist streitig.",
    "Gegen die Forderung in Höhe von 731,00 EUR wurde Widerspruch erhoben.",
    "Die Restschuld von 731,00 EUR ist verjährt.",
    "Die Einrede der Verjährung trifft die Forderung von 731,00 EUR.",
    "Die Gesamtforderung von 731,00 EUR wurde an die Orion Inkasso GmbH abgetreten.",
    "Neue Gläubigerin der Forderung über 731,00 EUR ist die Orion Finanz AG.",
    "Den Saldo von 731,00 EUR haben wir als uneinbringlich abgeschrieben.",
    "Für die Forderung besteht eine Grundschuld über insgesamt 731,00 EUR.",
    "Die Bürgschaftsschuld beträgt 731,00 EUR.",
    "Der Saldo von 731,00 EUR steht Ihrer Mandantin zu.",
    "Wir schulden Ihrer Mandantin noch 731,00 EUR.",
    "Es ergibt sich zu Gunsten der Schuldnerin ein Saldo von 731,00 EUR.",
    "Der Betrag von 731,00 EUR war ein Buchungsfehler unsererseits.",
    "Die Forderung von 731,00 EUR ist uns irrig zugeordnet worden.",
    "Der Eigenanteil beläuft sich auf insgesamt 731,00 EUR.",
    "Für die Erstellung einer Aufstellung fällt ein Betrag von 731,00 EUR an.",
    "Für Kopien berechnen wir insgesamt 731,00 EUR.",
    "Laut Ihrem Verzeichnis beträgt die Gesamtforderung sämtlicher Gläubiger 731,00 EUR.",
    "In der Nachbarakte beträgt die Gesamtforderung 731,00 EUR.",
    "Die Forderung gegen den Ehemann beläuft sich auf 731,00 EUR.",
    "Gegen Ihre weitere Mandantin, die Schwester, beträgt die Forderung 731,00 EUR.",
    "Nach Ihren Unterlagen beläuft sich Ihre Gesamtforderung auf 731,00 EUR.",
    "Beläuft sich unsere Gesamtforderung auf 731,00 EUR?",
    "Sie meinen: „Die Gesamtforderung beträgt 731,00 EUR.“",
    "Die Forderung hätte 731,00 EUR betragen.",
    "Ohne das Urteil betrüge die Forderung 731,00 EUR.",
    "Die Forderung könnte sich auf 731,00 EUR belaufen.",
    "Die Gesamtforderung darf 731,00 EUR übersteigen.",
    "Die Forderung übersteigt 731,00 EUR.",
    "Die Forderung liegt bei weit mehr als 731,00 EUR.",
    "Wir erlassen die Forderung in Höhe von 731,00 EUR.",
    "Auf die Restforderung von 731,00 EUR wird verzichtet.",
    "Gegen unsere Forderung von 731,00 EUR rechnen wir mit der Kaution auf.",
    "Das Gericht hat unsere Forderung von 731,00 EUR abgewiesen.",
    "Die Klageforderung lautet auf insgesamt 731,00 EUR.",
    "Im Mahnbescheid steht ein Betrag von 731,00 EUR.",
    "Der Insolvenzverwalter hat die Forderung mit 731,00 EUR zur Tabelle festgestellt.",
    "Unsere Forderung von 731,00 EUR ist hinfällig.",
    "Die Gesamtforderung von 731,00 EUR trifft so leider kaum zu.",
    "Eine Forderung über 731,00 EUR ist hier unbekannt.",
    "Einen Betrag von 731,00 EUR finden wir in unseren Büchern vergeblich.",
    "Die Gesamtforderung beträgt 731,00 EUR. Dies ist allerdings der Stand vor der Gutschrift.",
    "Die Gesamtforderung beträgt 731,00 EUR. Sie ist inzwischen bezahlt.",
    "Die Gesamtforderung beträgt 731,00 EUR. Jedoch prüft die Fachabteilung das noch.",
    "Sie schrieben uns:\n\nGesamtforderung: 731,00 EUR",
    "Zum damaligen Zeitpunkt galt:\n\nGesamtforderung: 731,00 EUR",
    "Die Forderung über 731,00 EUR\nhaben wir Ende Mai weitergereicht.",
    "Unsere Gesamtforderung gegen Ihre Mandantin in Höhe von 731,00 EUR\n"
    "Kann derzeit leider von uns nicht belegt werden.",
    "Die Forderung beträgt 731,00 EUR bis 900,00 EUR.",
    "Die Gesamtforderung beläuft sich auf 731,00 EUR oder 732,00 EUR.",
    "The total claim is EUR 731.00 to EUR 900.00.",
    "Ihre Mandantin hat gegen uns eine Forderung von 731,00 EUR.",
    "Ihre Mandantin fordert von uns insgesamt 731,00 EUR.",
    "Gesamtforderung (ausgebucht): 731,00 EUR",
    "Gesamtforderung Parallelvorgang: 731,00 EUR",
    "Gesamtforderung 2019, überholt: 731,00 EUR",
    "Erledigt: Gesamtforderung 731,00 EUR",
    "Gesamtforderung: 20.417",
    "The debt of EUR 731.00 was cleared last week.",
    "The total claim of EUR 731.00 has been assigned to Orion Finance Ltd.",
    "The outstanding balance used to be EUR 731.00.",
    "The total amount due will rise to EUR 731.00 in January.",
    "The claim may amount to EUR 731.00.",
    "We believe the total claim is roughly EUR 731.00.",
    "Your client disputes the outstanding balance of EUR 731.00.",
    "The debt of EUR 731.00 is statute-barred.",
    "We owe your client a balance of EUR 731.00.",
    "There is no outstanding balance of EUR 731.00.",
    "Your claim amounts to EUR 731.00 in total.",
    "The other creditors claim a total of EUR 731.00.",
    "The judgment is for a total of EUR 731.00.",
    "The total claim was EUR 731.00 when the account closed.",
    "Is the outstanding balance EUR 731.00?",
    "The debt of EUR 731.00 concerns her brother.",
    "The total claim is EUR 731.00. It was settled in May.",
    "A fee of EUR 731.00 in total is charged for copies.",
    "Nach unseren Unterlagen beträgt die Gesamtforderung 731,00 EUR. Bitte teilen Sie uns die aktuelle Höhe mit.",
    "Name\tNummer\tForderung\nBach\tR-1\t331,00 EUR\nLinde\tR-2\t400,00 EUR\nGesamtsumme\t\t731,00 EUR",
    "Bach, Anne\t331,00 EUR\nLinde, Ole\t400,00 EUR\nSumme\t731,00 EUR",
)


@pytest.mark.parametrize("text", DOUBTFUL)
def test_a_figure_in_a_sentence_that_says_something_else_is_never_sure(text: str) -> None:
    assert sure(text) == set()


PLAIN = (
    "Gesamtforderung: 731,00 EUR",
    "Gesamtforderung per 30.10.2026: 731,00 EUR",
    "Gesamtforderung zum 30.10.2026 (inkl. Zinsen und Kosten): EUR 731,00",
    "Gesamtforderung .......... 731,00 EUR",
    "Gesamtforderung\t731,00",
    "Gesamtforderung\n731,00 EUR",
    "Gesamtbetrag | 731,00 €",
    "Noch zu zahlen: 731,00 €",
    "Offener Restbetrag: 731,00 EUR",
    "Saldo per 01.10.2026: 731,00 EUR",
    "Aktueller Saldo Konto 4711: 731,00 EUR",
    "Forderung insgesamt: 731,00 EUR",
    "Summe | 731,00",
    "Die Gesamtforderung beträgt 731,00 EUR.",
    "Unsere Gesamtforderung beläuft sich heute auf 731,00 EUR.",
    "Unsere Forderung gegen Ihre Mandantin beläuft sich derzeit auf 731,00 €.",
    "Die Gesamtforderung gegen Frau Anne Bach beträgt zum 30.10.2026 insgesamt 731,00 EUR.",
    "Unsere Gesamtforderung gegen Herrn Ole Linde beträgt einschließlich Zinsen und Kosten 731,00 EUR.",
    "Die Forderung beläuft sich aktuell auf EUR 731,00.",
    "Offen sind noch 731,00 EUR.",
    "Es sind noch 731,00 EUR zu zahlen.",
    "Derzeit sind insgesamt 731,00 EUR offen.",
    "Wir fordern insgesamt 731,00 EUR.",
    "Wir beziffern unsere Forderung auf 731,00 EUR.",
    "Ihre Mandantin schuldet uns insgesamt 731,00 EUR.",
    "Ihr Mandant, Herr Ole Linde, schuldet uns noch 731,00 EUR.",
    "Der Rückstand beläuft sich auf 731,00 EUR.",
    "Die Restschuld aus dem Darlehensvertrag beträgt 731,00 EUR.",
    "Die offene Forderung aus der Rechnung Nr. 4711 beträgt 731,00 EUR.",
    "Wir teilen Ihnen mit, dass sich die Gesamtforderung auf 731,00 EUR beläuft.",
    "vielen Dank für Ihr Schreiben vom 01.10.2026. Unsere Gesamtforderung beträgt 731,00 EUR.",
    "Ihr Schreiben vom 01.10.2026 haben wir erhalten. Die Gesamtforderung beträgt 731,00 EUR.",
    "Wir nehmen Bezug auf Ihr Schreiben vom 01.10.2026 und teilen Ihnen mit, dass die Gesamtforderung "
    "731,00 EUR beträgt.",
    "Die Gesamtforderung beträgt 731,00 EUR. Sie setzt sich aus Miete und Nebenkosten zusammen.",
    "Die Gesamtforderung in dieser Angelegenheit beträgt\n731,00 EUR.",
    "Wir teilen Ihnen folgende Forderung mit:\n\nGesamtforderung: 731,00 EUR",
    "Die ursprüngliche Forderung betrug 900,00 EUR, noch offen sind 731,00 EUR.",
    "Hauptforderung\t700,00 EUR\nZinsen\t11,00 EUR\nKosten\t20,00 EUR\nGesamtforderung\t731,00 EUR",
    "Hauptforderung Zinsen\tKosten\tGesamtforderung\n700,00 EUR\t11,00 EUR 20,00 EUR 731,00 EUR",
    "The outstanding balance is EUR 731.00.",
    "The total claim amounts to EUR 731.00 as of 30 October 2026.",
    "We claim a total of EUR 731.00 including interest and costs.",
    "Your client owes us EUR 731.00.",
    "Our total claim against Mr Ole Linde stands at EUR 731.00.",
    "Total amount due: EUR 731.00",
    "Amount still to pay: EUR 731.00",
    "Balance due as at 30 October 2026: EUR 731.00",
    "Thank you for your letter of 1 October 2026. The total amount due is EUR 731.00.",
)


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_statement_of_the_claim_is_sure(text: str) -> None:
    assert sure(text) == {Decimal("731.00")}


def test_the_odd_words_are_those_that_may_change_the_figure() -> None:
    assert odd_words("Die Forderung von 731,00 EUR haben wir verkauft.") == ("verkauft",)
    assert odd_words("Gesamtforderung: 731,00 EUR?") == ("?",)
    assert odd_words("Unsere Forderung gegen Frau Anne Bach, Rechnung R-4711") == ()


def test_names_of_the_letter_change_nothing() -> None:
    assert not is_plain("Gesamtforderung Bach: 731,00 EUR")
    assert is_plain("Gesamtforderung Bach: 731,00 EUR", {"bach"})


def test_an_announcement_tells_and_takes_nothing_back() -> None:
    assert is_announcement("Auf Ihre Anfrage teilen wir den Kontostand mit:")
    assert not is_announcement("Früher teilten wir diesen Kontostand mit:")
    assert not is_announcement("Mandant Meier bestreitet folgende Forderung:")


def test_what_a_claim_is_made_of_takes_nothing_back() -> None:
    assert is_plain_after("Sie ergibt sich aus den Abschlägen für Mai und Juni.")
    assert not is_plain_after("Sie ergibt sich aus einem Vergleich.")


def test_who_asks_for_the_figure_does_not_state_it() -> None:
    assert is_request("Bitte nennen Sie uns den aktuellen Stand Ihrer Forderung.")
    assert not is_request("Wir nennen Ihnen den aktuellen Stand unserer Forderung.")
