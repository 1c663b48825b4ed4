"""One mail per opening of a circuit breaker, and one when it has stayed closed; one per mailbox that was disabled."""

import asyncio
import contextvars
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from claimstream.external.breaker import BreakerEvent, State
from claimstream.external.errors import ExternalError, Refused
from claimstream.external.smtp import Mailer
from claimstream.telemetry import sentry
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

_CLOSING_SECONDS = 5.0


CREDENTIALS = "gmail-credentials"
"""What is down when every mailbox refuses us: told and ended like the outage of a service."""


@dataclass(frozen=True, slots=True)
class _Alert:
    service: str
    recovered: bool
    at: datetime
    reason: str

    @property
    def about(self) -> str:
        """For log lines."""
        return self.service

    @property
    def message_id(self) -> str:
        kind = "closed" if self.recovered else "opened"
        return f"<{self.service}.{kind}.{self.at.timestamp():.0f}@claimstream.invalid>"

    @property
    def subject(self) -> str:
        return f"{self.service} {'has recovered' if self.recovered else 'is failing'}"

    def text(self, environment: str) -> str:
        text = f"{self.subject}, at {self.at:%Y-%m-%d %H:%M:%S} UTC, in {environment}.\n"
        text += "Work goes on where it stopped.\n" if self.recovered else self._waiting
        return text + (f"\nLast reason: {self.reason}\n" if self.reason else "")

    @property
    def _waiting(self) -> str:
        if self.service == CREDENTIALS:
            return "No mailbox lets us in. Mail stays in Gmail, and emails not yet read wait. Nothing is lost.\n"
        return "Emails that need it wait, and intake is paused. Nothing is lost.\n"


@dataclass(frozen=True, slots=True)
class _MailboxAlert(_Alert):
    """Whoever disabled or enabled it tells: that was settled by its row. ``service`` is the address."""

    @property
    def about(self) -> str:
        return "mailbox"

    @property
    def message_id(self) -> str:
        digest = hashlib.sha256(self.service.encode()).hexdigest()[:16]
        kind = "enabled" if self.recovered else "disabled"
        return f"<mailbox.{digest}.{kind}.{self.at.timestamp():.0f}@claimstream.invalid>"

    @property
    def subject(self) -> str:
        return f"mailbox {self.service} {'opens again' if self.recovered else 'was disabled'}"

    @property
    def _waiting(self) -> str:
        return (
            "It does not let us in, while others do. Its mail stays in Gmail, and its emails not yet read wait.\n"
            "It is tried again every hour, and goes on by itself where it stopped.\n"
            f"At once: claimstream mailboxes enable {self.service}\n"
        )


class Outages(Protocol):
    """Who tells of what, among all workers. Each raises ExternalError."""

    async def begin(self, service: str) -> bool: ...
    async def end(self, service: str) -> bool: ...
    async def lasting(self) -> list[str]: ...


class BreakerAlerts:
    """Called from the breakers, which must not wait: mails go out one after the other in a task of their own, each
    tried until the mail server takes it, since that may be what is down.

    Of the workers that meet an outage one tells, as PostgreSQL says; while that is down, each of them.
    """

    def __init__(
        self,
        mailer: Mailer,
        to: str,
        *,
        environment: str,
        outages: Outages,
        answered: Callable[[str], bool],
        steady_seconds: float = 120.0,
        retry_seconds: float = 30.0,
    ) -> None:
        """
        Args:
            answered: whether a service has answered this worker yet.
            steady_seconds: a circuit that has been closed for this long has recovered; one that opens before is still
                the same outage. Otherwise a service that answers now and then would fill a mailbox.
            retry_seconds: between two tries to send a mail.
        """
        self._mailer = mailer
        self._to = to
        self._environment = environment
        self._outages = outages
        self._answered = answered
        self._steady_seconds = steady_seconds
        self._retry_seconds = retry_seconds
        self._failing: set[str] = set()
        self._untold: set[str] = set()
        """Services whose outage could not be written down: PostgreSQL was away, too."""
        self._recovering: dict[str, tuple[asyncio.TimerHandle, _Alert]] = {}
        self._queue: asyncio.Queue[_Alert] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None

    async def take_over(self) -> None:
        """Watch for the end of what is down by the word of earlier workers. Raises ExternalError."""
        for service in await self._outages.lasting():
            if service not in self._failing and service not in self._recovering:
                self._expect(service, datetime.now(UTC))

    def note(self, event: BreakerEvent) -> None:
        if event.kind == "opened":
            if event.service in self._recovering:
                self._recovering.pop(event.service)[0].cancel()
            if event.service not in self._failing:
                self._failing.add(event.service)
                self._send(_Alert(event.service, recovered=False, at=event.at, reason=event.reason))
        elif event.kind == "closed" and event.service in self._failing:
            self._expect(event.service, event.at)

    def mailbox(self, address: str, *, disabled: bool, reason: str = "") -> None:
        """One mailbox does not let us in, or does again."""
        self._send(_MailboxAlert(address, recovered=not disabled, at=datetime.now(UTC), reason=reason))

    def credentials(self, *, refused: bool, reason: str = "") -> None:
        """No mailbox lets us in, or one does again."""
        old: State = "closed" if refused else "open"
        new: State = "open" if refused else "closed"
        self.note(BreakerEvent(CREDENTIALS, old, new, datetime.now(UTC), reason))

    def _expect(self, service: str, at: datetime) -> None:
        alert = _Alert(service, recovered=True, at=at, reason="")
        timer = asyncio.get_running_loop().call_later(self._steady_seconds, self._steady, service)
        self._recovering[service] = timer, alert

    def _steady(self, service: str) -> None:
        _, alert = self._recovering.pop(service)
        if not self._answered(service):  # nobody has called it since this worker began
            self._expect(service, datetime.now(UTC))
            return
        self._failing.discard(service)
        self._send(alert)

    def _send(self, alert: _Alert) -> None:
        self._queue.put_nowait(alert)
        if self._sender is None:
            # Not in the context of the email whose call it was: the mail is no part of its trace.
            self._sender = asyncio.create_task(self._send_all(), context=contextvars.Context())

    async def _send_all(self) -> None:
        while True:
            alert = await self._queue.get()
            if await self._is_ours(alert):
                await self._send_until_sent(alert)
            self._queue.task_done()

    async def _send_until_sent(self, alert: _Alert) -> None:
        while True:
            if await self._sent(alert):
                return
            await asyncio.sleep(self._retry_seconds)

    async def _is_ours(self, alert: _Alert) -> bool:
        """Whether this worker is the one to tell of it."""
        if isinstance(alert, _MailboxAlert):
            return True
        try:
            if not alert.recovered:
                return await self._outages.begin(alert.service)
            if alert.service in self._failing:  # it has failed again while this waited to be told
                return False
            ours = await self._outages.end(alert.service) or alert.service in self._untold
        except ExternalError:
            if not alert.recovered:
                self._untold.add(alert.service)
                return True
            # It can wait; should this worker end before, the next one tells.
            asyncio.get_running_loop().call_later(self._retry_seconds, self._queue.put_nowait, alert)
            return False
        except Exception as error:  # a defect of ours: rather told twice than not at all
            log.error("alert_unrecorded", service=alert.service, error=type(error).__name__, exc_info=error)
            sentry.capture(error)
            return True
        self._untold.discard(alert.service)
        return ours

    async def _sent(self, alert: _Alert) -> bool:
        """Whether it is done with: sent, or impossible to send."""
        text = alert.text(self._environment)
        about = {"service": alert.about, "recovered": alert.recovered}
        try:
            await self._mailer.send(self._to, f"claimstream: {alert.subject}", text, message_id=alert.message_id)
        except Refused as error:  # nobody will ever take it, and others wait behind it
            log.error("alert_not_sent", **about, error=type(error).__name__)
            sentry.capture(error)
        except ExternalError as error:
            log.warning("alert_not_sent", **about, error=type(error).__name__)
            return False
        except Exception as error:
            log.error("alert_not_sent", **about, error=type(error).__name__, exc_info=error)
            sentry.capture(error)
        return True

    async def close(self) -> None:
        """Send what is not sent yet, as far as a few seconds allow. A circuit that is closed by now has recovered."""
        for service, (timer, _) in list(self._recovering.items()):
            timer.cancel()
            if service in self._failing:
                self._steady(service)
        if self._sender is None:
            return
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._queue.join()
        except TimeoutError:
            log.warning("alerts_given_up", alerts=self._queue.qsize() + 1)
        self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)
