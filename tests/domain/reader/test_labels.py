import pytest

from claimstream.domain.reader.labels import find_labels


def roles(text: str) -> list[tuple[str, str]]:
    return [(label.role.name, text[label.start : label.end]) for label in find_labels(text)]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("gesamtforderung", "TOTAL"),
        ("gesamtrueckstand", "TOTAL"),
        ("gesamtrückstand", "TOTAL"),
        ("restschuld", "CLAIM"),
        ("mietrückstand", "CLAIM"),
        ("restbetrag", "STILL"),
        ("inkasso-kosten", "COSTS"),
        ("mahngebuehren", "COSTS"),
        ("verzugszinsen", "INTEREST"),
        ("hauptforderung", "PRINCIPAL"),
        ("vergleichsbetrag", "OTHER"),
        ("irgendeinbetrag", "OTHER"),
        ("monatsrate", "RATE"),
        ("guthaben", "CREDIT"),
        ("zahlungseingang", "PAYMENT"),
    ],
)
def test_a_word_is_judged_by_its_end_and_folded(word: str, role: str) -> None:
    assert roles(word) == [(role, word)]


def test_a_tax_that_is_owed_is_the_principal_and_else_a_part_of_a_price() -> None:
    assert roles("hauptforderung einkommensteuer 2023") == [("PRINCIPAL", "hauptforderung einkommensteuer")]
    assert roles("umsatzsteuer") == [("OTHER", "umsatzsteuer")]
    assert ("OTHER", "umsatzsteuer") in roles("hauptforderung umsatzsteuer")
    assert ("OTHER", "einkommensteuer") in roles("hauptforderung  einkommensteuer"), "two columns"


@pytest.mark.parametrize(
    "word", ["beraten", "zahlungsaufforderung", "basiszinssatz", "prozent", "erforderlich", "heraten", "schuldner"]
)
def test_a_label_inside_a_longer_word_is_none(word: str) -> None:
    assert roles(word) == []


def test_a_phrase_wins_over_its_words() -> None:
    assert roles("noch offener restbetrag") == [("STILL", "noch offener restbetrag")]
    assert roles("einschließlich aller zinsen und kosten") == [("NEUTRAL", "einschließlich aller zinsen und kosten")]
    assert roles("zzgl. zinsen und kosten: 5,00") == [("INTEREST", "zinsen"), ("COSTS", "kosten")]
