"""What a claim is owed for is an open class; what makes its figure another one is not."""

from itertools import product

import pytest
from tests.domain.reader.test_plain_battery import VALUE, sure

GROUNDS = (
    "Dachrinnenreinigung",
    "Hochzeitstorte",
    "Beratungsstunden",
    "Segelkurs Sommerferien",
    "Feuerwehreinsatz",
    "Anfahrt und Gerüst",
    "neue Markise",
)
FRAMES = (
    "Für {} sind 2.318,40 EUR offen.",
    "Die Forderung wegen {} beträgt 2.318,40 EUR.",
    "Unsere {} sind in Höhe von 2.318,40 EUR noch offen.",
    "Die Restschuld ({}) liegt bei 2.318,40 EUR.",
    "Herr Piet Lohse schuldet uns für {} insgesamt 2.318,40 EUR.",
    "Zu dem Vertrag „{}“ besteht ein Rückstand von 2.318,40 EUR.",
)
ODD = (
    "Kaution",
    "Bürgschaft",
    "Abschlagszahlung",
    "Vergleichsvorschlag",
    "Sicherheit",
    "Gutschrift",
    "Höchstwert",
    "Deckungssumme",
    "Schwiegereltern",
    "Untermieter",
)
"""Nouns of the closed class: security, payment, offer, limit, other people."""
OTHER_PEOPLE = (
    "Der Mitbewohner schuldet uns noch {}.",
    "Unsere frühere Praktikantin schuldet uns {}.",
    "Die Ansprüche gegen die Haftpflicht betragen {}.",
    "Die Restschuld seines Onkels liegt bei insgesamt {}.",
    "Frau Lohses Sohn schuldet noch {}.",
    "Ich bekomme noch {} von seiner Oma.",
    "Der Anspruch Ihrer Mandantin beträgt {}.",
    "Als Schuldnerin der Forderung von {} führen wir die Waldhof GmbH.",
)


@pytest.mark.parametrize("frame", FRAMES)
def test_any_noun_may_say_what_is_owed_for(frame: str) -> None:
    nouns = [noun for noun in GROUNDS if "„" not in frame or noun[0].isupper()]
    assert [noun for noun in nouns if sure(frame.format(noun)) != {VALUE}] == []


@pytest.mark.parametrize("frame", FRAMES)
def test_a_noun_of_the_closed_class_leaves_none_sure(frame: str) -> None:
    assert [noun for noun in ODD if sure(frame.format(noun))] == []


@pytest.mark.parametrize("frame", OTHER_PEOPLE)
def test_what_somebody_else_owes_is_not_sure(frame: str) -> None:
    assert sure(frame.format("2.318,40 EUR")) == set()


@pytest.mark.parametrize(
    ("adjective", "known"),
    [("fiktive", False), ("hälftige", False), ("verhandelte", False), ("offene", True), ("derzeitige", True)],
)
def test_an_adjective_of_the_claim_itself_must_be_known(adjective: str, known: bool) -> None:
    assert bool(sure(f"Die {adjective} Gesamtforderung beträgt 2.318,40 EUR.")) == known


TELLING = (
    "Wir erlauben uns mitzuteilen, dass",
    "Wir danken für Ihre Nachricht und teilen mit, dass",
    "Auf Ihre E-Mail vom 02.12.2026 wird mitgeteilt, dass",
    "Hiermit bestätigen wir, dass",
)
REPORTING = (
    "Ihre Mandantin teilte uns mit, dass",
    "Wir gehen davon aus, dass",
    "Wir können nicht bestätigen, dass",
    "Bis zur Klärung teilen wir mit, dass",
    "Die Auskunftei gibt an, dass",
)
BEFORE = (
    "Der Vertrag wurde im März gekündigt,",
    "Bezahlt hat Herr Lohse bisher nichts,",
    "Da keine Zahlung einging,",
    "Obwohl wir mehrfach gemahnt haben,",
    "Geliefert haben wir im Mai,",
)
CHANGING = (
    "Vereinbart war Ratenzahlung,",
    "Sobald die Kaution verrechnet ist,",
    "Der Onkel zahlt die Hälfte,",
    "Wie er sagt,",
    "Wenn der Plan kommt,",
)
BEHIND = (
    ", Belege sind beigefügt.",
    ", die Wohnung wurde im Juli geräumt.",
    " und ist nicht tituliert.",
    " und wird hiermit angemeldet.",
)
CHANGING_BEHIND = (
    ", das Auto wird noch verkauft.",
    ", die Hälfte davon trägt sein Bruder.",
    ", die Versicherung reguliert.",
    " und ruht.",
    " und entfällt zum Jahresende.",
    " und liegt jetzt beim Inkasso.",
    " und richtet sich gegen den Ehemann.",
)


def test_a_clause_that_only_tells_leaves_the_figure() -> None:
    assert [x for x in TELLING if sure(f"{x} die Forderung 2.318,40 EUR beträgt.") != {VALUE}] == []
    assert [x for x in REPORTING if sure(f"{x} die Forderung 2.318,40 EUR beträgt.")] == []


def test_a_clause_before_is_judged_by_what_may_change_the_figure() -> None:
    assert [x for x in BEFORE if sure(f"{x} offen sind 2.318,40 EUR.") != {VALUE}] == []
    assert [x for x in CHANGING if sure(f"{x} offen sind 2.318,40 EUR.")] == []


def test_a_clause_behind_is_judged_by_what_may_change_the_figure() -> None:
    assert [x for x in BEHIND if sure(f"Die Forderung beträgt 2.318,40 EUR{x}") != {VALUE}] == []
    assert [x for x in CHANGING_BEHIND if sure(f"Die Forderung beträgt 2.318,40 EUR{x}")] == []


def test_the_amount_in_words_must_be_the_same() -> None:
    text = "Die Gesamtforderung beträgt 2.318,40 EUR (in Worten: {} Euro und {} Cent)."
    assert sure(text.format("zweitausenddreihundertachtzehn", "vierzig")) == {VALUE}
    assert sure(text.format("zweitausenddreihundertachtzehn", "vierzehn")) == set()


RECKONED = (
    ("Drei Monate zu 700,00 EUR, dazu 218,40 EUR für Heizöl.", True),
    ("Geliehen habe ich 3.000,00 EUR, zurückgezahlt hat er 681,60 EUR.", True),
    ("Frau Lohse zahlte zwei Mal 100,00 EUR auf unsere Rechnung von 2.518,40 EUR.", True),
    ("Drei Monate zu 800,00 EUR waren vereinbart.", False),
    ("Die Garage nebenan kostet weitere 80,00 EUR.", False),
)


@pytest.mark.parametrize(("history", "comes_to_it"), RECKONED)
def test_amounts_that_come_to_the_claim_leave_it(history: str, comes_to_it: bool) -> None:
    assert bool(sure(f"{history} Insgesamt sind noch 2.318,40 EUR offen.")) == comes_to_it


@pytest.mark.parametrize(
    ("behind", "leaves"),
    [
        ("Davon entfallen 2.000,00 EUR auf die Miete und 318,40 EUR auf Heizung.", True),
        ("Davon entfallen 2.000,00 EUR auf Herrn Ole Brandt und 318,40 EUR auf Frau Lohse.", False),
        ("Davon sind 2.000,00 EUR streitig und 318,40 EUR anerkannt.", False),
    ],
)
def test_a_breakdown_that_adds_up_leaves_the_claim(behind: str, leaves: bool) -> None:
    assert bool(sure(f"Die Forderung beträgt 2.318,40 EUR. {behind}")) == leaves


@pytest.mark.parametrize(
    ("fee", "is_claim"),
    [
        (f"{noun}{frame}", owed)
        for (noun, owed), frame in product(
            [("Abfallgebühren", True), ("Behandlungskosten", True), ("Mahngebühren", False), ("Kosten", False)],
            [" in Höhe von 2.318,40 EUR sind rückständig.", " von 2.318,40 EUR sind noch offen."],
        )
    ],
)
def test_a_fee_is_the_claim_unless_it_comes_on_top_of_one(fee: str, is_claim: bool) -> None:
    assert bool(sure(f"Die {fee}")) == is_claim


@pytest.mark.parametrize(
    ("tail", "leaves"),
    [(" zuzüglich weiterer Zinsen", True), (" zzgl. der Gutachterkosten", False), (" plus Anwaltsgebühren", False)],
)
def test_more_on_top_is_not_all_that_is_owed(tail: str, leaves: bool) -> None:
    assert bool(sure(f"Die Gesamtforderung beträgt 2.318,40 EUR{tail}.")) == leaves


@pytest.mark.parametrize("work", ["Erteilung dieser Auskunft", "Kopie der Akte", "Bearbeitung Ihrer Anfrage"])
def test_the_fee_for_a_letter_is_no_claim(work: str) -> None:
    assert sure(f"Für die {work} sind 2.318,40 EUR fällig.") == set()


ALL_OF_IT = (
    "Herr Lohse muss uns noch 2.318,40 EUR zahlen, das ist dann wirklich alles.",
    "Es sind noch 2.318,40 EUR offen, da ist alles drin (Miete, Strom).",
    "Zusammen sind das 2.318,40 EUR, die er mir insgesamt noch schuldet.",
    "Bei Piet Lohse sind noch 2.318,40 EUR offen.",
    "Von Herrn Lohse sind noch 2.318,40 EUR an uns zu zahlen.",
    "Die Schuld wird zum Zwecke der Schuldenregulierung mit 2.318,40 EUR beziffert.",
    "The balance on the above agreement is EUR 2,318.40.",
    "Die Forderung für Kranken- und Pflegeversicherung beträgt 2.318,40 EUR.",
    "Die Forderung (Überzahlung Wohngeld 03/2025) ist in Höhe von 2.318,40 EUR offen.",
    "Herr Lohse schuldet uns Miete nebst Säumniszuschlägen 2.318,40 EUR.",
    "Die Forderung beträgt 2.318,40 EUR. Der Betrag berücksichtigt alle gebuchten Zahlungen.",
    "Folgende Leistungen wurden erbracht:\nGesamtforderung: 2.318,40 EUR",
    "Sie bitten um Auskunft über die Höhe der Forderung. Die Forderung beträgt 2.318,40 EUR.",
    "Sie setzt sich zusammen aus der Hauptforderung von 2.000,00 EUR, Zinsen von 200,00 EUR und bisherigen Kosten von "
    "118,40 EUR, insgesamt 2.318,40 EUR.",
    "Also: Markise 2.000,00 EUR und Einbau 300,00 EUR, Mahnkosten 18,40 EUR, macht zusammen 2.318,40 EUR.",
    "Es sind insgesamt 2.318,40 EUR, die Herr Lohse uns schuldet.",
    "Als Gläubigerin machen wir 2.318,40 EUR geltend.",
    "Ihr Mandant schuldet der Stadt Grünau Hundesteuer für 2025 in Höhe von 2.318,40 EUR.",
    "Nach Abzug der Ratenzahlungen sind noch 2.318,40 EUR offen.",
    "Herr Lohse muss uns noch 2.318,40 EUR bezahlen.",
    "Wir kriegen noch 2.318,40 EUR von Frau Lohse.",
    "Zurzeit sind 2.318,40 EUR fällig.",
)
NOT_ALL_OF_IT = (
    "Herr Lohse muss uns noch 2.318,40 EUR zahlen, das ist nicht alles.",
    "Es sind noch 2.318,40 EUR offen, da ist alles von seinem Bruder drin.",
    "Herr Lohse muss uns noch 2.318,40 EUR zahlen, das ist alles, ich habe das Geld gestern bekommen.",
    "Das sind 2.318,40 EUR, die sein Vater mir noch schuldet.",
    "Das sind 2.318,40 EUR, die ich ihm noch schulde.",
    "Bei Annahme Vergleich sind noch 2.318,40 EUR offen.",
    "Von der Haftpflicht sind noch 2.318,40 EUR an uns zu zahlen.",
    "Die Schuld wird demnächst mit 2.318,40 EUR beziffert.",
    "Die Schuld wird zum Zwecke des Vergleichs mit 2.318,40 EUR beziffert.",
    "The balance is above EUR 2,318.40.",
    "Die Teil- und Restforderung beträgt 2.318,40 EUR.",
    "Die bisherige Forderung beträgt 2.318,40 EUR.",
    "Herr Lohse schuldet uns Miete nebst Säumniszuschlägen von 2.318,40 EUR.",
    "Die Forderung beträgt 2.318,40 EUR. Der Betrag berücksichtigt alle künftigen Zahlungen.",
    "Folgende Leistungen wurden im Vorjahr berechnet:\nGesamtforderung: 2.318,40 EUR",
    "Storniert sind Markise 2.000,00 EUR und Einbau 318,40 EUR, macht zusammen 2.318,40 EUR.",
    "Wir spendeten 2.000,00 EUR und 318,40 EUR, zusammen 2.318,40 EUR.",
    "Es sind insgesamt 2.318,40 EUR, die der Bruder uns schuldet.",
    "Gegen den Bürgen machen wir 2.318,40 EUR geltend.",
    "Die Stadt Grünau schuldet uns 2.318,40 EUR.",
    "Nach Abzug der künftigen Ratenzahlungen sind noch 2.318,40 EUR offen.",
    "Die Forderung enthält 2.318,40 EUR Umsatzsteuer.",
    "Der Bruder muss noch 2.318,40 EUR bezahlen.",
    "Wir müssen Ihrem Mandanten noch 2.318,40 EUR bezahlen.",
    "Zur Schuldenbereinigung genügen 2.318,40 EUR.",
)


@pytest.mark.parametrize("text", ALL_OF_IT)
def test_what_is_said_beside_leaves_the_figure(text: str) -> None:
    assert sure(text) == {VALUE}


@pytest.mark.parametrize("text", NOT_ALL_OF_IT)
def test_what_is_said_beside_takes_the_figure_back(text: str) -> None:
    assert sure(text) == set()
