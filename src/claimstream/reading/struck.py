"""Text that is struck out, or hidden in a Word file: it is void and left out, and the report says so."""

import re
from collections.abc import Sequence

from claimstream.domain.reader.amounts import find_amounts
from claimstream.reading.text import clean_line

_BEYOND_FIGURES = re.compile(r"[^\d.,'’\s]")
_MOST = 300
"""The number of characters of struck text that a report quotes."""


def struck_words(struck: Sequence[str]) -> str:
    """Return the struck texts as one line, "" where there is nothing to read in them."""
    words = clean_line(" … ".join(text for text in struck if text.strip()))
    return words if any(map(str.isalnum, words)) else ""


def report_of(words: str) -> str:
    return f"Struck out or hidden, so it is left out: {words[:_MOST]}"


def holds_another_figure(words: str, shown: str) -> bool:
    """Return True when ``words`` hold an amount that ``shown`` does not give, or figures that were a part of one."""
    if _BEYOND_FIGURES.search(words) is None:
        return True
    void = {token.value for token in find_amounts(words)}
    return bool(void) and not void <= {token.value for token in find_amounts(shown)}
