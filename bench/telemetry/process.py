"""The worker as a child of the benchmark."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.pubsub.process import ROOT, ChildError
from bench.telemetry.worker import Meters
from claimstream.settings import Settings

_START_SECONDS = 60.0
_ANSWER_SECONDS = 60.0
_END_SECONDS = 20.0


class Worker:
    """``async with Worker(...)``: it works inside; at the end it drains. What it logs is in ``log``, a file."""

    def __init__(self, environment: Mapping[str, str], *, now: datetime, log: Path) -> None:
        self._environment = neutral_environment() | dict(environment)
        self._now = now
        self.log = log
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bench.telemetry.worker", "--now", self._now.isoformat()),
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the driver, which then ends it
            )
        try:
            await self._line(_START_SECONDS)
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

    async def meters(self) -> Meters:
        """What it has used so far, all telemetry sent. Raises ChildError if it has ended or does not answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"meters\n")
        return Meters(**json.loads(await self._line(_ANSWER_SECONDS)))

    async def _line(self, seconds: float) -> str:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise ChildError(self._why(f"said nothing for {seconds:g} s")) from None
        if not line:
            raise ChildError(self._why("ended"))
        return line.decode()

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
        said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"the worker {what}" + (f": {said[-1].strip()}" if said else "")


def neutral_environment() -> dict[str, str]:
    """The environment without what would change the worker: its settings, and OpenTelemetry's."""
    own = {name.upper() for name in Settings.model_fields}
    return {k: v for k, v in os.environ.items() if k.upper() not in own and not k.upper().startswith("OTEL_")}
