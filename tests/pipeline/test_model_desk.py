"""What was paid for and lost is in the ledger and in the report, and paid for no more than that."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage

import pytest
from tests.helpers import summary_of
from tests.pipeline.test_runner import PROSE, arrive, calm, make_runner, report_of, settle
from tests.reading import samples

from claimstream.app import App
from claimstream.domain.records.work import Checkpoint, Email, LostClaimError
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Runner, Settled, Wait

Reply = Callable[..., bytes]
CLAIM = ScriptedAnswer(
    when=When(contains="gut achthundertzwölf"),
    schema_has="confidence",
    answer={"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"},
)
__all__ = ["calm"]


@pytest.mark.parametrize("attempts", [1, 2])
async def test_an_answer_that_broke_off_is_booked_for_each_attempt(
    app: App, stack: LocalStack, world: World, reply: Reply, attempts: int
) -> None:
    assert stack.claude is not None
    runner = make_runner(app, app.services)
    email_id = await arrive(app, stack, world, reply(PROSE))
    stack.claude.faults.break_off()
    spent = []
    for _ in range(attempts):
        assert isinstance(await runner.process(email_id), Wait)
        spent.append(await app.services.ledger.spent_today_usd("t"))
    assert sorted(set(spent)) == spent, "more each time"
    assert spent[0] > 0
    stack.claude.faults.clear()
    await settle(app, runner, email_id)
    calls = (await report_of(app, email_id)).model_calls
    assert [call.operation for call in calls].count("classify") == attempts + 1
    booked = await app.services.ledger.spent_today_usd("t")
    assert float(booked) == pytest.approx(float(sum(call.cost_usd for call in calls)), abs=1e-6 * len(calls))


async def test_answers_that_break_off_use_up_no_questions(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    assert stack.claude is not None
    services, rules = app.services, replace(app.rules, questions_per_email=2)
    runner = Runner(services, rules, worker="one", claim_seconds=60.0, outage_wait_seconds=0.1)
    email_id = await arrive(app, stack, world, reply(PROSE))
    stack.claude.script(CLAIM)
    fault = stack.claude.faults.add(operation="messages")
    fault.answer, fault.containing = "broken off", b"claude-sonnet"
    for _ in range(2):
        assert isinstance(await runner.process(email_id), Wait)
    stack.claude.faults.clear()
    await settle(app, runner, email_id)
    assert (await summary_of(app, email_id)).review_reason != "budget"
    calls = (await report_of(app, email_id)).model_calls
    assert [call.operation for call in calls] == ["classify", *3 * ["extract/body"]]


async def test_many_scans_share_one_mails_money_in_turn(app: App, stack: LocalStack, world: World) -> None:
    assert stack.claude is not None
    address, message = world.tenants[0].mailboxes[0], EmailMessage()
    message["From"], message["To"], message["Subject"] = "forderung@stadtwerke.example", address, "Nele Brandt"
    message.set_content(PROSE)
    for n in range(7):
        message.add_attachment(samples.image(300 + n, 300), maintype="image", subtype="png", filename=f"seite-{n}.png")
    email_id = await arrive(app, stack, world, message.as_bytes())
    stack.claude.script(CLAIM)
    services, rules = app.services, replace(app.rules, email_budget_usd=Decimal("2.00"))
    runner = Runner(services, rules, worker="one", claim_seconds=60.0, outage_wait_seconds=0.1)
    summary = await settle(app, runner, email_id)
    assert summary.review_reason != "budget"
    assert sum(bool(asked.hashes) for asked in stack.claude.requests) == 7
    assert await app.services.ledger.spent_today_usd("t") < Decimal("2.00")


class _Failing:
    """PostgreSQL, which fails as soon as an answer is to be written, until the next claim."""

    def __init__(self, emails: object, error: Exception) -> None:
        self._emails = emails
        self._error = error
        self._met = self._failing = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._emails, name)

    async def claim(self, *given: object, **named: object) -> object:
        self._failing = False
        return await self._emails.claim(*given, **named)  # type: ignore[attr-defined]  # whatever it stands before

    async def checkpoint(self, email: Email, checkpoint: Checkpoint) -> None:
        if checkpoint.stage.startswith("model/") and not self._met:
            self._met = self._failing = True
        await self._unless_failing("checkpoint", email, checkpoint)

    async def release(self, *given: object) -> None:
        await self._unless_failing("release", *given)

    async def _unless_failing(self, name: str, *given: object) -> None:
        if self._failing:
            raise self._error
        await getattr(self._emails, name)(*given)


def _beside_failing(app: App, error: Exception, *, claim_seconds: float = 60.0) -> Runner:
    emails = _Failing(app.emails, error)
    return make_runner(app, replace(app.services, emails=emails), claim_seconds=claim_seconds)  # type: ignore[arg-type]  # a proxy


async def test_what_was_paid_for_while_postgresql_was_away_is_written_later(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    assert stack.claude is not None
    runner = _beside_failing(app, Outage("postgresql", "call", "no route"))
    email_id = await arrive(app, stack, world, reply(PROSE))
    assert isinstance(await runner.process(email_id), Wait)
    assert await app.services.ledger.spent_today_usd("t") == 0
    await settle(app, runner, email_id)
    calls = (await report_of(app, email_id)).model_calls
    assert len(stack.claude.requests) == len(calls) == len({call.operation for call in calls})
    booked = await app.services.ledger.spent_today_usd("t")
    assert float(booked) == pytest.approx(float(sum(call.cost_usd for call in calls)), abs=1e-6 * len(calls))


async def test_what_another_worker_has_asked_again_is_booked(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    runner = _beside_failing(app, Outage("postgresql", "call", "no route"), claim_seconds=0.05)
    email_id = await arrive(app, stack, world, reply(PROSE))
    assert isinstance(await runner.process(email_id), Wait)
    await asyncio.sleep(0.1)  # the claim lapses
    await settle(app, make_runner(app, app.services, "two"), email_id)
    spent = await app.services.ledger.spent_today_usd("t")
    assert await runner.process(email_id) == Settled()
    assert await app.services.ledger.spent_today_usd("t") > spent
    assert await runner.process(email_id) == Settled()
    assert len({spent, await app.services.ledger.spent_today_usd("t")}) == 2


async def test_an_answer_that_comes_after_the_claim_was_lost_is_booked(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    runner = _beside_failing(app, LostClaimError("another worker has it"))
    assert isinstance(await runner.process(await arrive(app, stack, world, reply(PROSE))), Wait)
    assert await app.services.ledger.spent_today_usd("t") > 0


async def test_an_answer_cut_by_the_end_of_the_worker_is_booked(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    assert stack.claude is not None
    runner = make_runner(app, app.services)
    email_id = await arrive(app, stack, world, reply(PROSE))
    stack.claude.faults.fall_silent()
    for patience in (0.1, 0.5, 2.5):  # until half of an answer has come through
        asked = len(stack.claude.requests)
        task = asyncio.create_task(runner.process(email_id))
        while len(stack.claude.requests) == asked:
            await asyncio.sleep(0.01)
        await asyncio.sleep(patience)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if await app.services.ledger.spent_today_usd("t") > 0:
            break
    stack.claude.faults.clear()
    await settle(app, runner, email_id)
    calls = (await report_of(app, email_id)).model_calls
    assert [call.operation for call in calls].count("classify") == 2, "the one that was cut, and the one that was used"
