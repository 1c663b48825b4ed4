"""A process of the benchmark that answers each line of JSON with one, and ends when its standard input does."""

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.pubsub.process import ROOT, ChildError
from bench.telemetry.process import neutral_environment

_START_SECONDS = 120.0
_END_SECONDS = 20.0
_LINE_BYTES = 16 * 1024 * 1024

Answer = dict[str, Any]


class Child:
    """``async with Child("bench.pipeline.worker", ...) as child``: ``started`` is what it says first."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
        python: str = sys.executable,
    ) -> None:
        """
        Args:
            log: a file for its standard error.
            environment: its settings; those of this process are kept from it.
        """
        self._module = module
        self._command = (python, "-m", module, *arguments)
        self._environment = neutral_environment() | dict(environment or {})
        self._log = log
        self._process: asyncio.subprocess.Process
        self.started: Answer = {}

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=_LINE_BYTES,
                start_new_session=True,  # Ctrl-C reaches only the driver, which then ends it
            )
        try:
            self.started = await self._answer(_START_SECONDS)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    def check(self) -> None:
        """Raises ChildError if it has ended."""
        if self._process.returncode is not None:
            raise ChildError(self._why("ended"))

    async def ask(self, task: str, *, seconds: float = 60.0, **arguments: Any) -> Answer:
        """Raises ChildError if it has ended, fails, or does not answer within ``seconds``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"task": task, **arguments}).encode() + b"\n")
        answer = await self._answer(seconds)
        if "failed" in answer:
            raise ChildError(f"{self._module}, {task}: {answer['failed']}")
        return answer

    async def _answer(self, seconds: float) -> Answer:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise ChildError(self._why(f"said nothing for {seconds:g} s")) from None
        if not line:
            raise ChildError(self._why("ended"))
        return dict(json.loads(line))

    async def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _why(self, what: str) -> str:
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"{self._module} {what}" + (f": {said[-1].strip()[:500]}" if said else "")


Obey = Callable[[str, Mapping[str, Any]], Coroutine[Any, Any, Answer]]
"""``await obey(task, arguments)`` does what was asked."""


def obey_in_thread(obey: Obey, *, started: Answer, ended: Callable[[], None]) -> None:
    """In the child: say ``started``, then do in the running loop what each line asks; ``ended()`` after the last."""
    loop = asyncio.get_running_loop()

    def listen() -> None:
        _say(started)
        for line in sys.stdin:
            arguments = json.loads(line)
            try:
                answer = asyncio.run_coroutine_threadsafe(obey(arguments.pop("task"), arguments), loop).result()
            except Exception as error:  # told to the driver, which ends the run
                answer = {"failed": f"{type(error).__name__}: {error}"}
            _say(answer)
        loop.call_soon_threadsafe(ended)

    threading.Thread(target=listen, daemon=True, name="obey").start()


def _say(answer: Answer) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
