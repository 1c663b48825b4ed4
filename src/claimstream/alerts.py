"""One mail per opening of a circuit breaker, and one when it has closed again."""

import asyncio
import contextvars
from datetime import UTC, datetime

from claimstream.external.breaker import BreakerEvent
from claimstream.external.errors import ExternalError
from claimstream.external.smtp import Mailer
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)


class BreakerAlerts:
    """Called from the breakers, which must not wait: mails go out in tasks of their own."""

    def __init__(self, mailer: Mailer, to: str, *, environment: str) -> None:
        self._mailer = mailer
        self._to = to
        self._environment = environment
        self._open: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, event: BreakerEvent) -> None:
        """A half-open breaker that opens again is the same outage still: no second mail."""
        if event.kind == "opened" and event.service not in self._open:
            self._open.add(event.service)
            self._send(event, "is failing", "Emails that need it wait, and intake is paused. Nothing is lost.")
        elif event.kind == "closed" and event.service in self._open:
            self._open.discard(event.service)
            self._send(event, "has recovered", "Work goes on where it stopped.")

    def _send(self, event: BreakerEvent, what: str, consequence: str) -> None:
        # Not in the context of the email whose call it was: the mail is no part of its trace.
        task = asyncio.create_task(self._mail(event, what, consequence), context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _mail(self, event: BreakerEvent, what: str, consequence: str) -> None:
        at = datetime.now(UTC)
        text = f"{event.service} {what}, at {at:%Y-%m-%d %H:%M:%S} UTC, in {self._environment}.\n{consequence}\n"
        if event.reason:
            text += f"\nLast reason: {event.reason}\n"
        try:
            await self._mailer.send(
                self._to,
                f"claimstream: {event.service} {what}",
                text,
                message_id=f"<{event.service}.{event.kind}.{at.timestamp():.0f}@claimstream.invalid>",
                headers={"Auto-Submitted": "auto-generated"},
            )
        except ExternalError as error:
            log.warning("alert_not_sent", service=event.service, error=type(error).__name__)

    async def close(self) -> None:
        """Wait for the mails that are on their way, briefly."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5.0)
