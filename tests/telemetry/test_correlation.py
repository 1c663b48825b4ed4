import asyncio

import pytest
from opentelemetry import baggage

from claimstream.telemetry import correlation
from claimstream.telemetry.correlation import correlated, new_correlation_id


def test_ids_are_hexadecimal_and_never_the_same() -> None:
    ids = {new_correlation_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in ids)


def test_outside_of_any_email_nothing_is_known() -> None:
    assert correlation.current() == correlation.NOBODY
    assert correlation.correlation_id() is None
    assert correlation.stage() is None


def test_an_inner_block_inherits_what_it_does_not_say() -> None:
    with correlated("c1", tenant_id="nord"):
        with correlated(email_id="e1"):
            assert correlation.current() == correlation.Correlation("c1", "e1", "nord")
        assert correlation.email_id() is None
        assert correlation.tenant_id() == "nord"
    assert correlation.current() == correlation.NOBODY


def test_the_ids_are_in_the_baggage_while_the_block_lasts() -> None:
    with correlated("c1", email_id="e1"):
        assert baggage.get_baggage(correlation.CORRELATION_ID) == "c1"
        assert baggage.get_baggage(correlation.EMAIL_ID) == "e1"
    assert baggage.get_all() == {}


def test_an_error_leaves_the_block_as_it_came() -> None:
    with pytest.raises(RuntimeError), correlated("c1"):
        raise RuntimeError
    assert correlation.correlation_id() is None


async def test_tasks_started_inside_carry_the_ids_and_their_own_changes_stay_theirs() -> None:
    async def child() -> str | None:
        with correlated(email_id="child"):
            await asyncio.sleep(0)
            return correlation.email_id()

    with correlated("c1", email_id="parent"):
        assert await asyncio.create_task(child()) == "child"
        assert correlation.email_id() == "parent"


async def test_two_hundred_interleaved_tasks_each_see_only_their_own_id() -> None:
    arrived = 0
    everybody = asyncio.Event()

    async def one(mine: str) -> list[str | None]:
        nonlocal arrived
        with correlated(mine):
            arrived += 1
            if arrived == 200:
                everybody.set()
            await everybody.wait()
            seen = [correlation.correlation_id()]
            await asyncio.sleep(0)
            return [*seen, correlation.correlation_id()]

    results = await asyncio.gather(*(one(str(i)) for i in range(200)))
    assert results == [[str(i), str(i)] for i in range(200)]
