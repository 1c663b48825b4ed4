"""PostgreSQL behind a pooler, with Debian's PgBouncer."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr
from tests.pgbouncer import PgBouncer, requires

from claimstream.connections import make_database
from claimstream.external.door import Door
from claimstream.external.errors import Unauthorised
from claimstream.settings import Settings
from claimstream.store.database import Pooler
from claimstream.store.pooling import Pooling

pytestmark = [pytest.mark.system("pgbouncer"), requires("pgbouncer")]

Reply = Callable[..., bytes]


def dsn_of(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


def through(settings: Settings, dsn: str, pooler: Pooler) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(dsn), "database_pooler": pooler})


async def test_the_pooling_is_found_from_outside(settings: Settings) -> None:
    dsn = dsn_of(settings)
    found = []
    async with PgBouncer(dsn, "session") as session, PgBouncer(dsn, "transaction") as transaction:
        for url in (dsn, session.dsn, transaction.dsn):
            door = Door()
            database = make_database(through(settings, url, "transaction"), door)
            await database.open()
            found.append(await database.pooling())
            await database.close()
            await door.close()
    assert found == [Pooling.DIRECT, Pooling.SESSION, Pooling.TRANSACTION]


async def test_a_pooler_that_loses_statements_is_refused(settings: Settings) -> None:
    door = Door()
    async with PgBouncer(dsn_of(settings), "transaction") as pooler:
        database = make_database(through(settings, pooler.dsn, "session"), door)
        with pytest.raises(Unauthorised, match="DATABASE_POOLER=transaction"):
            await database.open()
        await database.close()
    await door.close()
