"""Settings of a subscriber and a publisher. Durations are seconds; sizes are bytes."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from claimstream.pubsub.message import Message

UnaryGuard = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]
"""`await guard("acknowledge", call)` runs `call()` once and lets its gRPC errors through."""

LaneOf = Callable[[Message], str]
"""Tells whose message it is."""

DeadLetterPublisher = Callable[[Message, str], Awaitable[None]]
"""Puts a message and the reason of its failure somewhere durable; raises if it could not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowControl:
    """How much may be in handlers at once; the service is told the same limits, and of the messages that wait."""

    max_messages: int = 1000
    max_bytes: int = 100 * 1024 * 1024
    max_waiting: int = 0
    """Messages that may wait here beside them, leased, for a place in their lane (``SubscriberOptions.lane``)."""

    @property
    def max_held(self) -> int:
        """Messages, handled or waiting."""
        return self.max_messages + self.max_waiting

    def __post_init__(self) -> None:
        _check_counts(self, "max_messages", "max_bytes")
        _check_counts(self, "max_waiting", zero=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberOptions:
    """How a `Subscriber` behaves."""

    flow_control: FlowControl = field(default_factory=FlowControl)
    max_handling_seconds: float = 3600.0
    """A handler still running after this is cancelled and its message released."""
    cancel_grace_seconds: float = 10.0
    """A cancelled handler that does not end within this is given up: its message is released while it may still run."""
    dead_letter: DeadLetterPublisher | None = None
    lane: LaneOf | None = None
    """Names whose message it is. None of them gets more handlers than it leaves free, so that one whose handlers take
    long holds up no other. What it raises, or "", stands for nobody."""

    min_lease_seconds: int = 10
    max_lease_seconds: int = 600
    """A lease is as long as 99 of 100 handlers need, within these bounds (the service accepts at most 600)."""
    exactly_once_min_lease_seconds: int = 60
    """The lower bound under exactly-once delivery, where an expired lease makes the acknowledgement fail."""
    receipt_seconds: float = 0.5
    """The first extension is sent this long after receipt, and not at all for what is settled by then."""

    ack_batch_size: int = 1000
    ack_delay_seconds: float = 0.01
    ack_retry_seconds: float = 600.0
    """How long an acknowledgement is tried again while the service refuses with a transient status."""
    ack_timeout_seconds: float = 30.0
    guard: UnaryGuard | None = None
    """Put around each acknowledgement, release and extension: where an application counts, traces or breaks its calls
    to other services. Retrying stays the subscriber's."""

    heartbeat_seconds: float = 30.0
    pong_seconds: float = 15.0
    """A service that has answered heartbeats before and does not answer one within this: the stream is opened anew."""
    close_stream_seconds: float = 2.0
    """On pause and shutdown the stream is half-closed, and what was already sent is read for at most this long."""
    min_backoff_seconds: float = 0.1
    max_backoff_seconds: float = 30.0
    """The wait between two openings of the stream, and before a message is released whose handler failed."""
    refused_retry_seconds: float = 60.0
    """A stream that was refused in a way that only a person can mend is tried again this often."""
    stuck_seconds: float = 300.0
    """`health().alive` turns false when a stream that promised answers has been silent for this long, or no
    acknowledgement has been answered for this long on an open stream."""
    shutdown_grace_seconds: float = 20.0
    """The budget for running handlers after a fatal status; `shutdown()` is given its own."""

    def __post_init__(self) -> None:
        if not isinstance(self.flow_control, FlowControl):
            raise TypeError(f"SubscriberOptions: flow_control is a FlowControl, and not {self.flow_control!r}")
        if self.lane is not None and not callable(self.lane):
            raise TypeError(f"SubscriberOptions: lane is a function, and not {self.lane!r}")
        for name in ("dead_letter", "guard"):
            if getattr(self, name) is not None and not callable(getattr(self, name)):
                raise TypeError(
                    f"SubscriberOptions: {name} is an `async def` function, and not {getattr(self, name)!r}"
                )
        _check_counts(
            self, "min_lease_seconds", "max_lease_seconds", "exactly_once_min_lease_seconds", "ack_batch_size"
        )
        _check_seconds(
            self,
            "max_handling_seconds",
            "ack_timeout_seconds",
            "heartbeat_seconds",
            "pong_seconds",
            "min_backoff_seconds",
            "max_backoff_seconds",
            "refused_retry_seconds",
            "stuck_seconds",
        )
        _check_seconds(
            self,
            "cancel_grace_seconds",
            "receipt_seconds",
            "ack_delay_seconds",
            "ack_retry_seconds",
            "close_stream_seconds",
            "shutdown_grace_seconds",
            zero=True,
        )
        _check_order(self, "min_backoff_seconds", "max_backoff_seconds")
        if not 1 <= self.min_lease_seconds <= self.max_lease_seconds <= 600:
            raise ValueError("SubscriberOptions: 1 <= min_lease_seconds <= max_lease_seconds <= 600 does not hold")
        if not 1 <= self.ack_batch_size <= 1000:
            raise ValueError("SubscriberOptions: ack_batch_size is 1 to 1000, the most the service takes in one call")
        if not 1 <= self.exactly_once_min_lease_seconds <= 600:
            raise ValueError("SubscriberOptions: exactly_once_min_lease_seconds is 1 to 600")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherOptions:
    """How a `Publisher` behaves."""

    max_batch_messages: int = 100
    max_batch_bytes: int = 1_000_000
    max_delay_seconds: float = 0.01
    """A batch leaves when it is full, or this long after its first message."""
    max_outstanding_messages: int = 10_000
    max_outstanding_bytes: int = 100 * 1024 * 1024
    """`publish()` waits while this much is not confirmed."""
    timeout_seconds: float = 60.0
    """For one call; transient failures are tried again until `retry_seconds` are over."""
    retry_seconds: float = 600.0
    min_backoff_seconds: float = 0.1
    max_backoff_seconds: float = 10.0

    def __post_init__(self) -> None:
        _check_counts(
            self, "max_batch_messages", "max_batch_bytes", "max_outstanding_messages", "max_outstanding_bytes"
        )
        _check_seconds(self, "timeout_seconds", "min_backoff_seconds", "max_backoff_seconds")
        _check_seconds(self, "max_delay_seconds", "retry_seconds", zero=True)
        _check_order(self, "min_backoff_seconds", "max_backoff_seconds")
        if not 1 <= self.max_batch_messages <= 1000:
            raise ValueError(
                "PublisherOptions: max_batch_messages is 1 to 1000, the most the service takes in one call"
            )
        if not 1 <= self.max_batch_bytes <= 9_500_000:
            raise ValueError(
                "PublisherOptions: max_batch_bytes is at most 9,500,000: the service takes 10 MB in one call"
            )


def _check_counts(options: object, *names: str, zero: bool = False) -> None:
    for name in names:
        value = getattr(options, name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{type(options).__name__}: {name} is a whole number, and not {value!r}")
        least = 0 if zero else 1
        if value < least:
            raise ValueError(f"{type(options).__name__}: {name} is at least {least}, and not {value}")


def _check_seconds(options: object, *names: str, zero: bool = False) -> None:
    for name in names:
        check_seconds(f"{type(options).__name__}: {name}", getattr(options, name), zero=zero)


def check_seconds(name: str, value: object, *, zero: bool = False) -> None:
    """Raise TypeError or ValueError where `value` is no duration; `zero` allows none at all."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} is a number of seconds, and not {value!r}")
    if math.isnan(value) or value < 0 or (value == 0 and not zero):
        raise ValueError(f"{name} is a number of seconds, {'0 or more' if zero else 'more than 0'}, and not {value!r}")


def _check_order(options: object, least: str, most: str) -> None:
    if getattr(options, least) > getattr(options, most):
        raise ValueError(f"{type(options).__name__}: {least} is more than {most}")
