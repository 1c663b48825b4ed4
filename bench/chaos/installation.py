"""The installation under test: the embedded servers, with a proxy before those that cannot misbehave by themselves."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench.chaos.mail import SCRIPTS, Letter
from bench.chaos.poison import Poison, Poisoning
from claimstream.cli.access import bring_up_schema
from claimstream.cli.load import load_world
from claimstream.domain.records.world import World
from claimstream.local.claude.server import ClaudeServer
from claimstream.local.gcs_front import GcsFront
from claimstream.local.gmail.server import GmailServer
from claimstream.local.proxy import Proxy
from claimstream.local.pubsub_server import PubSubServer
from claimstream.local.servers.gcs import LocalGcs
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.postgres import LocalPostgres
from claimstream.local.servers.smtp import LocalSmtp
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings
from claimstream.topics import connect_pubsub, ensure_topics

T = TypeVar("T")

_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)

ALERTS_TO = "bereitschaft@kanzlei.example"
CLAIM_SECONDS = 6.0
PUSH_DELAY_SECONDS = (0.0, 0.05)
"""Of Gmail's notifications: its mail goes on arriving while Pub/Sub is down."""
MEMORY_BYTES = 1536 * 1024 * 1024
"""The memory of a worker: 220 MiB for each reading process, so that a killer attachment need not be larger."""
WORKER_SETTINGS = {
    "CLAIM_SECONDS": str(CLAIM_SECONDS),
    "OUTAGE_WAIT_SECONDS": "1",
    "POLL_SECONDS": "15",
    "DRAIN_SECONDS": "15",
    "BREAKER_RECOVERY_SECONDS": "3",
    "MAX_EMAILS_IN_FLIGHT": "50",
    "MEMORY_BYTES": str(MEMORY_BYTES),
    "MAX_CRASHES": "20",  # kills are the suite's doing, not the mails'
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "INFO",
    "OTEL_SDK_DISABLED": "true",
    "CIRCUIT_BREAKER_ALERT_EMAIL": ALERTS_TO,
}
"""Shorter than in production, so that everything that waits is met within minutes."""
_POISON_DUE = """
    WITH due AS (
        UPDATE outbox SET taken_until = now()
        WHERE done_at IS NULL AND put_off_try = tries
          AND email_id IN (SELECT email_id FROM emails WHERE gmail_id = ANY ($1))
        RETURNING 1
    )
    SELECT count(*) FROM due
"""


class Installation:
    """``async with Installation(world) as installation``; workers find it by :attr:`environment`."""

    def __init__(self, world: World, poisons: Sequence[Poison] = ()) -> None:
        self._world = world
        self._poisons = poisons
        self._exit = AsyncExitStack()
        self._received = datetime.min.replace(tzinfo=UTC)
        self.stack: LocalStack
        self.settings: Settings
        """As the checker and the mail's arrival use it: past the proxies."""
        self.postgres: LocalPostgres
        self.mongo: LocalMongo
        self.gcs: LocalGcs
        self.smtp: LocalSmtp
        self.pubsub: PubSubServer
        self.claude: ClaudeServer
        self.gmail: GmailServer
        self.gcs_front: GcsFront
        self.poisoning: Poisoning
        self.postgres_proxy: Proxy
        self.mongo_proxy: Proxy
        self.gcs_proxy: Proxy

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

    @property
    def environment(self) -> dict[str, str]:
        given = self.stack.environment()
        given["DATABASE_URL"] = _at(given["DATABASE_URL"], self.postgres_proxy.target)
        # Plainly the one server: what stands behind the proxy names itself otherwise.
        given["MONGODB_URL"] = _at(given["MONGODB_URL"], self.mongo_proxy.target) + "/?directConnection=true"
        given["STORAGE_EMULATOR_HOST"] = _at(given["STORAGE_EMULATOR_HOST"], self.gcs_proxy.target)
        return given | WORKER_SETTINGS

    async def receive(self, letter: Letter) -> str:
        """The Gmail id. Gmail's dates are of milliseconds; no two letters have the same, so that one came last."""
        self._received = max(datetime.now(UTC), self._received + timedelta(milliseconds=1))
        gmail_id = await self.gmail.deliver(letter.mailbox, letter.raw, internal_date=self._received)
        self.poisoning.arrived(letter, gmail_id)  # its notification comes later: nobody has heard of it
        return gmail_id

    async def count(self, query: str, *arguments: object) -> int:
        """The number that a query of PostgreSQL finds; 0 while it is away."""
        try:
            connection = await asyncpg.connect(self.postgres.dsn, timeout=5)
        except _AWAY:
            return 0
        try:
            found: int = await connection.fetchval(query, *arguments)
            return found
        except _AWAY:
            return 0
        finally:
            with contextlib.suppress(*_AWAY):
                await connection.close(timeout=5)

    async def _start(self) -> None:
        enter = self._exit.enter_async_context
        # A collector of our own would take a share of the two cores.
        given = Settings.model_construct(otel_exporter_otlp_endpoint="http://127.0.0.1:9")
        self.stack = stack = await enter(LocalStack(given, scripts=SCRIPTS))
        self.postgres, self.mongo, self.gcs = _there(stack.postgres), _there(stack.mongo), _there(stack.gcs)
        self.smtp, self.pubsub, self.claude = _there(stack.smtp), _there(stack.pubsub), _there(stack.claude)
        self.gmail = stack.gmail
        self.claude.requests = deque()  # every question, not only the last ones
        self.gmail.faults.push_delay_seconds = PUSH_DELAY_SECONDS
        self.settings = stack.settings
        await bring_up_schema(self.settings)
        await load_world(self.settings, self._world, clients=True)
        channel = await connect_pubsub(self.settings)
        await ensure_topics(self.settings, channel)
        await channel.close()
        self.postgres_proxy = await enter(Proxy(self.postgres.port))
        self.mongo_proxy = await enter(Proxy(self.mongo.port))
        self.gcs_front = await enter(GcsFront(self.gcs.endpoint))
        self.gcs_proxy = await enter(Proxy(self.gcs_front.port))
        self.poisoning = Poisoning(self._poisons, stack, self.gcs_front)
        await self.poisoning.begin()

    async def calm(self) -> None:
        """Everything works again."""
        for proxy in (self.postgres_proxy, self.mongo_proxy, self.gcs_proxy):
            proxy.delay_seconds = 0.0
            proxy.thaw()
        for faults in (
            self.gmail.faults,
            self.claude.faults,
            self.gcs_front.faults,
            self.smtp.faults,
            self.pubsub.faults,
        ):
            faults.clear()
        self.gmail.faults.push_copies, self.gmail.faults.stale_pushes = 1, False
        self.gmail.faults.push_delay_seconds = PUSH_DELAY_SECONDS
        await asyncio.gather(
            *(server.start() for server in (self.postgres, self.mongo, self.gcs, self.smtp, self.claude, self.gmail))
        )
        await self.poisoning.end()

    async def make_poison_due(self) -> None:
        """Let ten minutes pass for what was put off once more while it failed for its own sake: no outage has ended
        that would make it due."""
        await self.count(_POISON_DUE, list(self.poisoning.gmail_ids))


def _there(part: T | None) -> T:
    assert part is not None
    return part


def _at(url: str, target: str) -> str:
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{target}"))
