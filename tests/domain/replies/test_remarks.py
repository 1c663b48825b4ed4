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
    "Die Forderung wird derzeit neu beziffert.",
    "Die Forderung wird unter Vorbehalt beziffert.",
    "Der Betrag wird nachträglich mitgeteilt.",
    "Der Betrag wird nicht gefordert.",
    "Der Betrag steht unter der Bedingung, dass die Versicherung nicht leistet.",
    "Nach unseren Geschäftsbedingungen fordern wir nur die Hälfte.",
    "Davon ist nur eine Rechnung berechtigt.",
    "Nur eine Rechnung von 200,00 EUR erkennt er an.",
    "Die Kaution ist in der Forderung nicht berücksichtigt.",
    "Die Aufstellung haben wir noch nicht geändert.",
    "Der Rückstand erhöht sich nicht, sondern sinkt mit der nächsten Gutschrift.",
    "Die Forderung ist nicht begründet.",
    "Die Forderung ist nicht anerkannt, aber auch nicht bestritten.",
    "Nicht bestritten ist nur der Betrag von 300,00 EUR.",
    "Die Forderung ist nicht mehr gesichert und wird reduziert.",
    "Laut Urteil schuldet er den Betrag nicht.",
    "Nach dem Vergleich schuldet er den Rest nicht.",
    "Ohne Titel fordern wir den Betrag nicht.",
    "Der Titel lautet nicht auf diesen Betrag.",
    "Ein Vergleich über 2.000,00 EUR kam nicht zustande, ist aber weiter möglich.",
    "Die Rechnung ist nicht bezahlt, aber zur Hälfte gutgeschrieben.",
    "Laufende Beiträge sind im Betrag noch nicht enthalten.",
    "The amount is not final.",
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
    "Der Beitrag wird kraft Satzung geschuldet, der Rückstand ist fällig.",
    "Hiermit wird die Forderung zum Verfahren angemeldet.",
    "Nach unseren Geschäftsbedingungen haben wir gekündigt, weil Raten im Rückstand waren.",
    "Bei uns ist nur eine Rechnung offen.",
    "Es bestehen nur diese Rückstände.",
    "Eine Genehmigung war wegen der Höhe der Rückstände nicht erforderlich.",
    "Für die Höhe der Forderung sind Belege jedoch nicht nötig.",
    "Eine Kaution wurde bei Einzug nicht geleistet, die Aufstellung ist vollständig.",
    "Der Rückstand erhöht sich nicht weiter.",
    "Die Miete von 600,00 EUR hat er nicht bezahlt.",
    "Auf den offenen Betrag kam nie etwas.",
    "Die Forderung ist nicht abgetreten.",
    "Der Rückstand wurde nie bestritten.",
    "Auf unsere Mahnungen über den offenen Betrag kam keine Antwort.",
    "Ein Vergleich über die Forderung kam nicht zustande.",
    "Den Kredit haben wir ohne Sicherheiten gewährt, die Schuld ist fällig.",
    "Die Hauptforderung beruht auf nicht bezahlten Rechnungen.",
    "Eine Stundung der Forderung wurde nicht vereinbart.",
    "Künftige Mieten sind im Betrag nicht enthalten.",
    "The debt has not been assigned.",
    "No judgment has been obtained for this debt.",
)
RULES = {
    "Das Fahrzeug wird versteigert, der Erlös dem Konto gutgeschrieben.": "the_figure_changes",
    "Die Forderung gilt, sofern die Ware bleibt.": "claim_on_condition",
    "Ihr Mandant haftet uns allerdings nur bis 2.500,00 EUR.": "claim_limited",
    "Den Betrag schuldet er nicht.": "claim_denied",
    "Ob der Betrag stimmt?": "claim_changes",
}


def remark(sentence: str) -> str | None:
    text = LETTER.format(sentence)
    found = doubtful_remark(Text(text), plain=[text.index("4.310,20")])
    return found[1].name if found else None


@pytest.mark.parametrize("sentence", MORE)
def test_a_sentence_that_may_change_the_figure(sentence: str) -> None:
    assert remark(sentence) is not None


@pytest.mark.parametrize("sentence", NO_MORE)
def test_a_sentence_that_leaves_the_figure(sentence: str) -> None:
    assert remark(sentence) is None


@pytest.mark.parametrize(("sentence", "rule"), RULES.items())
def test_a_remark_names_its_rule(sentence: str, rule: str) -> None:
    assert remark(sentence) == rule


@pytest.mark.parametrize(
    "sentence",
    [
        "Davon hat sie 400 EUR gezahlt.",
        "Wir haben 400 EUR erhalten.",
        "Bitte ziehen Sie 400 EUR ab.",
        "Der Drittschuldner hat gezahlt.",
        "Die Kosten lassen wir fallen.",
        "Anbei die alte Forderungsaufstellung.",
    ],
)
def test_what_changes_a_figure_of_another_part(sentence: str) -> None:
    assert doubtful_remark(Text(sentence), plain=[], stated=False)


@pytest.mark.parametrize(
    "sentence",
    ["Anbei unsere Forderungsaufstellung.", "Bisher wurde nichts gezahlt.", "Bitte nennen Sie unser Aktenzeichen."],
)
def test_what_leaves_a_figure_of_another_part(sentence: str) -> None:
    assert doubtful_remark(Text(sentence), plain=[], stated=False) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Das ist nur die Hauptforderung.",
        "Die Zinsen sind nicht enthalten.",
        "Die Kosten des Gerichtsvollziehers fehlen noch.",
        "Frau Dorn bestreitet das.",
        "Die Hälfte trägt ihr Mann.",
        "Eine neue Abrechnung ist in Arbeit.",
        "ENTWURF – noch nicht von der Kasse bestätigt",
        "Dem Einspruch gegen den Bescheid wurde stattgegeben.",
        "Die Herabsetzung ist noch nicht gebucht.",
    ],
)
def test_a_figure_that_is_not_final(sentence: str) -> None:
    assert doubtful_remark(Text(sentence), plain=[])


def test_what_is_added_is_no_remark_where_the_total_holds_it() -> None:
    text = Text("Die Rechnung lautet auf 60,00 EUR. Hinzu kommen Kosten von 5,00 EUR. Der Gesamtbetrag ist 65,00 EUR.")
    places = [text.written.index(amount) for amount in ("60,00", "5,00", "65,00")]
    assert doubtful_remark(text, places[2:]) is not None
    assert doubtful_remark(text, places[2:], places[:2]) is None
