"""Acknowledgements and releases that are slow, or lost on their way or on the way back."""

import asyncio
import math
import uuid

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Held, Inbox, Place, patiently, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Ack, Channel, Message, Nack, Outcome, Retry, Settlement, SubscriberOptions, wire
from claimstream.pubsub.acks import Acks
from claimstream.pubsub.counters import Counters
from claimstream.pubsub.delivery import Delivery

HELD = {"receipt_seconds": 60}  # no extension gets in the way


async def test_an_acknowledgement_that_the_service_loses_brings_the_message_again(
    server: PubSubServer, place: Place
) -> None:
    held = Held()
    held.let_go.set()
    server.faults.ignore("Acknowledge", subscription=place.subscription)
    async with place.running(held):
        await place.publish("one")
        await until(lambda: held.results == [Settlement.CONFIRMED])  # "received" is all it means here
        assert server.snapshot(place.subscription).acked == 0
        server.faults.expire_leases(place.subscription)
        await held.inbox.has(2)
        await until(lambda: server.snapshot(place.subscription).acked == 1)
    assert held.inbox.texts == ["one", "one"]


async def test_an_acknowledgement_lost_for_one_subscription_counts_for_another(
    server: PubSubServer, make_place: MakePlace
) -> None:
    here, there = await make_place(), await make_place()
    server.faults.ignore("Acknowledge", subscription=there.subscription)
    inbox = Inbox()
    async with here.running(inbox):
        await here.publish("one")
        await until(lambda: server.snapshot(here.subscription).acked == 1)


@pytest.mark.parametrize("exactly_once", [False, True])
async def test_an_acknowledgement_whose_answer_is_lost_is_sent_again_and_confirmed(
    server: PubSubServer, make_place: MakePlace, exactly_once: bool
) -> None:
    place = await make_place(enable_exactly_once=exactly_once)
    held = Held()
    held.let_go.set()
    server.faults.lose_answers("Acknowledge", times=2)
    async with place.running(held, **HELD) as subscriber:
        await place.publish("one")
        await until(lambda: held.results)
        assert subscriber.statistics().ack_failures == 0
    assert (held.inbox.texts, held.results) == (["one"], [Settlement.CONFIRMED])
    assert server.snapshot(place.subscription).acked == 1


@pytest.mark.parametrize("exactly_once", [False, True])
async def test_a_release_whose_answer_is_lost_does_no_harm(
    server: PubSubServer, make_place: MakePlace, exactly_once: bool
) -> None:
    place = await make_place(enable_exactly_once=exactly_once)
    results: list[Settlement] = []
    inbox = Inbox({"one": [Nack(on_result=results.append)]})
    async with place.running(inbox, **HELD):
        await place.publish("zero")
        await until(lambda: server.snapshot(place.subscription).acked == 1)  # the receipt's answer is not the lost one
        server.faults.delay("ModifyAckDeadline", math.inf)
        await place.publish("one")
        if exactly_once:  # the receipt
            await until(lambda: server.faults.delayed("ModifyAckDeadline"))
            server.faults.delay("ModifyAckDeadline", 0)
            await inbox.has(2)
        else:
            await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the release
            server.faults.lose_answers("ModifyAckDeadline")
            server.faults.delay("ModifyAckDeadline", 0)
        await inbox.has(3)
        await until(lambda: server.snapshot(place.subscription).acked == 2)
        await until(lambda: results)
    assert inbox.texts == ["zero", "one", "one"]
    assert results == [Settlement.CONFIRMED]


async def test_a_release_that_the_service_loses_brings_the_message_when_its_lease_has_run_out(
    server: PubSubServer, place: Place
) -> None:
    inbox = Inbox({"one": [Nack()]})
    server.faults.ignore("ModifyAckDeadline")
    async with place.running(inbox, **HELD) as subscriber:
        await place.publish("one")
        await until(lambda: subscriber.statistics().nacked == 1)
        assert server.snapshot(place.subscription).outstanding == 1
        server.faults.expire_leases(place.subscription)
        assert await inbox.has(2) == ["one", "one"]


async def test_acknowledgements_that_are_slow_do_not_hold_up_handlers(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    server.faults.delay_answers("Acknowledge", math.inf)
    async with place.running(inbox) as subscriber:
        await place.publish("one")
        await until(lambda: server.faults.delayed_answers("Acknowledge"))
        await place.publish("two")
        await inbox.has(2)
        assert subscriber.statistics().acked == 0
        server.faults.delay_answers("Acknowledge", 0)
        await until(lambda: subscriber.statistics().acked == 2)


async def test_shutdown_waits_for_an_acknowledgement_that_is_slow(server: PubSubServer, place: Place) -> None:
    held = Held()
    held.let_go.set()
    server.faults.delay("Acknowledge", math.inf)
    subscriber = place.subscriber(held)
    run = asyncio.create_task(subscriber.run())
    await place.publish("one")
    await until(lambda: server.faults.delayed("Acknowledge"))
    shutdown = asyncio.create_task(subscriber.shutdown(grace_seconds=3600))
    await until(lambda: subscriber.health().state == "draining" and not server.streams(place.subscription))
    assert not shutdown.done()
    server.faults.delay("Acknowledge", 0)
    await patiently(shutdown)
    await patiently(run)
    assert (held.results, server.snapshot(place.subscription).acked) == ([Settlement.CONFIRMED], 1)


async def test_shutdown_does_not_wait_for_ever_for_an_acknowledgement(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    held.let_go.set()
    server.faults.delay("Acknowledge", math.inf)
    subscriber = place.subscriber(held)
    run = asyncio.create_task(subscriber.run())
    await place.publish("one")
    await until(lambda: server.faults.delayed("Acknowledge"))
    await patiently(subscriber.shutdown(grace_seconds=0))
    await patiently(run)
    server.faults.delay("Acknowledge", 0)
    assert "1 acknowledgements" in caplog.text
    assert held.results == [Settlement.FAILED], "whoever listens is told"
    assert subscriber.health().outstanding_messages == 0


async def test_a_permanent_failure_of_an_id_brings_the_message_again(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_exactly_once=True)
    held = Held()
    held.let_go.set()
    server.faults.fail_ack_ids("PERMANENT_FAILURE_INVALID_ACK_ID")
    async with place.running(held):
        await place.publish("one")
        await until(lambda: len(held.results) == 2)
    assert held.results == [Settlement.INVALID_ACK_ID, Settlement.CONFIRMED]
    assert held.inbox.texts == ["one", "one"]


async def test_disorder_leaves_the_messages_of_a_key_in_order(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    texts = [f"{number:02}" for number in range(30)]
    others = [uuid.uuid4().hex for _ in range(30)]
    for text, other in zip(texts, others, strict=True):
        await place.publish(text, key="k")
        await place.publish(other)
    server.faults.reorder(100)
    inbox = Inbox()
    async with place.running(inbox):
        await inbox.has(60)
    assert [text for text in inbox.texts if text in texts] == texts
    assert [text for text in inbox.texts if text in others] != others


async def test_the_lease_is_kept_while_an_acknowledgement_hangs(server: PubSubServer, place: Place) -> None:
    held = Held()
    held.let_go.set()
    lease = {"min_lease_seconds": 1, "max_lease_seconds": 1, "receipt_seconds": 0.05}
    server.faults.delay("Acknowledge", math.inf)
    async with place.running(held, **lease) as subscriber:
        await place.publish("one")
        await until(lambda: server.faults.delayed("Acknowledge"))
        await until(lambda: subscriber.statistics().extensions >= 4)
        server.faults.delay("Acknowledge", 0)
        await until(lambda: held.results)
    assert held.inbox.texts == ["one"]
    assert server.snapshot(place.subscription).expired == 0


async def test_an_extension_that_was_given_up_never_arrives_after_the_release(
    server: PubSubServer, place: Place
) -> None:
    release = asyncio.Event()
    inbox = Inbox()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        if len(inbox.messages) > 1:
            return Ack()
        await release.wait()
        return Nack()

    server.faults.outlives_callers = True
    server.faults.delay("ModifyAckDeadline", math.inf, times=1)
    backoff = {"min_backoff_seconds": 60, "max_backoff_seconds": 60}
    async with place.running(handle, receipt_seconds=0.01, ack_timeout_seconds=0.3, **backoff):
        await place.publish("one")
        await inbox.has(1)
        await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the extension
        release.set()
        await inbox.has(2)  # the client gave the extension up, and the release arrived
        server.faults.delay("ModifyAckDeadline", 0)
        await until(lambda: not server.faults.delayed("ModifyAckDeadline"))
        await place.publish("two")
        await inbox.has(3)
    assert server.snapshot(place.subscription).late_extensions == 0


async def test_hundreds_of_ids_that_fail_at_once_are_each_reported(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_exactly_once=True)
    held = Held()
    async with place.running(held, ack_delay_seconds=0.2, receipt_seconds=60):
        await place.publish(*(str(number) for number in range(900)))
        await held.inbox.has(900)
        server.faults.expire_leases(place.subscription)
        held.let_go.set()
        await until(lambda: held.results.count(Settlement.INVALID_ACK_ID) >= 900)
        await until(lambda: server.snapshot(place.subscription).acked == 900)


async def test_shutdown_does_not_sleep_out_the_back_off_of_an_acknowledgement(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()
    server.faults.fail("Acknowledge", "UNAVAILABLE")
    async with place.running(inbox, min_backoff_seconds=300.0, max_backoff_seconds=300.0):
        await place.publish("one")
        await until(lambda: "trying again" in caplog.text)
    assert server.snapshot(place.subscription).acked == 1


async def test_what_was_never_sent_is_reported_at_the_end(channel: Channel) -> None:
    received = wire.ReceivedMessage(ack_id="id", message=wire.PubsubMessage(data=b"x", message_id="1"))
    heard: list[Settlement] = []
    settled: list[Settlement] = []
    acks = Acks(
        channel,
        "projects/test/subscriptions/none",
        SubscriberOptions(ack_batch_size=1),  # its task is made at once, and has not begun
        Counters(),
        lambda _deliveries, _kind, settlement: settled.append(settlement),
    )
    acks.ack(Delivery(Message(received, "projects/test/subscriptions/none"), "id", 0.0, ""), heard.append)
    await acks.close()
    assert (heard, settled, acks.unsettled) == ([Settlement.FAILED], [Settlement.FAILED], 0)


async def test_a_handler_is_not_called_again_for_a_message_that_is_handled_elsewhere_by_now(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_exactly_once=True)
    inbox = Inbox({"a": [Retry(after=1.0, rerun=True)]})
    async with place.running(inbox, **HELD) as subscriber:
        await place.publish("a")
        await inbox.has(1)
        server.faults.expire_leases(place.subscription)
        await inbox.has(2)  # it came again, and is acknowledged
        await until(lambda: server.snapshot(place.subscription).acked == 1)
        await until(lambda: subscriber.statistics().running == 0)
    assert inbox.texts == ["a", "a"]


async def test_a_release_waits_for_every_extension_on_the_wire(server: PubSubServer, place: Place) -> None:
    go = asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await go.wait()
        return Ack() if message.data == b"probe" else Nack()

    server.faults.delay("ModifyAckDeadline", math.inf, times=1)
    async with place.running(handle, min_lease_seconds=2, receipt_seconds=0.1) as subscriber:
        await place.publish("one")
        await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the first extension hangs
        await until(lambda: subscriber.statistics().extensions)  # the next one has been answered
        await place.publish("probe")
        await until(lambda: subscriber.statistics().running == 2)
        go.set()
        await until(lambda: server.snapshot(place.subscription).acked == 1)  # the probe, decided later
        assert server.snapshot(place.subscription).nacked == 0
        server.faults.delay("ModifyAckDeadline", 0)
        await until(lambda: server.snapshot(place.subscription).nacked >= 1)
        subscriber.pause("over")
    assert server.snapshot(place.subscription).late_extensions == 0


async def test_a_lease_lasts_while_an_acknowledgement_hangs_although_handlers_take_long(
    server: PubSubServer, place: Place
) -> None:
    inbox = Inbox()
    async with place.running(inbox, ack_timeout_seconds=30) as subscriber:
        subscriber._length.record([100.0] * 10)  # so that leases are long, and the stream's is not
        server.faults.delay("Acknowledge", math.inf)
        await place.publish("one")
        await until(lambda: server.faults.delayed("Acknowledge"))
        await until(lambda: server.snapshot(place.subscription).extended)  # within the ten seconds of the stream
        server.faults.delay("Acknowledge", 0)
        await until(lambda: server.snapshot(place.subscription).acked == 1)
    assert (inbox.texts, server.snapshot(place.subscription).expired) == (["one"], 0)
