"""A reading process that has been taken over by what it read: the service believes nothing that it says."""

import asyncio
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.process import NoAnswerError, ReadingProcess, Template
from claimstream.reading.protocol import Answer, PartHead, Request, Task

SAYS = "import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1])); sys.stdout.flush(); sys.stdin.buffer.read()"
PART = PartHead(index=1, name="a", declared_type="", media_type="", sha256="")


def frame(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def answer(**fields: object) -> bytes:
    whole = {"allowance": Allowance.of(Limits()), "extractions": 0, **fields}
    return frame(Answer.model_validate(whole).model_dump_json().encode())


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(struct.pack(">I", 0xFFFFFFFF), id="4 GiB"),
        pytest.param(struct.pack(">I", 33 * 2**20), id="more than any answer"),
        pytest.param(frame(b"cos\nsystem\n(S'true'\ntR."), id="a pickle"),
        pytest.param(frame(b"{}"), id="JSON of something else"),
        pytest.param(answer(extractions=1) + frame(b"[]"), id="an extraction that is none"),
        pytest.param(answer(parts=(PART,)) + frame(b"longer than the mail"), id="an attachment longer than its mail"),
        pytest.param(answer(parts=(PART, PART)) + 2 * frame(b"mail"), id="attachments longer than their mail"),
    ],
)
async def test_what_is_no_answer_is_not_believed(said: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SAYS, said.hex(), stdin=theirs.fileno(), stdout=theirs.fileno()
        )
    reading = ReadingProcess(*await asyncio.open_unix_connection(sock=ours))
    try:
        with pytest.raises(NoAnswerError):
            await reading.ask(Request(task=Task.MAIL, alarm_seconds=60.0), b"a mail")
    finally:
        await reading.end()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def template() -> AsyncIterator[Template]:
    template = Template(Limits(), 400 * 2**20)
    yield template
    await template.end()


def parent(process_id: int) -> int:
    return int(Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[1])


async def test_processes_are_forked_from_one_that_has_imported_all(template: Template) -> None:
    first, second = await template.fork(), await template.fork()
    try:
        (imported,) = {parent(parent(process.process_id)) for process in (first, second)}
        assert parent(imported) == os.getpid()
    finally:
        await first.end()
        await second.end()


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGALRM])
async def test_the_end_of_a_process_is_told(template: Template, sent: signal.Signals) -> None:
    process = await template.fork()
    had_ended = process.ended
    os.kill(process.process_id, sent)
    assert await process.wait() == -sent
    assert (had_ended, process.ended) == (False, True)
    await process.end()


async def test_a_process_ends_though_its_guardian_was_killed(template: Template) -> None:
    process = await template.fork()
    guardian = parent(process.process_id)
    os.kill(guardian, signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL
    await process.end()
    while Path(f"/proc/{process.process_id}").exists():
        await asyncio.sleep(0.01)


async def test_a_template_that_was_killed_is_started_again(template: Template) -> None:
    process = await template.fork()
    killed = parent(parent(process.process_id))
    os.kill(killed, signal.SIGKILL)
    while Path(f"/proc/{killed}").exists():
        await asyncio.sleep(0.01)
    other = await template.fork()
    assert parent(parent(other.process_id)) != killed
    for each in (process, other):
        await each.end()
