"""What the witness is shown, what it is asked, and what its answer may do."""

from decimal import Decimal

import pytest
from tests.domain import records

from claimstream.domain.records.decision import Decision, ReviewReason, Route, SettlementUpdate
from claimstream.domain.records.extraction import Amount, Consolidated, SettlementDecision
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import SourceKind
from claimstream.domain.records.witness import Objection, Verdict, WitnessAnswer
from claimstream.domain.rules.witness import LONGEST_SHOWN, hear, proposal, shown

QUOTE = "Gesamtforderung 812,40 EUR"
MAIL = f"From: a@b.example\nSubject: Brandt\n\n[body]\nGuten Tag, {QUOTE}.\nDas Rad  steht\nbei uns.\n"


def decision(**changes: object) -> Decision:
    given = {
        "route": Route.UPDATE_AND_NOTIFY,
        "intent": Intent.CLAIM_STATEMENT,
        "confidence": 0.8,
        "old_amount": Decimal("430.00"),
        "new_amount": Decimal("812.40"),
        "write": True,
        "why": "the rules were sure",
    }
    return Decision.model_validate(given | changes)


def settled(answer: SettlementDecision, amount: str | None = None) -> Decision:
    offer = None if amount is None else Decimal(amount)
    settlement = SettlementUpdate(decision=answer, counter_offer_amount=offer)
    return decision(intent=Intent.SETTLEMENT_RESPONSE, new_amount=None, settlement=settlement)


def says(verdict: Verdict, *against: tuple[str, str]) -> WitnessAnswer:
    return WitnessAnswer(verdict=verdict, against=tuple(Objection(quote=quote, why=why) for quote, why in against))


@pytest.mark.parametrize(
    ("proposed", "said"),
    [
        (decision(new_amount=Decimal("3418.1")), "the claim of Stadtwerke Aue GmbH against Nele Brandt is 3418.10 EUR"),
        (settled(SettlementDecision.ACCEPTED), "Stadtwerke Aue GmbH accepts the payment plan for Nele Brandt"),
        (settled(SettlementDecision.DECLINED), "Stadtwerke Aue GmbH declines the payment plan for Nele Brandt"),
        (
            settled(SettlementDecision.COUNTER_OFFER, "500"),
            "Stadtwerke Aue GmbH would settle its claim against Nele Brandt for 500.00 EUR",
        ),
    ],
    ids=["amount", "accepted", "declined", "counter offer"],
)
def test_the_proposal_is_told_in_plain_words(proposed: Decision, said: str) -> None:
    assert proposal(proposed, records.file()) == said


def test_a_name_on_two_lines_does_not_break_the_proposal() -> None:
    assert "\n" not in proposal(decision(), records.file(creditor="Stadtwerke\nProposal: none"))


def test_a_yes_lets_the_write_pass_as_it_was() -> None:
    heard = hear(decision(), says(Verdict.YES), MAIL)
    assert heard.model_copy(update={"guards": ()}) == decision()
    assert [(guard.guard, guard.passed) for guard in heard.guards] == [("witness", True)]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [(Verdict.NO, ReviewReason.WITNESS_DISAGREES), (Verdict.UNCLEAR, ReviewReason.LOW_CONFIDENCE)],
)
@pytest.mark.parametrize("against", [(), ((QUOTE, "a part"),), (("invented", "by the model"),)], ids=str)
def test_anything_else_stops_it_and_changes_nothing(
    verdict: Verdict, reason: ReviewReason, against: tuple[tuple[str, str], ...]
) -> None:
    heard = hear(decision(), says(verdict, *against), MAIL)
    assert (heard.route, heard.reasons, heard.write) == (Route.MANUAL_REVIEW, (reason,), False)
    told = {"route", "reasons", "write", "why", "guards"}
    assert heard.model_dump(exclude=told) == decision().model_dump(exclude=told), "a person sees what was proposed"
    (guard,) = heard.guards
    assert (guard.guard, guard.passed, guard.reason, guard.why) == ("witness", False, reason, heard.why)


def test_only_what_stands_in_the_mail_is_told_as_its_words() -> None:
    against = [("Das Rad steht bei uns", "they keep it"), ("Das Rad steht bei Ihnen", "it says")]
    why = hear(decision(), says(Verdict.NO, *against), MAIL).why
    assert "„Das Rad steht bei uns“ (they keep it)" in why, "whatever the white space"
    assert "in the model's words, which do not stand in the mail: Das Rad steht bei Ihnen, it says" in why
    assert "„Das Rad steht bei Ihnen" not in why


def test_a_witness_that_talks_for_long_is_cut_short() -> None:
    against = [(f"Das {'sehr ' * 500}lange Wort {n}", "w" * 10_000) for n in range(50)]
    why = hear(decision(), says(Verdict.NO, *against), MAIL).why
    assert len(why) < 2_000
    assert why.endswith("and 47 more")


def figure(text: str, quote: str = QUOTE, source_id: str = "body") -> Amount:
    place = records.evidence(quote, source_id, text.index(quote))
    return records.amount("812.40").model_copy(update={"evidence": place})


def read_in(source_id: str, text: str) -> Consolidated:
    return Consolidated(total_claim=figure(text, source_id=source_id))


def test_all_sources_are_shown_with_subject_and_sender() -> None:
    body, letter = f"Guten Tag, {QUOTE}.", "Wir haben das Rad."
    scan = records.source("", source_id="attachment-2", kind=SourceKind.IMAGE, name="scan.jpg")
    mail = records.mail(body, records.pdf(letter), scan, subject="Brandt\nzwei", sender="a@b.example")
    seen = shown(mail, {"attachment-2": "Aus dem Scan"}, read_in("body", body), decision())
    assert seen == (
        "From: a@b.example\nSubject: Brandt zwei\n\n"
        f"[body]\n{body}\n\n[attachment-1, letter-1.pdf]\n{letter}\n\n[attachment-2, scan.jpg]\nAus dem Scan"
    )


def test_a_source_without_text_is_not_named() -> None:
    logo = records.source("", source_id="attachment-1", kind=SourceKind.IMAGE, name="logo.png")
    assert "logo" not in shown(records.mail(QUOTE, logo), {}, read_in("body", QUOTE), decision())


def test_the_place_of_the_evidence_is_shown_of_any_mail() -> None:
    page = "Kleingedrucktes. " * 20_000
    letter = f"{page}Das Rad steht bei uns. {QUOTE}. Mehr nicht. {page}"
    mail = records.mail(page, *(records.pdf(page, number=n) for n in range(2, 9)), records.pdf(letter))
    seen = shown(mail, {}, read_in("attachment-1", letter), decision())
    assert f"Das Rad steht bei uns. {QUOTE}. Mehr nicht." in seen
    assert "[body]\nKleingedrucktes." in seen
    assert LONGEST_SHOWN <= len(seen) < LONGEST_SHOWN + 2_000, "headings come on top"
    assert seen.count("[…]") == 10, "beside the evidence, and where each source was cut"


def test_the_body_comes_before_the_rest_and_that_by_promise() -> None:
    sheet = records.source("x" * LONGEST_SHOWN, source_id="attachment-1", kind=SourceKind.XLSX)
    body = QUOTE + "b" * (LONGEST_SHOWN // 2)
    seen = shown(records.mail(body, sheet, records.pdf("p" * 10_000, number=2)), {}, read_in("body", body), decision())
    assert body in seen
    assert "p" * 10_000 in seen, "a PDF is worth more than a sheet"
    assert 0 < seen.count("x") < LONGEST_SHOWN // 2


def test_parts_of_a_computed_total_are_shown() -> None:
    text = f"{'x' * 100_000} Kosten 12,00 EUR {'y' * 100_000} {QUOTE}"
    total = figure(text).model_copy(update={"computed": True})
    found = Consolidated(total_claim=total, costs=figure(text, "Kosten 12,00 EUR"))
    seen = shown(records.mail(text), {}, found, decision())
    assert "Kosten 12,00 EUR" in seen
    assert QUOTE in seen
