"""Faults of a world that somebody loads into a real installation: by itself, and against what is stored."""

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from claimstream.domain.records.inquiry import Client, Inquiry
from claimstream.domain.records.world import World
from claimstream.domain.rules.forms import bare_message_id
from claimstream.domain.rules.reply_codes import fault_of_code
from claimstream.domain.rules.world_text import located

INQUIRY_STATUSES = ("open", "closed")
"""Replies to a closed inquiry are found by its code and message id, but no longer by their sender alone."""

_CLOCK_SKEW = timedelta(minutes=5)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""The earliest date that is not mistyped: before it there was no email."""
_LARGEST_AMOUNT = Decimal("999999999999.99")
"""The most that PostgreSQL's columns hold: numeric(14, 2)."""
_LONGEST_ID, _LONGEST_MESSAGE_ID = 255, 998
"""The most bytes. A line of mail has no more (RFC 5322), and an index of PostgreSQL takes them."""
_NO_ZONE = "says no time zone: end it with Z for UTC"
_MAILBOX = re.compile(r"[!-?A-~]+@[!-?A-~]+", re.ASCII)

Place = tuple[int | str, ...]


@dataclass(frozen=True)
class Stored:
    """The part of a world's records that PostgreSQL holds already."""

    tenants: Collection[str] = ()
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    """The tenant by address."""
    inquiries: Mapping[str, str] = field(default_factory=dict)
    """The tenant by inquiry id."""
    codes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The inquiry id by tenant and code in capitals."""
    message_ids: Mapping[tuple[str, str], Collection[str]] = field(default_factory=dict)
    """The inquiry ids by tenant and bare message id."""


@dataclass(frozen=True)
class StoredClients:
    """The part of a world's clients that MongoDB holds already."""

    of_letters: Mapping[tuple[str, str], Client]
    """The clients of letters, by tenant and id."""
    foreign: Collection[str] = ()
    """Ids of the world's clients that are another tenant's."""
    under_object_ids: Collection[str] = ()
    """Ids of the world's clients that are stored as an ObjectId: written by its text, a client would be there twice."""
    written_to: Collection[str] = ()
    """Ids of the world's clients to which replies have been applied."""


def code_key(inquiry: Inquiry) -> tuple[str, str]:
    return inquiry.tenant_id, (inquiry.reply_code or "").upper()


def message_key(inquiry: Inquiry) -> tuple[str, str]:
    return inquiry.tenant_id, bare_message_id(inquiry.message_id or "")


def faults_by_itself(world: World, *, now: datetime) -> list[str]:
    """Faults of the file alone. ``now``: of the real clock; a file that brings one of its own may go by that."""
    if world.now is not None and world.now.tzinfo is None:
        return [f"now: {_NO_ZONE}"]
    return [
        *_faults_of_tenants(world),
        *_faults_of_clients(world),
        *_faults_of_inquiries(world, latest=max(now, world.now or now) + _CLOCK_SKEW),
        *_doubles(world),
    ]


def faults_against_stored(world: World, stored: Stored) -> list[str]:
    """Return the places where the world would touch another tenant's records, or another letter's."""
    return list(_against_stored(world, stored))


def faults_against_clients(world: World, stored: StoredClients) -> list[str]:
    """Return the places where letters are about nobody known, or clients would take another's place."""
    return list(_against_clients(world, stored))


def _faults_of_tenants(world: World) -> Iterator[str]:
    for number, tenant in enumerate(world.tenants):
        place: Place = ("tenants", number)
        yield from _faults_of_id((*place, "tenant_id"), tenant.tenant_id)
        for index, address in enumerate(tenant.mailboxes):
            if not _MAILBOX.fullmatch(address) or len(address) > _LONGEST_ID:
                yield located((*place, "mailboxes", index), "expected an email address, such as post@kanzlei.example")


def _faults_of_clients(world: World) -> Iterator[str]:
    for number, client in enumerate(world.clients):
        place: Place = ("clients", number)
        yield from _faults_of_id((*place, "client_id"), client.client_id)
        if "_id" in (client.model_extra or {}):
            yield located((*place, "_id"), "the document's id is client_id")
        for index, creditor in enumerate(client.creditors):
            at: Place = (*place, "creditors", index)
            yield from _faults_of_id((*at, "creditor_id"), creditor.creditor_id)
            for name in ("claim_amount", "current_amount"):
                amount: Decimal | None = getattr(creditor, name)
                if amount is not None and not _is_euros(amount):
                    yield located((*at, name), "expected an amount in EUR with two decimals at most")


def _is_euros(amount: Decimal) -> bool:
    return abs(amount) <= _LARGEST_AMOUNT and amount == round(amount, 2)


def _faults_of_inquiries(world: World, *, latest: datetime) -> Iterator[str]:
    in_file = {client.client_id: client for client in world.clients}
    for number, inquiry in enumerate(world.inquiries):
        place: Place = ("inquiries", number)
        yield from _faults_of_id((*place, "inquiry_id"), inquiry.inquiry_id)
        client = in_file.get(inquiry.client_id)
        if client is None:
            yield from _faults_of_id((*place, "client_id"), inquiry.client_id)
            yield from _faults_of_id((*place, "creditor_id"), inquiry.creditor_id)
        elif client.tenant_id != inquiry.tenant_id:
            said = f"{inquiry.client_id} is a client of {client.tenant_id}, not of {inquiry.tenant_id}"
            yield located((*place, "client_id"), said)
        elif client.creditor(inquiry.creditor_id) is None:
            yield located((*place, "creditor_id"), f"client {inquiry.client_id} has no creditor {inquiry.creditor_id}")
        if inquiry.sent_at.tzinfo is None:
            yield located((*place, "sent_at"), _NO_ZONE)
        elif inquiry.sent_at > latest:
            yield located((*place, "sent_at"), f"{inquiry.sent_at.isoformat()} lies in the future")
        elif inquiry.sent_at < _EARLIEST:
            yield located((*place, "sent_at"), f"{inquiry.sent_at.isoformat()} lies before {_EARLIEST.year}")
        if inquiry.reply_code is not None and (fault := fault_of_code(inquiry.reply_code)):
            yield located((*place, "reply_code"), f"{_shortened(inquiry.reply_code)!r} is no reply code: {fault}")
        if inquiry.message_id is not None:
            bare = bare_message_id(inquiry.message_id)
            if "@" not in bare or not bare.isprintable() or " " in bare or len(bare.encode()) > _LONGEST_MESSAGE_ID:
                yield located((*place, "message_id"), "expected a Message-ID, such as <i-01@kanzlei.example>")
        if inquiry.status not in INQUIRY_STATUSES:
            said = f"{_shortened(inquiry.status)!r} is no status: {' or '.join(INQUIRY_STATUSES)}"
            yield located((*place, "status"), said)


def _faults_of_id(place: Place, value: str) -> Iterator[str]:
    if not value.strip() or value != value.strip() or not value.isprintable():
        yield located(place, "expected an id: not empty, without spaces around it or control characters")
    elif len(value.encode()) > _LONGEST_ID:
        yield located(place, f"longer than {_LONGEST_ID} bytes")


def _doubles(world: World) -> Iterator[str]:
    tenants, clients, inquiries = world.tenants, world.clients, world.inquiries
    yield from _twice((("tenants", n, "tenant_id"), t.tenant_id) for n, t in enumerate(tenants))
    yield from _twice(
        (("tenants", n, "mailboxes", m), a.lower()) for n, t in enumerate(tenants) for m, a in enumerate(t.mailboxes)
    )
    yield from _twice((("clients", n, "client_id"), c.client_id) for n, c in enumerate(clients))
    yield from _twice(
        (("clients", n, "creditors", m, "creditor_id"), (n, o.creditor_id))
        for n, c in enumerate(clients)
        for m, o in enumerate(c.creditors)
    )
    yield from _twice((("inquiries", n, "inquiry_id"), i.inquiry_id) for n, i in enumerate(inquiries))
    yield from _twice((("inquiries", n, "reply_code"), code_key(i)) for n, i in enumerate(inquiries) if i.reply_code)
    yield from _twice((("inquiries", n, "message_id"), message_key(i)) for n, i in enumerate(inquiries) if i.message_id)


def _twice(values: Iterable[tuple[Place, Hashable]]) -> Iterator[str]:
    first: dict[Hashable, Place] = {}
    for place, value in values:
        if (earlier := first.setdefault(value, place)) != place:
            yield located(place, f"the same as {located(earlier, '').removesuffix(': ')}")


def _against_stored(world: World, stored: Stored) -> Iterator[str]:
    tenants = {tenant.tenant_id for tenant in world.tenants}.union(stored.tenants)
    for number, tenant in enumerate(world.tenants):
        for index, address in enumerate(tenant.mailboxes):
            if (owner := stored.mailboxes.get(address.lower(), tenant.tenant_id)) != tenant.tenant_id:
                said = f"{address} is a mailbox of {owner}. Mailboxes are not moved from firm to firm"
                yield located(("tenants", number, "mailboxes", index), said)
    for number, client in enumerate(world.clients):
        if client.tenant_id not in tenants:
            yield located(("clients", number, "tenant_id"), f"there is no tenant {_shortened(client.tenant_id)}")
    for number, inquiry in enumerate(world.inquiries):
        place: Place = ("inquiries", number)
        if inquiry.tenant_id not in tenants:
            yield located((*place, "tenant_id"), f"there is no tenant {_shortened(inquiry.tenant_id)}")
        if stored.inquiries.get(inquiry.inquiry_id, inquiry.tenant_id) != inquiry.tenant_id:
            yield located((*place, "inquiry_id"), "is another tenant's inquiry. Give it an id of its own")
        code_of = stored.codes.get(code_key(inquiry), inquiry.inquiry_id)
        if inquiry.reply_code and code_of != inquiry.inquiry_id:
            yield located((*place, "reply_code"), f"is the code of inquiry {code_of}")
        others = set(stored.message_ids.get(message_key(inquiry), ())) - {inquiry.inquiry_id}
        if inquiry.message_id and others:
            yield located((*place, "message_id"), f"is the message id of inquiry {min(others)}")


def _against_clients(world: World, stored: StoredClients) -> Iterator[str]:
    for number, client in enumerate(world.clients):
        place: Place = ("clients", number, "client_id")
        if client.client_id in stored.foreign:
            yield located(place, f"{client.client_id} is another tenant's client in MongoDB")
        elif client.client_id in stored.under_object_ids:
            yield located(place, f"MongoDB has {client.client_id} as an ObjectId, which the portal alone writes")
        elif client.client_id in stored.written_to:
            yield located(
                place, f"replies were written to {client.client_id}, and would be undone. Leave --clients out"
            )
    in_file = {client.client_id for client in world.clients}
    for number, inquiry in enumerate(world.inquiries):
        if inquiry.client_id in in_file:
            continue
        known = stored.of_letters.get((inquiry.tenant_id, inquiry.client_id))
        if known is None:
            said = f"{inquiry.tenant_id} has no client {inquiry.client_id}, neither in this file nor in MongoDB"
            yield located(("inquiries", number, "client_id"), said)
        elif known.creditor(inquiry.creditor_id) is None:
            said = f"client {inquiry.client_id} has no creditor {inquiry.creditor_id} in MongoDB"
            yield located(("inquiries", number, "creditor_id"), said)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
