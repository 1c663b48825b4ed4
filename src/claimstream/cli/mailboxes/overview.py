"""``claimstream mailboxes``: how far each one is, and which are left alone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.text import Text

from claimstream.cli.access import a_door, open_database, settings_at_work, settings_to_show
from claimstream.cli.console import Trimmed, note, out, write_document
from claimstream.cli.tables import fitted
from claimstream.domain.records.work import MailboxSummary
from claimstream.settings import Settings, SettingsError
from claimstream.store.mailbox_access import MailboxAccessStore


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[MailboxAccessStore]:
    async with a_door() as door, open_database(settings, door) as database:
        yield MailboxAccessStore(database)


async def list_mailboxes(*, as_json: bool) -> None:
    """Raises SettingsError or ExternalError."""
    async with _store(settings_to_show()) as store:
        found = await store.overview()
    if as_json:
        write_document(TypeAdapter(list[MailboxSummary]).dump_json(found, indent=2).decode() + "\n")
    elif found:
        out.print(Trimmed(mailboxes_table(found, now=datetime.now(UTC), width=out.width)))
    else:
        note("No mailbox is known yet: claimstream load WORLD.json")


async def enable_mailbox(address: str) -> None:
    """Raises SettingsError when there is no such mailbox, or ExternalError."""
    async with _store(settings_at_work()) as store:
        await _known(store, address)
        done = await store.enable(address)
    note(f"{address} is enabled." if done else f"{address} was enabled already.")


async def disable_mailbox(address: str, reason: str) -> None:
    """Raises SettingsError when there is no such mailbox, or ExternalError."""
    async with _store(settings_at_work()) as store:
        await _known(store, address)
        done = await store.disable(address, reason, retry_seconds=None)
    note(f"{address} is disabled." if done else f"{address} was disabled already.")


async def _known(store: MailboxAccessStore, address: str) -> None:
    if address.lower() not in {mailbox.address for mailbox in await store.overview()}:
        raise SettingsError(f"{address} is no mailbox that is known here: claimstream mailboxes lists them")


def mailboxes_table(mailboxes: Sequence[MailboxSummary], *, now: datetime, width: int) -> RenderableType:
    """One row per mailbox, for a screen of ``width`` columns, and below a line for each that is not well: a reason does
    not fit into a row."""
    states = [_state(mailbox, now) for mailbox in mailboxes]
    table = fitted(
        {
            "mailbox": [Text(mailbox.address) for mailbox in mailboxes],
            "state": [Text(state, style=style) for state, style, _ in states],
            "tenant": [Text(mailbox.tenant_id) for mailbox in mailboxes],
            "looked at": [Text(_time(mailbox.last_synced_at)) for mailbox in mailboxes],
            "watch ends": [Text(_time(mailbox.watch_expires_at)) for mailbox in mailboxes],
            "cursor": [Text(str(mailbox.history_id or "")) for mailbox in mailboxes],
            "open": [Text(str(mailbox.open_emails)) for mailbox in mailboxes],
        },
        width=width,
        elastic="mailbox",
        least=max((len(mailbox.address) for mailbox in mailboxes), default=0),
        less=("cursor", "tenant", "watch ends", "looked at"),
        right=("cursor", "open"),
    )
    remarks = [Text(f"{m.address}: {remark}") for m, (_, _, remark) in zip(mailboxes, states, strict=True) if remark]
    return Group(table, *([Text(), *remarks] if remarks else []))


def _state(mailbox: MailboxSummary, now: datetime) -> tuple[str, str, str]:
    """In one or two words, their style, and what there is to say of it."""
    if mailbox.disabled_reason is not None:
        again = f"tried again at {_time(mailbox.retry_at)} UTC" if mailbox.retry_at else "until somebody enables it"
        return "disabled", "red", f"disabled, {again}: {mailbox.disabled_reason}"
    if mailbox.recovering:
        return "recovering", "yellow", "history was lost, and its messages are being listed"
    if mailbox.history_id is None:
        return "not begun", "yellow", "claimstream run starts its watch"
    if mailbox.watch_expires_at is None or mailbox.watch_expires_at <= now:
        return "polled", "yellow", "its watch does not run, so its mail is found by polling only"
    return "ok", "green", ""


def _time(at: datetime | None) -> str:
    """In UTC."""
    return "" if at is None else f"{at.astimezone(UTC):%m-%d %H:%M}"
