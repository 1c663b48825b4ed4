"""One attempt at one email: the nine stages, one after the other, as data flows. The main path of the project."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from opentelemetry import trace
from pydantic import BaseModel, ValidationError

from claimstream.domain.records.decision import Decision, Match, ReviewReason, Route
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import (
    Checkpoint,
    Claimed,
    LostClaimError,
    Outcome,
    Result,
    Review,
    Waited,
)
from claimstream.domain.rules.replay import held_against
from claimstream.external.errors import ExternalError, NotFound, NotYetThere, Outage
from claimstream.pipeline.alone import why_it_fails_alone
from claimstream.pipeline.archive import LostMailError
from claimstream.pipeline.claim_deadline import ClaimDeadline
from claimstream.pipeline.content import MailContent, MailTooLargeError
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.model_desk import ModelDesk
from claimstream.pipeline.report import VERSION, ProcessingReport, StageReport, build_report
from claimstream.pipeline.services import Rules, Services
from claimstream.pipeline.stages.classify import classify
from claimstream.pipeline.stages.commit import prepare
from claimstream.pipeline.stages.consolidate import consolidate
from claimstream.pipeline.stages.deliver import deliver
from claimstream.pipeline.stages.extract import Extracted, extract
from claimstream.pipeline.stages.fetch import fetch
from claimstream.pipeline.stages.match import match
from claimstream.pipeline.stages.parse import parse
from claimstream.pipeline.stages.route import route
from claimstream.reading import RulesFailedError
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.best_effort import best_effort
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import record_error, stage_span, trace_id_hex

log = get_logger(__name__)
R = TypeVar("R", bound=BaseModel)

DELETED_AFTER_SECONDS = 300.0
"""The time for which a message must have answered 404 before it counts as deleted."""
_LONGEST_WAIT_SECONDS = 60.0
"""The longest wait between two requests for such a message. It doubles up to here."""

_KEPT_AT_ONCE = {"fetch", "parse"}
"""Stages that are dear to do again. What the others ask of the model is kept by itself, answer by answer; the rest of
them costs less than the write would, so their checkpoints go out with the next one: the final transaction, or the one
that gives the email back. Where neither comes about (the worker dies, PostgreSQL is away) they are done again."""


class Attempt:
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

    @property
    def unwritten_answers(self) -> Sequence[Checkpoint]:
        """Answers of the model that were paid for while PostgreSQL was away."""
        return self._desk.unwritten

    async def run(self) -> None:
        email, services, rules, desk = self._email, self._services, self._rules, self._desk
        content = MailContent(email, services.gmail, services.blobs, services.reader, services.mail_memory)
        blobs, judge = services.blobs, Judge(services.reader)
        files = CandidateFiles(email, services, rules, judge, applied=self._claimed.applied)
        try:
            fetched = await self._stage("fetch", Fetched, lambda: fetch(email, content, blobs))
            mail = await self._stage("parse", ParsedMail, lambda: parse(content, fetched))
            intent = await self._stage(
                "classify", Classification, lambda: classify(email, mail, content, files, desk, judge, rules)
            )
            sentry.breadcrumb("intent", {"intent": intent.intent, "confidence": intent.confidence})
            file = await files.one(intent.routing.inquiry_id if intent.routing else None)
            extracted = await self._stage(
                "extract",
                Extracted,
                lambda: extract(mail, intent, file, desk, judge, rules, fetched=fetched, content=content),
            )
            mail = mail.model_copy(update={"unread": (*mail.unread, *extracted.unseen)})
            sentry.breadcrumb("extraction", {"sources": len(extracted.extractions), "model": extracted.model_asked})
            answer = await self._stage(
                "consolidate", Consolidated, lambda: consolidate(intent, extracted, judge, rules)
            )
            metrics.extraction_confidence(
                answer.confidence, source="email", method="model" if extracted.model_asked else "reader"
            )
            sentry.breadcrumb("consolidation", {"confidence": answer.confidence, "conflicts": len(answer.conflicts)})
            matched = await self._stage("match", Match, lambda: match(mail, intent, answer, files, judge, rules))
            sentry.breadcrumb("matching", {"matched_by": matched.matched_by, "confidence": matched.confidence})
            decision = await self._stage(
                "route", Decision, lambda: route(mail, intent, extracted, answer, matched, files, desk, judge, rules)
            )
            effects = await self._commit(fetched, mail, intent, extracted, answer, matched, decision, files)
        except NotFound as gone:
            if gone.service != "gmail":
                await self._give_up_on(gone)
                return
            await self._set_aside_as_deleted(gone)
            return
        except Outage as outage:
            if (why := await why_it_fails_alone(services, email.email_id, outage)) is None:
                raise
            await self._give_up_on(outage, why)
            return
        except LostClaimError:
            raise
        except MailTooLargeError as error:
            await self.give_up(str(error), type(error).__name__)
            return
        except Exception as error:
            # Whatever else it is, asking again would bring the same: a person decides, now.
            await self._give_up_on(error)
            return
        finally:
            content.release()
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
                    left_the_house=self._desk.shown,
                ),
                self.unkept,
            )
        return result.effects

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
            checkpoint = Checkpoint(name, result.model_dump_json(), seconds=seconds, replace=unreadable)
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

    async def _set_aside_as_deleted(self, gone: NotFound) -> None:
        """Set the email aside once its message has answered 404 for minutes. Raise NotYetThere before."""
        waited = sum(w.seconds for w in self._waits if (w.service, w.kind) == (gone.service, NotYetThere.kind))
        if waited < DELETED_AFTER_SECONDS:
            message = f"{gone.message}. It counts as deleted after {DELETED_AFTER_SECONDS:.0f} s."
            wait_seconds = min(waited, _LONGEST_WAIT_SECONDS)
            raise NotYetThere(gone.service, gone.operation, message, retry_after_seconds=wait_seconds) from gone
        await self.set_aside("The message was deleted from the mailbox before it could be read.")

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

    async def _give_up_on(self, error: Exception, why: str | None = None) -> None:
        log.error("email_failed", stage=self.at, error=type(error).__name__, exc_info=error)
        metrics.error_occurred(error, stage=self.at, error_class="mail")
        sentry.capture(error, stage=self.at)
        record_error(trace.get_current_span(), error)
        kind = type(error).__name__
        if why is None:
            what = (
                f": {error}" if isinstance(error, ExternalError | LostMailError | RulesFailedError) else ""
            )  # names no content of the mail
            why = f"Processing failed ({kind}{what}). See the trace and the log for where."
        await self.give_up(why, kind)

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
                    left_the_house=self._desk.shown,
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
