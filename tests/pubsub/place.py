"""A topic with a subscription on some server, and what tests do with them."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from claimstream.pubsub import (
    Ack,
    Admin,
    Channel,
    Handler,
    Message,
    Outcome,
    Publisher,
    Settlement,
    Subscriber,
    SubscriberOptions,
)

T = TypeVar("T")

PATIENCE_SECONDS = 100.0


@dataclass(frozen=True)
class Place:
    channel: Channel
    admin: Admin
    project: str
    topic: str
    subscription: str
    publisher: Publisher

    async def publish(self, *texts: str, key: str = "") -> list[str]:
        """One after the other where a key asks for order, else together."""
        if key:
            return [await self.publisher.publish(text.encode(), ordering_key=key) for text in texts]
        return list(await asyncio.gather(*(self.publisher.publish(text.encode()) for text in texts)))

    def subscriber(
        self, handler: Handler, *, clock: Callable[[], float] = time.monotonic, **options: Any
    ) -> Subscriber:
        defaults = {"close_stream_seconds": 0.5, "cancel_grace_seconds": 0.2, "max_backoff_seconds": 0.5}
        return Subscriber(
            self.channel, self.subscription, handler, options=SubscriberOptions(**(defaults | options)), clock=clock
        )

    @contextlib.asynccontextmanager
    async def running(self, handler: Handler, **options: Any) -> AsyncIterator[Subscriber]:
        """Runs a subscriber; at the end shuts it down and makes sure that it ended well."""
        subscriber = self.subscriber(handler, **options)
        task = asyncio.create_task(subscriber.run())
        try:
            yield subscriber
        finally:
            await patiently(subscriber.shutdown(grace_seconds=5))
            await patiently(task)


class Inbox:
    """A handler that notes what it got; decides by `outcomes` (by text), else acknowledges."""

    def __init__(self, outcomes: dict[str, list[Outcome]] | None = None) -> None:
        self.messages: list[Message] = []
        self._outcomes = outcomes or {}
        self._changed = asyncio.Event()

    async def __call__(self, message: Message) -> Outcome:
        self.messages.append(message)
        self._changed.set()
        planned = self._outcomes.get(message.data.decode(), [])
        return planned.pop(0) if planned else Ack()

    @property
    def texts(self) -> list[str]:
        return [message.data.decode() for message in self.messages]

    async def has(self, count: int) -> list[str]:
        """Waits for that many calls."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.messages) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.texts


class Held:
    """A handler that waits until it is let go, and notes what became of its acknowledgements."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.let_go = asyncio.Event()
        self.results: list[Settlement] = []

    async def __call__(self, message: Message) -> Outcome:
        await self.inbox(message)
        await self.let_go.wait()
        return Ack(on_result=self.results.append)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


async def patiently(awaitable: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await awaitable


@contextlib.asynccontextmanager
async def place_on(channel: Channel, **subscription: Any) -> AsyncIterator[Place]:
    unique = uuid.uuid4().hex[:12]
    project = "projects/test"
    topic, name = f"{project}/topics/t-{unique}", f"{project}/subscriptions/s-{unique}"
    admin = Admin(channel)
    await admin.ensure_topic(topic)
    await admin.ensure_subscription(name, topic=topic, **subscription)
    publisher = Publisher(channel, topic)
    try:
        yield Place(channel, admin, project, topic, name, publisher)
    finally:
        await publisher.close()
