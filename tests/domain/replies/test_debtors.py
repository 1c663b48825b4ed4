"""Who owes a letter's total beside the client or instead of it, and who only stands in it."""

from itertools import product

import pytest

from claimstream.domain.replies.debtors import other_debtor
from claimstream.domain.text import Text

ROLES = ("Schuldnerin", "Vertragspartner", "Mieter", "Darlehensnehmer", "Rechnungsempfängerin", "Kontoinhaber")
BE = ("ist", "war", "ist nach unseren Unterlagen", "ist nicht Ihr Mandant, sondern")
OTHERS = ("der Nachlass", "die Falk Bau GmbH", "sein Bruder", "die Mutter Ihres Mandanten", "ein Dritter", "der Verein")
SAID = (
    "Die Forderung richtet sich gegen die Erben.",
    "Der Anspruch besteht gegen die GbR.",
    "Der Vater haftet uns dafür.",
    "Dafür haftet in erster Linie der Schwager.",
    "Die Eigentümergemeinschaft schuldet das Geld.",
    "Bestellt hat die Firma Ihres Mandanten.",
    "Den Vertrag schloss die Tochter Ihrer Mandantin.",
    "Mit Ihrem Mandanten selbst besteht kein Vertrag.",
    "Ob Ihre Mandantin das Erbe ausgeschlagen hat, wissen wir nicht.",
    "Bitte klären Sie, ob er dafür haftet.",
    "Unterschrieben hat er als Geschäftsführer der Firma.",
    "Es geht um die Pflege der verstorbenen Frau Falk.",
    "The claim is directed against the company.",
    "The debtor is the estate of Mr Falk.",
    "We do not know whether your client signed.",
)
COUPLES = (
    "Gesamtforderung gegen die Eheleute Falk",
    "Gegen beide bestehen Forderungen.",
    "Von beiden zusammen bekommen wir noch Geld.",
    "Ihre Mandantschaft und deren Ehemann schulden den Betrag.",
    "Herr Falk und seine Frau haben die Wohnung gemietet.",
    "Sie und ihr Bruder haben bestellt.",
    "Die Eheleute haben getrennte Verträge.",
    "Die Forderung richtet sich gegen mehrere Personen.",
    "Der Rückstand betrifft alle Mieter.",
    "Beide schulden den Betrag.",
    "Karte des Ehegatten: 40,00 EUR",
    "Girokonto Lebensgefährtin 40,00 EUR",
    "Konto Herr Falk: 40,00 EUR\nKonto Frau Falk: 50,00 EUR",
    "Our claim against Mr and Mrs Falk",
    "Your client and her husband owe us the amount.",
    "The couple owes us the amount.",
)
NOBODY_ELSE = (
    "Schuldnerin ist Ihre Mandantin.",
    "Darlehensnehmer war Herr Uwe Falk.",
    "Die Forderung richtet sich gegen Ihren Mandanten.",
    "Gläubigerin ist die Falk Bau GmbH.",
    "Vermieterin ist die Erbengemeinschaft Sommer.",
    "Wir vertreten die Eheleute Sommer.",
    "Namens der Eigentümergemeinschaft nennen wir den Rückstand.",
    "Ihr Mandant war Mieter einer Wohnung unserer Gesellschaft.",
    "Bitte zahlen Sie an die Falk Bau GmbH.",
    "Ihre Verbindlichkeiten gegenüber der Falk Bau GmbH",
    "Ihr Mandant ist Mitglied in unserem Verein.",
    "Der Vertrag mit unserer Gesellschaft läuft seit 2020.",
    "Beide Rechnungen sind fällig.",
    "Bei beiden Verträgen sind die Raten offen.",
    "Ihr Mandant wohnte dort mit seiner Ehefrau.",
    "Mietschulden der Eheleute Falk für die Wohnung",
    "Der Vertrag mit den Eheleuten Falk wurde gekündigt.",
    "Hortbeitrag Tochter: 40,00 EUR",
    "Zahlung des Ehemannes 40,00 EUR",
    "Bitte teilen Sie mit, ob Ihr Mandant zahlen kann.",
    "Geschäftsführer: Jan Falk",
    "Einen Nachlass gewähren wir nicht.",
    "Die Pfändung beim Arbeitgeber Ihres Mandanten blieb erfolglos.",
    "Unser Kunde ist mit den Raten im Rückstand.",
    "Mieterin ist seit dem Auszug der Tochter Ihre Mandantin.",
    "Die Lieferung ging an die Firma in der Ringstraße.",
    "Unsere Mandantin ist ein Unternehmen der Möbelbranche.",
    "Ihre Mandantin hat bei der Firma Falk bestellt.",
    "Konto Frau Falk: 40,00 EUR\nDarlehen Frau Falk: 50,00 EUR",
    "Our client is Falk Limited.",
    "Please let us know if your client can pay.",
)


def owes(text: str) -> str | None:
    return other_debtor(Text(text).sentences, [])


@pytest.mark.parametrize("sentence", [f"{' '.join(words)}." for words in product(ROLES, BE, OTHERS)])
def test_a_debtors_role_is_anothers(sentence: str) -> None:
    assert owes(sentence)


@pytest.mark.parametrize("sentence", [*SAID, *COUPLES])
def test_somebody_else_owes_it(sentence: str) -> None:
    assert owes(sentence)


@pytest.mark.parametrize("sentence", NOBODY_ELSE)
def test_nobody_else_owes_it(sentence: str) -> None:
    assert owes(sentence) is None


@pytest.mark.parametrize("sentence", COUPLES)
def test_each_of_several_owes_all_of_it(sentence: str) -> None:
    assert owes(f"{sentence}\nDie Schuldner haften als Gesamtschuldner.") is None
    assert owes(f"{sentence}\nDie Schuldner haften nicht als Gesamtschuldner.")
    assert owes(f"{sentence}\nDarlehen (Gesamtschuldner): 700,00 EUR")
