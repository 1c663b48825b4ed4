"""A collector that is down, slow or hostile never holds up the process."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from oteltap import OtelTapHttpProtobufReceiver, OtelTapHttpProtobufReceiverSettings
from tests.telemetry.conftest import DSN, KeptEnvelopes, LogLines, Start

from claimstream.local.otlp.server import OtlpServer
from claimstream.local.servers.ports import free_port
from claimstream.telemetry import Telemetry, correlated, metrics, stage_span, start, tracer

GENEROUS = 40
"""Seconds; what is bounded ends after a few, what hangs never does."""

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes everything, answers nothing."""
    try:
        while await reader.read(65536):
            pass
    except ConnectionError:
        pass
    finally:
        writer.close()


async def _rude(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    writer.close()


@asynccontextmanager
async def _listening(handler: Handler | None) -> AsyncIterator[str]:
    if handler is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            endpoint = f"127.0.0.1:{free.getsockname()[1]}"
        yield endpoint
        return
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
@pytest.mark.parametrize("handler", [None, _silent, _rude], ids=["dead", "silent", "refusing"])
async def test_flush_and_shutdown_end_in_time(
    started: Start, lines: LogLines, handler: Handler | None, protocol: str
) -> None:
    async with _listening(handler) as endpoint, asyncio.timeout(GENEROUS):
        telemetry = started(otlp_endpoint=endpoint, otlp_protocol=protocol)
        for _ in range(3000):
            with stage_span("parse"):
                pass
        assert await telemetry.aflush(1.0) is False
        assert await telemetry.aclose(1.0) is False
        assert await telemetry.aclose(1.0) is True  # nothing left to do
    parts = {line["part"] for line in lines.named("telemetry_failed")}
    assert parts <= {"traces", "metrics", "export"}
    # One line for each thing that went wrong, not one for each attempt or span.
    assert len(lines.all) < 12, lines.text
    assert {line["level"] for line in lines.all} <= {"info", "warning"}


async def test_the_event_loop_runs_on_while_telemetry_ends(started: Start) -> None:
    async with _listening(_silent) as endpoint, asyncio.timeout(GENEROUS):
        telemetry = started(otlp_endpoint=endpoint)
        with stage_span("parse"):
            pass
        ending = asyncio.create_task(telemetry.aclose(1.0))
        turns = 0
        while not ending.done():
            turns += 1
            await asyncio.sleep(0.01)
        assert turns > 2  # a blocked loop turns once


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
async def test_spans_and_metrics_arrive(started: Start, collector: OtlpServer, protocol: str) -> None:
    endpoint = collector.grpc_endpoint if protocol == "grpc" else collector.http_endpoint
    telemetry = started(otlp_endpoint=endpoint, otlp_protocol=protocol, service_version="1.2.3")
    with correlated("c1", email_id="e1", tenant_id="nord"), stage_span("parse"):
        pass
    metrics.email_settled(outcome="settled", route="AUTO_UPDATE", intent="claim_statement", latency_seconds=2.5)
    async with asyncio.timeout(GENEROUS):
        assert await telemetry.aflush(30.0) is True
    [trace] = collector.traces()
    assert (trace.facts.correlation_id, trace.facts.email_id, trace.facts.tenant_id) == ("c1", "e1", "nord")
    assert trace.root.service == "claimstream"
    [emails] = collector.metrics("claimstream.emails")
    assert emails.value == 1
    assert emails.attributes["claimstream.route"] == "AUTO_UPDATE"
    [latency] = collector.metrics("claimstream.email.latency")
    assert (latency.value, latency.count, latency.unit) == (2.5, 1, "s")


async def test_another_receiver_understands_what_is_sent(started: Start) -> None:
    port = free_port()
    async with asyncio.timeout(GENEROUS), OtelTapHttpProtobufReceiver(OtelTapHttpProtobufReceiverSettings(port)) as tap:
        # It hands out only what arrives while somebody waits for it.
        parse = asyncio.create_task(tap.await_trace(lambda span: span.name == "parse"))
        emails = asyncio.create_task(tap.await_metric(lambda metric: metric.name == "claimstream.emails"))
        await asyncio.sleep(0)
        telemetry = started(otlp_endpoint=f"http://127.0.0.1:{port}", otlp_protocol="http/protobuf")
        with correlated("c-tap"), stage_span("parse"):
            pass
        metrics.email_settled(outcome="settled")
        assert await telemetry.aflush(30.0) is True
        span_attributes = {a.key: a.value.string_value for a in (await parse).attributes}
        assert span_attributes["claimstream.correlation_id"] == "c-tap"
        assert (await emails).unit == "{email}"


async def test_starting_again_moves_everything_to_the_new_collector(started: Start) -> None:
    async with OtlpServer() as first, OtlpServer() as second, asyncio.timeout(GENEROUS):
        earlier = started(otlp_endpoint=first.grpc_endpoint)
        early_tracer = tracer()
        with stage_span("one"):
            pass
        await earlier.aclose(30.0)
        later = started(otlp_endpoint=second.grpc_endpoint)
        with early_tracer.start_as_current_span("two"):
            pass
        metrics.email_settled(outcome="later")
        await later.aclose(30.0)
        assert [t.root.name for t in first.traces()] == ["one"]
        assert [t.root.name for t in second.traces()] == ["two"]
        assert [m.attributes for m in second.metrics("claimstream.emails")] == [{"claimstream.outcome": "later"}]


async def test_the_standard_variable_names_the_collector(
    started: Start, collector: OtlpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{collector.grpc_endpoint}")
    telemetry = started()
    with stage_span("parse"):
        pass
    assert await telemetry.aflush(30.0) is True
    assert len(collector.traces()) == 1


async def test_sampling_keeps_whole_traces_and_follows_the_parent(started: Start, collector: OtlpServer) -> None:
    telemetry = started(otlp_endpoint=collector.grpc_endpoint, sample_ratio=0.3)
    for _ in range(300):
        with stage_span("outer"), stage_span("inner"):
            pass
    assert await telemetry.aflush(30.0) is True
    kept = collector.traces()
    assert 30 < len(kept) < 180  # 90 expected; eight standard deviations either way
    assert {len(trace.by_id) for trace in kept} == {2}


async def test_traces_that_nobody_takes_are_a_warning_and_counted(
    started: Start, lines: LogLines, collector: OtlpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1")
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    with stage_span("parse"):
        pass
    async with asyncio.timeout(GENEROUS):
        while not lines.named("telemetry_failed"):
            await telemetry.aflush(5.0)
    [line] = lines.named("telemetry_failed")
    assert (line["part"], line["level"]) == ("traces", "warning")
    assert "127.0.0.1:1 did not take 1 spans" in line["error"]
    await telemetry.aflush(5.0)
    [failed] = collector.metrics("claimstream.telemetry.failures")
    assert (failed.attributes["claimstream.telemetry.part"], failed.value >= 1) == ("traces", True)


def test_what_is_enabled_is_said_at_start(started: Start, lines: LogLines, sentry_events: KeptEnvelopes) -> None:
    started(otlp_endpoint="http://user:secret@127.0.0.1:1", sentry_dsn=DSN, sentry_transport=sentry_events)
    [line] = lines.named("monitoring_initialized")
    assert (line["traces"], line["metrics"], line["sentry"]) == ("127.0.0.1:1", "127.0.0.1:1", True)
    assert "secret" not in lines.text


def test_without_any_setting_everything_works_and_is_off(started: Start, lines: LogLines) -> None:
    telemetry = started()
    with correlated("c1"), stage_span("parse"):
        metrics.email_settled(outcome="settled")
    assert telemetry.flush() is True
    assert telemetry.tracer is tracer()
    [line] = lines.named("monitoring_initialized")
    assert (line["traces"], line["metrics"], line["sentry"]) == (None, None, False)


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"sentry_dsn": "not a dsn"}, "SENTRY_DSN"),
        ({"log_level": "CHATTY"}, "LOG_LEVEL"),
        ({"sample_ratio": 7.0}, "TRACE_SAMPLE_RATIO"),
        ({"otlp_protocol": "carrier-pigeon", "otlp_endpoint": "127.0.0.1:1"}, "OTEL_EXPORTER_OTLP_PROTOCOL"),
    ],
)
def test_an_unusable_setting_is_a_warning_that_names_it(
    started: Start, lines: LogLines, options: dict[str, object], setting: str
) -> None:
    assert isinstance(started(**options), Telemetry)
    assert {line["setting"] for line in lines.named("monitoring_setting_unusable")} == {setting}
    assert len(lines.named("monitoring_initialized")) == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OTEL_TRACES_EXPORTER", "console"),
        ("OTEL_METRICS_EXPORTER", "prometheus"),
        ("OTEL_PROPAGATORS", "b3,baggage"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "abc"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_BSP_SCHEDULE_DELAY", "-1"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100000"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "x"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "weird"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "abc"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
    ],
)
async def test_a_standard_variable_that_cannot_be_followed_is_named_and_all_the_rest_works(
    started: Start,
    lines: LogLines,
    collector: OtlpServer,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
) -> None:
    monkeypatch.setenv(setting, value)
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    [line] = lines.named("monitoring_setting_unusable")
    assert line["setting"] == setting
    with stage_span("parse"):
        pass
    assert await telemetry.aflush(30.0) is True
    assert [span.name for trace in collector.traces() for span in trace.spans] == ["parse"]
    assert collector.metrics()


async def test_a_key_in_headers_that_cannot_be_read_is_not_shown(
    started: Start, lines: LogLines, collector: OtlpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Bearer TOPSECRET")
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    assert await telemetry.aflush(30.0) is True
    [line] = lines.named("monitoring_setting_unusable")
    assert line["setting"] == "OTEL_EXPORTER_OTLP_HEADERS"
    assert "TOPSECRET" not in lines.text


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_METRICS_EXPORTER", "none"),
        ("OTEL_PROPAGATORS", "tracecontext, baggage"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x,x-tenant=1"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2.5"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "0"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
    ],
)
async def test_a_standard_variable_that_is_followed_is_no_warning(
    started: Start, lines: LogLines, collector: OtlpServer, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv(setting, value)
    telemetry = started(otlp_endpoint=collector.grpc_endpoint)
    with stage_span("parse"):
        pass
    assert await telemetry.aflush(30.0) is True
    assert lines.named("monitoring_setting_unusable") == []
    assert len(collector.traces()) == 1


def test_a_limit_that_is_no_number_does_not_keep_the_program_from_starting() -> None:
    code = "from claimstream.telemetry import environment, start; print(environment.FOUND_AT_IMPORT[0][0]); start()"
    environment = os.environ | {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "x"}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT")
    assert "monitoring_setting_unusable" in ended.stderr


def test_options_have_defaults() -> None:
    telemetry = start()
    try:
        assert telemetry.options.service_name == "claimstream"
    finally:
        telemetry.shutdown(1.0)
