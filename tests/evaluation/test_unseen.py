"""Cases that were written from the domain rules alone: not one may be written wrongly.

Only the rules run here (the same functions the stages call), so that hundreds of mails take seconds; the stages, stores
and writes around them have tests of their own, and `claimstream eval` runs the folder through all of them.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Decision, Match, Thresholds
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import SET_ASIDE
from claimstream.domain.records.world import World
from claimstream.domain.rules.classification import classify
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.deterministic_routing import find_route
from claimstream.domain.rules.matching import match
from claimstream.domain.rules.routing import decide
from claimstream.evaluation.case import Case, load_cases
from claimstream.evaluation.observed import Change, Observed, read_values
from claimstream.evaluation.score import Score, score
from claimstream.local.sample_mail import SAMPLES
from claimstream.reading.mail import read_mail
from claimstream.settings import FREEMAIL

FREEMAIL_DOMAINS = frozenset(FREEMAIL.split(","))


def run(case: Case, world: World) -> Observed:
    """What the pipeline would end with, without a model."""
    tenant = next(t.tenant_id for t in world.tenants if case.mailbox in {m.lower() for m in t.mailboxes})
    clients = {client.client_id: client for client in world.clients if client.tenant_id == tenant}
    files = [
        CandidateFile(inquiry=inquiry, client=clients[inquiry.client_id], creditor=creditor)
        for inquiry in world.inquiries
        if inquiry.tenant_id == tenant and inquiry.client_id in clients
        if (creditor := clients[inquiry.client_id].creditor(inquiry.creditor_id)) is not None
    ]
    now, thresholds = world.now or datetime.now(UTC), Thresholds()
    mail = read_mail(case.raw, our_markers=(case.mailbox,))
    routing = find_route(mail, files, now=now, thresholds=thresholds)
    letter = next((f.inquiry.letter for f in files if routing and f.inquiry.inquiry_id == routing.inquiry_id), None)
    read = [read_source(source) for source in mail.sources if source.text.strip()]
    intent = classify(mail, read, letter=letter).model_copy(update={"routing": routing})
    found = [] if intent.intent in SET_ASIDE else read
    unread = [u.source_id for u in mail.unread] + [s.source_id for s in mail.sources if s.needs_vision]
    answer = consolidate(found, intent=intent.intent, unread=unread, thresholds=thresholds)
    matched = match(mail, answer, files, routing=routing, now=now, thresholds=thresholds, freemail=FREEMAIL_DOMAINS)
    file = next((f for f in files if f.inquiry.inquiry_id == matched.inquiry_id), None)
    decision = decide(mail, intent, answer, matched, file, thresholds=thresholds)
    return Observed(
        settled=True,
        intent=decision.intent,
        route=decision.route,
        inquiry_id=matched.inquiry_id,
        matched_by=matched.matched_by,
        review_reason=decision.review_reason,
        fields=read_values(answer, {client.case_reference for client in world.clients}),
        changes=_changes(decision, matched, file),
    )


def _changes(decision: Decision, matched: Match, file: CandidateFile | None) -> tuple[Change, ...]:
    if not decision.write or file is None or matched.client_id is None or matched.creditor_id is None:
        return ()
    stored = file.creditor.current_amount
    change = Change(
        client_id=matched.client_id,
        creditor_id=matched.creditor_id,
        old_amount=stored,
        new_amount=stored if decision.new_amount is None else decision.new_amount,
        old_settlement=None,
        new_settlement={"decision": decision.settlement.decision} if decision.settlement else None,
    )
    return (change,) if change.amount_changed or change.settlement_changed else ()


def scored(folder: Path) -> Score:
    cases = load_cases(folder)
    return score([(case, run(case, cases.world)) for case in cases.cases], cases.world)


@pytest.fixture(scope="module")
def unseen() -> Score:
    return scored(Path(__file__).parent.parent / "unseen" / "cases")


def test_no_unseen_case_is_written_wrongly(unseen: Score) -> None:
    assert {v.case: v.wrong_writes for v in unseen.verdicts if v.wrong_writes} == {}


def test_what_is_clear_is_not_left_to_a_person(unseen: Score) -> None:
    writable = sum(1 for v in unseen.verdicts if v.missed_write is None and not v.needs_model)
    assert unseen.missed_writes <= 20, [v.missed_write for v in unseen.verdicts if v.missed_write]
    assert writable >= 200
    assert (unseen.accuracy("inquiry_id") or 0) >= 0.99
    assert (unseen.accuracy("intent") or 0) >= 0.95


@pytest.fixture(scope="module")
def samples() -> Score:
    return scored(SAMPLES)


def test_no_sample_is_written_wrongly_without_a_model(samples: Score) -> None:
    assert {v.case: v.wrong_writes for v in samples.verdicts if v.wrong_writes} == {}
    assert samples.missed_writes <= 1


def test_every_sample_that_needs_no_model_is_read_as_expected(samples: Score) -> None:
    """Also what is a person's: its fields and reasons, which no write shows."""
    assert {v.case: v.mistakes for v in samples.verdicts if v.mistakes and not v.needs_model} == {}
