"""What is not done yet, for the gauges."""

from claimstream.store.database import Connection, Database
from claimstream.store.outbox import WAITS
from claimstream.telemetry.gauges import Backlog, OutboxDepth

_KINDS = ("client_update", "notification")
_STATUSES = ("new", "in_work")


class BacklogStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Backlog:
        async def work(connection: Connection) -> Backlog:
            outbox = await connection.fetch(
                f"""
                SELECT kind, count(*) AS waiting, extract(epoch FROM now() - min(created_at))::float8 AS oldest
                FROM outbox WHERE {WAITS} GROUP BY kind
                """  # noqa: S608 # our own words # nosec B608
            )
            emails = await connection.fetch(
                """
                SELECT status, count(*) AS open,
                       extract(epoch FROM now() - min(coalesce(replayed_at, created_at)))::float8 AS oldest
                FROM emails JOIN mailboxes ON address = mailbox
                WHERE status <> 'settled' AND (published_at IS NOT NULL OR disabled_reason IS NULL)
                GROUP BY status
                """
            )
            reviews = await connection.fetchrow(
                """
                SELECT count(*) AS waiting, extract(epoch FROM now() - min(created_at))::float8 AS oldest
                FROM review_items WHERE status IN ('open', 'claimed', 'escalated')
                """
            )
            mailboxes = await connection.fetchrow(
                """
                SELECT extract(epoch FROM min(coalesce(watch_expires_at, now()))
                               FILTER (WHERE disabled_reason IS NULL) - now())::float8 AS watch,
                       extract(epoch FROM now() - min(last_synced_at)
                               FILTER (WHERE disabled_reason IS NULL))::float8 AS sync,
                       count(disabled_reason) AS disabled
                FROM mailboxes
                """
            )
            waiting = {row["kind"]: OutboxDepth(row["kind"], row["waiting"], row["oldest"]) for row in outbox}
            assert reviews is not None
            assert mailboxes is not None
            return Backlog(
                outbox=tuple(waiting.get(kind, OutboxDepth(kind, 0)) for kind in _KINDS),
                emails=dict.fromkeys(_STATUSES, 0) | {row["status"]: row["open"] for row in emails},
                oldest_email_seconds=max((row["oldest"] for row in emails), default=None),
                reviews=reviews["waiting"],
                oldest_review_seconds=reviews["oldest"],
                watch_seconds=mailboxes["watch"],
                sync_age_seconds=mailboxes["sync"],
                disabled_mailboxes=mailboxes["disabled"],
            )

        return await self._database.run("SELECT backlog", work)
