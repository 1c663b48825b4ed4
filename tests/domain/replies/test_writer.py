"""A creditor that speaks of itself by its name, and others that are named in its letter."""

import pytest

from claimstream.domain.replies.settlement import read_settlement
from claimstream.domain.text import Text

LETTER = "Guten Tag,\n\n{}\n\nMit freundlichen Grüßen\nMohr"
OWN = (
    ("die Stadt Rodau", "Stadtkasse Rodau <stadtkasse@rodau.example>"),
    ("das Jobcenter Stadt Rodau", "Jobcenter Rodau <team@jobcenter-rodau.example>"),
    ("der Landkreis", "Landkreis Rodau <kasse@landkreis-rodau.example>"),
    ("die Stadt Grünau", "Stadt Grünau - Kämmerei <kasse@gruenau.example>"),
    ("die Gemeinde Auental", "Kämmerei <post@gemeinde-auental.example>"),
    ("Frau Dr. Holst", "Praxis <praxis@zahnarzt-holst.example>"),
    ("Dr. Brandt", "Praxis Dr. Brandt <termin@praxis.example>"),
    ("die Firma Kern KG", "Kern KG, Buchhaltung <buchhaltung@firma-kern.example>"),
    ("Emerald Car Hire", "Office <office@emeraldcarhire.example>"),
)
OTHERS = (
    ("Herr Mann", "Stadt Mannheim <kasse@mannheim.example>"),
    ("Frau Berg", "Stadtwerke Heidelberg <post@swheidelberg.example>"),
    ("die Stadt Rodau", "Stadtwerke Rodau <kasse@rodau.example>"),
    ("die Gemeinde Rodau", "Kirchengemeinde Rodau <post@rodau.example>"),
    ("der Landkreis", "Sparkasse Rodau <post@sparkasse-rodau.example>"),
    ("die Stadt Rodau", "Jobcenter Rodau <team@jobcenter-rodau.example>"),
    ("die Kern KG", "Kern Inkasso GmbH <post@kern.example>"),
    ("die Sparkasse Grünau", "Stadt Grünau <kasse@gruenau.example>"),
    ("die Stadtwerke Auental", "Gemeinde Auental <post@auental.example>"),
    ("Frau Dr. Sommer", "Praxis <praxis@zahnarzt-holst.example>"),
    ("Herr Kern", "Insolvenzverwalter Kern <post@iv-kern.example>"),
    ("die Schwester von Dr. Brandt", "Praxis Dr. Brandt <praxis@brandt.example>"),
    ("Ihr Mandant", "Praxis Dr. Brandt <praxis@brandt.example>"),
)
YES = (
    "{} stimmt dem Zahlungsplan zu.",
    "{} nimmt Ihren Vorschlag an.",
    "{} ist mit dem Plan einverstanden.",
    "{} hat sich den Plan angesehen und ist damit einverstanden.",
    "{} erteilt dem Plan ihre Zustimmung.",
)
NO = ("{} lehnt den Plan ab.", "{} stimmt Ihrem Plan nicht zu.")


def said(words: str, sender: str) -> str | None:
    found = read_settlement(Text(LETTER.format(f"{words[0].upper()}{words[1:]}")), "body", sender)
    if found is None:
        return None
    return "conditional" if found.value.conditions else found.value.decision.value


@pytest.mark.parametrize(("name", "sender"), OWN)
def test_the_writer_answers_by_its_own_name(name: str, sender: str) -> None:
    assert [words for words in YES if said(words.format(name), sender) != "accepted"] == []
    assert [words for words in NO if said(words.format(name), sender) != "declined"] == []


def test_its_name_may_stand_behind_the_verb() -> None:
    words = "in Ihrer Angelegenheit erklärt {} ihre Zustimmung zu dem Plan."
    assert [name for name, sender in OWN[:-1] if said(words.format(name), sender) != "accepted"] == []
    assert [name for name, sender in OTHERS if said(words.format(name), sender) == "accepted"] == []


@pytest.mark.parametrize(("name", "sender"), OTHERS)
def test_others_in_its_letter_answer_nothing(name: str, sender: str) -> None:
    assert [words for words in (*YES, *NO) if said(words.format(name), sender) in {"accepted", "declined"}] == []


@pytest.mark.parametrize(("name", "sender"), OWN)
def test_what_ties_a_consent_ties_it_under_a_name(name: str, sender: str) -> None:
    more = "{} stimmt dem Plan zu, wir tun es nicht.", "{} stimmt dem Plan zu, sofern alle zustimmen."
    assert [words for words in more if said(words.format(name), sender) in {"accepted", "declined"}] == []
