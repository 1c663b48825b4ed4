"""Loading clients beside what the portal and the worker have written, on a real server."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128

from claimstream.app import App
from claimstream.domain.records.inquiry import Client
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import clients_of
from claimstream.external.errors import Refused
from claimstream.external.mongo_documents import Document, client_document
from claimstream.external.mongo_loading import merge

REPLY: Document = {
    "current_amount": Decimal128("812.40"),
    "amount_source": "pdf",
    "amount_updated_at": datetime(2026, 10, 12, tzinfo=UTC),
    "response": {"status": "claim_statement", "email_id": "e-1", "read_by": "portal"},
    "settlement": {"decision": "accepted", "email_id": "e-1"},
    "applied_email_ids": ["e-1"],
    "colour": "red",
}
"""The fields that replies and the portal have left at a creditor."""


async def written(app: App) -> Document:
    document = await clients_of(app).document("t", "c-1")
    assert document is not None
    return document


def said(client: Client, **creditor: Any) -> Client:
    """The client as a file has it, which says no more of its creditor than this."""
    values = client.model_dump(exclude_unset=True)
    values["creditors"] = [{"creditor_id": "cr-1", "name": "Stadtwerke Aue GmbH", **creditor}]
    return Client.model_validate(values)


async def test_a_new_client_is_stored_whole(app: App, world: World) -> None:
    new = world.clients[0].model_copy(update={"client_id": "c-9"})
    assert await clients_of(app).load([new]) == []
    assert await clients_of(app).document("t", "c-9") == client_document(new)


async def test_a_load_resets_nothing_that_was_written(app: App, world: World) -> None:
    document = client_document(world.clients[0])
    document["creditors"][0] |= REPLY
    document["creditors"].append({"creditor_id": "cr-7", "name": "Inkasso Dreyer", "response": {"status": "rejection"}})
    document["portal"] = {"tags": ["new"]}
    await clients_of(app).upsert([document])
    client = said(world.clients[0], claim_amount="430.00", current_amount="430.00", settlement=None, response={"a": 1})
    kept = await clients_of(app).load([client])
    assert await written(app) == document
    assert kept == [
        "c-1, cr-1: current_amount 812.40, not 430.00",
        "c-1, cr-1: response",
        "c-1: creditor cr-7 is not in the file",
    ]


async def test_names_and_addresses_are_brought_up_to_date(app: App, world: World) -> None:
    document = client_document(world.clients[0])
    document["creditors"][0] |= REPLY
    values = said(world.clients[0], email="neu@stadtwerke.example").model_dump(exclude_unset=True)
    client = Client.model_validate(values | {"last_name": "Brandt-Öz", "email": "nele@mail.example"})
    document["email"] = "nele@portal.example"
    await clients_of(app).upsert([document])
    assert await clients_of(app).load([client]) == ["c-1: email"]
    entry = document["creditors"][0] | {"email": "neu@stadtwerke.example"}
    assert await written(app) == document | {"last_name": "Brandt-Öz", "creditors": [entry]}


async def test_what_a_file_leaves_open_stays(app: App, world: World) -> None:
    before = await written(app)
    client = said(world.clients[0], email=None, claim_amount=None).model_copy(update={"first_name": ""})
    assert await clients_of(app).load([client]) == []
    assert await written(app) == before


async def test_an_amount_is_written_where_none_is_stored(app: App, world: World) -> None:
    document = client_document(world.clients[0])
    document["creditors"][0] = {"creditor_id": "cr-1", "name": "Stadtwerke Aue GmbH", "current_amount": None}
    await clients_of(app).upsert([document])
    assert await clients_of(app).load([said(world.clients[0], claim_amount="430.00", current_amount="450.00")]) == []
    (entry,) = (await written(app))["creditors"]
    assert (entry["claim_amount"], entry["current_amount"]) == (Decimal128("430.00"), Decimal128("450.00"))


async def test_an_amount_that_comes_in_between_stays(app: App, world: World) -> None:
    document = client_document(world.clients[0])
    document["creditors"][0]["current_amount"] = None
    planned = merge(world.clients[0], document).writes
    await clients_of(app).upsert(
        [client_document(world.clients[0]) | {"creditors": [document["creditors"][0] | REPLY]}]
    )
    await clients_of(app)._bulk_write(planned)
    assert (await written(app))["creditors"][0]["current_amount"] == Decimal128("812.40")


async def test_creditors_are_found_by_their_id_and_new_ones_are_added(app: App, world: World) -> None:
    document = client_document(world.clients[0])
    first = {"creditor_id": "cr-0", "name": "Andere AG", "email": "a@andere.example"}
    await clients_of(app).upsert([document | {"creditors": [first, *document["creditors"]]}])
    new = {"creditor_id": "cr-2", "name": "Kern AG", "claim_amount": Decimal("99.00")}
    own = world.clients[0].creditors[0].model_dump() | {"email": "neu@stadtwerke.example"}
    client = Client.model_validate(world.clients[0].model_dump() | {"creditors": [own, new, first]})
    for _ in range(2):
        assert await clients_of(app).load([client]) == []
    entries = (await written(app))["creditors"]
    assert [entry["creditor_id"] for entry in entries] == ["cr-0", "cr-1", "cr-2"]
    assert [entry["email"] for entry in entries] == ["a@andere.example", "neu@stadtwerke.example", None]
    assert entries[2]["claim_amount"] == Decimal128("99.00")


async def test_a_client_without_creditors_gets_them(app: App, world: World) -> None:
    document = client_document(world.clients[0])
    entries = document.pop("creditors")
    await clients_of(app).upsert([document])
    await clients_of(app).load([world.clients[0]])
    assert (await written(app))["creditors"] == entries


async def test_another_tenants_client_is_not_touched(app: App, world: World) -> None:
    before = await written(app)
    with pytest.raises(Refused):
        await clients_of(app).load([world.clients[0].model_copy(update={"tenant_id": "u"})])
    assert await written(app) == before


def test_what_is_stored_already_is_not_written_again(world: World) -> None:
    for client in world.clients:
        assert merge(client, client_document(client)).writes == []
