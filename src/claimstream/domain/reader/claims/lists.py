"""What amounts alone on their lines stand for: as many labels stand above them, one per line."""

import re
from collections.abc import Sequence

from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.meaning import Meaning, meaning_of_label
from claimstream.domain.reader.claims.page import Page

_BETWEEN = re.compile(r"(?:(?:stand|per|zum|in)\b[\s:]*)?(?:[\d.]{6,10}|eur|euro|€)?:?")
"""What may stand between a label and its amount: a date, or the currency."""
_LONGEST = 80
"""Characters of a line that may be a label."""
_LEADS_ON = re.compile(r"\b(?:auf|von|insgesamt|of|to|total)\Z|:\Z")
"""The end of a sentence whose amount stands on a line of its own: *… beläuft sich auf insgesamt*."""


def with_labels_above(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """``claims``, those that stand alone on their lines by the lines above."""
    result = list(claims)
    for block in _blocks(page, claims):
        meanings = _of_block(block, _labels_above(page, block))
        for line, meaning in zip(block, meanings, strict=False):
            number = page.by_line[line][0]
            doubt = meaning.doubt if meaning.role in CLAIM_ROLES else None
            result[number] = Claim(claims[number].token, meaning.role, meaning.label, doubt=doubt)
    return tuple(result)


def _blocks(page: Page, claims: Sequence[Claim]) -> list[list[int]]:
    """Runs of lines that hold one amount each and nothing else."""

    def is_bare(line: int) -> bool:
        numbers = page.by_line.get(line, [])
        return len(numbers) == 1 and claims[numbers[0]].neutral

    found: list[list[int]] = []
    for line in page.by_line:
        if not is_bare(line) or (found and line <= found[-1][-1]):
            continue
        block = [line]
        while (below := page.filled_line(block[-1], 1)) is not None and is_bare(below):
            block.append(below)
        found.append(block)
    return found


def _labels_above(page: Page, block: Sequence[int]) -> list[Meaning]:
    """The labels right above a block, from above, at most one more than it has amounts."""
    found: list[Meaning] = []
    line = last = page.filled_line(block[0], -1)
    while line is not None and line not in page.by_line and len(found) < len(block) + 1:
        if len(block) == 1 and found and last is not None and line < last - 1:
            break  # a blank line parts a heading from a label
        last = line
        span = page.index.lines[line]
        content = span.of(page.text).strip()
        if (len(content) > _LONGEST and not _LEADS_ON.search(content)) or content.endswith((".", "!", "?", ";", ",")):
            break
        meaning = meaning_of_label(page, page.last_sentence(span) if _LEADS_ON.search(content) else span)
        if meaning.role is not None:
            found.insert(0, meaning)
        elif len(block) > 1 or not _BETWEEN.fullmatch(content.lower()):
            break
        line = page.filled_line(line, -1)
    return found


def _of_block(block: Sequence[int], above: Sequence[Meaning]) -> Sequence[Meaning]:
    """One meaning for each line of the block, or none at all where it cannot be told which is whose."""
    if len(above) == len(block):
        return above
    if len(block) > 1 or not above:
        return ()
    # Several labels and one amount: whose it is nobody can say, unless the nearest is not a list's
    listed = all(meaning.role in PART_ROLES | CLAIM_ROLES for meaning in above[-2:])
    return () if listed else above[-1:]
