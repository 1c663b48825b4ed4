"""Publishing through the door: what it repeats, what it gives up, and what the circuit counts."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from claimstream.external import grpc_errors
from claimstream.external.breaker import BreakerEvent
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, Outage, Throttled, Unauthorised
from claimstream.external.policy import Policy
from claimstream.local.pubsub_server import PubSubServer
from claimstream.publishing import GuardedPublisher
from claimstream.pubsub import Admin, connect
from claimstream.telemetry.correlation import correlated

TOPIC = "projects/firm/topics/emails"


class Place:
    """A publisher, the server it publishes to, and what its circuit has met."""

    def __init__(self, server: PubSubServer, publisher: GuardedPublisher) -> None:
        self.server = server
        self.publisher = publisher
        self.events: list[BreakerEvent] = []

    async def publish(self) -> str:
        return await self.publisher.publish(b"", {"email_id": "e"})


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with PubSubServer() as server:
        channel = await connect(emulator_host=server.target)
        await Admin(channel).ensure_topic(TOPIC)
        events: list[BreakerEvent] = []
        policy = Policy(attempts=1, breaker_threshold=3, timeout_seconds=15.0)
        door = Door({grpc_errors.SERVICE: policy}, on_breaker_event=events.append)
        service = door.service(grpc_errors.SERVICE, grpc_errors.classify)
        found = Place(server, GuardedPublisher(channel, TOPIC, service))
        found.events = events
        yield found
        await found.publisher.close(1.0)
        await door.close()
        await channel.close()


async def test_a_batch_that_fails_for_a_moment_is_repeated_and_opens_no_circuit(place: Place) -> None:
    place.server.faults.fail("Publish", "UNAVAILABLE", times=2)
    assert len({await each for each in asyncio.as_completed([place.publish() for _ in range(20)])}) == 20
    assert place.events == []


async def test_what_lasts_is_given_up_before_the_doors_own_time_and_the_circuit_counts_it(place: Place) -> None:
    place.server.faults.unavailable_for(3600)
    results = await asyncio.gather(*(place.publish() for _ in range(3)), return_exceptions=True)
    assert {type(result) for result in results} == {Outage}
    assert {str(result) for result in results} == {"pubsub publish: answered UNAVAILABLE: it should pass"}
    assert [event.kind for event in place.events] == ["opened"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [("PERMISSION_DENIED", Unauthorised), ("NOT_FOUND", Unauthorised), ("RESOURCE_EXHAUSTED", Throttled)],
)
async def test_each_refusal_has_its_class(place: Place, status: str, kind: type[ExternalError]) -> None:
    place.server.faults.fail("Publish", status, times=1000)
    with pytest.raises(ExternalError) as caught:
        await place.publish()
    assert type(caught.value) is kind


async def test_a_missing_topic_is_told_as_such_and_opens_the_circuit(place: Place) -> None:
    place.server.faults.fail("Publish", "NOT_FOUND", times=1000)
    for number in range(3):
        with correlated(email_id=f"{number}"), pytest.raises(Unauthorised, match=f"there is no topic {TOPIC}"):
            await place.publish()
    assert [event.kind for event in place.events] == ["opened"]
