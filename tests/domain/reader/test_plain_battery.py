"""Sentences that state a claim, made by grammar: all are sure, and none beside a word that spoils it."""

from decimal import Decimal
from itertools import product

import pytest

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import AmountRank
from claimstream.domain.records.mail import Source, SourceKind

GUARD = 0.75
VALUE = Decimal("2318.40")

OPENINGS = (
    "",
    "zu Ihrem Schreiben vom 03.11.2026 teilen wir mit: ",
    "In der obigen Angelegenheit ",
    "Wunschgemäß teilen wir Ihnen mit, dass ",
)
LABELS = (
    ("die", "Gesamtforderung"),
    ("unsere", "Forderung"),
    ("der", "Beitragsrückstand"),
    ("der", "offene Saldo"),
    ("die", "Restschuld"),
    ("der", "zu zahlende Gesamtbetrag"),
    ("die", "Mietrückstände"),
    ("der", "Schuldsaldo"),
)
GROUNDS = (
    "",
    " aus dem Kreditvertrag Nr. 4711",
    " aus der Lieferung und Montage",
    " für Strom und Gas",
    " gemäß Vollstreckungsbescheid vom 02.03.2024",
    " gegen Frau Vera Holm",
)
TAILS = (" per 12.11.2026", " einschließlich Zinsen und Kosten", " derzeit", "")
SPOILERS = (
    "angeblich",
    "voraussichtlich",
    "seinerzeit",
    "irrtümlich",
    "nach Ihrer Auffassung",
    "vorbehaltlich der Prüfung",
    "ohne die Nebenkosten",
    "im Vorjahr",
    "bei Fortbestand",
    "laut Ihrer Liste",
    "gegen den Bruder",
    "nach einem Vergleich",
    "schätzungsweise",
    "zuletzt",
)
ROWS = (
    "Gesamtforderung per 12.11.2026\t{}",
    "Summe aller offenen Posten: {}",
    "Zu zahlender Betrag | {}",
    "Offene Beitragsrückstände gesamt .......... {}",
    "Schuldsaldo\n{}",
    "Unsere Forderung beläuft sich heute auf insgesamt\n\n{}.",
)


def sure(text: str) -> set[Decimal]:
    source = Source(
        source_id="body",
        kind=SourceKind.TEXT_PDF,
        name="letter.pdf",
        media_type="application/pdf",
        size=len(text),
        sha256="0" * 64,
        text=text,
    )
    return {
        total.value
        for total in read_source(source).totals
        if total.value is not None and total.rank < AmountRank.BARE and total.confidence >= GUARD
    }


def sentences(spoiler: str = "") -> list[str]:
    between = f" {spoiler}" if spoiler else ""
    made = []
    for number, (opening, (article, label), ground, tail) in enumerate(product(OPENINGS, LABELS, GROUNDS, TAILS)):
        if number % 5:  # every combination of two, in a fifth of all
            continue
        verb = "betragen" if label.endswith("e") and label.startswith("Miet") else "beträgt"
        if opening.endswith("dass "):
            made.append(f"{opening}{article} {label}{ground}{tail}{between} 2.318,40 EUR {verb}.")
        elif opening.endswith("heit "):
            made.append(f"{opening}{verb} {article} {label}{ground}{tail}{between} 2.318,40 EUR.")
        else:
            begin = f"{opening}{article}" if opening else article.capitalize()
            made.append(f"{begin} {label}{ground} {verb}{tail}{between} 2.318,40 EUR.")
    return made


def test_a_claim_is_sure_in_every_composition() -> None:
    assert [sentence for sentence in sentences() if sure(sentence) != {VALUE}] == []


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_states_the_claim_is_sure(row: str) -> None:
    assert sure(row.format("2.318,40 EUR")) == {VALUE}


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_a_word_that_spoils_it_leaves_none_sure(spoiler: str) -> None:
    assert [sentence for sentence in sentences(spoiler)[::3] if sure(sentence)] == []
