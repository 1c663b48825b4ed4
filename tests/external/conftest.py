"""Telemetry kept in memory, and small real HTTP servers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import DataPointT, HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from claimstream.external.breaker import BreakerEvent
from claimstream.external.door import Door
from claimstream.external.policy import Policy


class Telemetry:
    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer: Tracer = provider.get_tracer("test")
        self._reader = InMemoryMetricReader()
        self._meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.meter = self._meters.get_meter("test")

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        found = [span for span in self.spans if span.name == name]
        assert len(found) == 1, [span.name for span in self.spans]
        return found[0]

    def points(self, metric: str) -> dict[tuple[str, ...], float]:
        """Values (counts, for histograms) by the values of the labels in the labels' alphabetical order."""
        values: dict[tuple[str, ...], float] = {}
        for point in self._data_points(metric):
            labels = tuple(str(value) for _, value in sorted((point.attributes or {}).items()))
            if isinstance(point, HistogramDataPoint):
                values[labels] = point.count
            elif isinstance(point, NumberDataPoint):
                values[labels] = point.value
        return values

    def buckets(self, metric: str) -> list[int]:
        """How many values each bucket of a histogram with one set of labels holds; empty ones are left out."""
        [point] = self._data_points(metric)
        assert isinstance(point, HistogramDataPoint)
        return [count for count in point.bucket_counts if count]

    def _data_points(self, metric: str) -> list[DataPointT]:
        data = self._reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for one in scope.metrics
            if one.name == metric
            for point in one.data.data_points
        ]

    def close(self) -> None:
        self._meters.shutdown()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    kept = Telemetry()
    yield kept
    kept.close()


FAST = Policy(timeout_seconds=30, attempts=3, breaker_threshold=5, backoff_initial_seconds=0.001, backoff_max_seconds=1)


@dataclass
class Entrance:
    door: Door
    telemetry: Telemetry
    events: list[BreakerEvent] = field(default_factory=list)


@pytest.fixture
async def entrance(telemetry: Telemetry) -> AsyncIterator[Entrance]:
    """A door of fast policies for every client of these tests, with its telemetry and breaker events."""
    events: list[BreakerEvent] = []
    names = ("gmail", "google-oauth", "anthropic", "gcs", "mongodb", "smtp", "test")
    door = Door(
        dict.fromkeys(names, FAST), on_breaker_event=events.append, tracer=telemetry.tracer, meter=telemetry.meter
    )
    yield Entrance(door, telemetry, events)
    await door.close()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """A real server on the loopback interface that answers with ``handler``, which a test may exchange."""

    def __init__(self) -> None:
        self.handler: Handler = self._nothing
        self.requests: list[web.BaseRequest] = []
        self.base_url = ""

    @staticmethod
    async def _nothing(request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text=f"nothing at {request.path}")

    async def dispatch(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self.handler(request)


@pytest.fixture
async def http_server() -> AsyncIterator[HttpServer]:
    server = HttpServer()
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_route("*", "/{path:.*}", server.dispatch)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    server.base_url = f"http://{address[0]}:{address[1]}"
    yield server
    await runner.cleanup()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Files of a certificate for ``localhost`` that vouches for itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    directory = tmp_path_factory.mktemp("certificate")
    certificate_file, key_file = directory / "certificate.pem", directory / "key.pem"
    certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(certificate_file), str(key_file)
