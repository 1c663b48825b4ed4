"""How long the services take to answer."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

GMAIL_SECONDS = 0.08
GCS_SECONDS = 0.04
SMTP_SECONDS = 0.02

_P99 = NormalDist().inv_cdf(0.99)


@dataclass(frozen=True, slots=True)
class ModelDelay:
    """Of the language model's answers: lognormal by median and 99th percentile, constant without a percentile."""

    median_seconds: float
    p99_seconds: float | None = None

    def draw(self, chance: random.Random) -> float:
        if self.p99_seconds is None:
            return self.median_seconds
        return self.median_seconds * math.exp(self._sigma * chance.gauss(0.0, 1.0))

    @property
    def mean_seconds(self) -> float:
        return self.median_seconds if self.p99_seconds is None else self.median_seconds * math.exp(self._sigma**2 / 2)

    @property
    def _sigma(self) -> float:
        assert self.p99_seconds is not None
        return math.log(self.p99_seconds / self.median_seconds) / _P99

    def __str__(self) -> str:
        if self.p99_seconds is None:
            return f"{self.median_seconds:g} s"
        return f"{self.median_seconds:g} s, one in a hundred {self.p99_seconds:g} s"

    def as_json(self) -> dict[str, Any]:
        return {"median_seconds": self.median_seconds, "p99_seconds": self.p99_seconds}


AT_ONCE = ModelDelay(0.0)
NORMAL_DAY = ModelDelay(3.0, 12.0)
SLOW_DAY = ModelDelay(30.0)


def drawing(delay: ModelDelay, seed: int = 1) -> Callable[[], float]:
    """Draws one delay after the other, the same ones each time."""
    chance = random.Random(seed)
    return lambda: delay.draw(chance)
