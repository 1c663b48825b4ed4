"""Bringing a database to the newest schema, and telling whether it is there."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

_LOCK = 7_214_550_031
"""Advisory lock: pods that start together migrate one after the other."""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> tuple[str | None, str | None]:
    before = MigrationContext.configure(connection).get_current_revision()
    # Session lock: it has to outlast the migrations' own transactions.
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
    connection.commit()
    try:
        command.upgrade(_config(connection), "head")
        connection.commit()
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()
    return before, MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this code was written for."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


async def migrate(dsn: str) -> tuple[str | None, str | None]:
    """Run all migrations that are due. Safe to call from several processes at once, but not from several tasks of one:
    alembic keeps its context in a module.

    Args:
        dsn: ``postgresql://…``, with whatever parameters asyncpg takes (``?sslmode=require``)

    Returns:
        The revision before and after; equal when nothing was due, None before the first.
    """
    # asyncpg reads the DSN itself: SQLAlchemy would pass sslmode and the like on as arguments it does not take.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()
