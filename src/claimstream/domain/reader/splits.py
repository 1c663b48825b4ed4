"""Amounts that may be a piece of a longer one, as ``234,56`` is in ``1´234,56`` and behind a line's end.

Whoever writes ``1 234,56`` with a separator that nobody expects means more than the last figures say. A number in a
column of its own (``3<tab>200,00``) or with a noun of its own (``Mahnung 2<tab>150,00``) is no part of the amount.
"""

import re

from claimstream.domain.language import Rule
from claimstream.domain.reader.dates import MONTH
from claimstream.domain.text.text import folded

GROUP_BLANK = " \u00a0\u202f\u2009\u2007"
BLANK = f"{GROUP_BLANK}\t"
_UNREAD = "\ufffc"
"""Stands for what is shown in a text and is none: a picture, a sign of a symbol font, a raised figure."""

NAMES_A_NUMBER = Rule(
    "names_a_number",
    r"(?:{number_name}|§|#)[.:]{0,2}\Z",
    takes=("Vertrags-Nr.:", "zum Aktenzeichen ", "§", "Kundennummer", "invoice no."),
    leaves=("die Gesamtforderung beträgt", "noch offen:", "Rechnung über", "Narr"),
)
"""The words before a number that names something, as a file's does."""

NUMBERED = Rule(
    "numbered",
    rf"(?:{{number_name}}|{{numbered}}|(?<!\w)(?:{MONTH})|§|#)[.:]{{0,2}}\Z",
    takes=("Mahnung", "Rate Nr.:", "Miete Februar", "invoice no."),
    leaves=("die Gesamtforderung beträgt", "noch offen:", "Mahnung über", "Narr"),
)
"""The words before a number that is one of several, or names something."""

_CENTS_AFTER = re.compile(
    rf"[{BLANK}]{{0,2}}(?:und|and|,)?[{BLANK}]{{0,2}}\d{{1,2}}[{BLANK}]{{0,2}}(?:Cents?|cents?|ct)(?!\w)"
)
_SPLIT_CENTS = re.compile(rf"[{BLANK}]?(?:\n[{BLANK}>]{{0,4}})?,[{BLANK}]?\d{{2}}(?![\d.,])")
_SPLIT_BEFORE = re.compile(rf"(?<![\d.,])\d{{1,3}}[.,'’][{BLANK}]{{1,2}}\Z")
_GROUP_BELOW = re.compile(rf"[.'’]?[{BLANK}]{{0,2}}\n[\n{BLANK}>]{{0,4}}\d{{3}}[.,]\d")
_CENTS_OF = re.compile(
    rf"(?<!\d)\d{{1,3}}(?:[{BLANK}]{{1,2}},[{BLANK}]{{0,2}}|,[{BLANK}]{{1,2}}|[{BLANK}]?\n[{BLANK}>]{{0,4}},)\Z"
)
_LONE_SEPARATOR = re.compile(r"(?<![\w.,])[.,]\Z")
"""What stands before cents alone, or before figures whose first ones are lost: ``-,89 EUR``, ``,89 EUR``."""
_NO_GROUP_AFTER = re.compile(r"(?:[^\w\s.,|/-]{1,2}\d|[\u2000-\u2006\u2008\u200a\u205f\u3000 ]\d{3}[.,]\d{2}(?!\d))")

_AHEAD = 80
"""The number of characters before an amount in which its own figures, and their words, are looked for."""
_LONGEST_GAP = 5
_GAP = re.compile(rf"(?<=\d)(?P<mark>[.,]?)(?P<gap>[^\w.,]{{1,{_LONGEST_GAP}}}[.,]?)\Z")
_CLOSED = re.compile(r"[\"”“»]\s")
_PARTING = frozenset(";:!?()[]{}%‰°=&§#/€$£\u2010\u2011\u2012\u2013\u2014\u2212-")
"""Signs between two numbers that are two: the end of a sentence, of a paragraph's number, of a percentage."""
_FIGURES = re.compile(rf"\d[\d.,'’]{{0,{_AHEAD}}}\Z")
_GROUP = re.compile(r"[1-9]\d{0,2}(?:[.'’]\d{3}){0,2}")
_BROKEN_GROUP = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})?\.(\d{1,2})")
_SPACED_GROUP = re.compile(
    rf"(?<![\w.,])(?<!\d[{BLANK}])[1-9]\d{{0,2}}(?:[{GROUP_BLANK}]\d{{3}}){{0,2}}[{GROUP_BLANK}]\Z"
)
_PART_OF_MORE = re.compile(rf"(?:\w|[-–/.,'’]|\d:|\d[{GROUP_BLANK}]|/ )\Z")
_AT_LINE_ENDS = str.maketrans("", "", ">'’")
_THOUSANDS = 3
_MOST_BREAKS = 2
_OWN_THOUSANDS = re.compile(r"[1-9]\d?[.'’]\d{3}")
_CELL = re.compile(rf"\t|\||[{GROUP_BLANK}]{{2}}")
_FILLER = re.compile(r"[\s>*•–·-]*")
_SEAM = (
    r"(?:[?`%]|[^\x00-\x7f\w\s€£¥–—−…•„“”‚‘’»«→×\u200b\ufffc]|\u3000|"
    r"&(?:nbsp|thinsp|#160|#xA0);?|[=!][ ]?\n[ ]?|(?:Â|â€¯|â€‰)\s?)"
)
_SEAM_BEFORE = re.compile(rf"\d(?:{_SEAM}|=)\Z", re.IGNORECASE)
_SEAM_AFTER = re.compile(rf"{_SEAM}\d", re.IGNORECASE)
"""What programs leave between figures that they could not decode, or broke: the ``?`` of a lost no-break space, its
bytes read in another character set, the ``=`` and ``!`` at the end of a line that a server cut."""
_MULTIPLE = re.compile(r"\d[ \u00a0]?[x×*·✕][ \u00a0]?\Z", re.IGNORECASE)


def is_multiple(text: str, begin: int) -> bool:
    """Return True when a factor stands before an amount: ``12 x 50,00 EUR``."""
    return bool(_MULTIPLE.search(text, max(0, begin - 4), begin))


def touches_unread(text: str, begin: int, end: int, stop: int) -> bool:
    """Return True when something that is shown and is no text stands before an amount, behind its figures, or behind
    its currency."""
    return _UNREAD in (text[begin - 1 : begin], text[end : end + 1], text[stop : stop + 1])


def split_from(text: str, begin: int, start: int, end: int, stop: int) -> int | None:
    """Return the place where an amount that may be more, or less, than it seems may begin; None where it is whole.

    It goes on across a blank or the end of a line (``3. 418,07``, ``3.418, 07``, ``3.418 Euro 7 Cent``), is the cents
    of the number before it (the ``34 EUR`` of ``512, 34 EUR``), touches a picture, or stands behind figures that may
    be its thousands.

    Args:
        begin: the place where the amount begins, with its sign and currency.
        start: the place where its figures begin.
        end: the place where they end.
        stop: the place where the amount ends, with its currency.
    """
    bare = text[start:end].rstrip(",.-–—")
    if _is_split(text, begin, end, stop, bare):
        return begin
    return _group_before(text, begin, bare) if begin == start else None


def _is_split(text: str, begin: int, end: int, stop: int, bare: str) -> bool:
    if touches_unread(text, begin, end, stop) or _CENTS_AFTER.match(text, stop):
        return True
    if _SEAM_BEFORE.search(text, max(0, begin - 8), begin) or _SEAM_AFTER.match(text, end):
        return True
    if "," not in bare and _SPLIT_CENTS.match(text, end):
        return True
    if re.fullmatch(r"\d{1,3}(?:[.'’]\d{3}){0,2}", bare) and (
        _GROUP_BELOW.match(text, end) or (stop == end and _goes_on(text, end))
    ):
        return True
    if _LONE_SEPARATOR.search(text, max(0, begin - 2), begin):
        return True
    before = text[max(0, begin - 12) : begin]
    item = _SPLIT_BEFORE.search(before)
    if item and re.match(r"\d{3}(?:[.,]|$)", bare):
        # at the start of a line "3. 418,07" is an item's number and its amount
        return before[: item.start()].strip(BLANK)[-1:] not in {"", "\n"}
    if len(bare) == 2 and bare.isdigit() and _CENTS_OF.search(before):
        return True
    whole = bare.isdigit() or " " in bare
    return whole and bool(re.search(rf"\d[{GROUP_BLANK}]\Z", before)) and not re.search(r"\.\d{2,4}.\Z", before)


def _goes_on(text: str, end: int) -> bool:
    found = _NO_GROUP_AFTER.match(text, end)
    return found is not None and _PARTING.isdisjoint(found[0])


def _group_before(text: str, begin: int, bare: str) -> int | None:
    """Return the place of the figures before an amount that may be its thousands, whatever stands between."""
    base = max(0, begin - _AHEAD)
    ahead = text[base:begin]
    found = _GAP.search(ahead)
    if found is None:
        return None
    mark, gap = found["mark"], found["gap"]
    if "\n" in gap:
        gap = gap.translate(_AT_LINE_ENDS)
    if not _PARTING.isdisjoint(gap) or _CLOSED.search(gap):
        return None
    figures = _FIGURES.search(ahead, 0, found.start())
    assert figures
    number, prior = figures[0], ahead[: figures.start()]
    odd = "".join(gap.split()).replace("|", "")
    if odd and odd == gap and not mark:
        return base + figures.start()  # 1´234,56
    if (thousands := _SPACED_GROUP.search(prior)) and re.match(r"\d{3}(?!\d)", number):
        prior = prior[: thousands.start()]
    if _PART_OF_MORE.search(prior):
        return None  # K-12, 8/25, 12:30, the end of a telephone number
    if mark and not re.match(r"\d{3}(?!\d)", bare):
        return None
    line = prior.rpartition("\n")[2]
    if broken := "\n" in gap and not mark and _BROKEN_GROUP.fullmatch(number):
        joined = len(broken[1]) + len(re.split(r"\D", bare, maxsplit=1)[0]) == _THOUSANDS
    elif not _GROUP.fullmatch(number) or gap.count("\n") > _MOST_BREAKS:
        joined = False
    elif odd:
        joined = "\n" not in gap and not NUMBERED.find(folded(line))
    else:
        # Thousands of its own have figures before them in no column: "Kredit 12<tab>7.980,00".
        is_column = gap == "\t" or (len(gap) > 1 and "\n" not in gap)
        joined = _runs_into(line, gap) and not (is_column and _OWN_THOUSANDS.match(bare))
    return base + len(prior) if joined else None


def _runs_into(line: str, gap: str) -> bool:
    """Return True when figures behind ``line``, and white space behind them, belong to what follows."""
    *columns, cell = _CELL.split(line)
    single = len(gap) == 1 and gap not in "\t|\n"
    if not _FILLER.fullmatch(cell):
        return not NUMBERED.find(folded(cell))
    if single and gap not in GROUP_BLANK:
        return True  # an em space and its like
    label = next((column for column in reversed(columns) if column.strip()), "").rstrip()
    if "\n" in gap or single or NUMBERED.find(folded(label)):
        return False
    # "Gesamtforderung:<tab>1  234,56": figures behind a colon are its value; two blanks part nothing beside tabs.
    return label.endswith(":") or ("\t" in line and "\t" not in gap and "|" not in gap)
