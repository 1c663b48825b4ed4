"""A collector that counts spans and keeps nothing, so that the machine is not busy with what a worker has sent."""

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from claimstream.local.otlp.server import OtlpServer


class Collector(OtlpServer):
    """``async with Collector() as collector``, with ``collector.grpc_endpoint`` for the worker."""

    spans = 0
    """Received so far."""

    def receive_traces(self, request: ExportTraceServiceRequest) -> ExportTraceServiceResponse:
        self.spans += sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
        return ExportTraceServiceResponse()

    def receive_metrics(self, request: ExportMetricsServiceRequest) -> ExportMetricsServiceResponse:
        del request
        return ExportMetricsServiceResponse()
