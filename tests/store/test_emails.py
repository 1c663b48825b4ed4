"""Claims, checkpoints and the final transaction, on a real PostgreSQL."""

import asyncio
import secrets
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import SecretStr
from tests.helpers import NOW, add_email

from claimstream.app import App
from claimstream.domain.records.decision import Candidate, ClientUpdate, Decision, Match, ReviewReason, Route
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.notification import Notification
from claimstream.domain.records.work import (
    Checkpoint,
    Claimed,
    Email,
    LostClaimError,
    NewEmail,
    NotClaimed,
    Outcome,
    Result,
    Review,
    TokenUse,
)
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage
from claimstream.settings import Settings

USE = TokenUse("m", "extract", 10, 1, 2, 5, Decimal("0.25"))


async def claim(app: App, email_id: str, worker: str = "one", seconds: float = 60) -> Claimed:
    claimed = await app.emails.claim(email_id, worker=worker, seconds=seconds)
    assert isinstance(claimed, Claimed)
    return claimed


def update_of(email: Email) -> ClientUpdate:
    return ClientUpdate(
        tenant_id="t",
        client_id="c-1",
        creditor_id="cr-1",
        email_id=email.email_id,
        amount=Decimal("812.40"),
        amount_confidence=0.8,
        response_status="claim_statement",
        received_at=NOW,
        confidence=0.8,
    )


def result_of(email: Email) -> Result:
    decision = Decision(
        route=Route.UPDATE_AND_NOTIFY,
        intent=Intent.CLAIM_STATEMENT,
        confidence=0.8,
        old_amount=Decimal("430.00"),
        new_amount=Decimal("812.40"),
        write=True,
    )
    candidate = Candidate(inquiry_id="i-1", client_id="c-1", creditor_id="cr-1", score=0.99, why="reply code")
    return Result(
        outcome=Outcome.UPDATED,
        decision=decision,
        match=Match(inquiry_id="i-1", client_id="c-1", creditor_id="cr-1", confidence=0.99, candidates=(candidate,)),
        mail=ParsedMail(subject="NUL \x00 in it", headers=(("X-A", "b\x00"),)),
        received_at=NOW,
        update=update_of(email),
        notification=Notification(to="a@b.example", subject="s", text="t", message_id="<m@x>"),
        report="{}",
    )


async def test_a_claim_is_held_against_others_until_it_is_released(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    claimed = await claim(app, email_id)
    assert await app.emails.claim(email_id, worker="two", seconds=60) == NotClaimed("busy")
    await app.emails.release(claimed.email)
    again = await claim(app, email_id, "two")
    assert (again.email.attempt, again.email.crashes) == (2, 0)


async def test_a_claim_tells_the_firms_name_and_mailboxes(app: App, world: World) -> None:
    tenant = world.tenants[0]
    second = tenant.model_copy(update={"mailboxes": (*tenant.mailboxes, f"second-{tenant.mailboxes[0]}")})
    await app.world.load(world.model_copy(update={"tenants": (second,)}))
    claimed = await claim(app, await add_email(app, world))
    assert sorted(claimed.email.our_marks) == sorted([tenant.name, *second.mailboxes])


async def test_a_claim_that_lapsed_is_a_crash_and_voids_what_its_holder_still_does(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    first = await claim(app, email_id, seconds=0.001)
    await asyncio.sleep(0.01)
    second = await claim(app, email_id, "two")
    assert second.email.crashes == 1
    with pytest.raises(LostClaimError):
        await app.emails.renew(first.email, seconds=60)
    with pytest.raises(LostClaimError):
        await app.emails.checkpoint(first.email, Checkpoint("fetch", "{}", seconds=0.1))
    with pytest.raises(LostClaimError):
        await app.emails.settle(first.email, result_of(first.email))
    await app.emails.renew(second.email, seconds=60)


async def test_an_email_that_is_suspected_is_left_as_it_is(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    for number in range(2):
        await claim(app, email_id, f"killed-{number}", seconds=0.001)
        await asyncio.sleep(0.01)
    refused = await app.emails.claim(email_id, worker="two", seconds=60, but_not_after=2)
    assert refused == NotClaimed("suspected")
    assert (await claim(app, email_id)).email.crashes == 2
    busy = await app.emails.claim(email_id, worker="two", seconds=60, but_not_after=2)
    assert busy == NotClaimed("busy")


async def test_an_unknown_email_is_not_claimed(app: App) -> None:
    assert await app.emails.claim("nobody", worker="one", seconds=60) == NotClaimed("unknown")


async def test_checkpoints_come_back_with_the_next_claim_and_are_never_overwritten(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    claimed = await claim(app, email_id)
    await app.emails.checkpoint(claimed.email, Checkpoint("fetch", '{"n": 1}', seconds=0.5))
    await app.emails.checkpoint(claimed.email, Checkpoint("fetch", '{"n": 2}', seconds=0.7))
    await app.emails.release(claimed.email)
    again = await claim(app, email_id)
    assert again.checkpoints == {"fetch": '{"n": 1}'}
    assert again.seconds == {"fetch": 0.5}


async def test_a_checkpoint_with_a_nul_is_kept(app: App, world: World) -> None:
    """A NUL as in an answer of the model, which has been paid."""
    email_id = await add_email(app, world)
    claimed = await claim(app, email_id)
    await app.emails.checkpoint(claimed.email, Checkpoint("model/classify", '{"why": "a\\u0000b"}', seconds=0.5))
    await app.emails.release(claimed.email)
    assert (await claim(app, email_id)).checkpoints == {"model/classify": '{"why": "a\ufffdb"}'}


async def test_tokens_are_booked_once_with_their_checkpoint(app: App, world: World) -> None:
    email = (await claim(app, await add_email(app, world))).email
    for _ in range(2):
        await app.emails.checkpoint(email, Checkpoint("model/extract/body", "{}", seconds=0.1, tokens=USE))
    await app.emails.checkpoint(email, Checkpoint("model/extract/attachment-1", "{}", seconds=0.1, tokens=USE))
    assert await app.services.ledger.spent_today_usd("t") == Decimal("0.50")
    assert await app.services.ledger.spent_today_usd("other") == 0


async def test_settling_writes_everything_at_once_and_only_once(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    email = (await claim(app, email_id)).email
    await app.emails.settle(email, result_of(email))
    summary = await app.emails.find(email_id)
    assert summary is not None
    assert (summary.status, summary.outcome, summary.new_amount) == ("settled", "updated", Decimal("812.40"))
    assert summary.subject == "NUL \ufffd in it"
    assert not summary.delivered
    assert await app.emails.report(email_id) == "{}"
    assert await app.emails.counts() == {"new": 0, "in_work": 0, "settled": 1, "undelivered": 2}
    with pytest.raises(LostClaimError):
        await app.emails.settle(email, result_of(email))
    assert await app.emails.claim(email_id, worker="two", seconds=60) == NotClaimed("settled")


async def test_a_final_transaction_that_fails_leaves_nothing(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    email = (await claim(app, email_id)).email
    broken = replace(result_of(email), report="not json")
    with pytest.raises(Exception, match="json"):
        await app.emails.settle(email, broken)
    assert await app.emails.counts() == {"new": 0, "in_work": 1, "settled": 0, "undelivered": 0}
    await app.emails.settle(email, result_of(email))


async def test_a_review_item_keeps_what_would_have_been_written(app: App, world: World) -> None:
    email = (await claim(app, await add_email(app, world))).email
    reasons = (ReviewReason.AMOUNT_LOWER, ReviewReason.LOW_CONFIDENCE)
    review = Review(reason=reasons[0], reasons=reasons, detail="lower", proposal=update_of(email))
    await app.emails.settle(email, replace(result_of(email), outcome=Outcome.REVIEW, update=None, review=review))
    row = await app.database.run(
        "SELECT review_items", lambda c: c.fetchrow("SELECT reason, reasons, status, proposal FROM review_items")
    )
    assert row is not None
    assert (row["reason"], row["reasons"], row["status"]) == ("amount_lower", list(reasons), "open")
    assert ClientUpdate.model_validate_json(row["proposal"]) == update_of(email)
    assert (await app.emails.counts())["undelivered"] == 0


async def test_two_workers_that_race_for_a_claim_get_one(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    workers = [f"w{n}-{secrets.token_hex(2)}" for n in range(8)]
    claims = await asyncio.gather(*(app.emails.claim(email_id, worker=w, seconds=60) for w in workers))
    assert sum(isinstance(c, Claimed) for c in claims) == 1


async def test_a_row_is_unpublished_until_its_message_is_confirmed(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    assert [e.email_id for e in await app.emails.unpublished()] == [email_id]
    await app.emails.published(email_id, trace_context={"traceparent": "x"}, trace_id="abc123")
    assert await app.emails.unpublished() == []
    found = await app.emails.find("abc123")
    assert found is not None
    assert found.email_id == email_id


async def test_a_postponed_email_has_no_message_until_it_is_due(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    email = (await claim(app, email_id)).email
    assert not await app.emails.postpone(email, seconds=600), "it has not been given back"
    await app.emails.release(email)
    assert await app.emails.postpone(email, seconds=600)
    await app.emails.published(email_id, trace_context={}, trace_id=None)  # confirmed late: the message is gone already
    assert await app.emails.unpublished() == []
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE emails SET not_before = now()"))
    assert [e.email_id for e in await app.emails.unpublished(older_than_seconds=30)] == [email_id]
    await app.emails.published(email_id, trace_context={}, trace_id=None)
    assert await app.emails.unpublished() == []


@pytest.mark.parametrize(
    ("created", "published", "status", "lost"),
    [
        ("65 minutes", "61 minutes", "new", True),
        ("65 minutes", "61 minutes", "in_work", True),
        ("65 minutes", "59 minutes", "new", False),
        ("5 hours", "2 hours", "new", False),  # published again when it was three hours old
        ("5 hours", "151 minutes", "new", True),
        ("9 hours", "8 hours", "settled", False),
    ],
)
async def test_a_message_that_nobody_gets_counts_as_lost(
    app: App, world: World, created: str, published: str, status: str, lost: bool
) -> None:
    email_id = await add_email(app, world)
    await app.emails.published(email_id, trace_context={}, trace_id=None)
    change = f"""UPDATE emails SET created_at = now() - interval '{created}',
                 published_at = now() - interval '{published}', status = '{status}'"""
    await app.database.run("UPDATE emails", lambda c: c.execute(change))
    assert await app.emails.presume_lost(after_seconds=3600) == lost
    assert [e.email_id for e in await app.emails.unpublished()] == [email_id] * lost


async def test_a_message_in_hand_is_not_lost(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    await app.emails.published(email_id, trace_context={}, trace_id=None)
    await claim(app, email_id)
    assert await app.emails.presume_lost(after_seconds=0) == 0


async def test_the_beginning_of_an_id_finds_an_email_unless_it_fits_two(app: App, world: World) -> None:
    await app.emails.counts()
    mailbox = await app.mailboxes.lock(world.tenants[0].mailboxes[0], holder="h", seconds=9)
    assert mailbox is not None
    new = [NewEmail("aaaaaaaa-1", "g1", "c1"), NewEmail("aaaaaaaa-2", "g2", "c2")]
    await app.mailboxes.add_emails(mailbox, new, holder="h", cursor=None)
    assert await app.emails.find("aaaaaaaa") is None
    found = await app.emails.find("aaaaaaaa-1")
    assert found is not None
    assert found.gmail_id == "g1"
    assert await app.emails.find("aaaa") is None


async def test_the_probe_finds_out_that_a_server_takes_no_writes(settings: Settings) -> None:
    assert settings.database_url is not None
    standby = f"{settings.database_url.get_secret_value()}?target_session_attrs=any&default_transaction_read_only=on"
    async with App(settings.model_copy(update={"database_url": SecretStr(standby)})) as app:
        assert await app.mailboxes.all() == []
        with pytest.raises(Outage, match="ReadOnlySQLTransactionError"):
            await app.emails.probe()
