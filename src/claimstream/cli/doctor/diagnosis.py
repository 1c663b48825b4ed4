"""``claimstream doctor``: is each configured service there, and if not, what mends it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from rich.table import Table
from rich.text import Text
from sentry_sdk.utils import BadDsn, Dsn

from claimstream.cli.about import about_demo
from claimstream.cli.access import a_door, open_database, settings_at_work
from claimstream.cli.console import note, out, program
from claimstream.cli.demo import last as last_demo
from claimstream.cli.doctor.circuits import circuits
from claimstream.cli.doctor.finding import Finding
from claimstream.cli.doctor.mailboxes import SAMPLE, look_at_mailboxes
from claimstream.cli.doctor.settings import read_settings, unreadable
from claimstream.cli.running import advice
from claimstream.connections import (
    budget_warnings,
    make_blobs,
    make_clients,
    make_gmail,
    make_mailer,
    make_model,
    shared_circuits,
)
from claimstream.domain.records.work import Mailbox
from claimstream.external import grpc_errors
from claimstream.external.claude import deprecation_warning
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError, NotFound, UnexpectedFailure
from claimstream.external.gmail import Gmail
from claimstream.external.gmail_pace import GmailPace
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.pubsub import PubSubError
from claimstream.settings import Settings, SettingsError, load_settings
from claimstream.store.database import Connection
from claimstream.store.mailboxes import MailboxStore
from claimstream.store.pooling import Pooling
from claimstream.store.schema import is_newer, newest_revision
from claimstream.topics import check_topics, connect_pubsub

T = TypeVar("T")

_CONNECT_SECONDS = 5.0
_MARKS = {"ok": ("✓", "green"), "off": ("–", "dim"), "warning": ("!", "yellow"), "failed": ("✗", "red")}

_MET = {
    Pooling.DIRECT: "asked directly",
    Pooling.SESSION: "through PgBouncer or another pooler, in session mode",
    Pooling.TRANSACTION: "through PgBouncer or another pooler, in transaction mode",
    Pooling.TRANSACTION_PREPARED: "through a pooler in transaction mode that keeps prepared statements",
}
_NO_TRANSACTION_POOLER = ". DATABASE_POOLER=transaction is not needed here, and makes each statement dearer"

_VARIABLES = {
    "PostgreSQL": ("DATABASE_URL", "DATABASE_POOLER"),
    "Gmail": ("GMAIL_…",),
    "MongoDB": ("MONGODB_URL", "MONGODB_DATABASE"),
    "GCS": ("GCS_BUCKET", "STORAGE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"),
    "Claude": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "SMTP": ("SMTP_URL", "MAIL_FROM"),
    "Pub/Sub": (
        "GOOGLE_CLOUD_PROJECT",
        "PUBSUB_EMULATOR_HOST",
        "PUBSUB_ENDPOINT",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ),
    "Redis": ("BREAKER_REDIS_URL",),
    "Breakers": ("HEALTH_PORT", "DATABASE_URL"),
    "Traces": ("OTEL_EXPORTER_OTLP_ENDPOINT",),
    "Sentry": ("SENTRY_DSN",),
}
"""What each service is reached by; first the one that is not set where it is not made at all."""


async def examine(*, all_mailboxes: bool = False) -> list[Finding]:
    """Of the settings, and of each service as far as they let it be looked at."""
    most_mailboxes = None if all_mailboxes else SAMPLE
    if about_demo.get():
        return await diagnose(settings_at_work(), most_mailboxes=most_mailboxes)
    try:
        read = read_settings()
    except SettingsError as error:
        return unreadable(error)
    settings = load_settings(**read.defaults)
    if settings.database_url is None and "DATABASE_URL" not in read.wrong and last_demo.running() is not None:
        note(f"If the demo that runs here is meant: {program()} --demo doctor")
    return read.findings + await diagnose(settings, wrong=read.wrong, most_mailboxes=most_mailboxes)


async def diagnose(
    settings: Settings, *, wrong: Collection[str] = (), most_mailboxes: int | None = SAMPLE
) -> list[Finding]:
    """One finding per service, each by a real and harmless call. None of them keeps the others from being looked at.

    Args:
        wrong: variables in place of whose values the settings hold defaults: what they are for is not called.
        most_mailboxes: how many are opened; None: all.
    """

    async def look(name: str, work: Callable[[], Awaitable[T]]) -> T | Finding:
        beginnings = tuple(variable.removesuffix("…") for variable in _VARIABLES[name])
        if unknown := sorted(variable for variable in wrong if variable.startswith(beginnings)):
            return Finding(name, "off", f"not looked at before this is right: {', '.join(unknown)}")
        return await _look(name, work())

    async def check(name: str, make: _Make) -> Finding:
        return await look(name, lambda: _check(settings, name, make))

    answer = await look("PostgreSQL", lambda: _postgresql(settings))
    postgresql, mailboxes = (answer, None) if isinstance(answer, Finding) else answer
    redis = await look("Redis", lambda: _redis(settings))
    return [
        postgresql,
        await look("Gmail", lambda: _gmail(settings, mailboxes, most_mailboxes)),
        await check("MongoDB", make_clients),
        await check("GCS", make_blobs),
        await check("Claude", make_model),
        await check("SMTP", make_mailer),
        await look("Pub/Sub", lambda: _pubsub(settings)),
        *([] if redis is None else [redis]),
        await look("Breakers", lambda: circuits(settings, ask_database=mailboxes is not None)),
        *_models(settings),
        await look("Traces", lambda: _traces(settings)),
        await look("Sentry", lambda: _sentry(settings)),
    ]


async def _look(name: str, look: Awaitable[T]) -> T | Finding:
    """What ``look`` found, or what it raised as a finding. All that makes or calls a client goes through here: of what
    libraries raise for a setting they cannot use, nobody has the whole list.

    The text of an error that nobody foresaw is not shown: it may quote a password. The variables to check are.
    """
    try:
        return await look
    except Exception as error:
        variables = ", ".join(_VARIABLES[name])
        cause = error.__cause__ if isinstance(error, UnexpectedFailure) else None
        lines = [] if cause else advice(error)
        lines = lines or [f"cannot be used as configured ({type(cause or error).__name__}). Check {variables}."]
        return Finding(name, "failed", "; ".join(lines))


def _off(settings: Settings, name: str, variable: str) -> Finding:
    return Finding(name, "off", f"{variable} is not set: {settings.missing().get(variable, '')}")


class _Checked(Protocol):
    async def check(self) -> str: ...

    async def close(self) -> None: ...


_Make = Callable[[Settings, Door], _Checked | None]


async def _check(settings: Settings, name: str, make: _Make) -> Finding:
    async with a_door() as door:
        service = make(settings, door)
        return _off(settings, name, _VARIABLES[name][0]) if service is None else await _answer(name, service)


async def _answer(name: str, service: _Checked) -> Finding:
    try:
        return Finding(name, "ok", await service.check())
    finally:
        await service.close()


async def _postgresql(settings: Settings) -> tuple[Finding, list[Mailbox] | None]:
    """With the mailboxes it knows; None where it cannot be asked."""

    async def revision(connection: Connection) -> str | None:
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found

    async with a_door() as door, open_database(settings, door) as database:
        found, newest = await database.run("SELECT alembic_version", revision), newest_revision()
        if found != newest and not is_newer(found):
            text = f"schema is {found or 'empty'}, needed is {newest}: claimstream migrate"
            return Finding("PostgreSQL", "failed", text), None
        met = await database.pooling()
        agrees = (settings.database_pooler == "transaction") == (met is Pooling.TRANSACTION)
        advice = "" if agrees or met is Pooling.TRANSACTION_PREPARED else _NO_TRANSACTION_POOLER
        text = f"schema {found}, {_MET[met]}{advice}"
        return Finding("PostgreSQL", "warning" if advice else "ok", text), list(await MailboxStore(database).all())


async def _gmail(settings: Settings, mailboxes: list[Mailbox] | None, most: int | None) -> Finding:
    pace = GmailPace(
        user_units_per_minute=settings.gmail_user_units_per_minute,
        project_units_per_minute=settings.gmail_project_units_per_minute,
    )
    async with a_door() as door:
        gmail = make_gmail(settings, door, pace=pace)
        try:
            return await _mailboxes_open(gmail, mailboxes, most)
        finally:
            await gmail.close()


async def _mailboxes_open(gmail: Gmail, mailboxes: list[Mailbox] | None, most: int | None) -> Finding:
    if mailboxes is None:
        said = "configured, not called: the mailboxes stand in PostgreSQL, which cannot be asked"
        return Finding("Gmail", "warning", said)
    if not mailboxes:
        return Finding("Gmail", "warning", "no mailbox is known yet: claimstream load WORLD.json")
    return await look_at_mailboxes(gmail, mailboxes, most=most)


async def _pubsub(settings: Settings) -> Finding:
    door = Door(DEFAULT_POLICIES)
    guard = door.service(grpc_errors.SERVICE, grpc_errors.classify)
    try:
        channel = await connect_pubsub(settings)
        try:
            found = await guard.call(
                "check", lambda: check_topics(settings, channel), retry=False, timeout_seconds=10.0
            )
        finally:
            await channel.close()
    except (PubSubError, ExternalError) as error:
        advice = " `claimstream setup` creates it." if isinstance(error, NotFound) else ""
        return Finding("Pub/Sub", "failed", f"{error}{advice}")
    finally:
        await door.close()
    return Finding("Pub/Sub", "ok", found)


async def _redis(settings: Settings) -> Finding | None:
    """Not even "off" where none is named: hardly anybody needs it."""
    shared = shared_circuits(settings)
    return None if shared is None else await _answer("Redis", shared)


def _models(settings: Settings) -> list[Finding]:
    warnings = {deprecation_warning(model) for model in (settings.extraction_model, settings.classification_model)}
    return [
        Finding("Claude", "warning", text) for text in (*sorted(w for w in warnings if w), *budget_warnings(settings))
    ]


async def _traces(settings: Settings) -> Finding:
    url = settings.otel_exporter_otlp_endpoint
    if url is None:
        return _off(settings, "Traces", "OTEL_EXPORTER_OTLP_ENDPOINT")
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        text = f"{host}:{port} is not reachable ({type(error).__name__}). Check OTEL_EXPORTER_OTLP_ENDPOINT."
        return Finding("Traces", "failed", text)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Finding("Traces", "ok", f"{host}:{port} accepts connections")


async def _sentry(settings: Settings) -> Finding:
    if settings.sentry_dsn is None:
        return _off(settings, "Sentry", "SENTRY_DSN")
    try:
        Dsn(settings.sentry_dsn.get_secret_value())
    except BadDsn as error:
        return Finding("Sentry", "failed", f"SENTRY_DSN: {error}")
    return Finding("Sentry", "ok", "configured (not called)")


def print_findings(findings: list[Finding]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, style = _MARKS[finding.state]
        table.add_row(Text(mark, style=style), Text(finding.service, style="bold"), Text(finding.text))
    out.print(table)
