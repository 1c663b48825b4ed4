"""Sentences beside an acceptance of a plan: what ties it, and what leaves it alone."""

from itertools import product

import pytest

from claimstream.domain.replies.settlement import NOT_PLAIN, read_settlement
from claimstream.domain.text import Text

ACCEPTS = (
    "Wir stimmen dem Schuldenbereinigungsplan zu.",
    "Ihren Vergleichsvorschlag nehmen wir an.",
    "Mit dem Zahlungsplan bin ich einverstanden.",
    "We accept the repayment plan.",
)
TIED = {
    "tie_condition": ("Vorbehaltlich der Freigabe durch den Kreistag.", "Provided that the loan is called in."),
    "tie_limit": ("Das gilt nur für das Darlehen.", "Ausgezahlt wird erst im Juni."),
    "tie_contrast": ("Die Kopien berechnen wir allerdings.", "We keep the piano, though."),
    "tie_denial": ("Die Klimaanlage ist nicht erfasst.", "The boat is not covered."),
    "tie_subjunctive": ("Lieber wäre uns eine Zahlung im Mai.", "Forty a month would suit us."),
    "tie_decision_to_come": ("Der Bürgermeister prüft das Schreiben.", "The directors are to review the file."),
    "tie_term_of_agreement": ("Die Laufzeit endet 2031.", "Die Anwaltskosten trägt Frau Rahn."),
    "tie_reservation": ("Unsere Antwort ist freibleibend.", "A formal letter comes by post."),
    "tie_slip": ("Betrachten Sie die Mail als ungeschrieben.", "Please disregard the email."),
    "tie_assumption": ("Wir gehen davon aus, dass der Betrieb schließt.", "We assume that the shop closes."),
    "tie_still_to_come": ("Meine Chefin unterschreibt am Dienstag.", "The manager has the final say."),
    "tie_other_terms": ("Auf Seite 4 steht eine Wertklausel.", "The rate goes up in spring."),
    "tie_other_money": ("Am Schluss zahlt Frau Rahn den Rest.", "The arrears are paid in June."),
    "tie_security": ("Der Schwager bürgt für die Summe.", "A charging order secures it."),
    "tie_counter_performance": ("Die Kaffeemaschine holen wir ab.", "The keys are handed over in May."),
    "tie_other_person": ("Der Ehemann zahlt mit.", "The husband is liable."),
    "tie_pursuit": ("Den Traktor versteigern wir.", "We go on to enforce."),
    "tie_paper_wanted": ("Wir brauchen einen Rentenbescheid.", "We need proof of income."),
    "tie_other_matter": ("Das zweite Darlehen läuft getrennt.", "The second loan runs separately."),
    "tie_other_figure": ("Im Kalender stehen 48 Raten.", "It runs for 48 months."),
    "tie_other_date": ("Die Rate kommt ab dem 01.03.2027.", "Payments come from 1 March 2027."),
    "tie_plan": ("Der Plan gilt ab Mai.", "Wir haben den Plan nach Kiel getragen."),
    "tie_obligation": ("Ihr Mandant hilft uns am Samstag.", "Your client helps us on Saturday."),
    "tie_answer": ("Die Zusage trägt bis Mai.", "It stands until May."),
    "tie_question": ("Wer sind die Nachbarn?", "Who are the neighbours?"),
    "tie_unknown": ("Das Hochwasser kommt immer im März.", "Den Kahn lassen wir am Freitag kommen."),
}
SUBJECTS = ("Die Buchhaltung", "Unsere Abteilung Mahnwesen", "Mein Kollege Herr Ernst", "Das Team in Celle")
PAST = (
    "hat den Vorgang aufgenommen",
    "hat Ihr Schreiben gelesen",
    "wurde gestern informiert",
    "hat die Akte an das Archiv geschickt",
)
HARMLESS = (
    *(f"{subject} {told}." for subject, told in product(SUBJECTS, PAST)),
    "Bitte geben Sie bei jeder Zahlung das Kassenzeichen 5.0412.8 an.",
    "Die Überweisungen gehen auf unser Konto DE41 5001 0517 0123 4567 89.",
    "Nach Eingang der letzten Rate geben wir den Titel zurück.",
    "Die Pfändung bei der Volksbank heben wir auf.",
    "Weitere Mahnungen versenden wir nicht.",
    "Kosten entstehen Ihrer Mandantin nicht.",
    "Ein gesondertes Schreiben geht Ihnen nicht zu.",
    "Der Gerichtsvollzieher ist unterrichtet.",
    "Unsere Sprechzeiten haben sich geändert.",
    "Ab Januar finden Sie uns im Rathaus, Zimmer 12.",
    "Ich freue mich für Frau Rahn und wünsche ihr viel Glück.",
    "Bei uns im Laden ist viel los, die Post dauert etwas.",
    "No further letters will be sent.",
    "Your client's file has been updated by our team.",
    "Payments should be sent to the account below, quoting 77-120.",
)
ORDERS = ("{0} {1}", "{1}\n\n{0}", "{0}\n\n{1}")
MAIL = "Sehr geehrte Frau Kern,\n\n{}\n\nMit freundlichen Grüßen\nMöbelhaus Orlo GmbH"


def said(text: str) -> str | None:
    found = read_settlement(Text(text), "body")
    if found is None:
        return None
    return "conditional" if found.value.conditions else found.value.decision.value


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", TIED)
def test_what_ties_an_acceptance_is_a_persons(kind: str, order: str) -> None:
    texts = [order.format(accepts, tie) for accepts, tie in product(ACCEPTS, TIED[kind])]
    assert [text for text in texts if said(text) == "accepted" or said(MAIL.format(text)) == "accepted"] == []


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("accepts", ACCEPTS)
def test_what_ties_nothing_leaves_it_accepted(accepts: str, order: str) -> None:
    texts = [MAIL.format(order.format(accepts, harmless)) for harmless in HARMLESS]
    assert [(text, said(text)) for text in texts if said(text) != "accepted"] == []


@pytest.mark.parametrize("kind", [kind for kind in TIED if kind != "tie_condition"])
def test_the_sentence_that_ties_has_a_name(kind: str) -> None:
    for tie in TIED[kind]:
        text = f"Wir stimmen dem Plan zu. {tie}"
        found = read_settlement(Text(text), "body")
        assert found is not None
        if found.value.conditions:
            continue
        doubt = found.value.doubt
        assert doubt is not None
        assert (doubt.rule, doubt.evidence.quote) == (kind, tie)
        assert text[doubt.evidence.start :] == tie


def test_an_answer_that_says_more_is_its_own_doubt() -> None:
    found = read_settlement(Text("Dem Plan aus dem Jahr 2021 stimmen wir zu."), "body")
    assert found is not None
    assert found.value.doubt is not None
    assert found.value.doubt.rule == NOT_PLAIN


@pytest.mark.parametrize("text", ["Wir stimmen dem Plan zu.", "Wir lehnen den Plan ab. Der Plan wird geprüft."])
def test_other_answers_have_no_doubt(text: str) -> None:
    found = read_settlement(Text(text), "body")
    assert found is not None
    assert found.value.doubt is None
