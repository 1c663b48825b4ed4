"""Misbehaviour on command."""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimstream.local.pubsub_server.broker import Entry, SubscriptionState

_RESPONSES = "responses of StreamingPull"
_WITHOUT_ANSWER = frozenset({"Acknowledge", "ModifyAckDeadline"})
"""The calls whose answer says nothing, so that it can be given without doing anything."""


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
    outlives_callers: bool = False
    """What a call asks for is done even though the caller has meanwhile given up: what a front end passed on before
    the connection ended."""
    refused_data: str = ""
    """Messages whose data begins with this are refused as those are that do not fit a topic's schema; empty: none."""
    malformed_ack_ids: int = 0
    """So many ids of the next Acknowledge and ModifyAckDeadline calls are called malformed, there and ever after: the
    service then refuses the whole call, and does not say for which id."""
    _malformed: set[str] = field(default_factory=set)
    _failures: dict[str, deque[Failure]] = field(default_factory=dict)
    _ignored: dict[str, deque[str | None]] = field(default_factory=dict)
    _lost_answers: dict[str, int] = field(default_factory=dict)
    _delays: dict[str, tuple[float, float]] = field(default_factory=dict)
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

    def delay(self, method: str, seconds: float, times: float = math.inf) -> None:
        """Answer the next `times` calls of a method later, or not until told otherwise (`math.inf` seconds); 0 seconds
        ends it, also for those that wait. What a call asks for happens after the delay."""
        self._delays[method] = (seconds, times)
        if not seconds and (ended := self._undelayed.pop(method, None)):
            ended.set()

    def delayed(self, method: str) -> int:
        """How many calls of a method are being delayed right now."""
        return self._delayed.get(method, 0)

    def delay_answers(self, method: str, seconds: float) -> None:
        """As `delay`, but what a call asks for happens at once, and only its answer is late."""
        self.delay(_answer(method), seconds)

    def delayed_answers(self, method: str) -> int:
        """How many answers to a method are being held back right now."""
        return self.delayed(_answer(method))

    def delay_responses(self, seconds: float) -> None:
        """What a stream delivers is leased, and sent only so much later."""
        self.delay(_RESPONSES, seconds)

    def ignore(self, method: str, times: int = 1, subscription: str | None = None) -> None:
        """Answer OK to the next Acknowledge or ModifyAckDeadline calls, of one subscription or of any, and do nothing.
        Without exactly-once delivery that is what the service may do."""
        if method not in _WITHOUT_ANSWER:
            raise ValueError(f"only {' and '.join(sorted(_WITHOUT_ANSWER))} can be ignored, not {method}")
        self._ignored.setdefault(method, deque()).extend([subscription] * times)

    def lose_answers(self, method: str, times: int = 1) -> None:
        """Do what the next calls of a method ask for, and answer UNAVAILABLE."""
        self._lost_answers[method] = self._lost_answers.get(method, 0) + times

    def fail_ack_ids(self, reason: str = "TRANSIENT_FAILURE_UNAVAILABLE", times: int = 1) -> None:
        """Under exactly-once delivery: the next `times` ids of Acknowledge and of releases fail with this reason. The
        lease of an id that is called invalid runs out then."""
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
        self._ignored.clear()
        self._lost_answers.clear()
        for method in list(self._delays):
            self.delay(method, 0)
        self._ack_id_failures.clear()
        self._unavailable_until = 0.0
        self.silent = False
        self.answers_heartbeats = True
        self.linger_seconds = 0.0
        self.outlives_callers = False
        self.refused_data = ""
        self.malformed_ack_ids = 0
        self._malformed.clear()
        for state in self.subscriptions(None):
            state.duplicate = state.reorder = 0
        self.wake()

    # asked by the service

    async def meet(self, method: str) -> Failure | None:
        """Waits the method's delay; the failure to answer with, if one is due."""
        await self._hold(method)
        if time.monotonic() < self._unavailable_until:
            return self._unavailable
        due = self._failures.get(method)
        return due.popleft() if due else None

    def ignores(self, method: str, subscription: str | None) -> bool:
        """Whether this call is answered without doing anything."""
        ignored = self._ignored.get(method)
        if not ignored or ignored[0] not in (None, subscription):
            return False
        ignored.popleft()
        return True

    async def leave(self, method: str) -> Failure | None:
        """Once a call is done: waits the delay of its answer; the failure to give instead, if the answer is lost."""
        await self._hold(_answer(method))
        if not self._lost_answers.get(method):
            return None
        self._lost_answers[method] -= 1
        return Failure("UNAVAILABLE", "the answer was lost by fault command")

    async def _hold(self, name: str) -> None:
        delay, times = self._delays.get(name, (0.0, 0.0))
        if not delay or not times:
            return
        self._delays[name] = (delay, times - 1)
        self._delayed[name] = self._delayed.get(name, 0) + 1
        ended = self._undelayed.setdefault(name, asyncio.Event())
        try:
            async with asyncio.timeout(delay):
                await ended.wait()
        except TimeoutError:
            pass
        finally:
            self._delayed[name] -= 1

    async def before_response(self) -> None:
        """Waits the delay of responses on streams."""
        await self._hold(_RESPONSES)

    def take_ack_id_failures(self, ack_ids: list[str]) -> dict[str, str]:
        failures = {}
        for ack_id in ack_ids:
            if not self._ack_id_failures:
                break
            failures[ack_id] = self._ack_id_failures.popleft()
        return failures

    def refuses_data(self, data: bytes) -> bool:
        return bool(self.refused_data) and data.startswith(self.refused_data.encode())

    def takes_for_malformed(self, ack_ids: list[str]) -> bool:
        new = ack_ids[: self.malformed_ack_ids]
        self.malformed_ack_ids -= len(new)
        self._malformed.update(new)
        return not self._malformed.isdisjoint(ack_ids)

    def shuffle(self, taken: "list[tuple[str, Entry]]") -> None:
        """In place. Messages of one ordering key keep their order, as they do in the worst that the service does."""
        places: dict[str, list[int]] = {}
        mixed = list(range(len(taken)))
        self._random.shuffle(mixed)
        for place, origin in enumerate(mixed):
            if key := taken[origin][1].message.ordering_key:
                places.setdefault(key, []).append(place)
        for of_key in places.values():
            for place, origin in zip(of_key, sorted(mixed[place] for place in of_key), strict=True):
                mixed[place] = origin
        taken[:] = [taken[origin] for origin in mixed]


def _answer(method: str) -> str:
    return f"answer to {method}"
