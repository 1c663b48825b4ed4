"""``make demo`` as a person at a terminal ends it."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from tests.helpers import LONG

PROJECT = Path(__file__).resolve().parents[2]
DEMO = "#!/bin/sh\ntrap 'exit %s' INT\necho running\nwhile :; do sleep 0.05; done\n"


@pytest.mark.parametrize(("status", "complains"), [(130, False), (2, True)])
async def test_ctrl_c_is_no_error_of_make(tmp_path: Path, status: int, complains: bool) -> None:
    (tmp_path / "bin").mkdir()
    demo = tmp_path / "bin" / "claimstream"
    demo.write_text(DEMO % status)
    demo.chmod(0o755)
    (tmp_path / ".installed").touch()
    make = await asyncio.create_subprocess_exec(
        *("make", "demo", f"VENV={tmp_path}"),
        cwd=PROJECT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},  # of `make test`
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert make.stdout is not None
    assert await make.stdout.readline() == b"running\n"
    os.killpg(make.pid, signal.SIGINT)  # to all of them at once, as a terminal does
    said, _ = await asyncio.wait_for(make.communicate(), LONG)
    assert (b"Error" in said) is complains, said
