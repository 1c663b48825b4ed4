"""A command in a process of its own."""

import asyncio
import atexit
import contextlib
import functools
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cli import libraries
from tests.cli.libraries import NUMBER, READ_AT_IMPORT, Wanted
from tests.helpers import LONG, NO_ENV_FILE, bare_environment

from claimstream.settings import Settings


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str


async def claimstream(
    *words: str, environment: dict[str, str], seconds: float = LONG, folder: Path | None = None
) -> Ended:
    """Run a command where no setting but the given ones is in force; in ``folder``, whose ``.env`` is then read."""
    others = [name for name in environment if name.lower() not in Settings.model_fields]
    if not any(name.startswith(READ_AT_IMPORT) for name in others):
        return await asyncio.wait_for(_forked(words, environment, folder or Path(NO_ENV_FILE)), seconds)
    process = await begun(*words, environment=environment, folder=folder)
    return await ended(process, seconds)


async def _forked(words: Sequence[str], environment: dict[str, str], folder: Path) -> Ended:
    wanted = Wanted(words=words, folder=str(folder), environment=bare_environment() | environment)
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, contextlib.ExitStack() as stack:
        reply, far_end = (stack.enter_context(one) for one in socket.socketpair())
        reply.setblocking(False)
        descriptors = [out.fileno(), err.fileno(), far_end.fileno()]
        socket.send_fds(_libraries(), [json.dumps(wanted).encode()], descriptors)
        far_end.close()
        (process_id,) = NUMBER.unpack(await loop.sock_recv(reply, NUMBER.size))
        try:
            (status,) = NUMBER.unpack(await loop.sock_recv(reply, NUMBER.size))
        except asyncio.CancelledError:
            os.kill(process_id, signal.SIGKILL)
            raise
        out.seek(0)
        err.seek(0)
        return Ended(status, out.read().decode(), err.read().decode())


@functools.cache
def _libraries() -> socket.socket:
    """Start the process that forks the commands; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, libraries.__file__, str(theirs.fileno())],
        env=bare_environment() | {"GRPC_ENABLE_FORK_SUPPORT": "0", "GRPC_VERBOSITY": "NONE"},
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    theirs.close()

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours


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
