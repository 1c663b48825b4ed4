"""Effects that are decided but not yet done: the client's record and the notification.

Rows are written in the final transaction of an email and delivered afterwards, by whichever worker comes first.
Updates of one client go out in the order they were written.
"""

from datetime import timedelta

import asyncpg

from claimstream.domain.records.decision import GuardDecision, ReviewReason, Route
from claimstream.domain.records.work import HELD_SECONDS, Delivered, OutboxRow
from claimstream.store.database import Connection, Database
from claimstream.store.failures import forget_failures

WAITS = "coalesce(done_at, 'infinity') = 'infinity'"
"""The condition of the partial indexes of migration 0010, which says why it is not ``done_at IS NULL``."""


def _take(where: str, *, order: str = "outbox_id") -> str:
    """Build the statement for one shape of search. A single statement whose conditions depend on its arguments would
    keep PostgreSQL from using an index. ``outbox_id + 0`` is the order of the clients' index alone."""
    return f"""
        UPDATE outbox SET taken_until = now() + $1, tries = tries + 1
        WHERE outbox_id = ANY(ARRAY(
            SELECT outbox_id FROM outbox AS next
            WHERE {where} AND {WAITS} AND (taken_until IS NULL OR taken_until < now())
              AND coalesce(next.outbox_id <= (
                  SELECT outbox_id FROM outbox AS oldest
                  WHERE oldest.tenant_id = next.tenant_id AND oldest.client_id = next.client_id
                    AND kind = 'client_update' AND {WAITS}
                  ORDER BY outbox_id + 0 LIMIT 1
              ), true)
            ORDER BY {order} LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        RETURNING outbox_id, email_id, tenant_id, tries, kind, payload AS json, decision_id,
                  (SELECT correlation_id FROM emails WHERE emails.email_id = outbox.email_id) AS correlation_id,
                  (SELECT trace_context FROM emails WHERE emails.email_id = outbox.email_id) AS trace_context
    """  # noqa: S608 # our own words # nosec B608


_OF_EMAIL = _take("email_id = $3")
_OF_CLIENT = _take(
    "tenant_id = $3 AND kind = $4 AND client_id = (SELECT client_id FROM outbox AS done WHERE done.outbox_id = $5)",
    order="outbox_id + 0",
)
_OF_KIND = _take("kind = $3")

_DUE_NOW = f"""
    UPDATE outbox SET taken_until = now()
    WHERE done_at IS NULL AND put_off_try = tries AND outbox_id = ANY(ARRAY(
        SELECT outbox_id FROM outbox
        WHERE kind = $1 AND {WAITS} AND put_off_try = tries AND taken_until > now()
        ORDER BY outbox_id LIMIT 10000
    ))
"""  # noqa: S608 # our own words # nosec B608


class OutboxStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, *, email_id: str, seconds: float = HELD_SECONDS) -> OutboxRow | None:
        """The oldest row of this email that may go out now, held for ``seconds``; None when there is none.

        A row waits for the older updates of the same client, a notification thus for its own email's. A notification
        holds up nothing.
        """
        found = await self._take(_OF_EMAIL, seconds, 1, email_id)
        return found[0] if found else None

    async def take_behind(self, done: OutboxRow, *, kind: str, seconds: float = HELD_SECONDS) -> OutboxRow | None:
        """Take a row as :meth:`take` does, of the rows of the same client as ``done``.

        Args:
            kind: ``client_update`` or ``notification``.
        """
        found = await self._take(_OF_CLIENT, seconds, 1, done.tenant_id, kind, done.outbox_id)
        return found[0] if found else None

    async def take_waiting(self, *, kind: str, limit: int, seconds: float = HELD_SECONDS) -> list[OutboxRow]:
        """Take all rows of one kind as :meth:`take` does, up to ``limit``: the oldest, and in this order."""
        return await self._take(_OF_KIND, seconds, limit, kind)

    async def _take(self, statement: str, seconds: float, limit: int, *arguments: str | int) -> list[OutboxRow]:
        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(statement, timedelta(seconds=seconds), limit, *arguments)

        rows = await self._database.run("UPDATE outbox", work, transaction=False)
        return sorted((OutboxRow(**row) for row in rows), key=lambda row: row.outbox_id)

    async def hold(self, row: OutboxRow, *, seconds: float) -> bool:
        """Keep the row for so long from now. False when somebody else has it by now, or it is done."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                "UPDATE outbox SET taken_until = now() + $3 WHERE outbox_id = $1 AND tries = $2 AND done_at IS NULL",
                row.outbox_id,
                row.tries,
                timedelta(seconds=seconds),
            )

        return await self._database.run("UPDATE outbox", work, transaction=False) == "UPDATE 1"

    async def done(self, row: OutboxRow, result: Delivered) -> None:
        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                UPDATE outbox SET done_at = now(), result = $2, last_error = NULL
                WHERE outbox_id = $1 AND done_at IS NULL
                """,
                row.outbox_id,
                result,
            )
            await forget_failures(connection, row.email_id)

        await self._database.run("UPDATE outbox", work)

    async def failed(self, row: OutboxRow, error: str, *, retry_in_seconds: float, by_outage: bool = False) -> None:
        """It stays, and is tried again later by any worker.

        Args:
            by_outage: the end of the outage makes it due sooner (:meth:`outage_ended`).
        """

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                UPDATE outbox SET
                    last_error = $2, taken_until = now() + $3, put_off_try = CASE WHEN $4 THEN tries END
                WHERE outbox_id = $1 AND done_at IS NULL
                """,
                row.outbox_id,
                error[:500],
                timedelta(seconds=retry_in_seconds),
                by_outage,
            )

        await self._database.run("UPDATE outbox", work, transaction=False)

    async def outage_ended(self, *, kind: str) -> int:
        """Make the rows due that an outage put off. Returns their number; rows taken since stay with their taker."""

        async def work(connection: Connection) -> int:
            done = await connection.execute(_DUE_NOW, kind)
            return int(done.rpartition(" ")[2])

        return await self._database.run("UPDATE outbox", work, transaction=False)

    async def failed_by_defect(self, row: OutboxRow, error: str, *, retry_in_seconds: float) -> int:
        """As :meth:`failed`, but it was no outage. Returns how often that happened to this row."""

        async def work(connection: Connection) -> int:
            # Should this run twice, it counts twice, and a person gets the row the sooner.
            defects: int | None = await connection.fetchval(
                """
                UPDATE outbox SET last_error = $2, taken_until = now() + $3, defects = defects + 1
                WHERE outbox_id = $1 AND done_at IS NULL RETURNING defects
                """,
                row.outbox_id,
                error[:500],
                timedelta(seconds=retry_in_seconds),
            )
            return defects or 0

        return await self._database.run("UPDATE outbox", work)

    async def to_review(self, row: OutboxRow, result: Delivered, guard: GuardDecision) -> None:
        """The update may no longer be written: a person decides, and nobody is told that it happened. What a person
        has decided goes back to them. Nothing happens where the row is somebody else's by now, or done."""
        reason = guard.reason or ReviewReason.NO_MATCH

        async def work(connection: Connection) -> None:
            # As a replay and a decision do: whoever comes second waits.
            await connection.execute("SELECT FROM emails WHERE email_id = $1 FOR UPDATE", row.email_id)
            ended = await connection.execute(
                """
                UPDATE outbox SET done_at = now(), result = $3 WHERE outbox_id = $1 AND tries = $2 AND done_at IS NULL
                """,
                row.outbox_id,
                row.tries,
                result,
            )
            if ended != "UPDATE 1":
                return  # a person may have decided since, and must not be asked again
            await forget_failures(connection, row.email_id)
            if row.decision_id is None:
                await self._ask(connection, row, reason, guard)
            else:
                await self._ask_again(connection, row, reason, guard)

        await self._database.run("UPDATE outbox", work)

    async def _ask(self, connection: Connection, row: OutboxRow, reason: ReviewReason, guard: GuardDecision) -> None:
        await connection.execute(
            """
            INSERT INTO review_items (email_id, tenant_id, reason, reasons, detail, proposal)
            VALUES ($1, $2, $3, ARRAY[$3], $4, $5)
            ON CONFLICT (email_id) WHERE status <> 'superseded' DO NOTHING
            """,
            row.email_id,
            row.tenant_id,
            reason,
            guard.why,
            row.json,
        )
        await connection.execute(
            """
            UPDATE emails SET outcome = 'review', route = $2, review_reason = $3, old_amount = $4
            WHERE email_id = $1
            """,
            row.email_id,
            Route.MANUAL_REVIEW,
            reason,
            guard.old,
        )
        await connection.execute(
            """
            UPDATE outbox SET done_at = now(), result = 'skipped'
            WHERE email_id = $1 AND kind = 'notification' AND done_at IS NULL
            """,
            row.email_id,
        )

    async def _ask_again(
        self, connection: Connection, row: OutboxRow, reason: ReviewReason, guard: GuardDecision
    ) -> None:
        await connection.execute(
            """
            UPDATE review_items SET
                status = 'open', reason = $2, reasons = ARRAY[$2] || array_remove(reasons, $2), detail = $3,
                claimed_by = NULL, claimed_at = NULL, resolved_by = NULL, resolved_at = NULL
            WHERE email_id = $1 AND status IN ('approved', 'corrected')
            """,
            row.email_id,
            reason,
            guard.why,
        )
        await connection.execute("UPDATE emails SET review_reason = $2 WHERE email_id = $1", row.email_id, reason)
