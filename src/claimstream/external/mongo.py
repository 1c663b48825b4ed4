"""The firm's ``clients`` collection, shared with its portal: read for matching, written from the outbox.

Every query names the tenant, but for the one about ids that are taken. Creditors are found by their id, never by
position. Fields are only ever added or set, so that what the portal keeps in a document stays.
"""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, TypeVar

from motor.frameworks import asyncio as motor_threads
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from opentelemetry.util.types import AttributeValue
from pymongo import ReplaceOne, UpdateOne, WriteConcern

from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.inquiry import Client
from claimstream.domain.records.keys import ClientKeys
from claimstream.domain.records.review import CreditorEntry
from claimstream.external.door import Door
from claimstream.external.errors import Outage, Refused
from claimstream.external.mongo_documents import (
    KEYS,
    SEARCHED,
    Document,
    amount,
    applied_email_ids,
    client_keys,
    client_records,
    creditor_entry,
    find_creditor,
    id_forms,
    noted,
    response_received_at,
    says_the_same,
    seen,
    update_document,
)
from claimstream.external.mongo_errors import SERVICE, classify
from claimstream.external.mongo_loading import merge

T = TypeVar("T")

_MAJORITY_MILLISECONDS = 10_000
"""The write-concern timeout. It must stay below the door's, or blocked driver threads pile up. ``wTimeoutMS`` of the
URL goes before."""
_SILENT_MILLISECONDS = 20_000
"""The timeout of any answer, for the same reason. ``socketTimeoutMS`` of the URL goes before."""
_GOODBYE_SECONDS = 3.0
"""The wait for the server's answer to a good-bye: a silent server holds up no end."""
_DECODING: dict[str, Any] = {
    "tz_aware": True,
    "datetime_conversion": "DATETIME_AUTO",
    "unicode_decode_error_handler": "replace",
}
"""A date after the year 9999 and text that is no UTF-8 are values like any other: a whole answer that cannot be decoded
would take the tenant's other clients with it."""
_WRITTEN_AT_ONCE = 1000
"""Documents: few enough for one call's time-out."""
_NOBODY: Document = {"_id": "claimstream: nobody", "tenant_id": ""}
"""No client is called so."""
_CONNECTING_AT_ONCE = 10
"""Connections that are opened at a time. The driver's own 2 would keep a slow server's calls waiting for connections.
``maxConnecting`` of the URL goes before."""
_RACES = 10
"""How often another writer may get in between reading an amount and replacing it."""


@dataclass(frozen=True)
class ClientsOptions:
    url: str
    database: str = "claims"
    collection: str = "clients"
    server_selection_timeout_seconds: float = 5.0


@dataclass(frozen=True)
class Applied:
    outcome: Literal["applied", "already_applied", "overtaken", "changed", "refused", "missing"]
    """``overtaken``: a reply that came later has been written already, and stays. ``changed``: the record is no longer
    what the person saw who decided. ``refused``: the amount stored by now may not be replaced. In these cases nothing
    was written. ``missing``: the tenant has no such client with such a creditor."""
    old_amount: Decimal | None = None
    """``current_amount`` as it was read last."""


class Clients:
    """The clients of all tenants. Errors are those of the door."""

    def __init__(self, door: Door, options: ClientsOptions) -> None:
        self._options = options
        self._service = door.service(SERVICE, classify)
        self._client: AsyncIOMotorClient[Document] | None = None
        self._attributes = _server(options)

    async def get(self, tenant_id: str, client_ids: Iterable[str]) -> list[Client]:
        """Those of the ids that are the tenant's clients, in no order."""
        ids = [form for client_id in client_ids for form in id_forms(client_id)]
        if not ids:
            return []
        return await self._find({"tenant_id": tenant_id, "_id": {"$in": ids}})

    async def keys(
        self, tenant_id: str, client_ids: Iterable[str], *, known: Callable[[int], bool]
    ) -> list[ClientKeys]:
        """What those of the ids that are the tenant's clients are found by, without those known in this form."""
        wanted = {"tenant_id": tenant_id, "_id": {"$in": [form for one in client_ids for form in id_forms(one)]}}

        async def read(clients: AsyncIOMotorCollection[Document]) -> list[bytes]:
            return [batch async for batch in clients.find_raw_batches(wanted, KEYS)]

        return client_keys(await self._call("find", read), known=known)

    async def find_all(self, tenant_id: str) -> list[Client]:
        return await self._find({"tenant_id": tenant_id})

    async def search(self, tenant_id: str, words: Iterable[str], *, limit: int) -> list[Client]:
        """The tenant's clients who are called so, or whose creditors are: each word stands in one of their names, in
        the case reference, or in a creditor's name or address."""
        wanted = [{"$or": [{field: _standing(word)} for field in SEARCHED]} for word in words]
        query = {"tenant_id": tenant_id, **({"$and": wanted} if wanted else {})}
        found = await self._call("find", lambda clients: clients.find(query).limit(limit).to_list(None))
        return client_records(found)

    async def documents(self, tenant_id: str) -> list[Document]:
        """The tenant's clients as they are stored, with whatever the portal keeps in them."""
        return await self._call("find", lambda clients: clients.find({"tenant_id": tenant_id}).to_list(None))

    async def document(self, tenant_id: str, client_id: str) -> Document | None:
        """The client's document as it is stored; None if the tenant has no such client."""
        wanted = {"tenant_id": tenant_id, "_id": {"$in": id_forms(client_id)}}
        return await self._call("find", lambda clients: clients.find_one(wanted))

    async def entry(self, update: ClientUpdate) -> CreditorEntry | None:
        """What is stored where the update would be written; None if the tenant has no such client with such a creditor.

        :raises Refused: the stored amount is no number.
        """
        document = await self.document(update.tenant_id, update.client_id)
        creditor = None if document is None else find_creditor(document, update.creditor_id)
        if document is None or creditor is None:
            return None
        return creditor_entry(document, creditor, self._stored_amount(update, creditor))

    async def apply(
        self,
        update: ClientUpdate,
        *,
        amount_may_replace: Callable[[Decimal | None], bool],
        correlation_id: str | None = None,
    ) -> Applied:
        """Write what a reply said, once per email (or decision of a person) however often it is called.

        What a reply said that came later is never overwritten: of an earlier one that says the same it is noted that it
        was applied, and no more. The amount is replaced only while the one that
        ``amount_may_replace`` has agreed to is still stored; when somebody else has changed it, it is asked again.

        What a person has decided is written over whatever is stored, as long as it is what they saw.

        :raises Refused: the stored amount is no number: nothing can be compared, a person must look.
        """
        for _ in range(_RACES):
            stored = await self._creditor(update)
            if stored is None:
                return Applied("missing")
            client_id, creditor = stored
            old = self._stored_amount(update, creditor)
            if update.effect_id in applied_email_ids(creditor):
                if await self._still_applied(client_id, update):
                    return Applied("already_applied", old)
                continue
            refusal = _refusal(update, creditor, old, amount_may_replace)
            if refusal is not None:
                return Applied(refusal, old)
            written = response_received_at(creditor)
            wanted: Document = {"creditor_id": update.creditor_id, "applied_email_ids": {"$ne": update.effect_id}}
            # Whole, where it is no answer of ours: of what the portal may have put there a part has no meaning.
            unchanged = ["response"] if written is None or update.decided is not None else ["response.received_at"]
            if update.amount is not None or update.decided is not None:
                unchanged.append("current_amount")
            if update.decided is not None:
                unchanged.append("settlement")
            wanted |= {name: {"$eq": _value(creditor, name)} for name in unchanged}
            overtaken = update.decided is None and written is not None and written > update.received_at
            change = noted(update, creditor) if overtaken else update_document(update, creditor, correlation_id)
            query = {"_id": client_id, "tenant_id": update.tenant_id, "creditors": {"$elemMatch": wanted}}
            if await self._update(query, change):
                return Applied("applied", old)
        raise Outage(SERVICE, "update", f"the amount changed {_RACES} times while it was being replaced; later again")

    async def upsert(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Store whole documents by ``_id``, for the demo and the tests: see :func:`mongo_documents.client_document`.

        Another tenant's document of that id stays: its id is taken, and the write is refused.
        """
        remaining = iter(documents)
        while part := list(islice(remaining, _WRITTEN_AT_ONCE)):
            await self._replace(part)

    async def _replace(self, documents: Iterable[Mapping[str, Any]]) -> None:
        writes = [ReplaceOne({"_id": d["_id"], "tenant_id": d["tenant_id"]}, dict(d), upsert=True) for d in documents]
        await self._bulk_write(writes)

    async def _bulk_write(self, writes: Sequence[ReplaceOne[Document] | UpdateOne]) -> None:
        await self._call("bulkWrite", lambda clients: clients.bulk_write(writes))

    async def _documents(self, clients: Iterable[Client]) -> list[Document]:
        """Return the documents under the ids of these clients, if they are their tenants'."""
        keys = [(client.client_id, client.tenant_id) for client in clients]
        wanted = {"_id": {"$in": [one for one, _ in keys]}, "tenant_id": {"$in": sorted({one for _, one in keys})}}
        return await self._call("find", lambda clients: clients.find(wanted).to_list(None))

    async def load(self, clients: Iterable[Client]) -> list[str]:
        """Bring the clients up to date, or add them; :mod:`mongo_loading` has the rules.

        Another tenant's document of that id stays: its id is taken, and the write is refused.

        Returns:
            Lines that name what stays as it is stored, although the file differs.
        """
        remaining, kept = iter(clients), list[str]()
        while part := list(islice(remaining, _WRITTEN_AT_ONCE)):
            stored = {(found["tenant_id"], found["_id"]): found for found in await self._documents(part)}
            merges = [merge(client, stored.get((client.tenant_id, client.client_id))) for client in part]
            kept += [line for one in merges for line in one.kept]
            writes = (write for one in merges for write in one.writes)
            while some := list(islice(writes, _WRITTEN_AT_ONCE)):
                await self._bulk_write(some)
        return kept

    async def under_ids(self, client_ids: Iterable[str]) -> list[Document]:
        """Return what is stored under these ids, whoever's it is: its id, its tenant, and its creditors.

        The one query that sees other tenants: an id that one of them has is free for nobody.
        """
        wanted = {"_id": {"$in": [form for client_id in client_ids for form in id_forms(client_id)]}}
        fields = {"tenant_id": 1, "creditors": 1}
        return await self._call("find", lambda clients: clients.find(wanted, fields).to_list(None))

    async def drop(self) -> None:
        """Drop the whole database: for those that an evaluation or a test made for itself."""
        await self._call("drop", lambda clients: clients.database.client.drop_database(clients.database.name))

    async def collections(self) -> list[str]:
        """The names of all collections in the database."""
        return await self._call("listCollections", lambda clients: clients.database.list_collection_names())

    async def check(self) -> str:
        """Look for one document.

        :raises ExternalError: with what to mend.
        """
        await self._call("find", lambda clients: clients.find_one({}, {"_id": 1}), retry=False)
        return f"collection {self._options.database}.{self._options.collection} can be read"

    async def probe(self) -> None:
        """Read and write as mail does, without changing anything: a full disk or a lost right shows at writes only.

        :raises ExternalError: with what to mend.
        """

        async def attempt(clients: AsyncIOMotorCollection[Document]) -> None:
            await clients.find_one({}, {"_id": 1})
            await clients.update_one(_NOBODY, {"$set": {"tenant_id": ""}})

        await self._call("probe", attempt, retry=False)

    async def close(self) -> None:
        """End the connections. The driver tells the server so, and would hold the event loop until it has answered."""
        if self._client is not None:
            client, self._client = self._client, None
            loop, ended = asyncio.get_running_loop(), asyncio.Event()

            def say_goodbye() -> None:
                client.close()
                with suppress(RuntimeError):  # the event loop is gone
                    loop.call_soon_threadsafe(ended.set)

            # A daemon: the end of the process waits for no server.
            threading.Thread(target=say_goodbye, name="mongodb goodbye", daemon=True).start()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await ended.wait()

    async def _find(self, query: Document) -> list[Client]:
        documents = await self._call("find", lambda clients: clients.find(query).to_list(None))
        return client_records(documents)

    async def _creditor(self, update: ClientUpdate) -> tuple[object, Document] | None:
        wanted = {
            "tenant_id": update.tenant_id,
            "_id": {"$in": id_forms(update.client_id)},
            "creditors.creditor_id": update.creditor_id,
        }
        found = await self._call("find", lambda clients: clients.find_one(wanted, {"creditors": 1}))
        if found is None:
            return None
        creditor = find_creditor(found, update.creditor_id)
        return None if creditor is None else (found["_id"], creditor)

    async def _still_applied(self, client_id: object, update: ClientUpdate) -> bool:
        """An attempt that ran out of time may have written it without the majority's word. A write waits for that word
        even where it changes nothing; a read would believe the one server."""
        wanted = {"creditor_id": update.creditor_id, "applied_email_ids": update.effect_id}
        query = {"_id": client_id, "tenant_id": update.tenant_id, "creditors": {"$elemMatch": wanted}}
        return await self._update(query, {"$set": {"creditors.$.creditor_id": update.creditor_id}})

    async def _update(self, query: Document, change: Document) -> bool:
        result = await self._call("update", lambda clients: clients.update_one(query, change))
        return result.matched_count == 1

    @staticmethod
    def _stored_amount(update: ClientUpdate, creditor: Document) -> Decimal | None:
        try:
            return amount(creditor.get("current_amount"))
        except ValueError as error:
            message = (
                f"current_amount of creditor {update.creditor_id} of client {update.client_id} is no number. "
                "Correct it in the portal, then decide the review item."
            )
            raise Refused(SERVICE, "update", message) from error

    async def _call(
        self,
        operation: str,
        function: Callable[[AsyncIOMotorCollection[Document]], Awaitable[T]],
        *,
        retry: bool = True,
    ) -> T:
        async def attempt() -> T:
            return await function(self._collection())

        attributes = {**self._attributes, "db.operation.name": operation}
        return await self._service.call(operation, attempt, retry=retry, attributes=attributes)

    def _collection(self) -> AsyncIOMotorCollection[Document]:
        if self._client is None:  # inside the loop, to which motor ties itself
            milliseconds = int(self._options.server_selection_timeout_seconds * 1000)
            at_once = self._service.policy.concurrency
            options: dict[str, Any] = {
                "appname": "claimstream",
                **_DECODING,
                "serverSelectionTimeoutMS": milliseconds,
                "connectTimeoutMS": milliseconds,
            }
            by_default = {
                "socketTimeoutMS": _SILENT_MILLISECONDS,
                "maxPoolSize": at_once,
                "maxConnecting": _CONNECTING_AT_ONCE,
            }
            url = self._options.url.lower()
            options |= {name: value for name, value in by_default.items() if f"{name.lower()}=" not in url}
            _have_threads(at_once)
            self._client = AsyncIOMotorClient(self._options.url, **options)
        # What a failover rolls back would be lost: its outbox row is done by then, and nobody writes it again. What the
        # URL says of it goes before.
        patience = {"w": "majority", "wtimeout": _MAJORITY_MILLISECONDS}
        concern = WriteConcern(**{**patience, **self._client.write_concern.document})
        return self._client[self._options.database].get_collection(self._options.collection, write_concern=concern)


def _have_threads(at_once: int) -> None:
    """Give motor a thread for each call that the bulkhead lets in. By itself motor has five to a processor, and every
    other call waits for one of those, unseen, until its time-out.

    All clients of a process share the threads. Each is started when it is first needed.
    """
    if motor_threads.max_workers < at_once:
        motor_threads.max_workers = at_once
        motor_threads._reset_global_executor()  # type: ignore[no-untyped-call]  # motor has no types


def _refusal(
    update: ClientUpdate, creditor: Document, old: Decimal | None, amount_may_replace: Callable[[Decimal | None], bool]
) -> Literal["changed", "overtaken", "refused"] | None:
    """Why it may not be written over what is stored."""
    if update.decided is not None:
        return None if update.decided.seen == seen(creditor, old) else "changed"
    written = response_received_at(creditor)
    if written is not None and written > update.received_at:
        return None if says_the_same(update, creditor, old) else "overtaken"
    return None if update.amount is None or amount_may_replace(old) else "refused"


def _value(creditor: Document, path: str) -> object:
    """As it is stored; null also finds a missing one."""
    name, _, inner = path.partition(".")
    return creditor[name][inner] if inner else creditor.get(name)


def _standing(word: str) -> Document:
    """The word as it is, whatever its case."""
    return {"$regex": re.escape(word), "$options": "i"}


def _server(options: ClientsOptions) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "db.system.name": "mongodb",
        "db.namespace": options.database,
        "db.collection.name": options.collection,
    }
    host, _, port = options.url.partition("://")[2].rpartition("@")[2].partition("/")[0].split(",")[0].partition(":")
    attributes["server.address"] = host
    if port.isdigit():
        attributes["server.port"] = int(port)
    return attributes
