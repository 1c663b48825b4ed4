"""One email from claim to delivery: the main path of the project.

Each stage's result is a checkpoint, so that a retry, a crash or another worker goes on after the last one. What fails
is told apart by whose fault it was: an outage makes the email wait and costs it nothing; a failure of the mail itself
ends with a person, at once and with the reason.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from opentelemetry import trace
from pydantic import BaseModel, ValidationError

from claimstream.domain.records.decision import Decision, Match, ReviewReason, Route
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import (
    Checkpoint,
    Claimed,
    Email,
    LostClaimError,
    NotClaimed,
    Outcome,
    Result,
    Review,
    Waited,
)
from claimstream.domain.rules.replay import held_against
from claimstream.external.errors import NotFound, Outage, Unauthorised
from claimstream.pipeline.claim_deadline import ClaimDeadline
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.model_desk import ModelDesk
from claimstream.pipeline.one_by_one import OneByOne
from claimstream.pipeline.report import VERSION, ProcessingReport, StageReport, build_report
from claimstream.pipeline.services import Rules, Services
from claimstream.pipeline.stages.classify import classify
from claimstream.pipeline.stages.commit import prepare
from claimstream.pipeline.stages.consolidate import consolidate
from claimstream.pipeline.stages.deliver import deliver
from claimstream.pipeline.stages.extract import Extracted, extract
from claimstream.pipeline.stages.fetch import Fetched, RawMail, fetch
from claimstream.pipeline.stages.match import match
from claimstream.pipeline.stages.parse import parse
from claimstream.pipeline.stages.route import route
from claimstream.pipeline.waits import UnwrittenWaits, merged, waited_for
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.best_effort import best_effort
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import record_error, stage_span, trace_id_hex

log = get_logger(__name__)
R = TypeVar("R", bound=BaseModel)

_KEPT_AT_ONCE = {"fetch", "parse"}
"""Stages that are dear to do again. What the others ask of the model is kept by itself, answer by answer; the rest of
them costs less than the write would, so their checkpoints go out with the next one: the final transaction, or the one
that gives the email back. Where neither comes about (the worker dies, PostgreSQL is away) they are done again."""


_ONE_BY_ONE = "it was in work when workers died: such emails are tried one by one"
_ALONE_SECONDS = 5.0
"""For which an email that may have ended its worker is tried before the next such one is: by then it has been read, if
that has not killed us, and waits for the model or for a service."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The email has ended, now or before."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: a service is down, or another worker has the email. Try again in ``seconds``; it counts as nothing."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such email: its message is of another installation, or its row was deleted."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """Its mailbox is disabled. It waits in the database, and gets a new message when the mailbox is enabled."""


Processed = Settled | Wait | Unknown | Shelved


class Runner:
    """Works on emails, as many at a time as it is called."""

    def __init__(
        self,
        services: Services,
        rules: Rules,
        *,
        worker: str,
        claim_seconds: float = 60.0,
        outage_wait_seconds: float = 5.0,
        max_crashes: int = 3,
    ) -> None:
        self._services = services
        self._rules = rules
        self._worker = worker
        self._claim_seconds = claim_seconds
        self._outage_wait_seconds = outage_wait_seconds
        self._max_crashes = max_crashes
        self._in_work: set[str] = set()
        self._suspected_from = max_crashes - 1 if max_crashes > 1 else None
        self._last_attempts = OneByOne(_ALONE_SECONDS)
        self._unwritten = UnwrittenWaits()

    async def process(self, email_id: str) -> Processed:
        """Take the email as far as it goes. Raises nothing but cancellation: every failure has its outcome."""
        if email_id in self._in_work:
            return self._wait("delivered twice to this worker")
        self._in_work.add(email_id)
        started = time.monotonic()
        try:
            return await self._process(email_id)
        except Outage as outage:
            self._unwritten.add(email_id, waited_for(outage, since=started))
            return self._outage(outage, "claim")
        finally:
            self._in_work.discard(email_id)

    async def _process(self, email_id: str) -> Processed:
        asked_at, claimed = await self._claim(email_id, but_not_after=self._suspected_from)
        if not (isinstance(claimed, NotClaimed) and claimed.reason == "suspected"):
            return await self._claimed(email_id, claimed, asked_at)
        # A worker that dies takes all its emails with it. The next death is to tell which of them it was: no other that
        # would go to a person for it is claimed meanwhile.
        if self._last_attempts.taken:
            return self._wait(_ONE_BY_ONE)
        with self._last_attempts.turn():
            asked_at, claimed = await self._claim(email_id)
            return await self._claimed(email_id, claimed, asked_at)

    async def _claim(self, email_id: str, but_not_after: int | None = None) -> tuple[float, Claimed | NotClaimed]:
        asked_at = time.monotonic()
        return asked_at, await self._services.emails.claim(
            email_id, worker=self._worker, seconds=self._claim_seconds, but_not_after=but_not_after
        )

    async def _claimed(self, email_id: str, claimed: Claimed | NotClaimed, asked_at: float) -> Processed:
        unwritten = self._unwritten.take(email_id)
        if isinstance(claimed, NotClaimed):
            if claimed.reason == "unknown":
                log.error("email_unknown", email_id=email_id)
                return Unknown()
            if claimed.reason == "busy":
                return self._wait("another worker has it")
            await deliver(self._services, self._rules, email_id=email_id)
            return Settled()
        email = claimed.email
        span = trace.get_current_span()
        span.set_attributes({"claimstream.attempt": email.attempt, "claimstream.crashes": email.crashes})
        if email.crashes:  # its span ended with its worker, and was never sent
            span.add_event("attempt.lost", {"claimstream.crashes": email.crashes})
        with (
            correlated(email.correlation_id, email_id=email.email_id, tenant_id=email.tenant_id),
            sentry.email_scope(attempt=email.attempt),
        ):
            deadline = ClaimDeadline(email_id, seconds=self._claim_seconds, asked_at=asked_at)
            return await self._held(claimed, unwritten, deadline)

    async def _held(self, claimed: Claimed, unwritten: tuple[Waited, ...], deadline: ClaimDeadline) -> Processed:
        """Work on the email while the claim is kept alive; stop as soon as it is lost."""
        work = asyncio.create_task(self._attempt(claimed, unwritten, deadline))
        keeper = asyncio.create_task(self._keep(claimed.email, deadline))
        try:
            await asyncio.wait({work, keeper}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                if (failure := keeper.exception()) is not None:
                    log.error("claim_keeper_failed", error=type(failure).__name__)
                    sentry.capture(failure)
                return self._wait("another worker took it over")
            return work.result()
        finally:
            for task in (work, keeper):
                task.cancel()
            await asyncio.gather(work, keeper, return_exceptions=True)

    async def _keep(self, email: Email, deadline: ClaimDeadline) -> None:
        """Renew the claim until it is lost."""
        while True:
            await asyncio.sleep(self._claim_seconds / 3)
            asked_at = time.monotonic()
            try:
                await self._services.emails.renew(email, seconds=self._claim_seconds)
                deadline.renewed(asked_at)
            except LostClaimError:
                log.warning("claim_lost", email_id=email.email_id)
                return
            except Outage:
                continue  # without PostgreSQL nobody else can claim it either

    async def _attempt(self, claimed: Claimed, unwritten: tuple[Waited, ...], deadline: ClaimDeadline) -> Processed:
        email = claimed.email
        waits = merged((*claimed.waits, *unwritten))
        attempt = _Attempt(claimed, self._services, self._rules, deadline, waits=waits)
        try:
            if email.crashes >= self._max_crashes:
                await attempt.give_up(f"This mail ended its worker {email.crashes} times.")
            else:
                await attempt.run()
            return Settled()
        except LostClaimError:
            return self._wait("another worker may have taken it over")
        except Outage as outage:
            waits = (*unwritten, waited_for(outage, since=attempt.progress_at))
            await self._release(email, waits, attempt.unkept)
            waiting = self._outage(outage, attempt.at or "commit")
            return Shelved() if isinstance(outage, Unauthorised) and await self._shelved(email) else waiting
        except asyncio.CancelledError:
            await asyncio.shield(self._release(email, (), attempt.unkept))
            raise

    async def _release(self, email: Email, waits: tuple[Waited, ...], unkept: Sequence[Checkpoint]) -> None:
        for kept in (unkept, ()):
            try:
                await self._services.emails.release(email, merged(waits), kept)
            except Outage:
                if waits:
                    self._unwritten.add(email.email_id, *waits)
                log.warning("claim_not_released", email_id=email.email_id)  # it lapses by itself
            except Exception as error:  # one of the checkpoints cannot be written, whatever is in it
                log.error("claim_not_released", email_id=email.email_id, exc_info=error)
                sentry.capture(error)
                continue
            return

    async def _shelved(self, email: Email) -> bool:
        try:
            return await self._services.emails.shelve(email)
        except Outage:
            return False

    def _outage(self, outage: Outage, stage: str) -> Wait:
        metrics.error_occurred(outage, stage=stage, error_class="outage")
        log.warning(
            "email_waits",
            stage=stage,
            service=outage.service,
            operation=outage.operation,
            kind=type(outage).__name__,
        )
        return self._wait(f"{outage.service} is not available", at_least=outage.retry_after_seconds or 0.0)

    def _wait(self, reason: str, at_least: float = 0.0) -> Wait:
        # Spread out, so that waiting emails do not all knock in the same moment.
        return Wait(max(at_least, self._outage_wait_seconds) * random.uniform(0.8, 1.2), reason)  # noqa: S311


class _Attempt:
    """One attempt at one email."""

    def __init__(
        self,
        claimed: Claimed,
        services: Services,
        rules: Rules,
        deadline: ClaimDeadline,
        *,
        waits: tuple[Waited, ...],
    ) -> None:
        self._claimed = claimed
        self._waits = waits
        self._email = claimed.email
        self._services = services
        self._rules = rules
        self._desk = ModelDesk(claimed, services, rules, deadline)
        self._stages: list[StageReport] = []
        self.unkept: list[Checkpoint] = []
        """Finished stages whose checkpoints go out with the next write."""
        self.at: str | None = None
        """The stage in work."""
        self.progress_at = time.monotonic()
        """When the last stage was done."""

    async def run(self) -> None:
        email, services, rules, desk = self._email, self._services, self._rules, self._desk
        raw_mail = RawMail(email, services.gmail, services.blobs)
        files = CandidateFiles(email, services, rules, applied=self._claimed.applied)
        blobs = services.blobs
        try:
            fetched = await self._stage("fetch", Fetched, lambda: fetch(email, raw_mail, blobs))
            mail = await self._stage("parse", ParsedMail, lambda: parse(email, fetched, raw_mail, services.reader))
            intent = await self._stage("classify", Classification, lambda: classify(mail, files, desk, rules))
            sentry.breadcrumb("intent", {"intent": intent.intent, "confidence": intent.confidence})
            letter = await self._letter(intent, files)
            extracted = await self._stage(
                "extract",
                Extracted,
                lambda: extract(mail, intent, letter, desk, rules, fetched=fetched, raw_mail=raw_mail, blobs=blobs),
            )
            sentry.breadcrumb("extraction", {"sources": len(extracted.extractions), "model": extracted.model_asked})
            answer = await self._stage("consolidate", Consolidated, lambda: consolidate(intent, extracted, rules))
            metrics.extraction_confidence(
                answer.confidence, source="email", method="model" if extracted.model_asked else "reader"
            )
            sentry.breadcrumb("consolidation", {"confidence": answer.confidence, "conflicts": len(answer.conflicts)})
            matched = await self._stage("match", Match, lambda: match(mail, intent, answer, files, rules))
            sentry.breadcrumb("matching", {"matched_by": matched.matched_by, "confidence": matched.confidence})
            decision = await self._stage(
                "route", Decision, lambda: route(mail, intent, extracted, answer, matched, files, rules)
            )
            effects = await self._commit(fetched, mail, intent, extracted, answer, matched, decision, files)
        except NotFound as gone:
            if gone.service != "gmail":
                await self._give_up_on(gone)
                return
            await self.set_aside("The message was deleted from the mailbox before it could be read.")
            return
        except (Outage, LostClaimError):
            raise
        except Exception as error:
            # Whatever else it is, asking again would bring the same: a person decides, now.
            await self._give_up_on(error)
            return
        with stage_span("deliver"):
            await deliver(services, rules, email_id=email.email_id, rows=effects)

    async def _commit(
        self,
        fetched: Fetched,
        mail: ParsedMail,
        intent: Classification,
        extracted: Extracted,
        answer: Consolidated,
        matched: Match,
        decision: Decision,
        files: CandidateFiles,
    ) -> int:
        """How many effects are to be delivered."""
        with stage_span("commit"):
            self.at, started = "commit", time.monotonic()
            file = await files.one(matched.inquiry_id)
            prepared = await prepare(
                self._email,
                self._services,
                self._rules,
                fetched=fetched,
                mail=mail,
                extracted=extracted,
                consolidated=answer,
                match=matched,
                decision=decision,
                file=file,
            )
            result = self._held_against_earlier_runs(prepared)
            self._done("commit", time.monotonic() - started)
            await self._settle(
                result,
                lambda: build_report(
                    self._email,
                    trace_id=trace_id_hex(),
                    settled_at=datetime.now(UTC),
                    outcome=result.outcome,
                    decision=result.decision,
                    match=matched,
                    received_at=fetched.received_at,
                    mail=mail,
                    classification=intent,
                    consolidated=answer,
                    done_by=self._claimed.attempts,
                    waits=self._waits,
                    stages=tuple(self._stages),
                    model_calls=tuple(self._desk.calls),
                ),
                self.unkept,
            )
        return result.effects

    async def _letter(self, classification: Classification, files: CandidateFiles) -> Letter | None:
        """The letter that a deterministic signal named, if one did."""
        file = await files.one(classification.routing.inquiry_id if classification.routing else None)
        return file.inquiry.letter if file else None

    async def _stage(self, name: str, kind: type[R], work: Callable[[], Awaitable[R]]) -> R:
        """The stage's result: from its checkpoint, or made now and kept."""
        self.at = name
        unreadable = False
        if (kept := self._claimed.checkpoints.get(name)) is not None:
            try:
                result = kind.model_validate_json(kept)
            except ValidationError:
                unreadable = True  # written by another version of us: do it again
                log.warning("checkpoint_unreadable", stage=name)
            else:
                trace.get_current_span().add_event("checkpoint.hit", {"claimstream.checkpoint": name})
                self._done(name, self._claimed.seconds.get(name, 0.0), self._claimed.attempts.get(name))
                return result
        started, asked = time.monotonic(), len(self._desk.calls)
        with stage_span(name):
            result = await work()
            seconds = time.monotonic() - started
            text = result.model_dump_json().replace("\\u0000", "\\ufffd")
            checkpoint = Checkpoint(name, text, seconds=seconds, replace=unreadable)
            # An answer that could not be used is kept by nothing else: it is not to be asked for and paid again.
            if name in _KEPT_AT_ONCE or len(self._desk.calls) > asked:
                await self._services.emails.checkpoint(self._email, checkpoint)
            else:
                self.unkept.append(checkpoint)
        self._done(name, seconds)
        return result

    def _done(self, name: str, seconds: float, earlier: int | None = None) -> None:
        self._stages.append(StageReport(stage=name, seconds=seconds, attempt=earlier or self._email.attempt))
        self.progress_at = time.monotonic()

    async def set_aside(self, why: str) -> None:
        """End without reading: there is nothing to read, and nobody needs to decide."""
        decision = Decision(route=Route.IGNORE, intent=None, confidence=1.0, why=why)
        await self._settle_unread(Result(outcome=Outcome.SET_ASIDE, decision=decision, match=Match(why=why)))

    async def give_up(self, why: str, error: str | None = None) -> None:
        """End with a person, at once."""
        reasons = (ReviewReason.EXTRACTION_ERROR,)
        decision = Decision(route=Route.MANUAL_REVIEW, intent=None, confidence=0.0, reasons=reasons, why=why)
        review = Review(reason=reasons[0], reasons=reasons, detail=why)
        await self._settle_unread(
            Result(outcome=Outcome.REVIEW, decision=decision, match=Match(why=why), review=review), error
        )

    async def _give_up_on(self, error: Exception) -> None:
        log.error("email_failed", stage=self.at, error=type(error).__name__, exc_info=error)
        metrics.error_occurred(error, stage=self.at, error_class="mail")
        sentry.capture(error, stage=self.at)
        record_error(trace.get_current_span(), error)
        kind = type(error).__name__
        await self.give_up(f"Processing failed ({kind}). See the trace and the log for where.", kind)

    def _held_against_earlier_runs(self, result: Result) -> Result:
        applied = self._claimed.applied
        return result if applied is None else held_against(result, applied)

    async def _settle_unread(self, result: Result, error: str | None = None) -> None:
        result = self._held_against_earlier_runs(result)
        with stage_span("commit"):
            await self._settle(
                result,
                lambda: build_report(
                    self._email,
                    trace_id=trace_id_hex(),
                    settled_at=datetime.now(UTC),
                    outcome=result.outcome,
                    decision=result.decision,
                    match=result.match,
                    done_by=self._claimed.attempts,
                    waits=self._waits,
                    stages=tuple(self._stages),
                    model_calls=tuple(self._desk.calls),
                    error=error,
                    failed_in=self.at if error else None,
                ),
            )

    async def _settle(
        self, result: Result, report: Callable[[], ProcessingReport], checkpoints: Sequence[Checkpoint] = ()
    ) -> None:
        """The final transaction; without checkpoints where it may be one of them that cannot be written.

        The report is best effort: an email never fails for it.
        """
        text: str | None = None
        with best_effort("report"):
            text = report().model_dump_json().replace("\\u0000", "\\ufffd")
        result = replace(result, report=text, report_version=VERSION)
        await self._services.emails.settle(self._email, result, checkpoints)
        decision = result.decision
        for guard in decision.guards:
            log.info(
                "guard_decided",
                guard=guard.guard,
                passed=guard.passed,
                reason=guard.reason,
                confidence=guard.confidence,
            )
        log.info(
            "email_settled",
            outcome=result.outcome,
            route=decision.route,
            intent=decision.intent,
            reason=decision.review_reason,
            matched_by=result.match.matched_by,
            confidence=round(decision.confidence, 3),
            attempt=self._email.attempt,
            run=self._email.run,
        )
        latency = None
        if result.received_at is not None and self._email.run == 1:  # a replay comes as late as it is asked for
            latency = max(0.0, (datetime.now(UTC) - result.received_at).total_seconds())
        metrics.email_settled(
            outcome=result.outcome, route=decision.route, intent=decision.intent, latency_seconds=latency
        )
