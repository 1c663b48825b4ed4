"""What was paid for and lost is in the ledger and in the report, and paid for no more than that."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage

import pytest
from tests.helpers import summary_of
from tests.pipeline.test_runner import PROSE, arrive, calm, make_runner, report_of, settle
from tests.reading import samples

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Runner, Wait

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
