"""Which services this worker cannot use, held against what all workers see, until somebody was told."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from claimstream.alerts.mail import CREDENTIALS, AlertMail, outage_mail, recovery_mail
from claimstream.external.breaker import BreakerEvent
from claimstream.external.errors import ExternalError
from claimstream.store.outages import OutageNews
from claimstream.telemetry import sentry
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

__all__ = ["CREDENTIALS", "OutageWatch", "Outages"]

_TELLING_SECONDS = 60.0
"""How long news belong to the worker that is about to send them: longer than the mail server may take."""


class Outages(Protocol):
    """What all workers see together. Each raises ExternalError; :class:`claimstream.store.outages.OutageStore`."""

    async def report(self, failing: Mapping[str, str], *, told: Collection[str]) -> Collection[str]: ...
    async def take(self, answered: Mapping[str, float], *, seconds: float) -> OutageNews | None: ...
    async def told(self, news: OutageNews) -> None: ...


@dataclass(slots=True)
class _Failing:
    at: datetime
    reason: str
    closed_since: float | None = None
    """Of ``time.monotonic``: the circuit is closed, but not yet for long."""
    reported: bool = False
    """All workers know of it."""
    told: bool = False
    """Somebody was told, by whichever worker."""

    def is_over(self, now: float, steady_seconds: float) -> bool:
        return self.closed_since is not None and now - self.closed_since >= steady_seconds


class OutageWatch:
    def __init__(
        self,
        outages: Outages,
        send: Callable[[AlertMail], Awaitable[bool]],
        *,
        environment: str,
        answered: Callable[[], Mapping[str, float]],
        steady_seconds: float,
    ) -> None:
        """
        Args:
            send: True when the mail is done with.
            answered: how many seconds ago each service last answered this worker.
            steady_seconds: a circuit that has been closed for this long has recovered; one that opens before is still
                the same outage. Otherwise a service that answers now and then would fill a mailbox.
        """
        self._outages = outages
        self._send = send
        self._environment = environment
        self._answered = answered
        self._steady_seconds = steady_seconds
        self._failing: dict[str, _Failing] = {}

    def note(self, event: BreakerEvent) -> None:
        """What a circuit of this worker does."""
        seen = self._failing.get(event.service)
        if event.kind == "opened":
            if seen is None:
                self._failing[event.service] = _Failing(event.at, event.reason)
            else:
                seen.closed_since = None
        elif event.kind == "closed" and seen is not None:
            seen.closed_since = time.monotonic()

    def closed_is_recovered(self) -> None:
        """The worker ends: a circuit that is closed by now will not be seen to stay so."""
        self._steady_seconds = 0.0

    @property
    def untold(self) -> int:
        """Outages of which nobody is known to have been told."""
        return sum(not seen.told for seen in self._failing.values())

    async def look(self) -> bool:
        """Report what this worker sees, and tell what nobody tells. True when nothing is left to be told."""
        try:
            return await self._with_others()
        except ExternalError:
            pass
        except Exception as error:  # a row or a table that is not as we think: then each tells for itself
            log.error("alerts_failed", error=type(error).__name__, exc_info=error)
            sentry.capture(error)
        return await self._alone()

    async def _with_others(self) -> bool:
        now = time.monotonic()
        over = {s: seen for s, seen in self._failing.items() if seen.is_over(now, self._steady_seconds)}
        # What was never written down is reported once before it is taken back: its end is to be told, too.
        report = {s: seen for s, seen in self._failing.items() if s not in over or not seen.reported}
        told = await self._outages.report(
            {service: seen.reason for service, seen in report.items()},
            told=[service for service, seen in report.items() if seen.told],
        )
        for service, seen in report.items():
            seen.reported, seen.told = True, service in told
        for service, seen in over.items():
            # Unless it has begun anew meanwhile.
            if service not in report and seen.closed_since is not None:
                del self._failing[service]
        while (news := await self._outages.take(self._answered(), seconds=_TELLING_SECONDS)) is not None:
            if not await self._send(self._mail(news)):
                return False
            await self._outages.told(news)
            if not news.over and (met := self._failing.get(news.service)) is not None:
                met.told = True
        return not any(service in report for service in over)

    async def _alone(self) -> bool:
        """PostgreSQL is away: whoever meets an outage tells of it."""
        done = True
        for service, seen in list(self._failing.items()):
            if not seen.told:
                key = f"{seen.at.timestamp():.0f}"
                mail = outage_mail(service, seen.at, seen.reason, self._environment, key=key)
                seen.told = await self._send(mail)
                done = done and seen.told
        return done

    def _mail(self, news: OutageNews) -> AlertMail:
        key = f"{news.outage_id}.{news.began_at.timestamp():.0f}"
        if news.over:
            return recovery_mail(news.service, news.began_at, datetime.now(UTC), self._environment, key=key)
        return outage_mail(news.service, news.began_at, news.reason, self._environment, key=key)
