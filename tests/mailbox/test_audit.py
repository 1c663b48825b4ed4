"""The audit: the comparison by itself, and against Gmail and PostgreSQL."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.helpers import add_email

from claimstream.app import App
from claimstream.domain.records.standing import Standing
from claimstream.domain.records.work import Claimed, Mailbox, NewEmail, Waited
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.mailbox.audit import UNPUBLISHED, Audit, Audited, MailboxAudit, State, compare
from claimstream.mailbox.sync import MailboxSync
from claimstream.pipeline.report import STAGES
from claimstream.pubsub import Publisher
from claimstream.store.database import Connection
from claimstream.store.standings import StandingStore

Reply = Callable[..., bytes]
NOW = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)


def standing(**known: Any) -> Standing:
    """A row that was published an hour ago."""
    given: dict[str, Any] = {
        "email_id": "e",
        "tenant_id": "t",
        "gmail_id": "g",
        "status": "in_work",
        "created_at": NOW - timedelta(hours=1),
        "published_at": NOW - timedelta(hours=1),
    }
    return Standing(**(given | known))


def settled(**known: Any) -> Standing:
    return standing(status="settled", **known)


def one(row: Standing, dead: Mapping[str, str] | None = None) -> Audited:
    (audited,) = compare("t", [row.gmail_id], [row], dead=dead or {}, now=NOW)
    return audited


@pytest.mark.parametrize(
    ("row", "state", "reason"),
    [
        (settled(outcome="updated", route="AUTO_UPDATE"), State.SETTLED, "updated, AUTO_UPDATE"),
        (settled(outcome="review", review_reason="conflict", review_status="open"), State.IN_REVIEW, "conflict"),
        (settled(outcome="review", review_reason="conflict", review_status="claimed"), State.IN_REVIEW, "conflict"),
        (
            settled(outcome="review", review_reason="conflict", review_status="approved"),
            State.SETTLED,
            "approved by a person (conflict)",
        ),
        (settled(outcome="set_aside", intent="spam", why="crypto"), State.SET_ASIDE, "spam: crypto"),
        (standing(status="new"), State.IN_WORK, "waits for a worker to begin with it"),
        (standing(status="new", published_at=None, created_at=NOW), State.IN_WORK, "waits to be published"),
        (standing(attempt=1, claimed=True), State.IN_WORK, "fetch: a worker is at it"),
        (
            standing(attempt=1, stages=frozenset({"fetch", "parse", "extract/a-1"}), waits_for="gcs (breaker open)"),
            State.IN_WORK,
            "classify: waits for gcs (breaker open)",
        ),
        (standing(attempt=1, stages=frozenset(STAGES)), State.IN_WORK, "commit: waits for a worker"),
    ],
)
def test_each_row_has_a_state_and_a_reason_and_no_gap(row: Standing, state: State, reason: str) -> None:
    audited = one(row)
    assert (audited.state, audited.reason, audited.gap) == (state, reason, None)


def test_an_id_that_no_row_knows_is_missing_unless_it_has_only_just_arrived() -> None:
    old, young = compare("t", ["old", "young"], [], fresh=frozenset({"young"}), dead={}, now=NOW)
    assert (old.state, old.gap is None) == (State.MISSING, False)
    assert (young.state, young.gap) == (State.ARRIVING, None)


def test_a_row_that_was_never_published_becomes_a_gap_after_five_minutes() -> None:
    made = NOW - timedelta(minutes=5)
    assert one(standing(status="new", published_at=None, created_at=made + timedelta(seconds=1))).gap is None
    assert one(standing(status="new", published_at=None, created_at=made)).gap == UNPUBLISHED


def test_an_email_that_was_worked_on_was_published_even_if_nobody_wrote_it_down() -> None:
    assert one(standing(published_at=None, attempt=1)).gap is None


def test_what_the_outbox_has_not_delivered_becomes_a_gap_after_an_hour() -> None:
    since = NOW - timedelta(hours=1)
    waiting = {"outcome": "updated", "route": "AUTO_UPDATE", "undelivered": "client_update"}
    assert one(settled(**waiting, undelivered_since=since + timedelta(seconds=1))).gap is None
    late = one(settled(**waiting, undelivered_since=since))
    assert late.state is State.SETTLED
    assert "client_update has waited in the outbox for 1 h" in (late.gap or "")


def test_set_aside_as_deleted_is_a_gap_while_gmail_lists_it() -> None:
    deleted = settled(outcome="set_aside", why="deleted")
    (there,) = compare("t", ["g"], [deleted], dead={}, now=NOW)
    (gone,) = compare("t", [], [deleted], dead={}, now=NOW)
    assert (there.state, gone.state, gone.gap) == (State.SET_ASIDE, State.SET_ASIDE, None)
    audit = MailboxAudit("m", "t", 1, (there, gone))
    assert (audit.not_deleted, audit.gaps, audit.mendable) == (("e",), (there,), True)


def test_an_open_email_whose_message_is_dead_is_dead_unless_a_worker_is_at_it() -> None:
    dead = {"e": "Pub/Sub gave up after 100 deliveries"}
    lost = one(standing(), dead)
    assert (lost.state, lost.reason) == (State.DEAD, dead["e"])
    assert "claimstream dead redrive e" in (lost.gap or "")
    assert one(standing(claimed=True), dead).state is State.IN_WORK
    assert one(settled(outcome="updated"), dead).state is State.SETTLED


def test_a_message_that_pubsub_has_forgotten_is_a_gap() -> None:
    week = NOW - timedelta(days=7)
    assert one(standing(published_at=week + timedelta(seconds=1))).gap is None
    assert "forgotten" in (one(standing(published_at=week)).gap or "")
    assert one(standing(published_at=week, claimed=True)).gap is None


def test_a_row_of_another_tenant_is_a_gap_and_tells_nothing_of_it() -> None:
    audited = one(settled(tenant_id="other", outcome="set_aside", intent="spam", why="secret"))
    assert (audited.state, audited.gap is None) == (State.MISSING, False)
    assert "secret" not in f"{audited}"
    assert MailboxAudit("m", "t", 1, (audited,)).missing == (), "it cannot be added a second time"


def test_each_id_comes_once_and_rows_that_gmail_does_not_list_come_too() -> None:
    rows = [standing(gmail_id="a"), standing(gmail_id="gone", status="new", published_at=None)]
    audited = compare("t", ["a", "b", "a"], rows, dead={}, now=NOW)
    assert [email.gmail_id for email in audited] == ["a", "b", "gone"]
    audit = MailboxAudit("m", "t", 2, audited)
    assert [email.gmail_id for email in audit.gaps] == ["b", "gone"]
    assert (audit.missing, audit.unpublished) == (("b",), True)
    assert (audit.counts[State.IN_WORK], audit.counts[State.MISSING], audit.counts[State.DEAD]) == (2, 1, 0)


# --- against Gmail and PostgreSQL


class NothingDead:
    """A dead-letter topic as it should be."""

    async def reasons(self) -> dict[str, str]:
        return {}


@pytest.fixture
def address(world: World) -> str:
    return world.tenants[0].mailboxes[0]


async def mailbox_of(app: App, address: str) -> Mailbox:
    found = await app.mailboxes.get(address)
    assert found is not None
    return found


async def audit_of(app: App, address: str, *, days: float = 1, grace: timedelta = timedelta(0)) -> MailboxAudit:
    now = datetime.now(UTC)
    audit = Audit(gmail=app.gmail, standings=StandingStore(app.database), dead=NothingDead(), grace=grace)
    since, until = now - timedelta(days=days), now + timedelta(seconds=1)
    return await audit.of(await mailbox_of(app, address), since, until, now=now)


def make_sync(app: App, publisher: Publisher) -> MailboxSync:
    return MailboxSync(
        gmail=app.gmail,
        mailboxes=app.mailboxes,
        emails=app.emails,
        publisher=publisher,
        destination="emails",
        holder="audit",
    )


async def test_pages_of_gmail_are_compared_to_the_last(app: App, stack: LocalStack, address: str) -> None:
    mailbox = await mailbox_of(app, address)
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    text = b"Subject: x\r\n\r\ny"
    ids = [await stack.gmail.deliver(address, text, internal_date=earlier, notify=False) for _ in range(1003)]
    for gmail_id in ids[3:]:
        await add_email_row(app, mailbox, gmail_id)
    audit = await audit_of(app, address)
    assert (audit.listed, len(audit.emails)) == (1003, 1003)
    assert sorted(audit.missing) == sorted(ids[:3])
    assert audit.counts[State.IN_WORK] == 1000


async def add_email_row(app: App, mailbox: Mailbox, gmail_id: str) -> None:
    new = NewEmail(email_id=f"e-{gmail_id}", gmail_id=gmail_id, correlation_id=f"c-{gmail_id}")
    await app.mailboxes.add_emails(mailbox, [new], holder="test", cursor=None)


async def test_only_what_recovery_would_list_and_the_window_holds_is_looked_at(
    app: App, stack: LocalStack, address: str, reply: Reply
) -> None:
    now = datetime.now(UTC)
    earlier = now - timedelta(minutes=5)
    filed = await stack.gmail.deliver(address, reply(), labels=("Label_1",), internal_date=earlier, notify=False)
    for label in ("SENT", "DRAFT", "CHAT", "SPAM", "TRASH"):
        await stack.gmail.deliver(address, reply(), labels=(label,), internal_date=earlier, notify=False)
    await stack.gmail.deliver(address, reply(), internal_date=now - timedelta(days=2), notify=False)
    await stack.gmail.deliver(address, reply(), internal_date=now + timedelta(days=2), notify=False)
    assert (await audit_of(app, address)).missing == (filed,)
    assert (await audit_of(app, address, days=3)).listed == 2


async def test_young_mail_that_no_row_knows_is_arriving(
    app: App, stack: LocalStack, address: str, reply: Reply
) -> None:
    hour = timedelta(hours=1)
    old = await stack.gmail.deliver(address, reply(), internal_date=datetime.now(UTC) - 2 * hour, notify=False)
    await stack.gmail.deliver(address, reply(), notify=False)
    audit = await audit_of(app, address, grace=hour)
    assert (audit.missing, audit.counts[State.ARRIVING]) == ((old,), 1)


async def test_another_mailbox_and_another_tenant_do_not_count(
    app: App, stack: LocalStack, world: World, address: str, reply: Reply
) -> None:
    gmail_id = await stack.gmail.deliver(address, reply(), notify=False)
    await add_email(app, world, gmail_id)

    async def moved(connection: Connection) -> None:
        await connection.execute("INSERT INTO tenants (tenant_id, name) VALUES ('u', 'Other')")
        await connection.execute("UPDATE mailboxes SET tenant_id = 'u' WHERE address = $1", address)

    await app.database.run("UPDATE mailboxes", moved)
    (audited,) = (await audit_of(app, address)).emails
    assert (audited.state, audited.reason) == (State.MISSING, "its row belongs to another tenant")


async def test_what_an_email_waits_for_is_told(app: App, stack: LocalStack, world: World, address: str) -> None:
    gmail_id = await stack.gmail.deliver(address, b"Subject: x\r\n\r\ny", notify=False)
    email_id = await add_email(app, world, gmail_id)
    claimed = await app.emails.claim(email_id, worker="one", seconds=60)
    assert isinstance(claimed, Claimed)
    assert [email.reason for email in (await audit_of(app, address)).emails] == ["fetch: a worker is at it"]
    wait = Waited(service="gcs", kind="breaker_open", count=1, first_at=NOW, last_at=NOW, seconds=70)
    await app.emails.release(claimed.email, [wait])
    assert [email.reason for email in (await audit_of(app, address)).emails] == ["fetch: waits for gcs (breaker open)"]


class TestMending:
    @pytest.fixture
    async def publisher(self, app: App) -> Any:
        opened = Publisher(await app.connect(), app.settings.topic(app.settings.emails_topic))
        yield opened
        await opened.close()

    async def test_what_is_missing_is_added_and_published_once_however_often_it_is_asked_for(
        self, app: App, stack: LocalStack, publisher: Publisher, address: str, reply: Reply
    ) -> None:
        earlier = datetime.now(UTC) - timedelta(minutes=5)
        ids = [await stack.gmail.deliver(address, reply(), internal_date=earlier, notify=False) for _ in range(3)]
        mailbox, sync = await mailbox_of(app, address), make_sync(app, publisher)
        cursor = mailbox.history_id
        missing = (await audit_of(app, address)).missing
        added = await asyncio.gather(*(sync.add(mailbox, missing) for _ in range(3)))
        again = await sync.add(mailbox, missing)
        assert sum(one.new for one in (*added, again)) == 3
        rows = await app.emails.recent()
        assert sorted(row.gmail_id for row in rows) == sorted(ids)
        assert {row.tenant_id for row in rows} == {"t"}
        assert await app.emails.unpublished() == []
        assert (await audit_of(app, address)).gaps == ()
        assert (await mailbox_of(app, address)).history_id == cursor, "what history has is still to be listed"

    async def test_what_pubsub_has_forgotten_is_published_again_and_nothing_else(
        self, app: App, world: World, publisher: Publisher, address: str
    ) -> None:
        old, young, done = [await add_email(app, world) for _ in range(3)]
        for email_id in (old, young, done):
            await app.emails.published(email_id, trace_context={}, trace_id=None)

        async def age(connection: Connection) -> None:
            await connection.execute(
                "UPDATE emails SET published_at = now() - interval '8 days' WHERE email_id <> $1", young
            )
            await connection.execute("UPDATE emails SET status = 'settled' WHERE email_id = $1", done)

        await app.database.run("UPDATE emails", age)
        assert (await audit_of(app, address)).forgotten == (old,)
        assert await app.emails.forgotten([old, young, done], older_than_seconds=7 * 86400) == 1
        assert [email.email_id for email in await app.emails.unpublished()] == [old]
        assert (await make_sync(app, publisher).add(await mailbox_of(app, address), [])).published == 1
        assert (await audit_of(app, address)).gaps == ()

    async def test_it_keeps_off_a_mailbox_that_another_worker_holds(
        self, app: App, stack: LocalStack, publisher: Publisher, address: str, reply: Reply
    ) -> None:
        gmail_id = await stack.gmail.deliver(address, reply(), notify=False)
        assert await app.mailboxes.lock(address, holder="other", seconds=60) is not None
        sync = make_sync(app, publisher)
        assert (await sync.add(await mailbox_of(app, address), [gmail_id])).busy
        assert await app.emails.recent() == []
        await app.mailboxes.abandon(address, holder="other")
        assert (await sync.add(await mailbox_of(app, address), [gmail_id])).new == 1
