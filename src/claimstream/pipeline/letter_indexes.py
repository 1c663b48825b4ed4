"""The indexes of letters that a worker holds: one for each firm whose mail it has seen lately."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from claimstream.domain.records.keys import ClientKeys, LetterKeys
from claimstream.domain.rules.shortlist import LetterIndex
from claimstream.external.errors import Outage
from claimstream.pipeline.ports import Clients, Inquiries
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

OLDEST_CLIENT_KEYS_SECONDS = 120.0
"""How old may be what a client is found by (name, file number, creditors, addresses). MongoDB does not tell what the
portal has changed, so all clients with a recent letter are looked through; a firm gets an email every two minutes.
What is decided is decided by the client as it is stored now: until then only a new name or address finds nothing."""

_RENEWED_AFTER_SECONDS = 60.0
"""Without that an email waits for it."""

_WHOLE_SECONDS = 86_400.0
"""An index is made anew once a day: until then it keeps the letters that have grown too old, and what was changed."""

_CHANGED_SHARE = 0.1
"""Of its clients, changed since it was made: then it is made anew, too."""

_LOADS_AT_ONCE = 2
"""Each takes ten MB until its keys are made, and a worker that starts is asked by all firms at once."""

_READ_AT_ONCE = 500
"""Clients asked of MongoDB in one call: 100 KB, which take some seven milliseconds to decode."""

_ENTERED_AT_ONCE = 100
"""Letters: some four milliseconds in which nothing else of the worker moves."""


@dataclass(slots=True)
class _Held:
    index: LetterIndex
    since: datetime
    mark: str
    """Of the inquiries that have been entered."""
    made_at: float
    clients_read_at: float
    changed: int = 0


class LetterIndexes:
    """Of each tenant its own, and the least used ones are let go. Belongs to one event loop.

    Letters are exact: what PostgreSQL has committed is found by the next email. What clients are found by is at most
    ``OLDEST_CLIENT_KEYS_SECONDS`` old, but read at once for a new letter.
    """

    def __init__(
        self,
        *,
        most_letters: int = 1_000_000,
        oldest_client_keys_seconds: float = OLDEST_CLIENT_KEYS_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            most_letters: of all indexes together (the setting ``LETTERS_HELD``).
            monotonic: seconds, as ``time.monotonic``.
        """
        self._most_letters = most_letters
        self._oldest_seconds = oldest_client_keys_seconds
        self._renewed_after_seconds = min(_RENEWED_AFTER_SECONDS, oldest_client_keys_seconds / 2)
        self._monotonic = monotonic
        self._held: dict[str, _Held] = {}
        """The one used last at the end."""
        self._work: dict[tuple[str, str], asyncio.Task[_Held]] = {}
        self._loads = asyncio.Semaphore(_LOADS_AT_ONCE)

    @property
    def letters(self) -> dict[str, int]:
        """How many are held, by tenant."""
        return {tenant_id: len(held.index) for tenant_id, held in self._held.items()}

    async def of(self, tenant_id: str, *, since: datetime, inquiries: Inquiries, clients: Clients) -> LetterIndex:
        """The index of the tenant's letters sent since, as exact as the class says.

        :raises ExternalError: what is missing cannot be read now. What is held stays as it was.
        """
        source = _Source(tenant_id, inquiries, clients)
        held = self._held.get(tenant_id)
        while held is None or held.since > since:
            held = await self._once("load", source, lambda: self._load(source, since))
        self._held.pop(tenant_id, None)
        self._held[tenant_id] = held
        if self._monotonic() - held.made_at > _WHOLE_SECONDS or held.changed > 100 + _CHANGED_SHARE * len(held.index):
            self._begin("load", source, lambda: self._load(source, since))
        await self._catch_up(source, held)
        age = self._monotonic() - held.clients_read_at
        if age > self._oldest_seconds:
            await self._once("renew", source, lambda: self._renew(source, held))
        elif age > self._renewed_after_seconds:
            self._begin("renew", source, lambda: self._renew(source, held))
        return held.index

    async def close(self) -> None:
        work = list(self._work.values())
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    # --- one at a time

    async def _once(self, what: str, source: "_Source", work: Callable[[], Coroutine[Any, Any, _Held]]) -> _Held:
        """Wait for it, whoever began it. It goes on without those who give up waiting: others wait for it, too."""
        return await asyncio.shield(self._begin(what, source, work))

    def _begin(
        self, what: str, source: "_Source", work: Callable[[], Coroutine[Any, Any, _Held]]
    ) -> asyncio.Task[_Held]:
        name = (what, source.tenant_id)
        if name not in self._work:
            task = self._work[name] = asyncio.create_task(work(), name=f"{what} letters")
            task.add_done_callback(lambda ended: self._ended(name, ended))
        return self._work[name]

    def _ended(self, name: tuple[str, str], task: asyncio.Task[_Held]) -> None:
        del self._work[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            # Those who wait for it raise it; without any, what is held is used until it is too old.
            level = error.log_level if isinstance(error, Outage) else logging.WARNING
            log.log(level, "letters_not_read", what=name[0], tenant_id=name[1], error=type(error).__name__)

    # --- the work

    async def _load(self, source: "_Source", since: datetime) -> _Held:
        async with self._loads:
            began = self._monotonic()
            letters, mark = await source.inquiries.changes(source.tenant_id, since=since)
            index = LetterIndex(len(letters))
            await self._enter(source, index, letters)
            held = _Held(index, since, mark, made_at=began, clients_read_at=began)
            self._held.pop(source.tenant_id, None)
            self._held[source.tenant_id] = held
        self._let_go()
        log.info("letters_loaded", tenant_id=source.tenant_id, letters=len(letters), seconds=self._monotonic() - began)
        return held

    async def _catch_up(self, source: "_Source", held: _Held) -> None:
        """Enter what has been committed since. Several emails may be at it at once: entering twice is harmless."""
        letters, mark = await source.inquiries.changes(source.tenant_id, since=held.since, mark=held.mark)
        await self._enter(source, held.index, [letter for letter in letters if not held.index.has(letter)])
        held.mark = mark

    async def _enter(self, source: "_Source", index: LetterIndex, letters: Sequence[LetterKeys]) -> None:
        for start in range(0, len(letters), _READ_AT_ONCE):
            part = letters[start : start + _READ_AT_ONCE]
            wanted = list(dict.fromkeys(letter.client_id for letter in part))
            read = await source.clients.keys(source.tenant_id, wanted, known=lambda form: False)
            clients: dict[str, ClientKeys] = {client.client_id: client for client in read}
            entered = 0
            # A letter and its client in one piece: an email that finds the letter entered reads its client no more.
            for client_id, about in groupby(part, key=lambda letter: letter.client_id):
                for letter in about:
                    index.add_letter(letter)
                    entered += 1
                if (client := clients.get(client_id)) is not None:
                    index.add_client(client)
                if entered >= _ENTERED_AT_ONCE:
                    entered = 0
                    await asyncio.sleep(0)

    async def _renew(self, source: "_Source", held: _Held) -> _Held:
        began, index = self._monotonic(), held.index
        for start in range(0, index.client_count, _READ_AT_ONCE):
            ids = index.client_ids(start, start + _READ_AT_ONCE)
            for number, client in enumerate(await source.clients.keys(source.tenant_id, ids, known=index.knows)):
                index.add_client(client)
                held.changed += 1
                if number % _ENTERED_AT_ONCE == _ENTERED_AT_ONCE - 1:
                    await asyncio.sleep(0)
        held.clients_read_at = began
        return held

    def _let_go(self) -> None:
        """Of those used longest ago, as many as are too many; never the one used last."""
        total = sum(len(held.index) for held in self._held.values())
        while total > self._most_letters and len(self._held) > 1:
            tenant_id = next(iter(self._held))
            total -= len(self._held.pop(tenant_id).index)


@dataclass(frozen=True, slots=True)
class _Source:
    tenant_id: str
    inquiries: Inquiries
    clients: Clients
