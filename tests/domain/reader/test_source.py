"""One source through the whole reader: ranks, doubts, sums, confidences."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimstream.domain.reader.confidence import SOURCE_CONFIDENCE
from claimstream.domain.reader.source import combine_parts, read_source
from claimstream.domain.records.extraction import Amount, AmountFlaw, AmountRank, Evidence, Method, SourceExtraction
from claimstream.domain.records.mail import Source, SourceKind

_WORDS = (
    "Gesamtforderung Zinsen Kosten Hauptforderung noch offen EUR 3.418,07 50,00- -50,00 2,500 € ( ) , . :"
    " \n \t | Frau Nele Brandt Az. 8817/25 Unser Zeichen 12.10.2026 Stand per Rate monatlich nicht Plan s"
    "timmen zu lehnen ab GmbH im Auftrag der IBAN DE41500105170123456789 Summe davon abzüglich Zahlung un"
    "d Ihr"
)


def source(text: str, kind: SourceKind = SourceKind.TEXT_PDF) -> Source:
    return Source(source_id="s", kind=kind, name="n", media_type="text/plain", size=len(text), sha256="0", text=text)


def check_evidence(text: str, extraction: SourceExtraction) -> None:
    """Every value's words stand in the text where its evidence says."""
    single = [
        extraction.principal,
        extraction.interest,
        extraction.costs,
        extraction.currency,
        extraction.as_of,
        extraction.creditor,
        extraction.representative,
        extraction.iban,
        extraction.bic,
        extraction.installment,
        extraction.settlement,
    ]
    every = [one for one in single if one is not None]
    evidences = [one.evidence for one in (*every, *extraction.totals, *extraction.people, *extraction.references)]
    if extraction.injection:
        evidences.append(extraction.injection)
    for evidence in evidences:
        assert evidence.quote
        assert text[evidence.start : evidence.start + len(evidence.quote)] == evidence.quote


def read(text: str, kind: SourceKind = SourceKind.TEXT_PDF) -> SourceExtraction:
    extraction = read_source(source(text, kind))
    check_evidence(text, extraction)
    return extraction


def totals(text: str, kind: SourceKind = SourceKind.TEXT_PDF) -> list[tuple[str, str, float]]:
    return [(str(a.value), a.rank.name, a.confidence) for a in read(text, kind).totals]


def test_the_method_is_the_reader_and_there_is_no_summary() -> None:
    extraction = read("Gesamtforderung: 3.418,07 EUR")
    assert (extraction.method, extraction.summary, extraction.dropped) == (Method.READER, None, ())
    assert extraction.totals[0].label == "Gesamtforderung"


@pytest.mark.parametrize("kind", list(SourceKind))
def test_a_total_is_as_sure_as_its_source(kind: SourceKind) -> None:
    assert totals("Gesamtforderung: 3.418,07 EUR", kind) == [("3418.07", "TOTAL", SOURCE_CONFIDENCE[kind])]


def test_a_repaired_figure_has_060() -> None:
    (total,) = read("Gesamtforderung: 5OO,0O EUR", SourceKind.SCANNED_PDF).totals
    assert (total.value, total.repaired, total.confidence) == (Decimal("500.00"), True, 0.60)


def test_principal_interest_and_costs_make_the_total_where_none_stands() -> None:
    extraction = read(
        "Hauptforderung: 2.900,00 EUR\nZinsen: 318,07 EUR\nMahnkosten: 15,00 EUR\nInkassokosten: 185,00 EUR"
    )
    (total,) = extraction.totals
    assert (total.value, total.rank, total.computed, total.confidence) == (Decimal("3418.07"), 1, True, 0.8075)
    assert extraction.costs is not None
    assert extraction.costs.value == Decimal("200.00")


def test_a_total_beats_its_parts_even_when_it_is_lower() -> None:
    text = "Hauptforderung: 2.900,00 EUR\nZinsen: 318,07 EUR\nKosten: 200,00 EUR\nGesamtforderung: 3.000,00 EUR"
    assert totals(text) == [("3000.00", "TOTAL", 0.95)]


def test_nothing_is_computed_where_a_part_is_missing_or_repeats() -> None:
    assert totals("Hauptforderung: 2.900,00 EUR\nZinsen: 318,07 EUR") == []
    assert totals("Hauptforderung: 1,00 EUR\nZinsen: 2,00 EUR\nZinsen: 3,00 EUR\nKosten: 4,00 EUR") == []


def test_combine_parts_needs_all_three_and_no_total() -> None:
    part = Amount(
        value=Decimal(1),
        rank=AmountRank.BARE,
        label="x",
        confidence=0.9,
        evidence=Evidence(source_id="s", quote="1", start=0),
    )
    total = part.model_copy(update={"rank": AmountRank.CLAIM})
    flawed = part.model_copy(update={"flaw": AmountFlaw.CREDIT})
    combined = combine_parts(part, part, part)
    assert combined is not None
    assert (combined.value, combined.confidence) == (Decimal(3), 0.765)
    assert combine_parts(part, part, part, [part]) is not None
    assert combine_parts(part, part, part, [total]) is None
    assert combine_parts(part, part, None) is None
    assert combine_parts(part, part, flawed) is None


@pytest.mark.parametrize(
    "text",
    [
        "Forderung 2.900,00 EUR\nZinsen 318,07 EUR\nKosten 200,00 EUR",
        "Rechnungsbetrag: 230,00 EUR\nRechnungsbetrag: 225,00 EUR",
        "Gesamtforderung 1.000,00 EUR, abzüglich Ihrer Zahlung von 570,00 EUR.",
        "Die Gesamtforderung beträgt ca. 3.400,00 EUR.",
    ],
)
def test_what_alone_may_not_be_what_is_owed_stays_below_the_guard(text: str) -> None:
    found = totals(text)
    assert found
    assert all(confidence < 0.75 for _, _, confidence in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gesamtforderung 1.000,00 EUR\nabzgl. Zahlung 570,00 EUR\nSaldo 430,00 EUR", "430.00"),
        (
            "Hauptforderung\t2.900,00\nZinsen\t318,07\nKosten\t200,00\n./. Zahlung vom "
            "01.09.2026\t-418,07\nOffener Betrag\t3.000,00",
            "3000.00",
        ),
        ("Forderung: 3.418,07 EUR (Hauptforderung 2.900,00 EUR, Zinsen 318,07 EUR, Kosten 200,00 EUR)", "3418.07"),
    ],
)
def test_a_balance_that_arithmetic_proves_is_sure(text: str, expected: str) -> None:
    best = min(read(text).totals, key=lambda amount: amount.rank)
    assert (best.value, best.confidence) == (Decimal(expected), 0.95)


def test_flawed_amounts_are_kept_where_they_carry_a_claim_label() -> None:
    (ambiguous,) = read("Gesamtforderung: 2,500 EUR").totals
    assert (ambiguous.value, ambiguous.flaw, ambiguous.rank) == (None, AmountFlaw.AMBIGUOUS, AmountRank.TOTAL)
    (credit,) = read("Saldo: 50,00 EUR Haben").totals
    assert (credit.value, credit.flaw) == (Decimal("-50.00"), AmountFlaw.CREDIT)
    (owed,) = read("Ihr Guthaben beträgt 50,00 EUR.").totals
    assert (owed.value, owed.flaw) == (Decimal("-50.00"), AmountFlaw.CREDIT)


def test_zero_is_a_value_and_nothing_is_none() -> None:
    assert totals("Die Forderung ist erledigt: 0,00 €") == [("0.00", "CLAIM", 0.95)]
    nothing = read("Guten Tag, wir melden uns.")
    assert nothing.totals == ()
    assert (nothing.principal, nothing.as_of, nothing.iban, nothing.currency, nothing.settlement) == (None,) * 5


def test_a_bare_amount_needs_a_currency_and_has_the_last_rank() -> None:
    assert totals("430,00 EUR") == [("430.00", "BARE", 0.95)]
    assert totals("430,00") == []


def test_another_currency_is_no_claim_in_euro() -> None:
    extraction = read("Gesamtforderung: CHF 3.418,07")
    assert [(total.value, total.flaw) for total in extraction.totals] == [(None, AmountFlaw.AMBIGUOUS)]
    assert extraction.currency is not None
    assert extraction.currency.value == "CHF"


@pytest.mark.parametrize("rest", ["", "\nMahngebühr 10,00 EUR", "\nBitte zahlen Sie 10,00 EUR Gebühr."])
def test_a_total_in_foreign_money_counts_against_lesser_figures(rest: str) -> None:
    flaws = {total.rank: total.flaw for total in read(f"Gesamtforderung: 5.000,00 INR{rest}").totals}
    assert flaws[AmountRank.TOTAL] is AmountFlaw.AMBIGUOUS


def test_a_total_in_euros_stands_beside_what_it_comes_to_elsewhere() -> None:
    text = "Gesamtforderung: 1.000,00 EUR (das sind 945,00 CHF)"
    assert [(total.value, total.flaw) for total in read(text).totals] == [(Decimal("1000.00"), None)]


@pytest.mark.parametrize(
    "text",
    [
        "Wenn keine weitere Zahlung erfolgt, beträgt unsere Forderung 512,00 EUR.",
        "Nach Verzicht auf die Zinsen beträgt die Gesamtforderung 512,00 EUR.",
        "Die ursprüngliche Forderung beträgt 512,00 EUR.",
        "Die Forderung ist mit 512,00 EUR nicht richtig angegeben.",
    ],
)
def test_a_figure_that_a_veto_hides_is_seen_and_not_sure(text: str) -> None:
    (found,) = read(text).totals
    assert (found.value, found.rank) == (Decimal("512.00"), AmountRank.BARE)
    assert found.confidence < 0.75


@pytest.mark.parametrize("text", ["Wir haben 512,00 EUR erhalten.", "Die Vergleichsquote beträgt 512,00 EUR."])
def test_a_figure_that_no_claim_is_said_of_stays_out(text: str) -> None:
    assert read(text).totals == ()


def test_two_ibans_are_no_iban() -> None:
    one = "DE41 5001 0517 0123 4567 89"
    assert read(f"IBAN {one} oder {one}").iban is not None
    assert read(f"IBAN {one} oder AT61 1904 3002 3457 3201").iban is None


def test_the_as_of_date_is_the_one_beside_the_total() -> None:
    text = "Stand 01.03.2026: Gesamtforderung 3.300,00 EUR\nStand 12.10.2026: Gesamtforderung 3.418,07 EUR"
    found = read(text).as_of
    assert found is not None
    assert found.value == date(2026, 10, 12)


def test_a_number_inside_a_reference_is_no_amount() -> None:
    extraction = read("Vertragsnummer 12.345.678 EUR 430,00")
    assert [a.value for a in extraction.totals] == [Decimal("430.00")]


def test_instalments_have_rate_number_and_first_due_date() -> None:
    found = read("Wir bieten eine Ratenzahlung an: 24 Raten zu je 50,00 EUR, erstmals am 01.11.2026.").installment
    assert found is not None
    assert (found.value.rate, found.value.count, found.value.first_due) == (Decimal("50.00"), 24, date(2026, 11, 1))
    assert read("Raten von 50,00 EUR oder 60,00 EUR monatlich").installment is None


def test_a_spreadsheets_whole_numbers_are_read() -> None:
    assert totals("Hauptforderung\t2900\nGesamtforderung\t3418.5", SourceKind.XLSX) == [("3418.5", "TOTAL", 0.85)]


@given(st.text(max_size=200), st.sampled_from(list(SourceKind)))
def test_any_text_is_read_without_an_error_and_with_evidence(text: str, kind: SourceKind) -> None:
    read(text, kind)


@given(
    st.lists(
        st.sampled_from(_WORDS.split(" ")),
        max_size=40,
    )
)
@settings(max_examples=200)
def test_any_mixture_of_its_words_is_read_without_an_error_and_with_evidence(words: list[str]) -> None:
    read(" ".join(words))


def test_a_long_text_is_read_like_a_short_one() -> None:
    """No pattern may go back over a long text again and again: these would take hours."""
    for repeated in ("a-", "A ", "1.", "(", "nach ", "und Zinsen ", "wir stimmen ", "Frau Nele ", "O0", "\n", "EUR "):
        read(repeated * 20_000)


def test_a_payment_is_a_remark_only_where_no_figure_is_stated_beside_it() -> None:
    paid = "Davon hat sie 400 EUR gezahlt."
    alone, beside = read_source(source(paid)), read_source(source(f"Gesamtforderung 1.000,00 EUR. {paid}"))
    assert alone.remark is not None
    assert alone.remark.evidence.quote == paid
    assert beside.remark is None
