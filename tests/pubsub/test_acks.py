"""Batches of acknowledgements, releases and extensions: their size, and ids that the service does not take."""

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest
from tests.pubsub.place import Held, Inbox, Place, place_on, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Ack, FlowControl, Message, Nack, Outcome, Settlement, connect
from claimstream.pubsub.limits import portions
from claimstream.pubsub.wire import AioRpcError

TOGETHER = {"ack_delay_seconds": 0.1, "receipt_seconds": 60}


async def test_one_bad_ack_id_does_not_fail_its_batch(server: PubSubServer, place: Place) -> None:
    held = Held()
    async with place.running(held, **TOGETHER):
        await place.publish(*(str(number) for number in range(50)))
        await held.inbox.has(50)
        server.faults.malformed_ack_ids = 1
        held.let_go.set()
        await until(lambda: len(held.results) == 50)
        assert sorted(held.results) == [Settlement.CONFIRMED] * 49 + [Settlement.INVALID_ACK_ID]
        assert server.snapshot(place.subscription).acked == 49
        server.faults.expire_leases(place.subscription)  # the one left comes again, with a new id
        await until(lambda: server.snapshot(place.subscription).acked == 50)


async def test_one_bad_ack_id_does_not_fail_the_releases_with_it(server: PubSubServer, place: Place) -> None:
    go = asyncio.Event()
    results: list[Settlement] = []
    inbox = Inbox({str(number): [Nack(on_result=results.append)] for number in range(20)})

    async def handle(message: Message) -> Outcome:
        outcome = await inbox(message)
        await go.wait()
        return outcome

    async with place.running(handle, **TOGETHER):
        await place.publish(*(str(number) for number in range(20)))
        await inbox.has(20)
        server.faults.malformed_ack_ids = 1
        go.set()
        await until(lambda: len(results) == 20)
        assert results.count(Settlement.CONFIRMED) == 19
        await until(lambda: server.snapshot(place.subscription).acked == 19)


async def test_one_bad_ack_id_does_not_end_the_leases_with_it(server: PubSubServer, place: Place) -> None:
    held = Held()
    server.faults.malformed_ack_ids = 1
    async with place.running(held, receipt_seconds=0.2):
        await place.publish(*(str(number) for number in range(20)))
        await until(lambda: server.snapshot(place.subscription).extended == 19)
        server.faults.clear()
        held.let_go.set()


@pytest.mark.parametrize("length", [200, 530, 3000])
async def test_no_batch_is_over_512_kib(length: int) -> None:
    # the server refuses what is larger
    async with PubSubServer(ack_id_bytes=length) as server:
        channel = await connect(emulator_host=server.target)
        async with place_on(channel) as place:
            held = Held()
            refused: list[str] = []

            async def guard(operation: str, call: Callable[[], Awaitable[None]]) -> None:
                try:
                    await call()
                except AioRpcError as error:
                    refused.append(f"{operation}: {error}")
                    raise

            window = FlowControl(max_messages=3000)
            async with place.running(held, flow_control=window, guard=guard):
                await place.publish(*(str(number) for number in range(1500)))
                await held.inbox.has(1500)
                await until(lambda: server.snapshot(place.subscription).extended >= 1500)
                held.let_go.set()
                await until(lambda: server.snapshot(place.subscription).acked == 1500)
            assert set(held.results) == {Settlement.CONFIRMED}
            assert refused == []
        await channel.close()


def test_portions_keep_both_limits_and_the_order() -> None:
    ids = ["i" * length for length in (10, 300_000, 300_000, 600_000, 10)]
    assert [len(portion) for portion in portions(ids, str)] == [2, 1, 1, 1]
    assert [one for portion in portions(ids, str) for one in portion] == ids
    assert [len(portion) for portion in portions(["i"] * 2500, str)] == [1000, 1000, 500]
    assert portions([], str) == []


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_acks_that_fail_for_long_are_no_good_health(server: PubSubServer, place: Place) -> None:
    clock = Clock()
    held = Held()
    async with place.running(held, clock=clock, stuck_seconds=300) as subscriber:
        await place.publish("one")
        await held.inbox.has(1)
        server.faults.fail("Acknowledge", "DEADLINE_EXCEEDED", times=10_000)
        held.let_go.set()
        await until(lambda: subscriber.health().acks_failing_seconds is not None)
        assert (subscriber.health().alive, subscriber.health().ready) == (True, True)
        clock.now += 301
        health = subscriber.health()
        assert (health.state, health.stuck, health.alive, health.ready) == ("streaming", True, False, False)
        assert health.error == "no acknowledgement has been answered for 301 s (DEADLINE_EXCEEDED)"
        server.faults.clear()
        await until(lambda: held.results)
        assert (subscriber.health().alive, subscriber.health().ready, subscriber.health().error) == (True, True, None)


async def test_an_outage_is_no_reason_for_a_restart(server: PubSubServer, place: Place) -> None:
    clock = Clock()
    held = Held()
    async with place.running(held, clock=clock) as subscriber:
        await place.publish("one")
        await held.inbox.has(1)
        server.faults.unavailable_for(math.inf)
        held.let_go.set()
        await until(lambda: subscriber.health().acks_failing_seconds is not None)
        await until(lambda: subscriber.health().state == "reconnecting")
        clock.now += 3600
        assert (subscriber.health().alive, subscriber.health().ready) == (True, False)
        server.faults.available()
        await until(lambda: held.results)


async def test_refused_acks_ask_for_a_person(server: PubSubServer, place: Place) -> None:
    held = Held()
    held.let_go.set()
    server.faults.fail("Acknowledge", "PERMISSION_DENIED")
    async with place.running(held) as subscriber:
        await place.publish("one")
        await until(lambda: held.results == [Settlement.PERMISSION_DENIED])
        health = subscriber.health()
        assert (health.alive, health.ready) == (True, False)
        assert "roles/pubsub.subscriber" in (health.attention or "")
        server.faults.expire_leases(place.subscription)
        await until(lambda: len(held.results) == 2)
        assert subscriber.health().attention is None


async def test_a_guard_that_is_cancelled_from_inside_loses_nothing(server: PubSubServer, place: Place) -> None:
    calls: list[str] = []

    async def guard(operation: str, call: Callable[[], Awaitable[None]]) -> None:
        calls.append(operation)
        if len(calls) == 1:
            gone = asyncio.get_running_loop().create_future()
            gone.cancel()
            await gone
        await call()

    held = Held()
    held.let_go.set()
    async with place.running(held, guard=guard, receipt_seconds=60):
        await place.publish("one")
        await until(lambda: held.results)
    assert (held.results, held.inbox.texts) == ([Settlement.CONFIRMED], ["one"])
    assert server.snapshot(place.subscription).acked == 1


async def test_a_listener_that_panics_leaves_the_others_told(server: PubSubServer, place: Place) -> None:
    class PanicError(BaseException):
        pass

    told: list[Settlement] = []

    def panic(_: Settlement) -> None:
        raise PanicError

    listeners = {"bad": panic, "good": told.append}

    async def handle(message: Message) -> Outcome:
        return Ack(on_result=listeners[message.data.decode()])

    async with place.running(handle, **TOGETHER):
        await place.publish("bad", "good")
        await until(lambda: told == [Settlement.CONFIRMED])
