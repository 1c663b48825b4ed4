"""What a handler decides about its message, as data."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Settlement(StrEnum):
    """What became of an acknowledgement or a release.

    Without exactly-once delivery the service accepts ids whose lease has run out, so `CONFIRMED` then means "received";
    with it, `CONFIRMED` means the message will never be delivered again.
    """

    CONFIRMED = "confirmed"
    INVALID_ACK_ID = "invalid_ack_id"  # the lease had run out: the message will come again
    PERMISSION_DENIED = "permission_denied"
    FAILED_PRECONDITION = "failed_precondition"
    FAILED = "failed"  # any other lasting refusal, or transient ones for longer than `ack_retry_seconds`


@dataclass(slots=True)  # not frozen like the others: one is made for each message, and that would cost twice
class Ack:
    """Done: never deliver again. `on_result` is called once with what the service made of it."""

    on_result: Callable[[Settlement], None] | None = None


@dataclass(frozen=True, slots=True)
class Nack:
    """Deliver again, by the subscription's own back-off. Costs a delivery attempt."""

    on_result: Callable[[Settlement], None] | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Keep the lease, wait `after` seconds, then release the message (`rerun=False`) or call the handler again in this
    process (`rerun=True`, which costs no delivery attempt)."""

    after: float
    rerun: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError where `after` is no number of seconds to wait."""
        if not 0 <= self.after < math.inf:
            raise ValueError(f"Retry: after is a finite number of seconds, 0 or more, and not {self.after!r}")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Hand the message to the `dead_letter` callable of the options, then acknowledge it. Without one: release it."""

    reason: str


Outcome = Ack | Nack | Retry | DeadLetter
