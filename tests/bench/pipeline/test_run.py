"""The machinery of the benchmark, with a handful of mails; what it takes is not looked at."""

from dataclasses import replace
from io import StringIO

import pytest
from bench.pipeline.delays import ModelDelay
from bench.pipeline.plan import QUICK
from bench.pipeline.progress import Progress
from bench.pipeline.results import Found
from bench.pipeline.run import measure
from rich.console import Console

from bench.pipeline import report

TINY = replace(
    QUICK,
    slow_model=ModelDelay(0.2),
    slow_in_flight=5,
    slow_waves=3,
    own_rounds=1,
    memory_emails=10,
    memory_points=2,
)


@pytest.mark.timeout(1200)
async def test_cells_are_measured_and_printed() -> None:
    console = Console(file=StringIO(), width=140)
    found = Found()
    cells = ["own-cpu", "slow-day", "memory"]
    await measure(cells, TINY, found, Progress(console), threads_python=None, budget_seconds=600)
    assert found.own_cpu is not None
    assert found.slow_day is not None
    assert found.memory is not None
    assert 1.0 < found.slow_day.model_calls_per_email <= 2.0, "extracted, and most classified before"
    assert found.own_cpu.worker_ms > found.own_cpu.bare_ms > 0.0
    assert found.own_cpu.calls_per_email["upload"] >= 1.0
    assert [emails for emails, _ in found.memory.points] == [5, 10]
    report.show(console, found)
    printed = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "the same calls bare" in printed
    assert "not judged: too small a run" in printed
