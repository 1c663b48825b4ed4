"""``claimstream load``: firms, their mailboxes and their letters, all of a file or nothing."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import bson
from bson.errors import InvalidDocument
from bson.objectid import ObjectId

from claimstream.cli.access import a_door, open_database
from claimstream.cli.console import note
from claimstream.cli.words import counted, listed
from claimstream.connections import make_clients
from claimstream.domain.records.inquiry import Client
from claimstream.domain.records.world import Entries, World
from claimstream.domain.rules.faults import WorldFaultsError, joined, located
from claimstream.domain.rules.world_faults import StoredClients, faults_against_clients, faults_by_itself
from claimstream.domain.rules.world_text import read_world_text
from claimstream.evaluation.case import EXPECTED, WORLD_BYTES
from claimstream.evaluation.files import CaseError, read_file, too_large
from claimstream.external.errors import ExternalError
from claimstream.external.mongo import Clients
from claimstream.external.mongo_documents import client_document, doubled_ids, id_forms
from claimstream.settings import Settings, SettingsError
from claimstream.store.world import WorldStore

_AT_ONCE = 1000
"""Ids in one question to MongoDB."""
_LARGEST_DOCUMENT = 15 * 1024 * 1024
"""The most bytes of a document: MongoDB takes 16 MiB, and answers will be added to it."""
_STANDARD_INPUT = "-"
_HALF_LOADED = "Clients of the file may be in MongoDB by now, and its letters missing: load the file again."


async def load_file(file: Path, settings: Settings, *, clients: bool) -> None:
    """Load a world and say what was done.

    Raises:
        SettingsError, ExternalError: as for :func:`load_world`.
        CaseError: the file has faults, all of which are named.
    """
    name = "standard input" if str(file) == _STANDARD_INPUT else str(file)
    try:
        world = _read(file)
    except CaseError as error:
        raise CaseError(f"{error}\n{EXPECTED}\nNothing was loaded.") from None
    except WorldFaultsError as error:
        faults = joined(error.faults, faults_by_itself(error.sound, now=datetime.now(UTC)))
        raise CaseError(f"{name}: {WorldFaultsError(faults)}\n{EXPECTED}\nNothing was loaded.") from None
    try:
        changed, kept = await load_world(settings, world, clients=clients)
    except WorldFaultsError as error:
        raise CaseError(f"{name}: {error}\nNothing was loaded.") from None
    loaded = [counted(len(world.tenants), "tenant"), counted(len(world.inquiries), "inquiry", "inquiries")]
    of_file = counted(len(world.clients), "client")
    note(", ".join(loaded) + (f" and {of_file}" if clients else ""))
    if world.clients and not clients:
        note(f"{of_file} in the file not loaded: --clients loads them into MongoDB")
    if changed:
        note(f"Letters changed ({len(changed):,}):\n  " + listed(changed, "\n  "))
    if kept:
        note(f"Left as stored in MongoDB, although the file differs ({len(kept):,}):\n  " + listed(kept, "\n  "))
    if settings.mongodb_url is None:
        note("MONGODB_URL is not set, so the clients of the letters were not looked up")


async def load_world(settings: Settings, world: World, *, clients: bool) -> tuple[list[str], list[str]]:
    """Tenants, mailboxes and inquiries into PostgreSQL; with ``clients``, the clients into MongoDB too.

    MongoDB is written last, while PostgreSQL can still be rolled back. If it takes only some of the clients, these are
    known and nobody's letter is about them: the same file may be loaded again.

    Returns:
        Lines that name the stored letters whose replies will be found otherwise than before; and lines that name what
        stays in MongoDB as it is stored, although the world differs.

    Raises:
        SettingsError: ``clients`` is wanted and no MongoDB is configured.
        WorldFaultsError: the world has faults, all of which are named; nothing is written.
        ExternalError: a store does not answer.
    """
    entries = Entries.of(world)
    faults = faults_by_itself(entries, now=datetime.now(UTC))
    if clients and not faults:
        faults += _faults_of_documents(world.clients)
    kept: list[str] = []
    writing = False
    try:
        if clients and settings.mongodb_url is None:
            raise SettingsError("MONGODB_URL: not set, and --clients puts the clients there: mongodb://host:27017")
        async with a_door() as door, open_database(settings, door) as database:
            collection = make_clients(settings, door)
            try:
                if collection is not None:
                    stored = await _stored_clients(collection, world, loaded=clients)
                    faults = joined(faults, faults_against_clients(entries, stored, loaded=clients))

                async def write_clients() -> None:
                    nonlocal writing
                    if collection is not None and clients:
                        writing = True
                        kept[:] = await collection.load(world.clients)

                changed = await WorldStore(database).load(world, faults=faults, finish=write_clients)
            except BaseException:  # Ctrl-C, too, and a rule of the database's owner that fails at COMMIT
                if writing:
                    note(_HALF_LOADED)
                raise
            finally:
                if collection is not None:
                    await collection.close()
    except (SettingsError, ExternalError) as error:
        if faults:  # which can be mended meanwhile
            raise WorldFaultsError([*faults, f"not held against what is stored: {error}"]) from error
        raise
    return changed, kept


def _read(file: Path) -> World:
    """Raises CaseError or WorldFaultsError."""
    if str(file) != _STANDARD_INPUT:
        return read_world_text(read_file(file, most_bytes=WORLD_BYTES))
    data = sys.stdin.buffer.read(WORLD_BYTES + 1)
    if len(data) > WORLD_BYTES:
        raise CaseError(f"standard input: {too_large(WORLD_BYTES)}")
    return read_world_text(data)


def _faults_of_documents(clients: Iterable[Client]) -> Iterator[str]:
    for number, client in enumerate(clients):
        try:
            large = len(bson.encode(client_document(client))) > _LARGEST_DOCUMENT
        except (InvalidDocument, OverflowError, ValueError) as error:
            yield located(("clients", number), f"MongoDB cannot hold it ({error})")
        else:
            if large:
                yield located(("clients", number), "too large for MongoDB")


async def _stored_clients(collection: Clients, world: World, *, loaded: bool) -> StoredClients:
    in_file = {client.client_id: client for client in world.clients} if loaded else {}
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
    meant = {form: client for client in in_file.values() for form in id_forms(client.client_id)}
    foreign, under_object_ids, without_list, doubled = set(), set(), set(), set()
    for part in _parts(in_file):
        for document in await collection.under_ids(part):
            client = meant[document["_id"]]
            if document.get("tenant_id") != client.tenant_id:
                foreign.add(client.client_id)
            elif isinstance(document["_id"], ObjectId):
                under_object_ids.add(client.client_id)
            elif not isinstance(document.get("creditors", []), list):
                without_list.add(client.client_id)
            elif doubled_ids(document):
                doubled.add(client.client_id)
    return StoredClients(of_letters, foreign, under_object_ids, without_list, doubled)


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while part := list(islice(remaining, _AT_ONCE)):
        yield part
