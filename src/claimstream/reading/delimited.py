"""Tables as text: what a program exports as CSV."""

import csv
import io
from collections.abc import Iterator

_DELIMITERS = (";", "\t")
"""German programs part by semicolons, since commas stand in their numbers."""
_LEAST_ROWS = 2


def as_rows(text: str) -> str | None:
    """Return the rows of a table with their cells parted by tabs, as those of a sheet are; None for any other text.

    A table is a text in whose every line as many delimiters stand, at least one.
    """
    return next(filter(None, (_parted(text, delimiter) for delimiter in _DELIMITERS)), None)


def _parted(text: str, delimiter: str) -> str | None:
    first = next(_filled(text), "")
    if delimiter not in first:
        return None
    rows: list[str] = []
    try:
        for row in csv.reader(_filled(text), delimiter=delimiter):
            if len(row) != first.count(delimiter) + 1 and '"' not in first:
                return None
            rows.append("\t".join(" ".join(cell.split()) for cell in row))
    except csv.Error:
        return None
    return "\n".join(rows) if len(rows) >= _LEAST_ROWS else None


def _filled(text: str) -> Iterator[str]:
    """The lines that hold anything. A large text is not held twice."""
    return (line for line in io.StringIO(text, newline=None) if line.strip())
