"""Money for questions is set aside before they are asked, by many workers at once."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from tests.helpers import add_email

from claimstream.app import App
from claimstream.domain.records.work import Checkpoint, Claimed, Email, Reserved, TokenUse
from claimstream.domain.records.world import World
from claimstream.settings import Settings
from claimstream.store.database import Connection
from claimstream.store.emails import EmailStore
from claimstream.store.ledger import Ledger, end_reservation

COST = Decimal("0.30")
BUDGET = Decimal("1.00")


async def claimed(app: App, world: World) -> Email:
    found = await EmailStore(app.database).claim(await add_email(app, world), worker="one", seconds=60)
    assert isinstance(found, Claimed)
    return found.email


async def reserve(ledger: Ledger, email: Email, operation: str, seconds: float = 60.0) -> Reserved:
    return await ledger.reserve(email, operation, cost_usd=COST, budget_usd=BUDGET, seconds=seconds)


async def test_of_many_workers_at_once_only_so_many_pass_as_can_be_paid(
    app: App, settings: Settings, world: World
) -> None:
    email = await claimed(app, world)
    async with App(settings) as another:
        ledgers = [Ledger(app.database), Ledger(another.database)]
        answers = await asyncio.gather(*(reserve(ledgers[n % 2], email, f"extract/{n}") for n in range(40)))
    assert answers.count(Reserved.DONE) == 3
    assert answers.count(Reserved.BUSY) == 37


async def test_the_real_cost_takes_the_place_of_what_was_reserved(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)
    for n in range(3):
        assert await reserve(ledger, email, f"extract/{n}") is Reserved.DONE
    use = TokenUse("m", "extract", 1, 0, 0, 1, Decimal("0.01"))
    await app.emails.checkpoint(
        email, Checkpoint("model/extract/0", "{}", seconds=0.1, tokens=use, ends_reservation="extract/0")
    )
    assert await ledger.spent_today_usd("t") == Decimal("0.01")
    assert await reserve(ledger, email, "extract/3") is Reserved.DONE
    assert await reserve(ledger, email, "extract/4") is Reserved.BUSY


async def test_a_question_that_cost_nothing_gives_its_money_back(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)
    for n in range(3):
        await reserve(ledger, email, f"extract/{n}")
    await ledger.release(email, "extract/1")
    assert await reserve(ledger, email, "extract/3") is Reserved.DONE


async def test_a_dead_workers_reservation_lapses_but_not_early(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)
    other = await claimed(app, world)
    for n in range(3):
        assert await reserve(ledger, email, f"extract/{n}", seconds=-1) is Reserved.DONE
    assert await reserve(ledger, other, "extract/0") is Reserved.BUSY, "its worker is alive"
    await app.emails.release(email)
    for n in range(3):
        assert await reserve(ledger, other, f"extract/{n}") is Reserved.DONE
    await app.emails.release(other)
    assert await reserve(ledger, other, "extract/3") is Reserved.BUSY, "it may still be billed"


async def test_all_attempts_at_a_question_count_as_one(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)
    again, other = replace(email, attempt=email.attempt + 1), await claimed(app, world)
    for attempt in (email, again):
        for n in range(3):
            assert await reserve(ledger, attempt, f"extract/{n}") is Reserved.DONE
    assert await reserve(ledger, other, "extract/0") is Reserved.BUSY
    use = TokenUse("m", "extract", 1, 0, 0, 1, Decimal("0.01"))
    await app.emails.checkpoint(
        email, Checkpoint("model/extract/0", "{}", seconds=0.1, tokens=use, ends_reservation="extract/0")
    )
    assert await reserve(ledger, other, "extract/0") is Reserved.BUSY, "a later attempt is under way"
    await app.database.run("DELETE token_reservations", lambda c: end_reservation(c, again, "extract/0"))
    assert await reserve(ledger, other, "extract/0") is Reserved.DONE


async def test_an_attempt_that_cost_nothing_leaves_the_one_before(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)
    again, other = replace(email, attempt=email.attempt + 1), await claimed(app, world)
    for n in range(3):
        assert await reserve(ledger, email, f"extract/{n}") is Reserved.DONE
    assert await reserve(ledger, again, "extract/0") is Reserved.DONE
    await ledger.release(again, "extract/0")
    assert await reserve(ledger, other, "extract/0") is Reserved.BUSY, "it may yet be billed"


async def test_what_the_release_before_has_booked_counts(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)
    use = TokenUse("m", "extract", 1, 0, 0, 1, Decimal("0.80"))
    await app.emails.checkpoint(email, Checkpoint("model/extract/0", "{}", seconds=0.1, tokens=use))
    assert await reserve(ledger, email, "extract/1") is Reserved.SPENT


async def test_tenants_have_a_budget_each(app: App, world: World) -> None:
    email, ledger = await claimed(app, world), Ledger(app.database)

    async def other(connection: Connection) -> None:
        await connection.execute(
            """
            INSERT INTO token_reservations
            SELECT $1, 1, 'x', tenant_id, 5, now() + interval '1 hour' FROM tenants WHERE tenant_id <> 't'
            """,
            email.email_id,
        )

    await app.database.run("INSERT token_reservations", other)
    assert await reserve(ledger, email, "extract/0") is Reserved.DONE
