"""SIGTERM, Ctrl-C and a closed terminal, obeyed from the first instruction on.

Imports nothing of weight: it is imported first. The first process of a container is the reason: the kernel drops a
signal for which that process has no handler yet.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import NoReturn

STOPPED = "claimstream: stopped"


GRACE_SECONDS = 5.0
"""The time for the clean-up after the first signal: a service that is silent does not answer a good-bye either."""


class Ending:
    """The first signal cancels the work that goes on; the second one, or one without such work, ends the process."""

    def __init__(self) -> None:
        self.told: int | None = None
        """The signal that ended the work."""
        self.in_json = False
        """The last line is one of a log that is written as JSON."""
        self._cancel: Callable[[], object] | None = None
        self._grace_seconds = GRACE_SECONDS
        self._said = False
        self._terminals: list[int] = []

    def install(self) -> None:
        """Listen, but leave ignored what the shell ignores: Ctrl-C in a script's ``run &``, SIGHUP under ``nohup``."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._obey)
        self._terminals = [number for number in (1, 2) if os.isatty(number)]
        signal.signal(signal.SIGALRM, self._give_up)

    @contextmanager
    def cancels(self, cancel: Callable[[], object], *, grace_seconds: float = GRACE_SECONDS) -> Iterator[None]:
        """Call ``cancel`` on the first signal meanwhile. It runs between any two instructions of the main thread.

        Args:
            grace_seconds: for the clean-up, up to the end of the process.
        """
        self._cancel, self._grace_seconds = cancel, grace_seconds
        try:
            yield
        finally:
            self._cancel = None

    def say(self, line: Callable[[], object]) -> None:
        """Say once that it was told to end."""
        if not self._said:
            self._said = True
            line()

    def finish(self, status: int | None = None) -> NoReturn:
        """End after the clean-up, at once: an orderly exit would wait for threads that wait for a silent service.

        Args:
            status: of the process; None: that of the signal.
        """
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(128 + (self.told or signal.SIGTERM) if status is None else status)

    def _obey(self, number: int, _: FrameType | None) -> None:
        cancel, self._cancel = self._cancel, None
        again, self.told = self.told is not None, number
        if number == signal.SIGHUP:
            self._leave_terminal()
        if cancel is None or again:
            self._give_up()
            return
        signal.setitimer(signal.ITIMER_REAL, self._grace_seconds)
        cancel()

    def _leave_terminal(self) -> None:
        """Print to nowhere: a terminal that was closed refuses every write, amid the clean-up, too."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in self._terminals:
            os.dup2(nowhere, number)
        os.close(nowhere)

    def _give_up(self, *_: object) -> None:
        """End without a clean-up: what hangs in it would hang in an orderly exit, too."""
        self.say(lambda: os.write(2, f"{_stopped_in_json() if self.in_json else STOPPED}\n".encode()))
        os._exit(128 + (self.told or signal.SIGTERM))


def _stopped_in_json() -> str:
    """Write a line as :mod:`claimstream.telemetry.logs` would, whose locks may be taken when a signal comes."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"timestamp": now, "level": "info", "logger": __name__, "action": "worker_stopped"})


ENDING = Ending()
"""The ending of this process, for all of its commands."""
