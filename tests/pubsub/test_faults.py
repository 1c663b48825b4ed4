"""What happens when the service misbehaves."""

import asyncio
import logging
import math

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Held, Inbox, Place, patiently, place_on, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import (
    Ack,
    FlowControl,
    Message,
    Nack,
    Outcome,
    Publisher,
    PublisherOptions,
    PubSubError,
    Retry,
    Settlement,
    SubscriptionError,
    connect,
)

TRANSIENT = ["ABORTED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN", "CANCELLED"]
FATAL = ["INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "FAILED_PRECONDITION"]


# streams


@pytest.mark.parametrize("code", TRANSIENT)
async def test_a_stream_that_breaks_is_opened_again(server: PubSubServer, place: Place, code: str) -> None:
    inbox = Inbox()
    async with place.running(inbox) as subscriber:
        await place.publish("before")
        await inbox.has(1)
        client = server.streams(place.subscription)[0][0]
        assert server.faults.break_streams(code) == 1
        await place.publish("after")
        assert await inbox.has(2) == ["before", "after"]
        assert [name for name, _ in server.streams(place.subscription)] == [client]
        assert (subscriber.statistics().reconnects, subscriber.health().ready) == (1, True)


@pytest.mark.parametrize("code", FATAL)
async def test_a_stream_that_cannot_work_ends_the_run(server: PubSubServer, place: Place, code: str) -> None:
    server.faults.fail("StreamingPull", code, times=100)  # gRPC may lose the first one: "Internal error from Core"
    subscriber = place.subscriber(Inbox())
    with pytest.raises(SubscriptionError) as caught:
        await patiently(subscriber.run())
    assert caught.value.code == code
    assert not subscriber.health().alive
    await patiently(subscriber.shutdown())
    assert subscriber.health().state == "failed"


async def test_a_fatal_end_fails_liveness_at_once_and_lets_handlers_finish(server: PubSubServer, place: Place) -> None:
    held = Held()
    subscriber = place.subscriber(held)
    run = asyncio.create_task(subscriber.run())
    await place.publish("paid for")
    await held.inbox.has(1)
    server.faults.break_streams("INVALID_ARGUMENT")
    await until(lambda: not subscriber.health().alive)
    held.let_go.set()
    with pytest.raises(SubscriptionError, match="INVALID_ARGUMENT"):
        await patiently(run)
    assert held.results == [Settlement.CONFIRMED]
    assert server.snapshot(place.subscription).acked == 1


async def test_an_outage_is_waited_out(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    async with place.running(inbox) as subscriber:
        await until(lambda: subscriber.health().state == "streaming")
        server.faults.unavailable_for(3600)
        await until(lambda: subscriber.statistics().reconnects >= 3)
        health = subscriber.health()
        assert (health.state, health.alive, health.ready) == ("reconnecting", True, False)
        assert "UNAVAILABLE" in (health.error or "")
        server.faults.available()
        await place.publish("after")
        await inbox.has(1)
        assert (subscriber.health().state, subscriber.health().error) == ("streaming", None)


async def test_what_is_held_when_a_stream_breaks_is_acknowledged_later(server: PubSubServer, place: Place) -> None:
    held = Held()
    async with place.running(held) as subscriber:
        await place.publish("held")
        await held.inbox.has(1)
        server.faults.break_streams()
        await until(lambda: subscriber.statistics().reconnects == 1 and server.snapshot(place.subscription).streams)
        held.let_go.set()
        await until(lambda: held.results)
    assert (held.inbox.texts, held.results) == (["held"], [Settlement.CONFIRMED])


async def test_a_silent_stream_is_noticed_and_opened_again(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    async with place.running(inbox, heartbeat_seconds=0.05, pong_seconds=0.2, stuck_seconds=0.1) as subscriber:
        await until(lambda: subscriber.health().state == "streaming")
        await until(lambda: server.faults.heartbeats_answered)
        server.faults.silent = True
        await place.publish("meanwhile")
        await until(lambda: not subscriber.health().alive)  # stuck: it looks open, and says nothing
        await until(lambda: subscriber.statistics().reconnects)
        server.faults.silent = False
        await inbox.has(1)
        await until(lambda: subscriber.health().alive)


async def test_a_service_that_never_answers_heartbeats_is_not_called_silent(server: PubSubServer, place: Place) -> None:
    server.faults.answers_heartbeats = False
    inbox = Inbox()
    async with place.running(inbox, heartbeat_seconds=0.01, pong_seconds=0.01) as subscriber:
        await until(lambda: server.faults.heartbeats >= 5)
        await place.publish("later")
        await inbox.has(1)
        assert subscriber.statistics().reconnects == 0


async def test_the_first_answer_of_a_stream_is_none_to_a_heartbeat_however_late_it_comes(
    server: PubSubServer, place: Place
) -> None:
    server.faults.answers_heartbeats = False
    server.faults.delay_responses(0.2)
    inbox = Inbox()
    async with place.running(inbox, heartbeat_seconds=0.01, pong_seconds=0.01) as subscriber:
        await place.publish("later")
        await inbox.has(1)
        before = server.faults.heartbeats
        await until(lambda: server.faults.heartbeats >= before + 5)
        assert subscriber.statistics().reconnects == 0


async def test_a_stream_that_the_service_ends_in_good_order_is_opened_again() -> None:
    async with PubSubServer(stream_seconds=0.1) as server:
        channel = await connect(emulator_host=server.target)
        async with place_on(channel) as place:
            inbox = Inbox()
            async with place.running(inbox) as subscriber:
                await until(lambda: subscriber.statistics().reconnects >= 2)
                await place.publish("still there")
                await inbox.has(1)
        await channel.close()


# acknowledgements


async def test_an_acknowledgement_is_tried_again_while_the_service_is_down(server: PubSubServer, place: Place) -> None:
    held = Held()
    server.faults.fail("Acknowledge", "UNAVAILABLE", times=3)
    async with place.running(held) as subscriber:
        held.let_go.set()
        await place.publish("one")
        await until(lambda: held.results)
    assert held.results == [Settlement.CONFIRMED]
    assert (subscriber.statistics().acked, server.snapshot(place.subscription).acked) == (1, 1)


async def test_the_lease_is_kept_while_an_acknowledgement_cannot_be_sent(server: PubSubServer, place: Place) -> None:
    held = Held()
    held.let_go.set()
    lease = {"min_lease_seconds": 1, "max_lease_seconds": 1, "receipt_seconds": 0.05}
    server.faults.fail("Acknowledge", "UNAVAILABLE", times=1000)
    async with place.running(held, max_backoff_seconds=0.2, **lease) as subscriber:
        await place.publish("one")
        await until(lambda: subscriber.statistics().extensions >= 3)  # longer than its lease
        server.faults.clear()
        await until(lambda: held.results)
    assert held.inbox.texts == ["one"]
    assert server.snapshot(place.subscription).expired == 0


async def test_a_lasting_refusal_of_an_acknowledgement_is_reported(server: PubSubServer, place: Place) -> None:
    held = Held()
    held.let_go.set()
    server.faults.fail("Acknowledge", "PERMISSION_DENIED")
    async with place.running(held) as subscriber:
        await place.publish("one")
        await until(lambda: held.results)
    assert held.results[0] is Settlement.PERMISSION_DENIED
    assert subscriber.statistics().ack_failures == 1


async def test_an_acknowledgement_that_stays_impossible_is_given_up(server: PubSubServer, place: Place) -> None:
    held = Held()
    held.let_go.set()
    server.faults.fail("Acknowledge", "UNAVAILABLE", times=1000)
    async with place.running(held, ack_retry_seconds=0.1):
        await place.publish("one")
        await until(lambda: held.results)
    assert held.results[0] is Settlement.FAILED


async def test_shutdown_sends_every_acknowledgement_through_an_outage(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    texts = [f"message {number}" for number in range(100)]
    await place.publish(*texts)
    server.faults.fail("Acknowledge", "UNAVAILABLE", times=4)
    async with place.running(inbox, ack_batch_size=30):
        await inbox.has(100)
    assert server.snapshot(place.subscription).acked == 100


async def test_a_listener_that_fails_does_no_harm(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_settlement: Settlement) -> None:
        raise ValueError("listener broken")

    async with place.running(Inbox({"one": [Ack(on_result=fail)]})):
        await place.publish("one", "two")
        await until(lambda: server.snapshot(place.subscription).acked == 2)
        await until(lambda: "listener broken" in caplog.text)


async def test_a_late_extension_never_revives_a_released_message(server: PubSubServer, place: Place) -> None:
    release = asyncio.Event()
    inbox = Inbox({"one": [Nack()]})

    async def handle(message: Message) -> Outcome:
        outcome = await inbox(message)
        if isinstance(outcome, Nack):
            await release.wait()
        return outcome

    server.faults.delay("ModifyAckDeadline", math.inf, times=1)
    async with place.running(handle, receipt_seconds=0.01) as subscriber:
        await place.publish("one")
        await inbox.has(1)
        await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the extension is on the wire
        release.set()
        for settled in (1, 2):  # a release that did not wait for it would have arrived before these
            await place.publish("probe")
            await until(lambda settled=settled: server.snapshot(place.subscription).acked == settled)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        assert server.snapshot(place.subscription).nacked == 0
        server.faults.delay("ModifyAckDeadline", 0)
        await until(lambda: inbox.texts.count("one") == 2)
        await until(lambda: subscriber.statistics().extensions)
    assert server.snapshot(place.subscription).late_extensions == 0


async def test_a_closed_channel_fails_the_run_and_leaves_nobody_waiting(server: PubSubServer) -> None:
    channel = await connect(emulator_host=server.target)
    async with place_on(channel) as place:
        held = Held()
        subscriber = place.subscriber(held)
        run = asyncio.create_task(subscriber.run())
        await place.publish("held")
        await held.inbox.has(1)
        await channel.close()
        await until(lambda: subscriber.health().state == "failed")
        held.let_go.set()
        with pytest.raises(Exception, match=r"(?i)closed"):
            await patiently(run)
        with pytest.raises(PubSubError, match=r"(?i)closed"):
            await patiently(place.publisher.publish(b"late"))
    assert held.results == [Settlement.FAILED]


# leases


async def test_a_lease_that_runs_out_brings_the_message_again(server: PubSubServer, place: Place) -> None:
    held = Held()
    async with place.running(held):
        await place.publish("one")
        await held.inbox.has(1)
        assert server.faults.expire_leases(place.subscription) == 1
        await held.inbox.has(2)
        held.let_go.set()
        await until(lambda: server.snapshot(place.subscription).acked == 1)


async def test_a_handler_that_ignores_its_cancellation_is_given_up(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    inbox, let_go = Inbox(), asyncio.Event()

    async def handle(message: Message) -> Outcome:
        await inbox(message)
        while len(inbox.messages) == 1 and not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue
        return Ack()

    async with place.running(handle, max_handling_seconds=0.1, cancel_grace_seconds=0.1) as subscriber:
        await place.publish("deaf")
        await inbox.has(2)
        let_go.set()
        await until(lambda: subscriber.statistics().running == 0)
    assert (subscriber.statistics().handler_timeouts, subscriber.statistics().expired) == (1, 1)
    assert "ignores its cancellation" in caplog.text
    assert server.snapshot(place.subscription).acked == 1


# exactly-once


async def test_ids_that_fail_for_now_are_sent_again(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_exactly_once=True)
    held = Held()
    async with place.running(held, ack_delay_seconds=0.1):
        await place.publish("one", "two", "three")
        await held.inbox.has(3)
        server.faults.fail_ack_ids("TRANSIENT_FAILURE_UNAVAILABLE", times=2)
        held.let_go.set()
        await until(lambda: len(held.results) == 3)
    assert held.results == [Settlement.CONFIRMED] * 3
    assert server.snapshot(place.subscription).acked == 3


async def test_each_id_of_a_batch_gets_its_own_result(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_exactly_once=True)
    held = Held()
    async with place.running(held, ack_delay_seconds=0.1):
        await place.publish("one", "two", "three", "four")
        await held.inbox.has(4)
        server.faults.fail_ack_ids("PERMANENT_FAILURE_INVALID_ACK_ID")
        server.faults.fail_ack_ids("PERMANENT_FAILURE_SOMETHING_NEW")
        server.faults.fail_ack_ids("TRANSIENT_FAILURE_UNAVAILABLE")
        held.let_go.set()
        await until(lambda: len(held.results) >= 5)  # what was called invalid comes again
    assert sorted(held.results)[-2:] == [Settlement.FAILED, Settlement.INVALID_ACK_ID]
    assert held.results.count(Settlement.CONFIRMED) == len(held.results) - 2


async def test_an_acknowledgement_after_the_lease_is_reported_as_void(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_exactly_once=True)
    held = Held()
    async with place.running(held, receipt_seconds=60):
        await place.publish("one")
        await held.inbox.has(1)
        server.faults.expire_leases(place.subscription)
        held.let_go.set()
        await until(lambda: len(held.results) == 2)
    assert held.results[0] is Settlement.INVALID_ACK_ID
    assert held.results[1] is Settlement.CONFIRMED


async def test_a_message_whose_lease_is_gone_on_arrival_is_not_handled(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_exactly_once=True)
    inbox = Inbox()
    server.faults.delay("ModifyAckDeadline", 0.2)
    async with place.running(inbox) as subscriber:
        await place.publish("one")
        await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the receipt is on the wire
        server.faults.delay("ModifyAckDeadline", 0)
        server.faults.expire_leases(place.subscription)
        await until(lambda: subscriber.statistics().acked == 1)
        await until(lambda: subscriber.statistics().expired == 1)
    assert inbox.texts == ["one"]
    assert subscriber.statistics().received == 2
    assert subscriber.statistics().leases == 0


async def test_the_stream_is_told_the_longer_lease_when_exactly_once_is_turned_on(
    server: PubSubServer, place: Place
) -> None:
    inbox = Inbox()
    async with place.running(inbox):
        await place.publish("before")
        await inbox.has(1)
        assert [lease for _, lease in server.streams(place.subscription)] == [10]
        server.set_exactly_once(place.subscription, enabled=True)
        await until(lambda: [lease for _, lease in server.streams(place.subscription)] == [60])
        await place.publish("after")
        await inbox.has(2)


# order and number


async def test_duplicates_and_disorder_are_passed_on_and_acknowledged(server: PubSubServer, place: Place) -> None:
    texts = [f"message {number}" for number in range(50)]
    await place.publish(*texts)
    server.faults.duplicate(10)
    server.faults.reorder(5)
    inbox = Inbox()
    async with place.running(inbox):
        await inbox.has(60)
        await until(lambda: server.snapshot(place.subscription).acked == 60)
    assert set(inbox.texts) == set(texts)
    assert inbox.texts[:50] != texts


async def test_a_message_sent_before_the_service_knew_of_a_release_is_not_handled_ahead(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_ordering=True)
    inbox = Inbox({"a": [Nack()]})
    server.faults.delay("ModifyAckDeadline", math.inf)
    async with place.running(inbox, receipt_seconds=60) as subscriber:
        await place.publish("a", key="k")
        await until(lambda: server.faults.delayed("ModifyAckDeadline"))  # the release is on the wire
        await place.publish("b", key="k")
        await until(lambda: subscriber.statistics().received == 2)
        server.faults.delay("ModifyAckDeadline", 0)
        await until(lambda: server.snapshot(place.subscription).acked == 2)
    assert inbox.texts == ["a", "a", "b"]


async def test_a_waiting_retry_keeps_its_key_to_itself(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    inbox = Inbox({"a": [Retry(after=0.05, rerun=True)]})
    async with place.running(inbox):
        await place.publish("a", "b", key="k")
        assert await inbox.has(3) == ["a", "a", "b"]
    assert server.snapshot(place.subscription).nacked == 0


# what is received but may not start


async def test_a_stream_opened_again_does_not_bring_more_handlers_than_the_window(
    server: PubSubServer, place: Place
) -> None:
    held = Held()
    async with place.running(held, flow_control=FlowControl(max_messages=2)) as subscriber:
        await place.publish(*"abcdef")
        await held.inbox.has(2)
        server.faults.break_streams()
        await until(lambda: subscriber.statistics().received == 4)  # the new stream has a window of its own
        statistics = subscriber.statistics()
        assert (statistics.running, statistics.waiting, statistics.leases) == (2, 2, 4)
        held.let_go.set()
        await held.inbox.has(6)
    assert server.snapshot(place.subscription).nacked == 0


async def test_a_pause_keeps_back_what_waits_in_this_process(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    held = Held()
    async with place.running(held) as subscriber:
        await place.publish("a", "b", "c", key="k")
        await until(lambda: subscriber.statistics().waiting == 2)
        subscriber.pause("breaker")
        held.let_go.set()
        await until(lambda: server.snapshot(place.subscription).acked == 1)
        assert (held.inbox.texts, subscriber.statistics().waiting) == (["a"], 2)
        subscriber.resume("breaker")
        assert await held.inbox.has(3) == ["a", "b", "c"]
    assert server.snapshot(place.subscription).nacked == 0


async def test_shutdown_releases_what_waits_behind_a_key(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    held = Held()
    async with place.running(held) as subscriber:
        await place.publish("a", "b", "c", key="k")
        await until(lambda: subscriber.statistics().waiting == 2)
        shutdown = asyncio.create_task(subscriber.shutdown(grace_seconds=10))
        await until(lambda: subscriber.health().state == "draining")
        held.let_go.set()
        await patiently(shutdown)
    snapshot = server.snapshot(place.subscription)
    assert (held.inbox.texts, snapshot.acked, snapshot.backlog, snapshot.outstanding) == (["a"], 1, 2, 0)


async def test_what_still_arrives_while_a_stream_closes_is_released(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    server.faults.linger_seconds = 0.3
    async with place.running(inbox) as subscriber:
        await place.publish("before")
        await inbox.has(1)
        shutdown = asyncio.create_task(subscriber.shutdown(grace_seconds=10))
        await until(lambda: subscriber.health().state == "draining")
        await place.publish("too late")
        await until(lambda: subscriber.statistics().received == 2)
        await patiently(shutdown)
    snapshot = server.snapshot(place.subscription)
    assert (inbox.texts, snapshot.nacked, snapshot.outstanding, snapshot.backlog) == (["before"], 1, 0, 1)


# pause


async def test_a_pause_closes_the_stream_and_keeps_what_came_with_it(server: PubSubServer, place: Place) -> None:
    held = Held()
    async with place.running(held, flow_control=FlowControl(max_messages=2)) as subscriber:
        await place.publish("a", "b", "c", "d")
        await held.inbox.has(2)
        subscriber.pause("breaker")
        await until(lambda: server.snapshot(place.subscription).streams == 0)
        held.let_go.set()
        await until(lambda: server.snapshot(place.subscription).acked == 2)
        assert len(held.inbox.texts) == 2
        subscriber.resume()
        await held.inbox.has(4)
    assert server.snapshot(place.subscription).nacked == 0


async def test_shutdown_while_paused_releases_what_waits(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    async with place.running(inbox) as subscriber:
        await until(lambda: server.snapshot(place.subscription).streams)
        subscriber.pause("breaker")
        await until(lambda: server.snapshot(place.subscription).streams == 0)
    assert subscriber.health().state == "stopped"
    assert server.snapshot(place.subscription).outstanding == 0


# publisher


async def test_publishing_is_tried_again_while_the_service_is_down(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.fail("Publish", "UNAVAILABLE", times=2)
    with caplog.at_level(logging.WARNING, "claimstream.pubsub"):
        assert await place.publish("one", "two", "three")
    assert server.snapshot(place.subscription).backlog == 3
    assert [getattr(record, "action", "") for record in caplog.records] == ["publish_retry"] * 2


async def test_publishing_is_given_up_when_its_time_is_over(server: PubSubServer, place: Place) -> None:
    server.faults.unavailable_for(3600)
    publisher = Publisher(place.channel, place.topic, options=PublisherOptions(retry_seconds=0.2))
    with pytest.raises(PubSubError, match=r"UNAVAILABLE.*PUBSUB_EMULATOR_HOST"):
        await patiently(publisher.publish(b"one"))
    await publisher.close()


async def test_a_message_of_a_key_that_fails_takes_those_behind_it_along(
    server: PubSubServer, make_place: MakePlace
) -> None:
    place = await make_place(enable_ordering=True)
    publisher = Publisher(place.channel, place.topic, options=PublisherOptions(max_batch_messages=1))
    server.faults.fail("Publish", "PERMISSION_DENIED")
    results = await asyncio.gather(
        *(publisher.publish(text, ordering_key="k") for text in (b"a", b"b", b"c")), return_exceptions=True
    )
    assert [type(result) for result in results] == [PubSubError] * 3
    assert results[0] is not results[1]
    assert await publisher.publish(b"d", ordering_key="k")
    assert server.snapshot(place.subscription).backlog == 1
    await publisher.close()


async def test_a_publisher_holds_no_more_than_its_window(server: PubSubServer, place: Place) -> None:
    options = PublisherOptions(max_outstanding_messages=3, max_batch_messages=1)
    publisher = Publisher(place.channel, place.topic, options=options)
    server.faults.delay("Publish", 0.3)
    publishing = [asyncio.create_task(publisher.publish(b"x")) for _ in range(9)]
    await until(lambda: server.faults.delayed("Publish") >= 3)
    await asyncio.sleep(0.05)  # those that should not be on the wire would be by now
    assert server.faults.delayed("Publish") == 3
    server.faults.delay("Publish", 0)
    await patiently(asyncio.gather(*publishing))
    assert server.snapshot(place.subscription).backlog == 9
    await publisher.close()
