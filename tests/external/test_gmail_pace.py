import asyncio
import time

import pytest
from tests.external.conftest import Entrance
from tests.helpers import LONG

from claimstream.external.errors import Throttled
from claimstream.external.gmail import Gmail, GmailOptions
from claimstream.external.gmail_credentials import StaticToken
from claimstream.external.gmail_pace import GmailPace
from claimstream.local.gmail.server import GmailServer


async def _nowhere(topic: str, data: bytes) -> None:
    del topic, data


def pace_of(user: float = 0, project: float = 0) -> GmailPace:
    return GmailPace(user_units_per_minute=user, project_units_per_minute=project)


async def test_a_call_waits_for_its_units() -> None:
    now = 0.0
    pace = GmailPace(user_units_per_minute=24_000, project_units_per_minute=0, clock=lambda: now)
    # Six thousand at once, then 300 a second; one call takes 100.
    assert [await pace.turn("a", "watch") for _ in range(60)] == [0.0] * 60
    later = asyncio.create_task(pace.turn("a", "watch"))
    await asyncio.sleep(0)
    assert await pace.turn("b", "watch") == 0.0
    assert not later.done()
    now = 0.5
    async with asyncio.timeout(LONG):
        assert await later == 0.5
    pace.close()


async def test_who_is_cancelled_leaves_the_line() -> None:
    now = 0.0
    pace = GmailPace(user_units_per_minute=2400, project_units_per_minute=0, clock=lambda: now)
    pace.throttled("a")
    waiting = [asyncio.create_task(pace.turn("a", "messages.get")) for _ in range(2)]
    await asyncio.sleep(0)  # both stand in line
    waiting[0].cancel()
    now = 0.7  # 30 a second: enough for the 20 of one call
    async with asyncio.timeout(LONG):
        assert await waiting[1] == 0.7, "as if the other had never asked"
    assert waiting[0].cancelled()
    pace.close()


async def test_as_many_emails_are_given_out_as_can_be_fetched() -> None:
    now = 0.0
    pace = GmailPace(user_units_per_minute=6000, project_units_per_minute=0, clock=lambda: now)
    assert pace.fetches("a", 500) == 75
    assert pace.fetches("a", 500) == 0
    assert pace.fetches("b", 10) == 10
    now = 10.0
    assert pace.fetches("a", 500) in {37, 38}
    assert pace_of().fetches("a", 500) == 500


async def test_gmail_that_throttles_all_the_same_is_left_alone_for_a_while(entrance: Entrance) -> None:
    async with GmailServer(publish=_nowhere) as server:
        gmail = Gmail(
            entrance.door, StaticToken(server.token), GmailOptions(server.base_url), pace=pace_of(user=240_000)
        )
        server.faults.fail(403, reason="userRateLimitExceeded")
        with pytest.raises(Throttled):
            await gmail.profile("a@kanzlei.example")
        server.faults.clear()
        began = time.monotonic()
        with entrance.telemetry.tracer.start_as_current_span("work"):
            await gmail.watch("a@kanzlei.example", "projects/p/topics/t")
        await gmail.close()
        assert time.monotonic() - began > 0.02
