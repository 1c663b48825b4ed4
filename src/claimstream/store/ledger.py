"""The cost of the model, per day, tenant, model and operation, and the money set aside for questions under way.

A reservation is made before its question leaves and goes in the transaction that books the answer, so that at every
moment each question counts once, however often it was attempted: by its highest cost while it is under way, by its real
one afterwards.
"""

from datetime import timedelta
from decimal import Decimal

from claimstream.domain.records.work import Checkpoint, Email, Reserved, TokenUse
from claimstream.store.database import Connection, Database


async def record_tokens(connection: Connection, tenant_id: str, use: TokenUse) -> None:
    """Add to today's (UTC) row, in the caller's transaction: a checkpoint and its cost are kept together."""
    await connection.execute(
        """
        INSERT INTO token_ledger AS ledger (day, tenant_id, model, operation, calls, input_tokens, cache_read_tokens,
                                  cache_creation_tokens, output_tokens, cost_usd)
        VALUES ((now() AT TIME ZONE 'UTC')::date, $1, $2, $3, 1, $4, $5, $6, $7, $8)
        ON CONFLICT (day, tenant_id, model, operation) DO UPDATE SET
            calls = ledger.calls + 1,
            input_tokens = ledger.input_tokens + excluded.input_tokens,
            cache_read_tokens = ledger.cache_read_tokens + excluded.cache_read_tokens,
            cache_creation_tokens = ledger.cache_creation_tokens + excluded.cache_creation_tokens,
            output_tokens = ledger.output_tokens + excluded.output_tokens,
            cost_usd = ledger.cost_usd + excluded.cost_usd
        """,
        tenant_id,
        use.model,
        use.operation,
        use.input_tokens,
        use.cache_read_tokens,
        use.cache_creation_tokens,
        use.output_tokens,
        use.cost_usd,
    )


async def end_reservation(connection: Connection, email: Email, operation: str) -> None:
    """Give back what this attempt and earlier ones have reserved for a question, in the caller's transaction."""
    await connection.execute(
        "DELETE FROM token_reservations WHERE email_id = $1 AND attempt <= $2 AND operation = $3",
        email.email_id,
        email.attempt,
        operation,
    )


class Ledger:
    """Amounts are USD; a day is one of UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spent_today_usd(self, tenant_id: str) -> Decimal:
        async def work(connection: Connection) -> Decimal:
            spent: Decimal = await connection.fetchval(
                """
                SELECT coalesce(sum(cost_usd), 0) FROM token_ledger
                WHERE tenant_id = $1 AND day = (now() AT TIME ZONE 'UTC')::date
                """,
                tenant_id,
            )
            return spent

        return await self._database.run("SELECT token_ledger", work, transaction=False)

    async def reserve(
        self, email: Email, operation: str, *, cost_usd: Decimal, budget_usd: Decimal, seconds: float
    ) -> Reserved:
        """Set ``cost_usd`` of the tenant's day aside for one question, if the budget allows.

        All attempts at one question count as one: a service that does not answer must not use up the budget by being
        asked again.

        Args:
            seconds: how long a request that has left may still be billed. The reservation lapses so long after it was
                made, but not before its worker has let go of the email, or lost it so long ago.
        """

        async def work(connection: Connection) -> Reserved:
            # The tenant's row is the lock. Each statement behind it sees what the one before us has written.
            await connection.execute("SELECT FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE", email.tenant_id)
            # While its worker holds the email, a question may still wait for its turn and be billed later.
            await connection.execute(
                """
                DELETE FROM token_reservations AS reservation
                WHERE tenant_id = $1 AND expires_at < now() AND NOT EXISTS (
                    SELECT FROM emails WHERE emails.email_id = reservation.email_id
                      AND emails.attempt = reservation.attempt AND claimed_until > now() - $2::interval
                )
                """,
                email.tenant_id,
                timedelta(seconds=seconds),
            )
            sums = await connection.fetchrow(
                """
                SELECT (SELECT coalesce(sum(cost_usd), 0) FROM token_ledger
                        WHERE tenant_id = $1 AND day = (now() AT TIME ZONE 'UTC')::date) AS spent,
                       (SELECT coalesce(sum(highest), 0) FROM (
                            SELECT max(cost_usd) AS highest FROM token_reservations
                            WHERE tenant_id = $1 AND (email_id, operation) <> ($2, $3)
                            GROUP BY email_id, operation
                        ) AS questions) AS reserved
                """,
                email.tenant_id,
                email.email_id,
                operation,
            )
            assert sums is not None
            spent, reserved = sums["spent"], sums["reserved"]
            if spent + cost_usd > budget_usd:
                return Reserved.SPENT
            if spent + reserved + cost_usd > budget_usd:
                return Reserved.BUSY
            await connection.execute(
                """
                INSERT INTO token_reservations (email_id, attempt, operation, tenant_id, cost_usd, expires_at)
                VALUES ($1, $2, $3, $4, $5, now() + $6)
                ON CONFLICT (email_id, attempt, operation)
                    DO UPDATE SET cost_usd = excluded.cost_usd, expires_at = excluded.expires_at
                """,
                email.email_id,
                email.attempt,
                operation,
                email.tenant_id,
                cost_usd,
                timedelta(seconds=seconds),
            )
            return Reserved.DONE

        return await self._database.run("INSERT token_reservations", work)

    async def book(self, email: Email, paid: Checkpoint) -> None:
        """Book what an answer has cost that nobody can use any more."""

        async def work(connection: Connection) -> None:
            if paid.tokens is not None:
                await record_tokens(connection, email.tenant_id, paid.tokens)
            if paid.ends_reservation is not None:
                await end_reservation(connection, email, paid.ends_reservation)

        await self._database.run("INSERT token_ledger", work)

    async def release(self, email: Email, operation: str) -> None:
        """Give back the reservation of a question that cost nothing. An earlier attempt may yet be billed."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "DELETE FROM token_reservations WHERE email_id = $1 AND attempt = $2 AND operation = $3",
                email.email_id,
                email.attempt,
                operation,
            )

        await self._database.run("DELETE token_reservations", work, transaction=False)
