"""One whose handlers take long holds up no other."""

import asyncio
from typing import Any

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import patiently

from claimstream.pubsub import Ack, FlowControl, Message, Outcome, SubscriberOptions


def lane_of(message: Message) -> str:
    return message.data.decode().partition("-")[0]


class Handler:
    """Ends at once, but for the lanes that are slow."""

    def __init__(self, *slow: str) -> None:
        self.slow = slow
        self.running: list[str] = []
        self.handled: list[str] = []
        self.release = asyncio.Event()
        self.changed = asyncio.Condition()

    async def __call__(self, message: Message) -> Outcome:
        name = message.data.decode()
        self.running.append(name)
        async with self.changed:
            self.changed.notify_all()
        if lane_of(message) in self.slow:
            await self.release.wait()
        self.running.remove(name)
        self.handled.append(name)
        async with self.changed:
            self.changed.notify_all()
        return Ack()

    async def until(self, running: int, handled: int) -> None:
        async with self.changed:
            await patiently(self.changed.wait_for(lambda: (len(self.running), len(self.handled)) == (running, handled)))


def names(lane: str, count: int) -> list[str]:
    return [f"{lane}-{number}" for number in range(count)]


FLOW = FlowControl(max_messages=12, max_waiting=60)


async def test_a_lane_leaves_as_many_places_as_it_takes(make_place: MakePlace) -> None:
    place, handler = await make_place(), Handler("slow")
    async with place.running(handler, flow_control=FLOW, lane=lane_of):
        await place.publish(*names("slow", 40))
        await handler.until(running=6, handled=0)
        await place.publish(*names("quick", 20))
        await handler.until(running=6, handled=20)
        handler.release.set()
        await handler.until(running=0, handled=60)


async def test_two_slow_lanes_leave_a_third_its_share(make_place: MakePlace) -> None:
    place, handler = await make_place(), Handler("a", "b")
    async with place.running(handler, flow_control=FLOW, lane=lane_of):
        await place.publish(*names("a", 20))
        await handler.until(running=6, handled=0)
        await place.publish(*names("b", 20))
        await handler.until(running=9, handled=0)
        await place.publish(*names("c", 10))
        await handler.until(running=9, handled=10)
        handler.release.set()
        await handler.until(running=0, handled=50)


async def test_without_lanes_all_places_are_taken(make_place: MakePlace) -> None:
    place, handler = await make_place(), Handler("slow")
    async with place.running(handler, flow_control=FLOW):
        await place.publish(*names("slow", 20))
        await handler.until(running=12, handled=0)
        handler.release.set()
        await handler.until(running=0, handled=20)


async def test_a_message_whose_lane_cannot_be_told_is_handled(make_place: MakePlace) -> None:
    def broken(message: Message) -> str:
        raise LookupError(message.id)

    place, handler = await make_place(), Handler()
    async with place.running(handler, flow_control=FLOW, lane=broken):
        await place.publish(*names("any", 20))
        await handler.until(running=0, handled=20)


async def test_what_waits_in_its_lane_is_released_at_the_end(make_place: MakePlace) -> None:
    place, handler = await make_place(), Handler("slow")
    async with place.running(handler, flow_control=FLOW, lane=lane_of):
        await place.publish(*names("slow", 20))
        await handler.until(running=6, handled=0)
        handler.release.set()
        await handler.until(running=0, handled=20)
        handler.release.clear()
        await place.publish(*names("slow", 20))
        await handler.until(running=6, handled=20)
        handler.slow = ()
        handler.release.set()
    async with place.running(handler):
        await patiently(asyncio.wait_for(_all_come(handler), 60))


async def _all_come(handler: Handler) -> None:
    while sorted(handler.handled) != sorted(names("slow", 20) * 2):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("given", "error"), [({"max_waiting": -1}, ValueError), ({"max_waiting": 1.5}, TypeError)])
def test_senseless_limits_are_refused(given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="max_waiting"):
        FlowControl(**given)


def test_a_lane_is_told_by_a_function() -> None:
    with pytest.raises(TypeError, match="lane is a function"):
        SubscriberOptions(lane="mailbox")  # type: ignore[arg-type]  # the point
