"""The letters that were sent: what a reply may be an answer to."""

from collections.abc import Collection
from datetime import datetime

from claimstream.domain.records.inquiry import Inquiry, Letter
from claimstream.store.database import Connection, Database

_INQUIRY = """
    SELECT inquiry_id, tenant_id, client_id, creditor_id, letter, sent_at, reply_code, message_id, to_address,
           creditor_reference, status
    FROM inquiries
"""


class InquiryStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def candidates(
        self, tenant_id: str, *, since: datetime, reply_codes: Collection[str], message_ids: Collection[str]
    ) -> list[Inquiry]:
        """The tenant's inquiries that a mail may answer: the recent ones, and older ones it names by itself.

        Args:
            since: recent means sent at or after this.
            reply_codes: words of the mail that may be reply codes, in any case.
            message_ids: of In-Reply-To and References, with their angle brackets.
        """

        async def work(connection: Connection) -> list[Inquiry]:
            rows = await connection.fetch(
                _INQUIRY
                + """
                WHERE tenant_id = $1
                  AND (sent_at >= $2 OR upper(reply_code) = ANY($3::text[]) OR message_id = ANY($4::text[]))
                ORDER BY sent_at DESC, inquiry_id
                """,
                tenant_id,
                since,
                [code.upper() for code in reply_codes],
                list(message_ids),
            )
            return [Inquiry(**{**row, "letter": Letter(row["letter"])}) for row in rows]

        return await self._database.run("SELECT inquiries", work)
