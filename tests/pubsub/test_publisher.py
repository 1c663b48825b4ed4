"""The publisher under faults, and its limits."""

import asyncio
import math
from typing import Any

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Inbox, Place, patiently, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Publisher, PublisherOptions, PubSubError
from claimstream.pubsub.wire import SUBSCRIBER, PullRequest, PullResponse, unary_stub

QUICK = {"min_backoff_seconds": 0.01, "max_backoff_seconds": 0.05}


def publisher_to(place: Place, **options: Any) -> Publisher:
    return Publisher(place.channel, place.topic, options=PublisherOptions(**(QUICK | options)))


async def delivered(place: Place, count: int) -> list[str]:
    inbox = Inbox()
    async with place.running(inbox):
        await inbox.has(count)
    return inbox.texts


@pytest.mark.parametrize("code", ["ABORTED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE"])
async def test_a_key_keeps_its_order_through_failures(server: PubSubServer, make_place: MakePlace, code: str) -> None:
    place = await make_place(enable_ordering=True)
    publisher = publisher_to(place, max_batch_messages=3)
    server.faults.fail("Publish", code, times=4)
    texts = [f"{number:02}" for number in range(20)]
    published = await asyncio.gather(*(publisher.publish(text.encode(), ordering_key="k") for text in texts))
    assert [int(message_id) for message_id in published] == sorted(int(message_id) for message_id in published)
    assert await delivered(place, 20) == texts
    await publisher.close()


async def test_a_lost_answer_publishes_again_and_keeps_the_order_of_the_key(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_ordering=True)
    publisher = publisher_to(place, max_batch_messages=2)
    server.faults.lose_answers("Publish")
    await asyncio.gather(*(publisher.publish(text, ordering_key="k") for text in (b"a", b"b", b"c", b"d")))
    assert await delivered(place, 6) == ["a", "b", "a", "b", "c", "d"]
    await publisher.close()


async def test_no_more_bytes_than_the_window_are_unconfirmed(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place, max_outstanding_bytes=2500, max_batch_messages=1)
    server.faults.delay("Publish", math.inf)
    publishing = [asyncio.create_task(publisher.publish(b"x" * 1000)) for _ in range(5)]
    await until(lambda: server.faults.delayed("Publish") == 2)
    probe = asyncio.create_task(place.publish("probe"))  # what was to be sent before this is there when this is
    await until(lambda: server.faults.delayed("Publish") == 3)
    assert sum(task.done() for task in publishing) == 0
    server.faults.delay("Publish", 0)
    await patiently(asyncio.gather(*publishing, probe))
    assert server.snapshot(place.subscription).backlog == 6
    await publisher.close()


async def test_a_message_over_the_window_is_published_alone(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place, max_outstanding_bytes=100)
    await patiently(asyncio.gather(publisher.publish(b"x" * 1000), publisher.publish(b"y" * 1000)))
    assert server.snapshot(place.subscription).backlog == 2
    await publisher.close()


async def test_no_request_is_over_what_the_service_takes(server: PubSubServer, place: Place) -> None:
    # the server refuses more than 1,000 messages or 10 MB in a request
    publisher = publisher_to(place, max_batch_messages=1000, max_batch_bytes=9_500_000, max_delay_seconds=0.2)
    small = [publisher.publish(b"s") for _ in range(2500)]
    large = [publisher.publish(b"x" * 3_000_000) for _ in range(5)]
    limit = [publisher.publish(b"x" * 9_800_000)]
    assert len(await patiently(asyncio.gather(*small, *large, *limit))) == 2506
    assert server.snapshot(place.subscription).backlog == 2506
    with pytest.raises(PubSubError, match="10 MB is the limit"):
        await publisher.publish(b"x" * 9_900_000)
    await publisher.close()


@pytest.mark.parametrize(
    "options", [{"max_batch_messages": 1001}, {"max_batch_messages": 0}, {"max_batch_bytes": 10_000_000}]
)
def test_options_beyond_what_the_service_takes_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        PublisherOptions(**options)


async def test_who_stops_waiting_for_room_publishes_nothing(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place, max_outstanding_messages=1, max_batch_messages=1)
    server.faults.delay("Publish", math.inf)
    first = asyncio.create_task(publisher.publish(b"first"))
    await until(lambda: server.faults.delayed("Publish") == 1)
    impatient, patient = (asyncio.create_task(publisher.publish(text)) for text in (b"impatient", b"patient"))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    server.faults.delay("Publish", 0)
    await patiently(asyncio.gather(first, patient))
    assert sorted(await delivered(place, 2)) == ["first", "patient"]
    await publisher.close()


async def test_who_stops_waiting_for_the_result_gives_its_room_back(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place, max_outstanding_messages=1, max_batch_messages=1)
    server.faults.delay("Publish", math.inf)
    impatient = asyncio.create_task(publisher.publish(b"impatient"))
    await until(lambda: server.faults.delayed("Publish") == 1)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    server.faults.delay("Publish", 0)
    assert await patiently(publisher.publish(b"next"))
    assert sorted(await delivered(place, 2)) == ["impatient", "next"]  # it had left
    await publisher.close()


async def test_closing_during_an_outage_waits_for_its_end(server: PubSubServer, place: Place) -> None:
    server.faults.unavailable_for(3600)
    publisher = publisher_to(place)
    publishing = asyncio.create_task(publisher.publish(b"one"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(publisher.close())
    await asyncio.sleep(0)
    with pytest.raises(PubSubError, match="closed"):
        await publisher.publish(b"late")
    assert not closing.done()
    server.faults.available()
    await patiently(closing)
    assert await publishing
    assert server.snapshot(place.subscription).backlog == 1


async def test_closing_during_an_outage_ends_when_the_retries_do(server: PubSubServer, place: Place) -> None:
    server.faults.unavailable_for(3600)
    publisher = publisher_to(place, retry_seconds=0.1)
    publishing = asyncio.create_task(publisher.publish(b"one"))
    await asyncio.sleep(0)
    await patiently(publisher.close())
    with pytest.raises(PubSubError, match="UNAVAILABLE"):
        await publishing


async def test_closing_ends_after_its_grace_and_those_who_wait_are_told(server: PubSubServer, place: Place) -> None:
    server.faults.unavailable_for(3600)
    publisher = publisher_to(place)
    keyed = [asyncio.create_task(publisher.publish(b"keyed", ordering_key="k")) for _ in range(3)]
    plain = asyncio.create_task(publisher.publish(b"plain"))
    await asyncio.sleep(0)
    await patiently(publisher.close(grace_seconds=0.1))
    for result in await patiently(asyncio.gather(*keyed, plain, return_exceptions=True)):
        assert isinstance(result, PubSubError)
        assert "the publisher was closed" in str(result)


async def test_those_who_wait_for_room_at_the_close_are_refused(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place, max_outstanding_messages=1, max_batch_messages=1)
    server.faults.delay("Publish", math.inf)
    first = asyncio.create_task(publisher.publish(b"first"))
    await until(lambda: server.faults.delayed("Publish") == 1)
    waiting = asyncio.create_task(publisher.publish(b"waiting"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(publisher.close())
    await asyncio.sleep(0)
    server.faults.delay("Publish", 0)
    await patiently(closing)
    assert await first
    with pytest.raises(PubSubError, match="closed"):
        await patiently(waiting)


async def test_batches_leave_when_full(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place, max_batch_messages=5, max_delay_seconds=3600)
    await patiently(asyncio.gather(*(publisher.publish(b"x") for _ in range(10))))
    by_bytes = publisher_to(place, max_batch_bytes=1000, max_delay_seconds=3600)
    await patiently(asyncio.gather(*(by_bytes.publish(b"x" * 600) for _ in range(2))))
    pull = unary_stub(place.channel, SUBSCRIBER, "Pull", PullRequest, PullResponse)
    response = await pull(PullRequest(subscription=place.subscription, max_messages=100), timeout=10)
    assert len(response.received_messages) == 12
    await publisher.close()
    await by_bytes.close()


SCHEMA = "Message failed schema validation"


async def outcomes(publisher: Publisher, texts: list[str], key: str = "") -> dict[str, object]:
    publishing = (publisher.publish(text.encode(), ordering_key=key) for text in texts)
    return dict(zip(texts, await patiently(asyncio.gather(*publishing, return_exceptions=True)), strict=True))


@pytest.mark.parametrize("bad", [{7}, {0}, {49}, {3, 4, 30}, set(range(0, 50, 2))], ids=str)
async def test_a_refused_message_fails_alone(server: PubSubServer, place: Place, bad: set[int]) -> None:
    server.faults.refused_data = "bad"
    publisher = publisher_to(place)
    texts = [f"bad {number}" if number in bad else f"good {number}" for number in range(50)]
    results = await outcomes(publisher, texts)
    for text, result in results.items():
        if text.startswith("bad"):
            assert isinstance(result, PubSubError)
            assert SCHEMA in str(result)
        else:
            assert isinstance(result, str)
    good = [text for text in texts if text.startswith("good")]
    assert sorted(await delivered(place, len(good))) == sorted(good)  # each once
    await publisher.close()


async def test_a_refused_message_of_a_key_fails_only_what_is_behind(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_ordering=True)
    server.faults.refused_data = "bad"
    publisher = publisher_to(place, max_batch_messages=8)
    results = await outcomes(publisher, ["a", "b", "bad", "c", *(f"later {number}" for number in range(8))], key="k")
    assert [isinstance(result, str) for result in results.values()] == [True, True, *[False] * 10]
    assert SCHEMA in str(results["bad"])
    codes = [result.code for result in results.values() if isinstance(result, PubSubError)]
    assert codes == ["INVALID_ARGUMENT", *["ABORTED"] * 9]
    assert "of the same ordering key failed before it" in str(results["c"])
    assert await publisher.publish(b"d", ordering_key="k")
    assert await delivered(place, 3) == ["a", "b", "d"]
    await publisher.close()


async def test_what_is_wrong_with_the_topic_is_asked_once(server: PubSubServer, place: Place) -> None:
    publisher = publisher_to(place)
    server.faults.fail("Publish", "PERMISSION_DENIED")
    results = await outcomes(publisher, [str(number) for number in range(50)])
    assert {type(result) for result in results.values()} == {PubSubError}
    await publisher.close()


async def test_a_batch_given_up_halfway_tells_everyone(server: PubSubServer, place: Place) -> None:
    server.faults.refused_data = "bad"
    publisher = publisher_to(place, max_batch_messages=4)
    server.faults.delay("Publish", math.inf)
    publishing = asyncio.create_task(outcomes(publisher, ["good", "other", "bad", "last"]))
    for published in (0, 2):  # the whole is refused, then its first half is taken
        await until(lambda: server.faults.delayed("Publish") == 1)
        server.faults.delay("Publish", 0)
        server.faults.delay("Publish", math.inf)
        for _ in range(10):  # turns of the loop, in which the call that waited goes on
            await asyncio.sleep(0)
        await until(lambda: server.faults.delayed("Publish") == 1)
        assert server.snapshot(place.subscription).backlog == published
    await publisher.close(grace_seconds=0)
    server.faults.delay("Publish", 0)
    results = await publishing
    assert [isinstance(result, str) for result in results.values()] == [True, True, False, False]
    assert {str(results[text]) for text in ("bad", "last")} == {str(publisher._given_up())}


@pytest.mark.parametrize("key", ["goog", "googfoo", "Google-x", "GOOGCLIENT_x", "Googclient_x"])
async def test_a_key_that_google_keeps_is_refused_by_itself(server: PubSubServer, place: Place, key: str) -> None:
    bad, good = await asyncio.gather(
        place.publisher.publish(b"bad", {key: "x"}), place.publisher.publish(b"good"), return_exceptions=True
    )
    assert "which Google keeps for itself" in str(bad)
    assert isinstance(good, str)
    assert await delivered(place, 1) == ["good"]


@pytest.mark.parametrize("key", ["googclient_schemaencoding", "googclient_traceparent", "gog", "agoogle"])
async def test_a_key_that_only_looks_like_googles_is_published(place: Place, key: str) -> None:
    assert await place.publisher.publish(b"good", {key: "x"})


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ({"data": "text"}, r"bytes, and not str; text needs \.encode"),
        ({"data": None}, "bytes, and not NoneType"),
        ({"data": bytearray(b"x")}, "bytes, and not bytearray"),
        ({"data": {"a": 1}}, "bytes, and not dict"),
        ({"attributes": {"n": 1}}, "str, and not 'n': 1"),
        ({"attributes": {"none": None}}, "str, and not 'none': None"),
        ({"attributes": {b"k": "v"}}, "str, and not b'k': 'v'"),
        ({"attributes": {"bad": "\udcff"}}, "half a character"),
        ({"attributes": {"\udcff": "bad"}}, "half a character"),
        ({"ordering_key": None}, "an ordering key is str, and not NoneType"),
        ({"ordering_key": 5}, "an ordering key is str, and not int"),
        ({"ordering_key": "\udcff"}, "half a character"),
    ],
)
async def test_wrong_types_are_refused_with_a_sentence(place: Place, message: dict[str, Any], complaint: str) -> None:
    with pytest.raises((TypeError, ValueError), match=complaint):
        await place.publisher.publish(**{"data": b"x", **message})
    assert await place.publisher.publish(b"next")  # nothing stays reserved
    assert (place.publisher._window.messages, place.publisher._window.bytes) == (0, 0)
