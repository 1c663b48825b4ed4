"""A working day's mail, minute by minute."""

import math
import random

_HOURS = (
    *(0.002,) * 6,  # the night
    *(0.02, 0.05, 0.10, 0.14, 0.15, 0.13),  # six to noon
    *(0.08, 0.09, 0.09, 0.07, 0.04, 0.02),  # noon to six
    *(0.006, 0.004, 0.003, 0.002, 0.002, 0.001),  # the evening
)
"""Shares of a day's mail. Assumed: office hours, the most of it in the morning."""
_BURST = 1.5
"""The busiest minute against its hour: mail programs and machines send on the full hour."""

BUSIEST_MINUTE_SHARE = max(_HOURS) / sum(_HOURS) / 60 * _BURST
"""Of a day's mail."""


def minute_shares() -> list[float]:
    """Of a day's mail; the first minute of each hour has the burst."""
    shares = []
    for hour in _HOURS:
        mean = hour / sum(_HOURS) / 60
        others = mean * (60 - _BURST) / 59
        shares += [mean * _BURST, *[others] * 59]
    return shares


def poisson(mean: float, chance: random.Random) -> int:
    """How many of many independent things happen, where ``mean`` do on average."""
    if mean > 50:  # as good as normal
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, number = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        number += 1
    return number
