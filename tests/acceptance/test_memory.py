"""A worker with its reading processes under the limit of a container, and mail that is made to take memory."""

import asyncio
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.test_kill import until
from tests.control_groups import can_be_made, control_group
from tests.helpers import worker_environment
from tests.reading import hostile, samples

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.memory_plan import MEBIBYTE, MemoryPlan
from claimstream.settings import Settings

LIMIT = 1_400 * MEBIBYTE
LETTERS = 1_000


def large(number: int) -> bytes:
    files = [(f"{part}.bin", "application/octet-stream", random.Random(part).randbytes(11 * 2**20)) for part in (1, 2)]
    return samples.mail(f"Nummer {number}", files=files)


def long_word_file() -> bytes:
    """Harmless to look at, a gigabyte once it is a tree."""
    paragraph = "".join(f"<w:p><w:r><w:t>{n}</w:t></w:r></w:p>" for n in range(300_000))
    return hostile.attached(hostile.docx_of(f'<w:document xmlns:w="w">{paragraph}</w:document>'), "a.docx")


def mails() -> list[bytes]:
    bomb = samples.pdf_with_content(samples.deflated(600))
    hard = [hostile.attached(bomb), hostile.attached(hostile.pdf_of_characters(5_000_000)), long_word_file()]
    return [*hard, *map(large, range(4)), *hard]


@pytest.mark.acceptance
@pytest.mark.skipif(not can_be_made(), reason="needs root and control groups for memory")
@pytest.mark.timeout(1200)  # a minute of CPU, on a machine that may do much else
async def test_a_worker_stays_within_its_container(
    settings: Settings, stack: LocalStack, world: World, app: App, reply: Callable[..., bytes], tmp_path: Path
) -> None:
    address = world.tenants[0].mailboxes[0]
    assert MemoryPlan.of(LIMIT, letters_held=LETTERS).fits
    environment = {**os.environ, **worker_environment(settings, stack), "LETTERS_HELD": str(LETTERS)}
    with control_group(LIMIT) as group, (tmp_path / "log").open("wb") as log:
        entered = f'echo $$ >{group.processes} && exec "{sys.executable}" -m claimstream run'
        worker = await asyncio.create_subprocess_exec("sh", "-c", entered, env=environment, stdout=log, stderr=log)
        try:
            await until(lambda: "worker_started" in (tmp_path / "log").read_text())
            raws = [mail for hard in mails() for mail in (hard, reply())]
            ids = [await stack.gmail.deliver(address, raw) for raw in raws]

            async def all_settled() -> bool:
                emails = await app.emails.by_gmail_ids(ids)
                return len(emails) == len(ids) and all(email.status == "settled" for email in emails)

            await until(all_settled, 1000.0)
            assert worker.returncode is None, "the service lives"
            assert group.ended_by_kernel == 0, "whoever took too much ended at its own limit"
            assert group.peak_bytes <= LIMIT
            assert "memory_tight" not in (tmp_path / "log").read_text()
        finally:
            if worker.returncode is None:
                worker.kill()
            await worker.wait()
            await until(lambda: not group.processes.read_text())
