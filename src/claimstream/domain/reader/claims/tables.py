"""What amounts stand for in a table: a row's own label says what the row is, the heading which column counts."""

from collections.abc import Sequence
from decimal import Decimal

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.claims.claim import CLAIM_ROLES, PART_ROLES, VETOES, Claim
from claimstream.domain.reader.claims.meaning import Meaning, is_adjective, meaning_of_label
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.claims.rows import is_balance
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.layout import Span, cells, column_of, is_filler
from claimstream.domain.records.extraction import FigureDoubt

_ROWS = 40
"""Lines of amounts over which their heading is looked for."""
_AGAINST = frozenset({*VETOES, Role.CREDIT})


def with_headings(page: Page, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """``claims``, those that share a line with others by the headings of their columns and the label of their row."""
    result = list(claims)
    for line, numbers in page.by_line.items():
        own = [claims[number] for number in numbers]
        if len(own) < 2:
            continue
        tabular = len(cells(page.text, page.index.lines[line])) > 1
        if tabular or any(claim.role is None for claim in own):
            for number, claim in zip(numbers, _of_row(page, line, own), strict=True):
                result[number] = claim
    return tuple(result)


def _of_row(page: Page, line: int, claims: Sequence[Claim]) -> Sequence[Claim]:
    """The claims of one line that holds several."""
    span = page.index.lines[line]
    tokens = [claim.token for claim in claims]
    lead = Span(span.start, tokens[0].start)
    row = cells(page.text, span)
    if len(row) < 2 and not is_filler(page.text, lead):
        return claims
    headings = _headings(page, line, row, tokens)
    row_meaning = meaning_of_label(page, lead)
    if headings is None:
        balance = _balance_heading(page, line)
        if balance is not None and len(row) > 2:
            return [*(_of_cell(token, row_meaning, Meaning()) for token in tokens[:-1]), _under(balance, tokens[-1])]
        labelled = any(claim.label is not None and claim.label.start >= tokens[0].end for claim in claims[1:])
        # Labels in the row itself are read already, as a sentence's are.
        return claims if labelled or row_meaning.role is None else _without_headings(tokens, row_meaning)
    # Beside a column of what is open, the column of what was billed is not the claim.
    has_open = any(_is_open(page, column) for column in headings)
    return [
        Claim(token, None)
        if has_open and column.role in CLAIM_ROLES and not _is_open(page, column)
        else _of_cell(token, row_meaning, column)
        for token, column in zip(tokens, headings, strict=True)
    ]


def _of_cell(token: AmountToken, row: Meaning, column: Meaning) -> Claim:
    for meaning in (row, column):
        if meaning.role in _AGAINST:
            return Claim(token, meaning.role, meaning.label)
    if row.role in CLAIM_ROLES:
        if column.role in PART_ROLES:
            return Claim(token, column.role, column.label)
        if column.role is None:
            return Claim(token, None)
        role = Role.STILL if column.role is Role.STILL else row.role
        return Claim(token, role, row.label, doubt=row.doubt or column.doubt)
    if row.role in PART_ROLES:
        return Claim(token, row.role, row.label) if column.role in CLAIM_ROLES else Claim(token, None)
    return Claim(token, column.role, column.label, doubt=column.doubt)


def _under(heading: Meaning, token: AmountToken) -> Claim:
    return Claim(token, heading.role, heading.label, doubt=heading.doubt)


def _balance_heading(page: Page, line: int) -> Meaning | None:
    """The heading of the last column where it is a balance's, which stands in each row whatever the row is for."""
    above = _heading_line(page, line)
    heads = cells(page.text, page.index.lines[above]) if above is not None else ()
    if len(heads) < 3 or not is_balance(heads[-1].of(page.low)):
        return None
    return meaning_of_label(page, heads[-1])


def _is_open(page: Page, meaning: Meaning) -> bool:
    if meaning.role is Role.STILL:
        return True
    return meaning.role is Role.CLAIM and meaning.label is not None and is_adjective(page, meaning.label)


def _without_headings(tokens: Sequence[AmountToken], row: Meaning) -> list[Claim]:
    """A labelled row of several amounts: the last counts where it is the sum of the others, else nobody can say."""
    values = [token.value for token in tokens if token.value is not None]
    if len(values) == len(tokens) > 2 and sum(values[:-1], Decimal(0)) == values[-1]:
        return [*(Claim(token, None) for token in tokens[:-1]), Claim(tokens[-1], row.role, row.label)]
    return [Claim(token, row.role, row.label, doubt=FigureDoubt.SEVERAL) for token in tokens]


def _headings(page: Page, line: int, row: tuple[Span, ...], tokens: Sequence[AmountToken]) -> Sequence[Meaning] | None:
    """The meaning of the heading above each amount of a row; None where the rows above are no headings."""
    above = _heading_line(page, line)
    if above is None:
        return None
    span = page.index.lines[above]
    heads = cells(page.text, span)
    if len(heads) < 2:
        return _by_order(page, span, tokens)
    found = []
    for token in tokens:
        cell = next((c for c in row if c.start <= token.start < c.end), None)
        if cell is None:
            return None
        if len(heads) == len(row):
            column: int | None = row.index(cell)
        elif len(heads) == len(tokens) == len(row) - 1:
            column = row.index(cell) - 1  # nothing stands above the rows' names
        elif "\t" in span.of(page.text):
            # An empty cell between tabs is lost, and where tabs stop nobody knows: neither number nor position tells.
            return _by_order(page, span, tokens)
        else:
            column = column_of(heads, Span(token.start, token.end), span, page.index.lines[line])
        found.append(Meaning() if column is None else meaning_of_label(page, heads[column]))
    return found if any(meaning.role for meaning in found) else None


def _heading_line(page: Page, line: int) -> int | None:
    """The nearest line above the rows of amounts."""
    above = page.filled_line(line, -1)
    for _ in range(_ROWS):
        if above is None or above not in page.by_line:
            return above
        above = page.filled_line(above, -1)
    return None


def _by_order(page: Page, span: Span, tokens: Sequence[AmountToken]) -> Sequence[Meaning] | None:
    """Headings whose columns cannot be told apart (one blank between them): in order, if each amount has its label."""
    labels = [x for x in page.labels_in(span.start, span.end) if x.role in CLAIM_ROLES | PART_ROLES | set(VETOES)]
    if len(labels) == len(tokens) and len(labels) > 1 and len(span.of(page.text).split()) <= 2 * len(labels) + 1:
        return [Meaning(x.role, x) for x in labels]
    return None
