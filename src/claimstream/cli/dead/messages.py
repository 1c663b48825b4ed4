"""The work of ``claimstream dead``."""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from claimstream.cli.access import a_door, open_database, settings_at_work
from claimstream.cli.console import Trimmed, command, complain, line, note, out, progress, write_document
from claimstream.cli.dead.limit import MOST
from claimstream.cli.dead.redrive import Redrive, Redriven
from claimstream.dead_letters import DeadLetters, DeadMessage
from claimstream.external import grpc_errors
from claimstream.external.door import Door, Service
from claimstream.publishing import GuardedPublisher
from claimstream.pubsub import Puller
from claimstream.pubsub.wire import Channel
from claimstream.settings import Settings
from claimstream.store.standings import StandingStore
from claimstream.topics import connect_pubsub

_SHOWN_CHARACTERS = 4000
_WIDE = 160
"""Columns of a screen."""


@asynccontextmanager
async def _pubsub(settings: Settings, door: Door) -> AsyncIterator[tuple[Channel, Service]]:
    channel = await connect_pubsub(settings)
    try:
        yield channel, door.service(grpc_errors.SERVICE, grpc_errors.classify)
    finally:
        await channel.close()


@asynccontextmanager
async def dead_letters(settings: Settings, door: Door) -> AsyncIterator[DeadLetters]:
    """Raises PubSubError when there are no credentials."""
    async with _pubsub(settings, door) as (channel, service), _letters(settings, channel, service) as letters:
        yield letters


def _letters(settings: Settings, channel: Channel, service: Service) -> DeadLetters:
    path = settings.subscription(settings.dead_letter_subscription)
    return DeadLetters(Puller(channel, path, retry_seconds=0), service)


async def list_messages(*, as_json: bool, limit: int) -> None:
    async with a_door() as door, dead_letters(settings_at_work(), door) as letters:
        found = [message async for portion in letters.each(limit) for message in portion]
    found.sort(key=lambda message: message.published_at)
    more = len(found) >= limit
    if as_json:
        document = {"messages": [_summary(message) for message in found], "may_be_more": more}
        write_document(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif found:
        out.print(Trimmed(_table(found, width=out.width)))
    else:
        note("No dead messages. (Those that somebody looked at within the last minute may not show yet.)")
    if more:
        note(f"There may be more: these are {len(found)}, as many as --limit says.")


async def show_message(wanted: str, *, as_json: bool) -> bool:
    """False when there is none of that id."""
    found: DeadMessage | None = None
    async with a_door() as door, dead_letters(settings_at_work(), door) as letters:
        async for portion in letters.each(MOST):
            found = next((message for message in portion if message.is_called({wanted})), None)
            if found is not None:
                break
        more = letters.more
    if found is None:
        complain(_not_there([wanted], more=more))
        return False
    text = found.data[: _SHOWN_CHARACTERS * 4].decode("utf-8", "replace")[:_SHOWN_CHARACTERS]
    whole = len(text) == len(found.data.decode("utf-8", "replace"))
    if as_json:
        details = {"attributes": dict(found.attributes), "data": text, "data_is_whole": whole}
        write_document(json.dumps(_summary(found) | details, ensure_ascii=False, indent=2) + "\n")
        return True
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _summary(found).items():
        facts.add_row(name.replace("_", " "), Text("" if value is None else str(value)))
    for name, value in sorted(found.attributes.items()):
        facts.add_row(Text(f"· {name}"), Text(value))
    out.print(Trimmed(facts))
    out.print()
    for some in text.splitlines():
        line(some)
    if not whole:
        note(f"These are the first {_SHOWN_CHARACTERS:,} characters of {len(found.data):,} bytes.")
    return True


async def redrive_messages(wanted: Collection[str], *, force: bool) -> bool:
    """Those of these ids, all when none is given. True when each of them was redriven."""
    settings = settings_at_work()
    async with AsyncExitStack() as stack:
        door = await stack.enter_async_context(a_door())
        database = await stack.enter_async_context(open_database(settings, door))
        channel, service = await stack.enter_async_context(_pubsub(settings, door))
        emails = GuardedPublisher(channel, settings.topic(settings.emails_topic), service)
        notifications = GuardedPublisher(channel, settings.topic(settings.notifications_topic), service)
        for publisher in (emails, notifications):
            stack.push_async_callback(publisher.close, 5.0)
        redrive = Redrive(
            standings=StandingStore(database).of_email_ids,
            to_emails=emails.publish,
            to_notifications=notifications.publish,
            notifications_subscription=settings.notifications_subscription,
            force=force,
            began_at=datetime.now(UTC),
        )
        letters = await stack.enter_async_context(_letters(settings, channel, service))
        try:
            missing = await _redrive(redrive, letters, wanted)
        finally:
            _tell(redrive.done)
    if missing:
        complain(_not_there(missing, more=letters.more))
    elif letters.more:
        complain(f"there are more dead messages than the {MOST:,} that were looked at: redrive again.")
    return not missing and not letters.more and all(one.published_as is not None for one in redrive.done)


async def _redrive(redrive: Redrive, letters: DeadLetters, wanted: Collection[str]) -> list[str]:
    """Returns the ids that no message has."""
    missing = set(wanted)
    with progress("redriving") as bar:
        task = bar.add_task("redriving", total=len(wanted) or None)
        async for portion in letters.each(MOST):
            chosen = [message for message in portion if not wanted or message.is_called(wanted)]
            await redrive.redrive(letters, chosen)
            bar.update(task, completed=len(redrive.done))
            missing = {one for one in missing if not any(message.is_called({one}) for message in chosen)}
            if wanted and not missing:
                break
    return sorted(missing)


def _tell(done: Collection[Redriven]) -> None:
    for one in done:
        name = one.message.message_id + (f" (email {one.message.email_id})" if one.message.email_id else "")
        if one.published_as is not None:
            line(f"{name}: published again as {one.published_as}")
        else:
            line(f"{name}: refused, {one.refused}")
    refused = sum(one.published_as is None for one in done)
    note(f"{len(done) - refused} redriven, {refused} refused." if done else "Nothing was redriven.")
    if refused:
        note("What is refused stays dead; --force publishes it all the same.")


def _not_there(wanted: Collection[str], *, more: bool) -> str:
    ids = ", ".join(wanted)
    if more:
        return (
            f"none of the {MOST:,} dead messages that were looked at has the id {ids}, and there are more. "
            f"`{command()} dead redrive --all` takes those away that need not be dead; then try again."
        )
    return (
        f"no dead message has the id {ids}, or somebody else looks at it: then try again in a minute. "
        f"`{command()} dead list` lists them; message, email and correlation id are known by."
    )


def _summary(message: DeadMessage) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "published_at": message.published_at.isoformat(),
        "reason": message.reason,
        "email_id": message.email_id,
        "correlation_id": message.correlation_id,
        "delivery_attempts": message.delivery_attempts,
        "source_subscription": message.source_subscription,
        "size": message.size,
    }


def _table(messages: Collection[DeadMessage], *, width: int) -> Table:
    """On a narrow screen without the ids' ends: the message id alone is enough for the other commands."""
    wide = width >= _WIDE
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in ("message", "published", "from"):
        table.add_column(name, no_wrap=True)
    table.add_column("attempts", justify="right")
    table.add_column("bytes", justify="right")
    table.add_column("email", no_wrap=True)
    table.add_column("correlation", no_wrap=True, style="dim")
    table.add_column("reason", overflow="fold")
    for message in messages:
        email_id, correlation_id = message.email_id or "", message.correlation_id or ""
        table.add_row(
            message.message_id,
            f"{message.published_at:%Y-%m-%d %H:%M}",
            Text(message.source_subscription or ""),
            "" if message.delivery_attempts is None else str(message.delivery_attempts),
            str(message.size),
            Text(email_id if wide else email_id[:8]),
            Text(correlation_id[:8]),
            Text(message.reason),
        )
    return table
