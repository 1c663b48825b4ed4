"""A claim that the same mail takes back is not written, wherever the words stand; what only looks like it is."""

from collections.abc import Callable, Iterable, Sequence
from itertools import cycle

import pytest
from tests.domain.records import THRESHOLDS, amount, extraction, file, mail, pdf, settled, source
from tests.domain.replies.endings import BOTH, ENDS, LEAVES

from claimstream.domain.language import Rule
from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Decision, Match, ReviewReason, Route
from claimstream.domain.records.extraction import Consolidated, Method, SettlementDecision, SourceExtraction
from claimstream.domain.records.inquiry import CandidateFile, Letter
from claimstream.domain.records.intent import Classification, Intent, MatchedBy
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.replies.endings import ENDINGS, STATUS_CELL, find_endings
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.routing import decide
from claimstream.domain.text import Text

BRANDT = file(1)
PLAN = file(1, letter=Letter.SECOND)
TOTAL = "die Gesamtforderung gegen Nele Brandt beträgt 512,40 EUR."
LIST = "Kundin: Nele Brandt\nHauptforderung\t450,00 EUR\nMahnkosten\t62,40 EUR\nGesamtforderung\t512,40 EUR"


def _letter(*paragraphs: str) -> str:
    return "\n\n".join(("Sehr geehrte Damen und Herren,", *paragraphs, "Mit freundlichen Grüßen\nStadtwerke Aue GmbH"))


WHERE: dict[str, Callable[[str], ParsedMail]] = {
    "the sentence behind": lambda words: mail(_letter(f"{TOTAL} {words}")),
    "the sentence before": lambda words: mail(_letter(f"{words} Zur Kenntnis: {TOTAL}")),
    "the next paragraph": lambda words: mail(_letter(TOTAL, "Bitte geben Sie das Konto 4711 an.", words)),
    "the paragraph before": lambda words: mail(_letter(words, TOTAL)),
    "below the signature": lambda words: mail(f"{_letter(TOTAL)}\n\nPS: {words}"),
    "the body above a PDF": lambda words: mail(_letter(words), pdf(LIST)),
    "a line of a PDF below the body": lambda words: mail(_letter(TOTAL), pdf(words)),
    "a later line of the PDF": lambda words: mail(_letter("anbei."), pdf(f"{LIST}\n\n{words}")),
    "the line below the total": lambda words: mail(_letter("anbei."), pdf(f"{LIST}\n{words}")),
    "a cell of a sheet": lambda words: mail(
        _letter("anbei."),
        source(f"{LIST}\nBemerkung\t{words}", source_id="attachment-1", kind=SourceKind.XLSX, name="s.xlsx"),
    ),
    "a line of a Word file": lambda words: mail(
        _letter("anbei."),
        source(f"{words}\n{LIST}", source_id="attachment-1", kind=SourceKind.DOCX, name="s.docx"),
    ),
    "the subject": lambda words: mail(_letter(TOTAL), subject=f"AW: {words}"),
}
STATUS = (
    "Status: erledigt",
    "Status: bezahlt",
    "Aktenstatus: geschlossen",
    "Bearbeitungsstand: abgeschlossen",
    "Vermerk: ausgebucht 12/2024",
    "Status\tstorniert",
    "Status\tPaid",
    "bezahlt am 03.11.2026",
    "erledigt",
    "*** STORNIERT ***",
)
STATUS_OF_ONE = (
    "Rechnung\tBetrag\tStatus\n4710\t80,00 EUR\tbezahlt\n4711\t512,40 EUR\toffen\nGesamtforderung\t512,40 EUR",
    "Status: offen\nGesamtforderung\t512,40 EUR",
    "Status: angemahnt\nGesamtforderung\t512,40 EUR",
)


WRITTEN = (
    "Die Alt GmbH hat uns die Forderung zur Einziehung abgetreten.",
    "Die Alt AG hat ihre Forderung mit Vertrag vom 14.08.2026 an uns verkauft.",
    "Wir haben die Forderung von der Alt AG erworben.",
    "Wir sind neue Gläubigerin der Forderung.",
    "Sollten Sie bereits gezahlt haben, betrachten Sie dieses Schreiben als gegenstandslos.",
    "Bereits geleistete Zahlungen sind berücksichtigt.",
    "Nach Zahlung ist die Sache erledigt.",
    "Wir betrachten die Angelegenheit als erledigt, sobald der Betrag eingegangen ist.",
    "Der Vertrag wurde am 3. Mai gekündigt.",
    "Das Konto wurde geschlossen.",
    "Die Forderung ist nicht verjährt.",
    "Dies bedeutet keinen Verzicht.",
    "Ohne Verzicht auf unsere Rechte teilen wir mit, was offen ist.",
    "Der Mahnbescheid wurde am 3. Mai erlassen.",
    "Ihre Anfrage ist damit erledigt.",
    "Weitere Forderungen bestehen nicht.",
    "Die Rechnung ist bis heute nicht bezahlt.",
    "Irrtum vorbehalten.",
    "Unsere Auskunft vom 3. Mai ist damit überholt.",
)


def _read(received: ParsedMail) -> list[SourceExtraction]:
    return [read_source(each) for each in received.sources if each.text.strip()]


def _decided(
    received: ParsedMail,
    *,
    found: Iterable[SourceExtraction] | None = None,
    intent: Intent = Intent.CLAIM_STATEMENT,
    case: CandidateFile = BRANDT,
) -> Decision:
    consolidated = consolidate(list(found or _read(received)), intent=intent, thresholds=THRESHOLDS)
    match = Match(
        inquiry_id=case.inquiry.inquiry_id,
        client_id=case.inquiry.client_id,
        creditor_id=case.inquiry.creditor_id,
        letter=case.inquiry.letter,
        matched_by=MatchedBy.REPLY_CODE,
        confidence=0.99,
    )
    sure = Classification(intent=intent, confidence=0.95, method=Method.READER, why="the rules say so")
    return decide(received, sure, consolidated, match, case, thresholds=THRESHOLDS)


def _spread(sentences: Sequence[str]) -> list[tuple[str, str]]:
    """Each sentence at one place, so that each place has some of every kind."""
    return list(zip(sentences, cycle(WHERE), strict=False))


@pytest.mark.parametrize(("words", "where"), _spread([*ENDS, *BOTH]))
def test_a_claim_that_has_ended_is_not_written(words: str, where: str) -> None:
    decision = _decided(WHERE[where](words))
    assert not decision.write
    assert decision.review_reason is ReviewReason.CLAIM_ENDED


@pytest.mark.parametrize(("words", "where"), _spread(LEAVES))
def test_words_that_end_nothing_are_overlooked(words: str, where: str) -> None:
    assert ReviewReason.CLAIM_ENDED not in _decided(WHERE[where](words)).reasons


@pytest.mark.parametrize("words", WRITTEN)
def test_a_claim_that_only_seems_to_end_is_written(words: str) -> None:
    assert _decided(WHERE["the next paragraph"](words)).write


@pytest.mark.parametrize("line", STATUS)
def test_a_status_ends_a_claim(line: str) -> None:
    for received in (mail(f"{LIST}\n{line}"), mail(_letter("anbei."), pdf(f"{line}\n{LIST}"))):
        assert _decided(received).review_reason is ReviewReason.CLAIM_ENDED


@pytest.mark.parametrize("text", STATUS_OF_ONE)
def test_an_open_claim_has_not_ended(text: str) -> None:
    assert _decided(mail(_letter("anbei."), pdf(f"Kundin: Nele Brandt\n{text}"))).write


def test_without_an_ending_the_claim_is_written() -> None:
    assert _decided(mail(_letter(TOTAL))).write
    assert _decided(mail(_letter("anbei."), pdf(LIST))).route is Route.AUTO_UPDATE


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ("Die Forderung wurde inzwischen an die Beta GmbH verkauft.", True),
        ("Die Forderung ist verjährt.", True),
        ("Auf die Restforderung verzichten wir.", False),
        ("Mit Zahlung des Betrages ist die Angelegenheit erledigt.", False),
    ],
)
def test_an_answer_to_a_plan_about_an_ended_claim(words: str, ended: bool) -> None:
    received = mail(_letter(f"Wir stimmen dem Plan zu. {words}"))
    answer = settled(SettlementDecision.ACCEPTED, source_id="attachment-2")
    found = [*_read(received), extraction(source_id="attachment-2", settlement=answer)]
    decision = _decided(received, found=found, intent=Intent.SETTLEMENT_RESPONSE, case=PLAN)
    assert (ReviewReason.CLAIM_ENDED in decision.reasons) is ended


def test_a_plan_declined_for_a_claim_let_go_is_not_written() -> None:
    received = mail(_letter("Wir lehnen den Plan ab. Auf unsere Restforderung verzichten wir."))
    decision = _decided(received, intent=Intent.SETTLEMENT_RESPONSE, case=PLAN)
    assert (decision.write, decision.review_reason) == (False, ReviewReason.CLAIM_ENDED)


def test_a_lower_figure_says_more_than_the_ending() -> None:
    received = mail(_letter("Die Angelegenheit ist erledigt. Die Gesamtforderung beträgt 0,00 EUR."))
    assert _decided(received).reasons[:2] == (ReviewReason.AMOUNT_LOWER, ReviewReason.CLAIM_ENDED)


def test_an_earlier_paper_is_superseded_by_the_figure_beside_it() -> None:
    words = "Unser Schreiben vom 03.05.2026 ist gegenstandslos."
    assert _decided(mail(_letter(TOTAL, words))).write
    assert _decided(mail(_letter(words), pdf(LIST))).review_reason is ReviewReason.CLAIM_ENDED
    itself = "Unser Schreiben vom 03.05.2026 über die Gesamtforderung von 512,40 EUR ist gegenstandslos."
    assert _decided(mail(_letter(itself))).review_reason is ReviewReason.CLAIM_ENDED


def test_the_words_are_quoted_where_they_stand() -> None:
    text = f"{'Wir schreiben Ihnen in dieser Sache, ' * 12}und teilen mit, dass die Forderung\n  AUSGEBUCHT wurde."
    for written in (text, f"Größe Straße\t\tÄÖÜ\n\n{text}", _letter(TOTAL, text)):
        (ending,) = read_source(source(written)).endings
        quoted = ending.evidence
        assert ending.rule == "written_off"
        assert written[quoted.start : quoted.start + len(quoted.quote)] == quoted.quote
        assert "AUSGEBUCHT" in quoted.quote
        assert len(quoted.quote) <= 300


def test_the_words_are_said_to_the_person() -> None:
    decision = _decided(mail(_letter(f"{TOTAL} Sie ist seit Mai verjährt.")))
    assert "time_barred" in decision.why
    assert "seit Mai verjährt" in decision.why


def test_results_of_the_release_before_are_still_read() -> None:
    assert SourceExtraction.model_validate_json('{"source_id":"b","kind":"body","method":"reader"}').endings == ()
    assert "endings" not in extraction(amount("512.40")).model_dump_json()
    assert "endings" not in Consolidated().model_dump_json()
    ended = read_source(source("Die Forderung ist verjährt."))
    assert SourceExtraction.model_validate_json(ended.model_dump_json()) == ended


@pytest.mark.parametrize("rule", [*ENDINGS, STATUS_CELL], ids=lambda rule: rule.name)
def test_every_rule_is_searched_for_where_its_words_stand(rule: Rule) -> None:
    """The key words by which sentences are passed over hold those of each rule's examples."""
    for example in rule.takes:
        assert find_endings(Text(example), "body"), example
