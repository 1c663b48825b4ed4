"""The process that is measured: the command line, the meters and the end that all variants share.

A variant is a module with a `consume(work)` that receives messages until the process ends, calls `work.note(data)` at
the start of each handler and acknowledges each message. `main(consume)` does the rest: it waits for the server's
addresses, and when the driver closes standard input it prints one line of JSON and ends the process at once, since how
a library shuts down is not measured here.
"""

import argparse
import asyncio
import gc
import itertools
import json
import os
import platform
import resource
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import uvloop

WARM_SHARE = 0.1
"""The share of the messages after which the CPU clock starts; the server starts its own at the same share."""


class Meter(Protocol):
    """Told of each message at the start of its handler, from any thread."""

    def note(self, data: bytes) -> None: ...
    def report(self) -> dict[str, Any]: ...


class CpuMeter:
    """CPU of this process from the message that ends the warm-up until the report."""

    def __init__(self, messages: int) -> None:
        self._warm_number = max(1, int(messages * WARM_SHARE))
        self._numbers = itertools.count(1)  # its next() is atomic: Google's client calls from ten threads
        self._cpu_when_warm = 0.0

    def note(self, data: bytes) -> None:
        del data
        if next(self._numbers) == self._warm_number:
            self._cpu_when_warm = cpu_seconds()

    def report(self) -> dict[str, Any]:
        return {"cpu_seconds": cpu_seconds() - self._cpu_when_warm, "peak_rss_mib": peak_rss_mib()}


class LatencyMeter:
    """Time from publish to handler: a message's data is the sender's `time.monotonic_ns()`, one clock for all processes
    of a machine. Prints a line for each message, so that the driver knows when the subscriber is there and done."""

    def __init__(self) -> None:
        self._latencies_ns: list[int] = []

    def note(self, data: bytes) -> None:
        self._latencies_ns.append(time.monotonic_ns() - int(data))
        os.write(1, b".\n")  # whole, whichever thread writes

    def report(self) -> dict[str, Any]:
        return {"latencies_ms": [latency / 1e6 for latency in self._latencies_ns]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a variant is asked to do."""

    grpc: str
    """HOST:PORT of the server."""
    rest: str
    """HOST:PORT of its REST side; empty if it has none."""
    subscription: str
    """projects/PROJECT/subscriptions/NAME"""
    topic: str
    """The topic's NAME alone, for libraries that want to create it."""
    window: int
    """Most messages outstanding."""
    handler_seconds: float
    """How long each handler sleeps; 0 for one that returns at once."""
    note: Callable[[bytes], None]


def main(consume: Callable[[Work], None], distribution: str) -> None:
    """Run a variant as the driver asks on the command line. `distribution` is the library's name on the index."""
    parser = argparse.ArgumentParser(description=f"The subscriber of {distribution}, to be measured by bench.pubsub.")
    parser.add_argument("--port-file", type=Path, required=True, help="JSON with the server's addresses; waited for")
    parser.add_argument("--subscription", default="projects/bench/subscriptions/bench")
    parser.add_argument("--topic", default="bench")
    parser.add_argument("--messages", type=int, default=0, help="how many will come; 0 measures latency instead of CPU")
    parser.add_argument("--window", type=int, default=1000, help="most messages outstanding")
    parser.add_argument("--no-freeze", action="store_true", help="leave the garbage collector as Python starts it")
    parser.add_argument("--handler-ms", type=float, default=0.0, help="how long a handler sleeps")
    chosen = parser.parse_args()

    meter: Meter = CpuMeter(chosen.messages) if chosen.messages else LatencyMeter()
    threading.Thread(target=_report_at_end_of_input, args=(meter, distribution), daemon=True).start()
    addresses = _addresses(chosen.port_file)
    work = Work(
        grpc=addresses["grpc"],
        rest=addresses["rest"],
        subscription=chosen.subscription,
        topic=chosen.topic,
        window=chosen.window,
        handler_seconds=chosen.handler_ms / 1000,
        note=meter.note,
    )
    if not chosen.no_freeze:
        gc.collect()
        gc.freeze()  # what was imported is not looked through again and again; see bench/README.md
    try:
        consume(work)
        sys.stderr.write(f"{distribution}: the subscriber ended by itself\n")
    except BaseException:  # of whatever kind: printed, and the process ends
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)  # a library's threads may hold an ordinary exit up


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop, which every asyncio variant gets: the loop is not what is compared."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(coroutine)


def cpu_seconds() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_rss_mib() -> float:
    """Most memory resident at once."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # macOS counts bytes, others KiB
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    # ru_maxrss of a process on Linux begins with the peak of the one that started it, VmHWM does not.
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def _addresses(port_file: Path) -> dict[str, str]:
    while True:
        try:
            return dict(json.loads(port_file.read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):  # not yet there, or half written
            time.sleep(0.005)


def _report_at_end_of_input(meter: Meter, distribution: str) -> None:
    sys.stdin.read()
    report = meter.report()
    report["versions"] = {
        "python": platform.python_version(),
        "grpcio": version("grpcio"),
        distribution: version(distribution),
    }
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    os._exit(0)
