"""Reading mails in processes of their own, so that a hostile file neither blocks nor kills the service."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from hashlib import sha256

from pydantic import TypeAdapter, ValidationError

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.mail import REST, ParsedMail, Shown, Source, SourceKind, Unread, unread_of
from claimstream.domain.records.questions import A, Question
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.places import FIRST, DueTimes, Places
from claimstream.reading.process import Answered, NoAnswerError, ReaderUnavailableError, ReadingProcess, Template
from claimstream.reading.protocol import MailPart, Request, Task

__all__ = ["Drawn", "Extractions", "MailReader", "ReaderUnavailableError", "Reading", "RulesFailedError"]

_HEAD_BYTES = 64 * 1024
_READINGS_PER_PROCESS = 1_000
"""Then it is replaced: native libraries fragment memory over time."""
_LOOK_SECONDS = 0.1
"""Between two looks whether somebody waits for the place of a reading that takes long."""
_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM}
_OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}
"""The ends of a native library that gets no more memory."""
_FILES_AT_ONCE = 1_000
"""Files of a question that become JSON in one stretch: some four milliseconds."""
_SOURCES = TypeAdapter(tuple[Source, ...])
_FILES = TypeAdapter(tuple[CandidateFile, ...])


class RulesFailedError(Exception):
    """The rules did not get through a mail. The message says why, and quotes nothing of the mail."""


class _ReadingFailedError(Exception):
    """A reading process took too long or ended. The message says which, in words.

    Args:
        out_of_time: it took too long, which may be the machine's fault as well as the file's.
    """

    def __init__(self, message: str, *, out_of_time: bool = False) -> None:
        super().__init__(message)
        self.out_of_time = out_of_time


class _PutOffError(Exception):
    """A reading took long while others waited, and slow ones hold all places that these may hold."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The content of a mail."""

    mail: ParsedMail
    extractions: tuple[SourceExtraction, ...] = ()
    """The values that the rules read, for each source with text that could be read."""
    parts: tuple[MailPart, ...] = ()
    """The attachments with their bytes, where they were asked for."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture in a form that a model takes."""

    pages: tuple[Shown, ...] = ()
    """None for a picture that no model can be shown."""
    unread: tuple[Unread, ...] = ()
    """The picture or its rest, where it is not in the pages."""


@dataclass(frozen=True, slots=True)
class Extractions:
    """The values that the rules read in texts."""

    found: tuple[SourceExtraction, ...] = ()
    unread: tuple[str, ...] = ()
    """Ids of the sources that were not read, or not to their end."""


class MailReader:
    """A pool of reading processes, started when first needed.

    A mail is read in one go. When that takes too long or ends its process, the mail is read piece by piece: its body,
    then one attachment after the other, so that whatever did it is alone in being broken.

    Slow mails do not hold up the others: they have all processes but one. A reading that takes longer than a moment
    while slow ones have these is ended as soon as somebody waits, and begun again when one of them is done.

    Args:
        workers: how many processes there are at most.
        quick_seconds: the moment after which a reading is a slow one.
        timeout_seconds: for one mail with its attachments.
        piece_seconds: for one piece of a mail that is read piece by piece.
        pieces_seconds: for all its attachments together.
        memory_bytes: of a process, beyond which it ends (``RLIMIT_DATA``).
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        workers: int = 2,
        quick_seconds: float = 1.0,
        timeout_seconds: float = 30.0,
        piece_seconds: float = 10.0,
        pieces_seconds: float = 60.0,
        memory_bytes: int = 512 * 1024**2,
    ) -> None:
        self._limits = limits
        self._quick_seconds = quick_seconds
        self._timeout_seconds = timeout_seconds
        self._piece_seconds = piece_seconds
        self._pieces_seconds = pieces_seconds
        self._memory_bytes = memory_bytes
        self._template = Template(limits, memory_bytes)
        self._places = Places(workers)
        self._slow_places = Places(max(1, workers - 1))
        self._due_times = DueTimes()
        self._workers = workers
        self._idle: list[ReadingProcess] = []
        self._all: set[ReadingProcess] = set()
        self._closed = False

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Ids of the reading processes alive."""
        return tuple(worker.process_id for worker in self._all)

    async def warm(self) -> None:
        """Start every process now rather than with the first mails.

        Raises:
            ReaderUnavailableError: a process does not start.
        """
        async with asyncio.TaskGroup() as group:
            started = [group.create_task(self._start()) for _ in range(self._workers - len(self._all))]
        self._idle += [task.result() for task in started]

    async def read(self, raw: bytes, *, our_markers: Collection[str] = (), with_parts: bool = False) -> Reading:
        """Read a mail. What of it cannot be read is ``unread`` in the mail; no mail makes this raise.

        Args:
            our_markers: further marks of our own letters beside the receiving mailbox: the firm's name, its other
                mailboxes, reply codes.
            with_parts: give back the bytes of the attachments, too.

        Raises:
            ReaderUnavailableError: no process can be started, which says nothing about the mail.
        """
        request = Request(
            task=Task.MAIL,
            alarm_seconds=self._timeout_seconds,
            our_markers=tuple(our_markers),
            with_parts=with_parts,
        )
        try:
            answered = await self._ask(request, raw)
        except _ReadingFailedError as error:
            return await self._piece_by_piece(request, raw, str(error))
        assert answered.answer.mail is not None
        return Reading(answered.answer.mail, answered.extractions, answered.parts)

    async def extract(self, sources: Sequence[Source]) -> Extractions:
        """Return what the rules read in texts without their mail: a scan's transcript, or a mail that was read before.

        Raises:
            ReaderUnavailableError: no process can be started.
        """
        texts = [source for source in sources if source.text.strip()]
        if not texts:
            return Extractions()
        request = Request(task=Task.EXTRACT, alarm_seconds=self._timeout_seconds)
        try:
            return _extracted([await self._ask(request, _SOURCES.dump_json(tuple(texts)))])
        except _ReadingFailedError:
            pass
        found: list[Answered] = []
        failed: list[str] = []
        allowance = Allowance.of(self._limits)
        clock = _Clock(self._pieces_seconds)
        for source in texts:
            request = self._piece(Task.EXTRACT, clock, allowance=allowance)
            try:
                found.append(await self._ask(request, _SOURCES.dump_json((source,)), clock))
                allowance = found[-1].answer.allowance
            except _ReadingFailedError as error:
                failed.append(f"{source.source_id}{REST}" if error.out_of_time else source.source_id)
        return _extracted(found, failed)

    async def draw(self, picture: Source, data: bytes) -> Drawn:
        """Return a picture in a form that a model takes.

        Raises:
            ReaderUnavailableError: no process can be started.
        """
        request = Request(task=Task.DRAW, alarm_seconds=self._piece_seconds, source=picture)
        try:
            answered = await self._ask(request, data)
        except _ReadingFailedError as error:
            return Drawn(unread=(unread_of(picture, "too_large" if error.out_of_time else "broken", str(error)),))
        unread = answered.answer.unread
        as_it_is = () if answered.drawn or unread else (Shown(picture.media_type, data),)
        return Drawn(answered.drawn or as_it_is, unread)

    async def judge(self, question: Question[A], answer: type[A]) -> A:
        """Return the rules' answer to a question.

        Raises:
            RulesFailedError: they take too long, take too much memory, or end in an error.
            ReaderUnavailableError: no process can be started.
        """
        request = Request(task=Task.JUDGE, alarm_seconds=self._timeout_seconds, question=type(question).__name__)
        try:
            answered = (await self._ask(request, question)).answer
            if answered.failed:
                raise RulesFailedError(f"The rules failed: {answered.failed}.")
            return answer.model_validate_json(answered.judged)
        except _ReadingFailedError as error:
            raise RulesFailedError(f"The rules did not get through the mail. {error}") from None
        except ValidationError as error:
            raise RulesFailedError(f"The rules' answer has {error.error_count()} values that cannot be.") from None

    async def close(self) -> None:
        """End every process. Readings under way fail."""
        self._closed = True
        for worker in tuple(self._all):
            await self._discard(worker)
        self._idle.clear()
        await self._template.end()

    # --- piece by piece

    async def _piece_by_piece(self, request: Request, raw: bytes, why: str) -> Reading:
        opened = await self._without_attachments(request, raw, why)
        if opened is None:
            return Reading(_unreadable(len(raw), why))
        mail = opened.answer.mail
        assert mail is not None
        mail = mail.model_copy(update={"defects": (*mail.defects, f"Read piece by piece: {why}")})
        extractions = list(opened.extractions)
        allowance = opened.answer.allowance
        clock = _Clock(self._pieces_seconds)
        for part in opened.parts:
            if allowance.files <= 0:
                detail = f"Over {self._limits.max_attachments} attachments; this and all later ones were left out."
                mail = _joined(mail, unread=(_unread(part, "too_many", detail),))
                break
            piece = self._piece(
                Task.FILE, clock, allowance=allowance, part=part.head, our_markers=opened.answer.our_markers
            )
            try:
                answered = await self._ask(piece, part.data, clock)
            except _ReadingFailedError as error:
                unread = _unread(part, "broken", str(error))
                if error.out_of_time:
                    rest_id = f"{part.head.source_id}{REST}"
                    unread = unread.model_copy(update={"source_id": rest_id, "reason": "too_large"})
                mail = _joined(mail, unread=(unread,))
                continue
            found = answered.answer
            mail = _joined(mail, sources=found.sources, unread=found.unread, defects=found.defects)
            extractions += answered.extractions
            allowance = found.allowance
        return Reading(mail, tuple(extractions), opened.parts if request.with_parts else ())

    async def _without_attachments(self, request: Request, raw: bytes, why: str) -> Answered | None:
        """The mail without its attachments, or its headers alone; None where not even those can be read."""
        head = request.model_copy(update={"alarm_seconds": self._piece_seconds, "with_parts": True})
        try:
            return await self._ask(head.model_copy(update={"task": Task.BODY}), raw, slow=True)
        except _ReadingFailedError as error:
            why, out_of_time = str(error), error.out_of_time
        for name, data in (("body", raw), ("mail", _head(raw))):
            asked = head.model_copy(update={"task": Task.HEAD, "with_parts": name == "body"})
            try:
                answered = await self._ask(asked, data, slow=True)
            except _ReadingFailedError:
                continue
            assert answered.answer.mail is not None
            unread = Unread(
                source_id=f"{name}{REST}" if out_of_time else name,
                name=name,
                media_type="message/rfc822",
                size=len(raw),
                reason="too_large" if out_of_time else "broken",
                detail=why,
            )
            mail = answered.answer.mail.model_copy(update={"unread": (unread,)})
            return Answered(answered.answer.model_copy(update={"mail": mail}), (), answered.parts)
        return None

    def _piece(self, task: Task, clock: "_Clock", **fields: object) -> Request:
        return Request.model_validate(
            {"task": task, "alarm_seconds": min(self._piece_seconds, clock.left_seconds), **fields}
        )

    # --- the pool

    async def _ask(
        self,
        request: Request,
        data: bytes | Question[A],
        clock: "_Clock | None" = None,
        *,
        slow: bool = False,
    ) -> Answered:
        """One reading. When the process was ended, maybe from outside, the reading is tried once more.

        Args:
            slow: whether its mail is known to be a slow one; what has a clock is a piece of such a one.
        """
        if request.alarm_seconds <= 0:
            over = f"The mail took over {self._pieces_seconds:g} seconds; the rest was not read."
            raise _ReadingFailedError(over, out_of_time=True)
        now = asyncio.get_running_loop().time
        due = self._due_times.due(len(data), now()) if isinstance(data, bytes) else FIRST
        if not slow and clock is None:
            with suppress(_PutOffError):
                async with self._places.hold(due):
                    return await self._ask_one(request, data, self._trial)
        # Due now for its process: it has waited for its share already.
        async with self._slow_places.hold(due), self._places.hold(now()):
            with clock.running() if clock is not None else nullcontext():
                return await self._ask_one(request, data)

    @asynccontextmanager
    async def _trial(self) -> AsyncIterator[None]:
        """A moment for a reading. After it the reading is a slow one, or ended once somebody waits.

        Raises:
            _PutOffError: it was ended.
        """
        loop = asyncio.get_running_loop()
        is_slow = False
        timer: asyncio.TimerHandle

        def look() -> None:
            nonlocal is_slow, timer
            is_slow = self._slow_places.take_now()
            if is_slow:
                return
            if self._places.wanted:
                patience.reschedule(loop.time())
            else:
                timer = loop.call_later(_LOOK_SECONDS, look)

        timer = loop.call_later(self._quick_seconds, look)
        try:
            async with asyncio.timeout(None) as patience:
                yield
        except TimeoutError:
            raise _PutOffError from None
        finally:
            timer.cancel()
            if is_slow:
                self._slow_places.give_back()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("The mail reader is closed.")

    async def _ask_one(
        self,
        request: Request,
        data: bytes | Question[A],
        trial: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> Answered:
        if not isinstance(data, bytes):  # as JSON only now: mails that wait are not held twice
            data = await _as_json(data)
        for attempt in (1, 2):
            worker = await self._take(fresh=attempt == 2)
            done = False
            try:
                async with asyncio.timeout(request.alarm_seconds), trial():
                    answered = await worker.ask(request, data)
                done = True
                return answered
            except TimeoutError:
                raise _took_too_long(request) from None
            except NoAnswerError as error:
                raise _ReadingFailedError(f"The reading process gave no answer: {error}.") from None
            except (asyncio.IncompleteReadError, ConnectionError):
                if self._closed:
                    raise RuntimeError("The mail reader is closed.") from None
                code = await worker.wait()
                if code == -signal.SIGALRM:
                    raise _took_too_long(request) from None
                if code not in _FROM_OUTSIDE or attempt == 2:
                    raise _ReadingFailedError(_how_it_ended(code)) from None
            finally:
                if done and worker.readings < _READINGS_PER_PROCESS and not self._closed:
                    self._idle.append(worker)
                else:
                    await self._discard(worker)
        raise AssertionError("unreachable")

    async def _take(self, *, fresh: bool) -> ReadingProcess:
        """An idle process, or a new one. ``fresh``: in place of an idle one, which may have ended with the last."""
        if not self._idle:
            return await self._start()
        worker = self._idle.pop()
        if not fresh:
            return worker
        await self._discard(worker)
        return await self._start()

    async def _start(self) -> ReadingProcess:
        self._check_open()
        worker = await self._template.fork()
        if self._closed:
            await worker.end()
        self._check_open()
        self._all.add(worker)
        return worker

    async def _discard(self, worker: ReadingProcess) -> None:
        self._all.discard(worker)
        await worker.end()


async def _as_json(question: Question[A]) -> bytes:
    """Return the question without its files, then its files in parts, each a line of JSON."""
    files = question.files
    lines = [question.model_copy(update={"files": ()}).model_dump_json().encode()]
    for start in range(0, len(files), _FILES_AT_ONCE):
        lines.append(_FILES.dump_json(files[start : start + _FILES_AT_ONCE]))
        await asyncio.sleep(0)
    return b"\n".join(lines)


def _how_it_ended(code: int) -> str:
    """Return in words for a person what the end of a process says of its file."""
    if code in _OUT_OF_MEMORY:
        return f"It takes more memory than a file may, or breaks what reads it (status {code})."
    return f"It breaks what reads it (status {code})."


def _took_too_long(request: Request) -> _ReadingFailedError:
    return _ReadingFailedError(f"Reading was ended after {request.alarm_seconds:g} seconds.", out_of_time=True)


class _Clock:
    """The time that is left for reading. The wait for a free process does not count."""

    def __init__(self, seconds: float) -> None:
        self.left_seconds = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            yield
        finally:
            self.left_seconds = max(0.0, self.left_seconds - (loop.time() - started))


def _joined(
    mail: ParsedMail,
    *,
    sources: Iterable[Source] = (),
    unread: Iterable[Unread] = (),
    defects: Iterable[str] = (),
) -> ParsedMail:
    return mail.model_copy(
        update={
            "sources": (*mail.sources, *sources),
            "unread": (*mail.unread, *unread),
            "defects": (*mail.defects, *defects),
        }
    )


def _unread(part: MailPart, reason: str, detail: str) -> Unread:
    head = part.head
    return Unread(
        source_id=head.source_id,
        name=head.name,
        media_type=head.media_type,
        size=len(part.data),
        reason=reason,
        detail=detail,
    )


def _head(raw: bytes) -> bytes:
    """Return what stands before the first empty line."""
    ends = [end for mark in (b"\r\n\r\n", b"\n\n") if (end := raw.find(mark, 0, _HEAD_BYTES)) >= 0]
    return raw[: min(ends, default=_HEAD_BYTES)]


def _unreadable(size: int, why: str) -> ParsedMail:
    """The record of a mail that nothing could be read of, made without looking at it."""
    body = Source(
        source_id="body",
        kind=SourceKind.BODY,
        name="body",
        media_type="text/plain",
        size=0,
        sha256=sha256(b"").hexdigest(),
        text="",
    )
    unread = Unread(source_id="mail", name="mail", media_type="message/rfc822", size=size, reason="broken", detail=why)
    return ParsedMail(sources=(body,), unread=(unread,), defects=(f"Nothing of the mail could be read: {why}",))


def _extracted(answered: Sequence[Answered], failed: Sequence[str] = ()) -> Extractions:
    cut = [unread.source_id for one in answered for unread in one.answer.unread]
    return Extractions(tuple(found for one in answered for found in one.extractions), (*failed, *cut))
