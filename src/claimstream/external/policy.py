"""How patient the door is with one service."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Policy:
    """The limits of one service. Durations in seconds."""

    timeout_seconds: float = 30.0
    """For one attempt, from the first byte sent to the last one read."""
    attempts: int = 3
    """In all, the first included."""
    breaker_threshold: int = 5
    """Failures in a row that open the circuit, of three different emails at least."""
    breaker_recovery_seconds: float = 30.0
    """How long the circuit stays open before one call may try again."""
    one_credential: bool = True
    """True when a refusal of our credentials concerns all calls. Otherwise each mailbox has a grant of its own."""
    doubt_seconds: float = 600.0
    """The time for which a refusal of one email is doubted while nobody else has shown whether the operation works."""
    concurrency: int = 100
    """Calls at the same time (the bulkhead): what one slow service may hold of this process; fewer after an outage."""
    backoff_initial_seconds: float = 0.2
    """Before the second attempt; doubled for each further one, with up to as much again as jitter."""
    backoff_max_seconds: float = 10.0
    """The longest wait inside one call. A service that asks for a longer one ends the call: the work waits outside."""


DEFAULT_POLICY = Policy()
"""For a service that nobody has thought of."""

DEFAULT_POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        # a long letter takes minutes; all emails of a slow day wait here, and that is all they do
        "anthropic": Policy(
            timeout_seconds=180.0, concurrency=1000, backoff_initial_seconds=1.0, backoff_max_seconds=30.0
        ),
        # the quota is kept elsewhere (gmail_quota.py); Gmail also throttles many calls for one user at a time
        "gmail": Policy(one_credential=False, concurrency=50, backoff_initial_seconds=0.5, backoff_max_seconds=30.0),
        "google-oauth": Policy(one_credential=False, timeout_seconds=15.0, concurrency=20),
        "gcs": Policy(timeout_seconds=60.0, concurrency=50),
        "mongodb": Policy(timeout_seconds=15.0, concurrency=100),
        "postgresql": Policy(timeout_seconds=15.0),
        "pubsub": Policy(timeout_seconds=15.0),
        "smtp": Policy(timeout_seconds=30.0, concurrency=10, backoff_initial_seconds=1.0, backoff_max_seconds=30.0),
    }
)
