"""``claimstream doctor``: is each configured service there, and if not, what mends it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

from claimstream.app import App, make_database
from claimstream.cli.console import out
from claimstream.external import grpc_errors
from claimstream.external.claude import deprecation_warning
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.pubsub import PubSubError, connect
from claimstream.settings import Settings, SettingsError
from claimstream.store.database import Connection
from claimstream.store.schema import newest_revision
from claimstream.topics import check_topics

State = Literal["ok", "off", "warning", "failed"]
_MARKS = {"ok": ("✓", "green"), "off": ("–", "dim"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Finding:
    service: str
    state: State
    text: str


async def diagnose(settings: Settings) -> list[Finding]:
    """One finding per service, each by a real and harmless call."""
    findings = [await _postgresql(settings)]
    if findings[0].state == "failed":
        # Everything else is built upon it, but can be looked at all the same.
        return [*findings, await _pubsub(settings), *_models(settings)]
    try:
        async with App(settings) as app:
            findings.append(await _gmail(app))
            for name, service, variable in (
                ("MongoDB", app.clients, "MONGODB_URL"),
                ("GCS", app.services.blobs, "GCS_BUCKET"),
                ("Claude", app.services.model, "ANTHROPIC_API_KEY"),
                ("SMTP", app.services.mailer, "SMTP_URL"),
            ):
                check: Callable[[], Awaitable[str]] | None = getattr(service, "check", None)
                findings.append(
                    Finding(name, "off", f"{variable} is not set: {settings.missing().get(variable, '')}")
                    if check is None
                    else await _check(name, check)
                )
    except SettingsError as error:
        findings.append(Finding("Gmail", "failed", str(error)))
    return [*findings, await _pubsub(settings), *_models(settings), *_telemetry(settings)]


async def _check(name: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(name, "ok", await check())
    except ExternalError as error:
        return Finding(name, "failed", str(error))


async def _postgresql(settings: Settings) -> Finding:
    door = Door(DEFAULT_POLICIES)
    try:
        database = make_database(settings, door)
        await database.open()
    except (ExternalError, SettingsError) as error:
        return Finding("PostgreSQL", "failed", str(error))

    async def revision(connection: Connection) -> str | None:
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found

    try:
        found, newest = await database.run("SELECT alembic_version", revision), newest_revision()
    finally:
        await database.close()
        await door.close()
    if found != newest:
        return Finding("PostgreSQL", "failed", f"schema is {found or 'empty'}, needed is {newest}: claimstream migrate")
    return Finding("PostgreSQL", "ok", f"schema {found}")


async def _gmail(app: App) -> Finding:
    mailboxes = await app.mailboxes.all()
    if not mailboxes:
        return Finding("Gmail", "warning", "no mailbox is known yet: claimstream load WORLD.json")
    for mailbox in mailboxes:
        try:
            await app.gmail.check(mailbox.address)
        except ExternalError as error:
            return Finding("Gmail", "failed", f"{mailbox.address}: {error}")
    unwatched = sum(mailbox.watch_expires_at is None for mailbox in mailboxes)
    text = f"{len(mailboxes)} mailboxes open"
    if unwatched:
        return Finding("Gmail", "warning", f"{text}, {unwatched} without a watch: claimstream run starts it")
    return Finding("Gmail", "ok", text)


async def _pubsub(settings: Settings) -> Finding:
    door = Door(DEFAULT_POLICIES)
    guard = door.service(grpc_errors.SERVICE, grpc_errors.classify)
    try:
        channel = await connect(emulator_host=settings.pubsub_emulator_host, endpoint=settings.pubsub_endpoint)
        try:
            found = await guard.call(
                "check", lambda: check_topics(settings, channel), retry=False, timeout_seconds=10.0
            )
        finally:
            await channel.close()
    except (PubSubError, ExternalError) as error:
        return Finding("Pub/Sub", "failed", f"{error} (claimstream setup creates what is missing)")
    finally:
        await door.close()
    return Finding("Pub/Sub", "ok", found)


def _models(settings: Settings) -> list[Finding]:
    warnings = {deprecation_warning(model) for model in (settings.extraction_model, settings.classification_model)}
    return [Finding("Claude", "warning", text) for text in sorted(w for w in warnings if w)]


def _telemetry(settings: Settings) -> list[Finding]:
    names = {"OTEL_EXPORTER_OTLP_ENDPOINT": "Traces", "SENTRY_DSN": "Sentry"}
    missing = settings.missing()
    return [
        Finding(name, "off", f"{variable} is not set: {missing[variable]}")
        if variable in missing
        else Finding(name, "ok", "configured")
        for variable, name in names.items()
    ]


def print_findings(findings: list[Finding]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, style = _MARKS[finding.state]
        table.add_row(Text(mark, style=style), Text(finding.service, style="bold"), finding.text)
    out.print(table)
