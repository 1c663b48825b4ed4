"""A mail that alone fails goes to a person; one that fails with all others waits."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.helpers import summary_of
from tests.pipeline.test_runner import PROSE, arrive, calm, make_runner, report_of, settle

from claimstream.app import App
from claimstream.domain.records.decision import GuardDecision
from claimstream.domain.records.replay import PutBack, Replay
from claimstream.domain.records.work import Delivered
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Postponed, Runner, Wait
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.store.runs import RunStore

Reply = Callable[..., bytes]
__all__ = ["calm"]

POISON = b"POISON"
AGED = "UPDATE failures SET last_at = last_at - interval '20 minutes', first_at = first_at - interval '20 minutes'"


@pytest.fixture
def runner(app: App) -> Runner:
    return make_runner(app, app.services)


async def time_passes(app: App) -> None:
    await app.database.run("UPDATE", lambda c: c.execute(AGED))
    await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))


async def failures_of(app: App, email_id: str) -> int:
    counted = "SELECT count(*) FROM failures WHERE email_id = $1"
    return int(await app.database.run("SELECT", lambda c: c.fetchval(counted, email_id)))


async def review_of(app: App, email_id: str) -> str:
    detail = "SELECT detail FROM review_items WHERE email_id = $1 AND status = 'open'"
    return str(await app.database.run("SELECT", lambda c: c.fetchval(detail, email_id)))


async def beside_others(app: App, stack: LocalStack, world: World, runner: Runner, mail: bytes) -> None:
    await time_passes(app)
    for _ in range(2):
        assert (await settle(app, runner, await arrive(app, stack, world, mail))).outcome


async def test_what_fails_for_one_mail_only_goes_to_a_person_with_the_reason(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.claude is not None
    stack.claude.faults.fail(500, operation="messages", containing=POISON)
    email_id = await arrive(app, stack, world, reply(PROSE + "POISON"))
    for _ in range(4):
        assert isinstance(await runner.process(email_id), Wait)
        await beside_others(app, stack, world, runner, reply(PROSE))
    summary = await settle(app, runner, email_id)
    assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")
    why = await review_of(app, email_id)
    assert "while it worked for others: anthropic classify: answered 500" in why
    assert "POISON" not in why
    report = await report_of(app, email_id)
    assert [(wait.service, wait.kind, wait.count) for wait in report.waits] == [("anthropic", "outage", 4)]


async def test_what_fails_for_all_waits_however_long(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.claude is not None
    email_id = await arrive(app, stack, world, reply(PROSE))
    stack.claude.faults.fail(500, operation="messages")
    for _ in range(10):
        assert isinstance(await runner.process(email_id), Wait)
        await time_passes(app)
    stack.claude.faults.clear()
    for _ in range(5):
        await settle(app, runner, await arrive(app, stack, world, reply(PROSE)))
    stack.claude.faults.fail(500, operation="messages")
    assert isinstance(await runner.process(email_id), Wait), "that others succeed after it makes no outage its fault"
    stack.claude.faults.clear()
    assert (await settle(app, runner, email_id)).outcome


async def test_an_update_that_fails_alone_holds_up_no_later_one(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    """MongoDB refuses this client's document, for whatever reason, and takes the others."""
    email_id = await refused_update(app, stack, world, runner, reply)
    healthy = await arrive(app, stack, world, reply(code="P3R8T5W2", subject="Forderung Jonas Wolter"))
    assert (await settle(app, runner, healthy)).delivered
    await time_passes(app)
    await deliver_leftovers(app.services, app.rules)
    summary = await summary_of(app, email_id)
    assert (summary.outcome, summary.review_reason, summary.delivered) == ("review", "extraction_error", True)
    why = await review_of(app, email_id)
    assert "Nothing was written. mongodb update: does not accept this operation (code 121)" in why
    assert "stored amount" not in why


async def refused_update(app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply) -> str:
    assert app.clients is not None
    collection = app.clients._collection()
    await collection.database.command(
        "collMod", collection.name, validator={"$or": [{"_id": {"$ne": "c-1"}}, {"never": True}]}
    )
    email_id = await arrive(app, stack, world, reply())
    assert not (await settle(app, runner, email_id)).delivered, "nobody knows yet whether it takes any"
    return email_id


async def test_an_email_that_waits_alone_asks_ever_more_rarely(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.claude is not None
    stack.claude.faults.fail(500, operation="messages", times=12)
    email_id = await arrive(app, stack, world, reply(PROSE))
    waits = []
    for _ in range(4):
        processed = await runner.process(email_id)
        assert isinstance(processed, Wait)
        waits.append(processed.seconds)
    for number, seconds in enumerate(waits):
        assert 0.8 <= seconds / (0.1 * 2**number) <= 1.2
    assert app.door.states()["anthropic"] == "closed"
    assert (await settle(app, runner, email_id)).outcome


async def test_failures_of_emails_that_others_finish_are_not_kept(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stack.claude is not None
    monkeypatch.setattr("claimstream.pipeline.runner._MOST_FAILING", 1)
    stack.claude.faults.fail(500, operation="messages")
    email_ids = [await arrive(app, stack, world, reply(PROSE)) for _ in range(2)]
    for email_id in email_ids:
        assert isinstance(await runner.process(email_id), Wait)
    assert list(runner._failures) == email_ids[1:]


async def test_a_replay_begins_anew(app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply) -> None:
    email_id = await arrive(app, stack, world, reply())
    await settle(app, runner, email_id)
    await app.emails.failed(email_id, "gmail", "messages.get", ())
    replay = Replay(replay_id="r", from_stage="match", stages=("match",), prefixes=(), why="mended", by="one")
    assert isinstance(await RunStore(app.database).put_back(email_id, replay), PutBack)
    assert await failures_of(app, email_id) == 0


@pytest.mark.parametrize("ends", ["settled", "delivered", "to a person"])
async def test_failures_end_with_their_work(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, ends: str
) -> None:
    """Else the next outage of all would send an update that a person has approved back at its first failure."""
    if ends == "settled":
        email_id = await arrive(app, stack, world, reply())
        await app.emails.failed(email_id, "mongodb", "find", ())
        await settle(app, runner, email_id)
    else:
        email_id = await refused_update(app, stack, world, runner, reply)
        assert await failures_of(app, email_id) == 1
        await time_passes(app)
        (row,) = await app.services.outbox.take_waiting(kind="client_update", limit=1, seconds=0)
        if ends == "delivered":
            await app.services.outbox.done(row, Delivered.APPLIED)
        else:
            guard = GuardDecision(guard="delivery", passed=False, confidence=0.0, why="it fails alone")
            await app.services.outbox.to_review(row, Delivered.SET_ASIDE, guard)
    assert await failures_of(app, email_id) == 0


@pytest.mark.parametrize("alone", [True, False])
async def test_only_an_email_that_fails_alone_gives_its_place_back(
    app: App, stack: LocalStack, world: World, reply: Reply, alone: bool
) -> None:
    assert stack.claude is not None
    patient = Runner(app.services, app.rules, worker="one", outage_wait_seconds=60)
    email_id = await arrive(app, stack, world, reply(PROSE + "POISON"))
    if alone:
        await settle(app, patient, await arrive(app, stack, world, reply(PROSE)))
    stack.claude.faults.fail(500, operation="messages", containing=POISON)
    assert isinstance(await patient.process(email_id), Postponed if alone else Wait)


@pytest.mark.parametrize(("seconds_ago", "expected"), [(29.0, Postponed), (31.0, Wait)])
async def test_only_who_works_now_gets_the_place_of_another(
    app: App, stack: LocalStack, world: World, reply: Reply, seconds_ago: float, expected: type
) -> None:
    """A success of long ago says nothing of a service that may be down for all by now."""
    assert stack.claude is not None
    services = replace(app.services, others_seconds_ago=lambda _: (seconds_ago,))
    patient = Runner(services, app.rules, worker="one", outage_wait_seconds=60)
    stack.claude.faults.fail(500, operation="messages")
    processed = await patient.process(await arrive(app, stack, world, reply(PROSE)))
    stack.claude.faults.clear()
    assert isinstance(processed, expected)


async def test_a_refusal_of_all_mails_keeps_its_place(app: App, stack: LocalStack, world: World, reply: Reply) -> None:
    assert stack.claude is not None
    patient = Runner(app.services, app.rules, worker="one", outage_wait_seconds=60)
    stack.claude.faults.fail(400, operation="messages")
    processed = await patient.process(await arrive(app, stack, world, reply(PROSE)))
    stack.claude.faults.clear()
    assert isinstance(processed, Wait)
