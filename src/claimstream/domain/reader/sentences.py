"""Sentences of a text, with their positions. A blank line, a list item and a short line end a sentence as well."""

import re
from functools import lru_cache
from itertools import pairwise

from claimstream.domain.reader.layout import Span, lines

_END = re.compile(r"(?<!\.)[.!?](?=[\"”“')]?(?:\s|$))|;(?=\s)")
_ABBREVIATION = re.compile(
    r"(?:\w(?:str|nr)|(?<!\w)(?:\w|nr|az|str|dr|prof|abs|abzgl|zzgl|zuzgl|inkl|incl|einschl|exkl|ca|kd|tel|bzw|usw|vgl|gem|"
    r"ggf|zt|mtl|st|art|hr|fr|ges|gesch|"
    r"re|rg|kto|lt|etc|eg|ie|max|min|evtl|sog|lfd|geb|verb|vertr|rechn|jan|feb|apr|jun|jul|aug|sept|sep|okt|oct|nov|dez|"
    r"dec|no|ref|approx|ltd|co|mr|mrs|ms)|(?<![\w.,])\d{1,2})\Z",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]")
_WORDS = 4
_LINE = 200
"""Characters to either side."""
_DAY = re.compile(r"(?<!\d)\d{1,2}\.(?:\d{1,2}\.(?:\d{4}|\d{2})?)?\Z")
_ITEM = re.compile(r"\s*(?:[-*•–·>]\s|\d{1,2}[.)]\s|[a-z]\)\s)")


def is_sentence_end(text: str, match: re.Match[str]) -> bool:
    """Return whether a full stop ends a sentence: no abbreviation, no ordinal, and no small letter behind it.

    On a line without any capital a small letter says nothing: *einverstanden. bitte wie vorgeschlagen.*
    """
    if match.group() != ".":
        return True
    if _ABBREVIATION.search(text, max(0, match.start() - 14), match.start()):
        return False
    if not text[match.end() : match.end() + 4].lstrip(" \n\"'„“”")[:1].islower():
        return True
    begin = text.rfind("\n", max(0, match.start() - _LINE), match.start()) + 1 or max(0, match.start() - _LINE)
    end = text.find("\n", match.end(), match.end() + _LINE)
    initials = _INITIAL.findall(text, begin, end if end >= 0 else match.end() + _LINE)
    return len(initials) >= _WORDS and not any(map(str.isupper, initials))


@lru_cache(maxsize=4)  # one text is asked for its sentences by several readers in a row
def sentence_ends(text: str) -> tuple[int, ...]:
    """Positions right behind every end of a sentence."""
    return tuple(match.end() for match in _END.finditer(text) if is_sentence_end(text, match))


def _goes_on(line: str, below: str) -> bool:
    """Return whether a line ends with a day and the next goes on in small letters: *zum 31.10.2026 / erloschen*."""
    return _DAY.search(line) is not None and below.lstrip()[:1].islower()


def sentences(text: str) -> tuple[Span, ...]:
    """Every sentence, white space around it stripped. Lines of prose run on into the next one."""
    cuts = set(sentence_ends(text))
    every = lines(text)
    for line, below in pairwise(every):
        content = line.of(text).rstrip()
        following = below.of(text)
        if (
            not content.strip()
            or not following.strip()
            or _ITEM.match(following)
            or content.endswith(":")
            or (len(content) < 40 and not re.search(r"[a-zäöüß,]\Z", content) and not _goes_on(content, following))
        ):
            cuts.add(below.start)
    spans = []
    start = 0
    for cut in [*sorted(cuts), len(text)]:
        content = text[start:cut]
        if content.strip():
            begin = start + len(content) - len(content.lstrip())
            spans.append(Span(begin, begin + len(content.strip())))
        start = cut
    return tuple(spans)
