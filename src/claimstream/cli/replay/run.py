"""``claimstream replay``: settled emails are put to work again, and what came of them is kept as an earlier run."""

import asyncio
import json
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import typer
from rich.table import Table
from rich.text import Text

from claimstream.cli.access import a_door, open_database, settings_at_work
from claimstream.cli.console import Trimmed, err, note, out, progress, write_document
from claimstream.cli.email_ids import ENOUGH, NotOneEmailError, the_one
from claimstream.cli.person import who
from claimstream.cli.tenants import check_tenant
from claimstream.domain.records.replay import Hindrance, PutBack, Replay, Replayable
from claimstream.external import grpc_errors
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError
from claimstream.mailbox.publishing import EmailPublishing
from claimstream.monitoring import start_telemetry
from claimstream.pipeline.replay import answers_from, begins_at, stages_from
from claimstream.publishing import GuardedPublisher
from claimstream.pubsub import PubSubError
from claimstream.settings import Settings
from claimstream.store.emails import EmailStore
from claimstream.store.runs import RunStore
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.logs import get_logger
from claimstream.topics import connect_pubsub

log = get_logger(__name__)

_UNASKED = 20
"""Emails that are put back without asking."""
_PUBLISHED_AT_ONCE = 10
_LAST_PUBLISH_SECONDS = 5.0

_WHY_NOT = {
    Hindrance.NEW: "not settled: new, or put back already",
    Hindrance.IN_WORK: "not settled: a worker has it",
    Hindrance.UNDELIVERED: "undelivered: what it decided waits in the outbox",
    Hindrance.IN_REVIEW: "a person has its review item in hand, or has passed it on",
    Hindrance.DECIDED: "a person has decided its review item",
}


class ReplayError(Exception):
    """Nothing was changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked for."""

    ids: Sequence[str] = ()
    """Any ids of emails; else those settled in the time from ``since`` to ``until``."""
    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    tenant_id: str | None = None
    from_stage: str = "classify"
    ask_again: bool = False
    why: str = ""
    dry_run: bool = False
    yes: bool = False


@dataclass(slots=True)
class Replayed:
    """What became of each email."""

    dry_run: bool
    put_back: list[tuple[Replayable, int | None]] = field(default_factory=list)
    """With the number of the run that begins; None in a dry run."""
    skipped: list[tuple[str, Hindrance]] = field(default_factory=list)
    published: int = 0


async def find_emails(wanted: Wanted) -> list[Replayable]:
    """Those that are meant, also those that cannot be replayed now.

    Raises:
        ReplayError: an id is unknown, or that of more than one.
        SettingsError: the tenant is, or no database is configured.
    """
    async with a_door() as door, open_database(settings_at_work(), door) as database:
        runs = RunStore(database)
        if not wanted.ids:
            assert wanted.since is not None
            await check_tenant(database, wanted.tenant_id)
            return await runs.settled(
                since=wanted.since, until=wanted.until, outcome=wanted.outcome, tenant_id=wanted.tenant_id
            )
        emails = EmailStore(database)
        found: list[str] = []
        wrong: list[str] = []
        for one in wanted.ids:
            try:
                found.append(the_one(one, await emails.called(one, limit=ENOUGH)).email_id)
            except NotOneEmailError as error:
                wrong.append(str(error))
        if wrong:
            raise ReplayError(" ".join([*wrong, "Nothing was changed."]))
        return await runs.of(list(dict.fromkeys(found)))


def confirm(wanted: Wanted, found: Sequence[Replayable]) -> None:
    """Ask where they are many. Raises ReplayError without a yes."""
    count = sum(email.hindrance is None for email in found)
    if wanted.dry_run or wanted.yes or count <= _UNASKED:
        return
    if not (sys.stdin.isatty() and err.is_terminal):
        raise ReplayError(
            f"{count} emails would be put to work again. Nothing was changed. See what they are with --dry-run, and go "
            "on with --yes."
        )
    if not typer.confirm(f"Put {count} emails to work again, from {wanted.from_stage} on?", err=True):
        raise ReplayError("Nothing was changed.")


async def replay_emails(wanted: Wanted, found: Sequence[Replayable]) -> Replayed:
    """Put them back, and publish them where Pub/Sub is reached; in a dry run only say so."""
    replayed = Replayed(wanted.dry_run, skipped=[(e.email_id, e.hindrance) for e in found if e.hindrance])
    chosen = [email for email in found if email.hindrance is None]
    if wanted.dry_run or not chosen:
        replayed.put_back = [(email, None) for email in chosen]
        return replayed
    settings = settings_at_work()
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "ERROR", "log_format": settings.log_format or "console"})
    telemetry = start_telemetry(settings)  # the messages' spans are the roots of what the workers will do
    try:
        async with (
            a_door() as door,
            open_database(settings, door) as database,
            _publishing(settings, door, EmailStore(database)) as publishing,
        ):
            await _put_back(chosen, _replay(wanted), RunStore(database), publishing, replayed)
    finally:
        await telemetry.aclose(5.0)
    return replayed


def print_replayed(replayed: Replayed, wanted: Wanted, *, as_json: bool) -> None:
    _print_json(replayed, wanted) if as_json else _print(replayed, wanted)


def _replay(wanted: Wanted) -> Replay:
    return Replay(
        replay_id=str(uuid.uuid4()),
        from_stage=wanted.from_stage,
        stages=stages_from(wanted.from_stage),
        prefixes=answers_from(wanted.from_stage, ask_again=wanted.ask_again),
        why=wanted.why or ("named by its id" if wanted.ids else "chosen by time and outcome"),
        by=who(),
    )


@asynccontextmanager
async def _publishing(settings: Settings, door: Door, emails: EmailStore) -> AsyncIterator[EmailPublishing | None]:
    """None where Pub/Sub cannot be spoken to from here."""
    try:
        channel = await connect_pubsub(settings)
    except PubSubError as error:
        note(f"Pub/Sub cannot be spoken to from here: {error}")
        yield None
        return
    service = door.service(grpc_errors.SERVICE, grpc_errors.classify)
    publisher = GuardedPublisher(channel, settings.topic(settings.emails_topic), service)
    try:
        yield EmailPublishing(emails, publisher, destination=settings.emails_topic)
    finally:
        await publisher.close(_LAST_PUBLISH_SECONDS)
        await channel.close()


async def _put_back(
    chosen: Sequence[Replayable], replay: Replay, runs: RunStore, publishing: EmailPublishing | None, result: Replayed
) -> None:
    """Some at a time: each is put back in one transaction, and its message goes out at once.

    Where this ends before its time, an email is either as it was, or new and without a confirmed message: then
    maintenance publishes it.
    """
    with progress("putting back") as bar:
        task = bar.add_task("", total=len(chosen))
        for start in range(0, len(chosen), _PUBLISHED_AT_ONCE):
            group: list[PutBack] = []
            for email in chosen[start : start + _PUBLISHED_AT_ONCE]:
                done = await runs.put_back(email.email_id, replay)
                if isinstance(done, PutBack):
                    _log(done, replay)
                    group.append(done)
                    result.put_back.append((email, done.run))
                else:  # since it was looked at
                    result.skipped.append((email.email_id, done))
                bar.advance(task)
            if publishing is not None and not await _publish(group, publishing, result):
                publishing = None  # it would fail for the others, too


async def _publish(group: Sequence[PutBack], publishing: EmailPublishing, result: Replayed) -> bool:
    """False when Pub/Sub is not reached."""
    ended = await asyncio.gather(*(publishing.publish(one.email) for one in group), return_exceptions=True)
    failures = [error for error in ended if error is not None]
    result.published += len(ended) - len(failures)
    for error in failures:
        if not isinstance(error, ExternalError):
            raise error
    if failures:
        note(f"Publishing does not work from here: {failures[0]}")
    return not failures


def _log(done: PutBack, replay: Replay) -> None:
    email = done.email
    with correlated(email.correlation_id, email_id=email.email_id, tenant_id=email.tenant_id):
        log.info("email_put_back", run=done.run, from_stage=replay.from_stage)


def _print_json(replayed: Replayed, wanted: Wanted) -> None:
    document = {
        "dry_run": replayed.dry_run,
        "from_stage": wanted.from_stage,
        "put_back": [
            {
                "email_id": email.email_id,
                "outcome": email.outcome,
                "begins_at": begins_at(email.stages, wanted.from_stage),
                "run": run,
            }
            for email, run in replayed.put_back
        ],
        "skipped": [{"email_id": email_id, "reason": reason} for email_id, reason in replayed.skipped],
        "published": replayed.published,
    }
    write_document(json.dumps(document, indent=2) + "\n")


def _print(replayed: Replayed, wanted: Wanted) -> None:
    counts = Counter(
        (email.outcome or "", begins_at(email.stages, wanted.from_stage)) for email, _ in replayed.put_back
    )
    if counts:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("outcome")
        table.add_column("begins again at")
        table.add_column("emails", justify="right")
        for (outcome, stage), count in sorted(counts.items()):
            table.add_row(outcome, stage, str(count))
        out.print(Trimmed(table))
    for email_id, reason in replayed.skipped:
        out.print(Trimmed(Text(f"skipped {email_id}: {_WHY_NOT[reason]}")))
    note(_sum(replayed))


def _sum(replayed: Replayed) -> str:
    count, skipped = len(replayed.put_back), len(replayed.skipped)
    left = f", {skipped} skipped" if skipped else ""
    if replayed.dry_run:
        return f"{count} would be put to work again{left}. Nothing was changed."
    waiting = count - replayed.published
    later = f" {waiting} not published: the maintenance of a running worker does it within a minute." if waiting else ""
    return f"{count} put to work again{left}.{later}"
