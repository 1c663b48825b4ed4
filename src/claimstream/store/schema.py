"""Bringing a database to the newest schema, and telling whether it is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from claimstream.external.postgres_errors import classify

_LOCK = 7_214_550_031
"""Advisory lock: pods that start together migrate one after the other."""
_ASK_AGAIN_SECONDS = 0.5


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> tuple[str | None, str | None]:
    before = MigrationContext.configure(connection).get_current_revision()
    connection.commit()  # reading has begun a transaction, and each migration is to have its own
    if is_newer(before):
        return before, before
    command.upgrade(_config(connection), "head")
    connection.commit()
    return before, MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this code was written for."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def is_newer(revision: str | None) -> bool:
    """Return True when a later release has migrated the database. This one runs on it: migrations only expand."""
    newest = newest_revision()
    return revision is not None and newest is not None and revision > newest


async def migrate(dsn: str) -> tuple[str | None, str | None]:
    """Run all migrations that are due. Safe to call from several processes at once, but not from several tasks of one:
    alembic keeps its context in a module.

    Args:
        dsn: ``postgresql://…``, with whatever parameters asyncpg takes (``?sslmode=require``)

    Returns:
        The revision before and after; equal when nothing was due, None before the first. A newer revision than ours
        stays as it is, so that the release before can be started again with its init container.

    Raises:
        ExternalError: the server is lost, or the role lacks a right.
    """
    # asyncpg reads the DSN itself: SQLAlchemy would pass sslmode and the like on as arguments it does not take.
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "async_creator_fn": lambda: _connect(dsn),
            # Behind a pooler in transaction mode a name may be taken already, by another connection.
            "prepared_statement_name_func": lambda: "",
            "prepared_statement_cache_size": 0,
        },
    )
    try:
        async with _alone(dsn), engine.connect() as connection:
            return await connection.run_sync(_upgrade)
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if (known := classify(_root(error))) is None:
            raise
        known.operation = "migrate"
        raise known from error
    finally:
        await engine.dispose()


def _root(error: BaseException) -> BaseException:
    """Return the error that asyncpg raised: SQLAlchemy puts two of its own around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


async def _connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(dsn, statement_cache_size=0)


@asynccontextmanager
async def _alone(dsn: str) -> AsyncIterator[None]:
    """Keep everybody else from migrating meanwhile.

    The lock belongs to a transaction, which keeps its server process behind a pooler too. Nobody waits within a
    statement for it: CREATE INDEX CONCURRENTLY waits for the end of all statements, and each would wait for the other.
    """
    connection = await _connect(dsn)
    try:
        while True:
            transaction = connection.transaction()
            await transaction.start()
            if await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                break
            await transaction.rollback()
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield
        await transaction.rollback()
    finally:
        await connection.close()
