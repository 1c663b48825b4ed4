"""How often an email has failed while others succeeded, by the database's clock."""

from dataclasses import replace

from tests.helpers import add_email

from claimstream.app import App
from claimstream.domain.records.work import FailedAlone
from claimstream.domain.records.world import World
from claimstream.domain.rules.alone import fails_alone

AGED = "UPDATE failures SET last_at = last_at - interval '10 minutes', first_at = first_at - interval '10 minutes'"


async def fail(app: App, email_id: str, *others_seconds_ago: float, operation: str = "classify") -> FailedAlone:
    await app.database.run("UPDATE", lambda c: c.execute(AGED))
    return await app.emails.failed(email_id, "anthropic", operation, others_seconds_ago)


async def test_a_failure_counts_where_others_have_succeeded_since_the_last(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    assert (await fail(app, email_id, 5.0)).others == 0, "nothing is known of before"
    second = await fail(app, email_id, 30.0, 90.0, 700.0)
    assert (second.count, second.others) == (2, 2)
    during_an_outage = await fail(app, email_id, 630.0)
    assert (during_an_outage.count, during_an_outage.others) == (2, 2)
    assert 1200 <= during_an_outage.seconds < 1300


async def test_operations_and_emails_are_counted_apart(app: App, world: World) -> None:
    one, other = await add_email(app, world), await add_email(app, world)
    await fail(app, one, 1.0)
    assert (await fail(app, one, 1.0, operation="extract")).count == 1
    assert (await fail(app, other, 1.0)).count == 1


async def test_five_failures_over_an_hour_beside_five_others_are_its_own(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    judged = [fails_alone(await fail(app, email_id, 60.0, 61.0)) for _ in range(8)]
    assert judged == [False] * 6 + [True] * 2, "the seventh comes an hour after the first"
    alone = FailedAlone(count=5, others=5, seconds=3600.0, counts=True)
    assert fails_alone(alone)
    for less in (
        replace(alone, count=4),
        replace(alone, others=4),
        replace(alone, seconds=3599.0),
        replace(alone, counts=False),
    ):
        assert not fails_alone(less)


async def test_the_first_failure_of_an_outage_condemns_no_email(app: App, world: World) -> None:
    email_id = await add_email(app, world)
    for _ in range(6):
        await fail(app, email_id, 60.0)
    assert not fails_alone(await fail(app, email_id, 700.0)), "for the others it worked before its last failure only"
    assert fails_alone(await fail(app, email_id, 60.0))
