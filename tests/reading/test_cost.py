"""The cost of hostile mail: processor time and memory of the process that reads it, not the time that passes."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from tests.reading import hostile

from claimstream.domain.records.mail import ParsedMail
from claimstream.reading import Limits, MailReader

MOST_CPU_SECONDS = 5.0
MOST_MEMORY = 400 * 2**20


@dataclass(frozen=True)
class Usage:
    cpu_seconds: float
    peak_memory: int

    @classmethod
    def of(cls, process_id: int) -> "Usage":
        with open(f"/proc/{process_id}/stat") as stat, open(f"/proc/{process_id}/status") as status:
            fields = stat.read().rpartition(")")[2].split()
            peak = next(line for line in status if line.startswith("VmHWM:"))
        ticks = int(fields[11]) + int(fields[12])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) * 1024)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def reader() -> AsyncIterator[MailReader]:
    reader = MailReader(workers=1, timeout_seconds=100.0, memory_bytes=MOST_MEMORY)
    await reader.warm()
    yield reader
    await reader.close()


async def read_within_limits(reader: MailReader, raw: bytes) -> ParsedMail:
    (process_id,) = reader.process_ids
    before = Usage.of(process_id)
    mail = (await reader.read(raw)).mail
    assert reader.process_ids == (process_id,), "the process ended"
    after = Usage.of(process_id)
    assert after.cpu_seconds - before.cpu_seconds < MOST_CPU_SECONDS
    assert after.peak_memory < MOST_MEMORY
    return mail


@pytest.mark.parametrize("kind", hostile.KINDS)
async def test_hostile_mail_costs_little_and_is_read(reader: MailReader, kind: str) -> None:
    mail = await read_within_limits(reader, hostile.KINDS[kind]())
    assert mail.body.text.startswith("Gesamtforderung 812,40 EUR")
    assert mail.characters <= Limits().max_mail_chars


@pytest.mark.parametrize(
    ("kind", "source_id"),
    [
        ("boundaries", "body/rest"),
        ("levels", "body/rest"),
        ("cells of cells", "attachment-1/rest"),
        ("a page of characters", "attachment-1/rest"),
        ("rows", "attachment-1/rest"),
    ],
)
async def test_the_rest_beyond_a_limit_is_unread(reader: MailReader, kind: str, source_id: str) -> None:
    mail = await read_within_limits(reader, hostile.KINDS[kind]())
    assert [(u.source_id, u.reason) for u in mail.unread if u.is_rest] == [(source_id, "too_large")]


async def test_a_directory_of_too_many_is_not_opened(reader: MailReader) -> None:
    mail = await read_within_limits(reader, hostile.attached(hostile.zip_of_many(20_001), "viele.zip"))
    assert [(u.source_id, u.reason) for u in mail.unread] == [("attachment-1", "too_many")]
