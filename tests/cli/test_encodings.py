"""Foreign text on a terminal, in a file and in a pipe that are not UTF-8."""

import asyncio
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.process import begun, claimstream
from tests.helpers import NO_ENV_FILE, bare_environment
from tests.pipeline.test_replay import calm, store
from tests.pipeline.test_runner import arrive, make_runner, settle

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pubsub import Publisher

__all__ = ["calm"]

SUBJECT = "Mahnung ✓ für Łukasz 日本"
ENCODINGS = {
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ascii, strictly": {"PYTHONIOENCODING": "ascii:strict"},
    "latin-1": {"PYTHONIOENCODING": "latin-1:strict"},
}
COMMANDS = (
    "--help",
    "report --help",
    "emails",
    "emails --tenant Müller",
    "emails --json",
    "report ID",
    "report ID --json",
    "report ID --html",
    "report Müller",
    "replay ID --dry-run",
    "replay ID --dry-run --json",
    "review",
    "review list --json",
    "review show ID",
    "review show ID --json",
    "mailboxes",
    "mailboxes --json",
    "dead list",
    "dead list --json",
    "dead show DEAD",
    "dead show DEAD --json",
    "audit --since 1h",
    "audit --since 1h --json",
    "load Müller.json",
    "send Müller.eml",
    "eval Müller",
    "doctor",
)
"""All that print what stands in a mail, a record or an argument; the demo prints as ``emails`` does."""
SOME = ("emails", "report ID", "report ID --json", "report ID --html", "review show ID", "eval Müller")


@pytest.fixture
async def named(app: App, stack: LocalStack, world: World, reply: Callable[..., bytes]) -> dict[str, str]:
    """Ids of an email in review and of a dead message, both of foreign text."""
    await store(app, "9000.00")
    email_id = await arrive(app, stack, world, reply(subject=SUBJECT))
    await settle(app, make_runner(app, app.services), email_id)
    publisher = Publisher(await app.connect(), app.settings.topic(app.settings.dead_letter_topic))
    dead = await publisher.publish(SUBJECT.encode(), {"reason": SUBJECT})
    await publisher.close()
    return {"ID": email_id, "DEAD": dead}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_no_command_fails_where_its_text_cannot_be_shown(
    encoding: str, named: dict[str, str], installed: dict[str, str]
) -> None:
    at_once = asyncio.Semaphore(3)

    async def run(command: str) -> None:
        words = [named.get(word, word) for word in command.split()]
        async with at_once:
            process = await begun(*words, environment=installed | ENCODINGS[encoding])
            out, err = await process.communicate()
        assert b"Traceback" not in err, (command, err.decode(errors="replace"))
        assert b"codec" not in err, (command, err.decode(errors="replace"))
        assert out or err, command
        if "--json" in words:
            json.loads(out.decode())
        if words[0] == "report" and len(words) == 3:
            assert SUBJECT in out.decode(), command

    await asyncio.gather(*(run(command) for command in (COMMANDS if encoding == "ascii" else SOME)))


async def test_a_reader_who_has_had_enough_ends_a_command_quietly(
    named: dict[str, str], installed: dict[str, str]
) -> None:
    for command in ("--help", "report ID", "report ID --json", "report ID --html", "mailboxes"):
        reading, writing = os.pipe()
        os.close(reading)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "claimstream", *(named.get(word, word) for word in command.split())),
            env=os.environ | installed,
            stdout=writing,
            stderr=asyncio.subprocess.PIPE,
        )
        os.close(writing)
        _, err = await process.communicate()
        assert err == b"", command


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
async def test_a_closed_stream_ends_no_command(
    closed: str, named: dict[str, str], installed: dict[str, str], tmp_path: Path
) -> None:
    said = tmp_path / "said"
    for command in ("emails", "report ID --html", "mailboxes --json", "--help"):
        words = shlex.join([sys.executable, "-m", "claimstream", *(named.get(word, word) for word in command.split())])
        process = await asyncio.create_subprocess_shell(
            f"{words} 2>{said} {closed}", env=bare_environment() | installed, cwd=NO_ENV_FILE
        )
        assert (await process.wait(), said.read_text()) == (0, ""), command


async def test_a_result_that_cannot_be_written_is_said(named: dict[str, str], installed: dict[str, str]) -> None:
    for command in ("emails", "report ID", "report ID --html", "mailboxes --json", "--help"):
        with open("/dev/full", "wb") as full:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "claimstream", *(named.get(word, word) for word in command.split())),
                env=bare_environment() | installed,
                cwd=NO_ENV_FILE,
                stdout=full,
                stderr=asyncio.subprocess.PIPE,
            )
            _, err = await process.communicate()
        said = (process.returncode, err)
        assert said == (1, b"claimstream: the result could not be written: No space left on device\n"), command


async def test_a_terminal_without_a_size_shows_all(named: dict[str, str], installed: dict[str, str]) -> None:
    ended = await claimstream("emails", environment=installed | {"COLUMNS": "0"})
    assert SUBJECT in ended.out


def test_a_log_line_is_written_whatever_stderr_can_show() -> None:
    code = (
        "from claimstream.cli.console import open_streams; open_streams()\n"
        "from claimstream.telemetry import logs; logs.configure('INFO', 'console')\n"
        f"logs.get_logger('claimstream.test').warning('said', advice={SUBJECT!r}); logs.drain()"
    )
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    assert rb"\u0141ukasz" in ended.stderr
