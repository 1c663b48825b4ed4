"""What was measured, and its medians."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench.telemetry.lane import Batch
from bench.telemetry.variants import OFF, ON

GOAL = 1.15
"""All of telemetry may cost this much of what the worker takes without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One variant: medians over its rounds.

    A ratio is taken within each round first, so that it does not matter in which round the machine was slow.
    """

    variant: str
    rounds: int
    emails: int
    """In all rounds."""
    cpu_ms_per_email: float
    cpu_ms_per_email_of_rounds: tuple[float, ...]
    reader_cpu_ms_per_email: float
    ratio_to_off: float | None
    """None without a round of ``off``."""
    ratio_to_off_of_rounds: tuple[float, ...]
    spans_per_email: float
    log_lines_per_email: float
    emails_per_second: float
    peak_rss_mib: float

    @property
    def ratio_range(self) -> tuple[float, float] | None:
        """The middle half of the rounds' ratios."""
        ratios = sorted(self.ratio_to_off_of_rounds)
        quarter = len(ratios) // 4
        return (ratios[quarter], ratios[-1 - quarter]) if ratios else None

    def as_json(self) -> dict[str, Any]:
        return {
            "variant": self.variant,
            "emails": self.emails,
            "cpu_ms_per_email": round(self.cpu_ms_per_email, 2),
            "ratio_to_off": None if self.ratio_to_off is None else round(self.ratio_to_off, 3),
            "spans_per_email": round(self.spans_per_email, 1),
            "log_lines_per_email": round(self.log_lines_per_email, 1),
            "emails_per_second": round(self.emails_per_second, 1),
            "peak_rss_mib": round(self.peak_rss_mib, 1),
            "reader_cpu_ms_per_email": round(self.reader_cpu_ms_per_email, 2),
            "rounds": self.rounds,
            "cpu_ms_per_email_of_rounds": [round(ms, 2) for ms in self.cpu_ms_per_email_of_rounds],
            "ratio_to_off_of_rounds": [round(ratio, 3) for ratio in self.ratio_to_off_of_rounds],
        }


def results(batches: Mapping[str, Sequence[Batch]]) -> list[Result]:
    """By variant; the batches of the same round stand at the same place. Those not measured are left out."""
    return [_result(name, own, batches.get(OFF.name, ())) for name, own in batches.items() if own]


def goal_met(found: Sequence[Result]) -> bool | None:
    """None when it was not measured."""
    ratio = next((result.ratio_to_off for result in found if result.variant == ON.name), None)
    return None if ratio is None else ratio <= GOAL


def environment() -> dict[str, Any]:
    """Where and when it was measured."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _result(name: str, own: Sequence[Batch], off: Sequence[Batch]) -> Result:
    cpu_ms = tuple(batch.cpu_seconds * 1000 / batch.emails for batch in own)
    ratios = tuple(
        (batch.cpu_seconds / batch.emails) / (base.cpu_seconds / base.emails)
        for batch, base in zip(own, off, strict=False)  # an interrupted round has not all variants
    )
    return Result(
        variant=name,
        rounds=len(own),
        emails=sum(batch.emails for batch in own),
        cpu_ms_per_email=median(cpu_ms),
        cpu_ms_per_email_of_rounds=cpu_ms,
        reader_cpu_ms_per_email=median(batch.reader_cpu_seconds * 1000 / batch.emails for batch in own),
        ratio_to_off=median(ratios) if ratios else None,
        ratio_to_off_of_rounds=ratios,
        spans_per_email=median(batch.spans / batch.emails for batch in own),
        log_lines_per_email=median(batch.log_lines / batch.emails for batch in own),
        emails_per_second=median(batch.emails / batch.seconds for batch in own),
        peak_rss_mib=max(batch.peak_rss_mib for batch in own),
    )
