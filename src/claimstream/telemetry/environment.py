"""Standard ``OTEL_*`` variables that cannot be followed: each is said at start, none is ignored in silence."""

import os
from collections.abc import Iterator

_NUMBERS = (
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
)
"""Of these the SDK takes its default where they hold no number."""


def problems() -> Iterator[tuple[str, str]]:
    """Each variable that is not followed as it is set, with what is done instead."""
    for signal in ("TRACES", "METRICS"):
        name = f"OTEL_{signal}_EXPORTER"
        if _words(name) - {"otlp", "none"}:
            yield name, f"{os.environ[name]!r} is not supported: otlp or none; otlp is used"
    if _words("OTEL_PROPAGATORS") - {"tracecontext", "baggage"}:
        chosen = os.environ["OTEL_PROPAGATORS"]
        yield "OTEL_PROPAGATORS", f"{chosen!r} is not supported: messages carry tracecontext and baggage"
    for name in _NUMBERS:
        value = os.environ.get(name, "").strip()
        if value and not value.isdecimal():
            yield name, f"{value!r} is no whole number; the default is used"


def _words(name: str) -> set[str]:
    return {word for part in os.environ.get(name, "").split(",") if (word := part.strip().lower())}
