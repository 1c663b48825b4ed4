"""A mailbox: its cursor into Gmail's history, its lock, its watch."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from claimstream.domain.records.work import Mailbox, NewEmail
from claimstream.store.database import Connection, Database

COLUMNS = """
    address, tenant_id, history_id, watch_expires_at, last_synced_at, disabled_reason, recovery_cursor,
    extract(epoch FROM now() - last_synced_at)::float8 AS quiet_seconds
"""
"""Of a :class:`Mailbox`."""
_MAILBOX = f"SELECT {COLUMNS} FROM mailboxes "  # noqa: S608 # our own words # nosec B608


class MailboxStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, address: str) -> Mailbox | None:
        async def work(connection: Connection) -> Mailbox | None:
            row = await connection.fetchrow(_MAILBOX + "WHERE address = $1", address.lower())
            return None if row is None else Mailbox(**row)

        return await self._database.run("SELECT mailboxes", work)

    async def all(self) -> list[Mailbox]:
        """Every mailbox that is not disabled."""

        async def work(connection: Connection) -> list[Mailbox]:
            rows = await connection.fetch(_MAILBOX + "WHERE disabled_reason IS NULL ORDER BY address")
            return [Mailbox(**row) for row in rows]

        return await self._database.run("SELECT mailboxes", work)

    async def named(self, address: str) -> Mailbox | None:
        """The mailbox that a notification names: by its address, or by the alias under which Gmail knows it.

        One whose own address it is goes before one whose alias it is.
        """

        async def work(connection: Connection) -> Mailbox | None:
            row = await connection.fetchrow(
                _MAILBOX
                + """
                WHERE address = ANY($1::text[]) OR alias = ANY($1::text[])
                ORDER BY array_position($1::text[], address), array_position($1::text[], alias) LIMIT 1
                """,
                _same_account(address.lower()),
            )
            return None if row is None else Mailbox(**row)

        return await self._database.run("SELECT mailboxes", work)

    async def learn_alias(self, address: str, named: str) -> bool:
        """Keep how Gmail itself names the mailbox. False: another mailbox is of that name, and keeps it."""

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE mailboxes SET alias = nullif($2, address)
                WHERE address = $1 AND NOT EXISTS (
                    SELECT FROM mailboxes AS other WHERE other.address <> $1 AND $2 IN (other.address, other.alias)
                )
                """,
                address,
                named.lower(),
            )

        return await self._database.run("UPDATE mailboxes", work) == "UPDATE 1"

    async def take_poll(self, *, quiet_seconds: float, lease_seconds: float) -> Mailbox | None:
        """Take the mailbox whose poll is due the longest; None: none is. Nobody else gets it for ``lease_seconds``.

        A poll is due once the mailbox has been quiet for ``quiet_seconds``, or when its lease has passed or the wait
        after a failure (:meth:`poll_again`).
        """

        async def work(connection: Connection) -> Mailbox | None:
            row = await connection.fetchrow(
                f"""
                UPDATE mailboxes SET poll_at = now() + $2 WHERE address = (
                    SELECT address FROM mailboxes
                    WHERE disabled_reason IS NULL AND history_id IS NOT NULL AND (
                        poll_at <= now() OR poll_at IS NULL AND coalesce(last_synced_at < now() - $1::interval, true)
                    )
                    ORDER BY coalesce(poll_at, last_synced_at) NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED
                )
                RETURNING {COLUMNS}
                """,  # noqa: S608 # our own words # nosec B608
                timedelta(seconds=quiet_seconds),
                timedelta(seconds=lease_seconds),
            )
            return None if row is None else Mailbox(**row)

        return await self._database.run("UPDATE mailboxes", work)

    async def poll_again(self, address: str, *, in_seconds: float | None) -> None:
        """Let the mailbox be polled after so long whatever comes; None: once it has been quiet for long enough."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE mailboxes SET poll_at = now() + $2::interval WHERE address = $1",
                address,
                None if in_seconds is None else timedelta(seconds=in_seconds),
            )

        await self._database.run("UPDATE mailboxes", work)

    async def lock(self, address: str, *, holder: str, seconds: float, asks: int | None = None) -> Mailbox | None:
        """Take the mailbox for ``seconds``; None when another holder has it, who may be left a mark to look again.

        A lease, not a session lock: Gmail may be slow, and a connection is not to be held for that long. The row is
        held from the look at it to the mark: a holder that let go in between would never see the mark.

        Args:
            asks: the history id that the mark asks for; None leaves no mark: whoever asks comes again.
        """

        async def work(connection: Connection) -> Mailbox | None:
            free = await connection.fetchval(
                """
                SELECT sync_holder IS NULL OR sync_holder = $2 OR sync_lease_until < now()
                FROM mailboxes WHERE address = $1 FOR UPDATE
                """,
                address,
                holder,
            )
            if not free:
                if asks is None:
                    return None
                await connection.execute(
                    "UPDATE mailboxes SET sync_asked = greatest(coalesce(sync_asked, 0), $2) WHERE address = $1",
                    address,
                    asks,
                )
                return None
            row = await connection.fetchrow(
                f"""
                UPDATE mailboxes SET sync_holder = $2, sync_lease_until = now() + $3,
                    sync_asked = CASE sync_holder WHEN $2 THEN sync_asked END
                WHERE address = $1
                RETURNING {COLUMNS}
                """,  # noqa: S608 # our own words # nosec B608
                address,
                holder,
                timedelta(seconds=seconds),
            )
            return None if row is None else Mailbox(**row)

        return await self._database.run("UPDATE mailboxes", work)

    async def abandon(self, address: str, *, holder: str) -> None:
        """Let go whatever marks were left: the look failed, and its own retry covers them."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                UPDATE mailboxes SET sync_holder = NULL, sync_lease_until = NULL, sync_asked = NULL
                WHERE address = $1 AND sync_holder = $2
                """,
                address,
                holder,
            )

        await self._database.run("UPDATE mailboxes", work)

    async def unlock(self, address: str, *, holder: str) -> int | None:
        """Let go, and None. When a mark was left meanwhile: what it asks for; the lock is then kept."""

        async def work(connection: Connection) -> int | None:
            asked: int | None = await connection.fetchval(
                "SELECT sync_asked FROM mailboxes WHERE address = $1 AND sync_holder = $2 FOR UPDATE", address, holder
            )
            cleared = "sync_holder = NULL, sync_lease_until = NULL" if asked is None else "sync_asked = NULL"
            await connection.execute(
                f"UPDATE mailboxes SET {cleared} WHERE address = $1 AND sync_holder = $2",  # noqa: S608 # our own words # nosec B608
                address,
                holder,
            )
            return asked

        return await self._database.run("UPDATE mailboxes", work)

    async def add_emails(
        self,
        mailbox: Mailbox,
        emails: Sequence[NewEmail],
        *,
        holder: str,
        cursor: int | None,
        complete: bool = False,
        hold_seconds: float | None = None,
    ) -> list[NewEmail]:
        """New rows and the cursor in one transaction; messages already known are left alone.

        Args:
            cursor: the new history id, or None to leave it (it is a list, not history). It never moves back here.
            complete: with these everything is there that Gmail has, and no recovery is needed any more; else more pages
                follow.
            hold_seconds: the lock is kept for this long from now on, so that a long listing keeps it; None: as it is.

        Returns:
            Those that were new.
        """

        async def work(connection: Connection) -> list[NewEmail]:
            rows = await connection.fetch(
                """
                INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id)
                SELECT new.email_id, $1, $2, new.gmail_id, new.correlation_id
                FROM unnest($3::text[], $4::text[], $5::text[]) AS new (email_id, gmail_id, correlation_id)
                ON CONFLICT (mailbox, gmail_id) DO NOTHING
                RETURNING email_id
                """,
                mailbox.tenant_id,
                mailbox.address,
                [e.email_id for e in emails],
                [e.gmail_id for e in emails],
                [e.correlation_id for e in emails],
            )
            await connection.execute(
                """
                UPDATE mailboxes SET
                    history_id = greatest(history_id, $2),
                    sync_lease_until = coalesce(now() + $5, sync_lease_until),
                    last_synced_at = CASE WHEN $4 THEN now() ELSE last_synced_at END,
                    recovery_cursor = CASE WHEN NOT $4 THEN recovery_cursor END
                WHERE address = $1 AND sync_holder = $3
                """,
                mailbox.address,
                cursor,
                holder,
                complete,
                None if hold_seconds is None else timedelta(seconds=hold_seconds),
            )
            inserted = {row["email_id"] for row in rows}
            return [e for e in emails if e.email_id in inserted]

        return await self._database.run("INSERT emails", work)

    async def begin_recovery(self, address: str, *, holder: str, cursor: int) -> datetime:
        """Keep where history is to go on once everything before has been listed.

        The cursor of a recovery which was begun and not ended stays, since what came since is in its history, unless
        it is ahead of the mailbox by now.

        Returns:
            Now, by the database's clock: a worker's may be wrong.
        """

        async def work(connection: Connection) -> datetime:
            began_at: datetime = await connection.fetchval(
                """
                WITH begun AS (
                    UPDATE mailboxes SET recovery_cursor = least(recovery_cursor, $2::bigint)
                    WHERE address = $1 AND sync_holder = $3
                )
                SELECT now()
                """,
                address,
                cursor,
                holder,
            )
            return began_at

        return await self._database.run("UPDATE mailboxes", work)

    async def end_recovery(self, address: str, *, holder: str, complete_at: datetime) -> None:
        """Everything was listed that Gmail had at ``complete_at``: history goes on where the recovery began, which may
        be further back than the cursor was."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                UPDATE mailboxes SET
                    history_id = coalesce(recovery_cursor, history_id), recovery_cursor = NULL,
                    last_synced_at = $3
                WHERE address = $1 AND sync_holder = $2
                """,
                address,
                holder,
                complete_at,
            )

        await self._database.run("UPDATE mailboxes", work)

    async def take_watch(self, address: str, *, seconds: float, due_before: datetime | None) -> bool:
        """Whether the caller is the one to renew the watch: for ``seconds`` nobody else is told so.

        Args:
            due_before: only if the watch ends before, as the row has it now; None: in any case.
        """

        async def work(connection: Connection) -> str:
            return await connection.execute(
                """
                UPDATE mailboxes SET watch_lease_until = now() + $2
                WHERE address = $1 AND coalesce(watch_lease_until <= now(), true)
                    AND ($3::timestamptz IS NULL OR coalesce(watch_expires_at < $3, true))
                """,
                address,
                timedelta(seconds=seconds),
                due_before,
            )

        return await self._database.run("UPDATE mailboxes", work) == "UPDATE 1"

    async def begin_history(self, address: str, *, history_id: int) -> None:
        """Set the cursor where there is none yet: what arrives from now on is found."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE mailboxes SET history_id = $2 WHERE address = $1 AND history_id IS NULL", address, history_id
            )

        await self._database.run("UPDATE mailboxes", work)

    async def watched(self, address: str, *, history_id: int, expires_at: datetime) -> None:
        """The watch is running. Only the first one sets the cursor: later ones must not skip what came between."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                UPDATE mailboxes
                SET history_id = coalesce(history_id, $2), watch_expires_at = $3, watch_lease_until = NULL
                WHERE address = $1
                """,
                address,
                history_id,
                expires_at,
            )

        await self._database.run("UPDATE mailboxes", work)

    async def reject_notification(self, *, subscription: str, pubsub_id: str, reason: str, data: bytes) -> None:
        """Keep what could not be understood, so that nothing vanishes. Once per Pub/Sub message."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                INSERT INTO notification_rejects (subscription, pubsub_id, reason, data) VALUES ($1, $2, $3, $4)
                ON CONFLICT (pubsub_id) DO NOTHING
                """,
                subscription,
                pubsub_id,
                reason,
                data[:2000].decode("utf-8", "replace").replace("\x00", "\ufffd"),
            )

        await self._database.run("INSERT notification_rejects", work)


def _same_account(address: str) -> list[str]:
    """The address, and the other form that Google has for a private one: ``gmail.com`` and ``googlemail.com``."""
    local, _, domain = address.partition("@")
    other = {"gmail.com": "googlemail.com", "googlemail.com": "gmail.com"}.get(domain)
    return [address] if other is None else [address, f"{local}@{other}"]
