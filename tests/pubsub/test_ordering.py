"""Ordering keys when messages are released."""

import asyncio
import math
from typing import Any

from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Inbox, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Message, Nack, Outcome


class HeldOnce(Inbox):
    """Releases "a" on its first delivery, when `go` is set."""

    def __init__(self) -> None:
        super().__init__({"a": [Nack()]})
        self.go = asyncio.Event()

    async def __call__(self, message: Message) -> Outcome:
        outcome = await super().__call__(message)
        if len(self.messages) == 1:
            await self.go.wait()
        return outcome


async def test_a_release_under_exactly_once_delivery_happens_once(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_exactly_once=True, enable_ordering=True)
    inbox = Inbox({"a": [Nack()]})
    texts = ["a", "b", "c", "d"]
    await place.publish(*texts, key="k")
    async with place.running(inbox):
        assert await inbox.has(5) == ["a", *texts]
        await until(lambda: server.snapshot(place.subscription).acked == 4)
    assert server.snapshot(place.subscription).nacked <= 4


async def test_a_message_that_was_under_way_at_a_release_is_not_handled_ahead(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_ordering=True)
    inbox = HeldOnce()
    async with place.running(inbox, receipt_seconds=60) as subscriber:
        await place.publish("a", key="k")
        await inbox.has(1)
        server.faults.delay_responses(math.inf)
        await place.publish("b", key="k")
        await until(lambda: server.snapshot(place.subscription).outstanding == 2)  # sent, and not yet here
        inbox.go.set()
        await until(lambda: subscriber.statistics().nacked == 1)  # the service has answered the release
        server.faults.delay_responses(0)
        await until(lambda: server.snapshot(place.subscription).acked >= 2)
    assert inbox.texts[:3] == ["a", "a", "b"]


async def test_followers_are_not_released_before_the_message_whose_release_waits(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_ordering=True)
    inbox = HeldOnce()
    server.faults.delay("ModifyAckDeadline", math.inf, times=1)
    async with place.running(inbox, receipt_seconds=0.01) as subscriber:
        await place.publish("a", key="k")
        await inbox.has(1)
        await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the extension of "a"
        await place.publish("b", key="k")
        await until(lambda: subscriber.statistics().received == 2)
        inbox.go.set()  # the release of "a" waits for its extension
        for number in range(3):
            await place.publish(f"probe {number}")
            await until(lambda number=number: f"probe {number}" in inbox.texts)  # type: ignore[misc]
        server.faults.delay("ModifyAckDeadline", 0)
        await until(lambda: [text for text in inbox.texts if text in "ab"].count("a") == 2)
        await until(lambda: "b" in inbox.texts)
    assert [text for text in inbox.texts if text in "ab"][:3] == ["a", "a", "b"]


async def test_a_release_of_a_key_costs_each_message_one_attempt(server: PubSubServer, make_place: MakePlace) -> None:
    graveyard = await make_place()
    place = await make_place(enable_ordering=True, dead_letter_topic=graveyard.topic, max_delivery_attempts=100)
    inbox = Inbox({"0": [Nack()]})
    texts = [str(number) for number in range(200)]
    await place.publish(*texts, key="k")
    async with place.running(inbox):
        await inbox.has(201)
    attempts: dict[str, Any] = {message.data.decode(): message.delivery_attempt for message in inbox.messages}
    assert max(attempts.values()) == 2, attempts
