"""The local MongoDB, through motor: what the pipeline's writes rely on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, OperationFailure

from claimstream.local.servers.mongo import LocalMongo

Database = AsyncIOMotorDatabase[dict[str, Any]]
Client = AsyncIOMotorClient[dict[str, Any]]


@pytest.fixture(scope="module")
async def mongo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalMongo]:
    async with LocalMongo(tmp_path_factory.mktemp("mongo")) as server:
        yield server


@pytest.fixture(scope="module")
async def client(mongo: LocalMongo) -> AsyncIterator[Client]:
    connected: Client = AsyncIOMotorClient(mongo.url, tz_aware=True)
    yield connected
    connected.close()


@pytest.fixture
async def database(client: Client, request: pytest.FixtureRequest) -> Database:
    return client[request.node.name[-50:]]


async def insert_case(database: Database) -> None:
    await database.cases.insert_one(
        {
            "_id": "case",
            "creditors": [
                {"id": "a", "status": "open", "amount": Decimal128("10.00")},
                {"id": "b", "status": "open", "amount": Decimal128("20.50")},
            ],
        }
    )


def statuses(case: dict[str, Any] | None) -> list[str]:
    assert case is not None
    return [creditor["status"] for creditor in case["creditors"]]


async def test_decimals_keep_every_digit_and_compare_by_value(database: Database) -> None:
    await database.amounts.insert_one(
        {"_id": 1, "amount": Decimal128("1234.50"), "at": datetime(2026, 1, 1, tzinfo=UTC)}
    )
    found = await database.amounts.find_one({"amount": {"$gt": Decimal128("1234.49"), "$lt": 1235}})
    assert found is not None
    assert str(found["amount"]) == "1234.50"
    assert found["at"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert await database.amounts.count_documents({"amount": Decimal128("1234.5")}) == 1


async def test_one_element_of_an_array_is_updated_by_position(database: Database) -> None:
    await insert_case(database)
    which = {"_id": "case", "creditors": {"$elemMatch": {"id": "b", "status": "open"}}}
    change = {"$set": {"creditors.$.status": "answered", "creditors.$.amount": Decimal128("21.75")}}
    assert (await database.cases.update_one(which, change)).modified_count == 1
    case = await database.cases.find_one({"_id": "case"})
    assert statuses(case) == ["open", "answered"]
    assert (await database.cases.update_one(which, change)).matched_count == 0


async def test_one_element_of_an_array_is_updated_by_filter_and_returned(database: Database) -> None:
    await insert_case(database)
    case = await database.cases.find_one_and_update(
        {"_id": "case", "creditors": {"$elemMatch": {"id": "b", "status": "open"}}},
        {"$set": {"creditors.$[which].status": "answered"}, "$push": {"history": {"by": "email-1"}}},
        array_filters=[{"which.id": "b"}],
        return_document=ReturnDocument.AFTER,
    )
    assert statuses(case) == ["open", "answered"]
    assert case["history"] == [{"by": "email-1"}]


async def test_unique_indexes_hold_also_for_upserts_that_race(database: Database) -> None:
    await database.writes.create_index("key", unique=True)
    await asyncio.gather(
        *(database.writes.update_one({"key": "k"}, {"$setOnInsert": {"by": n}}, upsert=True) for n in range(20))
    )
    assert await database.writes.count_documents({}) == 1
    with pytest.raises(DuplicateKeyError):
        await database.writes.insert_one({"key": "k"})


async def test_a_transaction_over_two_collections_is_all_or_nothing(client: Client, database: Database) -> None:
    await insert_case(database)
    which = {"_id": "case", "creditors": {"$elemMatch": {"id": "a"}}}
    async with await client.start_session() as session:
        async with session.start_transaction():
            await database.cases.update_one(which, {"$set": {"creditors.$.status": "answered"}}, session=session)
            await database.audit.insert_one({"email": 1}, session=session)
            assert await database.audit.count_documents({}) == 0
        assert await database.audit.count_documents({}) == 1
        session.start_transaction()
        await database.cases.update_one(which, {"$set": {"creditors.$.status": "wrong"}}, session=session)
        await database.audit.insert_one({"email": 2}, session=session)
        await session.abort_transaction()
    assert statuses(await database.cases.find_one({"_id": "case"})) == ["answered", "open"]
    assert await database.audit.count_documents({}) == 1


async def test_two_transactions_on_one_document_conflict_as_transient(client: Client, database: Database) -> None:
    await insert_case(database)
    change = {"$inc": {"version": 1}}
    async with await client.start_session() as first, await client.start_session() as second:
        first.start_transaction()
        second.start_transaction()
        await database.cases.update_one({"_id": "case"}, change, session=first)
        with pytest.raises(OperationFailure) as caught:
            await database.cases.update_one({"_id": "case"}, change, session=second)
        await first.commit_transaction()
    assert caught.value.has_error_label("TransientTransactionError")


async def test_what_was_acknowledged_outlives_a_stop_and_a_crash_on_the_same_port(tmp_path: Path) -> None:
    async with LocalMongo(tmp_path) as server:
        client: Client = AsyncIOMotorClient(server.url)
        try:
            for end in (server.crash, server.stop):
                await client.test.kept.insert_many([{} for _ in range(50)])
                await client.test.kept.insert_one({})
                await end()
                await server.start()
            assert await client.test.kept.count_documents({}) == 102
        finally:
            client.close()
