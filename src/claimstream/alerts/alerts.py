"""Called from the circuits and from mailbox upkeep, which must not wait: a task of its own sends."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from claimstream.alerts.mail import CREDENTIALS, AlertMail, mailbox_mail
from claimstream.alerts.outages import Outages, OutageWatch
from claimstream.external.breaker import BreakerEvent, State
from claimstream.external.errors import ExternalError, Refused
from claimstream.external.smtp import Mailer
from claimstream.telemetry import sentry
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

_CLOSING_SECONDS = 5.0


class Alerts:
    """Of one worker. Every mail is tried until the mail server takes it, since that may be what is down.

    Of the workers that meet an outage one tells, and one of its end, even if those that met it are gone by then:
    PostgreSQL holds what is to be told. While that itself is down, each tells what it meets.
    """

    def __init__(
        self,
        mailer: Mailer,
        to: str,
        *,
        environment: str,
        outages: Outages,
        answered: Callable[[], Mapping[str, float]],
        steady_seconds: float = 120.0,
        every_seconds: float = 15.0,
    ) -> None:
        """
        Args:
            answered, steady_seconds: as :class:`OutageWatch` has them.
            every_seconds: between two looks at what is to be told, besides those that an event brings about.
        """
        self._mailer = mailer
        self._to = to
        self._environment = environment
        self._every_seconds = every_seconds
        self._watch = OutageWatch(
            outages, self._sent, environment=environment, answered=answered, steady_seconds=steady_seconds
        )
        self._mails: deque[AlertMail] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ending = False

    def start(self) -> None:
        """Look after what is to be told, until :meth:`close`. The first event does the same."""
        if self._task is None:
            # Not in the context of the email whose call it was: the mail is no part of its trace.
            self._task = asyncio.create_task(self._run(), context=contextvars.Context())

    def note(self, event: BreakerEvent) -> None:
        if event.kind in {"opened", "closed"}:
            self._watch.note(event)
            self.start()
            self._wake.set()

    def mailbox(self, address: str, *, disabled: bool, reason: str = "") -> None:
        """One mailbox does not let us in, or does again. Whoever disabled or enabled it tells."""
        self._mails.append(mailbox_mail(address, datetime.now(UTC), reason, self._environment, disabled=disabled))
        self.start()
        self._wake.set()

    def credentials(self, *, refused: bool, reason: str = "") -> None:
        """No mailbox lets us in, or one does again."""
        old: State = "closed" if refused else "open"
        new: State = "open" if refused else "closed"
        self.note(BreakerEvent(CREDENTIALS, old, new, datetime.now(UTC), reason))

    async def close(self) -> None:
        """Send what is not sent yet, as far as a few seconds allow. A circuit that is closed by now has recovered."""
        if self._task is None:
            return
        self._ending = True
        self._wake.set()
        self._watch.closed_is_recovered()
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._task  # not in the middle: what is sent is to be noted
                while True:
                    if await self._look():
                        return
                    await asyncio.sleep(min(1.0, self._every_seconds))
        except TimeoutError:
            log.warning("alerts_given_up", alerts=len(self._mails) + self._watch.untold)

    async def _run(self) -> None:
        while not self._ending:
            self._wake.clear()
            await self._look()
            try:
                async with asyncio.timeout(self._every_seconds):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _look(self) -> bool:
        """True when nothing is left to be sent."""
        done = True
        for part in (self._watch.look, self._send_mails):  # neither is kept from it by a defect of the other
            try:
                done = await part() and done
            except Exception as error:
                log.error("alerts_failed", error=type(error).__name__, exc_info=error)
                sentry.capture(error)
                done = False
        return done

    async def _send_mails(self) -> bool:
        while self._mails:
            if not await self._sent(self._mails[0]):
                return False
            self._mails.popleft()
        return True

    async def _sent(self, mail: AlertMail) -> bool:
        """Whether it is done with: sent, or impossible to send."""
        try:
            await self._mailer.send(self._to, f"claimstream: {mail.subject}", mail.text, message_id=mail.message_id)
        except Refused as error:  # nobody will ever take it, and others wait behind it
            log.error("alert_not_sent", about=mail.about, error=type(error).__name__)
            sentry.capture(error)
        except ExternalError as error:
            log.warning("alert_not_sent", about=mail.about, error=type(error).__name__)
            return False
        return True
