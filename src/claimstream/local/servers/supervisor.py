"""Runs one server and ends it when its parent is gone, however the parent ended (also by SIGKILL).

This file is started as a script by ``process.py``, isolated and without site-packages, so it imports
the standard library only.

The parent holds the other end of this process's standard input. Its end of file, which the kernel delivers whatever
killed the parent, means: the parent is gone. Before that, the parent can write lines: ``stop`` (end the server, keep
its files) and ``signal NUMBER`` (send a signal to the server). What happens is reported on standard output:
``started PID``, ``exited STATUS``, ``failed REASON``.

A death signal set in the server alone would not do: it is tied to the parent's thread, is cleared when the server
changes its user, and exists on Linux only. It is set as well, here, where there is one thread and the user has changed
already: so the server also ends when this process is killed.
"""

import argparse
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_POLL_SECONDS = 1.0


def _report(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads it any more
        os.write(1, f"{line}\n".encode())


def _death_signal() -> Callable[[], None] | None:
    """What makes the server end with this process, to be called in the server before its program starts."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415 - not every Python on every platform has it

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None
    supervisor = os.getpid()

    def set_death_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:  # died just before
            os._exit(1)

    return set_death_signal


def _signal_group(server: "subprocess.Popen[bytes]", number: int) -> None:
    with contextlib.suppress(OSError):  # gone already
        os.killpg(server.pid, number)


def _end(server: "subprocess.Popen[bytes]", stops: Sequence[tuple[int, float]]) -> None:
    for number, grace_seconds in stops:
        if server.poll() is not None:
            break
        _signal_group(server, number)
        _signal_group(server, signal.SIGCONT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(grace_seconds)
    _signal_group(server, signal.SIGKILL)
    server.wait()


def _remove(directories: Sequence[str]) -> None:
    import shutil  # noqa: PLC0415 - only needed here, and start-up is waited for

    for directory in directories:
        for _ in range(20):  # a server's own children can take a moment longer than the server
            shutil.rmtree(directory, ignore_errors=True)
            if not os.path.lexists(directory):
                break
            time.sleep(0.1)


def supervise(
    command: Sequence[str],
    *,
    parent: int,
    log: str,
    stops: Sequence[tuple[int, float]],
    remove: Sequence[str],
    user: int | None,
    group: int | None,
) -> int:
    """Run ``command`` until it ends, or the parent says so or is gone. Returns 127 if it cannot be run, else 0."""
    stopping = False
    orphaned = False

    def ask_to_stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ask_to_stop)

    try:
        with open(log, "ab") as log_file:
            server = subprocess.Popen(  # noqa: S603 - the command is our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                process_group=0,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
                preexec_fn=_death_signal(),  # noqa: PLW1509 - this process has one thread
            )
    except (OSError, subprocess.SubprocessError) as error:
        _report(f"failed {error}")
        return 127
    _report(f"started {server.pid}")

    lines = b""
    while server.poll() is None and not stopping and not orphaned:
        ready, _, _ = select.select([0, wake_read], [], [], _POLL_SECONDS)
        if wake_read in ready:
            os.read(wake_read, 4096)
        if 0 in ready:
            read = os.read(0, 4096)
            *whole, lines = (lines + read).split(b"\n")
            for line in whole:
                if line == b"stop":
                    stopping = True
                elif line.startswith(b"signal "):
                    _signal_group(server, int(line.removeprefix(b"signal ")))
            orphaned = not read and not stopping
        # A process the parent forked may hold the pipe open after the parent's death.
        orphaned = orphaned or os.getppid() != parent
    _end(server, stops)
    if orphaned:
        _remove(remove)
    _report(f"exited {server.returncode}")
    return 0


def _stop_step(text: str) -> tuple[int, float]:
    name, _, grace_seconds = text.partition(":")
    return signal.Signals[name], float(grace_seconds)


def main() -> int:
    """The command line: ``supervisor.py --parent PID --log FILE [options] -- COMMAND ARGUMENT...``."""
    parser = argparse.ArgumentParser(description="Run a server that ends when its parent is gone.")
    parser.add_argument("--parent", type=int, required=True, metavar="PID")
    parser.add_argument("--log", required=True, metavar="FILE", help="where the server's output is appended")
    parser.add_argument(
        "--stop",
        type=_stop_step,
        action="append",
        default=[],
        metavar="SIGNAL:SECONDS",
        help="how to end the server, step by step; after the last step it is killed",
    )
    parser.add_argument(
        "--remove", action="append", default=[], metavar="DIRECTORY", help="removed when the parent is gone"
    )
    parser.add_argument("--user", type=int, metavar="UID")
    parser.add_argument("--group", type=int, metavar="GID")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    return supervise(
        options.command,
        parent=options.parent,
        log=options.log,
        stops=options.stop,
        remove=options.remove,
        user=options.user,
        group=options.group,
    )


if __name__ == "__main__":
    sys.exit(main())
