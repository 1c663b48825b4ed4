"""Mail is read once, and work that an earlier release began is gone on with."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from tests.helpers import LONG, NOW, until
from tests.pipeline.test_runner import PROSE, arrive, make_runner, report_of, settle
from tests.reading import samples

from claimstream.app import App
from claimstream.domain.records.mail import ParsedMail, Shown
from claimstream.domain.records.work import Claimed
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import load_world
from claimstream.external.errors import Outage
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.stack import LocalStack
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.mail_memory import MailMemory
from claimstream.pipeline.runner import Wait
from claimstream.pipeline.stages.fetch import fetch
from claimstream.reading import Drawn, MailReader
from claimstream.settings import Settings

Reply = Callable[..., bytes]


class _Counted:
    """The reader, with a list of what it was asked for."""

    def __init__(self, reader: object) -> None:
        assert isinstance(reader, MailReader)
        self._reader = reader
        self.asked: list[str] = []

    async def read(self, *arguments: object, **rest: object) -> object:
        self.asked.append("read")
        return await self._reader.read(*arguments, **rest)  # type: ignore[arg-type]  # a proxy

    async def extract(self, *arguments: object) -> object:
        self.asked.append("extract")
        return await self._reader.extract(*arguments)  # type: ignore[arg-type]  # a proxy

    async def judge(self, *arguments: object) -> object:
        return await self._reader.judge(*arguments)  # type: ignore[arg-type]  # a proxy


class _Away:
    """MongoDB, which is needed right after a mail was read."""

    async def keys(self, *_: object, **__: object) -> object:
        raise Outage("mongodb", "find", "no answer")


@pytest.fixture
def reader(app: App) -> _Counted:
    return _Counted(app.services.reader)


async def test_an_email_that_goes_straight_through_is_read_once(
    app: App, stack: LocalStack, world: World, reply: Reply, reader: _Counted
) -> None:
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, reader=reader)  # type: ignore[arg-type]  # a proxy
    assert (await settle(app, make_runner(app, services), email_id)).outcome == "updated"
    assert reader.asked == ["read"]


@pytest.mark.parametrize(("done", "asked"), [({"fetch"}, ["read"]), ({"fetch", "parse"}, ["extract"])])
async def test_work_begun_is_gone_on_with(
    app: App, stack: LocalStack, world: World, reply: Reply, reader: _Counted, done: set[str], asked: list[str]
) -> None:
    email_id = await arrive(app, stack, world, reply())
    away = replace(app.services, clients=_Away())  # type: ignore[arg-type]  # a proxy
    assert isinstance(await make_runner(app, away).process(email_id), Wait)
    forget = "DELETE FROM checkpoints WHERE stage <> ALL($1)"
    await app.database.run("DELETE", lambda c: c.execute(forget, list(done)))
    services = replace(app.services, reader=reader)  # type: ignore[arg-type]  # a proxy
    assert (await settle(app, make_runner(app, services), email_id)).outcome == "updated"
    assert reader.asked == asked


async def test_each_source_tells_where_its_bytes_are_kept(app: App, stack: LocalStack, world: World) -> None:
    email_id = await arrive(app, stack, world, samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())]))
    await settle(app, make_runner(app, app.services), email_id)
    fetched, parsed = [await app.emails.stage_result(email_id, stage) for stage in ("fetch", "parse")]
    assert fetched is not None
    assert parsed is not None
    (kept,) = Fetched.model_validate_json(fetched).attachments
    assert [source.uri for source in ParsedMail.model_validate_json(parsed).sources] == [None, kept.uri]


async def test_an_attachment_archived_otherwise_before_is_archived_again(
    app: App, stack: LocalStack, world: World
) -> None:
    blobs = app.services.blobs
    assert blobs is not None
    email_id = await arrive(app, stack, world, samples.mail(files=[("a.rtf", "application/rtf", samples.RTF)]))
    await blobs.put(f"t/{email_id}/attachment-1/a.rtf", b"of the release before", "application/rtf")
    await settle(app, make_runner(app, app.services), email_id)
    fetched = await app.emails.stage_result(email_id, "fetch")
    assert fetched is not None
    (kept,) = Fetched.model_validate_json(fetched).attachments
    assert await blobs.get(kept.uri) == samples.RTF


async def test_the_firms_name_parts_our_letter_from_the_answer(app: App, stack: LocalStack, world: World) -> None:
    text = "Anbei.\n\nKanzlei Nordwind\n04.05.2026 09:12\n\nSehr geehrte Damen und Herren,\n\nes geht um 999,00 EUR.\n"
    claimed = await app.emails.claim(await arrive(app, stack, world, samples.mail(text)), worker="one", seconds=60)
    assert isinstance(claimed, Claimed)
    email = replace(claimed.email, our_marks=("Kanzlei Nordwind",))
    content = MailContent(email, app.gmail, None, app.services.reader, MailMemory(TOTAL))
    raw, received_at = await content.fetch()
    fetched = Fetched(received_at=received_at, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    assert (await content.mail(fetched)).body.text == "Anbei."


TOTAL = 400 * 2**20


@pytest.fixture
async def content(app: App, stack: LocalStack, world: World) -> MailContent:
    """The content of a mail of two scans, in an installation without archive."""
    files = [(f"{n}.pdf", "application/pdf", samples.scanned_pdf()) for n in (1, 2)]
    email_id = await arrive(app, stack, world, samples.mail(files=files))
    claimed = await app.emails.claim(email_id, worker="one", seconds=60)
    assert isinstance(claimed, Claimed)
    return MailContent(claimed.email, app.gmail, None, app.services.reader, MailMemory(TOTAL))


async def test_scans_that_are_kept_nowhere_are_fetched_once(content: MailContent, stack: LocalStack) -> None:
    raw, received_at = await content.fetch()
    fetched = Fetched(received_at=received_at, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    mail = await content.mail(fetched)
    scans = [source for source in mail.sources if source.needs_vision]
    calls = stack.gmail.calls["messages.get"]
    wanted = {scan.source_id for scan in scans}
    async with AsyncExitStack() as entered:
        shown = (content.scan(fetched, scan, wanted) for scan in scans)
        found = await asyncio.gather(*(entered.enter_async_context(scan) for scan in shown))
        assert [len(drawn.pages[0].data) for drawn in found] == [scan.size for scan in scans]
    assert stack.gmail.calls["messages.get"] == calls + 1


async def test_a_scan_of_other_bytes_is_shown_to_no_model(app: App, stack: LocalStack, world: World) -> None:
    pdf = samples.scanned_pdf()
    raw = samples.mail(files=[("a.pdf", "application/pdf", pdf)])
    claimed = await app.emails.claim(await arrive(app, stack, world, raw), worker="w", seconds=60)
    assert isinstance(claimed, Claimed)
    content = MailContent(claimed.email, app.gmail, app.blobs, app.services.reader, MailMemory(TOTAL))
    fetched = await fetch(claimed.email, content, app.blobs)
    (scan,) = [source for source in (await content.mail(fetched)).sources if source.needs_vision]
    async with content.scan(fetched, scan, {scan.source_id}) as drawn:
        assert drawn == Drawn((Shown("application/pdf", pdf),))
    assert app.blobs is not None
    other = await app.blobs.put(f"other/{claimed.email.email_id}", b"another firm's scan", "application/pdf")
    with pytest.raises(Outage, match="other bytes than were archived"):
        async with content.scan(fetched, scan.model_copy(update={"uri": other}), {scan.source_id}):
            pass
    content.release()


async def test_a_mail_read_then_deleted_goes_to_a_person(app: App, stack: LocalStack, world: World) -> None:
    """Its text lies in a checkpoint, its scan nowhere: it is no mail that nobody could read."""
    assert stack.claude is not None
    answer = {"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"}
    when = When(contains="gut achthundertzwölf")
    stack.claude.script(ScriptedAnswer(when=when, schema_has="confidence", answer=answer))
    runner = make_runner(app, replace(app.services, blobs=None))
    raw = samples.mail(PROSE, files=[("a.pdf", "application/pdf", samples.scanned_pdf())])
    email_id = await arrive(app, stack, world, raw)
    stack.claude.faults.fail(500, operation="messages", containing=b"claude-sonnet")
    try:
        assert isinstance(await runner.process(email_id), Wait)
        stack.claude.faults.clear()
        stack.gmail.faults.fail(404, operation="messages.get")
        summary = await settle(app, runner, email_id)
    finally:
        stack.claude.faults.clear()
        stack.gmail.faults.clear()
    assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")
    assert "was read" in (await report_of(app, email_id)).decision.why


async def test_a_mail_gives_back_all_the_memory_it_took(content: MailContent) -> None:
    memory = content.memory
    raw, received_at = await content.fetch()
    assert memory.free == TOTAL - 3 * len(raw)
    mail = await content.mail(Fetched(received_at=received_at, size=len(raw), sha256=""))
    assert TOTAL - 3 * len(raw) < memory.free < TOTAL, "its texts are less than its scans"
    fetched = Fetched(received_at=received_at, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    before, scans = memory.free, [source for source in mail.sources if source.needs_vision]
    async with content.scan(fetched, scans[0], {scans[0].source_id}):
        assert memory.free == before - 4 * scans[0].size, "the scan, and what a model is sent of it"
    assert memory.free == before
    content.release()
    assert memory.free == TOTAL


async def test_what_has_begun_gets_more_however_much_its_mailbox_has(content: MailContent, world: World) -> None:
    memory, mailbox = content.memory, world.tenants[0].mailboxes[0]
    others = await memory.take(TOTAL // 2, mailbox)
    for_another = asyncio.create_task(memory.take(2**20, mailbox))
    await asyncio.sleep(0)
    assert not for_another.done(), "it has as much as is free"
    (await asyncio.wait_for(content._beside(2**20), LONG)).shrink(0)
    others.shrink(0)
    await for_another


async def test_a_large_mail_is_asked_for_again_with_room_for_it(app: App, stack: LocalStack, world: World) -> None:
    raw = samples.mail(files=[("a.bin", "application/octet-stream", bytes(1_200_000))])
    services = replace(app.services, blobs=None, mail_memory=MailMemory(TOTAL))
    calls = stack.gmail.calls["messages.get"]
    await settle(app, make_runner(app, services), await arrive(app, stack, world, raw))
    assert stack.gmail.calls["messages.get"] == calls + 2
    assert services.mail_memory.free == TOTAL


async def test_a_mail_that_waits_for_quota_takes_no_memory(
    settings: Settings, stack: LocalStack, world: World, reply: Reply
) -> None:
    async with App(settings.model_copy(update={"gmail_user_units_per_minute": 60.0}), clock=lambda: NOW) as app:
        await load_world(app, world)
        services = replace(app.services, mail_memory=MailMemory(TOTAL))
        runner = make_runner(app, services, claim_seconds=60)
        emails = [await arrive(app, stack, world, reply(f"Nr. {n}")) for n in range(6)]
        work = asyncio.gather(*(runner.process(email_id) for email_id in emails))
        await until(lambda: len(app.gmail._pace._waiting) >= 3)
        await until(lambda: services.mail_memory.free == TOTAL)
        assert len(app.gmail._pace._waiting) >= 3
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


@pytest.mark.parametrize("crowded", [False, True])
async def test_what_a_file_unpacks_to_is_booked(app: App, stack: LocalStack, world: World, crowded: bool) -> None:
    """An archive that unpacks to 380,000 characters, with and without room for them at once."""
    text = "".join(f"Dies ist der Satz Nummer {n} ohne Belang.\n" for n in range(9000))
    raw = samples.mail(files=[("a.zip", "application/zip", samples.archive({"a.txt": text.encode()}))])
    total, left = 20 * 2**20, 2**20
    memory = MailMemory(total)
    claimed = await app.emails.claim(await arrive(app, stack, world, raw), worker="one", seconds=60)
    assert isinstance(claimed, Claimed)
    reader = _Counted(app.services.reader)
    content = MailContent(claimed.email, app.gmail, None, reader, memory)  # type: ignore[arg-type]  # a proxy
    got, received_at = await content.fetch()
    fetched = Fetched(received_at=received_at, size=len(got), sha256=hashlib.sha256(got).hexdigest())
    others = [await memory.take(size) for size in (4 * 2**20,) * 4 + (3 * 2**20,)] if crowded else []
    reading = asyncio.create_task(content.mail(fetched))
    if crowded:
        await until(lambda: reader.asked == ["read"] and memory.free == left)
    for share in others:
        share.shrink(0)
    mail = await reading
    assert mail.characters > 350_000
    assert total - memory.free > 8 * mail.characters
    assert len(reader.asked) == (2 if crowded else 1)
    content.release()
    assert memory.free == total


class _Longer:
    """A mailbox whose mail is longer than anything that is asked for."""

    async def get_raw(self, *_: object, **__: object) -> None:
        return None


async def test_a_mail_that_is_too_long_is_a_persons_and_says_so(
    app: App, stack: LocalStack, world: World, reply: Reply
) -> None:
    email_id = await arrive(app, stack, world, reply())
    services = replace(app.services, gmail=_Longer())
    assert (await settle(app, make_runner(app, services), email_id)).outcome == "review"
    report = await report_of(app, email_id)
    assert report.decision.why == "The mail has over 50 MB and was not read. Open it in the mailbox."
