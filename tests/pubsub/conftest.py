"""Servers to talk to: the embedded one, and Google's emulator where it is installed."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.pubsub.place import Place, place_on

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Channel, connect

_EMULATOR_START_SECONDS = 60

# the soak is no part of the installed package: it is imported from the checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


class MakePlace(Protocol):
    async def __call__(self, **subscription: Any) -> Place: ...


@pytest.fixture
async def server() -> AsyncIterator[PubSubServer]:
    async with PubSubServer() as running:
        yield running


@pytest.fixture
async def channel(server: PubSubServer) -> AsyncIterator[Channel]:
    opened = await connect(emulator_host=server.target)
    yield opened
    await opened.close()


@pytest.fixture
async def make_place(channel: Channel) -> AsyncIterator[MakePlace]:
    async with AsyncExitStack() as stack:

        async def make(**subscription: Any) -> Place:
            return await stack.enter_async_context(place_on(channel, **subscription))

        yield make


@pytest.fixture
async def place(make_place: MakePlace) -> Place:
    return await make_place()


def _emulator() -> Path | None:
    """The start script of `gcloud components install pubsub-emulator`, if it and a Java are there."""
    gcloud = shutil.which("gcloud")
    if gcloud is None or shutil.which("java") is None:
        return None
    shared = (Path("/usr/lib/google-cloud-sdk"), Path("/usr/share/google-cloud-sdk"))
    roots = [Path(gcloud).resolve().parent.parent, *shared]
    scripts = [root / "platform/pubsub-emulator/bin/cloud-pubsub-emulator" for root in roots]
    return next((script for script in scripts if script.exists()), None)


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Google's emulator: the one that PUBSUB_EMULATOR_HOST names, or one started here."""
    named = os.environ.get("PUBSUB_EMULATOR_HOST")
    if named:
        yield named
        return
    script = _emulator()
    if script is None:
        pytest.skip("Google's emulator is not installed: gcloud components install pubsub-emulator; needs Java")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [str(script), "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"JAVA_OPTS": "-Xmx256m"},
    )
    try:
        give_up = time.monotonic() + _EMULATOR_START_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > give_up:
                pytest.skip(f"Google's Pub/Sub emulator does not start here (exit status {process.returncode})")
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
