"""Settings: typed, validated, documented in .env.example."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from claimstream.settings import Settings, SettingsError, env_example, load_settings

NUMBERS = [
    name.upper()
    for name, field in Settings.model_fields.items()
    if {int, float} & {field.annotation, *get_args(field.annotation)} and name != "trace_sample_ratio"
]
"""All but telemetry's ratio, which is a warning at the start."""
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
        ("DATABASE_URL", "postgresql://u:p@ss/w?rd@h:5432/db"),
        ("MONGODB_URL", "mongodb://u:p@ss/w?rd@h/db"),
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


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["inf", "9" * 30])
def test_no_number_that_arithmetic_fails_on(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: expected "):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HEALTH_PORT", "abc", "expected a whole number, such as 20"),
        ("HEALTH_PORT", "65536", "expected 65535 or less"),
        ("THRESHOLD_MATCH", "0,7", "expected a number, with a point where it is no whole one, such as 0.7"),
        ("AMOUNT_MAXIMUM", "500.000,00", "expected a number, with a point where it is no whole one, such as 2.50"),
        ("MAX_CRASHES", "0", "expected 1 or more"),
        ("POLL_SECONDS", "0", "expected more than 0"),
        ("DATABASE_POOLER", "yes", "expected 'session' or 'transaction'"),
    ],
)
def test_a_wrong_value_says_what_is_expected(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: {re.escape(said)}"):
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


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EMAILS_TOPIC", "gmail-notifications", "must differ"),
        ("DEAD_LETTER_TOPIC", "emails", "must differ"),
        ("NOTIFICATIONS_SUBSCRIPTION", "emails", "must differ"),
        ("GMAIL_USER_UNITS_PER_MINUTE", "1", "a message costs"),
        ("GMAIL_PROJECT_UNITS_PER_MINUTE", "5", "a message costs"),
    ],
)
def test_what_no_mail_would_get_through_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings()
    assert name in str(caught.value)


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


_SAMPLES = {
    "database_url": "postgresql://u:p@h/db",
    "mongodb_url": "mongodb://h:27017",
    "smtp_url": "smtp://u:p@h:587",
    "breaker_redis_url": "redis://h:6379/0",
    "sentry_dsn": "https://key@sentry.example/1",
    "pubsub_emulator_host": "127.0.0.1:8085",
    "pubsub_endpoint": "europe-west3-pubsub.googleapis.com:443",
    "notification_email": "team@kanzlei.example",
    "circuit_breaker_alert_email": "team@kanzlei.example",
    "google_application_credentials": str(ROOT / "pyproject.toml"),
    "gmail_service_account_file": str(ROOT / "pyproject.toml"),
    "log_format": "json",
    **dict.fromkeys(("storage_emulator_host", "gmail_base_url", "anthropic_base_url", "jaeger_ui_url"), "http://h:1"),
}
_CONSENT = {"gmail_client_id": "id", "gmail_client_secret": "geheim", "gmail_refresh_token": "1//refresh"}
TEXTS = [
    name
    for name, field in Settings.model_fields.items()
    if any(kind in str(field.annotation) for kind in ("str", "SecretStr", "Path", "Literal"))
    and name != "freemail_domains"
]


def sample(name: str) -> str:
    default = Settings.model_fields[name].default
    return str(_SAMPLES.get(name) or _CONSENT.get(name) or default or "something")


def loaded(name: str, value: str) -> object:
    given = _CONSENT | {name: value} if name in _CONSENT else {name: value}
    found = getattr(load_settings(**given), name)
    return found.get_secret_value() if isinstance(found, SecretStr) else found


@pytest.mark.parametrize("name", TEXTS)
def test_white_space_around_a_value_is_no_part_of_it(name: str) -> None:
    plain = loaded(name, sample(name))
    for around in ("{}\n", "{}\r\n", " {}", "\t{} "):
        assert loaded(name, around.format(sample(name))) == plain
    if name not in _CONSENT:
        assert getattr(load_settings(**{name: " \n"}), name) == Settings.model_fields[name].default


def test_white_space_around_a_value_in_the_environment_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GMAIL_TOKEN", "abc\n")
    monkeypatch.setenv("MAX_EMAILS_IN_FLIGHT", " 7\n")
    settings = load_settings()
    assert settings.gmail_token is not None
    assert (settings.gmail_token.get_secret_value(), settings.max_emails_in_flight) == ("abc", 7)


@pytest.mark.parametrize("name", ["anthropic_api_key", "gmail_token", *_CONSENT])
@pytest.mark.parametrize("value", ["hunter 2", "hunter\n2", "hunter\t2"])
def test_white_space_within_a_secret_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()) as caught:
        loaded(name, value)
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize("name", ["database_url", "gcs_bucket", "extraction_model", "google_cloud_project"])
def test_a_line_break_within_a_value_names_its_variable(name: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()):
        loaded(name, f"{sample(name)}\nX=1")
