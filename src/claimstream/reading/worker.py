"""The process that reads mail, so that a hostile file can take down nothing but itself. See :mod:`.reader`.

It ends with its parent, however that ends: a thread waits for the end of its connection, and the kernel's alarm clock
ends a reading that keeps even that thread from running.

What is started by the service reads no mail: it imports everything, which takes seconds of CPU, and is then forked
for each reading process that is wanted, which takes milliseconds.
"""

import gc
import json
import os
import queue
import resource
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from typing import BinaryIO, NoReturn

from pydantic import TypeAdapter

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.mail import REST, Shown, Source, Unread, unread_of
from claimstream.reading import judging, pictures
from claimstream.reading.attachments import AttachmentReader
from claimstream.reading.errors import UnreadableError
from claimstream.reading.extracting import extract
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.mail import OpenedMail
from claimstream.reading.protocol import FATE, LENGTH, READY, Answer, MailPart, Request, Task

_SOURCES = TypeAdapter(tuple[Source, ...])


def main() -> None:
    """Fork a reading process for each pair of sockets that arrives on standard input, until that ends."""
    limits, memory_bytes = Limits(**json.loads(sys.argv[1])), int(sys.argv[2])
    # A terminal's Ctrl-C is the parent's to handle; the alarm's default is to end the process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a guardian
    with suppress(OSError):  # not on Linux
        _be_ended_first()
    wanted = socket.socket(fileno=os.dup(0))
    _warm()
    gc.freeze()  # what was imported is not looked through again and again
    gc.set_threshold(20_000, 20, 20)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What native libraries print must not end up between the frames, nor mail text in a log.
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    while descriptors := socket.recv_fds(wanted, 1, 2)[1]:
        connection, fate = descriptors
        if os.fork() == 0:
            wanted.close()
            _guard(connection, fate, limits, memory_bytes)
        os.close(connection)
        os.close(fate)


def _guard(connection: int, fate: int, limits: Limits, memory_bytes: int) -> NoReturn:
    """Fork the reading process, and tell the service its id and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (process_id := os.fork()) == 0:
        os.close(fate)
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        _serve(connection, limits)
    os.close(connection)
    with suppress(OSError):  # the service has ended
        os.write(fate, FATE.pack(process_id))
        os.write(fate, FATE.pack(os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])))
    os._exit(0)


def _serve(connection: int, limits: Limits) -> NoReturn:
    """Answer requests until they end."""
    requests, answers = os.fdopen(connection, "rb"), os.fdopen(os.dup(connection), "wb")
    waiting: queue.SimpleQueue[tuple[Request, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    _send(answers, READY)
    while True:
        request, data = waiting.get()
        signal.setitimer(signal.ITIMER_REAL, request.alarm_seconds)
        answer = _answer(request, data, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del data
        _send(answers, *answer)
        del answer


def _answer(request: Request, data: bytes, limits: Limits) -> list[bytes]:
    allowance = request.allowance or Allowance.of(limits)
    if request.task is Task.JUDGE:
        return _frames(_judged(request, data, allowance), [])
    if request.task is Task.EXTRACT:
        _, found, unread = extract(_SOURCES.validate_json(data), allowance)
        return _frames(Answer(unread=tuple(unread), allowance=allowance, extractions=len(found)), found)
    if request.task is Task.DRAW:
        assert request.source is not None
        return _drawn(request.source, data, allowance)
    if request.task is Task.FILE:
        assert request.part is not None
        reader = AttachmentReader(limits, allowance, request.our_markers)
        reader.read_part(MailPart(request.part, data))
        sources, found, unread = extract(reader.sources, allowance)
        answer = Answer(
            sources=tuple(sources),
            unread=(*reader.unread, *unread),
            defects=tuple(reader.defects),
            allowance=allowance,
            extractions=len(found),
        )
        return _frames(answer, found)
    opened = OpenedMail(data, limits, allowance, request.our_markers)
    mail = opened.read(body=request.task is not Task.HEAD, files=request.task is Task.MAIL)
    sources, found, unread = extract(mail.sources, allowance, mail.sender)
    parts = opened.parts if request.with_parts else ()
    answer = Answer(
        mail=mail.model_copy(update={"sources": tuple(sources), "unread": (*mail.unread, *unread)}),
        our_markers=opened.markers,
        allowance=allowance,
        extractions=len(found),
        parts=tuple(part.head for part in parts),
    )
    return _frames(answer, found, parts)


def _drawn(source: Source, data: bytes, allowance: Allowance) -> list[bytes]:
    unread: tuple[Unread, ...] = ()
    pages: tuple[Shown, ...] = ()
    try:
        pages, left_out = pictures.drawn(data, source.media_type)
    except UnreadableError as error:
        unread = (unread_of(source, error.reason, error.detail),)
    else:
        if left_out:
            unread = (unread_of(source, "too_large", left_out, end=REST),)
    answer = Answer(unread=unread, allowance=allowance, drawn=tuple(page.media_type for page in pages))
    return [answer.model_dump_json().encode(), *(page.data for page in pages)]


def _judged(request: Request, data: bytes, allowance: Allowance) -> Answer:
    try:
        return Answer(allowance=allowance, judged=judging.answer(request.question, data).model_dump_json())
    except Exception as error:
        # A defect of ours. Its words may quote the mail, its place does not.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Answer(allowance=allowance, failed=f"{type(error).__name__} in {place.name}, line {place.lineno}")


def _frames(answer: Answer, found: list[SourceExtraction], parts: tuple[MailPart, ...] = ()) -> list[bytes]:
    return [
        answer.model_dump_json().encode(),
        *(extraction.model_dump_json().encode() for extraction in found),
        *(part.data for part in parts),
    ]


def _be_ended_first() -> None:
    """Have the kernel end a reading process before the service when memory runs out."""
    with open("/proc/self/oom_score_adj", "w") as adjustment:
        adjustment.write("1000")


def _warm() -> None:
    """Import all that reading takes, once for all processes that are forked."""
    # openpyxl imports it where there is one, with threads that a fork leaves behind.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # Python's own way to say that there is none
    from claimstream.reading import docx, odf, office, pdf, xlsx  # noqa: F401, PLC0415 - for their import alone


def _receive(requests: BinaryIO, waiting: "queue.SimpleQueue[tuple[Request, bytes]]") -> None:
    while True:
        request, data = _frame(requests), _frame(requests)
        if request is None or data is None:
            os._exit(0)
        waiting.put((Request.model_validate_json(request), data))


def _frame(stream: BinaryIO) -> bytes | None:
    """None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


def _send(answers: BinaryIO, *frames: bytes) -> None:
    for frame in frames:
        answers.write(LENGTH.pack(len(frame)))
        answers.write(frame)
    answers.flush()
