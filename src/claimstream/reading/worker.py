"""The process that reads mail, so that a hostile file can take down nothing but itself. See :mod:`.reader`.

It ends with its parent, however that ends: a thread waits for the end of standard input, and the kernel's alarm clock
ends a reading that keeps even that thread from running.
"""

import gc
import json
import os
import queue
import resource
import signal
import sys
import threading
import traceback
from contextlib import suppress
from typing import BinaryIO

from pydantic import TypeAdapter

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.mail import Source
from claimstream.reading import judging
from claimstream.reading.attachments import AttachmentReader
from claimstream.reading.extracting import extract
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.mail import OpenedMail
from claimstream.reading.protocol import LENGTH, READY, Answer, MailPart, Request, Task

_SOURCES = TypeAdapter(tuple[Source, ...])


def main() -> None:
    """Answer requests on standard input until it ends."""
    limits, memory_bytes = Limits(**json.loads(sys.argv[1])), int(sys.argv[2])
    # A terminal's Ctrl-C is the parent's to handle; the alarm's default is to end the process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(OSError):  # not on Linux
        _be_ended_first()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _warm()
    gc.freeze()  # what was imported is not looked through again and again
    gc.set_threshold(20_000, 20, 20)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What native libraries print must not end up between the frames, nor mail text in a log.
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
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
    """Import what most mails need before the first one waits for it; Excel is rarer and takes longer to import."""
    from claimstream.reading import docx, pdf  # noqa: F401, PLC0415 - for their import alone


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
