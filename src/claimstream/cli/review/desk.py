"""Where a person sits who decides: the items, their emails, and the records they are about."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from claimstream.cli.access import a_door, open_database
from claimstream.cli.console import command
from claimstream.cli.email_ids import ENOUGH, NotOneEmailError, the_one
from claimstream.connections import make_clients
from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.inquiry import Client, Inquiry
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.review import (
    CreditorEntry,
    ReviewItem,
)
from claimstream.external.errors import ExternalError, Refused
from claimstream.external.mongo import Clients
from claimstream.pipeline.report import ProcessingReport
from claimstream.settings import Settings, SettingsError
from claimstream.store.database import Database
from claimstream.store.emails import SHORTEST_BEGINNING, EmailStore
from claimstream.store.inquiries import InquiryStore
from claimstream.store.reviews import ReviewStore

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_OF_A_NUMBER = 9
"""An id of digits only, and no more of them, may be an item's number."""
_MOST_LETTERS = 20


class ReviewError(Exception):
    """Nothing was changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One of the firm's letters, which a reply may answer."""

    inquiry: Inquiry
    client: str
    """Name and case reference."""
    creditor: str


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

    async def found_letter(self, item: ReviewItem) -> Inquiry | None:
        """Return the letter that the item was found to answer, as it is stored now."""
        if item.inquiry_id is None:
            return None
        return next(iter(await self._letters(item.tenant_id, [item.inquiry_id])), None)

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
async def review_desk(settings: Settings) -> AsyncIterator[ReviewDesk]:
    """Raises SettingsError or ExternalError."""
    async with a_door() as door, open_database(settings, door) as database:
        clients = make_clients(settings, door)
        try:
            yield ReviewDesk(database, clients)
        finally:
            if clients is not None:
                await clients.close()


def legible(what: str, text: str) -> str:
    """What PostgreSQL can hold. Raises ReviewError."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ReviewError(f"{what}: it is no UTF-8 text.")
    return text
