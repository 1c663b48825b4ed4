"""A server process of the local stack: supervised, logged, and ended with the process that started it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from claimstream.local.servers import supervisor

_SUPERVISOR_START_SECONDS = 30.0
_KILL_MARGIN_SECONDS = 10.0
_LOG_TAIL_BYTES = 16_384
_LOG_TAIL_LINES = 15


class LocalStackError(RuntimeError):
    """A part of the local stack is missing, cannot start or has ended. The message says what to do."""


@dataclass(frozen=True)
class StopStep:
    """One step of ending a server: a signal, and how long the server may take before the next step."""

    signal: signal.Signals
    grace_seconds: float


@dataclass(frozen=True)
class Account:
    """A user of the operating system to run a server as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """What to run, as whom, and how to end it."""

    arguments: Sequence[str]
    log_path: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    account: Account | None = None
    stops: Sequence[StopStep] = (StopStep(signal.SIGTERM, 5.0),)
    remove: Sequence[Path] = ()
    """Directories to remove when the parent is gone without having stopped the server."""


class ServerProcess:
    """One run of a server under :mod:`claimstream.local.servers.supervisor`. Not reusable."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._log_start = 0
        self._supervisor: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._started = asyncio.Event()
        self.pid: int | None = None
        self.exit_status: int | None = None
        """As in :mod:`subprocess`: negative for a signal. ``None`` while it runs, or if it never ran."""
        self.failure: str | None = None
        """Why the program could not be run at all."""

    async def start(self) -> None:
        """Start the program. Raises ``LocalStackError`` if it cannot be run. Whether it serves is another question."""
        command = self._command
        self._log_start = command.log_path.stat().st_size if command.log_path.exists() else 0
        options = ["--parent", str(os.getpid()), "--log", str(command.log_path)]
        for stop in command.stops:
            options += ["--stop", f"{stop.signal.name}:{stop.grace_seconds}"]
        for directory in command.remove:
            options += ["--remove", str(directory)]
        if command.account is not None:
            options += ["--user", str(command.account.uid), "--group", str(command.account.gid)]
        with command.log_path.open("ab") as log:
            self._supervisor = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", supervisor.__file__),
                *options,
                "--",
                *command.arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=command.environment,
                cwd="/",
                start_new_session=True,  # Ctrl-C in a terminal is for the parent, which then stops its servers
            )
        self._watcher = asyncio.create_task(self._watch(self._supervisor), name="watch a local server")
        try:
            async with asyncio.timeout(_SUPERVISOR_START_SECONDS):
                await self._started.wait()
        except BaseException:
            self._ask_to_stop(self._supervisor)
            raise
        if self.pid is None:
            await self._watcher
            raise LocalStackError(f"Cannot run {command.arguments[0]}: {self.failure or 'the supervisor ended'}.")

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                word, _, value = line.decode(errors="replace").strip().partition(" ")
                match word:
                    case "started":
                        self.pid = int(value)
                        self._started.set()
                    case "exited":
                        self.exit_status = int(value)
                    case "failed":
                        self.failure = value
            await process.wait()
        finally:
            self._started.set()

    @property
    def running(self) -> bool:
        """Whether the program was started and has not ended, as far as is known here."""
        return self.pid is not None and self._watcher is not None and not self._watcher.done()

    async def wait(self) -> int | None:
        """Wait until the program has ended; its exit status, ``None`` if that is not known."""
        if self._watcher is not None:
            await asyncio.shield(self._watcher)
        return self.exit_status

    @staticmethod
    def _ask_to_stop(process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
        assert process.stdin is not None
        if not process.stdin.is_closing():
            process.stdin.write(b"stop\n")
            process.stdin.close()
        return process.stdin

    async def stop(self) -> None:
        """End the program by its stop steps, and kill it if they do not help. Its files stay."""
        if self._supervisor is None or self._watcher is None:
            return
        stdin = self._ask_to_stop(self._supervisor)
        allowed_seconds = sum(step.grace_seconds for step in self._command.stops) + _KILL_MARGIN_SECONDS
        try:
            async with asyncio.timeout(allowed_seconds):
                await asyncio.shield(self._watcher)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._supervisor.kill()  # its death signal takes the server along
            await self._watcher
        with contextlib.suppress(ConnectionError):
            await stdin.wait_closed()

    async def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the program and its process group; does nothing once it has ended."""
        if self._supervisor is None or self._supervisor.stdin is None or not self.running:
            return
        self._supervisor.stdin.write(f"signal {int(number)}\n".encode())
        with contextlib.suppress(ConnectionError):
            await self._supervisor.stdin.drain()

    def log(self) -> str:
        """What this run has logged so far (of a long log its end)."""
        try:
            with self._command.log_path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(self._log_start, end - _LOG_TAIL_BYTES))
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def log_tail(self) -> str:
        """The last lines this run has logged, for an error message."""
        lines = self.log().splitlines()[-_LOG_TAIL_LINES:]
        return "\n".join(f"  {line}" for line in lines) if lines else "  (nothing logged)"
