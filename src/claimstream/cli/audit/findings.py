"""The findings of an audit."""

from dataclasses import dataclass, field
from datetime import datetime

from claimstream.cli.audit.archive import ArchiveLook
from claimstream.mailbox.audit import MailboxAudit


@dataclass(frozen=True, slots=True)
class Window:
    since: datetime
    until: datetime
    now: datetime


@dataclass(slots=True)
class Findings:
    window: Window
    audits: list[MailboxAudit] = field(default_factory=list)
    archive: ArchiveLook | None = None
    """Absent where nothing is archived."""
    mended: int = 0
    """Emails that were added or put to work again."""
    failed: dict[str, str] = field(default_factory=dict)
    """Why a mailbox could not be looked at, by address."""
    left_alone: dict[str, str] = field(default_factory=dict)
    """Mailboxes that a person has disabled, and why: they are looked at when they are named."""

    @property
    def gaps(self) -> int:
        return sum(len(audit.gaps) for audit in self.audits)

    @property
    def status(self) -> int:
        return 2 if self.failed else 1 if self.gaps else 0
