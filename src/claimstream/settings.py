"""Every setting, typed, from the environment (and from a ``.env`` file beside the command).

Only what cannot be done without is required, and only where it is needed: what is not configured switches its part off
and is named in a warning at start (:meth:`Settings.missing`).
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from claimstream.domain.records.decision import Thresholds


class SettingsError(Exception):
    """A setting is wrong or missing. The text names the variable and says what is expected."""


class WrongSettingsError(SettingsError):
    """Values that are not accepted, and all of them."""

    def __init__(self, problems: dict[str, tuple[str, ...]]) -> None:
        """``problems``: each in a sentence that names the variables, with the fields whose values it is about."""
        super().__init__("; ".join(problems))
        self.problems = problems


_TOPICS = ("notifications_topic", "emails_topic", "dead_letter_topic")
_SUBSCRIPTIONS = ("notifications_subscription", "emails_subscription", "dead_letter_subscription")
_UNITS_OF_A_MESSAGE = 20
"""https://developers.google.com/workspace/gmail/api/reference/quota"""
_PERCENT_ENCODED = (
    "Special characters of a password are percent-encoded: / is %2F, # is %23, : is %3A, ? is %3F, @ is %40"
)


def _url(*schemes: str) -> AfterValidator:
    def check(value: SecretStr | str | None) -> SecretStr | str | None:
        if value is None:
            return None
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.netloc:
            raise ValueError(f"expected a URL like {schemes[0]}://host:port/…, of scheme {' or '.join(schemes)}")
        hosts = parts.netloc.rpartition("@")[2]
        if not hosts and "postgresql" not in schemes:  # which may be asked through a socket
            raise ValueError(f"expected a host, as in {schemes[0]}://user:password@host:port")
        for host in hosts.split(","):  # MongoDB and PostgreSQL take several
            _check_port(host)
        if parts.query and any("=" not in field for field in parts.query.split("&")):
            raise ValueError(f"expected name=value&… behind the ?. {_PERCENT_ENCODED}")
        return value

    return AfterValidator(check)


def _check_port(host: str) -> None:
    try:
        urlsplit(f"//{host}").port  # noqa: B018 - reading it is the check
    except ValueError:
        # Without the library's text: what it takes for the port may be a part of the password.
        raise ValueError(f"expected a number from 0 to 65535 as the port. {_PERCENT_ENCODED}") from None


def _host_port(value: str | None) -> str | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    lone = ":" not in host or (host.startswith("[") and host.endswith("]"))
    if not host or not lone or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("expected host:port, such as 127.0.0.1:8085")
    return value


def _address(value: str | None) -> str | None:
    if value is not None and (value.count("@") != 1 or value.startswith("@") or value.endswith("@")):
        raise ValueError("expected an email address, such as team@example.com")
    return value


def _stripped(value: object) -> object:
    """Return it without white space around it; None where nothing else is in it."""
    if isinstance(value, SecretStr):
        text = value.get_secret_value().strip()
        return SecretStr(text) if text else None
    return (value.strip() or None) if isinstance(value, str) else value


def _domains(value: object) -> object:
    if isinstance(value, str):
        return frozenset(part.strip().lower() for part in value.split(",") if part.strip())
    return value


Ratio = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(le=86_400)]
"""At most a day: ``inf`` would end each email, or each round of maintenance, in an OverflowError."""
Address = Annotated[str | None, AfterValidator(_address)]
HttpUrl = Annotated[str | None, _url("http", "https")]

_SPACE = re.compile(r"\s")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
_WITHOUT_SPACE = frozenset(
    {"anthropic_api_key", "gmail_token", "gmail_client_id", "gmail_client_secret", "gmail_refresh_token"}
)
"""Keys and tokens, which have no white space in them."""
_EXPECTED = {
    "int_parsing": "expected a whole number, such as 20",
    "float_parsing": "expected a number, with a point where it is no whole one, such as 0.7",
    "decimal_parsing": "expected a number, with a point where it is no whole one, such as 2.50",
    "finite_number": "expected a finite number",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected {ge} or more",
    "less_than_equal": "expected {le} or less",
    "literal_error": "expected {expected}",
}
"""Words for pydantic's types of errors, which speak of an input."""
_OF_TELEMETRY = frozenset({"otel_exporter_otlp_endpoint", "otel_exporter_otlp_protocol", "sentry_dsn"})
"""What cannot be used there is a warning at the start, and keeps no worker from its mail."""

FREEMAIL = (
    "gmail.com,googlemail.com,gmx.de,gmx.net,gmx.at,web.de,t-online.de,freenet.de,outlook.com,outlook.de,hotmail.com,"
    "hotmail.de,live.de,live.com,yahoo.com,yahoo.de,icloud.com,me.com,aol.com,posteo.de,mailbox.org,arcor.de,"
    "proton.me,protonmail.com,1und1.de,online.de,vodafone.de,email.de"
)


class Settings(BaseSettings):
    """The settings of one process. The variable is the field's name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # --- stores
    database_url: Annotated[SecretStr | None, _url("postgresql", "postgres")] = Field(
        None,
        description="PostgreSQL 14+, the source of truth. Required to run. TLS: end it with "
        "?sslmode=verify-full&sslrootcert=FILE (docs/security.md).",
    )
    database_pooler: Literal["session", "transaction"] = Field(
        "session",
        description="transaction where DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer's "
        "pool_mode=transaction: no statement is prepared then. Else session.",
    )
    mongodb_url: Annotated[SecretStr | None, _url("mongodb", "mongodb+srv")] = Field(
        None,
        description="MongoDB with the firm's clients. Without it no mail can be matched: a person decides each. TLS: "
        "mongodb+srv:// has it; else end it with ?tls=true&tlsCAFile=FILE (docs/security.md).",
    )
    mongodb_database: str = Field("claimstream", min_length=1, description="The database that holds `clients`.")
    gcs_bucket: str | None = Field(
        None, min_length=3, description="Bucket for raw mail and attachments. Without it nothing is archived."
    )
    storage_emulator_host: HttpUrl = Field(None, description="A fake GCS server instead of Google's, for development.")

    # --- Google
    google_cloud_project: str = Field("claimstream", min_length=1, description="Project of the topics.")
    google_application_credentials: Path | None = Field(
        None, description="Service account file for Pub/Sub and GCS; on GKE use workload identity instead."
    )
    pubsub_emulator_host: Annotated[str | None, AfterValidator(_host_port)] = Field(
        None, description="host:port of a Pub/Sub emulator instead of Google's."
    )
    pubsub_endpoint: Annotated[str | None, AfterValidator(_host_port)] = Field(
        None, description="Regional endpoint, such as europe-west3-pubsub.googleapis.com:443."
    )
    notifications_topic: str = Field("gmail-notifications", min_length=3, description="Topic that Gmail publishes to.")
    notifications_subscription: str = Field(
        "gmail-notifications", min_length=3, description="Subscription of mailbox sync."
    )
    emails_topic: str = Field("emails", min_length=3, description="Topic with one message per new email.")
    emails_subscription: str = Field("emails", min_length=3, description="Subscription of the pipeline.")
    dead_letter_topic: str = Field(
        "emails-dead", min_length=3, description="Topic for what cannot even be recorded. Empty in normal life."
    )
    dead_letter_subscription: str = Field(
        "emails-dead", min_length=3, description="Subscription that keeps it until `claimstream dead redrive`."
    )

    # --- Gmail
    gmail_base_url: HttpUrl = Field(None, description="Another Gmail server than Google's, for development.")
    gmail_token: SecretStr | None = Field(None, description="A fixed bearer token, for development.")
    gmail_service_account_file: Path | None = Field(
        None, description="Service account with domain-wide delegation of gmail.readonly."
    )
    gmail_client_id: str | None = Field(None, description="OAuth client of a single mailbox, with the two below.")
    gmail_client_secret: SecretStr | None = Field(None, description="Its secret.")
    gmail_refresh_token: SecretStr | None = Field(None, description="The refresh token the mailbox's owner granted.")
    gmail_user_units_per_minute: float = Field(
        6_000.0,
        ge=0,
        le=1e9,
        description="Gmail's quota for one mailbox, as far as this process may use it: divide it by the workers. "
        "0: no limit.",
    )
    gmail_project_units_per_minute: float = Field(
        1_200_000.0,
        ge=0,
        le=1e9,
        description="The same for all mailboxes together. A message costs 20 units.",
    )
    poll_seconds: Seconds = Field(
        300.0, gt=0, description="A mailbox without a notification for this long is looked at all the same."
    )

    # --- Claude
    anthropic_api_key: SecretStr | None = Field(
        None, description="Without it only the deterministic reader reads; what it cannot settle goes to a person."
    )
    anthropic_base_url: HttpUrl = Field(None, description="Another endpoint than Anthropic's.")
    extraction_model: str = Field("claude-sonnet-5-5", min_length=3, description="Model that extracts and transcribes.")
    classification_model: str = Field(
        "claude-haiku-5-5", min_length=3, description="Model that tells intents and bears witness."
    )
    model_daily_budget_usd: Decimal | None = Field(
        None,
        gt=0,
        description="When a day's tokens have cost this much, mail that needs a model goes to a person; with the "
        "witness on, so does all that is to be written.",
    )
    model_email_budget_usd: Decimal = Field(
        Decimal(5),
        gt=0,
        description="The most that the model may be asked for about one email; the rest is a person's.",
    )
    model_questions_per_email: int = Field(
        20,
        ge=1,
        le=1_000,
        description="How many questions about one email the model is asked, the most promising sources first.",
    )

    model_witness: Literal["on", "off"] = Field(
        "on",
        description="Before each write the model is asked whether the mail as a whole says just that; only its yes "
        "lets the write pass. off: the rules alone decide.",
    )

    # --- mail we send
    smtp_url: Annotated[SecretStr | None, _url("smtp", "smtps")] = Field(
        None, description="smtp://user:password@host:587. Without it no notification and no alert is sent."
    )
    mail_from: Address = Field("claimstream@localhost.example", description="Sender of notifications and alerts.")
    notification_email: Address = Field(
        None, description="Who hears of automatic matches (UPDATE_AND_NOTIFY), where the tenant names nobody."
    )
    circuit_breaker_alert_email: Address = Field(None, description="Who hears that a circuit breaker opened.")

    # --- telemetry
    environment: str = Field("development", min_length=1, description="deployment.environment.name, Sentry too.")
    # Not checked here: what cannot be used is a warning at start, and that part stays off. Mail goes before telemetry.
    otel_exporter_otlp_endpoint: str | None = Field(
        None, description="Collector or Jaeger for traces and metrics, such as http://127.0.0.1:4317."
    )
    otel_exporter_otlp_protocol: str = Field("grpc", description="Of that endpoint: grpc or http/protobuf.")
    trace_sample_ratio: float = Field(1.0, description="Share of emails that are traced, 0 to 1; errors always are.")
    jaeger_ui_url: HttpUrl = Field(None, description="Where reports link to, such as http://jaeger.internal:16686.")
    sentry_dsn: SecretStr | None = Field(None, description="Errors go there.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Of our own log lines.")
    log_format: Literal["json", "console"] | None = Field(
        None, description="json or console; by default console on a terminal, else json."
    )

    # --- the worker
    max_emails_in_flight: int = Field(200, ge=1, le=10_000, description="Emails one process works on at a time.")
    database_connections: int = Field(
        20, ge=2, le=500, description="Connections to PostgreSQL that one process opens at most."
    )
    memory_bytes: int | None = Field(
        None,
        ge=64 * 1024 * 1024,
        le=2**50,
        description="What one process and its reading processes may take of memory together. By default what its "
        "container may take (cgroup), else what the machine has. docs/scaling.md says who gets how much.",
    )
    letters_held: int = Field(
        1_000_000,
        ge=1,
        le=1_000_000_000,
        description="Of firms whose mail it has seen lately, in one process's memory: some 300 bytes each "
        "(docs/scaling.md). The letters of other firms are read anew when mail of theirs comes.",
    )
    claim_seconds: Seconds = Field(
        60.0, ge=1, description="A worker that has not renewed its claim for this long has lost the email."
    )
    max_crashes: int = Field(3, ge=1, le=1_000, description="A mail that ended this many workers goes to a person.")
    drain_seconds: Seconds = Field(25.0, ge=0, description="How long running emails may take to end after SIGTERM.")
    outage_wait_seconds: Seconds = Field(5.0, gt=0, description="How long an email waits for a service before it asks.")
    breaker_recovery_seconds: Seconds = Field(
        30.0, gt=0, description="How long calls to a service that is down are held back before one may try again."
    )
    breaker_redis_url: Annotated[SecretStr | None, _url("redis", "rediss")] = Field(
        None,
        description="Redis in which workers share what their circuit breakers have met, such as redis://host:6379/0; "
        "needs pip install 'claimstream[redis]'. Without it, or while it is down, each worker finds out by itself.",
    )
    health_port: int | None = Field(
        None, ge=0, le=65535, description="Serves /live and /ready for Kubernetes. Off when not set."
    )

    # --- the rules' thresholds (docs/domain.md)
    threshold_intent: Ratio = Field(0.70, description="Below, a person decides what the mail wants.")
    threshold_extraction: Ratio = Field(0.75, description="Below, an amount is never written.")
    threshold_settlement: Ratio = Field(0.70, description="Below, a settlement goes to a person.")
    threshold_match: Ratio = Field(0.70, description="A scored match must reach this.")
    threshold_match_gap: Ratio = Field(0.15, description="Distance to the next client or creditor.")
    threshold_auto_update: Ratio = Field(0.85, description="AUTO_UPDATE from here.")
    threshold_update_and_notify: Ratio = Field(0.60, description="UPDATE_AND_NOTIFY from here.")
    amount_maximum: Decimal = Field(Decimal("500000.00"), gt=0, description="EUR; above, a person decides.")
    inquiry_age_days: int = Field(
        90, ge=1, le=36_500, description="Older inquiries are matched only by code or message id."
    )
    freemail_domains: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(FREEMAIL.split(",")), description="Comma-separated; a sender there says nothing about the creditor."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    @model_validator(mode="before")
    @classmethod
    def _without_space_around(cls, values: Any) -> Any:
        """A file that ends in a newline brings it along, and it would pass into a header, a name or a path unnoticed.
        What is nothing else counts as not set."""
        if not isinstance(values, dict):
            return values
        return {name: value for name, raw in values.items() if (value := _stripped(raw)) is not None or raw is None}

    @field_validator("*", mode="after")
    @classmethod
    def _one_line(cls, value: object, info: ValidationInfo) -> object:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(text, str) and info.field_name not in _OF_TELEMETRY:
            wrong = _SPACE if info.field_name in _WITHOUT_SPACE else _CONTROL_CHARACTER
            if wrong.search(text):
                raise ValueError("there is white space or a control character within it: two values, or a broken one?")
        return value

    @model_validator(mode="before")
    @classmethod
    def _split_domains(cls, values: Any) -> Any:
        if isinstance(values, dict) and "freemail_domains" in values:
            values["freemail_domains"] = _domains(values["freemail_domains"])
        return values

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.threshold_update_and_notify > self.threshold_auto_update:
            raise ValueError("THRESHOLD_UPDATE_AND_NOTIFY must not be above THRESHOLD_AUTO_UPDATE")
        for names in (_TOPICS, _SUBSCRIPTIONS):
            if len({getattr(self, name) for name in names}) < len(names):
                listed = ", ".join(name.upper() for name in names)
                raise ValueError(f"{listed} must differ: each carries messages of its own kind")
        for name in ("gmail_user_units_per_minute", "gmail_project_units_per_minute"):
            if 0 < getattr(self, name) < _UNITS_OF_A_MESSAGE:
                raise ValueError(
                    f"{name.upper()} is below the {_UNITS_OF_A_MESSAGE} units that a message costs: "
                    "none would be read in a minute. 0: no limit"
                )
        oauth = (self.gmail_client_id, self.gmail_client_secret, self.gmail_refresh_token)
        if any(oauth) and not all(oauth):
            raise ValueError("GMAIL_CLIENT_ID, GMAIL_CLIENT_SECRET and GMAIL_REFRESH_TOKEN belong together")
        for name in ("google_application_credentials", "gmail_service_account_file"):
            path: Path | None = getattr(self, name)
            if path is not None and not path.is_file():
                raise ValueError(f"{name.upper()} names a file that is not there: {path}")
        return self

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(
            intent_minimum=self.threshold_intent,
            extraction_minimum=self.threshold_extraction,
            settlement_minimum=self.threshold_settlement,
            match_minimum=self.threshold_match,
            match_gap=self.threshold_match_gap,
            auto_update=self.threshold_auto_update,
            update_and_notify=self.threshold_update_and_notify,
            amount_maximum=self.amount_maximum,
            inquiry_age_days=self.inquiry_age_days,
        )

    @property
    def gmail_configured(self) -> bool:
        return bool(self.gmail_token or self.gmail_service_account_file or self.gmail_refresh_token)

    def topic(self, name: str) -> str:
        return f"projects/{self.google_cloud_project}/topics/{name}"

    def subscription(self, name: str) -> str:
        return f"projects/{self.google_cloud_project}/subscriptions/{name}"

    def missing(self) -> dict[str, str]:
        """What is not configured and what therefore does not happen, by variable."""
        absent = {
            "ANTHROPIC_API_KEY": (
                self.anthropic_api_key or self.anthropic_base_url,
                "only the deterministic reader reads; the rest goes to a person",
            ),
            "MONGODB_URL": (self.mongodb_url, "no mail can be matched; a person decides each"),
            "GCS_BUCKET": (self.gcs_bucket, "raw mail and attachments are not archived"),
            "SMTP_URL": (self.smtp_url, "no notification and no alert mail is sent"),
            "NOTIFICATION_EMAIL": (
                self.notification_email,
                "only tenants with an address of their own hear of matches",
            ),
            "CIRCUIT_BREAKER_ALERT_EMAIL": (self.circuit_breaker_alert_email, "nobody is told of an outage by mail"),
            "SENTRY_DSN": (self.sentry_dsn, "errors are only logged"),
            "HEALTH_PORT": (self.health_port is not None, "nobody can ask whether this worker lives and is ready"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": (self.otel_exporter_otlp_endpoint, "no trace leaves this process"),
        }
        return {name: consequence for name, (value, consequence) in absent.items() if not value}


def not_set(variable: str) -> str:
    """The beginning of a message: in which places the variable was looked for."""
    file = Path(".env")
    try:
        place = Path.cwd() / file
    except FileNotFoundError:
        return f"{variable}: not set in the environment, and the folder you are in was deleted: there is no {file}"
    if file.is_file():
        state = ""
    elif file.is_symlink():
        state = f", a link to {file.readlink()}, which is not there"
    else:
        state = ", which is no file" if file.exists() else ", which is not there"
    return f"{variable}: not set in the environment or in {place}{state}"


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; ``overrides`` (by field name) win.

    Raises:
        WrongSettingsError: values are not accepted.
        SettingsError: the file cannot be read, or is no text.
    """
    return _validated(Settings, overrides)


class _GivenSettings(Settings):
    model_config = SettingsConfigDict(env_file=None)  # which would be read even though nobody asks that source

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def given_settings(values: Mapping[str, str]) -> Settings:
    """Settings from these values by field name, and from nothing else: neither the environment nor ``.env`` is read.

    Raises:
        WrongSettingsError: values are not accepted.
    """
    return _validated(_GivenSettings, values)


def _validated(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    try:
        return kind(**values)
    except ValidationError as error:
        problems: dict[str, tuple[str, ...]] = {}
        for problem in error.errors(include_url=False, include_input=False):
            words = _EXPECTED.get(problem["type"], problem["msg"]).format(**problem.get("ctx", {}))
            message = words.removeprefix("Value error, ")
            if problem["loc"]:
                name = str(problem["loc"][0])
                problems[f"{name.upper()}: {message}"] = (name,)
            else:  # of several together, which the message names
                names = set(re.findall(r"[A-Z][A-Z_]+", message))
                problems[message] = tuple(name for name in Settings.model_fields if name.upper() in names)
        raise WrongSettingsError(problems) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f".env: cannot be read ({error.strerror})") from None


def env_example() -> str:
    """The text of ``.env.example``: each variable with its description and its default."""
    lines = [
        "# Every setting of claimstream. Copy to .env and fill in what you use; the values shown are the defaults.",
        "# A name that is none of these is ignored, with a warning.",
        "# This file is written by `python -m claimstream.settings`; a test keeps it equal to the code.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        default = field.default
        if default is None:
            shown = ""
        elif isinstance(default, frozenset):
            shown = ",".join(sorted(default))
        else:
            shown = str(default)
        lines += [f"# {field.description}", f"#{name.upper()}={shown}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    import sys

    sys.stdout.write(env_example())
