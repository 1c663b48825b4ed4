"""Emails from claim to end, with whoever else works on them: what an attempt does is told in :mod:`.attempt`.

Each stage's result is a checkpoint, so that a retry, a crash or another worker goes on after the last one. What fails
is told apart by whose fault it was: an outage makes the email wait and costs it nothing; a failure of the mail itself
ends with a person, at once and with the reason.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import trace

from claimstream.cancellation import raise_if_cancelled
from claimstream.domain.records.work import (
    Checkpoint,
    Claimed,
    Email,
    LostClaimError,
    NotClaimed,
    Waited,
)
from claimstream.external.errors import (
    BreakerOpen,
    DoubtedRefusal,
    LockedOut,
    NotYetThere,
    Outage,
    Throttled,
    Unauthorised,
)
from claimstream.pipeline.attempt import Attempt
from claimstream.pipeline.claim_deadline import ClaimDeadline
from claimstream.pipeline.one_by_one import OneByOne
from claimstream.pipeline.services import Rules, Services
from claimstream.pipeline.stages.deliver import deliver
from claimstream.pipeline.waits import UnwrittenAnswers, UnwrittenWaits, merged, waited_for
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

_ONE_BY_ONE = "it was in work when workers died: such emails are tried one by one"
_LONGEST_WAIT = 64
"""The longest wait, in shortest ones: an email whose calls fail is tried again ever less often, though nobody else
fails."""
_HELD_SECONDS = 30.0
"""The longest that an email keeps its place in the pipeline while others could work."""
_OF_ONE_MAILBOX = {"gmail", "google-oauth"}
"""Services that throttle and turn away each mailbox by itself."""
_MOST_FAILING = 10_000
"""Emails whose failures are counted: more than a worker ever holds."""
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


@dataclass(frozen=True, slots=True)
class Postponed:
    """A long wait in the database, alone or with its mailbox: the email gets a new message in ``seconds``."""

    seconds: float
    reason: str


Processed = Settled | Wait | Unknown | Shelved | Postponed


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
        self._unwritten_answers = UnwrittenAnswers()
        self._failures: dict[str, int] = {}
        """The failures in a row of each email that waits, the latest last. Those that another worker has
        finished are pushed out."""

    async def process(self, email_id: str) -> Processed:
        """Take the email as far as it goes. Raises nothing but cancellation: every failure has its outcome."""
        if email_id in self._in_work:
            return self._wait("delivered twice to this worker")
        self._in_work.add(email_id)
        started = time.monotonic()
        try:
            processed = await self._process(email_id)
            if not isinstance(processed, Wait | Postponed):
                self._failures.pop(email_id, None)
            return processed
        except Outage as outage:
            self._unwritten.add(email_id, waited_for(outage, since=started))
            return self._outage(email_id, outage, "claim")
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
        await self._write_answers(email_id, claimed)
        unwritten = self._unwritten.take(email_id)
        if isinstance(claimed, NotClaimed):
            if claimed.reason == "unknown":
                log.error("email_unknown", email_id=email_id)
                return Unknown()
            if claimed.reason == "busy":
                return self._wait("another worker has it")
            with correlated(email_id=email_id):
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
            raise_if_cancelled()
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
        attempt = Attempt(claimed, self._services, self._rules, deadline, waits=waits)
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
            self._unwritten_answers.add(email, attempt.unwritten_answers)
            await self._release(email, waits, attempt.unkept)
            waiting = self._outage(email.email_id, outage, attempt.at or "commit")
            return await self._place_given_back(email, outage, waiting)
        except asyncio.CancelledError:
            await asyncio.shield(self._release(email, (), attempt.unkept))
            raise

    async def _write_answers(self, email_id: str, claimed: Claimed | NotClaimed) -> None:
        """Write what was paid for while PostgreSQL was away, and let the attempt have it."""
        if isinstance(claimed, NotClaimed) and claimed.reason not in {"settled", "unknown"}:
            return
        answers = self._unwritten_answers.of(email_id)
        while answers:
            asked_by, answer = answers[0]
            if isinstance(claimed, NotClaimed) or (answer.stage in claimed.checkpoints and not answer.replace):
                await self._services.ledger.book(asked_by, answer)  # another worker has asked again
            else:
                await self._services.emails.checkpoint(claimed.email, answer)
                claimed.checkpoints[answer.stage] = answer.result
                claimed.seconds[answer.stage] = answer.seconds
                claimed.attempts[answer.stage] = claimed.email.attempt
            del answers[0]

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

    async def _place_given_back(self, email: Email, outage: Outage, waiting: Wait) -> Processed:
        """Let the email wait in the database where its place is of use to others; else here."""
        emails = self._services.emails
        try:
            if isinstance(outage, Unauthorised) and await emails.shelve(email):
                return Shelved()
            if waiting.seconds > _HELD_SECONDS and self._others_can_work(outage):
                if isinstance(outage, Throttled):
                    self._failures.pop(email.email_id, None)  # Gmail has said how long, and any worker may be next
                if await emails.postpone(email, seconds=waiting.seconds):
                    return Postponed(waiting.seconds, waiting.reason)
        except Outage:
            pass
        return waiting

    def _others_can_work(self, outage: Outage) -> bool:
        """Return True when only this email or its mailbox waits. In an outage for all, places that are held keep the
        rest of the mail in Pub/Sub."""
        if isinstance(outage, NotYetThere) or (isinstance(outage, DoubtedRefusal) and not outage.others_too):
            return True
        its_own = isinstance(outage, Throttled | Unauthorised) and not isinstance(outage, LockedOut)
        if its_own and outage.service in _OF_ONE_MAILBOX:
            return True
        others = self._services.others_seconds_ago(outage)
        return others is not None and any(seconds < _HELD_SECONDS for seconds in others)

    def _outage(self, email_id: str, outage: Outage, stage: str) -> Wait:
        metrics.error_occurred(outage, stage=stage, error_class="outage")
        log.log(
            outage.log_level,
            "email_waits",
            stage=stage,
            service=outage.service,
            operation=outage.operation,
            kind=type(outage).__name__,
        )
        return self._wait(
            f"{outage.service} is not available",
            at_least=max(outage.retry_after_seconds or 0.0, self._patience(email_id, outage)),
        )

    def _patience(self, email_id: str, outage: Outage) -> float:
        """Twice as long after each failure. A circuit has its own time, after which all who wait for it go on."""
        if isinstance(outage, BreakerOpen):
            return 0.0
        failures = self._failures[email_id] = self._failures.pop(email_id, 0) + 1
        if len(self._failures) > _MOST_FAILING:
            del self._failures[next(iter(self._failures))]
        return self._outage_wait_seconds * min(_LONGEST_WAIT, 2.0 ** min(failures - 1, 10))

    def _wait(self, reason: str, at_least: float = 0.0) -> Wait:
        # Spread out, so that waiting emails do not all knock in the same moment.
        return Wait(max(at_least, self._outage_wait_seconds) * random.uniform(0.8, 1.2), reason)  # noqa: S311
