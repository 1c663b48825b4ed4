"""The commands as a person or a script runs them: processes of their own, their output, their exit status."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import asyncpg
import pytest
from tests.cli.process import begun, claimstream
from tests.helpers import LONG, NOW, add_email, bare_environment
from typer.testing import CliRunner

from claimstream.app import App
from claimstream.cli.choices import OutcomeChoice
from claimstream.cli.main import app as commands
from claimstream.cli.tenants import check_among
from claimstream.domain.records.work import Checkpoint, Claimed, NewEmail, Outcome, Waited
from claimstream.domain.records.world import World
from claimstream.external.errors import Outage
from claimstream.health import HealthServer
from claimstream.local.sample_mail import SAMPLES
from claimstream.local.servers.redis import LocalRedis
from claimstream.local.stack import LocalStack
from claimstream.settings import SettingsError
from claimstream.store.mailbox_access import MailboxAccessStore
from claimstream.store.outages import OutageStore
from claimstream.telemetry.correlation import new_correlation_id


def announce_demo(cache: Path, environment: dict[str, str]) -> None:
    """As a demo that keeps running does, in a process of its own."""
    (cache / "claimstream").mkdir()
    running = {"pid": os.getpid(), "environment": environment}
    (cache / "claimstream" / "running.json").write_text(json.dumps(running))


def few_samples(folder: Path) -> Path:
    folder.mkdir()
    (folder / "world.json").write_bytes((SAMPLES / "world.json").read_bytes())
    for case in sorted(SAMPLES.glob("*/email.eml"))[:3]:
        (folder / case.parent.name).mkdir()
        for name in ("email.eml", "expected.json", "model.json"):
            if (case.parent / name).exists():
                (folder / case.parent.name / name).write_bytes((case.parent / name).read_bytes())
    return folder


@pytest.mark.acceptance
async def test_the_demo_settles_every_mail_and_what_it_did_can_be_looked_at_afterwards(home: dict[str, str]) -> None:
    ended = await claimstream("demo", "--json", environment=home)
    assert ended.status == 0, ended.err
    document = json.loads(ended.out)
    assert document["wrong_writes"] == 0
    assert document["seconds"] > 0
    assert len(document["emails"]) == len(list(SAMPLES.glob("*/email.eml")))
    assert all(email["settled"] and email["trace_id"] for email in document["emails"])
    assert {email["route"] for email in document["emails"]} == {
        "AUTO_UPDATE",
        "UPDATE_AND_NOTIFY",
        "MANUAL_REVIEW",
        "IGNORE",
    }

    first = document["emails"][0]
    listed = await claimstream("emails", "--json", "--limit", "1000", environment=home)
    saved = next(email for email in json.loads(listed.out) if email["email_id"] == first["email_id"])
    wrong = await claimstream("emails", "--json", "--outcome", "updated", "--tenant", "nobody", environment=home)
    assert (wrong.status, wrong.out) == (2, "")
    assert "There are: hafen, nord, sued." in wrong.err
    updated = await claimstream("emails", "--json", "--outcome", "updated", environment=home)
    assert {email["outcome"] for email in json.loads(updated.out)} == {"updated"}
    ids = (first["email_id"][:8], first["trace_id"], first["correlation_id"], saved["gmail_id"], saved["message_id"])
    for wanted in ids:
        shown = await claimstream("report", wanted, "--json", environment=home)
        assert json.loads(shown.out)["email_id"] == first["email_id"]
    readable = await claimstream("report", first["email_id"], environment=home)
    assert "What was read" in readable.out
    assert "3418.07" in readable.out
    page = await claimstream("report", first["correlation_id"], "--html", environment=home)
    assert page.out.startswith("<!DOCTYPE html>")
    assert "3,418.07" in page.out
    unknown = await claimstream("report", "nosuchid", environment=home)
    assert unknown.status == 1
    assert "claimstream emails" in unknown.err


@pytest.mark.acceptance
async def test_the_demo_exports_every_span_before_it_ends(stack: LocalStack, home: dict[str, str]) -> None:
    assert stack.otlp is not None
    before = {trace.trace_id for trace in stack.otlp.traces()}
    few = few_samples(Path(home["XDG_CACHE_HOME"]) / "few")
    environment = home | {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{stack.otlp.grpc_endpoint}"}
    words = ("demo", "--json", "--samples", str(few), "--use", "OTEL_EXPORTER_OTLP_ENDPOINT")
    ended = await claimstream(*words, environment=environment)
    assert ended.status == 0, ended.err
    traces = {trace.trace_id: trace for trace in stack.otlp.traces() if trace.trace_id not in before}
    for email in json.loads(ended.out)["emails"]:
        names = {span.name for span in traces[email["trace_id"]].spans}
        assert {"send emails", "subscribe emails", "fetch", "parse", "classify", "extract", "deliver"} <= names


@pytest.mark.acceptance
@pytest.mark.parametrize("said", ["Starting the local stack", "Embedded:", "settled 3 of 3"])
async def test_the_demo_says_at_once_that_it_ends_whenever_it_is_interrupted(
    installed: dict[str, str], tmp_path: Path, said: str
) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "claimstream", "demo", "--keep", "--samples", str(few_samples(tmp_path / "few"))),
        *("--use", "DATABASE_URL,MONGODB_URL,STORAGE_EMULATOR_HOST,PUBSUB_EMULATOR_HOST,ANTHROPIC_BASE_URL"),
        env=bare_environment() | installed,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert demo.stderr is not None
    try:
        async with asyncio.timeout(LONG):
            while not (await demo.stderr.readline()).decode().startswith(said):
                assert not demo.stderr.at_eof()
            demo.send_signal(signal.SIGINT)
            rest = (await demo.stderr.read()).decode().splitlines()
            assert await demo.wait() in {0, 130}
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()
    assert [line for line in rest if line.startswith("Ending")] == ["Ending the worker and the local stack …"], rest


class TestEval:
    async def test_it_scores_a_folder_and_prints_one_document(self, home: dict[str, str], tmp_path: Path) -> None:
        folder = tmp_path / "cases"
        (folder / "01").mkdir(parents=True)
        (folder / "world.json").write_bytes((SAMPLES / "world.json").read_bytes())
        source = SAMPLES / "01-pdf-reply-code"
        (folder / "01" / "email.eml").write_bytes((source / "email.eml").read_bytes())
        expected = json.loads((source / "expected.json").read_text())
        expected["current_amount_after"] = "1.00"
        (folder / "01" / "expected.json").write_text(json.dumps(expected))
        ended = await claimstream("eval", str(folder), "--json", environment=home)
        assert ended.status == 1, "a wrong write is not to be overlooked"
        document = json.loads(ended.out)
        assert (document["cases"], document["wrong_writes"]) == (1, 1)

    @pytest.mark.parametrize(
        ("files", "said"),
        [
            ({}, "world.json: missing"),
            ({"world.json": "{}"}, "world.json: tenants"),
            ({"world.json": '{"tenants": []}'}, "holds no case"),
            ({"world.json": '{"tenants": []}', "1/email.eml": ""}, "expected.json: missing"),
            (
                {"world.json": '{"tenants": []}', "1/email.eml": "", "1/expected.json": '{"intent": "x"}'},
                "expected.json: intent",
            ),
        ],
    )
    async def test_a_folder_that_is_none_is_named_with_what_is_wrong(
        self, home: dict[str, str], tmp_path: Path, files: dict[str, str], said: str
    ) -> None:
        folder = tmp_path / "cases"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        ended = await claimstream("eval", str(folder), environment=home)
        assert ended.status == 2
        assert said in ended.err


@pytest.mark.parametrize("words", [["demo", "--samples", "/none/here"], ["eval", "/none/here"]])
def test_a_folder_of_cases_that_is_not_there_is_told_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    for module in ("demo", "evaluate"):
        monkeypatch.setitem(sys.modules, f"claimstream.cli.{module}", None)  # importing it is an error now
    ended = CliRunner().invoke(commands, words, env={"COLUMNS": "300"})
    assert ended.exit_code == 2, ended.exception
    assert "/none/here: no such folder. Name one that holds world.json" in ended.output


class TestDoctor:
    async def test_a_healthy_installation_passes(self, app: App, installed: dict[str, str]) -> None:
        ended = await claimstream("doctor", environment=installed)
        assert ended.status == 0, ended.out
        for service in ("PostgreSQL", "Gmail", "MongoDB", "GCS", "Claude", "SMTP", "Pub/Sub"):
            assert service in ended.out

    @pytest.mark.parametrize(
        ("variable", "value", "said"),
        [
            ("DATABASE_URL", "postgresql://claimstream@127.0.0.1:1/x", "DATABASE_URL"),
            ("MONGODB_URL", "mongodb://127.0.0.1:1", "MONGODB_URL"),
            ("GCS_BUCKET", "no-such-bucket", "bucket"),
            ("GMAIL_TOKEN", "wrong", "credentials"),
            ("ANTHROPIC_API_KEY", "wrong", "ANTHROPIC_API_KEY"),
            ("SMTP_URL", "smtp://127.0.0.1:1", "SMTP_URL"),
            ("GOOGLE_CLOUD_PROJECT", "another-project", "claimstream setup"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_ENDPOINT"),
            ("SENTRY_DSN", "https://host.invalid/none", "SENTRY_DSN"),
        ],
    )
    async def test_what_is_wrong_is_named_with_how_to_mend_it(
        self, app: App, installed: dict[str, str], variable: str, value: str, said: str
    ) -> None:
        ended = await claimstream("doctor", environment=installed | {variable: value})
        assert ended.status == 1, ended.out
        (line,) = [line for line in ended.out.splitlines() if line.startswith("✗")]
        assert said in ended.out, line
        assert ended.out.count("claimstream setup") <= 1, "what to do is said once"

    async def test_each_service_is_looked_at_whatever_the_others_are(self, app: App, installed: dict[str, str]) -> None:
        broken = installed | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "GMAIL_TOKEN": ""}
        ended = await claimstream("doctor", environment=broken)
        marks = {line.split()[1]: line[0] for line in ended.out.splitlines() if line[0] in "✓✗–!"}
        assert (ended.status, marks["PostgreSQL"], marks["Gmail"]) == (1, "✗", "✗")
        assert {marks[name] for name in ("MongoDB", "GCS", "Claude", "SMTP", "Pub/Sub", "Traces")} == {"✓"}, ended.out

    async def test_a_gateway_that_holds_the_key_of_claude_is_asked_without_one(
        self, app: App, installed: dict[str, str]
    ) -> None:
        ended = await claimstream("doctor", environment=installed | {"ANTHROPIC_API_KEY": ""})
        (line,) = [line for line in ended.out.splitlines() if " Claude " in line]
        assert line.startswith("✓"), line

    async def test_it_says_which_breaker_holds_what_by_the_word_of_a_worker_here(
        self, app: App, installed: dict[str, str]
    ) -> None:
        service = app.door.service("gcs", lambda _: None)

        async def fail() -> None:
            raise Outage("gcs", "get", "answered 503")

        async with HealthServer(app.health, port=0, host="127.0.0.1") as server:
            asking = installed | {"HEALTH_PORT": str(server.port)}
            well = await claimstream("doctor", environment=asking)
            assert f"closed, says {app.worker}" in well.out.replace("\n", "")
            for _ in range(service.policy.breaker_threshold):
                with pytest.raises(Outage):
                    await service.call("get", fail, retry=False)
            held = await claimstream("doctor", environment=asking | {"COLUMNS": "300"})
        assert "gcs is open, holds emails, tried again in" in held.out
        assert "after: answered 503" in held.out

    async def test_redis_is_looked_at_where_one_is_named(
        self, app: App, installed: dict[str, str], tmp_path: Path
    ) -> None:
        async with LocalRedis(tmp_path) as redis:
            asking = installed | {"BREAKER_REDIS_URL": redis.url, "COLUMNS": "300"}
            well = await claimstream("doctor", environment=asking)
            await redis.stop()
            gone = await claimstream("doctor", environment=asking)
        assert (well.status, gone.status) == (0, 1)
        assert "circuits are shared" in well.out
        assert "Check BREAKER_REDIS_URL; until it answers each worker keeps its circuits to itself" in gone.out

    async def test_without_a_worker_here_it_says_what_outages_are_written_down(
        self, app: App, installed: dict[str, str]
    ) -> None:
        asking = installed | {"CIRCUIT_BREAKER_ALERT_EMAIL": "bereitschaft@kanzlei.example", "COLUMNS": "300"}
        assert "no outage is written down" in (await claimstream("doctor", environment=asking)).out
        await OutageStore(app.database, worker="one").report({"mongodb": "no answer"}, told=())
        ended = await claimstream("doctor", environment=asking | {"HEALTH_PORT": "1"})
        assert "no worker answers on HEALTH_PORT 1; down by the word of a worker: mongodb since 20" in ended.out

    async def test_an_empty_database_asks_to_be_migrated(self, installed: dict[str, str], stack: LocalStack) -> None:
        assert stack.postgres is not None
        ended = await claimstream("doctor", environment=installed | {"DATABASE_URL": stack.postgres.dsn})
        assert ended.status == 1
        assert "claimstream migrate" in ended.out


class TestSetUp:
    async def test_topics_are_created_once(self, installed: dict[str, str], home: dict[str, str]) -> None:
        fresh = installed | {"GOOGLE_CLOUD_PROJECT": f"p-{new_correlation_id()[:8]}"}
        first = await claimstream("setup", environment=fresh)
        assert "topics/emails" in first.err
        again = await claimstream("setup", environment=fresh)
        assert (again.status, "Everything is there." in again.err) == (0, True)

    async def test_a_schema_of_a_later_release_is_left_alone(self, installed: dict[str, str]) -> None:
        """Kubernetes migrates before each worker: the release before must start after one that migrated."""
        database = await asyncpg.connect(installed["DATABASE_URL"])
        try:
            await database.execute("UPDATE alembic_version SET version_num = '0999'")
            migrated = await claimstream("migrate", environment=installed)
            assert (migrated.status, "schema 0999, of a later release" in migrated.err) == (0, True), migrated.err
            assert await database.fetchval("SELECT version_num FROM alembic_version") == "0999"
            ended = await claimstream("doctor", environment=installed)
            assert "schema 0999" in ended.out
            assert "claimstream migrate" not in ended.out
        finally:
            await database.close()

    @pytest.mark.parametrize("query", ["sslmode=disable", "sslmode=prefer"])
    async def test_migrating_takes_what_the_url_says_of_tls(
        self, installed: dict[str, str], stack: LocalStack, query: str
    ) -> None:
        url = installed["DATABASE_URL"]
        ended = await claimstream("migrate", environment=installed | {"DATABASE_URL": f"{url}?{query}"})
        assert (ended.status, "as before" in ended.err) == (0, True), ended.err

    async def test_a_world_is_loaded_and_migrating_twice_is_harmless(
        self, installed: dict[str, str], world: World, tmp_path: Path
    ) -> None:
        file = tmp_path / "world.json"
        file.write_text(world.model_dump_json())
        migrated = await claimstream("migrate", environment=installed)
        assert (migrated.status, "as before" in migrated.err) == (0, True)
        loaded = await claimstream("load", str(file), "--clients", environment=installed)
        assert (loaded.status, "1 tenant, 2 inquiries" in loaded.err) == (0, True)


class TestLoad:
    async def test_it_needs_the_stores_and_nothing_else(
        self, installed: dict[str, str], world: World, tmp_path: Path
    ) -> None:
        file = tmp_path / "world.json"
        file.write_text(world.model_dump_json())
        stores = {k: v for k, v in installed.items() if k.startswith(("DATABASE_", "MONGODB_", "XDG_"))}
        loaded = await claimstream("load", str(file), "--clients", environment=stores)
        assert (loaded.status, "and 2 clients" in loaded.err) == (0, True), loaded.err
        del stores["MONGODB_URL"]
        refused = await claimstream("load", str(file), "--clients", environment=stores)
        assert (refused.status, "MONGODB_URL" in refused.err) == (2, True), refused.err

    @pytest.mark.parametrize(
        ("text", "said"),
        [(None, "new.json: missing"), ("{}", "new.json: tenants: is missing"), ("", "new.json: is empty")],
    )
    async def test_a_file_that_is_no_world_is_answered_with_what_is_expected_and_where_that_is_described(
        self, home: dict[str, str], tmp_path: Path, text: str | None, said: str
    ) -> None:
        file = tmp_path / "new.json"
        if text is not None:
            file.write_text(text)
        ended = await claimstream("load", str(file), environment=home)
        assert ended.status == 2
        assert said in ended.err
        assert "docs/evaluation.md describes the format" in ended.err
        assert str(SAMPLES / "world.json") in ended.err

    async def test_a_folder_is_no_world(self, home: dict[str, str], tmp_path: Path) -> None:
        ended = await claimstream("load", str(tmp_path), environment=home)
        assert (ended.status, "is a folder" in ended.err) == (2, True), ended.err


async def test_emails_are_listed_from_the_database(app: App, world: World, installed: dict[str, str]) -> None:
    email_id = await add_email(app, world)
    ended = await claimstream("emails", "--json", environment=installed)
    assert [email["email_id"] for email in json.loads(ended.out)] == [email_id]


@pytest.mark.parametrize("words", ["emails", "audit --since 1d", "replay --since 1d"])
async def test_a_tenant_that_there_is_not_is_named_with_those_there_are(
    app: App, installed: dict[str, str], words: str
) -> None:
    ended = await claimstream(*words.split(), "--tenant", "nope", "--json", environment=installed)
    assert (ended.status, ended.out) == (2, "")
    assert "--tenant nope: there is no such tenant. There are: t." in ended.err


class TestTenants:
    def test_of_many_the_first_are_listed(self) -> None:
        with pytest.raises(SettingsError, match=r"There are: t00, .*, t09 and 2 more\.$"):
            check_among([f"t{n:02}" for n in range(12)], "nope")

    def test_without_any_it_is_said_how_one_becomes_known(self) -> None:
        with pytest.raises(SettingsError, match=r"load WORLD\.json"):
            check_among([], "nope")


class TestMailboxes:
    """``claimstream mailboxes``."""

    async def test_they_are_listed_with_their_state(self, app: App, world: World, installed: dict[str, str]) -> None:
        address = world.tenants[0].mailboxes[0]
        await add_email(app, world)
        ended = await claimstream("mailboxes", "--json", environment=installed)
        [listed] = json.loads(ended.out)
        assert (listed["address"], listed["open_emails"], listed["disabled_reason"]) == (address, 1, None)
        assert "not begun" in (await claimstream("mailboxes", environment=installed)).out

    async def test_one_is_disabled_and_enabled_by_hand(self, app: App, world: World, installed: dict[str, str]) -> None:
        address = world.tenants[0].mailboxes[0]
        disabled = await claimstream(
            "mailboxes", "disable", address.upper(), "--reason", "has left", environment=installed
        )
        assert (disabled.status, "is disabled" in disabled.err) == (0, True), disabled.err
        listed = await claimstream("mailboxes", environment=installed)
        assert "disabled, until somebody enables it: has left" in listed.out
        for said in ("is enabled", "was enabled already"):
            enabled = await claimstream("mailboxes", "enable", address, environment=installed)
            assert (enabled.status, said in enabled.err) == (0, True), enabled.err
        mailbox = await app.mailboxes.get(address)
        assert mailbox is not None
        assert mailbox.disabled_reason is None

    async def test_one_that_is_not_known_is_named(self, app: App, installed: dict[str, str]) -> None:
        ended = await claimstream("mailboxes", "enable", "who@elsewhere.example", environment=installed)
        assert (ended.status, "who@elsewhere.example is no mailbox" in ended.err) == (2, True)


class TestReport:
    """``claimstream report``, of a database."""

    async def test_an_id_that_no_email_has_is_said_to_be_unknown(self, app: App, installed: dict[str, str]) -> None:
        ended = await claimstream("report", "nosuchid", environment=installed)
        assert (ended.status, ended.out) == (1, "")
        (line,) = ended.err.splitlines()
        assert "no email has the id 'nosuchid'" in line

    async def test_an_id_that_is_too_short_and_one_of_several_emails_are_said_to_be_so(
        self, app: App, world: World, installed: dict[str, str]
    ) -> None:
        mailbox = await app.mailboxes.get(world.tenants[0].mailboxes[0])
        assert mailbox is not None
        ids = [f"abcdef-{n}" for n in range(7)]
        for n, one in enumerate(ids):
            new = NewEmail(email_id=one, gmail_id=f"g{n}", correlation_id=new_correlation_id())
            await app.mailboxes.add_emails(mailbox, [new], holder="test", cursor=None)
        for words in (["report"], ["replay", "abcdef-1"]):
            short = await claimstream(*words, "abcde", environment=installed)
            assert (short.status, "'abcde' is too short" in short.err) == (1, True), short.err
            several = await claimstream(*words, "abcdef", environment=installed)
            assert (several.status, "more than one email has the id 'abcdef'" in several.err) == (1, True), several.err
            assert sum(one in several.err for one in ids) == 5
            assert f"({mailbox.address}, " in several.err
            assert "; and more." in several.err
            for other in (short, several):
                assert "no email has the id" not in other.err

    async def test_an_email_without_a_report_says_where_it_stands_and_what_it_waits_for(
        self, app: App, world: World, installed: dict[str, str]
    ) -> None:
        email_id = await add_email(app, world)
        new = await claimstream("report", email_id, environment=installed)
        assert (new.status, "nobody has begun with it" in new.err) == (1, True), new.err
        claimed = await app.emails.claim(email_id, worker="one", seconds=60)
        assert isinstance(claimed, Claimed)
        wait = Waited(service="gcs", kind="breaker_open", count=1, first_at=NOW, last_at=NOW, seconds=70)
        await app.emails.release(claimed.email, [wait])
        waiting = await claimstream("report", claimed.email.correlation_id, environment=installed)
        assert waiting.status == 1
        assert "in work, attempt 1; done with: nothing yet. Waited for gcs: breaker open, once, 1 min 1" in waiting.err
        again = await app.emails.claim(email_id, worker="one", seconds=60)
        assert isinstance(again, Claimed)
        await app.emails.checkpoint(again.email, Checkpoint("fetch", "{}", seconds=0.1))
        further = await claimstream("report", email_id, environment=installed | {"COLUMNS": "300"})
        assert "in work, attempt 2; done with: fetch at 20" in further.err

    def test_it_needs_an_id_and_takes_one_form(self) -> None:
        without = CliRunner().invoke(commands, ["report"])
        assert (without.exit_code, "Missing argument 'ID'" in without.output) == (2, True)
        both = CliRunner().invoke(commands, ["report", "x", "--json", "--html"])
        assert (both.exit_code, "choose one" in both.output) == (2, True)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h:abc/db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/db?sslmode=bogus"}, "DATABASE_URL: `sslmode`"),
        ({"GMAIL_SERVICE_ACCOUNT_FILE": "[/tmp/x]"}, "[/tmp/x]"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "DATABASE_URL"),
    ],
)
async def test_run_with_wrong_settings_ends_with_one_clear_line(
    home: dict[str, str], environment: dict[str, str], said: str
) -> None:
    ended = await claimstream("run", environment=home | environment)
    assert ended.status == 2
    lines = [json.loads(line) for line in ended.err.splitlines()]
    assert lines[-1]["action"] == "worker_failed"
    assert said in lines[-1]["advice"]
    assert "Traceback" not in ended.err


async def test_a_file_of_settings_that_is_no_text_is_named(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("DATABASE_URL=x".encode("utf-16"))
    ended = await claimstream("emails", environment=home, folder=tmp_path)
    assert (ended.status, ended.err.strip().count("\n")) == (2, 0)
    assert ".env: is not UTF-8" in ended.err


async def test_a_mistyped_name_in_the_file_of_settings_is_told_by_doctor_and_by_the_worker(
    app: App, installed: dict[str, str], home: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("DATABSE_URL=postgresql://u:geheim@host/db")
    said = "no setting has this name, and it is ignored; did you mean DATABASE_URL?"
    told = await claimstream("doctor", environment=installed | {"COLUMNS": "300"}, folder=tmp_path)
    assert (told.status, f"DATABSE_URL in .env: {said}" in told.out) == (0, True), told.out
    ran = await claimstream("run", environment=home, folder=tmp_path)
    lines = [json.loads(line) for line in ran.err.splitlines()]
    warnings = [(line["setting"], line["consequence"]) for line in lines if line["action"] == "setting_unknown"]
    assert warnings == [("DATABSE_URL", said)]
    assert "geheim" not in told.out + told.err + ran.err


async def test_run_speaks_to_people_where_the_log_does(home: dict[str, str]) -> None:
    ended = await claimstream("run", environment=home | {"LOG_FORMAT": "console"})
    assert ended.err.strip().splitlines()[-1].startswith("claimstream: DATABASE_URL")


async def test_a_health_port_in_use_is_named(app: App, installed: dict[str, str]) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        ended = await claimstream("run", environment=installed | {"HEALTH_PORT": str(taken.getsockname()[1])})
    assert ended.status == 2
    assert "HEALTH_PORT" in ended.err.strip().splitlines()[-1]
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("variable", "value"), [("SSL_CERT_FILE", "/"), ("HTTPS_PROXY", "kein proxy")])
async def test_a_wrong_variable_of_the_environment_is_named(
    app: App, installed: dict[str, str], variable: str, value: str
) -> None:
    asking = installed | {variable: value, "COLUMNS": "300"}
    for command in (["run"], ["audit", "--since", "2026-01-01"], ["doctor"]):
        ended = await claimstream(*command, environment=asking)
        assert ended.status == (1 if command == ["doctor"] else 2), command
        assert f"{variable}: " in ended.out + ended.err
        assert "Traceback" not in ended.err
    failed = [line for line in ended.out.splitlines() if "✗" in line]
    assert failed
    assert all(f"{variable}: " in line for line in failed), "each by the variable at fault"


async def test_a_variable_that_asyncpg_cannot_read_is_named(home: dict[str, str]) -> None:
    wrong = {"DATABASE_URL": "postgresql://127.0.0.1:9/db", "PGPORT": "tcp://10.0.0.1:5432"}
    ended = await claimstream("mailboxes", environment=home | wrong)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "claimstream: PGPORT: asyncpg reads it, and expects the number of a port\n"


async def test_only_the_result_goes_to_stdout(home: dict[str, str]) -> None:
    unreachable = home | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}
    ended = await claimstream("emails", "--json", environment=unreachable)
    assert (ended.status, ended.out) == (2, "")
    assert "DATABASE_URL" in ended.err


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "run",
        "migrate",
        "setup",
        "load",
        "doctor",
        "emails",
        "report",
        "mailboxes",
        "replay",
        "audit",
        "dead",
        "eval",
        "send",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    ended = CliRunner().invoke(commands, [command, "--help"])
    assert ended.exit_code == 0
    assert "Usage" in ended.output


@pytest.mark.parametrize("option", ["--outcome", "--status"])
def test_a_value_that_no_email_can_have_is_refused(option: str) -> None:
    ended = CliRunner().invoke(commands, ["emails", option, "lost"])
    assert ended.exit_code == 2
    assert "lost" in ended.output


def test_outcomes_to_choose_from_are_all_there_are() -> None:
    assert [str(o) for o in OutcomeChoice] == [str(o) for o in Outcome]


async def test_the_command_is_named_as_it_was_called(home: dict[str, str], tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_text("To: a@b.example\n\nx")
    hidden = await claimstream("send", str(mail), environment=home | {"PATH": os.devnull})
    assert f"{sys.executable} -m claimstream demo" in hidden.err or "bin/python -m claimstream demo" in hidden.err
    program = tmp_path / "claimstream"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    installed = await claimstream("send", str(mail), environment=home | {"PATH": str(tmp_path)})
    assert "terminal: claimstream demo" in installed.err


async def test_send_without_a_demo_says_how_to_start_one(home: dict[str, str], tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_text("To: a@b.example\n\nx")
    ended = await claimstream("send", str(mail), environment=home)
    assert ended.status == 2
    assert "claimstream demo --keep" in ended.err


async def test_send_names_the_mailboxes_of_the_demo(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    announce_demo(tmp_path, installed)
    mail = tmp_path / "a.eml"
    mail.write_text("To: who@elsewhere.example\n\nx")
    ended = await claimstream("send", str(mail), environment={"XDG_CACHE_HOME": installed["XDG_CACHE_HOME"]})
    said = f"who@elsewhere.example is no mailbox of the demo. Name one: --mailbox {world.tenants[0].mailboxes[0]}"
    assert (ended.status, said in ended.err) == (2, True), ended.err


async def test_send_to_a_disabled_mailbox_says_which_command_enables_it(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    address = world.tenants[0].mailboxes[0]
    announce_demo(tmp_path, installed)
    mail = tmp_path / "a.eml"
    mail.write_text(f"To: {address}\n\nx")
    await MailboxAccessStore(app.database).disable(address, "has left", retry_seconds=None)
    ended = await claimstream("send", str(mail), environment=installed)
    assert ended.status == 2
    assert f"{address} is disabled (has left)" in ended.err
    assert f"mailboxes enable {address}" in ended.err


@pytest.mark.parametrize(
    ("variable", "value"), [("ANTHROPIC_API_KEY", "wrong"), ("GMAIL_TOKEN", "wrong"), ("GCS_BUCKET", "no-such-bucket")]
)
async def test_a_worker_with_wrong_credentials_says_what_to_check(
    app: App, installed: dict[str, str], variable: str, value: str
) -> None:
    process = await begun("run", environment=installed | {variable: value})
    assert process.stderr is not None
    try:
        async with asyncio.timeout(LONG):
            while (line := json.loads(await process.stderr.readline()))["action"] != "service_refuses":
                pass
    finally:
        process.kill()
        await process.wait()
    assert ("credentials" if variable == "GMAIL_TOKEN" else variable) in line["advice"]


@pytest.mark.parametrize("saved", ['{"emails": [{"of": "another version"}]}', '{"other": 1}', "[]", "[1]", "{"])
async def test_what_a_demo_of_another_version_has_left_is_no_demo(
    home: dict[str, str], tmp_path: Path, saved: str
) -> None:
    (tmp_path / "claimstream").mkdir()
    (tmp_path / "claimstream" / "last-demo.json").write_text(saved)
    ended = await claimstream("emails", environment=home)
    assert (ended.status, "Traceback" in ended.err) == (2, False)
    assert "DATABASE_URL: not set" in ended.err
