"""How much of everything is measured."""

from dataclasses import dataclass, replace

from bench.pipeline.delays import SLOW_DAY, ModelDelay


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    slow_model: ModelDelay = SLOW_DAY
    slow_in_flight: int = 1000
    slow_waves: int = 4
    """Windows full of emails: the first fills it, the last empties it, those between are measured."""
    normal_emails: int = 2000
    profile_emails: int = 600
    own_rounds: int = 9
    workers: tuple[int, ...] = (1, 2, 4)
    without_telemetry: bool = True
    """One worker more, as little watched as the threads are."""
    emails_per_cell: int = 1200
    """Of each number of workers."""
    memory_emails: int = 20_000
    memory_points: int = 40
    threads: tuple[int, ...] = (8, 64, 1000)
    thread_seconds: float = 60.0
    """Of work for each number of threads, about."""
    slow_threads: int | None = 1000
    """As many threads on the slow day; None leaves it out."""


FULL = Plan()
QUICK = replace(
    FULL,
    slow_model=ModelDelay(3.0),
    slow_in_flight=60,
    slow_waves=3,
    normal_emails=400,
    profile_emails=89,
    own_rounds=2,
    workers=(2,),
    without_telemetry=False,
    emails_per_cell=120,
    memory_emails=180,
    memory_points=4,
    threads=(64,),
    thread_seconds=8.0,
    slow_threads=None,
)
"""Smaller than what the goals speak of: it shows that everything works, and about where the figures are."""
