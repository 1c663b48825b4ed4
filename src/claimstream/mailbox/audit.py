"""Proof of completeness: what Gmail has of a window, held against what we know of it.

Every id is settled, in review, set aside, in work, arriving, dead or missing, each with its reason. A gap is what will
not come right by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from claimstream.domain.records.review import WAITING, ReviewStatus
from claimstream.domain.records.standing import Standing
from claimstream.domain.records.work import Mailbox
from claimstream.mailbox.listing import listed
from claimstream.mailbox.ports import Dead, Lists, Standings

_STAGES = ("fetch", "parse", "classify", "extract", "consolidate", "match", "route", "commit")


_UNPUBLISHED = timedelta(minutes=5)
"""Maintenance publishes what is unconfirmed after half a minute, a thousand rows in a round."""
_UNDELIVERED = timedelta(hours=1)
"""As the alert ClaimstreamOutboxOld has it."""
FORGOTTEN = timedelta(days=7)
"""How long Pub/Sub keeps a message that nobody acknowledges."""


class State(StrEnum):
    SETTLED = "settled"
    IN_REVIEW = "in_review"
    SET_ASIDE = "set_aside"
    IN_WORK = "in_work"
    ARRIVING = "arriving"
    """No row knows it yet, but it is so young that mailbox sync may be on its way."""
    DEAD = "dead"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Audited:
    """One Gmail message."""

    gmail_id: str
    email_id: str | None
    state: State
    reason: str
    gap: str | None = None
    """What is wrong and what to do; None: nothing."""


@dataclass(frozen=True, slots=True)
class MailboxAudit:
    mailbox: str
    tenant_id: str
    listed: int
    """Messages that Gmail has; rows of what it has no more come on top."""
    emails: tuple[Audited, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        found = Counter(email.state for email in self.emails)
        return {state: found[state] for state in State}

    @property
    def gaps(self) -> tuple[Audited, ...]:
        return tuple(email for email in self.emails if email.gap is not None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Gmail ids that no row knows, whoever's."""
        return tuple(e.gmail_id for e in self.emails if e.state is State.MISSING and e.email_id is None)

    @property
    def unpublished(self) -> bool:
        """Whether rows wait to be published that should have been."""
        return any(email.gap == UNPUBLISHED for email in self.emails)

    @property
    def not_deleted(self) -> tuple[str, ...]:
        """Email ids that were set aside as deleted, and whose messages Gmail lists all the same."""
        return tuple(e.email_id for e in self.emails if e.gap == _NOT_DELETED_GAP and e.email_id is not None)

    @property
    def forgotten(self) -> tuple[str, ...]:
        """Email ids whose message Pub/Sub has dropped."""
        return tuple(e.email_id for e in self.emails if e.gap == _FORGOTTEN_GAP and e.email_id is not None)

    @property
    def mendable(self) -> bool:
        """True when ``--mend`` closes any of the gaps."""
        return bool(self.missing or self.unpublished or self.forgotten or self.not_deleted)


UNPUBLISHED = "its message was never published: a running worker does it, or --mend"
_FORGOTTEN_GAP = (
    "published more than 7 days ago and not settled: Pub/Sub has forgotten its message; --mend publishes it"
)
_NOT_DELETED_GAP = "set aside as deleted, but Gmail lists it: --mend puts it to work again"
_MISSING = "no row knows it: --mend adds it"


def compare(
    tenant_id: str,
    gmail_ids: Iterable[str],
    standings: Iterable[Standing],
    *,
    fresh: frozenset[str] = frozenset(),
    dead: Mapping[str, str],
    now: datetime,
) -> tuple[Audited, ...]:
    """Every Gmail id once, then the rows of what Gmail does not list (any more).

    Args:
        fresh: Gmail ids so young that mailbox sync may not have come to them.
        dead: why the messages on the dead-letter topic died, by email id.
    """
    rows = {standing.gmail_id: standing for standing in standings}
    there = dict.fromkeys(gmail_ids)
    return tuple(
        _stand(tenant_id, row, dead, now, there=gmail_id in there)
        if (row := rows.get(gmail_id))
        else _unknown(gmail_id, gmail_id in fresh)
        for gmail_id in there | dict.fromkeys(rows)
    )


def _unknown(gmail_id: str, fresh: bool) -> Audited:
    if fresh:
        return Audited(gmail_id, None, State.ARRIVING, "just arrived: mailbox sync may be on its way")
    return Audited(gmail_id, None, State.MISSING, "Gmail has it, no row knows it", _MISSING)


def _stand(tenant_id: str, row: Standing, dead: Mapping[str, str], now: datetime, *, there: bool) -> Audited:
    """``there``: Gmail lists the message."""
    if row.tenant_id != tenant_id:
        reason = "its row belongs to another tenant"
        gap = "the mailbox has changed hands: give it back, or have this mail sent to the new tenant's mailbox again"
        return Audited(row.gmail_id, row.email_id, State.MISSING, reason, gap)
    if row.status == "settled":
        # Only a message that could not be fetched is set aside without an intent.
        deleted = row.outcome == "set_aside" and row.intent is None
        wrong = _NOT_DELETED_GAP if deleted and there else _undelivered(row, now)
        return Audited(row.gmail_id, row.email_id, *_ended(row), wrong)
    if not row.claimed and (why := dead.get(row.email_id)) is not None:
        gap = f"its message is dead ({why}): claimstream dead redrive {row.email_id}"
        return Audited(row.gmail_id, row.email_id, State.DEAD, why, gap)
    return Audited(row.gmail_id, row.email_id, State.IN_WORK, _work(row), _stuck(row, now))


def _ended(row: Standing) -> tuple[State, str]:
    if row.outcome == "set_aside":
        return State.SET_ASIDE, ": ".join(part for part in (row.intent, row.why) if part) or "no reason was written"
    if row.outcome == "review":
        if row.review_status is None or row.review_status in WAITING:
            return State.IN_REVIEW, row.review_reason or "no reason was written"
        return State.SETTLED, f"{ReviewStatus(row.review_status).said} by a person ({row.review_reason})"
    return State.SETTLED, f"{row.outcome}, {row.route}"


def _undelivered(row: Standing, now: datetime) -> str | None:
    since = row.undelivered_since
    if since is None or now - since < _UNDELIVERED:
        return None
    hours = (now - since).total_seconds() / 3600
    return (
        f"settled, but its {row.undelivered} has waited in the outbox for {hours:.0f} h: "
        "see claimstream doctor and delivery_failed in the log"
    )


def _work(row: Standing) -> str:
    if row.published_at is None and row.attempt == 0:
        return "waits to be published"
    stage = next((stage for stage in _STAGES if stage not in row.stages), _STAGES[-1])
    if row.waits_for is not None:
        return f"{stage}: waits for {row.waits_for}"
    if row.claimed:
        return f"{stage}: a worker is at it"
    return f"{stage}: waits for a worker" if row.attempt else "waits for a worker to begin with it"


def _stuck(row: Standing, now: datetime) -> str | None:
    if row.claimed:
        return None
    if row.published_at is None and row.attempt == 0:
        return UNPUBLISHED if now - row.created_at >= _UNPUBLISHED else None
    if now - (row.published_at or row.created_at) >= FORGOTTEN:
        return _FORGOTTEN_GAP
    return None


class Audit:
    """Reads, and changes nothing."""

    def __init__(self, *, gmail: Lists, standings: Standings, dead: Dead, grace: timedelta) -> None:
        """
        Args:
            grace: how long mailbox sync may take to come to a new message.
        """
        self._gmail = gmail
        self._standings = standings
        self._dead = dead
        self._grace = grace

    async def of(
        self,
        mailbox: Mailbox,
        since: datetime,
        until: datetime,
        *,
        now: datetime,
        progress: Callable[[int], None] = lambda _: None,
    ) -> MailboxAudit:
        """Compare one mailbox's window.

        Args:
            progress: called with the number of messages compared so far.

        Raises:
            ExternalError: Gmail, PostgreSQL or Pub/Sub cannot be asked; nothing is proved then.
        """
        ids: dict[str, None] = {}
        rows: dict[str, Standing] = {}
        async for page in listed(self._gmail, mailbox.address, since, until):
            ids |= dict.fromkeys(page)
            rows |= await self._rows(mailbox, page)
            progress(len(ids))
        rows |= {
            row.gmail_id: row for row in await self._standings.between(mailbox.address, mailbox.tenant_id, since, until)
        }
        fresh = frozenset[str]()
        if missing := [gmail_id for gmail_id in ids if gmail_id not in rows]:
            fresh = await self._fresh(mailbox, since, until, now)
            rows |= await self._rows(mailbox, missing)  # mailbox sync may have come to them meanwhile
        open_rows = any(row.status != "settled" and not row.claimed for row in rows.values())
        emails = compare(
            mailbox.tenant_id,
            ids,
            rows.values(),
            fresh=fresh,
            dead=await self._dead.reasons() if open_rows else {},
            now=now,
        )
        return MailboxAudit(mailbox.address, mailbox.tenant_id, len(ids), emails)

    async def _rows(self, mailbox: Mailbox, gmail_ids: Sequence[str]) -> dict[str, Standing]:
        if not gmail_ids:
            return {}
        found = await self._standings.of_gmail_ids(mailbox.address, gmail_ids)
        return {row.gmail_id: row for row in found}

    async def _fresh(self, mailbox: Mailbox, since: datetime, until: datetime, now: datetime) -> frozenset[str]:
        young = max(since, now - self._grace)
        if young >= until:
            return frozenset()
        pages = [page async for page in listed(self._gmail, mailbox.address, young, until)]
        return frozenset(gmail_id for page in pages for gmail_id in page)
