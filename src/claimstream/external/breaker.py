"""A circuit breaker: purgatory keeps the state, this guard decides what counts.

Failures of one mail alone never open a circuit, however many they are: see :data:`_DIFFERENT`.

purgatory 3.0.1 alone counts a cancellation as a failure (or, excluded, lets a cancelled probe close the circuit), lets
everybody through while half open, re-raises one stored exception whose traceback grows, tells nobody of rejected calls,
and reads the wall clock. Here the state is told of successes and failures only; everything else is decided around it.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Literal

from purgatory import AsyncAbstractUnitOfWork
from purgatory.domain.model import CLOSED, OPENED, Context, HalfOpenedState, OpenedState

from claimstream.cancellation import raise_if_owed
from claimstream.external.circuit_state import CircuitState
from claimstream.external.errors import BreakerOpen

log = logging.getLogger(__name__)

State = Literal["closed", "open", "half_open"]

_DIFFERENT = 3
"""The fewest subjects (emails, mailboxes) whose failures open a circuit. Each adds at most its share of the threshold:
with a threshold of 5, that is two failures of one subject in a row. Calls without a subject are one each."""
_PROBING: ContextVar[bool] = ContextVar("claimstream_probing", default=False)

_RAMP_SECONDS = 0.05
"""After a recovery the waiting calls are let go in groups of 1, 2, 4, … this far apart, not all at once."""
_PROBE_PATIENCE_SECONDS = 1.0
"""How long a waiter that was invited to probe has the turn to itself before the next one is invited too."""
_ASK_AGAIN_SECONDS = 2.0
"""While another process probes: after which the shared state is looked at again."""


@dataclass(frozen=True)
class BreakerEvent:
    """A change of state, or (``old == new``) a rejected call."""

    service: str
    old: State
    new: State
    at: datetime
    reason: str

    @property
    def kind(self) -> Literal["opened", "half_opened", "closed", "rejected"]:
        if self.old == self.new:
            return "rejected"
        if self.new == "open":
            return "opened"
        return "half_opened" if self.new == "half_open" else "closed"


Listener = Callable[[BreakerEvent], None]


class Verdict(Enum):
    """What a finished call says about the service."""

    ALIVE = "alive"
    FAILED = "failed"
    LOCKED_OUT = "locked_out"
    """The service turns away everybody who comes with our credentials: the circuit opens at once."""
    UNKNOWN = "unknown"
    """Cancelled, or our own defect: says nothing."""


@dataclass(frozen=True, eq=False)
class Permit:
    """One admitted call. ``epoch`` tells evidence of this state from a straggler's of an earlier one."""

    probe: bool
    epoch: int
    operation: str = ""
    subject: str | None = None
    """The email or mailbox that the call was for."""


@contextmanager
def probing() -> Iterator[None]:
    """Mark the calls inside as the probe of their circuit: see :attr:`Breaker.probed`."""
    token = _PROBING.set(True)
    try:
        yield
    finally:
        _PROBING.reset(token)


class Breaker:
    """The circuit of one service. Belongs to one event loop.

    ``unit_of_work`` is purgatory's, so that pods may share the state through Redis; while that store itself is down,
    the breaker goes on with what this process knows. Of all who share it one probes (in the same instant too, where the
    unit of work gives :class:`.Turns`); should it die of that, the next one does after another recovery time.
    """

    def __init__(
        self,
        name: str,
        *,
        threshold: int = 5,
        recovery_seconds: float = 30.0,
        unit_of_work: AsyncAbstractUnitOfWork | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.recovery_seconds = recovery_seconds
        self.probed = False
        """True while somebody probes the service (:func:`probing`). Other calls then wait until the circuit is closed:
        the mail that opened it is a bad judge of the service."""
        self.worked_before_opening = False
        """True where the operation whose failure opened the circuit had succeeded since the circuit was last closed: it
        is a new outage, and not the old one that the probe did not meet."""
        self._worked: set[str] = set()
        """The operations that have succeeded since then, other than for a probe."""
        self._most_of_one = -(-threshold // _DIFFERENT)
        self._failed: Counter[str] = Counter()
        """The failures of each subject since the last success."""
        self._clock = clock
        self._shared = CircuitState(name, threshold, recovery_seconds, unit_of_work, clock)
        self._state: State = "closed"
        self._epoch = 0
        self._opened_at: float | None = None
        """As it is shared: another one is another opening."""
        self._reopens_at = 0.0
        """Before this no call may be tried: the circuit is open, or another process has its probe out."""
        self._probe: Permit | None = None
        self._last_failure = ""
        self._answered_at: float | None = None
        self._listeners: list[Listener] = []
        self._waiters: deque[asyncio.Future[bool]] = deque()
        self._invited_until = 0.0
        self._ramp = 1
        self._timer: asyncio.TimerHandle | None = None
        self._looks_again_at = 0.0
        """While another process probes: when one of the waiters is to look at the shared state."""
        self._our_turn_until = 0.0
        """Until then nobody else probes: where the shared state is half open, that is our own word."""

    @property
    def state(self) -> State:
        """As last seen here. An open circuit stays ``open`` until somebody calls after the recovery time."""
        return self._state

    @property
    def last_failure(self) -> str:
        """What the last counted failure said, "" before any of this outage."""
        return self._last_failure

    @property
    def answered_seconds_ago(self) -> float | None:
        """Since the service last answered a call of this process; None before the first time."""
        return None if self._answered_at is None else self._clock() - self._answered_at

    @property
    def retry_after_seconds(self) -> float:
        """Until a call may be tried again, or it is worth asking whether it may; 0 when one may be tried now."""
        left = self._held_back_seconds
        return left if self._state == "open" else min(left, _ASK_AGAIN_SECONDS)

    @property
    def _held_back_seconds(self) -> float:
        return max(0.0, self._reopens_at - self._clock()) if self._state != "closed" else 0.0

    def add_listener(self, listener: Listener) -> None:
        """Called with each event, in the task that caused it. What it raises is logged and goes no further."""
        self._listeners.append(listener)

    async def admit(self, operation: str = "", subject: str | None = None) -> Permit:
        """Take leave to call, or raise a fresh :class:`BreakerOpen`. Give the permit back with :meth:`record`."""
        wanted = self._shared.want()
        async with self._shared.lock:
            context = await self._load(wanted)
            raise_if_owed()  # here, where no result is lost
            if self._state == "closed":
                return Permit(probe=False, epoch=self._epoch, operation=operation, subject=subject)
            not_the_probe = self.probed and not _PROBING.get()
            if not_the_probe or self._probe is not None or self._held_back_seconds > 0:
                raise self._rejection(operation)
            self._probe = permit = Permit(probe=True, epoch=self._epoch, operation=operation, subject=subject)
            try:
                ours = await self._is_our_turn()
                raise_if_owed()
                if not ours:
                    self._reopens_at = self._clock() + _ASK_AGAIN_SECONDS
                    raise self._rejection(operation)
                if context.state == OPENED:
                    context.set_state(HalfOpenedState())
                    await self._save(context, "the recovery time is over, one call may try")
            except BaseException:
                self._ended(permit)
                raise
            return permit

    async def record(self, permit: Permit, verdict: Verdict, reason: str = "") -> None:
        """Say how an admitted call ended. A straggler from before the last change of state decides nothing."""
        try:
            if verdict is not Verdict.UNKNOWN and self._counts(permit):
                wanted = self._shared.want()
                async with self._shared.lock:
                    context = await self._load(wanted)
                    if self._counts(permit):  # else another call or another process has changed it meanwhile
                        await self._count(context, permit, verdict, reason)
        finally:  # not before: nobody else is to probe while this one's word is being written down
            self._ended(permit)

    def _counts(self, permit: Permit) -> bool:
        return permit is self._probe or permit.epoch == self._epoch

    async def _count(self, context: Context, permit: Permit, verdict: Verdict, reason: str) -> None:
        if verdict is Verdict.ALIVE:
            self._answered_at = self._clock()
            self._failed.clear()
            if not permit.probe:
                self._worked.add(permit.operation)
            context.handle_end_request()
            reason = reason or "the service answers again"
        elif verdict is Verdict.LOCKED_OUT:
            self._last_failure = reason
            context.set_state(OpenedState(self.name))
        elif permit.probe or self._adds(context, permit.subject):
            self._last_failure = reason
            context.handle_exception(_FAILURE)
        if context.state == OPENED:
            self.worked_before_opening = permit.operation in self._worked
        await self._save(context, reason)

    def _adds(self, context: Context, subject: str | None) -> bool:
        """Return True when one more failure of the subject says anything new of the service."""
        if not context.failure_count:  # another worker has seen it answer
            self._failed.clear()
        if subject is None:
            return True
        self._failed[subject] += 1
        return self._failed[subject] <= self._most_of_one

    def _ended(self, permit: Permit) -> None:
        """Whoever waited for the end of a probe had no timer meanwhile."""
        if permit is self._probe:
            self._probe = None
            self._wake()

    def hold_back(self, seconds: float) -> None:
        """Let nobody try for so long, where that is longer than until now."""
        self._reopens_at = max(self._reopens_at, self._clock() + seconds)

    async def ready(self) -> None:
        """Wait until a call may be tried: no wait while closed; one waiter as the probe; after it the rest, ramped."""
        now = self._clock()
        if self._state == "closed":
            return
        if self.retry_after_seconds <= 0 and self._probe is None and now >= self._invited_until and not self._waiters:
            self._invited_until = now + _PROBE_PATIENCE_SECONDS
            return
        looked = False
        while not await self._let_go(first=looked):
            if await self._look() == "closed":
                return
            looked = True

    async def _let_go(self, *, first: bool) -> bool:
        """Wait in line. False: not to go, but to look at the shared state for all who wait, and to come back."""
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if first:
            self._waiters.appendleft(waiter)
        else:
            self._waiters.append(waiter)
        self._wake()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            else:  # was invited, and cannot come: the turn is the next one's
                self._invited_until = self._looks_again_at = 0.0
                self._wake()
            raise

    async def _look(self) -> State:
        wanted = self._shared.want()
        async with self._shared.lock:
            await self._load(wanted)
        return self._state

    def close(self) -> None:
        """Stop the timer. Waiters stay with those who wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        """Let go whoever may go now, and come back when the next one may."""
        if self._state == "closed":
            if self._timer is None and self._waiters:
                for _ in range(min(self._ramp, len(self._waiters))):
                    self._release()
                self._ramp *= 2
                self._come_back(_RAMP_SECONDS)
            return
        self.close()
        if not self._waiters or self._probe is not None:
            return
        now = self._clock()
        wait = max(self._held_back_seconds, self._invited_until - now)
        if wait <= 0:
            self._release()
            self._invited_until = now + _PROBE_PATIENCE_SECONDS
            wait = _PROBE_PATIENCE_SECONDS
        elif self._state == "half_open" and self._held_back_seconds > 0:  # only the shared state tells of that probe
            if now >= self._looks_again_at:
                self._release(go=False)
                self._looks_again_at = now + _ASK_AGAIN_SECONDS
            wait = min(wait, self._looks_again_at - now)
        self._come_back(wait)

    def _release(self, *, go: bool = True) -> None:
        waiter = self._waiters.popleft()
        if not waiter.done():
            waiter.set_result(go)

    def _come_back(self, seconds: float) -> None:
        if self._waiters:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._wake()

    def _rejection(self, operation: str) -> BreakerOpen:
        """A new error each time: one stored exception would grow its traceback with every raise."""
        after = self.retry_after_seconds
        why = f" after: {self._last_failure}" if self._last_failure else ""
        elsewhere = "another worker is trying it now" if self._state == "half_open" else f"tried again in {after:.0f} s"
        when = elsewhere if after > 0 else "it is being tried now" if self.probed else "one call is trying it now"
        error = BreakerOpen(
            self.name,
            operation,
            f"held back, the circuit is {self._state.replace('_', ' ')} ({when}){why}",
            retry_after_seconds=after,
        )
        self._tell(BreakerEvent(self.name, self._state, self._state, datetime.now(UTC), error.message))
        return error

    async def _load(self, wanted: int) -> Context:
        if await self._shared.read(wanted):
            self._looks_again_at = self._clock() + _ASK_AGAIN_SECONDS
            self._saw(self._shared.context, "as another worker saw it", elsewhere=True)
        return self._shared.context

    async def _is_our_turn(self) -> bool:
        until = self._clock() + self.recovery_seconds
        ours = await self._shared.take_turn()
        if ours:
            self._our_turn_until = until
        return ours

    async def _save(self, context: Context, reason: str) -> None:
        """Shared first: a caller that is cancelled meanwhile leaves here what was, and the next one reads what is."""
        await self._shared.write(context)
        self._saw(context, reason)

    def _saw(self, context: Context, reason: str, *, elsewhere: bool = False) -> None:
        new: State = "closed" if context.state == CLOSED else "open" if context.state == OPENED else "half_open"
        old, self._state = self._state, new
        if new == "open" and context.opened_at != self._opened_at:  # also when a probe of another process has failed
            # purgatory notes the wall clock; a clock that jumps may shorten or stretch the wait by no more than itself
            elapsed = time.time() - (context.opened_at or 0.0)
            self._reopens_at = self._clock() + self.recovery_seconds - min(max(elapsed, 0.0), self.recovery_seconds)
        self._opened_at = context.opened_at if new == "open" else None
        if new == old:
            return
        if new == "closed":
            self._last_failure = ""
            self._worked.clear()
        elif new == "open" and elsewhere:
            self._last_failure = self._last_failure or reason
            self.worked_before_opening = False
        if new == "half_open" and elsewhere and self._clock() >= self._our_turn_until:
            self._reopens_at = self._clock() + self.recovery_seconds
        self._epoch += 1
        self._ramp = 1
        self._invited_until = 0.0
        self.close()
        self._wake()
        self._tell(BreakerEvent(self.name, old, new, datetime.now(UTC), reason))

    def _tell(self, event: BreakerEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                extra = {"action": "breaker_listener_failed"}
                log.exception("a listener of the breaker %s failed", self.name, extra=extra)


_FAILURE = RuntimeError("counted as a failure")
"""purgatory wants an exception; what it was is told in ``reason``, and this one is never raised."""
