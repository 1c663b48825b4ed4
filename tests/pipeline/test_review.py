"""What a person decides reaches the client's record through the outbox, once, and only onto what they saw."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.helpers import summary_of
from tests.pipeline.test_replay import calm, read_otherwise, replay, store, stored
from tests.pipeline.test_runner import arrive, creditor, make_runner, settle
from tests.replaying import put_back

from claimstream.app import App
from claimstream.domain.records.decision import ClientUpdate, GuardDecision, ReviewReason
from claimstream.domain.records.replay import Hindrance
from claimstream.domain.records.review import Correction, Resolution, ReviewItem, ReviewStatus
from claimstream.domain.records.work import Delivered, OutboxRow
from claimstream.domain.records.world import World
from claimstream.domain.rules.review import approved, corrected, decided
from claimstream.evaluation.desk import clients_of
from claimstream.external.errors import Outage
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Runner
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.store.reviews import Decided, ReviewStore

Reply = Callable[..., bytes]

__all__ = ["calm"]


@pytest.fixture
def runner(app: App) -> Runner:
    return make_runner(app, app.services)


async def item_of(app: App, email_id: str) -> ReviewItem:
    found = await ReviewStore(app.database).of_email(email_id)
    assert found is not None
    return found


async def lowered(app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply) -> ReviewItem:
    """A reply that names less than what is stored."""
    await store(app, "9000.00")
    email_id = await arrive(app, stack, world, reply())
    summary = await settle(app, runner, email_id)
    assert (summary.outcome, summary.review_reason) == ("review", "amount_lower")
    return await item_of(app, email_id)


async def decide(app: App, item: ReviewItem, update: ClientUpdate, resolution: Resolution = Resolution.APPROVED) -> str:
    """By somebody who has just looked. Returns the decision's id."""
    entry = await clients_of(app).entry(update)
    assert entry is not None
    decision_id = str(uuid.uuid4())
    told = decided(update, decision_id=decision_id, by="anna", seen=entry.seen)
    assert await ReviewStore(app.database).resolve(item, Decided(decision_id, resolution, "anna", update=told))
    return decision_id


async def deliver_all(app: App) -> int:
    return await deliver_leftovers(app.services, app.rules)


async def test_what_is_approved_is_written_although_a_guard_stopped_it(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    item = await lowered(app, stack, world, runner, reply)
    decision_id = await decide(app, item, approved(item))
    assert await stored(app) == Decimal("9000.00"), "it goes out through the outbox"
    assert await put_back(app, item.email_id) is Hindrance.UNDELIVERED
    assert (await deliver_all(app), await deliver_all(app)) == (1, 0)
    written = await creditor(app)
    assert (await stored(app), written["applied_email_ids"]) == (
        Decimal("812.40"),
        [item.email_id, f"{item.email_id}/{decision_id}"],
    )
    response = written["response"]
    assert isinstance(response, dict)
    assert (response["decided_by"], response["correlation_id"]) == ("anna", item.correlation_id)
    after = await item_of(app, item.email_id)
    assert (after.status, after.delivered) == (ReviewStatus.APPROVED, "applied")
    summary = await summary_of(app, item.email_id)
    assert (summary.outcome, summary.review_status, summary.delivered) == ("review", "approved", True)
    assert stack.smtp is not None
    assert stack.smtp.messages == [], "nobody is told of what a person did"
    decided_lines = [record.getMessage() for record in caplog.records if "guard_decided" in record.getMessage()]
    assert any("'guard': 'person'" in line and "'passed': True" in line for line in decided_lines)
    assert not any("812.40" in line for line in decided_lines), "no amount in the log"
    assert await put_back(app, item.email_id) is Hindrance.DECIDED


async def test_what_is_corrected_is_written_where_it_belongs(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    correction = Correction(client_id="c-2", creditor_id="cr-2", amount=Decimal("500.00"))
    await decide(app, item, corrected(item, correction), Resolution.CORRECTED)
    assert await deliver_all(app) == 1
    assert await stored(app) == Decimal("9000.00")
    other = await clients_of(app).document("t", "c-2")
    assert other is not None
    [written] = other["creditors"]
    assert (written["current_amount"].to_decimal(), written["amount_source"]) == (Decimal("500.00"), "person")


async def test_where_the_record_has_changed_the_person_looks_again(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    await decide(app, item, approved(item))
    await store(app, "9001.00")
    with caplog.at_level(logging.INFO):
        await deliver_all(app)
    assert await stored(app) == Decimal("9001.00")
    back = await item_of(app, item.email_id)
    assert (back.review_id, back.status, back.reason, back.decision) == (item.review_id, "open", "conflict", None)
    assert (await summary_of(app, item.email_id)).old_amount == Decimal("9000.00"), "as the rules saw it"
    assert "has changed since" in back.detail
    assert any("guard_decided" in record.getMessage() and "person" in record.getMessage() for record in caplog.records)
    await decide(app, back, approved(back))
    assert await deliver_all(app) == 1
    assert await stored(app) == Decimal("812.40")


async def test_a_conflict_after_a_replay_can_be_approved(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    assert (await settle(app, runner, email_id)).outcome == "updated"
    # As another version of the rules would have read it: the same email has written already, and says more now.
    await read_otherwise(app, email_id, "consolidate", **{"812.40": "900.00"})
    again = await replay(app, runner, email_id, "match")
    assert (again.outcome, again.review_reason) == ("review", "conflict")
    item = await item_of(app, email_id)
    await decide(app, item, approved(item))
    assert await deliver_all(app) == 1
    assert await stored(app) == Decimal("900.00")


async def test_a_correction_that_is_not_written_comes_back_too(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    await decide(app, item, corrected(item, Correction(amount=Decimal("500.00"))), Resolution.CORRECTED)
    await store(app, "9001.00")
    await deliver_all(app)
    assert (await item_of(app, item.email_id)).status is ReviewStatus.OPEN
    assert await stored(app) == Decimal("9001.00")


async def test_a_worker_that_stood_still_does_not_undo_what_was_decided_since(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    """It had the answer that the update may not be written; another worker has given it to a person meanwhile."""
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, clients=_Raised(app))  # type: ignore[arg-type]  # a proxy
    stalled: list[tuple[OutboxRow, Delivered, GuardDecision]] = []
    real = app.services.outbox.to_review

    async def noted(row: OutboxRow, result: Delivered, guard: GuardDecision) -> None:
        stalled.append((row, result, guard))
        await real(row, result, guard)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.services.outbox, "to_review", noted)
        assert (await settle(app, make_runner(app, services), email_id)).outcome == "review"
        item = await item_of(app, email_id)
        await decide(app, item, approved(item))
        await real(*stalled[0])
        assert (await item_of(app, email_id)).status is ReviewStatus.APPROVED
        assert await deliver_all(app) == 1
        assert await stored(app) == Decimal("812.40")
        for _ in range(2):
            await real(*stalled[0])
        written = await item_of(app, email_id)
        assert (written.status, written.delivered) == (ReviewStatus.APPROVED, "applied")


async def test_an_old_answer_to_a_decision_reopens_nothing_that_was_decided_anew(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    await decide(app, item, approved(item))
    row = await app.services.outbox.take(email_id=item.email_id)
    assert row is not None
    guard = GuardDecision(guard="person", passed=False, reason=ReviewReason.CONFLICT, confidence=1.0, why="changed")
    await app.services.outbox.to_review(row, Delivered.CHANGED, guard)
    back = await item_of(app, item.email_id)
    await decide(app, back, approved(back))
    await app.services.outbox.to_review(row, Delivered.CHANGED, guard)
    assert (await item_of(app, item.email_id)).status is ReviewStatus.APPROVED
    assert await deliver_all(app) == 1
    assert (await item_of(app, item.email_id)).delivered == "applied"


async def test_an_update_that_comes_back_while_its_email_is_to_be_replayed_waits_for_its_turn(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    """Both lock the email first: neither is the other's deadlock, which PostgreSQL would end after a second."""
    guard = GuardDecision(guard="person", passed=False, reason=ReviewReason.CONFLICT, confidence=1.0, why="changed")
    for _ in range(5):
        item = await lowered(app, stack, world, runner, reply)
        await decide(app, item, approved(item))
        row = await app.services.outbox.take(email_id=item.email_id)
        assert row is not None
        await asyncio.gather(
            *(put_back(app, item.email_id) for _ in range(4)),
            app.services.outbox.to_review(row, Delivered.CHANGED, guard),
        )
        await store(app, "9000.00")
    ended = await app.database.run(
        "SELECT", lambda c: c.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    )
    assert ended == 0


async def test_a_decision_whose_write_was_answered_too_late_is_written_once(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    await decide(app, item, approved(item))
    services = replace(app.services, clients=_AnswerLost(app))  # type: ignore[arg-type]  # a proxy
    assert await deliver_leftovers(services, app.rules) == 0
    written = await creditor(app)
    assert await stored(app) == Decimal("812.40")
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
    assert await deliver_all(app) == 1
    assert await creditor(app) == written
    assert (await item_of(app, item.email_id)).delivered == "already_applied"


async def test_a_decision_that_fails_for_a_defect_comes_back_to_the_person(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    await decide(app, item, approved(item))
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET payload = payload || '{\"unknown\": 1}'"))
    for _ in range(3):
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
        await deliver_all(app)
    back = await item_of(app, item.email_id)
    assert (back.status, back.reason, back.proposal) == (ReviewStatus.OPEN, "extraction_error", item.proposal)


async def test_an_older_worker_leaves_a_decision_to_those_who_know_it(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await lowered(app, stack, world, runner, reply)
    await decide(app, item, approved(item))
    monkeypatch.setattr(ClientUpdate, "NEWEST", 1)
    assert await deliver_all(app) == 0
    assert (await item_of(app, item.email_id)).delivered is None
    monkeypatch.undo()
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
    assert await deliver_all(app) == 1


class _AnswerLost:
    """The clients, of which no answer to a write arrives."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getattr__(self, name: str) -> object:
        return getattr(clients_of(self._app), name)

    async def apply(self, *update: Any, **rest: Any) -> object:
        await clients_of(self._app).apply(*update, **rest)
        raise Outage("mongodb", "update", "cut")


class _Raised(_AnswerLost):
    """The clients, of which one has got a higher amount just before an update of ours arrives."""

    async def apply(self, *update: Any, **rest: Any) -> object:
        await store(self._app, "9000.00")
        return await clients_of(self._app).apply(*update, **rest)
