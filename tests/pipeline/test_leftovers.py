"""Outbox rows that wait while the service that they need is down, and after it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import asyncpg
import pytest
from pydantic import SecretStr
from tests.helpers import LONG, NOW
from tests.test_app import HASTY, working

from claimstream.app import App
from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.work import OutboxRow
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import load_world
from claimstream.external.errors import Outage
from claimstream.local.proxy import Proxy
from claimstream.local.stack import LocalStack
from claimstream.pipeline.ports import Outbox
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.settings import Settings
from claimstream.store.database import Connection

POLICIES = {**HASTY, "mongodb": replace(HASTY["mongodb"], timeout_seconds=2.0, attempts=1)}


@pytest.fixture
async def behind(stack: LocalStack) -> AsyncIterator[Proxy]:
    """MongoDB, which can be cut off for this test alone."""
    assert stack.mongo is not None
    async with Proxy(stack.mongo.port) as proxy:
        yield proxy


@pytest.fixture
def cut_off(settings: Settings, behind: Proxy) -> Settings:
    """Settings of an installation that reaches MongoDB through the proxy."""
    return settings.model_copy(
        update={
            "mongodb_url": SecretStr(f"mongodb://{behind.target}/?directConnection=true&serverSelectionTimeoutMS=200")
        }
    )


async def updates(app: App) -> list[tuple[int, bool]]:
    """The tries of each update, and whether it is done."""
    query = "SELECT tries, done_at IS NOT NULL FROM outbox WHERE kind = 'client_update' ORDER BY outbox_id"
    return [tuple(row) for row in await app.database.run("SELECT outbox", lambda c: c.fetch(query))]


async def leave_updates(app: App, count: int) -> None:
    """Updates of as many clients, decided and not delivered."""

    async def work(connection: Connection) -> None:
        await connection.execute(
            """
            INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id, status, trace_context)
            SELECT 'e-' || n, 't', (SELECT address FROM mailboxes), n, 'c-' || n, 'settled', '{}'
            FROM generate_series(1, $1::int) AS n
            """,
            count,
        )
        await connection.executemany(
            """
            INSERT INTO outbox (email_id, tenant_id, client_id, kind, payload)
            VALUES ($1, 't', $2, 'client_update', $3)
            """,
            [(f"e-{n}", f"stranger-{n}", update_to_a_stranger(n)) for n in range(1, count + 1)],
        )

    await app.database.run("INSERT outbox", work)


def update_to_a_stranger(n: int) -> str:
    """Of a client whom MongoDB does not know: the row ends as ``missing``."""
    return ClientUpdate(
        tenant_id="t",
        client_id=f"stranger-{n}",
        creditor_id="cr-1",
        email_id=f"e-{n}",
        amount=Decimal("812.40"),
        amount_confidence=0.8,
        response_status="claim_statement",
        received_at=NOW,
        confidence=0.8,
    ).model_dump_json()


@asynccontextmanager
async def loaded(settings: Settings, world: World) -> AsyncIterator[App]:
    async with App(settings, clock=lambda: NOW, policies=POLICIES) as app:
        await load_world(app, world)
        yield app


async def test_a_pass_ends_at_an_open_circuit(cut_off: Settings, world: World, behind: Proxy) -> None:
    async with loaded(cut_off, world) as app:
        await leave_updates(app, 60)
        behind.freeze()
        behind.drop()
        assert await deliver_leftovers(app.services, app.rules) == 0
        tried = sum(tries > 0 for tries, _ in await updates(app))
        assert 0 < tried <= 4, "one by one, until the circuit opened"
        assert await deliver_leftovers(app.services, app.rules) == 0
        assert sum(tries > 0 for tries, _ in await updates(app)) <= tried + 1
        behind.thaw()


async def test_a_pass_goes_on_while_there_is_more(settings: Settings, world: World) -> None:
    async with loaded(settings, world) as app:
        await leave_updates(app, 60)
        assert await deliver_leftovers(app.services, app.rules, kind="client_update") == 60
        assert await updates(app) == [(1, True)] * 60


async def test_a_pass_takes_updates_in_batches(settings: Settings, world: World) -> None:
    async with loaded(settings, world) as app:
        await leave_updates(app, 60)
        outbox = _CountsTakes(app.services.outbox)
        services = replace(app.services, outbox=outbox)  # type: ignore[arg-type]  # a proxy
        assert await deliver_leftovers(services, app.rules, kind="client_update") == 60
        assert outbox.taken == [1, 20, 20, 19, 0], "one first, to see whether the service is there"


class _CountsTakes:
    """The outbox, with the number of rows that each look of maintenance took."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.taken: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)

    async def take_waiting(self, *, kind: str, limit: int, seconds: float) -> list[OutboxRow]:
        rows = await self._outbox.take_waiting(kind=kind, limit=limit, seconds=seconds)
        self.taken.append(len(rows))
        return rows


async def test_one_row_that_fails_alone_ends_no_pass(settings: Settings, world: World) -> None:
    """Its client changes each time while it is being written."""
    async with loaded(settings, world) as app:
        await leave_updates(app, 5)
        services = replace(app.services, clients=_FailsFor(app.services.clients, "stranger-1"))  # type: ignore[arg-type]  # a proxy
        assert await deliver_leftovers(services, app.rules, kind="client_update") == 4
        assert await updates(app) == [(1, False)] + [(1, True)] * 4


async def test_an_error_of_one_row_leaves_no_other_without_an_owner(settings: Settings, world: World) -> None:
    """PostgreSQL refuses to write down what became of one row, in a way that nobody has foreseen."""
    async with loaded(settings, world) as app:
        await leave_updates(app, 20)
        refuse = """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON outbox FOR EACH ROW
                WHEN (NEW.email_id = 'e-2' AND NEW.tries = 1 AND OLD.tries = 1) EXECUTE FUNCTION refuse()
        """
        await app.database.run("CREATE", lambda c: c.execute(refuse))
        with pytest.raises(asyncpg.RaiseError):
            await deliver_leftovers(app.services, app.rules, kind="client_update")
        before = await updates(app)
        assert [done for _, done in before] == [tries > 0 and n != 1 for n, (tries, _) in enumerate(before)]
        assert sum(done for _, done in before) == 19


class _FailsFor:
    """The clients, of whom one is in trouble."""

    def __init__(self, clients: object, client_id: str) -> None:
        self._clients = clients
        self._client_id = client_id

    def __getattr__(self, name: str) -> object:
        return getattr(self._clients, name)

    async def apply(self, update: ClientUpdate, **rest: object) -> object:
        if update.client_id == self._client_id:
            raise Outage("mongodb", "update", "the amount changed 10 times")
        return await self._clients.apply(update, **rest)  # type: ignore[attr-defined]  # a proxy


async def test_what_an_outage_put_off_is_delivered_when_it_ends(
    cut_off: Settings, world: World, behind: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long the rows would wait by themselves.
    monkeypatch.setattr("claimstream.pipeline.stages.deliver.random.uniform", lambda *_: 1000.0)
    async with working(cut_off, world, POLICIES) as app:
        behind.freeze()
        behind.drop()
        await leave_updates(app, 30)
        async with asyncio.timeout(LONG):
            while app.door.states().get("mongodb") != "open" or not any(tries for tries, _ in await updates(app)):
                if app.door.states().get("mongodb") != "open":
                    await deliver_leftovers(app.services, app.rules, kind="client_update")
                await asyncio.sleep(0.05)
        late = "SELECT count(*) FROM outbox WHERE taken_until > now() + interval '1 minute'"
        assert await app.database.run("SELECT outbox", lambda c: c.fetchval(late)) > 0
        behind.thaw()
        async with asyncio.timeout(LONG):
            while not all(done for _, done in await updates(app)):
                await asyncio.sleep(0.05)
