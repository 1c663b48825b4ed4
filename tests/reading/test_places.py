import asyncio

import pytest

from claimstream.reading.places import Places, Turn


async def hold(places: Places, name: str, turn: Turn, order: list[str]) -> None:
    async with places.hold(turn):
        order.append(name)
        await asyncio.sleep(0)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_rules_go_first_and_equals_in_their_order() -> None:
    places = Places(1)
    assert places.take_now()
    order: list[str] = []
    async with asyncio.TaskGroup() as group:
        for name, turn in (("a", Turn.READING), ("b", Turn.READING), ("c", Turn.RULES), ("d", Turn.RULES)):
            group.create_task(hold(places, name, turn, order))
        await settle()
        assert order == []
        places.give_back()
    assert order == ["c", "d", "a", "b"]
    assert places.take_now()
    assert not places.take_now()


@pytest.mark.parametrize("given", [False, True], ids=["waiting", "given in the same moment"])
async def test_a_waiter_that_is_cancelled_keeps_no_place(given: bool) -> None:
    places = Places(1)
    assert places.take_now()
    order: list[str] = []
    waiter = asyncio.create_task(hold(places, "a", Turn.READING, order))
    await settle()
    if given:
        places.give_back()
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert order == []
    assert places.take_now() is given
    if not given:
        places.give_back()
        assert places.take_now()
    assert not places.take_now()
