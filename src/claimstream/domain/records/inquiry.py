"""The records a reply is held against: clients, their creditors, and the letters sent."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import ConfigDict

from claimstream.domain.records.base import Record


class Letter(StrEnum):
    FIRST = "first"
    """Asks what the creditor claims today."""
    SECOND = "second"
    """Carries a settlement plan and asks for consent."""


class _Shared(Record):
    """Part of the ``clients`` collection: the firm's portal adds fields of its own, which are kept as they are."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Creditor(_Shared):
    creditor_id: str
    name: str
    email: str | None = None
    representative_name: str | None = None
    representative_email: str | None = None
    claim_amount: Decimal | None = None
    """The original figure: never written by us."""
    current_amount: Decimal | None = None


class Client(_Shared):
    client_id: str
    tenant_id: str
    case_reference: str
    first_name: str
    last_name: str
    creditors: tuple[Creditor, ...] = ()

    def creditor(self, creditor_id: str) -> Creditor | None:
        """By id, never by position: the firm's portal reorders the list."""
        return next((c for c in self.creditors if c.creditor_id == creditor_id), None)


class Inquiry(Record):
    inquiry_id: str
    tenant_id: str
    client_id: str
    creditor_id: str
    letter: Letter
    sent_at: datetime
    reply_code: str | None = None
    message_id: str | None = None
    to_address: str | None = None
    creditor_reference: str | None = None
    status: str = "open"


class CandidateFile(Record):
    """An inquiry together with the client and creditor it is about: what matching compares a mail with."""

    inquiry: Inquiry
    client: Client
    creditor: Creditor
