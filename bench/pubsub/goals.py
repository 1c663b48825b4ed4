"""What was promised, held against what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.pubsub.cells import Cell
from bench.pubsub.results import Result
from bench.pubsub.variants import GOOGLE, OURS

_TARGETS = {Cell(100, 120, 0.0): (6.0, 0.2), Cell(1, 120, 0.0): (5.0, 0.25)}
"""At least so many times Google's throughput, at most such a share of its CPU per message."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise."""

    text: str
    measured: str
    met: bool


def goals(results: Sequence[Result]) -> list[Goal]:
    """Those of which both sides were measured."""
    by_place = {(result.variant, result.cell): result for result in results}
    found = []
    for cell, (throughput, cpu) in _TARGETS.items():
        ours, google = by_place.get((OURS, cell)), by_place.get((GOOGLE, cell))
        if ours is None or google is None:
            continue
        times = ratio(ours.messages_per_second, google.messages_per_second)
        if times is not None:
            text = f"{cell}: throughput ≥ {throughput:g}× Google's"
            bound = ", server-bound" if ours.server_bound else ""
            found.append(Goal(text, f"{times:.2f}×{bound}", times >= throughput))
        share = ratio(ours.cpu_ms_per_1000, google.cpu_ms_per_1000)
        if share is not None:
            found.append(Goal(f"{cell}: CPU per message ≤ {cpu:g}× Google's", f"{share:.3f}×", share <= cpu))
    return found


def idle_goal(ours_p99_ms: float | None, google_p99_ms: float | None) -> list[Goal]:
    """Empty unless both were measured."""
    if ours_p99_ms is None or google_p99_ms is None:
        return []
    text = "idle: p99 of publish to handler below Google's"
    return [Goal(text, f"{ours_p99_ms:.2f} ms against {google_p99_ms:.2f} ms", ours_p99_ms < google_p99_ms)]


def ratio(value: float | None, base: float | None) -> float | None:
    """None where either is missing."""
    return value / base if value is not None and base else None
