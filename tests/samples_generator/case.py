"""One case: a mail, what is right for it, and what the scripted model says."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from tests.samples_generator import mime
from tests.samples_generator.world import Inquiry, Tenant

from claimstream.local.claude.script import ScriptedAnswer, When

AUTO = ["AUTO_UPDATE"]
NOTIFY = ["UPDATE_AND_NOTIFY"]
UPDATE = ["AUTO_UPDATE", "UPDATE_AND_NOTIFY"]
REVIEW = ["MANUAL_REVIEW"]
IGNORE = ["IGNORE"]

CEST = timezone(timedelta(hours=2))
ANY = "any"
"""A review reason that the rules leave open: not checked."""


@dataclass(frozen=True)
class Case:
    slug: str
    raw: bytes
    expected: dict[str, Any]
    script: tuple[ScriptedAnswer, ...] = ()


@dataclass
class Draft:
    """A mail to the firm that is being written."""

    tenant: Tenant
    sender: tuple[str, str]
    subject: str
    text: str
    day: int
    """Of October 2026."""
    to: str | None = None
    """None: the tenant's mailbox."""
    to_name: str = ""
    cc: str | None = None
    hour: int = 10
    files: Sequence[mime.Part] = ()
    answers: Inquiry | None = None
    """The letter named in In-Reply-To."""
    charset: str = "utf-8"
    declared: str | None = ""
    encoding: mime.Encoding = "quoted-printable"
    html: str | None = None
    html_only: bool = False
    more: Sequence[tuple[str, str]] = ()
    delivered_to: bool = True
    return_path: str | None = None

    @property
    def date(self) -> datetime:
        minute = int(hashlib.sha256(self.subject.encode()).hexdigest(), 16) % 60
        return datetime(2026, 10, self.day, self.hour, minute, 17, tzinfo=CEST)

    def encode(self) -> bytes:
        domain = self.sender[1].partition("@")[2]
        digest = hashlib.sha256(f"{self.subject}{self.text}{self.day}".encode()).hexdigest()[:16]
        return mime.mail(
            sender=mime.person(*self.sender),
            to=mime.person(self.to_name, self.to or self.tenant.mailbox),
            cc=self.cc,
            subject=self.subject,
            date=self.date,
            content=self._content(),
            message_id=f"<{digest}@{domain}>",
            delivered_to=self.tenant.mailbox if self.delivered_to else None,
            in_reply_to=self.answers.message_id if self.answers else None,
            return_path=self.return_path,
            more=self.more,
        )

    def _content(self) -> mime.Part:
        plain = mime.text(self.text, charset=self.charset, declared=self.declared, encoding=self.encoding)
        content = plain
        if self.html is not None:
            page = mime.text(self.html, subtype="html", charset=self.charset, encoding=self.encoding)
            content = page if self.html_only else mime.multipart([plain, page], subtype="alternative")
        return mime.multipart([content, *self.files]) if self.files else content


@dataclass
class Truth:
    """What ``expected.json`` says."""

    inquiry: Inquiry | None
    by: str
    route: Sequence[str]
    intent: str | None
    reason: str | None = None
    """None for a mail that needs no person; :data:`ANY` where the rules leave it open."""
    writes: bool = False
    """The total becomes the client's current amount."""
    total: str | None = None
    fields: dict[str, str | None] = field(default_factory=dict)
    needs_model: bool = False
    tags: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        route = [*self.route, *(REVIEW if self.needs_model and not set(REVIEW) & set(self.route) else [])]
        if self.needs_model and route == IGNORE:
            route += REVIEW
        expected: dict[str, Any] = {} if self.intent is None else {"intent": self.intent}
        expected |= {
            "route": route[0] if len(route) == 1 else route,
            "inquiry_id": self.inquiry.inquiry_id if self.inquiry else None,
            "matched_by": self.by,
        }
        fields = {"total_claim": self.total, **self.fields} if self.total else dict(self.fields)
        if fields:
            expected["fields"] = fields
        if self.inquiry is not None and not (self.writes and self.needs_model):
            old = self.inquiry.creditor.amount
            expected["current_amount_after"] = self.total if self.writes else old
        if self.reason != ANY and not self.needs_model:
            expected["review_reason"] = self.reason
        return {**expected, "needs_model": self.needs_model, "tags": list(self.tags)}


def says(phrase: str, intent: str, confidence: float = 0.93) -> ScriptedAnswer:
    """The model's intent for the mail that holds the phrase."""
    answer = {"intent": intent, "confidence": confidence, "why": f"says: {phrase}"}
    return ScriptedAnswer(when=When(contains=phrase), schema_has="intent", answer=answer)


def reads(data: bytes, lines: Sequence[str]) -> ScriptedAnswer:
    """The model's transcription of a picture or a scanned file."""
    digest = hashlib.sha256(data).hexdigest()
    return ScriptedAnswer(when=When(sha256=digest), schema_has="text", answer={"text": "\n".join(lines)})


def extracts(phrase: str, **answer: Any) -> ScriptedAnswer:
    """The model's values for the source that holds the phrase."""
    return ScriptedAnswer(when=When(contains=phrase), schema_has="total_claim", answer=answer)


def testifies(phrase: str, verdict: str, *against: tuple[str, str]) -> ScriptedAnswer:
    """The model's word as a witness on the mail that holds the phrase, with the quotes against the proposal and why."""
    answer = {"against": [{"quote": quote, "why": why} for quote, why in against], "verdict": verdict}
    return ScriptedAnswer(when=When(contains=phrase), schema_has="verdict", answer=answer)


def quoted(value: str, quote: str, label: str | None = None, rank: str | None = None) -> dict[str, Any]:
    """A value as the model gives it, with the words it was read from; an amount with its label and rank."""
    named = {} if rank is None else {"label": label, "rank": rank}
    return {"value": value, "quote": quote, **named}


def german(amount: str) -> str:
    """``3418.07`` as ``3.418,07``."""
    whole = f"{Decimal(amount):,.2f}"
    return whole.replace(",", "_").replace(".", ",").replace("_", ".")


def iban(bank: str, account: str) -> str:
    """A German IBAN with the right check digits."""
    digits = bank + account.zfill(10)
    check = 98 - int(digits + "131400") % 97
    return f"DE{check:02d}{digits}"


def grouped(number: str) -> str:
    """An IBAN as people write it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def utc(day: int, month: int = 10) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)
