"""What emails waited for: one row per email, service and kind, however long the outage."""

from collections.abc import Sequence

from claimstream.domain.records.work import Waited
from claimstream.store.database import Connection


async def begin_waiting(connection: Connection, email_id: str, waits: Sequence[Waited]) -> None:
    """Add ``waits`` to what is known; the last of them goes on until :func:`end_waiting`."""
    await connection.executemany(
        """
        INSERT INTO waits (email_id, service, kind, count, first_at, last_at, seconds, since)
        VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8 THEN now() END)
        ON CONFLICT (email_id, service, kind) DO UPDATE SET
            count = waits.count + excluded.count, first_at = least(waits.first_at, excluded.first_at),
            last_at = greatest(waits.last_at, excluded.last_at), seconds = waits.seconds + excluded.seconds,
            since = excluded.since
        """,
        [(email_id, w.service, w.kind, w.count, w.first_at, w.last_at, w.seconds, w is waits[-1]) for w in waits],
    )


async def end_waiting(connection: Connection, email_id: str) -> tuple[Waited, ...]:
    """The email is worked on again. Returns all its waits, the longest ago first."""
    rows = await connection.fetch(
        """
        UPDATE waits SET since = NULL, seconds = seconds + coalesce(extract(epoch FROM now() - since), 0)
        WHERE email_id = $1
        RETURNING service, kind, count, first_at, last_at, seconds
        """,
        email_id,
    )
    return tuple(sorted((Waited(**row) for row in rows), key=lambda wait: (wait.first_at, wait.service, wait.kind)))


async def current_waits(connection: Connection, email_id: str) -> tuple[Waited, ...]:
    """The waits up to this moment, the one that lasts included."""
    rows = await connection.fetch(
        """
        SELECT service, kind, count, first_at, last_at,
               seconds + coalesce(extract(epoch FROM now() - since), 0) AS seconds
        FROM waits WHERE email_id = $1 ORDER BY first_at, service, kind
        """,
        email_id,
    )
    return tuple(Waited(**row) for row in rows)
