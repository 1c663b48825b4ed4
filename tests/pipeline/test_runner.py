"""One email from claim to delivery, against the real stack: what it ends as, what is kept, what is paid, what waits."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.helpers import LONG, add_email, summary_of, wait_for_message

from claimstream.app import App
from claimstream.domain.records.decision import Match
from claimstream.domain.records.work import Checkpoint, Delivered, Email, EmailSummary, OutboxRow, Result
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import changes_since, clients_of
from claimstream.external.breaker import Verdict
from claimstream.external.errors import BreakerOpen, Outage, Throttled, Unauthorised
from claimstream.external.mongo_documents import amount
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.servers.smtp import LocalSmtp
from claimstream.local.stack import LocalStack
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.report import STAGES, VERSION, EarlierAttempts, ProcessingReport
from claimstream.pipeline.runner import Postponed, Runner, Settled, Shelved, Unknown, Wait
from claimstream.pipeline.services import Services
from claimstream.pipeline.stages.deliver import deliver, deliver_leftovers
from claimstream.store.mailbox_access import MailboxAccessStore

Reply = Callable[..., bytes]
PROSE = "Guten Tag,\n\nnach unseren Unterlagen fehlen da noch gut achthundertzwölf, genau weiß es die Kollegin.\n"


@pytest.fixture(autouse=True)
def calm(stack: LocalStack) -> None:
    """No fault of an earlier test, and nothing asked yet."""
    assert stack.claude is not None
    assert stack.smtp is not None
    stack.claude.requests.clear()
    stack.claude.faults.clear()
    stack.gmail.faults.clear()
    stack.smtp.faults.clear()


@pytest.fixture
def runner(app: App) -> Runner:
    return make_runner(app, app.services)


def make_runner(app: App, services: Services, worker: str = "one", *, claim_seconds: float = 60.0) -> Runner:
    return Runner(services, app.rules, worker=worker, claim_seconds=claim_seconds, outage_wait_seconds=0.1)


async def arrive(app: App, stack: LocalStack, world: World, raw: bytes) -> str:
    """A mail in the mailbox, and its row. Returns the email id."""
    gmail_id = await stack.gmail.deliver(world.tenants[0].mailboxes[0], raw, notify=False)
    return await add_email(app, world, gmail_id)


async def settle(app: App, runner: Runner, email_id: str) -> EmailSummary:
    assert await runner.process(email_id) == Settled()
    return await summary_of(app, email_id)


async def report_of(app: App, email_id: str) -> ProcessingReport:
    text = await app.emails.report(email_id)
    assert text is not None
    return ProcessingReport.model_validate_json(text)


async def creditor(app: App) -> dict[str, object]:
    document = await clients_of(app).document("t", "c-1")
    assert document is not None
    found: dict[str, object] = document["creditors"][0]
    return found


async def test_a_clear_claim_updates_the_record_and_tells_the_firm(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.smtp is not None
    assert stack.claude is not None
    told = len(stack.smtp.messages)
    email_id = await arrive(app, stack, world, reply())
    summary = await settle(app, runner, email_id)

    assert (summary.route, summary.matched_by, summary.delivered) == ("UPDATE_AND_NOTIFY", "reply_code", True)
    assert (summary.old_amount, summary.new_amount) == (Decimal("430.00"), Decimal("812.40"))
    stored = await creditor(app)
    assert amount(stored["current_amount"]) == Decimal("812.40")
    assert amount(stored["claim_amount"]) == Decimal("430.00")
    assert stored["applied_email_ids"] == [email_id]
    (mail,) = stack.smtp.messages[told:]
    assert mail.message["X-Correlation-ID"] == summary.correlation_id
    assert list(mail.recipients) == ["sachbearbeitung@kanzlei.example"]
    (asked,) = stack.claude.requests
    assert "verdict" in (asked.schema or {})["properties"], "the reader settled it: only the witness was asked"


@pytest.mark.parametrize("gone", [(), ("Message-ID", "Auto-Submitted"), ("From", "Auto-Submitted")], ids=str)
async def test_a_notification_that_comes_back_is_set_aside(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, gone: tuple[str, ...]
) -> None:
    """Whatever a gateway makes of its headers, as long as one shows whose it is."""
    assert stack.smtp is not None
    told = len(stack.smtp.messages)
    await settle(app, runner, await arrive(app, stack, world, reply()))
    (sent,) = stack.smtp.messages[told:]
    notification = sent.message
    for name in gone:
        del notification[name]
    notification.replace_header("To", "post+K7Q2X9M4@kanzlei.example")
    before = await creditor(app)
    summary = await settle(app, runner, await arrive(app, stack, world, notification.as_bytes()))
    assert (summary.route, summary.intent) == ("IGNORE", "auto_reply")
    assert await creditor(app) == before
    assert len(stack.smtp.messages) == told + 1


async def test_mail_of_the_mailbox_itself_is_set_aside(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    raw = reply(sender=world.tenants[0].mailboxes[0])
    summary = await settle(app, runner, await arrive(app, stack, world, raw))
    assert (summary.route, summary.intent) == ("IGNORE", "auto_reply")


async def test_an_email_of_a_disabled_mailbox_waits_without_a_message_until_it_is_enabled(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    address = world.tenants[0].mailboxes[0]
    store = MailboxAccessStore(app.database)
    email_id = await arrive(app, stack, world, reply())
    await app.emails.published(email_id, trace_context={}, trace_id=None)
    stack.gmail.close_mailbox(address)
    try:
        assert isinstance(await runner.process(email_id), Wait), "as long as nobody has called it disabled"
        assert await store.disable(address, "revoked", retry_seconds=None)
        assert await runner.process(email_id) == Shelved()
        assert await app.emails.unpublished() == []
    finally:
        stack.gmail.open_mailbox(address)
    assert await store.enable(address)
    assert [email.email_id for email in await app.emails.unpublished()] == [email_id]
    assert (await settle(app, runner, email_id)).outcome == "updated"


async def test_an_email_that_has_been_read_goes_on_although_its_mailbox_is_disabled(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.mongo is not None
    email_id = await arrive(app, stack, world, reply())
    await stack.mongo.stop()
    try:
        assert isinstance(await runner.process(email_id), Wait)
    finally:
        await stack.mongo.start()
    await MailboxAccessStore(app.database).disable(world.tenants[0].mailboxes[0], "revoked", retry_seconds=None)
    stack.gmail.close_mailbox(world.tenants[0].mailboxes[0])
    async with asyncio.timeout(LONG):
        while await runner.process(email_id) != Settled():
            await asyncio.sleep(0.2)
    stack.gmail.open_mailbox(world.tenants[0].mailboxes[0])


async def test_the_report_holds_evidence_stages_and_decision(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    summary = await settle(app, runner, email_id)
    report = await report_of(app, email_id)
    total = next(field for field in report.fields if field.field == "total_claim")
    assert Decimal(total.value or "0") == Decimal("812.40")
    assert "812,40" in total.quote
    assert total.source_id == "body"
    assert total.end - total.start == len(total.quote)
    assert tuple(stage.stage for stage in report.stages) == STAGES
    assert (report.subject, report.sender) == ("Forderungsaufstellung Nele Brandt", "forderung@stadtwerke.example")
    assert (report.earlier, report.waits) == ((), ())
    version = await app.database.run("SELECT", lambda c: c.fetchval("SELECT version FROM processing_reports"))
    assert version == report.version == VERSION
    assert report.decision.confidence == summary.confidence
    assert [guard.guard for guard in report.decision.guards] == ["amount", "witness"]
    assert report.match.candidates


async def test_raw_mail_and_attachments_are_archived(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    raw = reply()
    email_id = await arrive(app, stack, world, raw)
    await settle(app, runner, email_id)
    kept = await app.emails.stage_result(email_id, "fetch")
    assert kept is not None
    fetched = Fetched.model_validate_json(kept)
    assert fetched.raw_uri is not None
    assert app.services.blobs is not None
    assert await app.services.blobs.get(fetched.raw_uri) == raw


async def test_a_second_delivery_of_the_same_email_changes_nothing(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.smtp is not None
    email_id = await arrive(app, stack, world, reply())
    first = await settle(app, runner, email_id)
    told = len(stack.smtp.messages)
    again = await settle(app, runner, email_id)
    assert again == first
    assert len(stack.smtp.messages) == told


async def test_an_email_delivered_twice_at_once_is_worked_on_once(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    other = make_runner(app, app.services, "two")
    results = await asyncio.gather(runner.process(email_id), runner.process(email_id), other.process(email_id))
    assert sorted(type(result).__name__ for result in results) == ["Settled", "Wait", "Wait"]
    assert (await summary_of(app, email_id)).attempt == 1


async def test_an_unknown_email_is_said_to_be_unknown(runner: Runner) -> None:
    assert await runner.process("nobody") == Unknown()


async def test_a_message_deleted_meanwhile_is_set_aside_with_the_reason(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    await stack.gmail.delete(world.tenants[0].mailboxes[0], (await summary_of(app, email_id)).gmail_id)
    assert isinstance(await runner.process(email_id), Wait)
    await wait_for_message(app, email_id)
    summary = await settle(app, runner, email_id)
    assert (summary.outcome, summary.route) == ("set_aside", "IGNORE")
    assert "deleted" in (await report_of(app, email_id)).decision.why


async def test_a_passing_404_of_a_new_message_costs_nothing(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    stack.gmail.faults.fail(404, operation="messages.get", times=2)
    assert [type(await runner.process(email_id)) for _ in range(2)] == [Wait, Wait]
    summary = await settle(app, runner, email_id)
    assert (summary.outcome, summary.new_amount) == ("updated", Decimal("812.40"))
    (waited,) = (await report_of(app, email_id)).waits
    assert (waited.service, waited.kind, waited.count) == ("gmail", "not_found", 2)


async def test_a_message_that_stays_missing_is_asked_for_ever_less_often(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    stack.gmail.faults.fail(404, operation="messages.get")
    waits: list[float] = []
    for gone_seconds in (0.0, 10.0, 40.0, 250.0):
        found = await runner.process(email_id)
        assert isinstance(found, Wait | Postponed)
        waits.append(found.seconds)
        await wait_for_message(app, email_id, gone_seconds)
    assert waits[0] < 1, "the first request may have come too early"
    assert 8 <= waits[2] < 20
    assert 30 <= waits[3] < 60


DUE = "UPDATE emails SET not_before = now() WHERE not_before IS NOT NULL"


async def test_a_long_wait_for_one_mail_gives_its_place_back(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    await app.emails.published(email_id, trace_context={}, trace_id=None)
    stack.gmail.faults.fail(404, operation="messages.get", times=2)
    assert isinstance(await runner.process(email_id), Wait), "a short one keeps it"
    await wait_for_message(app, email_id, 50.0)
    assert isinstance(await runner.process(email_id), Postponed)
    assert await app.emails.unpublished() == [], "not before its time"
    await app.database.run("UPDATE", lambda c: c.execute(DUE))
    assert [email.email_id for email in await app.emails.unpublished(older_than_seconds=30)] == [email_id]
    assert (await settle(app, runner, email_id)).outcome == "updated"


async def test_a_long_wait_for_all_mail_keeps_its_place(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    assert stack.claude is not None
    email_id = await arrive(app, stack, world, reply(PROSE))
    stack.claude.faults.fail(429, operation="messages", retry_after_seconds=900)
    found = await runner.process(email_id)
    assert isinstance(found, Wait)
    assert found.seconds > 600


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"\x00\xff\xfe garbage \x00",
        b"Content-Type: multipart/mixed; boundary=missing\r\n\r\nno boundary anywhere",
        b"Content-Type: text/plain; charset=x-klingon\r\n\r\nGr\xfc\xdfe, 12,00 EUR",
        b"Subject: =?utf-8?B?broken\r\nFrom: \xff\xff\r\n\r\n",
    ],
    ids=["empty", "garbage", "no-boundary", "unknown-charset", "broken-headers"],
)
async def test_broken_mail_gets_a_row_a_report_and_a_person(
    app: App, stack: LocalStack, world: World, runner: Runner, raw: bytes
) -> None:
    email_id = await arrive(app, stack, world, raw)
    summary = await settle(app, runner, email_id)
    assert summary.outcome in {"review", "set_aside"}
    assert (await report_of(app, email_id)).decision.route in {"MANUAL_REVIEW", "IGNORE"}
    assert await changes_since(app, world) == []


async def test_a_40_mb_mail_is_settled(app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply) -> None:
    head, _, body = reply().partition(b"\r\n\r\n")
    head = head.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b").replace(b"8bit", b"7bit")
    line = base64.b64encode(bytes(range(200, 257 - 1)) + b"\0") + b"\r\n"
    raw = (
        head
        + b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + body
        + b"\r\n--b\r\nContent-Type: application/octet-stream; name=big.bin\r\n"
        b"Content-Disposition: attachment; filename=big.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + line * (40 * 1024 * 1024 // len(line))
        + b"--b--\r\n"
    )
    email_id = await arrive(app, stack, world, raw)
    summary = await settle(app, runner, email_id)
    assert summary.new_amount == Decimal("812.40")
    assert [unread.name for unread in (await report_of(app, email_id)).unread] == ["big.bin"]


class _Breaks:
    """The rows of work, with one moment at which the worker dies: what it had not written by then is lost."""

    def __init__(self, emails: object, stage: str) -> None:
        self._emails = emails
        self._stage = stage

    def __getattr__(self, name: str) -> object:
        return getattr(self._emails, name)

    async def checkpoint(self, email: Email, checkpoint: Checkpoint) -> None:
        await self._emails.checkpoint(email, checkpoint)  # type: ignore[attr-defined]  # a proxy
        if checkpoint.stage == self._stage:
            raise asyncio.CancelledError

    async def settle(self, email: Email, result: Result, checkpoints: Sequence[Checkpoint] = ()) -> None:
        if self._stage == "before commit":
            raise asyncio.CancelledError
        await self._emails.settle(email, result, checkpoints)  # type: ignore[attr-defined]  # a proxy
        if self._stage == "after commit":
            raise asyncio.CancelledError


WITH_RESULTS = ["fetch", "parse", "classify", "extract", "consolidate", "match", "route"]


@pytest.mark.parametrize("stage", [*WITH_RESULTS, "before commit", "after commit"])
async def test_a_worker_that_stops_in_the_middle_is_continued_after_the_last_stage(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    email_id = await arrive(app, stack, world, reply())
    dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, stage)), "dying")  # type: ignore[arg-type]  # a proxy

    async def told_to_stop(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    following = dict(zip(WITH_RESULTS, [*WITH_RESULTS[1:], "prepare"], strict=True))
    with monkeypatch.context() as patch:
        if stage in following:
            patch.setattr(f"claimstream.pipeline.attempt.{following[stage]}", told_to_stop)
        with pytest.raises(asyncio.CancelledError):
            await dying.process(email_id)
    if stage != "after commit":
        assert (await summary_of(app, email_id)).status == "in_work"
    summary = await settle(app, runner, email_id)
    assert (summary.new_amount, summary.delivered) == (Decimal("812.40"), True)
    assert amount((await creditor(app))["current_amount"]) == Decimal("812.40")
    report = await report_of(app, email_id)
    done_before = [s.stage for s in report.stages if s.attempt < report.attempt]
    if stage != "after commit":
        assert done_before[-1] == ("route" if stage == "before commit" else stage)


async def test_a_worker_that_dies_leaves_what_is_dear_to_do_again_and_the_rest_is_done_again(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    emails = _Breaks(app.emails, "before commit")
    emails.release = _nothing  # type: ignore[attr-defined]  # a dead worker gives nothing back
    services = replace(app.services, emails=emails, model=None)  # type: ignore[arg-type]  # a proxy
    with pytest.raises(asyncio.CancelledError):
        await make_runner(app, services, "dying", claim_seconds=0.001).process(email_id)
    await asyncio.sleep(0.01)
    summary = await settle(app, make_runner(app, app.services), email_id)
    assert (summary.new_amount, summary.delivered) == (Decimal("812.40"), True)
    report = await report_of(app, email_id)
    assert (report.attempt, report.crashes) == (2, 1)
    assert [s.stage for s in report.stages if s.attempt == 1] == ["fetch", "parse"]
    assert [await app.emails.stage_result(email_id, stage) is not None for stage in WITH_RESULTS] == [True] * 7


async def _nothing(*_: object, **__: object) -> None:
    pass


class TestModel:
    """Mail that the reader does not settle."""

    @pytest.fixture
    def scripted(self, stack: LocalStack) -> None:
        assert stack.claude is not None
        stack.claude.script(
            ScriptedAnswer(
                when=When(contains="gut achthundertzwölf"),
                schema_has="confidence",
                answer={"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"},
            )
        )

    async def test_it_is_asked_once_for_each_question_whatever_happens_in_between(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, scripted: None
    ) -> None:
        assert stack.claude is not None
        email_id = await arrive(app, stack, world, reply(PROSE))
        for stage in ("model/classify", "model/extract/body", "before commit"):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, stage)), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)
        summary = await settle(app, runner, email_id)
        assert summary.route == "MANUAL_REVIEW"
        report = await report_of(app, email_id)
        asked = [call.operation for call in report.model_calls]
        assert len(asked) == len(set(asked))
        assert len(stack.claude.requests) == len(asked), "paid for once"

    async def test_a_worker_whose_claim_may_have_lapsed_asks_nothing(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, scripted: None
    ) -> None:
        assert stack.claude is not None
        email_id = await arrive(app, stack, world, reply(PROSE))
        services = replace(app.services, emails=_NeverRenewed(app.emails), reader=_Freezes(app.services.reader, 0.6))  # type: ignore[arg-type]  # proxies
        frozen = make_runner(app, services, "frozen", claim_seconds=0.5)
        assert isinstance(await frozen.process(email_id), Wait)
        assert not stack.claude.requests
        assert (await settle(app, runner, email_id)).intent == "claim_statement"

    async def test_a_claim_that_was_renewed_may_go_on_asking(
        self, app: App, stack: LocalStack, world: World, reply: Reply, scripted: None
    ) -> None:
        email_id = await arrive(app, stack, world, reply(PROSE))
        services = replace(app.services, reader=_Slow(app.services.reader, 1.2))  # type: ignore[arg-type]  # a proxy
        summary = await settle(app, make_runner(app, services, claim_seconds=0.9), email_id)
        assert summary.intent == "claim_statement"

    async def test_an_outage_of_it_is_never_an_answer(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, scripted: None
    ) -> None:
        assert stack.claude is not None
        email_id = await arrive(app, stack, world, reply(PROSE))
        await stack.claude.stop()
        try:
            waiting = await runner.process(email_id)
        finally:
            await stack.claude.start()
        assert isinstance(waiting, Wait)
        assert (await summary_of(app, email_id)).status == "in_work"
        await asyncio.sleep(0)
        result = await runner.process(email_id)
        while isinstance(result, Wait):  # the breaker may still be open
            await asyncio.sleep(0.1)
            result = await runner.process(email_id)
        assert (await summary_of(app, email_id)).intent == "claim_statement"

    async def test_without_one_the_mail_goes_to_a_person(
        self, app: App, stack: LocalStack, world: World, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply(PROSE))
        summary = await settle(app, make_runner(app, replace(app.services, model=None)), email_id)
        assert summary.route == "MANUAL_REVIEW"
        assert await changes_since(app, world) == []

    async def test_beyond_the_budget_the_mail_goes_to_a_person_who_is_told_why(
        self, app: App, stack: LocalStack, world: World, reply: Reply, scripted: None
    ) -> None:
        assert stack.claude is not None
        first = await arrive(app, stack, world, reply(PROSE))
        await settle(app, make_runner(app, app.services), first)
        asked = len(stack.claude.requests)
        poor = Runner(
            app.services, replace(app.rules, daily_budget_usd=Decimal("0.000001")), worker="poor", claim_seconds=60.0
        )
        email_id = await arrive(app, stack, world, reply(PROSE))
        summary = await settle(app, poor, email_id)
        assert (summary.route, summary.review_reason) == ("MANUAL_REVIEW", "budget")
        assert len(stack.claude.requests) == asked


class _NeverRenewed:
    """PostgreSQL, which has not yet answered to whether the claim is still held."""

    def __init__(self, emails: object) -> None:
        self._emails = emails

    def __getattr__(self, name: str) -> object:
        return getattr(self._emails, name)

    async def renew(self, email: Email, *, seconds: float) -> None:
        await asyncio.Event().wait()


class _Slow:
    """A reader that takes its time."""

    def __init__(self, reader: object, seconds: float) -> None:
        self._reader = reader
        self._seconds = seconds

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    async def read(self, raw: bytes, **rest: object) -> object:
        read = await self._reader.read(raw, **rest)  # type: ignore[attr-defined]  # a proxy
        await self.wait(self._seconds)
        return read

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Freezes(_Slow):
    """In a process that stands still meanwhile."""

    async def wait(self, seconds: float) -> None:
        time.sleep(seconds)


class TestOutages:
    @pytest.mark.parametrize("part", ["gmail", "gcs", "mongo"])
    async def test_an_email_waits_for_a_service_that_is_down_and_goes_on(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, part: str
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        server = getattr(stack, part)
        await server.stop()
        try:
            waiting = await runner.process(email_id)
            assert isinstance(waiting, Wait), "an outage ends nothing"
            assert (await summary_of(app, email_id)).status == "in_work"
        finally:
            await server.start()
        async with asyncio.timeout(LONG):
            while isinstance(await runner.process(email_id), Wait):
                await asyncio.sleep(0.2)
        summary = await summary_of(app, email_id)
        assert (summary.route, summary.new_amount) == ("UPDATE_AND_NOTIFY", Decimal("812.40"))

    @pytest.mark.parametrize("is_open", [True, False])
    async def test_who_waits_for_an_open_circuit_is_logged_for_debugging_alone(
        self,
        app: App,
        stack: LocalStack,
        world: World,
        runner: Runner,
        reply: Reply,
        caplog: pytest.LogCaptureFixture,
        is_open: bool,
    ) -> None:
        """The circuit tells of itself: with hundreds of mails that wait, each at each try, the log would be a flood."""
        breaker, email_id = app.door.breaker("gmail"), await arrive(app, stack, world, reply())
        if is_open:
            await breaker.record(await breaker.admit(), Verdict.LOCKED_OUT)
        stack.gmail.faults.fail(503, operation="messages.get")
        with caplog.at_level(logging.INFO):
            assert isinstance(await runner.process(email_id), Wait)
        stack.gmail.faults.clear()
        assert ("email_waits" in caplog.text) is not is_open

    async def test_a_mail_server_that_is_down_undoes_no_update_and_the_mail_goes_out_later(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        assert stack.smtp is not None
        email_id = await arrive(app, stack, world, reply())
        told = len(stack.smtp.messages)
        await stack.smtp.stop()
        try:
            summary = await settle(app, runner, email_id)
        finally:
            await stack.smtp.start()
        assert not summary.delivered
        assert amount((await creditor(app))["current_amount"]) == Decimal("812.40")
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
        async with asyncio.timeout(LONG):
            while not (await summary_of(app, email_id)).delivered:
                await deliver_leftovers(app.services, app.rules)
                await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
                await asyncio.sleep(0.2)
        assert len(stack.smtp.messages) == told + 1

    async def test_a_mail_that_is_out_is_not_sent_again_though_postgresql_was_away_when_it_was_to_be_noted(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        assert stack.smtp is not None
        email_id, told = await arrive(app, stack, world, reply()), len(stack.smtp.messages)
        outbox = _AwayAfterSending(app.services.outbox, stack.smtp)
        unlucky = make_runner(app, replace(app.services, outbox=outbox))  # type: ignore[arg-type]  # a proxy
        assert (await settle(app, unlucky, email_id)).delivered
        assert outbox.outages == 2
        assert len(stack.smtp.messages) == told + 1

    async def test_a_notification_that_no_server_takes_is_skipped_and_the_update_stands(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        assert stack.smtp is not None
        stack.smtp.faults.reply_to_data("554 no", times=1)
        email_id = await arrive(app, stack, world, reply())
        assert not (await settle(app, runner, email_id)).delivered, "it may be that the server takes no mail at all"
        assert (await settle(app, runner, await arrive(app, stack, world, reply()))).delivered
        stack.smtp.faults.reply_to_data("554 no", times=1)
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
        await deliver_leftovers(app.services, app.rules)
        assert (await summary_of(app, email_id)).delivered
        assert amount((await creditor(app))["current_amount"]) == Decimal("812.40")


class _AwayAfterSending:
    """The outbox, whose first notes of a mail that was taken meet an outage."""

    def __init__(self, outbox: object, smtp: LocalSmtp) -> None:
        self._outbox = outbox
        self._smtp = smtp
        self._sent = len(smtp.messages)
        self.outages = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)

    async def done(self, row: OutboxRow, result: Delivered) -> None:
        if result is Delivered.SENT and self.outages < 2:
            assert len(self._smtp.messages) > self._sent
            self.outages += 1
            raise Outage("postgresql", "done", "no route")
        await self._outbox.done(row, result)  # type: ignore[attr-defined]  # a proxy


class TestDelivery:
    async def test_an_amount_that_was_raised_meanwhile_is_not_lowered(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
        with pytest.raises(asyncio.CancelledError):
            await dying.process(email_id)
        document = await clients_of(app).document("t", "c-1")
        assert document is not None
        document["creditors"][0]["current_amount"] = "9000.00"
        await clients_of(app).upsert([document])
        summary = await settle(app, runner, email_id)
        assert amount((await creditor(app))["current_amount"]) == Decimal("9000.00")
        assert (summary.outcome, summary.route, summary.review_reason) == ("review", "MANUAL_REVIEW", "amount_lower")
        assert summary.delivered

    async def test_a_creditor_that_is_gone_sends_the_update_to_a_person(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
        with pytest.raises(asyncio.CancelledError):
            await dying.process(email_id)
        document = await clients_of(app).document("t", "c-1")
        assert document is not None
        document["creditors"] = []
        await clients_of(app).upsert([document])
        summary = await settle(app, runner, email_id)
        assert (summary.outcome, summary.delivered) == ("review", True)


class _Fails:
    """A reader with a defect, or whose processes cannot start."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def read(self, raw: bytes, **rest: object) -> object:
        raise self._error


async def test_a_defect_of_ours_sends_the_mail_to_a_person_at_once(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, reader=_Fails(ZeroDivisionError("secret words of a mail")))  # type: ignore[arg-type]  # a proxy
    summary = await settle(app, make_runner(app, services), email_id)
    assert (summary.outcome, summary.review_reason, summary.attempt) == ("review", "extraction_error", 1)
    report = await report_of(app, email_id)
    assert (report.error, report.failed_in) == ("ZeroDivisionError", "fetch")
    assert "secret" not in report.model_dump_json()


async def test_an_outage_inside_a_stage_costs_nothing(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, reader=_Fails(Outage("reader", "read", "no memory")))  # type: ignore[arg-type]  # a proxy
    assert isinstance(await make_runner(app, services).process(email_id), Wait)
    summary = await settle(app, runner, email_id)
    assert summary.outcome == "updated"
    assert (await report_of(app, email_id)).crashes == 0


class _Unreachable:
    """PostgreSQL, which is away for the first call of each of these names."""

    def __init__(self, emails: object, *calls: str) -> None:
        self._emails = emails
        self._calls = list(calls)

    def __getattr__(self, name: str) -> object:
        if name in self._calls:
            self._calls.remove(name)
            return self._gone
        return getattr(self._emails, name)

    async def _gone(self, *_: object, **__: object) -> None:
        raise Outage("postgresql", "call", "no route")


async def test_what_an_outage_at_the_end_leaves_done_is_not_done_again(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, emails=_Unreachable(app.emails, "settle"))  # type: ignore[arg-type]  # a proxy
    assert isinstance(await make_runner(app, services).process(email_id), Wait)
    await settle(app, runner, email_id)
    report = await report_of(app, email_id)
    assert [(s.stage, s.attempt) for s in report.stages] == [*((stage, 1) for stage in WITH_RESULTS), ("commit", 2)]


async def test_a_checkpoint_that_cannot_be_written_does_not_keep_the_email_from_being_given_back(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    email_id = await arrive(app, stack, world, reply())
    with monkeypatch.context() as patch:
        patch.setattr(Match, "model_dump_json", lambda _: "no JSON")
        services = replace(app.services, emails=_Unreachable(app.emails, "settle"))  # type: ignore[arg-type]  # a proxy
        assert isinstance(await make_runner(app, services, claim_seconds=60).process(email_id), Wait)
    assert (await settle(app, runner, email_id)).outcome == "updated"
    report = await report_of(app, email_id)
    assert (report.crashes, [w.service for w in report.waits]) == (0, ["postgresql"])


async def test_a_checkpoint_that_cannot_be_written_at_the_end_ends_with_a_person(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    email_id = await arrive(app, stack, world, reply())
    monkeypatch.setattr(Match, "model_dump_json", lambda _: "no JSON")
    summary = await settle(app, runner, email_id)
    assert (summary.outcome, summary.review_reason, summary.attempt) == ("review", "extraction_error", 1)


class TestWaitsInTheReport:
    async def test_they_name_service_kind_and_time_and_where_each_attempt_stopped_whoever_settles_it(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        outages = [
            Outage("gcs", "put", "no answer"),
            BreakerOpen("gcs", "put", "held back"),
            BreakerOpen("gcs", "put", "held back"),
            Throttled("gmail", "get", "429"),
            Unauthorised("gmail", "get", "401"),
        ]
        for number, outage in enumerate(outages):
            services = replace(app.services, reader=_Fails(outage))  # type: ignore[arg-type]  # a proxy
            assert isinstance(await make_runner(app, services, f"worker-{number}").process(email_id), Wait)
        await app.database.run("UPDATE", lambda c: c.execute("UPDATE waits SET since = since - interval '1 hour'"))
        await settle(app, runner, email_id)
        report = await report_of(app, email_id)
        assert {(w.service, w.kind): w.count for w in report.waits} == {
            ("gcs", "outage"): 1,
            ("gcs", "breaker_open"): 2,
            ("gmail", "throttled"): 1,
            ("gmail", "unauthorised"): 1,
        }
        assert 3600 < report.waited_seconds < 3660, "the last one waited for an hour"
        assert report.seconds < 60
        assert (report.attempt, report.crashes) == (6, 0)
        assert report.earlier == (EarlierAttempts(first=1, last=5, stopped_in="fetch"),)
        assert [stage.attempt for stage in report.stages] == 8 * [6]

    @pytest.mark.parametrize("calls", [("claim",), ("checkpoint", "release"), ("claim", "checkpoint", "release")])
    async def test_they_tell_of_postgresql_too_where_they_cannot_be_written(
        self, app: App, stack: LocalStack, world: World, reply: Reply, calls: tuple[str, ...]
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        services = replace(app.services, emails=_Unreachable(app.emails, *calls))  # type: ignore[arg-type]  # a proxy
        runner = make_runner(app, services)
        outages = 0
        while isinstance(await runner.process(email_id), Wait):
            outages += 1
        (waited,) = (await report_of(app, email_id)).waits
        assert (waited.service, waited.kind, waited.count) == ("postgresql", "outage", outages)
        assert outages == len({"claim", "checkpoint"} & set(calls))

    async def test_what_could_not_be_written_is_written_with_the_next_wait(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        emails = _Unreachable(app.emails, "claim")
        services = replace(app.services, emails=emails, reader=_Fails(Outage("gcs", "put", "gone")))  # type: ignore[arg-type]  # proxies
        unlucky = make_runner(app, services, "unlucky")
        for _ in range(2):
            assert isinstance(await unlucky.process(email_id), Wait)
        await settle(app, runner, email_id)
        assert [w.service for w in (await report_of(app, email_id)).waits] == ["postgresql", "gcs"]


@pytest.mark.parametrize(
    ("amount", "ends", "told"),
    [("900,00", ("review", "conflict"), 0), ("812,40", ("updated", None), 1)],
    ids=["says something else", "says the same"],
)
async def test_a_reply_that_a_later_one_has_overtaken_is_not_written_over_it(
    app: App,
    stack: LocalStack,
    world: World,
    runner: Runner,
    reply: Reply,
    amount: str,
    ends: tuple[str, str | None],
    told: int,
) -> None:
    assert app.clients is not None
    assert stack.smtp is not None
    earlier = await arrive(app, stack, world, reply(f"Die Gesamtforderung beträgt {amount} EUR (Stand 12.10.2026)."))
    await asyncio.sleep(0.002)  # Gmail's dates are of milliseconds
    later = await arrive(app, stack, world, reply())
    assert (await settle(app, runner, later)).outcome == "updated"
    written = await app.clients.document("t", "c-1")
    sent = len(stack.smtp.messages)
    summary = await settle(app, runner, earlier)
    assert (summary.outcome, summary.review_reason) == ends
    assert len(stack.smtp.messages) - sent == told
    after = await app.clients.document("t", "c-1")
    assert written is not None
    assert after is not None
    for name in ("current_amount", "response"):
        assert after["creditors"][0][name] == written["creditors"][0][name]


async def test_a_mail_that_kills_its_workers_goes_to_a_person(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    await crash(app, email_id, times=3)
    summary = await settle(app, runner, email_id)
    assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")
    report = await report_of(app, email_id)
    assert "ended its worker 3 times" in report.decision.why
    assert report.crashes == 3
    assert report.earlier == (EarlierAttempts(first=1, last=3, stopped_in="fetch"),)


async def test_a_mail_that_has_killed_one_worker_less_is_still_worked_on(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    await crash(app, email_id, times=2)
    assert (await settle(app, runner, email_id)).outcome == "updated"
    assert (await report_of(app, email_id)).crashes == 2


async def crash(app: App, email_id: str, *, times: int) -> None:
    """So many workers have claimed it, and none of them has come back."""
    for number in range(times):
        await app.emails.claim(email_id, worker=f"killed-{number}", seconds=0.001)
        await app.database.run(
            "UPDATE", lambda c: c.execute("UPDATE emails SET claimed_until = now() WHERE email_id = $1", email_id)
        )


async def test_emails_that_died_with_a_worker_have_their_last_attempt_one_by_one_so_that_only_the_guilty_one_goes(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    guilty, innocent = [await arrive(app, stack, world, reply(code=code)) for code in ("K7Q2X9M4", "P3R8T5W2")]
    for number in range(2):
        for email_id in (guilty, innocent):
            await app.emails.claim(email_id, worker=f"killed-{number}", seconds=0.001)
        await asyncio.sleep(0.01)
    reader = _Hangs(app.services.reader)
    services = replace(app.services, reader=reader)  # type: ignore[arg-type]  # a proxy
    runner = make_runner(app, services, "third", claim_seconds=60)  # it renews nothing while the test lasts
    dying = asyncio.create_task(runner.process(guilty))
    await reader.reached.wait()
    waiting = await runner.process(innocent)
    assert isinstance(waiting, Wait)
    assert "one by one" in waiting.reason
    assert (await summary_of(app, innocent)).attempt == 2, "it is not even claimed"
    lapse = "UPDATE emails SET claimed_until = now() - interval '1 second' WHERE claimed_by IS NOT NULL"
    await app.database.run("UPDATE", lambda c: c.execute(lapse))
    other = make_runner(app, app.services, "fourth")
    assert (await settle(app, other, innocent)).outcome == "updated"
    assert (await settle(app, other, guilty)).review_reason == "extraction_error"
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)


async def test_an_email_that_only_waits_in_its_last_attempt_holds_up_no_other(
    app: App, stack: LocalStack, world: World, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimstream.pipeline.runner._ALONE_SECONDS", 0.05)
    waits, other = [await arrive(app, stack, world, reply(code=code)) for code in ("K7Q2X9M4", "P3R8T5W2")]
    for email_id in (waits, other):
        await crash(app, email_id, times=2)
    reader = _Hangs(app.services.reader)
    runner = make_runner(app, replace(app.services, reader=reader))  # type: ignore[arg-type]  # a proxy
    waiting = asyncio.create_task(runner.process(waits))
    await reader.reached.wait()
    await asyncio.sleep(0.1)
    assert (await settle(app, runner, other)).outcome == "updated"
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


class _Hangs:
    """A reader in which the first mail never comes to an end."""

    def __init__(self, reader: object) -> None:
        self._reader = reader
        self.reached = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    async def read(self, raw: bytes, **rest: object) -> object:
        if not self.reached.is_set():
            self.reached.set()
            await asyncio.Event().wait()
        return await self._reader.read(raw, **rest)  # type: ignore[attr-defined]  # a proxy


async def test_a_report_that_cannot_be_built_fails_no_email(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no report today")

    monkeypatch.setattr("claimstream.pipeline.attempt.build_report", broken)
    email_id = await arrive(app, stack, world, reply())
    summary = await settle(app, runner, email_id)
    assert summary.outcome == "updated"
    assert await app.emails.report(email_id) is None


class TestOtherVersionsOfUs:
    async def test_a_stage_whose_checkpoint_cannot_be_read_is_done_again_and_kept(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await leave(app, email_id, "parse", '{"of": "another version"}')
        assert (await settle(app, runner, email_id)).outcome == "updated"
        kept = await app.emails.stage_result(email_id, "parse")
        assert kept is not None
        assert "another version" not in kept

    async def test_an_answer_that_cannot_be_read_is_asked_for_again_and_booked(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply(PROSE))
        await leave(app, email_id, "model/classify", '{"value": 1}')
        await settle(app, runner, email_id)
        booked = await app.database.run(
            "SELECT", lambda c: c.fetchval("SELECT calls FROM token_ledger WHERE operation = 'classify'")
        )
        assert booked == 1

    async def test_what_waited_for_an_older_update_of_the_client_goes_out_with_it(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        older, newer, other = [
            await arrive(app, stack, world, reply(code=c)) for c in ("K7Q2X9M4", "K7Q2X9M4", "P3R8T5W2")
        ]
        for email_id in (older, other):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)
        assert not (await settle(app, runner, newer)).delivered, "the older one has not gone out yet"
        await deliver(app.services, app.rules, email_id=older)
        assert [(await summary_of(app, each)).delivered for each in (older, newer, other)] == [True, True, False]

    async def test_an_outbox_row_that_cannot_be_read_holds_up_nobody_else(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        broken = await arrive(app, stack, world, reply())
        good = await arrive(app, stack, world, reply(code="P3R8T5W2"))
        for email_id in (broken, good):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)
        await app.database.run(
            "UPDATE", lambda c: c.execute("UPDATE outbox SET payload = '{}' WHERE email_id = $1", broken)
        )
        await deliver_leftovers(app.services, app.rules)
        assert (await summary_of(app, good)).delivered
        assert not (await summary_of(app, broken)).delivered
        assert await runner.process(broken) == Settled()

    async def test_an_outbox_row_that_fails_again_and_again_goes_to_a_person_and_holds_up_nothing_more(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        broken, later = await arrive(app, stack, world, reply()), await arrive(app, stack, world, reply())
        for email_id in (broken, later):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)
        await app.database.run(
            "UPDATE",
            lambda c: c.execute(
                "UPDATE outbox SET payload = payload || '{\"unknown\": 1}' WHERE email_id = $1", broken
            ),
        )
        for times in range(1, 4):
            await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
            await deliver_leftovers(app.services, app.rules)
            delivered = [(await summary_of(app, each)).delivered for each in (broken, later)]
            assert delivered == [times == 3] * 2
        summary = await summary_of(app, broken)
        assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")
        assert (await summary_of(app, later)).outcome == "updated"
        assert amount((await creditor(app))["current_amount"]) == Decimal("812.40")

    @pytest.mark.parametrize("new", [{"version": 3}, {"version": 3, "currency": "EUR"}])
    async def test_an_outbox_row_of_a_newer_version_waits_for_a_worker_that_knows_it_and_so_does_what_comes_after_it(
        self,
        app: App,
        stack: LocalStack,
        world: World,
        reply: Reply,
        new: dict[str, object],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        newer, later = await arrive(app, stack, world, reply()), await arrive(app, stack, world, reply())
        other = await arrive(app, stack, world, reply(code="P3R8T5W2"))
        for email_id in (newer, later, other):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)

        async def change(sql: str, *arguments: object) -> None:
            await app.database.run("UPDATE", lambda c: c.execute(f"UPDATE outbox SET {sql}", *arguments))

        async def delivered() -> list[bool]:
            return [(await summary_of(app, each)).delivered for each in (newer, later, other)]

        await change("payload = payload || $2 WHERE email_id = $1", newer, json.dumps(new))
        for _ in range(4):
            await change("taken_until = NULL")
            await deliver_leftovers(app.services, app.rules)
            await deliver(app.services, app.rules, email_id=newer)
            assert await delivered() == [False, False, True]
        lines = [record.getMessage() for record in caplog.records if "outbox_row_newer" in record.getMessage()]
        assert len(lines) == 4, "once a round: in between it is left alone"
        assert "client_update" in lines[0]
        assert amount((await creditor(app))["current_amount"]) == Decimal("430.00")
        waiting = await app.database.run(
            "SELECT", lambda c: c.fetchrow("SELECT defects, result FROM outbox WHERE email_id = $1 LIMIT 1", newer)
        )
        assert waiting is not None
        assert tuple(waiting) == (0, None), "nothing that counts towards giving it to a person"

        # As a worker that knows it would find it.
        await change("taken_until = NULL, payload = (payload - 'currency') || '{\"version\": 1}' WHERE result IS NULL")
        await deliver_leftovers(app.services, app.rules)
        assert await delivered() == [True] * 3
        assert [(await summary_of(app, each)).outcome for each in (newer, later)] == ["updated"] * 2

    async def test_a_notification_of_a_newer_version_waits_for_a_worker_that_knows_it_and_holds_up_nothing(
        self, app: App, stack: LocalStack, world: World, reply: Reply
    ) -> None:
        assert stack.smtp is not None
        newer, later = await arrive(app, stack, world, reply()), await arrive(app, stack, world, reply())
        for email_id in (newer, later):
            dying = make_runner(app, replace(app.services, emails=_Breaks(app.emails, "after commit")), "dying")  # type: ignore[arg-type]  # a proxy
            with pytest.raises(asyncio.CancelledError):
                await dying.process(email_id)
        raised = (
            """UPDATE outbox SET payload = payload || '{"version": 2}' WHERE email_id = $1 AND kind = 'notification'"""
        )
        await app.database.run("UPDATE", lambda c: c.execute(raised, newer))
        told = len(stack.smtp.messages)
        await deliver_leftovers(app.services, app.rules)
        assert [(await summary_of(app, each)).delivered for each in (newer, later)] == [False, True]
        assert amount((await creditor(app))["current_amount"]) == Decimal("812.40")
        assert len(stack.smtp.messages) == told + 1


async def leave(app: App, email_id: str, stage: str, result: str) -> None:
    """A checkpoint of an earlier attempt."""
    await app.database.run(
        "INSERT",
        lambda c: c.execute(
            "INSERT INTO checkpoints (email_id, stage, attempt, result, seconds) VALUES ($1, $2, 0, $3, 0.1)",
            email_id,
            stage,
            result,
        ),
    )


async def test_a_picture_that_no_model_takes_stops_nothing(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    import io

    from PIL import Image

    page = io.BytesIO()
    Image.new("L", (900, 1200), 255).save(page, "TIFF")
    head, _, body = reply().partition(b"\r\n\r\n")
    head = head.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b").replace(b"8bit", b"7bit")
    raw = (
        head
        + b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nanbei unsere Forderungsaufstellung\r\n"
        + b"--b\r\nContent-Type: image/tiff; name=fax.tif\r\nContent-Disposition: attachment; filename=fax.tif\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(page.getvalue())
        + b"--b--\r\n"
    )
    del body
    summary = await settle(app, runner, await arrive(app, stack, world, raw))
    assert (summary.route, summary.inquiry_id) == ("MANUAL_REVIEW", "i-1")
    assert summary.review_reason != "extraction_error"


class _Deaf:
    """A store whose lease is renewed, and which swallows the cancellation that comes meanwhile, as libraries have."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def renew(self, email: Email, *, seconds: float) -> None:
        await self._store.renew(email, seconds=60.0)
        await self._swallow()

    async def hold(self, row: OutboxRow, *, seconds: float) -> bool:
        await self._swallow()
        return True

    async def _swallow(self) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


async def test_a_swallowed_cancellation_does_not_keep_an_email_for_ever(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    services = replace(app.services, emails=_Deaf(app.emails))
    runner = make_runner(app, services, claim_seconds=0.003)
    email_id = await arrive(app, stack, world, reply())
    async with asyncio.timeout(LONG):
        await runner.process(email_id)


async def test_a_swallowed_cancellation_does_not_keep_a_delivery_for_ever(
    app: App, stack: LocalStack, world: World, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimstream.pipeline.stages.deliver.HELD_SECONDS", 0.003)
    services = replace(app.services, outbox=_Deaf(app.services.outbox))
    email_id = await arrive(app, stack, world, reply())
    async with asyncio.timeout(LONG):
        await make_runner(app, services).process(email_id)
