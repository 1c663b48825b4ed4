"""A reading process that has been taken over by what it read: the service believes nothing that it says."""

import asyncio
import struct
import sys

import pytest

from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.process import NoAnswerError, ReadingProcess
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
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SAYS, said.hex(), stdin=pipe, stdout=pipe)
    reading = ReadingProcess(process)
    try:
        with pytest.raises(NoAnswerError):
            await reading.ask(Request(task=Task.MAIL, alarm_seconds=60.0), b"a mail")
    finally:
        await reading.end()
