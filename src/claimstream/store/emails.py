"""One row per Gmail message: who works on it, what is done already, how it ended."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from claimstream.domain.records.work import (
    Checkpoint,
    Claimed,
    Email,
    EmailSummary,
    FailedAlone,
    LostClaimError,
    NotClaimed,
    Result,
    UnpublishedEmail,
    Waited,
)
from claimstream.store.database import Connection, Database
from claimstream.store.failures import forget_failures, note_failure
from claimstream.store.jsonb import json_of, plain, to_json, without_nul
from claimstream.store.ledger import end_reservation, record_tokens
from claimstream.store.outbox import WAITS
from claimstream.store.runs import applied_update
from claimstream.store.waits import begin_waiting, current_waits, end_waiting

_SUMMARY = f"""
    SELECT email_id, tenant_id, mailbox, gmail_id, correlation_id, trace_id, status, outcome, attempt, created_at,
           received_at, settled_at, message_id, subject, intent, route, review_reason, inquiry_id, matched_by,
           confidence, old_amount, new_amount, run, replayed_at,
           (SELECT review_items.status FROM review_items
            WHERE review_items.email_id = emails.email_id AND review_items.status <> 'superseded') AS review_status,
           status = 'settled' AND NOT EXISTS (
               SELECT FROM outbox WHERE outbox.email_id = emails.email_id AND {WAITS}
           ) AS delivered
    FROM emails
"""  # noqa: S608 # our own words # nosec B608

_WHY_NOT = """
    SELECT CASE WHEN status = 'settled' THEN 'settled'
                WHEN claimed_by IS NULL OR claimed_by = $2 OR claimed_until < now() THEN 'suspected'
                ELSE 'busy' END
    FROM emails WHERE email_id = $1
"""

_MOST_OUT = 1_000
"""Emails of one mailbox that were given out within the last hour and are not settled: what Gmail's quota lets be
fetched of it until the next round of maintenance, which gives out more. So one whose mail takes long fills no worker's
waiting room; what has not come in for an hour is taken for lost, and counts no more."""

SHORTEST_BEGINNING = 6
"""Characters of an id that may stand for it."""


class EmailStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, email_id: str, *, worker: str, seconds: float, but_not_after: int | None = None
    ) -> Claimed | NotClaimed:
        """Take the email for ``seconds``. The attempt number rises, and with it every older claim is void.

        A claim that is taken over without having been released counts as a crash of its worker.

        Args:
            but_not_after: an email with exactly so many crashes is left as it is (``suspected``).
        """

        async def work(connection: Connection) -> Claimed | NotClaimed:
            row = await connection.fetchrow(
                """
                UPDATE emails SET
                    attempt = attempt + 1, status = 'in_work', claimed_by = $2, claimed_until = now() + $3,
                    crashes = crashes + (claimed_by IS NOT NULL AND claimed_by <> $2)::int
                WHERE email_id = $1 AND status <> 'settled'
                  AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until < now())
                  AND crashes + (claimed_by IS NOT NULL AND claimed_by <> $2)::int IS DISTINCT FROM $4::int
                RETURNING email_id, tenant_id, mailbox, gmail_id, correlation_id, attempt, crashes, created_at, run,
                          attempts_before, ARRAY(
                              SELECT name FROM tenants WHERE tenants.tenant_id = emails.tenant_id UNION ALL
                              SELECT address FROM mailboxes WHERE mailboxes.tenant_id = emails.tenant_id
                          ) AS our_marks
                """,
                email_id,
                worker,
                timedelta(seconds=seconds),
                but_not_after,
            )
            if row is None:
                return NotClaimed(await connection.fetchval(_WHY_NOT, email_id, worker) or "unknown")
            rows = await connection.fetch(
                "SELECT stage, attempt, result, seconds FROM checkpoints WHERE email_id = $1", email_id
            )
            email = Email(**{**row, "our_marks": tuple(row["our_marks"])})
            return Claimed(
                email,
                {r["stage"]: r["result"] for r in rows},
                {r["stage"]: r["seconds"] for r in rows},
                {r["stage"]: r["attempt"] for r in rows},
                await end_waiting(connection, email_id) if email.attempt > 1 else (),
                await applied_update(connection, email_id) if email.run > 1 else None,
            )

        return await self._database.run("UPDATE emails", work)

    async def renew(self, email: Email, *, seconds: float) -> None:
        """Keep the claim alive. Raises :class:`LostClaimError` when somebody else has it.

        Once the email is settled there is nothing left to keep, and nothing lost: its effects are in the outbox.
        """

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE emails SET claimed_until = CASE status WHEN 'in_work' THEN now() + $3::interval END
                WHERE email_id = $1 AND attempt = $2
                """,
                email.email_id,
                email.attempt,
                timedelta(seconds=seconds),
            )

        if await self._database.run("UPDATE emails", work, transaction=False) != "UPDATE 1":
            raise LostClaimError(email.email_id)

    async def release(self, email: Email, waits: Sequence[Waited] = (), checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Give the email back unfinished, so that any worker may take it at once and it counts as no crash.

        Args:
            waits: what it has waited for and is not written yet; for the last of them it waits now.
            checkpoints: what is finished and not written yet.
        """

        async def work(connection: Connection) -> None:
            released = await connection.execute(
                """
                UPDATE emails SET claimed_by = NULL, claimed_until = NULL
                WHERE email_id = $1 AND attempt = $2 AND status = 'in_work' AND claimed_by IS NOT NULL
                """,
                email.email_id,
                email.attempt,
            )
            if released == "UPDATE 1":
                await _keep(connection, email, checkpoints)
                if waits:
                    await begin_waiting(connection, email.email_id, waits)

        await self._database.run("UPDATE emails", work)

    async def failed(
        self, email_id: str, service: str, operation: str, others_seconds_ago: Sequence[float]
    ) -> FailedAlone:
        """The email has failed at this operation: how often so far, while it worked for others."""

        async def work(connection: Connection) -> FailedAlone:
            # Should this run twice, the second time counts only where somebody else has succeeded in between.
            return await note_failure(connection, email_id, service, operation, others_seconds_ago)

        return await self._database.run("INSERT failures", work)

    async def probe(self) -> None:
        """Write nothing, as mail writes: a server that has become a standby still reads."""

        async def work(connection: Connection) -> None:
            await connection.execute("UPDATE emails SET attempt = attempt WHERE false")

        await self._database.run("UPDATE emails", work, transaction=False)

    async def shelve(self, email: Email) -> bool:
        """Whether the email, given back, waits for its mailbox to be enabled: no message stands for it then, and one is
        published when it is."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE emails SET published_at = NULL
                WHERE email_id = $1 AND attempt = $2 AND status = 'in_work' AND claimed_by IS NULL
                  AND EXISTS (SELECT FROM mailboxes WHERE address = mailbox AND disabled_reason IS NOT NULL)
                """,
                email.email_id,
                email.attempt,
            )

        return await self._database.run("UPDATE emails", work) == "UPDATE 1"

    async def postpone(self, email: Email, *, seconds: float) -> bool:
        """Have the email, given back, wait without a message; one is published in ``seconds``. Return whether it does:
        not if somebody has claimed it since."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE emails SET published_at = NULL, not_before = now() + $3::interval
                WHERE email_id = $1 AND attempt = $2 AND status = 'in_work' AND claimed_by IS NULL
                """,
                email.email_id,
                email.attempt,
                timedelta(seconds=seconds),
            )

        return await self._database.run("UPDATE emails", work) == "UPDATE 1"

    async def checkpoint(self, email: Email, checkpoint: Checkpoint) -> None:
        """Keep what is finished, together with the tokens it cost. Raises :class:`LostClaimError`."""

        async def work(connection: Connection) -> None:
            await self._fence(connection, email)
            await _keep(connection, email, [checkpoint])

        await self._database.run("INSERT checkpoints", work)

    async def settle(self, email: Email, result: Result, checkpoints: Sequence[Checkpoint] = ()) -> None:
        """The final transaction: results, match, report, review item, outbox and status, or nothing of it.

        Args:
            checkpoints: what is finished and not written yet.

        Raises:
            LostClaimError: another worker has the email, or has settled it already.
        """

        async def work(connection: Connection) -> None:
            await self._fence(connection, email)
            await _keep(connection, email, checkpoints)
            await self._write(connection, email, result)
            await forget_failures(connection, email.email_id)

        await self._database.run("UPDATE emails", work)

    async def _fence(self, connection: Connection, email: Email) -> None:
        # FOR UPDATE: whoever claims next waits until this transaction has ended.
        held = await connection.fetchval(
            "SELECT true FROM emails WHERE email_id = $1 AND attempt = $2 AND status = 'in_work' FOR UPDATE",
            email.email_id,
            email.attempt,
        )
        if not held:
            raise LostClaimError(email.email_id)

    async def _write(self, connection: Connection, email: Email, result: Result) -> None:
        email_id, decision = email.email_id, result.decision
        await connection.executemany(
            "INSERT INTO extractions (email_id, position, source_id, method, result) VALUES ($1, $2, $3, $4, $5)",
            [(email_id, n, e.source_id, e.method, to_json(e)) for n, e in enumerate(result.extractions)],
        )
        await connection.executemany(
            """
            INSERT INTO match_candidates (email_id, inquiry_id, score, signals, excluded, why)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                (email_id, c.inquiry_id, c.score, json_of(c.signals), c.excluded, plain(c.why))
                for c in result.match.candidates
            ],
        )
        if result.report is not None:
            await connection.execute(
                "INSERT INTO processing_reports (email_id, version, report) VALUES ($1, $2, $3)",
                email_id,
                result.report_version,
                result.report,
            )
        if (review := result.review) is not None:
            await connection.execute(
                """
                INSERT INTO review_items (email_id, tenant_id, reason, reasons, detail, proposal)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                email_id,
                email.tenant_id,
                review.reason,
                list(review.reasons),
                plain(review.detail),
                None if review.proposal is None else to_json(review.proposal),
            )
        if (update := result.update) is not None:
            for kind, payload in (("client_update", update), ("notification", result.notification)):
                if payload is not None:
                    await connection.execute(
                        """
                        INSERT INTO outbox (email_id, tenant_id, client_id, kind, payload, run)
                        VALUES ($1, $2, $3, $4, $5, $6)
                        """,
                        email_id,
                        email.tenant_id,
                        update.client_id,
                        kind,
                        to_json(payload),
                        email.run,
                    )
        if result.dead_address is not None and result.match.inquiry_id is not None:
            await connection.execute(
                "UPDATE inquiries SET dead_address = $3 WHERE inquiry_id = $1 AND tenant_id = $2",
                result.match.inquiry_id,
                email.tenant_id,
                result.dead_address,
            )
        mail = result.mail
        await connection.execute(
            """
            UPDATE emails SET
                status = 'settled', settled_at = now(), claimed_by = NULL, claimed_until = NULL, outcome = $3,
                received_at = $4, message_id = $5, subject = $6, headers = $7, intent = $8, route = $9,
                review_reason = $10, inquiry_id = $11, matched_by = $12, confidence = $13, old_amount = $14,
                new_amount = $15
            WHERE email_id = $1 AND attempt = $2
            """,
            email_id,
            email.attempt,
            result.outcome,
            result.received_at,
            plain(mail.message_id) if mail else None,
            plain(mail.subject) if mail else None,
            json_of(mail.headers) if mail else None,
            decision.intent,
            decision.route,
            decision.review_reason,
            result.match.inquiry_id,
            result.match.matched_by,
            decision.confidence,
            decision.old_amount,
            decision.new_amount,
        )

    # --- publishing

    async def unpublished(
        self, *, mailbox: str | None = None, older_than_seconds: float = 0.0
    ) -> list[UnpublishedEmail]:
        """Rows whose message to the pipeline was never confirmed: 1,000 of them, the oldest of each mailbox, so that
        one with many hides no other. Those of a disabled mailbox wait until it is enabled, postponed ones until they
        are due, and those of a mailbox that has as many out as a worker may hold of it until some of them are settled.
        """

        async def work(connection: Connection) -> list[UnpublishedEmail]:
            rows = await connection.fetch(
                """
                WITH out AS (
                    SELECT mailbox, count(*) AS emails FROM emails
                    WHERE published_at > now() - interval '1 hour' AND status <> 'settled'
                      AND ($1::text IS NULL OR mailbox = $1)
                    GROUP BY mailbox
                ), waiting AS (
                    SELECT email_id, emails.tenant_id, correlation_id, run, mailbox, emails.created_at,
                           row_number() OVER (PARTITION BY mailbox ORDER BY emails.created_at) AS place
                    FROM emails JOIN mailboxes ON address = mailbox
                    WHERE published_at IS NULL AND status <> 'settled' AND disabled_reason IS NULL
                      AND coalesce(not_before, coalesce(replayed_at, emails.created_at) + $2::interval) <= now()
                      AND ($1::text IS NULL OR mailbox = $1)
                )
                SELECT email_id, tenant_id, correlation_id, run, mailbox FROM waiting LEFT JOIN out USING (mailbox)
                WHERE place <= $3 - coalesce(out.emails, 0)
                ORDER BY place, created_at LIMIT 1000
                """,
                mailbox,
                timedelta(seconds=older_than_seconds),
                _MOST_OUT,
            )
            return [UnpublishedEmail(**row) for row in rows]

        return await self._database.run("SELECT emails", work)

    async def published(
        self, email_id: str, *, trace_context: dict[str, str], trace_id: str | None, run: int = 1
    ) -> None:
        """The message is confirmed; its root span is kept, so that every later attempt joins the same trace.

        Args:
            trace_id: None where the publisher is not traced; what is known of an earlier message then stays.
            run: whose message it is; nothing happens when the email has been replayed since, or postponed: a worker
                may have had the message before it was confirmed, and acknowledged it.
        """

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                UPDATE emails SET
                    published_at = now(), trace_id = coalesce($3, trace_id),
                    trace_context = CASE WHEN $3::text IS NULL AND trace_id IS NOT NULL THEN trace_context ELSE $2 END
                WHERE email_id = $1 AND run = $4 AND (not_before IS NULL OR not_before <= now())
                """,
                email_id,
                json_of(trace_context),
                trace_id,
                run,
            )

        await self._database.run("UPDATE emails", work, transaction=False)

    async def forgotten(self, email_ids: Collection[str], *, older_than_seconds: float) -> int:
        """Pub/Sub has dropped the messages of these, published so long ago: they count as unpublished again.

        Returns:
            How many; settled and younger ones are left alone.
        """

        async def work(connection: Connection) -> int:
            done = await connection.execute(
                """
                UPDATE emails SET published_at = NULL
                WHERE email_id = ANY($1::text[]) AND status <> 'settled' AND published_at <= now() - $2::interval
                """,
                list(email_ids),
                timedelta(seconds=older_than_seconds),
            )
            return int(done.rpartition(" ")[2])

        return await self._database.run("UPDATE emails", work)

    async def presume_lost(self, *, after_seconds: float) -> int:
        """Count the messages of emails that no worker has in hand as lost: they count as unpublished again.

        Pub/Sub tells nobody that it has dropped a message, as when its subscription was deleted and made again. A
        message is waited for as long again as the email was old when it was published: a backlog that waits for a
        service gets no more than a few second messages.

        Args:
            after_seconds: the shortest time that a message is waited for.

        Returns:
            How many, at most 1,000.
        """

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE emails SET published_at = NULL WHERE email_id IN (
                    SELECT email_id FROM emails
                    WHERE status <> 'settled' AND coalesce(claimed_until, '-infinity') <= now()
                      AND published_at
                          <= now() - greatest($1::interval, published_at - coalesce(replayed_at, created_at))
                    ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED
                )
                """,
                timedelta(seconds=after_seconds),
            )

        return int((await self._database.run("UPDATE emails", work)).rpartition(" ")[2])

    # --- reading

    async def find(self, wanted: str) -> EmailSummary | None:
        """By email id, correlation id, trace id, Gmail id or Message-ID; an unambiguous beginning of an id will do."""
        found = await self.called(wanted, limit=2)
        return found[0] if len(found) == 1 else None

    async def called(self, wanted: str, *, limit: int) -> list[EmailSummary]:
        """All that :meth:`find` could mean; where they are more than ``limit``, any of them."""

        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                _SUMMARY
                + """
                WHERE $1 IN (email_id, correlation_id, trace_id, gmail_id, message_id)
                   OR (length($1) >= $2 AND (starts_with(email_id, $1) OR starts_with(correlation_id, $1)
                                             OR starts_with(trace_id, $1)))
                LIMIT $3
                """,
                wanted,
                SHORTEST_BEGINNING,
                limit,
            )

        return [EmailSummary(**row) for row in await self._database.run("SELECT emails", work)]

    async def recent(
        self, *, tenant_id: str | None = None, outcome: str | None = None, status: str | None = None, limit: int = 50
    ) -> list[EmailSummary]:
        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                _SUMMARY
                + """
                WHERE ($1::text IS NULL OR tenant_id = $1) AND ($2::text IS NULL OR outcome = $2)
                  AND ($3::text IS NULL OR status = $3)
                ORDER BY created_at DESC, email_id LIMIT $4
                """,
                tenant_id,
                outcome,
                status,
                limit,
            )

        return [EmailSummary(**row) for row in await self._database.run("SELECT emails", work)]

    async def report(self, email_id: str) -> str | None:
        """The processing report's JSON."""

        async def work(connection: Connection) -> Any:
            return await connection.fetchval("SELECT report FROM processing_reports WHERE email_id = $1", email_id)

        found: str | None = await self._database.run("SELECT processing_reports", work)
        return found

    async def waits(self, email_id: str) -> tuple[Waited, ...]:
        """What the email has waited for so far, the wait that lasts included."""

        async def work(connection: Connection) -> tuple[Waited, ...]:
            return await current_waits(connection, email_id)

        return await self._database.run("SELECT waits", work)

    async def last_written(self, email_id: str) -> tuple[str, datetime] | None:
        """The checkpoint written last, and when: how far an email in work is known to be."""

        async def work(connection: Connection) -> asyncpg.Record | None:
            return await connection.fetchrow(
                "SELECT stage, created_at FROM checkpoints WHERE email_id = $1 ORDER BY created_at DESC LIMIT 1",
                email_id,
            )

        row = await self._database.run("SELECT checkpoints", work)
        return None if row is None else (row["stage"], row["created_at"])

    async def stage_result(self, email_id: str, stage: str) -> str | None:
        """The JSON of a finished stage's checkpoint."""

        async def work(connection: Connection) -> Any:
            return await connection.fetchval(
                "SELECT result FROM checkpoints WHERE email_id = $1 AND stage = $2", email_id, stage
            )

        found: str | None = await self._database.run("SELECT checkpoints", work)
        return found

    async def by_gmail_ids(self, gmail_ids: Collection[str]) -> list[EmailSummary]:
        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(
                _SUMMARY + "WHERE gmail_id = ANY($1::text[]) ORDER BY created_at, email_id", list(gmail_ids)
            )

        return [EmailSummary(**row) for row in await self._database.run("SELECT emails", work)]

    async def counts(self) -> dict[str, int]:
        """Emails by status, and ``undelivered`` outbox rows."""

        async def work(connection: Connection) -> dict[str, int]:
            rows = await connection.fetch("SELECT status, count(*) AS n FROM emails GROUP BY status")
            pending = await connection.fetchval(f"SELECT count(*) FROM outbox WHERE {WAITS}")  # noqa: S608 # our own words # nosec B608
            return (
                {"new": 0, "in_work": 0, "settled": 0} | {r["status"]: r["n"] for r in rows} | {"undelivered": pending}
            )

        return await self._database.run("SELECT emails", work)


async def _keep(connection: Connection, email: Email, checkpoints: Sequence[Checkpoint]) -> None:
    """In the caller's transaction. What is kept already stays as it is, and is not booked again."""
    for checkpoint in checkpoints:
        inserted = await connection.fetchval(
            """
            INSERT INTO checkpoints (email_id, stage, attempt, result, seconds) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (email_id, stage) DO UPDATE SET attempt = $3, result = $4, seconds = $5 WHERE $6
            RETURNING true
            """,
            email.email_id,
            checkpoint.stage,
            email.attempt,
            without_nul(checkpoint.result),
            checkpoint.seconds,
            checkpoint.replace,
        )
        if inserted and checkpoint.tokens is not None:
            await record_tokens(connection, email.tenant_id, checkpoint.tokens)
        if checkpoint.ends_reservation is not None:
            await end_reservation(connection, email, checkpoint.ends_reservation)
