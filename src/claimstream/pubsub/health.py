"""What a subscriber says about itself."""

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "streaming", "paused", "reconnecting", "draining", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A subscriber's state at one moment."""

    state: State
    since_seconds: float
    """How long it has been in this state."""
    last_response_age_seconds: float | None
    """Since the service last sent anything on a stream; None before the first time."""
    outstanding_messages: int
    outstanding_bytes: int
    """Leased: in handlers, waiting for one, or not yet settled with the service."""
    error: str | None
    """Why it is reconnecting, stuck or has failed."""
    connected: bool = False
    """A stream has been open, now or once."""
    pause_reasons: tuple[str, ...] = ()
    stuck: bool = False
    """The stream looks open, but the service has stopped answering, on the stream or to acknowledgements."""
    attention: str | None = None
    """The fault that a person has to mend, such as refused credentials or a deleted subscription. It is tried again
    meanwhile."""
    acks_failing_seconds: float | None = None
    """The time for which no acknowledgement or extension has been answered; None while they are, and where none is
    due."""

    @property
    def alive(self) -> bool:
        """False when a restart may help. An outage of the service is not that, nor is what a person has to mend."""
        return self.state != "failed" and not self.stuck

    @property
    def ready(self) -> bool:
        """True while messages are taken in, and what becomes of them reaches the service."""
        return self.state == "streaming" and not self.stuck and self.attention is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counters since the start, and gauges."""

    received: int = 0
    delivered: int = 0  # handler calls, reruns included
    acked: int = 0  # confirmed by the service
    nacked: int = 0  # confirmed by the service
    expired: int = 0  # leases lost: the service said so (exactly-once only), or a handler ignored its cancellation
    ack_failures: int = 0
    retried: int = 0
    dead_lettered: int = 0
    handler_errors: int = 0
    handler_timeouts: int = 0
    extensions: int = 0
    reconnects: int = 0
    leases: int = 0  # gauges from here on
    running: int = 0
    waiting: int = 0
    ack_queue: int = 0
    lease_seconds: float = 0.0
