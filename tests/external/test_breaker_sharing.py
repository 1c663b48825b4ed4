"""Breakers whose shared state is a round trip away: many calls at once, calls that are cancelled, words of others."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from purgatory import AsyncInMemoryUnitOfWork
from purgatory.domain.model import Context
from purgatory.typing import StateName
from tests.helpers import LONG

from claimstream.external import breaker as breaker_module
from claimstream.external.breaker import Breaker, BreakerEvent, Permit, Verdict
from claimstream.external.errors import BreakerOpen

RECOVERY_SECONDS = 30.0


class Store(AsyncInMemoryUnitOfWork):
    """Like Redis: each step is a round trip, and who reads gets a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.contexts = self  # type: ignore[assignment]  # one class is enough for a test
        self.messages: list[object] = []
        self.rows: dict[str, tuple[StateName, float | None]] = {}
        self.failures: Counter[str] = Counter()
        self.trips: Counter[str] = Counter()
        self.stops_at = ""
        self.stopped = asyncio.Event()

    async def _trip(self, step: str) -> None:
        self.trips[step] += 1
        if step == self.stops_at:
            self.stopped.set()
            await asyncio.Event().wait()
        for _ in range(3):
            await asyncio.sleep(0)

    async def get(self, name: str) -> Context | None:
        await self._trip("read")
        if name not in self.rows:
            return None
        state, opened_at = self.rows[name]
        await self._trip("read")
        return Context(name, 3, RECOVERY_SECONDS, state, self.failures[name], opened_at)

    async def register(self, context: Context) -> None:
        self.rows[context.name] = (context.state, context.opened_at)

    async def update_state(self, name: str, state: StateName, opened_at: float | None) -> None:
        await self._trip("write")
        self.rows[name] = (state, opened_at)
        await self._trip("written")

    async def inc_failures(self, name: str, failure_count: int) -> None:
        await self._trip("write")
        self.failures[name] += 1

    async def reset_failure(self, name: str) -> None:
        await self._trip("write")
        self.failures[name] = 0


class Worker:
    def __init__(self, store: Store | None) -> None:
        self.now = 100.0
        self.breaker = Breaker(
            "gcs", threshold=3, recovery_seconds=RECOVERY_SECONDS, unit_of_work=store, clock=lambda: self.now
        )
        self.kinds: list[str] = []
        self.breaker.add_listener(self._note)

    def _note(self, event: BreakerEvent) -> None:
        if event.kind != "rejected":
            self.kinds.append(event.kind)

    async def call(self, verdict: Verdict) -> None:
        await self.breaker.record(await self.breaker.admit(), verdict, "answered 503")

    async def open(self) -> None:
        for _ in range(3):
            await self.call(Verdict.FAILED)
        self.kinds.clear()

    async def may_be_called(self) -> bool:
        try:
            await self.breaker.record(await self.breaker.admit(), Verdict.UNKNOWN)
        except BreakerOpen:
            return False
        return True


async def pass_on(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0)


async def cancelled(task: "asyncio.Task[None] | asyncio.Task[Permit]") -> None:
    task.cancel()
    async with asyncio.timeout(LONG):
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
def store() -> Store:
    return Store()


async def test_many_failures_at_once_open_the_circuit_once(store: Store) -> None:
    worker = Worker(store)
    permits = [await worker.breaker.admit() for _ in range(60)]
    await asyncio.gather(*(worker.breaker.record(permit, Verdict.FAILED) for permit in permits))
    assert worker.kinds == ["opened"]
    assert store.rows["gcs"][0] == "opened"


async def test_calls_that_begin_while_a_change_is_written_down_do_not_undo_it(store: Store) -> None:
    worker = Worker(store)

    async def call() -> None:
        with suppress(BreakerOpen):
            await worker.call(Verdict.FAILED)

    async with asyncio.TaskGroup() as group:
        for _ in range(200):
            group.create_task(call())
            await asyncio.sleep(0)
    assert worker.kinds == ["opened"]


async def test_a_recovery_that_many_wait_for_is_one_probe_and_one_closing(store: Store) -> None:
    worker = Worker(store)
    await worker.open()

    async def email() -> None:
        while True:
            await worker.breaker.ready()
            try:
                await worker.call(Verdict.ALIVE)
            except BreakerOpen:
                continue
            return

    async def stranger() -> None:
        """Calls without having waited."""
        with suppress(BreakerOpen):
            await worker.call(Verdict.ALIVE)

    worker.now += RECOVERY_SECONDS + 1
    async with asyncio.timeout(LONG), asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(email())
            group.create_task(stranger())
            await asyncio.sleep(0)
    assert worker.kinds == ["half_opened", "closed"]


async def test_one_reading_serves_all_who_were_waiting_when_it_began(store: Store) -> None:
    worker = Worker(store)
    await worker.call(Verdict.ALIVE)
    store.trips.clear()
    await asyncio.gather(*(worker.call(Verdict.ALIVE) for _ in range(1000)))
    assert store.trips["read"] <= 12, "two for the first, two for all others, and as many at their ends"


async def test_who_asks_after_a_reading_has_begun_gets_one_of_its_own(store: Store) -> None:
    worker = Worker(store)
    await worker.call(Verdict.ALIVE)
    store.trips.clear()
    first = asyncio.create_task(worker.breaker.admit())
    await pass_on(lambda: store.trips["read"] == 2)
    store.rows["gcs"] = ("opened", None)
    second = asyncio.create_task(worker.breaker.admit())
    await first
    with pytest.raises(BreakerOpen):
        await second


async def test_without_sharing_nothing_suspends() -> None:
    worker = Worker(None)
    for coroutine in (worker.open(), worker.may_be_called()):
        with pytest.raises(StopIteration):
            coroutine.send(None)
    worker.now += RECOVERY_SECONDS + 1
    with pytest.raises(StopIteration):
        worker.call(Verdict.ALIVE).send(None)
    assert worker.kinds == ["half_opened", "closed"]


async def test_a_store_that_hangs_is_waited_for_once_by_all() -> None:
    class Hangs(Store):
        async def _trip(self, step: str) -> None:
            self.trips[step] += 1
            await asyncio.sleep(0.05)
            raise TimeoutError

    store = Hangs()
    worker = Worker(store)
    await asyncio.gather(*(worker.call(Verdict.ALIVE) for _ in range(100)))
    assert store.trips == {"read": 1}


class TestCancelled:
    async def test_while_another_one_reads_it_leaves_the_way_free(self, store: Store) -> None:
        worker = Worker(store)
        store.stops_at = "read"
        first, second = (asyncio.create_task(worker.breaker.admit()) for _ in range(2))
        third = asyncio.create_task(worker.breaker.admit())
        await store.stopped.wait()
        await cancelled(second)
        store.stops_at = ""
        await cancelled(first)
        async with asyncio.timeout(LONG):
            await third
        assert await worker.may_be_called()

    @pytest.mark.parametrize("step", ["read", "write", "written"])
    async def test_a_probe_that_is_cancelled_as_it_is_admitted_lets_the_next_one_go(
        self, store: Store, step: str
    ) -> None:
        worker = Worker(store)
        await worker.open()
        worker.now += RECOVERY_SECONDS + 1
        store.stops_at = step
        probe = asyncio.create_task(worker.breaker.admit())
        await store.stopped.wait()
        waits = asyncio.create_task(worker.breaker.ready())
        await asyncio.sleep(0)
        store.stops_at = ""
        await cancelled(probe)
        async with asyncio.timeout(LONG):
            await waits
        await worker.call(Verdict.ALIVE)
        assert worker.kinds == ["half_opened", "closed"]

    @pytest.mark.parametrize("step", ["read", "write", "written"])
    @pytest.mark.parametrize("verdict", [Verdict.ALIVE, Verdict.FAILED])
    async def test_a_probe_that_is_cancelled_as_its_word_is_written_down_holds_up_nobody(
        self, store: Store, step: str, verdict: Verdict
    ) -> None:
        worker = Worker(store)
        await worker.open()
        worker.now += RECOVERY_SECONDS + 1
        permit = await worker.breaker.admit()
        store.stops_at = step
        word = asyncio.create_task(worker.breaker.record(permit, verdict))
        await store.stopped.wait()
        waits = asyncio.create_task(worker.breaker.ready())
        queued = asyncio.create_task(worker.may_be_called())
        await asyncio.sleep(0)
        store.stops_at = ""
        await cancelled(word)
        async with asyncio.timeout(LONG):
            await waits
        written_down = (verdict, step) == (Verdict.FAILED, "written")
        assert await queued == (not written_down)
        worker.now += RECOVERY_SECONDS + 1 if written_down else 0
        await worker.call(Verdict.ALIVE)
        again = ["opened", "half_opened"] if written_down else []
        assert worker.kinds == ["half_opened", *again, "closed"]


class TestWaitersWhileAnotherWorkerProbes:
    @pytest.fixture(autouse=True)
    def soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(breaker_module, "_ASK_AGAIN_SECONDS", 0.02)

    async def probed(self, store: Store) -> tuple[Worker, Worker, Permit]:
        """The second knows that the first one probes."""
        one, other = Worker(store), Worker(store)
        await one.open()
        one.now += RECOVERY_SECONDS + 1
        permit = await one.breaker.admit()
        assert not await other.may_be_called()
        assert other.breaker.state == "half_open"
        return one, other, permit

    async def waiting(self, worker: Worker, count: int) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(worker.breaker.ready()) for _ in range(count)]
        await asyncio.sleep(0)
        return tasks

    async def look(self, worker: Worker, store: Store) -> None:
        """Let one of them look at the store."""
        read = store.trips["read"]
        worker.now += 0.02
        await pass_on(lambda: store.trips["read"] >= read + 2)
        assert store.trips["read"] == read + 2, "one of them looks for all"

    async def test_go_soon_after_it_succeeded(self, store: Store) -> None:
        one, other, permit = await self.probed(store)
        waiters = await self.waiting(other, 20)
        await self.look(other, store)
        assert not any(task.done() for task in waiters)
        await one.breaker.record(permit, Verdict.ALIVE)
        await self.look(other, store)
        async with asyncio.timeout(LONG):
            await asyncio.gather(*waiters)
        assert other.breaker.state == "closed"

    async def test_wait_for_the_whole_recovery_time_when_it_failed(self, store: Store) -> None:
        one, other, permit = await self.probed(store)
        [waiter] = await self.waiting(other, 1)
        await one.breaker.record(permit, Verdict.FAILED)
        await self.look(other, store)
        await pass_on(lambda: other.breaker.state == "open")
        assert other.breaker.retry_after_seconds == pytest.approx(RECOVERY_SECONDS, abs=1)
        assert not waiter.done()
        await cancelled(waiter)

    async def test_one_that_is_cancelled_while_it_looks_leaves_that_to_the_next(self, store: Store) -> None:
        one, other, permit = await self.probed(store)
        first, second = await self.waiting(other, 2)
        await one.breaker.record(permit, Verdict.ALIVE)
        store.stops_at = "read"
        other.now += 0.02
        await store.stopped.wait()
        store.stops_at = ""
        await cancelled(first)
        await self.look(other, store)
        async with asyncio.timeout(LONG):
            await second

    async def test_go_themselves_when_nothing_is_heard_of_it(self, store: Store) -> None:
        _, other, _ = await self.probed(store)
        first, second = await self.waiting(other, 2)
        other.now += RECOVERY_SECONDS
        async with asyncio.timeout(LONG):
            await first
        assert not second.done(), "one at a time"
        await other.call(Verdict.ALIVE)
        async with asyncio.timeout(LONG):
            await second


async def test_waiters_are_not_forgotten_when_a_probe_took_so_long_that_the_next_one_has_failed(store: Store) -> None:
    recovery_seconds = 0.5
    one, other = (Breaker("gcs", threshold=3, recovery_seconds=recovery_seconds, unit_of_work=store) for _ in range(2))
    for _ in range(3):
        await one.record(await one.admit(), Verdict.FAILED)
    await asyncio.sleep(recovery_seconds + 0.01)
    late = await one.admit()
    waiter = asyncio.create_task(one.ready())
    with pytest.raises(BreakerOpen):
        await other.admit()
    await asyncio.sleep(recovery_seconds + 0.01)
    await other.record(await other.admit(), Verdict.FAILED)
    await one.record(late, Verdict.ALIVE)
    assert one.state == "open"
    async with asyncio.timeout(LONG):
        await waiter


async def test_waiters_are_not_forgotten_when_it_is_another_workers_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    class OfAnother(Store):
        async def take_turn(self, name: str, *, seconds: float) -> bool:
            del name, seconds
            await self._trip("turn")
            return False

    monkeypatch.setattr(breaker_module, "_ASK_AGAIN_SECONDS", 0.02)
    store = OfAnother()
    worker = Worker(store)
    await worker.open()
    worker.now += RECOVERY_SECONDS + 1
    refused = asyncio.create_task(worker.may_be_called())
    await pass_on(lambda: store.trips["turn"] == 1)
    waiter = asyncio.create_task(worker.breaker.ready())
    assert not await refused
    worker.now += 0.02
    async with asyncio.timeout(LONG):
        await waiter
