"""One run: lanes, faults, and the wait until all is settled."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator

from bench.pubsub_soak.chaos import Chaos
from bench.pubsub_soak.lane import Lane
from bench.pubsub_soak.memory import Memory
from bench.pubsub_soak.remote_server import RemoteServer
from bench.pubsub_soak.report import Report
from claimstream.pubsub import Channel, connect

_PATIENCE_SECONDS = 90.0  # without any progress at the end, more than the longest lease and handler here


async def soak(messages: int, seconds: float, seed: int, keys: int, *, show: Callable[[Report], None]) -> Report:
    """One run; `show` is called every second with what is known so far."""
    report, stop = Report(seed=seed), asyncio.Event()
    with _interruptible(report, stop):
        # what the libraries open once and keep is no leak
        await _run(Report(seed=seed), 100, 1.0, 0, stop, lambda _: None)
        descriptors, tasks = _open_descriptors(), asyncio.all_tasks()
        await _run(report, messages, seconds, keys, stop, show)
    # transports close a moment after what used them
    for _ in range(100):
        report.tasks_left = [
            str(getattr(task.get_coro(), "__qualname__", task)) for task in asyncio.all_tasks() - tasks
        ]
        report.descriptors_left = _open_descriptors() - descriptors
        if not report.tasks_left and report.descriptors_left <= 0:
            break
        await asyncio.sleep(0.1)
    return report


async def _run(
    report: Report, messages: int, seconds: float, keys: int, stop: asyncio.Event, show: Callable[[Report], None]
) -> None:
    async with RemoteServer() as server, _channel(server) as channel:
        lanes = [
            Lane(channel, "at-least-once", report.seed, keys, exactly_once=False),
            Lane(channel, "exactly-once", report.seed, keys, exactly_once=True),
        ]
        await _work(report, server, lanes, messages, seconds, stop, show)


@contextlib.asynccontextmanager
async def _channel(server: RemoteServer) -> AsyncIterator[Channel]:
    channel = await connect(emulator_host=server.target)
    try:
        yield channel
    finally:
        await channel.close()


@contextlib.contextmanager
def _interruptible(report: Report, stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C ends the run in good order; a second one ends the process."""
    loop = asyncio.get_running_loop()

    def interrupt(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        report.interrupted = True
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt, number)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _work(
    report: Report,
    server: RemoteServer,
    lanes: list[Lane],
    messages: int,
    seconds: float,
    stop: asyncio.Event,
    show: Callable[[Report], None],
) -> None:
    started = time.monotonic()
    memory = Memory()

    def update() -> None:
        ledgers = [lane.ledger for lane in lanes]
        report.seconds = round(time.monotonic() - started, 1)
        for name in ("published", "settled", "unconfirmed", "handled", "repeated", "violations"):
            setattr(report, name, sum(getattr(ledger, name) for ledger in ledgers))
        report.unhandled = sum(len(ledger.unhandled) for ledger in ledgers)
        report.unsettled = sum(len(ledger.unsettled) for ledger in ledgers)
        report.examples = [example for ledger in ledgers for example in ledger.examples]
        report.faults = dict(sorted(chaos.counts.items()))
        report.messages_per_second = round(report.settled / max(report.seconds, 0.1), 1)

    async def watch() -> None:
        while True:
            await asyncio.sleep(1)
            update()
            memory.sample(report.settled)
            show(report)
            for lane in lanes:
                if failure := lane.failure():
                    lane.ledger.violation(failure)
                    stop.set()

    def published_so_far() -> int:
        return sum(lane.ledger.published for lane in lanes)

    def wanted() -> bool:
        return not stop.is_set() and published_so_far() < messages and time.monotonic() < started + seconds

    def early() -> bool:
        """At twice the rate that would take all the time: so that few messages meet many faults too."""
        return published_so_far() > (time.monotonic() - started + 0.1) * 2 * messages / seconds

    for lane in lanes:
        await lane.create()
        lane.start()
    chaos = Chaos(server, lanes, seed=report.seed)
    watching, published = asyncio.create_task(watch()), asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            chaotic = group.create_task(chaos.run(published))
            publishing = [group.create_task(lane.publish(wanted, early)) for lane in lanes]
            await asyncio.wait(publishing)
            published.set()
            await chaotic
        if not stop.is_set():
            report.left_on_server = await _settled(server, lanes, stop)
        for lane in lanes:
            await lane.stop()
            report.reconnects += lane.reconnects
    finally:
        watching.cancel()
        await asyncio.wait({watching})
    update()
    memory.judge(report)


async def _settled(server: RemoteServer, lanes: list[Lane], stop: asyncio.Event) -> int:
    """Waits until nothing is left, as long as there is progress; returns what the server still has."""
    last, since = None, time.monotonic()
    while True:
        snapshots = [await server.do("snapshot", subscription=lane.subscription) for lane in lanes]
        left: int = sum(snapshot["backlog"] + snapshot["outstanding"] for snapshot in snapshots)
        if not left and not any(lane.ledger.unsettled for lane in lanes):
            return 0
        now = (left, sum(lane.ledger.handled for lane in lanes))
        if now != last:
            last, since = now, time.monotonic()
        if stop.is_set() or time.monotonic() > since + _PATIENCE_SECONDS:
            return left
        await asyncio.sleep(0.1)


def _open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
