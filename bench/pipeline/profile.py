"""Where a process's CPU goes, by room, without much of it: a sample of the main thread for each two milliseconds spent.

The interval timer counts CPU of the whole process; a sample weighs what the main thread itself has spent since the last
one. Python runs the handler between two bytecodes, so that time inside a C function is its caller's, and time inside
the loop's own C code that of whatever it calls next. Other threads are counted by their clocks.
"""

import signal
import threading
import time
from collections import defaultdict
from types import FrameType

from bench.pipeline.rooms import room_of, room_of_thread
from bench.pipeline.usage import thread_cpu_seconds

_SAMPLE_SECONDS = 0.002
_GRPC = "pubsub"
"""Threads that Python does not know are those of gRPC's core, which serves Pub/Sub and the exporter."""


class Profile:
    """Start it and stop it in the main thread."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, float] = defaultdict(float)
        self._last = 0.0
        self._threads: dict[int, float] = {}

    def start(self) -> None:
        self._threads = thread_cpu_seconds()
        self._last = time.thread_time()
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, _SAMPLE_SECONDS, _SAMPLE_SECONDS)

    def stop(self) -> dict[str, float]:
        """CPU seconds by room."""
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        names = {thread.native_id: thread.name for thread in threading.enumerate()}
        for thread, seconds in thread_cpu_seconds().items():
            if thread != threading.main_thread().native_id:
                spent = seconds - self._threads.get(thread, 0.0)
                name = names.get(thread)
                self._rooms[_GRPC if name is None else room_of_thread(name)] += spent
        return dict(self._rooms)

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        now = time.thread_time()
        spent, self._last = now - self._last, now
        modules = []
        while frame is not None:
            modules.append(str(frame.f_globals.get("__name__", "")))
            frame = frame.f_back
        self._rooms[room_of(modules)] += spent
