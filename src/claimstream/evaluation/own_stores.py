"""Stores of a trial's own on whichever servers it uses, embedded or the user's.

Every trial takes names that nobody else has and gives them back at its end. So it meets no data of others, two trials
at once do not meet each other, and neither meets a worker.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import aiohttp
from pydantic import SecretStr
from yarl import URL

from claimstream.connections import make_clients, make_database
from claimstream.external.door import Door
from claimstream.external.errors import Unauthorised
from claimstream.external.mongo import Clients
from claimstream.local.servers.process import LocalStackError
from claimstream.settings import Settings
from claimstream.store.database import Database
from claimstream.store.schema import migrate

_LONGEST_SECONDS = 120.0
"""The time for making or dropping a database: its files are copied and removed."""


@asynccontextmanager
async def own_stores(settings: Settings, purpose: Literal["demo", "eval"]) -> AsyncIterator[Settings]:
    """Settings whose databases, bucket and Pub/Sub project are this run's own; databases and bucket go at its end.

    Raises:
        LocalStackError: a server does not let us make what is ours, or leads us into a database that holds something.
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
    async with AsyncExitStack() as stack:
        if own.storage_emulator_host is not None:
            bucket = own.google_cloud_project
            await stack.enter_async_context(_own_bucket(own.storage_emulator_host, bucket))
            own = own.model_copy(update={"gcs_bucket": bucket})
        await stack.enter_async_context(_own_databases(settings, own, name))
        yield own


@asynccontextmanager
async def _own_databases(settings: Settings, own: Settings, name: str) -> AsyncIterator[None]:
    assert own.database_url is not None
    door = Door()
    try:
        server, database, clients = make_database(settings, door), make_database(own, door), make_clients(own, door)
        await server.open()
        try:
            await _create(server, name)
            try:
                await _check_empty(database, clients, name)
                await migrate(own.database_url.get_secret_value())
                try:
                    yield
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


@asynccontextmanager
async def _own_bucket(endpoint: str, name: str) -> AsyncIterator[None]:
    """A bucket of that name for as long as this lasts. Only a server of one's own is met here, never Google's."""
    buckets = f"{endpoint}/storage/v1/b"
    async with aiohttp.ClientSession() as session:
        await _call(session, "POST", buckets, json={"name": name})
        try:
            yield
        finally:
            objects = f"{buckets}/{name}/o"
            while found := (await _call(session, "GET", objects)).get("items"):
                for one in found:
                    await _call(session, "DELETE", f"{objects}/{quote(one['name'], safe='')}")
            await _call(session, "DELETE", f"{buckets}/{name}")


async def _call(session: aiohttp.ClientSession, method: str, url: str, **request: Any) -> Any:
    """The JSON of the answer. Raises LocalStackError."""
    try:
        async with session.request(method, URL(url, encoded=True), **request) as response:
            if response.ok:
                return await response.json(content_type=None) or {}
            said = f"answers {response.status} to {method} {response.url.path}"
    except (aiohttp.ClientError, ValueError) as error:
        said = f"is not reachable ({type(error).__name__})"
    raise LocalStackError(f"STORAGE_EMULATOR_HOST {said}. A trial makes a bucket of its own there, and removes it.")


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
