"""How much goes wrong, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    emails: int
    seconds: float
    """In which the mail arrives; faults begin and end with it."""
    kills: int
    workers: int
    rounds: int
    """How often each fault happens."""
    past_rows: int
    """Delivered rows that the outbox holds from before."""
    seed: int
