"""The connection pool, and the one way a query is run: through the door that guards every external call."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute
from asyncpg.pool import PoolConnectionProxy
from opentelemetry.util.types import AttributeValue

from claimstream.external.errors import Outage, Unauthorised
from claimstream.external.postgres_errors import (
    SERVICE,
    WANTS_POOLER,
    ends_session,
    outdates_sessions,
    session_at_fault,
)
from claimstream.store.pooling import Pooling, find_pooling
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)

T = TypeVar("T")

Pooler = Literal["session", "transaction"]
_GOODBYE_SECONDS = 3.0
"""The time for queries in work and the server's answer to a good-bye: a silent server holds up no end."""

if TYPE_CHECKING:
    Connection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:  # generic only in their stubs
    Connection = PoolConnectionProxy
    Pool = asyncpg.Pool


class Call(Protocol):
    """How a call is guarded: ``external.door.Service.call`` has this shape."""

    async def __call__(
        self,
        operation: str,
        function: Callable[[], Awaitable[T]],
        /,
        *,
        retry: bool = True,
        timeout_seconds: float | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> T: ...


class Database:
    """PostgreSQL behind a pool.

    Every query is written so that running it twice is harmless: a connection that breaks after COMMIT was sent
    leaves it open whether it took place, and the guard then runs it again.
    """

    def __init__(self, dsn: str, *, call: Call, max_connections: int = 10, pooler: Pooler = "session") -> None:
        """
        Args:
            pooler: ``transaction`` behind a pooler in transaction mode. Nothing is prepared then: the next statement
                may run in another server process, which has not heard of it, or has another one of the same name.
        """
        self._dsn = dsn
        self._call = call
        self._max_connections = max_connections
        self._pooler = pooler
        self._server = _server_attributes(dsn)
        self._pool: Pool | None = None

    async def open(self) -> None:
        """Connect, and log each attempt after the first one. Raises whatever asyncpg does, as translated by the guard,
        and Unauthorised where a pooler would lose our prepared statements: or worse, run another worker's in their
        place."""
        began, attempts = time.monotonic(), 0

        async def connect() -> Pool:
            nonlocal attempts
            attempts += 1
            if attempts > 1:
                seconds = round(time.monotonic() - began, 1)
                log.warning("postgresql_tried_again", attempt=attempts, seconds_so_far=seconds)
            pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._max_connections,
                command_timeout=30,
                reset=_nothing_to_reset,
                server_settings={"application_name": "claimstream"},
                target_session_attrs=None if _names_a_target(self._dsn) else SessionAttribute.read_write,
                statement_cache_size=0 if self._pooler == "transaction" else 100,
            )
            try:
                if self._pooler != "transaction" and await find_pooling(pool) is Pooling.TRANSACTION:
                    raise Unauthorised(SERVICE, "connect", f"a pooler in transaction mode answers. {WANTS_POOLER}")
            except BaseException:
                pool.terminate()
                raise
            return pool

        try:
            self._pool = await self._call("connect", connect, attributes=self._server)
        except Outage as error:
            if attempts > 1:
                error.message += f" DATABASE_URL was tried {attempts} times in {time.monotonic() - began:.0f} s."
            raise

    async def pooling(self) -> Pooling:
        """Find out what stands between us and PostgreSQL."""

        async def look() -> Pooling:
            return await find_pooling(self._opened())

        return await self._call("SELECT pg_backend_pid", look, attributes=self._server)

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    async def run(
        self,
        operation: str,
        work: Callable[[Connection], Awaitable[T]],
        *,
        transaction: bool = True,
        timeout_seconds: float | None = None,
    ) -> T:
        """Run ``work`` in one transaction.

        Args:
            operation: names the span: verb and table, such as ``UPDATE emails``.
            transaction: False where ``work`` is one statement, which is a transaction by itself: without BEGIN and
                COMMIT it takes half the time.
            timeout_seconds: for one attempt; None: as the guard has it.
        """

        async def once() -> T:
            try:
                return await self._run(work, transaction=transaction)
            except asyncpg.PostgresError as error:
                if not session_at_fault(error):
                    raise
            return await self._run(work, transaction=transaction)  # at once: the server is well, for all we know

        verb, _, table = operation.partition(" ")
        attributes = {"db.operation.name": verb, "db.collection.name": table, **self._server}
        return await self._call(operation, once, timeout_seconds=timeout_seconds, attributes=attributes)

    async def _run(self, work: Callable[[Connection], Awaitable[T]], *, transaction: bool) -> T:
        pool = self._opened()
        async with pool.acquire() as connection:
            try:
                if not transaction:
                    return await work(connection)
                async with connection.transaction():
                    return await work(connection)
            except Exception as error:
                if ends_session(error):
                    connection.terminate()
                if outdates_sessions(error):
                    await pool.expire_connections()
                raise

    def _opened(self) -> Pool:
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool


async def _nothing_to_reset(_: object) -> None:
    """asyncpg would send a statement each time a connection goes back. Ours sets nothing outside of its transaction,
    which has ended by then: no session variable, no cursor, no advisory lock, no LISTEN."""


def _names_a_target(dsn: str) -> bool:
    """Tell whether the URL itself says which of its servers will do, such as a standby. By default only one that takes
    writes does: asyncpg looks at what the server reports when a session begins, without a query."""
    return "target_session_attrs" in parse_qs(urlsplit(dsn).query)


def _server_attributes(dsn: str) -> dict[str, AttributeValue]:
    """By the semantic conventions for database spans; of several servers the first."""
    parts = urlsplit(dsn)
    first = urlsplit(f"//{parts.netloc.rpartition('@')[2].split(',')[0]}")
    attributes: dict[str, AttributeValue] = {
        "db.system.name": "postgresql",
        "db.namespace": parts.path.lstrip("/"),
        "server.address": first.hostname or "localhost",
        "server.port": first.port or 5432,
    }
    return attributes
