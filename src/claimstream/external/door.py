"""The one door: every call to another service goes through ``Service.call``.

Around each attempt: a bulkhead slot, the circuit breaker, a time-out and a client span of its own (the HTTP conventions
count each resending as a request). Around the attempts: retries with jitter that honour the service's retry-after. The
caller's span gets an event for each wait, retry, rejection and change of the circuit.
"""

import asyncio
import contextvars
import random
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import stamina
from opentelemetry import metrics, trace
from opentelemetry.metrics import Meter
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue
from purgatory import AsyncAbstractUnitOfWork

from claimstream.external.breaker import Breaker, BreakerEvent, Listener, State, Verdict
from claimstream.external.bulkhead import Bulkhead
from claimstream.external.errors import (
    BreakerOpen,
    DoubtedRefusal,
    Exists,
    ExternalError,
    LockedOut,
    NotFound,
    Outage,
    Refused,
    Throttled,
    Unauthorised,
    UnexpectedFailure,
)
from claimstream.external.instruments import Instruments
from claimstream.external.policy import DEFAULT_POLICIES, DEFAULT_POLICY, Policy
from claimstream.external.spans import error_type, outcome, span_name
from claimstream.external.witnesses import Judgement, OwnersAnswered, Witnesses
from claimstream.telemetry import correlation, sentry
from claimstream.telemetry.best_effort import best_effort
from claimstream.telemetry.current_span import CurrentSpan
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

T = TypeVar("T")

Classify = Callable[[BaseException], ExternalError | None]
"""Turns what a client library raised into one of ours; None: it does not know this one."""
Control = Callable[[], Awaitable[object]]
"""The same operation with harmless content, asked when it is in doubt whether it works at all."""

_SCOPE = "claimstream.external"
_IS_CONTROL: ContextVar[bool] = ContextVar("claimstream_is_control", default=False)
_NOBODYS = sys.stdlib_module_names | {"pydantic"}
"""Packages that raise what whoever called them has caused."""


@dataclass(frozen=True)
class _Call(Generic[T]):
    operation: str
    function: Callable[[], Awaitable[T]]
    timeout_seconds: float
    attributes: Mapping[str, AttributeValue]
    labels: Mapping[str, str]
    subject: str | None
    """The one to blame for a failure: the email in work, else what the caller named. What the caller named, an email or
    not, while others are answered."""
    owner: str
    """What the caller named, for whose share of the service's slots it is."""


class Service:
    """One service behind the door. Made by :meth:`Door.service`."""

    def __init__(
        self,
        breaker: Breaker,
        policy: Policy,
        classify: Classify,
        *,
        unknown_is_outage: bool,
        tracer: Tracer,
        to: Instruments,
    ) -> None:
        self.name = breaker.name
        self.breaker = breaker
        self.policy = policy
        self._classify = classify
        self._unknown_is_outage = unknown_is_outage
        self._tracer = tracer
        self._instruments = to
        self.bulkhead = Bulkhead(policy.concurrency)
        self.witnesses = Witnesses(doubt_seconds=policy.doubt_seconds)
        self._answers = OwnersAnswered()

    @property
    def full(self) -> bool:
        """Whether one more call would wait for a slot of the bulkhead."""
        return self.bulkhead.full

    async def call(
        self,
        operation: str,
        function: Callable[[], Awaitable[T]],
        *,
        retry: bool = True,
        timeout_seconds: float | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        subject: str | None = None,
        control: Control | None = None,
    ) -> T:
        """The result of ``function()``, which is called once for each attempt.

        A :class:`Refused` of an email's request is raised once it is known to be that email's own
        (:class:`.Witnesses`); until then it is an :class:`Outage`, and the email waits.

        :param retry: False where a second attempt could do harm.
        :param timeout_seconds: for one attempt, instead of the policy's.
        :param attributes: of the client span; ``function`` may set more on the current span.
        :param subject: whose call it is, where the service may fail or be slow for one alone: a mailbox.
        :param control: decides at once whether a refusal is the email's own.
        :raises ExternalError: as ``classify`` said, with what was raised as its cause.
        """
        labels = {"service": self.name, "operation": operation}
        timeout = self.policy.timeout_seconds if timeout_seconds is None else timeout_seconds
        started = time.monotonic()
        ended_as = "cancelled"
        try:
            owner = subject or ""
            blamed = owner if owner and self._answers.others_of(owner) else correlation.email_id() or subject
            call = _Call(operation, function, timeout, attributes or {}, labels, blamed, owner)
            try:
                result = await self._attempts(call, retry=retry)
            except DoubtedRefusal as doubted:
                known = await self._held_against(control, doubted, call)
                raise known from known.__cause__
            ended_as = outcome(None)
            return result
        except BaseException as error:
            ended_as = outcome(error)
            raise
        finally:
            with best_effort("door"):
                self._instruments.duration.record(time.monotonic() - started, {**labels, "outcome": ended_as})

    async def _attempts(self, call: _Call[T], *, retry: bool) -> T:
        try:
            return await self._attempt(call)
        except Exception as error:
            if not retry:
                raise
            return await self._again(call, error)

    async def _again(self, call: _Call[T], error: Exception) -> T:
        """After a first attempt. stamina is asked no sooner: to set it up costs as much as all else here."""
        failed_at, failed_as = time.monotonic(), error_type(error)
        async for attempt in stamina.retry_context(
            on=self._wait_before_retry,
            attempts=self.policy.attempts,
            timeout=None,
            wait_initial=self.policy.backoff_initial_seconds,
            wait_max=self.policy.backoff_max_seconds,
            wait_jitter=self.policy.backoff_initial_seconds,
        ):
            with attempt:
                if attempt.num == 1:
                    raise error
                if "http.request.method" in call.attributes:
                    resent: dict[str, AttributeValue] = {"http.request.resend_count": attempt.num - 1}
                    call = replace(call, attributes={**call.attributes, **resent})
                with best_effort("door"):
                    self._instruments.retries.add(1, call.labels)
                waited = {"attempt": attempt.num, "waited_seconds": time.monotonic() - failed_at}
                _event("retry", call.labels, {**waited, "error.type": failed_as})
                try:
                    return await self._attempt(call)
                except Exception as failure:
                    failed_at, failed_as = time.monotonic(), error_type(failure)
                    raise
        raise AssertionError("stamina returns or raises")

    async def _attempt(self, call: _Call[T]) -> T:
        queued = time.monotonic() if self.bulkhead.would_wait(call.owner) else None
        await self.bulkhead.enter(call.owner)
        try:
            if queued is not None:
                _event("bulkhead.wait", call.labels, {"waited_seconds": time.monotonic() - queued})
            try:
                permit = await self.breaker.admit(call.operation, call.subject)
            except BreakerOpen as error:
                with best_effort("door"):
                    self._instruments.rejections.add(1, call.labels)
                _event("breaker.rejected", call.labels, {"retry_after_seconds": error.retry_after_seconds or 0.0})
                raise
            verdict, reason = Verdict.UNKNOWN, ""
            try:
                result = await self._within(call)
                verdict = Verdict.ALIVE
                self.witnesses.success(call.operation, correlation.email_id() or "")
                self._answers.note(call.owner)
                return result
            except ExternalError as error:
                verdict, judged = self._judged(error, call.operation)
                reason = judged.message
                if judged is error:
                    raise
                raise judged from error
            finally:
                await self.breaker.record(permit, verdict, reason)
        finally:
            self.bulkhead.leave(call.owner)

    def _judged(self, error: ExternalError, operation: str) -> tuple[Verdict, ExternalError]:
        """Return what the failure says of the service, and the error to raise."""
        if isinstance(error, Refused) and _IS_CONTROL.get():
            return Verdict.UNKNOWN, error  # it is counted with the email whose request it stands for
        email_id = correlation.email_id()
        if not isinstance(error, Refused) or isinstance(error, NotFound | Exists) or email_id is None:
            return _verdict(error, self.policy), error
        judgement = self.witnesses.refusal(operation, error.status, email_id)
        if judgement is Judgement.ITS_OWN:
            return Verdict.ALIVE, error
        ours = judgement is Judgement.OURS
        return Verdict.FAILED if ours else Verdict.UNKNOWN, DoubtedRefusal(error, others_too=ours)

    async def _held_against(self, control: Control | None, doubted: DoubtedRefusal, call: _Call[T]) -> ExternalError:
        """The refusal itself where a harmless request succeeds, else the outage that it is."""
        if control is None or doubted.others_too:
            return doubted
        try:
            # Not in the context of the email: it is no part of its work, and its success is not the email's.
            await asyncio.create_task(_ask(control), context=contextvars.Context())
        except Refused:
            ours = DoubtedRefusal(doubted.refusal, others_too=True)
            permit = await self.breaker.admit(call.operation, call.subject)
            await self.breaker.record(permit, Verdict.FAILED, ours.message)
            return ours
        except ExternalError:
            return doubted
        return doubted.refusal

    async def _within(self, call: _Call[T]) -> T:
        client = self._tracer.start_span(
            span_name(self.name, call.operation, call.attributes),
            kind=SpanKind.CLIENT,
            attributes={"service.peer.name": self.name, **call.attributes},
        )
        with CurrentSpan(client) as span:  # records no exception: what a library raises may quote the mail
            deadline = asyncio.timeout(call.timeout_seconds)
            try:
                async with deadline:
                    return await call.function()
            except asyncio.CancelledError:
                span.add_event("cancelled", {"exception.type": "CancelledError"})  # no error: how a worker shuts down
                raise
            except BaseException as raised:
                timed_out = isinstance(raised, TimeoutError) and deadline.expired()
                error = self._timed_out(call) if timed_out else self._classified(raised, call.operation)
                kind = "timeout" if timed_out else error_type(error or raised)
                span.set_attribute("error.type", kind)
                span.set_status(Status(StatusCode.ERROR, kind))
                if error is None or error is raised:
                    raise
                raise error from raised

    def _timed_out(self, call: _Call[T]) -> Outage:
        what = f"no answer within {call.timeout_seconds:g} s"
        return Outage(self.name, call.operation, f"{what}. Check that it is up and reachable.")

    def _classified(self, raised: BaseException, operation: str) -> ExternalError | None:
        if isinstance(raised, ExternalError):
            error: ExternalError | None = raised
        else:
            error = self._classify(raised) if isinstance(raised, Exception) else None
            if error is None and self._unknown_is_outage and isinstance(raised, Exception):
                error = self._unexpected(raised, operation)
            if error is not None:
                error.__cause__ = raised
        if error is not None:
            error.operation = error.operation or operation
        return error

    def _unexpected(self, raised: Exception, operation: str) -> UnexpectedFailure | None:
        """An outage until proven otherwise, where the client library raised it; None for a defect of our own code."""
        library = _raised_in(raised)
        if library is None:
            return None
        kind = type(raised).__name__
        log.error("external_failed_unexpectedly", service=self.name, operation=operation, error=kind, library=library)
        sentry.capture(raised)
        return UnexpectedFailure(self.name, operation, f"failed in an unexpected way ({kind}, raised in {library})")

    def _wait_before_retry(self, error: Exception) -> bool | float:
        if not isinstance(error, Outage) or isinstance(error, BreakerOpen | DoubtedRefusal | Unauthorised):
            return False
        after = error.retry_after_seconds
        if after is None:
            return True
        if after > self.policy.backoff_max_seconds:
            return False  # too long to hold a call for: the work waits outside
        return after + random.uniform(0, self.policy.backoff_initial_seconds)  # noqa: S311 - spreads load, no secret


class Door:
    """All services of one process, one policy and one circuit each. Belongs to one event loop."""

    def __init__(
        self,
        policies: Mapping[str, Policy] | None = None,
        *,
        on_breaker_event: Listener | None = None,
        tracer: Tracer | None = None,
        meter: Meter | None = None,
        unit_of_work: AsyncAbstractUnitOfWork | None = None,
    ) -> None:
        """
        :param policies: by service name, instead of those in :data:`DEFAULT_POLICIES`.
        :param on_breaker_event: told of each opening, probe, closing and rejection; must not block.
        :param unit_of_work: purgatory's, to share the circuits between pods (``AsyncRedisUnitOfWork``).
        """
        self._policies = {**DEFAULT_POLICIES, **(policies or {})}
        self._on_breaker_event = on_breaker_event
        self._tracer = tracer or trace.get_tracer(_SCOPE)
        self._unit_of_work = unit_of_work
        self._services: dict[str, Service] = {}
        self.meter = meter or metrics.get_meter(_SCOPE)
        """For metrics of a client's own."""
        self._instruments = Instruments(self.meter, self.states)
        # The caller's span and the metrics tell of each retry; the library's own hooks would write them to stdout too.
        stamina.instrumentation.set_on_retry_hooks([])

    def service(self, name: str, classify: Classify, *, unknown_is_outage: bool = True) -> Service:
        """The service of that name; made at the first call, after which ``classify`` stays as it was.

        :param unknown_is_outage: False: what ``classify`` does not know is raised as it is, whoever raised it.
        """
        if name not in self._services:
            policy = self._policies.get(name, DEFAULT_POLICY)
            breaker = Breaker(
                name,
                threshold=policy.breaker_threshold,
                recovery_seconds=policy.breaker_recovery_seconds,
                unit_of_work=self._unit_of_work,
            )
            breaker.add_listener(self._note)
            if self._on_breaker_event is not None:
                breaker.add_listener(self._on_breaker_event)
            self._services[name] = Service(
                breaker,
                policy,
                classify,
                unknown_is_outage=unknown_is_outage,
                tracer=self._tracer,
                to=self._instruments,
            )
        return self._services[name]

    def breaker(self, name: str) -> Breaker:
        """
        :raises KeyError: no client of that name has been made.
        """
        return self._services[name].breaker

    def states(self) -> Mapping[str, State]:
        """The circuit of each service, as this process last saw it."""
        return {name: service.breaker.state for name, service in self._services.items()}

    def answered(self) -> dict[str, float]:
        """How many seconds ago each service last answered this process; without those that never did."""
        ago = {name: service.breaker.answered_seconds_ago for name, service in self._services.items()}
        return {name: seconds for name, seconds in ago.items() if seconds is not None}

    def others_seconds_ago(self, failure: Outage) -> tuple[float, ...] | None:
        """Return how long ago the operation that failed last succeeded for each of the latest five other emails; None
        where the failure says nothing of the email in work: it was held back, came at a time of too many (others
        are let in meanwhile, too), or it is the credentials'."""
        service = self._services.get(failure.service)
        if service is None or isinstance(failure, BreakerOpen | LockedOut | Throttled):
            return None
        if isinstance(failure, Unauthorised) and not service.policy.one_credential:
            return None
        return service.witnesses.others_seconds_ago(failure.operation, correlation.email_id() or "")

    async def close(self) -> None:
        """Stop the timers of breakers and bulkheads. The clients close their own connections."""
        for service in self._services.values():
            service.breaker.close()
            service.bulkhead.close()

    def _note(self, event: BreakerEvent) -> None:
        if event.kind == "rejected":
            return  # the rejected call notes it, with its operation
        if event.kind == "closed":
            self._services[event.service].bulkhead.ramp()
        labels = {"service": event.service, "state": event.new}
        with best_effort("door"):
            self._instruments.transitions.add(1, labels)
        _event(f"breaker.{event.kind}", {"service": event.service}, {})


def _verdict(error: ExternalError, policy: Policy) -> Verdict:
    """A service that throttles or refuses is alive, and so is one that turns away the credentials of one mailbox: that
    must not hold up all the others. An outage is a failure of the service."""
    if isinstance(error, LockedOut):
        return Verdict.LOCKED_OUT
    if isinstance(error, Throttled | Refused) or (isinstance(error, Unauthorised) and not policy.one_credential):
        return Verdict.ALIVE
    return Verdict.FAILED if isinstance(error, Outage) else Verdict.UNKNOWN


def _raised_in(error: Exception) -> str | None:
    """The library that raised it; None where our own code did, or whoever called the door."""
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    roots = [module.partition(".")[0] for module in modules]
    inside = roots[modules.index(__name__) + 1 :]
    ours = {__name__.partition(".")[0], *inside[:1]}
    raiser = next((root for root in reversed(inside) if root not in _NOBODYS), None)
    return None if raiser is None or raiser in ours else raiser


async def _ask(control: Control) -> None:
    _IS_CONTROL.set(True)
    await control()


def _event(name: str, labels: Mapping[str, str], attributes: Mapping[str, AttributeValue]) -> None:
    trace.get_current_span().add_event(f"claimstream.external.{name}", {**labels, **attributes})
