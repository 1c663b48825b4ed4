"""Loading firms and their letters."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable

from asyncpg import Record

from claimstream.domain.records.world import Entries, World
from claimstream.domain.rules.faults import WorldFaultsError, joined
from claimstream.domain.rules.world_faults import (
    KEPT,
    Stored,
    changed_letters,
    code_key,
    faults_against_stored,
    message_key,
)
from claimstream.store.database import Connection, Database

_LOCK = 7_214_550_032
"""Advisory lock of the loads."""
_LONGEST_SECONDS = 600.0
"""A firm that begins has a hundred thousand letters, and MongoDB's turn lies in the same transaction."""


class WorldStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(
        self,
        world: World,
        *,
        faults: Collection[str] = (),
        finish: Callable[[], Awaitable[None]] | None = None,
    ) -> list[str]:
        """Insert or bring up to date the tenants, mailboxes and inquiries: all of them, or none. Emails, cursors and
        watches are not touched, and nothing of a tenant that the world does not name. What the world leaves open stays.

        Args:
            faults: found in the world already, to be raised together with those found here.
            finish: called once everything is written and before it is committed; nothing is if it raises.

        Returns:
            Lines that name the letters whose replies will be found otherwise than before.

        Raises:
            WorldFaultsError: the world would touch another tenant's records, or another letter's.
        """

        async def work(connection: Connection) -> list[str]:
            # What is looked at here is changed by other loads only: one at a time.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            entries, stored = Entries.of(world), await _stored(connection, world)
            found = joined(faults, faults_against_stored(entries, stored))
            if found:
                raise WorldFaultsError(found)
            await connection.executemany(
                """
                INSERT INTO tenants (tenant_id, name, notification_address) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id) DO UPDATE SET
                    name = $2, notification_address = COALESCE($3, tenants.notification_address)
                """,
                [(t.tenant_id, t.name, t.notification_address) for t in world.tenants],
            )
            await connection.executemany(
                "INSERT INTO mailboxes (address, tenant_id) VALUES ($1, $2) ON CONFLICT (address) DO NOTHING",
                [(address.lower(), t.tenant_id) for t in world.tenants for address in t.mailboxes],
            )
            await connection.executemany(
                """
                INSERT INTO inquiries (inquiry_id, tenant_id, client_id, creditor_id, letter, sent_at, reply_code,
                                       message_id, to_address, creditor_reference, status)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, COALESCE($11, 'open'))
                ON CONFLICT (inquiry_id) DO UPDATE SET
                    client_id = $3, creditor_id = $4, letter = $5, sent_at = $6,
                    reply_code = COALESCE($7, inquiries.reply_code), message_id = COALESCE($8, inquiries.message_id),
                    to_address = COALESCE($9, inquiries.to_address),
                    creditor_reference = COALESCE($10, inquiries.creditor_reference),
                    status = COALESCE($11, inquiries.status)
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
                        i.status if "status" in i.model_fields_set else None,
                    )
                    for i in world.inquiries
                ],
            )
            if finish is not None:
                await finish()
            return changed_letters(entries, stored)

        return await self._database.run("INSERT inquiries", work, timeout_seconds=_LONGEST_SECONDS)

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


async def _stored(connection: Connection, world: World) -> Stored:
    """All that is stored of what the world names."""
    tenants = [row["tenant_id"] for row in await connection.fetch("SELECT tenant_id FROM tenants")]
    addresses = [address.lower() for tenant in world.tenants for address in tenant.mailboxes]
    aliases, mailboxes = [
        await connection.fetch(
            f"SELECT {name} AS address, tenant_id FROM mailboxes WHERE {name} = ANY($1::text[])",  # noqa: S608 # our own words # nosec B608
            addresses,
        )
        for name in ("alias", "address")
    ]
    inquiries = await connection.fetch(
        """
        SELECT inquiry_id, tenant_id, client_id, creditor_id, reply_code, message_id, to_address, creditor_reference
        FROM inquiries WHERE inquiry_id = ANY($1::text[])
        """,
        [inquiry.inquiry_id for inquiry in world.inquiries],
    )
    codes = await connection.fetch(
        """
        SELECT tenant_id, code AS key, inquiry_id
        FROM inquiries JOIN unnest($1::text[], $2::text[]) AS new (tenant, code)
            ON tenant_id = tenant AND replace(upper(reply_code), '-', '') = code
        """,
        *_columns(code_key(inquiry) for inquiry in world.inquiries if inquiry.reply_code),
    )
    messages = await connection.fetch(
        """
        SELECT tenant_id, id AS key, inquiry_id
        FROM inquiries JOIN unnest($1::text[], $2::text[]) AS new (tenant, id)
            ON tenant_id = tenant AND message_id IN (id, '<' || id || '>')
        """,
        *_columns(message_key(inquiry) for inquiry in world.inquiries if inquiry.message_id),
    )
    return Stored(
        tenants=tenants,
        mailboxes={row["address"]: row["tenant_id"] for row in (*aliases, *mailboxes)},
        inquiries={row["inquiry_id"]: row["tenant_id"] for row in inquiries},
        signs={
            row["inquiry_id"]: (
                (row["client_id"], row["creditor_id"]),
                [name for name in KEPT if row[name] is not None],
            )
            for row in inquiries
        },
        codes=_by_key(codes),
        message_ids=_by_key(messages),
    )


def _columns(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    listed = list(pairs)
    return [tenant for tenant, _ in listed], [value for _, value in listed]


def _by_key(rows: Iterable[Record]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        found[row["tenant_id"], row["key"]].append(row["inquiry_id"])
    return found
