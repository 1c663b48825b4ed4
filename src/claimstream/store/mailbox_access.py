"""Which mailboxes are disabled, by whom, and when they are tried again."""

from datetime import timedelta

from claimstream.domain.records.work import Mailbox, MailboxSummary
from claimstream.store.database import Connection, Database
from claimstream.store.mailboxes import COLUMNS

_SUMMARY = """
    SELECT address, tenant_id, history_id, last_synced_at, watch_expires_at, disabled_reason, retry_at,
           recovery_cursor IS NOT NULL AS recovering,
           (SELECT count(*) FROM emails WHERE mailbox = address AND status <> 'settled') AS open_emails
    FROM mailboxes
"""


class MailboxAccessStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def disable(self, address: str, reason: str, *, retry_seconds: float | None) -> bool:
        """Leave the mailbox alone from now on. Whether this call did: of several workers one is told so.

        Args:
            retry_seconds: when :meth:`due` names it; None: a person disables it, also one that we did, and a person
                enables it.
        """

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE mailboxes SET disabled_reason = $2, retry_at = now() + $3::interval
                WHERE address = $1 AND (disabled_reason IS NULL OR ($3::interval IS NULL AND retry_at IS NOT NULL))
                """,
                address.lower(),
                reason,
                None if retry_seconds is None else timedelta(seconds=retry_seconds),
            )

        return await self._database.run("UPDATE mailboxes", work) == "UPDATE 1"

    async def enable(self, address: str) -> bool:
        """Look after the mailbox again, from its cursor on. Whether this call did."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE mailboxes SET disabled_reason = NULL, retry_at = NULL, watch_lease_until = NULL
                WHERE address = $1 AND disabled_reason IS NOT NULL
                """,
                address.lower(),
            )

        return await self._database.run("UPDATE mailboxes", work) == "UPDATE 1"

    async def due(self, *, retry_seconds: float) -> list[Mailbox]:
        """Disabled ones that are to be tried now, and by the caller alone: they are due again in ``retry_seconds``."""

        async def work(connection: Connection) -> list[Mailbox]:
            rows = await connection.fetch(
                f"""
                UPDATE mailboxes SET retry_at = now() + $1
                WHERE disabled_reason IS NOT NULL AND retry_at <= now()
                RETURNING {COLUMNS}
                """,  # noqa: S608 # our own words # nosec B608
                timedelta(seconds=retry_seconds),
            )
            return [Mailbox(**row) for row in rows]

        return await self._database.run("UPDATE mailboxes", work)

    async def overview(self) -> list[MailboxSummary]:
        """Every mailbox, by tenant and address."""

        async def work(connection: Connection) -> list[MailboxSummary]:
            rows = await connection.fetch(_SUMMARY + "ORDER BY tenant_id, address")
            return [MailboxSummary(**row) for row in rows]

        return await self._database.run("SELECT mailboxes", work)
