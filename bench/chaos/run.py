"""The run: mail arrives, workers die, services fail; then all is calm, and what is left is checked."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from pathlib import Path

from bench.chaos.check import check
from bench.chaos.fault import Fault
from bench.chaos.faults import Faults
from bench.chaos.installation import Installation
from bench.chaos.mail import Letter, write
from bench.chaos.past import IS_PAST, fill
from bench.chaos.plan import Plan
from bench.chaos.poison import choose
from bench.chaos.report import Report
from bench.chaos.sickness import Sicknesses
from bench.chaos.workers import Workers

_LANES = ({"gmail", "gcs", "smtp", "worker"}, {"claude", "postgresql", "mongodb", "pubsub"})
"""Faults of one lane follow one another; those of the two overlap, and so do those of a third: the sicknesses."""
_LASTS_SECONDS = (2.0, 5.0)
_PAUSE_SECONDS = (0.2, 1.5)
_STALL_SECONDS = 120.0
_ENDED = f"""
    SELECT count(*) FROM emails e WHERE status = 'settled' AND NOT {IS_PAST}
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.email_id = e.email_id AND o.done_at IS NULL)
"""  # our own words # nosec B608
"""Settled and delivered."""

Show = Callable[[str, int, int], None]
"""What is going on, mails settled, mails sent."""


async def run(plan: Plan, folder: Path, show: Show) -> Report:
    """``folder`` keeps the workers' logs."""
    chance = random.Random(plan.seed)
    world, letters = write(plan.emails, plan.seed)
    began = time.monotonic()
    show("starting the servers", 0, 0)
    async with Installation(world, choose(letters)) as installation:
        await fill(installation.postgres.dsn, plan.past_rows)
        workers = Workers(plan.workers, installation.environment, folder, chance)
        await workers.start()
        await asyncio.wait_for(workers.begun(), _STALL_SECONDS)
        faults, sicknesses = Faults(installation, workers, letters, chance), Sicknesses(installation, workers)
        watch = asyncio.create_task(workers.look_after())
        sent: dict[str, Letter] = {}
        try:
            async with asyncio.TaskGroup() as group:
                feeding = group.create_task(_feed(plan, installation, letters, sent))
                group.create_task(_kill(plan, workers, chance))
                for lane in _LANES:
                    mine = [fault for _ in range(plan.rounds) for fault in faults.all() if fault.service in lane]
                    group.create_task(_suffer(mine, faults, chance))
                refusing = [fault for _ in range(plan.rounds) for fault in sicknesses.all()]
                group.create_task(_suffer(refusing, faults, chance))
                group.create_task(_tell(installation, sent, show, feeding, plan.seconds))
            poison_waiting = await _poison_waiting(installation)
            await installation.calm()
            amid_faults = await _settled(installation)
            stalled = await _settle(installation, sent, show)
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            await workers.abandon() if asyncio.current_task().cancelling() else await workers.drain()  # type: ignore[union-attr]  # it runs in a task
        show("checking", len(sent), len(sent))
        settings = installation.settings
        dead = installation.pubsub.snapshot(settings.subscription(settings.dead_letter_topic))
        findings = await check(installation, sent, dead.backlog + dead.outstanding, sicknesses.seen)
    return Report.of(
        plan,
        findings,
        faults,
        workers,
        seconds=time.monotonic() - began,
        amid_faults=amid_faults,
        poison_waiting=poison_waiting,
        stalled=stalled,
    )


async def _feed(plan: Plan, installation: Installation, letters: list[Letter], sent: dict[str, Letter]) -> None:
    began = time.monotonic()
    for number, letter in enumerate(letters):
        await asyncio.sleep(began + number * plan.seconds / len(letters) - time.monotonic())
        sent[await installation.receive(letter)] = letter


async def _kill(plan: Plan, workers: Workers, chance: random.Random) -> None:
    for _ in range(plan.kills):
        await asyncio.sleep(chance.uniform(0.5, 1.5) * plan.seconds / max(1, plan.kills))
        await workers.kill()


async def _suffer(queue: list[Fault], faults: Faults, chance: random.Random) -> None:
    while queue:
        fault = next((each for each in queue if faults.may_happen(each)), queue[0])
        queue.remove(fault)
        await faults.happen(fault, chance.uniform(*_LASTS_SECONDS))
        await asyncio.sleep(chance.uniform(*_PAUSE_SECONDS))


async def _tell(
    installation: Installation, sent: dict[str, Letter], show: Show, feeding: "asyncio.Task[None]", seconds: float
) -> None:
    end = time.monotonic() + seconds
    while not feeding.done() or time.monotonic() < end:
        show("faults", await _settled(installation), len(sent))
        await asyncio.sleep(1.0)


async def _settle(installation: Installation, sent: dict[str, Letter], show: Show) -> bool:
    """Whether it stopped short, without progress for long."""
    done, give_up = -1, time.monotonic() + _STALL_SECONDS
    while True:
        settled = await _settled(installation)
        show("all is calm", settled, len(sent))
        await installation.make_poison_due()
        if settled >= len(sent):
            return False
        if settled > done:
            done, give_up = settled, time.monotonic() + _STALL_SECONDS
        elif time.monotonic() > give_up:
            return True
        await asyncio.sleep(0.5)


async def _settled(installation: Installation) -> int:
    return await installation.count(_ENDED)


async def _poison_waiting(installation: Installation) -> int:
    """The poison mails that have no end while their faults last."""
    gmail_ids = list(installation.poisoning.gmail_ids)
    return len(gmail_ids) - await installation.count(f"{_ENDED} AND gmail_id = ANY ($1)", gmail_ids)
