"""Stores of a trial's own on whichever servers it uses, embedded or the user's.

Every trial takes names that nobody else has and gives them back at its end. So it meets no data of others, two trials
at once do not meet each other, and neither meets a worker.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from claimstream.connections import make_clients, make_database
from claimstream.external.door import Door
from claimstream.external.errors import Unauthorised
from claimstream.external.mongo import Clients
from claimstream.local.servers.process import LocalStackError
from claimstream.local.stack import create_bucket
from claimstream.settings import Settings
from claimstream.store.database import Database
from claimstream.store.schema import migrate

_LONGEST_SECONDS = 120.0
"""The time for making or dropping a database: its files are copied and removed."""


@asynccontextmanager
async def own_stores(settings: Settings, purpose: Literal["demo", "eval"]) -> AsyncIterator[Settings]:
    """Settings whose databases, bucket and Pub/Sub project were made for this run; the databases are dropped after it.

    Raises:
        LocalStackError: a server does not let us make a database, or leads us into one that holds something.
        ExternalError: a server is out of reach.
    """
    name = f"claimstream_{purpose}_{secrets.token_hex(6)}"
    assert settings.database_url is not None
    dsn = urlunsplit(urlsplit(settings.database_url.get_secret_value())._replace(path=f"/{name}"))
    own = settings.model_copy(
        update={
            "database_url": SecretStr(dsn),
            "mongodb_database": name,
            "google_cloud_project": name.replace("_", "-"),
        }
    )
    if own.storage_emulator_host is not None:
        await create_bucket(own.storage_emulator_host, own.google_cloud_project)
        own = own.model_copy(update={"gcs_bucket": own.google_cloud_project})
    door = Door()
    try:
        server, database, clients = make_database(settings, door), make_database(own, door), make_clients(own, door)
        await server.open()
        try:
            await _create(server, name)
            try:
                await _check_empty(database, clients, name)
                await migrate(dsn)
                try:
                    yield own
                finally:
                    if clients is not None:
                        await clients.drop()
            finally:
                await _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')
        finally:
            if clients is not None:
                await clients.close()
            await server.close()
    finally:
        await door.close()


async def _create(server: Database, name: str) -> None:
    try:
        # Not from template1, in which somebody may have put tables.
        await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    except Unauthorised as error:
        raise LocalStackError(
            "DATABASE_URL: its user may not create a database, and a trial works in one of its own. Give it the right "
            "(ALTER ROLE … CREATEDB), or leave DATABASE_URL out of --use: then PostgreSQL is embedded."
        ) from error
    await _execute(server, f"COMMENT ON DATABASE \"{name}\" IS 'A trial of claimstream; may be dropped'")


async def _check_empty(database: Database, clients: Clients | None, name: str) -> None:
    """A pooler may lead every name to the same database: then nothing is ours, and nothing may be written."""
    await database.open()
    try:
        there = await database.run("SELECT", lambda c: c.fetchval("SELECT current_database()"))
        filled = await database.run("SELECT", lambda c: c.fetchval("SELECT to_regclass('tenants') IS NOT NULL"))
    finally:
        await database.close()
    if there != name or filled:
        raise LocalStackError(
            f"DATABASE_URL: {name} was made for this trial, but this URL leads to the database {there} instead, as a "
            "pooler's may. Name PostgreSQL itself."
        )
    if clients is not None and (found := await clients.collections()):
        raise LocalStackError(
            f"MONGODB_URL: the database {name}, which is this trial's own, holds {', '.join(found)} already. "
            "Name MongoDB itself, not what stands before it."
        )


async def _execute(server: Database, statement: str) -> None:
    operation = statement.partition('"')[0].strip()
    await server.run(operation, lambda c: c.execute(statement), transaction=False, timeout_seconds=_LONGEST_SECONDS)
