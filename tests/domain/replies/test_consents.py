"""Sentences that accept a plan, what may stand beside them, and what looks like it."""

from itertools import product

import pytest

from claimstream.domain.replies.settlement import read_settlement
from claimstream.domain.text import Text

MAIL = "Sehr geehrte Frau Kern,\n\n{}\n\nMit freundlichen Grüßen\nMöbelhaus Orlo GmbH"


def said(text: str) -> str | None:
    found = read_settlement(Text(text), "body")
    if found is None:
        return None
    return "conditional" if found.value.conditions else found.value.decision.value


OBJECTS = {
    "dem Plan": ("stimmen wir zu", "wird zugestimmt", "wurde zugestimmt", "stimme ich zu", "treten wir bei"),
    "den Vergleichsvorschlag": ("nehmen wir an", "akzeptieren wir", "genehmigen wir"),
    "der Zahlungsplan": ("wird angenommen", "ist bewilligt", "ist genehmigt", "wurde angenommen", "findet Zustimmung"),
    "mit Ihrem Plan": ("sind wir einverstanden", "erklären wir uns einverstanden", "besteht Einverständnis"),
    "die angebotene Ratenzahlung": ("nehmen wir an", "akzeptieren wir"),
}


@pytest.mark.parametrize(("thing", "verbs"), OBJECTS.items())
def test_plain_forms_accept(thing: str, verbs: tuple[str, ...]) -> None:
    texts = [f"{thing[0].upper()}{thing[1:]} {verb}." for verb in verbs]
    texts += [f"Ergebnis: {text}" for text in texts]
    assert [(text, said(MAIL.format(text))) for text in texts if said(MAIL.format(text)) != "accepted"] == []


BESIDES = ("vielleicht", "noch nicht", "unter Vorbehalt", "nur teilweise", "demnächst", "im Wesentlichen", "bedingt")


@pytest.mark.parametrize(("thing", "verbs"), OBJECTS.items())
def test_forms_with_a_word_of_doubt_do_not(thing: str, verbs: tuple[str, ...]) -> None:
    for verb, word in product(verbs, BESIDES):
        first, _, rest = verb.partition(" ")
        text = f"{thing[0].upper()}{thing[1:]} {first} {word} {rest}."
        assert said(MAIL.format(text)) not in {"accepted"}, text


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("accepted", "Plan angenommen."),
        ("accepted", "Passt, machen wir so wie vorgeschlagen."),
        ("accepted", "Einverstanden mit Ihrem Plan!"),
        ("accepted", "Ich stimme / wir stimmen dem Plan zu."),
        ("accepted", "Nach längerem Überlegen nehme ich Ihr Angebot an."),
        ("accepted", "Nach Rücksprache mit unserer Mandantin teilen wir mit, dass diese den Plan annimmt."),
        ("accepted", "Wir vertreten unsere Mandantin. Sie stimmt dem Plan zu."),
        ("accepted", "Mit dem Plan (Vertragskonto 880 1174) sind wir einverstanden."),
        ("accepted", "Hinsichtlich der hier bestehenden Forderung stimmen wir dem Plan zu."),
        (None, "Vorläufiges Ergebnis: Plan angenommen."),
        (None, "Plan angenommen, Rate 60 Euro."),
        (None, "Nach Prüfung der noch fehlenden Belege nehmen wir Ihr Angebot an."),
        (None, "Nach Rücksprache mit unserer Mandantin teilen wir mit, dass dieser den Plan annimmt."),
        (None, "Unsere Mandantin sprach mit dem Schuldner. Er stimmt dem Plan zu."),
        (None, "Frau Rahn ist mit dem Plan einverstanden."),
        (None, "Die Hausbank hat beschlossen, dass dem Plan zugestimmt wird."),
        (None, "Hinsichtlich der Hauptforderung stimmen wir dem Plan zu."),
        (None, "Der Plan (nur Vertrag 880 1174) wird angenommen."),
    ],
)
def test_forms_of_offices_and_private_people(expected: str | None, text: str) -> None:
    assert (said(MAIL.format(text)) == "accepted") is (expected == "accepted")


FORMS = (
    "Ja, das können wir so machen.",
    "Passt für mich, bin einverstanden.",
    "Einverstanden, so machen wir das.",
    "Den Plan nehmen wir so an, wie er vor uns liegt.",
    "Mit dem Plan bin ich einverstanden, so wie Sie ihn geschickt haben.",
    "Ihren Vorschlag vom August nehmen wir an.",
    "Dem Plan wird nach Abstimmung mit der Bezirksregierung zugestimmt.",
    "Nach Rücksprache mit meinem Sohn nehme ich den Plan an.",
    "Der Plan wurde von unserer Rechtsabteilung genehmigt.",
    "Unser Kirchenvorstand hat dem Plan zugestimmt.",
    "Unser Ausschuss hat am 03.11.2026 entschieden: Wir nehmen den Plan an.",
    "Gute Nachricht zum Vorgang 88-1: Der Plan wurde genehmigt.",
    "Annahme des Zahlungsplans hiermit bestätigt.",
    "Wir haben uns entschlossen, dem Plan zuzustimmen.",
    "Unser Einverständnis zu dem Plan haben Sie.",
    "Damit die Sache vom Tisch kommt, nehme ich den Plan an.",
    "Wir freuen uns, dem Plan zustimmen zu können.",
)
LOOK_ALIKES = (
    "Das können wir so machen?",
    "Das könnten wir so machen.",
    "Passt für mich, sofern die Bank mitmacht.",
    "Wir nehmen den Plan so nicht an.",
    "Wir nehmen den Plan an, wie wir ihn geändert haben.",
    "Wir nehmen den Plan an, wie er sein sollte.",
    "Ihren Vorschlag nehmen wir ab August an.",
    "Dem Plan wird erst nach Abstimmung mit der Bezirksregierung zugestimmt.",
    "Der Plan wird von unserer Rechtsabteilung noch genehmigt.",
    "Der Plan wurde von der Volksbank genehmigt.",
    "Der Vorstand der Volksbank hat dem Plan zugestimmt.",
    "Unser Kirchenvorstand hat dem Plan nicht zugestimmt.",
    "Die Volksbank hat entschieden: Wir nehmen den Plan an.",
    "Annahme des Zahlungsplans durch die Volksbank bestätigt.",
    "Wir haben uns noch nicht entschlossen, dem Plan zuzustimmen.",
    "Damit er das ganze Geld zahlt, nehme ich den Plan an.",
    "Wir hoffen, dem Plan zustimmen zu können.",
)
BESIDE = (
    "Bitte geben Sie uns Bescheid, ob der Plan zustande gekommen ist.",
    "Wir bitten um Mitteilung, sobald alle Gläubiger zugestimmt haben.",
    "Über das Ergebnis bitten wir uns zu unterrichten.",
    "Steuern dürfen wir nur unter den Voraussetzungen des § 227 AO erlassen.",
    "Nach Prüfung der Unterlagen liegen diese Voraussetzungen vor.",
    "Unsere Zustimmung gilt damit als erteilt.",
    "Zum Geldempfang bin ich nicht bevollmächtigt.",
    "Schönen Samstag noch!",
    "Besser wenig als gar nichts.",
    "Die Forderung beruht auf Kursen aus dem Jahr 2022, als Frau Rahn noch bei uns lernte.",
    "Am 03.11.2026 haben Sie uns einen Schuldenbereinigungsplan vorgelegt.",
    "Er soll es auf mein Konto überweisen.",
)
TIES_BESIDE = (
    "Wir bitten um Mitteilung, ob er auch mehr zahlen kann.",
    "Wir bitten um Mitteilung, sobald alle zugestimmt haben, erst dann gilt es.",
    "Wir bitten um Mitteilung, ob unsere Änderung angenommen ist.",
    "Bitte geben Sie Bescheid, ob die Mutter zugestimmt hat.",
    "Steuern dürfen wir nur unter den Voraussetzungen erlassen, die wir genannt haben.",
    "Sind diese Voraussetzungen erfüllt, gilt es.",
    "Dann liegen die Voraussetzungen vor.",
    "Die Zustimmung gilt nach zwei Wochen als erteilt.",
    "Zum Abschluss bin ich nicht bevollmächtigt.",
    "Besser wären 50 Euro als nichts.",
    "Sie haben uns einen neuen Plan vorgelegt.",
    "Er soll das ganze Geld auf mein Konto überweisen.",
    "Gläubigerin: Orlo KG, nur Vertrag 300-55-11",
)


def test_further_forms_accept_and_look_alikes_do_not() -> None:
    assert [text for text in FORMS if said(MAIL.format(text)) != "accepted"] == []
    assert [text for text in LOOK_ALIKES if said(MAIL.format(text)) == "accepted"] == []


def test_further_sentences_beside_an_acceptance() -> None:
    accepts = "Wir stimmen dem Schuldenbereinigungsplan zu. {}"
    assert [text for text in BESIDE if said(MAIL.format(accepts.format(text))) != "accepted"] == []
    assert [text for text in TIES_BESIDE if said(MAIL.format(accepts.format(text))) == "accepted"] == []
