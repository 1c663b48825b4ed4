"""The past of an installation that has run for long: an outbox full of rows that are done."""

import asyncpg

IS_PAST = "email_id LIKE 'past-%'"

_MAILS = """
    INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id, status, outcome, route, created_at,
                        published_at, received_at, settled_at)
    SELECT 'past-' || n, m.tenant_id, m.address, 'past-' || n, 'past-' || n, 'settled', 'updated', 'UPDATE_AND_NOTIFY',
           day, day, day, day
    FROM (SELECT tenant_id, address FROM mailboxes LIMIT 1) AS m, generate_series(1, $1::int) AS n,
         LATERAL (SELECT now() - interval '1 day' - n * interval '1 second' AS day) AS days
"""
_ROWS = """
    INSERT INTO outbox (email_id, tenant_id, client_id, kind, payload, created_at, done_at, tries, result)
    SELECT e.email_id, e.tenant_id, 'past-' || (substr(e.email_id, 6)::int % 1000), kind, '{}', e.created_at,
           e.settled_at, 1, CASE kind WHEN 'notification' THEN 'sent' ELSE 'applied' END
    FROM emails e, unnest(ARRAY['client_update', 'notification']) AS kind
    WHERE e.email_id LIKE 'past-%'
"""
"""Not analysed afterwards: statistics are old when much has happened since."""


async def fill(dsn: str, rows: int) -> None:
    """Add so many delivered rows, two for each mail."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_MAILS, rows // 2)
        await connection.execute(_ROWS)
    finally:
        await connection.close()
