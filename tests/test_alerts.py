"""Somebody is told of an outage once, and once that it is over, even when the mail server was what was down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claimstream.alerts import BreakerAlerts
from claimstream.external.breaker import BreakerEvent, State
from claimstream.external.door import Door
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.external.smtp import Mailer, SmtpOptions
from claimstream.local.servers.smtp import LocalSmtp
from claimstream.telemetry import correlated, correlation_id

TO = "bereitschaft@kanzlei.example"


@pytest.fixture
async def smtp() -> AsyncIterator[LocalSmtp]:
    async with LocalSmtp() as server:
        yield server


@asynccontextmanager
async def alerting(smtp: LocalSmtp, **options: float) -> AsyncIterator[BreakerAlerts]:
    policies = {"smtp": replace(DEFAULT_POLICIES["smtp"], attempts=1, breaker_recovery_seconds=0.1)}
    door = Door(policies)
    mailer = Mailer(door, SmtpOptions(url=smtp.url, sender="claimstream@kanzlei.example"))
    alerts = BreakerAlerts(mailer, TO, environment="test", **options)
    try:
        yield alerts
    finally:
        await alerts.close()
        await mailer.close()
        await door.close()


def event(service: str, old: State, new: State, reason: str = "") -> BreakerEvent:
    return BreakerEvent(service, old, new, datetime.now(UTC), reason)


def subjects(smtp: LocalSmtp) -> list[str]:
    return [str(mail.message["Subject"]).removeprefix("claimstream: ") for mail in smtp.messages]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_mail_says_what_when_and_why(smtp: LocalSmtp) -> None:
    async with alerting(smtp) as alerts:
        alerts.note(event("mongodb", "closed", "open", "answered 503"))
        await until(lambda: smtp.messages)
    [mail] = smtp.messages
    text = str(mail.message.get_payload())
    assert mail.recipients == (TO,)
    assert "mongodb is failing, at 20" in text
    assert "in test." in text
    assert "Last reason: answered 503" in text
    assert mail.message.get_all("Auto-Submitted") == ["auto-generated"]


async def test_an_alert_waits_for_the_mail_server_and_none_is_lost(smtp: LocalSmtp) -> None:
    async with alerting(smtp, steady_seconds=0.0, retry_seconds=0.05) as alerts:
        await smtp.stop()
        try:
            alerts.note(event("mongodb", "closed", "open"))
            alerts.note(event("smtp", "closed", "open"))
            await asyncio.sleep(0.3)
            alerts.note(event("mongodb", "half_open", "closed"))
        finally:
            await smtp.start()
        await until(lambda: len(smtp.messages) == 3)
        alerts.note(event("smtp", "half_open", "closed"))
        await until(lambda: len(smtp.messages) == 4)
    assert subjects(smtp) == [
        "mongodb is failing",
        "smtp is failing",
        "mongodb has recovered",
        "smtp has recovered",
    ]


async def test_a_circuit_that_opens_and_closes_is_one_outage(smtp: LocalSmtp) -> None:
    async with alerting(smtp, steady_seconds=0.2) as alerts:
        for _ in range(5):
            alerts.note(event("gmail", "closed", "open"))
            alerts.note(event("gmail", "open", "half_open"))
            alerts.note(event("gmail", "half_open", "open"))
            alerts.note(event("gmail", "half_open", "closed"))
            await asyncio.sleep(0.02)
        assert len(smtp.messages) <= 1
        await until(lambda: len(smtp.messages) == 2)
        alerts.note(event("gmail", "closed", "open"))
        await until(lambda: len(smtp.messages) == 3)
    assert subjects(smtp) == ["gmail is failing", "gmail has recovered", "gmail is failing"]


async def test_what_is_closed_when_the_worker_ends_has_recovered(smtp: LocalSmtp) -> None:
    async with alerting(smtp, steady_seconds=3600) as alerts:
        alerts.note(event("gmail", "closed", "open"))
        alerts.note(event("gmail", "half_open", "closed"))
    assert subjects(smtp) == ["gmail is failing", "gmail has recovered"]


async def test_the_mail_is_no_part_of_the_email_whose_call_failed(
    smtp: LocalSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    send = Mailer.send

    async def noting(self: Mailer, to: str, subject: str, text: str, *, message_id: str) -> None:
        seen.append(correlation_id())
        await send(self, to, subject, text, message_id=message_id)

    monkeypatch.setattr(Mailer, "send", noting)
    async with alerting(smtp) as alerts:
        with correlated("c1"):
            alerts.note(event("gmail", "closed", "open"))
        await until(lambda: smtp.messages)
    assert seen == [None]
