"""Kinds of calls that do not hold each other up."""

import asyncio
import math
import os
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from tests.pubsub.place import Inbox, patiently, place_on, until

from claimstream.local.proxy import Proxy
from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Ack, Message, Outcome, Publisher, connect


@pytest.mark.parametrize("subscribers", [5, 12])
async def test_streams_leave_room_for_acknowledgements(subscribers: int) -> None:
    async with AsyncExitStack() as stack:
        # its connections carry ten calls at once, as Google's carry a hundred
        server = await stack.enter_async_context(PubSubServer(max_concurrent_streams=10))
        channel = await connect(emulator_host=server.target)
        stack.push_async_callback(channel.close)
        places = [await stack.enter_async_context(place_on(channel)) for _ in range(subscribers)]
        calls: Counter[str] = Counter()

        async def handle(message: Message) -> Outcome:
            calls[message.subscription] += 1
            return Ack()

        for place in places:
            await stack.enter_async_context(place.running(handle))
        await until(lambda: all(server.snapshot(place.subscription).streams for place in places))
        for place in places:
            await place.publish("one")
        await until(lambda: all(server.snapshot(place.subscription).acked == 1 for place in places))
        assert set(calls.values()) == {1}


async def test_publishing_leaves_room_for_acknowledgements() -> None:
    async with PubSubServer(max_concurrent_streams=5) as server:
        channel = await connect(emulator_host=server.target)
        async with place_on(channel) as place:
            await place.publish("one")
            server.faults.delay("Publish", math.inf)
            publishing = [asyncio.create_task(publisher.publish(b"x")) for publisher in [place.publisher]]
            others = [Publisher(channel, place.topic) for _ in range(6)]
            publishing += [asyncio.create_task(other.publish(b"x")) for other in others]
            await until(lambda: server.faults.delayed("Publish") == 5)  # all that the connection carries
            async with place.running(Inbox()):
                await until(lambda: server.snapshot(place.subscription).acked == 1)
            server.faults.delay("Publish", 0)
            await patiently(asyncio.gather(*publishing))
            for other in others:
                await other.close()
        await channel.close()


async def test_each_kind_of_call_has_its_connection(server: PubSubServer) -> None:
    async with Proxy(server.port) as proxy:
        channel = await connect(emulator_host=proxy.target)
        async with place_on(channel) as place:
            assert proxy.accepted == 1
            await place.publish("one")
            assert proxy.accepted == 2
            inbox = Inbox()
            async with place.running(inbox):
                await inbox.has(1)
                await until(lambda: server.snapshot(place.subscription).acked == 1)
                assert proxy.accepted == 3
        await channel.close()


async def test_streams_that_ended_leave_their_place_to_others(server: PubSubServer) -> None:
    async with Proxy(server.port) as proxy:
        channel = await connect(emulator_host=proxy.target)
        async with place_on(channel) as place:
            for _ in range(12):
                async with place.running(Inbox()):
                    await until(lambda: server.snapshot(place.subscription).streams == 1)
            assert proxy.accepted == 2
        await channel.close()


async def test_use_after_a_fork_is_refused(server: PubSubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await connect(emulator_host=server.target)
    async with place_on(channel) as place:
        subscriber = place.subscriber(Inbox())
        with monkeypatch.context() as child:
            child.setattr(os, "getpid", lambda: -1)
            with pytest.raises(RuntimeError, match=r"before the process was forked.*spawn"):
                place.subscriber(Inbox())
            with pytest.raises(RuntimeError, match="before the process was forked"):
                await subscriber.run()
            with pytest.raises(RuntimeError, match="before the process was forked"):
                await place.publish("one")
    await channel.close()
