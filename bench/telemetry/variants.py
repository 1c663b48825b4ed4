"""What is varied: how much of telemetry is on."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of being watched."""

    name: str
    title: str
    exports: bool
    """Traces and metrics to the OTLP receiver, errors to Sentry."""
    environment: dict[str, str] = field(default_factory=dict)
    """Settings of the worker."""


ON = Variant("on", "all of it", exports=True, environment={"LOG_LEVEL": "INFO"})
SAMPLED = Variant(
    "sampled",
    "traces of 10 % of the emails",
    exports=True,
    environment={"LOG_LEVEL": "INFO", "TRACE_SAMPLE_RATIO": "0.1"},
)
OFF = Variant("off", "none", exports=False, environment={"LOG_LEVEL": "WARNING", "OTEL_SDK_DISABLED": "true"})
"""Without OpenTelemetry's SDK: where only the endpoint is not set, spans are made and thrown away."""

VARIANTS = (ON, SAMPLED, OFF)
