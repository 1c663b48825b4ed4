"""Who has a row of the outbox, on a real PostgreSQL."""

import asyncio

from tests.helpers import add_email
from tests.store.test_emails import claim, result_of

from claimstream.app import App
from claimstream.domain.records.world import World


async def test_a_row_that_lapsed_is_the_next_takers_and_no_longer_held_by_the_first(app: App, world: World) -> None:
    claimed = await claim(app, await add_email(app, world))
    await app.emails.settle(claimed.email, result_of(claimed.email))
    outbox = app.services.outbox
    first = await outbox.take(kind="client_update", seconds=0.001)
    assert first is not None
    await asyncio.sleep(0.01)
    second = await outbox.take(kind="client_update")
    assert second is not None
    assert (second.outbox_id, second.tries) == (first.outbox_id, 2)
    assert not await outbox.hold(first, seconds=60)
    assert await outbox.hold(second, seconds=60)
