"""A command in a process of its own."""

import asyncio
import os
import pty
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import LONG, NO_ENV_FILE, bare_environment


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str


async def claimstream(
    *words: str, environment: dict[str, str], seconds: float = LONG, folder: Path | None = None
) -> Ended:
    """Run a command where no setting but the given ones is in force; in ``folder``, whose ``.env`` is then read."""
    process = await begun(*words, environment=environment, folder=folder)
    return await ended(process, seconds)


async def begun(*words: str, environment: dict[str, str], folder: Path | None = None) -> asyncio.subprocess.Process:
    """As :func:`claimstream`, and it goes on."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "claimstream", *words),
        env=bare_environment() | environment,
        cwd=folder or NO_ENV_FILE,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process, seconds: float = LONG) -> Ended:
    out, err = await asyncio.wait_for(process.communicate(), seconds)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def at_terminal(*words: str, environment: dict[str, str], answer: str) -> tuple[int, str]:
    """Run a command before a person who answers its question. Returns its status and what it said on the terminal."""
    person, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "claimstream", *words),
        env=bare_environment() | environment,
        cwd=NO_ENV_FILE,
        stdin=terminal,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=terminal,
    )
    os.close(terminal)
    os.write(person, f"{answer}\n".encode())
    said = await asyncio.to_thread(_all_of, person)
    return await asyncio.wait_for(process.wait(), LONG), said


def _all_of(terminal: int) -> str:
    said = b""
    try:
        while part := os.read(terminal, 4096):
            said += part
    except OSError:  # the other side has closed it
        pass
    os.close(terminal)
    return said.decode()
