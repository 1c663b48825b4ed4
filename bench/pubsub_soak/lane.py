"""What is published and consumed under faults."""

import asyncio
import contextlib
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from bench.pubsub_soak.ledger import Ledger
from claimstream.pubsub import (
    Ack,
    Admin,
    Channel,
    DeadLetter,
    Message,
    Nack,
    Outcome,
    Publisher,
    PubSubError,
    Retry,
    Settlement,
    Subscriber,
    SubscriberOptions,
)

_BACKLOG = 5_000  # published and not yet settled, in each lane
_PUBLISHERS = 200  # calls of publish() at once, in each lane
_OPTIONS: dict[str, Any] = {
    "max_handling_seconds": 3.0,
    "cancel_grace_seconds": 1.0,
    "exactly_once_min_lease_seconds": 10,
    "ack_timeout_seconds": 5.0,
    "heartbeat_seconds": 1.0,
    "pong_seconds": 1.0,
    "max_backoff_seconds": 1.0,
}


class DeliberateError(Exception):
    """What a handler raises at random."""


class Lane:
    """A topic with a subscription, its publisher and its subscriber."""

    def __init__(self, channel: Channel, name: str, seed: int, keys: int, *, exactly_once: bool) -> None:
        self.ledger = Ledger(name, exactly_once=exactly_once)
        self.topic = f"projects/soak/topics/{name}"
        self.subscription = f"projects/soak/subscriptions/{name}"
        self.reconnects = 0
        self._channel = channel
        self._seed = seed
        self._keys = keys
        self._publisher = Publisher(channel, self.topic)
        self._subscriber = self._new()
        self._run: asyncio.Task[None] | None = None
        self._next: Counter[str] = Counter()
        self._room = asyncio.Event()

    async def create(self) -> None:
        admin = Admin(self._channel)
        await admin.ensure_topic(self.topic)
        await admin.ensure_subscription(
            self.subscription,
            topic=self.topic,
            ack_deadline_seconds=10,
            enable_ordering=True,
            enable_exactly_once=self.ledger.exactly_once,
        )

    # publishing

    async def publish(self, wanted: Callable[[], bool], early: Callable[[], bool]) -> None:
        """As long as more is wanted, and not when it is too early for it."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_PUBLISHERS):
                group.create_task(self._publish(wanted, early))
        await self._publisher.close()

    async def _publish(self, wanted: Callable[[], bool], early: Callable[[], bool]) -> None:
        while wanted():
            if early():
                await asyncio.sleep(0.05)
                continue
            if len(self.ledger.unsettled) >= _BACKLOG:
                self._room.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._room.wait()
                continue
            key = self._key(self.ledger.published)
            text = f"{key}/{self._next[key]}"
            self._next[key] += 1
            self.ledger.publish(text)
            try:
                await self._publisher.publish(text.ljust(120).encode(), ordering_key=key)
            except PubSubError as error:
                self.ledger.violation(f"{text} could not be published: {error}")

    def _key(self, index: int) -> str:
        chance = _chance(self._seed, self.ledger.name, index)
        return f"k{int(chance * 5 * self._keys)}" if self._keys and chance < 0.2 else ""

    # handling

    def _new(self) -> Subscriber:
        options = SubscriberOptions(**_OPTIONS, dead_letter=self._bury)
        return Subscriber(self._channel, self.subscription, self._handle, options=options)

    async def _handle(self, message: Message) -> Outcome:
        text = message.data.decode().rstrip()
        attempt = self.ledger.begin(text, message.id)
        try:
            return await self._decide(text, message.id, _chance(self._seed, self.ledger.name, text, attempt))
        finally:
            self.ledger.end(text)

    async def _decide(self, text: str, message_id: str, chance: float) -> Outcome:
        if chance > 0.1:
            return self._ack(text, message_id)
        match int(chance * 1000):
            case number if number < 20:
                return Nack()
            case number if number < 35:
                raise DeliberateError
            case number if number < 50:
                return Retry(after=0.05, rerun=True)
            case number if number < 60:
                return Retry(after=0.05)
            case number if number < 65:
                return "done"  # type: ignore[return-value]  # what a careless handler returns
            case number if number < 75:
                return DeadLetter("at random")
            case number if number < 76:
                await asyncio.sleep(3600)  # until it is cancelled
        await asyncio.sleep(chance * 2)
        return self._ack(text, message_id)

    def _ack(self, text: str, message_id: str) -> Ack:
        self.ledger.finish(text)

        def settled(settlement: Settlement) -> None:
            self.ledger.settle(text, message_id, settlement)
            self._room.set()

        return Ack(on_result=settled)

    async def _bury(self, message: Message, reason: str) -> None:
        text = message.data.decode().rstrip()
        if _chance(reason, message.id) < 0.1:
            raise DeliberateError
        self.ledger.finish(text)
        # whether the acknowledgement that follows arrives, the server is asked at the end
        self.ledger.settle(text, "", Settlement.CONFIRMED)

    # the subscriber's life

    def start(self) -> None:
        self._run = asyncio.create_task(self._subscriber.run())

    async def stop(self, grace_seconds: float = 10.0) -> None:
        if self._run is None:
            return
        await self._subscriber.shutdown(grace_seconds)
        await self._run
        self._run = None
        self.ledger.forget()
        self.reconnects += self._subscriber.statistics().reconnects

    async def replace(self, grace_seconds: float) -> None:
        """Another subscriber takes over, as when a worker is replaced."""
        await self.stop(grace_seconds)
        self._subscriber = self._new()
        self.start()

    async def pause(self, seconds: float) -> None:
        self._subscriber.pause("soak")
        await asyncio.sleep(seconds)
        self._subscriber.resume("soak")

    def failure(self) -> str | None:
        """Why the subscriber ended by itself, if it did."""
        if self._run is None or not self._run.done():
            return None
        return f"the subscriber of {self.ledger.name} ended: {self._run.exception()!r}"


def _chance(*parts: object) -> float:
    """0 up to 1, always the same for the same parts."""
    return zlib.crc32(repr(parts).encode()) / 2**32
