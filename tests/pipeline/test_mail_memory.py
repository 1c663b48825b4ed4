import asyncio
from contextlib import suppress

from claimstream.pipeline.mail_memory import MailMemory, Share


async def begun(memory: MailMemory, *sizes: int) -> list[asyncio.Task[Share]]:
    """Those who ask for so much, one after the other, as far as they get at once."""
    tasks = [asyncio.create_task(memory.take(size)) for size in sizes]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_wants_more_than_is_free_waits_in_order() -> None:
    memory = MailMemory(100)
    first, large, small = await begun(memory, 60, 50, 10)
    assert [task.done() for task in (first, large, small)] == [True, False, False]
    first.result().shrink(0)
    await asyncio.gather(large, small)
    assert memory.free == 40


async def test_a_share_shrinks_and_never_grows() -> None:
    memory = MailMemory(100)
    share = await memory.take(60)
    share.shrink(20)
    share.shrink(50)
    assert memory.free == 80
    share.shrink(0)
    share.shrink(0)
    assert memory.free == 100


async def test_who_wants_more_than_there_is_gets_all_of_it() -> None:
    memory = MailMemory(100)
    share = await memory.take(1_000)
    assert memory.free == 0
    share.shrink(0)
    assert memory.free == 100


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    memory = MailMemory(100)
    first, large, small = await begun(memory, 60, 90, 40)
    large.cancel()
    with suppress(asyncio.CancelledError):
        await large
    await small
    first.result().shrink(0)
    assert memory.free == 60


async def test_who_gives_up_just_after_its_turn_gives_back() -> None:
    memory = MailMemory(100)
    first, second = await begun(memory, 60, 90)
    first.result().shrink(0)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    assert memory.free == 100
