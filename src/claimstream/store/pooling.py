"""Detection, from outside, of a pooler between us and PostgreSQL."""

import asyncio
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

_ROUNDS = 5
"""The number of comparisons of two connections. On a busy pooler one comparison may miss that a server is shared."""
_SECONDS = 5.0
"""The time that the comparison may take. A pooler with a single server lets the second connection wait for ever."""


class Pooling(StrEnum):
    DIRECT = "direct"
    SESSION = "session"
    """A pooler: each connection has a server process of its own while it lasts."""
    TRANSACTION = "transaction"
    """A pooler: each transaction may run in another server process, and prepared statements stay behind."""
    TRANSACTION_PREPARED = "transaction_prepared"
    """A pooler as before, which takes prepared statements along (PgBouncer from 1.21 with max_prepared_statements)."""


async def find_pooling(pool: "Pool") -> Pooling:
    """Tell what the pool's connections lead to. On a pooler's servers an unused statement is left behind."""
    async with pool.acquire() as one:
        async with one.transaction():
            backend = await _backend(one)
        if backend == one.get_server_pid():
            return Pooling.DIRECT  # a pooler has one connection for many servers, and so makes the number up
        try:
            async with asyncio.timeout(_SECONDS):
                return await _compare(pool, one)
        except TimeoutError:
            one.terminate()
            return Pooling.SESSION


async def _compare(pool: "Pool", one: "Connection") -> Pooling:
    for _ in range(_ROUNDS):
        async with one.transaction():
            before = await _backend(one)
            statement = await one.prepare("SELECT 1", name=f"claimstream_{secrets.token_hex(8)}")
        # In session mode ``one`` keeps its server process. In transaction mode ``other`` most likely gets it, since
        # poolers hand out first what was given back last, and ``one`` has to take another.
        async with pool.acquire() as other, other.transaction():
            await _backend(other)
            async with one.transaction():
                if await _backend(one) == before:
                    continue
                try:
                    await statement.fetchval()
                except asyncpg.PostgresError:
                    return Pooling.TRANSACTION
                return Pooling.TRANSACTION_PREPARED
    return Pooling.SESSION


async def _backend(connection: "Connection") -> int:
    """The process id of the server that works for the connection, in a transaction. The query has no name: a pooler in
    transaction mode might have the name already, for another query."""
    statement = await connection.prepare("SELECT pg_backend_pid()", name="")
    found: int = await statement.fetchval()
    return found
