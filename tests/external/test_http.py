from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from claimstream.external.errors import ExternalError, NotFound, Outage, Refused, Throttled, Unauthorised
from claimstream.external.http import MOST_RETRY_AFTER_SECONDS, connection_error, retry_after_seconds, status_error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Unauthorised),
        (403, Unauthorised),
        (404, NotFound),
        (408, Outage),
        (410, NotFound),
        (412, Refused),
        (422, Refused),
        (429, Throttled),
        (500, Outage),
        (503, Outage),
        (529, Outage),
    ],
)
def test_every_status_has_its_class(status: int, kind: type[ExternalError]) -> None:
    error = status_error("gcs", status, "because", advice="Check the key.", headers={})
    assert type(error) is kind
    assert f"answered {status} (because)" in str(error)


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"])
def test_a_403_for_a_rate_limit_is_throttling(reason: str) -> None:
    error = status_error("gcs", 403, reason, advice="Check the key.", headers={"Retry-After": "9"})
    assert isinstance(error, Throttled)
    assert error.retry_after_seconds == 9


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    assert retry_after_seconds({"retry-after": "1.5"}) == 1.5
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert retry_after_seconds({"Retry-After": date}) == pytest.approx(100, abs=5)
    assert retry_after_seconds({}) is None
    assert retry_after_seconds(None) is None


@pytest.mark.parametrize("value", ["soon", "nan", "", "Wed, 99 Foo", "Wed, 21 Oct", "9" * 5000 + "x", "2026-11-29"])
def test_an_unreadable_retry_after_is_none(value: str) -> None:
    assert retry_after_seconds({"Retry-After": value}) is None


@pytest.mark.parametrize(
    "value", ["inf", "1e400", "1e9", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_no_service_is_waited_for_longer_than_an_hour(value: str) -> None:
    assert retry_after_seconds({"Retry-After": value}) == MOST_RETRY_AFTER_SECONDS


@pytest.mark.parametrize("value", ["-3", "-inf", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00"])
def test_a_time_that_is_over_is_no_wait(value: str) -> None:
    assert retry_after_seconds({"Retry-After": value}) == 0


def test_retry_after_is_read_in_words() -> None:
    until = datetime.now(UTC) + timedelta(minutes=15)
    said = f"User-rate limit exceeded.  Retry after {until:%Y-%m-%dT%H:%M:%S}.968Z (Forwarding rules)"
    assert retry_after_seconds({}, said) == pytest.approx(900, abs=5)
    assert retry_after_seconds({"Retry-After": "7"}, said) == 7
    assert retry_after_seconds({}, "Retry after 9999-12-31T23:59:59Z") == MOST_RETRY_AFTER_SECONDS
    for unreadable in ("Retry after lunch", "Retry after 2026-99-99T99:99:99Z", "Retry after 2026-11-29", ""):
        assert retry_after_seconds({}, unreadable) is None


def test_only_broken_connections_are_an_outage() -> None:
    assert isinstance(connection_error("gcs", ConnectionResetError(), setting="GCS"), Outage)
    assert connection_error("gcs", KeyError("x"), setting="GCS") is None
