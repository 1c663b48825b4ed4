"""Watching the process: correlation, traces, metrics, logs, Sentry.

Knows nothing of pipeline, store or settings.
"""

from claimstream.telemetry import environment  # first of all: before the SDK is imported
from claimstream.telemetry.best_effort import best_effort
from claimstream.telemetry.correlation import correlated, correlation_id, email_id, new_correlation_id, stage
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.setup import Telemetry, TelemetryOptions, start
from claimstream.telemetry.tracing import (
    consumer_span,
    extract,
    inject,
    producer_span,
    stage_span,
    trace_id_hex,
    tracer,
)

__all__ = [
    "Telemetry",
    "TelemetryOptions",
    "best_effort",
    "consumer_span",
    "correlated",
    "correlation_id",
    "email_id",
    "environment",
    "extract",
    "get_logger",
    "inject",
    "new_correlation_id",
    "producer_span",
    "stage",
    "stage_span",
    "start",
    "trace_id_hex",
    "tracer",
]
