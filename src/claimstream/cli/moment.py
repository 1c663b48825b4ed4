"""Moments as a person types them."""

import re
from datetime import UTC, datetime, timedelta

import typer

FORMS = "2026-10-20, 2026-10-20T08:30 (UTC), 2026-10-20T08:30+02:00, or how long ago: 30min, 24h, 7d, 2w"
"""What a person may write, for help and messages."""
_AGO = re.compile(r"(\d{1,6})\s*(min|h|d|w)", re.IGNORECASE)
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_moment(text: str, *, now: datetime) -> datetime:
    """Aware UTC: ISO 8601 (UTC where it names no zone), or how long ago: ``30min``, ``24h``, ``7d``, ``2w``.

    Raises:
        ValueError: it is neither, or before all time; the message says what to write.
    """
    try:
        if (ago := _AGO.fullmatch(text.strip())) is not None:
            return now - timedelta(**{_UNITS[ago[2].lower()]: int(ago[1])})
        moment = datetime.fromisoformat(text.strip())
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no moment. Write {FORMS}.") from None
    return moment


def moment_option(name: str, text: str | None) -> datetime | None:
    """The value of an option; typer says which one is wrong."""
    if text is None:
        return None
    try:
        return parse_moment(text, now=datetime.now(UTC))
    except ValueError as error:
        raise typer.BadParameter(f"{name}: {error}") from None
