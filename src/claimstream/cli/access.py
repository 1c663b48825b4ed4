"""Reaching a database from a command that only looks."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from claimstream.app import make_database
from claimstream.cli import last_demo
from claimstream.external.door import Door
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.settings import Settings, load_settings
from claimstream.store.emails import EmailStore


def settings_or_demo() -> Settings:
    """The environment's settings; where it names no database, those of the demo that is running."""
    settings = load_settings()
    environment = last_demo.running()
    if settings.database_url is not None or environment is None:
        return settings
    os.environ.update(environment)
    return load_settings()


@asynccontextmanager
async def email_store(settings: Settings) -> AsyncIterator[EmailStore]:
    door = Door(DEFAULT_POLICIES)
    database = make_database(settings, door)
    await database.open()
    try:
        yield EmailStore(database)
    finally:
        await database.close()
        await door.close()
