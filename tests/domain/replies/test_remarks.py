"""A statement that says more than its figure, and statements that only seem to."""

import pytest

from claimstream.domain.replies.remarks import doubtful_remark
from claimstream.domain.text import Text

LETTER = """Sehr geehrte Damen und Herren,

die Gesamtforderung gegen Ihren Mandanten beträgt 4.310,20 EUR.

{}

Für Rückfragen stehen wir gern zur Verfügung.

Mit freundlichen Grüßen
Orion Finanz GmbH"""

MORE = (
    "Das Fahrzeug wird versteigert, der Erlös dem Konto gutgeschrieben.",
    "Den Bescheid haben wir am 02.11.2026 aufgehoben.",
    "Ob die Kaution noch verrechnet wird, steht nicht fest.",
    "Die untere Zeile ist eine Hochrechnung auf das Jahresende.",
    "Ihr Mandant haftet uns allerdings nur bis 2.500,00 EUR.",
    "Hiervon sind 1.200,00 EUR bis Ende 2027 gestundet.",
    "PS: Die Versicherung hat am Montag überwiesen, da schaue ich nochmal nach.",
    "Wir werden das Darlehen mit dem Rückkaufswert verrechnen.",
    "Die Höhe der Forderung prüft unsere Fachabteilung.",
    "Ein Teil der Rechnung ist streitig.",
    "Zu zahlen ist davon derzeit nichts.",
    "Die Zinsen sind noch nicht berechnet.",
    "Ihre Zahlung ist noch nicht berücksichtigt.",
    "The account will be credited once the car is sold.",
    "Part of this debt is disputed.",
)
NO_MORE = (
    "Weitere Forderungen bestehen nicht.",
    "Zinsen werden nicht erhoben.",
    "Mahnkosten oder Zinsen berechnen wir nicht.",
    "Sicherheiten wurden nicht bestellt.",
    "Zahlungen sind bisher nicht eingegangen.",
    "Die Forderung ist nicht tituliert.",
    "Die Forderung ist nicht verjährt.",
    "Bisherige Zahlungen sind bereits berücksichtigt.",
    "Weitere Zinsen fallen ab dem 01.12.2026 an.",
    "Die Hauptforderung wird ab dem 01.12.2026 mit 5 Prozentpunkten über dem Basiszinssatz verzinst.",
    "Sollten Sie bereits gezahlt haben, betrachten Sie dieses Schreiben als gegenstandslos.",
    "Bitte überweisen Sie den Betrag nur unter Angabe des Aktenzeichens.",
    "Unsere Mandantin hat uns mit der Einziehung der Forderung beauftragt.",
    "Zahlungen nach dem 01.11.2026 sind nicht berücksichtigt.",
    "Darauf wurden am 03.05.2026 noch 150,00 EUR gezahlt.",
    "There are no further claims.",
    "Interest continues to accrue.",
)


def remark(sentence: str) -> str | None:
    text = LETTER.format(sentence)
    found = doubtful_remark(Text(text), plain=[text.index("4.310,20")])
    return found.written if found else None


@pytest.mark.parametrize("sentence", MORE)
def test_a_sentence_that_may_change_the_figure(sentence: str) -> None:
    assert remark(sentence) is not None


@pytest.mark.parametrize("sentence", NO_MORE)
def test_a_sentence_that_leaves_the_figure(sentence: str) -> None:
    assert remark(sentence) is None
