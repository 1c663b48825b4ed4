"""How a process is watched: telemetry as the settings say, and what is read of its subscribers."""

import os
from dataclasses import fields

import stamina

from claimstream import __version__, telemetry
from claimstream.env_file import ignored
from claimstream.pubsub import Subscriber
from claimstream.pubsub.counters import Counters
from claimstream.settings import Settings
from claimstream.telemetry import gauges
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)


def telemetry_options(settings: Settings) -> telemetry.TelemetryOptions:
    return telemetry.TelemetryOptions(
        service_version=__version__,
        otlp_endpoint=settings.otel_exporter_otlp_endpoint,
        otlp_protocol=settings.otel_exporter_otlp_protocol,
        sentry_dsn=settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None,
        environment=settings.environment,
        sample_ratio=settings.trace_sample_ratio,
        log_level=settings.log_level,
        log_format=settings.log_format,
    )


def start_telemetry(settings: Settings, *, from_file: bool = True) -> telemetry.Telemetry:
    """Logs ``monitoring_initialized``; warns of each part that is not configured and each name that is no setting.

    Args:
        from_file: the settings were read from ``.env`` too; False: the file is not looked at.
    """
    stamina.instrumentation.set_on_retry_hooks([])  # the door tells of retries itself, with the ids in force
    started = telemetry.start(telemetry_options(settings))
    for variable, consequence in settings.missing().items():
        if variable == "OTEL_EXPORTER_OTLP_ENDPOINT" and "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in os.environ:
            continue
        log.warning("not_configured", setting=variable, consequence=consequence)
    for variable, consequence in (ignored() if from_file else {}).items():
        log.warning("setting_unknown", setting=variable, consequence=consequence)
    return started


def reading(subscriber: Subscriber, limit: int) -> gauges.SubscriberReading:
    """``limit``: how many messages may be in its handlers at once."""
    health, statistics = subscriber.health(), subscriber.statistics()
    return gauges.SubscriberReading(
        alive=health.alive,
        ready=health.ready,
        messages={
            "leased": statistics.leases,
            "running": statistics.running,
            "waiting": statistics.waiting,
            "unsettled": statistics.ack_queue,
        },
        limit=limit,
        bytes=health.outstanding_bytes,
        lease_seconds=statistics.lease_seconds,
        events={counter.name: getattr(statistics, counter.name) for counter in fields(Counters)},
    )
