"""What waits for a person, on a real PostgreSQL: one has it in hand, one decides, once."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.helpers import NOW, add_email
from tests.replaying import put_back
from tests.store.test_emails import claim, result_of, update_of

from claimstream.app import App
from claimstream.domain.records.decision import GuardDecision, ReviewReason, Seen
from claimstream.domain.records.replay import Hindrance, PutBack
from claimstream.domain.records.review import Resolution, ReviewItem, ReviewStatus
from claimstream.domain.records.work import Delivered, Outcome, Review
from claimstream.domain.records.world import World
from claimstream.domain.rules.review import approved, decided
from claimstream.store.backlog import BacklogStore
from claimstream.store.reviews import Decided, ReviewStore, WantedItems
from claimstream.store.standings import StandingStore

REASONS = (ReviewReason.AMOUNT_LOWER, ReviewReason.LOW_CONFIDENCE)


@pytest.fixture
def reviews(app: App) -> ReviewStore:
    return ReviewStore(app.database)


async def to_review(app: App, world: World, *, proposed: bool = True) -> str:
    """An email that a person is to decide. Returns its id."""
    email = (await claim(app, await add_email(app, world))).email
    proposal = update_of(email) if proposed else None
    review = Review(reason=REASONS[0], reasons=REASONS, detail="too low", proposal=proposal)
    result = replace(result_of(email), outcome=Outcome.REVIEW, update=None, notification=None, review=review)
    await app.emails.settle(email, result)
    return email.email_id


async def item_of(reviews: ReviewStore, email_id: str) -> ReviewItem:
    found = await reviews.of_email(email_id)
    assert found is not None
    return found


def decision(
    item: ReviewItem, resolution: Resolution = Resolution.APPROVED, *, by: str = "anna", decision_id: str = "d-1"
) -> Decided:
    update = None
    if resolution in {Resolution.APPROVED, Resolution.CORRECTED}:
        seen = Seen(current_amount=Decimal("430.00"))
        update = decided(approved(item), decision_id=decision_id, by=by, seen=seen)
    return Decided(decision_id, resolution, by, "looked at it", update)


async def rows(app: App, query: str) -> list[dict[str, Any]]:
    found = await app.database.run("SELECT", lambda c: c.fetch(query))
    return [dict(row) for row in found]


async def test_an_item_says_what_its_email_says_and_what_is_proposed(
    app: App, world: World, reviews: ReviewStore
) -> None:
    email_id = await to_review(app, world)
    [item] = await reviews.items(WantedItems())
    assert (item.email_id, item.tenant_id, item.reasons) == (email_id, "t", REASONS)
    assert (item.subject, item.received_at, item.detail) == ("NUL � in it", NOW, "too low")
    assert (item.status, item.claimed_by, item.decision) == (ReviewStatus.OPEN, None, None)
    assert item.proposal is not None
    assert item.proposal.amount == Decimal("812.40")
    assert await reviews.get(item.review_id) == item == await reviews.of_email(email_id)
    assert await reviews.count(WantedItems()) == 1


async def test_items_are_listed_oldest_first_and_by_what_is_asked_for(
    app: App, world: World, reviews: ReviewStore
) -> None:
    first, second, third = [await item_of(reviews, await to_review(app, world)) for _ in range(3)]
    await reviews.claim(second.review_id, by="anna")
    await reviews.resolve(third, decision(third, Resolution.REJECTED))

    async def listed(**wanted: Any) -> list[int]:
        found = [item.review_id for item in await reviews.items(WantedItems(**wanted))]
        assert await reviews.count(WantedItems(**wanted)) == len(found)
        return found

    assert await listed() == [first.review_id, second.review_id]
    assert [item.review_id for item in await reviews.items(WantedItems(), limit=1)] == [first.review_id]
    assert await listed(claimed_by="anna") == [second.review_id]
    assert await listed(statuses=[ReviewStatus.REJECTED]) == [third.review_id]
    assert await listed(reason="low_confidence") == [first.review_id, second.review_id]
    assert await listed(reason="conflict") == await listed(tenant_id="another firm") == []


async def test_one_person_has_it_in_hand(app: App, world: World, reviews: ReviewStore) -> None:
    item = await item_of(reviews, await to_review(app, world))
    number = item.review_id
    assert not await reviews.release(number, by="anna")
    assert [await reviews.claim(number, by=who) for who in ("anna", "ben", "anna")] == [True, False, True]
    assert not await reviews.release(number, by="ben")
    assert not await reviews.resolve(item, decision(item, by="ben"))
    assert await rows(app, "SELECT * FROM calibration_samples") == []
    assert await reviews.claim(number, by="ben", take_over=True)
    assert await reviews.release(number, by="ben")
    again = await item_of(reviews, item.email_id)
    assert (again.status, again.claimed_by, again.claimed_at) == (ReviewStatus.OPEN, None, None)


async def test_of_several_that_claim_at_once_one_has_it(app: App, world: World, reviews: ReviewStore) -> None:
    item = await item_of(reviews, await to_review(app, world))
    took = await asyncio.gather(*(reviews.claim(item.review_id, by=f"person-{n}") for n in range(8)))
    assert took.count(True) == 1


async def test_of_several_that_decide_at_once_one_has_decided(app: App, world: World, reviews: ReviewStore) -> None:
    item = await item_of(reviews, await to_review(app, world))
    done = await asyncio.gather(
        *(reviews.resolve(item, decision(item, by=f"person-{n}", decision_id=f"d-{n}")) for n in range(8))
    )
    assert done.count(True) == 1
    assert [len(await rows(app, f"SELECT * FROM {table}")) for table in ("calibration_samples", "outbox")] == [1, 1]


async def test_a_decision_whose_answer_was_lost_is_taken_once(app: App, world: World, reviews: ReviewStore) -> None:
    item = await item_of(reviews, await to_review(app, world))
    assert [await reviews.resolve(item, decision(item)) for _ in range(2)] == [True, True]
    assert [len(await rows(app, f"SELECT * FROM {table}")) for table in ("calibration_samples", "outbox")] == [1, 1]
    assert not await reviews.resolve(item, decision(item, decision_id="another"))


async def test_what_was_predicted_and_what_was_decided_is_a_sample(
    app: App, world: World, reviews: ReviewStore
) -> None:
    item = await item_of(reviews, await to_review(app, world))
    assert await reviews.resolve(item, decision(item))
    [sample] = await rows(app, "SELECT email_id, tenant_id, predicted, decided FROM calibration_samples")
    predicted, said = json.loads(sample["predicted"]), json.loads(sample["decided"])
    assert (sample["email_id"], sample["tenant_id"]) == (item.email_id, "t")
    assert (predicted["intent"], predicted["confidence"], predicted["reasons"]) == ("claim_statement", 0.8, [*REASONS])
    assert predicted["update"]["amount"] == said["update"]["amount"] == "812.40"
    assert (said["resolution"], said["by"], said["note"]) == ("approved", "anna", "looked at it")


@pytest.mark.parametrize("resolution", [Resolution.REJECTED, Resolution.SPAM, Resolution.ESCALATED])
async def test_where_nothing_is_written_nothing_goes_out(
    app: App, world: World, reviews: ReviewStore, resolution: Resolution
) -> None:
    item = await item_of(reviews, await to_review(app, world, proposed=False))
    assert await reviews.resolve(item, decision(item, resolution))
    assert await rows(app, "SELECT * FROM outbox") == []
    assert len(await rows(app, "SELECT * FROM calibration_samples")) == 1
    ended = await item_of(reviews, item.email_id)
    assert ended.status == ReviewStatus(resolution)
    assert (ended.resolved_by, ended.note) == ("anna", "looked at it")
    summary = await app.emails.find(item.email_id)
    assert summary is not None
    assert (summary.outcome, summary.review_status) == ("review", resolution)


async def test_what_was_escalated_goes_on_waiting_and_anybody_may_decide_it(
    app: App, world: World, reviews: ReviewStore
) -> None:
    item = await item_of(reviews, await to_review(app, world))
    assert await reviews.resolve(item, decision(item, Resolution.ESCALATED))
    assert await reviews.count(WantedItems()) == 1
    backlog = await BacklogStore(app.database).read()
    assert backlog.reviews == 1
    assert await put_back(app, item.email_id) is Hindrance.IN_REVIEW
    assert await reviews.claim(item.review_id, by="ben")
    assert await reviews.release(item.review_id, by="ben")
    assert (await item_of(reviews, item.email_id)).status is ReviewStatus.ESCALATED, "it is still to be looked at"
    assert await reviews.resolve(item, decision(item, by="ben", decision_id="d-2"))
    assert await reviews.count(WantedItems()) == 0
    said = [(past.resolution, past.by, past.note) for past in await reviews.history(item.email_id)]
    assert said == [("escalated", "anna", "looked at it"), ("approved", "ben", "looked at it")]


async def test_what_is_decided_is_not_replayed(app: App, world: World, reviews: ReviewStore) -> None:
    item = await item_of(reviews, await to_review(app, world))
    assert await reviews.resolve(item, decision(item, Resolution.REJECTED))
    assert await put_back(app, item.email_id) is Hindrance.DECIDED


async def test_what_was_ended_by_mistake_is_opened_again_and_what_was_written_is_not(
    app: App, world: World, reviews: ReviewStore
) -> None:
    for resolution, again in ((Resolution.REJECTED, True), (Resolution.SPAM, True), (Resolution.APPROVED, False)):
        item = await item_of(reviews, await to_review(app, world))
        assert not await reviews.reopen(item.review_id), "it waits"
        assert await reviews.resolve(item, decision(item, resolution, decision_id=f"d-{resolution}"))
        assert await reviews.reopen(item.review_id) is again
        after = await item_of(reviews, item.email_id)
        assert (after.status is ReviewStatus.OPEN, after.resolved_by is None) == (again, again)


async def test_others_that_wait_for_the_same_claim_are_told_of(app: App, world: World, reviews: ReviewStore) -> None:
    one, other, unknown = [
        await item_of(reviews, await to_review(app, world, proposed=proposed)) for proposed in (True, True, False)
    ]
    assert [item.review_id for item in await reviews.beside(one)] == [other.review_id]
    assert await reviews.beside(unknown) == []
    assert await reviews.resolve(other, decision(other))
    assert await reviews.beside(one) == []


async def test_what_was_replayed_can_no_longer_be_decided(app: App, world: World, reviews: ReviewStore) -> None:
    item = await item_of(reviews, await to_review(app, world))
    assert isinstance(await put_back(app, item.email_id), PutBack)
    assert not await reviews.resolve(item, decision(item))
    assert not await reviews.claim(item.review_id, by="anna")
    assert await reviews.of_email(item.email_id) is None
    assert (await rows(app, "SELECT * FROM outbox"), await reviews.count(WantedItems())) == ([], 0)
    before = await reviews.get(item.review_id)
    assert before is not None
    assert (before.status, before.resolved_by) == (ReviewStatus.SUPERSEDED, "me@here")


async def test_of_a_decision_and_a_replay_at_once_one_is_done_and_neither_is_the_others_deadlock(
    app: App, world: World, reviews: ReviewStore
) -> None:
    for number in range(20):
        item = await item_of(reviews, await to_review(app, world))
        decided_on = decision(item, Resolution.REJECTED, decision_id=f"d-{number}")
        done, replayed = await asyncio.gather(reviews.resolve(item, decided_on), put_back(app, item.email_id))
        assert isinstance(replayed, PutBack) is not done
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await rows(app, query) == [{"deadlocks": 0}]


async def test_an_update_that_comes_back_is_to_be_decided_anew_as_it_is_now(
    app: App, world: World, reviews: ReviewStore
) -> None:
    item = await item_of(reviews, await to_review(app, world))
    assert await reviews.resolve(item, decision(item))
    row = await app.services.outbox.take(email_id=item.email_id)
    assert row is not None
    assert row.decision_id == "d-1"
    guard = GuardDecision(
        guard="person", passed=False, reason=ReviewReason.CONFLICT, confidence=1.0, why="it has changed"
    )
    await app.services.outbox.to_review(row, Delivered.CHANGED, guard)
    back = await item_of(reviews, item.email_id)
    assert (back.review_id, back.status, back.resolved_by) == (item.review_id, ReviewStatus.OPEN, None)
    assert (back.detail, back.decision, back.delivered) == ("it has changed", None, None)
    summary = await app.emails.find(item.email_id)
    assert summary is not None
    assert (summary.review_reason, summary.review_status) == ("conflict", "open")
    assert back.reasons == (ReviewReason.CONFLICT, *REASONS)
    assert not await reviews.resolve(item, decision(item, decision_id="d-2")), "that was said of what is no longer so"
    assert await reviews.resolve(back, decision(back, decision_id="d-3"))
    again = await item_of(reviews, item.email_id)
    assert again.decision is not None
    assert again.decision.decided is not None
    assert (again.decision.decided.decision_id, again.delivered) == ("d-3", None)
    row = await app.services.outbox.take(email_id=item.email_id)
    assert row is not None
    await app.services.outbox.to_review(row, Delivered.CHANGED, guard)
    back = await item_of(reviews, item.email_id)
    assert back.reasons == (ReviewReason.CONFLICT, *REASONS)
    assert await reviews.resolve(back, decision(back, Resolution.REJECTED, decision_id="d-4"))
    assert (await item_of(reviews, item.email_id)).decision is None, "of what was never written nothing is said"


async def test_an_email_that_was_replayed_stands_once_and_as_its_newest_item_does(
    app: App, world: World, reviews: ReviewStore
) -> None:
    email_id = await to_review(app, world)
    assert isinstance(await put_back(app, email_id), PutBack)
    email = (await claim(app, email_id)).email
    review = Review(reason=REASONS[0], reasons=REASONS, proposal=update_of(email))
    await app.emails.settle(
        email, replace(result_of(email), outcome=Outcome.REVIEW, update=None, notification=None, review=review)
    )
    mailbox = world.tenants[0].mailboxes[0]
    [standing] = await StandingStore(app.database).of_gmail_ids(
        mailbox, [row["gmail_id"] for row in await rows(app, "SELECT gmail_id FROM emails")]
    )
    assert standing.review_status == "open"
    summary = await app.emails.find(email_id)
    assert summary is not None
    assert summary.review_status == "open"
    assert await reviews.resolve(item := await item_of(reviews, email_id), decision(item))
    runs = await rows(app, "SELECT run FROM outbox WHERE decision_id IS NOT NULL")
    assert runs == [{"run": 2}]
