"""The shapes of the ``clients`` collection: documents to records, and updates to what MongoDB is told."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bson import Decimal128, ObjectId, decode
from bson.errors import InvalidBSON
from pydantic import ValidationError

from claimstream.domain.records.decision import ClientUpdate, Seen, SettlementUpdate
from claimstream.domain.records.inquiry import Client, Creditor
from claimstream.domain.records.keys import ClientKeys, CreditorKeys
from claimstream.domain.records.review import CreditorEntry

log = logging.getLogger(__name__)

Document = dict[str, Any]


KEYS: Document = {
    "case_reference": 1,
    "last_name": 1,
    "creditors.creditor_id": 1,
    "creditors.name": 1,
    "creditors.email": 1,
    "creditors.representative_email": 1,
}
"""What :func:`client_keys` needs of a document: no amount, so that our own updates do not change it."""


SEARCHED = (
    "first_name",
    "last_name",
    "case_reference",
    "creditors.name",
    "creditors.email",
    "creditors.representative_name",
    "creditors.representative_email",
)
"""In which a person looks for a client."""

_NO_AMOUNT = Decimal(10) ** 12
"""More than is ever owed, and than our tables hold."""


def client_document(client: Client) -> Document:
    """A client as it is stored."""
    record = client.model_dump(exclude={"client_id"})
    creditors = [
        {key: Decimal128(value) if isinstance(value, Decimal) else value for key, value in creditor.items()}
        for creditor in record.pop("creditors")
    ]
    return {"_id": client.client_id, **record, "creditors": creditors}


def update_document(update: ClientUpdate, creditor: Document, correlation_id: str | None) -> Document:
    """What MongoDB is told to change; ``$`` is the creditor that the query's ``$elemMatch`` found."""
    now = datetime.now(UTC)
    response: Document = {
        "status": update.response_status,
        "received_at": update.received_at,
        "summary": update.summary,
        "references": list(update.references),
        "confidence": update.confidence,
        "email_id": update.email_id,
    }
    if correlation_id is not None:
        response["correlation_id"] = correlation_id
    stored = creditor.get("response")
    if update.decided is not None:
        response["decided_by"] = update.decided.by
    elif isinstance(stored, dict) and "decided_by" in stored:
        response["decided_by"] = None
    fields = _inside("response", response, creditor)
    if update.amount is not None:
        fields |= {
            "current_amount": Decimal128(update.amount),
            "amount_source": update.amount_source,
            "amount_updated_at": now,
        }
    if update.settlement is not None:
        fields |= _inside("settlement", _settlement(update.settlement, update), creditor)
    note = noted(update, creditor)
    note["$set"] = {f"creditors.$.{name}": value for name, value in fields.items()} | note.get("$set", {})
    return note


def noted(update: ClientUpdate, creditor: Document) -> Document:
    """That the email was applied, and nothing of what it says."""
    ids = list(dict.fromkeys((update.email_id, update.effect_id)))
    if isinstance(creditor.get("applied_email_ids"), list) or "applied_email_ids" not in creditor:
        return {"$addToSet": {"creditors.$.applied_email_ids": ids[0] if len(ids) == 1 else {"$each": ids}}}
    return {"$set": {"creditors.$.applied_email_ids": ids}}  # a null can be set, not added to


def applied_email_ids(creditor: Document) -> list[object]:
    """Return the effects that were applied. The portal writes there too: to MongoDB a text is a list of one."""
    stored = creditor.get("applied_email_ids")
    return stored if isinstance(stored, list) else [stored]


def find_creditor(document: Document, creditor_id: str) -> Document | None:
    """Return the creditor's entry in a client's document: by its id, never by its place.

    None where there is none, and where several have the id: nobody can tell which of them a letter is about.
    """
    found = [entry for entry in _entries(document) if entry.get("creditor_id") == creditor_id]
    return found[0] if len(found) == 1 else None


def doubled_ids(document: Document) -> set[str]:
    """Return the ids that several creditors of a client's document have."""
    ids = (entry.get("creditor_id") for entry in _entries(document))
    return {one for one, count in Counter(one for one in ids if isinstance(one, str)).items() if count > 1}


def _entries(document: Document) -> list[Document]:
    stored = document.get("creditors")
    return [one for one in stored if isinstance(one, dict)] if isinstance(stored, list) else []


def creditor_entry(document: Document, creditor: Document, current_amount: Decimal | None) -> CreditorEntry:
    """What a person sees of it before they decide."""
    names = [document.get(name) for name in ("first_name", "last_name")]
    case = document.get("case_reference")
    return CreditorEntry(
        client=" ".join(str(name) for name in names if name) + (f" ({case})" if case else ""),
        creditor=str(creditor.get("name") or ""),
        seen=seen(creditor, current_amount),
    )


def seen(creditor: Document, current_amount: Decimal | None) -> Seen:
    """What a decision rests on."""

    def inside(name: str, field: str) -> str | None:
        value = creditor.get(name)
        found = value.get(field) if isinstance(value, dict) else None
        return found if isinstance(found, str) else None

    return Seen(
        current_amount=current_amount,
        response_received_at=response_received_at(creditor),
        response_status=inside("response", "status"),
        settlement=inside("settlement", "decision"),
    )


def response_received_at(creditor: Document) -> datetime | None:
    """When the reply came that is written. The portal writes there too: what is no date is none."""
    response = creditor.get("response")
    written = response.get("received_at") if isinstance(response, dict) else None
    return written if isinstance(written, datetime) else None


def says_the_same(update: ClientUpdate, creditor: Document, stored: Decimal | None) -> bool:
    """Whether nothing of weight would change: status, amount, and what was decided of a settlement."""
    response = creditor.get("response")
    if not isinstance(response, dict) or response.get("status") != update.response_status:
        return False
    if update.amount is not None and update.amount != stored:
        return False
    if update.settlement is None:
        return True
    settlement = creditor.get("settlement")
    wanted = _settlement(update.settlement, update)
    return isinstance(settlement, dict) and all(
        settlement.get(name) == wanted[name] for name in ("decision", "conditions", "counter_offer_amount")
    )


def _settlement(decided: SettlementUpdate, update: ClientUpdate) -> Document:
    counter = decided.counter_offer_amount
    return {
        "decision": decided.decision.value,
        "decided_at": update.received_at,
        "conditions": list(decided.conditions),
        "counter_offer_amount": None if counter is None else Decimal128(counter),
        "email_id": update.email_id,
    }


def _inside(name: str, values: Document, creditor: Document) -> Document:
    """Set field by field where there is a document already, so that the portal's own fields in it stay."""
    if isinstance(creditor.get(name), dict):
        return {f"{name}.{key}": value for key, value in values.items()}
    return {name: values}


def client_records(documents: Iterable[Document]) -> list[Client]:
    """The clients among the documents.

    The portal writes them too: what is no client, and a creditor that is none, is left out and logged by its id and
    place, so that one broken entry does not hold up every mail of the tenant. An amount that is no number is read as
    None and logged; :meth:`Clients.apply` refuses to replace it.
    """
    return [client for document in documents if (client := _client(document)) is not None]


def client_keys(batches: Iterable[bytes], *, known: Callable[[int], bool]) -> list[ClientKeys]:
    """What clients are found by, of those whose documents are not known in this form.

    Nothing is validated: that is done when the client itself is read. Bytes that are known are not even decoded.

    Args:
        batches: documents of the fields of :data:`KEYS`, as bytes, one after the other.
        known: told the form of a document.
    """
    found = []
    for batch in batches:
        start = 0
        while start < len(batch):
            stop = start + int.from_bytes(batch[start : start + 4], "little")
            document, start = batch[start:stop], stop
            form = hash(document)
            if not known(form):
                try:
                    found.append(_keys(decode(document), form))
                except InvalidBSON as error:
                    said = "a client is left out: its document cannot be decoded (%s)"
                    log.warning(said, type(error).__name__, extra=_about("client_left_out"))
    return found


def _keys(document: Document, form: int) -> ClientKeys:
    def text(value: object) -> str | None:
        return value if isinstance(value, str) else None

    creditors = document.get("creditors")
    return ClientKeys(
        client_id=str(document["_id"]),
        form=form,
        case_reference=str(document.get("case_reference") or ""),
        last_name=str(document.get("last_name") or ""),
        creditors=tuple(
            CreditorKeys(
                creditor_id=creditor["creditor_id"],
                name=str(creditor.get("name") or ""),
                email=text(creditor.get("email")),
                representative_email=text(creditor.get("representative_email")),
            )
            for creditor in (creditors if isinstance(creditors, list) else ())
            if isinstance(creditor, dict) and isinstance(creditor.get("creditor_id"), str)
        ),
    )


def _client(document: Document) -> Client | None:
    client_id = str(document["_id"])
    try:
        return Client(
            client_id=client_id,
            tenant_id=document.get("tenant_id"),  # type: ignore[arg-type]  # what is stored may be anything: validated
            case_reference=str(document.get("case_reference") or ""),
            first_name=str(document.get("first_name") or ""),
            last_name=str(document.get("last_name") or ""),
            creditors=tuple(_creditors(client_id, document)),
        )
    except ValidationError as error:
        log.warning("client %s is left out: %s", client_id, _faults(error), extra=_about("client_left_out"))
        return None


def _creditors(client_id: str, document: Document) -> Iterator[Creditor]:
    stored, doubled = document.get("creditors"), doubled_ids(document)
    if not isinstance(stored, list | None):
        log.warning("creditors of client %s are left out: no list", client_id, extra=_about("creditor_left_out"))
        return
    for index, entry in enumerate(stored or ()):
        if not isinstance(entry, dict):
            extra = _about("creditor_left_out")
            log.warning("creditor at place %d of client %s is left out: no document", index, client_id, extra=extra)
            continue
        try:
            creditor = _creditor(client_id, entry)
        except ValidationError as error:
            extra = _about("creditor_left_out")
            said = "creditor at place %d of client %s is left out: %s"
            log.warning(said, index, client_id, _faults(error), extra=extra)
            continue
        if creditor.creditor_id in doubled:
            said = "creditor at place %d of client %s is left out: another has its id"
            log.warning(said, index, client_id, extra=_about("creditor_left_out"))
            continue
        yield creditor


def _creditor(client_id: str, creditor: Document) -> Creditor:
    def stored(field: str) -> Decimal | None:
        try:
            return amount(creditor.get(field))
        except ValueError:
            said = "%s of creditor %s of client %s is no number"
            log.warning(said, field, creditor.get("creditor_id"), client_id, extra=_about("amount_unreadable"))
            return None

    return Creditor(
        creditor_id=creditor.get("creditor_id") or None,  # type: ignore[arg-type]  # what is stored may be anything: validated
        name=str(creditor.get("name") or ""),
        email=creditor.get("email"),
        representative_name=creditor.get("representative_name"),
        representative_email=creditor.get("representative_email"),
        claim_amount=stored("claim_amount"),
        current_amount=stored("current_amount"),
    )


def _faults(error: ValidationError) -> str:
    """Which fields, and what is wrong with them, without what they hold."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return ", ".join(f"{'.'.join(map(str, fault['loc']))} ({fault['type']})" for fault in faults)


def amount(value: object) -> Decimal | None:
    """A stored amount: the portal writes them as Decimal128, number or text with a point.

    :raises ValueError: it is none of these, or not finite.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, Decimal128 | str | int | float):
        raise ValueError(f"an amount of type {type(value).__name__}")  # noqa: TRY004 - of what is stored, not of the call
    try:
        number = value.to_decimal() if isinstance(value, Decimal128) else Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError("an amount that is no number") from error
    if not number.is_finite():
        raise ValueError("an amount that is not finite")
    if abs(number) >= _NO_AMOUNT:
        raise ValueError("a number too large to be an amount")
    return number


def id_forms(client_id: str) -> list[object]:
    """An id may be stored as ObjectId; here it is always text."""
    return [client_id, ObjectId(client_id)] if ObjectId.is_valid(client_id) else [client_id]


def _about(action: str) -> dict[str, str]:
    """What a log record says, as a field."""
    return {"action": action}
