"""Where an email stands, as far as anybody who did not work on it can tell."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of ``emails`` with what its neighbours say of it."""

    email_id: str
    tenant_id: str
    gmail_id: str
    status: str
    """``new``, ``in_work`` or ``settled``."""
    created_at: datetime
    published_at: datetime | None = None
    """When its message was confirmed. None: never, or nobody could write it down."""
    claimed: bool = False
    """A worker has it, and its claim has not lapsed."""
    attempt: int = 0
    stages: frozenset[str] = frozenset()
    """Those whose result is kept. Of a settled email: empty."""
    waits_for: str | None = None
    """A service, and why it cannot be used: ``gcs (breaker open)``."""
    outcome: str | None = None
    route: str | None = None
    intent: str | None = None
    review_reason: str | None = None
    review_status: str | None = None
    """Of the review item; None where there is none."""
    why: str | None = None
    """Of an email that was set aside: the decision's sentence, which may quote the subject."""
    undelivered: str | None = None
    """Kind of the oldest outbox row that is not done."""
    undelivered_since: datetime | None = None
