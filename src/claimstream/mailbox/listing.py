"""What of a mailbox is worked on (:mod:`~.scope`), as Gmail lists it."""

import math
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from claimstream.external.paging import Paging
from claimstream.mailbox import scope
from claimstream.mailbox.ports import Lists


async def listed(
    gmail: Lists, mailbox: str, since: datetime, until: datetime | None = None
) -> AsyncIterator[Sequence[str]]:
    """The ids of what arrived from ``since`` on (and before ``until``), page by page, the newest first.

    Gmail knows whole seconds: the window is widened to them. Raises ExternalError.
    """
    query = f"after:{math.floor(since.timestamp())} {scope.QUERY}"
    if until is not None:
        query += f" before:{math.ceil(until.timestamp())}"
    paging = Paging("gmail", "messages.list")
    token: str | None = None
    while True:
        page = await gmail.list_messages(mailbox, query, token)
        yield page.message_ids
        if (token := paging.next(page.next_page, empty=not page.message_ids)) is None:
            return
