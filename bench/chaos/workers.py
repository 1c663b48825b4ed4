"""Worker processes: started, killed, stopped, frozen, told the wrong time, and always replaced."""

import asyncio
import contextlib
import random
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.pubsub.process import ROOT
from bench.telemetry.process import neutral_environment

_DRAIN_SECONDS = 60.0
_HEAD_BYTES = 50_000
"""Of a worker's log, within which it says that it has begun."""


class Workers:
    """So many workers at any time, until :meth:`drain`."""

    def __init__(self, count: int, environment: Mapping[str, str], logs: Path, chance: random.Random) -> None:
        self._count = count
        # Of the shell's settings none, or the real Sentry and Redis of an installation would hear of our outages.
        self._environment = {**neutral_environment(), **environment, "PYTHONPATH": str(ROOT)}
        self._logs = logs
        self._chance = chance
        self._running: list[_Worker] = []
        self._started = 0
        self.needed = asyncio.Lock()
        """While it is held they live: what a worker leaves behind comes back by the intake, which a service that serves
        nobody holds."""
        self.kills = 0
        self.not_begun = 0
        """Workers that ended at their start, because a service they look at first was down; others took their place."""
        self.crashes: list[str] = []
        """Workers that were at work and ended although nobody had asked them to, or not in good order."""

    async def start(self) -> None:
        for _ in range(self._count):
            await self._start()

    async def kill(self) -> None:
        """One of them, at once; another one takes its place."""
        async with self.needed:
            worker = self._take()
            if worker.process.returncode is None:
                worker.process.kill()
                self.kills += 1
                await worker.process.wait()
            else:  # it was quicker than us
                self._note_end(worker)
            await self._start()

    async def restart_one_after_the_other(self) -> None:
        """As a rolling update does: SIGTERM, wait for the end, start the next."""
        for _ in range(self._count):
            async with self.needed:
                await self._end(self._take())
                await self._start()

    async def freeze(self, seconds: float) -> None:
        """One stands still, longer than its claims and leases last, and then goes on as if nothing had happened."""
        worker = await self._one_at_work()
        async with self.needed:
            await self._stand_still(worker, seconds)

    @staticmethod
    async def _stand_still(worker: "_Worker", seconds: float) -> None:
        with contextlib.suppress(ProcessLookupError):
            worker.process.send_signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                worker.process.send_signal(signal.SIGCONT)

    async def jump(self) -> None:
        """One's clock jumps, back and forth as the environment says."""
        worker = await self._one_at_work()
        with contextlib.suppress(ProcessLookupError):
            worker.process.send_signal(signal.SIGUSR1)

    async def replace_with_wrong_clock(self, seconds: float) -> None:
        async with self.needed:
            await self._end(self._take())
            await self._start(CHAOS_CLOCK_SECONDS=str(seconds))

    async def look_after(self) -> None:
        """Until cancelled: a worker that ends by itself is replaced, as Kubernetes does, and remembered."""
        while True:
            await asyncio.sleep(0.2)
            for worker in list(self._running):
                if worker.process.returncode is not None and worker in self._running:
                    self._running.remove(worker)
                    self._note_end(worker)
                    await self._start()

    async def begun(self) -> None:
        """Wait until all of them are at work."""
        while True:
            if len(self._begun()) >= self._count:
                return
            await asyncio.sleep(0.1)

    async def drain(self) -> None:
        """End all by SIGTERM."""
        running, self._running = self._running, []
        await asyncio.gather(*(self._end(worker) for worker in running))

    async def abandon(self) -> None:
        """End all at once, whatever they do."""
        for worker in self._running:
            if worker.process.returncode is None:
                worker.process.kill()
            await worker.process.wait()
        self._running = []

    async def _one_at_work(self) -> "_Worker":
        while True:
            if begun := self._begun():
                return self._chance.choice(begun)
            await asyncio.sleep(0.1)

    def _begun(self) -> "list[_Worker]":
        return [worker for worker in self._running if worker.has_begun()]

    def _take(self) -> "_Worker":
        """One that is at work, if any is: to kill what has not begun shows nothing."""
        worker = self._chance.choice(self._begun() or self._running)
        self._running.remove(worker)
        return worker

    async def _start(self, **environment: str) -> None:
        self._started += 1
        path = self._logs / f"worker-{self._started:03}.jsonl"
        with path.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.chaos.worker", "run"),
                env=self._environment | environment,
                cwd=self._logs,  # where no .env lies
                stdout=log,
                stderr=log,
            )
        self._running.append(_Worker(process, path))

    async def _end(self, worker: "_Worker") -> None:
        with contextlib.suppress(ProcessLookupError):
            worker.process.terminate()
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await worker.process.wait()
        except TimeoutError:
            worker.process.kill()
            await worker.process.wait()
        if worker.process.returncode != 0:
            self._note_end(worker)

    def _note_end(self, worker: "_Worker") -> None:
        if worker.has_begun():
            self.crashes.append(f"{worker.log.name} ended with status {worker.process.returncode}")
        else:
            self.not_begun += 1


@dataclass(frozen=True, eq=False, slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    log: Path

    def has_begun(self) -> bool:
        return b'"worker_started"' in self.log.read_bytes()[:_HEAD_BYTES]
