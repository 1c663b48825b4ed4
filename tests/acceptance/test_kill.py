"""The whole path with real worker processes: one is killed in the middle of its mails, another one goes on."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.helpers import LONG, NO_ENV_FILE, bare_environment, worker_environment

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import changes_since
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.otlp.traces import Wanted
from claimstream.local.stack import LocalStack
from claimstream.pipeline.report import ProcessingReport
from claimstream.settings import Settings

Reply = Callable[..., bytes]
PROSE = "Guten Tag,\n\nda fehlen noch gut achthundertzwölf, genau weiß es die Kollegin, Vorgang {number}.\n"
CLEAR = "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung beträgt {amount} EUR (Stand 12.10.2026).\n"


@contextlib.asynccontextmanager
async def worker(
    settings: Settings, stack: LocalStack, log: Path, **overrides: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """``claimstream run`` as a process of its own."""
    environment = {**bare_environment(), **worker_environment(settings, stack), **overrides}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "claimstream", "run"),
            env=environment,
            cwd=NO_ENV_FILE,
            stdout=output,
            stderr=output,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def until(condition: Callable[[], object], seconds: float = LONG) -> None:
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.05)


@pytest.mark.acceptance
async def test_a_worker_killed_in_the_middle_of_its_mails_loses_nothing_and_pays_nothing_twice(
    settings: Settings, stack: LocalStack, world: World, app: App, reply: Reply, tmp_path: Path
) -> None:
    assert stack.claude is not None
    assert stack.smtp is not None
    assert stack.pubsub is not None
    stack.claude.requests.clear()
    stack.claude.script(
        ScriptedAnswer(
            when=When(contains="gut achthundertzwölf"),
            schema_has="confidence",
            answer={"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"},
        )
    )
    address = world.tenants[0].mailboxes[0]
    ids: list[str] = []
    told = len(stack.smtp.messages)

    async def checkpoints(stage: str) -> int:
        count: int = await app.database.run(
            "SELECT checkpoints",
            lambda c: c.fetchval("SELECT count(*) FROM checkpoints WHERE stage = $1", stage),
        )
        return count

    async with worker(settings, stack, tmp_path / "first.log") as first:
        await until(lambda: "worker_started" in (tmp_path / "first.log").read_text())
        stack.claude.latency_seconds = 2.0
        mails = [reply(PROSE.format(number=number)) for number in range(4)]
        mails.append(reply(CLEAR.format(amount="812,40")))
        mails.append(reply(CLEAR.format(amount="950,00"), code="P3R8T5W2"))
        ids += [await stack.gmail.deliver(address, mail) for mail in mails]

        async def in_the_middle() -> bool:
            # Each intent is paid for, and not every extraction is finished: answers are on their way.
            return await checkpoints("model/classify") >= 4 and await checkpoints("model/extract/body") < 4

        await until(in_the_middle)
        first.kill()
        await first.wait()
        stack.claude.latency_seconds = 0.0
    counts = await app.emails.counts()
    assert counts["in_work"] >= 1, "it was killed in the middle"
    paid = await checkpoints("model/classify")

    async with worker(settings, stack, tmp_path / "second.log") as second:

        async def all_delivered() -> bool:
            emails = await app.emails.by_gmail_ids(ids)
            return len(emails) == len(ids) and all(email.delivered for email in emails)

        await until(all_delivered, 90.0)
        second.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(second.wait(), LONG) == 0, "it drains and ends well"

    emails = await app.emails.by_gmail_ids(ids)
    assert [email.status for email in emails] == ["settled"] * 6
    changes = {change.client_id: change.new_amount for change in await changes_since(app, world)}
    assert changes == {"c-1": Decimal("812.40"), "c-2": Decimal("950.00")}
    assert len(stack.smtp.messages) == told + 2, "the firm is told of each update once"

    for email in emails:
        text = await app.emails.report(email.email_id)
        assert text is not None
        report = ProcessingReport.model_validate_json(text)
        asked = [call.operation for call in report.model_calls]
        assert len(asked) == len(set(asked))
        if "model/classify" in asked:
            assert any(stage.attempt < report.attempt for stage in report.stages)
    assert paid == 4
    intents = [asked for asked in stack.claude.requests if "intent" in (asked.schema or {}).get("properties", {})]
    assert len(intents) == 4, "no token is paid twice for a stage that was finished"
    for email in emails:
        assert stack.otlp is not None
        [trace] = stack.otlp.traces(Wanted(email_id=email.email_id))
        assert trace.trace_id == email.correlation_id, "both workers write to the trace of the email"
        [published] = [span for span in trace.spans if span.name == "send emails"]
        settling = [span for span in trace.spans if span.name == "commit"]
        if email.attempt > 1:
            workers = [span.resource["service.instance.id"] for span in (published, *settling)]
            assert len(set(workers)) == len(workers) == 2, "found by one, settled by the other"
    assert any(email.attempt > 1 for email in emails)
    dead = stack.pubsub.snapshot(settings.subscription(settings.dead_letter_topic))
    assert (dead.backlog, dead.delivered) == (0, 0), "nothing was dead-lettered"


@pytest.mark.acceptance
async def test_a_worker_with_wrong_credentials_ends_at_once_and_says_why(
    settings: Settings, stack: LocalStack, tmp_path: Path
) -> None:
    log = tmp_path / "wrong.log"
    nowhere = "postgresql://claimstream@127.0.0.1:1/claimstream"
    async with worker(settings, stack, log, DATABASE_URL=nowhere) as process:
        assert await asyncio.wait_for(process.wait(), LONG) == 2
    last = log.read_text().strip().splitlines()[-1]
    assert "postgresql" in last
    assert "DATABASE_URL" in last
