"""Which installation a command is about: the configured one, or a demo."""

import asyncio
import json
import shlex
import sys
from pathlib import Path

import pytest
from tests.cli.process import Ended, claimstream
from tests.cli.process import ended as when_ended
from tests.cli.test_commands import announce_demo
from tests.helpers import add_email, bare_environment

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.store.mailbox_access import MailboxAccessStore

SHOWING = ["emails", "review", "review list", "mailboxes", "mailboxes list"]
AT_WORK = [
    *("audit --since 1d", "replay --since 1d --dry-run", "dead list", "dead show 1", "dead redrive --all"),
    *("review claim 1", "review release 1", "review approve 1 --yes", "review correct 1 --amount 5 --yes"),
    *("review reject 1", "review spam 1", "review escalate 1 --note x", "review reopen 1"),
    *("mailboxes enable a@b.example", "mailboxes disable a@b.example"),
]
UNKNOWN = "DATABSE_URL in .env: no setting has this name, and it is ignored; did you mean DATABASE_URL?"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path


async def said(words: str, cache: Path, folder: Path | None = None, **environment: str) -> Ended:
    """Run a command where nothing is configured."""
    place = {"XDG_CACHE_HOME": str(cache), "COLUMNS": "300"}
    return await claimstream(*shlex.split(words), environment=place | environment, folder=folder)


def leave_results(cache: Path) -> None:
    """Leave what a demo leaves that has ended."""
    (cache / "claimstream").mkdir()
    (cache / "claimstream" / "last-demo.json").write_text('{"emails": [], "reports": {}}')


class TestDemoThatRuns:
    @pytest.mark.parametrize("words", AT_WORK)
    async def test_no_command_that_decides_falls_to_it(self, words: str, cache: Path) -> None:
        announce_demo(cache, {"DATABASE_URL": "postgresql://127.0.0.1:1/demo"})
        ended = await said(words, cache)
        assert (ended.status, ended.out) == (2, "")
        (line,) = ended.err.splitlines()
        assert line.startswith("claimstream: DATABASE_URL: not set in the environment or in ")
        assert "Set it: postgresql://" in line
        assert line.endswith(f"-m claimstream --demo {words}")

    @pytest.mark.parametrize("words", ["--demo audit --since 1d", "audit --since 1d --demo"])
    async def test_it_is_judged_where_it_is_named(
        self, words: str, app: App, world: World, installed: dict[str, str], cache: Path
    ) -> None:
        announce_demo(cache, installed)
        ended = await said(words, cache)
        assert (ended.status, "No gap" in ended.err) == (0, True), ended.err

    async def test_a_mailbox_is_disabled_where_it_is_named(
        self, app: App, world: World, installed: dict[str, str], cache: Path
    ) -> None:
        announce_demo(cache, installed)
        address = world.tenants[0].mailboxes[0]
        ended = await said(f"mailboxes disable {address} --demo", cache)
        assert (ended.status, "is disabled" in ended.err) == (0, True), ended.err
        (mailbox,) = await MailboxAccessStore(app.database).overview()
        assert mailbox.disabled_reason == "disabled by hand"

    @pytest.mark.parametrize("words", SHOWING)
    async def test_a_command_that_shows_says_that_it_shows_it(
        self, words: str, app: App, world: World, installed: dict[str, str], cache: Path
    ) -> None:
        announce_demo(cache, installed)
        note = "This shows the demo that runs here, and nothing of a real installation."
        ended = await said(words, cache)
        assert (ended.status, ended.err.count(note)) == (0, 1), ended.err
        named = await said(f"{words} --demo", cache)
        assert (named.status, note in named.err) == (0, False), named.err
        real = await said(words, cache, DATABASE_URL=installed["DATABASE_URL"])
        assert (real.status, note in real.err) == (0, False), real.err

    async def test_nothing_in_env_is_mixed_with_it(
        self, app: App, world: World, installed: dict[str, str], cache: Path, tmp_path: Path
    ) -> None:
        email_id = await add_email(app, world)
        announce_demo(cache, installed)
        (tmp_path / ".env").write_text("THRESHOLD_MATCH=2\n")
        named = await said("emails --json --demo", cache, tmp_path)
        assert [email["email_id"] for email in json.loads(named.out)] == [email_id]

    async def test_doctor_looks_at_it_only_where_it_is_named(
        self, app: App, installed: dict[str, str], cache: Path
    ) -> None:
        announce_demo(cache, installed)
        ended = await said("doctor", cache)
        assert (ended.status, "--demo doctor" in ended.err) == (1, True), ended.out
        assert "DATABASE_URL: not set in the environment or in " in ended.out
        named = await said("doctor --demo", cache)
        assert named.status == 0, named.out

    @pytest.mark.parametrize("words", [*SHOWING, "report abcdef"])
    @pytest.mark.parametrize(
        "line", ["DATABSE_URL=postgresql://h/d", "DATABASE_URL=", "DATABASE_URL: postgresql://h/d"]
    )
    async def test_no_command_falls_to_it_beside_a_file_of_settings(
        self, words: str, line: str, app: App, world: World, installed: dict[str, str], cache: Path, tmp_path: Path
    ) -> None:
        announce_demo(cache, installed)
        (tmp_path / ".env").write_text(f"{line}\n")
        ended = await said(words, cache, tmp_path)
        assert (ended.status, ended.out) == (2, ""), ended.err
        last = ended.err.splitlines()[-1]
        assert last.startswith("claimstream: DATABASE_URL: not set in the environment or in "), ended.err
        assert last.endswith(f"--demo {words}")


class TestDemoThatEnded:
    async def test_what_it_has_left_is_not_shown_beside_a_file_of_settings(self, cache: Path, tmp_path: Path) -> None:
        leave_results(cache)
        (tmp_path / ".env").write_text("DATABSE_URL=postgresql://h/d\n")
        ended = await said("emails", cache, tmp_path)
        assert (ended.status, ended.out) == (2, ""), ended.err
        assert "If the demo that ran last is meant: " in ended.err

    @pytest.mark.parametrize("words", [*AT_WORK, "review", "mailboxes"])
    async def test_one_message_says_that_it_has_to_run(self, words: str, cache: Path) -> None:
        leave_results(cache)
        ended = await said(f"{words} --demo", cache)
        (line,) = ended.err.splitlines()
        assert (ended.status, ended.out) == (2, "")
        assert line.startswith("claimstream: --demo: the last demo has ended: its emails and reports are all")
        assert line.endswith("claimstream demo --keep")

    @pytest.mark.parametrize("words", ["review", "mailboxes", "audit --since 1d", "replay --since 1d"])
    async def test_without_its_name_one_message_says_what_is_not_set(self, words: str, cache: Path) -> None:
        leave_results(cache)
        ended = await said(words, cache)
        (line,) = ended.err.splitlines()
        assert (ended.status, line.startswith("claimstream: DATABASE_URL: not set in the ")) == (2, True), line

    async def test_what_it_has_left_is_shown_with_a_word_of_whose_it_is(self, cache: Path) -> None:
        leave_results(cache)
        ended = await said("emails --json", cache)
        assert (ended.status, json.loads(ended.out)) == (0, [])
        assert "This shows the demo that ran last, and nothing of a real installation." in ended.err


class TestWhatIsNotSet:
    async def test_the_file_that_was_looked_at_is_named(self, cache: Path, tmp_path: Path) -> None:
        without = await said("emails", cache, tmp_path)
        assert f"DATABASE_URL: not set in the environment or in {tmp_path}/.env, which is not there." in without.err
        (tmp_path / ".env").write_text("LOG_LEVEL=INFO\n")
        beside = await said("emails", cache, tmp_path)
        assert f"DATABASE_URL: not set in the environment or in {tmp_path}/.env. " in beside.err

    @pytest.mark.parametrize("words", ["emails", "review"])
    async def test_a_deleted_folder_is_named(self, words: str, cache: Path, tmp_path: Path) -> None:
        folder = tmp_path / "gone"
        folder.mkdir()
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", f'rmdir "$PWD" && exec "{sys.executable}" -m claimstream {words}'),
            env=bare_environment() | {"XDG_CACHE_HOME": str(cache)},
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        end = await when_ended(process)
        (line,) = end.err.splitlines()
        assert (end.status, "the folder you are in was deleted" in line) == (2, True), line

    async def test_what_stands_in_its_place_is_said(self, cache: Path, tmp_path: Path) -> None:
        leave_results(cache)
        (tmp_path / ".env").mkdir()
        assert f" {tmp_path}/.env, which is no file." in (await said("migrate", cache, tmp_path)).err
        (tmp_path / ".env").rmdir()
        for target in ("away/secrets.env", ".env"):  # of a mount that failed, and a circle
            (tmp_path / ".env").symlink_to(target)
            ended = await said("emails", cache, tmp_path)
            assert (ended.status, ended.out) == (2, ""), "the demo's emails for an installation's"
            assert f" {tmp_path}/.env, a link to {target}, which is not there." in ended.err
            (tmp_path / ".env").unlink()

    async def test_a_file_that_cannot_be_read_is_named(self, cache: Path, tmp_path: Path) -> None:
        (tmp_path / ".env").symlink_to("/proc/self/mem")  # EIO, as of a broken disk; root may read everything else
        ended = await said("migrate", cache, tmp_path)
        assert (ended.status, ended.err) == (2, "claimstream: .env: cannot be read (Input/output error)\n")

    @pytest.mark.parametrize("words", ["migrate", "setup", "load world.json", "dead list", *SHOWING, *AT_WORK[:2]])
    async def test_a_mistyped_name_is_warned_of_once(self, words: str, cache: Path, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("DATABSE_URL=postgresql://u:geheim@host/db\nPUBSUB_EMULATOR_HOST=127.0.0.1:1\n")
        (tmp_path / "world.json").write_text('{"tenants": []}')
        ended = await said(words, cache, tmp_path)
        assert (ended.status, ended.err.count(UNKNOWN)) == (2, 1), ended.err
        assert "geheim" not in ended.err

    async def test_a_file_without_mistakes_is_not_mentioned(
        self, app: App, installed: dict[str, str], cache: Path, tmp_path: Path
    ) -> None:
        (tmp_path / ".env").write_text(f"DATABASE_URL={installed['DATABASE_URL']}\n")
        ended = await said("emails", cache, tmp_path)
        assert (ended.status, ended.err) == (0, "No emails yet.\n")
