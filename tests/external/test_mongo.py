import asyncio
import struct
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import bson
import pytest
from bson import Decimal128, ObjectId
from tests.external.conftest import Entrance
from tests.helpers import LONG

from claimstream.domain.records.decision import ClientUpdate, Seen, SettlementUpdate
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Client, Creditor
from claimstream.domain.records.review import CreditorEntry
from claimstream.domain.rules.review import decided
from claimstream.external.door import Door
from claimstream.external.errors import Outage, Refused
from claimstream.external.mongo import Applied, Clients, ClientsOptions
from claimstream.external.mongo_documents import client_document
from claimstream.external.mongo_errors import SERVICE, classify
from claimstream.external.policy import Policy
from claimstream.local.proxy import Proxy
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.ports import LOOPBACK

RECEIVED = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalMongo]:
    directory: Path = tmp_path_factory.mktemp("mongo")
    async with LocalMongo(directory) as running:
        yield running


@pytest.fixture
async def clients(entrance: Entrance, server: LocalMongo, request: pytest.FixtureRequest) -> AsyncIterator[Clients]:
    database = f"t{abs(hash(request.node.name))}"
    client = Clients(entrance.door, ClientsOptions(url=server.url, database=database))
    yield client
    await client.close()


def creditor(**fields: object) -> dict[str, Any]:
    return {"creditor_id": "cr-01", "name": "Stadtwerke Aue GmbH", "claim_amount": "430.00", **fields}


def document(*creditors: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {
        "_id": "c-01",
        "tenant_id": "nord",
        "case_reference": "8817/25",
        "first_name": "Nele",
        "last_name": "Brandt",
        "creditors": list(creditors),
        **fields,
    }


def update(**fields: Any) -> ClientUpdate:
    values: dict[str, Any] = {
        "tenant_id": "nord",
        "client_id": "c-01",
        "creditor_id": "cr-01",
        "email_id": "e-1",
        "amount": Decimal("512.30"),
        "amount_source": "text_pdf",
        "response_status": "claim_statement",
        "received_at": RECEIVED,
        "summary": "Forderungsaufstellung",
        "references": ("26-K-004411",),
        "confidence": 0.94,
    }
    return ClientUpdate(**{**values, **fields})


class Tap:
    """Stands between a client and the server, and keeps what the client says."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._said: list[bytearray] = []
        self.answered_instead: dict[bytes, bytes] = {}
        """Bytes that are stored, and others of the same length in their place, for what the stand-in cannot store."""
        self._open: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        # Direct: the server says that it is a replica set, whose address the client would go to.
        self._url = f"mongodb://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}/?directConnection=true"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        for writer in self._open:
            with suppress(ConnectionError):
                await writer.wait_closed()

    def clients(self, entrance: Entrance, database: str, query: str = "") -> Clients:
        """To be closed when the tap is: closing stops the loop until the server has answered, or could not be found."""
        options = ClientsOptions(url=f"{self._url}{query}", database=database, server_selection_timeout_seconds=1.0)
        return Clients(entrance.door, options)

    def commands(self) -> list[dict[str, Any]]:
        """What was said since the last time: bodies of OP_MSG (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg)."""
        found: list[dict[str, Any]] = []
        for said in self._said:
            while said:
                length, operation = struct.unpack("<i8xi", said[:16])
                if operation == 2013:
                    size = struct.unpack("<i", said[21:25])[0]
                    found.append(bson.decode(bytes(said[21 : 21 + size])))
                del said[:length]
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._said.append(said := bytearray())
        answers, server = await asyncio.open_connection(LOOPBACK, self._port)
        self._open += writer, server

        async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter, keep: bytearray) -> None:
            while data := await source.read(65536):
                keep += data
                for stored, instead in self.answered_instead.items():
                    data = data.replace(stored, instead) if to is writer else data.replace(instead, stored)
                to.write(data)
            to.close()

        with suppress(ConnectionError):
            await asyncio.gather(pass_on(reader, server, said), pass_on(answers, writer, bytearray()))


def always(old: Decimal | None) -> bool:
    del old
    return True


async def stored(clients: Clients, index: int = 0) -> dict[str, Any]:
    whole = await clients.document("nord", "c-01")
    assert whole is not None
    found: dict[str, Any] = whole["creditors"][index]
    return found


async def test_a_client_comes_back_as_it_was_stored(clients: Clients) -> None:
    client = Client(
        client_id="c-01",
        tenant_id="nord",
        case_reference="8817/25",
        first_name="Nele",
        last_name="Brandt",
        creditors=(Creditor(creditor_id="cr-01", name="Stadtwerke Aue GmbH", current_amount=Decimal("430.00")),),
    )
    await clients.upsert([client_document(client)])
    assert await clients.get("nord", ["c-01", "c-02"]) == [client]
    assert await clients.find_all("nord") == [client]
    assert await clients.get("nord", []) == []


async def test_another_tenants_client_is_never_found(clients: Clients) -> None:
    await clients.upsert([document(creditor())])
    assert await clients.get("sued", ["c-01"]) == []
    assert await clients.find_all("sued") == []
    assert await clients.document("sued", "c-01") is None
    applied = await clients.apply(update(tenant_id="sued"), amount_may_replace=always)
    assert applied.outcome == "missing"
    assert "current_amount" not in await stored(clients)


async def test_what_clients_are_found_by_is_told_once_for_each_form(clients: Clients) -> None:
    key = ObjectId()
    await clients.upsert(
        [
            document(creditor(email="a@stadtwerke.example", current_amount=Decimal128("1.00")), last_name="Brandt"),
            document(creditor(email=["x"]), "Geheim", {"name": "Geheim"}, None, _id=key, last_name=None),  # type: ignore[arg-type]  # broken
            document(creditor(), _id="c-03", tenant_id="sued"),
        ]
    )
    ids = ["c-01", str(key), "c-03", "c-04"]
    found = {one.client_id: one for one in await clients.keys("nord", ids, known=lambda form: False)}
    assert found.keys() == {"c-01", str(key)}
    whole, broken = found["c-01"], found[str(key)]
    assert (whole.case_reference, whole.last_name) == ("8817/25", "Brandt")
    assert [tuple(one) for one in whole.creditors] == [
        ("cr-01", "Stadtwerke Aue GmbH", "a@stadtwerke.example", None),
    ]
    assert broken.last_name == ""
    assert [one.email for one in broken.creditors] == [None]

    forms = {whole.form, broken.form}
    assert await clients.keys("nord", ids, known=forms.__contains__) == []
    await clients.apply(update(), amount_may_replace=always)
    assert await clients.keys("nord", ids, known=forms.__contains__) == []  # our own updates change no key
    await clients.upsert([document(creditor(email="b@stadtwerke.example"))])
    assert [one.client_id for one in await clients.keys("nord", ids, known=forms.__contains__)] == ["c-01"]
    assert await clients.keys("nord", [], known=forms.__contains__) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "Geheim GmbH"},
        {"creditor_id": None, "name": "Geheim GmbH"},
        {"creditor_id": "", "name": "Geheim GmbH"},
        {"creditor_id": {"Geheim": 1}},
        {"creditor_id": "cr-09", "email": ["geheim@example.org"]},
        "Geheim",
        None,
    ],
)
async def test_a_broken_creditor_is_left_out_and_the_others_are_read_and_written(
    clients: Clients, caplog: pytest.LogCaptureFixture, broken: Any
) -> None:
    await clients.upsert([document(broken, creditor())])
    (client,) = await clients.get("nord", ["c-01"])
    assert [one.creditor_id for one in client.creditors] == ["cr-01"]
    (record,) = caplog.records
    assert "creditor at place 0 of client c-01 is left out" in record.getMessage()
    assert "geheim" not in record.getMessage().lower()
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"


async def test_creditors_with_one_id_are_left_out_and_never_written(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    twice = [creditor(), creditor(name="Other GmbH")]
    await clients.upsert([document(*twice, creditor(creditor_id="cr-02"))])
    (client,) = await clients.get("nord", ["c-01"])
    assert [one.creditor_id for one in client.creditors] == ["cr-02"]
    assert [record.getMessage() for record in caplog.records] == [
        f"creditor at place {place} of client c-01 is left out: another has its id" for place in (0, 1)
    ]
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "missing"
    assert [await stored(clients, place) for place in (0, 1)] == twice
    assert (await clients.apply(update(creditor_id="cr-02"), amount_may_replace=always)).outcome == "applied"


async def test_creditors_that_are_no_list_are_none(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    await clients.upsert([document(creditors=creditor())])
    (client,) = await clients.find_all("nord")
    assert client.creditors == ()
    assert [record.getMessage() for record in caplog.records] == ["creditors of client c-01 are left out: no list"]
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "missing"


async def test_a_document_that_is_no_client_is_left_out(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    await clients.upsert([document(creditor(), _id="c-02", tenant_id=["nord"]), document(creditor())])
    assert [client.client_id for client in await clients.find_all("nord")] == ["c-01"]
    assert [record.getMessage() for record in caplog.records] == ["client c-02 is left out: tenant_id (string_type)"]


@pytest.mark.parametrize("amount", ["430.00", 430, 430.0, Decimal128("430.00")])
async def test_amounts_of_any_type_are_read(clients: Clients, amount: object) -> None:
    await clients.upsert([document(creditor(current_amount=amount))])
    (client,) = await clients.get("nord", ["c-01"])
    assert client.creditors[0].current_amount == Decimal("430.00")
    seen: list[Decimal | None] = []

    def may(old: Decimal | None) -> bool:
        seen.append(old)
        return True

    applied = await clients.apply(update(), amount_may_replace=may)
    assert applied.outcome == "applied"
    assert applied.old_amount == Decimal("430.00")
    assert seen == [Decimal("430.00")]
    assert (await stored(clients))["current_amount"] == Decimal128("512.30")


async def test_a_client_is_found_by_the_text_of_its_object_id(clients: Clients) -> None:
    key = ObjectId()
    await clients.upsert([document(creditor(), _id=key)])
    (client,) = await clients.get("nord", [str(key)])
    assert client.client_id == str(key)
    applied = await clients.apply(update(client_id=str(key)), amount_may_replace=always)
    assert applied.outcome == "applied"


async def test_applying_sets_what_was_read_and_leaves_everything_else(clients: Clients, entrance: Entrance) -> None:
    own = creditor(current_amount="430.00", portal_note="anrufen", response={"seen_by": "Frau Kern"})
    await clients.upsert([document(creditor(creditor_id="cr-00", current_amount="1.00"), own, portal_flag=True)])
    applied = await clients.apply(update(), amount_may_replace=always, correlation_id="corr-1")
    assert (applied.outcome, applied.old_amount) == ("applied", Decimal("430.00"))
    changed = await stored(clients, 1)
    assert changed["current_amount"] == Decimal128("512.30")
    assert changed["amount_source"] == "text_pdf"
    assert changed["amount_updated_at"].tzinfo is not None
    assert changed["claim_amount"] == "430.00"
    assert changed["portal_note"] == "anrufen"
    assert changed["applied_email_ids"] == ["e-1"]
    assert changed["response"] == {
        "seen_by": "Frau Kern",
        "status": "claim_statement",
        "received_at": RECEIVED,
        "summary": "Forderungsaufstellung",
        "references": ["26-K-004411"],
        "confidence": 0.94,
        "email_id": "e-1",
        "correlation_id": "corr-1",
    }
    assert await stored(clients, 0) == creditor(creditor_id="cr-00", current_amount="1.00")
    span = next(one for one in entrance.telemetry.spans if one.name == "update clients")
    assert span.attributes is not None
    assert span.attributes["db.system.name"] == "mongodb"
    assert span.attributes["server.address"] == "127.0.0.1"
    assert "c-01" not in span.to_json()


async def test_a_settlement_is_written_with_its_amount_left_alone(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="430.00", response=None, settlement=None))])
    settlement = SettlementUpdate(
        decision=SettlementDecision.COUNTER_OFFER, conditions=("sofern",), counter_offer_amount=Decimal("200.00")
    )
    applied = await clients.apply(
        update(amount=None, response_status="settlement_response", settlement=settlement),
        amount_may_replace=lambda old: False,
    )
    assert applied.outcome == "applied"
    changed = await stored(clients)
    assert changed["settlement"] == {
        "decision": "counter_offer",
        "decided_at": RECEIVED,
        "conditions": ["sofern"],
        "counter_offer_amount": Decimal128("200.00"),
        "email_id": "e-1",
    }
    assert changed["response"]["status"] == "settlement_response"
    assert changed["current_amount"] == "430.00"
    assert "amount_updated_at" not in changed


async def test_the_same_email_is_applied_once(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="430.00", applied_email_ids=None))])
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"
    again = await clients.apply(update(amount=Decimal("9.00")), amount_may_replace=always)
    assert again.outcome == "already_applied"
    assert (await stored(clients))["current_amount"] == Decimal128("512.30")
    assert (await stored(clients))["applied_email_ids"] == ["e-1"]


async def test_identical_redeliveries_that_race_write_once(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="430.00"))])
    outcomes = await asyncio.gather(*(clients.apply(update(), amount_may_replace=always) for _ in range(8)))
    assert sorted(one.outcome for one in outcomes) == ["already_applied"] * 7 + ["applied"]
    assert (await stored(clients))["applied_email_ids"] == ["e-1"]


async def test_emails_that_race_each_replace_only_the_amount_they_agreed_to(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="100.00"))])

    async def one(amount: int) -> str:
        new = Decimal(amount)
        applied = await clients.apply(
            update(email_id=f"e-{amount}", amount=new), amount_may_replace=lambda old: old is None or new >= old
        )
        return applied.outcome

    outcomes = await asyncio.gather(*(one(amount) for amount in (300, 200, 500, 400)))
    assert set(outcomes) <= {"applied", "refused"}
    assert (await stored(clients))["current_amount"] == Decimal128("500")
    assert outcomes[2] == "applied"


async def test_what_a_later_reply_said_stays(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="430.00"))])
    tuesday = update(email_id="e-2", amount=Decimal("512.30"), received_at=RECEIVED + timedelta(days=1))
    assert (await clients.apply(tuesday, amount_may_replace=always)).outcome == "applied"
    written = await stored(clients)
    refused = SettlementUpdate(decision=SettlementDecision.DECLINED)
    for said in (
        {"amount": Decimal("900.00")},
        {"response_status": "rejection", "amount": None},
        {"amount": None, "settlement": refused},
    ):
        overtaken = await clients.apply(update(email_id="e-1", **said), amount_may_replace=always)
        assert (overtaken.outcome, overtaken.old_amount) == ("overtaken", Decimal("512.30"))
    assert await stored(clients) == written
    for email_id, amount in (("e-5", Decimal("512.30")), ("e-6", None)):
        the_same = await clients.apply(update(email_id=email_id, amount=amount), amount_may_replace=always)
        assert the_same.outcome == "applied"
    assert await stored(clients) == written | {"applied_email_ids": ["e-2", "e-5", "e-6"]}
    same_moment = update(email_id="e-3", received_at=RECEIVED + timedelta(days=1))
    assert (await clients.apply(same_moment, amount_may_replace=always)).outcome == "applied"


@pytest.mark.parametrize("before", [["e-2"], None], ids=["noted beside another", "noted first"])
async def test_an_earlier_answer_to_a_settlement_that_decides_the_same_is_only_noted(
    clients: Clients, before: list[str] | None
) -> None:
    decided = SettlementUpdate(
        decision=SettlementDecision.COUNTER_OFFER, conditions=("sofern",), counter_offer_amount=Decimal("200.00")
    )
    said = {"amount": None, "response_status": "settlement_response", "settlement": decided}
    await clients.upsert([document(creditor(current_amount="430.00"))])
    await clients.apply(
        update(email_id="e-2", received_at=RECEIVED + timedelta(days=1), **said), amount_may_replace=always
    )
    whole = await clients.document("nord", "c-01")
    assert whole is not None
    whole["creditors"][0]["applied_email_ids"] = before
    await clients.upsert([whole])
    other = decided.model_copy(update={"counter_offer_amount": Decimal("250.00")})
    differs = await clients.apply(update(email_id="e-0", **said | {"settlement": other}), amount_may_replace=always)
    assert differs.outcome == "overtaken"
    assert (await clients.apply(update(email_id="e-1", **said), amount_may_replace=always)).outcome == "applied"
    assert await stored(clients) == whole["creditors"][0] | {"applied_email_ids": [*(before or ()), "e-1"]}


async def test_of_replies_that_race_the_one_that_came_last_stands(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="430.00"))])

    async def one(day: int) -> str:
        said = "rejection" if day % 2 else "claim_statement"
        at = RECEIVED + timedelta(days=day)
        reply = update(email_id=f"e-{day}", amount=None, response_status=said, received_at=at)
        return (await clients.apply(reply, amount_may_replace=always)).outcome

    outcomes = await asyncio.gather(*(one(day) for day in (3, 1, 5, 2, 4)))
    assert set(outcomes) <= {"applied", "overtaken"}
    assert outcomes[2] == "applied"
    assert (await stored(clients))["response"]["email_id"] == "e-5"


@pytest.mark.parametrize("response", [None, "by telephone", {"received_at": "yesterday"}, {"received_at": None}])
async def test_what_is_no_date_came_at_no_time(clients: Clients, response: object) -> None:
    await clients.upsert([document(creditor(current_amount="430.00", response=response))])
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"


async def test_a_refused_amount_writes_nothing(clients: Clients) -> None:
    await clients.upsert([document(creditor(current_amount="430.00"))])
    applied = await clients.apply(update(), amount_may_replace=lambda old: False)
    assert (applied.outcome, applied.old_amount) == ("refused", Decimal("430.00"))
    assert await stored(clients) == creditor(current_amount="430.00")


@pytest.mark.parametrize("fields", [{}, {"current_amount": None}])
async def test_a_first_amount_is_written_where_there_was_none(clients: Clients, fields: dict[str, None]) -> None:
    await clients.upsert([document(creditor(**fields))])
    applied = await clients.apply(update(), amount_may_replace=lambda old: old is None)
    assert (applied.outcome, applied.old_amount) == ("applied", None)


async def test_a_creditor_is_found_by_id_after_the_list_was_reordered(clients: Clients) -> None:
    others = [creditor(creditor_id=f"cr-{number}", current_amount="5.00") for number in range(2, 6)]
    await clients.upsert([document(*others, creditor(current_amount="430.00"))])
    await clients.apply(update(), amount_may_replace=always)
    assert (await stored(clients, 4))["current_amount"] == Decimal128("512.30")
    for index, other in enumerate(others):
        assert await stored(clients, index) == other


async def test_an_unknown_creditor_is_missing(clients: Clients) -> None:
    await clients.upsert([document(creditor())])
    assert (await clients.apply(update(creditor_id="cr-99"), amount_may_replace=always)).outcome == "missing"


@pytest.mark.parametrize("amount", ["1.200,00", Decimal128("1E+6000"), -1e12, 1e308, Decimal128("NaN"), ["430.00"]])
async def test_a_stored_amount_that_is_no_number_is_never_replaced(clients: Clients, amount: object) -> None:
    await clients.upsert([document(creditor(current_amount=amount))])
    with pytest.raises(Refused, match="current_amount of creditor cr-01 of client c-01 is no number"):
        await clients.apply(update(), amount_may_replace=always)
    (client,) = await clients.get("nord", ["c-01"])
    assert client.creditors[0].current_amount is None


@pytest.mark.parametrize(
    ("query", "concern"),
    [
        ("", {"w": "majority", "wtimeout": 10_000}),
        ("&w=1", {"w": 1, "wtimeout": 10_000}),
        ("&W=1", {"w": 1, "wtimeout": 10_000}),
        ("&journal=true&wTimeoutMS=9000", {"w": "majority", "j": True, "wtimeout": 9000}),
    ],
)
async def test_a_write_counts_when_the_majority_has_it_unless_the_url_says_otherwise(
    entrance: Entrance, server: LocalMongo, query: str, concern: dict[str, object]
) -> None:
    async with Tap(server.port) as tap:
        clients = tap.clients(entrance, f"t{abs(hash(query))}", query)
        await clients.upsert([document(creditor())])
        assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"
        assert (await stored(clients))["current_amount"] == Decimal128("512.30")
    await clients.close()
    writes = [command for command in tap.commands() if "update" in command]
    assert [command["writeConcern"] for command in writes] == [concern] * 2


async def test_that_an_update_was_applied_before_is_believed_when_the_majority_has_it(
    entrance: Entrance, server: LocalMongo
) -> None:
    async with Tap(server.port) as tap:
        clients = tap.clients(entrance, "before")
        await clients.upsert([document(creditor())])
        await clients.apply(update(), amount_may_replace=always)
        applied = await stored(clients)
        tap.commands()
        assert (await clients.apply(update(), amount_may_replace=always)).outcome == "already_applied"
        assert await stored(clients) == applied
    await clients.close()
    (asked,) = [command for command in tap.commands() if "update" in command]
    assert asked["writeConcern"] == {"w": "majority", "wtimeout": 10_000}


async def test_an_update_that_was_rolled_back_is_written_again(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    await clients.upsert([document(creditor())])
    await clients.apply(update(), amount_may_replace=always)
    still_applied = clients._still_applied

    async def rolled_back_meanwhile(client_id: object, asked: ClientUpdate) -> bool:
        await clients.upsert([document(creditor())])
        return await still_applied(client_id, asked)

    monkeypatch.setattr(clients, "_still_applied", rolled_back_meanwhile)
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"
    assert (await stored(clients))["applied_email_ids"] == ["e-1"]


async def test_a_server_that_says_nothing_keeps_no_thread_of_the_driver(clients: Clients, server: LocalMongo) -> None:
    await clients.check()
    assert clients._client is not None
    assert clients._client.delegate.options.pool_options.socket_timeout == 20
    named = Clients(Door(), ClientsOptions(url=f"{server.url}/?socketTimeoutMS=7000"))
    assert named._collection().database.client.delegate.options.pool_options.socket_timeout == 7
    await named.close()


async def test_check_names_the_collection(clients: Clients) -> None:
    assert ".clients can be read" in await clients.check()


async def test_nobody_listening_is_an_outage(entrance: Entrance, unused_tcp_port: int) -> None:
    options = ClientsOptions(url=f"mongodb://127.0.0.1:{unused_tcp_port}", server_selection_timeout_seconds=0.2)
    clients = Clients(entrance.door, options)
    with pytest.raises(Outage, match="Check that MongoDB runs, and MONGODB_URL"):
        await clients.check()
    await clients.close()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["brandt"], ["c-01"]),
        (["NELE", "Aue"], ["c-01"]),
        (["8817/25"], ["c-01"]),
        (["forderung@stadtwerke"], ["c-01"]),
        (["Kern (AG"], ["c-02"]),
        ([".*"], []),
        (["Brandt", "Kern"], []),
    ],
)
async def test_clients_are_looked_for_by_what_they_and_their_creditors_are_called(
    clients: Clients, words: list[str], found: list[str]
) -> None:
    one = document(creditor(email="forderung@stadtwerke-aue.example"))
    other = document(creditor(name="Möbelhaus Kern (AG)"), _id="c-02", first_name="Jo", last_name="Wolter")
    other |= {"case_reference": "8818/25"}
    await clients.upsert([one, other, one | {"_id": "c-03", "tenant_id": "sued"}])
    assert [client.client_id for client in await clients.search("nord", words, limit=10)] == found
    assert len(await clients.search("nord", ["a"], limit=1)) == 1


@pytest.mark.parametrize(
    "response",
    [
        [{"received_at": RECEIVED}],
        {"received_at": [RECEIVED - timedelta(days=3)]},
        [RECEIVED],
        {"received_at": 5, "status": {"$odd": 1}},
        "text",
    ],
)
async def test_what_the_portal_wrote_in_place_of_an_answer_holds_up_no_reply(
    clients: Clients, response: object
) -> None:
    await clients.upsert([document(creditor(current_amount="430.00", response=response))])
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"
    assert (await stored(clients))["response"]["email_id"] == "e-1"


@pytest.mark.parametrize(
    ("field", "value", "instead"),
    [
        ("response", {"received_at": RECEIVED}, struct.pack("<q", 10**17)),
        ("opened_at", RECEIVED, struct.pack("<q", -(10**17))),
        ("name", "Stadtwerke", b"Stadt\xff\xfe\xffke"),
    ],
    ids=["late date", "early date", "no UTF-8"],
)
async def test_a_value_that_python_cannot_hold_holds_up_no_other_client(
    server: LocalMongo, entrance: Entrance, field: str, value: object, instead: bytes
) -> None:
    stored_bytes = b"Stadtwerke" if field == "name" else struct.pack("<q", int(RECEIVED.timestamp() * 1000))
    async with Tap(server.port) as tap:
        clients = tap.clients(entrance, f"odd_{field}")
        await clients.upsert([document(creditor(**{field: value}), _id="c-02"), document(creditor(name="Kern AG"))])
        tap.answered_instead[stored_bytes] = instead
        assert len(await clients.get("nord", ["c-01", "c-02"])) == 2
        for client_id in ("c-01", "c-02"):
            applied = await clients.apply(update(client_id=client_id), amount_may_replace=always)
            assert applied.outcome == "applied"
        await clients.close()


@pytest.mark.parametrize("applied", ["e-0, e-1", {"e-1": 1}, 5, True, None])
async def test_applied_emails_that_are_no_list_are_none(clients: Clients, applied: object) -> None:
    await clients.upsert([document(creditor(applied_email_ids=applied))])
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "applied"
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "already_applied"


async def test_one_applied_email_in_place_of_a_list_counts(clients: Clients) -> None:
    await clients.upsert([document(creditor(applied_email_ids="e-1"))])
    assert (await clients.apply(update(), amount_may_replace=always)).outcome == "already_applied"


class TestAPersonsDecision:
    """Written over whatever is stored, as long as it is what the person saw."""

    SEEN = Seen(current_amount=Decimal("430.00"))

    @staticmethod
    async def sees(clients: Clients) -> Seen:
        entry = await clients.entry(update())
        assert entry is not None
        return entry.seen

    async def test_it_stands_over_what_the_guards_say(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="430.00"))])
        lower = by_person(self.SEEN, amount=Decimal("300.00"), amount_confidence=0.1)
        assert await clients.apply(lower, amount_may_replace=never) == Applied("applied", Decimal("430.00"))
        written = await stored(clients)
        assert written["current_amount"] == Decimal128("300.00")
        assert written["response"]["decided_by"] == "anna"
        assert written["applied_email_ids"] == ["e-1", "e-1/d-1"]
        assert (await clients.apply(lower, amount_may_replace=never)).outcome == "already_applied"
        assert await stored(clients) == written

    async def test_it_stands_over_what_the_same_email_wrote_before(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="430.00"))])
        await clients.apply(update(), amount_may_replace=always)
        seen = await self.sees(clients)
        other = by_person(seen, amount=Decimal("600.00"))
        assert (await clients.apply(other, amount_may_replace=always)).outcome == "applied"
        assert (await stored(clients))["current_amount"] == Decimal128("600.00")

    async def test_it_stands_over_a_later_reply_that_the_person_saw(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="430.00"))])
        later = RECEIVED + timedelta(days=1)
        await clients.apply(update(email_id="e-2", received_at=later), amount_may_replace=always)
        seen = await self.sees(clients)
        earlier = by_person(seen, amount=None, response_status="rejection")
        assert (await clients.apply(earlier, amount_may_replace=always)).outcome == "applied"
        assert (await stored(clients))["response"]["status"] == "rejection"

    @pytest.mark.parametrize(
        "since",
        [
            {"current_amount": "431.00"},
            {"current_amount": None},
            {"current_amount": "430.00", "response": {"received_at": RECEIVED}},
            {"current_amount": "430.00", "response": {"status": "rejection"}},
            {"current_amount": "430.00", "settlement": {"decision": "accepted"}},
        ],
        ids=["another amount", "no amount", "an answer", "what the answer wants", "a settlement"],
    )
    async def test_what_has_changed_since_they_looked_stays(self, clients: Clients, since: dict[str, Any]) -> None:
        await clients.upsert([document(creditor(**since))])
        before = await stored(clients)
        for amount in (Decimal("300.00"), None):
            outcome = (await clients.apply(by_person(self.SEEN, amount=amount), amount_may_replace=always)).outcome
            assert outcome == "changed"
        assert await stored(clients) == before

    @pytest.mark.parametrize(
        "since",
        [
            {"current_amount": "431.00"},
            {"response": {"received_at": RECEIVED}},
            {"response": {"status": "rejection"}},
            {"settlement": {"decision": "accepted"}},
            {"applied_email_ids": ["e-1/d-1"]},
        ],
    )
    async def test_what_changes_between_looking_and_writing_stays(
        self, clients: Clients, monkeypatch: pytest.MonkeyPatch, since: dict[str, Any]
    ) -> None:
        stored_before = creditor(current_amount="430.00")
        await clients.upsert([document(stored_before)])
        real, changed = clients._update, document(stored_before | since)

        async def late(query: Any, change: Any) -> bool:
            await clients.upsert([changed])
            return await real(query, change)

        monkeypatch.setattr(clients, "_update", late)
        applied = await clients.apply(by_person(self.SEEN, amount=None), amount_may_replace=never)
        assert applied.outcome == ("already_applied" if "applied_email_ids" in since else "changed")
        whole = await clients.document("nord", "c-01")
        assert whole == changed

    @pytest.mark.parametrize(
        "response", [None, [], {}, {"received_at": None}, {"received_at": "yesterday"}, {"received_at": [RECEIVED]}]
    )
    async def test_what_the_portal_wrote_in_place_of_an_answer_is_none(
        self, clients: Clients, response: object
    ) -> None:
        await clients.upsert([document(creditor(current_amount=430, response=response))])
        assert (await clients.apply(by_person(self.SEEN), amount_may_replace=never)).outcome == "applied"

    async def test_of_two_that_race_one_is_written(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="430.00"))])
        decisions = [by_person(self.SEEN, decision_id=f"d-{number}", amount=Decimal(number) + 1) for number in range(4)]
        outcomes = [
            applied.outcome
            for applied in await asyncio.gather(*(clients.apply(d, amount_may_replace=never) for d in decisions))
        ]
        assert sorted(outcomes) == ["applied", "changed", "changed", "changed"]

    async def test_a_reply_that_comes_later_is_not_said_to_be_decided_by_them(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="430.00"))])
        await clients.apply(by_person(self.SEEN), amount_may_replace=never)
        later = update(email_id="e-2", received_at=RECEIVED + timedelta(days=1))
        await clients.apply(later, amount_may_replace=always)
        assert (await stored(clients))["response"]["decided_by"] is None

    async def test_what_they_see_is_what_is_stored(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="430.00"))])
        entry = await clients.entry(update())
        assert entry == CreditorEntry("Nele Brandt (8817/25)", "Stadtwerke Aue GmbH", self.SEEN)
        accepted = SettlementUpdate(decision=SettlementDecision.ACCEPTED)
        said = update(amount=None, response_status="settlement_response", settlement=accepted)
        await clients.apply(said, amount_may_replace=always)
        entry = await clients.entry(update())
        assert entry is not None
        assert entry.seen == Seen(
            current_amount=Decimal("430.00"),
            response_received_at=RECEIVED,
            response_status="settlement_response",
            settlement="accepted",
        )
        for gone in (update(tenant_id="sued"), update(client_id="c-9"), update(creditor_id="cr-9")):
            assert await clients.entry(gone) is None

    async def test_an_amount_that_is_no_number_cannot_be_seen(self, clients: Clients) -> None:
        await clients.upsert([document(creditor(current_amount="viel"))])
        with pytest.raises(Refused, match="Correct it in the portal"):
            await clients.entry(update())


def by_person(seen: Seen, *, decision_id: str = "d-1", **fields: Any) -> ClientUpdate:
    return decided(update(**fields), decision_id=decision_id, by="anna", seen=seen)


def never(_: Decimal | None) -> bool:
    return False


async def test_as_many_calls_are_under_way_as_the_bulkhead_lets_in(server: LocalMongo) -> None:
    at_once = 40
    door = Door({SERVICE: Policy(concurrency=at_once, timeout_seconds=60.0, attempts=1)})
    async with Proxy(server.port) as between, AsyncExitStack() as stack:
        # The driver's own looks at the server are not to be counted.
        quiet = "serverMonitoringMode=poll&heartbeatFrequencyMS=600000"
        url = f"mongodb://{between.target}/?directConnection=true&socketTimeoutMS=60000&{quiet}"
        clients = Clients(door, ClientsOptions(url=url, database="threads"))
        stack.push_async_callback(door.close)
        stack.push_async_callback(clients.close)
        await clients.upsert([document(creditor())])
        between.delay_seconds = 0.3  # so that each call wants a connection of its own
        while between.accepted <= at_once:
            await asyncio.gather(*(clients.document("nord", "c-01") for _ in range(at_once)))
        between.delay_seconds = 0.0
        between.freeze()
        calls = [asyncio.create_task(clients.document("nord", "c-01")) for _ in range(at_once + 1)]
        stack.callback(between.thaw)
        async with asyncio.timeout(LONG):
            while between.holding < at_once:
                await asyncio.sleep(0.01)
        assert between.holding == at_once, "the last one waits in the bulkhead"
        assert door.service(SERVICE, classify).full
        between.thaw()
        found = await asyncio.gather(*calls)
        assert len([each for each in found if each is not None]) == at_once + 1


@pytest.mark.parametrize("patience", [60.0, 0.1])
async def test_a_silent_server_holds_up_no_end(
    server: LocalMongo, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr("claimstream.external.mongo._GOODBYE_SECONDS", patience)
    door = Door()
    async with Proxy(server.port) as between:
        url = f"mongodb://{between.target}/?directConnection=true&socketTimeoutMS=60000"
        clients = Clients(door, ClientsOptions(url=url, database="silent"))
        await clients.upsert([document(creditor())])
        between.freeze()
        closing = asyncio.create_task(clients.close())
        if patience > 1:
            while not between.holding and not closing.done():
                await asyncio.sleep(0.01)
            assert not closing.done(), "the event loop goes on, or the proxy could not hold the good-bye"
            between.thaw()
            await closing
        else:
            await closing
            assert "mongodb goodbye" in [thread.name for thread in threading.enumerate()], (
                "nobody waits for it any more"
            )
    await door.close()


async def test_the_probe_reads_and_writes_and_changes_nothing(clients: Clients, entrance: Entrance) -> None:
    await clients.upsert([document(creditor(), _id="c-01")])
    before = await clients.documents("nord")
    await clients.probe()
    assert await clients.documents("nord") == before
    assert entrance.telemetry.span("probe clients").attributes
