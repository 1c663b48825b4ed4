"""The processing report: one per email, typed and versioned, written in the same transaction as the result.

docs/telemetry.md says what each field means.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import model_validator

from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import Decision, Match
from claimstream.domain.records.extraction import Amount, AmountFlaw, Conflict, Consolidated, Evidence
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail, Unread
from claimstream.domain.records.work import Email, Outcome, Waited
from claimstream.pipeline.model_desk import ModelCall
from claimstream.pipeline.report_versions import in_this_shape

VERSION = 4

STAGES = ("fetch", "parse", "classify", "extract", "consolidate", "match", "route", "commit")
"""In the order of work. ``deliver`` comes after the report is written."""

_AMOUNTS = ("total_claim", "principal", "interest", "costs")
_VALUES = ("as_of", "iban", "bic", "creditor", "representative", "installment", "settlement")


class FieldReport(Record):
    """One value that was read, and the words it was read from: ``quote == text[start:end]`` of that source.

    A report of version 1 says of people and references neither the words nor the place: those are "" and 0.
    """

    field: str
    """Of ``Consolidated``; ``person``, ``reference``, ``injection`` and ``ending`` for what may be there more than once
    or not."""
    value: str | None
    """None where it is ambiguous what the words mean."""
    confidence: float | None
    """None for a reference, which is compared and not believed."""
    source_id: str
    quote: str
    start: int
    end: int
    note: str = ""
    """What lowers its worth: ``ambiguous``, ``credit``, ``repaired``, ``computed``."""


class SourceReport(Record):
    """A text that was read."""

    source_id: str
    kind: str
    name: str = ""
    size: int | None = None
    """Bytes."""


class StageReport(Record):
    stage: str
    seconds: float
    """Of the attempt that finished it."""
    attempt: int
    """Which one that was; 0 where it is only known to be an earlier one (version 1)."""


class EarlierAttempts(Record):
    """Attempts ``first`` to ``last`` went no further than ``stopped_in``."""

    first: int
    last: int
    stopped_in: str


class ProcessingReport(Record):
    """Everything a person needs to follow what was done with an email, and why.

    Reports of earlier versions are read too; what they did not say is then empty.
    """

    version: int = VERSION
    email_id: str
    tenant_id: str
    mailbox: str
    gmail_id: str
    message_id: str | None = None
    correlation_id: str
    trace_id: str | None = None
    subject: str | None = None
    sender: str | None = None
    received_at: datetime | None = None
    settled_at: datetime
    outcome: Outcome
    decision: Decision
    classification: Classification | None = None
    fields: tuple[FieldReport, ...] = ()
    missing: tuple[str, ...] = ()
    """Fields of which nothing was found. Nothing found changes nothing."""
    dropped: tuple[str, ...] = ()
    """Fields whose value was dropped, because its evidence does not stand in the source."""
    conflicts: tuple[Conflict, ...] = ()
    match: Match
    sources: tuple[SourceReport, ...] = ()
    unread: tuple[Unread, ...] = ()
    sources_unread: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    run: int = 1
    """Above 1 in a replay. What the earlier runs came to is kept beside the email."""
    attempt: int
    """The one that settled it, from 1 in the first run."""
    crashes: int
    """Earlier attempts of this run whose worker died or fell silent."""
    earlier: tuple[EarlierAttempts, ...] = ()
    """Of this run."""
    waits: tuple[Waited, ...] = ()
    """For services that were down, the longest ago first."""
    stages: tuple[StageReport, ...] = ()
    model_calls: tuple[ModelCall, ...] = ()
    left_the_house: bool | None = None
    """Something of the mail was sent to the model, or was just about to be: in any attempt, whatever was answered. None
    where it is not known (before version 4)."""
    error: str | None = None
    """Class of the failure that sent the mail to a person."""
    failed_in: str | None = None
    """The stage in which that happened."""

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_versions(cls, data: Any) -> Any:
        return in_this_shape(data)

    @property
    def tokens(self) -> int:
        """All tokens paid for, cached ones included."""
        return sum(call.tokens_in + call.output_tokens for call in self.model_calls)

    @property
    def cost_usd(self) -> Decimal:
        return sum((c.cost_usd for c in self.model_calls), Decimal(0))

    @property
    def seconds(self) -> float:
        """Time in stages; waiting for a service that was down is not in it."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def waited_seconds(self) -> float:
        return sum(wait.seconds for wait in self.waits)


def _field(
    name: str, value: Any, evidence: Evidence, *, confidence: float | None = None, note: str = ""
) -> FieldReport:
    shown = value.model_dump_json(exclude_none=True) if isinstance(value, Record) else str(value)
    return FieldReport(
        field=name,
        value=None if value is None else shown,
        confidence=confidence,
        source_id=evidence.source_id,
        quote=evidence.quote,
        start=evidence.start,
        end=evidence.start + len(evidence.quote),
        note=note,
    )


def _amount(name: str, amount: Amount) -> FieldReport:
    flaws = {"repaired": amount.repaired, "computed": amount.computed} | {
        str(flaw): amount.flaw is flaw for flaw in AmountFlaw
    }
    note = ", ".join(flaw for flaw, is_so in flaws.items() if is_so)
    return _field(name, amount.value, amount.evidence, confidence=amount.confidence, note=note)


def read_fields(consolidated: Consolidated) -> tuple[tuple[FieldReport, ...], tuple[str, ...]]:
    """The fields that were found, and the names of those that were not."""
    found = {name: getattr(consolidated, name) for name in (*_AMOUNTS, *_VALUES)}
    fields = [
        _amount(name, value)
        if isinstance(value, Amount)
        else _field(name, value.value, value.evidence, confidence=value.confidence)
        for name, value in (found | {"currency": consolidated.currency}).items()
        if value is not None
    ]
    fields += [_field("person", p.value.full, p.evidence, confidence=p.confidence) for p in consolidated.people]
    fields += [_field("reference", f"{r.label} {r.value}".strip(), r.evidence) for r in consolidated.references]
    if consolidated.injection is not None:
        fields.append(_field("injection", consolidated.injection.quote, consolidated.injection))
    fields += [_field("ending", ending.rule, ending.evidence) for ending in consolidated.endings]
    missing = [name for name, value in found.items() if value is None]
    missing += [
        name for name, seen in (("person", consolidated.people), ("reference", consolidated.references)) if not seen
    ]
    return tuple(fields), tuple(missing)


def earlier_attempts(done_by: Mapping[str, int], attempt: int, *, before: int = 0) -> Iterator[EarlierAttempts]:
    """Where the attempts before ``attempt`` stopped, told from which attempt finished each stage.

    Args:
        before: attempts of earlier runs, which did not stop, but went through.
    """
    first = before + 1
    for stage in STAGES:
        finished_by = min(done_by.get(stage, attempt), attempt)
        if finished_by > first:
            yield EarlierAttempts(first=first, last=finished_by - 1, stopped_in=stage)
            first = finished_by


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
    done_by: Mapping[str, int] | None = None,
    waits: tuple[Waited, ...] = (),
    stages: tuple[StageReport, ...] = (),
    model_calls: tuple[ModelCall, ...] = (),
    left_the_house: bool = False,
    error: str | None = None,
    failed_in: str | None = None,
) -> ProcessingReport:
    """The report of this attempt.

    Args:
        done_by: which earlier attempt finished each stage that has a checkpoint
    """
    fields, missing = read_fields(consolidated) if consolidated else ((), ())
    return ProcessingReport(
        email_id=email.email_id,
        tenant_id=email.tenant_id,
        mailbox=email.mailbox,
        gmail_id=email.gmail_id,
        message_id=mail.message_id if mail else None,
        correlation_id=email.correlation_id,
        trace_id=trace_id,
        subject=mail.subject if mail else None,
        sender=mail.sender.address if mail and mail.sender else None,
        received_at=received_at,
        settled_at=settled_at,
        outcome=outcome,
        decision=decision,
        classification=classification,
        fields=fields,
        missing=missing,
        dropped=consolidated.dropped if consolidated else (),
        conflicts=consolidated.conflicts if consolidated else (),
        match=match,
        sources=tuple(
            SourceReport(source_id=s.source_id, kind=s.kind, name=s.name, size=s.size)
            for s in (mail.sources if mail else ())
        ),
        unread=mail.unread if mail else (),
        sources_unread=consolidated.sources_unread if consolidated else (),
        defects=mail.defects if mail else (),
        run=email.run,
        attempt=email.attempt,
        crashes=email.crashes,
        earlier=tuple(earlier_attempts(done_by or {}, email.attempt, before=email.attempts_before)),
        waits=waits,
        stages=stages,
        model_calls=model_calls,
        left_the_house=left_the_house,
        error=error,
        failed_in=failed_in,
    )
