"""The independent checker: what Gmail holds, against what PostgreSQL, MongoDB, the archive and the mail server hold.

It reads the stores by itself, with nothing of the pipeline's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import aiohttp
import asyncpg
from motor.motor_asyncio import AsyncIOMotorClient

from bench.chaos.installation import ALERTS_TO, Installation
from bench.chaos.killer import KILLED, SOUND
from bench.chaos.mail import STORED, Letter
from bench.chaos.past import IS_PAST
from bench.chaos.poison import REFUSES
from bench.chaos.sickness import ENDED, Sickness
from claimstream.external.mongo_documents import amount

_EMAILS = f"""
    SELECT e.email_id, e.gmail_id, e.status, e.outcome, e.route, e.review_reason,
           (SELECT array_agg(o.result) FROM outbox o
            WHERE o.email_id = e.email_id AND o.kind = 'client_update') AS updates,
           (SELECT count(*) FROM outbox o WHERE o.email_id = e.email_id AND o.done_at IS NULL) AS undelivered,
           (SELECT count(*) FROM review_items r WHERE r.email_id = e.email_id) AS reviews,
           (SELECT count(*) FROM processing_reports p WHERE p.email_id = e.email_id) AS reports,
           (SELECT array_agg(x.source_id) FROM extractions x WHERE x.email_id = e.email_id) AS sources_read
    FROM emails e WHERE NOT {IS_PAST}
"""  # our own words # nosec B608
_ANSWERS = "SELECT email_id, stage, created_at FROM checkpoints WHERE stage LIKE 'model/%'"
_LEDGER = "SELECT coalesce(sum(calls), 0), coalesce(sum(input_tokens + output_tokens), 0) FROM token_ledger"
_PAID = """
    SELECT count(*), coalesce(sum((call->>'input_tokens')::bigint + (call->>'output_tokens')::bigint), 0)
    FROM (SELECT CASE WHEN stage LIKE 'model/%' THEN result->'call' ELSE result END AS call FROM checkpoints
          WHERE stage LIKE 'model/%' OR stage LIKE 'unusable %') AS calls
"""
_WRITTEN = (["applied"], ["already_applied"])
"""What the outbox says of an email's update that was written; the second after its first answer was lost."""
_MATTER = re.compile(r"Vorgang (\d+)")
_NUMBERED = frozenset({"prose", "clear", "again", "pdf"})
"""Kinds of letters whose number stands in each question about them."""
_QUESTIONS = {"intent": "classify", "verdict": "witness"}
"""Questions by a field of their schema; any other is to extract."""


@dataclass(slots=True)
class Findings:
    """Each a list of sentences that name the mail."""

    lost: list[str] = field(default_factory=list)
    applied_twice: list[str] = field(default_factory=list)
    tokens_paid_twice: list[str] = field(default_factory=list)
    dead_lettered: list[str] = field(default_factory=list)
    wrong_outcomes: list[str] = field(default_factory=list)
    not_looked_at: list[str] = field(default_factory=list)
    """What the checker could not see: then nobody knows, and the run does not count."""
    killers_unread: list[str] = field(default_factory=list)
    """Sound parts that a killer attachment took with it."""
    held_up: list[str] = field(default_factory=list)
    """Sicknesses of one service while which no mail had its end, though others were well."""
    settled_beside: Counter[str] = field(default_factory=Counter)
    """Mails that had their end while another service was sick, by sickness."""
    settled_beside_least: int = 0
    """The same, of the sickness with the fewest."""
    poisoned: int = 0
    """Poison mails that were settled in the end."""
    killers: int = 0
    mails_repeated: int = 0
    """Notifications that the mail server took more than once under the same Message-ID: its answer was lost, or the
    worker was killed before it could note it. Receivers show them once."""
    answers_lost: int = 0
    """Questions asked again because their answer had not been kept: the worker was killed, or the answer was cut."""
    alerts: int = 0
    overtaken: int = 0
    """Replies that a person has, since a later one of the same creditor was written before them."""
    overtaken_at_delivery: int = 0
    """Of these, those of which that was seen only when they were to be written."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """What Gmail holds, and what became of it."""

    letter: Letter
    received_at: datetime
    row: asyncpg.Record | None
    poison: str = ""
    """The service that has failed for this mail each time, if one has."""

    @property
    def name(self) -> str:
        return f"letter {self.letter.number} ({self.letter.kind})"

    @property
    def written(self) -> bool:
        return self.row is not None and self.row["updates"] in _WRITTEN

    @property
    def given_up(self) -> bool:
        """Return True where a person has it, unwritten, since a service refused it alone."""
        return self.poison == REFUSES and self.row is not None and self.row["review_reason"] == "extraction_error"

    def overtaken_by(self, last: "_Reply") -> Literal["date", "amount"] | None:
        """What sent it to a person, if a later reply did: its date, when it was to be written; or its amount, when it
        was decided and the higher one was stored already."""
        row, letter = self.row, self.letter
        if row is None or self.received_at >= last.received_at:
            return None
        if (row["outcome"], row["route"]) != ("review", "MANUAL_REVIEW") or not letter.updates:
            return None
        if (row["review_reason"], row["updates"]) == (
            "conflict",
            ["overtaken"],
        ) and letter.amount != last.letter.amount:
            return "date"
        if (row["review_reason"], row["updates"]) == ("amount_lower", None) and letter.amount < last.letter.amount:
            return "amount"
        return None


async def check(
    installation: Installation, letters: Mapping[str, Letter], dead_letters: int, sicknesses: Sequence[Sickness] = ()
) -> Findings:
    """``letters`` by Gmail id."""
    findings = Findings()
    connection = await asyncpg.connect(installation.postgres.dsn)
    try:
        rows = {row["gmail_id"]: row for row in await connection.fetch(_EMAILS)}
        answers = await connection.fetch(_ANSWERS)
        ended = [row["at"] for row in await connection.fetch(ENDED)]
        ledger, paid = await connection.fetchrow(_LEDGER), await connection.fetchrow(_PAID)
    finally:
        await connection.close()
    documents = await _documents(installation)
    try:
        archived = await _archived(installation)
    except (CouldNotLookError, aiohttp.ClientError) as error:
        archived = None
        findings.not_looked_at.append(f"the archive: {error}")
    asked = {gmail_id: letter.number for gmail_id, letter in letters.items() if letter.kind in _NUMBERED}
    numbers = {rows[gmail_id]["email_id"]: number for gmail_id, number in asked.items() if gmail_id in rows}
    poisons = {gmail_id: poison.service for gmail_id, poison in installation.poisoning.gmail_ids.items()}
    clients: dict[str, list[_Reply]] = {}
    for mailbox in sorted({letter.mailbox for letter in letters.values()}):
        for gmail_id, message in installation.gmail.mailbox(mailbox).messages.items():
            received_at = datetime.fromtimestamp(message.internal_date_ms / 1000, UTC)
            reply = _Reply(letters[gmail_id], received_at, rows.get(gmail_id), poisons.get(gmail_id, ""))
            clients.setdefault(reply.letter.client_id, []).append(reply)
    for client_id, replies in clients.items():
        replies.sort(key=lambda reply: reply.received_at)
        for reply in replies:
            _check_reply(reply, replies[-1], archived, findings)
        _check_client(replies, documents[client_id]["creditors"][0], findings)
    given_up = {r.letter.number for replies in clients.values() for r in replies if r.given_up}
    told_of = [letter for letter in letters.values() if letter.number not in given_up]
    _check_notifications(installation, told_of, findings)
    _check_sicknesses(sicknesses, ended, findings)
    _check_questions(installation, answers, numbers, findings)
    assert ledger is not None
    assert paid is not None
    if tuple(ledger) != tuple(paid):
        findings.tokens_paid_twice.append(
            f"the ledger holds {tuple(ledger)} calls and tokens, the answers {tuple(paid)}"
        )
    findings.dead_lettered += [f"{dead_letters} messages in the dead-letter topic"] if dead_letters else []
    return findings


def _check_reply(reply: _Reply, last: _Reply, archived: Counter[str] | None, findings: Findings) -> None:
    """``last``: of the replies to the same client; ``archived``: None where it could not be looked at."""
    row, letter, name = reply.row, reply.letter, reply.name
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
    if archived is not None and not archived[row["email_id"]]:
        findings.lost.append(f"{name}: not in the archive")
    findings.poisoned += bool(reply.poison)
    if letter.kind == "killer":
        findings.killers += 1
        _check_killer(name, row["sources_read"] or (), findings)
    if (row["reviews"] == 1) != (row["route"] == "MANUAL_REVIEW"):
        findings.wrong_outcomes.append(f"{name}: {row['route']}, {row['reviews']} review items")
    if by := reply.overtaken_by(last):
        findings.overtaken += 1
        findings.overtaken_at_delivery += by == "date"
        return
    if reply.given_up:
        if row["route"] != "MANUAL_REVIEW" or reply.written:
            findings.wrong_outcomes.append(f"{name}: {row['route']}, {row['updates']} of its update, though given up")
        return
    if row["route"] != letter.route:
        findings.wrong_outcomes.append(f"{name}: {row['route']} ({row['review_reason']}), expected {letter.route}")
    if reply.written != letter.updates:
        findings.wrong_outcomes.append(f"{name}: {row['updates']} of its update, expected {letter.updates}")


def _check_killer(name: str, sources_read: Sequence[str], findings: Findings) -> None:
    """All but the killer attachment was read."""
    missing = {"body", SOUND} - set(sources_read)
    if missing:
        findings.killers_unread.append(f"{name}: {', '.join(sorted(missing))} not read")
    if KILLED in sources_read:
        findings.killers_unread.append(f"{name}: {KILLED} killed nobody, so that nothing was shown")


def _check_sicknesses(sicknesses: Sequence[Sickness], ended: Sequence[datetime], findings: Findings) -> None:
    """Some mail had its end in each."""
    beside = {sickness: sum(sickness.began <= at <= sickness.ended for at in ended) for sickness in sicknesses}
    for each, count in beside.items():
        findings.settled_beside[f"{each.service}, {each.kind}"] += count
    findings.settled_beside_least = min(beside.values(), default=0)
    findings.held_up += [
        f"{each.service}, {each.kind}: no mail had its end from {each.began:%H:%M:%S} to {each.ended:%H:%M:%S}"
        for each, count in beside.items()
        if not count
    ]


def _check_client(replies: Sequence[_Reply], creditor: Mapping[str, Any], findings: Findings) -> None:
    """What is stored is what the reply said that came last; the earlier ones were written before it or not at all."""
    last = replies[-1]
    stored, expected = amount(creditor["current_amount"]), STORED if last.given_up else last.letter.amount
    if stored != expected:
        findings.wrong_outcomes.append(f"{last.name}: {stored} is stored, expected {expected}")
    written = [(reply.row["email_id"], reply.received_at) for reply in replies if reply.row and reply.written]
    amounts = {reply.row["email_id"]: reply.letter.amount for reply in replies if reply.row}
    response = creditor.get("response") or {}
    standing = (response.get("email_id"), response.get("received_at"))
    if standing != (written[-1] if written else (None, None)):
        findings.wrong_outcomes.append(f"{last.name}: the response is {standing}, written were {written}")
    noted, applied = [email_id for email_id, _ in written], list(creditor.get("applied_email_ids") or ())
    if Counter(applied) - Counter(noted):
        findings.applied_twice.append(f"{last.name}: {applied} were applied, noted are {noted}")
    elif Counter(noted) - Counter(applied):
        findings.lost.append(f"{last.name}: {applied} were applied, noted are {noted}")
    # Of replies that say the same it does not matter which was applied first: the later one stands.
    elif [amounts[email_id] for email_id in applied] != [amounts[email_id] for email_id in noted]:
        findings.wrong_outcomes.append(f"{last.name}: {applied} were applied, they came as {noted}")


def _check_notifications(installation: Installation, letters: Iterable[Letter], findings: Findings) -> None:
    """One Message-ID for each letter of which the firm is told: of none that was overtaken."""
    mails = [mail for mail in installation.smtp.messages if ALERTS_TO not in mail.recipients]
    findings.alerts = len(installation.smtp.messages) - len(mails)
    told = Counter(str(mail.message["Message-ID"]) for mail in mails)
    findings.mails_repeated = len(mails) - len(told)
    wanted = sum(letter.notified for letter in letters) - findings.overtaken
    if len(told) > wanted:
        findings.applied_twice.append(f"{len(told)} notifications, expected {wanted}")
    if len(told) < wanted:
        findings.lost.append(f"{wanted - len(told)} notifications")


def _check_questions(
    installation: Installation, answers: Iterable[asyncpg.Record], numbers: Mapping[str, int], findings: Findings
) -> None:
    """No question is asked after its answer was kept. (Both times are of this machine's clock.)"""
    kept = {
        (numbers[row["email_id"]], row["stage"].split("/")[1]): row["created_at"]
        for row in answers
        if row["email_id"] in numbers
    }
    asked = [
        (
            int(found.group(1)),
            next((name for each, name in _QUESTIONS.items() if each in (asked.schema or {})["properties"]), "extract"),
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
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        installation.mongo.url, directConnection=True, tz_aware=True
    )
    try:
        found = client[installation.settings.mongodb_database]["clients"].find({})
        return {str(document["_id"]): document async for document in found}
    finally:
        client.close()


class CouldNotLookError(Exception):
    """A store did not answer the checker's question, which says nothing about what it holds."""


async def _archived(installation: Installation) -> Counter[str]:
    """Raw mails in the archive, by email id. Raises CouldNotLookError."""
    settings, names, token = installation.settings, [], ""
    url = f"{settings.storage_emulator_host}/storage/v1/b/{settings.gcs_bucket}/o"
    async with aiohttp.ClientSession() as session:
        while True:
            parameters = {"pageToken": token} if token else {}
            async with session.get(url, params=parameters) as response:
                if response.status != 200:
                    raise CouldNotLookError(f"its listing answered {response.status}: {await response.text()}")
                page = await response.json()
            names += [item["name"] for item in page.get("items", ())]
            if not (token := page.get("nextPageToken", "")):
                break
    return Counter(name.split("/")[1] for name in names if name.endswith("/raw.eml"))
