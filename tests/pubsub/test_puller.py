"""Unary pulls under faults."""

import socket

import pytest
from tests.pubsub.place import Place, place_on

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import PubSubError, Puller, connect


async def test_an_extended_lease_outlives_the_subscriptions_own(place: Place, server: PubSubServer) -> None:
    await place.publish("a")
    puller = Puller(place.channel, place.subscription)
    [pulled] = await puller.pull(1)
    await puller.extend([pulled.ack_id], 600)
    assert server.snapshot(place.subscription).extended == 1
    assert await puller.pull(1, wait_seconds=0.2) == []


async def test_settling_is_tried_again_and_more_ids_than_fit_go_in_several_calls(
    place: Place, server: PubSubServer
) -> None:
    await place.publish(*(f"{number}" for number in range(1001)))
    puller = Puller(place.channel, place.subscription)
    ids = [pulled.ack_id for _ in range(2) for pulled in await puller.pull(1000)]
    assert len(ids) == 1001
    server.faults.fail("Acknowledge", "UNAVAILABLE", times=2)
    await puller.acknowledge(ids)
    assert server.snapshot(place.subscription).acked == 1001


async def test_without_a_retry_time_a_failure_is_told_at_once(place: Place, server: PubSubServer) -> None:
    await place.publish("a")
    puller = Puller(place.channel, place.subscription, retry_seconds=0)
    [pulled] = await puller.pull(1)
    server.faults.fail("Acknowledge", "UNAVAILABLE")
    with pytest.raises(PubSubError, match="UNAVAILABLE"):
        await puller.acknowledge([pulled.ack_id])
    assert server.snapshot(place.subscription).acked == 0


async def test_a_service_that_never_answered_is_not_taken_for_an_empty_subscription() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # it accepts, and says nothing
        channel = await connect(emulator_host=f"127.0.0.1:{mute.getsockname()[1]}")
        with pytest.raises(PubSubError, match=r"UNAVAILABLE|DEADLINE_EXCEEDED"):
            await Puller(channel, "projects/p/subscriptions/s").pull(1, wait_seconds=0.3)
        await channel.close()


async def test_one_bad_ack_id_does_not_fail_the_others(place: Place, server: PubSubServer) -> None:
    await place.publish(*(str(number) for number in range(20)))
    puller = Puller(place.channel, place.subscription)
    ids = [pulled.ack_id for pulled in await puller.pull(20)]
    server.faults.malformed_ack_ids = 1
    with pytest.raises(PubSubError, match="INVALID_ARGUMENT"):
        await puller.acknowledge(ids)
    assert server.snapshot(place.subscription).acked == 19
    with pytest.raises(PubSubError, match="INVALID_ARGUMENT"):
        await puller.release([*ids[:1], "unknown"])


async def test_long_ack_ids_keep_to_512_kib() -> None:
    async with PubSubServer(ack_id_bytes=5000) as server:
        channel = await connect(emulator_host=server.target)
        async with place_on(channel) as place:
            await place.publish(*(str(number) for number in range(150)))
            puller = Puller(channel, place.subscription)
            ids = [pulled.ack_id for pulled in await puller.pull(1000)]
            await puller.acknowledge(ids)
            assert server.snapshot(place.subscription).acked == 150
        await channel.close()
