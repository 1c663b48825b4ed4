"""Every way in which a handler can end."""

import asyncio
import logging
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, cast

import pytest
from tests.pubsub.conftest import MakePlace
from tests.pubsub.place import Inbox, Place, patiently, place_on, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Ack, DeadLetter, FlowControl, Handler, Message, Outcome, Subscriber, connect


class PanicError(BaseException):
    """As a Rust panic, or a failed assertion of a test."""


async def panics(_: Message) -> NoReturn:
    raise PanicError


async def closes(_: Message) -> NoReturn:
    raise GeneratorExit


async def fails(_: Message) -> NoReturn:
    raise LookupError


async def fails_in_a_group(message: Message) -> Outcome:
    async with asyncio.TaskGroup() as group:
        group.create_task(fails(message))
    return Ack()


async def awaits_something_cancelled(_: Message) -> Outcome:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future
    return Ack()


async def cancels_itself(_: Message) -> Outcome:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)
    return Ack()


async def stops_iteration(_: Message) -> NoReturn:
    raise StopAsyncIteration


async def returns_nothing(_: Message) -> Outcome:
    return cast("Outcome", None)


async def cannot_be_buried(_: Message) -> Outcome:
    return DeadLetter("no place to go")


ENDS = [
    panics,
    closes,
    fails,
    fails_in_a_group,
    awaits_something_cancelled,
    cancels_itself,
    stops_iteration,
    returns_nothing,
    cannot_be_buried,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_every_end_settles_and_is_logged(
    server: PubSubServer,
    place: Place,
    caplog: pytest.LogCaptureFixture,
    end: Callable[[Message], Awaitable[Outcome]],
) -> None:
    calls: Counter[str] = Counter()

    async def handle(message: Message) -> Outcome:
        text = message.data.decode()
        calls[text] += 1
        return await end(message) if text == "bad" and calls[text] == 1 else Ack()

    with caplog.at_level(logging.ERROR, "claimstream.pubsub"):
        async with place.running(handle, flow_control=FlowControl(max_messages=1)) as subscriber:
            await place.publish("bad")
            await until(lambda: server.snapshot(place.subscription).acked == 1)  # it came again, soon
            assert subscriber.statistics().running == 0
    assert (calls["bad"], server.snapshot(place.subscription).nacked) == (2, 1)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_one_that_fails_at_once_spins_no_loop(
    server: PubSubServer,
    place: Place,
    caplog: pytest.LogCaptureFixture,
    end: Callable[[Message], Awaitable[Outcome]],
) -> None:
    calls: Counter[str] = Counter()

    async def handle(message: Message) -> Outcome:
        calls[message.data.decode()] += 1
        return await end(message) if message.data == b"bad" else Ack()

    hour = {"min_backoff_seconds": 3600, "max_backoff_seconds": 3600}
    with caplog.at_level(logging.ERROR, "claimstream.pubsub"):
        async with place.running(handle, receipt_seconds=60, **hour):
            await place.publish("bad", "bad", "bad")
            await until(lambda: calls["bad"] == 3)
            await place.publish("good")  # the others hold it up no longer
            await until(lambda: server.snapshot(place.subscription).acked == 1)
            assert (calls["bad"], server.snapshot(place.subscription).nacked) == (3, 0)  # kept for a while
    assert server.snapshot(place.subscription).nacked == 3  # not beyond the end
    assert server.snapshot(place.subscription).outstanding == 0
    assert len(caplog.records) == 2  # the first, and how many more


async def test_a_key_waits_for_its_message_that_failed(server: PubSubServer, make_place: MakePlace) -> None:
    place = await make_place(enable_ordering=True)
    inbox = Inbox()

    async def handle(message: Message) -> Outcome:
        outcome = await inbox(message)
        if inbox.texts == ["a"]:
            raise PanicError
        return outcome

    async with place.running(handle):
        await place.publish("a", "b", key="k")
        assert await inbox.has(3) == ["a", "a", "b"]
        await until(lambda: server.snapshot(place.subscription).acked == 2)


EXITING = """
import asyncio, sys
from claimstream.pubsub import Subscriber, connect

async def handle(message):
    raise eval(sys.argv[3])

async def main():
    channel = await connect(emulator_host=sys.argv[1])
    await Subscriber(channel, sys.argv[2], handle).run()

asyncio.run(main())
"""


@pytest.mark.parametrize(("error", "status"), [("SystemExit(3)", 3), ("KeyboardInterrupt()", -signal.SIGINT)])
async def test_an_exit_of_a_handler_ends_the_program(
    server: PubSubServer, place: Place, error: str, status: int
) -> None:
    await place.publish("one")
    arguments = ("-c", EXITING, server.target, place.subscription, error)
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == status, said.decode()
    assert b"the handler failed on message" in said
    assert server.snapshot(place.subscription).nacked == 1


def plain(_: Message) -> Outcome:
    return Ack()


async def generates(_: Message) -> Any:
    yield Ack()


async def takes_nothing() -> Outcome:
    return Ack()


@pytest.mark.parametrize("handler", [plain, generates, takes_nothing], ids=lambda handler: handler.__name__)
async def test_a_handler_that_cannot_work_ends_the_run(server: PubSubServer, place: Place, handler: object) -> None:
    subscriber = place.subscriber(cast("Handler", handler))
    await place.publish("one", "two")
    with pytest.raises(TypeError, match=r"`async def` function that takes a Message.*<.*function"):
        await patiently(subscriber.run())
    assert (subscriber.health().state, subscriber.health().alive) == ("failed", False)
    assert server.snapshot(place.subscription).outstanding == 0


async def test_a_type_error_within_a_handler_ends_nothing(place: Place) -> None:
    calls: list[str] = []

    async def handle(message: Message) -> Outcome:
        calls.append(message.id)
        if len(calls) == 1:
            len(cast("str", 5))
        return Ack()

    async with place.running(handle) as subscriber:
        await place.publish("one")
        await until(lambda: subscriber.statistics().acked == 1)
    assert len(calls) == 2


async def test_a_function_that_returns_a_coroutine_is_a_handler(place: Place) -> None:
    inbox = Inbox()
    async with place.running(lambda message: inbox(message)) as subscriber:
        await place.publish("one")
        await until(lambda: subscriber.statistics().acked == 1)


async def test_what_cannot_be_called_is_refused(place: Place) -> None:
    with pytest.raises(TypeError, match=r"`async def` function.*not 'handle'"):
        Subscriber(place.channel, place.subscription, cast("Handler", "handle"))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
@pytest.mark.parametrize("key", ["", "k"])
async def test_eager_tasks_do_not_nest(key: str) -> None:
    texts = [f"{number:03}" for number in range(900)]
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()
    async with PubSubServer(response_messages=1000) as server:
        channel = await connect(emulator_host=server.target)
        async with place_on(channel, enable_ordering=bool(key)) as place:
            await asyncio.gather(*(place.publisher.publish(text.encode(), ordering_key=key) for text in texts))
            loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]  # since 3.12
            try:
                async with place.running(inbox) as subscriber:
                    subscriber._dispatcher.pause()  # the stream goes on, and what comes waits
                    await until(lambda: subscriber.statistics().leases == len(texts))
                    subscriber.resume()
                    await until(lambda: server.snapshot(place.subscription).acked == len(texts))
            finally:
                loop.set_task_factory(before)
        await channel.close()
    assert (inbox.texts if key else sorted(inbox.texts)) == texts


async def test_a_failed_message_keeps_its_lease_while_it_waits(server: PubSubServer, place: Place) -> None:
    hour = {"min_backoff_seconds": 3600, "max_backoff_seconds": 3600}
    async with place.running(fails, receipt_seconds=0.05, **hour) as subscriber:
        await place.publish("one")
        await until(lambda: server.snapshot(place.subscription).extended)
        assert (subscriber.statistics().waiting, subscriber.statistics().running) == (1, 0)
    assert server.snapshot(place.subscription).expired == 0
