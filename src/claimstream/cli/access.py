"""Reaching the stores from a command that needs no more of a worker than them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from claimstream.cli.console import note, program
from claimstream.cli.demo import last as last_demo
from claimstream.cli.running import about_demo
from claimstream.connections import make_database
from claimstream.external.door import Door
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.settings import Settings, SettingsError, given_settings, load_settings
from claimstream.store.database import Database
from claimstream.store.emails import EmailStore


def settings_or_demo(**overrides: Any) -> Settings:
    """The environment's settings; where it names no database or ``--demo`` is given, those of the demo that is running.

    Args:
        overrides: by field name; they win over the environment's.

    Raises:
        SettingsError: a setting is wrong, or there is no demo for ``--demo``.
    """
    if about_demo.get():
        running = last_demo.running()
        if running is None and not last_demo.has_ended():
            raise SettingsError(f"--demo: no demo runs or ran here. Start one: {program()} demo")
        links = {"JAEGER_UI_URL": url} if (url := os.environ.get("JAEGER_UI_URL")) else {}
        return given_settings({name.lower(): value for name, value in (links | (running or {})).items()})
    settings = load_settings(**overrides)
    environment = last_demo.running()
    if settings.database_url is not None or environment is None:
        return settings
    os.environ.update(environment)
    return load_settings(**overrides)


def settings_at_work() -> Settings:
    """As :func:`settings_or_demo`, for what a demo that has ended leaves nothing of; it is said how to have one run."""
    settings = settings_or_demo()
    if settings.database_url is None and last_demo.has_ended():
        note(
            ("" if about_demo.get() else "DATABASE_URL is not set, and ")
            + "the last demo has ended: its emails and reports are all that is left. "
            f"For this it has to run: {program()} demo --keep"
        )
    return settings


@asynccontextmanager
async def a_door() -> AsyncIterator[Door]:
    door = Door(DEFAULT_POLICIES)
    try:
        yield door
    finally:
        await door.close()


@asynccontextmanager
async def open_database(settings: Settings, door: Door) -> AsyncIterator[Database]:
    """Raises SettingsError when none is configured, ExternalError when it does not let us in."""
    database = make_database(settings, door)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def bring_up_schema(settings: Settings) -> tuple[str | None, str | None]:
    """Migrate; the revision before and after. Raises SettingsError or ExternalError, which say what is wrong."""
    from claimstream.store.schema import migrate  # noqa: PLC0415 - brings SQLAlchemy, which most commands do without

    async with a_door() as door, open_database(settings, door):
        pass  # in one line what is wrong with the URL or the server, before alembic would say it in a hundred
    assert settings.database_url is not None
    return await migrate(settings.database_url.get_secret_value())


@asynccontextmanager
async def email_store(settings: Settings) -> AsyncIterator[EmailStore]:
    async with a_door() as door, open_database(settings, door) as database:
        yield EmailStore(database)
