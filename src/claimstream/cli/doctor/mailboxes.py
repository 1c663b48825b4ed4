"""Do the mailboxes let us in?"""

import asyncio
import random
from collections.abc import Sequence

from claimstream.cli.console import progress
from claimstream.cli.doctor.finding import Finding
from claimstream.domain.records.work import Mailbox
from claimstream.external.errors import ExternalError, UnexpectedFailure
from claimstream.external.gmail import Gmail

SAMPLE = 100
"""Mailboxes that are looked at where there are more: what is wrong with our credentials shows in each."""
_AT_ONCE = 20
_NAMED = 5


async def look_at_mailboxes(gmail: Gmail, mailboxes: Sequence[Mailbox], *, most: int | None) -> Finding:
    """Open them side by side.

    Args:
        gmail: with a pace, so that thousands of mailboxes do not eat up the project's quota.
        most: how many are chosen by chance; None: all.

    Raises:
        UnexpectedFailure: the client fails for each of them in a way that is in no list.
    """
    chosen = list(mailboxes) if most is None or len(mailboxes) <= most else random.sample(mailboxes, most)
    refused: dict[str, ExternalError] = {}
    left = iter(chosen)
    with progress("mailboxes") as bar:
        task = bar.add_task("mailboxes", total=len(chosen))

        async def look() -> None:
            for mailbox in left:
                try:
                    await gmail.check(mailbox.address)
                except ExternalError as error:
                    refused[mailbox.address] = error
                bar.advance(task)

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(look())
    partly = f"; {len(chosen)} of {len(mailboxes):,} looked at: --all-mailboxes looks at each"
    more = partly if len(chosen) < len(mailboxes) else ""
    if refused and all(isinstance(error, UnexpectedFailure) for error in refused.values()):
        raise next(iter(refused.values()))  # a setting that the client cannot use, the same for all
    if refused:
        named = [f"{address}: {error}" for address, error in sorted(refused.items())[:_NAMED]]
        rest = f"; and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
        count = f"{len(refused)} of {len(chosen)} do not open. " if len(chosen) > 1 else ""
        return Finding("Gmail", "failed", f"{count}{'; '.join(named)}{rest}{more}")
    unwatched = sum(mailbox.watch_expires_at is None for mailbox in mailboxes)
    text = f"{len(chosen)} mailboxes open"
    if unwatched:
        return Finding("Gmail", "warning", f"{text}, {unwatched} without a watch: claimstream run starts it{more}")
    return Finding("Gmail", "ok", f"{text}{more}")
