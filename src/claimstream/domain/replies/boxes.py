"""Check boxes of a form that was filled in: a ticked one says its line, an unticked one says nothing."""

import re
from dataclasses import dataclass

from claimstream.domain.reader.layout import lines

_BOX = re.compile(
    r"(?P<ticked>[☑☒✓✔✗✘🗹🗵]|\[\s?[xX✓✔]\s?\]|\(\s?[xX✓✔]\s?\))|"
    r"[☐□▢◻❏❑]|\[\s{0,3}\]|\[_{1,3}\]|\(\s{1,3}\)|\(_{1,3}\)"
)
_YES_OR_NO = re.compile(r"(?:(?P<yes>ja|yes)|nein|no)\W{0,3}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in the line ``text[start:end]`` and the statement that it stands for."""

    ticked: bool
    statement: str
    contrary: bool
    """It is the *no* beside the statement."""
    start: int
    end: int


def find_boxes(text: str) -> tuple[Box, ...]:
    """Return every box, in order.

    A box stands for the words behind it, up to the next one; at the end of a line for those before it. *Yes* and *no*
    stand for what the line begins with.
    """
    if not _BOX.search(text):
        return ()
    found = []
    for line in lines(text):
        written = line.of(text)
        marks = list(_BOX.finditer(written))
        edges = [0, *(edge for mark in marks for edge in mark.span()), len(written)]
        words = [written[a:b].strip(" \t|:–-") for a, b in zip(edges[::2], edges[1::2], strict=True)]
        before = not words[-1] and all(words[:-1])
        for number, mark in enumerate(marks):
            statement = words[number] if before else words[number + 1]
            option = _YES_OR_NO.search(statement)
            if option:
                statement = statement[: option.start()].strip(" \t|:–-") or words[0]
                statement = (_YES_OR_NO.sub("", statement)).strip(" \t|:–-")
            contrary = option is not None and not option["yes"]
            found.append(Box(mark["ticked"] is not None, statement, contrary, line.start, line.end))
    return tuple(found)
