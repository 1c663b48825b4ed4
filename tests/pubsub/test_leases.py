import pytest

from claimstream.pubsub import SubscriberOptions
from claimstream.pubsub.leases import LeaseLength


def length(**options: int) -> LeaseLength:
    return LeaseLength(SubscriberOptions(**options))  # type: ignore[arg-type]  # only the integer ones


def test_a_lease_is_as_long_as_99_of_100_handlers_need() -> None:
    lease = length()
    lease.record([29.5] * 990)
    lease.record([500] * 9)
    assert lease.seconds == 30
    lease.record([500] * 101)
    assert lease.seconds == 501


@pytest.mark.parametrize(("handling", "seconds"), [(0.01, 10), (9.5, 10), (59.2, 60), (5000.0, 600)])
def test_a_lease_stays_within_what_the_service_gives(handling: float, seconds: int) -> None:
    lease = length()
    lease.record([handling])
    assert (lease.seconds, lease.stream_seconds) == (seconds, seconds)


def test_a_lease_is_longer_under_exactly_once_delivery() -> None:
    lease = length()
    lease.record([1])
    lease.exactly_once = True
    assert lease.seconds == 60


def test_a_short_lease_still_opens_a_stream_the_service_accepts() -> None:
    lease = length(min_lease_seconds=1, max_lease_seconds=1)
    assert (lease.seconds, lease.stream_seconds) == (1, 10)


def test_bounds_that_contradict_are_refused() -> None:
    with pytest.raises(ValueError, match="min_lease_seconds"):
        length(min_lease_seconds=20, max_lease_seconds=10)
