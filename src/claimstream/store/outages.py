"""Outages that somebody is told of, and which worker tells."""

from datetime import datetime
from typing import Any

from claimstream.store.database import Connection, Database


class OutageStore:
    """As one worker sees it. What it has begun or ended stays its own however often it asks."""

    def __init__(self, database: Database, *, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def begin(self, service: str) -> bool:
        """Whether this worker is the one that tells of it: of those that meet an outage, the first."""

        async def work(connection: Connection) -> Any:
            await connection.execute(
                "INSERT INTO outages (service, began_by) VALUES ($1, $2) ON CONFLICT DO NOTHING", service, self._worker
            )
            return await connection.fetchval(
                "SELECT began_by = $2 FROM outages WHERE service = $1 AND ended_at IS NULL", service, self._worker
            )

        return bool(await self._database.run("INSERT outages", work))

    async def end(self, service: str) -> bool:
        """Whether this worker is the one that tells of its end: of those that see it, the first."""

        async def work(connection: Connection) -> Any:
            await connection.execute(
                "UPDATE outages SET ended_at = now(), ended_by = $2 WHERE service = $1 AND ended_at IS NULL",
                service,
                self._worker,
            )
            return await connection.fetchval(
                "SELECT ended_by = $2 FROM outages WHERE service = $1 ORDER BY outage_id DESC LIMIT 1",
                service,
                self._worker,
            )

        return bool(await self._database.run("UPDATE outages", work))

    async def since(self) -> dict[str, datetime]:
        """When the outages began that last, by service."""

        async def work(connection: Connection) -> dict[str, datetime]:
            rows = await connection.fetch("SELECT service, began_at FROM outages WHERE ended_at IS NULL")
            return {row["service"]: row["began_at"] for row in rows}

        return await self._database.run("SELECT outages", work)

    async def lasting(self) -> list[str]:
        """The services that were down when somebody last looked, whichever worker that was."""

        async def work(connection: Connection) -> list[str]:
            return [r["service"] for r in await connection.fetch("SELECT service FROM outages WHERE ended_at IS NULL")]

        return await self._database.run("SELECT outages", work)
