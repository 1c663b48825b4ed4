"""Slow mails do not hold up the others, and are read in the end."""

import asyncio
from collections.abc import Awaitable

import pytest
from tests.domain.records import mail
from tests.helpers import LONG, until
from tests.reading import hostile, samples

from claimstream.domain.records.mail_keys import MailKeys
from claimstream.domain.records.questions import FindKeys
from claimstream.reading import MailReader
from claimstream.reading.process import ReadingProcess

WITH_FILE = samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())])
LARGE = samples.mail(files=[("a.bin", "application/octet-stream", bytes(300_000))])
QUESTION = FindKeys(mail=mail("8801/25"))


SLOW = samples.mail(
    files=[("leer.xlsx", "application/octet-stream", hostile.xlsx_of_empty_rows(sheets=500))]  # minutes
)


async def test_slow_mails_leave_a_process_to_the_others() -> None:
    reader = MailReader(workers=2, quick_seconds=0.3)
    slow = [asyncio.create_task(reader.read(SLOW)) for _ in range(4)]
    try:
        for _ in range(5):
            assert (await reader.read(WITH_FILE)).mail.unread == ()
        assert not any(task.done() for task in slow)
    finally:
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        await reader.close()


async def test_a_reading_that_was_put_off_is_read_when_a_place_is_free() -> None:
    reader = MailReader(workers=2, quick_seconds=0.001)
    try:
        readings = await asyncio.gather(*(reader.read(WITH_FILE) for _ in range(6)))
        assert all(reading == readings[0] for reading in readings)
        assert readings[0].mail.unread == ()
    finally:
        await reader.close()


class OneProcess(MailReader):
    """A reader with one process, which starts once it may. No slow mail may have it, as if another one were slow.

    After its moment, which is over at once, a reading is ended when somebody waits.
    """

    def __init__(self) -> None:
        super().__init__(workers=1, quick_seconds=0.0)
        assert self._slow_places.take_now()
        self.may_start = asyncio.Event()

    async def _start(self) -> ReadingProcess:
        await self.may_start.wait()
        return await super()._start()

    def let_be(self) -> None:
        """Give the readings that begin from now on all the time that they want."""
        self._quick_seconds = LONG

    def let_slow_mails_go_on(self) -> None:
        self._slow_places.give_back()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("what", ["a mail", "a question"])
async def test_the_moment_begins_when_the_process_has_started(what: str) -> None:
    reader = OneProcess()
    try:
        async with asyncio.TaskGroup() as group:
            first = reader.read(WITH_FILE) if what == "a mail" else reader.judge(QUESTION, MailKeys)
            group.create_task(first)
            await settle()
            group.create_task(reader.read(WITH_FILE))
            await settle()
            reader.let_be()
            reader.may_start.set()
    finally:
        await reader.close()


async def test_a_long_reading_goes_on_while_nobody_waits() -> None:
    reader = OneProcess()
    reader.may_start.set()
    try:
        assert (await reader.read(WITH_FILE)).mail.unread == ()
    finally:
        await reader.close()


async def test_a_long_reading_ends_when_somebody_waits_and_is_begun_again() -> None:
    reader = OneProcess()
    reader.may_start.set()
    slow = asyncio.create_task(reader.read(SLOW))
    try:
        await until(lambda: reader.process_ids)
        (first,) = reader.process_ids
        await settle()
        reader.let_be()
        assert (await reader.read(WITH_FILE)).mail.unread == ()
        (second,) = reader.process_ids
        assert second != first
        reader.let_slow_mails_go_on()
        await settle()
        assert (await asyncio.wait([slow], timeout=0)) == (set(), {slow})
        waits = asyncio.create_task(reader.read(WITH_FILE))
        await settle()
        assert not waits.done(), "the slow one has the process, and its full time"
        waits.cancel()
        await asyncio.wait([waits])
        assert reader.process_ids == (second,)
    finally:
        slow.cancel()
        await asyncio.wait([slow])
        await reader.close()


async def test_questions_go_first_and_small_mails_before_large_ones() -> None:
    reader = OneProcess()
    reader.let_be()
    order: list[str] = []

    async def noted(name: str, work: Awaitable[object]) -> None:
        await work
        order.append(name)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(noted("first", reader.read(LARGE)))
            await settle()
            for name, work in (
                ("large", reader.read(LARGE)),
                ("small", reader.read(WITH_FILE)),
                ("question", reader.judge(QUESTION, MailKeys)),
            ):
                group.create_task(noted(name, work))
                await settle()
            reader.may_start.set()
        assert order == ["first", "question", "small", "large"]
    finally:
        await reader.close()
