"""The metrics of the door."""

from collections.abc import Callable, Iterable, Mapping

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from claimstream.external.breaker import State

_LEVEL: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}


class Instruments:
    """Calls, their duration, retries, rejections and the state of each circuit, by service (and operation, outcome)."""

    def __init__(self, meter: Meter, states: Callable[[], Mapping[str, State]]) -> None:
        self._states = states
        self.calls = meter.create_counter(
            "claimstream.external.calls", "{call}", "Calls to other services, retries not counted"
        )
        self.duration = meter.create_histogram(
            "claimstream.external.duration", "s", "Calls to other services, with their waits and retries"
        )
        self.retries = meter.create_counter("claimstream.external.retries", "{attempt}", "Attempts after the first")
        self.rejections = meter.create_counter(
            "claimstream.external.rejections", "{call}", "Attempts that an open circuit held back"
        )
        self.transitions = meter.create_counter(
            "claimstream.external.breaker.transitions", "{transition}", "Changes of a circuit's state"
        )
        meter.create_observable_gauge(
            "claimstream.external.breaker.state", [self._observe], "{state}", "0 closed, 1 half open, 2 open"
        )

    def _observe(self, options: CallbackOptions) -> Iterable[Observation]:
        del options
        return [Observation(_LEVEL[state], {"service": name}) for name, state in self._states().items()]
