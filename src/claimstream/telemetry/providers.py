"""OpenTelemetry's providers, which a process gets once, with plugs for exporters, which come and go.

What a library got from a provider stays with it for life. So one tracer provider and one meter provider live as long
as the process, and a :class:`Pipes` per start is plugged in and taken out. (The resource, the service's name and
version, is therefore that of the first start.)
"""

import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry import metrics as otel_metrics
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from claimstream.telemetry.environment import QUEUE_SPANS
from claimstream.telemetry.exporters import StoppableMetricExporter, StoppableSpanExporter, Target
from claimstream.telemetry.exporters import metric_exporter as make_metric_exporter
from claimstream.telemetry.exporters import span_exporter as make_span_exporter
from claimstream.telemetry.sampling import SAMPLER, CurrentSampler, ErrorsKept, IdsStamped
from claimstream.telemetry.tracing import CorrelationIdGenerator

_EXPORT_EVERY_MILLIS = 1_000.0


class Pipes:
    """The exporters of one start, with what feeds them."""

    def __init__(self, traces: Target | None, metrics: Target | None) -> None:
        self.span_exporter: StoppableSpanExporter | None = None
        self.spans: BatchSpanProcessor | None = None
        self.metric_exporter: StoppableMetricExporter | None = None
        self.reader: QuietReader | None = None
        if traces is not None:
            self.span_exporter = make_span_exporter(traces)
            self.spans = BatchSpanProcessor(
                self.span_exporter,
                max_queue_size=None if "OTEL_BSP_MAX_QUEUE_SIZE" in os.environ else QUEUE_SPANS,
                # A smaller queue than the SDK's batch of 512 is one batch.
                max_export_batch_size=None if "OTEL_BSP_MAX_EXPORT_BATCH_SIZE" in os.environ else min(512, _queue()),
                schedule_delay_millis=None if "OTEL_BSP_SCHEDULE_DELAY" in os.environ else _EXPORT_EVERY_MILLIS,
            )
        if metrics is not None:
            self.metric_exporter = make_metric_exporter(metrics)
            self.reader = QuietReader(self.metric_exporter)

    @property
    def failed(self) -> int:
        """Batches that could not be handed over."""
        return sum(e.failed for e in (self.span_exporter, self.metric_exporter) if e is not None)

    def flushers(self, timeout_seconds: float) -> list[Callable[[], object]]:
        """What sends what waits; each may block for longer than it is asked to."""
        work: list[Callable[[], object]] = []
        if self.spans is not None:
            work.append(self.spans.force_flush)
        if (reader := self.reader) is not None:
            work.append(lambda: reader.force_flush(timeout_seconds * 1000))
        return work

    def closers(self, timeout_seconds: float) -> list[Callable[[], object]]:
        """What ends the exporters' threads; each may block for longer than it is asked to."""
        work: list[Callable[[], object]] = []
        if self.spans is not None:
            work.append(self._close_spans)
        if self.reader is not None:
            work.append(lambda: self._close_metrics(timeout_seconds * 1000))
        return work

    # The exporter goes first: that interrupts a retry which everything else would wait for.

    def _close_spans(self) -> None:
        assert self.span_exporter is not None
        assert self.spans is not None
        self.span_exporter.shutdown()
        self.spans.shutdown()  # type: ignore[no-untyped-call]  # the SDK's

    def _close_metrics(self, timeout_millis: float) -> None:
        assert self.metric_exporter is not None
        assert self.reader is not None
        self.metric_exporter.shutdown(timeout_millis)
        self.reader.shutdown(timeout_millis)
        PROVIDERS.forget(self.reader)


def _queue() -> int:
    return int(os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE") or QUEUE_SPANS)


class QuietReader(PeriodicExportingMetricReader):
    """Closed twice without complaint: by us within our time, and by the provider when it is taken out."""

    def __init__(self, exporter: MetricExporter) -> None:
        super().__init__(exporter)
        self._closed = False

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        if not self._closed:
            self._closed = True
            super().shutdown(timeout_millis, **kwargs)


@dataclass
class Providers:
    """The process's providers; made at the first :meth:`plug`."""

    sampler: CurrentSampler
    processor: ErrorsKept
    meters: MeterProvider | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def plug(self, pipes: Pipes, *, service_name: str, service_version: str, environment: str) -> None:
        with self._lock:
            if self.meters is None:
                self._install(service_name, service_version, environment)
            assert self.meters is not None
            if pipes.reader is not None:
                self.meters.add_metric_reader(pipes.reader)
            self.processor.target = pipes.spans
            self.sampler.exported = pipes.spans is not None

    def unplug(self, pipes: Pipes) -> None:
        """No more spans to these pipes; theirs are sent by flushing them."""
        with self._lock:
            if self.processor.target is pipes.spans:
                self.processor.target = None
                self.sampler.exported = False

    def forget(self, reader: QuietReader) -> None:
        with self._lock:
            if self.meters is not None:
                self.meters.remove_metric_reader(reader)

    def _install(self, service_name: str, service_version: str, environment: str) -> None:
        ours = Resource.create(
            {
                "service.name": service_name,
                "service.version": service_version,
                # Without it the counters of two workers would be taken for those of one.
                "service.instance.id": str(uuid.uuid4()),
                "deployment.environment.name": environment,
            }
        )
        resource = _HashedOnce(ours.merge(OTELResourceDetector().detect()))  # what the operator says goes before it
        # Neither closes itself at exit: that waits up to 30 s for a collector. Telemetry.shutdown is bounded.
        tracers = TracerProvider(
            sampler=self.sampler, resource=resource, id_generator=CorrelationIdGenerator(), shutdown_on_exit=False
        )
        there = trace.get_tracer_provider()
        if isinstance(there, TracerProvider):
            tracers = there  # someone instrumented the process before us: join in
            tracers.add_span_processor(IdsStamped())
        tracers.add_span_processor(self.processor)
        if tracers is not there:
            trace.set_tracer_provider(tracers)
        there_meters = otel_metrics.get_meter_provider()
        if isinstance(there_meters, MeterProvider):
            self.meters = there_meters
        else:
            self.meters = MeterProvider(resource=resource, shutdown_on_exit=False)
            otel_metrics.set_meter_provider(self.meters)


class _HashedOnce(Resource):
    """The exporter groups spans by their resource, whose hash the SDK makes out of its JSON, for each span anew."""

    def __init__(self, of: Resource) -> None:
        super().__init__(of.attributes, of.schema_url)
        self._hash = super().__hash__()

    def __hash__(self) -> int:
        return self._hash


PROVIDERS = Providers(SAMPLER, ErrorsKept())
