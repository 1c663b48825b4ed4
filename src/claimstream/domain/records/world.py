"""What exists before any mail arrives: firms, their clients, the letters sent (``docs/evaluation.md``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Entries:
    """The records of a world by their number in the file. Those that cannot be read are left out."""

    tenants: Mapping[int, Tenant] = field(default_factory=dict)
    clients: Mapping[int, Client] = field(default_factory=dict)
    inquiries: Mapping[int, Inquiry] = field(default_factory=dict)
    now: datetime | None = None

    @classmethod
    def of(cls, world: World) -> "Entries":
        """All of a world."""
        return cls(
            dict(enumerate(world.tenants)),
            dict(enumerate(world.clients)),
            dict(enumerate(world.inquiries)),
            world.now,
        )
