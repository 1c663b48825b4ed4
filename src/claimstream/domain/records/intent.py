"""What a reply wants, and by which signal it was routed to an inquiry before anything cost a token."""

from enum import StrEnum

from claimstream.domain.records.base import Record
from claimstream.domain.records.extraction import Method


class Intent(StrEnum):
    CLAIM_STATEMENT = "claim_statement"
    SETTLEMENT_RESPONSE = "settlement_response"
    INSTALLMENT_OFFER = "installment_offer"
    REJECTION = "rejection"
    CLARIFICATION_REQUEST = "clarification_request"
    GENERAL_INQUIRY = "general_inquiry"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    SPAM = "spam"


SET_ASIDE = frozenset({Intent.AUTO_REPLY, Intent.BOUNCE, Intent.SPAM})
"""Skip extraction and end as ``IGNORE``."""
AMOUNT_INTENTS = frozenset({Intent.CLAIM_STATEMENT, Intent.INSTALLMENT_OFFER})
"""The intents that may change amounts."""


class MatchedBy(StrEnum):
    REPLY_CODE = "reply_code"
    IN_REPLY_TO = "in_reply_to"
    REPLY_CODE_IN_TEXT = "reply_code_in_text"
    REFERENCES = "references"
    SOLE_SENDER = "sole_sender"
    SCORED = "scored"
    NONE = "none"


class RoutingHit(Record):
    """A deterministic signal that fixes which inquiry a mail answers."""

    inquiry_id: str
    matched_by: MatchedBy
    confidence: float
    why: str


class Classification(Record):
    intent: Intent
    confidence: float
    method: Method
    why: str
    """The header, words or model statement that decided."""
    routing: RoutingHit | None = None
