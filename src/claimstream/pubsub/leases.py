"""Keeping the leases of what is not yet settled."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine, Iterable
from heapq import heappop, heappush
from itertools import count

from claimstream.pubsub.acks import Acks
from claimstream.pubsub.counters import Counters
from claimstream.pubsub.delivery import Delivery
from claimstream.pubsub.options import SubscriberOptions

log = logging.getLogger("claimstream.pubsub")

_MAX_SECONDS = 600  # the longest lease the service gives
_SHORTEST_STREAM_SECONDS = 10  # the shortest it accepts for a stream


class LeaseLength:
    """How long a lease should be: the 99th percentile of handling times, within bounds."""

    def __init__(self, options: SubscriberOptions) -> None:
        self._options = options
        self._counts = [0] * (_MAX_SECONDS + 1)
        self.exactly_once = False

    @property
    def seconds(self) -> int:
        least = self._options.min_lease_seconds
        if self.exactly_once:
            least = max(least, self._options.exactly_once_min_lease_seconds)
        most = max(least, self._options.max_lease_seconds)
        return min(most, max(least, self._percentile()))

    @property
    def stream_seconds(self) -> int:
        """The lease the service gives on delivery, until the first extension; at least the 10 it accepts."""
        return max(_SHORTEST_STREAM_SECONDS, self.seconds)

    def record(self, handling_seconds: Iterable[float]) -> None:
        counts = self._counts
        for seconds in handling_seconds:
            counts[int(seconds) + 1 if seconds < _MAX_SECONDS else _MAX_SECONDS] += 1

    def _percentile(self) -> int:
        """Counted when asked: lengths are asked for now and then, handling times recorded all the time."""
        beyond = sum(self._counts) // 100
        for seconds in range(_MAX_SECONDS, 0, -1):
            beyond -= self._counts[seconds]
            if beyond < 0:
                return seconds
        return 0


class Leases:
    """Every delivery that is leased to this process, and the pass that extends them.

    Deliveries travel through the pass in groups that are due together. A new one is due shortly after receipt,
    which brings the service's clock in line with ours; extended ones at a random point before 0.9 of the new lease.
    """

    def __init__(
        self,
        acks: Acks,
        options: SubscriberOptions,
        counters: Counters,
        length: LeaseLength,
        on_lost: Callable[[Delivery], None],
    ) -> None:
        self._acks = acks
        self._options = options
        self._counters = counters
        self._length = length
        self._on_lost = on_lost
        self._groups: list[tuple[float, int, dict[Delivery, None]]] = []
        self._receipts: dict[Delivery, None] | None = None
        self._order = count()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.messages = 0
        self.bytes = 0

    def add(self, deliveries: list[Delivery]) -> None:
        if self._receipts is None:
            self._receipts = {}
            self._schedule(self._receipts, time.monotonic() + self._options.receipt_seconds)
            self._wake.set()
        group = self._receipts
        size = 0
        for delivery in deliveries:
            group[delivery] = None
            delivery.group = group
            size += delivery.size
        self.messages += len(deliveries)
        self.bytes += size

    def remove(self, deliveries: list[Delivery]) -> None:
        """The service has answered for good: this is how long a lease was needed."""
        now = time.monotonic()
        size = 0
        for delivery in deliveries:
            if delivery.group is not None:
                delivery.group.pop(delivery, None)
            size += delivery.size
        self._length.record([now - delivery.received_at for delivery in deliveries])
        self.messages -= len(deliveries)
        self.bytes -= size

    async def confirm(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Extends new deliveries at once; returns those whose lease the service confirmed, or did not deny."""
        lost = await self._acks.extend(deliveries, self._length.seconds)
        self._report(lost)
        return [delivery for delivery in deliveries if delivery.held]

    async def run(self) -> None:
        """Extends until cancelled."""
        try:
            while True:
                self._wake.clear()
                now = time.monotonic()
                wait = self._groups[0][0] - now if self._groups else None
                if wait is None or wait > 0:
                    await _wait(self._wake, wait)
                    continue
                self._extend_due(now)
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _extend_due(self, now: float) -> None:
        seconds = self._length.seconds
        due: dict[Delivery, None] = {}
        horizon = now + seconds * 0.05  # what is nearly due comes along
        only_received: dict[Delivery, None] = {}
        while self._groups and self._groups[0][0] <= horizon:
            _, _, group = heappop(self._groups)
            if group is self._receipts:
                self._receipts = None
                only_received = group
            due |= group
        # What was decided right after receipt is about to be confirmed. Should that hang, it is extended before the
        # lease runs out that it was received with.
        decided = {delivery: None for delivery in only_received if delivery.settled}
        for delivery in decided:
            del due[delivery]
        for group, lease in ((due, seconds), (decided, min(seconds, _SHORTEST_STREAM_SECONDS))):
            for delivery in group:
                delivery.group = group
            if group:
                self._schedule(group, now + lease * random.uniform(0.45, 0.85))  # noqa: S311  # spreads load
        held = [delivery for delivery in due if delivery.held]
        if held:
            self._start(self._extend(held, seconds))

    async def _extend(self, held: list[Delivery], seconds: int) -> None:
        self._report(await self._acks.extend(held, seconds))

    def _report(self, lost: list[Delivery]) -> None:
        for delivery in lost:
            if delivery.settled:  # decided meanwhile: the answer to that will say it
                continue
            delivery.held = False
            self._counters.expired += 1
            log.warning(
                "the lease of message %s is lost, it will be delivered again",
                delivery.message.id,
                extra={"action": "lease_lost", "message_id": delivery.message.id},
            )
            self._on_lost(delivery)

    def _schedule(self, group: dict[Delivery, None], due: float) -> None:
        heappush(self._groups, (due, next(self._order), group))

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
