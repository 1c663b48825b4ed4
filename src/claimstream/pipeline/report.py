"""The processing report: one per email, typed and versioned, written in the same transaction as the result."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import Decision, Match
from claimstream.domain.records.extraction import Amount, Conflict, Consolidated, Evidence, Found
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail, Unread
from claimstream.domain.records.work import Email, Outcome
from claimstream.pipeline.model_desk import ModelCall

VERSION = 1

_AMOUNTS = ("total_claim", "principal", "interest", "costs")
_VALUES = ("as_of", "iban", "bic", "creditor", "representative", "installment", "settlement")


class FieldReport(Record):
    """One value that was read, and the words it was read from."""

    field: str
    value: str
    confidence: float
    source_id: str
    quote: str
    start: int


class StageReport(Record):
    stage: str
    seconds: float
    from_checkpoint: bool = False
    """Done by an earlier attempt; the seconds are that attempt's."""


class ProcessingReport(Record):
    """Everything a person needs to follow what was done with an email, and why."""

    version: int = VERSION
    email_id: str
    tenant_id: str
    mailbox: str
    gmail_id: str
    correlation_id: str
    trace_id: str | None = None
    attempt: int
    crashes: int
    received_at: datetime | None = None
    settled_at: datetime
    outcome: Outcome
    classification: Classification | None = None
    fields: tuple[FieldReport, ...] = ()
    missing: tuple[str, ...] = ()
    """Fields of which nothing was found. Nothing found changes nothing."""
    dropped: tuple[str, ...] = ()
    """Fields whose value was dropped, because its evidence does not stand in the source."""
    references: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """``body (body)``, ``attachment-1 (text_pdf)``: what was read."""
    unread: tuple[Unread, ...] = ()
    sources_unread: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    defects: tuple[str, ...] = ()
    match: Match
    decision: Decision
    stages: tuple[StageReport, ...] = ()
    model_calls: tuple[ModelCall, ...] = ()
    error: str | None = None
    """Class of the failure that sent the mail to a person."""

    @property
    def tokens(self) -> int:
        """All tokens paid for, cached ones included."""
        return sum(
            c.input_tokens + c.cache_read_tokens + c.cache_creation_tokens + c.output_tokens for c in self.model_calls
        )

    @property
    def cost_usd(self) -> Decimal:
        return sum((c.cost_usd for c in self.model_calls), Decimal(0))

    @property
    def seconds(self) -> float:
        """Time in stages; waiting for a service that was down is not in it."""
        return sum(stage.seconds for stage in self.stages)


def _field(name: str, value: Any, confidence: float, evidence: Evidence) -> FieldReport:
    shown = value.model_dump_json(exclude_none=True) if isinstance(value, Record) else str(value)
    return FieldReport(
        field=name,
        value=shown,
        confidence=confidence,
        source_id=evidence.source_id,
        quote=evidence.quote,
        start=evidence.start,
    )


def read_fields(consolidated: Consolidated) -> tuple[tuple[FieldReport, ...], tuple[str, ...]]:
    """The fields that were found, and the names of those that were not."""
    found: list[FieldReport] = []
    missing: list[str] = []
    for name in _AMOUNTS:
        amount: Amount | None = getattr(consolidated, name)
        if amount is None:
            missing.append(name)
        else:
            found.append(_field(name, amount.value, amount.confidence, amount.evidence))
    for name in _VALUES:
        value: Found[Any] | None = getattr(consolidated, name)
        if value is None:
            missing.append(name)
        else:
            found.append(_field(name, value.value, value.confidence, value.evidence))
    return tuple(found), tuple(missing)


def build_report(
    email: Email,
    *,
    trace_id: str | None,
    settled_at: datetime,
    outcome: Outcome,
    decision: Decision,
    match: Match,
    received_at: datetime | None = None,
    mail: ParsedMail | None = None,
    classification: Classification | None = None,
    consolidated: Consolidated | None = None,
    stages: tuple[StageReport, ...] = (),
    model_calls: tuple[ModelCall, ...] = (),
    error: str | None = None,
) -> ProcessingReport:
    fields, missing = read_fields(consolidated) if consolidated else ((), ())
    return ProcessingReport(
        email_id=email.email_id,
        tenant_id=email.tenant_id,
        mailbox=email.mailbox,
        gmail_id=email.gmail_id,
        correlation_id=email.correlation_id,
        trace_id=trace_id,
        attempt=email.attempt,
        crashes=email.crashes,
        received_at=received_at,
        settled_at=settled_at,
        outcome=outcome,
        classification=classification,
        fields=fields,
        missing=missing,
        dropped=consolidated.dropped if consolidated else (),
        references=tuple(f"{r.label} {r.value}".strip() for r in consolidated.references) if consolidated else (),
        people=tuple(p.value.full for p in consolidated.people) if consolidated else (),
        sources=tuple(f"{s.source_id} ({s.kind})" for s in mail.sources) if mail else (),
        unread=mail.unread if mail else (),
        sources_unread=consolidated.sources_unread if consolidated else (),
        conflicts=consolidated.conflicts if consolidated else (),
        defects=mail.defects if mail else (),
        match=match,
        decision=decision,
        stages=stages,
        model_calls=model_calls,
        error=error,
    )
