"""What the model cost, per day, tenant, model and operation."""

from decimal import Decimal

from claimstream.domain.records.work import TokenUse
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


class Ledger:
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
