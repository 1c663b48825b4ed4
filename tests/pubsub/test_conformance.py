"""What holds on every Pub/Sub: the embedded server, and Google's emulator where it is installed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import PATIENCE_SECONDS, Inbox, Place, patiently, place_on, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import (
    Ack,
    Channel,
    DeadLetter,
    FlowControl,
    Message,
    Nack,
    Outcome,
    Publisher,
    PublisherOptions,
    PubSubError,
    Pulled,
    Puller,
    Retry,
    Settlement,
    SubscriptionError,
    connect,
    wire,
)
from claimstream.pubsub.wire import PUBLISHER, PublishRequest, PublishResponse, PubsubMessage, unary_stub


@pytest.fixture(scope="module", params=["embedded", "emulator"])
async def channel(request: pytest.FixtureRequest) -> AsyncIterator[Channel]:
    async with AsyncExitStack() as stack:
        if request.param == "embedded":
            target = (await stack.enter_async_context(PubSubServer())).target
        else:
            target = cast("str", request.getfixturevalue("emulator"))
        opened = await connect(emulator_host=target)
        stack.push_async_callback(opened.close)
        yield opened


@pytest.fixture
async def make_place(channel: Channel) -> AsyncIterator[MakePlace]:
    async with AsyncExitStack() as stack:

        async def make(**subscription: Any) -> Place:
            return await stack.enter_async_context(place_on(channel, **subscription))

        yield make


async def left_over(place: Place) -> list[str]:
    """What the service still has for the subscription: everything that comes before a message published now."""
    inbox = Inbox()
    async with place.running(inbox):
        await place.publish("the last one")
        await until(lambda: "the last one" in inbox.texts)
    return [text for text in inbox.texts if text != "the last one"]


async def test_a_message_arrives_as_it_was_published(place: Place) -> None:
    inbox = Inbox()
    before = datetime.now(UTC)
    async with place.running(inbox):
        published = await place.publisher.publish(b"\x00bytes", {"kind": "test", "unicode": "Gläubiger"})
        await inbox.has(1)
    message = inbox.messages[0]
    assert (message.id, message.data) == (published, b"\x00bytes")
    assert message.attributes == {"kind": "test", "unicode": "Gläubiger"}
    assert message.subscription == place.subscription
    assert abs(message.publish_time - before) < timedelta(minutes=1)
    assert message.publish_time.utcoffset() == timedelta(0)
    assert message.size > len(b"\x00bytes")
    assert (message.ordering_key, message.delivery_attempt) == ("", None)


async def test_every_message_is_handled_and_acknowledged_once(place: Place) -> None:
    inbox = Inbox()
    texts = [f"message {number}" for number in range(300)]
    async with place.running(inbox) as subscriber:
        await place.publish(*texts)
        await inbox.has(len(texts))
    assert sorted(inbox.texts) == sorted(texts)
    assert subscriber.statistics().acked == len(texts)
    assert await left_over(place) == []


async def test_a_released_message_comes_again(place: Place) -> None:
    inbox = Inbox({"again": [Nack()]})
    async with place.running(inbox):
        await place.publish("again")
        assert await inbox.has(2) == ["again", "again"]
    assert await left_over(place) == []


async def test_a_message_whose_handler_fails_comes_again(place: Place) -> None:
    calls = Inbox()

    async def handle(message: Message) -> Outcome:
        await calls(message)
        if len(calls.messages) == 1:
            raise LookupError("broken handler")
        return Ack()

    async with place.running(handle) as subscriber:
        await place.publish("again")
        await calls.has(2)
    assert subscriber.statistics().handler_errors == 1


async def test_a_handler_that_returns_nonsense_loses_nothing(place: Place) -> None:
    calls = Inbox()

    async def handle(message: Message) -> Outcome:
        await calls(message)
        return Ack() if len(calls.messages) == 2 else cast("Outcome", "done")

    async with place.running(handle) as subscriber:
        await place.publish("again")
        await calls.has(2)
    assert subscriber.statistics().handler_errors == 1


async def test_delivery_attempts_are_counted_where_a_dead_letter_topic_is_set(make_place: MakePlace) -> None:
    graveyard = await make_place()
    place = await make_place(dead_letter_topic=graveyard.topic, max_delivery_attempts=5)
    inbox = Inbox({"again": [Nack(), Nack()]})
    async with place.running(inbox):
        await place.publish("again")
        await inbox.has(3)
    assert [message.delivery_attempt for message in inbox.messages] == [1, 2, 3]


async def test_the_lease_of_a_slow_handler_is_kept(place: Place) -> None:
    inbox = Inbox()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        await asyncio.sleep(2.5)  # two and a half times the lease
        return Ack()

    async with place.running(handle, min_lease_seconds=1, max_lease_seconds=1, receipt_seconds=0.05) as subscriber:
        await place.publish("slow")
        await inbox.has(1)
        await until(lambda: subscriber.statistics().acked)
    assert inbox.texts == ["slow"]
    assert subscriber.statistics().extensions >= 3
    assert await left_over(place) == []


async def test_no_more_than_the_window_is_handled_at_once(place: Place) -> None:
    inbox, handled, now, most = Inbox(), 0, 0, 0

    async def handle(message: Message) -> Outcome:
        nonlocal handled, now, most
        await inbox(message)
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        handled += 1
        return Ack()

    await place.publish(*(f"message {number}" for number in range(20)))
    async with place.running(handle, flow_control=FlowControl(max_messages=3)):
        await until(lambda: handled == 20)
    assert most == 3


async def test_a_message_over_the_byte_limit_is_delivered_alone(place: Place) -> None:
    now, seen = 0, []

    async def handle(message: Message) -> Outcome:
        nonlocal now
        now += 1
        seen.append(now)
        await asyncio.sleep(0.01)
        now -= 1
        return Ack()

    await place.publish("x" * 2000, "y" * 2000, "z" * 2000)
    async with place.running(handle, flow_control=FlowControl(max_bytes=1000)):
        await until(lambda: len(seen) == 3)
    assert seen == [1, 1, 1]


async def test_a_key_waits_for_a_message_that_was_lost_with_its_stream(make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    await place.publish("first", key="k")
    lost = await _read(place, 1)
    await place.publish("second", key="k")
    found = await _read(place, 2)  # after ten seconds, when the first lease has run out
    assert (lost, found) == (["first"], ["first", "second"])


async def _read(place: Place, count: int) -> list[str]:
    """So many messages from a stream of one and the same client, which is cut off then."""
    stream = wire.streaming_pull_stub(place.channel)(metadata=wire.routing("subscription", place.subscription))
    request = {"subscription": place.subscription, "client_id": "the same", "stream_ack_deadline_seconds": 10}
    await stream.write(wire.StreamingPullRequest(**request))
    texts: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for response in stream:
                texts += [received.message.data.decode() for received in response.received_messages]
                if len(texts) >= count:
                    return texts
    finally:
        stream.cancel()
    return texts


async def test_messages_of_a_key_are_handled_one_at_a_time_in_order(make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    inbox, now, most = Inbox(), 0, 0

    async def handle(message: Message) -> Outcome:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.002)
        now -= 1
        return await inbox(message)

    texts = [f"message {number}" for number in range(20)]
    await place.publish(*texts, key="k")
    async with place.running(handle):
        assert await inbox.has(20) == texts
    assert most == 1


async def test_after_a_release_no_later_message_of_the_key_is_handled_ahead(make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    inbox = Inbox({"b": [Nack()], "d": [Nack(), Nack()]})
    await place.publish("a", "b", "c", "d", "e", key="k")
    async with place.running(inbox):
        assert await inbox.has(8) == ["a", "b", "b", "c", "d", "d", "d", "e"]


async def test_keys_do_not_wait_for_each_other(make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    released, inbox = asyncio.Event(), Inbox()

    async def handle(message: Message) -> Outcome:
        if message.ordering_key == "slow":
            await released.wait()
        return await inbox(message)

    async with place.running(handle):
        await place.publish("blocked", key="slow")
        await place.publish("free", key="fast")
        assert await inbox.has(1) == ["free"]
        released.set()
        assert await inbox.has(2) == ["free", "blocked"]


async def test_a_retry_in_this_process_costs_no_delivery_attempt(make_place: MakePlace) -> None:
    graveyard = await make_place()
    place = await make_place(dead_letter_topic=graveyard.topic)
    inbox = Inbox({"busy": [Retry(after=0.01, rerun=True)] * 3})
    async with place.running(inbox) as subscriber:
        await place.publish("busy")
        await inbox.has(4)
    assert [message.delivery_attempt for message in inbox.messages] == [1, 1, 1, 1]
    assert subscriber.statistics().nacked == 0


async def test_a_retry_by_the_service_comes_after_the_wait(place: Place) -> None:
    inbox = Inbox({"later": [Retry(after=0.05)]})
    async with place.running(inbox) as subscriber:
        await place.publish("later")
        assert await inbox.has(2) == ["later", "later"]
    assert (subscriber.statistics().nacked, subscriber.statistics().acked) == (1, 1)


async def test_a_dead_letter_goes_to_the_configured_callable_and_is_acknowledged(place: Place) -> None:
    buried: list[tuple[str, str]] = []

    async def bury(message: Message, reason: str) -> None:
        buried.append((message.data.decode(), reason))

    async with place.running(Inbox({"bad": [DeadLetter("no recipient")]}), dead_letter=bury) as subscriber:
        await place.publish("bad")
        await until(lambda: subscriber.statistics().acked)
    assert buried == [("bad", "no recipient")]
    assert await left_over(place) == []


async def test_a_dead_letter_that_cannot_be_buried_comes_again(place: Place) -> None:
    tries = 0

    async def bury(_message: Message, _reason: str) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionError("graveyard closed")

    inbox = Inbox({"bad": [DeadLetter("one"), DeadLetter("two")]})
    async with place.running(inbox, dead_letter=bury) as subscriber:
        await place.publish("bad")
        await until(lambda: subscriber.statistics().dead_lettered)
    assert (inbox.texts, tries) == (["bad", "bad"], 2)


async def test_a_dead_letter_without_a_place_to_go_is_released(place: Place) -> None:
    inbox = Inbox({"bad": [DeadLetter("no recipient")]})
    async with place.running(inbox):
        await place.publish("bad")
        await inbox.has(2)


async def test_a_handler_over_its_time_is_cancelled_and_its_message_comes_again(place: Place) -> None:
    inbox, cancelled = Inbox(), asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        if len(inbox.messages) == 1:
            try:
                await asyncio.sleep(3600)
            finally:
                cancelled.set()
        return Ack()

    async with place.running(handle, max_handling_seconds=0.2) as subscriber:
        await place.publish("stuck")
        await inbox.has(2)
    assert cancelled.is_set()
    assert subscriber.statistics().handler_timeouts == 1


async def test_shutdown_lets_handlers_finish_and_releases_the_rest(place: Place) -> None:
    started, finish = Inbox(), asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await started(message)
        await finish.wait()
        return Ack()

    texts = [f"message {number}" for number in range(10)]
    await place.publish(*texts)
    subscriber = place.subscriber(handle, flow_control=FlowControl(max_messages=4))
    run = asyncio.create_task(subscriber.run())
    await started.has(4)
    shutdown = asyncio.create_task(subscriber.shutdown(grace_seconds=10))
    await until(lambda: subscriber.health().state == "draining")
    finish.set()
    await patiently(shutdown)
    await patiently(run)
    assert subscriber.health().state == "stopped"
    assert (subscriber.statistics().acked, len(started.texts)) == (4, 4)
    assert sorted(await left_over(place)) == sorted(set(texts) - set(started.texts))


async def test_shutdown_loses_no_acknowledgement(place: Place) -> None:
    inbox = Inbox()
    texts = [f"message {number}" for number in range(200)]
    await place.publish(*texts)
    async with place.running(inbox, ack_delay_seconds=5.0):  # they would wait, were it not for the shutdown
        await inbox.has(200)
    assert await left_over(place) == []


async def test_shutdown_does_not_wait_for_a_retry(place: Place) -> None:
    inbox = Inbox({"later": [Retry(after=3600)]})
    async with place.running(inbox):
        await place.publish("later")
        await inbox.has(1)
    assert await left_over(place) == ["later"]


async def test_cancelling_run_releases_what_it_held(place: Place) -> None:
    inbox = Inbox()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        await asyncio.sleep(3600)
        return Ack()

    await place.publish("held")
    subscriber = place.subscriber(handle)
    run = asyncio.create_task(subscriber.run())
    await inbox.has(1)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await patiently(run)
    assert subscriber.health().state == "stopped"
    assert await left_over(place) == ["held"]


async def test_cancelling_run_twice_leaves_no_handler(place: Place) -> None:
    inbox, ended = Inbox(), asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()
        return Ack()

    await place.publish("held")
    run = asyncio.create_task(place.subscriber(handle, close_stream_seconds=30).run())
    await inbox.has(1)
    run.cancel()
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await patiently(run)
    await patiently(ended.wait())


async def test_while_paused_nothing_starts_and_held_leases_live(place: Place) -> None:
    inbox, finish = Inbox(), asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        await finish.wait()
        return Ack()

    options = {"flow_control": FlowControl(max_messages=1), "min_lease_seconds": 1, "max_lease_seconds": 1}
    async with place.running(handle, receipt_seconds=0.05, **options) as subscriber:
        await place.publish("first")
        await inbox.has(1)
        subscriber.pause("breaker")
        subscriber.pause("operator")
        assert (subscriber.health().state, subscriber.health().ready) == ("paused", False)
        assert subscriber.health().pause_reasons == ("breaker", "operator")
        await place.publish("second")
        extensions = subscriber.statistics().extensions
        await until(lambda: subscriber.statistics().extensions >= extensions + 3)  # three leases long
        assert inbox.texts == ["first"]
        subscriber.resume("breaker")
        assert subscriber.health().state == "paused"
        finish.set()
        await until(lambda: subscriber.statistics().acked == 1)
        subscriber.resume("operator")
        assert await inbox.has(2) == ["first", "second"]


async def test_a_missing_subscription_ends_the_run_with_what_to_do(place: Place) -> None:
    await place.admin.delete_subscription(place.subscription)
    subscriber = place.subscriber(Inbox())
    with pytest.raises(SubscriptionError, match=r"(?s)pull from projects/.*NOT_FOUND.*Create it") as caught:
        await patiently(subscriber.run())
    assert caught.value.code == "NOT_FOUND"
    health = subscriber.health()
    assert (health.state, health.alive, health.ready) == ("failed", False, False)
    assert "NOT_FOUND" in (health.error or "")


async def test_a_subscriber_shut_down_before_it_ran_does_not_run(place: Place) -> None:
    subscriber = place.subscriber(Inbox())
    await patiently(subscriber.shutdown())
    await patiently(subscriber.run())
    assert subscriber.health().state == "stopped"
    with pytest.raises(RuntimeError, match="runs once"):
        await subscriber.run()


async def test_an_acknowledgement_tells_the_truth_under_exactly_once_delivery(make_place: MakePlace) -> None:
    place = await make_place(enable_exactly_once=True)
    results: list[Settlement] = []
    async with place.running(Inbox({"one": [Ack(on_result=results.append)]})) as subscriber:
        await place.publish("one")
        await until(lambda: results)
    assert results == [Settlement.CONFIRMED]
    assert subscriber.statistics().acked == 1


async def test_trace_context_and_baggage_travel_with_the_message(place: Place) -> None:
    seen: list[tuple[int, int, object]] = []

    async def handle(_message: Message) -> Outcome:
        context = trace.get_current_span().get_span_context()
        seen.append((context.trace_id, context.span_id, baggage.get_baggage("correlation")))
        return Ack()

    sender = SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    context = trace.set_span_in_context(NonRecordingSpan(sender), baggage.set_baggage("correlation", "c-1"))
    token = otel_context.attach(context)
    try:
        await place.publish("traced")
    finally:
        otel_context.detach(token)
    async with place.running(handle):
        await until(lambda: seen)
    assert seen == [(0xABC, 0xDEF, "c-1")]


async def test_the_context_of_googles_own_clients_is_read(place: Place) -> None:
    seen: list[int] = []

    async def handle(_message: Message) -> Outcome:
        seen.append(trace.get_current_span().get_span_context().trace_id)
        return Ack()

    traceparent = f"00-{0xABC:032x}-{0xDEF:016x}-01"
    await place.publisher.publish(b"traced", {"googclient_traceparent": traceparent})
    async with place.running(handle):
        await until(lambda: seen)
    assert seen == [0xABC]


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ({}, "neither data nor attributes"),
        ({"data": b"x", "attributes": {f"a{number}": "" for number in range(101)}}, "101 attributes"),
        ({"data": b"x", "attributes": {"": "value"}}, "0 bytes"),
        ({"data": b"x", "attributes": {"ü" * 129: "value"}}, "258 bytes"),
        ({"data": b"x", "attributes": {"name": "ü" * 513}}, "1026 bytes"),
        ({"data": b"x", "ordering_key": "k" * 1025}, "1025 bytes"),
    ],
    ids=["empty", "too many attributes", "no attribute key", "long attribute key", "long attribute", "long key"],
)
async def test_a_message_over_the_limits_fails_alone(place: Place, message: dict[str, Any], complaint: str) -> None:
    options: dict[str, Any] = {"data": b""} | message
    bad = place.publisher.publish(**options)
    good = place.publisher.publish(b"good")
    failure, message_id = await asyncio.gather(bad, good, return_exceptions=True)
    assert isinstance(failure, PubSubError)
    assert complaint in str(failure)
    assert isinstance(message_id, str)
    assert await left_over(place) == ["good"]


async def test_the_service_refuses_the_whole_of_a_batch(place: Place) -> None:
    publish = unary_stub(place.channel, PUBLISHER, "Publish", PublishRequest, PublishResponse)
    with pytest.raises(wire.AioRpcError) as refused:
        await publish(PublishRequest(topic=place.topic, messages=[PubsubMessage(), PubsubMessage(data=b"good")]))
    assert wire.status_name(refused.value) == "INVALID_ARGUMENT"
    assert await left_over(place) == []


async def test_a_publisher_says_what_is_wrong(place: Place) -> None:
    with pytest.raises(PubSubError, match="INVALID_ARGUMENT"):
        await place.publisher.publish(b"")
    with pytest.raises(PubSubError, match="10 MB"):
        await place.publisher.publish(b"x" * 10_000_000)
    missing = Publisher(place.channel, f"{place.topic}-missing")
    with pytest.raises(PubSubError, match=r"publish to projects/.*-missing: NOT_FOUND"):
        await missing.publish(b"lost")
    await missing.close()


async def test_closing_a_publisher_sends_what_is_queued(place: Place) -> None:
    publisher = Publisher(place.channel, place.topic, options=PublisherOptions(max_delay_seconds=3600))
    publishing = asyncio.create_task(publisher.publish(b"queued"))
    await asyncio.sleep(0)
    await patiently(publisher.close())
    assert await patiently(publishing)
    with pytest.raises(PubSubError, match="closed"):
        await publisher.publish(b"late")
    assert await left_over(place) == ["queued"]


async def test_ensuring_and_checking_are_repeatable(place: Place) -> None:
    assert not await place.admin.ensure_topic(place.topic)
    assert not await place.admin.ensure_subscription(place.subscription, topic=place.topic)
    await place.admin.check_topic(place.topic)
    await place.admin.check_subscription(place.subscription)
    other = f"{place.topic}-other"
    assert await place.admin.ensure_topic(other)
    with pytest.raises(PubSubError, match=f"belongs to {place.topic}"):
        await place.admin.ensure_subscription(place.subscription, topic=other)
    await place.admin.delete_topic(other)
    await place.admin.delete_topic(other)
    with pytest.raises(PubSubError, match=r"-other: NOT_FOUND.*Create it"):
        await place.admin.check_topic(other)


async def test_a_subscription_keeps_what_it_was_created_with(make_place: MakePlace) -> None:
    place = await make_place(
        ack_deadline_seconds=33, minimum_backoff_seconds=10, maximum_backoff_seconds=20, enable_ordering=True
    )
    found = await place.admin.check_subscription(place.subscription)
    assert (found.topic, found.ack_deadline_seconds, found.enable_message_ordering) == (place.topic, 33, True)
    assert (found.retry_policy.minimum_backoff.seconds, found.retry_policy.maximum_backoff.seconds) == (10, 20)


class TestPuller:
    """Looking into a subscription by hand."""

    async def test_what_is_pulled_and_released_is_still_there(self, place: Place) -> None:
        ids = await place.publish("a", "b", "c")
        puller = Puller(place.channel, place.subscription)
        looked_at = await pull_all(puller, 3)
        assert sorted(pulled.message.id for pulled in looked_at) == sorted(ids)
        assert {pulled.message.data for pulled in looked_at} == {b"a", b"b", b"c"}
        await puller.release([pulled.ack_id for pulled in looked_at])
        assert sorted(await left_over(place)) == ["a", "b", "c"]

    async def test_what_is_acknowledged_never_comes_again(self, place: Place) -> None:
        await place.publish("a", "b")
        puller = Puller(place.channel, place.subscription)
        pulled = {one.message.data: one.ack_id for one in await pull_all(puller, 2)}
        await puller.acknowledge([pulled[b"a"]])
        await puller.release([pulled[b"b"]])
        assert await left_over(place) == ["b"]

    async def test_an_empty_subscription_gives_nothing_and_is_not_waited_for_long(self, place: Place) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await Puller(place.channel, place.subscription).pull(10, wait_seconds=0.5) == []

    async def test_a_missing_subscription_says_what_to_do(self, place: Place) -> None:
        puller = Puller(place.channel, f"{place.project}/subscriptions/nowhere")
        with pytest.raises(PubSubError, match=r"NOT_FOUND.*claimstream setup"):
            await puller.pull(1)


async def pull_all(puller: Puller, count: int) -> list[Pulled]:
    """As many calls as the service needs to hand them out."""
    pulled: list[Pulled] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(pulled) < count:
            pulled += await puller.pull(count - len(pulled))
    return pulled
