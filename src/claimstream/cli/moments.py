"""Points in time as a person types them."""

import re
from datetime import UTC, datetime, timedelta

_AGO = re.compile(r"(\d{1,6})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def point_in_time(text: str, *, now: datetime) -> datetime:
    """``2026-10-01``, ``2026-10-01T08:30``, ``2026-10-01T08:30+02:00``, or ago: ``30m``, ``24h``, ``7d``, ``2w``.

    UTC where no zone is given. Raises ValueError, which says what is expected.
    """
    try:
        if ago := _AGO.fullmatch(text.strip().lower()):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        when = datetime.fromisoformat(text.strip())
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
        when.timestamp()
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is no point in time. Expected a date (2026-10-01), a time (2026-10-01T08:30, in UTC unless it "
            "names its zone), or how long ago: 30m, 24h, 7d, 2w"
        ) from None
    return when
