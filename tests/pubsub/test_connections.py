"""What happens when the connection to the service breaks, or only looks as if it were still there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import PATIENCE_SECONDS, Held, Inbox, Place, patiently, place_on, until

from claimstream.local.proxy import Proxy
from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Admin, Channel, FlowControl, PubSubError, Settlement, connect
from claimstream.pubsub import channel as channel_module


@pytest.fixture
async def proxy(server: PubSubServer) -> AsyncIterator[Proxy]:
    async with Proxy(server.port) as between:
        yield between


@pytest.fixture
async def channel(proxy: Proxy) -> AsyncIterator[Channel]:
    opened = await connect(emulator_host=proxy.target)
    yield opened
    await opened.close()


@pytest.mark.parametrize("size", [1, 5, 100, 20_000, 300_000, 800_000])
async def test_a_response_that_is_cut_off_is_delivered_again(
    server: PubSubServer, place: Place, proxy: Proxy, size: int
) -> None:
    texts = [f"{number:06}" * 1500 for number in range(100)]  # 900 kB in one response
    inbox = Inbox()
    async with place.running(inbox) as subscriber:
        await until(lambda: subscriber.health().state == "streaming")
        subscriber.pause("not yet")
        await until(lambda: server.snapshot(place.subscription).streams == 0)
        await place.publish(*texts)
        proxy.cut_after(size)
        subscriber.resume()
        await until(lambda: proxy.cuts == 1)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while server.snapshot(place.subscription).acked < 100:
                server.faults.expire_leases(place.subscription)  # of what was on the way
                await asyncio.sleep(0.5)
        await until(lambda: not server.snapshot(place.subscription).outstanding)
    assert set(inbox.texts) == set(texts)
    assert server.snapshot(place.subscription).backlog == 0


@pytest.mark.parametrize("exactly_once", [False, True])
async def test_an_acknowledgement_whose_connection_breaks_is_sent_again(
    server: PubSubServer, make_place: MakePlace, proxy: Proxy, exactly_once: bool
) -> None:
    place = await make_place(enable_exactly_once=exactly_once)
    held = Held()
    async with place.running(held):
        await place.publish("one")
        await held.inbox.has(1)
        server.faults.delay_answers("Acknowledge", 3600)
        held.let_go.set()
        await until(lambda: server.faults.delayed_answers("Acknowledge"))
        assert proxy.drop() == 3  # for control calls, for publishing, and for the stream
        server.faults.delay_answers("Acknowledge", 0)
        await until(lambda: held.results)
    assert (held.inbox.texts, held.results) == (["one"], [Settlement.CONFIRMED])
    assert server.snapshot(place.subscription).acked == 1


async def test_publishing_goes_on_over_a_new_connection(server: PubSubServer, place: Place, proxy: Proxy) -> None:
    server.faults.delay("Publish", 3600)
    publishing = asyncio.create_task(place.publish("one"))
    await until(lambda: server.faults.delayed("Publish"))
    before = proxy.accepted
    proxy.drop()
    server.faults.delay("Publish", 0)
    assert await patiently(publishing)
    assert proxy.accepted > before
    assert server.snapshot(place.subscription).backlog >= 1  # at least once: the first call may have been done too


async def test_a_connection_that_is_held_up_loses_nothing(server: PubSubServer, place: Place, proxy: Proxy) -> None:
    held = Held()
    async with place.running(held):
        await place.publish("one")
        await held.inbox.has(1)
        proxy.freeze()
        held.let_go.set()
        publishing = asyncio.create_task(place.publish("two"))
        await until(lambda: proxy.held_bytes)
        assert not held.results
        proxy.thaw()
        assert await patiently(publishing)
        await until(lambda: len(held.results) == 2)
    assert held.inbox.texts == ["one", "two"]


async def test_a_call_over_a_dead_connection_ends_by_its_own_timeout(
    server: PubSubServer, place: Place, proxy: Proxy
) -> None:
    held = Held()
    held.let_go.set()
    subscriber = place.subscriber(held, ack_timeout_seconds=0.2, ack_retry_seconds=0.3, receipt_seconds=60)
    run = asyncio.create_task(subscriber.run())
    await until(lambda: server.streams(place.subscription))
    server.faults.delay("Acknowledge", 3600)
    await place.publish("one")
    await until(lambda: server.faults.delayed("Acknowledge"))
    proxy.freeze()
    await until(lambda: held.results)
    assert held.results == [Settlement.FAILED]
    await patiently(subscriber.shutdown(grace_seconds=0))  # though nothing goes through
    await patiently(run)
    proxy.thaw()


async def test_a_server_that_restarts_while_handlers_run_gets_their_acknowledgements(
    server: PubSubServer, place: Place
) -> None:
    held = Held()
    async with place.running(held, flow_control=FlowControl(max_messages=5)) as subscriber:
        await place.publish("a", "b", "c")
        await held.inbox.has(3)
        await server.restart()
        await until(lambda: subscriber.statistics().reconnects and server.streams(place.subscription))
        held.let_go.set()
        await until(lambda: len(held.results) == 3)
        await place.publish("d")
        await held.inbox.has(4)
    assert held.results[:3] == [Settlement.CONFIRMED] * 3
    snapshot = server.snapshot(place.subscription)
    assert (snapshot.acked, snapshot.expired, snapshot.outstanding, snapshot.backlog) == (4, 0, 0, 0)


async def test_acknowledgements_and_publishing_wait_for_a_server_that_is_away(
    server: PubSubServer, place: Place
) -> None:
    held = Held()
    async with place.running(held) as subscriber:
        await place.publish("one")
        await held.inbox.has(1)
        await server.stop()
        held.let_go.set()
        publishing = asyncio.create_task(place.publish("two"))
        await until(lambda: subscriber.statistics().ack_queue == 1 and subscriber.statistics().reconnects)
        await server.start()
        assert await patiently(publishing)
        await until(lambda: len(held.results) == 2)
    assert (held.inbox.texts, held.results) == (["one", "two"], [Settlement.CONFIRMED] * 2)


async def test_a_service_that_is_not_there_is_named_and_waited_for(server: PubSubServer, place: Place) -> None:
    await server.stop()
    inbox = Inbox()
    async with place.running(inbox) as subscriber:
        await until(lambda: subscriber.statistics().reconnects >= 2)
        health = subscriber.health()
        assert (health.state, health.alive, health.ready) == ("reconnecting", True, False)
        assert health.last_response_age_seconds is None
        assert "UNAVAILABLE" in (health.error or "")
        with pytest.raises(PubSubError, match=rf"{place.subscription}: UNAVAILABLE.*check the network"):
            await Admin(place.channel, retry_seconds=0).check_subscription(place.subscription)
        await server.start()
        await place.publish("here again")
        await inbox.has(1)
        assert (subscriber.health().error, subscriber.health().ready) == (None, True)


async def test_wrong_project_is_a_clear_error(place: Place) -> None:
    async with AsyncExitStack() as stack:
        other: Any = await stack.enter_async_context(place_on(place.channel))
        wrong = other.subscription.replace("projects/test", "projects/tset")
        with pytest.raises(PubSubError, match=rf"find subscription {wrong}: NOT_FOUND.*correct the name"):
            await place.admin.check_subscription(wrong)


async def test_a_half_open_connection_is_given_up_for_a_new_one(
    server: PubSubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a hundredth of the real times
    scaled = tuple((name, v // 100 if name.endswith("_ms") else v) for name, v in channel_module._OPTIONS)
    monkeypatch.setattr(channel_module, "_OPTIONS", scaled)
    async with Proxy(server.port) as proxy:
        channel = await connect(emulator_host=proxy.target)
        async with place_on(channel) as place:
            held = Held()
            async with place.running(
                held, heartbeat_seconds=0.3, pong_seconds=0.15, ack_timeout_seconds=1
            ) as subscriber:
                await place.publish("one")
                await held.inbox.has(1)
                await until(lambda: server.faults.heartbeats_answered)
                proxy.freeze(new=False)
                held.let_go.set()
                publishing = asyncio.create_task(place.publish("two"))
                await until(lambda: subscriber.statistics().reconnects)
                await until(lambda: proxy.accepted == 6)  # three kinds of calls, each on a new one
                assert await patiently(publishing)
                await until(lambda: held.results)
        await channel.close()
