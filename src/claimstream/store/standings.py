"""Where emails stand, for those who compare and ask: the audit and the dead letters."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from claimstream.domain.records.standing import Standing
from claimstream.store.database import Connection, Database
from claimstream.store.outbox import WAITS

_STANDING = f"""
    SELECT emails.email_id, tenant_id, gmail_id, emails.status, emails.created_at, published_at, attempt, outcome,
           route, intent, review_reason, coalesce(claimed_until > now(), false) AS claimed,
           CASE WHEN emails.status <> 'settled' THEN ARRAY(
               SELECT stage FROM checkpoints WHERE checkpoints.email_id = emails.email_id
           ) END AS stages,
           waiting.what AS waits_for, review.status AS review_status,
           CASE WHEN outcome = 'set_aside' THEN (
               SELECT report #>> '{{decision,why}}' FROM processing_reports
               WHERE processing_reports.email_id = emails.email_id
           ) END AS why,
           pending.kind AS undelivered, pending.created_at AS undelivered_since
    FROM emails
    LEFT JOIN LATERAL (
        SELECT service || ' (' || replace(kind, '_', ' ') || ')' AS what FROM waits
        WHERE waits.email_id = emails.email_id AND since IS NOT NULL ORDER BY since DESC LIMIT 1
    ) AS waiting ON emails.status <> 'settled'
    LEFT JOIN LATERAL (
        SELECT review_items.status FROM review_items
        WHERE review_items.email_id = emails.email_id AND review_items.status <> 'superseded'
    ) AS review ON emails.outcome = 'review'
    LEFT JOIN LATERAL (
        SELECT kind, outbox.created_at FROM outbox
        WHERE outbox.email_id = emails.email_id AND {WAITS} ORDER BY outbox_id LIMIT 1
    ) AS pending ON emails.status = 'settled'
"""  # noqa: S608 # our own words # nosec B608


class StandingStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_gmail_ids(self, mailbox: str, gmail_ids: Collection[str]) -> list[Standing]:
        """Of one mailbox, whichever tenant the rows belong to."""
        return await self._read("WHERE mailbox = $1 AND gmail_id = ANY($2::text[])", mailbox, list(gmail_ids))

    async def between(self, mailbox: str, tenant_id: str, since: datetime, until: datetime) -> list[Standing]:
        """Of one mailbox and tenant, by Gmail's date or, while that is not known, by the row's."""
        return await self._read(
            """
            WHERE mailbox = $1 AND tenant_id = $2
              AND coalesce(received_at, emails.created_at) >= $3 AND coalesce(received_at, emails.created_at) < $4
            """,
            mailbox,
            tenant_id,
            since,
            until,
        )

    async def of_email_ids(self, email_ids: Collection[str]) -> dict[str, Standing]:
        """By email id; those that no row has are left out."""
        found = await self._read("WHERE emails.email_id = ANY($1::text[])", list(email_ids))
        return {standing.email_id: standing for standing in found}

    async def _read(self, condition: str, *arguments: Any) -> list[Standing]:
        async def work(connection: Connection) -> list[Standing]:
            rows = await connection.fetch(f"{_STANDING} {condition}", *arguments)
            return [Standing(**{**row, "stages": frozenset(row["stages"] or ())}) for row in rows]

        return await self._database.run("SELECT emails", work)
