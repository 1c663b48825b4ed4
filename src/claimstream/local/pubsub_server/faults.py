"""Misbehaviour on command."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimstream.local.pubsub_server.broker import SubscriptionState


@dataclass(frozen=True, slots=True)
class Failure:
    """A status to answer with."""

    code: str
    details: str


@dataclass(eq=False)
class Faults:
    """Commands to the server, each in force until it is used up or cleared. `method` is a bare RPC name, like
    "Acknowledge" or "StreamingPull"; `subscription` a full name, None for all."""

    subscriptions: Callable[[str | None], "list[SubscriptionState]"]
    break_open_streams: Callable[[str | None, Failure], int]
    wake: Callable[[], None]
    silent: bool = False
    """Heartbeats are not answered and nothing is delivered, though streams stay open."""
    answers_heartbeats: bool = True
    heartbeats: int = 0
    """How many were received."""
    heartbeats_answered: int = 0
    linger_seconds: float = 0.0
    """A stream that the client half-closed goes on delivering for this long."""
    _failures: dict[str, deque[Failure]] = field(default_factory=dict)
    _delays: dict[str, float] = field(default_factory=dict)
    _delayed: dict[str, int] = field(default_factory=dict)
    _undelayed: dict[str, asyncio.Event] = field(default_factory=dict)
    _unavailable_until: float = 0.0
    _unavailable: Failure = Failure("UNAVAILABLE", "")
    _ack_id_failures: deque[str] = field(default_factory=deque)
    _random: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311  # repeatable

    def break_streams(
        self,
        code: str = "UNAVAILABLE",
        details: str = "stream broken by fault command",
        subscription: str | None = None,
    ) -> int:
        """End every open stream with a status; returns how many there were."""
        return self.break_open_streams(subscription, Failure(code, details))

    def fail(self, method: str, code: str, times: int = 1, details: str = "failed by fault command") -> None:
        """Answer the next calls of a method with a status."""
        self._failures.setdefault(method, deque()).extend([Failure(code, details)] * times)

    def unavailable_for(self, seconds: float, code: str = "UNAVAILABLE", *, break_streams: bool = True) -> None:
        """Refuse every call for a while, and end the open streams."""
        self._unavailable_until = time.monotonic() + seconds
        self._unavailable = Failure(code, "unavailable by fault command")
        if break_streams:
            self.break_streams(code)

    def available(self) -> None:
        self._unavailable_until = 0.0

    def delay(self, method: str, seconds: float) -> None:
        """Answer calls of a method later, or not until told otherwise (`math.inf`); 0 ends it, also for those that
        wait. What a call asks for happens after the delay."""
        self._delays[method] = seconds
        if not seconds and (ended := self._undelayed.pop(method, None)):
            ended.set()

    def delayed(self, method: str) -> int:
        """How many calls of a method are being delayed right now."""
        return self._delayed.get(method, 0)

    def fail_ack_ids(self, reason: str = "TRANSIENT_FAILURE_UNAVAILABLE", times: int = 1) -> None:
        """Under exactly-once delivery: the next `times` ids of Acknowledge and of releases fail with this reason."""
        self._ack_id_failures.extend([reason] * times)

    def expire_leases(self, subscription: str | None = None) -> int:
        """Every lease runs out now."""
        expired = sum(state.expire_leases(time.monotonic()) for state in self.subscriptions(subscription))
        self.wake()
        return expired

    def duplicate(self, messages: int, subscription: str | None = None) -> None:
        """Deliver each of the next messages twice."""
        for state in self.subscriptions(subscription):
            state.duplicate += messages

    def reorder(self, responses: int, subscription: str | None = None) -> None:
        """Shuffle each of the next responses."""
        for state in self.subscriptions(subscription):
            state.reorder += responses

    def clear(self) -> None:
        self._failures.clear()
        for method in list(self._delays):
            self.delay(method, 0)
        self._ack_id_failures.clear()
        self._unavailable_until = 0.0
        self.silent = False
        self.answers_heartbeats = True
        self.linger_seconds = 0.0
        for state in self.subscriptions(None):
            state.duplicate = state.reorder = 0
        self.wake()

    # asked by the service

    async def meet(self, method: str) -> Failure | None:
        """Waits the method's delay; the failure to answer with, if one is due."""
        delay = self._delays.get(method, 0.0)
        if delay:
            self._delayed[method] = self._delayed.get(method, 0) + 1
            ended = self._undelayed.setdefault(method, asyncio.Event())
            try:
                async with asyncio.timeout(delay):
                    await ended.wait()
            except TimeoutError:
                pass
            finally:
                self._delayed[method] -= 1
        if time.monotonic() < self._unavailable_until:
            return self._unavailable
        due = self._failures.get(method)
        return due.popleft() if due else None

    def take_ack_id_failures(self, ack_ids: list[str]) -> dict[str, str]:
        failures = {}
        for ack_id in ack_ids:
            if not self._ack_id_failures:
                break
            failures[ack_id] = self._ack_id_failures.popleft()
        return failures

    def shuffle(self, taken: list[tuple[str, object]]) -> None:
        self._random.shuffle(taken)
