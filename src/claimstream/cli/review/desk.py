"""Where a person sits who decides: the items, their emails, and the records they are about."""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import TypeAdapter

from claimstream.cli.access import a_door, open_database, settings_at_work
from claimstream.cli.console import command
from claimstream.cli.email_ids import ENOUGH, NotOneEmailError, the_one
from claimstream.cli.tenants import check_tenant
from claimstream.connections import make_clients
from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.inquiry import Client, Inquiry
from claimstream.domain.records.inquiry import Letter as LetterKind
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.review import (
    WAITING,
    CreditorEntry,
    PastDecision,
    Resolution,
    ReviewItem,
    ReviewStatus,
)
from claimstream.domain.rules.review import UndecidableError, approved, decided
from claimstream.external.errors import ExternalError, Refused
from claimstream.external.mongo import Clients
from claimstream.pipeline.report import ProcessingReport
from claimstream.settings import SettingsError
from claimstream.store.database import Database
from claimstream.store.emails import SHORTEST_BEGINNING, EmailStore
from claimstream.store.inquiries import InquiryStore
from claimstream.store.reviews import Decided, ReviewStore, WantedItems

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_OF_A_NUMBER = 9
"""An id of digits only, and no more of them, may be an item's number."""
_MOST_LETTERS = 20
_WHOSE = "it is not known whose claim the reply is about"

_ITEM = TypeAdapter(ReviewItem)
_ENTRY = TypeAdapter(CreditorEntry)
_HISTORY = TypeAdapter(tuple[PastDecision, ...])


class ReviewError(Exception):
    """Nothing was changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One of the firm's letters, which a reply may answer."""

    inquiry: Inquiry
    client: str
    """Name and case reference."""
    creditor: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An item with all that a person needs to decide it."""

    item: ReviewItem
    report: ProcessingReport | None
    mail: ParsedMail | None
    """What they wrote; None where it was never read, or another version of us did."""
    entry: CreditorEntry | None
    """What is stored where the update would be, or was, written."""
    hindrance: str
    """Why the proposal cannot be approved; "" where it can."""
    considered: tuple[Letter, ...]
    """The letters that were considered, the nearest first."""
    history: tuple[PastDecision, ...]
    beside: tuple[ReviewItem, ...]
    """Others that wait for a decision on the same claim."""

    def json(self) -> str:
        item = _ITEM.dump_python(self.item, mode="json")
        history = _HISTORY.dump_python(self.history, mode="json")
        entry = None if self.entry is None else _ENTRY.dump_python(self.entry, mode="json")
        report = None if self.report is None else self.report.model_dump(mode="json")
        return json.dumps(
            {"item": item, "stored": entry, "history": history, "report": report}, ensure_ascii=False, indent=2
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision that only wants to be confirmed."""

    item: ReviewItem
    update: ClientUpdate
    entry: CreditorEntry
    beside: tuple[ReviewItem, ...]


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
        wanted = legible("ITEM", wanted).strip().removeprefix("#")
        if wanted.isdecimal() and len(wanted) <= _DIGITS_OF_A_NUMBER:
            item = await self.reviews.get(int(wanted))
            if item is not None:
                return item
            if len(wanted) < SHORTEST_BEGINNING:
                raise ReviewError(f"there is no review item {wanted}: `{command()} review` lists those that wait.")
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
        found = await self._letters(tenant_id, [wanted], codes=[wanted])
        if len(found) != 1:
            raise ReviewError(
                f"{tenant_id} has no letter {wanted!r}: an inquiry's id or its reply code is wanted. "
                f"`{command()} review letters ITEM NAME` looks for it."
            )
        return found[0]

    async def letters_about(self, tenant_id: str, words: Sequence[str]) -> list[Letter]:
        """Those of the firm's letters whose client or creditor is called so, the newest first; some at most."""
        clients = await self._need_clients().search(tenant_id, words, limit=_MOST_LETTERS)
        inquiries = await self._inquiries.of_clients(tenant_id, [client.client_id for client in clients])
        return self._named(inquiries, clients)

    async def considered(self, report: ProcessingReport | None, tenant_id: str) -> list[Letter]:
        if report is None or self._clients is None:
            return []
        nearest = [c.inquiry_id for c in report.match.candidates[:_MOST_LETTERS]]
        inquiries = await self._letters(tenant_id, nearest)
        inquiries.sort(key=lambda inquiry: nearest.index(inquiry.inquiry_id))
        try:
            return self._named(inquiries, await self._clients.get(tenant_id, {i.client_id for i in inquiries}))
        except ExternalError:
            return []  # the ids stand in what was considered

    async def kind(self, item: ReviewItem, letter: Inquiry | None) -> LetterKind | None:
        """Of the letter that is answered: the one a person names, else the one that was found."""
        if letter is None and item.inquiry_id is not None:
            letter = next(iter(await self._letters(item.tenant_id, [item.inquiry_id])), None)
        return None if letter is None else letter.letter

    async def entry(self, update: ClientUpdate) -> CreditorEntry:
        """What is stored where the update would be written. Raises ReviewError, SettingsError or ExternalError."""
        try:
            entry = await self._need_clients().entry(update)
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

    async def mail(self, item: ReviewItem) -> ParsedMail | None:
        text = await self._emails.stage_result(item.email_id, "parse")
        try:
            return None if text is None else ParsedMail.model_validate_json(text)
        except ValueError:
            return None

    async def _letters(self, tenant_id: str, inquiry_ids: Sequence[str], codes: Sequence[str] = ()) -> list[Inquiry]:
        return await self._inquiries.candidates(tenant_id, inquiry_ids=inquiry_ids, since=_LONG_AGO, reply_codes=codes)

    def _need_clients(self) -> Clients:
        if self._clients is None:
            raise SettingsError("MONGODB_URL: not set, and what is stored now has to be seen: mongodb://host:27017")
        return self._clients

    @staticmethod
    def _named(inquiries: Sequence[Inquiry], clients: Sequence[Client]) -> list[Letter]:
        known = {client.client_id: client for client in clients}
        named = []
        for inquiry in inquiries:
            if (client := known.get(inquiry.client_id)) is not None:
                creditor = client.creditor(inquiry.creditor_id)
                name = f"{client.first_name} {client.last_name} ({client.case_reference})".strip()
                named.append(Letter(inquiry, name, "" if creditor is None else creditor.name))
        return named


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


async def find_items(wanted: WantedItems, *, limit: int) -> tuple[list[ReviewItem], int]:
    """The items, and how many there are in all. Raises SettingsError or ExternalError."""
    async with review_desk() as desk:
        await check_tenant(desk.database, wanted.tenant_id)
        return await desk.reviews.items(wanted, limit=limit), await desk.reviews.count(wanted)


async def find_shown(wanted: str) -> Shown:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        update, entry, hindrance = item.decision or item.proposal, None, _WHOSE
        if update is not None:
            try:
                entry, hindrance = await desk.entry(update), ""
                approved(item, await desk.kind(item, None))
            except (ReviewError, SettingsError, UndecidableError, ExternalError) as error:
                hindrance = str(error)
        report = await desk.report(item)
        return Shown(
            item,
            report,
            await desk.mail(item),
            entry,
            hindrance,
            tuple(await desk.considered(report, item.tenant_id)),
            tuple(await desk.reviews.history(item.email_id)),
            tuple(await desk.reviews.beside(item)),
        )


async def find_letters(wanted: str, words: Sequence[str]) -> list[Letter]:
    """Of the firm that the item is of. Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        return await desk.letters_about(item.tenant_id, words)


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


UpdateOf = Callable[[ReviewItem, Inquiry | None, LetterKind | None], ClientUpdate]
"""What a person wants written of an item: given the letter they name, and the kind of the one that is answered."""


async def reopen(wanted: str) -> ReviewItem:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk() as desk:
        item = await desk.find(wanted)
        if not await desk.reviews.reopen(item.review_id):
            raise await _why_not(desk, item)
        return item


async def prepare(
    wanted: str, *, by: str, inquiry: str | None, update_of: UpdateOf, stored: Decimal | None = None
) -> Prepared:
    """What would be written, beside what is stored now.

    Args:
        stored: the amount (EUR) that the person takes for stored.

    Raises:
        ReviewError: also where another amount is stored.
        SettingsError, ExternalError: as everything here.
    """
    async with review_desk() as desk:
        item = await desk.find(wanted)
        if not _may_decide(item, by):
            raise await _why_not(desk, item)
        letter = None if inquiry is None else await desk.letter(item.tenant_id, inquiry)
        try:
            update = update_of(item, letter, await desk.kind(item, letter))
        except UndecidableError as error:
            raise ReviewError(
                f"item {item.review_id}: {error}. `{command()} review show {item.review_id}` shows it; "
                f"`{command()} review correct --help` says what can be said instead."
            ) from error
        entry = await desk.entry(update)
        if stored is not None and entry.seen.current_amount != stored:
            raise ReviewError(f"{entry.seen.current_amount} is stored, not {stored}. Nothing was changed.")
        return Prepared(item, update, entry, tuple(await desk.reviews.beside(item)))


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
        newest = await desk.reviews.of_email(item.email_id)
        is_now = "it waits for nobody" if newest is None else f"that is item {newest.review_id} now"
        return ReviewError(f"the email of item {number} was replayed, and what came of it then counts: {is_now}.")
    if now.status not in WAITING:
        when = "" if now.resolved_at is None else f" at {now.resolved_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return ReviewError(f"item {number} was {ended(now.status)} by {now.resolved_by}{when}. Nothing was changed.")
    if item.status in WAITING and now.detail == item.detail:
        return ReviewError(f"item {number} waits for a decision already: it is {now.status}.")
    return ReviewError(
        f"item {number} has changed since you looked. Nothing was changed: `{command()} review show {number}`"
    )


def legible(what: str, text: str) -> str:
    """What PostgreSQL can hold. Raises ReviewError."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ReviewError(f"{what}: it is no UTF-8 text.")
    return text


def ended(status: str) -> str:
    """As a sentence says it: ``it was … by``."""
    return "marked as spam" if status == ReviewStatus.SPAM else status
