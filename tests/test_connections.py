"""Clients as the settings say, on the real servers."""

import asyncio

from claimstream.connections import make_database
from claimstream.external.door import Door
from claimstream.settings import Settings


async def test_a_process_opens_no_more_connections_than_it_may(settings: Settings) -> None:
    door = Door()
    database = make_database(settings.model_copy(update={"database_connections": 2}), door)
    await database.open()
    mine = """
        SELECT count(*), pg_sleep(0.05) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend'
    """
    counts = await asyncio.gather(
        *(database.run("SELECT", lambda c: c.fetchval(mine), transaction=False) for _ in range(8))
    )
    await database.close()
    await door.close()
    assert max(counts) == 2
