import asyncio
from contextlib import suppress

from claimstream.pipeline.mail_memory import MailMemory, Share


async def begun(memory: MailMemory, *sizes: int) -> list[asyncio.Task[Share]]:
    """Those who ask for so much, one after the other, as far as they get at once."""
    tasks = [asyncio.create_task(memory.take(size)) for size in sizes]
    await settled()
    return tasks


async def settled() -> None:
    """Let everybody go as far as they get."""
    for _ in range(3):
        await asyncio.sleep(0)


def memory_of(total: int = 100) -> MailMemory:
    """Small are takes of up to 10, and 10 are reserved for them."""
    return MailMemory(total, small=10)


async def test_large_takes_wait_in_order() -> None:
    memory = memory_of()
    first, second, third = await begun(memory, 60, 50, 20)
    assert [task.done() for task in (first, second, third)] == [True, False, False]
    first.result().shrink(0)
    await asyncio.gather(second, third)
    assert memory.free == 30


async def test_small_takes_pass_a_large_one_that_waits() -> None:
    memory = memory_of()
    _, large, one, two, three = await begun(memory, 60, 90, 5, 5, 5)
    assert [task.done() for task in (large, one, two, three)] == [False, True, True, False]
    one.result().shrink(0)
    await three


async def test_small_takes_starve_no_large_one() -> None:
    memory = memory_of()
    small = await begun(memory, *[10] * 10)
    assert all(task.done() for task in small), "while no large one waits, small ones take all there is"
    (large,) = await begun(memory, 90)
    for _ in range(30):  # as one ends the next comes
        small.append((await begun(memory, 10))[0])
        if small[0].done():
            small.pop(0).result().shrink(0)
        await settled()
        if large.done():
            break
    assert large.done()
    for task in small:
        task.cancel()


async def test_large_takes_leave_the_reserve() -> None:
    memory = memory_of()
    await memory.take(1_000)
    assert memory.free == 10
    (small,) = await begun(memory, 10)
    assert small.done()


async def test_a_share_grows_only_into_what_is_free() -> None:
    memory = memory_of()
    share = await memory.take(5)
    await memory.take(60)
    assert not share.grow(50)
    assert memory.free == 35
    assert share.grow(30)
    assert share.grow(20), "it has more"
    assert memory.free == 10
    share.shrink(0)
    assert memory.free == 40


async def test_a_share_gives_back_what_it_no_longer_needs() -> None:
    memory = memory_of()
    share = await memory.take(60)
    share.shrink(20)
    share.shrink(50)
    assert memory.free == 80
    share.shrink(5)
    share.shrink(0)
    share.shrink(0)
    assert memory.free == 100
    await memory.take(90)


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    memory = memory_of()
    first, large, next_one = await begun(memory, 60, 90, 30)
    large.cancel()
    with suppress(asyncio.CancelledError):
        await large
    await next_one
    first.result().shrink(0)
    assert memory.free == 70


async def test_who_gives_up_just_after_its_turn_gives_back() -> None:
    memory = memory_of()
    first, second = await begun(memory, 60, 90)
    first.result().shrink(0)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    assert memory.free == 100


async def test_an_owner_leaves_as_much_as_it_takes() -> None:
    memory = memory_of()
    slow = [asyncio.create_task(memory.take(10, "slow")) for _ in range(8)]
    await settled()
    assert sum(task.done() for task in slow) == 5
    quick = [asyncio.create_task(memory.take(10, owner)) for owner in ("a", "b", "c")]
    await settled()
    assert all(task.done() for task in quick), "they pass those that wait for their own"
    for task in (*quick, *slow[:5]):
        task.result().shrink(0)
    await asyncio.gather(*slow)


async def test_an_owner_may_take_all_that_is_free_at_once() -> None:
    memory = memory_of()
    assert (await asyncio.wait_for(memory.take(90, "large"), 60)).grow(90)
    assert memory.free == 10


async def test_what_has_begun_goes_before_what_has_not() -> None:
    memory = memory_of()
    (first,) = await begun(memory, 60)
    large = [asyncio.create_task(memory.take(90)) for _ in range(3)]
    more = asyncio.create_task(memory.take(40, has_begun=True))
    await settled()
    assert not more.done()
    first.result().shrink(0)
    await settled()
    assert (more.done(), [task.done() for task in large]) == (True, [False, False, False])
    for task in large:
        task.cancel()
