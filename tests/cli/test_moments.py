"""Points in time as a person types them."""

from datetime import UTC, datetime, timedelta

import pytest

from claimstream.cli.moments import point_in_time

NOW = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01", datetime(2026, 10, 1, tzinfo=UTC)),
        ("2026-10-01T08:30", datetime(2026, 10, 1, 8, 30, tzinfo=UTC)),
        ("2026-10-01T08:30:15Z", datetime(2026, 10, 1, 8, 30, 15, tzinfo=UTC)),
        ("2026-10-01T08:30+02:00", datetime(2026, 10, 1, 6, 30, tzinfo=UTC)),
        ("30m", NOW - timedelta(minutes=30)),
        ("24h", NOW - timedelta(hours=24)),
        (" 7D ", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
    ],
)
def test_dates_times_and_how_long_ago_are_understood(text: str, expected: datetime) -> None:
    assert point_in_time(text, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "7", "7x", "-7d", "7 days", "2026-13-01", "01.10.2026", "999999w", "0001-01-01T00:00+14:00"],
)
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no point in time. Expected a date \(2026-10-01\)"):
        point_in_time(text, now=NOW)
