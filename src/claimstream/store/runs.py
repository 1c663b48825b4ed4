"""The runs of an email: putting a settled one to work again, and what is kept of the earlier ones."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
from pydantic import TypeAdapter, ValidationError

from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.replay import EarlierRun, Hindrance, PutBack, Replay, Replayable
from claimstream.domain.records.work import AppliedUpdate, EmailSummary, UnpublishedEmail
from claimstream.store.database import Connection, Database
from claimstream.store.outbox import WAITS

_SUMMARY = TypeAdapter(EmailSummary)

_STANDING = f"""
    SELECT email_id, tenant_id, correlation_id, status, outcome, run,
           ARRAY(SELECT stage FROM checkpoints WHERE checkpoints.email_id = emails.email_id) AS stages,
           EXISTS (SELECT FROM outbox WHERE outbox.email_id = emails.email_id AND {WAITS}) AS undelivered,
           (SELECT review_items.status FROM review_items
            WHERE review_items.email_id = emails.email_id AND review_items.status <> 'superseded') AS review
    FROM emails
"""  # noqa: S608 # our own words # nosec B608

_KEEP = """
    INSERT INTO runs (email_id, run, settled_at, replayed_by, why, from_stage, replay_id, result)
    SELECT email_id, run, settled_at, $2, $3, $4, $5, jsonb_build_object(
        'email', to_jsonb(emails) - 'headers' || jsonb_build_object(
            'old_amount', old_amount::text, 'new_amount', new_amount::text, 'delivered', true
        ),
        'report', (SELECT report FROM processing_reports AS r WHERE r.email_id = emails.email_id),
        'review', (SELECT to_jsonb(r) FROM review_items AS r
                   WHERE r.email_id = emails.email_id AND status <> 'superseded'),
        'outbox', ARRAY(SELECT to_jsonb(o) FROM outbox AS o
                        WHERE o.email_id = emails.email_id AND o.run = emails.run ORDER BY outbox_id),
        'extractions', ARRAY(SELECT to_jsonb(x) FROM extractions AS x
                             WHERE x.email_id = emails.email_id ORDER BY position),
        'match_candidates', ARRAY(SELECT to_jsonb(m) FROM match_candidates AS m
                                  WHERE m.email_id = emails.email_id ORDER BY score DESC, inquiry_id),
        'waits', ARRAY(SELECT to_jsonb(w) FROM waits AS w WHERE w.email_id = emails.email_id ORDER BY first_at),
        'checkpoints', ARRAY(SELECT to_jsonb(c) FROM checkpoints AS c
                             WHERE c.email_id = emails.email_id AND c.stage = ANY($6::text[]) ORDER BY stage)
    )
    FROM emails WHERE email_id = $1
"""

_RESET = """
    UPDATE emails SET
        status = 'new', run = run + 1, attempts_before = attempt, replayed_at = now(), published_at = NULL,
        not_before = NULL, claimed_by = NULL, claimed_until = NULL, crashes = 0, settled_at = NULL, outcome = NULL,
        intent = NULL, route = NULL, review_reason = NULL, inquiry_id = NULL, matched_by = NULL, confidence = NULL,
        old_amount = NULL, new_amount = NULL
    WHERE email_id = $1
"""
"""What the mail itself says stays, and so do the trace, the correlation id and the attempt, which goes on rising."""


class RunStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, email_ids: Sequence[str]) -> list[Replayable]:
        """How these emails stand, in this order."""

        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(_STANDING + "WHERE email_id = ANY($1::text[])", list(email_ids))

        found = {row["email_id"]: _standing(row) for row in await self._database.run("SELECT emails", work)}
        return [found[email_id] for email_id in email_ids if email_id in found]

    async def settled(
        self,
        *,
        since: datetime,
        until: datetime | None = None,
        outcome: str | None = None,
        tenant_id: str | None = None,
    ) -> list[Replayable]:
        """Those settled at or after ``since`` and before ``until``, the oldest first.

        One that is not settled counts by when its work was asked for, so that it is named with the reason why it is
        left alone.
        """

        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                _STANDING
                + """
                WHERE coalesce(settled_at, replayed_at, created_at) >= $1
                  AND ($2::timestamptz IS NULL OR coalesce(settled_at, replayed_at, created_at) < $2)
                  AND ($3::text IS NULL OR outcome = $3) AND ($4::text IS NULL OR tenant_id = $4)
                ORDER BY coalesce(settled_at, replayed_at, created_at), email_id
                """,
                since,
                until,
                outcome,
                tenant_id,
            )

        return [_standing(row) for row in await self._database.run("SELECT emails", work)]

    async def put_back(self, email_id: str, replay: Replay) -> PutBack | Hindrance:
        """Keep what came of the email as an earlier run, and make it new again: all of it or nothing.

        Raises:
            LookupError: there is no such email.
        """

        async def work(connection: Connection) -> PutBack | Hindrance:
            # Whoever claims, settles or replays it meanwhile waits for us, or we for them.
            await connection.execute("SELECT FROM emails WHERE email_id = $1 FOR UPDATE", email_id)
            # Nor may a person take the review item while it is put aside.
            await connection.execute("SELECT FROM review_items WHERE email_id = $1 FOR UPDATE", email_id)
            row = await connection.fetchrow(_STANDING + "WHERE email_id = $1", email_id)
            if row is None:
                raise LookupError(email_id)
            email = UnpublishedEmail(email_id, row["tenant_id"], row["correlation_id"], run=row["run"])
            if await connection.fetchval(
                "SELECT true FROM runs WHERE email_id = $1 AND replay_id = $2", email_id, replay.replay_id
            ):
                return PutBack(email, row["run"])  # done already: whether it was had been left open
            if (hindrance := _hindrance(row)) is not None:
                return hindrance
            aside = [s for s in row["stages"] if s in replay.stages or s.startswith(replay.prefixes)]
            await connection.execute(_KEEP, email_id, replay.by, replay.why, replay.from_stage, replay.replay_id, aside)
            await connection.execute(
                """
                UPDATE review_items SET status = 'superseded', resolved_at = now(), resolved_by = $2
                WHERE email_id = $1 AND status = 'open'
                """,
                email_id,
                replay.by,
            )
            await connection.execute(
                "DELETE FROM checkpoints WHERE email_id = $1 AND stage = ANY($2::text[])", email_id, aside
            )
            for table in ("extractions", "match_candidates", "processing_reports", "waits", "failures"):
                await connection.execute(f"DELETE FROM {table} WHERE email_id = $1", email_id)  # noqa: S608 # our own words # nosec B608
            await connection.execute(_RESET, email_id)
            run = row["run"] + 1
            return PutBack(UnpublishedEmail(email_id, row["tenant_id"], row["correlation_id"], run=run), run)

        return await self._database.run("UPDATE emails", work)

    async def earlier(self, email_id: str) -> tuple[EarlierRun, ...]:
        """All runs but the newest, in order."""

        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                """
                SELECT run, replayed_at, replayed_by, why, from_stage, result -> 'email' AS email FROM runs
                WHERE email_id = $1 ORDER BY run
                """,
                email_id,
            )

        rows = await self._database.run("SELECT runs", work)
        return tuple(EarlierRun(**{**row, "email": _SUMMARY.validate_json(row["email"])}) for row in rows)

    async def report(self, email_id: str, run: int) -> str | None:
        """The JSON of the processing report of an earlier run; None where it has none, or there is no such run."""

        async def work(connection: Connection) -> str | None:
            found: str | None = await connection.fetchval(
                "SELECT nullif(result -> 'report', 'null') FROM runs WHERE email_id = $1 AND run = $2", email_id, run
            )
            return found

        return await self._database.run("SELECT runs", work)


async def applied_update(connection: Connection, email_id: str) -> AppliedUpdate | None:
    """What an earlier run of the email has written, or may have. Those after it write nothing else."""
    row = await connection.fetchrow(
        """
        SELECT run, payload, outbox.result <> 'set_aside' AS certain,
               (runs.result -> 'email' ->> 'old_amount')::numeric AS old_amount
        FROM outbox JOIN runs USING (email_id, run)
        WHERE email_id = $1 AND kind = 'client_update' AND outbox.result IN ('applied', 'already_applied', 'set_aside')
        ORDER BY certain DESC, run DESC LIMIT 1
        """,
        email_id,
    )
    if row is None:
        return None
    try:
        update = ClientUpdate.model_validate_json(row["payload"])
    except ValidationError:
        update = None
    return AppliedUpdate(run=row["run"], update=update, old_amount=row["old_amount"], certain=row["certain"])


def _standing(row: asyncpg.Record) -> Replayable:
    return Replayable(row["email_id"], row["outcome"], frozenset(row["stages"]), _hindrance(row))


def _hindrance(row: asyncpg.Record) -> Hindrance | None:
    if row["status"] != "settled":
        return Hindrance(row["status"])
    if row["undelivered"]:
        return Hindrance.UNDELIVERED
    if row["review"] in {"claimed", "escalated"}:
        return Hindrance.IN_REVIEW
    if row["review"] not in {None, "open"}:
        return Hindrance.DECIDED
    return None
