"""The process that is measured: what `claimstream run` does, with the sample mail's date for today, and with meters."""

import argparse
import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # as the command line does: before grpc is imported

import uvloop

from bench.pipeline.child import Answer, obey_in_thread
from bench.pipeline.profile import Profile
from bench.pipeline.recorder import Recorder
from bench.pipeline.usage import resident
from bench.pubsub.client import cpu_seconds
from claimstream.app import App
from claimstream.memory import calm_collector
from claimstream.monitoring import start_telemetry
from claimstream.reading import MailReader
from claimstream.settings import load_settings
from claimstream.telemetry import Telemetry, logs

_FLUSH_SECONDS = 10.0


class Measured:
    """The tasks that the driver may ask for."""

    def __init__(self, app: App, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry
        self._profile = Profile()
        self._recorder = Recorder()

    async def obey(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        match task:
            case "meters":
                if arguments["flush"]:
                    await asyncio.to_thread(self._flush)
                return self._meters()
            case "profile":
                self._profile.start()
                return {}
            case "rooms":
                return self._profile.stop()
            case "record":
                self._recorder.start()
                return {}
            case "tape":
                self._recorder.tape.save(Path(arguments["path"]))
                return {}
        raise ValueError(f"no task is called {task!r}")

    def _flush(self) -> None:
        """What telemetry holds back is sent, so that the meters have its whole cost."""
        self._telemetry.flush(_FLUSH_SECONDS)
        logs.drain(_FLUSH_SECONDS)

    def _meters(self) -> Answer:
        reader = self._app.services.reader
        assert isinstance(reader, MailReader)
        own = resident()
        readers = [found for pid in reader.process_ids if (found := resident(pid)) is not None]
        return {
            "cpu_seconds": cpu_seconds(),
            "rss_mib": own.now_mib if own else None,
            "peak_rss_mib": own.peak_mib if own else None,
            "readers_rss_mib": sum(one.now_mib for one in readers),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--now", required=True, type=datetime.fromisoformat, help="what the rules take for now")
    uvloop.run(_work(parser.parse_args().now))


async def _work(now: datetime) -> None:
    settings = load_settings(_env_file=None)
    telemetry = start_telemetry(settings)
    try:
        async with App(settings, clock=lambda: now) as app:
            await app.check()
            calm_collector()  # as `claimstream run` does
            measured = Measured(app, telemetry)
            await app.run(started=lambda: obey_in_thread(measured.obey, started={}, ended=app.stop))
    finally:
        await telemetry.aclose(_FLUSH_SECONDS)


if __name__ == "__main__":
    main()
