"""The letters that were sent: what a reply may be an answer to."""

from collections.abc import Collection
from datetime import datetime

from claimstream.domain.records.inquiry import Inquiry, Letter
from claimstream.domain.records.keys import LetterChanges, LetterKeys
from claimstream.domain.rules.forms import bare_message_id
from claimstream.store.database import Connection, Database

_INQUIRY = """
    SELECT inquiry_id, tenant_id, client_id, creditor_id, letter, sent_at, reply_code, message_id, to_address,
           creditor_reference, status
    FROM inquiries
"""
_KEYS = """
    SELECT inquiry_id, client_id, creditor_id, sent_at, reply_code, message_id, to_address, creditor_reference
    FROM inquiries
"""
_AT_ONCE = 500
"""Rows that are taken up in one piece, while nothing else of the worker moves: a few milliseconds."""


class InquiryStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def changes(self, tenant_id: str, *, since: datetime, mark: str | None = None) -> LetterChanges:
        """What the tenant's recent inquiries are found by, of all or of those changed after ``mark``; one client's
        stand together.

        Exact: every inquiry whose transaction had not ended when the mark was made comes again.

        Args:
            since: recent means sent at or after this.
            mark: of an earlier answer.
        """

        async def work(connection: Connection) -> LetterChanges:
            # Taken first: what commits between the two statements comes now and once more, rather than never.
            oldest_running: str = await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
            changed = "" if mark is None else "AND changed_in >= $3::text::xid8"
            # Without a name, which a pooler's server would keep.
            statement = await connection.prepare(
                f"{_KEYS} WHERE tenant_id = $1 AND sent_at >= $2 {changed} ORDER BY client_id", name=""
            )
            rows = statement.cursor(tenant_id, since, *(() if mark is None else (mark,)), prefetch=_AT_ONCE)
            return LetterChanges([LetterKeys(*row) async for row in rows], oldest_running)

        return await self._database.run("SELECT inquiries", work)

    async def of_clients(self, tenant_id: str, client_ids: Collection[str]) -> list[Inquiry]:
        """The newest first."""

        async def work(connection: Connection) -> list[Inquiry]:
            rows = await connection.fetch(
                _INQUIRY
                + "WHERE tenant_id = $1 AND client_id = ANY($2::text[]) ORDER BY sent_at DESC, inquiry_id LIMIT 200",
                tenant_id,
                list(client_ids),
            )
            return [Inquiry(**row) for row in rows]

        return await self._database.run("SELECT inquiries", work, transaction=False)

    async def candidates(
        self,
        tenant_id: str,
        *,
        inquiry_ids: Collection[str],
        since: datetime,
        reply_codes: Collection[str] = (),
        message_ids: Collection[str] = (),
    ) -> list[Inquiry]:
        """The tenant's inquiries that a mail may answer: of those asked for the recent ones, and older ones it names by
        itself.

        Args:
            since: recent means sent at or after this.
            reply_codes: words of the mail that may be reply codes, in any case.
            message_ids: of In-Reply-To and References.
        """
        # A portal may store them with or without the brackets, and the index knows them as they are stored.
        bare = {bare_message_id(message_id) for message_id in message_ids}
        written = [*bare, *(f"<{message_id}>" for message_id in bare)]

        async def work(connection: Connection) -> list[Inquiry]:
            rows = await connection.fetch(
                _INQUIRY
                + """
                WHERE tenant_id = $1
                  AND ((inquiry_id = ANY($2::text[]) AND sent_at >= $3)
                       OR upper(reply_code) = ANY($4::text[]) OR message_id = ANY($5::text[]))
                ORDER BY sent_at DESC, inquiry_id
                """,
                tenant_id,
                list(inquiry_ids),
                since,
                [code.upper() for code in reply_codes],
                written,
            )
            return [Inquiry(**{**row, "letter": Letter(row["letter"])}) for row in rows]

        return await self._database.run("SELECT inquiries", work, transaction=False)
