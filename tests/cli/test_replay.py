"""``claimstream replay`` and the reports of earlier runs, as a person or a script runs them."""

import asyncio
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.cli.process import at_terminal, claimstream
from tests.helpers import LONG, NO_ENV_FILE, add_email, bare_environment, summary_of
from tests.mailbox.test_sync import make_sync
from tests.pipeline.test_runner import arrive, make_runner, settle
from typer.testing import CliRunner

from claimstream.app import App
from claimstream.cli.choices import StageChoice
from claimstream.cli.main import app as commands
from claimstream.cli.replay.run import Wanted, find_emails, print_replayed, replay_emails
from claimstream.cli.report.found import NoReportError, find_report
from claimstream.cli.report.page import report_page
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.replay import WITH_CHECKPOINT
from claimstream.pubsub import Publisher

Reply = Callable[..., bytes]


@pytest.fixture
def here(installed: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """This process finds what a command would find in its environment."""
    for name, value in installed.items():
        monkeypatch.setenv(name, value)


async def replayed(*words: str, environment: dict[str, str]) -> dict[str, Any]:
    ended = await claimstream("replay", *words, "--json", environment=environment)
    assert ended.out, ended.err
    document: dict[str, Any] = json.loads(ended.out)
    return document | {"status": ended.status}


async def many_settled(app: App, world: World, count: int) -> list[str]:
    """Emails that were set aside just now."""
    rows = await app.database.run(
        "INSERT",
        lambda c: c.fetch(
            """
            INSERT INTO emails (email_id, tenant_id, mailbox, gmail_id, correlation_id, status, outcome, route, attempt,
                                published_at, settled_at)
            SELECT 'email-' || n, 't', $1, 'gmail-' || n, 'correlation-' || n, 'settled', 'set_aside', 'IGNORE', 1,
                   now(), now()
            FROM generate_series(1, $2) AS n RETURNING email_id
            """,
            world.tenants[0].mailboxes[0],
            count,
        ),
    )
    return [row["email_id"] for row in rows]


async def untouched_and_put_back(app: App) -> tuple[int, int]:
    """Each email is one or the other, whole."""
    rows = await app.database.run(
        "SELECT",
        lambda c: c.fetch(
            """
            SELECT status, outcome, run, (SELECT count(*) FROM runs WHERE runs.email_id = emails.email_id) AS runs
            FROM emails
            """
        ),
    )
    standing = [tuple(row) for row in rows]
    untouched, put_back = ("settled", "set_aside", 1, 0), ("new", None, 2, 1)
    assert set(standing) <= {untouched, put_back}
    return standing.count(untouched), standing.count(put_back)


@pytest.fixture
async def email_id(app: App, stack: LocalStack, world: World, reply: Reply) -> str:
    """Settled and written."""
    email_id = await arrive(app, stack, world, reply())
    summary = await settle(app, make_runner(app, app.services), email_id)
    assert summary.new_amount == Decimal("812.40")
    return email_id


async def test_it_is_published_at_once_and_what_came_of_it_stays_readable(
    app: App, installed: dict[str, str], here: None, email_id: str
) -> None:
    first = await find_report(email_id)
    assert "earlier_runs" not in json.loads(first.json())
    correlation_id = first.email.correlation_id
    done = await replayed(correlation_id, "--from-stage", "match", "--why", "a mended rule", environment=installed)
    assert (done["status"], done["published"], done["skipped"]) == (0, 1, [])
    assert done["put_back"] == [{"email_id": email_id, "outcome": "updated", "begins_at": "match", "run": 2}]
    assert await app.emails.unpublished() == []
    with pytest.raises(NoReportError, match=r"put back at .* --run 1"):
        await find_report(email_id)

    await settle(app, make_runner(app, app.services), email_id)
    shown = await claimstream("report", email_id, "--run", "1", environment=installed)
    assert "run 1 (this one): UPDATE_AND_NOTIFY 430.00 → 812.40, settled" in shown.out
    assert "from match on" in shown.out
    assert "a mended rule" in shown.out
    newest = await find_report(email_id)
    page = report_page(newest.report(), newest.email, runs=newest.runs)
    assert "run 2 (this one)" in page
    assert "run 1: UPDATE_AND_NOTIFY" in page
    document = json.loads(newest.json())
    assert (document["run"], [run["run"] for run in document["earlier_runs"]]) == (2, [1])
    earlier = await find_report(email_id, run=1)
    assert earlier.text == first.text
    assert earlier.email == first.email
    with pytest.raises(NoReportError, match="its newest is run 2"):
        await find_report(email_id, run=3)


async def test_a_dry_run_says_how_many_and_changes_nothing(
    app: App, here: None, email_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await summary_of(app, email_id)
    wanted = Wanted(since=before.created_at, dry_run=True)
    print_replayed(await replay_emails(wanted, await find_emails(wanted)), wanted, as_json=False)
    said = capsys.readouterr()
    assert said.out.split() == ["outcome", "begins", "again", "at", "emails", "updated", "classify", "1"]
    assert said.err == "1 would be put to work again. Nothing was changed.\n"
    assert await summary_of(app, email_id) == before


async def test_an_unknown_id_changes_nothing_for_the_others_either(
    app: App, installed: dict[str, str], email_id: str
) -> None:
    before = await summary_of(app, email_id)
    ended = await claimstream("replay", email_id, "nosuchid", "nor this", environment=installed)
    assert (ended.status, ended.out) == (1, "")
    assert "no email has the id 'nosuchid'" in ended.err
    assert "no email has the id 'nor this'" in ended.err
    assert await summary_of(app, email_id) == before


async def test_what_is_not_settled_is_skipped_with_the_reason(
    app: App, world: World, installed: dict[str, str], here: None, email_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    new, in_work = await add_email(app, world), await add_email(app, world)
    await app.emails.claim(in_work, worker="one", seconds=60)
    wanted = Wanted(ids=[new, in_work])
    print_replayed(await replay_emails(wanted, await find_emails(wanted)), wanted, as_json=False)
    said = capsys.readouterr().out
    assert f"skipped {new}: not settled: new" in said
    assert f"skipped {in_work}: not settled: a worker has it" in said
    named = await replayed(new, email_id, "--dry-run", environment=installed)
    assert named["status"] == 1
    done = await replayed("--since", "1h", "--dry-run", environment=installed)
    assert done["status"] == 0, "nobody named those that were skipped"
    assert [one["email_id"] for one in done["put_back"]] == [email_id]
    assert {one["email_id"]: one["reason"] for one in done["skipped"]} == {new: "new", in_work: "in_work"}


async def test_without_pubsub_it_is_put_back_all_the_same_and_published_by_maintenance(
    app: App, installed: dict[str, str], email_id: str
) -> None:
    ended = await claimstream("replay", email_id, environment=installed | {"PUBSUB_EMULATOR_HOST": "127.0.0.1:1"})
    assert ended.status == 0, ended.err
    said = " ".join(ended.err.split())  # whatever the width of the screen
    assert "1 put to work again. 1 not published: the maintenance of a running worker does it" in said
    publisher = Publisher(await app.connect(), app.settings.topic(app.settings.emails_topic))
    assert await make_sync(app, publisher, "one").publish_unconfirmed() == 1
    await publisher.close()


class TestMany:
    async def test_without_a_terminal_more_than_twenty_need_a_yes(
        self, app: App, world: World, installed: dict[str, str]
    ) -> None:
        await many_settled(app, world, 21)
        ended = await claimstream("replay", "--since", "1h", environment=installed)
        assert (ended.status, "21 emails" in ended.err, "--yes" in ended.err) == (1, True, True)
        assert await untouched_and_put_back(app) == (21, 0)

    @pytest.mark.parametrize(("answer", "put_back"), [("n", 0), ("y", 21)])
    async def test_on_a_terminal_it_is_asked(
        self, app: App, world: World, installed: dict[str, str], answer: str, put_back: int
    ) -> None:
        await many_settled(app, world, 21)
        status, said = await at_terminal("replay", "--since", "1h", environment=installed, answer=answer)
        assert status == (0 if put_back else 1)
        assert "Put 21 emails to work again, from classify on?" in said
        assert await untouched_and_put_back(app) == (21 - put_back, put_back)

    async def test_two_commands_at_once_put_each_email_back_once(
        self, app: App, world: World, installed: dict[str, str]
    ) -> None:
        everyone = await many_settled(app, world, 100)
        commands = (replayed("--since", "1h", "--yes", environment=installed) for _ in range(2))
        one, other = await asyncio.gather(*commands)
        put_back = [email["email_id"] for done in (one, other) for email in done["put_back"]]
        assert sorted(put_back) == sorted(everyone)
        assert await untouched_and_put_back(app) == (0, 100)

    async def test_a_command_killed_in_the_middle_leaves_each_email_whole_and_the_next_one_goes_on(
        self, app: App, world: World, installed: dict[str, str]
    ) -> None:
        await many_settled(app, world, 300)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "claimstream", "replay", "--since", "1h", "--yes"),
            env=bare_environment() | installed,
            cwd=NO_ENV_FILE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(LONG):
            while (await untouched_and_put_back(app))[1] == 0:
                await asyncio.sleep(0.01)
        process.kill()
        await process.wait()
        untouched, _ = await untouched_and_put_back(app)
        assert untouched > 0
        done = await replayed("--since", "1h", "--yes", environment=installed)
        assert len(done["put_back"]) == untouched
        assert await untouched_and_put_back(app) == (0, 300)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--since"),
        (["email-1", "--since", "7d"], "--since"),
        (["email-1", "--outcome", "review"], "go with --since"),
        (["--since", "yesterday"], "24h"),
        (["--since", "7d", "--until", "now"], "--until"),
        (["email-1", "--from-stage", "commit"], "commit"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_write(words: list[str], said: str) -> None:
    ended = CliRunner().invoke(commands, ["replay", *words])
    assert ended.exit_code == 2
    assert said in ended.output


def test_asking_again_says_that_it_costs() -> None:
    ended = CliRunner().invoke(commands, ["replay", "--help"], env={"COLUMNS": "200"})
    assert "This costs tokens." in ended.output


def test_the_stages_to_choose_from_are_all_that_leave_a_result() -> None:
    assert tuple(StageChoice) == WITH_CHECKPOINT
