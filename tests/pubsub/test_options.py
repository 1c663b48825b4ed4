"""Options without sense."""

import math
from typing import Any, cast

import pytest
from tests.pubsub.place import Inbox, Place

from claimstream.pubsub import FlowControl, Publisher, PublisherOptions, Subscriber, SubscriberOptions

POSITIVE = [
    "max_handling_seconds",
    "ack_timeout_seconds",
    "heartbeat_seconds",
    "pong_seconds",
    "min_backoff_seconds",
    "max_backoff_seconds",
    "refused_retry_seconds",
    "stuck_seconds",
]
NOT_NEGATIVE = [
    "cancel_grace_seconds",
    "receipt_seconds",
    "ack_delay_seconds",
    "ack_retry_seconds",
    "close_stream_seconds",
    "shutdown_grace_seconds",
]
COUNTS = ["min_lease_seconds", "max_lease_seconds", "exactly_once_min_lease_seconds", "ack_batch_size"]


@pytest.mark.parametrize("name", POSITIVE + NOT_NEGATIVE + COUNTS)
@pytest.mark.parametrize("value", [-1, math.nan, None, "10", True])
def test_no_option_of_a_subscriber_is_without_sense(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"SubscriberOptions: .*{name}.* not"):
        SubscriberOptions(**{name: value})


@pytest.mark.parametrize("name", POSITIVE + COUNTS)
def test_what_has_to_last_is_more_than_nothing(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        SubscriberOptions(**cast("dict[str, Any]", {name: 0}))


def test_what_need_not_last_may_be_nothing() -> None:
    nothing: dict[str, Any] = dict.fromkeys(NOT_NEGATIVE, 0)
    SubscriberOptions(**nothing)


def test_no_wait_is_a_wait_too_long() -> None:
    SubscriberOptions(max_handling_seconds=math.inf, stuck_seconds=math.inf)


@pytest.mark.parametrize(
    "options",
    [
        {"min_backoff_seconds": 31},
        {"flow_control": 100},
        {"dead_letter": "topic"},
        {"guard": 1},
        {"min_lease_seconds": 601, "max_lease_seconds": 601},
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=f"SubscriberOptions: .*{next(iter(options))}"):
        SubscriberOptions(**options)


@pytest.mark.parametrize("value", [0, -1, 1.5, None, "10", True])
@pytest.mark.parametrize("name", ["max_messages", "max_bytes"])
def test_a_window_lets_something_through(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"FlowControl: {name}"):
        FlowControl(**{name: value})


@pytest.mark.parametrize("value", [-1, math.nan, None, "10"])
@pytest.mark.parametrize(
    "name",
    [
        "max_batch_messages",
        "max_outstanding_messages",
        "max_outstanding_bytes",
        "max_delay_seconds",
        "timeout_seconds",
        "retry_seconds",
    ],
)
def test_no_option_of_a_publisher_is_without_sense(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"PublisherOptions: {name}.* not"):
        PublisherOptions(**{name: value})


@pytest.mark.parametrize("name", ["greetings", "projects/p/topics/t", "projects/p/subscriptions", "", "/a/b/c/d"])
async def test_a_subscription_is_named_in_full(place: Place, name: str) -> None:
    with pytest.raises(ValueError, match="projects/PROJECT/subscriptions/NAME"):
        Subscriber(place.channel, name, Inbox())


@pytest.mark.parametrize("name", ["greetings", "projects/p/subscriptions/s", "projects/p/topics", ""])
async def test_a_topic_is_named_in_full(place: Place, name: str) -> None:
    with pytest.raises(ValueError, match="projects/PROJECT/topics/NAME"):
        Publisher(place.channel, name)


@pytest.mark.parametrize("grace", [None, -1, math.nan, "20"])
async def test_a_shutdown_has_a_grace_period(place: Place, grace: Any) -> None:
    subscriber = place.subscriber(Inbox())
    with pytest.raises((TypeError, ValueError), match="grace_seconds is a number of seconds"):
        await subscriber.shutdown(grace)
