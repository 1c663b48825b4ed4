import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvloop
from tests.helpers import LONG
from tests.reading import hostile, samples
from tests.reading.split import split_mail

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.mail import Shown, Source, SourceKind
from claimstream.memory_plan import LEAST_READER_BYTES
from claimstream.reading import Drawn, Extractions, Limits, MailReader
from claimstream.reading.mail import read_mail

WITH_FILE = samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())])
MEMORY = 400 * 2**20
PDF_BOMB = samples.pdf_with_content(samples.deflated(600))
"""PDFium unpacks it at once and aborts when memory ends."""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def reader() -> AsyncIterator[MailReader]:
    reader = MailReader(workers=2)
    yield reader
    await reader.close()


async def test_a_process_reads_as_the_function_does(reader: MailReader) -> None:
    reading = await reader.read(WITH_FILE, with_parts=True)
    assert reading.mail == read_mail(WITH_FILE)
    assert reading.parts == split_mail(WITH_FILE)
    assert list(reading.extractions) == [read_source(source) for source in reading.mail.sources]


async def test_texts_are_read_by_themselves_as_with_their_mail(reader: MailReader) -> None:
    reading = await reader.read(WITH_FILE)
    assert await reader.extract(reading.mail.sources) == Extractions(reading.extractions)
    assert await reader.extract([]) == Extractions()


def picture(media_type: str, size: int) -> Source:
    return Source(
        source_id="attachment-1",
        kind=SourceKind.IMAGE,
        name="a",
        media_type=media_type,
        size=size,
        sha256="",
        text="",
    )


async def test_a_fax_is_drawn_in_a_process_and_a_photo_taken_as_it_is(reader: MailReader) -> None:
    fax, photo = samples.fax(2), samples.image(60, 60)
    drawn = await reader.draw(picture("image/tiff", len(fax)), fax)
    assert ([page.media_type for page in drawn.pages], drawn.unread) == (["image/png"] * 2, ())
    assert await reader.draw(picture("image/png", len(photo)), photo) == Drawn((Shown("image/png", photo),))


async def test_a_picture_that_cannot_be_drawn_or_not_to_its_end_is_unread(reader: MailReader) -> None:
    long = samples.fax(21)
    drawn = await reader.draw(picture("image/tiff", len(long)), long)
    assert (len(drawn.pages), [(u.source_id, u.reason) for u in drawn.unread]) == (
        20,
        [("attachment-1/rest", "too_large")],
    )
    drawn = await reader.draw(picture("image/heic", 4), b"ftyp")
    assert (drawn.pages, [(u.source_id, u.reason) for u in drawn.unread]) == ((), [("attachment-1", "unknown_type")])


async def test_a_picture_that_takes_too_much_memory_ends_nothing_else() -> None:
    small = MailReader(workers=1, memory_bytes=LEAST_READER_BYTES)
    try:
        data = samples.black_png(8_001, 7_900)
        drawn = await small.draw(picture("image/png", len(data)), data)
        assert drawn.pages == ()
        assert "too much memory" in drawn.unread[0].detail
        assert (await small.draw(picture("image/tiff", 1), samples.fax(1))).pages
    finally:
        await small.close()


async def test_many_mails_share_few_processes(reader: MailReader) -> None:
    readings = await asyncio.gather(*(reader.read(WITH_FILE) for _ in range(20)))
    assert {len(reading.mail.sources) for reading in readings} == {2}
    assert len(reader.process_ids) <= 2


async def test_markers_of_our_letters_reach_the_process(reader: MailReader) -> None:
    text = "Siehe Anlage.\n\n-----Original Message-----\nKennung 4711-0815\n" + "999,00 EUR\n" * 100
    raw = samples.mail(text, files=[("a.pdf", "application/pdf", samples.pdf())])
    assert "999,00" in (await reader.read(raw)).mail.body.text
    assert (await reader.read(raw, our_markers=["4711-0815"])).mail.body.text == "Siehe Anlage."


async def test_a_process_ended_from_outside_costs_no_mail(reader: MailReader) -> None:
    await reader.read(WITH_FILE)
    for process_id in reader.process_ids:
        os.kill(process_id, signal.SIGKILL)
    assert len((await reader.read(WITH_FILE)).mail.sources) == 2


def test_a_process_that_ended_while_idle_costs_no_mail() -> None:
    """On the loop of the service, which has noticed by then. Such as one that the kernel has killed for its memory."""

    async def read_after_a_kill() -> int:
        reader = MailReader(workers=1)
        try:
            await reader.read(WITH_FILE)
            (process_id,) = reader.process_ids
            os.kill(process_id, signal.SIGKILL)
            async with asyncio.timeout(LONG):
                while is_there(process_id):
                    await asyncio.sleep(0.01)
            return len((await reader.read(WITH_FILE)).mail.sources)
        finally:
            await reader.close()

    assert uvloop.run(read_after_a_kill()) == 2


def is_there(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def beside_sound_ones(killer: bytes) -> bytes:
    files = [("a.pdf", "application/pdf", samples.pdf()), ("b.pdf", "application/pdf", killer)]
    return samples.mail(files=[*files, ("c.docx", "application/octet-stream", samples.word())])


async def test_a_killer_leaves_the_sound_attachments_alone() -> None:
    raw = beside_sound_ones(PDF_BOMB)
    reader = MailReader(workers=1, memory_bytes=MEMORY)
    try:
        reading = await reader.read(raw, with_parts=True)
        mail = reading.mail
        assert [source.source_id for source in mail.sources] == ["body", "attachment-1", "attachment-3"]
        assert [(u.source_id, u.name, u.reason) for u in mail.unread] == [("attachment-2", "b.pdf", "broken")]
        assert "takes more memory than a file may" in mail.unread[0].detail
        assert [e.source_id for e in reading.extractions] == ["body", "attachment-1", "attachment-3"]
        assert reading.parts == split_mail(raw)
        assert len((await reader.read(WITH_FILE)).mail.sources) == 2
    finally:
        await reader.close()


async def test_the_largest_attachment_is_no_empty_one() -> None:
    """A decoder that ran out of memory once gave back nothing: "the file is empty", and an amount was written."""
    data = b"Die Forderung ist hoeher.\n" * (Limits().max_attachment_bytes // 26)
    reader = MailReader(workers=1, memory_bytes=LEAST_READER_BYTES)
    try:
        reading = await reader.read(samples.mail(files=[("lang.txt", "text/plain", data)]), with_parts=True)
        assert [(u.source_id, u.size, u.reason) for u in reading.mail.unread] == [
            ("attachment-1/rest", len(data), "too_large")
        ]
        assert [len(part.data) for part in reading.parts] == [len(data)]
    finally:
        await reader.close()


async def test_a_killer_in_an_archive_takes_its_archive_alone() -> None:
    packed = samples.archive({"gut.pdf": samples.pdf(), "bombe.pdf": PDF_BOMB}, compressed=False)
    reader = MailReader(workers=1, memory_bytes=MEMORY)
    try:
        mail = (await reader.read(beside_sound_ones(packed))).mail
        assert [source.source_id for source in mail.sources] == ["body", "attachment-1", "attachment-3"]
        assert [(u.source_id, u.reason) for u in mail.unread] == [("attachment-2", "broken")]
    finally:
        await reader.close()


async def test_a_mail_read_in_pieces_is_the_mail_read_whole(reader: MailReader) -> None:
    raw = beside_sound_ones(samples.archive({"innen.pdf": samples.pdf()}))
    hasty = MailReader(workers=1, timeout_seconds=0.001)
    try:
        whole, pieces = await reader.read(raw), await hasty.read(raw)
        assert pieces.mail.defects == ("Read piece by piece: Reading was ended after 0.001 seconds.",)
        assert pieces.mail.model_copy(update={"defects": whole.mail.defects}) == whole.mail
        assert pieces.extractions == whole.extractions
    finally:
        await hasty.close()


async def test_pieces_share_the_limits_of_their_mail() -> None:
    limits = Limits(max_attachments=3, max_mail_chars=1_000)
    files = [(f"{n}.txt", "application/octet-stream", b"Forderung " * 60) for n in range(5)]
    reader = MailReader(limits, workers=1, timeout_seconds=0.001)
    try:
        mail = (await reader.read(samples.mail(files=files))).mail
        assert sum(len(source.text) for source in mail.sources) == 1_000
        assert {(u.source_id, u.reason) for u in mail.unread} == {
            ("attachment-2/rest", "too_large"),
            ("attachment-3/rest", "too_large"),
            ("attachment-4", "too_many"),
        }
    finally:
        await reader.close()


async def test_all_pieces_together_have_a_time_limit() -> None:
    reader = MailReader(workers=1, timeout_seconds=0.001, pieces_seconds=0.0)
    try:
        mail = (await reader.read(beside_sound_ones(samples.pdf()))).mail
        assert mail.body.text.startswith("Guten Tag")
        assert [(u.source_id, u.reason) for u in mail.unread] == [
            (f"attachment-{n}/rest", "too_large") for n in (1, 2, 3)
        ]
    finally:
        await reader.close()


async def test_a_piece_that_takes_too_long_is_a_rest() -> None:
    """The machine may have been busy: nothing is known of the file."""
    slow = hostile.xlsx_of_empty_rows(sheets=500)  # minutes
    reader = MailReader(workers=1, timeout_seconds=0.001, piece_seconds=3.0)
    try:
        mail = (await reader.read(beside_sound_ones(slow))).mail
        assert [source.source_id for source in mail.sources] == ["body", "attachment-1", "attachment-3"]
        assert [(u.source_id, u.reason) for u in mail.unread] == [("attachment-2/rest", "too_large")]
    finally:
        await reader.close()


async def test_a_text_that_takes_too_long_is_a_rest() -> None:
    sources = read_mail(WITH_FILE).sources
    hasty = MailReader(workers=1, timeout_seconds=0.0001, piece_seconds=0.0001)
    try:
        assert (await hasty.extract(sources)).unread == tuple(f"{source.source_id}/rest" for source in sources)
    finally:
        await hasty.close()


async def test_a_mail_of_which_nothing_can_be_read_has_a_record() -> None:
    reader = MailReader(workers=1, timeout_seconds=0.001, piece_seconds=0.001)
    try:
        reading = await reader.read(WITH_FILE, with_parts=True)
        assert reading.mail.body.text == ""
        assert [(u.source_id, u.reason, u.size) for u in reading.mail.unread] == [("mail", "broken", len(WITH_FILE))]
        assert reading.parts == ()
    finally:
        await reader.close()


async def test_a_body_that_kills_leaves_headers_and_attachments() -> None:
    """Its page unpacks to nothing much, but is read as eight million elements."""
    page = "<p>" * 2_500_000
    raw = samples.mail(None, html=page, files=[("a.pdf", "application/pdf", samples.pdf())])
    reader = MailReader(workers=1, memory_bytes=MEMORY)
    try:
        mail = (await reader.read(raw)).mail
        assert mail.message_id == "<r-1@inkasso-aue.example>"
        assert [(source.source_id, source.text != "") for source in mail.sources] == [
            ("body", False),
            ("attachment-1", True),
        ]
        assert [(u.source_id, u.reason) for u in mail.unread] == [("body", "broken")]
    finally:
        await reader.close()


async def test_a_body_that_takes_too_long_is_a_rest() -> None:
    """It is one sentence, which takes the rules some twenty seconds."""
    sentence = "Ihrem Plan stimmen wir zu, " + "dass wir, sofern nicht, und zwar, wenn auch, " * 8_500
    reader = MailReader(workers=1, timeout_seconds=0.001, piece_seconds=1.0)
    try:
        mail = (await reader.read(samples.mail(sentence, files=[("a.pdf", "application/pdf", samples.pdf())]))).mail
        assert mail.message_id == "<r-1@inkasso-aue.example>"
        assert [source.source_id for source in mail.sources] == ["body", "attachment-1"]
        assert [(u.source_id, u.reason) for u in mail.unread] == [("body/rest", "too_large")]
    finally:
        await reader.close()


async def test_a_cancelled_reading_leaves_no_process_behind() -> None:
    reader = MailReader(workers=1)
    await reader.warm()
    (process_id,) = reader.process_ids
    task = asyncio.create_task(reader.read(beside_sound_ones(PDF_BOMB)))
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
