"""What was measured. Each result knows its goals."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

MOST_PEAK_RSS_MIB = 400.0
LEAST_SLOW_SHARE = 0.95
LEAST_NORMAL_SHARE = 0.85
MOST_TIMES_BARE = 1.5
MOST_GROWTH_MIB_PER_10_000 = 1.0
"""What counts as flat: 10 MiB over 100,000 emails."""
_LEAST_JUDGED_EMAILS = 10_000
"""Memory of fewer emails says nothing about growth."""


@dataclass(frozen=True, slots=True)
class Goal:
    title: str
    value: str
    met: bool | None
    """None: too little was measured to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDay:
    model_seconds: float
    in_flight: int
    in_work: float
    """Emails seen in flight on average."""
    emails: int
    model_calls_per_email: float
    path_seconds: float
    """Of the services' delays, one after the other."""
    emails_per_second: float
    cpu_ms_per_email: float
    peak_rss_mib: float
    readers_rss_mib: float
    machine_busy_share: float | None
    as_planned: bool
    """1,000 emails in flight, model at 30 s."""

    @property
    def ideal_per_second(self) -> float:
        return self.in_flight / self.path_seconds

    @property
    def share(self) -> float:
        return self.emails_per_second / self.ideal_per_second

    def goals(self) -> list[Goal]:
        rate = self.share >= LEAST_SLOW_SHARE
        memory = self.peak_rss_mib < MOST_PEAK_RSS_MIB
        return [
            Goal(
                f"slow day: at least {LEAST_SLOW_SHARE:.0%} of the ideal rate",
                f"{self.share:.1%}",
                rate if self.as_planned else None,
            ),
            Goal(
                f"slow day: under {MOST_PEAK_RSS_MIB:.0f} MiB with 1,000 emails in flight",
                f"{self.peak_rss_mib:.0f} MiB",
                memory if self.as_planned else None,
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalDay:
    model: str
    in_flight: int
    in_work: float
    """Emails seen in flight on average."""
    emails: int
    emails_per_second: float
    cpu_ms_per_email: float
    peak_rss_mib: float
    machine_busy_share: float | None
    rooms: Mapping[str, float] = field(default_factory=dict)
    """Share of CPU by room, 0 to 1, of a run with the profile on."""

    @property
    def share(self) -> float:
        """Of what one core allows."""
        return self.emails_per_second * self.cpu_ms_per_email / 1000

    def goals(self) -> list[Goal]:
        met = self.share >= LEAST_NORMAL_SHARE
        enough = self.emails >= 5 * self.in_flight
        title = f"normal day: at least {LEAST_NORMAL_SHARE:.0%} of one core"
        return [Goal(title, f"{self.share:.1%}", met if enough else None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCpu:
    worker_ms_of_rounds: tuple[float, ...]
    bare_ms_of_rounds: tuple[float, ...]
    calls_per_email: Mapping[str, float]

    @property
    def worker_ms(self) -> float:
        return median(self.worker_ms_of_rounds)

    @property
    def bare_ms(self) -> float:
        return median(self.bare_ms_of_rounds)

    @property
    def times_bare(self) -> float:
        """Taken in each round by itself: the machine may be slow in one and not in the next."""
        pairs = zip(self.worker_ms_of_rounds, self.bare_ms_of_rounds, strict=True)
        return median(worker / bare for worker, bare in pairs)

    def goals(self) -> list[Goal]:
        met = self.times_bare <= MOST_TIMES_BARE
        return [Goal(f"own CPU: at most {MOST_TIMES_BARE:g} × the calls made bare", f"{self.times_bare:.2f} ×", met)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Some workers beside each other."""

    workers: int
    telemetry: bool
    emails: int
    emails_per_second: float
    cpu_ms_per_email: float
    peak_rss_mib: float
    """Of all of them."""
    machine_busy_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    points: tuple[tuple[int, float], ...]
    """Emails so far, and MiB resident in the worker."""
    readers_rss_mib: float

    @property
    def slope_mib_per_10_000(self) -> float:
        """By least squares over the second half: at first, caches fill and pools grow."""
        late = self.points[len(self.points) // 2 :]
        mean_emails = sum(emails for emails, _ in late) / len(late)
        mean_mib = sum(mib for _, mib in late) / len(late)
        across = sum((emails - mean_emails) ** 2 for emails, _ in late)
        if not across:
            return 0.0
        return sum((emails - mean_emails) * (mib - mean_mib) for emails, mib in late) / across * 10_000

    def goals(self) -> list[Goal]:
        met = self.slope_mib_per_10_000 <= MOST_GROWTH_MIB_PER_10_000
        enough = self.points[-1][0] >= _LEAST_JUDGED_EMAILS
        title = f"memory: at most {MOST_GROWTH_MIB_PER_10_000:g} MiB more per 10,000 emails"
        return [Goal(title, f"{self.slope_mib_per_10_000:.1f} MiB", met if enough else None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """A Dramatiq worker with so many threads."""

    model: str
    threads: int
    emails: int
    emails_per_second: float
    cpu_ms_per_email: float
    peak_rss_mib: float
    ideal_per_second: float | None
    """Threads ÷ latency of an email's services; None where that varies."""
    machine_busy_share: float | None

    @property
    def share(self) -> float | None:
        return None if self.ideal_per_second is None else self.emails_per_second / self.ideal_per_second


@dataclass(slots=True)
class Found:
    """What was measured so far."""

    own_cpu: OwnCpu | None = None
    normal_day: NormalDay | None = None
    slow_day: SlowDay | None = None
    workers: list[Workers] = field(default_factory=list)
    threads: list[Threads] = field(default_factory=list)
    memory: Memory | None = None

    def goals(self) -> list[Goal]:
        cells = (self.slow_day, self.normal_day, self.own_cpu, self.memory)
        return [goal for cell in cells if cell is not None for goal in cell.goals()]

    def as_json(self, *, quick: bool) -> dict[str, Any]:
        derived: Sequence[tuple[Any, tuple[str, ...]]] = (
            (self.own_cpu, ("worker_ms", "bare_ms", "times_bare")),
            (self.normal_day, ("share",)),
            (self.slow_day, ("ideal_per_second", "share")),
            (self.memory, ("slope_mib_per_10_000",)),
        )
        whole = asdict(self)
        for cell, names in derived:
            if cell is not None:
                key = next(name for name in whole if getattr(self, name) is cell)
                whole[key] |= {name: getattr(cell, name) for name in names}
        for row, cell in zip(whole["threads"], self.threads, strict=True):
            row["share"] = cell.share
        rounded: dict[str, Any] = _rounded(
            {
                "quick": quick,
                "goals": [asdict(goal) for goal in self.goals()],
                **whole,
                "environment": {
                    "python": platform.python_version(),
                    "cores": os.cpu_count(),
                    "date": datetime.now(UTC).date().isoformat(),
                },
            }
        )
        return rounded


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, 3)
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
    return value
