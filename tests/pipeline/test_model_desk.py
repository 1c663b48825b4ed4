"""What was paid for and lost is in the ledger and in the report, and paid for no more than that."""

from collections.abc import Callable

import pytest
from tests.pipeline.test_runner import PROSE, arrive, calm, make_runner, report_of, settle

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Wait

Reply = Callable[..., bytes]
__all__ = ["calm"]


@pytest.mark.parametrize("attempts", [1, 2])
async def test_an_answer_that_broke_off_is_booked_for_each_attempt(
    app: App, stack: LocalStack, world: World, reply: Reply, attempts: int
) -> None:
    assert stack.claude is not None
    runner = make_runner(app, app.services)
    email_id = await arrive(app, stack, world, reply(PROSE))
    stack.claude.faults.break_off()
    spent = []
    for _ in range(attempts):
        assert isinstance(await runner.process(email_id), Wait)
        spent.append(await app.services.ledger.spent_today_usd("t"))
    assert sorted(set(spent)) == spent, "more each time"
    assert spent[0] > 0
    stack.claude.faults.clear()
    await settle(app, runner, email_id)
    calls = (await report_of(app, email_id)).model_calls
    assert [call.operation for call in calls].count("classify") == attempts + 1
    booked = await app.services.ledger.spent_today_usd("t")
    assert float(booked) == pytest.approx(float(sum(call.cost_usd for call in calls)), abs=1e-6 * len(calls))
