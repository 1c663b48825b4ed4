"""The metrics of the door."""

from collections.abc import Callable, Iterable, Mapping
from weakref import WeakKeyDictionary

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from claimstream.external.breaker import State

_LEVEL: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_states: WeakKeyDictionary[Meter, Callable[[], Mapping[str, State]]] = WeakKeyDictionary()
"""Of each meter's latest door: a meter makes a gauge once, and never calls what later doors would give it."""


class Instruments:
    """Durations of calls (and so their number), retries, rejections and the state of each circuit, by service (and
    operation, outcome)."""

    def __init__(self, meter: Meter, states: Callable[[], Mapping[str, State]]) -> None:
        _states[meter] = states
        self.duration = meter.create_histogram(
            "claimstream.external.duration",
            "s",
            "Calls to other services, each with its waits and retries",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self.retries = meter.create_counter("claimstream.external.retries", "{attempt}", "Attempts after the first")
        self.rejections = meter.create_counter(
            "claimstream.external.rejections", "{call}", "Attempts that an open circuit held back"
        )
        self.transitions = meter.create_counter(
            "claimstream.external.breaker.transitions", "{transition}", "Changes of a circuit's state"
        )

        def observe(_options: CallbackOptions) -> Iterable[Observation]:
            return [Observation(_LEVEL[state], {"service": name}) for name, state in _states[meter]().items()]

        meter.create_observable_gauge(
            "claimstream.external.breaker.state", [observe], "{state}", "0 closed, 1 half open, 2 open"
        )
