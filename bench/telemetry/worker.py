"""The process that is measured: what `claimstream run` does, with the sample mail's date for today, and with meters.

Says "started" when it works, answers each line of standard input with its meters as one line of JSON, and ends when
standard input does. All that telemetry holds back is sent before the meters are read, so that they have its whole cost.
"""

import argparse
import asyncio
import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # as the command line does: before grpc is imported

import uvloop

from bench.pubsub.client import cpu_seconds, peak_rss_mib
from claimstream.app import App
from claimstream.memory import calm_collector
from claimstream.monitoring import start_telemetry
from claimstream.reading import MailReader
from claimstream.settings import load_settings
from claimstream.telemetry import Telemetry, logs

_FLUSH_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """What the process has used since it began."""

    cpu_seconds: float
    """User and system time, all threads, without the reading processes."""
    reader_cpu_seconds: dict[str, float]
    """Of each reading process, by its id; empty where there is no /proc."""
    peak_rss_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--now", required=True, type=datetime.fromisoformat, help="what the rules take for now")
    uvloop.run(_work(parser.parse_args().now))


async def _work(now: datetime) -> None:
    settings = load_settings(_env_file=None)
    telemetry = start_telemetry(settings)
    try:
        async with App(settings, clock=lambda: now) as app:
            await app.check()
            calm_collector()  # as `claimstream run` does
            answering = (app, telemetry, asyncio.get_running_loop())
            await app.run(started=threading.Thread(target=_answer, args=answering, daemon=True).start)
    finally:
        await telemetry.aclose(_FLUSH_SECONDS)


def _answer(app: App, telemetry: Telemetry, loop: asyncio.AbstractEventLoop) -> None:
    _say("started")
    for _ in sys.stdin:
        telemetry.flush(_FLUSH_SECONDS)
        logs.drain(_FLUSH_SECONDS)
        _say(json.dumps(asdict(_meters(app))))
    loop.call_soon_threadsafe(app.stop)


def _meters(app: App) -> Meters:
    reader = app.services.reader
    assert isinstance(reader, MailReader)
    return Meters(
        cpu_seconds=cpu_seconds(),
        reader_cpu_seconds={str(pid): seconds for pid in reader.process_ids if (seconds := _cpu_of(pid)) is not None},
        peak_rss_mib=peak_rss_mib(),
    )


def _cpu_of(pid: int) -> float | None:
    """User and system time of another process (proc_pid_stat(5), fields 14 and 15)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
