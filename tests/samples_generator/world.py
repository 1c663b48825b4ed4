"""What exists before the mail arrives, built while the cases are written: clients, creditors, letters."""

import random
from dataclasses import dataclass, field
from typing import Any

NOW = "2026-10-20T08:00:00Z"
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass
class Tenant:
    tenant_id: str
    name: str
    mailbox: str
    others: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return self.mailbox.partition("@")[2]


@dataclass
class Inquiry:
    inquiry_id: str
    creditor: "Creditor"
    letter: str
    sent_at: str
    code: str
    to_address: str
    reference: str | None

    @property
    def tenant(self) -> Tenant:
        return self.creditor.client.tenant

    @property
    def message_id(self) -> str:
        return f"<{self.inquiry_id}.{self.sent_at[:10]}@{self.tenant.domain}>"

    @property
    def reply_address(self) -> str:
        """``local+CODE@domain``."""
        local, _, domain = self.tenant.mailbox.partition("@")
        return f"{local}+{self.code}@{domain}"

    def as_json(self) -> dict[str, Any]:
        return {
            "inquiry_id": self.inquiry_id,
            "tenant_id": self.tenant.tenant_id,
            "client_id": self.creditor.client.client_id,
            "creditor_id": self.creditor.creditor_id,
            "letter": self.letter,
            "sent_at": self.sent_at,
            "reply_code": self.code,
            "message_id": self.message_id,
            "to_address": self.to_address,
            "creditor_reference": self.reference,
            "status": "open",
        }


@dataclass
class Creditor:
    creditor_id: str
    client: "Client"
    name: str
    email: str | None
    amount: str
    representative_name: str | None = None
    representative_email: str | None = None
    world: "World" = field(repr=False, kw_only=True)

    def letter(
        self,
        letter: str = "first",
        sent_at: str = "2026-10-01T09:00:00Z",
        *,
        reference: str | None = None,
        to: str | None = None,
    ) -> Inquiry:
        """A letter of the firm to this creditor (or its representative): one inquiry."""
        address = to or self.representative_email or self.email
        assert address is not None
        number = len(self.world.inquiries) + 1
        inquiry = Inquiry(f"i-{number:02d}", self, letter, sent_at, self.world.code(), address, reference)
        self.world.inquiries.append(inquiry)
        return inquiry

    def as_json(self) -> dict[str, Any]:
        return {
            "creditor_id": self.creditor_id,
            "name": self.name,
            "email": self.email,
            "representative_name": self.representative_name,
            "representative_email": self.representative_email,
            "claim_amount": self.amount,
            "current_amount": self.amount,
        }


@dataclass
class Client:
    client_id: str
    tenant: Tenant
    case_reference: str
    first_name: str
    last_name: str
    creditors: list[Creditor] = field(default_factory=list)
    world: "World" = field(repr=False, kw_only=True)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def owes(
        self,
        amount: str,
        name: str,
        email: str | None,
        *,
        via: tuple[str, str] | None = None,
    ) -> Creditor:
        """A debt. ``via``: name and address of the creditor's representative."""
        self.world.creditor_count += 1
        creditor = Creditor(
            f"cr-{self.world.creditor_count:02d}", self, name, email, amount, *(via or (None, None)), world=self.world
        )
        self.creditors.append(creditor)
        return creditor

    def as_json(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "tenant_id": self.tenant.tenant_id,
            "case_reference": self.case_reference,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "creditors": [creditor.as_json() for creditor in self.creditors],
        }


class World:
    def __init__(self) -> None:
        self.nord = Tenant("nord", "Kanzlei Nord", "claims@kanzlei-nord.example")
        self.sued = Tenant("sued", "Kanzlei Südwind", "forderungen@kanzlei-suedwind.example")
        self.hafen = Tenant(
            "hafen", "Kanzlei am Hafen", "post@kanzlei-am-hafen.example", ("eingang@kanzlei-am-hafen.example",)
        )
        self.tenants = [self.nord, self.sued, self.hafen]
        self.clients: list[Client] = []
        self.inquiries: list[Inquiry] = []
        self.creditor_count = 0
        self._random = random.Random(20261020)

    def client(self, tenant: Tenant, case_reference: str, first_name: str, last_name: str) -> Client:
        client = Client(f"c-{len(self.clients) + 1:02d}", tenant, case_reference, first_name, last_name, world=self)
        self.clients.append(client)
        return client

    def code(self) -> str:
        """Eight signs, letters and digits mixed, none that looks like another."""
        while True:
            code = "".join(self._random.choices(CODE_ALPHABET, k=8))
            if 2 <= sum(sign.isdigit() for sign in code) <= 5:
                return code

    def as_json(self) -> dict[str, Any]:
        return {
            "tenants": [
                {"tenant_id": each.tenant_id, "name": each.name, "mailboxes": [each.mailbox, *each.others]}
                for each in self.tenants
            ],
            "clients": [client.as_json() for client in self.clients],
            "inquiries": [inquiry.as_json() for inquiry in self.inquiries],
            "now": NOW,
        }
