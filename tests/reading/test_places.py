import asyncio

import pytest

from claimstream.reading.places import FIRST, DueTimes, Places


async def hold(places: Places, name: str, due: float, order: list[str]) -> None:
    async with places.hold(due):
        order.append(name)
        await asyncio.sleep(0)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_is_due_first_goes_first() -> None:
    places = Places(1)
    assert places.take_now()
    order: list[str] = []
    async with asyncio.TaskGroup() as group:
        for name, due in (("a", 2.0), ("b", 1.0), ("c", 1.0), ("d", FIRST), ("e", FIRST)):
            group.create_task(hold(places, name, due, order))
        await settle()
        assert order == []
        places.give_back()
    assert order == ["d", "e", "b", "c", "a"]
    assert places.take_now()
    assert not places.take_now()


@pytest.mark.parametrize("given", [False, True], ids=["waiting", "given in the same moment"])
async def test_a_waiter_that_is_cancelled_keeps_no_place(given: bool) -> None:
    places = Places(1)
    assert places.take_now()
    order: list[str] = []
    waiter = asyncio.create_task(hold(places, "a", FIRST, order))
    await settle()
    was_wanted = places.wanted
    if given:
        places.give_back()
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert order == []
    assert (was_wanted, places.wanted) == (True, False)
    assert places.take_now() is given
    if not given:
        places.give_back()
        assert places.take_now()
    assert not places.take_now()


def test_large_mails_let_small_ones_that_come_later_go_first() -> None:
    times = DueTimes()
    large = [times.due(323_000, 100.0) for _ in range(50)]
    assert large == sorted(large)
    assert times.due(2_000, 102.0) < large[0], "within the first seconds"
    assert sum(due < times.due(2_000, 130.0) for due in large) < 10, "and later"
    assert times.due(100_000, 130.0) < large[12], "also one that is not so small"


def test_no_mail_waits_for_ever() -> None:
    times = DueTimes()
    assert times.due(50_000_000, 0.0) == 30.0
    assert times.due(2_000, 31.0) > 30.0, "who comes after it is due goes after it"
    assert times.due(50_000_000, 100.0) == 130.0, "those before it are no longer counted"
