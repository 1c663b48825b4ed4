"""Mailboxes that do not let us in: disabled loudly, one by one, tried again now and then, and enabled by themselves."""

import time
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

from claimstream.domain.records.work import Mailbox
from claimstream.external.errors import ExternalError, NotFound, Refused, Unauthorised
from claimstream.mailbox.refusals import Refusals, Verdict
from claimstream.telemetry import sentry
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)


class AccessStore(Protocol):
    async def disable(self, address: str, reason: str, *, retry_seconds: float | None) -> bool: ...
    async def enable(self, address: str) -> bool: ...
    async def due(self, *, retry_seconds: float) -> list[Mailbox]: ...


class Alerts(Protocol):
    """Tells a person, without keeping the caller waiting."""

    def mailbox(self, address: str, *, disabled: bool, reason: str = "") -> None: ...
    def credentials(self, *, refused: bool, reason: str = "") -> None: ...


class MailboxAccess:
    def __init__(
        self,
        store: AccessStore,
        *,
        opens: Callable[[str], Awaitable[object]],
        services: Collection[str],
        alerts: Alerts | None = None,
        apart_seconds: float = 60.0,
        retry_seconds: float = 3600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            opens: opens a mailbox, or raises ExternalError.
            services: whose refusals are about the mailbox, by name; anybody else's say nothing of it.
            apart_seconds: between two refusals that are believed.
            retry_seconds: after which a mailbox that we disabled is tried again.
            clock: steady, in seconds.
        """
        self._store = store
        self._opens = opens
        self._services = services
        self._alerts = alerts
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._refusals = Refusals(apart_seconds)
        self._ours = False
        """Every mailbox refuses us, and it has been told."""

    @property
    def opened_seconds_ago(self) -> float | None:
        """Since any mailbox last let this worker in; None before the first time."""
        at = self._refusals.opened_at
        return None if at is None else self._clock() - at

    def opened(self, mailbox: Mailbox) -> None:
        """Gmail has let us in."""
        self._refusals.opened(mailbox.address, self._clock())
        if self._ours:
            self._ours = False
            log.info("credentials_accepted")
            if self._alerts is not None:
                self._alerts.credentials(refused=False)

    async def open(self, mailbox: Mailbox) -> None:
        """See whether it lets us in. Raises ExternalError."""
        await self._opens(mailbox.address)
        self.opened(mailbox)

    def is_refusal(self, error: ExternalError) -> bool:
        """Whether the error says that this mailbox does not let us in."""
        if isinstance(error, NotFound) and error.operation == "history.list":
            return False  # it is only its history that is not there
        return isinstance(error, Unauthorised | Refused) and error.service in self._services

    async def refused(self, mailbox: Mailbox, error: ExternalError, *, among: Collection[str]) -> None:
        """A look ended so. Raises ExternalError when PostgreSQL is down."""
        if not self.is_refusal(error):
            return
        verdict = self._refusals.refused(mailbox.address, self._clock(), among=among)
        if verdict is Verdict.CREDENTIALS and not self._ours:
            self._ours = True
            log.error("credentials_refused", mailboxes=len(among), advice=str(error))
            sentry.tell("every mailbox refuses our credentials", level="error", service=error.service)
            if self._alerts is not None:
                self._alerts.credentials(refused=True, reason=str(error))
        elif verdict is Verdict.MAILBOX:
            await self._disable(mailbox, str(error), service=error.service)

    async def _disable(self, mailbox: Mailbox, reason: str, *, service: str) -> None:
        if not await self._store.disable(mailbox.address, reason, retry_seconds=self._retry_seconds):
            return  # another worker has, and tells
        self._refusals.forget(mailbox.address)
        with correlated(tenant_id=mailbox.tenant_id):
            log.error("mailbox_disabled", domain=_domain(mailbox), advice=reason, retry_seconds=self._retry_seconds)
            sentry.tell("a mailbox was disabled", level="error", service=service)
        if self._alerts is not None:
            self._alerts.mailbox(mailbox.address, disabled=True, reason=reason)

    async def due(self) -> list[Mailbox]:
        """Disabled mailboxes that this worker is to :meth:`retry` now. Raises ExternalError."""
        return await self._store.due(retry_seconds=self._retry_seconds)

    async def retry(self, mailbox: Mailbox) -> bool:
        """Whether it opens again: then it is enabled, and looked after like the others from now on.

        Raises:
            ExternalError: PostgreSQL or Gmail is down; it stays disabled until it is due again.
        """
        with correlated(tenant_id=mailbox.tenant_id):
            try:
                await self.open(mailbox)
            except ExternalError as error:
                if not self.is_refusal(error):
                    raise
                log.warning("mailbox_still_refused", domain=_domain(mailbox), advice=str(error))
                return False
            if await self._store.enable(mailbox.address):
                log.warning("mailbox_enabled", domain=_domain(mailbox))
                if self._alerts is not None:
                    self._alerts.mailbox(mailbox.address, disabled=False)
        return True


def _domain(mailbox: Mailbox) -> str:
    """What of the address may stand in a log line."""
    return mailbox.address.partition("@")[2]
