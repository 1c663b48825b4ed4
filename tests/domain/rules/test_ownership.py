"""Another claim's number, creditor or debtor beside the figure is a conflict, whatever routed the mail."""

import pytest
from tests.domain.records import NOW, THRESHOLDS, file, mail, pdf

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Decision, ReviewReason
from claimstream.domain.records.extraction import Method
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import Classification, Intent
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.deterministic_routing import Signs, find_route
from claimstream.domain.rules.freemail import FREEMAIL_DOMAINS
from claimstream.domain.rules.matching import match
from claimstream.domain.rules.routing import decide

OURS = file(1, creditor_reference="26-K-004411")
AGENCY = file(
    2,
    first="Torben",
    last="Ohlers",
    case="8820/25",
    creditor="Möbelhof Ravensand KG",
    creditor_reference="26-K-007722",
    email="post@moebelhof.example",
    representative="Dreyer Inkasso",
)
SHARED = file(
    3, first="Uwe", last="Brandt", case="8821/25", creditor_reference="26-K-004411", email="kasse@anderswo.example"
)
WIFE = file(4, first="Uwe", last="Brandt", case="8822/25", creditor_reference="26-K-009933", email=None)
SPARBANK = file(5, first="Ida", last="Kern", case="8823/25", creditor="Sparbank Heide eG", email="x@sparbank.example")
TENANT = (OURS, AGENCY, SHARED, WIFE, SPARBANK)
FIGURE = "Die Gesamtforderung gegen Nele Brandt beträgt 512,40 EUR."


def _decided(received: ParsedMail, tenant: tuple[CandidateFile, ...] = TENANT) -> Decision:
    consolidated = consolidate(
        [read_source(each) for each in received.sources if each.text.strip()],
        intent=Intent.CLAIM_STATEMENT,
        thresholds=THRESHOLDS,
    )
    signs = Signs.of(received)
    routing = find_route(received, tenant, now=NOW, thresholds=THRESHOLDS, signs=signs)
    found = match(
        received, consolidated, tenant, routing=routing, now=NOW, thresholds=THRESHOLDS, freemail=FREEMAIL_DOMAINS
    )
    case = next((f for f in tenant if f.inquiry.inquiry_id == found.inquiry_id), None)
    sure = Classification(intent=Intent.CLAIM_STATEMENT, confidence=0.95, method=Method.READER, why="the rules say so")
    return decide(received, sure, consolidated, found, case, thresholds=THRESHOLDS)


def _by_code(text: str, *attachments: str) -> ParsedMail:
    return mail(text, *map(pdf, attachments), to=["claims+K7Q2X9M1@kanzlei-nord.example"])


def _in_thread(text: str, *attachments: str) -> ParsedMail:
    return mail(text, *map(pdf, attachments), in_reply_to=["<i-1@kanzlei-nord.example>"])


ANOTHERS = (
    ("Unser Zeichen: 26-K-007722\n\n" + FIGURE, "26-K-007722"),
    (f"{FIGURE}\n\nAz. 26-K-007722", "26-K-007722"),
    ("Die Gesamtforderung zum Vorgang 26-K-007722 beträgt 512,40 EUR.", "26-K-007722"),
    ("Unser Zeichen: 26-K-004411\n\nDie Gesamtforderung zu 26-K-007722 beträgt 512,40 EUR.", "26-K-007722"),
    ("Die Gesamtforderung unserer Mandantin Möbelhof Ravensand KG beträgt 512,40 EUR.", "Möbelhof Ravensand"),
    ("Die Gesamtforderung der Möbelhof Ravensand KG gegen Nele Brandt beträgt 512,40 EUR.", "Möbelhof Ravensand"),
    ("Möbelhof Ravensand KG\tGesamtforderung\t512,40 EUR\nSchuldnerin: Nele Brandt", "Möbelhof Ravensand"),
    ("Gläubiger: Möbelhof Ravensand KG\nSchuldnerin: Nele Brandt\n\nGesamtforderung: 512,40 EUR", "Möbelhof Ravensand"),
    ("Betr. Nele Brandt\n\nDie Gesamtforderung gegen Herrn Torben Ohlers beträgt 512,40 EUR.", "Torben Ohlers"),
    ("Betr. Nele Brandt\n\nDie Gesamtforderung gegen Frau Sabine Brandt beträgt 512,40 EUR.", "Sabine Brandt"),
    ("Nele Brandt hat uns Ihr Schreiben gegeben.\n\nHerr Jan Vogel schuldet uns insgesamt 512,40 EUR.", "Jan Vogel"),
)
OWN = (
    FIGURE,
    f"Unser Zeichen: 26-K-004411\n\n{FIGURE}",
    f"Unser Zeichen: 26-K-004411, Uwe Brandt: 26-K-009933\n\n{FIGURE}",
    "Die Gesamtforderung gegen die Eheleute Nele und Uwe Brandt als Gesamtschuldner beträgt 512,40 EUR.",
    "Die Gesamtforderung gegen Frau Brandt beträgt 512,40 EUR.",
    "Die Gesamtforderung der Stadtwerke Aue GmbH gegen Nele Brandt beträgt 512,40 EUR.",
    f"{FIGURE} Bitte zahlen Sie auf unser Konto bei der Sparbank Heide eG.",
    f"{FIGURE}\n\nIhre Ansprechpartnerin ist Frau Ida Kern.",
    f"Sehr geehrter Herr Rechtsanwalt Vogel,\n\n{FIGURE}",
    f"{FIGURE}\n\nTitel: Amtsgericht Heide vom 03.05.2024",
    f"{FIGURE}\n\nMit freundlichen Grüßen\ni. A. Torben Ohlers\nStadtwerke Aue GmbH",
)


@pytest.mark.parametrize(("text", "named"), ANOTHERS)
def test_anothers_figure_is_a_conflict_with_every_signal(text: str, named: str) -> None:
    for received in (_by_code(text), _in_thread(text), _by_code("anbei.", text)):
        decision = _decided(received)
        assert (decision.write, decision.reasons[:1]) == (False, (ReviewReason.CONFLICT,))
        assert named in decision.why


@pytest.mark.parametrize("text", OWN)
def test_the_clients_own_figure_is_written(text: str) -> None:
    for received in (_by_code(text), _in_thread(text), _by_code("anbei.", text)):
        decision = _decided(received)
        assert decision.write, decision.why


def test_a_number_shared_by_two_clients_is_no_conflict() -> None:
    assert _decided(_by_code(f"Unser Zeichen: 26-K-004411\n\n{FIGURE}"), (OURS, SHARED)).write


def test_a_clerk_who_signs_may_be_named_beside_the_figure() -> None:
    text = "Betr. Nele Brandt\n\nWie Frau Ida Kern mitteilte, beträgt die Gesamtforderung 512,40 EUR."
    assert ReviewReason.CONFLICT in _decided(_by_code(text)).reasons
    signed = f"{text}\n\nMit freundlichen Grüßen\nIda Kern"
    assert ReviewReason.CONFLICT not in _decided(_by_code(signed)).reasons


def test_a_creditor_that_is_a_person_may_be_named() -> None:
    lender = file(1, creditor="Heinz Thomsen", email="heinz@thomsen.example")
    text = "Betr. Nele Brandt\n\nDie Forderung von Herrn Heinz Thomsen beträgt insgesamt 512,40 EUR."
    assert ReviewReason.CONFLICT not in _decided(_by_code(text), (lender,)).reasons


def test_an_agency_that_is_a_creditor_elsewhere_may_name_itself() -> None:
    ours = file(1, representative="Dreyer Inkasso GmbH")
    elsewhere = file(2, last="Ohlers", case="8820/25", creditor="Dreyer Inkasso GmbH")
    text = "Die von der Dreyer Inkasso GmbH angemeldete Gesamtforderung gegen Nele Brandt beträgt 512,40 EUR."
    assert ReviewReason.CONFLICT not in _decided(_by_code(text), (ours, elsewhere)).reasons


BOTH = (
    "Nele Brandt und Jan Vogel",
    "Jan Vogel und Nele Brandt",
    "Frau Nele Brandt sowie Herrn Vogel",
    "Nele Brandt u. a.",
    "Nele Brandt und zwei weitere",
    "Nele Brandt und die Vogel Bau GmbH",
    "Nele Brandt & Jan Vogel",
    "Brandt, Nele und Vogel, Jan",
    "Nele Brandt, Jan Vogel und Ida Hauser",
    "Nele Brandt and Jan Vogel",
)
OF_SEVERAL = (
    *(f"Die Gesamtforderung gegen {names} beträgt 512,40 EUR." for names in BOTH),
    *(f"Schuldner: {names}\n\nGesamtforderung: 512,40 EUR" for names in (*BOTH, "Nele Brandt, Jan Vogel")),
    "Schuldnerin: Nele Brandt\nMitschuldner: Jan Vogel\n\nGesamtforderung: 512,40 EUR",
    "Betr. Nele Brandt und ihren Mann\n\nDie Gesamtforderung beträgt 512,40 EUR.",
    "Die Gesamtforderung beträgt 512,40 EUR. Mieter sind Frau Brandt und Herr Vogel.",
    "Die Gesamtforderung beträgt 512,40 EUR. Darlehensnehmer ist Jan Vogel.",
    "Schuldner 1: Nele Brandt\nSchuldner 2: Jan Vogel\n\nGesamtforderung: 512,40 EUR",
    "Schuldner: Nele Brandt\n           Jan Vogel\n\nGesamtforderung: 512,40 EUR",
    "Forderung gegen Nele Brandt und gegen Jan Vogel\n\nDie Gesamtforderung beträgt 512,40 EUR.",
    "Nele Brandt 400,00\nJan Vogel 112,40\nGesamt 512,40",
    "1. Jan Vogel: 112,40 EUR\n2. Nele Brandt: 400,00 EUR\nGesamtforderung: 512,40 EUR",
)
OF_ONE = (
    "Die Gesamtforderung gegen Nele Brandt und Uwe Brandt beträgt 512,40 EUR.",
    "Betreff: Nele Brandt / Stadtwerke Aue GmbH\n\nDie Gesamtforderung beträgt 512,40 EUR.",
    "Betreff: Nele Brandt und Ihre Anfrage vom 02.03.2026\n\nDie Gesamtforderung beträgt 512,40 EUR.",
    "Schuldnerin: Nele Brandt, Alte Gasse 5, 12345 Aue\n\nGesamtforderung: 512,40 EUR",
    "Schuldnerin: Nele Brandt, Kundennummer 123456\n\nGesamtforderung: 512,40 EUR",
    "Hauptforderung Strom 400,00 EUR\nZinsen Stand heute 112,40 EUR\nGesamtforderung gegen Nele Brandt 512,40 EUR",
    "Die Gesamtforderung beträgt 512,40 EUR. Mieterin ist Frau Brandt.",
    "Die Gesamtforderung beträgt 512,40 EUR. Darlehensnehmerin ist Nele Brandt allein.",
    f"{FIGURE}\n\nNele Brandt und Jan Vogel haften als Gesamtschuldner.",
)


@pytest.mark.parametrize("text", OF_SEVERAL)
def test_a_figure_of_several_debtors_is_a_conflict(text: str) -> None:
    decision = _decided(_by_code(text))
    assert not decision.write
    assert ReviewReason.CONFLICT in decision.reasons


@pytest.mark.parametrize("text", OF_ONE)
def test_names_that_are_no_further_debtor_are_no_conflict(text: str) -> None:
    assert ReviewReason.CONFLICT not in _decided(_by_code(text)).reasons


def test_a_creditor_joined_to_the_client_is_no_further_debtor() -> None:
    text = "Aus dem Vertrag von Nele Brandt und der Stadtwerke Aue GmbH beträgt die Gesamtforderung 512,40 EUR."
    assert ReviewReason.CONFLICT not in _decided(_by_code(text)).reasons
