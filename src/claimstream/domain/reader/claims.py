"""What each amount of a letter stands for: the label it has by its sentence, its line, its column or the line above.

The rule behind all of it: a label counts only where its construction is understood. What is not understood leaves the
amount bare; what speaks against a claim (paid, offered, a rate, a limit, a negation) wins over what speaks for it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.labels import Label, Role, find_labels
from claimstream.domain.reader.layout import LineIndex, Span, cells, column_of, is_filler, lowered
from claimstream.domain.reader.plain import is_announcement, is_past, is_plain, is_plain_after, is_request
from claimstream.domain.reader.sentences import sentence_ends

CLAIM_ROLES = frozenset({Role.STILL, Role.TOTAL, Role.CLAIM})
PART_ROLES = frozenset({Role.PRINCIPAL, Role.INTEREST, Role.COSTS})
_VETOES = (Role.PAYMENT, Role.RATE, Role.OTHER)
_WINDOW = 400
"""Characters a label may stand away from its amount: longer sentences are not understood."""

_CLAUSE = re.compile(
    r",(?=\s)|[()]|\s[–—-]\s|(?<=\w):(?=\s)|\s(?:dass|sodass|wobei|während|aber|jedoch|hingegen|but|while|whereas)\s"
)
_JOINERS = re.compile(
    r"(?:auf|von|in höhe von|in hoehe von|beträgt|betraegt|über|ueber|mit|zu|of|is|to|insgesamt|derzeit|noch|"
    r"noch offen|eur|€|:)\Z"
)
_AND = re.compile(r"\s(?:und|sowie|nebst|zzgl\.?|zuzüglich|plus|and|davon)\s")
_LINK = re.compile(
    r"(?:beträgt|betraegt|betragen|beläuft sich|belaufen sich|auf|von|in höhe von|in hoehe von|"
    r"i\.\s?h\.\s?v\.|über|mit|valutiert|valutieren|ist|sind|lautet|"
    r"is|of|to|at|as|amounts to|stands at|zu|=|:|derzeit|aktuell|noch|insgesamt|nunmehr|heute|tag|tage|\d{4}|"
    r"\)|zahlen|in total)[\s(:]*\Z"
)
_OF_PART = re.compile(r"\s(?:auf|aus|zur|zu|für|von|über|on|for|of)\s")
_GENERIC_TOTAL = re.compile(
    r"summe|endsumme|endbetrag|zahlbetrag|gesamt|gesamtbetrag|insgesamt|total|zusammen|gesamtsumme|in summe|"
    r"total of|total amount|in total"
)
_ADJECTIVE = re.compile(r"offen\w*|ausstehend\w*|unbezahlt\w*|fällig\w*|faellig\w*|outstanding|due|unpaid|owed")
_IN_DISPUTE = re.compile(r"gegenstandswert|streitwert|geschäftswert|verfahrenswert")
_REDUCED = re.compile(
    r"\s{1,2}(?:reduziert|verringert|vermindert|gesunken|zurückgeführt|ermäßigt|erhöht|angewachsen|gestiegen)\b"
)
_SUFFIX_NOUN_GAP = re.compile(
    r"\s{0,3}(?:an\s|für\s|in\s)?(?:(?:der|die|unserer|offene[nrs]?|aufgelaufene[nr]?|weitere[nr]?|"
    r"angefallene[nr]?)\s)?"
)
_UNIT_AFTER = re.compile(r"\s?/\s?(?:monat|tag|jahr|mon|kwh|stk|stück|qm|m²|std|month|day)|\s?(?:/\s?\w)")
_TABULAR = re.compile(r"\t|\||\S[ \u00a0]{3,}\S|\.{4,}")
_LIST_ITEM = re.compile(r"[-*•–·>]\s|\d{1,2}[.)]\s")
_NAME_HEADING = re.compile(
    r"(?:nach|familien)?name(?:,?\svorname)?|schuldner(?:in|name)?(?:/in)?|mandant(?:in)?(?:/in)?|kunde(?:nname)?|"
    r"debtor|client|customer|surname|last\sname|mieter(?:in)?|mitglied|person"
)
_NAME_CELL = re.compile(r"(?:(?:Frau|Herrn?)\s)?[A-ZÄÖÜ][\w’'-]+,\s?[A-ZÄÖÜ][\w’'-]+|(?:Frau|Herrn?)\s[\w’' -]{3,40}")
_EITHER = re.compile(
    r"[\s,(]{0,3}(?:bis(?:\szu)?|oder|bzw\.?|beziehungsweise|auf|or|to|up\sto|und|and|statt|[–—-])\s{0,3}"
)
_LABELLED_LINE = re.compile(r"[^.:;]{2,60}:[ \u00a0]{0,3}(?:EUR|€)?[ \u00a0]?[\d-]")
_OWN_CLAUSE = re.compile(r":\s(?=[A-ZÄÖÜ])|,\s(?:so\s?dass\s|sodass\s|davon\s|wovon\s)?")
_GOES_ON = re.compile(
    r"\s{1,3}(?:dies(?:e[rsnm]?)?\s(?!schreiben|e-?mail|nachricht|brief|auskunft|mitteilung|dokument)|"
    r"das\s(?:ist|war|gilt|entspricht|sind|waren|hat|haben|wird|wurde)\s|(?:der\s(?:\w{0,12}betrag|saldo|rückstand)|"
    r"die\s(?:\w{0,12}forderung|summe|restschuld))(?!\w)|sie\s(?:\w+t|war|wird|wurde|soll)\s|er\s|"
    r"(?:davon|jedoch|allerdings|aber|dennoch|however|but|nevertheless)(?!\w)|"
    r"(?:this|that|it|the\s(?:amount|debt|claim|sum|balance))\s(?!message|e-?mail|letter))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """An amount and what it stands for. ``role`` None: nothing says."""

    token: AmountToken
    role: Role | None
    label: Label | None = None
    doubt: bool = False
    """About, provisional, or one of several that only together are the claim."""
    part: bool = False
    """Part of what was named before (*davon*)."""
    neutral: bool = False
    """Nothing but the amount stands on its line."""


class _Text:
    """One text with its lines, labels and the places where sentences and lines part what belongs together."""

    def __init__(self, text: str, tokens: Sequence[AmountToken]) -> None:
        self.text = text
        self.low = lowered(text)
        self.index = LineIndex(text)
        self.tokens = tokens
        self.labels = find_labels(self.low)
        self.label_starts = [label.start for label in self.labels]
        self.token_lines = [self.index.at(token.start) for token in tokens]
        self.by_line: dict[int, list[int]] = {}
        for number, line in enumerate(self.token_lines):
            self.by_line.setdefault(line, []).append(number)
        self.boundaries = sorted({0, len(text), *self._breaks(), *sentence_ends(text)})

    def _breaks(self) -> list[int]:
        """Line breaks that part; a line of prose runs on into the next."""
        found = []
        lines = self.index.lines
        for number, line in enumerate(lines[:-1]):
            if not self._runs_on(number):
                found.append(lines[number + 1].start)
            if number == 0 and line.start:
                found.append(line.start)
        return found

    def _runs_on(self, number: int) -> bool:
        lines = self.index.lines
        if lines[number].start == lines[number].end or lines[number + 1].start == lines[number + 1].end:
            return False
        line, below = lines[number].of(self.low).rstrip(), lines[number + 1].of(self.low).strip()
        if not line or not below or "\t" in line or "|" in line or re.search(r"\S {2,}\S", line):
            return False
        if re.match(r"[-*•–·>]\s|\d{1,2}[.)]\s", below) or line.endswith((".", "!", "?", ";", ":")) or "\t" in below:
            return False
        tokens = self.by_line.get(number)
        if tokens and self.tokens[tokens[-1]].end >= lines[number].start + len(line) - 1:
            return False
        return bool(_JOINERS.search(line)) or (len(line) >= 40 and len(line.split()) >= 5)

    def sentence(self, token: AmountToken) -> Span:
        start = self.boundaries[max(0, bisect_right(self.boundaries, token.start) - 1)]
        end = self.boundaries[min(len(self.boundaries) - 1, bisect_left(self.boundaries, token.end))]
        return Span(max(start, token.start - _WINDOW), min(end, token.end + _WINDOW))

    def labels_in(self, start: int, end: int) -> list[Label]:
        first = bisect_left(self.label_starts, start)
        last = bisect_left(self.label_starts, end)
        return [label for label in self.labels[first:last] if label.end <= end and label.role is not Role.NEUTRAL]


def read_claims(text: str, tokens: Sequence[AmountToken], names: Collection[str] = frozenset()) -> tuple[Claim, ...]:
    """What each of the amounts of ``text`` stands for, in their order.

    ``names`` are the words (folded) of the people and companies of the letter: they say nothing about a figure.
    """
    page = _Text(text, tokens)
    claims: list[Claim] = []
    for number in range(len(tokens)):
        claims.append(_of_sentence(page, number, claims))
    return _doubted(page, _of_layout(page, claims), names)


def _head(page: _Text, labels: Sequence[Label]) -> tuple[Role | None, Label | None, bool]:
    """(role, its label, doubt) of a run of labels without an amount among them."""
    for veto in _VETOES:
        label = next((x for x in labels if x.role is veto), None)
        if label:
            still = next((x for x in labels if x.role is Role.STILL and x.start > label.end), None)
            if still and veto is not Role.RATE:
                break
            return veto, label, False
    doubt = any(x.role is Role.DOUBT for x in labels)
    for role in (Role.STILL, Role.CREDIT):
        label = next((x for x in labels if x.role is role), None)
        if label:
            return role, label, doubt
    parts = [x for x in labels if x.role in PART_ROLES]
    kinds = {x.role for x in parts}
    total = next((x for x in labels if x.role is Role.TOTAL), None)
    claimed = [x for x in labels if x.role is Role.CLAIM]
    nouns = [x for x in claimed if not _ADJECTIVE.fullmatch(page.low[x.start : x.end])]
    claim = next(iter(nouns or claimed), None)
    if total:
        if len(kinds) == 1:
            if _GENERIC_TOTAL.fullmatch(page.low[total.start : total.end]):
                return parts[-1].role, parts[-1], doubt
            return Role.TOTAL, total, parts[0].start > total.start
        return Role.TOTAL, total, doubt
    if len(kinds) > 1:
        if claim and claim.start < parts[0].start:
            return Role.CLAIM, claim, doubt
        if _OF_PART.search(page.low[parts[0].end : parts[1].start]):
            return parts[0].role, parts[0], doubt
        return None, None, doubt
    if parts:
        return parts[-1].role, parts[-1], doubt
    return (Role.CLAIM, claim, doubt) if claim else (None, None, doubt)


def _without_parentheses(page: _Text, start: int, end: int) -> tuple[list[Label], list[Label]]:
    """Labels of ``start:end`` outside of closed parentheses, and those inside."""
    labels = page.labels_in(start, end)
    closed = [match.span() for match in re.compile(r"\([^()\n]{0,200}\)").finditer(page.low, start, end)]
    inside = [x for x in labels if any(a <= x.start < b for a, b in closed)]
    return [x for x in labels if x not in inside], inside


def _of_sentence(page: _Text, number: int, earlier: Sequence[Claim]) -> Claim:
    token = page.tokens[number]
    sentence = page.sentence(token)
    previous = page.tokens[number - 1] if number else None
    following = page.tokens[number + 1] if number + 1 < len(page.tokens) else None
    begin = max(sentence.start, previous.end if previous else 0)
    end = min(sentence.end, following.start if following else len(page.text))
    neutral = is_filler(page.text, Span(page.index.lines[page.token_lines[number]].start, token.start)) and is_filler(
        page.text, Span(token.end, page.index.lines[page.token_lines[number]].end)
    )
    if _UNIT_AFTER.match(page.low, token.end):
        return Claim(token, Role.RATE)

    # What the amount before has taken for itself ("200,00 EUR Kosten, 300,00 EUR Zinsen") is gone.
    if earlier and earlier[-1].label and earlier[-1].label.start >= begin:
        begin = max(begin, earlier[-1].label.end)
    clause = _clause_start(page, begin, token.start)
    clause_end = _clause_end(page, token.end, end)
    near, inside = _without_parentheses(page, clause, token.start)
    whole, whole_inside = _without_parentheses(page, begin, token.start)
    after = page.labels_in(token.end, clause_end)
    part = any(x.role is Role.PART for x in whole) or (bool(earlier) and earlier[-1].part and begin > sentence.start)

    if token.value != 0 and _denied(page, near + after, sentence.start, token):
        return Claim(token, Role.OTHER, part=part, neutral=neutral)

    role, label, doubt = _head(page, near)
    doubt = doubt or any(x.role is Role.DOUBT for x in inside + whole_inside)
    if role in _VETOES:
        return Claim(token, role, label, part=part)
    late = _after_role(
        page, token, after, has_label=role is not None, shared=following is not None and clause_end == end
    )
    if late and late[0] in _VETOES:
        return Claim(token, late[0], late[1], part=part)
    if role in {Role.TOTAL, Role.CLAIM} and re.search(
        r"\bnoch\s*\Z", page.low[max(begin, token.start - 8) : token.start]
    ):
        role = Role.STILL
    if late and (late[0] is Role.STILL or role is None or (role is Role.CLAIM and late[0] in PART_ROLES)):
        # "noch 430,00 EUR offen"; "wir fordern 2.900,00 EUR Hauptforderung"
        role, label = late[0], late[1]
    if role is None:
        wide, wide_label, wide_doubt = _head(page, [x for x in whole if x.role is not Role.PART])
        if wide in _VETOES:
            return Claim(token, wide, wide_label, part=part)
        if wide and wide_label and _LINK.search(page.low, begin, token.start):
            role, label, doubt = wide, wide_label, wide_doubt or doubt
        elif wide is None and inside and not neutral:
            role, label, _ = _head(page, [x for x in inside if x.role in CLAIM_ROLES])
    elif (
        role in PART_ROLES
        and len({x.role for x in whole if x.role in PART_ROLES}) > 1
        and page.low[begin : token.start].count("\n") == 0
    ):
        listed, listed_label, _ = _head(page, whole)
        role, label = listed, listed_label
    return Claim(token, role, label, doubt=doubt and role in CLAIM_ROLES, part=part, neutral=neutral and role is None)


def _denied(page: _Text, near: Sequence[Label], start: int, token: AmountToken) -> bool:
    """Whether a negation stands in the clause, or the sentence up to the amount is a supposition."""
    if any(x.role is Role.NEGATION for x in near):
        return True
    return any(x.role is Role.CONDITION for x in page.labels_in(start, token.start))


def _clause_start(page: _Text, begin: int, end: int) -> int:
    """Start of the clause before the amount; a separator right before the amount is none."""
    stop = begin + len(page.low[begin:end].rstrip(" \t\n\u00a0:,(–—-."))
    # a closed parenthesis right before the amount belongs to its label
    while stop > begin and page.low[stop - 1] == ")":
        opening = page.low.rfind("(", begin, stop)
        if opening < 0:
            break
        stop = begin + len(page.low[begin:opening].rstrip(" \t\n\u00a0:,–—-."))
    last = begin
    for match in _CLAUSE.finditer(page.low, begin, stop):
        last = match.end()
    return last


def _clause_end(page: _Text, begin: int, end: int) -> int:
    match = _CLAUSE.search(page.low, begin, end)
    stop = match.start() if match else end
    joined = _AND.search(page.low, begin, stop)
    return joined.start() if joined else stop


def _after_role(
    page: _Text, token: AmountToken, after: Sequence[Label], *, has_label: bool, shared: bool
) -> tuple[Role, Label] | None:
    """The label behind the amount. ``shared``: the words up to the next amount may be that one's own label."""
    for label in after:
        gap = page.low[token.end : label.start]
        if label.role is Role.RATE and len(gap) <= 12:
            return Role.RATE, label
        if label.role is Role.PAYMENT and not (has_label and shared):
            return Role.PAYMENT, label
        if label.role is Role.OTHER and not (has_label and shared) and len(gap) <= 60:
            return Role.OTHER, label
        if label.role is Role.CREDIT and len(gap) <= 20:
            return Role.CREDIT, label
    before = page.low[max(0, token.start - 40) : token.start]
    for label in after:
        gap = page.low[token.end : label.start]
        if label.role is Role.STILL and len(gap) <= 30 and not (has_label and shared):
            return Role.STILL, label
        open_ = label.role is Role.CLAIM and re.fullmatch(
            r"offen\w*|ausstehend\w*|fällig\w*|faellig\w*|due|outstanding|unpaid|owed|owing|unbezahlt",
            page.low[label.start : label.end],
        )
        if open_ and len(gap) <= 30 and re.search(r"\b(?:noch|still|restliche|weiterhin)\b", before + gap):
            return Role.STILL, label
        if open_ and not has_label and len(gap) <= 20:
            return Role.CLAIM, label
        if not has_label and label.role in CLAIM_ROLES | PART_ROLES and not open_ and _SUFFIX_NOUN_GAP.fullmatch(gap):
            return label.role, label
        if has_label and label.role in PART_ROLES and gap == " " and not shared:
            return label.role, label
    if re.search(r"\bnoch\b[^.,;\d]{0,30}\Z", before) and re.match(
        r"\s{1,2}(?:zu (?:zahlen|begleichen|entrichten|leisten)|zur zahlung|aus\b|bestehen|besteht|zahlen)",
        page.low[token.end : token.end + 24],
    ):
        return Role.STILL, Label(Role.STILL, token.start, token.end)
    if re.search(r"\bauf\s*\Z", before) and _REDUCED.match(page.low, token.end) and not has_label:
        return Role.CLAIM, Label(Role.CLAIM, token.start, token.end)
    return None


def _of_layout(page: _Text, claims: list[Claim]) -> list[Claim]:
    """Labels on other lines: column headings, the line above, a column of labels beside one of amounts."""
    result = list(claims)
    for line, numbers in page.by_line.items():
        if len(numbers) < 2:
            continue
        tabular = len(cells(page.text, page.index.lines[line])) > 1
        if tabular or any(result[n].role is None for n in numbers):
            _by_heading(page, result, line, numbers)
    done: set[int] = set()
    for line, numbers in page.by_line.items():
        if line in done or len(numbers) != 1 or not result[numbers[0]].neutral:
            continue
        block = [line]
        while (
            (below := _next_filled(page, block[-1], 1)) is not None
            and len(page.by_line.get(below, [])) == 1
            and result[page.by_line[below][0]].neutral
        ):
            block.append(below)
        done.update(block)
        _by_lines_above(page, result, block)
    _line_items(page, result)
    _fee_notes(page, result)
    return result


def _fee_notes(page: _Text, result: list[Claim]) -> None:
    """The sum under a value in dispute is the lawyer's fee, not the claim."""
    for number, claim in enumerate(result):
        label = claim.label
        if claim.role is not Role.TOTAL or not label or not _GENERIC_TOTAL.fullmatch(page.low[label.start : label.end]):
            continue
        before = [c.label for c in result[max(0, number - 8) : number] if c.role is Role.OTHER and c.label]
        if any(_IN_DISPUTE.match(page.low, other.start) for other in before):
            result[number] = Claim(claim.token, None)


def _next_filled(page: _Text, line: int, step: int, skip: int = 3) -> int | None:
    """The next line up or down that holds words or numbers, over at most ``skip`` blank ones or rules."""
    for _ in range(skip + 1):
        line += step
        if not 0 <= line < len(page.index.lines):
            return None
        if not is_filler(page.text, page.index.lines[line]):
            return line
    return None


def _as_label(page: _Text, span: Span) -> tuple[Role | None, Label | None, bool]:
    """The role of a stretch that is nothing but a label."""
    outside, _ = _without_parentheses(page, span.start, span.end)
    if any(x.role in {Role.NEGATION, Role.CONDITION} for x in outside):
        return None, None, False
    return _head(page, outside)


def _by_lines_above(page: _Text, result: list[Claim], block: list[int]) -> None:
    """Amounts alone on their lines: as many labels stand above them, one per line."""
    above: list[tuple[Role | None, Label | None, bool]] = []
    line = _next_filled(page, block[0], -1)
    last = line
    while line is not None and line not in page.by_line and len(above) < len(block) + 1:
        if len(block) == 1 and above and last is not None and line < last - 1:
            break  # a blank line parts a heading from a label
        last = line
        span = page.index.lines[line]
        content = span.of(page.text).strip()
        if len(content) > 80 or content.endswith((".", "!", "?", ";", ",")):
            break
        role = _as_label(page, span)
        if role[0] is None:
            # A date or "EUR" may stand between a label and its amount
            if len(block) > 1 or not re.fullmatch(
                r"(?:(?:stand|per|zum|in)\b[\s:]*)?(?:[\d.]{6,10}|eur|euro|€)?:?", content.lower()
            ):
                break
        else:
            above.insert(0, role)
        line = _next_filled(page, line, -1)
    if len(above) != len(block):
        if len(block) == 1 and above:
            # Several labels and one amount: whose it is nobody can say, unless the nearest is not a list's
            if len(above) > 1 and above[-1][0] in PART_ROLES | CLAIM_ROLES and above[-2][0] in PART_ROLES | CLAIM_ROLES:
                return
            above = above[-1:]
        else:
            return
    for below, (named, label, doubt) in zip(block, above, strict=True):
        number = page.by_line[below][0]
        result[number] = Claim(result[number].token, named, label, doubt=doubt and named in CLAIM_ROLES)


def _by_heading(page: _Text, result: list[Claim], line: int, numbers: list[int]) -> None:
    """Amounts under a row of headings. A row's own label says what the row is, the heading which column counts."""
    span = page.index.lines[line]
    row = cells(page.text, span)
    first = page.tokens[numbers[0]]
    if len(row) < 2 and not is_filler(page.text, Span(span.start, first.start)):
        return
    headings = _headings(page, line, row, numbers)
    lead = Span(span.start, first.start)
    row_role, row_label, row_doubt = _as_label(page, lead)
    own = [result[n].label is not None and result[n].label.start >= page.tokens[numbers[0]].end for n in numbers[1:]]  # type: ignore[union-attr] # tested before
    if any(own) and headings is None:
        return  # the labels stand in the row itself
    if headings is None:
        if row_role and len(numbers) > 1 and not any(own):
            _row_without_heading(page, result, numbers, row_role, row_label)
        return
    # Beside a column of what is open, the column of what was billed is not the claim.
    has_open = any(_is_open(page, role, label) for role, label, _ in headings)
    for number, heading in zip(numbers, headings, strict=True):
        token = page.tokens[number]
        if has_open and heading[0] in CLAIM_ROLES and not _is_open(page, heading[0], heading[1]):
            result[number] = Claim(token, None)
            continue
        column_role, column_label, doubt = heading
        if row_role in _VETOES or row_role is Role.CREDIT:
            result[number] = Claim(token, row_role, row_label)
        elif column_role in _VETOES or column_role is Role.CREDIT:
            result[number] = Claim(token, column_role, column_label)
        elif row_role in CLAIM_ROLES:
            role = Role.STILL if column_role is Role.STILL else row_role
            if column_role in PART_ROLES:
                result[number] = Claim(token, column_role, column_label)
            elif column_role is None:
                result[number] = Claim(token, None)
            else:
                result[number] = Claim(token, role, row_label, doubt=row_doubt or doubt)
        elif row_role in PART_ROLES:
            total_column = column_role in CLAIM_ROLES
            result[number] = Claim(token, row_role if total_column else None, row_label if total_column else None)
        else:
            result[number] = Claim(token, column_role, column_label, doubt=doubt)


def _is_open(page: _Text, role: Role | None, label: Label | None) -> bool:
    if role is Role.STILL:
        return True
    return role is Role.CLAIM and label is not None and bool(_ADJECTIVE.fullmatch(page.low[label.start : label.end]))


def _row_without_heading(page: _Text, result: list[Claim], numbers: list[int], role: Role, label: Label | None) -> None:
    """A labelled row of several amounts: the last counts where it is the sum of the others, else nobody can say."""
    tokens = [page.tokens[n] for n in numbers]
    values = [t.value for t in tokens if t.value is not None]
    summed = len(values) == len(tokens) > 2 and sum(values[:-1], Decimal(0)) == values[-1]
    for position, number in enumerate(numbers):
        if summed and position == len(numbers) - 1:
            result[number] = Claim(page.tokens[number], role, label)
        elif summed:
            result[number] = Claim(page.tokens[number], None)
        else:
            result[number] = Claim(page.tokens[number], role, label, doubt=True)


def _headings(
    page: _Text, line: int, row: tuple[Span, ...], numbers: list[int]
) -> list[tuple[Role | None, Label | None, bool]] | None:
    """The role of the heading above each amount of a row; None where the rows above are no headings."""
    above = _next_filled(page, line, -1)
    for _ in range(40):
        if above is None:
            return None
        if above not in page.by_line:
            break
        above = _next_filled(page, above, -1)
    else:
        return None
    span = page.index.lines[above]
    heads = cells(page.text, span)
    tokens = [page.tokens[n] for n in numbers]
    if len(heads) > 1:
        found = []
        for token in tokens:
            cell = next((c for c in row if c.start <= token.start < c.end), None)
            if cell is None:
                return None
            if len(heads) == len(row):
                column: int | None = row.index(cell)
            elif "\t" in span.of(page.text):
                return _by_order(page, span, tokens)
            else:
                column = column_of(heads, Span(token.start, token.end), span, page.index.lines[line])
            found.append((None, None, False) if column is None else _as_label(page, heads[column]))
        return found if any(role for role, _, _ in found) else None
    return _by_order(page, span, tokens)


def _by_order(
    page: _Text, span: Span, tokens: Sequence[AmountToken]
) -> list[tuple[Role | None, Label | None, bool]] | None:
    """Headings whose columns cannot be told apart (one blank between them): in order, if each amount has its label."""
    labels = [x for x in page.labels_in(span.start, span.end) if x.role in CLAIM_ROLES | PART_ROLES | set(_VETOES)]
    if len(labels) == len(tokens) and len(labels) > 1 and len(span.of(page.text).split()) <= 2 * len(labels) + 1:
        return [(x.role, x, False) for x in labels]
    return None


def _line_items(page: _Text, result: list[Claim]) -> None:
    """Amounts whose claim label is a column's heading and whose column ends in a total are items of it, not claims."""
    groups: dict[int, list[int]] = {}
    for number, claim in enumerate(result):
        if claim.role in CLAIM_ROLES and claim.label and page.index.at(claim.label.start) < page.token_lines[number]:
            groups.setdefault(claim.label.start, []).append(number)
    for numbers in groups.values():
        if len(numbers) < 2:
            lone = numbers[0]
            rows = [
                n
                for n in range(len(result))
                if abs(page.token_lines[n] - page.token_lines[lone]) == 1 and result[n].role is None
            ]
            if rows and page.token_lines[lone] - page.index.at(result[lone].label.start) == 1:  # type: ignore[union-attr] # grouped by it
                result[lone] = Claim(result[lone].token, result[lone].role, result[lone].label, doubt=True)
            continue
        items = sum((result[n].token.value or Decimal(0) for n in numbers), Decimal(0))
        last = page.token_lines[numbers[-1]]
        totals = [
            n
            for n, claim in enumerate(result)
            if n not in numbers
            and claim.role in CLAIM_ROLES
            and page.token_lines[n] > last
            and claim.token.value == items
        ]
        for n in numbers:
            if totals:
                result[n] = Claim(result[n].token, None)
            else:
                result[n] = Claim(result[n].token, result[n].role, result[n].label, doubt=True)


def _doubted(page: _Text, claims: Sequence[Claim], names: Collection[str]) -> tuple[Claim, ...]:
    """Doubt about every claim whose sentence or line says more than that so much is owed."""
    if is_request(page.text):
        # Our own letter, come back: no figure of it is the creditor's.
        return tuple(replace(c, role=None, label=None) if c.role in CLAIM_ROLES | PART_ROLES else c for c in claims)
    if _lists_people(page):
        return tuple(replace(c, doubt=True) if c.role in CLAIM_ROLES | PART_ROLES else c for c in claims)
    surroundings = _Surroundings(page, names)
    return tuple(
        replace(claim, doubt=True)
        if not claim.doubt
        and claim.role in CLAIM_ROLES | PART_ROLES
        and (_is_one_of_two(page, number) or not surroundings.are_plain(claim))
        else claim
        for number, claim in enumerate(claims)
    )


def _is_one_of_two(page: _Text, number: int) -> bool:
    """Whether an amount is an end of a range or one side of an alternative: *400,00 EUR bis 900,00 EUR*."""
    around = page.tokens[max(0, number - 1) : number + 2]
    return any(_EITHER.fullmatch(page.low, one.end, other.start) for one, other in pairwise(around))


def _lists_people(page: _Text) -> bool:
    """Whether the amounts are those of several debtors: two rows that begin with different names."""
    names: set[str] = set()
    column: int | None = None
    for number, line in enumerate(page.index.lines):
        row = cells(page.text, line)
        if number not in page.by_line:
            heads = [cell.of(page.low).strip() for cell in row]
            if len(heads) > 1:
                column = next((n for n, head in enumerate(heads) if _NAME_HEADING.fullmatch(head)), None)
            continue
        if len(row) < 2:
            continue
        own = row[0].of(page.text).strip()
        if column is not None and column < len(row) and len(row) > 2:
            named = row[column].of(page.text).strip()
            if named and named[0].isalpha() and not page.labels_in(row[column].start, row[column].end):
                names.add(named)
        elif _NAME_CELL.fullmatch(own) and not page.labels_in(row[0].start, row[0].end):
            names.add(own)
    return len(names) > 1


class _Surroundings:
    """The words around each claim. A wrapped sentence is taken whole, which reading a label does not need."""

    def __init__(self, page: _Text, names: Collection[str]) -> None:
        self._page = page
        self._names = names
        self._ends = [0, *sentence_ends(page.text)]
        self._known: dict[tuple[int, int], bool] = {}

    def are_plain(self, claim: Claim) -> bool:
        page, label = self._page, claim.label
        span = self._sentence(claim.token.start, claim.token.end)
        if span.end - span.start > 2 * _WINDOW:
            return False  # too long to be a sentence that is understood
        begin = self._own_part(span, claim)
        if not self._plain(begin, span.end):
            return claim.role in PART_ROLES and self._is_row(span)
        if label and not span.start <= label.start < span.end:
            line = page.index.lines[page.index.at(label.start)]
            cell = next((c for c in cells(page.text, line) if c.start <= label.start < c.end), line)
            if not self._plain(cell.start, cell.end) and claim.role in CLAIM_ROLES:
                return False
        return self._follow_up(span) and self._lead_in(span)

    def _plain(self, start: int, end: int) -> bool:
        if end - start > 2 * _WINDOW:
            return False
        known = self._known.get((start, end))
        if known is None:
            known = self._known[start, end] = is_plain(self._page.text[start:end], self._names)
        return known

    def _is_row(self, span: Span) -> bool:
        """Whether a stretch is one line without a sentence's end: what a part is called there changes nothing."""
        words = span.of(self._page.text)
        return "\n" not in words.strip() and not words.rstrip().endswith((".", "!", "?"))

    def _sentence(self, start: int, end: int) -> Span:
        """The sentence around ``start:end`` over as many lines as it is wrapped to."""
        page = self._page
        lines = page.index.lines
        first = last = page.index.at(start)
        previous = self._ends[bisect_right(self._ends, start) - 1]
        position = bisect_left(self._ends, end)
        following = self._ends[position] if position < len(self._ends) else len(page.text)
        while (
            first > 0
            and lines[first].start > previous
            and start - lines[first].start < _WINDOW
            and self._wraps(first - 1)
        ):
            first -= 1
        while (
            last + 1 < len(lines)
            and lines[last].end < following
            and lines[last].end - end < _WINDOW
            and self._wraps(last)
        ):
            last += 1
        return Span(max(previous, lines[first].start), min(following, lines[last].end))

    def _wraps(self, number: int) -> bool:
        """Whether a line goes on in the next: by a small letter there, or by its own length."""
        page = self._page
        line, below = page.index.lines[number].of(page.text).rstrip(), page.index.lines[number + 1].of(page.text)
        content = below.strip()
        if not line.strip() or not content or _TABULAR.search(line) or _TABULAR.search(below):
            return False
        if line.endswith((".", "!", "?", ":")) or _LIST_ITEM.match(content) or _LABELLED_LINE.match(content):
            return False
        words = line.split()
        small = sum(word[0].islower() for word in words)
        return (
            content[0].islower()
            or content[0].isdigit()
            or (len(line) >= 40 and len(words) >= 5 and 4 * small >= len(words))
        )

    def _own_part(self, span: Span, claim: Claim) -> int:
        """Where the claim's own clause begins: behind a clause that gives an earlier amount and what became of it."""
        page = self._page
        begin = span.start
        for match in _OWN_CLAUSE.finditer(page.text, span.start, claim.token.start):
            if claim.label is not None and match.end() > claim.label.start and claim.role is not Role.STILL:
                break
            before = page.text[begin : match.start()]
            if match.group().startswith(":"):
                if len(before.split()) >= 3 and is_announcement(before, self._names):
                    begin = match.end()
            elif is_past(before, self._names):
                begin = match.end()
        return begin

    def _follow_up(self, span: Span) -> bool:
        """Whether the next sentence, where it goes on about the amount, takes nothing back."""
        page = self._page
        rest = page.text[span.end : span.end + _WINDOW]
        match = _GOES_ON.match(rest)
        if not match:
            return True
        start = span.end + match.end()
        following = self._sentence(start, start)
        return is_plain_after(page.text[following.start : following.end], self._names)

    def _lead_in(self, span: Span) -> bool:
        """Whether the line that announces the amount (it ends in a colon) is plain."""
        page = self._page
        lines = page.index.lines
        number = page.index.at(span.start)
        for above in range(number - 1, max(-1, number - 14), -1):
            line = lines[above].of(page.text).strip()
            if not line or above in page.by_line:
                continue
            if not line.endswith(":") or len(line.split()) < 3:
                if line.endswith((".", "!", "?")):
                    return True
                continue
            lead = self._sentence(lines[above].end - 1, lines[above].end)
            return is_announcement(page.text[lead.start : lead.end], self._names)
        return True
