"""No new work comes in while a service that it would need is down; what is leased stays leased and waits."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

from claimstream.external.breaker import BreakerEvent, probing
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, Unauthorised
from claimstream.telemetry import sentry
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

_LONGEST_HOLD_SECONDS = 300.0
"""The longest time between two tries of a service that turns our credentials away: the recovery time, doubled up to
this. The same holds for one that answers our probe, and soon after that fails for the mail as before. Where the mail
got through in between, it is another outage: the service flaps."""
_SOON = 10
"""The time within which another opening is soon, in times the last hold."""


class Pausable(Protocol):
    def pause(self, reason: str) -> None: ...
    def resume(self, reason: str) -> None: ...


Probe = Callable[[], Awaitable[object]]
"""A harmless call of the service, through its circuit. Raises ExternalError."""


class Pauses:
    """Of one worker. Intake goes on when the circuit is closed, not when it may be tried.

    A probe of our own finds out that a service is back, never the call of an email: that one may fail for its own sake,
    and a circuit that nobody calls would be open for ever.
    """

    def __init__(
        self,
        door: Door,
        subscribers: Mapping[str, Pausable],
        *,
        on_the_path: Mapping[str, Collection[str]],
        probes: Mapping[str, Probe],
    ) -> None:
        """
        Args:
            on_the_path: the services that each subscriber's work needs.
            probes: by service; one without is tried by the work that comes in after the recovery time.
        """
        self._door = door
        self._subscribers = subscribers
        self._on_the_path = on_the_path
        self._probes = probes
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._in_vain: dict[str, tuple[float, float]] = {}
        """Service whose probe succeeded at once → how long it was held, and until when another opening shows that the
        probe does not meet what the mail meets (a lost right to write, a schema that the model refuses)."""
        self._leave_to_probes(probed=True)

    def note(self, event: BreakerEvent) -> None:
        """What a circuit does."""
        if event.kind == "opened":
            self.begin(event.service)

    def begin(self, service: str) -> None:
        """Its circuit is not closed. Does nothing where that is known."""
        if (running := self._tasks.get(service)) is None or running.done():
            # Not in the context of the email whose call it was: it is no part of its work.
            self._tasks[service] = asyncio.create_task(
                self._hold(service), name=f"pause for {service}", context=contextvars.Context()
            )

    def close(self) -> None:
        """The worker drains: what was paused may end as it is."""
        for task in self._tasks.values():
            task.cancel()
        self._leave_to_probes(probed=False)

    def _leave_to_probes(self, *, probed: bool) -> None:
        known = self._door.states()
        for service in self._probes:
            if service in known:
                self._door.breaker(service).probed = probed

    async def _hold(self, service: str) -> None:
        needing = [s for name, s in self._subscribers.items() if service in self._on_the_path[name]]
        for subscriber in needing:
            subscriber.pause(service)
        try:
            await self._until_it_is_back(service)
        finally:
            for subscriber in needing:
                subscriber.resume(service)

    async def _until_it_is_back(self, service: str) -> None:
        breaker, probe = self._door.breaker(service), self._probes.get(service)
        hold = breaker.recovery_seconds
        longest = max(_LONGEST_HOLD_SECONDS, hold)
        last, soon_until = self._in_vain.pop(service, (0.0, 0.0))
        if time.monotonic() < soon_until and not breaker.worked_before_opening:
            hold = min(2 * last, longest)
            breaker.hold_back(hold)
        tried = at_once = False
        while True:
            await breaker.ready()
            if breaker.state == "closed" or probe is None:
                break
            error = await self._try(service, probe)
            tried, at_once = True, error is None and not tried
            if isinstance(error, Unauthorised):
                hold = min(2 * hold, longest)
                breaker.hold_back(hold)
        if at_once:
            self._in_vain[service] = hold, time.monotonic() + _SOON * hold

    async def _try(self, service: str, probe: Probe) -> ExternalError | None:
        try:
            with probing():
                await probe()
        except ExternalError as error:
            return error  # its circuit tells of it, whatever it says
        except Exception as error:
            log.error("maintenance_failed", task="probe", service=service, error=type(error).__name__, exc_info=error)
            sentry.capture(error)
        return None
