"""The services one pipeline works with. What is None is not configured, and its part does not happen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from claimstream.domain.records.decision import Thresholds
from claimstream.pipeline import ports
from claimstream.pipeline.letter_indexes import LetterIndexes
from claimstream.pipeline.mail_memory import MailMemory

_MAILS_BYTES = 320 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    emails: ports.Emails
    outbox: ports.Outbox
    inquiries: ports.Inquiries
    ledger: ports.Ledger
    tenants: ports.Tenants
    gmail: ports.MailSource
    reader: ports.MailReader
    blobs: ports.Blobs | None
    clients: ports.Clients | None
    model: ports.LanguageModel | None
    mailer: ports.Mailer | None
    letters: LetterIndexes = field(default_factory=LetterIndexes)
    """Of this process; to be closed with it."""
    mail_memory: MailMemory = field(default_factory=lambda: MailMemory(_MAILS_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the rules go by."""

    thresholds: Thresholds
    freemail: frozenset[str]
    clock: Callable[[], datetime]
    """Aware UTC."""
    daily_budget_usd: Decimal | None = None
    notification_email: str | None = None
    """Where a tenant names no address of its own."""
