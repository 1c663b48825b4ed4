"""Where text goes: results to stdout, everything else to stderr."""

import sys

from rich.console import Console

_FILE_WIDTH = 200
"""Columns where nobody looks on as it is written: a table in a file or a pipe is not to be cut to fit a screen."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _FILE_WIDTH)


def note(text: str) -> None:
    """A line for the person, beside the result."""
    err.print(text)
