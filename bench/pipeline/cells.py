"""What is measured, one thing after the other."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.pipeline.child import Answer, Child
from bench.pipeline.delays import AT_ONCE, GCS_SECONDS, GMAIL_SECONDS, NORMAL_DAY, SLOW_DAY, SMTP_SECONDS
from bench.pipeline.plan import Plan
from bench.pipeline.results import Memory, NormalDay, OwnCpu, SlowDay, Workers
from bench.pipeline.rooms import ROOMS
from bench.pipeline.site import Kind, Site, Watch
from bench.pipeline.tape import Tape, Transaction

IN_FLIGHT = 200
"""The default of MAX_EMAILS_IN_FLIGHT."""
_WARM_EMAILS = 89
_MODEL_CALLS = 2


async def slow_day(site: Site, plan: Plan, watch: Watch) -> SlowDay:
    """Every email waits for the model twice, as many as the window holds at a time."""
    await site.model(plan.slow_model)
    emails = plan.slow_in_flight * plan.slow_waves
    # Raw mail from Gmail and into the archive, two questions, and the notification.
    path_seconds = GMAIL_SECONDS + GCS_SECONDS + _MODEL_CALLS * plan.slow_model.mean_seconds + SMTP_SECONDS
    async with site.workers(in_flight=plan.slow_in_flight) as workers:
        calls, before = await site.model_calls(), await _meters(workers)
        stream = await site.stream(
            workers, emails, kind="model", window=plan.slow_in_flight, ramp_seconds=path_seconds, watch=watch
        )
        after = await _meters(workers)
    return SlowDay(
        model_seconds=plan.slow_model.median_seconds,
        in_flight=plan.slow_in_flight,
        in_work=stream.in_work(),
        emails=emails,
        model_calls_per_email=(await site.model_calls() - calls) / emails,
        path_seconds=path_seconds,
        emails_per_second=stream.emails_per_second(),
        cpu_ms_per_email=_cpu_ms(before, after, emails),
        peak_rss_mib=after[0]["peak_rss_mib"] or 0.0,
        readers_rss_mib=after[0]["readers_rss_mib"],
        machine_busy_share=stream.machine_busy_share,
        as_planned=plan.slow_in_flight >= 1000 and plan.slow_model == SLOW_DAY,
    )


async def normal_day(site: Site, plan: Plan, watch: Watch) -> NormalDay:
    """All of the sample mail, over and over; afterwards some of it once more with the profile on."""
    await site.model(AT_ONCE)
    async with site.workers(in_flight=IN_FLIGHT) as workers:
        await site.stream(workers, _WARM_EMAILS, window=IN_FLIGHT)
        await site.model(NORMAL_DAY)
        before = await _meters(workers)
        stream = await site.stream(workers, plan.normal_emails, window=IN_FLIGHT, watch=watch)
        after = await _meters(workers)
        # The same work without waiting for a long tail once more.
        await site.model(AT_ONCE)
        await workers[0].ask("profile")
        await site.stream(workers, plan.profile_emails, window=IN_FLIGHT)
        rooms = await workers[0].ask("rooms")
    spent = sum(rooms.values())
    return NormalDay(
        model=str(NORMAL_DAY),
        in_flight=IN_FLIGHT,
        in_work=stream.in_work(),
        emails=plan.normal_emails,
        emails_per_second=stream.emails_per_second(),
        cpu_ms_per_email=_cpu_ms(before, after, plan.normal_emails),
        peak_rss_mib=after[0]["peak_rss_mib"] or 0.0,
        machine_busy_share=stream.machine_busy_share,
        rooms={room: rooms.get(room, 0.0) / spent for room in ROOMS},
    )


async def record(site: Site, path: Path, *, kind: Kind = "all") -> Tape:
    """As many mails as a round has, with every call that a worker made for it written down."""
    await site.model(AT_ONCE)
    async with site.workers(in_flight=IN_FLIGHT) as workers:
        # Later copies of a mail take shorter ways, as they do where they are measured.
        await site.stream(workers, site.cases, kind=kind, window=IN_FLIGHT)
        await workers[0].ask("record")
        await site.stream(workers, site.cases, kind=kind, window=IN_FLIGHT)
        await workers[0].ask("tape", path=str(path))
    return Tape.load(path)


async def own_cpu(site: Site, tape: Tape, path: Path, plan: Plan, watch: Watch) -> OwnCpu:
    """The worker and the bare calls in turn, the model answering at once."""
    await site.model(AT_ONCE)
    bare_environment = await site.database("bare")
    worker_ms, bare_ms = [], []
    async with (
        site.workers(in_flight=IN_FLIGHT) as workers,
        Child("bench.pipeline.bare", str(path), log=site.log("bare"), environment=bare_environment) as bare,
    ):
        for number in range(plan.own_rounds + 1):
            before = await _meters(workers)
            await site.stream(workers, site.cases, window=IN_FLIGHT)
            spent = _cpu_ms(before, await _meters(workers), site.cases)
            played = await bare.ask("round")
            if number:  # the first of each warms up
                worker_ms.append(spent)
                bare_ms.append(played["cpu_seconds"] * 1000 / played["emails"])
            watch(number, plan.own_rounds)
    return OwnCpu(
        worker_ms_of_rounds=tuple(worker_ms),
        bare_ms_of_rounds=tuple(bare_ms),
        calls_per_email=_calls_per_email(tape),
    )


async def scaling(site: Site, plan: Plan, workers: int, watch: Watch, *, telemetry: bool = True) -> Workers:
    await site.model(AT_ONCE)
    async with site.workers(workers, in_flight=IN_FLIGHT, telemetry=telemetry) as children:
        await site.stream(children, _WARM_EMAILS, window=IN_FLIGHT)
        await site.model(NORMAL_DAY)
        before = await _meters(children)
        # One window for all: so much mail is there, however many work on it.
        stream = await site.stream(children, plan.emails_per_cell, window=IN_FLIGHT, watch=watch)
        after = await _meters(children)
    return Workers(
        workers=workers,
        telemetry=telemetry,
        emails=plan.emails_per_cell,
        emails_per_second=stream.emails_per_second(),
        cpu_ms_per_email=_cpu_ms(before, after, plan.emails_per_cell),
        peak_rss_mib=sum(one["peak_rss_mib"] or 0.0 for one in after),
        machine_busy_share=stream.machine_busy_share,
    )


async def memory(site: Site, plan: Plan, points: list[tuple[int, float]], watch: Watch) -> Memory:
    """``points`` has what was seen so far, also when this is cut short."""
    await site.model(AT_ONCE)
    async with site.workers(in_flight=IN_FLIGHT) as workers:
        readers = 0.0
        step = max(1, plan.memory_emails // plan.memory_points)
        for done in range(0, plan.memory_emails, step):
            await site.stream(workers, step, window=IN_FLIGHT)
            meters = (await _meters(workers, flush=False))[0]
            points.append((done + step, meters["rss_mib"] or 0.0))
            readers = meters["readers_rss_mib"]
            watch(done + step, plan.memory_emails)
    return Memory(points=tuple(points), readers_rss_mib=readers)


async def _meters(workers: Sequence[Child], *, flush: bool = True) -> list[Answer]:
    return [await worker.ask("meters", flush=flush) for worker in workers]


def _cpu_ms(before: Sequence[Answer], after: Sequence[Answer], emails: int) -> float:
    spent = sum(one["cpu_seconds"] for one in after) - sum(one["cpu_seconds"] for one in before)
    return float(spent) * 1000 / emails


def _calls_per_email(tape: Tape) -> dict[str, float]:
    kinds = Counter(type(call).__name__.lower() for call in tape.calls)
    kinds["statement"] = sum(len(call.statements) for call in tape.calls if isinstance(call, Transaction))
    return {kind: number / len(tape.processed) for kind, number in sorted(kinds.items())}
