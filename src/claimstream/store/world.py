"""Loading firms and their letters."""

from claimstream.domain.records.world import World
from claimstream.external.errors import Refused
from claimstream.store.database import Connection, Database


class WorldStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, world: World, *, forget_cursors: bool = False) -> None:
        """Insert or bring up to date the tenants, mailboxes and inquiries. Emails are not touched.

        Args:
            forget_cursors: the mailboxes are on another Gmail server than before, whose history ids are its own.

        Raises:
            Refused: an inquiry's id is that of another tenant's inquiry.
        """

        async def work(connection: Connection) -> None:
            await connection.executemany(
                """
                INSERT INTO tenants (tenant_id, name, notification_address) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id) DO UPDATE SET name = $2, notification_address = $3
                """,
                [(t.tenant_id, t.name, t.notification_address) for t in world.tenants],
            )
            await connection.executemany(
                """
                INSERT INTO mailboxes (address, tenant_id) VALUES (lower($1), $2)
                ON CONFLICT (address) DO UPDATE SET tenant_id = $2
                """,
                [(address, t.tenant_id) for t in world.tenants for address in t.mailboxes],
            )
            if forget_cursors:
                await connection.execute(
                    """
                    UPDATE mailboxes SET history_id = NULL, watch_expires_at = NULL, sync_holder = NULL
                    WHERE address = ANY($1::text[])
                    """,
                    [address.lower() for t in world.tenants for address in t.mailboxes],
                )
            foreign = await connection.fetchval(
                """
                SELECT min(inquiry_id) FROM inquiries
                JOIN unnest($1::text[], $2::text[]) AS new (id, tenant) ON inquiry_id = id AND tenant_id <> tenant
                """,
                [i.inquiry_id for i in world.inquiries],
                [i.tenant_id for i in world.inquiries],
            )
            if foreign is not None:
                message = f"inquiry {foreign} is another tenant's. Give it an id of its own; nothing was loaded."
                raise Refused("postgresql", "load", message)
            await connection.executemany(
                """
                INSERT INTO inquiries (inquiry_id, tenant_id, client_id, creditor_id, letter, sent_at, reply_code,
                                       message_id, to_address, creditor_reference, status)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                ON CONFLICT (inquiry_id) DO UPDATE SET
                    tenant_id = $2, client_id = $3, creditor_id = $4, letter = $5, sent_at = $6, reply_code = $7,
                    message_id = $8, to_address = $9, creditor_reference = $10, status = $11
                """,
                [
                    (
                        i.inquiry_id,
                        i.tenant_id,
                        i.client_id,
                        i.creditor_id,
                        i.letter,
                        i.sent_at,
                        i.reply_code,
                        i.message_id,
                        i.to_address,
                        i.creditor_reference,
                        i.status,
                    )
                    for i in world.inquiries
                ],
            )

        await self._database.run("INSERT inquiries", work)

    async def clear(self) -> None:
        """Forget everything (evaluation only: each case starts from a fresh world)."""

        async def work(connection: Connection) -> None:
            await connection.execute("TRUNCATE tenants, notification_rejects CASCADE")

        await self._database.run("TRUNCATE tenants", work)

    async def tenant_ids(self) -> list[str]:
        async def work(connection: Connection) -> list[str]:
            return [row["tenant_id"] for row in await connection.fetch("SELECT tenant_id FROM tenants ORDER BY 1")]

        return await self._database.run("SELECT tenants", work, transaction=False)

    async def notification_address(self, tenant_id: str) -> str | None:
        async def work(connection: Connection) -> str | None:
            found: str | None = await connection.fetchval(
                "SELECT notification_address FROM tenants WHERE tenant_id = $1", tenant_id
            )
            return found

        return await self._database.run("SELECT tenants", work, transaction=False)
