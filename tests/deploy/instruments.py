"""The instruments of claimstream, as the code makes them, and what Prometheus calls them.

Started as a process of its own (``python -m tests.deploy.instruments``): instruments are made when their module is
imported, and by the meter provider there is by then.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from opentelemetry import metrics
from opentelemetry.metrics import (
    CallbackT,
    Counter,
    Histogram,
    Meter,
    MeterProvider,
    NoOpMeter,
    ObservableCounter,
    ObservableGauge,
)

_UNITS = {"s": "seconds", "By": "bytes", "1": ""}


@dataclass(frozen=True, order=True)
class Instrument:
    name: str
    kind: str
    unit: str

    @property
    def series(self) -> set[str]:
        """The names of its series in Prometheus.

        By the translation ``UnderscoreEscapingWithSuffixes``, the default of Prometheus' OTLP receiver, and that of the
        collector's exporters with ``add_metric_suffixes`` (github.com/prometheus/otlptranslator): units are spelt out
        unless the name has them already, those in braces are left out, a gauge of unit 1 is a ratio.
        """
        words = self.name.replace(".", "_").split("_")
        unit = "" if self.unit.startswith("{") else _UNITS[self.unit]
        if unit and unit not in words:
            words.append(unit)
        if self.kind == "counter":
            words.append("total")
        if self.kind == "gauge" and self.unit == "1":
            words.append("ratio")
        name = "_".join(words)
        return {f"{name}_{part}" for part in ("bucket", "sum", "count")} if self.kind == "histogram" else {name}


def label(attribute: str) -> str:
    """The label of an attribute."""
    return attribute.replace(".", "_")


def read_instruments() -> list[Instrument]:
    """Every instrument of claimstream."""
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.deploy.instruments"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return [Instrument(**each) for each in json.loads(done.stdout)]


class _Noting(NoOpMeter):
    def __init__(self, made: set[Instrument]) -> None:
        super().__init__("noting")
        self._made = made

    def _note(self, kind: str, name: str, unit: str) -> None:
        self._made.add(Instrument(name, kind, unit))

    def create_counter(self, name: str, unit: str = "", description: str = "") -> Counter:
        self._note("counter", name, unit)
        return super().create_counter(name, unit, description)

    def create_histogram(self, name: str, unit: str = "", description: str = "", **more: Any) -> Histogram:
        self._note("histogram", name, unit)
        return super().create_histogram(name, unit, description, **more)

    def create_observable_gauge(
        self, name: str, callbacks: Sequence[CallbackT] | None = None, unit: str = "", description: str = ""
    ) -> ObservableGauge:
        self._note("gauge", name, unit)
        return super().create_observable_gauge(name, callbacks, unit, description)

    def create_observable_counter(
        self, name: str, callbacks: Sequence[CallbackT] | None = None, unit: str = "", description: str = ""
    ) -> ObservableCounter:
        self._note("counter", name, unit)
        return super().create_observable_counter(name, callbacks, unit, description)


class _Provider(MeterProvider):
    def __init__(self) -> None:
        self.made: set[Instrument] = set()

    def get_meter(self, *_args: Any, **_kwargs: Any) -> Meter:
        return _Noting(self.made)


def _main() -> None:
    provider = _Provider()
    metrics.set_meter_provider(provider)

    import_module("claimstream.app")  # it imports every module that makes instruments of its own
    from claimstream.external.claude import Claude, ClaudeOptions
    from claimstream.external.door import Door

    Claude(Door(), ClaudeOptions(api_key="none"))
    json.dump([asdict(each) for each in sorted(provider.made)], sys.stdout)


if __name__ == "__main__":
    _main()
