import asyncio

import pytest
from tests.helpers import LONG

from claimstream.pubsub.flow import Window


def test_both_limits_hold() -> None:
    window = Window(max_messages=2, max_bytes=100)
    assert window.try_enter(60)
    assert not window.try_enter(41)
    assert window.try_enter(40)
    assert not window.try_enter(0)
    window.release(60)
    assert window.try_enter(60)


def test_something_over_the_byte_limit_enters_alone() -> None:
    window = Window(max_messages=2, max_bytes=100)
    assert window.try_enter(1000)
    assert not window.try_enter(1)
    window.release(1000)
    assert window.try_enter(1)
    assert not window.try_enter(1000)


async def test_those_who_wait_enter_in_their_order() -> None:
    window, entered = Window(max_messages=10, max_bytes=100), []

    async def enter(name: str, size: int) -> None:
        await window.acquire(size)
        entered.append(name)

    await window.acquire(90)
    tasks = [asyncio.create_task(enter("large", 50)), asyncio.create_task(enter("small", 1))]
    await asyncio.sleep(0)
    assert entered == []  # the small one would fit, but the large one was first
    window.release(90)
    await asyncio.gather(*tasks)
    assert entered == ["large", "small"]


async def test_who_stops_waiting_takes_no_place() -> None:
    window = Window(max_messages=1, max_bytes=100)
    await window.acquire(1)
    impatient, patient = asyncio.create_task(window.acquire(1)), asyncio.create_task(window.acquire(1))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    window.release(1)
    await patient
    assert (window.messages, window.bytes) == (1, 1)


async def test_a_place_given_to_someone_who_was_just_cancelled_goes_to_the_next() -> None:
    window = Window(max_messages=1, max_bytes=100)
    await window.acquire(1)
    first, second = asyncio.create_task(window.acquire(1)), asyncio.create_task(window.acquire(1))
    await asyncio.sleep(0)
    window.release(1)  # lets the first one in …
    first.cancel()  # … which never gets to use it
    with pytest.raises(asyncio.CancelledError):
        await first
    await asyncio.wait_for(second, LONG)
    assert window.messages == 1
