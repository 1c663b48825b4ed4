"""File, customer and contract numbers: label, direction, and the value as written.

*Unser Zeichen* and *Kd.-Nr.* in a creditor's mail are the creditor's, *Ihr Zeichen* is the firm's, *Az.* may be either.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from claimstream.domain.language import as_written
from claimstream.domain.reader.dates import Spans, find_dates
from claimstream.domain.reader.layout import Span, cells, column_of, is_filler, lines, lowered
from claimstream.domain.reader.spelling import normalise
from claimstream.domain.records.extraction import Evidence, Reference, ReferenceDirection

_OURS, _THEIRS, _UNKNOWN = ReferenceDirection.OURS, ReferenceDirection.THEIRS, ReferenceDirection.UNKNOWN

_MARK = (
    r"(?:zeichen|aktenzeichen|geschäftszeichen|gesch[.-]{0,2} ?z(?:eichen|\.)?|az\.?|akten?-?(?:nr\.?|nummer)|"
    r"akte|referenz(?:-?(?:nr\.?|nummer))?|ref\.?(?:-?nr\.?)?)"
)
_TAIL = r"(?:[ ]?[/,|] ?(?:ihre?|unsere?) (?:nachricht|schreiben|mitteilung|mail)(?: vom)?)?"
_NUMBERED = rf"(?:{as_written('numbered_thing')})"
_NR = r"(?:nr\.?|no\.?|nummer|n°|#)"
_LABEL = re.compile(
    r"(?<![\w-])(?:"
    rf"(?P<ours>(?:ihre?(?:n|r|m|s)? {_MARK}{_TAIL}|i\. ?z\.:|your (?:ref(?:erence)?|file|case)(?: (?:no|"
    rf"number))?\.?{_TAIL}|"
    r"ihre? nachricht(?: vom)?(?=[ ]?:))\b\.?)"
    rf"|(?P<theirs>(?:uns(?:er(?:e[nrsm]?)?|\.) {_MARK}{_TAIL}|u\. ?z\.:|our (?:ref(?:erence)?|file|case|"
    rf"account)(?: (?:no|number))?\.?{_TAIL}|"
    rf"(?:unsere? )?{_NUMBERED}[.]?[- ]?{_NR}|kdnr\.?|(?:unsere? )?\w{{3,24}}(?:nummer|-nr\.?)|kassenzeichen|"
    rf"mandatsreferenz|buchungszeichen|buchungskonto|vertragskonto|kundenkonto|"
    r"gläubigerzeichen|(?:rechnung|vertrag|konto|mahnung|bescheid|darlehen|police|kunde) (?:nr\.?|no\.?|"
    r"nummer)|verwendungszweck|zahlungsreferenz|"
    r"(?:bitte (?:stets|immer|bei \w+(?: und \w+)?) angeben|bei (?:antwort|rückfragen|zahlung|zahlungen|"
    r"schriftwechsel|korrespondenz)(?: (?:und|oder) \w+)?(?: bitte)?(?: stets| immer)?(?: angeben)?)(?=[ ]?:)|"
    r"(?:customer|client|account|contract|invoice|claim|policy|debtor|loan|agreement|member(?:ship)?|"
    r"payment) ?(?:id|no\.?|nr\.?|number|ref(?:erence)?|#))(?![\w]))"
    r"|(?P<unknown>(?:az|aktenz|aktenzeichen|aktennummer|akten-nr|geschäftszeichen|geschäftsnummer|gesch\.-?z|"
    r"gz|zeichen|referenz|reference|ref|"
    r"referenznummer|vorgang|vorgangszeichen|file (?:no|number|ref(?:erence)?)|case (?:no|number|"
    r"ref(?:erence)?|id)|file|akte)\b\.?)"
    r")"
)
# Headings of a letterhead that stand beside the references and are none.
_OTHER_HEADING = re.compile(rf"(?<![\w-])(?:{as_written('other_heading')})(?![\w])", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"[ \u00a0]?(?:\((?:bitte[^)\n]{0,40}|[^)\n]{0,24})\))?[ \u00a0.]{0,3}(?:lautet|ist|"
    r"is)?[ \u00a0]{0,2}[:#=]?[ \t\u00a0]{0,12}(?:(?:nr|no)\b\.?[:]?[ \u00a0]{0,2})?"
)
_VALUE = re.compile(r"[A-Za-z0-9ÄÖÜäöü]+(?:[/_.\\–-][A-Za-z0-9ÄÖÜäöü]+)*")
_MORE = re.compile(r" ([A-Za-z0-9]+(?:[/_.\\–-][A-Za-z0-9]+)*)(?![\w,])")
_AND = re.compile(r"[ ]?(?:,|;|und|and|&|sowie)[ ]")
_NO_PART = frozenset({"EUR", "USD", "CHF", "BIC", "TEL", "FAX", "PLZ", "AZ", "VOM", "UND", "BEI", "AM", "AB", "BIS"})


@dataclass(frozen=True, slots=True)
class _Label:
    start: int
    end: int
    direction: ReferenceDirection | None
    """None: a heading of something else (date, phone)."""


def find_references(text: str, source_id: str) -> tuple[Reference, ...]:
    """Every labelled reference of ``text`` in order of appearance, each value once per direction."""
    low = lowered(text)
    dates = Spans([(token.start, token.end) for token in find_dates(text)])
    found: list[Reference] = []
    all_lines = lines(text)
    labelled = _labels(low, all_lines)
    value_lines = _value_lines(text, all_lines, labelled)
    for index, line in enumerate(all_lines):
        labels = labelled[index]
        if not any(label.direction for label in labels):
            continue
        inline = _inline(text, line, labels, dates)
        if not inline:
            inline = _below(text, all_lines, labelled, index, dates, value_lines)
        for label, value in inline:
            assert label.direction
            found.append(
                Reference(
                    label=text[label.start : label.end].strip(" :|"),
                    direction=label.direction,
                    value=value.of(text),
                    normalised=normalise(value.of(text)),
                    evidence=_evidence(text, source_id, label, value),
                )
            )
    unique: dict[tuple[ReferenceDirection, str], Reference] = {}
    for reference in found:
        unique.setdefault((reference.direction, reference.normalised), reference)
    return tuple(unique.values())


def _labels(low: str, all_lines: tuple[Span, ...]) -> list[list[_Label]]:
    """The labels of every line. Read in one go: a label never reaches over a line's end."""
    found = []
    for match in _LABEL.finditer(low):
        direction = _OURS if match["ours"] else _THEIRS if match["theirs"] else _UNKNOWN
        found.append(_Label(match.start(), match.end(), direction))
    taken = Spans([(label.start, label.end) for label in found])
    found += [
        _Label(match.start(), match.end(), None)
        for match in _OTHER_HEADING.finditer(low)
        if not taken.overlap(match.start(), match.end())
    ]
    starts = [line.start for line in all_lines]
    labelled: list[list[_Label]] = [[] for _ in all_lines]
    for label in sorted(found, key=lambda label: label.start):
        labelled[bisect_right(starts, label.start) - 1].append(label)
    return labelled


def _value(text: str, start: int, end: int, dates: Spans) -> Span | None:
    """The reference that begins at ``start``, at most up to ``end``; None when there is none."""
    match = _VALUE.match(text, start, end)
    if not match or dates.overlap(match.start(), match.end()) or text[match.end() : match.end() + 1] == "@":
        return None
    stop = match.end()
    digits_only = match.group().isdigit()
    while more := _MORE.match(text, stop, end):
        part = more.group(1)
        if dates.overlap(more.start(1), more.end(1)) or part.upper() in _NO_PART:
            break
        if part.isdigit():
            # Digits grouped by blanks; five digits after a blank are a postcode.
            if len(part) > 4 and digits_only:
                break
        elif not any(char.isdigit() for char in part):
            # The register letters of a court file ("12 IN 345/24") need their number.
            following = _MORE.match(text, more.end(), end)
            if not (
                part.isupper() and len(part) <= 3 and following and any(char.isdigit() for char in following.group(1))
            ):
                break
            digits_only = False
        elif digits_only and not re.fullmatch(r"\d+[/_-]\d+", part):
            break
        stop = more.end()
    value = text[match.start() : stop]
    if sum(char.isalnum() for char in value) < 3 or not any(char.isdigit() for char in value):
        return None
    if re.match(r",\d", text[stop : stop + 2]):
        return None  # an amount
    return Span(match.start(), stop)


def _inline(text: str, line: Span, labels: list[_Label], dates: Spans) -> list[tuple[_Label, Span]]:
    found = []
    for index, label in enumerate(labels):
        if label.direction is None:
            continue
        end = labels[index + 1].start if index + 1 < len(labels) else line.end
        gap = _SEPARATOR.match(text, label.end, end)
        begin = gap.end() if gap else label.end
        if begin < end and text[begin] == "|":
            begin += len(text[begin:end]) - len(text[begin:end].lstrip("| \t"))
        value = _value(text, begin, end, dates)
        if value is None:
            continue
        found.append((label, value))
        # "Az. 8817/25 und 8818/25": as long as the shape is the same
        while (link := _AND.match(text, value.end, end)) and (other := _value(text, link.end(), end, dates)):
            if _shape(other.of(text)) != _shape(value.of(text)):
                break
            found.append((label, other))
            value = other
    return found


def _shape(value: str) -> str:
    return re.sub(r"[A-Za-z]+", "A", re.sub(r"\d+", "9", value))


def _below(
    text: str,
    all_lines: tuple[Span, ...],
    labelled: list[list[_Label]],
    index: int,
    dates: Spans,
    value_lines: dict[int, int],
) -> list[tuple[_Label, Span]]:
    """Values under a heading row (``Ihr Zeichen   Unser Zeichen   Datum``) or under a block of headings."""
    line, labels = all_lines[index], labelled[index]
    row = index + 1
    while row < len(all_lines) and row <= index + 2 and is_filler(text, all_lines[row]):
        row += 1
    if row >= len(all_lines):
        return []
    below = all_lines[row]
    if len(labels) == 1 and labelled[row]:
        return _block(text, all_lines, labels[0], value_lines[index], dates) if index in value_lines else []
    if labelled[row]:
        return []
    heads, values = cells(text, line), cells(text, below)
    if len(labels) == 1 and len(heads) == 1:
        if len(values) != 1 or text[labels[0].end : line.end].strip(" :./|\t*"):
            return []
        value = _value(
            text, values[0].start + len(values[0].of(text)) - len(values[0].of(text).lstrip(" *")), below.end, dates
        )
        return [(labels[0], value)] if value else []
    found = []
    if len(heads) > 1:
        for label in labels:
            column = next((i for i, head in enumerate(heads) if head.start <= label.start < head.end), None)
            if label.direction is None or column is None:
                continue
            if len(heads) == len(values):
                cell: Span | None = values[column]
            else:
                cell = next((v for v in values if column_of(heads, v, line, below) == column), None)
            value = _value(text, cell.start, cell.end, dates) if cell else None
            if value:
                found.append((label, value))
        return found
    # One blank between the columns: by order, where every heading has its value.
    parts = [Span(m.start(), m.end()) for m in re.finditer(r"\S+", text[below.start : below.end])]
    parts = [Span(p.start + below.start, p.end + below.start) for p in parts]
    if len(parts) == len(labels):
        for label, part in zip(labels, parts, strict=True):
            value = _value(text, part.start, part.end, dates)
            if label.direction and value:
                found.append((label, value))
    return found


def _value_lines(text: str, all_lines: tuple[Span, ...], labelled: list[list[_Label]]) -> dict[int, int]:
    """Line of a heading → line of its value, for blocks of headings that stand one per line, with as many lines of
    values under them."""
    found: dict[int, int] = {}
    first = 0
    while first < len(all_lines):
        end = first
        while end < len(all_lines) and len(labelled[end]) == 1 and _alone(text, all_lines[end], labelled[end][0]):
            end += 1
        if (size := end - first) > 1:
            row = end
            while row < len(all_lines) and row <= end + 1 and is_filler(text, all_lines[row]):
                row += 1
            below = row
            while below < len(all_lines) and not labelled[below] and not is_filler(text, all_lines[below]):
                below += 1
            if below - row == size:
                found |= {first + number: row + number for number in range(size)}
        first = max(end, first + 1)
    return found


def _block(text: str, all_lines: tuple[Span, ...], label: _Label, row: int, dates: Spans) -> list[tuple[_Label, Span]]:
    """The value that takes up line ``row``, for a heading of a block."""
    cell = all_lines[row]
    content = cell.of(text)
    value = _value(text, cell.start + len(content) - len(content.lstrip()), cell.end, dates)
    return [(label, value)] if value and value.end >= cell.start + len(content.rstrip()) else []


def _alone(text: str, line: Span, label: _Label) -> bool:
    return not (text[line.start : label.start] + text[label.end : line.end]).strip(" :.|\t*")


def _evidence(text: str, source_id: str, label: _Label, value: Span) -> Evidence:
    start = (
        label.start
        if label.start < value.start and value.end - label.start <= 120 and "\n" not in text[label.start : value.end]
        else value.start
    )
    return Evidence(source_id=source_id, quote=text[start : value.end], start=start)
