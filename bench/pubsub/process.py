"""Child processes of the benchmark."""

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


class ChildError(Exception):
    """A child process ended or did not answer; the text says which and why."""


class Child:
    """`python -m MODULE ...` in a process of its own, which ends when its standard input does.

    In a session of its own, so that a Ctrl-C reaches only the driver, which then ends its children."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._module = module
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_input()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stderr.close()

    def check(self) -> None:
        """Raises ChildError if it has ended."""
        if self._process.poll() is not None:
            raise ChildError(self._why("ended"))

    def close_input(self) -> None:
        """Asks it to end."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def line(self, timeout_seconds: float) -> str:
        """The next line of its output. Raises ChildError at the end of it, or after `timeout_seconds` without one."""
        try:
            line = self._lines.get(timeout=timeout_seconds)
        except queue.Empty:
            raise ChildError(self._why(f"said nothing for {timeout_seconds:g} s")) from None
        if line is None:
            raise ChildError(self._why("ended"))
        return line

    def last_line(self, timeout_seconds: float) -> str:
        """What it says last, once its input is closed."""
        line = self.line(timeout_seconds)
        with contextlib.suppress(ChildError):
            while True:
                line = self.line(timeout_seconds)
        return line

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self._lines.put(line.decode(errors="replace").rstrip("\n"))
        self._lines.put(None)

    def _why(self, what: str) -> str:
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip().splitlines()
        return f"{self._module} {what}" + (f": {said[-1].strip()}" if said else "")
