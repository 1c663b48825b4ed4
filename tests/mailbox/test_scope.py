"""Mailbox sync, recovery and audit are of one mind on what is worked on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.mailbox.test_audit import audit_of
from tests.mailbox.test_recovery import mailbox_of
from tests.mailbox.test_sync import message, notification
from tests.mailbox.test_upkeep import gmail_ids, sync_of

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.gmail.mailbox import Mailbox, Message
from claimstream.local.gmail.query import GmailQuery
from claimstream.local.stack import LocalStack
from claimstream.mailbox.audit import State
from claimstream.mailbox.consumer import NotificationConsumer
from claimstream.mailbox.scope import QUERY, UNTOLD, arrives, in_scope
from claimstream.mailbox.watch import Watcher
from claimstream.pubsub import Ack

MAIL = b"Subject: x\r\n\r\ny"
OURS = [("INBOX", "UNREAD"), ("Label_1", "UNREAD"), ("IMPORTANT", "CATEGORY_UPDATES"), ()]
NOT_OURS = [("SENT",), ("SENT", "INBOX"), ("DRAFT",), ("CHAT",), ("SPAM", "UNREAD"), ("TRASH",), ("TRASH", "Label_1")]


@pytest.mark.parametrize(("labels", "ours"), [(x, True) for x in OURS] + [(x, False) for x in NOT_OURS])
def test_the_rule_says_the_same_of_labels_as_of_a_search(labels: tuple[str, ...], ours: bool) -> None:
    listed = GmailQuery.parse(QUERY).matches(Message("1", MAIL, labels, datetime.now(UTC), 1))
    assert (in_scope(frozenset(labels)), listed) == (ours, ours)


@pytest.mark.parametrize(
    ("labels", "removed", "true"),
    [
        ({"INBOX"}, {"SPAM"}, True),
        ({"SPAM", "INBOX"}, {"SPAM"}, True),
        (set(), {"TRASH"}, True),
        ({"TRASH"}, {"SPAM"}, False),
        ({"SENT"}, {"TRASH"}, False),
        ({"INBOX"}, {"UNREAD"}, False),
        (set(), {"DRAFT"}, False),
    ],
)
def test_a_label_taken_away_brings_only_what_was_spam_or_trash(labels: set[str], removed: set[str], true: bool) -> None:
    assert arrives(labels, removed) is true


def test_nothing_is_untold_that_is_worked_on() -> None:
    assert not any(in_scope(frozenset({label})) for label in UNTOLD)


@pytest.fixture
async def address(app: App, world: World) -> str:
    """A mailbox whose watch has been started."""
    found = await mailbox_of(app, world.tenants[0].mailboxes[0])
    topic = app.settings.topic(app.settings.notifications_topic)
    await Watcher(gmail=app.gmail, mailboxes=app.mailboxes, topic=topic).ensure(found)
    return found.address


@pytest.fixture(params=[False, True], ids=["labels of then", "labels of now"])
async def reading(request: pytest.FixtureRequest, stack: LocalStack) -> AsyncIterator[None]:
    """Either way in which ``history.list`` may be meant."""
    stack.gmail.faults.history_labels_now = request.param
    yield
    stack.gmail.faults.history_labels_now = False


async def looked(app: App, address: str) -> set[str]:
    await sync_of(app).sync(await mailbox_of(app, address))
    return await gmail_ids(app)


async def arrive(stack: LocalStack, address: str, labels: tuple[str, ...] = ("INBOX", "UNREAD")) -> str:
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    return await stack.gmail.deliver(address, MAIL, labels=labels, internal_date=earlier, notify=False)


@pytest.mark.usefixtures("reading")
class TestAgreement:
    @pytest.mark.parametrize("labels", OURS)
    async def test_mail_is_taken_in_wherever_a_filter_has_put_it(
        self, app: App, stack: LocalStack, address: str, labels: tuple[str, ...]
    ) -> None:
        gmail_id = await arrive(stack, address, labels)
        assert await looked(app, address) == {gmail_id}
        audit = await audit_of(app, address)
        assert (audit.listed, audit.missing) == (1, ())

    async def test_mail_archived_before_a_late_look_is_not_lost(
        self, app: App, stack: LocalStack, address: str
    ) -> None:
        gmail_id = await arrive(stack, address)
        await stack.gmail.relabel(address, gmail_id, remove=("INBOX", "UNREAD"))
        assert await looked(app, address) == {gmail_id}
        assert (await audit_of(app, address)).missing == ()

    @pytest.mark.parametrize("labels", NOT_OURS)
    async def test_neither_look_nor_recovery_nor_audit_wants_what_is_not_worked_on(
        self, app: App, stack: LocalStack, address: str, labels: tuple[str, ...]
    ) -> None:
        await arrive(stack, address, labels)
        assert await looked(app, address) == set()
        assert (await audit_of(app, address)).listed == 0
        await arrive(stack, address, labels)
        stack.gmail.expire_history(address)
        assert await looked(app, address) == set()

    async def test_a_draft_that_was_saved_and_is_gone_again_is_no_mail(
        self, app: App, stack: LocalStack, address: str
    ) -> None:
        gmail_id = await arrive(stack, address, ("DRAFT",))
        await stack.gmail.delete(address, gmail_id)
        assert await looked(app, address) == set()

    @pytest.mark.parametrize("label", ["SPAM", "TRASH"])
    @pytest.mark.parametrize("seen_there", [False, True])
    async def test_what_a_person_takes_out_of_there_is_taken_in_once(
        self, app: App, stack: LocalStack, address: str, label: str, seen_there: bool
    ) -> None:
        gmail_id = await arrive(stack, address, (label, "UNREAD"))
        if seen_there:
            assert await looked(app, address) == set()
        await stack.gmail.relabel(address, gmail_id, add=("INBOX",), remove=(label,))
        assert (await audit_of(app, address)).missing == (gmail_id,), "until the next look"
        assert await looked(app, address) == {gmail_id}
        assert (await sync_of(app).sync(await mailbox_of(app, address))).new == 0
        assert (await audit_of(app, address)).missing == ()

    @pytest.mark.parametrize("label", ["SPAM", "TRASH"])
    async def test_what_comes_back_after_it_was_worked_on_is_not_worked_on_twice(
        self, app: App, stack: LocalStack, address: str, label: str
    ) -> None:
        gmail_id = await arrive(stack, address)
        assert await looked(app, address) == {gmail_id}
        await stack.gmail.relabel(address, gmail_id, add=(label,), remove=("INBOX",))
        audit = await audit_of(app, address)
        assert (audit.listed, audit.missing, audit.counts[State.IN_WORK]) == (0, (), 1)
        await stack.gmail.relabel(address, gmail_id, add=("INBOX",), remove=(label,))
        assert (await sync_of(app).sync(await mailbox_of(app, address))).new == 0
        assert await gmail_ids(app) == {gmail_id}


async def test_the_watch_tells_of_mail_outside_the_inbox_and_not_of_what_is_not_worked_on(
    stack: LocalStack, address: str
) -> None:
    watch = stack.gmail.mailbox(address).watch
    assert watch is not None
    assert all(watch.covers(labels) for labels in OURS)
    assert [labels for labels in NOT_OURS if watch.covers(labels)] == [("CHAT",)]


async def test_a_change_of_labels_shown_before_the_mail_that_came_earlier_hides_no_mail(
    app: App, stack: LocalStack, address: str
) -> None:
    known = await arrive(stack, address)
    assert await looked(app, address) == {known}
    stack.gmail.faults.history_lag_seconds = 3600
    late = await arrive(stack, address)
    stack.gmail.faults.history_lag_seconds = 0
    await stack.gmail.relabel(address, known, remove=("UNREAD",))
    assert await looked(app, address) == {known}
    shown_now(stack.gmail.mailbox(address))
    assert await looked(app, address) == {known, late}


def shown_now(box: Mailbox) -> None:
    box.history[:] = [replace(record, visible_from=0.0) for record in box.history]


async def test_many_changes_of_labels_are_not_read_with_every_look(app: App, stack: LocalStack, address: str) -> None:
    known = await arrive(stack, address)
    assert await looked(app, address) == {known}
    for _ in range(600):
        await stack.gmail.relabel(address, known, add=("STARRED",))
    await looked(app, address)
    cursor = (await mailbox_of(app, address)).history_id
    assert cursor is not None
    assert len([record for record in stack.gmail.mailbox(address).history if record.history_id > cursor]) == 100


async def test_a_notification_of_a_change_of_labels_needs_one_look(app: App, stack: LocalStack, address: str) -> None:
    known = await arrive(stack, address)
    await looked(app, address)
    await stack.gmail.relabel(address, known, add=("STARRED",))
    consumer = NotificationConsumer(sync_of(app), app.mailboxes, destination="gmail-notifications")
    told = notification(address, stack.gmail.mailbox(address).history_id)
    assert isinstance(await consumer.handle(message(told, app.settings)), Ack)
