"""A figure or an answer that stands in our own letter is not the creditor's, wherever the letter stands."""

from itertools import product

import pytest
from tests.domain.records import THRESHOLDS, evidence, file, mail, pdf, source

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Decision, Match, ReviewReason
from claimstream.domain.records.extraction import (
    Consolidated,
    Found,
    Method,
    Reference,
    ReferenceDirection,
    Settlement,
    SettlementDecision,
)
from claimstream.domain.records.inquiry import CandidateFile, Letter
from claimstream.domain.records.intent import Classification, Intent, MatchedBy
from claimstream.domain.records.mail import ParsedMail, Source, SourceKind
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.routing import decide

FIRM, MAILBOX = "Kanzlei Brückner & Sohn", "post@bruecknersohn.example"
BRANDT = file(1, case="8817/25", first="Nele", last="Brandt", creditor="Wohnbau Elm eG")
PLAN = file(1, case="8817/25", first="Nele", last="Brandt", creditor="Wohnbau Elm eG", letter=Letter.SECOND)
HELLO = "Sehr geehrte Damen und Herren,\n\n"
BYE = "\n\nMit freundlichen Grüßen\n\n"
CREDITORS = {
    "nothing": "",
    "a note": "Guten Tag,\n\nwir melden uns.\n\nWohnbau Elm\n\n",
    "their number": f"Ihr Zeichen: 8817/25\nUnser Zeichen: WE-12\n\n{HELLO}wir prüfen das.{BYE}Wohnbau Elm eG\n\n",
}
OURS = {
    "our number": "Unser Zeichen: 8817/25\n\n" + HELLO + "{}",
    "our number in a table": "Unser Zeichen          Datum\n8817/25          01.10.2026\n\n" + HELLO + "{}",
    "our number below": HELLO + "{}\n\nUnser Zeichen: 8817/25",
    "our client": HELLO + "wir vertreten Frau Nele Brandt. {}",
    "our client announced": HELLO + "wir zeigen an, dass wir Frau Nele Brandt außergerichtlich vertreten. {}",
    "our client by name": HELLO + "unsere Mandantin, Frau Brandt, bittet um eine Lösung. {}",
    "our signature": HELLO + "{}" + BYE + "Dr. Hella Brückner\nRechtsanwältin\n" + FIRM,
    "our English signature": "Dear Sir or Madam,\n\n{}\n\nKind regards\n" + FIRM,
    "a header": f"Von: {FIRM} <{MAILBOX}>\nGesendet: Donnerstag, 1. Oktober 2026 10:00\nAn: Elm\n\n" + "{}",
    "a French header": f"De : {FIRM}\nEnvoyé : jeudi 1 octobre 2026 10:00\nÀ : Elm\n\n" + "{}",
    "a line": f"Am 01.10.2026 um 10:00 schrieb {FIRM}:\n" + "{}",
    "a line right below": f"Elm\n{FIRM} <{MAILBOX}> 01.10.2026 10:00\n" + "{}",
    "your message": "Ihre Nachricht vom 01.10.2026:\n\n" + HELLO + "{}",
    "you wrote": "Am 01.10.2026 schrieben Sie:\n\n" + HELLO + "{}",
}
PREFIXES = ("", "    ", ": ", "HB> ")


def received(*sources: Source) -> ParsedMail:
    body = [s for s in sources if s.source_id == "body"] or [source("")]
    whole = mail("", *(s for s in sources if s.source_id != "body"))
    marks = (MAILBOX, FIRM)
    return whole.model_copy(update={"sources": (body[0], *whole.sources[1:]), "our_marks": marks})


def decided(found: ParsedMail, consolidated: Consolidated, intent: Intent, matched: CandidateFile) -> Decision:
    match = Match(
        inquiry_id=matched.inquiry.inquiry_id,
        client_id=matched.inquiry.client_id,
        creditor_id=matched.inquiry.creditor_id,
        letter=matched.inquiry.letter,
        matched_by=MatchedBy.REPLY_CODE,
        confidence=0.99,
        why="the reply code",
    )
    sure = Classification(intent=intent, confidence=0.95, method=Method.READER, why="the rules say so")
    return decide(found, sure, consolidated, match, matched, thresholds=THRESHOLDS)


def on_figure(found: ParsedMail) -> Decision:
    readings = [read_source(s) for s in found.sources if s.text]
    consolidated = consolidate(readings, intent=Intent.CLAIM_STATEMENT, thresholds=THRESHOLDS)
    assert consolidated.total_claim is not None
    return decided(found, consolidated, Intent.CLAIM_STATEMENT, BRANDT)


def on_answer(found: ParsedMail, words: str) -> Decision:
    place = next(s for s in found.sources if words in s.text)
    settlement = Found[Settlement](
        value=Settlement(decision=SettlementDecision.ACCEPTED),
        confidence=0.9,
        evidence=evidence(words, place.source_id, place.text.index(words)),
    )
    return decided(found, Consolidated(settlement=settlement, confidence=0.9), Intent.SETTLEMENT_RESPONSE, PLAN)


def contained(kind: SourceKind, text: str) -> ParsedMail:
    return received(source(text, source_id="body" if kind is SourceKind.BODY else "attachment-1", kind=kind))


@pytest.mark.parametrize(
    ("kind", "above", "ours"),
    list(product((SourceKind.BODY, SourceKind.TEXT_PDF, SourceKind.DOCX, SourceKind.OTHER), CREDITORS, OURS)),
)
def test_nothing_of_our_letter_is_written(kind: SourceKind, above: str, ours: str) -> None:
    for prefix in PREFIXES[:2] if "table" in ours else PREFIXES:
        letter = OURS[ours].format("Die Gesamtforderung beträgt 999,00 EUR.")
        text = CREDITORS[above] + "\n".join(prefix + line for line in letter.split("\n"))
        decision = on_figure(contained(kind, text))
        assert not decision.write, prefix
        words = "Wir stimmen dem Plan zu"
        decision = on_answer(contained(kind, text.replace("Die Gesamtforderung beträgt 999,00 EUR", words)), words)
        assert (decision.write, decision.review_reason) == (False, ReviewReason.SETTLEMENT_UNCLEAR), prefix


LETTERHEADS = {
    "their number": "Ihr Zeichen: 8817/25\nUnser Zeichen: WE-12",
    "address": f"Wohnbau Elm eG\n\n{FIRM}\nLindenstraße 4\n31000 Elm\n\nIhr Zeichen: 8817/25",
    "address and date in a row": f"{FIRM}          Datum: 16.10.2026\nLindenstraße 4          Ihr Zeichen: 8817/25",
    "address and bare date in a row": f"{FIRM}          16.10.2026",
    "the day of our letter": f"{FIRM}, Lindenstraße 4, 31000 Elm, den 01.10.2026",
    "by mail": f"Per E-Mail: {MAILBOX}          Elm, 16.10.2026, 09:30",
    "by fax": f"Telefax an {FIRM}, 16.10.2026 09:30",
    "fields": f"An: {FIRM}\nDatum: 16.10.2026\nBetreff: Nele Brandt",
    "your letter": f"Ihr Schreiben vom 01.10.2026 ({FIRM})",
    "your mail": f"Ihre E-Mail von {MAILBOX} vom 01.10.2026, 10:00 Uhr",
    "your message, headed": "Ihre Nachricht vom: 01.10.2026\nIhr Zeichen: 8817/25\nUnser Zeichen: WE-12",
    "power of attorney": f"Die Vollmacht der {FIRM} vom 01.10.2026 liegt vor.",
    "represented by": f"Mieterin: Nele Brandt, vertreten durch {FIRM}, Stand 16.10.2026",
    "you represent": "Sie zeigen an, dass Sie Frau Nele Brandt vertreten.",
    "a lawyer for the creditor": "wir vertreten die Wohnbau Elm eG in Sachen Nele Brandt.",
}
ENDINGS = {
    "nothing": "",
    "address": f"\n\n{FIRM}\nLindenstraße 4\n31000 Elm",
    "copies": f"\n\nVerteiler:\n{FIRM}\n{MAILBOX}",
    "our letter, quoted": f"\n\n>>> {FIRM} <{MAILBOX}> 01.10.2026 10:00 >>>\n" + OURS["our number"].format("Danke."),
    "our letter, pasted": "\n\n" + OURS["our client"].format("Wir bitten um Antwort.") + BYE + FIRM,
}


@pytest.mark.parametrize(
    ("kind", "head", "ending"),
    list(product((SourceKind.BODY, SourceKind.TEXT_PDF, SourceKind.DOCX), LETTERHEADS, ENDINGS)),
)
def test_a_creditors_own_letter_is_written(kind: SourceKind, head: str, ending: str) -> None:
    text = f"{LETTERHEADS[head]}\n\n{HELLO}die Gesamtforderung beträgt 999,00 EUR.{BYE}Wohnbau Elm eG{ENDINGS[ending]}"
    assert on_figure(contained(kind, text)).write
    words = "wir stimmen dem Plan zu"
    decision = on_answer(contained(kind, text.replace("die Gesamtforderung beträgt 999,00 EUR", words)), words)
    assert decision.write, decision.why


def test_a_ticked_form_of_ours_is_the_creditors_answer() -> None:
    text = "Antwortbogen, unser Zeichen: 8817/25\n\n{} Wir stimmen dem Plan zu.\n\nElm, 16.10.2026"
    for box, written in (("☒", True), ("[x]", True), ("", False)):
        words = f"{box} Wir stimmen dem Plan zu".strip()
        assert on_answer(received(source(""), pdf(text.format(box))), words).write is written, box


@pytest.mark.parametrize(
    ("direction", "written"), [(ReferenceDirection.THEIRS, False), (ReferenceDirection.OURS, True)]
)
def test_a_scan_of_our_letter_is_known_by_our_number(direction: ReferenceDirection, written: bool) -> None:
    scan = source("", source_id="attachment-1", kind=SourceKind.SCANNED_PDF)
    transcript = scan.model_copy(update={"text": "Gesamtforderung: 430,00 EUR"})  # as it is stored
    number = Reference(
        label="Zeichen",
        direction=direction,
        value="8817/25",
        normalised="8817-25",
        evidence=evidence("Zeichen: 8817/25", "attachment-1", 400),
    )
    reading = read_source(transcript).model_copy(update={"references": (number,)})
    consolidated = consolidate([reading], intent=Intent.CLAIM_STATEMENT, thresholds=THRESHOLDS)
    assert decided(received(scan), consolidated, Intent.CLAIM_STATEMENT, BRANDT).write is written


def test_a_mail_read_by_an_earlier_release_is_judged_by_our_number() -> None:
    text = OURS["our number"].format("Die Gesamtforderung beträgt 999,00 EUR.")
    found = contained(SourceKind.BODY, text).model_copy(update={"our_marks": ()})
    assert not on_figure(found).write
