"""Commands that tests run: in a checkout whose ``.env`` and shell name a real installation."""

from pathlib import Path

import pytest
from tests.cli.process import claimstream


async def test_a_command_of_a_test_reaches_nothing_real(
    monkeypatch: pytest.MonkeyPatch, home: dict[str, str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    (tmp_path / ".env").write_text("DATABASE_URL=nonsense\n")
    ended = await claimstream("emails", environment=home)
    assert (ended.status, "DATABASE_URL: not set" in ended.err) == (2, True), ended.err
