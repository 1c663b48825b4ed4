import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.helpers import LONG
from tests.reading import samples

from claimstream.reading import MailReader, read_mail

WITH_FILE = samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())])
PDF_BOMB = samples.mail(files=[("a.pdf", "application/pdf", samples.pdf_with_content(samples.deflated(400)))])
"""PDFium unpacks it at once and aborts when memory ends."""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def reader() -> AsyncIterator[MailReader]:
    reader = MailReader(workers=2)
    yield reader
    await reader.close()


async def test_a_process_reads_as_the_function_does(reader: MailReader) -> None:
    uris = {"attachment-1": "gs://mails/1"}
    assert await reader.read(WITH_FILE, uris=uris) == read_mail(WITH_FILE, uris=uris)


async def test_many_mails_share_few_processes(reader: MailReader) -> None:
    mails = await asyncio.gather(*(reader.read(WITH_FILE) for _ in range(20)))
    assert {len(mail.sources) for mail in mails} == {2}
    assert len(reader.process_ids) <= 2


async def test_markers_of_our_letters_reach_the_process(reader: MailReader) -> None:
    text = "Siehe Anlage.\n\n-----Original Message-----\nKennung 4711-0815\n" + "999,00 EUR\n" * 100
    raw = samples.mail(text, files=[("a.pdf", "application/pdf", samples.pdf())])
    assert "999,00" in (await reader.read(raw)).body.text
    assert (await reader.read(raw, our_markers=["4711-0815"])).body.text == "Siehe Anlage."


async def test_a_short_plain_mail_needs_no_process() -> None:
    reader = MailReader()
    assert (await reader.read(samples.mail("Offen sind 500,00 EUR."))).body.text == "Offen sind 500,00 EUR."
    assert reader.process_ids == ()


async def test_a_process_ended_from_outside_costs_no_mail(reader: MailReader) -> None:
    await reader.read(WITH_FILE)
    for process_id in reader.process_ids:
        os.kill(process_id, signal.SIGKILL)
    assert len((await reader.read(WITH_FILE)).sources) == 2


async def test_a_file_that_kills_its_process_is_broken_and_the_body_is_read() -> None:
    reader = MailReader(workers=1, memory_bytes=600 * 2**20)
    try:
        mail = await reader.read(PDF_BOMB)
        assert mail.body.text.startswith("Guten Tag")
        assert [(u.source_id, u.name, u.reason) for u in mail.unread] == [("attachment-1", "a.pdf", "broken")]
        assert "ended with status" in mail.unread[0].detail
        assert len((await reader.read(WITH_FILE)).sources) == 2
    finally:
        await reader.close()


async def test_a_file_that_takes_too_long_is_broken_and_the_body_is_read() -> None:
    reader = MailReader(workers=1, timeout_seconds=0.001)
    try:
        mail = await reader.read(WITH_FILE)
        assert mail.body.text.startswith("Guten Tag")
        assert [(u.source_id, u.reason) for u in mail.unread] == [("attachment-1", "broken")]
        assert "0.001 seconds" in mail.unread[0].detail
    finally:
        await reader.close()


async def test_a_mail_whose_body_takes_too_long_keeps_its_headers() -> None:
    reader = MailReader(workers=1, timeout_seconds=0.001, body_timeout_seconds=0.001)
    try:
        mail = await reader.read(WITH_FILE)
        assert mail.message_id == "<r-1@inkasso-aue.example>"
        assert mail.body.text == ""
        assert [(u.source_id, u.reason) for u in mail.unread] == [("mail", "broken")]
    finally:
        await reader.close()


async def test_a_cancelled_reading_leaves_no_process_behind() -> None:
    reader = MailReader(workers=1)
    await reader.warm()
    (process_id,) = reader.process_ids
    task = asyncio.create_task(reader.read(PDF_BOMB))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process_id not in reader.process_ids
    await reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


async def test_after_closing_no_process_is_left_and_none_is_started() -> None:
    reader = MailReader(workers=2)
    await reader.warm()
    process_ids = reader.process_ids
    assert len(process_ids) == 2
    await reader.close()
    for process_id in process_ids:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    with pytest.raises(RuntimeError, match="closed"):
        await reader.read(WITH_FILE)


PARENT = """
import asyncio, sys
from claimstream.reading import MailReader
async def main():
    reader = MailReader(workers=2)
    await reader.warm()
    print(*reader.process_ids, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_processes_end_with_a_parent_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    process_ids = [int(word) for word in (await parent.stdout.readline()).split()]
    assert len(process_ids) == 2
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(LONG):
        while any(_runs(process_id) for process_id in process_ids):
            await asyncio.sleep(0.02)


def _runs(process_id: int) -> bool:
    """Ended processes nobody waited for are zombies."""
    try:
        with open(f"/proc/{process_id}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
