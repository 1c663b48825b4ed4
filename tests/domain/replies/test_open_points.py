"""Sentences beside a figure by which it is not the last word, and sentences that only seem to."""

from itertools import product

import pytest

from claimstream.domain.replies.remarks import doubtful_remark
from claimstream.domain.text import Text

LETTER = """Sehr geehrte Damen und Herren,

der Rückstand Ihrer Mandantin beträgt 2.118,40 EUR.

{}

Mit freundlichen Grüßen
Orion Finanz GmbH"""

OPEN = (
    "Zwei Lastschriften sind noch in der Verarbeitung.",
    "Die Rücksprache mit unserer Auftraggeberin steht aus.",
    "Ein weiterer Bescheid ist in Vorbereitung.",
    "Über den Erlassantrag ist nicht entschieden.",
    "Der Betrag wird neu berechnet.",
    "Die Beiträge ab August melden wir Ihnen nach.",
    "Diese Zuschläge setzen wir fest, sobald der Nachweis da ist, und reichen sie nach.",
    "Die Steuererklärung 2025 steht aus.",
    "Für Oktober liegt die Meldung nicht vor.",
    "Wir erwarten den Ablesewert.",
    "Auf dem zweiten Konto sind ebenfalls Beträge offen.",
    "Das Darlehen führen wir getrennt.",
    "Unter dem Aktenzeichen 88/26 läuft eine weitere Sache.",
    "Unter 4712 besteht eine Geldstrafe.",
    "Das Wasser rechnet der Zweckverband ab.",
    "Die Gewerbesteuer erhebt die Stadt.",
    "Das Sozialamt übernimmt zwei Monate.",
    "Der Förderverein hat einen Zuschuss zugesagt.",
    "Einen Teil zahlt die Tante.",
    "Angabe ohne Gewähr.",
    "Ich glaube, dass es so viel ist.",
    "So genau weiß ich das nicht.",
    "Dem steht ein Guthaben gegenüber.",
    "Das Sparbuch weist ein Guthaben von 300,00 EUR aus.",
    "Die Mieterin mindert seit März um 20 Prozent.",
    "Monatlich behalten wir 50,00 EUR ein.",
    "Krankengeld wird mit den Beiträgen verrechnet.",
    "Der Widerspruch hat aufschiebende Wirkung.",
    "Gegen den Bescheid ist Klage anhängig.",
    "Die Bezifferung erfolgt vorbehaltlich weiterer Erkenntnisse.",
    "Zug um Zug ist der Wagen herauszugeben.",
    "Die Sache geben wir an die Gläubigerin zurück.",
    "Maßgeblich ist der Saldo am Tag der Ablösung.",
    "Es ist der Stand zum letzten Rechnungsabschluss.",
    "Laufzeit: 60 Monate, effektiver Jahreszins: 6,49 %",
    "Sie meint, es sei weniger.",
    "Letzte Woche hat sie mir was zugesteckt.",
    "400 davon sind von meiner Schwester.",
    "Oder waren es 1.900?",
    "Der Wagen geht zur Auktion.",
    "Der Soli ist hier nicht dabei.",
    "Die Schlussrechnung kann abweichen.",
    "Der Bankeinzug läuft am 1. Dezember.",
    "Alle Beträge verstehen sich netto.",
    "Interest has yet to be added.",
    "The amount is under review.",
    "There is another agreement with us.",
    "A payment was received yesterday and will be credited.",
    "Please treat this as an approximation.",
    "The car will be sold.",
)
CLOSED = (
    "Der Betrag ist noch offen.",
    "Haben Sie noch Fragen?",
    "Es stehen noch drei Mieten aus.",
    "Wir wünschen noch einen schönen Tag.",
    "Die Vollstreckungsbehörde wurde noch nicht beauftragt.",
    "Sobald uns der Plan vorliegt, wird er geprüft.",
    "Über Ihren Vergleichsvorschlag entscheiden wir nach Eingang.",
    "Die Forderung setzt sich wie folgt zusammen:",
    "Kopien der Rechnungen reichen wir gern nach.",
    "Falls Sie die Rechnung brauchen, melden Sie sich gern.",
    "Weitere Verträge bestehen nicht.",
    "Es kommen keine weiteren Rechnungen hinzu.",
    "Der Vertrag ist beendet, es kommt nichts mehr dazu.",
    "Ein Titel liegt nicht vor.",
    "Ein Guthaben besteht nicht.",
    "Das Geschäftsguthaben wurde bereits angerechnet.",
    "Die Kaution ist schon abgezogen.",
    "Ein Widerspruch wurde nicht eingelegt.",
    "Der Einspruch wurde zurückgewiesen.",
    "Die Krankenkasse hat die Übernahme abgelehnt.",
    "Sie haben das Recht auf Auskunft, Berichtigung und Widerspruch.",
    "Die Bescheide sind bestandskräftig.",
    "Eine Lohnpfändung läuft seit Oktober ohne Ertrag.",
    "Für jeden Monat der Säumnis kommt ein Säumniszuschlag hinzu.",
    "Der Vertrag wurde am 3. Mai 2025 gekündigt.",
    "Das Gerät wurde zurückgegeben.",
    "Zahlungen werden zunächst auf die Kosten verrechnet.",
    "No payments have been received.",
    "The agreement was terminated in 2024.",
)
ITEMS = ("Die Schlussrechnung", "Die Betriebskostenabrechnung", "Den Bescheid", "Die Zinsen", "Den Saldo des Kredits")
MAKING = ("erstellen wir", "berechnen wir", "teilen wir", "schicken wir", "erhalten Sie")
LATER = ("im Januar", "in Kürze", "gesondert", "nach Ablesung", "mit eigenem Schreiben", "nächste Woche", "später")


def remark(sentence: str) -> str | None:
    text = LETTER.format(sentence)
    found = doubtful_remark(Text(text), plain=[text.index("2.118,40")])
    return found[1].name if found else None


@pytest.mark.parametrize("sentence", OPEN)
def test_a_point_is_left_open(sentence: str) -> None:
    assert remark(sentence) is not None


@pytest.mark.parametrize("sentence", CLOSED)
def test_nothing_is_left_open(sentence: str) -> None:
    assert remark(sentence) is None


@pytest.mark.parametrize("item", ITEMS)
def test_what_is_made_later_is_open(item: str) -> None:
    sentences = [f"{item} {making} {later}." for making, later in product(MAKING, LATER)]
    assert [sentence for sentence in sentences if remark(sentence) is None] == []


@pytest.mark.parametrize("item", ITEMS)
def test_what_has_come_along_is_not(item: str) -> None:
    sentences = [f"{item} erhalten Sie {way}." for way in ("anbei", "als Anlage", "mit der beigefügten Aufstellung")]
    assert [sentence for sentence in sentences if remark(sentence) is not None] == []
