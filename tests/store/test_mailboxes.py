"""Mailboxes, as a large installation has them."""

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.store.database import Connection


async def test_the_next_poll_is_found_without_sorting(app: App, world: World) -> None:
    async def plan(connection: Connection) -> str:
        await connection.execute(
            """
            INSERT INTO mailboxes (address, tenant_id, history_id, last_synced_at)
            SELECT 'm-' || n || '@kanzlei.example', 't', 1, now() - interval '1 day' FROM generate_series(1, 10000) AS n
            """
        )
        await connection.execute("ANALYZE mailboxes")
        return "\n".join(
            row[0]
            for row in await connection.fetch(
                """
                EXPLAIN SELECT address FROM mailboxes
                WHERE disabled_reason IS NULL AND history_id IS NOT NULL AND (
                    poll_at <= now() OR poll_at IS NULL AND coalesce(last_synced_at < now() - interval '1 h', true)
                )
                ORDER BY coalesce(poll_at, last_synced_at) NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED
                """
            )
        )

    steps = await app.database.run("SELECT mailboxes", plan)
    assert "mailboxes_poll_order" in steps
    assert "Sort" not in steps
