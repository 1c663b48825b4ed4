"""Figures that hold from a day on or count what is not due yet, and figures of today."""

from itertools import product

import pytest

from claimstream.domain.replies.due import not_owed_today
from claimstream.domain.text import Text

FROM = (
    "Ab dem 01.02.2027",
    "Ab Februar",
    "Ab nächster Woche",
    "Nach Fristablauf",
    "Nach Ablauf dieser Frist",
    "Nach diesem Termin",
    "Andernfalls",
    "Bei verspäteter Zahlung",
    "Bei Nichtzahlung",
    "Von da an",
)
OWED = (
    "beträgt unsere Forderung 512,40 EUR.",
    "fordern wir 512,40 EUR.",
    "sind 512,40 EUR zu zahlen.",
    "beläuft sich die Gesamtforderung auf 512,40 EUR.",
)
FROM_IN_ENGLISH = (
    "From 1 February our claim is EUR 512.40.",
    "After that date the total amounts to EUR 512.40.",
    "Otherwise we claim EUR 512.40.",
)
UNTIL = (
    "Bei Zahlung bis zum 15.12.2026 beträgt die Forderung 480,00 EUR.",
    "Innerhalb von zwei Wochen sind 480,00 EUR zu zahlen.",
    "Bis Jahresende nehmen wir 480,00 EUR.",
    "If paid by 15 December the claim is EUR 480.00.",
)
THEN = ("Danach fordern wir 512,40 EUR.", "Später sind es 512,40 EUR.", "Thereafter we claim EUR 512.40.")
DUES = ("künftigen Raten", "noch nicht fälligen Beiträge", "Raten bis Vertragsende", "Kreditraten bis zum Schluss")
COUNTED = ("Darin sind die {} enthalten.", "Die {} sind eingerechnet.", "Die Summe umfasst auch die {}.")
NOT_DUE = (
    "Derzeit fällig wäre weniger.",
    "Fällig wären nur zwei Raten.",
    "Der tatsächliche Betrag ist geringer.",
    "In Wirklichkeit ist es etwas weniger.",
    "Das ist mehr als heute geschuldet wird.",
    "Die Miete für Dezember ist schon mitgerechnet.",
    "Die Summe beträgt 512,40 EUR inklusive der Raten bis Vertragsende.",
    "Künftige Raten 01/2027 bis 08/2028\t512,40 EUR",
    "It includes future instalments.",
    "The amount currently due is lower.",
)
TODAY = (
    "Die Forderung beträgt heute 512,40 EUR.",
    "Ab dem 01.12.2026 fallen Tageszinsen von 0,18 EUR an.",
    "Ab Mai 2026 sind die Mieten offen, zusammen 512,40 EUR.",
    "Für die Miete ab Januar sind 512,40 EUR offen.",
    "Der Rückstand seit Januar beträgt 512,40 EUR.",
    "Einschließlich Zinsen bis zum 30.11.2026 beträgt die Forderung 512,40 EUR.",
    "Bis zum 30.11.2026 beträgt die Forderung 512,40 EUR.",
    "Zum 30.11.2026 beträgt die Forderung 512,40 EUR.",
    "Nach Abzug aller Zahlungen sind 512,40 EUR offen.",
    "Nach unseren Unterlagen sind 512,40 EUR offen.",
    "Danach beträgt die Forderung 512,40 EUR.",
    "Der Betrag ist sofort fällig.",
    "Künftige Mieten sind nicht enthalten.",
    "Weitere Beiträge werden nicht fällig.",
    "Die Beiträge bis Vertragsende am 31.10.2025 sind darin enthalten.",
    "Die rückständigen Raten bis Oktober sind enthalten.",
    "Die vereinbarten Raten wurden bis Januar gezahlt.",
    "Weniger können wir derzeit nicht annehmen.",
    "Darin sind Zinsen und Kosten enthalten.",
    "Die Raten sind seit Mai fällig.",
    "Our claim is EUR 512.40 as of today.",
    "Future instalments are not included.",
)


@pytest.mark.parametrize("sentence", [*map(" ".join, product(FROM, OWED)), *FROM_IN_ENGLISH])
def test_a_figure_that_holds_from_a_day_on(sentence: str) -> None:
    assert not_owed_today(Text(sentence).sentences)


@pytest.mark.parametrize("sentences", [*map(" ".join, product(UNTIL, THEN))])
def test_a_figure_until_a_day_and_another_after_it(sentences: str) -> None:
    assert not_owed_today(Text(sentences).sentences)


@pytest.mark.parametrize("sentence", [*(said.format(dues) for said, dues in product(COUNTED, DUES)), *NOT_DUE])
def test_a_figure_that_counts_what_is_not_due_yet(sentence: str) -> None:
    assert not_owed_today(Text(sentence).sentences)


@pytest.mark.parametrize("sentence", TODAY)
def test_a_figure_that_is_owed_today(sentence: str) -> None:
    assert not_owed_today(Text(sentence).sentences) is None
