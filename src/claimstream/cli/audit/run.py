"""The work of ``claimstream audit``: every mailbox's window compared, mended where that is wanted, and shown."""

import asyncio
import os
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from claimstream.cli.access import a_door, open_database, settings_at_work
from claimstream.cli.audit.archive import SAMPLE, ArchiveAudit
from claimstream.cli.audit.findings import Findings, Window
from claimstream.cli.audit.view import as_document, print_findings
from claimstream.cli.console import command, complain, program, progress, write_document
from claimstream.cli.dead.limit import MOST
from claimstream.cli.dead.messages import dead_letters
from claimstream.cli.person import who
from claimstream.cli.tenants import check_tenant
from claimstream.connections import make_blobs, make_gmail
from claimstream.domain.records.replay import PutBack, Replay
from claimstream.domain.records.work import Mailbox
from claimstream.external import grpc_errors
from claimstream.external.door import Door
from claimstream.external.errors import ExternalError
from claimstream.external.gmail import Gmail
from claimstream.mailbox.audit import FORGOTTEN, Audit, MailboxAudit
from claimstream.mailbox.sync import MailboxSync
from claimstream.monitoring import start_telemetry
from claimstream.pipeline.replay import answers_from, stages_from
from claimstream.publishing import GuardedPublisher
from claimstream.settings import Settings, SettingsError
from claimstream.store.database import Database
from claimstream.store.emails import EmailStore
from claimstream.store.mailbox_access import MailboxAccessStore
from claimstream.store.mailboxes import MailboxStore
from claimstream.store.runs import RunStore
from claimstream.store.standings import StandingStore
from claimstream.topics import connect_pubsub

_BUSY_SECONDS = 150.0
"""A worker that died with a mailbox in its hands holds it for two minutes."""


class _DeadReasons:
    """Looked up once, and only when there is an email that might be dead. Raises SettingsError when they are so many
    that not all of them can be looked at: an email that is dead would pass for one in work."""

    def __init__(self, settings: Settings, door: Door) -> None:
        self._settings = settings
        self._door = door
        self._found: dict[str, str] | None = None
        self._more = False

    async def reasons(self) -> Mapping[str, str]:
        if self._found is None:
            async with dead_letters(self._settings, self._door) as letters:
                messages = [message async for portion in letters.each(MOST) for message in portion]
            self._found = {message.email_id: message.reason for message in messages if message.email_id}
            self._more = letters.more
        if self._more:
            raise SettingsError(
                f"there are more dead messages than the {MOST:,} that can be looked at, so that nobody knows which of "
                f"its emails are dead: `{command()} dead redrive --all` first"
            )
        return self._found


async def audit_mailboxes(
    window: Window, *, address: str | None, tenant_id: str | None, mend: bool, as_json: bool, all_archived: bool = False
) -> int:
    """The exit status. Raises SettingsError for an unknown mailbox or tenant, ExternalError if nothing can be asked."""
    settings = settings_at_work()
    findings = Findings(window)
    async with AsyncExitStack() as stack:
        door = await stack.enter_async_context(a_door())
        database = await stack.enter_async_context(open_database(settings, door))
        await check_tenant(database, tenant_id)
        gmail = await stack.enter_async_context(_gmail(settings, door))
        audit = Audit(
            gmail=gmail,
            standings=StandingStore(database),
            dead=_DeadReasons(settings, door),
            grace=timedelta(seconds=settings.poll_seconds),
        )
        mailboxes = await _chosen(database, address, tenant_id, findings)
        sync = await stack.enter_async_context(_sync(settings, door, database, gmail)) if mend else None
        await _look(findings, audit, database, sync, mailboxes)
        if (blobs := make_blobs(settings, door)) is not None:
            stack.push_async_callback(blobs.close)
            archive = ArchiveAudit(EmailStore(database), gmail, blobs, mend=mend)
            await _look_at_archive(findings, archive, most=None if all_archived else SAMPLE)
    if as_json:
        write_document(as_document(findings))
    else:
        print_findings(findings)
    for failed, reason in findings.failed.items():
        complain(f"{failed} could not be audited: {reason}")
    return findings.status


async def _chosen(database: Database, address: str | None, tenant_id: str | None, findings: Findings) -> list[Mailbox]:
    """Those to look at. One that does not let us in is not looked at, and no proof is complete without it."""
    store = MailboxStore(database)
    if address is None:
        found = await store.all()
        for known in await MailboxAccessStore(database).overview():
            if known.disabled_reason is not None and tenant_id in (None, known.tenant_id):
                if known.retry_at is None:
                    findings.left_alone[known.address] = known.disabled_reason
                else:
                    findings.failed[known.address] = (
                        f"it is disabled, since it does not let us in ({known.disabled_reason}). Its mail waits in "
                        f"Gmail; once that is mended: `{command()} mailboxes enable {known.address}`"
                    )
    else:
        named = await store.get(address)
        if named is None:
            raise SettingsError(f"--mailbox {address}: no tenant has it. `{program()} load WORLD.json` makes it known.")
        found = [named]
    chosen = [mailbox for mailbox in found if tenant_id in (None, mailbox.tenant_id)]
    if not chosen and not findings.failed:
        raise SettingsError(f"no mailbox in use{f' of tenant {tenant_id}' if tenant_id else ''}: nothing to audit.")
    return chosen


async def _look(
    findings: Findings, audit: Audit, database: Database, sync: MailboxSync | None, mailboxes: Sequence[Mailbox]
) -> None:
    """``sync``: None where nothing is to be mended."""
    window, compared = findings.window, 0
    with progress("mailboxes", "{task.fields[compared]:,} messages compared") as bar:
        task = bar.add_task("mailboxes", total=len(mailboxes), compared=0)

        async def once(mailbox: Mailbox, now: datetime) -> MailboxAudit:
            def show(count: int) -> None:
                bar.update(task, compared=compared + count)

            return await audit.of(mailbox, window.since, window.until, now=now, progress=show)

        for mailbox in mailboxes:
            try:
                found = await once(mailbox, window.now)
                if sync is not None and found.mendable:
                    await EmailStore(database).forgotten(found.forgotten, older_than_seconds=FORGOTTEN.total_seconds())
                    findings.mended += await _put_back(RunStore(database), found.not_deleted)
                    findings.mended += await _mend(sync, mailbox, found.missing)
                    found = await once(mailbox, datetime.now(UTC))
                findings.audits.append(found)
                compared += found.listed
            except (ExternalError, SettingsError) as error:  # the others are looked at all the same
                findings.failed[mailbox.address] = str(error)
            bar.advance(task)


async def _put_back(runs: RunStore, email_ids: Sequence[str]) -> int:
    """The number of emails that are new again, with what came of them kept as an earlier run."""
    replay = Replay(
        replay_id=str(uuid.uuid4()),
        from_stage="fetch",
        stages=stages_from("fetch"),
        prefixes=answers_from("fetch", ask_again=False),
        why="set aside as deleted, but Gmail lists it",
        by=who(),
    )
    ended = [await runs.put_back(email_id, replay) for email_id in email_ids]
    return sum(isinstance(end, PutBack) for end in ended)


async def _look_at_archive(findings: Findings, audit: ArchiveAudit, *, most: int | None) -> None:
    try:
        findings.audits = await audit.of(findings.audits, most=most)
        findings.archive = audit.look
    except* ExternalError as errors:  # not looked at is not lost
        findings.failed["The archive"] = str(errors.exceptions[0])


async def _mend(sync: MailboxSync, mailbox: Mailbox, missing: Sequence[str]) -> int:
    """Returns how many rows were new. Whoever holds the mailbox may have added some meanwhile."""
    give_up = time.monotonic() + _BUSY_SECONDS
    while (added := await sync.add(mailbox, missing)).busy:
        if time.monotonic() > give_up:
            raise SettingsError(
                f"another worker has held the mailbox for {_BUSY_SECONDS:.0f} s. Is it alive? Then try again"
            )
        await asyncio.sleep(0.5)
    return added.new


@asynccontextmanager
async def _gmail(settings: Settings, door: Door) -> AsyncIterator[Gmail]:
    gmail = make_gmail(settings, door)
    try:
        yield gmail
    finally:
        await gmail.close()


@asynccontextmanager
async def _sync(settings: Settings, door: Door, database: Database, gmail: Gmail) -> AsyncIterator[MailboxSync]:
    """With telemetry, so that what is mended has its trace like any other email."""
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "ERROR", "log_format": settings.log_format or "console"})
    telemetry = start_telemetry(settings)
    try:
        channel = await connect_pubsub(settings)
        service = door.service(grpc_errors.SERVICE, grpc_errors.classify)
        publisher = GuardedPublisher(channel, settings.topic(settings.emails_topic), service)
        try:
            yield MailboxSync(
                gmail=gmail,
                mailboxes=MailboxStore(database),
                emails=EmailStore(database),
                publisher=publisher,
                destination=settings.emails_topic,
                holder=f"audit/{os.getpid()}/{secrets.token_hex(3)}",
            )
        finally:
            await publisher.close(5.0)
            await channel.close()
    finally:
        await telemetry.aclose(5.0)
