"""The work of each command of ``claimstream review``, in one visit to the stores."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from pydantic import TypeAdapter

from claimstream.cli.access import settings_at_work, settings_to_show
from claimstream.cli.console import command
from claimstream.cli.review.desk import Letter, ReviewDesk, ReviewError, review_desk
from claimstream.cli.tenants import check_tenant
from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.inquiry import Inquiry
from claimstream.domain.records.inquiry import Letter as LetterKind
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.review import WAITING, CreditorEntry, PastDecision, Resolution, ReviewItem, ReviewStatus
from claimstream.domain.rules.review import UndecidableError, approved, decided
from claimstream.external.errors import ExternalError
from claimstream.pipeline.report import ProcessingReport
from claimstream.settings import SettingsError
from claimstream.store.reviews import Decided, WantedItems

_WHOSE = "it is not known whose claim the reply is about"

_ITEM = TypeAdapter(ReviewItem)
_ENTRY = TypeAdapter(CreditorEntry)
_HISTORY = TypeAdapter(tuple[PastDecision, ...])


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


async def find_items(wanted: WantedItems, *, limit: int) -> tuple[list[ReviewItem], int]:
    """The items, and how many there are in all. Raises SettingsError or ExternalError."""
    async with review_desk(settings_to_show()) as desk:
        await check_tenant(desk.database, wanted.tenant_id)
        return await desk.reviews.items(wanted, limit=limit), await desk.reviews.count(wanted)


async def find_shown(wanted: str) -> Shown:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk(settings_to_show()) as desk:
        item = await desk.find(wanted)
        update, entry, hindrance = item.decision or item.proposal, None, _WHOSE
        if update is not None:
            try:
                entry, hindrance = await desk.entry(update), ""
                answered = await desk.found_letter(item)
                approved(item, None if answered is None else answered.letter)
                _check_claim(item, answered, update)
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
    async with review_desk(settings_to_show()) as desk:
        item = await desk.find(wanted)
        return await desk.letters_about(item.tenant_id, words)


async def claim(wanted: str, *, by: str, take_over: bool) -> ReviewItem:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk(settings_at_work()) as desk:
        item = await desk.find(wanted)
        if not await desk.reviews.claim(item.review_id, by=by, take_over=take_over):
            raise await _why_not(desk, item)
        return item


async def release(wanted: str, *, by: str, take_over: bool) -> ReviewItem:
    """Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk(settings_at_work()) as desk:
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
    async with review_desk(settings_at_work()) as desk:
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
    async with review_desk(settings_at_work()) as desk:
        item = await desk.find(wanted)
        if not _may_decide(item, by):
            raise await _why_not(desk, item)
        letter = None if inquiry is None else await desk.letter(item.tenant_id, inquiry)
        answered = letter or await desk.found_letter(item)
        try:
            update = update_of(item, letter, None if answered is None else answered.letter)
        except UndecidableError as error:
            raise ReviewError(
                f"item {item.review_id}: {error}. `{command()} review show {item.review_id}` shows it; "
                f"`{command()} review correct --help` says what can be said instead."
            ) from error
        _check_claim(item, answered, update)
        entry = await desk.entry(update)
        if stored is not None and entry.seen.current_amount != stored:
            raise ReviewError(f"{entry.seen.current_amount} is stored, not {stored}. Nothing was changed.")
        return Prepared(item, update, entry, tuple(await desk.reviews.beside(item)))


def _check_claim(item: ReviewItem, answered: Inquiry | None, update: ClientUpdate) -> None:
    """Raises ReviewError where the letter has been moved to another claim since the reply was read."""
    if answered is not None and (answered.client_id, answered.creditor_id) != (update.client_id, update.creditor_id):
        raise ReviewError(
            f"item {item.review_id}: its letter {answered.inquiry_id} is about another claim by now, that of client "
            f"{answered.client_id} with creditor {answered.creditor_id}. `{command()} review correct {item.review_id} "
            "--inquiry ID` says which letter it answers."
        )


async def write(prepared: Prepared, resolution: Resolution, *, by: str, note: str) -> None:
    """Decide that the update is written. Raises ReviewError, SettingsError or ExternalError."""
    decision_id = str(uuid.uuid4())
    update = decided(prepared.update, decision_id=decision_id, by=by, seen=prepared.entry.seen)
    async with review_desk(settings_at_work()) as desk:
        await _resolve(desk, prepared.item, Decided(decision_id, resolution, by, note, update))


async def write_nothing(wanted: str, resolution: Resolution, *, by: str, note: str) -> ReviewItem:
    """Decide without any change of the client's record. Raises ReviewError, SettingsError or ExternalError."""
    async with review_desk(settings_at_work()) as desk:
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
        return ReviewError(f"item {number} was {now.status.said} by {now.resolved_by}{when}. Nothing was changed.")
    if item.status in WAITING and now.detail == item.detail:
        return ReviewError(f"item {number} waits for a decision already: it is {now.status}.")
    return ReviewError(
        f"item {number} has changed since you looked. Nothing was changed: `{command()} review show {number}`"
    )
