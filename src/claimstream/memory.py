"""The garbage collector, told what kind of process this is."""

import gc

_YOUNG_OBJECTS = 20_000
"""Between two looks at the youngest; Python's 700 (2,000 from 3.13 on) are reached several times within one email. What
an email leaves behind is freed by its reference counts: the collector is only there for the few cycles."""


def calm_collector() -> None:
    """To be called when everything is set up, and before the work begins.

    What was imported and set up stays: it is looked through once more, and never again. Measured in
    ``bench/telemetry``.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
