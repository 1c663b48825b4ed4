"""Noticing that the event loop stood still."""

import asyncio
import logging
from collections.abc import Callable

log = logging.getLogger("claimstream.pubsub")

_TICK_SECONDS = 0.5


async def watch_for_stalls(
    subscription: str, lease_seconds: Callable[[], float], held: Callable[[], int], clock: Callable[[], float]
) -> None:
    """Warn, until cancelled, when the event loop stood still for longer than a lease.

    No lease can be extended meanwhile, so that the messages held may go to another subscriber too.
    """
    last = clock()
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        now = clock()
        still, last = now - last - _TICK_SECONDS, now
        if still > lease_seconds():
            log.warning(
                "%s: the event loop stood still for %.1f s, longer than a lease (%g s): the %d messages held may be "
                "delivered again. Something blocks it; move that into a thread (asyncio.to_thread) or a process",
                subscription,
                still,
                lease_seconds(),
                held(),
                extra={"action": "loop_blocked", "subscription": subscription, "seconds": round(still, 1)},
            )
