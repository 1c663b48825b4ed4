"""Subscriber and publisher under random faults, until so many messages or seconds are over.

python -m bench.pubsub_soak [--messages 1000000] [--seconds 600] [--seed 1] [--keys 16] [--log PATH]

A subscription with at-least-once and one with exactly-once delivery, each with ordering keys and without; handlers that
acknowledge, release, retry, fail, hang and return nonsense; a server in its own process that misbehaves at random. At
the end: every published message handled and acknowledged, no message of a key handled ahead of an earlier one, none
handled again after exactly-once delivery confirmed it, memory flat, no task and no file descriptor left. The last line
is JSON. Exit status 0: all holds; 1: something does not; 130: interrupted. The faults and what handlers decide follow
from the seed.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import logging
import os
import random
import signal
import statistics
import sys
import time
import zlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from claimstream.pubsub import (
    Ack,
    Admin,
    Channel,
    DeadLetter,
    Message,
    Nack,
    Outcome,
    Publisher,
    PubSubError,
    Retry,
    Settlement,
    Subscriber,
    SubscriberOptions,
    connect,
)

_TRANSIENT = ("ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN")
_CALLS = ("Acknowledge", "ModifyAckDeadline", "Publish")
_BACKLOG = 5_000  # published and not yet settled, in each lane
_PUBLISHERS = 200  # calls of publish() at once, in each lane
_REMEMBERED = 10_000  # confirmed message ids that must not come again
_PATIENCE_SECONDS = 90.0  # without any progress at the end, more than the longest lease and handler here
_WARM_MESSAGES = 50_000
_JUDGED_MESSAGES = 100_000  # after the warm-up: fewer say nothing about growth
_LIBRARY_DESCRIPTORS = 8  # gRPC's pollers, opened when first needed and kept, however long the run
_LIBRARY_TASKS = 16  # gRPC's own: a call that ends together with its connection leaves one now and then
_GROWTH_MIB = 4.0  # for each 100,000 messages, beyond which memory is called growing
_OPTIONS: dict[str, Any] = {
    "max_handling_seconds": 3.0,
    "cancel_grace_seconds": 1.0,
    "exactly_once_min_lease_seconds": 10,
    "ack_timeout_seconds": 5.0,
    "heartbeat_seconds": 1.0,
    "pong_seconds": 1.0,
    "max_backoff_seconds": 1.0,
}


class DeliberateError(Exception):
    """What a handler raises at random."""


class RemoteServer:
    """The embedded server in its own process, and its fault commands."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self.target = ""

    async def __aenter__(self) -> "RemoteServer":
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "claimstream.local.pubsub_server", "--commands"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for us alone
        )
        self.target = f"127.0.0.1:{int(await self._line())}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()

    async def do(self, name: str, **arguments: object) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": name, "with": arguments}).encode() + b"\n")
            answer = json.loads(await self._line())
        if "error" in answer:
            raise RuntimeError(f"the server did not {name}: {answer['error']}")
        return answer["done"]

    async def _line(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server's process ended")
        return line


class Ledger:
    """What was published to one lane and what became of it; finds what should not be.

    Of a key, message n + 1 may be handled for the first time only when a handler has finished message n for good.
    What was finished may be handled again: its lease may have run out, or its acknowledgement been lost.
    """

    def __init__(self, name: str, *, exactly_once: bool) -> None:
        self.name = name
        self.exactly_once = exactly_once
        self.unhandled: set[str] = set()
        self.unsettled: set[str] = set()
        self.published = self.handled = self.repeated = self.settled = self.unconfirmed = self.violations = 0
        self.examples: list[str] = []
        self._turn: dict[str, int] = {}
        self._busy: set[str] = set()
        self._attempts: dict[str, int] = {}
        self._finished: set[str] = set()  # and not yet settled
        self._confirmed: OrderedDict[str, None] = OrderedDict()

    def publish(self, text: str) -> None:
        self.published += 1
        self.unhandled.add(text)
        self.unsettled.add(text)

    def begin(self, text: str, message_id: str) -> int:
        """A handler starts; returns which attempt on the message this is, from 0."""
        key, number = _parse(text)
        self.handled += 1
        if text in self.unhandled:
            self.unhandled.remove(text)
        else:
            self.repeated += 1
        if message_id in self._confirmed:
            self.violation(f"{text} came again after its acknowledgement was confirmed")
        if key:
            if key in self._busy:
                self.violation(f"{text} was handled at the same time as another message of its key")
            if number > self._turn.get(key, 0):
                self.violation(f"{text} was handled while {key}/{self._turn.get(key, 0)} was not finished")
            self._busy.add(key)
        attempt = self._attempts.get(text, 0)
        self._attempts[text] = attempt + 1
        return attempt

    def end(self, text: str) -> None:
        """A handler has returned, or was cancelled."""
        self._busy.discard(_parse(text)[0])

    def finish(self, text: str) -> None:
        """A handler has done what was to be done."""
        key, number = _parse(text)
        self._attempts.pop(text, None)
        if text in self.unsettled:
            self._finished.add(text)
        if key:
            self._turn[key] = max(self._turn.get(key, 0), number + 1)

    def forget(self) -> None:
        """A subscriber has ended: for what it did not hear of, the server's word at the end has to do."""
        self.unconfirmed += len(self._finished)
        self.settled += len(self._finished)
        self.unsettled -= self._finished
        self._finished.clear()

    def settle(self, text: str, message_id: str, settlement: Settlement) -> None:
        if settlement is not Settlement.CONFIRMED:
            return  # it comes again
        if text in self.unsettled:
            self.unsettled.remove(text)
            self._finished.discard(text)
            self.settled += 1
        if self.exactly_once:
            self._confirmed[message_id] = None
            if len(self._confirmed) > _REMEMBERED:
                self._confirmed.popitem(last=False)

    def violation(self, text: str) -> None:
        self.violations += 1
        if len(self.examples) < 10:
            self.examples.append(f"{self.name}: {text}")


def _parse(text: str) -> tuple[str, int]:
    key, _, number = text.partition("/")
    return key, int(number)


def _chance(*parts: object) -> float:
    """0 up to 1, always the same for the same parts."""
    return zlib.crc32(repr(parts).encode()) / 2**32


class Lane:
    """A topic with a subscription, its publisher and its subscriber."""

    def __init__(self, channel: Channel, name: str, seed: int, keys: int, *, exactly_once: bool) -> None:
        self.ledger = Ledger(name, exactly_once=exactly_once)
        self.topic = f"projects/soak/topics/{name}"
        self.subscription = f"projects/soak/subscriptions/{name}"
        self.reconnects = 0
        self._channel = channel
        self._seed = seed
        self._keys = keys
        self._publisher = Publisher(channel, self.topic)
        self._subscriber = self._new()
        self._run: asyncio.Task[None] | None = None
        self._next: Counter[str] = Counter()
        self._room = asyncio.Event()

    async def create(self) -> None:
        admin = Admin(self._channel)
        await admin.ensure_topic(self.topic)
        await admin.ensure_subscription(
            self.subscription,
            topic=self.topic,
            ack_deadline_seconds=10,
            enable_ordering=True,
            enable_exactly_once=self.ledger.exactly_once,
        )

    # publishing

    async def publish(self, wanted: Callable[[], bool], early: Callable[[], bool]) -> None:
        """As long as more is wanted, and not when it is too early for it."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_PUBLISHERS):
                group.create_task(self._publish(wanted, early))
        await self._publisher.close()

    async def _publish(self, wanted: Callable[[], bool], early: Callable[[], bool]) -> None:
        while wanted():
            if early():
                await asyncio.sleep(0.05)
                continue
            if len(self.ledger.unsettled) >= _BACKLOG:
                self._room.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._room.wait()
                continue
            key = self._key(self.ledger.published)
            text = f"{key}/{self._next[key]}"
            self._next[key] += 1
            self.ledger.publish(text)
            try:
                await self._publisher.publish(text.ljust(120).encode(), ordering_key=key)
            except PubSubError as error:
                self.ledger.violation(f"{text} could not be published: {error}")

    def _key(self, index: int) -> str:
        chance = _chance(self._seed, self.ledger.name, index)
        return f"k{int(chance * 5 * self._keys)}" if self._keys and chance < 0.2 else ""

    # handling

    def _new(self) -> Subscriber:
        options = SubscriberOptions(**_OPTIONS, dead_letter=self._bury)
        return Subscriber(self._channel, self.subscription, self._handle, options=options)

    async def _handle(self, message: Message) -> Outcome:
        text = message.data.decode().rstrip()
        attempt = self.ledger.begin(text, message.id)
        try:
            return await self._decide(text, message.id, _chance(self._seed, self.ledger.name, text, attempt))
        finally:
            self.ledger.end(text)

    async def _decide(self, text: str, message_id: str, chance: float) -> Outcome:
        if chance > 0.1:
            return self._ack(text, message_id)
        match int(chance * 1000):
            case number if number < 20:
                return Nack()
            case number if number < 35:
                raise DeliberateError
            case number if number < 50:
                return Retry(after=0.05, rerun=True)
            case number if number < 60:
                return Retry(after=0.05)
            case number if number < 65:
                return "done"  # type: ignore[return-value]  # what a careless handler returns
            case number if number < 75:
                return DeadLetter("at random")
            case number if number < 76:
                await asyncio.sleep(3600)  # until it is cancelled
        await asyncio.sleep(chance * 2)
        return self._ack(text, message_id)

    def _ack(self, text: str, message_id: str) -> Ack:
        self.ledger.finish(text)

        def settled(settlement: Settlement) -> None:
            self.ledger.settle(text, message_id, settlement)
            self._room.set()

        return Ack(on_result=settled)

    async def _bury(self, message: Message, reason: str) -> None:
        text = message.data.decode().rstrip()
        if _chance(reason, message.id) < 0.1:
            raise DeliberateError
        self.ledger.finish(text)
        # whether the acknowledgement that follows arrives, the server is asked at the end
        self.ledger.settle(text, "", Settlement.CONFIRMED)

    # the subscriber's life

    def start(self) -> None:
        self._run = asyncio.create_task(self._subscriber.run())

    async def stop(self, grace_seconds: float = 10.0) -> None:
        if self._run is None:
            return
        await self._subscriber.shutdown(grace_seconds)
        await self._run
        self._run = None
        self.ledger.forget()
        self.reconnects += self._subscriber.statistics().reconnects

    async def replace(self, grace_seconds: float) -> None:
        """Another subscriber takes over, as when a worker is replaced."""
        await self.stop(grace_seconds)
        self._subscriber = self._new()
        self.start()

    async def pause(self, seconds: float) -> None:
        self._subscriber.pause("soak")
        await asyncio.sleep(seconds)
        self._subscriber.resume("soak")

    def failure(self) -> str | None:
        """Why the subscriber ended by itself, if it did."""
        if self._run is None or not self._run.done():
            return None
        return f"the subscriber of {self.ledger.name} ended: {self._run.exception()!r}"


class Chaos:
    """Faults, one after the other, as the seed will have it."""

    def __init__(self, server: RemoteServer, lanes: list[Lane], seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._server = server
        self._plain, self._exact = lanes
        self._lanes = lanes
        self._random = random.Random(seed)

    async def run(self, end: asyncio.Event) -> None:
        """Until `end`; then the server behaves again."""
        faults: list[Callable[[], Awaitable[object]]] = [
            self.broken_streams,
            self.outage,
            self.slow_calls,
            self.slow_answers,
            self.expired_leases,
            self.duplicates,
            self.disorder,
            self.ignored_acks,
            self.lost_answers,
            self.failed_ids,
            self.failed_calls,
            self.silence,
            self.server_restart,
            self.subscriber_replaced,
            self.pause,
        ]
        while not end.is_set():
            fault, wait = self._random.choice(faults), self._random.uniform(0.05, 0.8)
            self.counts[fault.__name__] += 1
            await fault()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await end.wait()
        await self._server.do("clear")

    async def broken_streams(self) -> None:
        await self._server.do("break_streams", code=self._random.choice(_TRANSIENT))

    async def outage(self) -> None:
        await self._server.do("unavailable_for", seconds=self._random.uniform(0.1, 3.0))

    async def slow_calls(self) -> None:
        await self._for_a_while("delay", method=self._random.choice(_CALLS))

    async def slow_answers(self) -> None:
        await self._for_a_while("delay_answers", method=self._random.choice(_CALLS))

    async def _for_a_while(self, command: str, method: str) -> None:
        await self._server.do(command, method=method, seconds=self._random.uniform(0.05, 1.0))
        await asyncio.sleep(self._random.uniform(0.2, 2.0))
        await self._server.do(command, method=method, seconds=0)

    async def expired_leases(self) -> None:
        await self._server.do("expire_leases", subscription=self._random.choice(self._lanes).subscription)

    async def duplicates(self) -> None:
        count = self._random.randint(1, 300)
        await self._server.do("duplicate", messages=count, subscription=self._plain.subscription)

    async def disorder(self) -> None:
        await self._server.do("reorder", responses=self._random.randint(1, 20))

    async def ignored_acks(self) -> None:
        times = self._random.randint(1, 3)
        await self._server.do("ignore", method="Acknowledge", times=times, subscription=self._plain.subscription)

    async def lost_answers(self) -> None:
        method, times = self._random.choice(_CALLS), self._random.randint(1, 3)
        await self._server.do("lose_answers", method=method, times=times)

    async def failed_ids(self) -> None:
        reason = self._random.choice(("TRANSIENT_FAILURE_UNAVAILABLE", "PERMANENT_FAILURE_INVALID_ACK_ID"))
        await self._server.do("fail_ack_ids", reason=reason, times=self._random.randint(1, 200))

    async def failed_calls(self) -> None:
        method, code = self._random.choice((*_CALLS, "StreamingPull")), self._random.choice(_TRANSIENT)
        await self._server.do("fail", method=method, code=code, times=self._random.randint(1, 4))

    async def silence(self) -> None:
        await self._server.do("silent", value=True)
        await asyncio.sleep(self._random.uniform(0.5, 3.0))
        await self._server.do("silent", value=False)

    async def server_restart(self) -> None:
        await self._server.do("restart")

    async def subscriber_replaced(self) -> None:
        await self._random.choice(self._lanes).replace(self._random.uniform(0.0, 1.0))

    async def pause(self) -> None:
        await self._random.choice(self._lanes).pause(self._random.uniform(0.1, 2.0))


@dataclasses.dataclass(kw_only=True)
class Report:
    """What a run has shown."""

    seed: int
    seconds: float = 0.0
    published: int = 0
    settled: int = 0
    handled: int = 0
    repeated: int = 0
    messages_per_second: float = 0.0
    reconnects: int = 0
    faults: dict[str, int] = dataclasses.field(default_factory=dict)
    unhandled: int = 0
    unsettled: int = 0
    unconfirmed: int = 0
    """Of the settled ones: the subscriber was replaced before it had the answer, so that only the server knows."""
    left_on_server: int = 0
    violations: int = 0
    examples: list[str] = dataclasses.field(default_factory=list)
    rss_warm_mib: float | None = None
    rss_end_mib: float = 0.0
    growth_mib_per_100k: float | None = None
    """None: too few messages to tell."""
    tasks_left: list[str] = dataclasses.field(default_factory=list)
    descriptors_left: int = 0
    interrupted: bool = False

    @property
    def complaints(self) -> list[str]:
        found = list(self.examples)
        if self.violations > len(self.examples):
            found.append(f"... and {self.violations - len(self.examples)} more like these")
        ours = [name for name in self.tasks_left if not name.startswith("_AioCall.")]
        counts = {
            f"tasks are left: {', '.join(ours)}": len(ours),
            "tasks of gRPC are left": max(0, len(self.tasks_left) - len(ours) - _LIBRARY_TASKS),
            "file descriptors are left": max(0, self.descriptors_left - _LIBRARY_DESCRIPTORS),
        }
        if not self.interrupted:
            counts |= {
                "published messages were never handled": self.unhandled,
                "published messages were never settled": self.unsettled,
                "messages are still on the server": self.left_on_server,
            }
        found += [f"{count} {what}" for what, count in counts.items() if count > 0]
        if self.growth_mib_per_100k is not None and self.growth_mib_per_100k > _GROWTH_MIB:
            found.append(f"memory grows by {self.growth_mib_per_100k:.1f} MiB for each 100,000 messages")
        return found


class Memory:
    """Resident size against messages, one sample a second."""

    def __init__(self) -> None:
        self._samples: list[tuple[int, float]] = []

    def sample(self, messages: int) -> None:
        self._samples.append((messages, resident_mib()))

    def judge(self, report: Report) -> None:
        report.rss_end_mib = round(resident_mib(), 1)
        warm = [sample for sample in self._samples if sample[0] >= _WARM_MESSAGES]
        if len(warm) < 20 or warm[-1][0] - warm[0][0] < _JUDGED_MESSAGES:
            return
        tenth = len(warm) // 10
        (first, before), (last, after) = (
            [statistics.median(column) for column in zip(*part, strict=True)] for part in (warm[:tenth], warm[-tenth:])
        )
        report.rss_warm_mib = round(before, 1)
        report.growth_mib_per_100k = round((after - before) / (last - first) * 100_000, 2)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def soak(messages: int, seconds: float, seed: int, keys: int, *, show: Callable[[Report], None]) -> Report:
    """One run; `show` is called every second with what is known so far."""
    report, stop = Report(seed=seed), asyncio.Event()
    with _interruptible(report, stop):
        # what the libraries open once and keep is no leak
        await _run(Report(seed=seed), 100, 1.0, 0, stop, lambda _: None)
        descriptors, tasks = open_descriptors(), asyncio.all_tasks()
        await _run(report, messages, seconds, keys, stop, show)
    # transports close a moment after what used them
    for _ in range(100):
        report.tasks_left = [
            str(getattr(task.get_coro(), "__qualname__", task)) for task in asyncio.all_tasks() - tasks
        ]
        report.descriptors_left = open_descriptors() - descriptors
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


def _progress(
    console: Console, messages: int, seconds: float
) -> tuple[contextlib.AbstractContextManager[object], Callable[[Report], None]]:
    """A bar on a terminal, else a line every ten seconds."""
    if console.is_terminal:
        bar = Progress(
            TextColumn("settled"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[state]}"),
            console=console,
        )
        task = bar.add_task("settled", total=messages, state="")

        def show(report: Report) -> None:
            state = (
                f"{report.messages_per_second:,.0f}/s, {sum(report.faults.values())} faults, "
                f"{report.repeated} repeated, {report.violations} violations, {resident_mib():.0f} MiB"
            )
            bar.update(task, completed=report.settled, state=state)

        return bar, show

    def line(report: Report) -> None:
        if int(report.seconds) % 10 == 0:
            console.print(
                f"{report.seconds:.0f} of {seconds:g} s: {report.settled} of {messages} settled, "
                f"{sum(report.faults.values())} faults, {report.repeated} repeated, "
                f"{report.violations} violations, {resident_mib():.0f} MiB",
                soft_wrap=True,
            )

    return contextlib.nullcontext(), line


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.pubsub_soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to publish; settling comes after")
    parser.add_argument("--seed", type=int, default=1, help="of the faults and of what handlers decide")
    parser.add_argument("--keys", type=int, default=16, help="ordering keys, for a fifth of the messages; 0: none")
    parser.add_argument("--log", type=Path, help="where the log of claimstream.pubsub goes; else nowhere")
    options = parser.parse_args(arguments)
    logger = logging.getLogger("claimstream.pubsub")
    logger.propagate = False
    logger.addHandler(logging.FileHandler(options.log) if options.log else logging.NullHandler())
    logger.setLevel(logging.DEBUG if options.log else logging.CRITICAL)
    console = Console()
    bar, show = _progress(console, options.messages, options.seconds)
    with bar:
        report = asyncio.run(soak(options.messages, options.seconds, options.seed, options.keys, show=show))
    for complaint in report.complaints:
        console.print(f"FAILED: {complaint}", markup=False)
    holds = not report.complaints
    print(json.dumps(dataclasses.asdict(report) | {"ok": holds and not report.interrupted}))
    if report.interrupted:
        return 130
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
