"""Confirming leases before handlers start, for exactly-once delivery."""

import asyncio
from collections.abc import Callable

from claimstream.pubsub.delivery import Delivery
from claimstream.pubsub.leases import Leases


class Receipts:
    """Under exactly-once delivery a message may be handled only once its lease is confirmed: a response that lay
    in a buffer for longer than its deadline has meanwhile gone to somebody else. Batches what arrives while one
    call is on the wire."""

    def __init__(self, leases: Leases, accept: Callable[[list[Delivery]], None]) -> None:
        self._leases = leases
        self._accept = accept
        self._queue: list[Delivery] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, deliveries: list[Delivery]) -> None:
        self._queue += deliveries
        self._wake.set()

    def take(self) -> list[Delivery]:
        """What is not yet being confirmed; the caller releases it."""
        queued, self._queue = self._queue, []
        return queued

    async def idle(self) -> None:
        """Returns when nothing is being confirmed."""
        await self._idle.wait()

    async def run(self) -> None:
        """Confirms until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = self.take()
            if batch:
                self._idle.clear()
                try:
                    self._accept(await self._leases.confirm(batch))
                finally:
                    self._idle.set()
