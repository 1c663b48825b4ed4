"""OTLP exporters for spans and metrics, over gRPC or HTTP, that can be told to give up."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from claimstream.telemetry.best_effort import report_failure

Protocol = Literal["grpc", "http/protobuf"]
Signal = Literal["traces", "metrics"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where one signal goes. ``endpoint`` None: the exporter reads the standard variables itself."""

    protocol: Protocol
    endpoint: str | None
    shown: str
    """Host and port, without user and password: for log lines."""


def target(signal: Signal, endpoint: str | None, protocol: str | None) -> Target | None:
    """Where a signal goes by the options and the environment; None when nothing says so, or it is switched off.

    A variable of one signal goes before ``endpoint`` and ``protocol``, which are for both. ``OTEL_SDK_DISABLED=true``
    and ``OTEL_TRACES_EXPORTER=none`` (``OTEL_METRICS_EXPORTER``) switch off. Raises ValueError for a protocol other
    than the two.
    """
    name = signal.upper()
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    if os.environ.get(f"OTEL_{name}_EXPORTER", "").strip().lower() == "none":
        return None
    chosen = (
        os.environ.get(f"OTEL_EXPORTER_OTLP_{name}_PROTOCOL")
        or protocol
        or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        or "grpc"
    )
    if chosen not in {"grpc", "http/protobuf"}:
        raise ValueError(f"unknown OTLP protocol {chosen!r}: use grpc or http/protobuf")
    usable = cast("Protocol", chosen)
    of_signal = os.environ.get(f"OTEL_EXPORTER_OTLP_{name}_ENDPOINT")
    if endpoint and not of_signal:
        url = endpoint if "://" in endpoint else f"http://{endpoint}"
        shown = _host(url)
        return Target(usable, url if usable == "grpc" else f"{url.rstrip('/')}/v1/{signal}", shown)
    from_environment = of_signal or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return Target(usable, None, _host(from_environment)) if from_environment else None


class NotTakenError(Exception):
    """A batch was not taken by the collector, though it was offered for as long as the exporter is patient."""

    telemetry_safe = True


def span_exporter(to: Target) -> "StoppableSpanExporter":
    exporter = GrpcSpanExporter if to.protocol == "grpc" else HttpSpanExporter
    return StoppableSpanExporter(exporter(endpoint=to.endpoint), to.shown)


def metric_exporter(to: Target) -> "StoppableMetricExporter":
    exporter = GrpcMetricExporter if to.protocol == "grpc" else HttpMetricExporter
    return StoppableMetricExporter(exporter(endpoint=to.endpoint), to.shown)


class StoppableSpanExporter(SpanExporter):
    """After ``shutdown`` (which may come from any thread, and twice) every export fails at once and in silence."""

    def __init__(self, exporter: SpanExporter, shown: str) -> None:
        self._exporter = exporter
        self._shown = shown
        self._stopped = False
        self.failed = 0
        """Batches that could not be handed over."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._stopped:
            self.failed += 1
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self.failed += 1
            if not self._stopped:
                report_failure("traces", NotTakenError(f"{self._shown} did not take {len(spans)} spans"))
        return result

    def shutdown(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True


class StoppableMetricExporter(MetricExporter):
    """The same for metrics."""

    def __init__(self, exporter: MetricExporter, shown: str) -> None:
        # The inner one has read OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE.
        super().__init__(
            preferred_temporality=exporter._preferred_temporality,
            preferred_aggregation=exporter._preferred_aggregation,
        )
        self._exporter = exporter
        self._shown = shown
        self._stopped = False
        self.failed = 0

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        if self._stopped:
            self.failed += 1
            return MetricExportResult.FAILURE
        result = self._exporter.export(metrics_data, timeout_millis=timeout_millis)
        if result is not MetricExportResult.SUCCESS:
            self.failed += 1
            if not self._stopped:
                report_failure("metrics", NotTakenError(f"{self._shown} did not take the metrics"))
        return result

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        if not self._stopped:
            self._stopped = True
            self._exporter.shutdown(timeout_millis=timeout_millis)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True


def _host(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return parts.netloc.rpartition("@")[2]
