"""Waiting times between attempts."""

import random


class Backoff:
    """Exponential with full jitter: each wait is uniform between nothing and a ceiling that doubles up to a maximum.

    Full jitter spreads many clients best after a common outage
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). The ceiling's tenth is the least wait,
    so that no client spins.
    """

    def __init__(self, minimum_seconds: float, maximum_seconds: float) -> None:
        self._minimum = minimum_seconds
        self._maximum = maximum_seconds
        self._ceiling = minimum_seconds

    def next_seconds(self) -> float:
        ceiling = self._ceiling
        self._ceiling = min(self._maximum, ceiling * 2)
        return random.uniform(ceiling / 10, ceiling)  # noqa: S311  # jitter is no secret

    def reset(self) -> None:
        self._ceiling = self._minimum
