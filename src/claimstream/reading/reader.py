"""Reading mails in processes of their own, so that a hostile file neither blocks nor kills the service."""

import asyncio
import json
import re
import signal
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from types import MappingProxyType

from claimstream.domain.records.mail import ParsedMail, Unread
from claimstream.reading.limits import Limits
from claimstream.reading.mail import read_mail, read_without_attachments
from claimstream.reading.worker import LENGTH, READY, Request

_NO_URIS: Mapping[str, str] = MappingProxyType({})
_INLINE_BYTES = 32 * 1024
_HEAD_BYTES = 64 * 1024
_START_SECONDS = 60.0
_ALARM_MARGIN_SECONDS = 5.0
_MAILS_PER_WORKER = 1_000
"""Then it is replaced: native libraries fragment memory over time."""
_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM}
_MULTIPART_OR_HTML = re.compile(rb"^content-(?:type:(?!\s*text/plain)|disposition:)", re.IGNORECASE | re.MULTILINE)


class ReaderUnavailableError(RuntimeError):
    """No reading process can be started: nothing is known of the mail, it has to wait."""


class _ReadingFailedError(Exception):
    """A reading process took too long or ended. The message says which, in words."""


class MailReader:
    """A pool of reading processes, started when first needed.

    ``timeout_seconds`` is for one mail with its attachments, ``body_timeout_seconds`` for the second attempt at its
    body alone, ``memory_bytes`` the address space of a process.
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        workers: int = 2,
        timeout_seconds: float = 30.0,
        body_timeout_seconds: float = 10.0,
        memory_bytes: int = 2 * 1024**3,
    ) -> None:
        self._limits = limits
        self._timeout_seconds = timeout_seconds
        self._body_timeout_seconds = body_timeout_seconds
        self._memory_bytes = memory_bytes
        self._free = asyncio.Semaphore(workers)
        self._workers = workers
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the reading processes alive."""
        return tuple(worker.process.pid for worker in self._all)

    async def warm(self) -> None:
        """Start every process now rather than with the first mails. Raises ``ReaderUnavailableError``."""
        async with asyncio.TaskGroup() as group:
            started = [group.create_task(self._start()) for _ in range(self._workers - len(self._all))]
        self._idle += [task.result() for task in started]

    async def read(
        self, raw: bytes, *, uris: Mapping[str, str] = _NO_URIS, our_markers: Collection[str] = ()
    ) -> ParsedMail:
        """As ``read_mail``. When reading takes too long or ends its process, the body alone is read and the
        attachments are unread as broken; when that fails too, the headers.

        Raises ``ReaderUnavailableError`` when no process can be started, which says nothing about the mail.
        """
        if self._closed:
            raise RuntimeError("The mail reader is closed.")
        if _is_simple(raw):
            return read_mail(raw, limits=self._limits, uris=uris, our_markers=our_markers)
        request = Request(
            uris=dict(uris), our_markers=list(our_markers), why_not=None, alarm_seconds=self._timeout_seconds
        )
        try:
            return await self._ask(request, raw)
        except _ReadingFailedError as error:
            why = str(error)
        request["why_not"], request["alarm_seconds"] = why, self._body_timeout_seconds
        try:
            return await self._ask(request, raw)
        except _ReadingFailedError as error:
            return self._headers_only(raw, str(error))

    async def close(self) -> None:
        """End every process. Readings under way fail."""
        self._closed = True
        for worker in tuple(self._all):
            await self._discard(worker)
        self._idle.clear()

    async def _ask(self, request: Request, raw: bytes) -> ParsedMail:
        """One reading. When the process was ended, maybe from outside, the reading is tried once more."""
        async with self._free:
            for attempt in (1, 2):
                worker = await self._take(fresh=attempt == 2)
                done = False
                try:
                    async with asyncio.timeout(request["alarm_seconds"]):
                        answer = await worker.ask(request, raw)
                    done = True
                    return ParsedMail.model_validate_json(answer)
                except TimeoutError:
                    seconds = request["alarm_seconds"]
                    raise _ReadingFailedError(f"Reading was ended after {seconds:g} seconds.") from None
                except (asyncio.IncompleteReadError, ConnectionError):
                    if self._closed:
                        raise RuntimeError("The mail reader is closed.") from None
                    code = await worker.process.wait()
                    if code not in _FROM_OUTSIDE or attempt == 2:
                        raise _ReadingFailedError(f"The reading process ended with status {code}.") from None
                finally:
                    if done and worker.mails < _MAILS_PER_WORKER and not self._closed:
                        self._idle.append(worker)
                    else:
                        await self._discard(worker)
        raise AssertionError("unreachable")

    async def _take(self, *, fresh: bool) -> "_Worker":
        """An idle process, or a new one. ``fresh``: in place of an idle one, which may have ended with the last."""
        if not self._idle:
            return await self._start()
        worker = self._idle.pop()
        if not fresh:
            return worker
        await self._discard(worker)
        return await self._start()

    async def _start(self) -> "_Worker":
        worker = await _Worker.start(self._limits, self._memory_bytes)
        self._all.add(worker)
        return worker

    async def _discard(self, worker: "_Worker") -> None:
        self._all.discard(worker)
        await worker.end()

    def _headers_only(self, raw: bytes, why: str) -> ParsedMail:
        head = re.split(rb"\r?\n\r?\n", raw[:_HEAD_BYTES], maxsplit=1)[0]
        # What the body is made of is of no use without the body.
        head = re.sub(rb"(?im)^content-[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n?", b"", head)
        mail = read_without_attachments(head + b"\r\n\r\n", why, limits=self._limits)
        unread = Unread(
            source_id="mail", name="mail", media_type="message/rfc822", size=len(raw), reason="broken", detail=why
        )
        return mail.model_copy(update={"unread": (unread,), "defects": (*mail.defects, f"Headers only: {why}")})


class _Worker:
    """One reading process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.mails = 0
        self._requests = process.stdin
        self._answers = process.stdout

    @classmethod
    async def start(cls, limits: Limits, memory_bytes: int) -> "_Worker":
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from claimstream.reading.worker import main; main()",
                json.dumps(asdict(limits)),
                str(memory_bytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise ReaderUnavailableError(f"Cannot start a process to read mail: {error}") from error
        worker = cls(process)
        ready = False
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await worker._answer() == READY
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            if not ready:
                await worker.end()
        if not ready:
            raise ReaderUnavailableError("The process that reads mail did not start; its error is on standard error.")
        return worker

    async def ask(self, request: Request, raw: bytes) -> bytes:
        """Raises ``IncompleteReadError`` or ``ConnectionError`` when the process ends meanwhile."""
        self.mails += 1
        arguments = json.dumps({**request, "alarm_seconds": request["alarm_seconds"] + _ALARM_MARGIN_SECONDS}).encode()
        self._requests.write(LENGTH.pack(len(arguments)) + arguments + LENGTH.pack(len(raw)))
        self._requests.write(raw)
        await self._requests.drain()
        return await self._answer()

    async def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self._requests.close()
        with suppress(BrokenPipeError, ConnectionError):
            await self._requests.wait_closed()
        await self.process.wait()

    async def _answer(self) -> bytes:
        (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
        return await self._answers.readexactly(length)


def _is_simple(raw: bytes) -> bool:
    """A short mail of plain text alone, which is read faster than it is sent to a process."""
    return len(raw) <= _INLINE_BYTES and _MULTIPART_OR_HTML.search(raw) is None
