"""Reading processes, seen from the service."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Self

from pydantic import ValidationError

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.mail import Shown
from claimstream.reading.limits import MEBIBYTE, Limits
from claimstream.reading.protocol import FATE, LENGTH, MOST_DRAWN_BYTES, READY, Answer, MailPart, Request, Task

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
    drawn: tuple[Shown, ...] = ()


class Template:
    """A process that has imported all that reading takes, and is forked for each reading process."""

    def __init__(self, limits: Limits, memory_bytes: int) -> None:
        self._options = (json.dumps(asdict(limits)), str(memory_bytes))
        self._process: asyncio.subprocess.Process | None = None
        self._wanted: socket.socket | None = None
        self._starting = asyncio.Lock()

    async def fork(self) -> "ReadingProcess":
        """Start a reading process, and the template before it where there is none.

        Raises:
            ReaderUnavailableError: it does not start.
        """
        pairs = [socket.socketpair(), socket.socketpair()]
        try:
            async with self._starting:
                descriptors = [theirs.fileno() for _, theirs in pairs]
                if not self._send(descriptors):  # there is none, or it was ended from outside
                    await self._start()
                    self._send(descriptors)
        except OSError as error:
            for ours, _ in pairs:
                ours.close()
            raise ReaderUnavailableError(f"Cannot start a process to read mail: {error}") from error
        finally:
            for _, theirs in pairs:
                theirs.close()
        return await ReadingProcess.connect(*(ours for ours, _ in pairs))

    async def end(self) -> None:
        """End it at once. The reading processes live on."""
        if self._wanted is not None:
            self._wanted.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _send(self, descriptors: list[int]) -> bool:
        if self._wanted is None:
            return False
        try:
            socket.send_fds(self._wanted, [b"1"], descriptors)
        except ConnectionError:
            return False
        return True

    async def _start(self) -> None:
        await self.end()
        self._wanted, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from claimstream.reading.worker import main; main()",
                *self._options,
                stdin=theirs.fileno(),
            )


class ReadingProcess:
    """One process and the connection to it. Made by :meth:`connect`."""

    def __init__(self, answers: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        self.process_id = 0
        self.readings = 0
        """The number of mails, files and texts that it was sent."""
        self._requests = requests
        self._answers = answers
        self._end: asyncio.Task[int] | None = None

    @classmethod
    async def connect(cls, connection: socket.socket, fate: socket.socket) -> Self:
        """Wait until it is ready.

        Raises:
            ReaderUnavailableError: it does not start.
        """
        told, told_to = await asyncio.open_unix_connection(sock=fate)
        started = cls(*await asyncio.open_unix_connection(sock=connection, limit=_SENT_AT_ONCE))
        ready = False
        try:
            async with asyncio.timeout(_START_SECONDS):
                (started.process_id,) = FATE.unpack(await told.readexactly(FATE.size))
                started._end = asyncio.create_task(_ended(told, told_to))
                ready = await started._frame(len(READY)) == READY
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, NoAnswerError):
            pass
        finally:
            if not ready:
                told_to.close()
                await started.end()
        if not ready:
            raise ReaderUnavailableError("The process that reads mail did not start; its error is on standard error.")
        return started

    @property
    def ended(self) -> bool:
        """True once it is known to have ended, or never was."""
        return self._end is None or self._end.done()

    async def wait(self) -> int:
        """Wait for its end, and return its exit code: that of a signal is negative."""
        assert self._end is not None
        return await asyncio.shield(self._end)

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
        left = MOST_DRAWN_BYTES
        drawn = []
        for media_type in answer.drawn:
            frame = await self._frame(left)
            left -= len(frame)
            drawn.append(Shown(media_type, frame))
        return Answered(answer, tuple(extractions), tuple(parts), tuple(drawn))

    async def end(self) -> None:
        """End it at once."""
        if not self.ended:
            with suppress(ProcessLookupError):
                os.kill(self.process_id, signal.SIGKILL)
        self._requests.close()
        with suppress(BrokenPipeError, ConnectionError):
            await self._requests.wait_closed()
        if self._end is not None:
            await self.wait()

    def _write(self, data: bytes) -> None:
        if self._requests.is_closing():  # uvloop calls this a RuntimeError, as it does a defect of ours
            raise ConnectionResetError("the reading process has ended")
        self._requests.write(data)

    async def _frame(self, most: int) -> bytes:
        (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
        if length > most:
            raise NoAnswerError(f"a frame of {length} bytes where {most} are the most")
        return await self._answers.readexactly(length)


async def _ended(told: asyncio.StreamReader, told_to: asyncio.StreamWriter) -> int:
    try:
        (code,) = FATE.unpack(await told.readexactly(FATE.size))
    except (asyncio.IncompleteReadError, ConnectionError):  # its guardian was ended, from outside
        return -signal.SIGKILL
    else:
        return int(code)
    finally:
        told_to.close()
