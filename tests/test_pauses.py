"""Intake while a circuit is open: who tries the service again, and when work comes in again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.helpers import LONG

from claimstream.external.breaker import BreakerEvent
from claimstream.external.door import Door, Service
from claimstream.external.errors import BreakerOpen, LockedOut, Outage
from claimstream.external.policy import Policy
from claimstream.pauses import Pauses

RECOVERY_SECONDS = 0.2
POLICY = Policy(attempts=1, breaker_threshold=2, breaker_recovery_seconds=RECOVERY_SECONDS)


class Intake:
    """Of one subscription."""

    def __init__(self) -> None:
        self.reasons: set[str] = set()
        self.open = asyncio.Event()
        self.open.set()

    def pause(self, reason: str) -> None:
        self.reasons.add(reason)
        self.open.clear()

    def resume(self, reason: str) -> None:
        self.reasons.discard(reason)
        if not self.reasons:
            self.open.set()


class Case:
    """A worker whose emails need the service; its notifications do not."""

    def __init__(self, *, probed: bool = True) -> None:
        self.down = False
        self.probe_works = False
        """Though the service is down for emails."""
        self.locked_out = False
        self.calls: list[str] = []
        self.emails, self.notifications = Intake(), Intake()
        self.door = Door({"mongodb": POLICY}, on_breaker_event=self._note)
        self.service: Service = self.door.service("mongodb", lambda _: None)
        self.pauses = Pauses(
            self.door,
            {"emails": self.emails, "notifications": self.notifications},
            on_the_path={"emails": {"mongodb"}, "notifications": set()},
            probes={"mongodb": self.call("probe")} if probed else {},
        )

    def _note(self, event: BreakerEvent) -> None:
        self.pauses.note(event)

    def call(self, who: str, operation: str = "find") -> Callable[[], Awaitable[None]]:
        async def once() -> None:
            self.calls.append(who)
            if self.locked_out:
                raise LockedOut("mongodb", "find", "no such user")
            if self.down and not (who == "probe" and self.probe_works):
                raise Outage("mongodb", "find", "no answer")

        return lambda: self.service.call(operation, once)

    async def break_down(self) -> None:
        self.down = True
        for _ in range(POLICY.breaker_threshold):
            with pytest.raises(Outage):
                await self.call("email")()
        await asyncio.sleep(0)
        self.calls.clear()


@pytest.fixture
async def case() -> AsyncIterator[Case]:
    made = Case()
    yield made
    made.pauses.close()
    await made.door.close()


async def test_only_those_who_need_the_service_are_paused(case: Case) -> None:
    await case.break_down()
    assert case.emails.reasons == {"mongodb"}
    assert case.notifications.reasons == set()


async def test_where_nobody_waits_for_the_service_it_is_found_to_be_back_all_the_same(case: Case) -> None:
    await case.break_down()
    case.down = False
    async with asyncio.timeout(LONG):
        await case.emails.open.wait()
    assert case.calls == ["probe"]
    assert case.door.states() == {"mongodb": "closed"}


async def test_intake_stays_paused_until_the_service_has_answered(case: Case) -> None:
    await case.break_down()
    async with asyncio.timeout(LONG):
        while case.calls.count("probe") < 3:
            await asyncio.sleep(0.01)
            assert not case.emails.open.is_set()
    case.down = False
    async with asyncio.timeout(LONG):
        await case.emails.open.wait()
    assert case.door.states() == {"mongodb": "closed"}


async def test_an_email_is_no_probe(case: Case) -> None:
    """The one that waits may be the one that is poison."""
    await case.break_down()
    async with asyncio.timeout(LONG):
        while case.calls.count("probe") < 2:
            with pytest.raises(BreakerOpen):
                await case.call("email")()
            await asyncio.sleep(0.01)
    case.down = False
    async with asyncio.timeout(LONG):
        await case.emails.open.wait()
    assert set(case.calls) == {"probe"}
    await case.call("email")()


async def test_an_email_comes_not_before_the_probe(case: Case) -> None:
    await case.break_down()
    case.down = False
    case.door.breaker("mongodb")._reopens_at = 0.0  # the recovery time is over, and nobody has noticed yet
    with pytest.raises(BreakerOpen):
        await case.call("email")()
    async with asyncio.timeout(LONG):
        await case.emails.open.wait()
    assert case.calls == ["probe"]


async def test_a_worker_that_drains_leaves_the_service_to_its_emails(case: Case) -> None:
    await case.break_down()
    case.pauses.close()
    case.down = False
    async with asyncio.timeout(LONG):
        while case.door.breaker("mongodb").retry_after_seconds > 0:
            await asyncio.sleep(0.01)
    await case.call("email")()
    assert case.door.states() == {"mongodb": "closed"}


async def test_who_turns_us_away_is_asked_ever_more_rarely(case: Case) -> None:
    case.locked_out = True
    with pytest.raises(LockedOut):
        await case.call("email")()
    await asyncio.sleep(0)
    assert case.emails.reasons == {"mongodb"}, "the first refusal suffices"
    case.calls.clear()
    breaker = case.door.breaker("mongodb")
    for probes in range(1, 4):
        async with asyncio.timeout(LONG):
            while len(case.calls) < probes or breaker.state == "half_open":
                await asyncio.sleep(0.001)
        assert breaker.retry_after_seconds > RECOVERY_SECONDS * 2**probes * 0.7
    case.locked_out = False
    async with asyncio.timeout(LONG):
        await case.emails.open.wait()
    assert case.calls == ["probe"] * 4


async def test_a_service_without_a_probe_is_tried_by_the_work_that_comes_in() -> None:
    case = Case(probed=False)
    await case.break_down()
    assert not case.emails.open.is_set()
    async with asyncio.timeout(LONG):
        await case.emails.open.wait()
    assert case.door.states() == {"mongodb": "open"}
    case.down = False
    await case.call("email")()
    assert case.door.states() == {"mongodb": "closed"}
    await case.door.close()


async def test_a_second_opening_is_waited_for_like_the_first(case: Case) -> None:
    for _ in range(2):
        await case.break_down()
        assert not case.emails.open.is_set()
        case.down = False
        async with asyncio.timeout(LONG):
            await case.emails.open.wait()


@pytest.mark.parametrize("probe_works", [True, False])
async def test_a_circuit_that_its_probe_closes_in_vain_is_held_longer(case: Case, probe_works: bool) -> None:
    """Such as a lost right to write: the probe would close the circuit again and again."""
    breaker = case.door.breaker("mongodb")
    case.probe_works = probe_works
    for opening in range(4):
        await case.break_down()
        held = RECOVERY_SECONDS * (2**opening if probe_works else 1)
        assert held * 0.5 < breaker.retry_after_seconds <= held
        async with asyncio.timeout(LONG):
            if not probe_works:
                while not case.calls:
                    await asyncio.sleep(0.001)
                case.down = False
            await case.emails.open.wait()


@pytest.mark.parametrize("worked", ["find", "update", None])
async def test_a_service_that_flaps_is_held_no_longer_each_time(case: Case, worked: str | None) -> None:
    """Each outage is over before the probe; what failed in it got through before the next one, or something else."""
    breaker = case.door.breaker("mongodb")
    case.probe_works = True
    for opening in range(4):
        await case.break_down()
        held = RECOVERY_SECONDS * (1 if worked == "find" else 2**opening)
        assert held * 0.5 < breaker.retry_after_seconds <= held
        async with asyncio.timeout(LONG):
            await case.emails.open.wait()
        case.down = False
        if worked:
            await case.call("email", worked)()
