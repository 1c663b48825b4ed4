"""Moments as a person types them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.helpers import NOW
from typer.testing import CliRunner

from claimstream.cli.main import app as commands
from claimstream.cli.moment import FORMS, parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-20", datetime(2026, 10, 20, tzinfo=UTC)),
        ("2026-10-20T08:30", datetime(2026, 10, 20, 8, 30, tzinfo=UTC)),
        ("2026-10-20 08:30:15", datetime(2026, 10, 20, 8, 30, 15, tzinfo=UTC)),
        ("2026-10-20T08:30Z", datetime(2026, 10, 20, 8, 30, tzinfo=UTC)),
        ("2026-10-20T08:30+02:00", datetime(2026, 10, 20, 6, 30, tzinfo=UTC)),
        ("30min", NOW - timedelta(minutes=30)),
        ("24h", NOW - timedelta(hours=24)),
        (" 7D ", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
    ],
)
def test_iso_and_how_long_ago_are_understood(text: str, moment: datetime) -> None:
    assert parse_moment(text, now=NOW) == moment
    assert parse_moment(text, now=NOW).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "7", "7m", "-7d", "999999d", "2026-13-01", "08:30", "01.10.2026", "0001-01-01T00:00+14:00"],
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="24h"):
        parse_moment(text, now=NOW)


@pytest.mark.parametrize("command", ["audit", "replay"])
def test_help_names_every_form_and_each_is_understood(command: str) -> None:
    told = CliRunner().invoke(commands, [command, "--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"}).output
    forms = re.findall(r"\d[\w:+-]+", FORMS)
    assert {"30min", "2w", "2026-10-20T08:30+02:00"} <= set(forms)
    for form in forms:
        assert form in told
        parse_moment(form, now=NOW)
