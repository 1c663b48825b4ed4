"""Tables as text: what a program exports as CSV."""

import csv
from itertools import islice

_DELIMITERS = (";", "\t")
"""German programs part by semicolons, since commas stand in their numbers."""
_LEAST_ROWS = 2


def as_rows(text: str) -> str | None:
    """Return the rows of a table with their cells parted by tabs, as those of a sheet are; None for any other text.

    A table is a text in whose every line as many delimiters stand, at least one.
    """
    for delimiter in _DELIMITERS:
        lines = [line for line in text.splitlines() if line.strip()]
        counts = {line.count(delimiter) for line in islice(lines, 50)}
        if len(lines) < _LEAST_ROWS or len(counts) != 1 or 0 in counts:
            continue
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)
    return None
