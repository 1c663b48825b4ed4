"""Pauses, flow control and health over reopened streams."""

import asyncio
import logging
import math
import time
from contextvars import ContextVar

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Held, Inbox, Place, patiently, until

from claimstream.local.proxy import Proxy
from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Ack, FlowControl, Message, Outcome, SubscriptionError, connect, stream


async def test_every_state_is_reached_and_left(server: PubSubServer, place: Place) -> None:
    held = Held()
    subscriber = place.subscriber(held)
    seen = [subscriber.health().state]
    run = asyncio.create_task(subscriber.run())

    async def reaches(state: str) -> None:
        await until(lambda: subscriber.health().state == state)
        seen.append(subscriber.health().state)

    await reaches("streaming")
    server.faults.unavailable_for(3600)
    await reaches("reconnecting")
    assert "UNAVAILABLE" in (subscriber.health().error or "")
    subscriber.pause("breaker")
    await reaches("paused")
    server.faults.available()
    subscriber.resume()
    await reaches("streaming")
    assert (subscriber.health().error, subscriber.health().pause_reasons) == (None, ())
    await place.publish("one")
    await held.inbox.has(1)
    assert (subscriber.health().outstanding_messages, subscriber.health().outstanding_bytes > 0) == (1, True)
    shutdown = asyncio.create_task(subscriber.shutdown(grace_seconds=3600))
    await reaches("draining")
    assert (subscriber.health().alive, subscriber.health().ready) == (True, False)
    held.let_go.set()
    await patiently(shutdown)
    await patiently(run)
    await reaches("stopped")
    assert (subscriber.health().alive, subscriber.health().outstanding_messages) == (True, 0)
    assert seen == ["starting", "streaming", "reconnecting", "paused", "streaming", "draining", "stopped"]


@pytest.mark.parametrize("paused", [False, True])
async def test_a_fatal_end_is_never_left(server: PubSubServer, place: Place, paused: bool) -> None:
    server.faults.fail("StreamingPull", "PERMISSION_DENIED", times=100)  # gRPC may lose the first one
    subscriber = place.subscriber(Inbox())
    with pytest.raises(SubscriptionError, match=rf"{place.subscription}: PERMISSION_DENIED.*roles/pubsub.subscriber"):
        await patiently(subscriber.run())
    if paused:
        subscriber.pause("too late")
        subscriber.resume("too late")
    await patiently(subscriber.shutdown())
    assert (subscriber.health().state, subscriber.health().alive) == ("failed", False)
    assert place.subscription in (subscriber.health().error or "")


async def test_a_pause_outlives_a_stream_that_breaks_meanwhile(server: PubSubServer, place: Place) -> None:
    held = Held()
    async with place.running(held, close_stream_seconds=60) as subscriber:
        await place.publish("one")
        await held.inbox.has(1)
        server.faults.linger_seconds = math.inf  # the half-closed stream stays
        subscriber.pause("first")
        subscriber.pause("second")
        server.faults.break_streams()
        await until(lambda: server.snapshot(place.subscription).streams == 0)
        server.faults.linger_seconds = 0.0
        await place.publish("two")
        held.let_go.set()
        await until(lambda: server.snapshot(place.subscription).acked == 1)
        subscriber.resume("first")
        subscriber.resume("never given")
        assert (subscriber.health().state, subscriber.health().pause_reasons) == ("paused", ("second",))
        assert (server.snapshot(place.subscription).streams, held.inbox.texts) == (0, ["one"])
        subscriber.resume("second")
        await held.inbox.has(2)
        assert subscriber.health().state == "streaming"


async def test_a_pause_while_the_service_is_away_ends_the_attempts(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    async with place.running(inbox) as subscriber:
        server.faults.unavailable_for(3600)
        await until(lambda: subscriber.statistics().reconnects >= 2)
        subscriber.pause("breaker")
        await until(lambda: subscriber.health().state == "paused")
        server.faults.available()
        await place.publish("one")
        assert subscriber.health().state == "paused"
        subscriber.resume()
        await inbox.has(1)


async def test_a_pause_during_shutdown_changes_nothing(server: PubSubServer, place: Place) -> None:
    held = Held()
    subscriber = place.subscriber(held)
    run = asyncio.create_task(subscriber.run())
    await place.publish("one")
    await held.inbox.has(1)
    shutdown = asyncio.create_task(subscriber.shutdown(grace_seconds=3600))
    await until(lambda: subscriber.health().state == "draining")
    subscriber.pause("too late")
    assert subscriber.health().state == "draining"
    subscriber.resume()
    held.let_go.set()
    await patiently(shutdown)
    await patiently(run)
    assert (subscriber.health().state, server.snapshot(place.subscription).acked) == ("stopped", 1)


async def test_a_pause_before_the_start_holds(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    subscriber = place.subscriber(inbox)
    subscriber.pause("not yet")
    run = asyncio.create_task(subscriber.run())
    await place.publish("one")
    await until(lambda: subscriber.health().state == "paused")
    assert server.snapshot(place.subscription).streams == 0
    subscriber.resume("not yet")
    await inbox.has(1)
    await patiently(subscriber.shutdown())
    await patiently(run)


@pytest.mark.parametrize(
    "limits", [FlowControl(max_messages=2), FlowControl(max_bytes=2500)], ids=["by messages", "by bytes"]
)
async def test_the_service_is_told_the_limits_on_every_stream(
    server: PubSubServer, place: Place, limits: FlowControl
) -> None:
    held = Held()
    async with place.running(held, flow_control=limits) as subscriber:
        await place.publish(*(str(number) * 1000 for number in range(8)))
        await held.inbox.has(2)
        snapshot = server.snapshot(place.subscription)
        assert (snapshot.outstanding, snapshot.backlog) == (2, 6)
        server.faults.break_streams()
        await until(lambda: subscriber.statistics().received == 4)
        snapshot = server.snapshot(place.subscription)
        assert (snapshot.outstanding, snapshot.backlog) == (4, 4)  # the new stream's own two
        assert subscriber.statistics().running == 2
        held.let_go.set()
        await held.inbox.has(8)
    assert server.snapshot(place.subscription).acked == 8


async def test_a_stream_that_breaks_while_nothing_more_is_taken_in_loses_nothing(
    server: PubSubServer, place: Place
) -> None:
    held = Held()
    async with place.running(held, flow_control=FlowControl(max_messages=2)) as subscriber:
        await place.publish(*(str(number) for number in range(20)))
        await held.inbox.has(2)
        server.faults.break_streams()
        await until(lambda: subscriber.statistics().leases == 4)  # twice the window: now nobody reads
        server.faults.break_streams()
        await until(lambda: server.snapshot(place.subscription).streams == 0)
        assert (subscriber.statistics().running, subscriber.statistics().leases) == (2, 4)
        held.let_go.set()
        await held.inbox.has(20)
        await until(lambda: server.snapshot(place.subscription).acked == 20)
    assert len(held.inbox.texts) == 20


async def test_a_service_that_takes_connections_and_never_answers_is_not_called_ready(
    server: PubSubServer, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_OPEN_SECONDS", 0.02)
    async with Proxy(server.port) as proxy:
        proxy.freeze()
        channel = await connect(emulator_host=proxy.target)
        away = Place(channel, place.admin, place.project, place.topic, place.subscription, place.publisher)
        async with away.running(Inbox()) as subscriber:
            for _ in range(20):
                await asyncio.sleep(0.02)
                assert not subscriber.health().ready
            proxy.thaw()
            await until(lambda: subscriber.health().ready)
        await channel.close()


async def test_a_service_that_was_never_reached_is_in_the_log_with_what_to_check(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await server.stop()
    with caplog.at_level(logging.WARNING, "claimstream.pubsub"):
        async with place.running(Inbox()) as subscriber:
            await until(lambda: subscriber.statistics().reconnects >= 2)
            error = subscriber.health().error or ""
            await server.start()
            await until(lambda: subscriber.health().ready)
    assert place.subscription in caplog.text
    assert "check the network" in caplog.text
    assert "check the network" in error


async def test_a_stream_that_ends_while_nobody_reads_is_noticed(server: PubSubServer, place: Place) -> None:
    held = Held()
    subscriber = place.subscriber(held, flow_control=FlowControl(max_messages=2))
    run = asyncio.create_task(subscriber.run())
    await place.publish(*(str(number) for number in range(20)))
    await held.inbox.has(2)
    server.faults.break_streams()
    await until(lambda: subscriber.statistics().leases == 4)
    server.faults.break_streams("INVALID_ARGUMENT")
    await until(lambda: not subscriber.health().alive)
    held.let_go.set()
    with pytest.raises(SubscriptionError, match="INVALID_ARGUMENT"):
        await patiently(run)


async def test_a_pause_longer_than_the_longest_silence_is_no_reason_for_a_restart(
    server: PubSubServer, place: Place
) -> None:
    async with place.running(Inbox(), heartbeat_seconds=0.05, stuck_seconds=300) as subscriber:
        # not only sent by the server, but arrived
        await until(lambda: subscriber._stream is not None and subscriber._stream.expects_pongs)
        await until(lambda: subscriber.health().ready)
        server.faults.silent = True
        hour = 3600.0
        subscriber._last_response_at = time.monotonic() - hour  # before the pause that is over now
        assert subscriber.health().alive
        subscriber._since -= hour  # and this long it has been streaming since
        subscriber._last_response_at = time.monotonic() - hour
        assert not subscriber.health().alive
        server.faults.silent = False


@pytest.mark.parametrize("steps", range(6))
async def test_a_stream_is_never_closed_before_its_first_request(place: Place, steps: int) -> None:
    subscriber = place.subscriber(Inbox())
    run = asyncio.create_task(subscriber.run())
    for _ in range(steps):
        await asyncio.sleep(0)
    subscriber.pause("at once")
    await asyncio.sleep(0.05)
    subscriber.resume("at once")
    await until(lambda: subscriber.health().ready)
    await patiently(subscriber.shutdown(grace_seconds=0))
    await patiently(run)


HANDLED: ContextVar[str] = ContextVar("handled", default="nothing")


async def test_a_handler_never_begins_in_the_context_of_another(make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    seen: list[str] = []

    async def handle(message: Message) -> Outcome:
        seen.append(HANDLED.get())
        HANDLED.set(message.data.decode())
        return Ack()

    HANDLED.set("the caller of run")
    await place.publish("a", "b", "c", key="k")  # they arrive together, and each ends before the next begins
    async with place.running(handle):
        await until(lambda: len(seen) == 3)
    assert seen == ["the caller of run"] * 3
