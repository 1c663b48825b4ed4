"""No mail, and no number of mails at once, costs more than the day's budget; and one mail has a share of it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage
from unittest.mock import ANY

import pytest
from tests.helpers import NOW, add_email, summary_of

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.claude.server import ClaudeServer
from claimstream.local.stack import LocalStack
from claimstream.pipeline.report import ProcessingReport
from claimstream.pipeline.runner import Runner, Settled, Wait
from claimstream.settings import Settings
from claimstream.store.database import Connection

PROSE = "Guten Tag,\n\nnach unseren Unterlagen fehlen da noch gut achthundertzwölf, genau weiß es die Kollegin.\n"
FILES = 40
Arrive = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def claude(stack: LocalStack) -> Iterator[ClaudeServer]:
    assert stack.claude is not None
    stack.claude.requests.clear()
    stack.claude.faults.clear()
    stack.claude.script(
        ScriptedAnswer(
            when=When(contains="gut achthundertzwölf"),
            schema_has="confidence",
            answer={"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"},
        )
    )
    yield stack.claude
    stack.claude.faults.clear()


@pytest.fixture
def arrive(app: App, stack: LocalStack, world: World) -> Arrive:
    async def mail(files: int = 0, size: int = 8_000) -> str:
        message = EmailMessage()
        message["From"] = "forderung@stadtwerke.example"
        message["To"] = world.tenants[0].mailboxes[0]
        message["Subject"] = "Nele Brandt"
        message.set_content(PROSE)
        for n in range(files):
            text = f"Beleg {n}: darüber sprechen wir besser am Telefon. ".ljust(60) * (size // 60)
            message.add_attachment(text, filename=f"beleg-{n}.txt")
        gmail_id = await stack.gmail.deliver(world.tenants[0].mailboxes[0], message.as_bytes(), notify=False)
        return await add_email(app, world, gmail_id)

    return mail


def runner_of(app: App, worker: str = "one", **rules: object) -> Runner:
    unlimited = {"email_budget_usd": None, "questions_per_email": 1_000, "budget_poll_seconds": 0.01}
    changed = replace(app.rules, **{**unlimited, **rules})  # type: ignore[arg-type]  # names of rules
    return Runner(app.services, changed, worker=worker, claim_seconds=60.0, outage_wait_seconds=0.01)


async def reserved(app: App) -> list[Decimal]:
    async def work(connection: Connection) -> list[Decimal]:
        return [row["cost_usd"] for row in await connection.fetch("SELECT cost_usd FROM token_reservations")]

    return await app.database.run("SELECT token_reservations", work)


async def spent(app: App) -> Decimal:
    return await app.services.ledger.spent_today_usd("t")


async def test_one_mail_of_40_files_stays_within_the_days_budget(
    app: App, claude: ClaudeServer, arrive: Arrive
) -> None:
    email_id = await arrive(FILES)
    budget = Decimal("0.32")
    assert await runner_of(app, daily_budget_usd=budget).process(email_id) == Settled()
    assert 1 < len(claude.requests) < FILES, "asked as long as there was money"
    assert await spent(app) <= budget
    assert (await summary_of(app, email_id)).review_reason == "budget"
    assert await reserved(app) == []


async def test_two_workers_at_once_stay_within_the_days_budget(app: App, claude: ClaudeServer, arrive: Arrive) -> None:
    ids = [await arrive(15) for _ in range(2)]
    budget = Decimal("0.32")
    claude.faults.slow(0.02, operation="messages")
    runners = [runner_of(app, f"worker-{n}", daily_budget_usd=budget) for n in range(2)]
    await asyncio.gather(*(runner.process(email_id) for runner, email_id in zip(runners, ids, strict=True)))
    assert Decimal(0) < await spent(app) <= budget
    assert {(await summary_of(app, email_id)).review_reason for email_id in ids} == {"budget"}


async def test_a_mail_has_a_share_of_questions(app: App, claude: ClaudeServer, arrive: Arrive) -> None:
    email_id = await arrive(FILES, 200)
    assert await runner_of(app, questions_per_email=3).process(email_id) == Settled()
    assert len(claude.requests) == 3
    assert any("achthundertzw" in asked.text for asked in claude.requests), "the body comes before the files"
    summary = await summary_of(app, email_id)
    assert (summary.route, summary.review_reason) == ("MANUAL_REVIEW", "budget")


async def test_a_mail_has_a_share_of_money(app: App, claude: ClaudeServer, arrive: Arrive) -> None:
    email_id = await arrive(FILES, 24_000)
    share = Decimal("0.80")
    assert await runner_of(app, email_budget_usd=share).process(email_id) == Settled()
    assert 1 < len(claude.requests) < FILES
    assert share / 4 < await spent(app) <= share, "what others might have cost is no reason to stop"
    assert (await summary_of(app, email_id)).review_reason == "budget"


async def test_a_small_mail_is_asked_about_as_ever(app: App, claude: ClaudeServer, arrive: Arrive) -> None:
    email_id = await arrive(2, 200)
    runner = runner_of(app, daily_budget_usd=Decimal(5), email_budget_usd=Decimal(5), questions_per_email=20)
    assert await runner.process(email_id) == Settled()
    assert len(claude.requests) >= 3
    assert (await summary_of(app, email_id)).review_reason != "budget"


@pytest.mark.parametrize("failure", ["answers 529", "is not there"])
async def test_a_failed_call_gives_its_money_back(app: App, claude: ClaudeServer, arrive: Arrive, failure: str) -> None:
    email_id = await arrive()
    if failure == "answers 529":
        claude.faults.fail(529, reason="overloaded_error", operation="messages")
    else:
        await claude.stop()
    try:
        assert isinstance(await runner_of(app, daily_budget_usd=Decimal(1)).process(email_id), Wait)
        assert await reserved(app) == []
    finally:
        await claude.start()


async def test_a_call_that_breaks_off_may_be_billed_so_its_money_stays_aside(
    app: App, claude: ClaudeServer, arrive: Arrive
) -> None:
    email_id = await arrive()
    claude.faults.cut(operation="messages")
    assert isinstance(await runner_of(app, daily_budget_usd=Decimal(1)).process(email_id), Wait)
    assert len(await reserved(app)) == 1


async def test_a_silence_of_the_model_sends_nobody_to_a_person(
    app: App, settings: Settings, claude: ClaudeServer, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimstream.pipeline.model_desk._MOST_POLLS", 2)
    silenced, healthy = [await arrive() for _ in range(3)], await arrive()
    once = replace(DEFAULT_POLICIES["anthropic"], attempts=1, breaker_threshold=100)
    async with App(settings, clock=lambda: NOW, policies={"anthropic": once}) as another:
        fault = claude.faults.add(operation="messages")
        fault.cut, fault.containing = True, b"claude-sonnet"
        assert isinstance(await runner_of(another, daily_budget_usd=Decimal(5)).process(silenced[0]), Wait)
        (highest,) = await reserved(app)
        runner = runner_of(another, daily_budget_usd=highest * Decimal("3.8"))
        for _ in range(2):
            for email_id in silenced:
                assert (await runner.process(email_id)) == Wait(ANY, "anthropic is not available")
        claude.faults.clear()

        waits = await runner.process(healthy)
        assert waits == Wait(ANY, "budget is not available")
        assert waits.seconds > 30, "asked again when there may be money"
        for email_id in (*silenced, healthy):
            assert await runner.process(email_id) == Settled(), "a question's own money is there for its next attempt"
            assert (await summary_of(app, email_id)).review_reason != "budget"
    assert await reserved(app) == []
    report = await app.emails.report(healthy)
    assert report is not None
    assert [(w.service, w.kind) for w in ProcessingReport.model_validate_json(report).waits] == [
        ("budget", "throttled")
    ]


async def test_a_dead_workers_reservation_holds_up_nothing_for_ever(
    app: App, claude: ClaudeServer, arrive: Arrive
) -> None:
    email_id = await arrive()
    claude.faults.slow(60, operation="messages")
    dying = asyncio.create_task(runner_of(app, "dying", daily_budget_usd=Decimal("0.30")).process(email_id))
    while not await reserved(app):
        await asyncio.sleep(0.01)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    claude.faults.clear()
    assert len(await reserved(app)) == 1, "it may be billed"

    async def later(connection: Connection) -> None:
        await connection.execute("UPDATE token_reservations SET expires_at = expires_at - interval '16 minutes'")

    await app.database.run("UPDATE token_reservations", later)
    assert await runner_of(app, daily_budget_usd=Decimal("0.30")).process(email_id) == Settled()
    assert claude.requests
    assert await reserved(app) == []


async def test_a_person_is_told_what_a_question_may_cost_and_what_is_left(app: App, arrive: Arrive) -> None:
    """Most of the budget is there, and no question may take all of it."""
    email_id = await arrive()
    assert await runner_of(app, daily_budget_usd=Decimal("0.20")).process(email_id) == Settled()
    summary = await summary_of(app, email_id)
    assert summary.review_reason == "budget"
    text = await app.emails.report(email_id)
    assert text is not None
    why = ProcessingReport.model_validate_json(text).decision.why
    told = re.search(
        r"may cost up to (\S+) USD, and of the day's 0.20 USD (\S+) are left \(MODEL_DAILY_BUDGET_USD\)", why
    )
    assert told is not None, why
    assert Decimal("0.15") < Decimal(told[2]) < Decimal("0.20") < Decimal(told[1])
