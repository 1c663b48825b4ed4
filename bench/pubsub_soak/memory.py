"""Whether memory grows with the messages."""

import os
import statistics
from pathlib import Path

from bench.pubsub_soak.report import Report

_WARM_MESSAGES = 50_000
_JUDGED_MESSAGES = 100_000  # after the warm-up: fewer say nothing about growth


class Memory:
    """Resident size against messages, one sample a second."""

    def __init__(self) -> None:
        self._samples: list[tuple[int, float]] = []

    def sample(self, messages: int) -> None:
        self._samples.append((messages, resident_mib()))

    def judge(self, report: Report) -> None:
        report.rss_end_mib = round(resident_mib(), 1)
        warm = [sample for sample in self._samples if sample[0] >= _WARM_MESSAGES]
        if len(warm) < 20 or warm[-1][0] - warm[0][0] < _JUDGED_MESSAGES:
            return
        tenth = len(warm) // 10
        (first, before), (last, after) = (
            [statistics.median(column) for column in zip(*part, strict=True)] for part in (warm[:tenth], warm[-tenth:])
        )
        report.rss_warm_mib = round(before, 1)
        report.growth_mib_per_100k = round((after - before) / (last - first) * 100_000, 2)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
