"""What waits for a person: taken in hand by one, decided once, and written through the outbox like everything else."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import asyncpg
from pydantic import TypeAdapter, ValidationError

from claimstream.domain.records.decision import ClientUpdate, SettlementUpdate
from claimstream.domain.records.review import WAITING, PastDecision, Resolution, ReviewItem, ReviewStatus
from claimstream.store.database import Connection, Database
from claimstream.store.jsonb import json_of, plain, to_json

_ITEM = """
    SELECT review_id, email_id, tenant_id, correlation_id, mailbox, subject, received_at, intent, confidence,
           inquiry_id, old_amount, new_amount AS read_amount,
           (SELECT report #> '{decision,settlement}' FROM processing_reports
            WHERE processing_reports.email_id = review_items.email_id) AS read_settlement,
           reason, reasons, detail, proposal, review_items.status, review_items.claimed_by,
           claimed_at, resolved_by, resolved_at, note, review_items.created_at,
           written.payload AS decision, written.result AS delivered, written.done_at AS delivered_at
    FROM review_items JOIN emails USING (email_id, tenant_id)
    LEFT JOIN LATERAL (
        SELECT payload, result, done_at FROM outbox
        WHERE outbox.email_id = review_items.email_id AND decision_id IS NOT NULL ORDER BY outbox_id DESC LIMIT 1
    ) AS written ON review_items.status IN ('approved', 'corrected')
"""


_SETTLEMENT: TypeAdapter[SettlementUpdate | None] = TypeAdapter(SettlementUpdate | None)

_WANTED = """
    WHERE review_items.status = ANY($1::text[]) AND ($2::text IS NULL OR review_items.tenant_id = $2)
      AND ($3::text IS NULL OR $3 = ANY(reasons)) AND ($4::text IS NULL OR review_items.claimed_by = $4)
"""


@dataclass(frozen=True, slots=True)
class WantedItems:
    """Which items: all of these conditions hold."""

    statuses: Collection[ReviewStatus] = WAITING
    tenant_id: str | None = None
    reason: str | None = None
    """One of its reasons."""
    claimed_by: str | None = None

    @property
    def arguments(self) -> tuple[list[ReviewStatus], str | None, str | None, str | None]:
        """Of ``_WANTED``, in order."""
        return list(self.statuses), self.tenant_id, self.reason, self.claimed_by


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's decision, as it is to be kept."""

    decision_id: str
    resolution: Resolution
    by: str
    note: str = ""
    update: ClientUpdate | None = None
    """What is to be written; None where nothing is."""


class ReviewStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def items(self, wanted: WantedItems, *, limit: int = 50) -> list[ReviewItem]:
        """The oldest first."""

        async def work(connection: Connection) -> list[asyncpg.Record]:
            query = f"{_ITEM} {_WANTED} ORDER BY review_items.created_at, review_id LIMIT $5"
            return await connection.fetch(query, *wanted.arguments, limit)

        return [_item(row) for row in await self._database.run("SELECT review_items", work)]

    async def count(self, wanted: WantedItems) -> int:
        async def work(connection: Connection) -> Any:
            return await connection.fetchval(f"SELECT count(*) FROM review_items {_WANTED}", *wanted.arguments)  # noqa: S608 # our own words # nosec B608

        count: int = await self._database.run("SELECT review_items", work)
        return count

    async def beside(self, item: ReviewItem) -> list[ReviewItem]:
        """Others that wait for a decision on the same creditor's claim on the same client, the oldest first."""
        if (update := item.proposal) is None:
            return []

        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                _ITEM
                + """
                WHERE review_items.status = ANY($1::text[]) AND tenant_id = $2 AND review_id <> $3
                  AND proposal ->> 'client_id' = $4 AND proposal ->> 'creditor_id' = $5
                ORDER BY review_items.created_at, review_id LIMIT 10
                """,
                list(WAITING),
                item.tenant_id,
                item.review_id,
                update.client_id,
                update.creditor_id,
            )

        return [_item(row) for row in await self._database.run("SELECT review_items", work)]

    async def history(self, email_id: str) -> list[PastDecision]:
        """All that persons have said of the email, in order."""

        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                """
                SELECT decided ->> 'resolution' AS resolution, decided ->> 'by' AS by, decided ->> 'note' AS note,
                       created_at AS at
                FROM calibration_samples WHERE email_id = $1 AND decision_id IS NOT NULL ORDER BY sample_id
                """,
                email_id,
            )

        rows = await self._database.run("SELECT calibration_samples", work)
        return [PastDecision(**{**row, "resolution": Resolution(row["resolution"])}) for row in rows]

    async def get(self, review_id: int) -> ReviewItem | None:
        return await self._one("WHERE review_id = $1", review_id)

    async def of_email(self, email_id: str) -> ReviewItem | None:
        """Of its newest run."""
        return await self._one("WHERE email_id = $1 AND review_items.status <> 'superseded'", email_id)

    async def claim(self, review_id: int, *, by: str, take_over: bool = False) -> bool:
        """Take the item in hand; also one that is in one's own already. False: it is somebody else's, or decided.

        Args:
            take_over: also from somebody else's hands.
        """

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE review_items SET
                    status = 'claimed', claimed_by = $2,
                    claimed_at = CASE WHEN claimed_by = $2 THEN coalesce(claimed_at, now()) ELSE now() END
                WHERE review_id = $1
                  AND (status IN ('open', 'escalated') OR (status = 'claimed' AND (claimed_by = $2 OR $3)))
                """,
                review_id,
                by,
                take_over,
            )

        return await self._database.run("UPDATE review_items", work, transaction=False) == "UPDATE 1"

    async def release(self, review_id: int, *, by: str, take_over: bool = False) -> bool:
        """Give the item back undecided, escalated if it was. False: nobody has it, or somebody else."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE review_items SET
                    status = CASE WHEN resolved_by IS NULL THEN 'open' ELSE 'escalated' END,
                    claimed_by = NULL, claimed_at = NULL
                WHERE review_id = $1 AND status = 'claimed' AND (claimed_by = $2 OR $3)
                """,
                review_id,
                by,
                take_over,
            )

        return await self._database.run("UPDATE review_items", work, transaction=False) == "UPDATE 1"

    async def reopen(self, review_id: int) -> bool:
        """Have an item decided anew of which nothing was written. False: it waits, or something was."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE review_items SET status = 'open', resolved_by = NULL, resolved_at = NULL
                WHERE review_id = $1 AND status IN ('rejected', 'spam')
                """,
                review_id,
            )

        return await self._database.run("UPDATE review_items", work, transaction=False) == "UPDATE 1"

    async def resolve(self, item: ReviewItem, decided: Decided) -> bool:
        """Decide: the item, what is learnt from it, and the update that carries it out, in one transaction.

        False, and nothing is done: the item is in somebody else's hands, decided already, or not what it was.
        """

        async def work(connection: Connection) -> bool:
            # As a replay does, and in the same order: whoever comes second waits, and finds it done.
            run = await connection.fetchval("SELECT run FROM emails WHERE email_id = $1 FOR UPDATE", item.email_id)
            if await connection.fetchval(
                "SELECT true FROM calibration_samples WHERE decision_id = $1", decided.decision_id
            ):
                return True  # done already: whether it was had been left open
            done = await connection.fetchval(
                """
                UPDATE review_items SET
                    status = $3, note = $4, claimed_by = NULL, claimed_at = NULL,
                    resolved_by = $2, resolved_at = now()
                WHERE review_id = $1 AND detail = $5
                  AND (status IN ('open', 'escalated') OR (status = 'claimed' AND claimed_by = $2))
                RETURNING true
                """,
                item.review_id,
                decided.by,
                decided.resolution,
                plain(decided.note),
                item.detail,
            )
            if not done:
                return False
            await connection.execute(
                """
                INSERT INTO calibration_samples (email_id, tenant_id, predicted, decided, decision_id)
                VALUES ($1, $2, $3, $4, $5)
                """,
                item.email_id,
                item.tenant_id,
                json_of(_predicted(item)),
                json_of(_decided(decided)),
                decided.decision_id,
            )
            if (update := decided.update) is not None:
                await connection.execute(
                    """
                    INSERT INTO outbox (email_id, tenant_id, client_id, kind, payload, run, decision_id)
                    VALUES ($1, $2, $3, 'client_update', $4, $5, $6)
                    """,
                    item.email_id,
                    item.tenant_id,
                    update.client_id,
                    to_json(update),
                    run,
                    decided.decision_id,
                )
            return True

        return await self._database.run("UPDATE review_items", work)

    async def _one(self, condition: str, *arguments: Any) -> ReviewItem | None:
        async def work(connection: Connection) -> asyncpg.Record | None:
            return await connection.fetchrow(f"{_ITEM} {condition}", *arguments)

        row = await self._database.run("SELECT review_items", work, transaction=False)
        return None if row is None else _item(row)


def _item(row: asyncpg.Record) -> ReviewItem:
    read = {
        "reasons": tuple(row["reasons"]),
        "status": ReviewStatus(row["status"]),
        "proposal": _update(row["proposal"]),
        "decision": _update(row["decision"]),
        "read_settlement": _settlement(row["read_settlement"]),
    }
    return ReviewItem(**{**row, **read})


def _update(text: str | None) -> ClientUpdate | None:
    """None also where another version of us wrote it: a person can still say what is to be written."""
    try:
        return None if text is None else ClientUpdate.model_validate_json(text)
    except ValidationError:
        return None


def _settlement(text: str | None) -> SettlementUpdate | None:
    try:
        return None if text is None else _SETTLEMENT.validate_json(text)
    except ValidationError:
        return None


def _predicted(item: ReviewItem) -> dict[str, Any]:
    """What the rules had come to."""
    proposal = None if item.proposal is None else json.loads(to_json(item.proposal))
    return {
        "intent": item.intent,
        "confidence": item.confidence,
        "reasons": list(item.reasons),
        "inquiry_id": item.inquiry_id,
        "update": proposal,
    }


def _decided(decided: Decided) -> dict[str, Any]:
    update = None if decided.update is None else json.loads(to_json(decided.update))
    return {"resolution": decided.resolution, "by": decided.by, "note": plain(decided.note), "update": update}
