"""An OTLP receiver with a page to look at traces: what the demo and the tests send their telemetry to.

gRPC and HTTP/protobuf (with gzip), traces, metrics and logs, all in memory and bounded. It listens on the loopback
interface only and asks nobody who they are: not for production, where a collector and Jaeger do this.
"""

import json
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from aiohttp import web
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]  # protobuf ships no types
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from claimstream.local.otlp.page import TracePage
from claimstream.local.otlp.traces import ReceivedTrace, Traces, Value, Wanted, attributes

HOST = "127.0.0.1"
_LARGEST_REQUEST = 64 * 1024 * 1024
"""Bytes, before and after unpacking: the limit of the exporters themselves."""
_METRIC_SERIES = 10_000
_LOG_RECORDS = 10_000

_PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """The latest point of one series. ``value`` is a sum or gauge; of a histogram the sum, beside its ``count``."""

    name: str
    unit: str
    attributes: Mapping[str, Value]
    value: float
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ReceivedLog:
    severity: str
    body: str
    trace_id: str
    span_id: str
    attributes: Mapping[str, Value]


class OtlpServer:
    """``async with OtlpServer() as server``: listens on free ports until left. Port 0 means any."""

    def __init__(self, port: int = 0, grpc_port: int = 0, *, trace_limit: int = 5_000) -> None:
        self._ports = (port, grpc_port)
        self._traces = Traces(trace_limit)
        self._metrics: dict[tuple[str, str], MetricPoint] = {}
        self._logs: deque[ReceivedLog] = deque(maxlen=_LOG_RECORDS)
        self._grpc: Any = None
        self._runner: web.AppRunner | None = None
        self.http_endpoint = ""
        """``http://127.0.0.1:PORT``, for ``http/protobuf`` (``/v1/traces`` and so on are below it)."""
        self.grpc_endpoint = ""
        """``127.0.0.1:PORT``."""

    async def __aenter__(self) -> Self:
        try:
            await self._start_http(self._ports[0])
            await self._start_grpc(self._ports[1])
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening; what was received stays readable."""
        server, self._grpc = self._grpc, None
        runner, self._runner = self._runner, None
        if server is not None:
            await server.stop(grace=0.5)
        if runner is not None:
            await runner.cleanup()

    @property
    def page_url(self) -> str:
        return f"{self.http_endpoint}/"

    def trace_url(self, trace_id: str) -> str:
        """Where one trace is drawn."""
        return f"{self.http_endpoint}/trace/{trace_id}"

    def traces(self, wanted: Wanted | None = None) -> list[ReceivedTrace]:
        """The latest first."""
        return self._traces.find(wanted or Wanted())

    def trace(self, trace_id: str) -> ReceivedTrace | None:
        return self._traces.get(trace_id)

    def metrics(self, name: str | None = None) -> list[MetricPoint]:
        return [point for point in self._metrics.values() if name in {None, point.name}]

    def logs(self) -> list[ReceivedLog]:
        return list(self._logs)

    # ---- receiving ----

    def receive_traces(self, request: ExportTraceServiceRequest) -> ExportTraceServiceResponse:
        self._traces.add(request.resource_spans)
        return ExportTraceServiceResponse()

    def receive_metrics(self, request: ExportMetricsServiceRequest) -> ExportMetricsServiceResponse:
        for of_resource in request.resource_metrics:
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    self._keep_metric(metric)
        return ExportMetricsServiceResponse()

    def receive_logs(self, request: ExportLogsServiceRequest) -> ExportLogsServiceResponse:
        for of_resource in request.resource_logs:
            for of_scope in of_resource.scope_logs:
                self._logs.extend(_log(record) for record in of_scope.log_records)
        return ExportLogsServiceResponse()

    def _keep_metric(self, metric: Metric) -> None:
        kind = metric.WhichOneof("data")
        if kind is None:
            return
        for point in getattr(metric, kind).data_points:
            labels = attributes(point.attributes)
            if kind in {"sum", "gauge"}:
                count, value = None, point.as_double if point.WhichOneof("value") == "as_double" else point.as_int
            else:
                count, value = point.count, point.sum
            series = (metric.name, json.dumps(labels, sort_keys=True))
            self._metrics.pop(series, None)
            self._metrics[series] = MetricPoint(metric.name, metric.unit, labels, float(value), count)
        while len(self._metrics) > _METRIC_SERIES:
            del self._metrics[next(iter(self._metrics))]

    async def _start_grpc(self, port: int) -> None:
        server = grpc.aio.server(
            options=[("grpc.max_receive_message_length", _LARGEST_REQUEST), ("grpc.so_reuseport", 0)]
        )
        services: tuple[tuple[str, Callable[[Any], Message], type[Message]], ...] = (
            ("trace.v1.TraceService", self.receive_traces, ExportTraceServiceRequest),
            ("metrics.v1.MetricsService", self.receive_metrics, ExportMetricsServiceRequest),
            ("logs.v1.LogsService", self.receive_logs, ExportLogsServiceRequest),
        )
        for name, receive, request in services:
            handler = grpc.unary_unary_rpc_method_handler(
                _grpc_handler(receive),
                request_deserializer=request.FromString,
                response_serializer=lambda response: response.SerializeToString(),
            )
            service = f"opentelemetry.proto.collector.{name}"
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Export": handler}),))
        bound = server.add_insecure_port(f"{HOST}:{port}")
        await server.start()
        self._grpc = server
        self.grpc_endpoint = f"{HOST}:{bound}"

    async def _start_http(self, port: int) -> None:
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_post("/v1/traces", _http_handler(self.receive_traces, ExportTraceServiceRequest))
        app.router.add_post("/v1/metrics", _http_handler(self.receive_metrics, ExportMetricsServiceRequest))
        app.router.add_post("/v1/logs", _http_handler(self.receive_logs, ExportLogsServiceRequest))
        app.add_routes(TracePage(self._traces).routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, auto_decompress=False)
        await runner.setup()
        self._runner = runner
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        bound = runner.addresses[0][1]
        self.http_endpoint = f"http://{HOST}:{bound}"


def _grpc_handler(receive: Callable[[Any], Message]) -> Callable[[Any, Any], Awaitable[Message]]:
    async def export(request: Any, _context: Any) -> Message:
        return receive(request)

    return export


def _http_handler(
    receive: Callable[[Any], Message], request_type: type[Message]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def export(request: web.Request) -> web.Response:
        if request.content_type != _PROTOBUF:
            return web.Response(status=415, text=f"send {_PROTOBUF} (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)")
        try:
            body = _unpacked(await request.read(), request.headers.get("Content-Encoding", "identity"))
            message = request_type.FromString(body)
        except (DecodeError, zlib.error, ValueError) as error:
            return web.Response(status=400, text=f"the body is no OTLP request: {error}")
        return web.Response(body=receive(message).SerializeToString(), content_type=_PROTOBUF)

    return export


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Raises ``zlib.error`` for what is not so encoded, ``ValueError`` for other encodings and for too much."""
    if encoding == "identity":
        return body
    if encoding not in {"gzip", "deflate"}:
        raise ValueError(f"content encoding {encoding!r}: send gzip, deflate or none")
    # Not left to aiohttp, which logs a wrong body as an error of the server. 32: gzip or zlib, by the header.
    unpacked = zlib.decompressobj(32 + zlib.MAX_WBITS).decompress(body, _LARGEST_REQUEST + 1)
    if len(unpacked) > _LARGEST_REQUEST:
        raise ValueError(f"unpacks to more than {_LARGEST_REQUEST} bytes")
    return unpacked


def _log(record: LogRecord) -> ReceivedLog:
    return ReceivedLog(
        severity=record.severity_text,
        body=record.body.string_value,
        trace_id=record.trace_id.hex(),
        span_id=record.span_id.hex(),
        attributes=attributes(record.attributes),
    )
