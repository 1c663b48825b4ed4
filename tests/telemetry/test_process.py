"""What only a process of its own shows: the other event loop, and the way out."""

import asyncio
import json
import sys
import textwrap

import pytest
from tests.helpers import LONG

START = """
from claimstream import telemetry
started = telemetry.start(telemetry.TelemetryOptions(otlp_endpoint="127.0.0.1:1", log_format="json"))
with telemetry.correlated("c1"), telemetry.stage_span("parse"):
    telemetry.get_logger("claimstream.tests").info("{event}")
"""

UVLOOP = """
import asyncio, uvloop
from claimstream import telemetry
from claimstream.local.otlp.server import OtlpServer

async def email(number):
    with telemetry.correlated(f"c{number}"), telemetry.stage_span("parse"):
        await asyncio.sleep(0)
        assert telemetry.correlation_id() == f"c{number}"

async def main():
    async with OtlpServer() as server:
        for endpoint, protocol in ((server.grpc_endpoint, "grpc"), (server.http_endpoint, "http/protobuf")):
            started = telemetry.start(telemetry.TelemetryOptions(otlp_endpoint=endpoint, otlp_protocol=protocol))
            await asyncio.gather(*(email(number) for number in range(50)))
            assert await started.aclose(30.0) is True
        print(len(server.traces()), type(asyncio.get_running_loop()).__module__)

uvloop.run(main())
"""


JOINED = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
theirs = InMemorySpanExporter()
trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))
trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(theirs))

from claimstream import telemetry
telemetry.start()
with telemetry.correlated("c1", email_id="e1"), telemetry.stage_span("parse"):
    pass
[span] = theirs.get_finished_spans()
print(span.name, span.attributes["claimstream.correlation_id"], span.attributes["claimstream.email_id"])
"""


async def run(code: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(LONG):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("end", ["", "started.shutdown(1.0)", "raise SystemExit(0)"])
async def test_a_process_with_a_dead_collector_ends_and_its_lines_are_written(end: str) -> None:
    status, out, err = await run(START.format(event="last words") + textwrap.dedent(end))
    assert (status, out) == (0, ""), err
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["correlation_id"] for line in lines if line.get("message") == "last words"] == ["c1"]


async def test_what_another_has_instrumented_is_joined() -> None:
    status, out, err = await run(JOINED)
    assert (status, out.split()) == (0, ["parse", "c1", "e1"]), err


async def test_everything_works_on_uvloop() -> None:
    status, out, err = await run(UVLOOP)
    assert (status, out.split()) == (0, ["100", "uvloop"]), err
