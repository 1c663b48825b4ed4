"""What an email waited for is kept with it, whichever worker it met."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from tests.helpers import NOW, add_email

from claimstream.app import App
from claimstream.domain.records.work import Checkpoint, Claimed, Email, Waited
from claimstream.domain.records.world import World


def wait(service: str = "gmail", kind: str = "outage", *, hours: int = 0, seconds: float = 10.0) -> Waited:
    when = NOW + timedelta(hours=hours)
    return Waited(service=service, kind=kind, count=1, first_at=when, last_at=when, seconds=seconds)


async def claim(app: App, email_id: str, worker: str = "one") -> Claimed:
    claimed = await app.emails.claim(email_id, worker=worker, seconds=60)
    assert isinstance(claimed, Claimed)
    return claimed


async def released(app: App, email_id: str, *waits: Waited) -> Email:
    email = (await claim(app, email_id)).email
    await app.emails.release(email, waits)
    return email


async def age(app: App, email_id: str, seconds: float) -> None:
    """Let it have waited for ``seconds`` more."""
    await app.database.run(
        "UPDATE",
        lambda c: c.execute(
            "UPDATE waits SET since = since - $2::interval WHERE email_id = $1", email_id, timedelta(seconds=seconds)
        ),
    )


def told(waits: Sequence[Waited]) -> list[tuple[str, str, int, int]]:
    return [(w.service, w.kind, w.count, round(w.seconds)) for w in waits]


async def test_waits_of_one_kind_for_one_service_are_one_record_for_whoever_claims_next(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    for hour in range(24):
        await released(app, email_id, wait(hours=hour))
    await released(app, email_id, wait(kind="breaker_open", seconds=1))
    waits = (await claim(app, email_id, "two")).waits
    assert told(waits) == [("gmail", "breaker_open", 1, 1), ("gmail", "outage", 24, 240)]
    assert (waits[1].first_at, waits[1].last_at) == (NOW, NOW + timedelta(hours=23))


async def test_a_wait_lasts_until_the_email_is_claimed_again(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    await released(app, email_id, wait("gcs"), wait("gmail"))
    await age(app, email_id, 100)
    assert told(await app.emails.waits(email_id)) == [("gcs", "outage", 1, 10), ("gmail", "outage", 1, 110)]
    claimed = await claim(app, email_id)
    await age(app, email_id, 1000)
    assert told(claimed.waits) == told(await app.emails.waits(email_id))
    assert told(claimed.waits)[1] == ("gmail", "outage", 1, 110)


async def test_a_release_that_is_repeated_waits_once(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    email = await released(app, email_id, wait())
    await app.emails.release(email, [wait()])
    assert told(await app.emails.waits(email_id)) == [("gmail", "outage", 1, 10)]


async def test_who_has_lost_the_claim_adds_no_wait(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    lost = await app.emails.claim(email_id, worker="one", seconds=0.001)
    assert isinstance(lost, Claimed)
    await asyncio.sleep(0.01)
    await claim(app, email_id, "two")
    await app.emails.release(lost.email, [wait()])
    assert await app.emails.waits(email_id) == ()


async def test_a_claim_knows_which_attempt_finished_each_stage(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    for stage in ("fetch", "parse"):
        email = (await claim(app, email_id)).email
        await app.emails.checkpoint(email, Checkpoint(stage, "{}", seconds=0.1))
        await app.emails.release(email)
    assert (await claim(app, email_id)).attempts == {"fetch": 1, "parse": 2}
