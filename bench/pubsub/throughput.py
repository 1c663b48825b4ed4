"""One run: N messages through one subscriber, as fast as it can."""

import http.client
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pubsub.cells import Cell
from bench.pubsub.client import WARM_SHARE
from bench.pubsub.process import Child, ChildError
from bench.pubsub.variants import Variant

WINDOW = 1000
"""Most messages outstanding, for all; the default of Google's client and of ours."""
LEAST_MESSAGES = 2_000
"""Two windows: fewer would measure how the first one is filled."""
MOST_MESSAGES = 500_000
SERVER_BOUND_SHARE = 0.9

_POLL_SECONDS = 0.1
"""Seldom, since the answers cost the server CPU."""
_START_SECONDS = 30.0
_STALL_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputRun:
    """What was measured while the messages after the warm-up were acknowledged."""

    messages: int
    """Of the whole run, the warm-up included."""
    messages_per_second: float
    cpu_ms_per_1000: float
    """User and system time of the subscriber's process for 1,000 messages."""
    peak_rss_mib: float
    server_cpu_share: float
    """CPU time of the server's process by the clock's; 1.0 is one core."""
    versions: dict[str, str]


def messages_for(variant: Variant, cell: Cell, seconds: float, rate: float | None) -> int:
    """How many messages make a run of `seconds`, from the `rate` of an earlier run or else a rough guess."""
    if rate is None:
        rate = variant.rates[min(variant.rates, key=lambda per_response: abs(per_response - cell.per_response))]
        if cell.payload_bytes > 1024:
            rate /= 3
        if cell.handler_ms:
            rate = min(rate, variant.concurrency / cell.handler_ms * 1000)
    return int(min(MOST_MESSAGES, max(LEAST_MESSAGES, rate * seconds / (1 - WARM_SHARE))))


def measure(variant: Variant, cell: Cell, messages: int, *options: str) -> ThroughputRun:
    """`options` are further words on the variant's command line.

    Raises ChildError when the subscriber or the server fails or stops short."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "addresses.json"
        server_arguments = {
            "--port-file": port_file,
            "--messages": messages,
            "--per-response": cell.per_response,
            "--payload-bytes": cell.payload_bytes,
        }
        client_arguments = {
            "--port-file": port_file,
            "--messages": messages,
            "--window": WINDOW,
            "--handler-ms": cell.handler_ms,
        }
        with (
            Child("bench.pubsub.server", *_flat(server_arguments)) as server,
            Child(f"bench.pubsub.variants.{variant.module}", *_flat(client_arguments), *options) as client,
        ):
            statistics = _until_done(server, client, port_file, messages)
            client.close_input()
            report = json.loads(client.last_line(timeout_seconds=10))
    warm_at, done_at = statistics["ack_times"]["warm"], statistics["ack_times"]["done"]
    if done_at == warm_at:
        raise ChildError(f"acknowledged all of the {messages:,} messages at once: too few to measure anything")
    counted = messages * (1 - WARM_SHARE)
    return ThroughputRun(
        messages=messages,
        messages_per_second=counted / (done_at - warm_at),
        cpu_ms_per_1000=report["cpu_seconds"] * 1e6 / counted,
        peak_rss_mib=report["peak_rss_mib"],
        server_cpu_share=(statistics["cpu_seconds_at_done"] - statistics["cpu_seconds_at_warm"]) / (done_at - warm_at),
        versions=report["versions"],
    )


def _flat(arguments: dict[str, object]) -> list[str]:
    return [str(part) for pair in arguments.items() for part in pair]


def _until_done(server: Child, client: Child, port_file: Path, messages: int) -> dict[str, Any]:
    """The server's statistics once every message is acknowledged."""
    connection = _connect(server, port_file)
    acked = 0
    give_up = time.monotonic() + _START_SECONDS
    while True:
        time.sleep(_POLL_SECONDS)
        server.check()
        client.check()
        connection.request("GET", "/stats")
        statistics: dict[str, Any] = json.loads(connection.getresponse().read())
        if "done" in statistics["ack_times"]:
            connection.close()
            return statistics
        if statistics["acked"] > acked:
            acked = statistics["acked"]
            give_up = time.monotonic() + _STALL_SECONDS
        elif time.monotonic() > give_up:
            raise ChildError(
                f"stopped at {acked:,} of {messages:,} acknowledged, {statistics['delivered']:,} delivered"
            )


def _connect(server: Child, port_file: Path) -> http.client.HTTPConnection:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        server.check()
        try:
            host, _, port = json.loads(port_file.read_text(encoding="utf-8"))["rest"].partition(":")
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.01)
        else:
            return http.client.HTTPConnection(host, int(port), timeout=_STALL_SECONDS)
    raise ChildError(f"the server did not start within {_START_SECONDS:g} s")
