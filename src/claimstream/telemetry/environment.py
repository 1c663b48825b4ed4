"""Standard ``OTEL_*`` variables that cannot be followed: each is said at start, none is ignored in silence.

They are looked at before the SDK is imported, which fails there for a limit that is no number, and take the place of
what it would do with the others: one wrong number keeps traces and metrics from being sent, and names the endpoint.
"""

import os
import re
from collections.abc import Iterator, MutableMapping

_COUNTS = (
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
)
"""Whole numbers from 1 on."""
_LIMITS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
)
"""Whole numbers from 0 on."""
_OF_SIGNALS = ("", "TRACES_", "METRICS_")
_CHOICES = {
    "OTEL_TRACES_EXPORTER": ("otlp", "none"),
    "OTEL_METRICS_EXPORTER": ("otlp", "none"),
    "OTEL_METRICS_EXEMPLAR_FILTER": ("always_on", "always_off", "trace_based"),
    **{f"OTEL_EXPORTER_OTLP_{signal}PROTOCOL": ("grpc", "http/protobuf") for signal in _OF_SIGNALS},
    **{f"OTEL_EXPORTER_OTLP_{signal}COMPRESSION": ("gzip",) for signal in _OF_SIGNALS},
}
QUEUE_SPANS = 32_768
"""Where no other is set. A backfill ends a thousand emails, 20 spans each, within a few seconds; the SDK's 2,048 would
drop most of them."""
_HEADERS = re.compile(r"\s*[\w!#$%&'*+.^`|~-]+\s*=[^,]*(,\s*[\w!#$%&'*+.^`|~-]+\s*=[^,]*)*,?\s*")

Problem = tuple[str, str]


def mend(environment: MutableMapping[str, str]) -> list[Problem]:
    """Take out what cannot be followed, so that the SDK's default holds. Each variable, with what is wrong with it."""
    found = list(_problems(environment))
    for name, _ in found:
        environment.pop(name, None)
    queue = int(environment.get("OTEL_BSP_MAX_QUEUE_SIZE") or QUEUE_SPANS)
    batch = environment.get("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")
    if batch and int(batch) > queue:
        del environment["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"]
        found.append(("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", f"{batch} is more than the queue holds; the default is used"))
    return found


def _problems(environment: MutableMapping[str, str]) -> Iterator[Problem]:
    for names, least in ((_COUNTS, 1), (_LIMITS, 0)):
        for name in names:
            value = environment.get(name, "").strip()
            if value and not (value.isdecimal() and int(value) >= least):
                yield name, f"{value!r} is no whole number from {least} on; the default is used"
    for name, choices in _CHOICES.items():
        value = environment.get(name, "").strip()
        if value and value.lower() not in choices and not (name.endswith("COMPRESSION") and value.lower() == "none"):
            yield name, f"{value!r} is not supported: {' or '.join(choices)}; the default is used"
        elif value.lower() == "none" and name.endswith("COMPRESSION"):
            environment.pop(name)  # the default, which the exporter knows by no name
    for signal in _OF_SIGNALS:
        name = f"OTEL_EXPORTER_OTLP_{signal}TIMEOUT"
        value = environment.get(name, "").strip()
        if value and not _is_above_zero(value):
            yield name, f"{value!r} is no number of seconds above 0; the default is used"
        name = f"OTEL_EXPORTER_OTLP_{signal}HEADERS"
        value = environment.get(name, "").strip()
        if value and _HEADERS.fullmatch(value) is None:  # never shown: a key stands there
            yield name, "is not of the form name=value,name=value; no header is sent"
    if _words(environment.get("OTEL_PROPAGATORS", "")) - {"tracecontext", "baggage"}:
        chosen = environment["OTEL_PROPAGATORS"]
        yield "OTEL_PROPAGATORS", f"{chosen!r} is not supported: messages carry tracecontext and baggage"


def _is_above_zero(value: str) -> bool:
    try:
        return 0 < float(value) < float("inf")
    except ValueError:
        return False


def _words(value: str) -> set[str]:
    return {word for part in value.split(",") if (word := part.strip().lower())}


FOUND_AT_IMPORT = mend(os.environ)
"""Of the process's environment. What is set later is looked at when telemetry starts."""
