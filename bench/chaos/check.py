"""The independent checker: what Gmail holds, against what PostgreSQL, MongoDB, the archive and the mail server hold.

It reads the stores by itself, with nothing of the pipeline's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg
from motor.motor_asyncio import AsyncIOMotorClient

from bench.chaos.installation import ALERTS_TO, Installation
from bench.chaos.mail import Letter
from claimstream.external.mongo_documents import amount

_EMAILS = """
    SELECT e.email_id, e.gmail_id, e.mailbox, e.status, e.outcome, e.route, e.new_amount,
           (SELECT count(*) FROM outbox o WHERE o.email_id = e.email_id AND o.kind = 'client_update') AS updates,
           (SELECT count(*) FROM outbox o WHERE o.email_id = e.email_id AND o.done_at IS NULL) AS undelivered,
           (SELECT count(*) FROM review_items r WHERE r.email_id = e.email_id) AS reviews,
           (SELECT count(*) FROM processing_reports p WHERE p.email_id = e.email_id) AS reports
    FROM emails e
"""
_ANSWERS = "SELECT email_id, stage, created_at FROM checkpoints WHERE stage LIKE 'model/%'"
_LEDGER = "SELECT coalesce(sum(calls), 0), coalesce(sum(input_tokens + output_tokens), 0) FROM token_ledger"
_PAID = """
    SELECT count(*), coalesce(sum((call->>'input_tokens')::bigint + (call->>'output_tokens')::bigint), 0)
    FROM (SELECT CASE WHEN stage LIKE 'model/%' THEN result->'call' ELSE result END AS call FROM checkpoints
          WHERE stage LIKE 'model/%' OR stage LIKE 'unusable %') AS calls
"""
_MATTER = re.compile(r"Vorgang (\d+)")


@dataclass(slots=True)
class Findings:
    """Each a list of sentences that name the mail."""

    lost: list[str] = field(default_factory=list)
    applied_twice: list[str] = field(default_factory=list)
    tokens_paid_twice: list[str] = field(default_factory=list)
    dead_lettered: list[str] = field(default_factory=list)
    wrong_outcomes: list[str] = field(default_factory=list)
    mails_repeated: int = 0
    """Notifications that the mail server took more than once under the same Message-ID: its answer was lost, or the
    worker was killed before it could note it. Receivers show them once."""
    answers_lost: int = 0
    """Questions asked again because their answer had not been kept: the worker was killed, or the answer was cut."""
    alerts: int = 0


async def check(installation: Installation, letters: Mapping[str, Letter], dead_letters: int) -> Findings:
    """``letters`` by Gmail id."""
    findings = Findings()
    connection = await asyncpg.connect(installation.postgres.dsn)
    try:
        rows = {row["gmail_id"]: row for row in await connection.fetch(_EMAILS)}
        answers = await connection.fetch(_ANSWERS)
        ledger, paid = await connection.fetchrow(_LEDGER), await connection.fetchrow(_PAID)
    finally:
        await connection.close()
    documents = await _documents(installation)
    archived = await _archived(installation)
    numbers = {row["email_id"]: letters[gmail_id].number for gmail_id, row in rows.items() if gmail_id in letters}
    for mailbox in sorted({letter.mailbox for letter in letters.values()}):
        for gmail_id in installation.gmail.mailbox(mailbox).messages:
            _check_letter(letters[gmail_id], rows.get(gmail_id), documents, archived, findings)
    _check_notifications(installation, letters.values(), findings)
    _check_questions(installation, answers, numbers, findings)
    assert ledger is not None
    assert paid is not None
    if tuple(ledger) != tuple(paid):
        findings.tokens_paid_twice.append(
            f"the ledger holds {tuple(ledger)} calls and tokens, the answers {tuple(paid)}"
        )
    findings.dead_lettered += [f"{dead_letters} messages in the dead-letter topic"] if dead_letters else []
    return findings


def _check_letter(
    letter: Letter,
    row: asyncpg.Record | None,
    documents: Mapping[str, dict[str, Any]],
    archived: Counter[str],
    findings: Findings,
) -> None:
    name = f"letter {letter.number} ({letter.kind})"
    if row is None:
        findings.lost.append(f"{name}: no row")
        return
    if row["status"] != "settled":
        findings.lost.append(f"{name}: {row['status']}")
        return
    if row["undelivered"]:
        findings.lost.append(f"{name}: {row['undelivered']} effects not delivered")
    if row["reports"] != 1:
        findings.lost.append(f"{name}: no report")
    if not archived[row["email_id"]]:
        findings.lost.append(f"{name}: not in the archive")
    if row["route"] != letter.route:
        findings.wrong_outcomes.append(f"{name}: {row['route']}, expected {letter.route}")
    if (row["reviews"] == 1) != (letter.route == "MANUAL_REVIEW"):
        findings.wrong_outcomes.append(f"{name}: {row['reviews']} review items")
    creditor = documents[letter.client_id]["creditors"][0]
    stored, applied = amount(creditor["current_amount"]), list(creditor.get("applied_email_ids") or ())
    if stored != letter.amount:
        findings.wrong_outcomes.append(f"{name}: {stored} is stored, expected {letter.amount}")
    if applied != ([row["email_id"]] if row["updates"] else []):
        (findings.applied_twice if len(applied) > 1 else findings.lost).append(f"{name}: applied {len(applied)} times")


def _check_notifications(installation: Installation, letters: Iterable[Letter], findings: Findings) -> None:
    """One Message-ID for each letter of which the firm is told."""
    mails = [mail for mail in installation.smtp.messages if ALERTS_TO not in mail.recipients]
    findings.alerts = len(installation.smtp.messages) - len(mails)
    told = Counter(str(mail.message["Message-ID"]) for mail in mails)
    findings.mails_repeated = len(mails) - len(told)
    wanted = sum(letter.notified for letter in letters)
    if len(told) > wanted:
        findings.applied_twice.append(f"{len(told)} notifications, expected {wanted}")
    if len(told) < wanted:
        findings.lost.append(f"{wanted - len(told)} notifications")


def _check_questions(
    installation: Installation, answers: Iterable[asyncpg.Record], numbers: Mapping[str, int], findings: Findings
) -> None:
    """No question is asked after its answer was kept. (Both times are of this machine's clock.)"""
    kept = {(numbers[row["email_id"]], row["stage"].split("/")[1]): row["created_at"] for row in answers}
    asked = [
        (
            int(found.group(1)),
            "classify" if "intent" in (asked.schema or {}).get("properties", {}) else "extract",
            asked,
        )
        for asked in installation.claude.requests
        if (found := _MATTER.search(asked.text))
    ]
    for number, operation, each in asked:
        at = kept.get((number, operation))
        if at is not None and each.received_at > at:
            late = (each.received_at - at).total_seconds()
            findings.tokens_paid_twice.append(
                f"letter {number}: {operation} was asked again {late:.2f} s after its answer was kept ({at:%H:%M:%S})"
            )
    findings.answers_lost = len(asked) - len(kept)


async def _documents(installation: Installation) -> dict[str, dict[str, Any]]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(installation.mongo.url, directConnection=True)
    try:
        found = client[installation.settings.mongodb_database]["clients"].find({})
        return {str(document["_id"]): document async for document in found}
    finally:
        client.close()


async def _archived(installation: Installation) -> Counter[str]:
    """Raw mails in the archive, by email id."""
    settings, names, token = installation.settings, [], ""
    url = f"{settings.storage_emulator_host}/storage/v1/b/{settings.gcs_bucket}/o"
    async with aiohttp.ClientSession() as session:
        while True:
            parameters = {"pageToken": token} if token else {}
            async with session.get(url, params=parameters) as response:
                page = await response.json()
            names += [item["name"] for item in page.get("items", ())]
            if not (token := page.get("nextPageToken", "")):
                break
    return Counter(name.split("/")[1] for name in names if name.endswith("/raw.eml"))
