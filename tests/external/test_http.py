from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from claimstream.external.errors import ExternalError, NotFound, Outage, Refused, Throttled, Unauthorised
from claimstream.external.http import connection_error, retry_after_seconds, status_error


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


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    assert retry_after_seconds({"retry-after": "1.5"}) == 1.5
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert retry_after_seconds({"Retry-After": date}) == pytest.approx(100, abs=5)
    assert retry_after_seconds({"Retry-After": "soon"}) is None
    assert retry_after_seconds({}) is None
    assert retry_after_seconds(None) is None


def test_only_broken_connections_are_an_outage() -> None:
    assert isinstance(connection_error("gcs", ConnectionResetError(), setting="GCS"), Outage)
    assert connection_error("gcs", KeyError("x"), setting="GCS") is None
