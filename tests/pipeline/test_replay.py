"""A settled email that is worked on again: what is written, paid, told and kept, against the real stack."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.helpers import summary_of, wait_for_message
from tests.pipeline.test_runner import PROSE, _Fails, arrive, creditor, make_runner, report_of, settle
from tests.replaying import put_back, runs_of

from claimstream.app import App
from claimstream.domain.records.replay import PutBack
from claimstream.domain.records.work import EmailSummary
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import changes_since, clients_of
from claimstream.external.mongo_documents import amount
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.stack import LocalStack
from claimstream.pipeline.replay import WITH_CHECKPOINT, answers_from, begins_at
from claimstream.pipeline.report import STAGES
from claimstream.pipeline.runner import Runner, Wait
from claimstream.pipeline.stages.deliver import deliver_leftovers

Reply = Callable[..., bytes]
AUTO_REPLY = "Ich bin bis zum 30.10. nicht im Haus.\n"


@pytest.fixture(autouse=True)
def calm(stack: LocalStack) -> None:
    assert stack.claude is not None
    assert stack.smtp is not None
    for server in (stack.claude, stack.smtp, stack.gmail):
        server.faults.clear()
    stack.claude.requests.clear()
    stack.smtp.messages.clear()


@pytest.fixture
def runner(app: App) -> Runner:
    return make_runner(app, app.services)


async def replay(app: App, runner: Runner, email_id: str, from_stage: str = "classify") -> EmailSummary:
    assert isinstance(await put_back(app, email_id, from_stage), PutBack)
    return await settle(app, runner, email_id)


def sent(stack: LocalStack) -> int:
    assert stack.smtp is not None
    return len(stack.smtp.messages)


async def stored(app: App) -> Decimal | None:
    return amount((await creditor(app))["current_amount"])


async def store(app: App, value: str) -> None:
    """The portal sets the amount."""
    document = await clients_of(app).document("t", "c-1")
    assert document is not None
    document["creditors"][0]["current_amount"] = value
    await clients_of(app).upsert([document])


async def read_otherwise(app: App, email_id: str, stage: str, **words: str) -> None:
    """The kept result of a stage as another version of us would have come to it."""
    text = await app.emails.stage_result(email_id, stage)
    assert text is not None
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    await app.database.run(
        "UPDATE",
        lambda c: c.execute(
            "UPDATE checkpoints SET result = $3 WHERE email_id = $1 AND stage = $2", email_id, stage, text
        ),
    )


async def reviews(app: App, email_id: str) -> list[tuple[str, str, str]]:
    rows = await app.database.run(
        "SELECT",
        lambda c: c.fetch(
            "SELECT status, reason, detail FROM review_items WHERE email_id = $1 ORDER BY review_id", email_id
        ),
    )
    return [tuple(row) for row in rows]


class TestTheSameResult:
    @pytest.mark.parametrize("stage", WITH_CHECKPOINT)
    async def test_from_each_stage_on_it_is_reached_again_and_nothing_is_written_or_mailed_twice(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, stage: str
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        first = await settle(app, runner, email_id)
        written = await creditor(app)
        again = await replay(app, runner, email_id, stage)

        changed = {"attempt": 2, "run": 2, "settled_at": again.settled_at, "replayed_at": again.replayed_at}
        assert again == replace(first, **changed)  # type: ignore[arg-type]  # of several types
        assert await creditor(app) == written, "not even its dates have changed"
        assert sent(stack) == 1
        assert await reviews(app, email_id) == []
        report = await report_of(app, email_id)
        assert (report.run, report.attempt, report.earlier) == (2, 2, ())
        assert [s.stage for s in report.stages] == list(STAGES)
        assert [s.stage for s in report.stages if s.attempt == 1] == list(STAGES[: STAGES.index(stage)])
        guard = report.decision.guards[-1]
        assert (guard.guard, guard.passed) == ("replay", True)
        assert "nothing is written again" in guard.why

    async def test_it_stays_the_same_over_many_runs(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        for run in (2, 3, 4):
            again = await replay(app, runner, email_id)
            assert (again.run, again.attempt, again.outcome, again.old_amount) == (run, run, "updated", Decimal(430))
        assert sent(stack) == 1
        assert (await creditor(app))["applied_email_ids"] == [email_id]
        assert [run.run for run in await runs_of(app).earlier(email_id)] == [1, 2, 3]

    async def test_it_is_no_lower_amount_only_because_a_later_mail_has_raised_what_is_stored(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        await store(app, "9000.00")
        again = await replay(app, runner, email_id)
        assert (again.outcome, again.review_reason) == ("updated", None)
        assert await stored(app) == Decimal("9000.00")


class TestAnotherResult:
    async def test_after_a_write_it_goes_to_a_person_with_both_amounts_and_nothing_is_written(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        written = await creditor(app)
        await read_otherwise(app, email_id, "extract", **{"812.40": "912.40"})
        again = await replay(app, runner, email_id, "consolidate")

        assert (again.outcome, again.route, again.review_reason) == ("review", "MANUAL_REVIEW", "conflict")
        assert (again.old_amount, again.new_amount) == (Decimal("430.00"), Decimal("912.40"))
        assert await creditor(app) == written
        assert sent(stack) == 1
        ((status, reason, detail),) = await reviews(app, email_id)
        assert (status, reason) == ("open", "conflict")
        assert "812.40" in detail
        assert "912.40" in detail
        guard = (await report_of(app, email_id)).decision.guards[-1]
        assert (guard.guard, guard.passed, guard.reason) == ("replay", False, "conflict")
        assert (guard.old, guard.new) == (Decimal("812.40"), Decimal("912.40"))

    async def test_an_amount_for_another_client_is_not_written_there_either(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply(subject="Forderungsaufstellung"))
        await settle(app, runner, email_id)
        await read_otherwise(app, email_id, "match", **{'"i-1"': '"i-2"', '"c-1"': '"c-2"', '"cr-1"': '"cr-2"'})
        again = await replay(app, runner, email_id, "route")
        assert (again.route, again.review_reason) == ("MANUAL_REVIEW", "conflict")
        assert "this run would write 812.40" in (await reviews(app, email_id))[0][2]
        changes = await changes_since(app, world)
        assert [(change.client_id, change.new_amount) for change in changes] == [("c-1", Decimal("812.40"))]

    async def test_what_would_be_set_aside_now_is_a_conflict_too(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        await stack.gmail.delete(world.tenants[0].mailboxes[0], (await summary_of(app, email_id)).gmail_id)
        assert isinstance(await put_back(app, email_id, "fetch"), PutBack)
        assert isinstance(await runner.process(email_id), Wait)
        await wait_for_message(app, email_id)
        again = await settle(app, runner, email_id)
        assert (again.outcome, again.review_reason) == ("review", "conflict")
        ((_, _, detail),) = await reviews(app, email_id)
        assert "812.40" in detail
        assert "deleted" in detail

    async def test_a_failure_names_what_was_written_before(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        services = replace(app.services, reader=_Fails(ZeroDivisionError("x")))  # type: ignore[arg-type]  # a proxy
        again = await replay(app, make_runner(app, services), email_id, "parse")
        assert (again.outcome, again.review_reason) == ("review", "conflict")
        assert "ZeroDivisionError" in (await reviews(app, email_id))[0][2]

    async def test_a_write_that_this_version_cannot_read_is_never_taken_for_the_same(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        await app.database.run(
            "UPDATE", lambda c: c.execute("""UPDATE outbox SET payload = '{"of": "another version"}'""")
        )
        again = await replay(app, runner, email_id)
        assert (again.outcome, again.review_reason) == ("review", "conflict")
        assert sent(stack) == 1

    async def test_a_conflict_may_be_replayed_and_dissolves_when_the_result_is_the_first_one_again(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        await read_otherwise(app, email_id, "extract", **{"812.40": "912.40"})
        await replay(app, runner, email_id, "consolidate")
        again = await replay(app, runner, email_id, "extract")
        assert (again.run, again.outcome) == (3, "updated")
        assert [status for status, _, _ in await reviews(app, email_id)] == ["superseded"]
        assert (await stored(app), sent(stack)) == (Decimal("812.40"), 1)


class _Broken:
    """Clients that cannot be read by a defect of ours, which shows after the mail was parsed."""

    async def keys(self, *_: object, **__: object) -> object:
        raise ZeroDivisionError("x")


class TestAfterARunThatWroteNothing:
    async def test_a_review_may_become_a_write_with_one_mail_and_its_item_is_superseded(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        await store(app, "9000.00")
        email_id = await arrive(app, stack, world, reply())
        first = await settle(app, runner, email_id)
        assert (first.outcome, first.review_reason, sent(stack)) == ("review", "amount_lower", 0)
        await store(app, "430.00")
        again = await replay(app, runner, email_id, "route")
        assert (again.outcome, again.review_reason, again.delivered) == ("updated", None, True)
        assert (await stored(app), sent(stack)) == (Decimal("812.40"), 1)
        assert stack.smtp is not None
        assert email_id in stack.smtp.messages[0].message["Message-ID"]
        assert [status for status, _, _ in await reviews(app, email_id)] == ["superseded"]

    async def test_all_guards_stand(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        await store(app, "9000.00")
        email_id = await arrive(app, stack, world, reply())
        await settle(app, runner, email_id)
        again = await replay(app, runner, email_id)
        assert (again.outcome, again.review_reason) == ("review", "amount_lower")
        assert [status for status, _, _ in await reviews(app, email_id)] == ["superseded", "open"]
        assert await stored(app) == Decimal("9000.00")

    async def test_an_update_refused_at_delivery_was_no_write(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        services = replace(app.services, clients=_RaisedMeanwhile(app))  # type: ignore[arg-type]  # a proxy
        first = await settle(app, make_runner(app, services), email_id)
        assert (first.outcome, first.review_reason) == ("review", "amount_lower")
        await store(app, "430.00")
        again = await replay(app, runner, email_id, "route")
        assert (again.outcome, again.delivered) == ("updated", True)
        assert (await stored(app), sent(stack)) == (Decimal("812.40"), 1)
        third = await replay(app, runner, email_id, "route")
        assert (third.run, third.outcome, sent(stack)) == (3, "updated", 1)

    async def test_a_reply_that_a_later_one_has_overtaken_is_overtaken_again(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        earlier = await arrive(app, stack, world, reply("Die Gesamtforderung beträgt 900,00 EUR."))
        await asyncio.sleep(0.002)  # Gmail's dates are of milliseconds
        await settle(app, runner, await arrive(app, stack, world, reply()))
        told = sent(stack)
        for run in (1, 2):
            summary = await (settle if run == 1 else replay)(app, runner, earlier)
            assert (summary.outcome, summary.review_reason, summary.run) == ("review", "conflict", run)
        assert (await stored(app), sent(stack)) == (Decimal("812.40"), told)

    @pytest.mark.parametrize("written", [False, True], ids=["before-the-write", "after-the-write"])
    async def test_an_update_given_up_for_a_defect_is_written_once_whatever_had_come_of_it(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply, written: bool
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        clients = _Defective(app, written=written)
        await settle(app, make_runner(app, replace(app.services, clients=clients)), email_id)  # type: ignore[arg-type]  # a proxy
        for _ in range(2):
            await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
            await deliver_leftovers(replace(app.services, clients=clients), app.rules)  # type: ignore[arg-type]  # a proxy
        assert (await summary_of(app, email_id)).outcome == "review"
        again = await replay(app, runner, email_id)
        assert (again.outcome, again.delivered) == ("updated", True)
        assert (await stored(app), sent(stack)) == (Decimal("812.40"), 1)
        assert (await creditor(app))["applied_email_ids"] == [email_id]

    async def test_a_mail_that_was_set_aside_is_set_aside_again(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply(AUTO_REPLY, subject="Abwesenheitsnotiz"))
        assert (await settle(app, runner, email_id)).outcome == "set_aside"
        assert (await replay(app, runner, email_id)).outcome == "set_aside"

    async def test_a_mail_that_failed_begins_where_it_failed(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        services = replace(app.services, clients=_Broken())  # type: ignore[arg-type]  # a proxy
        await settle(app, make_runner(app, services), email_id)
        again = await replay(app, runner, email_id)
        assert (again.outcome, again.new_amount) == ("updated", Decimal("812.40"))
        report = await report_of(app, email_id)
        assert [s.stage for s in report.stages if s.attempt == 1] == ["fetch", "parse"]

    async def test_a_mail_that_killed_its_workers_is_tried_anew(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        email_id = await arrive(app, stack, world, reply())
        for number in range(4):
            await app.emails.claim(email_id, worker=f"killed-{number}", seconds=-1)
        assert (await settle(app, runner, email_id)).review_reason == "extraction_error"
        again = await replay(app, runner, email_id)
        assert (again.outcome, again.attempt) == ("updated", 6)
        report = await report_of(app, email_id)
        assert (report.crashes, report.earlier) == (0, ())


class _RaisedMeanwhile:
    """The clients, whose amount the portal raises just before an update of ours arrives."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getattr__(self, name: str) -> object:
        return getattr(clients_of(self._app), name)

    async def apply(self, *update: object, **rest: object) -> object:
        await store(self._app, "9000.00")
        return await clients_of(self._app).apply(*update, **rest)  # type: ignore[arg-type]  # a proxy


class _Defective(_RaisedMeanwhile):
    """The clients, with a defect of ours before or after each update is written."""

    def __init__(self, app: App, *, written: bool) -> None:
        super().__init__(app)
        self._written = written

    async def apply(self, *update: object, **rest: object) -> object:
        if self._written:
            await clients_of(self._app).apply(*update, **rest)  # type: ignore[arg-type]  # a proxy
        raise ZeroDivisionError


class TestTokens:
    @pytest.fixture
    async def paid(self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply) -> str:
        """An email for which the model was asked for its intent and for what it says."""
        assert stack.claude is not None
        stack.claude.script(
            ScriptedAnswer(
                when=When(contains="gut achthundertzwölf"),
                schema_has="confidence",
                answer={"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"},
            )
        )
        email_id = await arrive(app, stack, world, reply(PROSE))
        await settle(app, runner, email_id)
        assert len(stack.claude.requests) == 2
        return email_id

    @pytest.mark.parametrize("stage", WITH_CHECKPOINT)
    async def test_none_is_paid_again_from_whichever_stage(
        self, app: App, stack: LocalStack, runner: Runner, paid: str, stage: str
    ) -> None:
        assert stack.claude is not None
        first, spent = await report_of(app, paid), await app.services.ledger.spent_today_usd("t")
        await replay(app, runner, paid, stage)
        assert len(stack.claude.requests) == 2
        assert await app.services.ledger.spent_today_usd("t") == spent
        assert (await report_of(app, paid)).model_calls == first.model_calls, "what it cost is still told"

    @pytest.mark.parametrize(("stage", "asked"), [("classify", 2), ("extract", 1)])
    async def test_they_are_paid_and_booked_again_where_the_model_is_to_be_asked_again(
        self, app: App, stack: LocalStack, runner: Runner, paid: str, stage: str, asked: int
    ) -> None:
        assert stack.claude is not None
        assert isinstance(await put_back(app, paid, stage, ask_again=True), PutBack)
        await settle(app, runner, paid)
        assert len(stack.claude.requests) == 2 + asked
        booked = await app.database.run("SELECT", lambda c: c.fetch("SELECT operation, calls FROM token_ledger"))
        assert {row["operation"]: row["calls"] for row in booked} == {"classify": asked, "extract": 2}

    async def test_an_unusable_answer_that_comes_again_is_booked_again(
        self, app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
    ) -> None:
        assert stack.claude is not None
        stack.claude.script(
            ScriptedAnswer(when=When(contains="Vorgang 77"), schema_has="confidence", answer={"intent": "no such"})
        )
        email_id = await arrive(app, stack, world, reply(PROSE + "Vorgang 77\n"))
        first = await settle(app, runner, email_id)
        assert first.review_reason == "extraction_error"
        spent = await app.services.ledger.spent_today_usd("t")
        assert spent > 0
        await replay(app, runner, email_id)
        assert await app.services.ledger.spent_today_usd("t") == 2 * spent


async def test_what_came_of_it_before_is_kept_whole(
    app: App, stack: LocalStack, world: World, runner: Runner, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    first = await settle(app, runner, email_id)
    text = await app.emails.report(email_id)
    kept = {stage: await app.emails.stage_result(email_id, stage) for stage in WITH_CHECKPOINT}
    await replay(app, runner, email_id, "match")
    (run,) = await runs_of(app).earlier(email_id)
    assert (run.run, run.from_stage, run.why, run.replayed_by) == (1, "match", "a better reader", "me@here")
    assert run.email == first
    assert await runs_of(app).report(email_id, 1) == text
    assert await runs_of(app).report(email_id, 2) is None, "the newest is no earlier run"
    result = json.loads(await app.database.run("SELECT", lambda c: c.fetchval("SELECT result FROM runs")))
    assert [row["stage"] for row in result["checkpoints"]] == ["match", "route"]
    for row in result["checkpoints"]:
        assert row["result"] == json.loads(kept[row["stage"]] or "")
    assert result["match_candidates"][0]["inquiry_id"] == "i-1"
    assert [row["source_id"] for row in result["extractions"]] == ["body"]
    assert [(row["kind"], row["result"]) for row in result["outbox"]] == [
        ("client_update", "applied"),
        ("notification", "sent"),
    ]
    assert result["review"] is None


def test_what_is_asked_again_is_what_later_stages_ask() -> None:
    answers = [answers_from(stage, ask_again=True) for stage in ("classify", "extract", "match", "route")]
    kinds = [{start.split("/")[1] for start in starts} for starts in answers]
    later = [{"extract", "transcribe", "witness"}, {"witness"}, {"witness"}]
    assert kinds == [{"classify", "extract", "transcribe", "witness"}, *later]


@pytest.mark.parametrize(
    ("kept", "from_stage", "begins"),
    [(WITH_CHECKPOINT, "route", "route"), (("fetch",), "classify", "parse"), ((), "match", "fetch")],
)
def test_work_begins_no_later_than_where_a_result_is_missing(
    kept: tuple[str, ...], from_stage: str, begins: str
) -> None:
    assert begins_at(kept, from_stage) == begins
