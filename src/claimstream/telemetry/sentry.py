"""Sentry: one isolated scope per email, breadcrumbs at the stages that decide, and no personal data.

Off without a DSN: every function here then does nothing. Of Sentry's integrations none is loaded: logging and tracing
are done elsewhere, and events come from :func:`capture` alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import sentry_sdk
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint

from claimstream.telemetry import correlation, errors, tracing
from claimstream.telemetry.best_effort import best_effort


def start(dsn: str, *, release: str, environment: str, transport: Transport | None = None) -> None:
    """Begin to send. Raises ``sentry_sdk.utils.BadDsn`` (a ValueError) for a DSN that is none."""
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        environment=environment,
        transport=transport,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[],
        # Personal data is off unless asked for (send_default_pii, data_collection); scrub() makes sure.
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        before_send=scrub,
        max_breadcrumbs=50,
        shutdown_timeout=0,  # closing is bounded by Telemetry.shutdown
    )


def stop(timeout_seconds: float) -> None:
    """Send what waits, for at most that long, and be off again."""
    client = sentry_sdk.get_client()
    if client.is_active():
        client.close(timeout=timeout_seconds)
    sentry_sdk.get_global_scope().set_client(None)


def flush(timeout_seconds: float) -> None:
    sentry_sdk.get_client().flush(timeout=timeout_seconds)


def enabled() -> bool:
    return sentry_sdk.get_client().is_active()


@contextmanager
def email_scope(*, attempt: int | None = None) -> Iterator[None]:
    """Set once at the start of an email, inside ``correlated()``.

    What is captured inside is tagged with its ids, and its breadcrumbs are its own, however many emails are in flight.
    """
    if not enabled():
        yield
        return
    with sentry_sdk.isolation_scope() as scope:
        with best_effort("sentry"):
            scope.clear()  # of the email around it, if this one is dealt with amid another
            ids = correlation.current()
            for tag, value in _tags().items():
                scope.set_tag(tag, value)
            scope.set_context(
                "email",
                {
                    "email_id": ids.email_id,
                    "tenant_id": ids.tenant_id,
                    "correlation_id": ids.correlation_id,
                    "stage": ids.stage,
                    "attempt": attempt,
                },
            )
        yield


@best_effort
def breadcrumb(stage: str, data: Mapping[str, str | int | float | bool | None]) -> None:
    """What a stage decided (intent, extraction, consolidation, matching): ids, counts, outcomes; no mail text."""
    if enabled():
        sentry_sdk.add_breadcrumb(category=stage, type="default", level="info", message=stage, data=dict(data))


@best_effort
def capture(error: BaseException, *, stage: str | None = None, level: str = "error") -> str | None:
    """Send an error with the ids of the email it happened to. Returns the event's id, None when nothing was sent."""
    if not enabled():
        return None
    with sentry_sdk.new_scope() as scope:
        for tag, value in _tags().items():
            scope.set_tag(tag, value)
        at = stage or correlation.stage()
        if at is not None:
            scope.set_tag("stage", at)
        scope.set_level(cast("Any", level))
        return scope.capture_exception(error)


@best_effort
def tell(message: str, *, level: str = "warning", **tags: str) -> str | None:
    """Send an event that is no exception (a circuit that opened), with the ids of the email that met it, if any.

    ``message`` is the same for all events of its kind: what varies is a tag. Returns the event's id, as `capture` does.
    """
    if not enabled():
        return None
    with sentry_sdk.new_scope() as scope:
        for tag, value in (_tags() | tags).items():
            scope.set_tag(tag, value)
        return scope.capture_message(message, level=cast("Any", level))


def scrub(event: Event, hint: Hint) -> Event | None:
    """Sentry's ``before_send``: leaves types, places in the code, ids and breadcrumbs; takes out the rest.

    Returns None (the event is dropped) should that ever fail: silence is better than a leak.
    """
    with best_effort("sentry scrubbing"):
        return _scrubbed(event, hint)
    return None


def _scrubbed(event: Event, hint: Hint) -> Event:
    for key in ("request", "user", "extra", "server_name", "modules"):
        cast("dict[str, Any]", event).pop(key, None)
    exc_info = hint.get("exc_info")
    links = errors.chain(exc_info[1]) if exc_info and exc_info[1] is not None else []
    # By kind, and only where all of that kind may be shown: the SDK takes some messages from elsewhere than str().
    told = {type(link).__name__: errors.safe_message(link) for link in links}
    for link in links:
        if errors.safe_message(link) is None:
            told[type(link).__name__] = None
    values: list[dict[str, Any]] = (event.get("exception") or {}).get("values") or []
    threads: list[dict[str, Any]] = (event.get("threads") or {}).get("values") or []
    for value in values:
        value["value"] = told.get(str(value.get("type")))
        # An OSError's errno is kept in "meta"; "data" may hold arguments.
        (value.get("mechanism") or {}).pop("data", None)
    for holder in [*values, *threads]:
        for frame in (holder.get("stacktrace") or {}).get("frames") or []:
            for key in ("vars", "pre_context", "context_line", "post_context"):
                frame.pop(key, None)
    return event


def _tags() -> dict[str, str]:
    ids = correlation.current()
    pairs = (
        ("correlation_id", ids.correlation_id),
        ("email_id", ids.email_id),
        ("tenant_id", ids.tenant_id),
        ("trace_id", tracing.trace_id_hex()),
    )
    return {key: value for key, value in pairs if value}
