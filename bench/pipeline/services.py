"""The process of everything that the worker talks to, at realistic delays, with the sample mail in its mailboxes.

Says the worker's settings when all is there. PostgreSQL and MongoDB are processes of their own below it. All of them
run at a lower priority than the worker: in real life they are on other machines, and do not take its core.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import count, cycle
from typing import Any

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # as the command line does: before grpc is imported

import uvloop
from pydantic import SecretStr

from bench.pipeline.child import Answer, obey_in_thread
from bench.pipeline.delays import AT_ONCE, GMAIL_SECONDS, SMTP_SECONDS, ModelDelay, drawing
from bench.pipeline.gcs import SlowGcs
from bench.pubsub.client import cpu_seconds
from bench.telemetry.collector import Collector
from bench.telemetry.mail import Mail, copy_of
from bench.telemetry.sentry import LocalSentry
from claimstream.app import utc_now
from claimstream.cli.access import a_door, bring_up_schema
from claimstream.cli.load import load_world
from claimstream.connections import make_clients
from claimstream.evaluation.case import Case, load_cases
from claimstream.external.mongo_documents import client_document
from claimstream.local.claude.script import ScriptedAnswer, read_script, read_scripts
from claimstream.local.claude.server import ClaudeServer
from claimstream.local.sample_mail import SAMPLES
from claimstream.local.stack import BUCKET, LocalStack
from claimstream.settings import Settings
from claimstream.topics import connect_pubsub, ensure_topics

_NICENESS = 5
_MAILS_PER_CLIENTS = 250
"""After which the clients are put back as they were."""


class TailedClaude(ClaudeServer):
    """Answers after a time that is drawn for each message."""

    def __init__(self, scripts: list[ScriptedAnswer]) -> None:
        super().__init__(scripts=scripts)
        self.draw: Callable[[], float] = drawing(AT_ONCE)

    def latency(self, operation: str) -> float:
        return self.draw() if operation == "messages" else 0.0


class ServicesProcess:
    def __init__(self) -> None:
        self.folder = load_cases(SAMPLES)
        self._claude = TailedClaude(list(read_scripts(SAMPLES)))
        self._exit = AsyncExitStack()
        self._stack: LocalStack
        self._numbers = count(1)
        self._received = utc_now()
        """Of all mails: a client gets a few in its life, and thousands here, which would overtake each other."""
        self._mails: dict[str, Iterator[tuple[int, Mail]]] = {
            "all": self._copies(self.folder.cases),
            "model": self._copies([case for case in self.folder.cases if _asks_twice(case)]),
        }

    async def start(self) -> Answer:
        enter = self._exit.enter_async_context
        claude, gcs, collector = await enter(self._claude), await enter(SlowGcs()), await enter(Collector())
        given = Settings.model_construct(
            anthropic_api_key=SecretStr(claude.api_key),
            anthropic_base_url=claude.base_url,
            storage_emulator_host=gcs.base_url,
            gcs_bucket=BUCKET,
            otel_exporter_otlp_endpoint=f"http://{collector.grpc_endpoint}",
        )
        self._stack = await enter(LocalStack(given))
        sentry = await enter(LocalSentry())
        self._stack.gmail.faults.slow(GMAIL_SECONDS)
        assert self._stack.smtp is not None
        self._stack.smtp.faults.delay_seconds = SMTP_SECONDS
        settings = self._stack.settings
        await bring_up_schema(settings)
        await load_world(settings, self.folder.world, clients=True)
        channel = await connect_pubsub(settings)
        await ensure_topics(settings, channel)
        await channel.close()
        # The witness is one more question for each write. Off, so that figures compare with those of earlier releases.
        environment = self._stack.environment() | {
            "MODEL_WITNESS": "off",
            "ANTHROPIC_API_KEY": claude.api_key,
            "ANTHROPIC_BASE_URL": claude.base_url,
            "STORAGE_EMULATOR_HOST": gcs.base_url,
            "GCS_BUCKET": BUCKET,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.grpc_endpoint}",
            "SENTRY_DSN": sentry.dsn,
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "json",
        }
        return {
            "environment": environment,
            "now": (self.folder.world.now or utc_now()).isoformat(),
            "cases": len(self.folder.cases),
        }

    async def obey(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        match task:
            case "send":
                for _ in range(int(arguments["mails"])):
                    number, mail = next(self._mails[arguments["kind"]])
                    if number % _MAILS_PER_CLIENTS == 0:
                        await self._restore_clients()
                    await self._stack.gmail.deliver(mail.mailbox, mail.raw, internal_date=self._received)
                return {}
            case "model":
                self._claude.draw = drawing(ModelDelay(arguments["median_seconds"], arguments["p99_seconds"]))
                return {}
            case "counts":
                return {"model_calls": self._claude.calls["messages"], "cpu_seconds": cpu_seconds()}
        raise ValueError(f"no task is called {task!r}")

    async def close(self) -> None:
        await self._exit.aclose()

    async def _restore_clients(self) -> None:
        """As they were in MongoDB. Each remembers the emails applied to it, which a worker reads with it: a client gets
        a few in its life, and would get thousands here."""
        async with a_door() as door:
            clients = make_clients(self._stack.settings, door)
            assert clients is not None
            try:
                await clients.upsert(client_document(client) for client in self.folder.world.clients)
            finally:
                await clients.close()

    def _copies(self, cases: Sequence[Case]) -> Iterator[tuple[int, Mail]]:
        """With the number of the mail, over all kinds."""
        for case in cycle(cases):
            number = next(self._numbers)
            yield number, copy_of(case, number)


def _asks_twice(case: Case) -> bool:
    """Prose without attachments that the rules do not settle: a question for values, for most one for the intent."""
    if case.script is None or not {"prose", "body"} <= set(case.expected.tags):
        return False
    return {rule.schema_has for rule in read_script(case.script)} == {"intent", "total_claim"}


async def _serve() -> None:
    process = ServicesProcess()
    over = asyncio.Event()
    try:
        obey_in_thread(process.obey, started=await process.start(), ended=over.set)
        await over.wait()
    finally:
        await process.close()


if __name__ == "__main__":
    os.nice(_NICENESS)
    uvloop.run(_serve())
