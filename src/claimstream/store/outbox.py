"""Effects that are decided but not yet done: the client's record and the notification.

Rows are written in the final transaction of an email and delivered afterwards, by whichever worker comes first.
Updates of one client go out in the order they were written.
"""

from datetime import timedelta

from claimstream.domain.records.decision import GuardDecision, ReviewReason, Route
from claimstream.domain.records.work import HELD_SECONDS, Delivered, OutboxRow
from claimstream.store.database import Connection, Database


class OutboxStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self,
        *,
        email_id: str | None = None,
        behind: int | None = None,
        kind: str | None = None,
        seconds: float = HELD_SECONDS,
    ) -> OutboxRow | None:
        """The oldest row that may go out now, held for ``seconds``; None when there is none.

        A row waits for the older updates of the same client, a notification thus for its own email's. A notification
        holds up nothing.

        Args:
            email_id: only this email's.
            behind: only those of the same client as the row of this ``outbox_id``.
            kind: only ``client_update`` or ``notification``.
        """

        async def work(connection: Connection) -> OutboxRow | None:
            row = await connection.fetchrow(
                """
                UPDATE outbox SET taken_until = now() + $2, tries = tries + 1
                FROM emails
                WHERE emails.email_id = outbox.email_id AND outbox_id = (
                    SELECT outbox_id FROM outbox AS next
                    WHERE done_at IS NULL AND (taken_until IS NULL OR taken_until < now())
                      AND ($1::text IS NULL OR email_id = $1) AND ($4::text IS NULL OR kind = $4)
                      AND ($3::bigint IS NULL OR (tenant_id, client_id) =
                           (SELECT tenant_id, client_id FROM outbox AS done WHERE done.outbox_id = $3))
                      AND NOT EXISTS (
                          SELECT FROM outbox AS older
                          WHERE older.client_id = next.client_id AND older.tenant_id = next.tenant_id
                            AND older.kind = 'client_update'
                            AND older.done_at IS NULL AND older.outbox_id < next.outbox_id
                      )
                    ORDER BY outbox_id LIMIT 1 FOR UPDATE SKIP LOCKED
                )
                RETURNING outbox_id, outbox.email_id, outbox.tenant_id, correlation_id, trace_context, tries, kind,
                          payload, decision_id
                """,
                email_id,
                timedelta(seconds=seconds),
                behind,
                kind,
            )
            if row is None:
                return None
            return OutboxRow(
                outbox_id=row["outbox_id"],
                email_id=row["email_id"],
                tenant_id=row["tenant_id"],
                correlation_id=row["correlation_id"],
                trace_context=row["trace_context"],
                tries=row["tries"],
                kind=row["kind"],
                json=row["payload"],
                decision_id=row["decision_id"],
            )

        return await self._database.run("UPDATE outbox", work, transaction=False)

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

        await self._database.run("UPDATE outbox", work, transaction=False)

    async def failed(self, row: OutboxRow, error: str, *, retry_in_seconds: float) -> None:
        """It stays, and is tried again later by any worker."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE outbox SET last_error = $2, taken_until = now() + $3 WHERE outbox_id = $1 AND done_at IS NULL",
                row.outbox_id,
                error[:500],
                timedelta(seconds=retry_in_seconds),
            )

        await self._database.run("UPDATE outbox", work)

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
