"""A service that serves nobody, while mail that waits for another one goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from bench.chaos.fault import Fault
from bench.chaos.installation import Installation
from bench.chaos.past import IS_PAST
from bench.chaos.workers import Workers
from claimstream.local.http.faults import HttpFaults

_USAGE_LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-31 at 00:00 UTC."
_UNAUTHORIZED = 13
_GIVE_UP_SECONDS = 90.0
"""The most time for a mail to wait for the other service, or to end: then the checker finds that nothing went on."""
_WAITING = 2
"""Mails that wait for the other service: of one alone, the worker may have stood still until its lease was lost."""
_LONG = 6.0
"""The factor by which a long outage is longer than other faults."""
_WAITING_MAILS = """
    SELECT count(*) FROM waits w JOIN emails e USING (email_id)
    WHERE w.service = $2 AND w.since >= $3 AND e.gmail_id <> ALL ($1)
"""
"""Those that a worker has in its hands: what had begun to wait before may lie with one that is dead."""
_WAITING_NOTIFICATIONS = """
    SELECT count(*) FROM outbox o JOIN emails e USING (email_id)
    WHERE o.kind = 'notification' AND o.tries > 0 AND o.done_at IS NULL AND e.gmail_id <> ALL ($1)
"""
ENDED = f"""
    SELECT greatest(e.settled_at, max(o.done_at)) AS at FROM emails e LEFT JOIN outbox o USING (email_id)
    WHERE e.status = 'settled' AND NOT {IS_PAST}
    GROUP BY e.email_id HAVING count(*) FILTER (WHERE o.outbox_id IS NOT NULL AND o.done_at IS NULL) = 0
"""  # our own words # nosec B608
"""The time at which each mail had its end, with all that it was to bring about."""
_ENDED_SINCE = f"SELECT count(*) FROM ({ENDED}) AS ended WHERE at >= $1"  # our own words # nosec B608


@dataclass(frozen=True, slots=True)
class Sickness:
    """The time in which one service served nobody and all that had waited for another could go on."""

    service: str
    kind: str
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class _Other:
    """A service that is well, but for a moment before, so that mail waits for it."""

    service: str
    waiting: Callable[[datetime], Awaitable[int]]
    """How many wait for it of which one can go on, given when it fell ill."""
    ill: Callable[[], AbstractAsyncContextManager[None]]


class Sicknesses:
    """Faults that concern all mail. Each lasts until something has ended that did not need the service."""

    def __init__(self, installation: Installation, workers: Workers) -> None:
        self._on = installation
        self._workers = workers
        self.seen: list[Sickness] = []

    def all(self) -> list[Fault]:
        claude, gcs = self._on.claude.faults, self._on.gcs_front.faults
        for_claude = _Other("claude", partial(self._mails_waiting, "anthropic"), partial(_failing, claude, 503))
        for_gcs = _Other("gcs", partial(self._mails_waiting, "gcs"), partial(_failing, gcs, 503))
        # Nearly all mail is held against the clients: what needs no MongoDB any more is the mail that we send.
        again_later = partial(self._smtp_replies, "451 4.3.0 Try again later")
        for_smtp = _Other("smtp", self._notifications_waiting, again_later)
        refused = "credentials refused"
        return [
            self._fault("claude", refused, partial(_failing, claude, 401), for_gcs),
            self._fault("claude", "usage limit", partial(_failing, claude, 400, message=_USAGE_LIMIT), for_gcs),
            self._fault("gcs", refused, partial(_failing, gcs, 401, reason="authError"), for_claude),
            self._fault("smtp", refused, partial(self._smtp_replies, "535 5.7.8 Bad credentials"), for_claude),
            self._fault("mongodb", refused, self._mongo_refuses, for_smtp),
            self._fault("mongodb", "away for long", self._mongo_away, for_smtp, times=_LONG),
        ]

    def _fault(
        self,
        service: str,
        kind: str,
        sick: Callable[[], AbstractAsyncContextManager[None]],
        other: _Other,
        *,
        times: float = 1.0,
    ) -> Fault:
        async def happen(seconds: float) -> None:
            async with self._workers.needed, AsyncExitStack() as while_sick:
                fell_ill = datetime.now(UTC)
                async with other.ill():
                    await _until(lambda: other.waiting(fell_ill), _WAITING)
                    await while_sick.enter_async_context(sick())
                began = datetime.now(UTC)
                await asyncio.sleep(seconds * times)
                await _until(lambda: self._on.count(_ENDED_SINCE, began))
                self.seen.append(Sickness(service, kind, began, datetime.now(UTC)))

        # What loses its lease comes back by the intake, too.
        return Fault(service, kind, happen, beside=(other.service, "pubsub"))

    async def _mails_waiting(self, service: str, since: datetime) -> int:
        return await self._on.count(_WAITING_MAILS, list(self._on.poisoning.gmail_ids), service, since)

    async def _notifications_waiting(self, since: datetime) -> int:
        del since  # any worker's maintenance delivers them
        return await self._on.count(_WAITING_NOTIFICATIONS, list(self._on.poisoning.gmail_ids))

    @asynccontextmanager
    async def _smtp_replies(self, reply: str) -> AsyncIterator[None]:
        faults = self._on.smtp.faults
        faults.reply_to_data(reply)
        yield
        faults.take_data()

    @asynccontextmanager
    async def _mongo_refuses(self) -> AsyncIterator[None]:
        refusal = {"failCommands": ["find", "update"], "errorCode": _UNAUTHORIZED}
        await self._fail_point(mode="alwaysOn", data=refusal)
        yield
        await self._fail_point(mode="off")

    async def _fail_point(self, **given: Any) -> None:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(self._on.mongo.url, directConnection=True)
        try:
            await client.admin.command("configureFailPoint", "failCommand", **given)
        finally:
            client.close()

    @asynccontextmanager
    async def _mongo_away(self) -> AsyncIterator[None]:
        await self._on.mongo.crash()
        yield
        await self._on.mongo.start()


@asynccontextmanager
async def _failing(faults: HttpFaults, status: int, **said: str) -> AsyncIterator[None]:
    fault = faults.add()
    fault.status = status
    fault.message, fault.reason = said.get("message"), said.get("reason")
    yield
    fault.remaining = 0


async def _until(found: Callable[[], Awaitable[int]], at_least: int = 1) -> None:
    """Return when so many are found, or after long."""
    give_up = time.monotonic() + _GIVE_UP_SECONDS
    while time.monotonic() < give_up:
        if await found() >= at_least:
            return
        await asyncio.sleep(0.3)
