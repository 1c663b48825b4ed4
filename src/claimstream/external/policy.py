"""How patient the door is with one service."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """The limits of one service. Durations in seconds."""

    timeout_seconds: float = 30.0
    """For one attempt, from the first byte sent to the last one read."""
    attempts: int = 3
    """In all, the first included."""
    breaker_threshold: int = 5
    """Failures in a row that open the circuit."""
    breaker_recovery_seconds: float = 30.0
    """How long the circuit stays open before one call may try again."""
    concurrency: int = 100
    """Calls at the same time (the bulkhead): what one slow service may hold of this process."""
    backoff_initial_seconds: float = 0.2
    """Before the second attempt; doubled for each further one, with up to as much again as jitter."""
    backoff_max_seconds: float = 10.0
    """The longest wait inside one call. A service that asks for a longer one ends the call: the work waits outside."""


DEFAULT_POLICY = Policy()
