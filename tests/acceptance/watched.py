"""One run of the sample mail, and of mail that goes wrong, with everything kept that left the process by telemetry."""

import asyncio
import base64
import io
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from tests.helpers import LONG

from claimstream import telemetry
from claimstream.app import App
from claimstream.cli.access import bring_up_schema
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import EmailSummary
from claimstream.evaluation.case import CaseFolder, load_cases
from claimstream.evaluation.desk import load_world
from claimstream.external.policy import DEFAULT_POLICIES
from claimstream.local.claude.script import read_scripts
from claimstream.local.otlp.server import OtlpServer
from claimstream.local.sample_mail import SAMPLES
from claimstream.local.stack import LocalStack
from claimstream.monitoring import telemetry_options
from claimstream.pipeline import attempt
from claimstream.settings import Settings
from claimstream.telemetry import logs
from claimstream.topics import ensure_topics

SECRET = "Geheimwort7391"
"""Planted in each part of a mail: nobody's name, no word of any language."""
SECRET_AMOUNT = "73.918,46"
SECRET_AMOUNTS = (SECRET_AMOUNT, "73918.46", "73918,46", "73,918.46")
FAILS = "mail that fails"
"""In the subject of the mail whose matching raises an error that quotes it."""


class KeptEnvelopes(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        if (event := envelope.get_event()) is not None:
            self.events.append(json.loads(json.dumps(event)))


@dataclass(frozen=True)
class Watched:
    folder: CaseFolder
    emails: list[EmailSummary]
    planted: dict[str, str]
    """Gmail ids of the mail that is no sample, by what it is."""
    otlp: OtlpServer
    log_text: str
    events: list[dict[str, Any]]

    @property
    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_text.splitlines()]


@asynccontextmanager
async def watched_run() -> AsyncIterator[Watched]:
    """The demo's stack and worker, on the sample mail and on planted mail, with a service that fails now and then."""
    folder = load_cases(SAMPLES)
    log, sentry = io.StringIO(), KeptEnvelopes()
    async with LocalStack(Settings.model_construct(), scripts=list(read_scripts(SAMPLES))) as stack:
        options = telemetry_options(stack.settings)
        watching = telemetry.start(
            replace(
                options,
                log_format="json",
                log_level="DEBUG",
                log_stream=log,
                sentry_dsn="http://public@127.0.0.1:9/1",
                sentry_transport=sentry,
            )
        )
        try:
            emails, planted = await _run(stack, folder, watching)
            assert await watching.aflush(30.0)
            logs.drain(10.0)
        finally:
            await watching.aclose(10.0)
        assert stack.otlp is not None
        yield Watched(folder, emails, planted, stack.otlp, log.getvalue(), sentry.events)


async def _run(
    stack: LocalStack, folder: CaseFolder, watching: telemetry.Telemetry
) -> tuple[list[EmailSummary], dict[str, str]]:
    settings = stack.settings.model_copy(update={"outage_wait_seconds": 0.3})
    await bring_up_schema(settings)
    now = folder.world.now
    assert now is not None
    # An outage ends an attempt instead of being sat out, and opens the circuit, though not for long.
    policies = {
        name: replace(policy, attempts=2, backoff_max_seconds=0.2, breaker_recovery_seconds=0.3)
        for name, policy in DEFAULT_POLICIES.items()
    }
    async with App(settings, clock=lambda: now, policies=policies) as app:
        await load_world(app, folder.world)
        await ensure_topics(settings, await app.connect())
        running = asyncio.Event()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(attempt, "match", _failing_match)
            worker = asyncio.create_task(app.run(started=running.set))
            await running.wait()
            assert stack.claude is not None
            stack.claude.faults.fail(529, message=f"overloaded by {SECRET}")
            stack.gmail.faults.fail(503, operation="messages.get", message=f"{SECRET_AMOUNT} {SECRET}")
            assert stack.smtp is not None
            stack.smtp.faults.reply_to_data(f"451 4.3.0 {SECRET} not now", times=1)
            assert stack.pubsub is not None
            stack.pubsub.faults.fail("Publish", "UNAVAILABLE", times=2, details=f"no room for {SECRET}")
            ids = [await stack.gmail.deliver(case.mailbox, case.raw) for case in folder.cases]
            mailbox = folder.world.tenants[0].mailboxes[0]
            planted = {kind: await stack.gmail.deliver(mailbox, raw) for kind, raw in planted_mail(mailbox).items()}
            async with asyncio.timeout(LONG):
                for service, faults in (("gmail", stack.gmail.faults), ("anthropic", stack.claude.faults)):
                    while service not in await _waited_for(app):
                        await asyncio.sleep(0.05)
                    faults.clear()
                while True:
                    emails = await app.emails.by_gmail_ids([*ids, *planted.values()])
                    if len(emails) == len(ids) + len(planted) and all(email.delivered for email in emails):
                        break
                    await asyncio.sleep(0.1)
            assert await watching.aflush(30.0)  # while there is still something to read gauges of
            app.stop()
            await worker
    return emails, planted


async def _waited_for(app: App) -> set[str]:
    """The services that an email has waited for."""
    rows = await app.database.run("SELECT", lambda c: c.fetch("SELECT DISTINCT service FROM waits"))
    return {row["service"] for row in rows}


_match = getattr(attempt, "match")  # noqa: B009  # not the attempt's to give away, but what it calls


async def _failing_match(mail: ParsedMail, *rest: Any) -> Any:
    if FAILS in (mail.subject or ""):
        quoted = " ".join(source.text for source in mail.sources)
        raise ValueError(f"cannot match {mail.subject}: {quoted}") from LookupError(quoted)
    return await _match(mail, *rest)


def planted_mail(mailbox: str) -> dict[str, bytes]:
    """By what it is: a secret in every part of a mail, read, not read, broken, and failing."""
    plain = f"Sehr geehrte {SECRET},\r\n\r\ndie Gesamtforderung beträgt {SECRET_AMOUNT} EUR. {SECRET}\r\n"
    html = f"<p>Sehr geehrte {SECRET},</p><table><tr><td>Gesamtforderung</td><td>{SECRET_AMOUNT} EUR</td></tr></table>"
    prose = f"{SECRET}: da fehlen noch {SECRET_AMOUNT}, sagt die Kollegin {SECRET}.\r\n"
    broken_pdf = b"%PDF-1.4 " + SECRET.encode() + b" " + SECRET_AMOUNT.encode()
    bodies = {
        "reply": _part("text/plain; charset=utf-8", plain.encode()),
        FAILS: _part("text/plain; charset=utf-8", plain.encode()),
        "html": _part("text/html; charset=utf-8", html.encode()),
        "prose": _part("text/plain; charset=utf-8", prose.encode()),
        "broken": _with_attachment(plain, "application/pdf", f"{SECRET}.pdf", broken_pdf),
        "unknown": _with_attachment(plain, "application/x-odd", f"{SECRET}.odd", broken_pdf),
        "charset": _part("text/plain; charset=no-such-charset", plain.encode("utf-16")),
    }
    return {kind: _head(mailbox, kind) + body for kind, body in bodies.items()}


def _head(mailbox: str, kind: str) -> bytes:
    head = (
        f"From: {SECRET} <{SECRET}@{SECRET}.example>\nTo: {mailbox}\nSubject: {kind} {SECRET} {SECRET_AMOUNT}\n"
        f"Message-ID: <{SECRET}.{secrets.token_hex(8)}@{SECRET}.example>\nDate: Mon, 12 Oct 2026 10:00:00 +0200\n"
        f"X-Odd: {SECRET}\nMIME-Version: 1.0\n"
    )
    return head.replace("\n", "\r\n").encode()


def _part(content_type: str, content: bytes, name: str | None = None) -> bytes:
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else ""
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n{disposition}\r\n"
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _with_attachment(text: str, content_type: str, name: str, content: bytes) -> bytes:
    parts = [_part("text/plain; charset=utf-8", text.encode()), _part(content_type, content, name)]
    inner = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/mixed; boundary="limit"\r\n\r\n' + inner + b"--limit--\r\n"
