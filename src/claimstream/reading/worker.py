"""The process that reads mails for a ``MailReader``: requests on standard input, answers on standard output.

A frame is its length (four bytes, big-endian) and that many bytes. A request is two frames: JSON with the arguments,
and the raw mail. An answer is one frame, the ``ParsedMail`` as JSON: the parent never unpickles what a process says
that has just read hostile files.

It ends with its parent, however that ends: a thread waits for the end of standard input, and the kernel's alarm clock
ends a reading that keeps even that thread from running.
"""

import json
import os
import queue
import resource
import signal
import struct
import sys
import threading
from typing import BinaryIO, TypedDict

from claimstream.reading.limits import Limits
from claimstream.reading.mail import read_mail, read_without_attachments

LENGTH = struct.Struct(">I")
READY = b"ready"


class Request(TypedDict):
    uris: dict[str, str]
    our_markers: list[str]
    why_not: str | None
    """None reads everything; otherwise the body only, with this as the reason."""
    alarm_seconds: float


def main() -> None:
    limits, memory_bytes = Limits(**json.loads(sys.argv[1])), int(sys.argv[2])
    # A terminal's Ctrl-C is the parent's to handle; the alarm's default is to end the process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _warm()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What native libraries print must not end up between the frames, nor mail text in a log.
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    waiting: queue.SimpleQueue[tuple[Request, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    _send(answers, READY)
    while True:
        request, raw = waiting.get()
        signal.setitimer(signal.ITIMER_REAL, request["alarm_seconds"])
        answer = _answer(request, raw, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del raw
        _send(answers, answer)


def _answer(request: Request, raw: bytes, limits: Limits) -> bytes:
    uris, markers, why_not = request["uris"], request["our_markers"], request["why_not"]
    if why_not is None:
        mail = read_mail(raw, limits=limits, uris=uris, our_markers=markers)
    else:
        mail = read_without_attachments(raw, why_not, limits=limits, uris=uris, our_markers=markers)
    return mail.model_dump_json().encode()


def _warm() -> None:
    """Import what most mails need before the first one waits for it; Excel is rarer and takes longer to import."""
    from claimstream.reading import docx, pdf  # noqa: F401, PLC0415 - for their import alone


def _receive(requests: BinaryIO, waiting: "queue.SimpleQueue[tuple[Request, bytes]]") -> None:
    while True:
        arguments, raw = _frame(requests), _frame(requests)
        if arguments is None or raw is None:
            os._exit(0)
        waiting.put((json.loads(arguments), raw))


def _frame(stream: BinaryIO) -> bytes | None:
    """None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


def _send(answers: BinaryIO, data: bytes) -> None:
    answers.write(LENGTH.pack(len(data)))
    answers.write(data)
    answers.flush()
