"""Outages as all workers see them together, and who tells of one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from claimstream.store.database import Connection, Database

_TOLD = """
UPDATE outages SET told_at = now(), telling = NULL, telling_until = NULL WHERE outage_id = $1 AND told_at IS NULL
"""
_OVER_TOLD = """
UPDATE outages SET ended_at = now(), telling = NULL, telling_until = NULL WHERE outage_id = $1 AND ended_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class OutageNews:
    """Something to tell: an outage, or (``over``) that no worker sees it any more."""

    outage_id: int
    service: str
    reason: str
    began_at: datetime
    over: bool


class OutageStore:
    """As one worker sees and tells it. Every call may be repeated."""

    def __init__(self, database: Database, *, worker: str, fresh_seconds: float = 90.0) -> None:
        """
        Args:
            fresh_seconds: a worker that has not reported for so long is gone.
        """
        self._database = database
        self._worker = worker
        self._fresh = timedelta(seconds=fresh_seconds)

    async def report(self, failing: Mapping[str, str], *, told: Collection[str]) -> Collection[str]:
        """What this worker cannot use now; an outage that is not written down yet begins with it.

        Args:
            failing: the last reason by service.
            told: of those, what somebody was told of, as far as this worker knows.

        Returns:
            Of those, what somebody was told of by any worker.
        """

        async def work(connection: Connection) -> list[str]:
            services = list(failing)
            await connection.execute(
                "DELETE FROM outage_reports WHERE worker = $1 AND service <> ALL($2::text[])", self._worker, services
            )
            await connection.execute(
                """
                INSERT INTO outage_reports (service, worker, seen_at) SELECT unnest($2::text[]), $1, now()
                ON CONFLICT (service, worker) DO UPDATE SET seen_at = now()
                """,
                self._worker,
                services,
            )
            await connection.execute(
                """
                INSERT INTO outages (service, reason) SELECT * FROM unnest($1::text[], $2::text[])
                ON CONFLICT (service) WHERE ended_at IS NULL DO NOTHING
                """,
                services,
                [_writable(reason) for reason in failing.values()],
            )
            await connection.execute(
                "UPDATE outages SET told_at = now() WHERE service = ANY($1) AND ended_at IS NULL AND told_at IS NULL",
                list(told),
            )

            rows = await connection.fetch(
                "SELECT service FROM outages WHERE service = ANY($1) AND ended_at IS NULL AND told_at IS NOT NULL",
                services,
            )
            return [row["service"] for row in rows]

        return await self._database.run("UPDATE outages", work)

    async def since(self) -> dict[str, datetime]:
        """When the outages began that last, by service."""

        async def work(connection: Connection) -> dict[str, datetime]:
            rows = await connection.fetch("SELECT service, began_at FROM outages WHERE ended_at IS NULL")
            return {row["service"]: row["began_at"] for row in rows}

        return await self._database.run("SELECT outages", work)

    async def take(self, answered: Mapping[str, float], *, seconds: float) -> OutageNews | None:
        """The oldest news that nobody else is about to tell, for ``seconds``; None when there are none.

        An outage is over when no living worker sees it, and the service has since answered this one. (A worker whose
        circuit has recovered takes its report back; that of one that died is only outlived by an answer.)

        Args:
            answered: how many seconds ago each service last answered this worker.
        """

        async def work(connection: Connection) -> OutageNews | None:
            row = await connection.fetchrow(
                """
                UPDATE outages SET telling = $1, telling_until = now() + $2 WHERE outage_id = (
                    SELECT outage_id FROM outages o
                    LEFT JOIN unnest($3::text[], $4::float8[]) AS heard (service, ago) USING (service)
                    WHERE ended_at IS NULL AND (telling IS NULL OR telling = $1 OR telling_until < now())
                      AND (told_at IS NULL OR (heard.ago IS NOT NULL AND NOT EXISTS (
                          SELECT FROM outage_reports r WHERE r.service = o.service
                          AND (r.seen_at > now() - $5::interval OR r.seen_at > now() - make_interval(secs => heard.ago))
                      )))
                    ORDER BY told_at IS NULL DESC, outage_id LIMIT 1 FOR UPDATE OF o SKIP LOCKED
                )
                RETURNING outage_id, service, reason, began_at, told_at IS NOT NULL AS over
                """,
                self._worker,
                timedelta(seconds=seconds),
                list(answered),
                list(answered.values()),
                self._fresh,
            )
            return None if row is None else OutageNews(**row)

        return await self._database.run("UPDATE outages", work)

    async def told(self, news: OutageNews) -> None:
        """The mail is out."""

        async def work(connection: Connection) -> None:
            await connection.execute(_OVER_TOLD if news.over else _TOLD, news.outage_id)
            if news.over:
                await connection.execute(
                    "DELETE FROM outage_reports WHERE service = $1 AND seen_at <= now() - $2::interval",
                    news.service,
                    self._fresh,
                )

        await self._database.run("UPDATE outages", work)


def _writable(reason: str) -> str:
    """PostgreSQL's texts hold neither NUL nor half a character."""
    return reason.replace("\x00", "\ufffd").encode(errors="replace").decode()
