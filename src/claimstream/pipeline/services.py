"""The services one pipeline works with. What is None is not configured, and its part does not happen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from claimstream.domain.records.decision import Thresholds
from claimstream.external.errors import Outage
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
    others_seconds_ago: Callable[[Outage], Sequence[float] | None] = lambda _: None
    """A function that tells how long ago the operation that failed last succeeded for each of some other emails; None
    where its failure says nothing of the email."""
    mail_memory: MailMemory = field(default_factory=lambda: MailMemory(_MAILS_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the rules go by."""

    thresholds: Thresholds
    freemail: frozenset[str]
    clock: Callable[[], datetime]
    """Aware UTC."""
    daily_budget_usd: Decimal | None = None
    email_budget_usd: Decimal | None = None
    """The most that the questions about one email may cost."""
    questions_per_email: int = 20
    witness: bool = True
    """Whether a model that is configured is asked before each write whether the mail says just that."""
    budget_poll_seconds: float = 1.0
    """The wait before a question asks again for money that others have reserved."""
    own_addresses: tuple[str, ...] = ()
    """The sender of our notifications. A mail of theirs is no reply."""
    notification_email: str | None = None
    """Where a tenant names no address of its own."""
