"""Where a person sits who decides: the items, their emails, and the records they are about."""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter

from claimstream.cli.access import a_door, open_database, settings_at_work
from claimstream.cli.console import command
from claimstream.cli.email_ids import ENOUGH, NotOneEmailError, the_one
from claimstream.cli.tenants import check_tenant
from claimstream.connections import make_clients
from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.inquiry import Inquiry
from claimstream.domain.records.review import WAITING, CreditorEntry, Resolution, ReviewItem, ReviewStatus
from claimstream.domain.rules.review import UndecidableError, decided
from claimstream.external.errors import Refused
from claimstream.external.mongo import Clients
from claimstream.pipeline.report import ProcessingReport
from claimstream.settings import SettingsError
from claimstream.store.database import Database
from claimstream.store.emails import EmailStore
from claimstream.store.inquiries import InquiryStore
from claimstream.store.reviews import Decided, ReviewStore

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_OF_A_NUMBER = 9
"""An id of digits only, and no more of them, is an item's number: Gmail's ids are longer."""

_ITEM = TypeAdapter(ReviewItem)


class ReviewError(Exception):
    """Nothing was changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An item with all that a person needs to decide it."""

    item: ReviewItem
    report: ProcessingReport | None
    entry: CreditorEntry | None
    """What is stored where the proposal, or what was decided, would be written."""
    no_entry: str
    """Why there is none; "" where there is one."""

    def json(self) -> str:
        item = _ITEM.dump_python(self.item, mode="json")
        report = None if self.report is None else self.report.model_dump(mode="json")
        return json.dumps({"item": item, "report": report}, ensure_ascii=False, indent=2)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision that only wants to be confirmed."""

    item: ReviewItem
    update: ClientUpdate
    entry: CreditorEntry


class ReviewDesk:
    """The stores, of one command."""

    def __init__(self, database: Database, clients: Clients | None) -> None:
        self.database = database
        self.reviews = ReviewStore(database)
        self._emails = EmailStore(database)
        self._inquiries = InquiryStore(database)
        self._clients = clients

    async def find(self, wanted: str) -> ReviewItem:
        """By its number, or by any id of its email. Raises ReviewError."""
        if wanted.isdecimal() and len(wanted) <= _DIGITS_OF_A_NUMBER:
            item = await self.reviews.get(int(wanted))
            if item is None:
                raise ReviewError(f"there is no review item {wanted}: `{command()} review` lists those that wait.")
            return item
        try:
            email = the_one(wanted, await self._emails.called(wanted, limit=ENOUGH))
        except NotOneEmailError as error:
            raise ReviewError(str(error)) from None
        item = await self.reviews.of_email(email.email_id)
        if item is None:
            raise ReviewError(
                f"nothing of email {email.email_id} waits for a person: `{command()} report {email.email_id[:8]}` says "
                "what became of it."
            )
        return item

    async def letter(self, tenant_id: str, wanted: str) -> Inquiry:
        """The firm's letter, by the inquiry's id or its reply code. Raises ReviewError."""
        found = await self._inquiries.candidates(tenant_id, inquiry_ids=[wanted], since=_LONG_AGO, reply_codes=[wanted])
        if len(found) != 1:
            raise ReviewError(f"{tenant_id} has no letter {wanted!r}: an inquiry's id or its reply code is wanted.")
        return found[0]

    async def entry(self, update: ClientUpdate) -> CreditorEntry:
        """What is stored where the update would be written. Raises ReviewError, SettingsError or ExternalError."""
        if self._clients is None:
            raise SettingsError("MONGODB_URL: not set, and what is stored now has to be seen: mongodb://host:27017")
        try:
            entry = await self._clients.entry(update)
        except Refused as error:
            raise ReviewError(str(error)) from error
        if entry is None:
            raise ReviewError(
                f"client {update.client_id} with creditor {update.creditor_id} is no longer in the firm's records: "
                "correct --inquiry names another letter, and reject changes nothing."
            )
        return entry

    async def report(self, item: ReviewItem) -> ProcessingReport | None:
        """None where there is none that this version can read."""
        text = await self._emails.report(item.email_id)
        try:
            return None if text is None else ProcessingReport.model_validate_json(text)
        except ValueError:
            return None


@asynccontextmanager
async def review_desk() -> AsyncIterator[ReviewDesk]:
    """Raises SettingsError or ExternalError."""
    settings = settings_at_work()
    async with a_door() as door, open_database(settings, door) as database:
        clients = make_clients(settings, door)
        try:
            yield ReviewDesk(database, clients)
        finally:
            if clients is not None:
                await clients.close()


async def find_items(
    *, statuses: Collection[str], tenant_id: str | None, reason: str | None, claimed_by: str | None, limit: int
) -> tuple[list[ReviewItem], int]:
    """The items, and how many wait in all."""
    async with review_desk() as desk:
        await check_tenant(desk.database, tenant_id)
        found = await desk.reviews.items(
            statuses=[ReviewStatus(status) for status in statuses],
            tenant_id=tenant_id,
            reason=reason,
            claimed_by=claimed_by,
            limit=limit,
        )
        return found, await desk.reviews.waiting()


async def find_shown(wanted: str) -> Shown:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        entry, no_entry = None, "it is not known whose claim the reply is about"
        if item.proposal is not None:
            try:
                entry, no_entry = await desk.entry(item.proposal), ""
            except (ReviewError, SettingsError) as error:
                no_entry = str(error)
        return Shown(item, await desk.report(item), entry, no_entry)


async def claim(wanted: str, *, by: str, take_over: bool) -> ReviewItem:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        if not await desk.reviews.claim(item.review_id, by=by, take_over=take_over):
            raise await _why_not(desk, item)
        return item


async def release(wanted: str, *, by: str, take_over: bool) -> ReviewItem:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        if not await desk.reviews.release(item.review_id, by=by, take_over=take_over):
            if item.status is not ReviewStatus.CLAIMED:
                raise ReviewError(f"nobody has item {item.review_id} in hand: it is {item.status}.")
            raise await _why_not(desk, item)
        return item


async def prepare(
    wanted: str, *, by: str, inquiry: str | None, update_of: Callable[[ReviewItem, Inquiry | None], ClientUpdate]
) -> Prepared:
    """What would be written, beside what is stored now. Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        if not _may_decide(item, by):
            raise await _why_not(desk, item)
        letter = None if inquiry is None else await desk.letter(item.tenant_id, inquiry)
        try:
            update = update_of(item, letter)
        except UndecidableError as error:
            raise ReviewError(
                f"item {item.review_id}: {error}. `{command()} review show {item.review_id}` shows it; "
                f"`{command()} review correct --help` says what can be said instead."
            ) from error
        return Prepared(item, update, await desk.entry(update))


async def write(prepared: Prepared, resolution: Resolution, *, by: str, note: str) -> None:
    """Decide that the update is written. Raises ReviewError, SettingsError or ExternalError."""
    decision_id = str(uuid.uuid4())
    update = decided(prepared.update, decision_id=decision_id, by=by, seen=prepared.entry.seen)
    async with review_desk() as desk:
        await _resolve(desk, prepared.item, Decided(decision_id, resolution, by, note, update))


async def write_nothing(wanted: str, resolution: Resolution, *, by: str, note: str) -> ReviewItem:
    """Decide without any change of the client's record. Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        await _resolve(desk, item, Decided(str(uuid.uuid4()), resolution, by, note))
        return item


async def _resolve(desk: ReviewDesk, item: ReviewItem, decision: Decided) -> None:
    if not await desk.reviews.resolve(item, decision):
        raise await _why_not(desk, item)


def _may_decide(item: ReviewItem, by: str) -> bool:
    return item.status in WAITING and (item.status is not ReviewStatus.CLAIMED or item.claimed_by == by)


async def _why_not(desk: ReviewDesk, item: ReviewItem) -> ReviewError:
    """As it stands by now, which may be why."""
    number = item.review_id
    now = await desk.reviews.get(number) or item
    if now.status is ReviewStatus.CLAIMED:
        since = "" if now.claimed_at is None else f" since {now.claimed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return ReviewError(
            f"{now.claimed_by} has item {number} in hand{since}. Nothing was changed. "
            f"If they do not come back to it: `{command()} review claim {number} --take-over`"
        )
    if now.status is ReviewStatus.SUPERSEDED:
        return ReviewError(f"the email of item {number} was replayed, and what came of it then counts.")
    if now.status not in WAITING:
        when = "" if now.resolved_at is None else f" at {now.resolved_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return ReviewError(f"item {number} was {now.status} by {now.resolved_by}{when}. Nothing was changed.")
    return ReviewError(
        f"item {number} has changed since you looked. Nothing was changed: `{command()} review show {number}`"
    )
