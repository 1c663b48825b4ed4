"""What was measured, and its medians."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.pubsub.cells import Cell
from bench.pubsub.idle import IdleRun
from bench.pubsub.throughput import SERVER_BOUND_SHARE, ThroughputRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The median over the rounds of one variant in one cell; None where nothing was measured."""

    variant: str
    cell: Cell
    rounds: int
    messages: int | None = None
    """In one run, the median too: it follows the rate of the round before."""
    messages_per_second: float | None = None
    messages_per_second_of_rounds: tuple[float, ...] = ()
    cpu_ms_per_1000: float | None = None
    peak_rss_mib: float | None = None
    server_cpu_share: float | None = None
    idle_p50_ms: float | None = None
    idle_p99_ms: float | None = None
    versions: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    """Why a run of it failed."""

    @property
    def server_bound(self) -> bool:
        """The server had no CPU left, so the subscriber may be faster than what was measured."""
        return self.server_cpu_share is not None and self.server_cpu_share > SERVER_BOUND_SHARE

    def as_json(self) -> dict[str, Any]:
        return {
            "variant": self.variant,
            "messages_per_response": self.cell.per_response,
            "payload_bytes": self.cell.payload_bytes,
            "handler_ms": self.cell.handler_ms,
            "messages_per_second": _rounded(self.messages_per_second, 1),
            "cpu_ms_per_1000": _rounded(self.cpu_ms_per_1000, 2),
            "peak_rss_mib": _rounded(self.peak_rss_mib, 1),
            "idle_p99_ms": _rounded(self.idle_p99_ms, 3),
            "idle_p50_ms": _rounded(self.idle_p50_ms, 3),
            "rounds": self.rounds,
            "messages": self.messages,
            "messages_per_second_of_rounds": [round(rate, 1) for rate in self.messages_per_second_of_rounds],
            "server_cpu_share": _rounded(self.server_cpu_share, 2),
            "server_bound": self.server_bound,
            "versions": self.versions,
            "error": self.error,
        }


class Measurements:
    """Collects runs, in whatever order they come."""

    def __init__(self) -> None:
        self._throughput: dict[tuple[str, Cell], list[ThroughputRun]] = {}
        self._idle: dict[str, list[IdleRun]] = {}
        self._errors: dict[tuple[str, Cell | None], str] = {}

    def add(self, variant: str, cell: Cell, run: ThroughputRun) -> None:
        self._throughput.setdefault((variant, cell), []).append(run)

    def add_idle(self, variant: str, run: IdleRun) -> None:
        self._idle.setdefault(variant, []).append(run)

    def fail(self, variant: str, cell: Cell | None, error: str) -> None:
        """`cell` is None for a run of the idle latency."""
        self._errors[variant, cell] = error

    def has_failed(self, variant: str, cell: Cell | None) -> bool:
        return (variant, cell) in self._errors

    def last_rate(self, variant: str, cell: Cell) -> float | None:
        runs = self._throughput.get((variant, cell))
        return runs[-1].messages_per_second if runs else None

    def idle(self, variant: str) -> tuple[float, float] | None:
        """Medians of p50 and p99, in milliseconds."""
        runs = self._idle.get(variant)
        return (median(run.p50_ms for run in runs), median(run.p99_ms for run in runs)) if runs else None

    def idle_error(self, variant: str) -> str | None:
        return self._errors.get((variant, None))

    def results(self, cells: Iterable[Cell], variants: Iterable[str]) -> list[Result]:
        """By cell, then by variant; only what was tried."""
        variants = tuple(variants)
        return [
            self._result(variant, cell)
            for cell in cells
            for variant in variants
            if (variant, cell) in self._throughput or (variant, cell) in self._errors
        ]

    def _result(self, variant: str, cell: Cell) -> Result:
        runs = self._throughput.get((variant, cell), [])
        p50, p99 = self.idle(variant) or (None, None)
        error = self._errors.get((variant, cell))
        if not runs:
            return Result(variant=variant, cell=cell, rounds=0, idle_p50_ms=p50, idle_p99_ms=p99, error=error)
        return Result(
            variant=variant,
            cell=cell,
            rounds=len(runs),
            messages=int(median(run.messages for run in runs)),
            messages_per_second=median(run.messages_per_second for run in runs),
            messages_per_second_of_rounds=tuple(run.messages_per_second for run in runs),
            cpu_ms_per_1000=median(run.cpu_ms_per_1000 for run in runs),
            peak_rss_mib=median(run.peak_rss_mib for run in runs),
            server_cpu_share=median(run.server_cpu_share for run in runs),
            idle_p50_ms=p50,
            idle_p99_ms=p99,
            versions=runs[-1].versions,
            error=error,
        )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
