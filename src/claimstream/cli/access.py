"""Reaching the stores from a command that needs no more of a worker than them."""

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from claimstream.cli.about import about_demo
from claimstream.cli.console import note, program
from claimstream.cli.demo import last as last_demo
from claimstream.connections import make_database
from claimstream.env_file import ignored
from claimstream.external.door import Door
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.settings import Settings, SettingsError, given_settings, load_settings, not_set
from claimstream.store.database import Database
from claimstream.store.emails import EmailStore

_PATIENCE_SECONDS = 5.0
_SILENT = "PostgreSQL does not answer yet (DATABASE_URL). It is tried three times, for three quarters of a minute …"


def installed_settings() -> Settings:
    """The settings of the environment and of ``.env``, with a warning of each name there that is no setting.

    Raises:
        SettingsError: a setting is wrong.
    """
    settings = load_settings()
    _warn_of_ignored()
    return settings


@cache
def _warn_of_ignored() -> None:
    """Once, however often a command asks for its settings."""
    for name, consequence in ignored().items():
        note(f"{name} in .env: {consequence}")


def settings_to_show(*, also_ended: bool = False) -> Settings:
    """The settings for a command that only shows: where nothing is installed, those of the demo, and that is said.

    A folder with a ``.env`` is an installation. If it names no database, a name is missing or mistyped.

    Args:
        also_ended: the command also shows what a demo has left that is over; the settings name no database then.

    Raises:
        SettingsError: a setting is wrong; the demo is over; or ``.env`` names no database, and there is a demo.
    """
    if about_demo.get():
        return _settings_of_demo(also_ended=also_ended)
    settings = installed_settings()
    runs = last_demo.running() is not None
    if settings.database_url is not None or not (runs or last_demo.has_ended()):
        return settings
    which = "runs here" if runs else "ran last"
    if Path(".env").is_file() or Path(".env").is_symlink():  # of a link to nothing, the installation is away
        raise _no_database(which)
    settings = _settings_of_demo(also_ended=also_ended)
    note(f"{not_set('DATABASE_URL')}. This shows the demo that {which}, and nothing of a real installation.")
    return settings


def settings_at_work() -> Settings:
    """The settings for a command that decides or judges. They are a demo's only where ``--demo`` says so.

    Raises:
        SettingsError: a setting is wrong; the demo is over; or one runs, and it is not clear what is meant.
    """
    if about_demo.get():
        return _settings_of_demo()
    settings = installed_settings()
    if settings.database_url is None and last_demo.running() is not None:
        raise _no_database("runs here")
    return settings


def _no_database(which: str) -> SettingsError:
    return SettingsError(
        f"{not_set('DATABASE_URL')}. Set it: postgresql://user:password@host/database. If the demo that {which} "
        f"is meant: {program()} --demo {shlex.join(sys.argv[1:])}"
    )


def _settings_of_demo(*, also_ended: bool = False) -> Settings:
    running = last_demo.running()
    if running is None:
        if not last_demo.has_ended():
            raise SettingsError(f"--demo: no demo runs or ran here. Start one: {program()} demo")
        if not also_ended:
            beginning = "--demo: the" if about_demo.get() else f"{not_set('DATABASE_URL')}, and the"
            raise SettingsError(
                f"{beginning} last demo has ended: its emails and reports are all that is left. For this it has to "
                f"run: {program()} demo --keep"
            )
    links = {"JAEGER_UI_URL": url} if (url := os.environ.get("JAEGER_UI_URL")) else {}
    return given_settings({name.lower(): value for name, value in (links | (running or {})).items()})


@asynccontextmanager
async def a_door() -> AsyncIterator[Door]:
    door = Door(DEFAULT_POLICIES)
    try:
        yield door
    finally:
        await door.close()


@asynccontextmanager
async def open_database(
    settings: Settings, door: Door, *, patience_seconds: float = _PATIENCE_SECONDS
) -> AsyncIterator[Database]:
    """
    Args:
        patience_seconds: how long a silent server is waited for until the person is told.

    Raises:
        SettingsError: none is configured.
        ExternalError: it does not let us in.
    """
    database = make_database(settings, door)
    told = asyncio.get_running_loop().call_later(patience_seconds, note, _SILENT)
    try:
        await database.open()
    finally:
        told.cancel()
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
