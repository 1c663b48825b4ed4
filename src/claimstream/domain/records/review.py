"""What waits for a person, and what a person decides of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from claimstream.domain.records.decision import ClientUpdate, Seen, SettlementUpdate
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent


class ReviewStatus(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    """A person has it in hand."""
    ESCALATED = "escalated"
    """A person has passed it on to somebody who knows more: anybody may claim it."""
    APPROVED = "approved"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    """The reply changes nothing."""
    SPAM = "spam"
    SUPERSEDED = "superseded"
    """Its email was replayed."""

    @property
    def said(self) -> str:
        """As a sentence says it: ``it was … by``."""
        return "marked as spam" if self is ReviewStatus.SPAM else self.value


WAITING = frozenset({ReviewStatus.OPEN, ReviewStatus.CLAIMED, ReviewStatus.ESCALATED})
"""Nobody has decided yet."""


class Resolution(StrEnum):
    """How a person ends with an item. Each is a calibration sample: what was predicted, and what was decided."""

    APPROVED = "approved"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    SPAM = "spam"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One row of ``review_items``, with what its email says of itself."""

    review_id: int
    email_id: str
    tenant_id: str
    correlation_id: str
    mailbox: str
    subject: str | None
    received_at: datetime | None
    intent: str | None
    confidence: float | None
    inquiry_id: str | None
    old_amount: Decimal | None
    """What was stored when the rules decided."""
    read_amount: Decimal | None
    """The total that was read, also where nobody knows whose it is."""
    read_settlement: SettlementUpdate | None
    """The answer to the settlement plan that was read, likewise."""
    reason: str
    """Of ``reasons`` the first."""
    reasons: tuple[str, ...]
    detail: str
    proposal: ClientUpdate | None
    """What would have been written; None where it is not known whose claim the reply is about."""
    status: ReviewStatus
    claimed_by: str | None
    claimed_at: datetime | None
    resolved_by: str | None
    resolved_at: datetime | None
    note: str
    """What the person said of it."""
    created_at: datetime
    decision: ClientUpdate | None = None
    """What is written, where a person has decided that something is."""
    delivered: str | None = None
    """How that ended at the client's record; None while it waits in the outbox."""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastDecision:
    """What a person once said of an item, whatever has become of it since."""

    resolution: Resolution
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says instead of the proposal; None where it stays."""

    client_id: str | None = None
    creditor_id: str | None = None
    intent: Intent | None = None
    amount: Decimal | None = None
    """EUR."""
    keep_amount: bool = False
    """The stored amount stays."""
    settlement: SettlementDecision | None = None
    counter_offer: Decimal | None = None
    """EUR."""
    conditions: tuple[str, ...] | None = None
    """Empty: there is none."""

    @property
    def answers_plan(self) -> bool:
        """Whether anything is said of the settlement plan."""
        return (self.settlement, self.counter_offer, self.conditions) != (None, None, None)


@dataclass(frozen=True, slots=True)
class CreditorEntry:
    """A creditor of a client, as it is stored now."""

    client: str
    """Name and case reference."""
    creditor: str
    seen: Seen
