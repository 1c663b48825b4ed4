import asyncio

import pytest
from purgatory import AsyncInMemoryUnitOfWork

from claimstream.external.breaker import Breaker, BreakerEvent, Verdict, probing
from claimstream.external.errors import BreakerOpen


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Case:
    """A breaker of three failures and sixty seconds, on a clock that the test turns."""

    def __init__(self, *, recovery_seconds: float = 60.0, unit_of_work: AsyncInMemoryUnitOfWork | None = None) -> None:
        self.clock = Clock()
        self.breaker = Breaker(
            "gmail", threshold=3, recovery_seconds=recovery_seconds, clock=self.clock, unit_of_work=unit_of_work
        )
        self.events: list[BreakerEvent] = []
        self.breaker.add_listener(self.events.append)

    @property
    def state(self) -> str:
        return self.breaker.state

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    async def call(self, verdict: Verdict, subject: str | None = None) -> None:
        await self.breaker.record(await self.breaker.admit("get", subject), verdict, f"it was {verdict.value}")

    async def open(self) -> None:
        for _ in range(3):
            await self.call(Verdict.FAILED)


@pytest.fixture
def case() -> Case:
    return Case()


async def test_opens_after_the_threshold_of_failures_in_a_row(case: Case) -> None:
    await case.call(Verdict.FAILED)
    await case.call(Verdict.FAILED)
    await case.call(Verdict.ALIVE)
    await case.call(Verdict.FAILED)
    await case.call(Verdict.FAILED)
    assert case.state == "closed"
    await case.call(Verdict.FAILED)
    assert case.state == "open"
    assert case.kinds == ["opened"]
    assert case.events[0].reason == "it was failed"


async def test_a_rejected_call_raises_a_fresh_error_that_says_why_and_when_and_makes_an_event(case: Case) -> None:
    await case.open()
    errors = []
    for _ in range(2):
        with pytest.raises(BreakerOpen) as caught:
            await case.breaker.admit("get")
        errors.append(caught.value)
    assert errors[0] is not errors[1]
    assert str(errors[0]).startswith("gmail get: held back, the circuit is open (tried again in 60 s)")
    assert "it was failed" in str(errors[0])
    assert errors[0].retry_after_seconds == pytest.approx(60, abs=1)
    assert case.kinds == ["opened", "rejected", "rejected"]


async def test_neither_cancellation_nor_our_own_defect_counts(case: Case) -> None:
    for _ in range(5):
        await case.call(Verdict.UNKNOWN)
    await case.call(Verdict.FAILED)
    await case.call(Verdict.UNKNOWN)
    await case.call(Verdict.FAILED)
    assert case.state == "closed"
    await case.call(Verdict.FAILED)
    assert case.state == "open"


async def test_after_the_recovery_time_a_single_call_probes_and_its_success_closes(case: Case) -> None:
    await case.open()
    case.clock.now += 61
    probe = await case.breaker.admit("get")
    assert case.state == "half_open"
    with pytest.raises(BreakerOpen, match="one call is trying it now"):
        await case.breaker.admit("get")
    await case.breaker.record(probe, Verdict.ALIVE)
    assert case.kinds == ["opened", "half_opened", "rejected", "closed"]
    await case.call(Verdict.ALIVE)


async def test_a_failing_probe_opens_again_for_the_whole_recovery_time(case: Case) -> None:
    await case.open()
    case.clock.now += 61
    await case.call(Verdict.FAILED)
    assert case.state == "open"
    assert case.breaker.retry_after_seconds == pytest.approx(60, abs=1)


async def test_a_cancelled_probe_neither_closes_nor_blocks(case: Case) -> None:
    await case.open()
    case.clock.now += 61
    await case.call(Verdict.UNKNOWN)
    assert case.state == "half_open"
    await case.call(Verdict.ALIVE)
    assert case.kinds == ["opened", "half_opened", "closed"]


async def test_a_straggler_from_before_the_opening_decides_nothing(case: Case) -> None:
    early = [await case.breaker.admit("get") for _ in range(5)]
    await case.open()
    case.clock.now += 61
    probe = await case.breaker.admit("get")
    await case.breaker.record(early[0], Verdict.ALIVE)
    assert case.state == "half_open"
    await case.breaker.record(early[1], Verdict.FAILED)
    assert case.state == "half_open"
    await case.breaker.record(probe, Verdict.ALIVE)
    for permit in early[2:]:
        await case.breaker.record(permit, Verdict.FAILED)
    assert case.state == "closed"


async def test_a_listener_that_raises_does_not_harm_the_call(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: BreakerEvent) -> None:
        raise ValueError(event.kind)

    case.breaker.add_listener(broken)
    await case.open()
    assert case.state == "open"
    assert "a listener of the breaker gmail failed" in caplog.text


async def test_ready_returns_at_once_while_closed(case: Case) -> None:
    await case.breaker.ready()
    assert case.state == "closed"


async def test_ready_invites_one_waiter_to_probe_and_the_rest_only_after_it_succeeded() -> None:
    case = Case(recovery_seconds=0.05)
    case.breaker = Breaker("gmail", threshold=3, recovery_seconds=0.05)
    await case.open()
    probing, answer = asyncio.Event(), asyncio.Event()
    rejected = 0
    finished: list[int] = []

    async def email(number: int) -> None:
        nonlocal rejected
        await case.breaker.ready()
        try:
            permit = await case.breaker.admit("get")
        except BreakerOpen:
            rejected += 1
            return
        probing.set()
        await answer.wait()
        await case.breaker.record(permit, Verdict.ALIVE)
        finished.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(email(number))
        await probing.wait()
        assert case.state == "half_open"
        assert finished == []
        answer.set()
    assert rejected == 0
    assert finished == list(range(20))


async def test_ready_passes_the_turn_on_when_the_invited_one_is_cancelled() -> None:
    breaker = Breaker("gmail", threshold=1, recovery_seconds=0.05)
    await breaker.record(await breaker.admit(), Verdict.FAILED)
    first = asyncio.create_task(breaker.ready())
    second = asyncio.create_task(breaker.ready())
    await asyncio.sleep(0)
    first.cancel()
    await second
    await breaker.record(await breaker.admit(), Verdict.ALIVE)
    assert first.cancelled()
    assert breaker.state == "closed"


async def test_two_processes_share_one_state() -> None:
    shared = AsyncInMemoryUnitOfWork()
    one, other = Case(unit_of_work=shared), Case(unit_of_work=shared)
    await one.open()
    with pytest.raises(BreakerOpen):
        await other.breaker.admit("get")
    assert other.kinds == ["opened", "rejected"]
    other.clock.now += 61
    await other.call(Verdict.ALIVE)
    await one.call(Verdict.ALIVE)
    assert one.kinds == ["opened", "closed"]


class TestOfThoseWhoShareAState:
    async def opened(self) -> tuple[Case, Case]:
        """Two of them that know it to be open, with the recovery time just over."""
        shared = AsyncInMemoryUnitOfWork()
        one, other = Case(unit_of_work=shared), Case(unit_of_work=shared)
        await one.open()
        with pytest.raises(BreakerOpen):
            await other.breaker.admit("get")
        for case in (one, other):
            case.clock.now += 61
        return one, other

    async def test_one_probes(self) -> None:
        one, other = await self.opened()
        probe = await one.breaker.admit("get")
        with pytest.raises(BreakerOpen, match="another worker is trying it now") as caught:
            await other.breaker.admit("get")
        assert caught.value.retry_after_seconds == pytest.approx(2, abs=0.1), "it asks again soon"
        await one.breaker.record(probe, Verdict.ALIVE)
        await other.call(Verdict.ALIVE)
        assert other.kinds == ["opened", "rejected", "half_opened", "rejected", "closed"]

    async def test_a_probe_that_fails_holds_back_the_others_for_the_whole_recovery_time(self) -> None:
        one, other = await self.opened()
        await one.call(Verdict.FAILED)
        with pytest.raises(BreakerOpen) as caught:
            await other.breaker.admit("get")
        assert caught.value.retry_after_seconds == pytest.approx(60, abs=1)

    async def test_one_that_dies_of_its_probe_keeps_the_others_waiting_for_one_recovery_time(self) -> None:
        one, other = await self.opened()
        await one.breaker.admit("get")  # and nothing is heard of it again
        for seconds in (59, 2):
            with pytest.raises(BreakerOpen):
                await other.breaker.admit("get")
            other.clock.now += seconds
        await other.call(Verdict.ALIVE)
        assert other.state == "closed"

    async def test_a_straggler_that_has_not_seen_the_opening_decides_nothing(self) -> None:
        shared = AsyncInMemoryUnitOfWork()
        one, other = Case(unit_of_work=shared), Case(unit_of_work=shared)
        early = [await other.breaker.admit("get") for _ in range(2)]
        await one.open()
        one.clock.now += 61
        probe = await one.breaker.admit("get")
        await other.breaker.record(early[0], Verdict.ALIVE)
        assert other.state == "half_open"
        await other.breaker.record(early[1], Verdict.FAILED)
        assert other.state == "half_open"
        await one.breaker.record(probe, Verdict.ALIVE)
        assert one.state == "closed"


class Unreachable(AsyncInMemoryUnitOfWork):
    async def __aenter__(self) -> AsyncInMemoryUnitOfWork:
        raise ConnectionError("the state store is down")


async def test_a_lost_state_store_leaves_the_breaker_working_alone() -> None:
    case = Case(unit_of_work=Unreachable())
    await case.open()
    with pytest.raises(BreakerOpen):
        await case.breaker.admit("get")
    case.clock.now += 61
    await case.call(Verdict.ALIVE)
    assert case.kinds == ["opened", "rejected", "half_opened", "closed"]


class TestSubjects:
    async def test_one_mail_alone_never_opens_the_circuit(self, case: Case) -> None:
        for _ in range(100):
            await case.call(Verdict.FAILED, "poison")
        for _ in range(100):
            await case.call(Verdict.FAILED, "another")
        assert case.state == "closed"
        await case.call(Verdict.FAILED, "a third")
        assert case.state == "open"

    async def test_each_adds_its_share_of_the_threshold(self) -> None:
        breaker = Breaker("gmail", threshold=5)
        for subject in ("a", "a", "a", "b", "b", "b"):
            await breaker.record(await breaker.admit("get", subject), Verdict.FAILED)
        assert str(breaker.state) == "closed"
        await breaker.record(await breaker.admit("get", "c"), Verdict.FAILED)
        assert str(breaker.state) == "open"

    async def test_a_success_of_any_mail_begins_anew(self, case: Case) -> None:
        for subject in ("a", "b"):
            await case.call(Verdict.FAILED, subject)
        await case.call(Verdict.ALIVE, "healthy")
        for subject in ("a", "b"):
            await case.call(Verdict.FAILED, subject)
        assert case.state == "closed"
        await case.call(Verdict.FAILED, "c")
        assert case.state == "open"

    async def test_a_success_in_another_worker_begins_anew(self) -> None:
        shared = AsyncInMemoryUnitOfWork()
        one, other = Case(unit_of_work=shared), Case(unit_of_work=shared)
        await one.call(Verdict.FAILED, "a")
        await other.call(Verdict.ALIVE, "healthy")
        for subject in ("a", "b", "c"):
            assert one.state == "closed"
            await one.call(Verdict.FAILED, subject)
        assert one.state == "open"

    async def test_a_probe_that_fails_counts_whoever_it_is_for(self, case: Case) -> None:
        await case.open()
        case.clock.now += 61
        await case.call(Verdict.FAILED, "poison")
        assert case.state == "open"


async def test_locked_out_opens_at_once(case: Case) -> None:
    await case.call(Verdict.LOCKED_OUT, "any")
    assert case.state == "open"
    assert case.kinds == ["opened"]


async def test_where_somebody_probes_nobody_else_does(case: Case) -> None:
    case.breaker.probed = True
    await case.open()
    case.clock.now += 61
    with pytest.raises(BreakerOpen, match="it is being tried now"):
        await case.call(Verdict.FAILED, "poison")
    with probing():
        await case.call(Verdict.ALIVE)
    assert case.state == "closed"
    await case.call(Verdict.ALIVE, "healthy")


async def test_a_circuit_may_be_held_longer(case: Case) -> None:
    await case.open()
    case.breaker.hold_back(300)
    case.clock.now += 61
    with pytest.raises(BreakerOpen) as caught:
        await case.call(Verdict.ALIVE)
    assert caught.value.retry_after_seconds == pytest.approx(239, abs=1)
    case.breaker.hold_back(1)
    assert case.breaker.retry_after_seconds == pytest.approx(239, abs=1), "never shorter"
