"""The faults."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from bench.pubsub_soak.lane import Lane
from bench.pubsub_soak.remote_server import RemoteServer

_TRANSIENT = ("ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN")
_CALLS = ("Acknowledge", "ModifyAckDeadline", "Publish")


class Chaos:
    """Faults, one after the other, as the seed will have it."""

    def __init__(self, server: RemoteServer, lanes: list[Lane], seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._server = server
        self._plain, self._exact = lanes
        self._lanes = lanes
        self._random = random.Random(seed)

    async def run(self, end: asyncio.Event) -> None:
        """Until `end`; then the server behaves again."""
        faults: list[Callable[[], Awaitable[object]]] = [
            self.broken_streams,
            self.outage,
            self.slow_calls,
            self.slow_answers,
            self.expired_leases,
            self.duplicates,
            self.disorder,
            self.ignored_acks,
            self.lost_answers,
            self.failed_ids,
            self.failed_calls,
            self.silence,
            self.server_restart,
            self.subscriber_replaced,
            self.pause,
        ]
        while not end.is_set():
            fault, wait = self._random.choice(faults), self._random.uniform(0.05, 0.8)
            self.counts[fault.__name__] += 1
            await fault()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await end.wait()
        await self._server.do("clear")

    async def broken_streams(self) -> None:
        await self._server.do("break_streams", code=self._random.choice(_TRANSIENT))

    async def outage(self) -> None:
        await self._server.do("unavailable_for", seconds=self._random.uniform(0.1, 3.0))

    async def slow_calls(self) -> None:
        await self._for_a_while("delay", method=self._random.choice(_CALLS))

    async def slow_answers(self) -> None:
        await self._for_a_while("delay_answers", method=self._random.choice(_CALLS))

    async def _for_a_while(self, command: str, method: str) -> None:
        await self._server.do(command, method=method, seconds=self._random.uniform(0.05, 1.0))
        await asyncio.sleep(self._random.uniform(0.2, 2.0))
        await self._server.do(command, method=method, seconds=0)

    async def expired_leases(self) -> None:
        await self._server.do("expire_leases", subscription=self._random.choice(self._lanes).subscription)

    async def duplicates(self) -> None:
        count = self._random.randint(1, 300)
        await self._server.do("duplicate", messages=count, subscription=self._plain.subscription)

    async def disorder(self) -> None:
        await self._server.do("reorder", responses=self._random.randint(1, 20))

    async def ignored_acks(self) -> None:
        times = self._random.randint(1, 3)
        await self._server.do("ignore", method="Acknowledge", times=times, subscription=self._plain.subscription)

    async def lost_answers(self) -> None:
        method, times = self._random.choice(_CALLS), self._random.randint(1, 3)
        await self._server.do("lose_answers", method=method, times=times)

    async def failed_ids(self) -> None:
        reason = self._random.choice(("TRANSIENT_FAILURE_UNAVAILABLE", "PERMANENT_FAILURE_INVALID_ACK_ID"))
        await self._server.do("fail_ack_ids", reason=reason, times=self._random.randint(1, 200))

    async def failed_calls(self) -> None:
        method, code = self._random.choice((*_CALLS, "StreamingPull")), self._random.choice(_TRANSIENT)
        await self._server.do("fail", method=method, code=code, times=self._random.randint(1, 4))

    async def silence(self) -> None:
        await self._server.do("silent", value=True)
        await asyncio.sleep(self._random.uniform(0.5, 3.0))
        await self._server.do("silent", value=False)

    async def server_restart(self) -> None:
        await self._server.do("restart")

    async def subscriber_replaced(self) -> None:
        await self._random.choice(self._lanes).replace(self._random.uniform(0.0, 1.0))

    async def pause(self) -> None:
        await self._random.choice(self._lanes).pause(self._random.uniform(0.1, 2.0))
