"""Ordering keys when messages are released."""

import asyncio
import math
from typing import Any

import pytest
from tests.helpers import received
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Inbox, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Message, Nack, Outcome, ordering
from claimstream.pubsub.delivery import Delivery


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


# Google's emulator ends every stream of the subscription with UNKNOWN once it has dead-lettered a message of a key.
async def test_a_key_goes_on_at_once_after_a_dead_lettering(
    make_place: MakePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "AWAITED_SECONDS", 3600.0)
    dead = await make_place()
    place = await make_place(enable_ordering=True, dead_letter_topic=dead.topic)
    inbox = Inbox({text: [Nack()] * 5 for text in ("a", "b", "c")})
    async with dead.running(Inbox()), place.running(inbox) as subscriber:
        await place.publish("first", key="k")
        await until(lambda: subscriber._dispatcher.max_delivery_attempts)
        for text in ("a", "b", "c"):
            await place.publish(text, key="k")
        await place.publish("last", key="k")
        await until(lambda: "last" in inbox.texts)
    attempts = {text: [m.delivery_attempt for m in inbox.messages if m.data.decode() == text] for text in "abc"}
    assert attempts == {text: [1, 2, 3, 4, 5] for text in "abc"}  # none is lost on its way


async def test_a_key_waits_for_a_message_that_is_not_dead_lettered_yet(
    server: PubSubServer, make_place: MakePlace
) -> None:
    dead = await make_place()
    place = await make_place(enable_ordering=True, dead_letter_topic=dead.topic, max_delivery_attempts=100)
    inbox = Inbox({"a": [Nack()] * 20})
    async with place.running(inbox):
        await place.publish("a", "b", "c", key="k")
        assert await inbox.has(23) == [*["a"] * 21, "b", "c"]


async def test_without_leave_to_read_the_policy_a_key_goes_on_later(
    server: PubSubServer, make_place: MakePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "AWAITED_SECONDS", 0.05)
    dead = await make_place()
    place = await make_place(enable_ordering=True, dead_letter_topic=dead.topic)
    server.faults.fail("GetSubscription", "PERMISSION_DENIED", times=100)
    inbox = Inbox({"a": [Nack()] * 5})
    async with place.running(inbox) as subscriber:
        await place.publish("a", key="k")
        await inbox.has(5)
        assert subscriber._dispatcher.max_delivery_attempts is None
        await place.publish("b", key="k")
        await until(lambda: "b" in inbox.texts)
        assert subscriber.health().attention is None
    server.faults.clear()


def test_what_came_early_is_next_once_a_message_is_dead_lettered() -> None:
    released: list[Delivery] = []
    keys = ordering.Ordering(released.append)
    first, second, third = (Delivery(received(b"", "s", message_id=number), number, 0.0, "k") for number in "123")
    assert keys.offer(first)
    keys.releasing(first, gone=True)
    assert not keys.offer(second)
    assert not keys.offer(third)
    assert keys.released(first, 0.0) is second
    assert keys.acknowledged("k") is third
    assert released == [], "a release would cost an attempt"
