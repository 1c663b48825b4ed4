"""Faults of a world that somebody loads into a real installation: by itself, and against what is stored."""

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from claimstream.domain.records.inquiry import Client, Creditor, Inquiry
from claimstream.domain.records.world import Entries
from claimstream.domain.rules.faults import Place, located, shortened
from claimstream.domain.rules.forms import bare_message_id
from claimstream.domain.rules.reply_codes import fault_of_code, same_code

INQUIRY_STATUSES = ("open", "closed")
"""Replies to a closed inquiry are found by its code and message id, but no longer by their sender alone."""

_CLOCK_SKEW = timedelta(minutes=5)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""The earliest date that is not mistyped: before it there was no email."""
_LONGEST_ID, _LONGEST_MESSAGE_ID = 255, 998
"""The most bytes. A line of mail has no more (RFC 5322), and an index of PostgreSQL takes them."""
_NO_ZONE = "says no time zone: end it with Z for UTC"
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*", re.ASCII)
"""The address alone, without a name: addresses are compared as a whole."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNKNOWN_SHOWN = 20
_FILE_NUMBER = "is a file number too, which stands in replies to other letters: the code is this letter's alone"


KEPT = ("reply_code", "message_id", "to_address", "creditor_reference")
"""The fields by which a reply finds its letter. A load that leaves one open keeps the stored value."""


@dataclass(frozen=True)
class Stored:
    """The part of a world's records that PostgreSQL holds already."""

    tenants: Collection[str] = ()
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    """The tenant by address."""
    inquiries: Mapping[str, str] = field(default_factory=dict)
    """The tenant by inquiry id."""
    signs: Mapping[str, tuple[tuple[str, str], Collection[str]]] = field(default_factory=dict)
    """The client and creditor of each inquiry id, and the names of its fields of ``KEPT`` that have a value."""
    codes: Mapping[tuple[str, str], Collection[str]] = field(default_factory=dict)
    """The inquiry ids by :func:`code_key`."""
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
    without_list: Collection[str] = ()
    """Ids of the world's clients whose creditors are stored as something else than a list."""
    doubled: Collection[str] = ()
    """Ids of the world's clients that are stored with two creditors of the same id."""


def code_key(inquiry: Inquiry) -> tuple[str, str]:
    return inquiry.tenant_id, same_code(inquiry.reply_code or "")


def message_key(inquiry: Inquiry) -> tuple[str, str]:
    return inquiry.tenant_id, bare_message_id(inquiry.message_id or "")


def faults_by_itself(entries: Entries, *, now: datetime) -> list[str]:
    """Faults of the file alone. ``now``: of the real clock; a file that brings one of its own may go by that."""
    own = entries.now or now
    without_zone = own.tzinfo is None
    return [
        *([f"now: {_NO_ZONE}"] if without_zone else []),
        *_faults_of_tenants(entries),
        *_faults_of_clients(entries),
        *_faults_of_inquiries(entries, latest=(now if without_zone else max(now, own)) + _CLOCK_SKEW),
        *_doubles(entries),
    ]


def faults_against_stored(entries: Entries, stored: Stored) -> list[str]:
    """Return the places where the world would touch another tenant's records, or another letter's."""
    return list(_against_stored(entries, stored))


def faults_against_clients(entries: Entries, stored: StoredClients, *, loaded: bool) -> list[str]:
    """Return the places where letters are about nobody known, or the world's clients would take another's place.

    Args:
        loaded: the world's clients are to be loaded too.
    """
    return list(_against_clients(entries, stored, loaded=loaded))


def changed_letters(entries: Entries, stored: Stored) -> list[str]:
    """Return a line for each stored letter whose replies will be found otherwise than before: no fault, but news."""
    lines = []
    for inquiry in entries.inquiries.values():
        claim, signs = stored.signs.get(inquiry.inquiry_id, (None, ()))
        now = (inquiry.client_id, inquiry.creditor_id)
        if claim is not None and claim != now:
            lines.append(f"{inquiry.inquiry_id}: about {' and '.join(now)}, not {' and '.join(claim)}")
        same = inquiry.inquiry_id in stored.codes.get(code_key(inquiry), ())
        if inquiry.reply_code and "reply_code" in signs and not same:
            lines.append(f"{inquiry.inquiry_id}: another reply code. Mail with the one before is not found by it")
    return lines


def _faults_of_tenants(entries: Entries) -> Iterator[str]:
    for number, tenant in entries.tenants.items():
        place: Place = ("tenants", number)
        yield from _faults_of_id((*place, "tenant_id"), tenant.tenant_id)
        yield from _faults_of_text((*place, "name"), tenant.name)
        yield from _faults_of_address((*place, "notification_address"), tenant.notification_address)
        for index, address in enumerate(tenant.mailboxes):
            yield from _faults_of_address((*place, "mailboxes", index), address)


def _faults_of_clients(entries: Entries) -> Iterator[str]:
    for number, client in entries.clients.items():
        place: Place = ("clients", number)
        yield from _faults_of_id((*place, "client_id"), client.client_id)
        if "_id" in (client.model_extra or {}):
            yield located((*place, "_id"), "the document's id is client_id")
        for name in ("case_reference", "first_name", "last_name"):
            yield from _faults_of_text((*place, name), getattr(client, name))
        for index, creditor in enumerate(client.creditors):
            yield from _faults_of_creditor((*place, "creditors", index), creditor)


def _faults_of_creditor(place: Place, creditor: Creditor) -> Iterator[str]:
    yield from _faults_of_id((*place, "creditor_id"), creditor.creditor_id)
    yield from _faults_of_text((*place, "name"), creditor.name)
    yield from _faults_of_text((*place, "representative_name"), creditor.representative_name)
    yield from _faults_of_address((*place, "email"), creditor.email)
    yield from _faults_of_address((*place, "representative_email"), creditor.representative_email)


def _faults_of_inquiries(entries: Entries, *, latest: datetime) -> Iterator[str]:
    in_file = {client.client_id: client for client in entries.clients.values()}
    file_numbers = {
        *((client.tenant_id, same_code(client.case_reference)) for client in in_file.values()),
        *((one.tenant_id, same_code(one.creditor_reference or "")) for one in entries.inquiries.values()),
    }
    for number, inquiry in entries.inquiries.items():
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
            yield located((*place, "reply_code"), f"{shortened(inquiry.reply_code)!r} is no reply code: {fault}")
        elif inquiry.reply_code is not None and code_key(inquiry) in file_numbers:
            yield located((*place, "reply_code"), _FILE_NUMBER)
        if inquiry.message_id is not None:
            bare = bare_message_id(inquiry.message_id)
            if (
                "@" not in bare[1:-1]
                or " " in bare
                or not bare.isprintable()
                or len(bare.encode()) > _LONGEST_MESSAGE_ID
            ):
                yield located((*place, "message_id"), "expected a Message-ID, such as <i-01@kanzlei.example>")
        yield from _faults_of_address((*place, "to_address"), inquiry.to_address)
        yield from _faults_of_text((*place, "creditor_reference"), inquiry.creditor_reference)
        if inquiry.status not in INQUIRY_STATUSES:
            said = f"{shortened(inquiry.status)!r} is no status: {' or '.join(INQUIRY_STATUSES)}"
            yield located((*place, "status"), said)


def _faults_of_id(place: Place, value: str) -> Iterator[str]:
    if not value.strip() or value != value.strip() or not value.isprintable():
        yield located(place, "expected an id: not empty, without spaces around it or control characters")
    elif len(value.encode()) > _LONGEST_ID:
        yield located(place, f"longer than {_LONGEST_ID} bytes")


def _faults_of_text(place: Place, value: str | None) -> Iterator[str]:
    if value is not None and _CONTROLS.search(value):
        yield located(place, "expected one line of text, without control characters")


def _faults_of_address(place: Place, value: str | None) -> Iterator[str]:
    if value is not None and (_ADDRESS.fullmatch(value) is None or len(value) > _LONGEST_ID):
        yield located(place, "expected an email address, such as post@kanzlei.example")


def _doubles(entries: Entries) -> Iterator[str]:
    tenants, clients, inquiries = entries.tenants.items(), entries.clients.items(), entries.inquiries.items()
    yield from _twice((("tenants", n, "tenant_id"), t.tenant_id) for n, t in tenants)
    yield from _twice(
        (("tenants", n, "mailboxes", m), a.lower()) for n, t in tenants for m, a in enumerate(t.mailboxes)
    )
    yield from _twice((("clients", n, "client_id"), c.client_id) for n, c in clients)
    yield from _twice(
        (("clients", n, "creditors", m, "creditor_id"), (n, o.creditor_id))
        for n, c in clients
        for m, o in enumerate(c.creditors)
    )
    yield from _twice((("inquiries", n, "inquiry_id"), i.inquiry_id) for n, i in inquiries)
    # A letter that is there twice is named once, and not by its code and message id again.
    first = {i.inquiry_id: n for n, i in reversed(list(inquiries))}
    once = [(n, i) for n, i in inquiries if first[i.inquiry_id] == n]
    codes = ((("inquiries", n, "reply_code"), code_key(i)) for n, i in once if i.reply_code)
    yield from _twice(codes, beside=" (case and hyphens do not count)")
    yield from _twice((("inquiries", n, "message_id"), message_key(i)) for n, i in once if i.message_id)


def _twice(values: Iterable[tuple[Place, Hashable]], *, beside: str = "") -> Iterator[str]:
    first: dict[Hashable, Place] = {}
    for place, value in values:
        if (earlier := first.setdefault(value, place)) != place:
            yield located(place, f"the same as {located(earlier, '').removesuffix(': ')}{beside}")


def _against_stored(entries: Entries, stored: Stored) -> Iterator[str]:
    tenants = {tenant.tenant_id for tenant in entries.tenants.values()}.union(stored.tenants)
    for number, tenant in entries.tenants.items():
        for index, address in enumerate(tenant.mailboxes):
            if (owner := stored.mailboxes.get(address.lower(), tenant.tenant_id)) != tenant.tenant_id:
                said = f"{address} is a mailbox of {owner}. Mailboxes are not moved from firm to firm"
                yield located(("tenants", number, "mailboxes", index), said)
    for number, client in entries.clients.items():
        if client.tenant_id not in tenants:
            yield located(("clients", number, "tenant_id"), f"there is no tenant {shortened(client.tenant_id)}")
    for number, inquiry in entries.inquiries.items():
        place: Place = ("inquiries", number)
        if inquiry.tenant_id not in tenants:
            yield located((*place, "tenant_id"), f"there is no tenant {shortened(inquiry.tenant_id)}")
        if stored.inquiries.get(inquiry.inquiry_id, inquiry.tenant_id) != inquiry.tenant_id:
            yield located((*place, "inquiry_id"), "is another tenant's inquiry. Give it an id of its own")
        claim, signs = stored.signs.get(inquiry.inquiry_id, (None, ()))
        kept = [name for name in signs if getattr(inquiry, name) is None]
        if kept and claim is not None and claim != (inquiry.client_id, inquiry.creditor_id):
            said = f"is stored as a letter about {' and '.join(claim)}, whose replies would now go to another claim"
            yield located((*place, "inquiry_id"), f"{said}. Give it an id of its own, or name its {', '.join(kept)}")
        others = set(stored.codes.get(code_key(inquiry), ())) - {inquiry.inquiry_id}
        if inquiry.reply_code and others:
            yield located((*place, "reply_code"), f"is the code of inquiry {min(others)}")
        others = set(stored.message_ids.get(message_key(inquiry), ())) - {inquiry.inquiry_id}
        if inquiry.message_id and others:
            yield located((*place, "message_id"), f"is the message id of inquiry {min(others)}")


def _against_clients(entries: Entries, stored: StoredClients, *, loaded: bool) -> Iterator[str]:
    in_file = {client.client_id for client in entries.clients.values()}
    for number, client in entries.clients.items() if loaded else ():
        place: Place = ("clients", number, "client_id")
        if client.client_id in stored.foreign:
            yield located(place, f"{client.client_id} is another tenant's client in MongoDB")
        elif client.client_id in stored.under_object_ids:
            yield located(place, f"MongoDB has {client.client_id} as an ObjectId, which the portal alone writes")
        elif client.client_id in stored.without_list:
            yield located(place, f"the creditors of {client.client_id} in MongoDB are no list. Mend the document first")
        elif client.client_id in stored.doubled:
            said = f"two creditors of {client.client_id} in MongoDB have the same id. Mend the document first"
            yield located(place, said)
    unknown: dict[tuple[str, str], int] = {}
    for number, inquiry in entries.inquiries.items():
        if loaded and inquiry.client_id in in_file:
            continue
        known = stored.of_letters.get((inquiry.tenant_id, inquiry.client_id))
        if known is None:
            unknown.setdefault((inquiry.tenant_id, inquiry.client_id), number)
        elif known.creditor(inquiry.creditor_id) is None:
            said = f"client {inquiry.client_id} has no creditor {inquiry.creditor_id} in MongoDB"
            yield located(("inquiries", number, "creditor_id"), said)
        if inquiry.reply_code and known and same_code(inquiry.reply_code) == same_code(known.case_reference):
            yield located(("inquiries", number, "reply_code"), _FILE_NUMBER)
    if unknown:
        shown = [f"{client} of {tenant} (inquiries[{number}])" for (tenant, client), number in unknown.items()]
        if len(shown) > _UNKNOWN_SHOWN:
            shown[_UNKNOWN_SHOWN:] = [f"and {len(shown) - _UNKNOWN_SHOWN:,} more"]
        others = "1 client of letters is" if len(unknown) == 1 else f"{len(unknown):,} clients of letters are"
        advice = ". --clients puts those of this file there" if any(c in in_file for _, c in unknown) else ""
        yield f"inquiries: {others} not in MongoDB: {', '.join(shown)}{advice}"
