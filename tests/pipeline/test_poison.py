"""Outbox rows that no worker can ever deliver: somebody hears of each, and nothing is held up for ever."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers import summary_of
from tests.pipeline.test_runner import arrive, make_runner

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.telemetry import metrics, sentry

Reply = Callable[..., bytes]


@pytest.mark.parametrize(
    ("kind", "ends"), [("client_update", ("review", "extraction_error")), ("notification", ("updated", None))]
)
async def test_a_row_that_cannot_be_read_is_set_aside_and_told_of_in_log_metrics_and_sentry(
    app: App,
    stack: LocalStack,
    world: World,
    reply: Reply,
    kind: str,
    ends: tuple[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    counted: list[tuple[str | None, str]] = []
    told: list[dict[str, Any]] = []

    def count(error: BaseException, *, stage: str | None = None, error_class: str = "unexpected") -> None:
        counted.append((stage, error_class))

    monkeypatch.setattr(metrics, "error_occurred", count)
    monkeypatch.setattr(sentry, "tell", lambda text, **tags: told.append({"text": text, **tags}))
    email_id = await arrive(app, stack, world, reply())
    without = replace(app.services, outbox=_Empty(app.services.outbox))  # type: ignore[arg-type]  # a proxy
    await make_runner(app, without).process(email_id)
    if kind == "notification":
        await deliver_leftovers(app.services, app.rules, kind="client_update")
    counted.clear()
    poison = "UPDATE outbox SET payload = payload || '{\"unknown\": 1}' WHERE kind = $1"
    await app.database.run("UPDATE", lambda c: c.execute(poison, kind))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            await app.database.run("UPDATE", lambda c: c.execute("UPDATE outbox SET taken_until = NULL"))
            await deliver_leftovers(app.services, app.rules)
    summary = await summary_of(app, email_id)
    assert (summary.outcome, summary.review_reason, summary.delivered) == (*ends, True)
    assert counted == [("deliver", "unexpected")] * 3, "what ClaimstreamUnexpectedErrors counts"
    assert [(one["level"], one["kind"]) for one in told] == [("error", kind)]
    assert "delivery_set_aside" in caplog.text
    assert "'defects': 3" in caplog.text
    open_items = "SELECT count(*) FROM review_items WHERE email_id = $1 AND status = 'open'"
    items = await app.database.run("SELECT", lambda c: c.fetchval(open_items, email_id))
    assert items == (1 if kind == "client_update" else 0), "the update stands: there is nothing to decide"


class _Empty:
    """The outbox, as it looks to a worker that dies before it comes to delivering."""

    def __init__(self, outbox: object) -> None:
        self._outbox = outbox

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)

    async def take(self, **_: object) -> None:
        return None
