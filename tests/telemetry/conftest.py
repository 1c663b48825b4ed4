"""What the tests of telemetry share: log lines as data, a collector, and an end to whatever was started."""

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from claimstream.local.otlp.server import OtlpServer
from claimstream.telemetry import Telemetry, TelemetryOptions, logs, start
from claimstream.telemetry.limits import RateLimiter

DSN = "http://public@127.0.0.1:9/1"


class LogLines:
    """A stream that log lines were written to."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        assert logs.drain(10.0)
        return self.stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def named(self, said: str) -> list[dict[str, Any]]:
        """By action, or by what a sentence says."""
        return [line for line in self.all if said in (line["action"], line.get("message"))]


class KeptEnvelopes(Transport):
    """A Sentry transport that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(json.loads(json.dumps(event)))


Start = Callable[..., Telemetry]


@pytest.fixture
def lines() -> LogLines:
    return LogLines()


@pytest.fixture
def sentry_events() -> KeptEnvelopes:
    return KeptEnvelopes()


@pytest.fixture(autouse=True)
def clean_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No collector out of the environment, no warning held back for another test's, and logging as it was."""
    # The package's name for it is the decorator.
    module = import_module("claimstream.telemetry.best_effort")
    monkeypatch.setattr(module, "_limiter", RateLimiter(period_seconds=60.0))
    for name in ("OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ENDPOINT", "PROTOCOL", "TRACES_ENDPOINT", "METRICS_ENDPOINT", "TRACES_PROTOCOL", "METRICS_PROTOCOL"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    root, own = logging.getLogger(), logging.getLogger(logs.OWN)
    levels = root.level, own.level
    yield
    for handler in [h for h in root.handlers if isinstance(h, logs.QueuedHandler)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    own.setLevel(levels[1])
    logging.captureWarnings(False)


@pytest.fixture
def started(lines: LogLines) -> Iterator[Start]:
    """Starts telemetry with log lines kept, and shuts it down."""
    running: list[Telemetry] = []

    def begin(**options: Any) -> Telemetry:
        telemetry = start(replace(TelemetryOptions(log_format="json", log_stream=lines.stream), **options))
        running.append(telemetry)
        return telemetry

    yield begin
    for telemetry in running:
        telemetry.shutdown(timeout_seconds=1.0)


@pytest.fixture
async def collector() -> AsyncIterator[OtlpServer]:
    async with OtlpServer() as server:
        yield server
