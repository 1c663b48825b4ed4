"""How ``claimstream run`` ends by a defect: for those who collect its log, and for Sentry."""

import asyncio
import gzip
import json
import sys

import pytest
from aiohttp import web
from tests.cli.process import Ended
from tests.helpers import LONG, NO_ENV_FILE, bare_environment

from claimstream.app import App
from claimstream.local.servers.ports import LOOPBACK

_A_WORKER_WITH_A_DEFECT = """
from claimstream.app import App
from claimstream.cli.main import app

async def check(self):
    raise ZeroDivisionError("Mandant Müller schuldet 812,40")

App.check = check
app(["run"])
"""


async def run(environment: dict[str, str]) -> Ended:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _A_WORKER_WITH_A_DEFECT,
        env=bare_environment() | environment,
        cwd=NO_ENV_FILE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def sentry() -> "SentryServer":
    return SentryServer()


class SentryServer:
    """Takes envelopes, over HTTP, as Sentry does."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append((gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode())
        return web.json_response({"id": "0" * 32})


async def test_a_defect_ends_a_worker_with_one_line_of_json_and_an_event_without_what_it_was_about(
    app: App, installed: dict[str, str], sentry: SentryServer
) -> None:
    server = web.Application()
    server.router.add_post("/api/1/envelope/", sentry.take)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0)
    await site.start()
    port = runner.addresses[0][1]
    ended = await run(installed | {"LOG_FORMAT": "json", "SENTRY_DSN": f"http://key@{LOOPBACK}:{port}/1"})
    await runner.cleanup()
    assert (ended.status, ended.out) == (1, "")
    lines = [json.loads(line) for line in ended.err.splitlines()]
    [failed] = [line for line in lines if line["action"] == "worker_failed"]
    assert (failed["level"], failed["error"]) == ("critical", "ZeroDivisionError")
    [event] = [body for body in sentry.bodies if "ZeroDivisionError" in body]
    assert "812,40" not in ended.err + event


async def test_on_a_terminal_a_defect_is_a_traceback(app: App, installed: dict[str, str]) -> None:
    ended = await run(installed | {"LOG_FORMAT": "console"})
    assert ended.status == 1
    assert "ZeroDivisionError" in ended.err.splitlines()[-1]
