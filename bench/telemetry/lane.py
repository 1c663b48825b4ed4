"""One variant's lane: a stack of its own, a worker watched as the variant says, and batches of mail through both."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.pubsub.process import ChildError
from bench.telemetry.collector import Collector
from bench.telemetry.mail import Mail
from bench.telemetry.process import Worker
from bench.telemetry.sentry import LocalSentry
from bench.telemetry.variants import Variant
from claimstream.app import utc_now
from claimstream.cli.access import bring_up_schema, email_store
from claimstream.cli.load import load_world
from claimstream.domain.records.world import World
from claimstream.local.claude.script import ScriptedAnswer
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings
from claimstream.store.emails import EmailStore
from claimstream.topics import connect_pubsub, ensure_topics

_POLL_SECONDS = 0.1
_STALL_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the worker used for some emails, from before the first was sent until all were settled, delivered and told
    of."""

    emails: int
    seconds: float
    """Until the last was delivered."""
    cpu_seconds: float
    reader_cpu_seconds: float
    """Of the processes that read attachments, which know nothing of telemetry."""
    spans: int
    """Received over OTLP."""
    log_lines: int
    peak_rss_mib: float
    """Since the worker began."""


class Lane:
    """``async with Lane(...) as lane``, then :meth:`batch` as often as wanted."""

    def __init__(self, variant: Variant, world: World, scripts: Sequence[ScriptedAnswer]) -> None:
        self.variant = variant
        self._world = world
        self._scripts = scripts
        self._exit = AsyncExitStack()
        self._collector: Collector
        self._stack: LocalStack
        self._worker: Worker
        self._store: EmailStore

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def batch(self, mails: Sequence[Mail]) -> Batch:
        """Raises ChildError when the worker fails or stops short."""
        before, spans, lines = await self._worker.meters(), self._collector.spans, self._log_lines()
        started = time.monotonic()
        await self._work_through(mails)
        seconds = time.monotonic() - started
        after = await self._worker.meters()
        readers = after.reader_cpu_seconds
        return Batch(
            emails=len(mails),
            seconds=seconds,
            cpu_seconds=after.cpu_seconds - before.cpu_seconds,
            reader_cpu_seconds=sum(readers[pid] - before.reader_cpu_seconds.get(pid, 0.0) for pid in readers),
            spans=self._collector.spans - spans,
            log_lines=self._log_lines() - lines,
            peak_rss_mib=after.peak_rss_mib,
        )

    async def _start(self) -> None:
        # Nothing of the environment: a lane has all services to itself.
        enter = self._exit.enter_async_context
        self._collector = await enter(Collector())
        given = Settings.model_construct(otel_exporter_otlp_endpoint=f"http://{self._collector.grpc_endpoint}")
        self._stack = await enter(LocalStack(given, scripts=list(self._scripts)))
        sentry = await enter(LocalSentry())
        settings = self._stack.settings
        await bring_up_schema(settings)
        await load_world(settings, self._world, clients=True)
        channel = await connect_pubsub(settings)
        await ensure_topics(settings, channel)
        await channel.close()
        environment = self._stack.environment()
        if self.variant.exports:
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = str(settings.otel_exporter_otlp_endpoint)
            environment["SENTRY_DSN"] = sentry.dsn
        folder = Path(self._exit.enter_context(tempfile.TemporaryDirectory(prefix="claimstream-bench-")))
        self._store = await enter(email_store(settings))
        self._worker = await enter(
            Worker(
                environment | {"LOG_FORMAT": "json"} | self.variant.environment,
                now=self._world.now or utc_now(),
                log=folder / "log.jsonl",
            )
        )

    async def _work_through(self, mails: Sequence[Mail]) -> None:
        """Put them into their mailboxes and wait until every one is settled and delivered."""
        done, _ = await self._progress()
        wanted = done + len(mails)
        for mail in mails:
            await self._stack.gmail.deliver(mail.mailbox, mail.raw)
        give_up = time.monotonic() + _STALL_SECONDS
        while True:
            settled, undelivered = await self._progress()
            if settled == wanted and undelivered == 0:
                return
            if settled > done:
                done, give_up = settled, time.monotonic() + _STALL_SECONDS
            elif time.monotonic() > give_up:
                raise ChildError(f"stopped at {settled} of {wanted} emails settled, {undelivered} effects undelivered")
            self._worker.check()
            await asyncio.sleep(_POLL_SECONDS)

    async def _progress(self) -> tuple[int, int]:
        """Emails settled, and effects of theirs that are not delivered yet."""
        counts = await self._store.counts()
        return counts["settled"], counts["undelivered"]

    def _log_lines(self) -> int:
        return self._worker.log.read_bytes().count(b"\n")
