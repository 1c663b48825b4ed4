"""What is read at each export instead of being recorded as it happens: the backlog and the subscribers.

The readers are called in the exporter's thread: they return figures kept at hand, and ask no service.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from claimstream.telemetry.best_effort import best_effort

DESTINATION = "claimstream.outbox.destination"
EMAIL_STATUS = "claimstream.email.status"
SUBSCRIPTION = "claimstream.subscription"
MESSAGE_STATE = "claimstream.subscriber.message.state"
EVENT = "claimstream.subscriber.event"


@dataclass(frozen=True, slots=True)
class OutboxDepth:
    """What waits in the outbox for one destination."""

    destination: str
    waiting: int
    oldest_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is not done yet, as PostgreSQL knew it at ``measured_at`` (of the monotonic clock); ages are seconds."""

    outbox: tuple[OutboxDepth, ...] = ()
    emails: Mapping[str, int] = field(default_factory=dict)
    """Not yet settled, by status."""
    oldest_email_seconds: float | None = None
    reviews: int = 0
    oldest_review_seconds: float | None = None
    watch_seconds: float | None = None
    """Until the first watch of any mailbox runs out, 0 where one was never started; None: there is no mailbox."""
    sync_age_seconds: float | None = None
    """Of the mailbox that was looked at longest ago."""
    disabled_mailboxes: int = 0
    measured_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberReading:
    """One subscriber at this moment."""

    alive: bool
    ready: bool
    messages: Mapping[str, int]
    """``leased``, ``running``, ``waiting``, ``unsettled``."""
    limit: int
    bytes: int
    lease_seconds: float
    events: Mapping[str, int]
    """Counts since the subscriber began."""


Subscribers = Mapping[str, SubscriberReading]
"""By short name: ``notifications``, ``emails``."""

_read_backlog: Callable[[], Backlog | None] | None = None
_read_subscribers: Callable[[], Subscribers] | None = None


@contextmanager
def observed(backlog: Callable[[], Backlog | None], subscribers: Callable[[], Subscribers]) -> Iterator[None]:
    """Inside, each export reads these. A process observes one worker: the latest one."""
    global _read_backlog, _read_subscribers  # noqa: PLW0603 - an observable instrument has its callback for life
    _read_backlog, _read_subscribers = backlog, subscribers
    try:
        yield
    finally:
        if _read_backlog is backlog:
            _read_backlog = None
        if _read_subscribers is subscribers:
            _read_subscribers = None


def _backlog() -> Backlog | None:
    with best_effort("backlog gauges"):
        return None if _read_backlog is None else _read_backlog()
    return None


def _subscribers() -> Subscribers:
    with best_effort("subscriber gauges"):
        return {} if _read_subscribers is None else _read_subscribers()
    return {}


Observe = Callable[[CallbackOptions], Iterable[Observation]]


def _of_backlog(read: Callable[[Backlog, float], Iterable[Observation]]) -> Observe:
    """``read`` is given the seconds since it was measured, by which what waits has grown older."""

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        backlog = _backlog()
        return [] if backlog is None else list(read(backlog, time.monotonic() - backlog.measured_at))

    return observe


def _age(read: Callable[[Backlog], float | None]) -> Observe:
    """0 while nothing waits, so that an alert on the age ends."""

    def seconds(backlog: Backlog, since: float) -> Iterable[Observation]:
        age = read(backlog)
        yield Observation(0.0 if age is None else age + since)

    return _of_backlog(seconds)


def _watch(backlog: Backlog, since: float) -> Iterable[Observation]:
    if backlog.watch_seconds is not None:
        yield Observation(backlog.watch_seconds - since)


def _outbox_ages(backlog: Backlog, since: float) -> Iterable[Observation]:
    for depth in backlog.outbox:
        yield Observation(depth.oldest_seconds + since if depth.waiting else 0.0, {DESTINATION: depth.destination})


def _of_subscribers(read: Callable[[SubscriberReading], Mapping[tuple[str, str] | None, float]]) -> Observe:
    """``read`` gives values by the attribute that tells them apart, None where there is but one."""

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        observations = []
        for name, reading in _subscribers().items():
            for attribute, value in read(reading).items():
                attributes = {SUBSCRIPTION: name} | (dict([attribute]) if attribute else {})
                observations.append(Observation(value, attributes))
        return observations

    return observe


def _create() -> None:
    meter = metrics.get_meter("claimstream")
    gauge = meter.create_observable_gauge
    gauge(
        "claimstream.outbox.depth",
        [_of_backlog(lambda b, _: (Observation(d.waiting, {DESTINATION: d.destination}) for d in b.outbox))],
        "{item}",
        "Items of the outbox not yet delivered",
    )
    gauge("claimstream.outbox.oldest", [_of_backlog(_outbox_ages)], "s", "Age of the oldest item of the outbox")
    gauge(
        "claimstream.emails.open",
        [_of_backlog(lambda b, _: (Observation(n, {EMAIL_STATUS: status}) for status, n in b.emails.items()))],
        "{email}",
        "Emails not yet settled",
    )
    gauge("claimstream.emails.oldest", [_age(lambda b: b.oldest_email_seconds)], "s", "Age of the oldest open email")
    gauge(
        "claimstream.review.depth",
        [_of_backlog(lambda b, _: [Observation(b.reviews)])],
        "{item}",
        "Emails that wait for a person's decision",
    )
    gauge("claimstream.review.oldest", [_age(lambda b: b.oldest_review_seconds)], "s", "Age of the oldest review item")
    gauge(
        "claimstream.mailbox.watch.remaining",
        [_of_backlog(_watch)],
        "s",
        "Until the first watch of any mailbox runs out; below 0: it has",
    )
    gauge(
        "claimstream.mailbox.sync.age",
        [_age(lambda b: b.sync_age_seconds)],
        "s",
        "Since the mailbox was looked at that was looked at longest ago",
    )
    gauge(
        "claimstream.mailbox.disabled",
        [_of_backlog(lambda b, _: [Observation(b.disabled_mailboxes)])],
        "{mailbox}",
        "Mailboxes that are left alone, since they do not let us in or a person wants it so",
    )
    gauge(
        "claimstream.subscriber.messages",
        [_of_subscribers(lambda s: {(MESSAGE_STATE, state): n for state, n in s.messages.items()})],
        "{message}",
        "Messages held, by what they wait for",
    )
    gauge(
        "claimstream.subscriber.limit",
        [_of_subscribers(lambda s: {None: s.limit})],
        "{message}",
        "How many messages may be in handlers at once",
    )
    gauge("claimstream.subscriber.bytes", [_of_subscribers(lambda s: {None: s.bytes})], "By", "Size of those leased")
    gauge(
        "claimstream.subscriber.lease.length",
        [_of_subscribers(lambda s: {None: s.lease_seconds})],
        "s",
        "How long leases are made",
    )
    gauge(
        "claimstream.subscriber.alive",
        [_of_subscribers(lambda s: {None: int(s.alive)})],
        "1",
        "0: only a restart or a person can help",
    )
    gauge(
        "claimstream.subscriber.ready",
        [_of_subscribers(lambda s: {None: int(s.ready)})],
        "1",
        "1 while messages are taken in",
    )
    meter.create_observable_counter(
        "claimstream.subscriber.events",
        [_of_subscribers(lambda s: {(EVENT, event): n for event, n in s.events.items()})],
        "{event}",
        "What subscribers did",
    )


_create()
