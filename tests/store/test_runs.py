"""Putting an email back, on a real PostgreSQL: all of it or nothing, once, and never from under somebody's hands."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.helpers import NOW, add_email, summary_of
from tests.replaying import a_replay, put_back, runs_of
from tests.store.test_emails import claim, result_of, update_of

from claimstream.app import App
from claimstream.domain.records.decision import ReviewReason
from claimstream.domain.records.replay import Hindrance, PutBack
from claimstream.domain.records.work import (
    AppliedUpdate,
    Checkpoint,
    Delivered,
    LostClaimError,
    Outcome,
    Review,
    UnpublishedEmail,
    Waited,
)
from claimstream.domain.records.world import World
from claimstream.store.backlog import BacklogStore

REASONS = (ReviewReason.AMOUNT_LOWER,)


async def settled(app: App, world: World, *, review: bool = False, delivered: bool = True) -> str:
    """An email that is done with, and published."""
    email_id = await add_email(app, world)
    await app.emails.published(email_id, trace_context={"traceparent": "x"}, trace_id="7ace")
    email = (await claim(app, email_id)).email
    result = result_of(email)
    if review:
        item = Review(reason=REASONS[0], reasons=REASONS, proposal=update_of(email))
        result = replace(result, outcome=Outcome.REVIEW, update=None, review=item)
    await app.emails.settle(email, result, [Checkpoint(s, "{}", seconds=0.1) for s in ("fetch", "classify", "match")])
    if delivered and not review:
        while (row := await app.services.outbox.take(email_id=email_id)) is not None:
            await app.services.outbox.done(row, Delivered.APPLIED)
    return email_id


async def execute(app: App, query: str, *values: Any) -> None:
    await app.database.run("UPDATE", lambda c: c.execute(query, *values))


async def count(app: App, table: str) -> int:
    found: int = await app.database.run("SELECT", lambda c: c.fetchval(f"SELECT count(*) FROM {table}"))
    return found


async def test_an_email_put_back_is_new_unpublished_and_still_the_same_email(app: App, world: World) -> None:
    email_id = await settled(app, world)
    before = await summary_of(app, email_id)
    expected = UnpublishedEmail(email_id, "t", before.correlation_id, run=2)
    assert await put_back(app, email_id) == PutBack(expected, 2)
    after = await summary_of(app, email_id)
    assert (after.status, after.outcome, after.route, after.new_amount) == ("new", None, None, None)
    assert (after.correlation_id, after.trace_id, after.subject) == (before.correlation_id, "7ace", before.subject)
    assert await app.emails.unpublished() == [replace(expected, mailbox=world.tenants[0].mailboxes[0])]
    assert await app.emails.unpublished(older_than_seconds=30) == [], "the command itself is about to publish it"
    assert await app.emails.report(email_id) is None
    assert (await claim(app, email_id)).checkpoints.keys() == {"fetch"}


async def test_a_transaction_that_fails_leaves_the_email_as_it_was(app: App, world: World) -> None:
    email_id = await settled(app, world)
    before = await summary_of(app, email_id)
    with pytest.raises(Exception, match="null value"):
        await runs_of(app).put_back(email_id, replace(a_replay(), by=None))  # type: ignore[arg-type]  # that is the fault
    assert await summary_of(app, email_id) == before
    assert (await count(app, "runs"), await count(app, "checkpoints")) == (0, 3)


async def test_of_two_replays_at_once_one_finds_it_put_back_already(app: App, world: World) -> None:
    email_id = await settled(app, world)
    results = await asyncio.gather(*(put_back(app, email_id) for _ in range(6)))
    assert sum(isinstance(result, PutBack) for result in results) == 1
    assert results.count(Hindrance.NEW) == 5
    assert await count(app, "runs") == 1


async def test_a_command_that_cannot_tell_whether_it_was_done_does_it_once(app: App, world: World) -> None:
    email_id, replay = await settled(app, world), a_replay()
    first = await runs_of(app).put_back(email_id, replay)
    assert await runs_of(app).put_back(email_id, replay) == first
    assert await count(app, "runs") == 1


async def test_an_email_in_work_is_left_to_its_worker(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    assert await put_back(app, email_id) is Hindrance.NEW
    claimed = await claim(app, email_id)
    assert await put_back(app, email_id) is Hindrance.IN_WORK
    await app.emails.settle(claimed.email, result_of(claimed.email))
    assert await count(app, "runs") == 0


async def test_an_email_whose_effects_wait_in_the_outbox_is_left_alone(app: App, world: World) -> None:
    email_id = await settled(app, world, delivered=False)
    assert await put_back(app, email_id) is Hindrance.UNDELIVERED
    row = await app.services.outbox.take(email_id=email_id)
    assert row is not None
    await app.services.outbox.done(row, Delivered.APPLIED)
    assert await put_back(app, email_id) is Hindrance.UNDELIVERED, "its notification waits still"


async def test_an_open_review_item_is_superseded_and_counts_no_more(app: App, world: World) -> None:
    email_id = await settled(app, world, review=True)
    assert (await BacklogStore(app.database).read()).reviews == 1
    assert isinstance(await put_back(app, email_id), PutBack)
    assert (await BacklogStore(app.database).read()).reviews == 0
    status = await app.database.run("SELECT", lambda c: c.fetchval("SELECT status FROM review_items"))
    kept = await app.database.run("SELECT", lambda c: c.fetchval("SELECT result #>> '{review,status}' FROM runs"))
    assert (status, kept) == ("superseded", "open")


@pytest.mark.parametrize(
    ("status", "hindrance"),
    [(s, Hindrance.IN_REVIEW) for s in ("claimed", "escalated")]
    + [(s, Hindrance.DECIDED) for s in ("approved", "corrected", "rejected", "spam")],
)
async def test_what_a_person_has_in_hand_or_has_decided_is_not_overridden(
    app: App, world: World, status: str, hindrance: Hindrance
) -> None:
    email_id = await settled(app, world, review=True)
    await execute(app, "UPDATE review_items SET status = $1", status)
    assert await put_back(app, email_id) is hindrance
    assert await app.database.run("SELECT", lambda c: c.fetchval("SELECT status FROM review_items")) == status


async def test_nobody_can_take_the_review_item_while_the_email_is_put_back(app: App, world: World) -> None:
    email_id = await settled(app, world, review=True)

    async def take() -> str:
        return await app.database.run(
            "UPDATE", lambda c: c.execute("UPDATE review_items SET status = 'claimed' WHERE status = 'open'")
        )

    result, taken = await asyncio.gather(put_back(app, email_id), take())
    assert isinstance(result, PutBack) is (taken == "UPDATE 0")


async def test_an_unknown_email_is_said_to_be_unknown(app: App) -> None:
    with pytest.raises(LookupError):
        await put_back(app, "nobody")


async def test_attempts_go_on_rising_and_an_old_claim_can_write_nothing(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    stale = (await claim(app, email_id, seconds=-1)).email
    holder = (await claim(app, email_id, "two")).email
    await app.emails.settle(holder, replace(result_of(holder), update=None))
    await put_back(app, email_id)

    async def nothing_can_be_written() -> None:
        for old in (stale, holder):
            with pytest.raises(LostClaimError):
                await app.emails.checkpoint(old, Checkpoint("classify", "{}", seconds=0.1))
            with pytest.raises(LostClaimError):
                await app.emails.settle(old, result_of(old))
            await app.emails.release(old, (), [Checkpoint("classify", "{}", seconds=0.1)])

    await nothing_can_be_written()
    assert (await summary_of(app, email_id)).status == "new"
    newest = await claim(app, email_id, "three")
    assert (newest.email.attempt, newest.email.run, newest.email.attempts_before) == (3, 2, 2)
    assert newest.email.crashes == 0
    await nothing_can_be_written()
    assert await count(app, "checkpoints") == 0
    await app.emails.settle(newest.email, result_of(newest.email))


async def test_a_late_confirmation_of_the_first_message_does_not_stand_for_the_second(app: App, world: World) -> None:
    email_id = await settled(app, world)
    await put_back(app, email_id)
    await app.emails.published(email_id, trace_context={}, trace_id="7ace", run=1)
    assert [e.email_id for e in await app.emails.unpublished()] == [email_id]
    await app.emails.published(email_id, trace_context={}, trace_id="7ace", run=2)
    assert await app.emails.unpublished() == []


async def test_a_publisher_without_telemetry_leaves_the_trace_as_it_is_known(app: App, world: World) -> None:
    email_id = await settled(app, world)
    await put_back(app, email_id)
    await app.emails.published(email_id, trace_context={"baggage": "b"}, trace_id=None, run=2)
    row = await app.database.run("SELECT", lambda c: c.fetchrow("SELECT trace_id, trace_context FROM emails"))
    assert row is not None
    assert tuple(row) == ("7ace", '{"traceparent": "x"}')


async def test_what_an_earlier_run_has_written_comes_with_the_claim(app: App, world: World) -> None:
    email_id = await settled(app, world)
    await put_back(app, email_id)
    claimed = await claim(app, email_id)
    expected = update_of(claimed.email)
    assert claimed.applied == AppliedUpdate(run=1, update=expected, old_amount=Decimal("430.00"))


async def test_what_was_refused_at_delivery_was_not_written(app: App, world: World) -> None:
    email_id = await settled(app, world)
    await execute(app, "UPDATE outbox SET result = 'refused'")
    await put_back(app, email_id)
    assert (await claim(app, email_id)).applied is None


async def test_what_was_given_up_for_a_defect_may_have_been_written(app: App, world: World) -> None:
    email_id = await settled(app, world)
    await execute(app, "UPDATE outbox SET result = 'set_aside'")
    await put_back(app, email_id)
    applied = (await claim(app, email_id)).applied
    assert applied is not None
    assert (applied.run, applied.certain) == (1, False)


async def test_waits_are_told_of_the_run_they_belong_to(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    email = (await claim(app, email_id)).email
    wait = Waited(service="gcs", kind="outage", count=1, first_at=NOW, last_at=NOW, seconds=70)
    await app.emails.release(email, [wait])
    email = (await claim(app, email_id)).email
    await app.emails.settle(email, replace(result_of(email), update=None))
    await put_back(app, email_id)
    assert (await claim(app, email_id)).waits == ()
    kept = await app.database.run("SELECT", lambda c: c.fetchval("SELECT result #>> '{waits,0,service}' FROM runs"))
    assert kept == "gcs"


async def test_how_long_an_email_is_open_counts_from_its_replay(app: App, world: World) -> None:
    email_id = await settled(app, world)
    await execute(app, "UPDATE emails SET created_at = now() - interval '9 days'")
    await put_back(app, email_id)
    oldest = (await BacklogStore(app.database).read()).oldest_email_seconds
    assert oldest is not None
    assert oldest < 60


async def test_emails_are_chosen_by_when_they_were_settled_outcome_and_tenant(app: App, world: World) -> None:
    old, new = await settled(app, world), await settled(app, world, review=True)
    await execute(app, "UPDATE emails SET settled_at = now() - interval '9 days' WHERE email_id = $1", old)
    unsettled = await add_email(app, world)
    now = datetime.now(UTC)

    async def chosen(days: int, **filters: Any) -> list[str]:
        return [e.email_id for e in await runs_of(app).settled(since=now - timedelta(days=days), **filters)]

    assert await chosen(10) == [old, new, unsettled]
    assert await chosen(7) == [new, unsettled]
    assert await chosen(10, until=now - timedelta(days=7)) == [old]
    assert await chosen(10, outcome="updated") == [old]
    assert await chosen(10, tenant_id="another") == []
    (standing,) = await runs_of(app).of([unsettled])
    assert standing.hindrance is Hindrance.NEW
