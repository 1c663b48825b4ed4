"""Google's own clients against the embedded server: what they accept, others will."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound
from google.cloud import pubsub_v1  # type: ignore[import-untyped]  # no py.typed marker
from google.cloud.pubsub_v1.subscriber.exceptions import (  # type: ignore[import-untyped]  # no py.typed marker
    AcknowledgeError,
    AcknowledgeStatus,
)
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Inbox, Place, until

from claimstream.local.pubsub_server import PubSubServer

PATIENCE_SECONDS = 20


@pytest.fixture
def emulator_host(server: PubSubServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.target)
    return server.target


@pytest.fixture
def publisher(emulator_host: str) -> Iterator[Any]:
    assert emulator_host
    client = pubsub_v1.PublisherClient(publisher_options=pubsub_v1.types.PublisherOptions(enable_message_ordering=True))
    yield client
    client.stop()
    client.transport.close()


@pytest.fixture
def subscriber(emulator_host: str) -> Iterator[Any]:
    assert emulator_host
    client = pubsub_v1.SubscriberClient()
    yield client
    client.close()


class Callback:
    """A callback of Google's streaming pull: notes and settles."""

    def __init__(self, settle: Callable[[Any, int], None]) -> None:
        self.texts: list[str] = []
        self._settle = settle
        self._lock = threading.Lock()

    def __call__(self, message: Any) -> None:
        with self._lock:
            self.texts.append(message.data.decode())
            count = len(self.texts)
        self._settle(message, count)


def acknowledge(message: Any, _count: int) -> None:
    message.ack()


async def end(future: Any) -> None:
    future.cancel()
    await asyncio.to_thread(future.result, PATIENCE_SECONDS)


async def test_topics_and_subscriptions_are_made_listed_and_deleted(publisher: Any, subscriber: Any) -> None:
    def steps() -> None:
        topic, name = "projects/p/topics/orders", "projects/p/subscriptions/orders"
        publisher.create_topic(name=topic)
        with pytest.raises(AlreadyExists):
            publisher.create_topic(name=topic)
        assert publisher.get_topic(topic=topic).name == topic
        assert [found.name for found in publisher.list_topics(project="projects/p")] == [topic]
        subscriber.create_subscription(name=name, topic=topic, ack_deadline_seconds=20)
        assert subscriber.get_subscription(subscription=name).ack_deadline_seconds == 20
        assert [found.name for found in subscriber.list_subscriptions(project="projects/p")] == [name]
        publisher.delete_topic(topic=topic)
        assert subscriber.get_subscription(subscription=name).topic == "_deleted-topic_"
        subscriber.delete_subscription(subscription=name)
        with pytest.raises(NotFound):
            subscriber.get_subscription(subscription=name)
        with pytest.raises(NotFound):
            publisher.publish(topic, b"x").result(PATIENCE_SECONDS)
        with pytest.raises(InvalidArgument):
            publisher.create_topic(name="orders")

    await asyncio.to_thread(steps)


async def test_streaming_pull_delivers_and_acknowledges(
    server: PubSubServer, place: Place, publisher: Any, subscriber: Any
) -> None:
    callback = Callback(acknowledge)
    future = subscriber.subscribe(place.subscription, callback)
    texts = [f"message {number}" for number in range(200)]
    ids = [publisher.publish(place.topic, text.encode(), origin="google") for text in texts]
    assert len({await asyncio.to_thread(one.result, PATIENCE_SECONDS) for one in ids}) == 200
    await until(lambda: server.snapshot(place.subscription).acked == 200)
    await end(future)
    assert sorted(callback.texts) == sorted(texts)


async def test_a_nacked_message_comes_again(
    server: PubSubServer, place: Place, publisher: Any, subscriber: Any
) -> None:
    def settle(message: Any, count: int) -> None:
        if count == 1:
            message.nack()
        else:
            message.ack()

    callback = Callback(settle)
    future = subscriber.subscribe(place.subscription, callback)
    publisher.publish(place.topic, b"again")
    await until(lambda: server.snapshot(place.subscription).acked == 1)
    await end(future)
    assert callback.texts == ["again", "again"]


async def test_ordering_keys_keep_their_order(
    server: PubSubServer, make_place: MakePlace, publisher: Any, subscriber: Any
) -> None:
    place = await make_place(enable_ordering=True)
    callback = Callback(acknowledge)
    future = subscriber.subscribe(place.subscription, callback)
    texts = [f"message {number}" for number in range(30)]
    for text in texts:
        publisher.publish(place.topic, text.encode(), ordering_key="k")
    await until(lambda: server.snapshot(place.subscription).acked == 30)
    await end(future)
    assert callback.texts == texts


async def test_exactly_once_results_are_understood(
    server: PubSubServer, make_place: MakePlace, publisher: Any, subscriber: Any
) -> None:
    place = await make_place(enable_exactly_once=True)
    results: dict[int, Future[Any]] = {}
    expired = threading.Event()

    def settle(message: Any, count: int) -> None:
        if count == 1:
            expired.wait(PATIENCE_SECONDS)
        results[count] = message.ack_with_response()

    callback = Callback(settle)
    future = subscriber.subscribe(place.subscription, callback)
    publisher.publish(place.topic, b"one")
    await until(lambda: callback.texts)
    server.faults.expire_leases()
    await until(lambda: server.snapshot(place.subscription).acked == 1)
    expired.set()
    await until(lambda: len(results) == 2)
    with pytest.raises(AcknowledgeError) as caught:
        await asyncio.to_thread(results[1].result, PATIENCE_SECONDS)
    assert caught.value.error_code == AcknowledgeStatus.INVALID_ACK_ID
    assert await asyncio.to_thread(results[2].result, PATIENCE_SECONDS) == AcknowledgeStatus.SUCCESS
    await end(future)


async def test_unary_pull_acknowledge_and_extend(
    server: PubSubServer, place: Place, publisher: Any, subscriber: Any
) -> None:
    def steps() -> None:
        for number in range(3):
            publisher.publish(place.topic, b"%d" % number).result(PATIENCE_SECONDS)
        pulled = subscriber.pull(subscription=place.subscription, max_messages=2).received_messages
        assert [one.message.data for one in pulled] == [b"0", b"1"]
        first, second = (one.ack_id for one in pulled)
        subscriber.modify_ack_deadline(subscription=place.subscription, ack_ids=[first], ack_deadline_seconds=60)
        subscriber.modify_ack_deadline(subscription=place.subscription, ack_ids=[second], ack_deadline_seconds=0)
        subscriber.acknowledge(subscription=place.subscription, ack_ids=[first])
        rest = subscriber.pull(subscription=place.subscription, max_messages=10).received_messages
        assert [one.message.data for one in rest] == [b"1", b"2"]
        with pytest.raises(InvalidArgument):
            subscriber.pull(subscription=place.subscription, max_messages=0)

    await asyncio.to_thread(steps)
    snapshot = server.snapshot(place.subscription)
    assert (snapshot.acked, snapshot.nacked, snapshot.extended, snapshot.outstanding) == (1, 1, 1, 2)


async def test_the_stream_of_googles_subscriber_survives_a_break(
    server: PubSubServer, place: Place, publisher: Any, subscriber: Any
) -> None:
    callback = Callback(acknowledge)
    future = subscriber.subscribe(place.subscription, callback)
    await until(lambda: server.streams(place.subscription))
    server.faults.break_streams("UNAVAILABLE")
    publisher.publish(place.topic, b"after")
    await until(lambda: server.snapshot(place.subscription).acked == 1)
    await end(future)


async def test_our_publisher_and_googles_subscriber_understand_each_other(
    server: PubSubServer, place: Place, subscriber: Any
) -> None:
    callback = Callback(acknowledge)
    future = subscriber.subscribe(place.subscription, callback)
    await place.publish("ours")
    await until(lambda: server.snapshot(place.subscription).acked == 1)
    await end(future)
    assert callback.texts == ["ours"]


async def test_googles_publisher_and_our_subscriber_understand_each_other(place: Place, publisher: Any) -> None:
    inbox = Inbox()
    async with place.running(inbox):
        publisher.publish(place.topic, b"theirs", origin="google")
        await inbox.has(1)
    assert dict(inbox.messages[0].attributes) == {"origin": "google"}
