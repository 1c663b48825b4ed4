"""Settings: typed, validated, documented in .env.example."""

from pathlib import Path

import pytest

from claimstream.settings import Settings, SettingsError, env_example, load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_env_example_is_what_the_code_says() -> None:
    written = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert written == env_example(), "python -m claimstream.settings > .env.example"


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_nothing_is_required_to_load() -> None:
    assert load_settings().google_cloud_project == "claimstream"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "localhost/claims"),
        ("DATABASE_URL", "postgresql://h:abc/db"),
        ("DATABASE_URL", "postgresql://h:5432,i:99999/db"),
        ("SMTP_URL", "smtp://h:abc"),
        ("MONGODB_URL", "http://mongo"),
        ("TRACE_SAMPLE_RATIO", "some"),
        ("PUBSUB_EMULATOR_HOST", "localhost"),
        ("CIRCUIT_BREAKER_ALERT_EMAIL", "the team"),
        ("LOG_FORMAT", "xml"),
        ("SMTP_URL", "smtp://user@"),
        ("MAX_EMAILS_IN_FLIGHT", "many"),
        ("AMOUNT_MAXIMUM", "-1"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p@a:5432,b:5433/db?sslmode=require"),
        ("DATABASE_URL", "postgresql://u:p@[::1]:5432/db"),
        ("MONGODB_URL", "mongodb://a:27017,b:27018,c/?replicaSet=r"),
    ],
)
def test_several_hosts_and_ipv6_are_fine(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), name.lower()).get_secret_value() == value


@pytest.mark.parametrize("url", ["mysql://user:hunter2@host/db", "postgresql://user:hunter2/x@host/db"])
def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_oauth_settings_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GMAIL_CLIENT_ID", "x")
    with pytest.raises(SettingsError, match="GMAIL_REFRESH_TOKEN"):
        load_settings()


def test_what_is_missing_is_named_with_its_consequence() -> None:
    missing = load_settings().missing()
    assert {"ANTHROPIC_API_KEY", "SENTRY_DSN", "CIRCUIT_BREAKER_ALERT_EMAIL", "MONGODB_URL", "GCS_BUCKET"} <= set(
        missing
    )
    assert all(missing.values())


def test_domains_are_a_comma_separated_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEMAIL_DOMAINS", "Web.de, gmx.de ,")
    assert load_settings().freemail_domains == {"web.de", "gmx.de"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("TRACE_SAMPLE_RATIO", "1.5"),
        ("SENTRY_DSN", "not a dsn"),
    ],
)
def test_what_telemetry_cannot_use_is_for_telemetry_to_say(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """It warns, and goes without: mail is read all the same."""
    monkeypatch.setenv(name, value)
    load_settings(_env_file=None)
