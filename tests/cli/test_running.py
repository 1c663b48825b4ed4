"""The features that every command has."""

import asyncio
import sys

from tests.helpers import LONG, bare_environment

_LOGS = """
from claimstream.cli.running import run
from claimstream.telemetry.logs import get_logger

async def work():
    log = get_logger("claimstream.anything")
    log.warning("retried", attempt=2)
    log.error("failed_unexpectedly", service="gcs")
    print("the result")

run(work())
"""


async def test_the_log_of_a_command_is_read_by_a_person() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _LOGS),
        env=bare_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), LONG)
    (line,) = err.decode().splitlines()
    assert out == b"the result\n"
    assert "failed_unexpectedly" in line
    assert "service=gcs" in line
    assert "{" not in line
