"""Who has a row of the outbox, and what it costs to find it, on a real PostgreSQL."""

from collections.abc import AsyncIterator

import pytest
from tests.helpers import add_email
from tests.store.test_emails import claim, result_of

from claimstream.app import App
from claimstream.domain.records.work import OutboxRow
from claimstream.domain.records.world import World
from claimstream.external.door import Door
from claimstream.external.postgres_errors import SERVICE, classify
from claimstream.settings import Settings
from claimstream.store.backlog import BacklogStore
from claimstream.store.database import Connection, Database
from claimstream.store.emails import EmailStore
from claimstream.store.outbox import OutboxStore
from claimstream.store.runs import RunStore

DONE = 100_000
"""Emails whose update and notification were delivered long ago."""
WAITING = 1000


async def wait_in_the_outbox(app: App, world: World) -> None:
    claimed = await claim(app, await add_email(app, world))
    await app.emails.settle(claimed.email, result_of(claimed.email))


async def first_update(outbox: OutboxStore, seconds: float = 60) -> OutboxRow:
    [row] = await outbox.take_waiting(kind="client_update", limit=1, seconds=seconds)
    return row


async def test_a_lapsed_row_is_the_next_takers(app: App, world: World) -> None:
    await wait_in_the_outbox(app, world)
    outbox = OutboxStore(app.database)
    first = await first_update(outbox, seconds=0.0)
    second = await first_update(outbox)
    assert (second.outbox_id, second.tries) == (first.outbox_id, 2)
    assert not await outbox.hold(first, seconds=60)
    assert await outbox.hold(second, seconds=60)


async def test_an_outage_that_ends_makes_its_rows_due(app: App, world: World) -> None:
    await wait_in_the_outbox(app, world)
    outbox = OutboxStore(app.database)
    row = await first_update(outbox)
    await outbox.failed(row, "Outage", retry_in_seconds=600, by_outage=True)
    assert await outbox.take_waiting(kind="client_update", limit=1) == []
    assert await outbox.outage_ended(kind="notification") == 0
    assert await outbox.outage_ended(kind="client_update") == 1
    assert (await first_update(outbox)).outbox_id == row.outbox_id


@pytest.mark.parametrize("why", ["defect", "newer version", "taken since"])
async def test_an_outage_that_ends_frees_no_other_row(app: App, world: World, why: str) -> None:
    await wait_in_the_outbox(app, world)
    outbox = OutboxStore(app.database)
    row = await first_update(outbox)
    if why == "defect":
        await outbox.failed_by_defect(row, "ValueError", retry_in_seconds=600)
    elif why == "newer version":
        await outbox.failed(row, "payload of version 9", retry_in_seconds=30)
    else:
        await outbox.failed(row, "Outage", retry_in_seconds=0, by_outage=True)
        # As the release before takes it: it knows nothing of the mark that the outage has left.
        sql = "UPDATE outbox SET taken_until = now() + interval '1 h', tries = tries + 1 WHERE outbox_id = $1"
        await app.database.run("UPDATE outbox", lambda c: c.execute(sql, row.outbox_id))
    assert await outbox.outage_ended(kind="client_update") == 0


# --- what a look costs

_EMAILS = """
    INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id, status, settled_at, trace_context)
    SELECT $1 || n, 't', (SELECT address FROM mailboxes), $1 || n, $1 || n, 'settled', now(), '{}'
    FROM generate_series(1, $2::int) AS n
"""
_ROWS = """
    INSERT INTO outbox (email_id, tenant_id, client_id, kind, payload, done_at)
    SELECT $1 || n, 't', 'c-' || n % $3, kind, '{}', CASE WHEN $4 THEN now() END
    FROM generate_series(1, $2::int) AS n, unnest(ARRAY['client_update', 'notification']) AS kind
"""


class Costs:
    """A session of its own, and how many rows of the outbox were read."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def fill(self, *, done: int, waiting: int, clients: int = 500) -> None:
        async def work(connection: Connection) -> None:
            await connection.execute("SET LOCAL session_replication_role = replica")  # without foreign keys: faster
            for prefix, count, is_done in (("done-", done, True), (f"waiting-{clients}-", waiting, False)):
                await connection.execute(_EMAILS, prefix, count)
                await connection.execute(_ROWS, prefix, count, clients, is_done)

        await self.database.run("INSERT outbox", work)

    async def analyse(self) -> None:
        await self.database.run("ANALYZE outbox", lambda c: c.execute("ANALYZE outbox, emails"), transaction=False)

    async def read(self) -> int:
        async def work(connection: Connection) -> int:
            await connection.execute("SELECT pg_stat_force_next_flush()")
            await connection.execute("SELECT 1")  # the counts of what came before are written down at its end
            found = await connection.fetchval(
                """
                SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'outbox')
                     + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'outbox')
                """
            )
            return int(found)

        return await self.database.run("SELECT pg_stat_user_tables", work, transaction=False)


@pytest.fixture
async def costs(app: App, settings: Settings) -> AsyncIterator[Costs]:
    assert settings.database_url is not None
    door = Door()
    call = door.service(SERVICE, classify, unknown_is_outage=False).call
    database = Database(settings.database_url.get_secret_value(), call=call, max_connections=1)
    await database.open()
    # What the test has done is counted, and nothing else.
    await database.run("ALTER", lambda c: c.execute("ALTER TABLE outbox SET (autovacuum_enabled = false)"))
    yield Costs(database)
    await database.close()
    await door.close()


@pytest.mark.parametrize("statistics", ["none", "as nothing waited", "as all of it waited", "fresh"])
async def test_a_look_does_not_walk_what_is_done(costs: Costs, statistics: str) -> None:
    if statistics == "as nothing waited":
        await costs.fill(done=DONE, waiting=0)
        await costs.analyse()
        await costs.fill(done=0, waiting=WAITING)
    elif statistics == "as all of it waited":
        await costs.fill(done=0, waiting=100, clients=1)
        await costs.analyse()
        await costs.fill(done=DONE, waiting=WAITING)
    else:
        await costs.fill(done=DONE, waiting=WAITING)
    if statistics == "fresh":
        await costs.analyse()
    outbox, runs = OutboxStore(costs.database), RunStore(costs.database)
    before = await costs.read()
    rows = await outbox.take_waiting(kind="client_update", limit=20)
    last = rows[-1]
    for _ in range(7):  # from the sixth time on PostgreSQL may take a plan for any argument
        await outbox.take(email_id=last.email_id)
    assert await costs.read() - before < WAITING
    await outbox.failed(last, "Outage", retry_in_seconds=600, by_outage=True)
    await outbox.outage_ended(kind="client_update")
    for _ in range(7):
        await outbox.take_behind(last, kind="client_update")
        await outbox.take_waiting(kind="notification", limit=1)  # all wait for their updates
        await BacklogStore(costs.database).read()
        await EmailStore(costs.database).find(last.email_id)
        await runs.of([last.email_id])
    assert await costs.read() - before < DONE


async def test_the_rows_taken_together_are_the_oldest_of_their_clients(costs: Costs) -> None:
    await costs.fill(done=0, waiting=40, clients=10)
    outbox = OutboxStore(costs.database)
    rows = await outbox.take_waiting(kind="client_update", limit=20)
    assert [row.email_id for row in rows] == [f"waiting-10-{n}" for n in range(1, 11)], "one of each client"
    assert await outbox.take_waiting(kind="client_update", limit=20) == []
    assert await outbox.take_waiting(kind="notification", limit=20) == [], "each waits for its own update"
    behind = await outbox.take_behind(rows[0], kind="client_update")
    assert behind is None, "the first one is not done"
