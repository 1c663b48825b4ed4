"""Loading a client beside what the portal and the worker have written to its document.

Names and addresses are brought up to date. Everything else, amounts and replies above all, is written only where
nothing is stored, and nothing is removed. What a file leaves open (null, an empty text) changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bson import Decimal128
from pymongo import UpdateOne

from claimstream.domain.records.inquiry import Client, Creditor
from claimstream.external.mongo_documents import Document, amount, client_document, find_creditor

_OF_CLIENTS = ("case_reference", "first_name", "last_name")
_OF_CREDITORS = ("name", "email", "representative_name", "representative_email")


@dataclass(frozen=True)
class Merge:
    writes: list[UpdateOne]
    """Each holds where nobody has written in between, and changes nothing where somebody has."""
    kept: list[str]
    """Lines that name what stays as it is stored, although the file differs."""


def merge(client: Client, stored: Document | None) -> Merge:
    """Plan the writes that bring a client up to date.

    Args:
        stored: the client's document; None where there is none.
    """
    document = client_document(client)
    key = {"_id": document.pop("_id"), "tenant_id": document.pop("tenant_id")}
    if stored is None:
        return Merge([UpdateOne(key, {"$setOnInsert": document}, upsert=True)], [])
    own = _Fields(key, "", client, stored, of=client.client_id)
    writes, kept = list(own.writes()), list(own.kept())
    for creditor, entry in zip(client.creditors, document["creditors"], strict=True):
        found = find_creditor(stored, creditor.creditor_id)
        if found is None:
            there_is_none = key | {"creditors.creditor_id": {"$ne": creditor.creditor_id}}
            writes.append(UpdateOne(there_is_none, {"$push": {"creditors": entry}}))
        else:
            fields = _Fields(key, "creditors.$.", creditor, found, of=f"{client.client_id}, {creditor.creditor_id}")
            writes += fields.writes()
            kept += fields.kept()
    others = [one.get("creditor_id") for one in stored.get("creditors") or () if isinstance(one, dict)]
    lost = [other for other in others if isinstance(other, str) and client.creditor(other) is None]
    kept += [f"{client.client_id}: creditor {other} is not in the file" for other in lost]
    return Merge(writes, kept)


class _Fields:
    """The fields of a document, or of a creditor in it, that a record has a value for."""

    def __init__(self, key: Document, path: str, record: Client | Creditor, stored: Document, *, of: str) -> None:
        self._key = key
        self._path = path
        self._stored = stored
        self._of = of
        said = record.model_dump(exclude_unset=True, exclude={"client_id", "tenant_id", "creditor_id", "creditors"})
        self._said = {name: value for name, value in said.items() if value not in (None, "")}
        self._creditor_id = record.creditor_id if isinstance(record, Creditor) else None
        self._names = _OF_CREDITORS if isinstance(record, Creditor) else _OF_CLIENTS

    def writes(self) -> Iterator[UpdateOne]:
        names = {n: v for n, v in self._said.items() if n in self._names and self._stored.get(n) != v}
        if names:
            yield self._write({}, names)
        for name, value in self._said.items():
            if name not in self._names and self._stored.get(name) is None:
                yield self._write({name: None}, {name: value})

    def kept(self) -> Iterator[str]:
        for name, value in self._said.items():
            if name not in self._names and (old := self._stored.get(name)) is not None and not _same(old, value):
                shown = f" {old}, not {value}" if isinstance(value, Decimal) else ""
                yield f"{self._of}: {name}{shown}"

    def _write(self, condition: Document, values: Document) -> UpdateOne:
        if self._creditor_id is None:
            query = self._key | condition
        else:
            query = self._key | {"creditors": {"$elemMatch": {"creditor_id": self._creditor_id, **condition}}}
        return UpdateOne(query, {"$set": {f"{self._path}{name}": _stored(value) for name, value in values.items()}})


def _same(stored: object, said: object) -> bool:
    if not isinstance(said, Decimal):
        return stored == said
    try:
        return amount(stored) == said
    except ValueError:
        return False


def _stored(value: object) -> object:
    return Decimal128(value) if isinstance(value, Decimal) else value
