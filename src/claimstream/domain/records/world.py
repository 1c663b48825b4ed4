"""What exists before any mail arrives: firms, their clients, the letters sent (``docs/evaluation.md``)."""

from datetime import datetime

from claimstream.domain.records.base import Record
from claimstream.domain.records.inquiry import Client, Inquiry


class Tenant(Record):
    tenant_id: str
    name: str
    mailboxes: tuple[str, ...]
    notification_address: str | None = None


class World(Record):
    tenants: tuple[Tenant, ...]
    clients: tuple[Client, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    now: datetime | None = None
    """The clock the rules go by; None: the real one."""
