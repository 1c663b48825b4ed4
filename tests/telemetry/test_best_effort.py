import asyncio

import pytest
from tests.telemetry.conftest import LogLines, Start

from claimstream.telemetry.best_effort import best_effort, failures
from claimstream.telemetry.correlation import correlated


@best_effort
def divide(a: int, b: int) -> float:
    """Divides."""
    return a / b


@best_effort
async def divide_later(a: int, b: int) -> float:
    await asyncio.sleep(0)
    return a / b


async def test_what_works_is_passed_through() -> None:
    assert divide(4, 2) == 2
    assert await divide_later(4, 2) == 2
    assert divide.__doc__ == "Divides."


async def test_a_failure_is_none_counted_and_one_warning_per_email(started: Start, lines: LogLines) -> None:
    started()
    before = failures()
    for email in ("e1", "e2"):
        with correlated(email):
            assert divide(1, 0) is None
            assert divide(1, 0) is None
            assert await divide_later(1, 0) is None
    part = f"{__name__}.divide"
    assert failures()[part] - before.get(part, 0) == 4
    warnings = [line for line in lines.named("telemetry_failed") if line["part"] == part]
    assert [line["correlation_id"] for line in warnings] == ["e1", "e2"]
    assert {(line["level"], line["error"]) for line in warnings} == {("warning", "ZeroDivisionError")}


def test_a_block_swallows_its_failure_and_tells_afterwards() -> None:
    with best_effort("report") as attempt:
        raise ValueError
    assert attempt.failed
    with best_effort("report") as attempt:
        pass
    assert not attempt.failed


async def test_cancellation_passes() -> None:
    async def cancelled() -> None:
        with best_effort("report"):
            await asyncio.sleep(3600)

    task = asyncio.create_task(cancelled())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
