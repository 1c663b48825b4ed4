"""``claimstream load``: firms, their mailboxes and their letters, all of a file or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

import bson
from bson.errors import InvalidDocument
from bson.objectid import ObjectId

from claimstream.cli.access import a_door, open_database
from claimstream.connections import make_clients
from claimstream.domain.records.world import World
from claimstream.domain.rules.world_faults import StoredClients, faults_against_clients, faults_by_itself
from claimstream.domain.rules.world_text import WorldFaultsError, located
from claimstream.external.errors import ExternalError
from claimstream.external.mongo import Clients
from claimstream.external.mongo_documents import Document, client_document, id_forms
from claimstream.settings import Settings, SettingsError
from claimstream.store.world import WorldStore

_AT_ONCE = 1000
"""Ids in one question to MongoDB."""
_LARGEST_DOCUMENT = 15 * 1024 * 1024
"""The most bytes of a document: MongoDB takes 16 MiB, and answers will be added to it."""


async def load_world(settings: Settings, world: World, *, clients: bool) -> None:
    """Tenants, mailboxes and inquiries into PostgreSQL; with ``clients``, the clients into MongoDB too.

    MongoDB is written last, while PostgreSQL can still be rolled back. If it takes only some of the clients, these are
    known and nobody's letter is about them: the same file may be loaded again.

    Raises:
        SettingsError: ``clients`` is wanted and no MongoDB is configured.
        WorldFaultsError: the world has faults, all of which are named; nothing is written.
        ExternalError: a store does not answer.
    """
    if clients and settings.mongodb_url is None:
        raise SettingsError("MONGODB_URL: not set, and --clients puts the clients there: mongodb://host:27017")
    faults = faults_by_itself(world, now=datetime.now(UTC))
    documents = [client_document(client) for client in world.clients] if clients and not faults else []
    faults += _faults_of_documents(documents)
    try:
        async with a_door() as door, open_database(settings, door) as database:
            collection = make_clients(settings, door)
            try:
                if collection is not None:
                    faults += faults_against_clients(world, await _stored_clients(collection, world, written=clients))

                async def write_clients() -> None:
                    if collection is not None and documents:
                        await collection.upsert(documents)

                await WorldStore(database).load(world, faults=faults, finish=write_clients)
            finally:
                if collection is not None:
                    await collection.close()
    except (SettingsError, ExternalError) as error:
        if faults:  # which can be mended meanwhile
            raise WorldFaultsError([*faults, f"not held against what is stored: {error}"]) from error
        raise


def _faults_of_documents(documents: Iterable[Document]) -> Iterator[str]:
    for number, document in enumerate(documents):
        try:
            large = len(bson.encode(document)) > _LARGEST_DOCUMENT
        except (InvalidDocument, OverflowError, ValueError) as error:
            yield located(("clients", number), f"MongoDB cannot hold it ({error})")
        else:
            if large:
                yield located(("clients", number), "too large for MongoDB")


async def _stored_clients(collection: Clients, world: World, *, written: bool) -> StoredClients:
    in_file = {client.client_id for client in world.clients}
    asked: dict[str, set[str]] = defaultdict(set)
    for inquiry in world.inquiries:
        if inquiry.client_id not in in_file:
            asked[inquiry.tenant_id].add(inquiry.client_id)
    of_letters = {
        (tenant_id, client.client_id): client
        for tenant_id, ids in asked.items()
        for part in _parts(ids)
        for client in await collection.get(tenant_id, part)
    }
    if not written:
        return StoredClients(of_letters)
    meant = {form: client for client in world.clients for form in id_forms(client.client_id)}
    stored = [document for part in _parts(in_file) for document in await collection.under_ids(part)]
    found = [(meant[document["_id"]], document) for document in stored]
    own = [(client, document) for client, document in found if document.get("tenant_id") == client.tenant_id]
    return StoredClients(
        of_letters,
        foreign={client.client_id for client, _ in found}.difference(client.client_id for client, _ in own),
        under_object_ids={client.client_id for client, document in own if isinstance(document["_id"], ObjectId)},
        written_to={client.client_id for client, document in own if _is_written_to(document)},
    )


def _is_written_to(document: Document) -> bool:
    creditors = document.get("creditors")  # of the portal, it may be anything
    return isinstance(creditors, list) and any(
        isinstance(creditor, dict) and creditor.get("applied_email_ids") for creditor in creditors
    )


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while part := list(islice(remaining, _AT_ONCE)):
        yield part
