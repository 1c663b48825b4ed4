"""Workers of the chaos suite in the folder and the shell of an installation."""

import asyncio
import random
from pathlib import Path

import pytest
from bench.chaos.workers import Workers
from tests.helpers import LONG


async def test_workers_have_nothing_of_the_shell_and_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SENTRY_DSN", "nonsense")
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    (tmp_path / ".env").write_text("BREAKER_REDIS_URL=nonsense\n")
    logs = tmp_path / "logs"
    logs.mkdir()
    workers = Workers(1, {}, logs, random.Random(1))
    await workers.start()
    try:
        async with asyncio.timeout(LONG):
            while "worker_failed" not in (said := (logs / "worker-001.jsonl").read_text()):
                await asyncio.sleep(0.05)
    finally:
        await workers.drain()
    assert "DATABASE_URL: not set" in said
    assert "nonsense" not in said
    assert "BREAKER_REDIS_URL" not in said
