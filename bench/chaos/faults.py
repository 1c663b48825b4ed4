"""What goes wrong: each service is down, slow, in error, cut in mid-answer, restarted; workers, streams, clocks."""

import asyncio
import random
from collections import Counter, defaultdict
from contextlib import AsyncExitStack

import asyncpg

from bench.chaos.fault import Fault
from bench.chaos.installation import CLAIM_SECONDS, PUSH_DELAY_SECONDS, Installation
from bench.chaos.mail import Letter
from bench.chaos.workers import Workers
from claimstream.local.http.faults import HttpFaults
from claimstream.local.http.server import LocalHttpServer
from claimstream.local.proxy import Proxy
from claimstream.local.servers.server import LocalServer

_SLOW_SECONDS = 3.0
_CUT_BYTES = (20, 4_000)


class Faults:
    def __init__(
        self, installation: Installation, workers: Workers, letters: list[Letter], chance: random.Random
    ) -> None:
        self._on = installation
        self._workers = workers
        self._mailboxes = sorted({letter.mailbox for letter in letters})
        self._chance = chance
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """The services that have a fault: one at a time for each."""
        self.survived: Counter[tuple[str, str]] = Counter()

    def all(self) -> list[Fault]:
        on = self._on
        faults = [
            *self._of_http("gmail", on.gmail, on.gmail.faults),
            *self._of_http("claude", on.claude, on.claude.faults),
            Fault("gmail", "pushes lost", self._pushes_lost),
            Fault("gmail", "pushes doubled, late and out of order", self._pushes_disordered),
            Fault("gmail", "history expired", self._history_expired),
            *self._of_process("postgresql", on.postgres, on.postgres_proxy),
            Fault("postgresql", "failover to read-only, and back", self._postgres_read_only),
            *self._of_process("mongodb", on.mongo, on.mongo_proxy),
            *self._of_process("gcs", on.gcs, on.gcs_proxy),
            Fault("smtp", "down", self._smtp_down),
            Fault("smtp", "errors", self._smtp_errors),
            Fault("smtp", "slow", self._smtp_slow),
            Fault("smtp", "cut in mid-answer", self._smtp_cut),
            Fault("pubsub", "down", self._pubsub_down),
            Fault("pubsub", "streams broken", self._pubsub_streams),
            Fault("pubsub", "restarted", self._pubsub_restarted),
            Fault("pubsub", "slow", self._pubsub_slow),
            Fault("pubsub", "leases expired", self._pubsub_leases),
            Fault("pubsub", "messages doubled", self._pubsub_doubled),
            Fault("pubsub", "answers lost", self._pubsub_answers_lost),
            Fault("worker", "SIGTERM, one after the other", self._rolling),
            Fault("worker", "frozen for longer than its claims last", self._frozen),
            Fault("worker", "clock an hour ahead", lambda _: self._workers.replace_with_wrong_clock(3600)),
            Fault("worker", "clock a day behind", lambda _: self._workers.replace_with_wrong_clock(-86_400)),
            Fault("worker", "clock jumps", lambda _: self._workers.jump()),
        ]
        self._chance.shuffle(faults)
        return faults

    def may_happen(self, fault: Fault) -> bool:
        """Return True while its services have no other fault."""
        return not any(self._turns[service].locked() for service in fault.services)

    async def happen(self, fault: Fault, seconds: float) -> None:
        async with AsyncExitStack() as turns:
            for service in fault.services:
                await turns.enter_async_context(self._turns[service])
            await fault.happen(seconds)
        self.survived[fault.service, fault.kind] += 1

    # --- services in this process

    def _of_http(self, name: str, server: LocalHttpServer, faults: HttpFaults) -> list[Fault]:
        async def down(seconds: float) -> None:
            await server.stop()
            await asyncio.sleep(seconds)
            await server.start()

        async def errors(seconds: float) -> None:
            faults.fail(self._chance.choice((500, 502, 503)), seconds=seconds)
            await asyncio.sleep(seconds)

        async def slow(seconds: float) -> None:
            faults.slow(_SLOW_SECONDS, seconds=seconds)
            await asyncio.sleep(seconds)

        async def cut(seconds: float) -> None:
            faults.cut(seconds=seconds)
            await asyncio.sleep(seconds)

        async def throttled(seconds: float) -> None:
            faults.fail(429, seconds=seconds, retry_after_seconds=1.0)
            await asyncio.sleep(seconds)

        kinds = {"down": down, "errors": errors, "slow": slow, "cut in mid-answer": cut, "throttled": throttled}
        return [Fault(name, kind, happen) for kind, happen in kinds.items()]

    async def _pushes_lost(self, seconds: float) -> None:
        self._on.gmail.faults.push_copies = 0
        await asyncio.sleep(seconds)
        self._on.gmail.faults.push_copies = 1

    async def _pushes_disordered(self, seconds: float) -> None:
        faults = self._on.gmail.faults
        faults.push_copies, faults.push_delay_seconds, faults.stale_pushes = 3, (0.0, 3.0), True
        await asyncio.sleep(seconds)
        faults.push_copies, faults.push_delay_seconds, faults.stale_pushes = 1, PUSH_DELAY_SECONDS, False

    async def _history_expired(self, seconds: float) -> None:
        del seconds
        for mailbox in self._chance.sample(self._mailboxes, k=max(1, len(self._mailboxes) // 3)):
            self._on.gmail.expire_history(mailbox)

    async def _smtp_down(self, seconds: float) -> None:
        await self._on.smtp.stop()
        await asyncio.sleep(seconds)
        await self._on.smtp.start()

    async def _smtp_errors(self, seconds: float) -> None:
        self._on.smtp.faults.reply_to_data("451 4.3.0 Try again later")
        await asyncio.sleep(seconds)
        self._on.smtp.faults.take_data()

    async def _smtp_slow(self, seconds: float) -> None:
        self._on.smtp.faults.delay_seconds = _SLOW_SECONDS
        await asyncio.sleep(seconds)
        self._on.smtp.faults.delay_seconds = 0.0

    async def _smtp_cut(self, seconds: float) -> None:
        self._on.smtp.faults.drop_after_data(taken=False, times=3)
        await asyncio.sleep(seconds)
        self._on.smtp.faults.drop_after_data(taken=False, times=0)

    # --- services that are processes

    def _of_process(self, name: str, server: LocalServer, proxy: Proxy) -> list[Fault]:
        async def killed(seconds: float) -> None:
            await server.crash()
            await asyncio.sleep(seconds)
            await server.start()

        async def restarted(seconds: float) -> None:
            del seconds
            await server.stop()
            await server.start()

        async def slow(seconds: float) -> None:
            proxy.delay_seconds = 0.5
            await asyncio.sleep(seconds)
            proxy.delay_seconds = 0.0

        async def silent(seconds: float) -> None:
            proxy.freeze()
            await asyncio.sleep(seconds)
            proxy.thaw()

        async def cut(seconds: float) -> None:
            for _ in range(5):
                proxy.cut_after(self._chance.randint(*_CUT_BYTES))
                await asyncio.sleep(seconds / 5)

        kinds = {
            "killed, and away for a while": killed,
            "restarted": restarted,
            "slow": slow,
            "silent": silent,
            "cut in mid-answer": cut,
        }
        return [Fault(name, kind, happen) for kind, happen in kinds.items()]

    async def _postgres_read_only(self, seconds: float) -> None:
        """All sessions end, and new ones find a server that only reads, until it takes writes again."""
        await self._on_postgres("SET default_transaction_read_only = on")
        await asyncio.sleep(seconds)
        await self._on_postgres("RESET default_transaction_read_only", end_sessions=False)

    async def _on_postgres(self, setting: str, *, end_sessions: bool = True) -> None:
        connection = await asyncpg.connect(self._on.postgres.dsn)
        try:
            name = await connection.fetchval("SELECT current_database()")
            await connection.execute("SET default_transaction_read_only = off")
            await connection.execute(f'ALTER DATABASE "{name}" {setting}')
            if end_sessions:
                others = "FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
                await connection.execute(f"SELECT pg_terminate_backend(pid) {others}", name)
        finally:
            await connection.close()

    # --- Pub/Sub

    async def _pubsub_down(self, seconds: float) -> None:
        self._on.pubsub.faults.unavailable_for(seconds)
        await asyncio.sleep(seconds)

    async def _pubsub_streams(self, seconds: float) -> None:
        for _ in range(3):
            self._on.pubsub.faults.break_streams()
            await asyncio.sleep(seconds / 3)

    async def _pubsub_restarted(self, seconds: float) -> None:
        del seconds
        await self._on.pubsub.restart()

    async def _pubsub_slow(self, seconds: float) -> None:
        for method in ("Acknowledge", "ModifyAckDeadline", "Publish"):
            self._on.pubsub.faults.delay(method, 1.0)
        await asyncio.sleep(seconds)
        for method in ("Acknowledge", "ModifyAckDeadline", "Publish"):
            self._on.pubsub.faults.delay(method, 0)

    async def _pubsub_leases(self, seconds: float) -> None:
        for _ in range(3):
            self._on.pubsub.faults.expire_leases()
            await asyncio.sleep(seconds / 3)

    async def _pubsub_doubled(self, seconds: float) -> None:
        self._on.pubsub.faults.duplicate(50)
        await asyncio.sleep(seconds)

    async def _pubsub_answers_lost(self, seconds: float) -> None:
        for method in ("Publish", "Acknowledge"):
            self._on.pubsub.faults.lose_answers(method, times=3)
        await asyncio.sleep(seconds)

    # --- workers

    async def _rolling(self, seconds: float) -> None:
        del seconds
        await self._workers.restart_one_after_the_other()

    async def _frozen(self, seconds: float) -> None:
        await self._workers.freeze(max(seconds, CLAIM_SECONDS * 1.5))
