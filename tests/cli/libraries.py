"""A process that has imported the libraries, and forks for each command: their imports take most of a second.

Run as a script whose argument is the descriptor of a socket. A request is a :class:`Wanted` as JSON with three
descriptors: standard output, standard error, and a socket for the exit status. Our own modules are imported in the
fork, by ``python -m claimstream`` as it were, but for the domain's, which know no surroundings.
"""

import gc
import json
import os
import runpy
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, TypedDict

LIBRARIES = (
    *("aiohttp.web", "aiosmtplib", "alembic.config", "anthropic", "asyncpg", "certifi", "charset_normalizer", "dotenv"),
    *("gcloud.aio.storage", "google.auth.transport.requests", "google.oauth2.service_account", "google.pubsub_v1"),
    *("google.pubsub_v1.services.publisher", "google.pubsub_v1.services.subscriber", "grpc.aio", "motor.motor_asyncio"),
    *("opentelemetry.exporter.otlp.proto.grpc.trace_exporter", "opentelemetry.exporter.otlp.proto.http.trace_exporter"),
    *(
        "opentelemetry.exporter.otlp.proto.grpc.metric_exporter",
        "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    ),
    *("psutil", "purgatory", "pydantic_settings", "rapidfuzz.fuzz", "redis.asyncio", "rich.console", "rich.table"),
    *("rich.live", "rich.progress", "opentelemetry.propagators.textmap", "opentelemetry.baggage.propagation"),
    *(
        "opentelemetry.trace.propagation.tracecontext",
        "sentry_sdk",
        "sqlalchemy.ext.asyncio",
        "stamina",
        "structlog",
        "typer",
        "typer.rich_utils",
        "uvloop",
    ),
    *("claimstream.domain.records.work", "claimstream.domain.rules.review", "claimstream.domain.rules.world_text"),
)
NUMBER = struct.Struct("i")
READ_AT_IMPORT = ("GRPC_", "LANG", "LC_", "OTEL_", "PYTHON")
"""How the names of variables begin that the interpreter or a library reads when it is loaded."""


class Wanted(TypedDict):
    """A command and its surroundings."""

    words: Sequence[str]
    folder: str
    environment: dict[str, str]


def await_command(requests: socket.socket) -> Sequence[str] | None:
    """Return its words in each process that is to run a command, and None in this one, when no more are wanted."""
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, 2**20, 3)
        if not request:
            return None
        out, err, reply = descriptors
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if command := os.fork():
                _report(command, reply)
            wanted: Wanted = json.loads(request)
            _surround(wanted, out, err)
            os.close(reply)
            requests.close()
            return wanted["words"]
        for descriptor in descriptors:
            os.close(descriptor)


def _report(command: int, reply: int) -> NoReturn:
    """Send the process id of the command, and its exit status once it has ended."""
    os.write(reply, NUMBER.pack(command))
    _, status = os.waitpid(command, 0)
    os.write(reply, NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _surround(wanted: Wanted, out: int, err: int) -> None:
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)


def main() -> None:
    for name in LIBRARIES:
        import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that report
    words = await_command(socket.socket(fileno=int(sys.argv[1])))
    if words is not None:
        sys.path[0] = os.getcwd()
        sys.argv[1:] = words
        sys.orig_argv = [sys.executable, "-m", "claimstream", *words]
        runpy.run_module("claimstream", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
