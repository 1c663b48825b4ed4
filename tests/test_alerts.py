"""Somebody is told of an outage once, and once that it is over, even when the mail server was what was down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.helpers import LONG, until

from claimstream.alerts import Alerts
from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.external.breaker import BreakerEvent, State
from claimstream.external.door import Door
from claimstream.external.errors import Outage
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.external.smtp import Mailer, SmtpOptions
from claimstream.local.servers.smtp import LocalSmtp
from claimstream.store.database import Connection
from claimstream.store.outages import OutageStore
from claimstream.telemetry import correlated, correlation_id

TO = "bereitschaft@kanzlei.example"


@pytest.fixture
async def smtp() -> AsyncIterator[LocalSmtp]:
    async with LocalSmtp() as server:
        yield server


FRESH_SECONDS = 60.0
ANSWERED = dict.fromkeys(("gmail", "mongodb", "gcs", "smtp", "postgresql", "gmail-credentials"), 0.0)
"""Of a worker whom everything answers right now, where its own circuits do not say otherwise."""


def outages_of(app: App, worker: str) -> OutageStore:
    """By themselves: what a worker that has died has left."""
    return OutageStore(app.database, worker=worker, fresh_seconds=FRESH_SECONDS)


async def pass_for_postgresql(app: App, seconds: float) -> None:
    """As if what is written down of outages had been written so much earlier."""

    async def work(connection: Connection) -> None:
        await connection.execute(
            """
            UPDATE outages SET began_at = began_at - $1::interval, told_at = told_at - $1::interval,
                telling_until = telling_until - $1::interval
            """,
            timedelta(seconds=seconds),
        )
        await connection.execute(
            "UPDATE outage_reports SET seen_at = seen_at - $1::interval", timedelta(seconds=seconds)
        )

    await app.database.run("UPDATE outages", work)


class Clock:
    """By which a worker tells how long a circuit has been closed: it stands still but where a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("claimstream.alerts.outages.time", clock)
    return clock


class CountedAlerts(Alerts):
    looks = 0

    async def _look(self) -> bool:
        done = await super()._look()
        self.looks += 1
        return done


async def looked(*workers: CountedAlerts, times: int = 3) -> None:
    """Each of them has looked at what there is by now, from beginning to end (the first look may be an old one)."""
    wanted = [(alerts, alerts.looks + times) for alerts in workers]
    await until(lambda: all(alerts.looks >= looks for alerts, looks in wanted))


Alerting = Callable[..., AbstractAsyncContextManager[CountedAlerts]]


@pytest.fixture
def alerting(smtp: LocalSmtp, app: App) -> Alerting:
    """A worker's alerts; of several workers in one installation where it is asked for more than once."""

    @asynccontextmanager
    async def of_worker(
        worker: str = "one", answered: Mapping[str, float] = ANSWERED, **options: float
    ) -> AsyncIterator[CountedAlerts]:
        policies = {"smtp": replace(DEFAULT_POLICIES["smtp"], attempts=1, breaker_recovery_seconds=0.1)}
        door = Door(policies)
        mailer = Mailer(door, SmtpOptions(url=smtp.url, sender="claimstream@kanzlei.example"))
        alerts = CountedAlerts(
            mailer,
            TO,
            environment="test",
            outages=outages_of(app, worker),
            answered=lambda: answered,
            **{"every_seconds": 0.03, **options},
        )
        try:
            yield alerts
        finally:
            await alerts.close()
            await mailer.close()
            await door.close()

    return of_worker


def event(service: str, old: State, new: State, reason: str = "") -> BreakerEvent:
    return BreakerEvent(service, old, new, datetime.now(UTC), reason)


def subjects(smtp: LocalSmtp) -> list[str]:
    return [str(mail.message["Subject"]).removeprefix("claimstream: ") for mail in smtp.messages]


async def mails(smtp: LocalSmtp, count: int) -> None:
    """So many at least: that there are no more, a test says of its own."""
    await until(lambda: len(smtp.messages) >= count)


async def test_the_mail_says_what_when_and_why(smtp: LocalSmtp, alerting: Alerting) -> None:
    async with alerting() as alerts:
        alerts.note(event("mongodb", "closed", "open", "answered 503"))
        await until(lambda: smtp.messages)
    [mail] = smtp.messages
    text = str(mail.message.get_payload())
    assert mail.recipients == (TO,)
    assert "mongodb is failing, at 20" in text
    assert "in test." in text
    assert "Last reason: answered 503" in text
    assert mail.message.get_all("Auto-Submitted") == ["auto-generated"]


async def test_an_alert_waits_for_the_mail_server_and_none_is_lost(smtp: LocalSmtp, alerting: Alerting) -> None:
    async with alerting(steady_seconds=0.0) as alerts:
        await smtp.stop()
        try:
            alerts.note(event("mongodb", "closed", "open"))
            alerts.note(event("smtp", "closed", "open"))
            await looked(alerts)
            alerts.note(event("mongodb", "half_open", "closed"))
        finally:
            await smtp.start()
        await mails(smtp, 3)
        alerts.note(event("smtp", "half_open", "closed"))
        await mails(smtp, 4)
    assert subjects(smtp) == [
        "mongodb is failing",
        "smtp is failing",
        "mongodb has recovered",
        "smtp has recovered",
    ]


async def test_a_circuit_that_opens_and_closes_is_one_outage(smtp: LocalSmtp, alerting: Alerting, clock: Clock) -> None:
    async with alerting(steady_seconds=120.0) as alerts:
        for _ in range(5):
            alerts.note(event("gmail", "closed", "open"))
            alerts.note(event("gmail", "open", "half_open"))
            alerts.note(event("gmail", "half_open", "open"))
            alerts.note(event("gmail", "half_open", "closed"))
            clock.now += 119
            await looked(alerts)
        assert subjects(smtp) == ["gmail is failing"]
        clock.now += 1
        await mails(smtp, 2)
        alerts.note(event("gmail", "closed", "open"))
        await mails(smtp, 3)
    assert subjects(smtp) == ["gmail is failing", "gmail has recovered", "gmail is failing"]


async def test_what_is_closed_when_the_worker_ends_has_recovered(smtp: LocalSmtp, alerting: Alerting) -> None:
    async with alerting(steady_seconds=3600) as alerts:
        alerts.note(event("gmail", "closed", "open"))
        alerts.note(event("gmail", "half_open", "closed"))
    assert subjects(smtp) == ["gmail is failing", "gmail has recovered"]


async def test_the_mail_is_no_part_of_the_email_whose_call_failed(
    smtp: LocalSmtp, alerting: Alerting, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    send = Mailer.send

    async def noting(self: Mailer, to: str, subject: str, text: str, *, message_id: str) -> None:
        seen.append(correlation_id())
        await send(self, to, subject, text, message_id=message_id)

    monkeypatch.setattr(Mailer, "send", noting)
    async with alerting() as alerts:
        with correlated("c1"):
            alerts.note(event("gmail", "closed", "open"))
        await until(lambda: smtp.messages)
    assert seen == [None]


class TestSeveralWorkers:
    async def test_one_of_them_tells_of_an_outage_and_one_of_its_end(self, smtp: LocalSmtp, alerting: Alerting) -> None:
        async with (
            alerting("one", steady_seconds=0.05) as one,
            alerting("two", steady_seconds=0.05) as two,
            alerting("three", steady_seconds=0.05) as three,
        ):
            for told in (2, 4):
                for alerts in (one, two, three):
                    alerts.note(event("gmail", "closed", "open"))
                await mails(smtp, told - 1)
                await looked(one, two, three)  # each has reported it, and knows that somebody was told
                for alerts in (three, two, one):
                    alerts.note(event("gmail", "half_open", "closed"))
                await mails(smtp, told)
                await looked(one, two, three)
        assert subjects(smtp) == ["gmail is failing", "gmail has recovered"] * 2
        assert len({str(mail.message["Message-ID"]) for mail in smtp.messages}) == 4

    async def test_it_has_not_recovered_while_one_of_them_still_meets_it(
        self, smtp: LocalSmtp, alerting: Alerting
    ) -> None:
        async with alerting("one", steady_seconds=0.0) as one, alerting("two", steady_seconds=0.0) as two:
            for alerts in (one, two):
                alerts.note(event("gcs", "closed", "open"))
            await mails(smtp, 1)
            await looked(one, two)
            two.note(event("gcs", "half_open", "closed"))
            await looked(one, two)
            assert subjects(smtp) == ["gcs is failing"]
            one.note(event("gcs", "half_open", "closed"))
            await mails(smtp, 2)
        assert subjects(smtp) == ["gcs is failing", "gcs has recovered"]

    async def test_one_that_opens_again_before_it_is_steady_has_not_recovered(
        self, smtp: LocalSmtp, alerting: Alerting, clock: Clock
    ) -> None:
        async with alerting(steady_seconds=120.0) as alerts:
            alerts.note(event("gcs", "closed", "open"))
            await mails(smtp, 1)
            alerts.note(event("gcs", "half_open", "closed"))
            clock.now += 60
            await looked(alerts)
            alerts.note(event("gcs", "closed", "open"))
            clock.now += 61
            await looked(alerts)
            assert subjects(smtp) == ["gcs is failing"]

    async def test_what_one_died_before_telling_another_tells(
        self, smtp: LocalSmtp, alerting: Alerting, app: App
    ) -> None:
        dead = outages_of(app, "dead")
        await dead.report({"gcs": "answered 503"}, told=())
        assert await dead.take({}, seconds=60) is not None
        async with alerting("next", answered={}) as alerts:
            alerts.start()
            await looked(alerts)
            assert smtp.messages == [], "the other one is about to tell"
            await pass_for_postgresql(app, 61)
            await mails(smtp, 1)
        assert "Last reason: answered 503" in str(smtp.messages[0].message.get_payload())

    async def test_the_end_of_an_outage_whose_witness_has_died_is_told_once_the_service_has_answered(
        self, smtp: LocalSmtp, alerting: Alerting, app: App
    ) -> None:
        dead = outages_of(app, "dead")
        await dead.report({"gcs": ""}, told={"gcs"})
        await pass_for_postgresql(app, FRESH_SECONDS + 1)
        answered = {"gcs": 3600.0}
        async with alerting("next", answered) as alerts:
            alerts.start()
            await looked(alerts)
            assert smtp.messages == [], "it has not answered since"
            answered["gcs"] = 0.0
            await mails(smtp, 1)
            alerts.note(event("gcs", "closed", "open"))
            await mails(smtp, 2)
        assert subjects(smtp) == ["gcs has recovered", "gcs is failing"], "the next outage is told of anew"

    async def test_one_that_meets_what_was_told_does_not_tell_of_it_again(
        self, smtp: LocalSmtp, alerting: Alerting, app: App
    ) -> None:
        await outages_of(app, "dead").report({"gcs": ""}, told={"gcs"})
        await pass_for_postgresql(app, FRESH_SECONDS + 1)
        async with alerting("next", {}, steady_seconds=0.0) as alerts:
            alerts.note(event("gcs", "closed", "open"))
            await looked(alerts)
            assert smtp.messages == []

    async def test_what_the_mail_server_did_not_take_before_a_worker_ended_the_next_one_tells(
        self, smtp: LocalSmtp, alerting: Alerting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("claimstream.alerts.alerts._CLOSING_SECONDS", 0.1)
        monkeypatch.setattr("claimstream.alerts.outages._TELLING_SECONDS", 0.2)
        await smtp.stop()
        async with alerting("ends") as alerts:
            alerts.note(event("mongodb", "closed", "open"))
            await looked(alerts)
        await smtp.start()
        async with alerting("next") as alerts:
            alerts.start()
            await until(lambda: smtp.messages)
        assert subjects(smtp)[0] == "mongodb is failing"

    async def test_without_postgresql_each_of_them_tells_and_one_of_the_end(
        self, smtp: LocalSmtp, alerting: Alerting, app: App, clock: Clock
    ) -> None:
        away = pytest.MonkeyPatch()
        async with alerting("one") as one, alerting("two") as two:
            away.setattr(app.database, "run", _away)
            for alerts in (one, two):
                alerts.note(event("postgresql", "closed", "open"))
            await mails(smtp, 2)
            for alerts in (one, two):
                alerts.note(event("postgresql", "half_open", "closed"))
            await looked(one, two)
            assert len(smtp.messages) == 2, "nobody knows yet who tells"
            away.undo()
            await looked(one, two)
            clock.now += 121
            await mails(smtp, 3)
            await looked(one, two)
        assert subjects(smtp) == ["postgresql is failing"] * 2 + ["postgresql has recovered"]

    async def test_what_was_written_down_and_not_told_is_told_without_postgresql_and_what_was_told_is_not(
        self, smtp: LocalSmtp, alerting: Alerting, app: App
    ) -> None:
        away = pytest.MonkeyPatch()
        async with alerting("one") as one, alerting("two") as two:
            for alerts in (one, two):
                alerts.note(event("mongodb", "closed", "open"))
            await mails(smtp, 1)
            await looked(one, two)  # both know that somebody was told of it
            await smtp.stop()
            one.note(event("gcs", "closed", "open"))
            await until_async(lambda: written(app, "gcs"))
            await looked(one, two)
            away.setattr(app.database, "run", _away)
            await smtp.start()
            await mails(smtp, 2)
            await looked(one, two)
        away.undo()
        assert subjects(smtp) == ["mongodb is failing", "gcs is failing"]

    @pytest.mark.parametrize("error", [RuntimeError("no such table"), ValueError("no such column")])
    async def test_a_defect_of_what_all_know_keeps_no_mail_from_being_sent(
        self, smtp: LocalSmtp, alerting: Alerting, app: App, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(app.database, "run", broken)
        async with alerting() as alerts:
            alerts.note(event("gmail", "closed", "open"))
            alerts.mailbox("post@kanzlei.example", disabled=True, reason="answered 403")
            await mails(smtp, 2)
            await looked(alerts)
        assert subjects(smtp) == ["gmail is failing", "mailbox post@kanzlei.example was disabled"]

    async def test_a_reason_that_postgresql_cannot_hold_is_told_all_the_same(
        self, smtp: LocalSmtp, alerting: Alerting, app: App
    ) -> None:
        async with alerting() as alerts:
            alerts.note(event("gmail", "closed", "open", "answered \x00 \ud800"))
            await until(lambda: smtp.messages)
            assert await written(app, "gmail")
        assert "answered" in str(smtp.messages[0].message.get_payload())

    async def test_one_that_begins_anew_while_its_end_is_reported_is_not_over(
        self, smtp: LocalSmtp, alerting: Alerting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, again = OutageStore.report, asyncio.Event()

        async def report(store: OutageStore, failing: Mapping[str, str], *, told: Collection[str]) -> Collection[str]:
            answer = await real(store, failing, told=told)
            if not failing and not again.is_set():  # the report that takes it back
                again.set()
                alerts.note(event("gcs", "half_open", "open"))
            return answer

        async with alerting(steady_seconds=0.0, answered={}) as alerts:
            alerts.note(event("gcs", "closed", "open"))
            await mails(smtp, 1)
            await looked(alerts)
            monkeypatch.setattr(OutageStore, "report", report)
            alerts.note(event("gcs", "half_open", "closed"))
            await asyncio.wait_for(again.wait(), LONG)
            assert [seen.closed_since for seen in alerts._watch._failing.values()] == [None]

    async def test_what_could_not_be_told_by_the_end_is_said_in_the_log(
        self, smtp: LocalSmtp, alerting: Alerting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("claimstream.alerts.alerts._CLOSING_SECONDS", 0.2)
        await smtp.stop()
        async with alerting() as alerts:
            alerts.note(event("mongodb", "closed", "open"))
            alerts.mailbox("post@kanzlei.example", disabled=True, reason="answered 403")
            await looked(alerts)
        said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        assert [line["alerts"] for line in said if line["event"] == "alerts_given_up"] == [2]

    async def test_a_mail_that_is_refused_holds_up_no_other(self, smtp: LocalSmtp, alerting: Alerting) -> None:
        smtp.faults.reply_to_data("554 5.7.1 not wanted", times=1)
        async with alerting() as alerts:
            alerts.note(event("gmail", "closed", "open"))
            await looked(alerts)
            alerts.note(event("mongodb", "closed", "open"))
            await mails(smtp, 1)
        assert subjects(smtp) == ["mongodb is failing"]


async def test_a_report_that_comes_while_the_end_is_told_is_kept(app: App) -> None:
    gone, teller, other = (outages_of(app, worker) for worker in ("gone", "teller", "other"))
    await gone.report({"gcs": "down"}, told=["gcs"])
    await pass_for_postgresql(app, FRESH_SECONDS + 1)
    news = await teller.take({"gcs": 0.0}, seconds=60)
    assert news is not None
    assert news.over
    await other.report({"gcs": "down again"}, told=[])
    await teller.told(news)
    rows = await app.database.run("SELECT", lambda c: c.fetch("SELECT worker FROM outage_reports"))
    assert [row["worker"] for row in rows] == ["other"]


async def test_a_mailbox_that_opens_is_an_answer_to_our_credentials(app: App, world: World) -> None:
    assert "gmail-credentials" not in app._answered()
    mailbox = await app.mailboxes.get(world.tenants[0].mailboxes[0])
    assert mailbox is not None
    app.access.opened(mailbox)
    assert app._answered()["gmail-credentials"] < 60


async def written(app: App, service: str) -> bool:
    return service in await OutageStore(app.database, worker="asks").since()


async def until_async(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(LONG):
        while not await condition():
            await asyncio.sleep(0.01)


async def _away(*_: object, **__: object) -> None:
    raise Outage("postgresql", "call", "no route")


async def test_a_disabled_mailbox_is_told_of_with_what_to_do_and_so_is_its_return(
    smtp: LocalSmtp, alerting: Alerting
) -> None:
    async with alerting() as alerts:
        alerts.mailbox("post@kanzlei.example", disabled=True, reason="answered 403")
        alerts.mailbox("post@kanzlei.example", disabled=False)
        await mails(smtp, 2)
    assert subjects(smtp) == [
        "mailbox post@kanzlei.example was disabled",
        "mailbox post@kanzlei.example opens again",
    ]
    text = str(smtp.messages[0].message.get_payload())
    assert "Last reason: answered 403" in text
    assert "claimstream mailboxes enable post@kanzlei.example" in text


async def test_credentials_that_every_mailbox_refuses_are_told_of_by_one_worker(
    smtp: LocalSmtp, alerting: Alerting
) -> None:
    async with alerting("one", steady_seconds=0.0) as one, alerting("two", steady_seconds=0.0) as two:
        for refused in (True, False):
            for alerts in (one, two):
                alerts.credentials(refused=refused, reason="answered 401" if refused else "")
            await mails(smtp, 1 if refused else 2)
            await looked(one, two)
    assert subjects(smtp) == ["gmail-credentials is failing", "gmail-credentials has recovered"]
    assert "No mailbox lets us in." in str(smtp.messages[0].message.get_payload())
