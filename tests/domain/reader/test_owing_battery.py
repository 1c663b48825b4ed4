"""Claims whose debtor or creditor may be named in any order: before the figure, behind it, in the sentence before."""

from itertools import product

import pytest
from tests.domain.reader.test_plain_battery import VALUE, sure

A = "2.318,40 EUR"

FRAMES = (
    "Von {debtor} bekommen wir {ground} noch {amount}.",
    "Von {debtor} kriege ich {ground} mit Mahnkosten noch {amount}.",
    "Noch {amount} bekommen wir von {debtor}, und zwar {ground}.",
    "Es sind {amount}, die wir von {debtor} {ground} zu bekommen haben.",
    "{amount} stehen {ground} noch aus.",
    "Zur Zahlung stehen {ground} insgesamt {amount} an.",
    "Insgesamt bekomme ich {ground} noch {amount} von {debtor}, ohne Zinsen.",
    "{amount} inkl. Mahnkosten, das ist unsere ganze Forderung {ground}.",
    "Unsere Mandantin verlangt von {debtor} {ground} {amount}.",
    "Unterm Strich schuldet uns {debtor} {ground} {amount}.",
    "Wir haben von {debtor} {ground} noch {amount} zu fordern.",
    "Geschuldet werden {ground} {amount}.",
)
DEBTORS = ("Frau Imke Rohde", "Herrn Rohde")
GROUNDS = ("aus dem Wartungsvertrag", "für den Carport", "wegen der Grabpflege")

SURE = (
    f"Frau Rohde liegt bei uns mit Zinsen und Kosten bei {A}.",
    f"Herr Rohde steht bei uns derzeit bei {A}.",
    f"Im Fall 25-118 sind aktuell {A} offen (Ordnungsgeld inkl. Bearbeitungs- und Mahngebühren).",
    f"Auf dem Kundenkonto von Frau Rohde stehen heute noch {A} zu unseren Gunsten.",
    f"Unsere Rechnung vom 03.02.2026 über {A} ist bis heute nicht bezahlt.",
    f"Rechnung 4711, Ölwechsel und Inspektion, {A}, unbezahlt.",
    f"Es besteht eine Erstattungsforderung. Diese beträgt unverändert {A}.",
    f"Aus dem Mietvertrag ist ein Rückstand entstanden. Er beläuft sich heute auf {A}.",
    f"Hiermit wird eine Forderung in Höhe von {A} zum Einigungsverfahren angemeldet.",
    f"Die Forderung gegen Frau Rohde geben wir mit {A} an.",
    f"Namens und in Vollmacht unserer Mandantin machen wir eine Forderung von {A} geltend.",
    f"Die Gesamtforderung beträgt {A}, Mahngebühren eingeschlossen.",
    f"Der Saldo beträgt {A} (Zinsen bis gestern sind gebucht).",
    f"Der Saldo beträgt einschließlich Zinsen bis heute und sämtlicher Kosten {A}.",
    f"Die Gesamtforderung beläuft sich mit allem auf {A}.",
    f"Die Restforderung beträgt {A}. Dabei bleibt es auch.",
    f"Die Restforderung beträgt {A}. Dieser Betrag schließt die Zinsen und Kosten ein.",
    f"Offen sind {A}, und das ist alles, was wir von Frau Rohde zu bekommen haben.",
    f"Der Gesamtrückstand Ihrer Mandantin an Zweitwohnungsteuer beträgt {A}.",
    f"Die auf das Land übergegangenen Unterhaltsansprüche ergeben einen Rückstand von {A}.",
    f"Frau Rohde schuldet der Kirchengemeinde {A}.",
    f"Frau Rohde hat bei uns im Laden gekauft. Davon sind noch {A} offen.",
    f"Aufgrund der Kündigung wurde die gesamte Restschuld in Höhe von {A} fällig.",
    f"Einen Rückstand von drei Monatsmieten hat Frau Rohde, das entspricht {A}.",
    f"Nach Abzug der am 12.10.2026 gezahlten 50,00 EUR verbleibt eine Restforderung von {A}.",
    f"Zu zahlen sind 2.300,00 EUR zuzüglich 18,40 EUR Mahngebühren, mithin {A}.",
    f"Das sind zweimal 1.159,20 EUR, zusammen {A}.",
    f"Insgesamt sind noch {A} zu zahlen (Geldstrafen und Verfahrenskosten).",
    f"Fahrten für 7,00 EUR gab es nicht.\n\nFahrgeld 2.300,00 EUR\nMahngebühr 18,40 EUR\nSumme {A}",
    f"In dem Vertragsverhältnis sind trotz Mahnung {A} offen.",
    f"Für die ehemalige Wohnung in der Kolberger Straße 18 sind noch {A} offen.",
    f"Herr Rohde hat die {A} trotz Mahnung nie bezahlt.",
    f"700,00 EUR hat er mir wiedergegeben, also fehlen noch {A}.",
    f"Das sind fünf Monate zu je 463,68 EUR, zusammen {A}.",
    f"Die letzten vier Monate blieben aus. Die Miete ist 579,60 EUR. Offen sind {A}.",
    f"Die Rechnung lautet auf 2.290,00 EUR. Einschließlich Mahnkosten beträgt unsere Forderung {A}.",
    f"Wir erwarten von Frau Rohde noch {A}.",
    f"Mit Mahnkosten sind wir jetzt bei {A}.",
    f"In unseren Büchern steht Herr Rohde noch mit {A}.",
    f"Das Kundenkonto schließt mit einem Minus von {A}.",
    f"Nach Abrechnung der Kaution verbleibt eine Forderung von {A}.",
    f"Nach Abzug dieser Zahlungen verbleibt eine Restforderung von {A}.",
    f"Die Forderung beträgt {A}. Hierbei handelt es sich um die Beiträge 2025 nebst Säumniszuschlägen.",
    f"Die Forderung beträgt {A}. Der Betrag betrifft die Monate Mai und Juni.",
    f"Die Forderung haben wir auf den 05.02.2027 abgerechnet. Sie beläuft sich auf {A}.",
)
NOT_SURE = (
    f"Im Durchschnitt sind {A} offen.",
    f"In der Planung beträgt die Forderung {A}.",
    f"In Wirklichkeit beträgt die Forderung gegen ihren Mann {A}.",
    f"Auf dem Sparkonto sind {A} offen.",
    f"Seit dem Vergleich beträgt die Forderung {A}.",
    f"In Gesamtschuld mit ihrem Mann sind {A} offen.",
    f"Im Haushalt ihrer Eltern sind {A} offen.",
    f"Unsere frühere Forderung beträgt {A}.",
    f"Er hat noch {A} von uns zu bekommen.",
    f"Wir erwarten von der Versicherung noch {A}.",
    f"Von Frau Rohdes Mutter erwarten wir noch {A}.",
    f"Die zugesagte Summe von {A} wurde nie bezahlt.",
    f"Die Provision von {A} haben wir ihr noch nicht überwiesen.",
    f"In unseren Büchern steht Herr Rohde mit {A} im Haben.",
    f"In unseren Büchern steht der Wagen noch mit {A}.",
    f"Mit dem Vergleich sind wir bei {A}.",
    f"Das Konto schloss mit einem Minus von {A}.",
    f"Die Forderung beträgt {A}. Hierbei handelt es sich um eine Schätzung.",
    f"Die Forderung beträgt {A}. Das sind die Zahlen vom letzten Jahr.",
    f"Die Forderung beträgt {A}. Es handelt sich um die Hauptforderung.",
    f"Die Forderung beträgt {A}. Der Betrag betrifft ihre Schwester.",
    f"Rechnung 4711 über 500,00 EUR. Einschließlich Mahnkosten beträgt unsere Forderung {A}.",
    f"Die Rechnung der Tochter lautet auf 2.290,00 EUR. Einschließlich Mahnkosten beträgt unsere Forderung {A}.",
    f"Davon hat er 200,00 EUR bezahlt, davon offen sind {A}.",
    f"Zwei Raten zu je 1.159,20 EUR, zusammen {A}.",
    f"Nach Abzug der Kaution wären noch {A} offen.",
    f"Der Unterhaltsanspruch Ihrer Mandantin beträgt {A}.",
    f"Im Schnitt schuldet Frau Rohde uns {A}.",
    f"Peter Schulz hat noch {A} offen.",
    f"Von der Versicherung bekommen wir noch {A}.",
    f"Von Frau Rohdes Vermieter bekommen wir noch {A}.",
    f"Von Frau Rohde haben wir {A} bekommen.",
    f"Frau Rohde bekommt von uns noch {A}.",
    f"Wenn sie auszieht, bekommen wir von Frau Rohde {A}.",
    f"Ich bekomme {A} von ihm im Monat.",
    f"Herr Rohde liegt mit seinem Einkommen bei {A}.",
    f"Die Kaution von Herrn Rohde liegt bei uns bei {A}.",
    f"Herr Rohde steht bei uns mit {A} im Haben.",
    f"{A}, das ist unser Angebot.",
    f"{A}, das ist die Hälfte unserer Forderung.",
    f"Bezahlt hat sie {A}, das ist unsere ganze Forderung.",
    f"{A} stehen auf dem Sparkonto aus Zinsen.",
    f"Zur Zahlung stehen {A} an, sobald der Plan zustande kommt.",
    f"Ihnen stehen noch {A} zu.",
    f"Auf dem Konto stehen {A} zu Gunsten Ihrer Mandantin.",
    f"Zu unseren Gunsten ist eine Grundschuld von {A} eingetragen.",
    f"Die Rechnung über {A} ist noch nicht vollständig bezahlt.",
    f"Die Anzahlung über {A} ist nicht bezahlt.",
    f"Angebot 4711, Markise, {A}, noch offen.",
    f"Es besteht eine Kaution. Diese beträgt {A}.",
    f"Die Forderung wurde verkauft. Sie beträgt {A}.",
    f"Wir haben eine Forderung gegen den Bürgen. Diese beträgt {A}.",
    f"Wenn der Plan scheitert, besteht die Forderung weiter. Sie beträgt {A}.",
    f"Die Forderung wird von Ihnen mit {A} angemeldet.",
    f"Namens und in Vollmacht des Bürgen beziffern wir die Forderung auf {A}.",
    f"Im Fall einer Einigung stehen noch {A} aus.",
    f"Im Fall von Frau Rohdes Mutter sind {A} offen.",
    f"Die Forderung beträgt {A}, ohne Zinsen.",
    f"Insgesamt {A}, ohne Zinsen, die wir noch berechnen.",
    f"Die Gesamtforderung beträgt {A}, ohne die Kosten der Vollstreckung.",
    f"Die Gesamtforderung beträgt {A}, Zinsen sind noch nicht eingerechnet.",
    f"Die Forderung beträgt {A}. Dabei bleibt es nicht.",
    f"Die Forderung beträgt {A}. Dieser Betrag schließt die Forderung gegen den Ehemann ein.",
    f"Die Forderung Ihrer Mandantin an uns beträgt {A}.",
    f"Wir sind Herrn Rohde noch {A} schuldig.",
    f"Die Gemeinde schuldet der Mandantin {A}.",
    f"Frau Rohde schuldet der Schwester {A}.",
    f"Die auf den Käufer übergegangenen Ansprüche betragen {A}.",
    f"Unsere Nachbarn haben bei uns gekauft. Davon sind noch {A} offen.",
    f"Die Forderung steht in der Anlage. Davon sind noch {A} Zinsen offen.",
    f"Im Mai wurde die Forderung von {A} fällig und im Juni beglichen.",
    f"Nach Abzug der am 12.10.2026 zugesagten 50,00 EUR verbleibt eine Restforderung von {A}.",
    f"Zu zahlen wären 2.300,00 EUR zuzüglich 18,40 EUR Mahnkosten, mithin {A}.",
    f"Herr Rohde hat {A} offen, das sind die Beiträge, plus 40,00 EUR Gebühren.",
    f"Fahrgeld 2.300,00 EUR\nMahngebühr 18,40 EUR\nSumme {A}\n\nHinzu kommen 45,00 EUR.",
)


def test_who_gets_and_what_for_may_stand_in_any_order() -> None:
    made = [
        frame.format(debtor=debtor, ground=ground, amount=A)
        for frame, debtor, ground in product(FRAMES, DEBTORS, GROUNDS)
    ]
    assert [text for text in made if sure(text) != {VALUE}] == []


@pytest.mark.parametrize("ground", ["aus der Kaution", "aus dem Vergleichsangebot", "aus der Bürgschaft"])
def test_a_ground_of_the_closed_class_leaves_none_sure(ground: str) -> None:
    made = [frame.format(debtor="Frau Imke Rohde", ground=ground, amount=A) for frame in FRAMES]
    assert [text for text in made if sure(text)] == []


@pytest.mark.parametrize("text", SURE)
def test_so_much_is_owed(text: str) -> None:
    assert sure(text) == {VALUE}


@pytest.mark.parametrize("text", NOT_SURE)
def test_so_much_is_not_what_is_owed(text: str) -> None:
    assert sure(text) == set()


def test_court_costs_are_the_claim_of_its_cashier() -> None:
    told = f"Die Gerichtskosten einschließlich Mahn- und Vollstreckungsgebühren werden mit {A} angemeldet."
    assert sure(f"{told}\nLandesjustizkasse") == {VALUE}
    assert sure(f"{told}\nMalerbetrieb Sund") == set()


def test_amounts_behind_in_dem_are_euros() -> None:
    letter = "In dem Verfahren melden wir an:\nBescheid\tBetrag\nGebühren 2025\t2.300,00\nGesamtforderung\t2.318,40"
    assert sure(letter) == {VALUE}
    assert sure("Alle Beträge in DEM.\nGesamtforderung\t2.318,40") == set()
