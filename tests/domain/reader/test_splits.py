"""Pieces of longer amounts: separators × shapes × sentences; and numbers of their own before an amount."""

from decimal import Decimal
from itertools import product

import pytest

from claimstream.domain.reader.amounts import find_amounts
from claimstream.domain.reader.source import read_source
from claimstream.domain.records.extraction import AmountFlaw
from claimstream.domain.records.mail import Source, SourceKind

UNEXPECTED = (
    *"´‘`′ʼ·‚˙٬，．“~*^+¬●<",
    *map(chr, (*range(0x2000, 0x2007), 0x2008, 0x200A, 0x205F, 0x3000, 0x1680)),
    *("\u200b", "\u00ad", "\u2060", "\ue123", "\u0301", "\u0336"),
    *("  ", "\t", " \t", "\u00a0 ", "\n", "\n\n", " \n", "\n> ", "'\n", "´ ", " ´", " * "),
)
FIGURES = ("1{}234,56", "12{}345,67 EUR", "EUR 7{}600,00", "1{}234.567,89 EUR", "1.234{}567,00 EUR")
SENTENCES = (
    "Die Gesamtforderung beträgt {}.",
    "Unsere Forderung beläuft sich auf {}",
    "Noch offen: {}",
    "Total due: {}",
)


def total(text: str) -> list[tuple[Decimal | None, AmountFlaw | None]]:
    source = Source(
        source_id="body", kind=SourceKind.BODY, name="b", media_type="text/plain", size=1, sha256="0", text=text
    )
    return [(amount.value, amount.flaw) for amount in read_source(source).totals]


@pytest.mark.parametrize("separator", UNEXPECTED, ids=ascii)
def test_no_piece_is_read_behind_an_unexpected_separator(separator: str) -> None:
    read = {
        (figures, sentence): total(sentence.format(figures.format(separator)))
        for figures, sentence in product(FIGURES, SENTENCES)
    }
    assert {where: found for where, found in read.items() if any(value is not None for value, _ in found)} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Die Gesamtforderung beträgt 1.2\n34,56 EUR.",
        "Die Gesamtforderung beträgt 1.234\n,56 EUR.",
        "Die Gesamtforderung beträgt 1.\n234,56 EUR.",
        "Gesamtforderung 12 34,56 EUR",
        "Gesamtforderung:\t1  234,56 EUR",
        "Gesamtforderung:  1  234,56 EUR",
        "Gesamtforderung:\t1\u2003234,56 EUR",
        "Gesamtforderung: 1.234·56 EUR",
        "Gesamtforderung: 1.234‚56 EUR",
        "Die Gesamtforderung beträgt 12 x 234,56 EUR.",
        "Die Gesamtforderung beträgt 12 × 234,56 EUR.",
        "Die Gesamtforderung beträgt １.２３４,５６ EUR.",
        "Die Gesamtforderung beträgt ١٢٣٤,٥٦ EUR.",
        "Die Gesamtforderung beträgt 1٠234,56 EUR.",
        "Die Gesamtforderung beträgt 1 234\t567,89 EUR.",
    ],
)
def test_a_figure_cut_in_two_is_ambiguous(text: str) -> None:
    assert AmountFlaw.AMBIGUOUS in {flaw for _, flaw in total(text)}
    assert {value for value, _ in total(text)} == {None}


BEFORE = (
    "",
    "Miete\t3\t",
    "Miete  3  ",
    "Miete 2025  ",
    "2025\t\t",
    "Anzahl:\t3\t",
    "Rate 1\t",
    "Mahnung 2   ",
    "Pos. 3  ",
    "Quartal 3\t",
    "Miete Februar\n",
    "Miete Jan 26\t",
    "Vertrag 12\n",
    "Haus 24\t",
    "Nr. 1 | ",
    "3 | ",
    "Menge;3;",
    "1. ",
    "1) ",
    "(1) ",
    "12\n",
    "Vertrag 12: ",
    "Rate 3 – ",
    "3 Raten zu ",
    "am 12.10.2026 ",
    "vom 3.5.25\t",
    "zum 31.12.\n",
    "bis 31.12. ",
    "01.01.2026 - 31.01.2026\t",
    "Buchung 17.03. 12:30 ",
    "Telefon 0421 / 12 34 56\n",
    "Tel. 0421/123456 ",
    "Kd.-Nr. 77 310 552\n",
    "24103 Kiel\n",
    "DE41 5001 0517 0123 4567 89\n",
    "K-12\t",
    "8817/25\t",
    "RE-2024-12\t",
    "Rechnung 4711\t",
    "Zinsen 19 % ",
    "§ 288 Abs. 5  ",
    "Nr. 7002 VV RVG ",
    "100,00 ",
    "1.200 EUR\n",
    "„Flat 5“ ",
    "5 x 40,00 = ",
)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("amount", ["200,00", "200,00 EUR", "340,50 €"])
def test_a_number_of_its_own_leaves_the_amount_whole(before: str, amount: str) -> None:
    found = find_amounts(before + amount)[-1]
    assert (found.value, found.flaw) == (Decimal(amount.split(maxsplit=1)[0].replace(",", ".")), None)


@pytest.mark.parametrize("before", ["Ratenkredit 7 188 410\t", "Konto Nord 12   ", "Stadtwerke 24\t"])
def test_an_amount_with_thousands_of_its_own_stands_in_a_column(before: str) -> None:
    assert [token.value for token in find_amounts(f"{before}7.980,00\t7.980,00 EUR")][-2:] == [Decimal(7980)] * 2


@pytest.mark.parametrize("text", ["Rate 1.200", "Februar 1.200", "Titel 1.200"])
def test_only_the_number_of_a_thing_is_no_amount(text: str) -> None:
    assert [token.value for token in find_amounts(text)] == [Decimal(1200)]
