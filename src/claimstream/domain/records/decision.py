"""How a mail was matched and what is to happen with it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from claimstream.domain.records.base import Record
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Intent, MatchedBy


class Route(StrEnum):
    AUTO_UPDATE = "AUTO_UPDATE"
    UPDATE_AND_NOTIFY = "UPDATE_AND_NOTIFY"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    IGNORE = "IGNORE"


class ReviewReason(StrEnum):
    LOW_CONFIDENCE = "low_confidence"
    CONFLICT = "conflict"
    AMBIGUOUS_MATCH = "ambiguous_match"
    NO_MATCH = "no_match"
    AMOUNT_MISSING = "amount_missing"
    AMOUNT_LOWER = "amount_lower"
    AMOUNT_TOO_HIGH = "amount_too_high"
    AMOUNT_AMBIGUOUS = "amount_ambiguous"
    CREDIT = "credit"
    CLAIM_ENDED = "claim_ended"
    SETTLEMENT_UNCLEAR = "settlement_unclear"
    SETTLEMENT_CONDITIONAL = "settlement_conditional"
    COUNTER_OFFER = "counter_offer"
    INJECTION_SUSPECTED = "injection_suspected"
    CLARIFICATION_REQUEST = "clarification_request"
    GENERAL_INQUIRY = "general_inquiry"
    REJECTION = "rejection"
    EXTRACTION_ERROR = "extraction_error"
    BUDGET = "budget"
    WITNESS_DISAGREES = "witness_disagrees"


class Candidate(Record):
    """One inquiry that was considered, with its scores and a sentence saying why."""

    inquiry_id: str
    client_id: str
    creditor_id: str
    score: float
    signals: dict[str, float] = Field(default_factory=dict)
    """Score by signal (``references``, ``client``, ``creditor``, ``amount``), missing unless both sides have it."""
    excluded: bool = False
    why: str


class Match(Record):
    """Which inquiry the mail answers. ``reason`` says why none was taken."""

    inquiry_id: str | None = None
    client_id: str | None = None
    creditor_id: str | None = None
    letter: Letter | None = None
    matched_by: MatchedBy = MatchedBy.NONE
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    reason: ReviewReason | None = None
    why: str = ""


class Thresholds(Record):
    """Every threshold of the rules; the defaults are the domain's, the settings may change them."""

    intent_minimum: float = 0.70
    extraction_minimum: float = 0.75
    settlement_minimum: float = 0.70
    match_minimum: float = 0.70
    match_gap: float = 0.15
    single_signal_minimum: float = 0.85
    single_signal_factor: float = 0.85
    auto_update: float = 0.85
    update_and_notify: float = 0.60
    amount_maximum: Decimal = Decimal("500000.00")
    amount_tolerance: Decimal = Decimal("1.00")
    conflict_ratio: Decimal = Decimal("0.10")
    inquiry_age_days: int = 90


class GuardDecision(Record):
    """One decision to write or not to write, as it is logged and reported."""

    guard: str
    """``amount``, ``settlement``; ``witness`` where the model was asked as one; ``replay`` where an earlier run of the
    email has written, ``order`` where a reply has that came later; ``person`` where a person has decided."""
    passed: bool
    reason: ReviewReason | None = None
    old: Decimal | None = None
    new: Decimal | None = None
    confidence: float
    why: str


class SettlementUpdate(Record):
    decision: SettlementDecision
    conditions: tuple[str, ...] = ()
    counter_offer_amount: Decimal | None = None


class Seen(Record):
    """A creditor's entry in the client's record, as far as a decision rests on it."""

    current_amount: Decimal | None = None
    response_received_at: datetime | None = None
    """When the reply came whose answer is written there; None where none is."""
    response_status: str | None = None
    """Its intent."""
    settlement: str | None = None
    """What is decided of the settlement plan."""


class PersonsDecision(Record):
    """A person has decided that an update is to be written, whatever the guards say of it."""

    decision_id: str
    """Of its own: an update is written once for each."""
    by: str
    seen: Seen
    """What the person saw. Where the record has changed since, they look again."""


class ClientUpdate(Record):
    """The typed, versioned payload that goes through the outbox to the ``clients`` collection."""

    NEWEST: ClassVar[int] = 2
    """Known here. To be raised with whatever is new: workers of today leave such a row to those who know it."""

    version: Literal[1, 2] = 1
    """The lowest that holds what is in it: 2 where a person has decided."""
    tenant_id: str
    client_id: str
    creditor_id: str
    email_id: str
    amount: Decimal | None = None
    """None: the amount stays as it is."""
    amount_confidence: float = 0.0
    """Of the reading alone: the amount guard looks at it again when the update is applied."""
    amount_source: str | None = None
    response_status: str
    """The intent."""
    received_at: datetime
    summary: str | None = None
    references: tuple[str, ...] = ()
    confidence: float
    settlement: SettlementUpdate | None = None
    decided: PersonsDecision | None = Field(default=None, exclude_if=lambda decided: decided is None)
    """None: the rules have decided, and the guards look at it again when it is applied. Then it is left out of the
    payload, since workers of version 1 do not know it."""

    @property
    def effect_id(self) -> str:
        """By which the client's record remembers that this was written."""
        return self.email_id if self.decided is None else f"{self.email_id}/{self.decided.decision_id}"


class Decision(Record):
    """The end of the rules: where the mail goes, why, and what may be written."""

    route: Route
    intent: Intent | None
    """After the match: a refusal of a second letter is a settlement response. None when it was never read."""
    confidence: float
    """min(routing or match, intent, extraction)."""
    reasons: tuple[ReviewReason, ...] = ()
    """The first is the one a person sees."""
    guards: tuple[GuardDecision, ...] = ()
    old_amount: Decimal | None = None
    new_amount: Decimal | None = None
    """What would be, or is, written; None when the amount stays."""
    settlement: SettlementUpdate | None = None
    write: bool = False
    """Whether the client's record is updated, or was by an earlier run that came to the same."""
    why: str = ""

    @property
    def review_reason(self) -> ReviewReason | None:
        return self.reasons[0] if self.reasons else None
