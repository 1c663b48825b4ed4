"""The cells in their order."""

import tempfile
from pathlib import Path

from bench.pipeline import cells
from bench.pipeline.delays import NORMAL_DAY
from bench.pipeline.plan import Plan
from bench.pipeline.progress import Progress
from bench.pipeline.results import Found, Memory
from bench.pipeline.site import Site
from bench.pipeline.tape import Tape
from bench.pipeline.threads import threads

CELLS = ("own-cpu", "slow-day", "normal-day", "threads", "scaling", "memory")
_SLOW_WAVES = 4
"""How many times an email's latency the threads work on the slow day; the first one fills the window."""


async def measure(
    chosen: list[str],
    plan: Plan,
    found: Found,
    progress: Progress,
    *,
    threads_python: str | None,
    budget_seconds: float,
) -> None:
    """Adds to ``found`` as it goes. No cell is begun after ``budget_seconds``. Raises ChildError."""

    def wanted(cell: str) -> bool:
        if cell not in chosen:
            return False
        if progress.seconds > budget_seconds:
            progress.say(f"{cell} is left out: this machine is slow. --cells {cell} measures it alone.")
            return False
        return True

    with tempfile.TemporaryDirectory(prefix="claimstream-bench-") as folder:
        async with Site(Path(folder)) as site:
            progress.say("services are there")
            path = Path(folder) / "tape"
            tape: Tape | None = None
            if wanted("own-cpu") or (wanted("threads") and threads_python):
                progress.say("recording the calls of a round of mail")
                tape = await cells.record(site, path)
            if tape is not None and wanted("own-cpu"):
                found.own_cpu = await cells.own_cpu(
                    site, tape, path, plan, progress.of("own CPU and bare calls, in turn")
                )
            if wanted("slow-day"):
                found.slow_day = await cells.slow_day(site, plan, progress.of("slow day"))
            if wanted("normal-day"):
                found.normal_day = await cells.normal_day(site, plan, progress.of("normal day"))
            if tape is not None and threads_python and wanted("threads"):
                await _threads(site, tape, path, plan, found, progress, threads_python)
            if wanted("scaling"):
                await _scaling(site, plan, found, progress)
            if wanted("memory"):
                points: list[tuple[int, float]] = []
                try:
                    found.memory = await cells.memory(site, plan, points, progress.of("memory over many emails"))
                finally:
                    if found.memory is None and len(points) > 1:
                        found.memory = Memory(points=tuple(points), readers_rss_mib=0.0)


async def _scaling(site: Site, plan: Plan, found: Found, progress: Progress) -> None:
    for number in plan.workers:
        watch = progress.of(f"{number} worker{'s' if number > 1 else ''}")
        found.workers.append(await cells.scaling(site, plan, number, watch))
    if not plan.without_telemetry:
        return
    watch = progress.of("1 worker without telemetry")
    found.workers.append(await cells.scaling(site, plan, 1, watch, telemetry=False))


async def _threads(
    site: Site, tape: Tape, path: Path, plan: Plan, found: Found, progress: Progress, python: str
) -> None:
    environment = await site.database("threads")
    for number in plan.threads:
        progress.say(f"Dramatiq with {number} threads, for {plan.thread_seconds:g} s")
        seconds = plan.thread_seconds
        found.threads.append(
            await threads(
                site,
                tape,
                path,
                python=python,
                number=number,
                seconds=seconds,
                environment=environment,
                model=NORMAL_DAY,
            )
        )
    if plan.slow_threads is None:
        return
    slow_path = path.with_name("slow-tape")
    slow_tape = await cells.record(site, slow_path, kind="model")
    seconds = _SLOW_WAVES * 2 * plan.slow_model.mean_seconds
    progress.say(f"Dramatiq with {plan.slow_threads} threads on the slow day, for {seconds:g} s")
    found.threads.append(
        await threads(
            site,
            slow_tape,
            slow_path,
            python=python,
            number=plan.slow_threads,
            seconds=seconds,
            environment=environment,
            model=plan.slow_model,
        )
    )
