"""No server outlives the process that started it, whatever ends that process."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.helpers import LONG

from claimstream.local.servers.account import can_reach, unprivileged_account
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.process import Account

PARENT = Path(__file__).with_name("servers_until_killed.py")
PROC = Path("/proc")

pytestmark = pytest.mark.skipif(not (PROC / "self" / "stat").exists(), reason="processes are looked up in /proc")


def processes_of(directory: Path) -> dict[int, str]:
    """The running processes that name the directory: servers and their supervisors."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(directory) in command:
                    found[int(entry.name)] = command
    return found


def exists(pid: int) -> bool:
    """Whether the process runs; one that only waits for its parent to notice its end does not."""
    try:
        status = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def children_of(pid: int) -> list[int]:
    return [int(child) for child in (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()]


async def gone(directory: Path, pids: list[int]) -> None:
    async with asyncio.timeout(LONG):
        while processes_of(directory) or any(exists(pid) for pid in pids):
            await asyncio.sleep(0.02)


async def removed(directory: Path) -> None:
    async with asyncio.timeout(LONG):
        while any(directory.iterdir()):
            await asyncio.sleep(0.02)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that another user can reach, unlike pytest's."""
    path = Path(tempfile.mkdtemp(prefix="claimstream-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@contextlib.asynccontextmanager
async def parent(directory: Path, *wrapper: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *wrapper,
        *(sys.executable, str(PARENT), str(directory)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(directory), "HOME": str(directory)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def started(process: asyncio.subprocess.Process) -> list[int]:
    assert process.stdout is not None
    async with asyncio.timeout(LONG):
        line = await process.stdout.readline()
    assert line, "the parent ended before its servers were ready"
    pids: list[int] = json.loads(line)["pids"]
    assert all(exists(pid) for pid in pids)
    return pids


async def test_killing_the_parent_ends_every_server_and_removes_its_files(directory: Path) -> None:
    async with parent(directory) as process:
        pids = await started(process)
        backends = children_of(pids[0])
        assert backends
        process.kill()
        await process.wait()
        await gone(directory, pids + backends)
        await removed(directory)


async def test_killing_the_parent_while_servers_start_leaves_none_behind(directory: Path) -> None:
    async with parent(directory) as process:
        async with asyncio.timeout(LONG):
            while not any("supervisor.py" in command for command in processes_of(directory).values()):
                await asyncio.sleep(0.005)
        process.kill()
        await process.wait()
        await gone(directory, [])


def as_normal_user(account: Account) -> list[str]:
    """A command that runs another one as this user, who may still read the interpreter's files wherever they are."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv is not installed")
    user = [setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    needed = [Path(sys.executable).resolve(), Path(sys.prefix) / "bin", PARENT]
    if all(can_reach(account, path) for path in needed):
        return user
    return [*user, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; the other tests run as a normal user")
async def test_a_normal_user_can_run_everything_and_the_same_holds(directory: Path) -> None:
    own = directory / "own"
    own.mkdir()
    account = unprivileged_account(own)
    assert account is not None
    wrapper = as_normal_user(account)
    trial = await asyncio.create_subprocess_exec(*wrapper, sys.executable, "-c", "import claimstream")
    if await trial.wait() != 0:
        pytest.skip(f"the user '{account.name}' cannot run this interpreter here")
    async with parent(own, *wrapper) as process:
        pids = await started(process)
        assert {(PROC / str(pid)).stat().st_uid for pid in pids} == {account.uid}
        process.kill()
        await process.wait()
        await gone(own, pids)
        await removed(own)


async def test_a_server_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    async with LocalMongo(tmp_path / "mongo") as mongo:
        server = mongo.pid
        assert server is not None
        (supervisor,) = set(processes_of(tmp_path)) - {server}
        os.kill(supervisor, signal.SIGKILL)
        await gone(tmp_path, [server])
        async with asyncio.timeout(LONG):
            while mongo.pid is not None:
                await asyncio.sleep(0.01)
        await mongo.start()
        assert mongo.pid != server
