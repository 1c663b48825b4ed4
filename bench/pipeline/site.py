"""The services, the workers that are measured against them, and mail that goes through."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench.pipeline.child import Child
from bench.pipeline.delays import ModelDelay
from bench.pipeline.usage import Machine, machine
from bench.pubsub.process import ChildError
from bench.telemetry.variants import OFF
from claimstream.cli.access import bring_up_schema, email_store
from claimstream.cli.load import load_world
from claimstream.evaluation.case import load_cases
from claimstream.local.sample_mail import SAMPLES
from claimstream.settings import Settings, load_settings
from claimstream.store.emails import EmailStore

_TELEMETRY = {"OTEL_EXPORTER_OTLP_ENDPOINT", "SENTRY_DSN"}
_POLL_SECONDS = 0.25
_STALL_SECONDS = 150.0
_AHEAD = 300
"""Mails that wait in the mailboxes and the subscription beyond those in flight, so that no worker wants for any."""

Kind = Literal["all", "model"]
"""The kind of sample mail: every one, or only prose that needs the model, most of it twice."""
Watch = Callable[[int, int], None]
"""Told how many of how many emails are settled."""


@dataclass(frozen=True, slots=True)
class Point:
    seconds: float
    """Monotonic."""
    settled: int
    """Of this stream."""
    in_work: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """How some emails went through."""

    emails: int
    window: int
    """The most in flight."""
    seconds: float
    points: tuple[Point, ...]
    machine_busy_share: float | None
    """Of all cores, over the whole stream."""

    def emails_per_second(self) -> float:
        """While the window was full: from when as many as it holds were settled until no further mail came.

        Where the stream is too short for that: until nine in ten were settled, since a tail may be long.
        """
        first, last = self.window, self.emails - self.window
        if last - first < self.window // 2:
            most = self.emails * 9 // 10
            return most / (self._at(most) - self.points[0].seconds)
        return (last - first) / (self._at(last) - self._at(first))

    def in_work(self) -> float:
        """Emails in flight, as seen on average while the window was full; where it never was, the most seen."""
        seen = [point.in_work for point in self.points if self.window <= point.settled <= self.emails - self.window]
        return sum(seen) / len(seen) if seen else max(point.in_work for point in self.points)

    def _at(self, settled: int) -> float:
        """When that many were settled, between two looks in proportion."""
        for before, after in zip(self.points, self.points[1:], strict=False):
            if before.settled <= settled <= after.settled and after.settled > before.settled:
                share = (settled - before.settled) / (after.settled - before.settled)
                return before.seconds + share * (after.seconds - before.seconds)
        raise ValueError(f"{settled} were never settled")


class Site:
    """``async with Site(folder) as site``. Raises ChildError when a process fails."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is for logs."""
        self.folder = folder
        self._exit = AsyncExitStack()
        self._logs = 0
        self.services: Child
        self.environment: dict[str, str] = {}
        self.now: datetime
        self.cases = 0
        """Sample mails in a round of all."""
        self._store: EmailStore

    async def __aenter__(self) -> Self:
        try:
            self.services = await self._exit.enter_async_context(
                Child("bench.pipeline.services", log=self.log("services"))
            )
            started = self.services.started
            self.environment, self.cases = started["environment"], started["cases"]
            self.now = datetime.fromisoformat(started["now"])
            self._store = await self._exit.enter_async_context(email_store(_settings(self.environment)))
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    def log(self, name: str) -> Path:
        self._logs += 1
        return self.folder / f"{self._logs:02}-{name}.log"

    async def model(self, delay: ModelDelay) -> None:
        await self.services.ask("model", **delay.as_json())

    async def model_calls(self) -> int:
        return int((await self.services.ask("counts"))["model_calls"])

    @asynccontextmanager
    async def workers(self, number: int = 1, *, in_flight: int, telemetry: bool = True) -> AsyncIterator[list[Child]]:
        environment = self.environment | {"MAX_EMAILS_IN_FLIGHT": str(in_flight)}
        if not telemetry:
            environment = {k: v for k, v in environment.items() if k not in _TELEMETRY} | OFF.environment
        async with AsyncExitStack() as running:
            children = []
            for _ in range(number):
                child = Child(
                    "bench.pipeline.worker",
                    *("--now", self.now.isoformat()),
                    log=self.log("worker"),
                    environment=environment,
                )
                children.append(await running.enter_async_context(child))
            yield children

    async def database(self, name: str) -> dict[str, str]:
        """Settings with a fresh PostgreSQL database and a MongoDB database of that name, the sample world loaded."""
        dsn = self.environment["DATABASE_URL"]
        server = await asyncpg.connect(dsn)
        try:
            await server.execute(f'CREATE DATABASE "{name}"')
        finally:
            await server.close()
        own = urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
        environment = self.environment | {"DATABASE_URL": own, "MONGODB_DATABASE": name}
        await bring_up_schema(_settings(environment))
        await load_world(_settings(environment), load_cases(SAMPLES).world, clients=True)
        return environment

    async def stream(
        self,
        workers: Sequence[Child],
        emails: int,
        *,
        kind: Kind = "all",
        window: int,
        ramp_seconds: float = 0.0,
        watch: Watch | None = None,
    ) -> Stream:
        """Have emails worked on, ``window`` at a time, until each is settled and delivered.

        Args:
            ramp_seconds: over which the window is filled for the first time. Where delays are constant, emails that
                came at once would stay together for ever, and want the CPU at once.
        """
        before = (await self._store.counts())["settled"]
        busy, started = machine(), time.monotonic()
        points = [Point(started, 0, 0)]
        sent = 0
        progressed = started
        while True:
            settled = points[-1].settled
            ramp = (time.monotonic() - started) / ramp_seconds if ramp_seconds else 1.0
            allowed = settled + window + _AHEAD if ramp >= 1.0 else int(window * ramp)
            more = min(emails, allowed) - sent
            if more > 0:
                await self.services.ask("send", mails=more, kind=kind)
                sent += more
            for child in workers:
                child.check()
            await asyncio.sleep(_POLL_SECONDS)
            counts = await self._store.counts()
            now = time.monotonic()
            points.append(Point(now, counts["settled"] - before, counts["in_work"]))
            if watch is not None:
                watch(points[-1].settled, emails)
            if points[-1].settled >= emails and counts["undelivered"] == 0:
                return Stream(
                    emails=emails,
                    window=window,
                    seconds=now - started,
                    points=tuple(points),
                    machine_busy_share=_busy_share(busy),
                )
            if points[-1].settled > settled:
                progressed = now
            elif now - progressed > _STALL_SECONDS:
                raise ChildError(
                    f"stopped at {settled} of {emails} emails settled, {counts['undelivered']} undelivered"
                )


def _busy_share(before: Machine | None) -> float | None:
    after = machine()
    return None if before is None or after is None else after.busy_share_since(before)


def _settings(environment: Mapping[str, str]) -> Settings:
    return load_settings(_env_file=None, **{name.lower(): value for name, value in environment.items()})
