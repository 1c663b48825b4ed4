"""What ``claimstream doctor`` looks at, where one of the services cannot even be asked."""

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.process import claimstream
from tests.helpers import until

from claimstream.app import App
from claimstream.cli import console
from claimstream.cli.doctor.diagnosis import diagnose
from claimstream.cli.doctor.mailboxes import look_at_mailboxes
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings, load_settings

SERVICES = {"PostgreSQL", "Gmail", "MongoDB", "GCS", "Claude", "SMTP", "Pub/Sub", "Breakers", "Traces", "Sentry"}


def set_to(installed: dict[str, str], variable: str, value: str) -> Settings:
    names = {name: value for name, value in (installed | {variable: value}).items() if value}
    given = {name.lower(): value for name, value in names.items() if name.lower() in Settings.model_fields}
    return load_settings(_env_file=None, **given)


@pytest.mark.parametrize(
    ("variable", "value", "service"),
    [
        ("DATABASE_URL", "postgresql://a..b/x", "PostgreSQL"),
        ("GMAIL_BASE_URL", "http://a..b", "Gmail"),
        ("MONGODB_URL", "mongodb://127.0.0.1:1/?tls=true&tlsCAFile=/none", "MongoDB"),
        ("MONGODB_DATABASE", "a.b", "MongoDB"),
        ("STORAGE_EMULATOR_HOST", "http://:80", "GCS"),
        ("ANTHROPIC_BASE_URL", "http://:80", "Claude"),
        ("SMTP_URL", "smtp://a..b", "SMTP"),
        ("PUBSUB_EMULATOR_HOST", "/a:1", "Pub/Sub"),
        ("BREAKER_REDIS_URL", "redis://127.0.0.1:1/?db=x", "Redis"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://host:port", "Traces"),
        ("SENTRY_DSN", "https://key@host:port/1", "Sentry"),
    ],
)
async def test_a_value_that_its_service_cannot_use_is_named_and_keeps_no_other_from_being_looked_at(
    app: App, installed: dict[str, str], variable: str, value: str, service: str
) -> None:
    findings = await diagnose(set_to(installed, variable, value))
    assert {finding.service for finding in findings} == SERVICES | {service}
    (failed,) = [finding for finding in findings if finding.state == "failed"]
    assert failed.service == service
    assert variable in failed.text or f"{variable.partition('_')[0]}_…" in failed.text


async def test_a_file_that_is_no_key_is_a_finding_about_gmail(
    app: App, installed: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "key.json"
    file.write_text("{}")
    asking = installed | {"GMAIL_TOKEN": "", "GMAIL_SERVICE_ACCOUNT_FILE": str(file), "COLUMNS": "300"}
    ended = await claimstream("doctor", environment=asking)
    marks = {line.split()[1]: line[0] for line in ended.out.splitlines()}
    assert (ended.status, set(marks), marks["Gmail"]) == (1, SERVICES, "✗"), ended.err
    assert "GMAIL_SERVICE_ACCOUNT_FILE is not a service account's key" in ended.out


async def test_what_a_library_says_of_a_value_is_not_shown_since_it_may_quote_a_password(
    app: App, installed: dict[str, str]
) -> None:
    findings = await diagnose(set_to(installed, "SENTRY_DSN", "https://key@host:geheim/1"))
    assert findings[-1].service == "Sentry"
    assert not [finding for finding in findings if "geheim" in finding.text]


class TestWrongSettings:
    """Values that are not even accepted."""

    async def test_each_is_a_finding_and_what_it_is_not_for_is_looked_at(
        self, app: App, installed: dict[str, str]
    ) -> None:
        wrong = {"MONGODB_URL": "nonsense", "LOG_FORMAT": "xml", "GMAIL_CLIENT_ID": "x", "COLUMNS": "300"}
        ended = await claimstream("doctor", environment=installed | wrong)
        rows = [(line[0], line[1:].split()[0], line) for line in ended.out.splitlines()]
        marks = {service: mark for mark, service, _ in rows if service != "Settings"}
        assert ended.status == 1
        assert [line for mark, service, line in rows if mark == "✗" and service != "Settings"] == []
        told = [" ".join(line.split()[2:]) for mark, service, line in rows if service == "Settings"]
        assert told == [
            "MONGODB_URL: expected a URL like mongodb://host:port/…, of scheme mongodb or mongodb+srv",
            "LOG_FORMAT: expected 'json' or 'console'",
            "GMAIL_CLIENT_ID, GMAIL_CLIENT_SECRET and GMAIL_REFRESH_TOKEN belong together",
        ]
        assert set(marks) == SERVICES
        assert (marks["MongoDB"], marks["Gmail"]) == ("–", "–")
        assert "not looked at before this is right: MONGODB_URL" in ended.out
        assert {marks[name] for name in ("PostgreSQL", "GCS", "Claude", "SMTP", "Pub/Sub", "Traces")} == {"✓"}, (
            ended.out
        )

    async def test_a_file_of_settings_that_is_no_text_is_a_finding(self, home: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / ".env").write_bytes("DATABASE_URL=x".encode("utf-16"))
        ended = await claimstream("doctor", environment=home, folder=tmp_path)
        assert (ended.status, ended.out.split()[:3]) == (1, ["✗", "Settings", ".env:"])


async def many_mailboxes(app: App, count: int) -> None:
    await app.database.run(
        "INSERT",
        lambda c: c.execute(
            """
            INSERT INTO mailboxes (address, tenant_id, watch_expires_at)
            SELECT 'box-' || n || '.' || $2 || '@kanzlei.example', 't', now() + interval '7 days'
            FROM generate_series(1, $1) AS n
            """,
            count,
            app.settings.mongodb_database,
        ),
    )


async def of_gmail(settings: Settings, most: int | None) -> str:
    findings = await diagnose(settings, most_mailboxes=most)
    (gmail,) = [finding for finding in findings if finding.service == "Gmail"]
    return f"{gmail.state}: {gmail.text}"


async def test_a_sample_of_the_mailboxes_is_opened_side_by_side(
    app: App, stack: LocalStack, installed: dict[str, str]
) -> None:
    await many_mailboxes(app, 999)
    settings = load_settings(_env_file=None, **{n.lower(): v for n, v in installed.items()})
    before = stack.gmail.calls["profile"]
    said = await of_gmail(settings, 40)
    assert said.startswith("warning: 40 mailboxes open, 1 without a watch")
    assert said.endswith("40 of 1,000 looked at: --all-mailboxes looks at each")
    assert stack.gmail.calls["profile"] - before == 40
    assert "1000 mailboxes open" in await of_gmail(settings, None)
    stack.gmail.faults.fail(400, operation="profile", reason="failedPrecondition", times=7)
    try:
        said = await of_gmail(settings, 40)
    finally:
        stack.gmail.faults.clear()
    assert said.startswith("failed: 7 of 40 do not open. ")
    assert "; and 2 more; 40 of 1,000 looked at" in said
    before = stack.gmail.calls["profile"]
    stack.gmail.faults.slow(1000, operation="profile")
    looking = asyncio.create_task(of_gmail(settings, 40))
    try:
        await until(lambda: stack.gmail.calls["profile"] - before >= 10)
    finally:
        stack.gmail.faults.clear()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def test_a_hundred_mailboxes_are_opened_by_default(app: App, installed: dict[str, str]) -> None:
    await many_mailboxes(app, 150)
    said = " ".join((await claimstream("doctor", environment=installed)).out.split())
    assert "100 mailboxes open" in said
    assert "100 of 151 looked at: --all-mailboxes looks at each" in said


async def test_mailboxes_are_counted_on_a_terminal(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=screen, force_terminal=True, width=100))
    await many_mailboxes(app, 6)
    await look_at_mailboxes(app.gmail, await app.mailboxes.all(), most=None)
    assert "7/7" in screen.getvalue()


@pytest.mark.parametrize("variable", ["MODEL_DAILY_BUDGET_USD", "MODEL_EMAIL_BUDGET_USD"])
async def test_a_budget_that_one_mail_may_exceed_is_a_warning(
    app: App, installed: dict[str, str], variable: str
) -> None:
    for value, warned in (("0.3", True), ("5", False)):
        findings = await diagnose(set_to(installed, variable, value))
        assert [f.service for f in findings if f.state == "warning" and variable in f.text] == ["Claude"] * warned
