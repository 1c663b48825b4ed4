"""An email as work: claimed by one worker, checkpointed by stage, settled once, its effects delivered afterwards."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import ClientUpdate, Decision, Match, ReviewReason
from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.notification import Notification

LANE = "lane"
"""The attribute of an email's message that tells whose it is."""
_LANE_DIGITS = 16


class LostClaimError(Exception):
    """Another worker claimed the email since: nothing of ours may be written any more."""


class NewerPayloadError(Exception):
    """A newer version of us wrote this payload: whoever reads it as one of today's may miss what matters."""

    def __init__(self, version: int, known: int) -> None:
        super().__init__(f"payload of version {version}, known is {known}")
        self.version = version
        self.known = known


class Outcome(StrEnum):
    UPDATED = "updated"
    REVIEW = "review"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Email:
    """The row of an email that this worker has claimed."""

    email_id: str
    tenant_id: str
    mailbox: str
    gmail_id: str
    correlation_id: str
    attempt: int
    crashes: int
    """Of this run."""
    created_at: datetime
    run: int = 1
    """Above 1 in a replay."""
    attempts_before: int = 0
    """Attempts of the earlier runs."""
    our_marks: tuple[str, ...] = ()
    """The tenant's name and the addresses of all its mailboxes, by which its own letters are known."""


class Waited(Record):
    """What an email waited for, all waits of one kind for one service in one: a long outage is one record too."""

    service: str
    kind: str
    """``outage``, ``breaker_open``, ``throttled``, ``unauthorised`` or ``not_found``."""
    count: int
    """Attempts that ended so."""
    first_at: datetime
    last_at: datetime
    seconds: float
    """What the email lost by it: from the last progress of such an attempt to the beginning of the next one."""


@dataclass(frozen=True, slots=True)
class FailedAlone:
    """The failures of one email at one operation of a service, while it worked for others."""

    count: int
    """Failures since whose predecessor another email has succeeded."""
    others: int
    """Other emails that have succeeded in between, in all."""
    seconds: float
    """The time since the first of them."""
    counts: bool
    """Another email has succeeded since the failure before this one."""


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Tokens of one answered call."""

    model: str
    operation: str
    input_tokens: int
    """Without the cached ones."""
    cache_read_tokens: int
    cache_creation_tokens: int
    output_tokens: int
    cost_usd: Decimal


class Reserved(StrEnum):
    """The answer to a question's wish for money."""

    DONE = "done"
    BUSY = "busy"
    """There would be enough if the questions under way cost less than they may."""
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A finished stage, or an answer of the model that was paid for."""

    stage: str
    result: str
    """JSON."""
    seconds: float
    tokens: TokenUse | None = None
    """Booked together with it, once."""
    replace: bool = False
    """An earlier result is there, but this version of us cannot read it."""
    ends_reservation: str | None = None
    """The question whose reservation the booked tokens take the place of."""


@dataclass(frozen=True, slots=True)
class AppliedUpdate:
    """What an earlier run of the email has written to the client's record, or may have."""

    run: int
    update: ClientUpdate | None
    """None: another version of us wrote it, and this one cannot read what."""
    old_amount: Decimal | None
    """What was stored before it, as that run knew it."""
    certain: bool = True
    """False: its delivery was given up for a defect of ours, and nobody knows how far that had come."""


@dataclass(frozen=True, slots=True)
class Claimed:
    email: Email
    checkpoints: dict[str, str] = field(default_factory=dict)
    """JSON by stage."""
    seconds: dict[str, float] = field(default_factory=dict)
    """What each finished stage took."""
    attempts: dict[str, int] = field(default_factory=dict)
    """Which attempt finished each stage."""
    waits: tuple[Waited, ...] = ()
    """Of all earlier attempts of this run, whichever worker made them."""
    applied: AppliedUpdate | None = None
    """Of an earlier run, if one has written."""


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """``settled``, ``busy``: another worker has it, ``suspected``: it was in work when workers died; or ``unknown``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    reason: ReviewReason
    reasons: tuple[ReviewReason, ...]
    detail: str = ""
    proposal: ClientUpdate | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Everything the final transaction writes."""

    outcome: Outcome
    decision: Decision
    match: Match
    mail: ParsedMail | None = None
    received_at: datetime | None = None
    extractions: tuple[SourceExtraction, ...] = ()
    review: Review | None = None
    update: ClientUpdate | None = None
    notification: Notification | None = None
    report: str | None = None
    """JSON of the processing report; None when building it failed (best effort)."""
    report_version: int = 1
    dead_address: str | None = None
    """A hard bounce: the inquiry's address is dead."""

    @property
    def effects(self) -> int:
        """How many outbox rows it makes: nobody is told of an update that is not written."""
        return 0 if self.update is None else 1 + (self.notification is not None)


class Delivered(StrEnum):
    """How an outbox row ended."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    SENT = "sent"
    OVERTAKEN = "overtaken"
    """A reply that came later has been written already: a person decides."""
    CHANGED = "changed"
    """The record is no longer what the person saw who decided: they look again."""
    REFUSED = "refused"
    """The stored amount has changed since: a person decides."""
    MISSING = "missing"
    """The client or creditor is gone: a person decides."""
    SET_ASIDE = "set_aside"
    """It failed too often by a defect of ours: a person decides, or in case of a notification nobody is told."""
    SKIPPED = "skipped"
    """A notification of an update that was not applied, or that no mail server takes."""


HELD_SECONDS = 60.0
"""How long an outbox row belongs to the worker that has taken it."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    outbox_id: int
    email_id: str
    tenant_id: str
    correlation_id: str
    trace_context: str
    """JSON; delivery joins the email's trace, whichever worker does it."""
    tries: int
    kind: str
    """``client_update`` or ``notification``."""
    json: str
    """The payload as it was written, perhaps by another version of us: it is read where a failure can be dealt with."""
    decision_id: str | None = None
    """Of the person's decision that it carries out."""

    def payload(self) -> ClientUpdate | Notification:
        """Raises NewerPayloadError, or pydantic's ValidationError."""
        kind = ClientUpdate if self.kind == "client_update" else Notification
        content = json.loads(self.json)
        known: int = kind.NEWEST
        # Before all else: what else is new in it could only be taken for a defect.
        version = content.get("version") if isinstance(content, dict) else None
        if isinstance(version, int) and version > known:
            raise NewerPayloadError(version, known)
        return kind.model_validate_json(self.json)


@dataclass(frozen=True, slots=True)
class Mailbox:
    address: str
    tenant_id: str
    history_id: int | None
    """The cursor: everything up to here is in ``emails``. None until the watch is started."""
    watch_expires_at: datetime | None
    last_synced_at: datetime | None
    """When everything that Gmail showed was last in ``emails``."""
    disabled_reason: str | None
    quiet_seconds: float | None = None
    """Since :attr:`last_synced_at`, by the database's clock: of the workers' clocks each may be wrong."""
    recovery_cursor: int | None = None
    """History was lost, and listing in its place has begun: where history goes on afterwards."""


@dataclass(frozen=True, slots=True)
class MailboxSummary:
    """One line of ``claimstream mailboxes``."""

    address: str
    tenant_id: str
    history_id: int | None
    last_synced_at: datetime | None
    watch_expires_at: datetime | None
    disabled_reason: str | None
    retry_at: datetime | None
    """When a disabled one is tried again; None: when a person enables it."""
    recovering: bool
    """History was lost, and its messages are being listed."""
    open_emails: int
    """Found, and not settled yet."""


@dataclass(frozen=True, slots=True)
class NewEmail:
    """A Gmail message that was not known before."""

    email_id: str
    gmail_id: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class UnpublishedEmail:
    """An email whose message to the pipeline was never confirmed."""

    email_id: str
    tenant_id: str
    correlation_id: str
    run: int = 1
    mailbox: str = ""
    """Empty where one email is published by itself."""

    @property
    def lane(self) -> str:
        """Whose email it is, as its message says: a digest, for addresses do not belong there."""
        return hashlib.sha256((self.mailbox or self.tenant_id).encode()).hexdigest()[:_LANE_DIGITS]


@dataclass(frozen=True, slots=True)
class EmailSummary:
    """One line of ``claimstream emails``."""

    email_id: str
    tenant_id: str
    mailbox: str
    gmail_id: str
    correlation_id: str
    trace_id: str | None
    status: str
    outcome: str | None
    attempt: int
    created_at: datetime
    received_at: datetime | None
    settled_at: datetime | None
    message_id: str | None
    subject: str | None
    intent: str | None
    route: str | None
    review_reason: str | None
    inquiry_id: str | None
    matched_by: str | None
    confidence: float | None
    old_amount: Decimal | None
    new_amount: Decimal | None
    delivered: bool
    """Nothing of it is left in the outbox."""
    run: int = 1
    """Above 1: it was replayed."""
    replayed_at: datetime | None = None
    """When the newest run was asked for."""
    review_status: str | None = None
    """Of its review item: a :class:`~claimstream.domain.records.review.ReviewStatus`; None where there is none."""
