"""Failures of an email at one operation while others succeeded there: one row per email and operation."""

from collections.abc import Sequence

from claimstream.domain.records.work import FailedAlone
from claimstream.store.database import Connection


async def note_failure(
    connection: Connection, email_id: str, service: str, operation: str, others_seconds_ago: Sequence[float]
) -> FailedAlone:
    """Add one failure. It counts where another email has succeeded since the one before: an outage of all is nothing
    that one mail has done.

    Args:
        others_seconds_ago: how long ago the operation last succeeded for each of some other emails.
    """
    row = await connection.fetchrow(
        """
        WITH before AS (SELECT count FROM failures WHERE email_id = $1 AND service = $2 AND operation = $3)
        INSERT INTO failures (email_id, service, operation, count, others, first_at, last_at)
        VALUES ($1, $2, $3, 1, 0, now(), now())
        ON CONFLICT (email_id, service, operation) DO UPDATE SET (count, others, last_at) = (
            SELECT failures.count + (count(*) > 0)::integer, failures.others + count(*), now()
            FROM unnest($4::double precision[]) AS ago WHERE ago < extract(epoch FROM now() - failures.last_at)
        )
        RETURNING count, others, extract(epoch FROM now() - first_at)::double precision AS seconds,
                  count > (SELECT count FROM before) IS TRUE AS counts
        """,
        email_id,
        service,
        operation,
        list(others_seconds_ago),
    )
    assert row is not None
    return FailedAlone(**row)


async def forget_failures(connection: Connection, email_id: str) -> None:
    """Forget them once the work has ended: they are no evidence in what comes later, such as an approved update."""
    await connection.execute("DELETE FROM failures WHERE email_id = $1", email_id)
