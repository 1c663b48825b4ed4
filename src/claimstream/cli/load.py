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
from claimstream.external.mongo_documents import client_document
from claimstream.settings import Settings, SettingsError
from claimstream.store.world import WorldStore

_AT_ONCE = 1000
"""Ids in one question to MongoDB."""
_LARGEST_DOCUMENT = 15 * 1024 * 1024
"""Bytes: MongoDB takes 16 MiB, and answers will be added to it."""


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


def _faults_of_documents(documents: Iterable[dict[str, object]]) -> Iterator[str]:
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
    own: dict[str, list[str]] = defaultdict(list)
    for client in world.clients:
        own[client.tenant_id].append(client.client_id)
    stored = [
        (stored_id, is_own)
        for tenant_id, ids in own.items()
        for part in _parts(ids)
        for stored_id, is_own in (await collection.stored_ids(tenant_id, part)).items()
    ]
    return StoredClients(
        of_letters,
        foreign={str(stored_id) for stored_id, is_own in stored if not is_own},
        under_object_ids={str(stored_id) for stored_id, is_own in stored if is_own and isinstance(stored_id, ObjectId)},
    )


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while part := list(islice(remaining, _AT_ONCE)):
        yield part
