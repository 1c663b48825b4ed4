"""The clients of other services, made as the settings say: for the worker and for the commands alike.

Each ``make_*`` returns None where its service is not configured and may be missing, and raises SettingsError where
nothing works without it, and WrongEnvironmentError where a proxy or the authorities that the environment names are of
no use. Nothing is connected yet: who makes a client closes it. A client's library is loaded when it
is first wanted: Anthropic's alone takes a second, and most commands ask PostgreSQL only.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from claimstream.external import postgres_errors
from claimstream.external.door import Door
from claimstream.external.sessions import check_environment
from claimstream.external.shared_circuits import RedisMissingError, RedisUrlError, SharedCircuits
from claimstream.settings import Settings, SettingsError, not_set
from claimstream.store.database import Database

if TYPE_CHECKING:
    from claimstream.external.claude import Claude, ClaudeOptions
    from claimstream.external.gcs import Blobs
    from claimstream.external.gmail import Gmail
    from claimstream.external.gmail_credentials import Credentials
    from claimstream.external.gmail_pace import GmailPace
    from claimstream.external.mongo import Clients
    from claimstream.external.smtp import Mailer


def make_database(settings: Settings, door: Door) -> Database:
    if settings.database_url is None:
        raise SettingsError(
            f"{not_set('DATABASE_URL')}. claimstream keeps its truth in PostgreSQL: "
            "postgresql://user:password@host/database"
        )
    service = door.service(postgres_errors.SERVICE, postgres_errors.classify, unknown_is_outage=False)
    return Database(
        settings.database_url.get_secret_value(),
        call=service.call,
        max_connections=settings.database_connections,
        pooler=settings.database_pooler,
    )


def make_gmail(settings: Settings, door: Door, *, pace: "GmailPace | None" = None) -> "Gmail":
    from claimstream.external.gmail import Gmail, GmailOptions

    check_environment()
    options = GmailOptions(base_url=settings.gmail_base_url) if settings.gmail_base_url else None
    return Gmail(door, _gmail_credentials(settings, door), options, pace=pace)


def _gmail_credentials(settings: Settings, door: Door) -> "Credentials":
    from claimstream.external.gmail_credentials import RefreshToken, ServiceAccountDelegation, StaticToken

    if settings.gmail_token is not None:
        return StaticToken(settings.gmail_token.get_secret_value())
    if settings.gmail_service_account_file is not None:
        return ServiceAccountDelegation(door, settings.gmail_service_account_file)
    if settings.gmail_client_id and settings.gmail_client_secret and settings.gmail_refresh_token:
        return RefreshToken(
            door,
            client_id=settings.gmail_client_id,
            client_secret=settings.gmail_client_secret.get_secret_value(),
            refresh_token=settings.gmail_refresh_token.get_secret_value(),
        )
    raise SettingsError(
        "GMAIL_SERVICE_ACCOUNT_FILE: no access to Gmail is configured. Name a service account with domain-wide "
        "delegation, or set GMAIL_CLIENT_ID, GMAIL_CLIENT_SECRET and GMAIL_REFRESH_TOKEN for a single mailbox"
    )


def make_clients(settings: Settings, door: Door) -> "Clients | None":
    from claimstream.external.mongo import Clients, ClientsOptions

    url = settings.mongodb_url
    if url is None:
        return None
    return Clients(door, ClientsOptions(url=url.get_secret_value(), database=settings.mongodb_database))


def make_mailer(settings: Settings, door: Door) -> "Mailer | None":
    from claimstream.external.smtp import Mailer, SmtpOptions

    if settings.smtp_url is None or settings.mail_from is None:
        return None
    check_environment()
    return Mailer(door, SmtpOptions(url=settings.smtp_url.get_secret_value(), sender=settings.mail_from))


def make_blobs(settings: Settings, door: Door) -> "Blobs | None":
    from claimstream.external.gcs import Blobs, BlobsOptions

    if settings.gcs_bucket is None:
        return None
    check_environment()
    key = settings.google_application_credentials
    options = BlobsOptions(
        bucket=settings.gcs_bucket, api_root=settings.storage_emulator_host, service_file=str(key) if key else None
    )
    return Blobs(door, options)


def make_model(settings: Settings, door: Door) -> "Claude | None":
    from claimstream.external.claude import Claude

    if settings.anthropic_api_key is None and settings.anthropic_base_url is None:
        return None
    check_environment()
    return Claude(door, _model_options(settings))


def budget_warnings(settings: Settings) -> list[str]:
    """Tell of budgets for the model that an ordinary mail may exceed by itself."""
    from claimstream.external.claude import budget_warning

    if settings.anthropic_api_key is None and settings.anthropic_base_url is None:
        return []
    options = _model_options(settings)
    warnings = (
        budget_warning("MODEL_DAILY_BUDGET_USD", settings.model_daily_budget_usd, options),
        budget_warning("MODEL_EMAIL_BUDGET_USD", settings.model_email_budget_usd, options),
    )
    return [warning for warning in warnings if warning]


def _model_options(settings: Settings) -> "ClaudeOptions":
    from claimstream.external.claude import ClaudeOptions

    key, base_url = settings.anthropic_api_key, settings.anthropic_base_url
    options = ClaudeOptions(
        # A gateway of one's own may hold the key itself; the SDK wants one all the same.
        api_key=key.get_secret_value() if key else "none",
        extraction_model=settings.extraction_model,
        classification_model=settings.classification_model,
    )
    return options if base_url is None else replace(options, base_url=base_url)


def shared_circuits(settings: Settings) -> SharedCircuits | None:
    """Raises SettingsError where they are wanted, and the extra ``redis`` is not installed or the URL is of no use."""
    url = settings.breaker_redis_url
    if url is None:
        return None
    try:
        return SharedCircuits(url.get_secret_value())
    except RedisMissingError as error:
        raise SettingsError(f"BREAKER_REDIS_URL: {error}") from error
    except RedisUrlError as error:
        raise SettingsError(f"BREAKER_REDIS_URL: {error} Expected redis://user:password@host:6379/0") from error
