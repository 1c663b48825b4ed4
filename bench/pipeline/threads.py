"""The system of threads, measured."""

import math
from pathlib import Path

from bench.pipeline.child import Child
from bench.pipeline.delays import GCS_SECONDS, GMAIL_SECONDS, SMTP_SECONDS, ModelDelay
from bench.pipeline.results import Threads
from bench.pipeline.site import Site
from bench.pipeline.tape import Download, Get, Letter, Question, Tape, Upload
from bench.pipeline.usage import machine

_WARM_SHARE = 0.25
_PREPARE_SECONDS = 300.0
_ANSWER_SECONDS = 120.0
_MOST_PER_SECOND = 60.0
"""More emails than two cores do in a second."""


async def threads(
    site: Site,
    tape: Tape,
    path: Path,
    *,
    python: str,
    number: int,
    seconds: float,
    environment: dict[str, str],
    model: ModelDelay,
) -> Threads:
    """Work for so many seconds, the last three quarters of which count.

    Args:
        path: where the tape is.
        python: of the environment that has Dramatiq.
        environment: settings with databases of its own.
    """
    await site.model(model)
    ideal = number / mean_latency_seconds(tape, model)
    emails = min(2 * ideal, _MOST_PER_SECOND) * seconds + 2 * number
    child = Child(
        "bench.pipeline.dramatiq_worker",
        *(str(path), "--threads", str(number)),
        log=site.log("dramatiq"),
        environment=environment,
        python=python,
    )
    async with child:
        rounds = math.ceil(emails / len(tape.processed))
        await child.ask("prepare", rounds=rounds, seconds=_PREPARE_SECONDS)
        before = machine()
        ran = await child.ask("run", for_seconds=seconds, seconds=seconds + _ANSWER_SECONDS)
        after = machine()
    done = [at for at in ran["done_at_seconds"] if at >= seconds * _WARM_SHARE]
    return Threads(
        model=str(model),
        threads=number,
        emails=len(ran["done_at_seconds"]),
        emails_per_second=len(done) / (seconds * (1 - _WARM_SHARE)),
        cpu_ms_per_email=ran["cpu_seconds"] * 1000 / max(1, len(ran["done_at_seconds"])),
        peak_rss_mib=ran["peak_rss_mib"] or 0.0,
        # Where delays vary, a run of a minute has more of the short ones than of the long ones.
        ideal_per_second=ideal if model.p99_seconds is None else None,
        machine_busy_share=after.busy_share_since(before) if before and after else None,
    )


def mean_latency_seconds(tape: Tape, model: ModelDelay) -> float:
    """Of the services' delays for one email, one after the other."""
    seconds = {
        Get: GMAIL_SECONDS,
        Upload: GCS_SECONDS,
        Download: GCS_SECONDS,
        Question: model.mean_seconds,
        Letter: SMTP_SECONDS,
    }
    total = sum(seconds.get(type(call), 0.0) for calls in tape.processed.values() for call in calls)
    return total / len(tape.processed)
