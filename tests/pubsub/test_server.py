"""The embedded server's own behaviour, at a pace where 10 seconds last 0.1."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import PATIENCE_SECONDS, Inbox, Place, patiently, place_on, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Ack, FlowControl, Message, Nack, Outcome, Publisher, PubSubError, connect, wire
from claimstream.pubsub.wire import SUBSCRIBER, PullRequest, PullResponse, unary_stub


@pytest.fixture
async def server() -> AsyncIterator[PubSubServer]:
    async with PubSubServer(pace=0.01) as running:
        yield running


LEASED = {"min_lease_seconds": 600}  # 6 s at this pace, so that a slow machine loses no lease


async def pull(place: Place, count: int = 10) -> list[Any]:
    """A unary pull, whose lease nobody extends."""
    call = unary_stub(place.channel, SUBSCRIBER, "Pull", PullRequest, PullResponse)
    response = await call(PullRequest(subscription=place.subscription, max_messages=count), timeout=PATIENCE_SECONDS)
    return list(response.received_messages)


async def test_an_unsettled_lease_runs_out_and_the_message_comes_again(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(ack_deadline_seconds=10)
    await place.publish("one")
    first, second = await pull(place), await pull(place)
    assert [one.message.data for one in first + second] == [b"one", b"one"]
    assert first[0].message.message_id == second[0].message.message_id
    assert first[0].ack_id != second[0].ack_id
    assert server.snapshot(place.subscription).expired == 1


async def test_expiries_and_releases_count_as_attempts_until_the_dead_letter_topic(
    server: PubSubServer, make_place: MakePlace
) -> None:
    graveyard = await make_place()
    place = await make_place(ack_deadline_seconds=10, dead_letter_topic=graveyard.topic, max_delivery_attempts=5)
    [published] = await place.publish("doomed")
    assert [(await pull(place))[0].delivery_attempt for _ in range(2)] == [1, 2]  # expiries
    inbox, buried = Inbox({"doomed": [Nack()] * 10}), Inbox()
    async with place.running(inbox, **LEASED), graveyard.running(buried, **LEASED):
        await buried.has(1)
    assert [message.delivery_attempt for message in inbox.messages] == [3, 4, 5]
    corpse = buried.messages[0]
    assert (corpse.data, corpse.id == published) == (b"doomed", False)
    assert corpse.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"
    assert corpse.attributes["CloudPubSubDeadLetterSourceSubscription"] == place.subscription.rpartition("/")[2]
    snapshot = server.snapshot(place.subscription)
    assert (snapshot.dead_lettered, snapshot.backlog, snapshot.outstanding) == (1, 0, 0)


async def test_the_retry_policy_holds_a_released_message_back(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(minimum_backoff_seconds=60, maximum_backoff_seconds=600)
    inbox = Inbox({"later": [Nack()]})
    async with place.running(inbox, **LEASED):
        await place.publish("later")
        await until(lambda: server.snapshot(place.subscription).nacked)
        await place.publish("sooner")
        assert await inbox.has(3) == ["later", "sooner", "later"]


async def test_a_key_in_back_off_holds_back_its_later_messages(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(minimum_backoff_seconds=50, maximum_backoff_seconds=50, enable_ordering=True)
    inbox = Inbox({"a": [Nack()]})
    async with place.running(inbox, **LEASED):
        await place.publish("a", key="k")
        await until(lambda: server.snapshot(place.subscription).nacked)
        await place.publish("b", key="k")
        await place.publish("other", key="j")
        assert await inbox.has(4) == ["a", "other", "a", "b"]


async def test_a_key_goes_to_one_consumer_at_a_time(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    finish, first, second = asyncio.Event(), Inbox(), Inbox()

    async def slow(message: Message) -> Outcome:
        outcome = await first(message)
        await finish.wait()
        return outcome

    async with place.running(slow, flow_control=FlowControl(max_messages=1), **LEASED):
        await place.publish("a", key="k")
        await first.has(1)
        async with place.running(second, **LEASED):
            await until(lambda: server.snapshot(place.subscription).streams == 2)
            await place.publish("b", key="k")  # is for the first one, which has no room
            await place.publish("c", key="free")
            assert await second.has(1) == ["c"]
            finish.set()
            await until(lambda: server.snapshot(place.subscription).acked == 3)
    assert sorted(first.texts + second.texts) == ["a", "b", "c"]


async def test_every_subscription_of_a_topic_gets_every_message(place: Place) -> None:
    other = f"{place.subscription}-other"
    await place.admin.ensure_subscription(other, topic=place.topic)
    twin = Place(place.channel, place.admin, place.project, place.topic, other, place.publisher)
    ours, theirs = Inbox(), Inbox()
    async with place.running(ours, **LEASED), twin.running(theirs, **LEASED):
        await place.publish("shared")
        await ours.has(1)
        await theirs.has(1)
    assert ours.messages[0].id == theirs.messages[0].id


async def test_deleting_a_subscription_ends_its_streams(server: PubSubServer, place: Place) -> None:
    subscriber = place.subscriber(Inbox())
    run = asyncio.create_task(subscriber.run())
    await until(lambda: server.streams(place.subscription))
    await place.admin.delete_subscription(place.subscription)
    await until(lambda: "NOT_FOUND" in (subscriber.health().attention or ""))
    await patiently(subscriber.shutdown())
    await patiently(run)


async def test_a_subscription_of_a_deleted_topic_fails_the_check(place: Place) -> None:
    await place.admin.delete_topic(place.topic)
    with pytest.raises(PubSubError, match="topic was deleted"):
        await place.admin.check_subscription(place.subscription)


async def test_what_the_service_would_refuse_is_refused(place: Place) -> None:
    with pytest.raises(PubSubError, match="INVALID_ARGUMENT"):
        await place.admin.ensure_topic("no/topic")
    with pytest.raises(PubSubError, match=r"INVALID_ARGUMENT.*10 to 600"):
        await place.admin.ensure_subscription(f"{place.subscription}-x", topic=place.topic, ack_deadline_seconds=5)
    with pytest.raises(PubSubError, match=r"INVALID_ARGUMENT.*5 to 100"):
        await place.admin.ensure_subscription(
            f"{place.subscription}-y", topic=place.topic, dead_letter_topic=place.topic, max_delivery_attempts=1
        )
    publish = wire.unary_stub(place.channel, wire.PUBLISHER, "Publish", wire.PublishRequest, wire.PublishResponse)
    message = wire.PubsubMessage(data=b"x", attributes={"k": "v" * 1025})
    with pytest.raises(wire.AioRpcError, match="the attribute 'k' has 1025 bytes"):
        await publish(wire.PublishRequest(topic=place.topic, messages=[message]))


# as a process


def command(port_file: Path) -> list[str]:
    return [sys.executable, "-m", "claimstream.local.pubsub_server", "--port", "0", "--port-file", str(port_file)]


async def test_the_process_writes_its_port_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    process = await asyncio.create_subprocess_exec(*command(port_file), stdout=subprocess.PIPE)
    try:
        await until(port_file.exists)
        assert process.stdout is not None
        port = (await patiently(process.stdout.readline())).decode().strip()
        assert port_file.read_text().strip() == port
        channel = await connect(emulator_host=f"127.0.0.1:{port}")
        async with AsyncExitStack() as stack:
            stack.push_async_callback(channel.close)
            place = await stack.enter_async_context(place_on(channel))
            await place.publish("one")
            assert [one.message.data for one in await pull(place)] == [b"one"]
        process.send_signal(signal.SIGTERM)
        assert await patiently(process.wait()) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(f"""
            import subprocess, time
            print(subprocess.Popen({command(port_file)!r}, stdout=subprocess.DEVNULL).pid, flush=True)
            time.sleep(3600)
        """),
        stdout=subprocess.PIPE,
    )
    try:
        assert parent.stdout is not None
        child = int(await patiently(parent.stdout.readline()))
        await until(port_file.exists)
        assert running(child)
    finally:
        parent.kill()
        await patiently(parent.wait())
    await until(lambda: not running(child))


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


# introspection


async def test_the_snapshot_tells_backlog_from_outstanding(server: PubSubServer, place: Place) -> None:
    publisher = Publisher(place.channel, place.topic)
    ids = [await publisher.publish(b"%d" % number) for number in range(5)]
    await publisher.close()
    await pull(place, 2)
    inbox, held = Inbox(), asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        await held.wait()
        return Ack()

    async with place.running(handle, **LEASED):
        await inbox.has(3)
        held.set()
        await until(lambda: server.snapshot(place.subscription).acked == 5)  # the first two after their leases
    assert sorted(server.snapshot(place.subscription).acked_message_ids) == sorted(ids)
