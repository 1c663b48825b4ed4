"""One reading process, seen from the service."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Self

from pydantic import ValidationError

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.reading.limits import MEBIBYTE, Limits
from claimstream.reading.protocol import LENGTH, READY, Answer, MailPart, Request, Task

_START_SECONDS = 60.0
_ALARM_MARGIN_SECONDS = 5.0
_SENT_AT_ONCE = MEBIBYTE
_MOST_ANSWER_BYTES = 32 * MEBIBYTE
"""A million characters with what was read in them take a quarter of it."""


class ReaderUnavailableError(RuntimeError):
    """No reading process can be started: nothing is known of the mail, it has to wait."""


class NoAnswerError(Exception):
    """A reading process said something that is no answer: it is not to be believed in anything."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with all that came with it."""

    answer: Answer
    extractions: tuple[SourceExtraction, ...]
    parts: tuple[MailPart, ...]


class ReadingProcess:
    """One process and the pipes to it. Made by :meth:`start`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.readings = 0
        """The number of mails, files and texts that it was sent."""
        self._requests = process.stdin
        self._answers = process.stdout

    @classmethod
    async def start(cls, limits: Limits, memory_bytes: int) -> Self:
        """
        Raises:
            ReaderUnavailableError: it does not start.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from claimstream.reading.worker import main; main()",
                json.dumps(asdict(limits)),
                str(memory_bytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_SENT_AT_ONCE,
            )
        except OSError as error:
            raise ReaderUnavailableError(f"Cannot start a process to read mail: {error}") from error
        started = cls(process)
        ready = False
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await started._frame(len(READY)) == READY
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, NoAnswerError):
            pass
        finally:
            if not ready:
                await started.end()
        if not ready:
            raise ReaderUnavailableError("The process that reads mail did not start; its error is on standard error.")
        return started

    async def ask(self, request: Request, data: bytes) -> Answered:
        """
        Raises:
            NoAnswerError: what comes back is no answer.
            asyncio.IncompleteReadError, ConnectionError: the process ended meanwhile.
        """
        self.readings += request.task is not Task.JUDGE  # the rules call no native library
        late = request.model_copy(update={"alarm_seconds": request.alarm_seconds + _ALARM_MARGIN_SECONDS})
        asked = late.model_dump_json().encode()
        self._write(LENGTH.pack(len(asked)) + asked + LENGTH.pack(len(data)))
        # Piece by piece: whatever is written and not taken yet is copied.
        for start in range(0, len(data), _SENT_AT_ONCE):
            self._write(data[start : start + _SENT_AT_ONCE])
            await self._requests.drain()
        left = _MOST_ANSWER_BYTES
        frame = await self._frame(left)
        left -= len(frame)
        try:
            answer = Answer.model_validate_json(frame)
            extractions = []
            for _ in range(answer.extractions):
                frame = await self._frame(left)
                left -= len(frame)
                extractions.append(SourceExtraction.model_validate_json(frame))
        except ValidationError as error:
            raise NoAnswerError(f"{error.error_count()} values are not as they should be") from None
        # Attachments are cut out of the mail, so together they are no longer than it.
        left = len(data)
        parts = []
        for head in answer.parts:
            frame = await self._frame(left)
            left -= len(frame)
            parts.append(MailPart(head, frame))
        return Answered(answer, tuple(extractions), tuple(parts))

    async def end(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self._requests.close()
        with suppress(BrokenPipeError, ConnectionError):
            await self._requests.wait_closed()
        await self.process.wait()

    def _write(self, data: bytes) -> None:
        if self._requests.is_closing():  # uvloop calls this a RuntimeError, as it does a defect of ours
            raise ConnectionResetError("the reading process has ended")
        self._requests.write(data)

    async def _frame(self, most: int) -> bytes:
        (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
        if length > most:
            raise NoAnswerError(f"a frame of {length} bytes where {most} are the most")
        return await self._answers.readexactly(length)
