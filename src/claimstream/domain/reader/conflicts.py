"""What speaks against every total of a source: another's debt, several contracts, a total below its own principal."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, pairwise

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims import CLAIM_ROLES, PART_ROLES, Claim
from claimstream.domain.reader.claims.rows import PART_OF_CLAIM
from claimstream.domain.reader.claims.unsettled import BREAKDOWN
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.layout import LineIndex, cells
from claimstream.domain.records.extraction import Amount, AmountRank, Conflict, Found, PersonName, Reference
from claimstream.domain.records.mail import Source, SourceKind
from claimstream.domain.replies.whose import said_elsewhere, said_of_all
from claimstream.domain.text import Text
from claimstream.domain.text.text import folded

SETTLED_BEFORE = Rule(
    "payments_before_the_total",
    r"\b(?:nach|unter|abzueglich|abzgl|after|less)\b{gap}(?:{payment_noun}|{deducted})|{deducted}{gap}{counted}",
    takes=("nach Verrechnung Ihrer Zahlungen", "Ihre Zahlungen sind berücksichtigt.", "after payments received"),
    leaves=("Wir erwarten Ihre Zahlung.", "Die Hauptforderung beträgt 50,00 EUR."),
)
FORM = Rule(
    "form_to_fill_in",
    r"{form_to_fill_in}",
    takes=("Angaben (bitte vom Gläubiger auszufüllen)", "Fragebogen an Gläubiger"),
    leaves=("Den Bogen erhalten Sie ausgefüllt zurück.",),
)
EMPTY_FIELD = Rule(
    "empty_field",
    r"\A(?:{label_total}|{label_claim}|{field_of_a_form})(?: [^\W\d_]{1,20}){0,3}"
    r"(?:[ :._…€-]|{currency}){0,120}\Z",
    takes=("Gesamtforderung heute", "Höhe der Forderung: ________ EUR"),
    leaves=("Gesamtforderung: 512,40 EUR", "Gesamtforderung am 12.10.2026"),
)
OF_OUR_RECORDS = Rule(
    "of_our_records",
    r"{of_our_records}",
    takes=("Forderung laut unseren Unterlagen: 512,40 EUR",),
    leaves=("Forderung heute: 512,40 EUR",),
)
MADE_OF = Rule(
    "made_of",
    r"{made_of}",
    takes=("Die Forderung setzt sich wie folgt zusammen:", "Im Einzelnen:", "The claim is made up of:"),
    leaves=("Die Forderung beträgt 50,00 EUR.",),
)
"""A sentence or heading behind which stands what a total is made of."""
EXTRACT = Rule(
    "extract",
    r"{extract}",
    takes=("Auszug aus dem Konto", "die letzten Buchungen", "unter anderem", "the latest entries"),
    leaves=("Kontoauszug", "nach dem Auszug der Mieterin"),
)
"""A list that does not hold everything."""
_HEADING = re.compile(r"^[ \t]*([^\n\t\d]{2,60}(?:[^\n\t]{0,20}\d[\w./-]{0,20})?):[ \t]*$", re.MULTILINE)
_MOST = 40
"""Claims among which two contracts are looked for. More of them do not agree anyhow."""
_REACH = 1500
"""Characters before a total in which its parts are looked for."""
_LEAST_ITEMS = 2
_MOST_ROWS = 200
"""Rows above a total among which subtotals are looked for."""
_ITEM_ROLES = frozenset({None, Role.PRINCIPAL, Role.INTEREST, Role.COSTS, Role.CLAIM})
_APART = Decimal(1)
"""Totals that are no further apart are the same."""


def find_conflicts(
    source: Source,
    text: Text,
    claims: Sequence[Claim],
    totals: Sequence[Amount],
    principal: Amount | None,
    people: Sequence[Found[PersonName]],
    references: Sequence[Reference],
) -> tuple[Conflict, ...]:
    """Conflicts about ``totals``; without one, what a body says of the figure in its attachment."""
    if not any(total.rank < AmountRank.BARE for total in totals):
        found = said_elsewhere(text.sentences) if source.kind is SourceKind.BODY else None
        return (Conflict(field="total_claim", detail=found),) if found else ()
    details = [
        _form_not_filled_in(text, claims),
        said_of_all(text.sentences, [claim.token.start for claim in claims if claim.role in CLAIM_ROLES]),
        _of_several_people(source.text, claims, people),
        _of_several_contracts(source, claims, references),
        _below_principal(text, claims, totals, principal),
        _not_added_up(text, claims),
    ]
    return tuple(Conflict(field="total_claim", detail=detail) for detail in details if detail)


def _form_not_filled_in(text: Text, claims: Sequence[Claim]) -> str | None:
    """A form of ours that came back without the figure that it asks for: the one in it is what we printed."""
    if not any(FORM.find(sentence.folded) for sentence in text.sentences):
        return None
    index = LineIndex(text.written)
    written = [folded(line.of(text.written)) for line in index.lines]
    below = [*written[1:], ""]
    empty = [
        one for one, other in zip(written, below, strict=True) if EMPTY_FIELD.find(one) and not other[:1].isdigit()
    ]
    figures = [written[index.at(claim.token.start)] for claim in claims if claim.role in CLAIM_ROLES]
    found = [*empty, *filter(OF_OUR_RECORDS.find, figures)]
    return f"a form that came back without its figure: {found[0][:80]}" if found else None


def _of_several_people(text: str, claims: Sequence[Claim], people: Sequence[Found[PersonName]]) -> str | None:
    """Different people beside different figures that are the claim, or make it: on one line between two figures."""
    places = sorted((person.evidence.start, person.value.full) for person in people)
    owing = []
    position = 0
    for claim in claims:
        start = max(position, text.rfind("\n", 0, claim.token.start))
        position = claim.token.end
        if claim.token.value and claim.role in {None, *CLAIM_ROLES}:
            first, last = bisect_left(places, (start, "")), bisect_left(places, (claim.token.start, ""))
            owing.append({name for _, name in places[first:last]})
    named = [names for names in owing if names]
    for one, other in pairwise(named):
        if not one & other:
            return f"figures of {', '.join(sorted(one | other))}"
    return None


def _of_several_contracts(source: Source, claims: Sequence[Claim], references: Sequence[Reference]) -> str | None:
    """Two claims that are not the same, each under a contract, an account or a sheet of its own."""
    ranked = [c for c in claims if c.role in CLAIM_ROLES and not c.part and c.token.value is not None]
    for one, other in pairwise(ranked[:_MOST]):
        values = one.token.value, other.token.value
        if values[0] is None or values[1] is None or abs(values[0] - values[1]) <= _APART:
            continue
        between = source.text[one.token.end : other.token.start]
        heading = next((m[1] for m in _HEADING.finditer(between) if _names_contract(m[1], source.kind)), None)
        number = _another_number(references, one.token.start, other.token.end)
        if heading or number:
            return f"{values[0]} and {values[1]} stand under different headings: {heading or number}"
    return None


def _names_contract(heading: str, kind: SourceKind) -> bool:
    return kind is SourceKind.XLSX or PART_OF_CLAIM.find(folded(heading)) is not None


def _another_number(references: Sequence[Reference], start: int, end: int) -> str | None:
    """A reference between two figures that has the label of one before the first, and another value."""
    before = {r.label.lower(): r for r in references if r.evidence.start < start}
    for reference in references:
        known = before.get(reference.label.lower())
        if start < reference.evidence.start < end and known and known.normalised != reference.normalised:
            return f"{reference.label} {reference.value}"
    return None


def _below_principal(
    text: Text, claims: Sequence[Claim], totals: Sequence[Amount], principal: Amount | None
) -> str | None:
    """A total lower than its own principal, though nothing was paid."""
    rank = min(total.rank for total in totals)
    best = max((t.value for t in totals if t.rank is rank and t.value is not None), default=None)
    if best is None or principal is None or principal.value is None or best >= principal.value:
        return None
    if any(claim.role in {Role.PAYMENT, Role.CREDIT} or (claim.token.value or 0) < 0 for claim in claims):
        return None
    if any(SETTLED_BEFORE.find(sentence.folded) for sentence in text.sentences):
        return None
    return f"the total {best} is below its own principal {principal.value}"


def _not_added_up(text: Text, claims: Sequence[Claim]) -> str | None:
    """A total and what it is said to be made of, where that does not come to so much.

    Its parts are the rows right above it, what a sentence before it announces as its parts, a principal and its costs
    before it, and what stands behind it in brackets. An extract of an account may come to less, and a list before
    payments to more.
    """
    less = any(EXTRACT.find(sentence.folded) for sentence in text.sentences)
    more = any(SETTLED_BEFORE.find(sentence.folded) for sentence in text.sentences)
    rows = _Rows(text.written, claims)
    announced = [s.start for s in text.sentences if MADE_OF.find(s.folded)]
    for number, claim in enumerate(claims):
        total = claim.token.value
        if claim.role not in {Role.TOTAL, Role.STILL} or claim.doubt or claim.part or claim.proven or total is None:
            continue
        made_of = (
            rows.above(number),
            _announced(claims, number, announced),
            _named_parts(claims, number),
            _in_brackets(text.written, claims, number),
        )
        for items in filter(_are_parts, made_of):
            values = [item.token.value for item in items if item.token.value is not None]
            missing = total - sum(values)
            if abs(missing) > _APART and not (less if missing > 0 else more) and not _come_to(values, total):
                return f"the {len(values)} figures beside {total} come to {sum(values)}"
    return None


def _are_parts(claims: Sequence[Claim]) -> bool:
    """Return whether figures may be all that a total is made of: interest and costs alone are not."""
    return (
        len(claims) >= _LEAST_ITEMS
        and all(c.role in _ITEM_ROLES and not c.part and (c.token.value or 0) > 0 for c in claims)
        and any(c.role not in {Role.INTEREST, Role.COSTS} for c in claims)
    )


def _come_to(values: Sequence[Decimal], total: Decimal) -> bool:
    """Return whether the last few of ``values`` are a total, or all but those that are the sum of some before them."""
    if len(values) > _MOST_ROWS:
        return False
    sums = [Decimal(0), *accumulate(values)]
    whole = Decimal(0)
    for number, value in enumerate(values):
        subtotal = any(sums[number] - before == value for before in sums[:number])
        whole += 0 if subtotal else value
    return any(abs(found - total) <= _APART for found in (whole, *(sums[-1] - before for before in sums[:-2])))


class _Rows:
    """The figures of a text by their lines."""

    def __init__(self, text: str, claims: Sequence[Claim]) -> None:
        self._text = text
        self._index = LineIndex(text)
        self._blank = {n for n, line in enumerate(self._index.lines) if not line.of(text).strip()}
        self._claims = claims
        self._by_line: dict[int, list[Claim]] = {}
        for claim in claims:
            self._by_line.setdefault(self._index.at(claim.token.start), []).append(claim)

    def above(self, number: int) -> list[Claim]:
        """The figures of the rows right above a total's own; none where a row holds several."""
        line = self._index.at(self._claims[number].token.start)
        if len(self._by_line[line]) > 1:
            return []
        found: list[Claim] = []
        for above in range(line - 1, -1, -1):
            row = self._by_line.get(above)
            if row is None and above in self._blank:
                continue
            if row is None or any(claim.role is Role.TOTAL for claim in row):
                break
            if len(row) > 1 and len(cells(self._text, self._index.lines[above])) > 1:
                return []
            found[:0] = row
        return found


def _announced(claims: Sequence[Claim], number: int, announced: Sequence[int]) -> list[Claim]:
    """The figures between a total and the sentence before it that says what it is made of."""
    end = claims[number].token.start
    start = next((place for place in reversed(announced) if place < end), end)
    start = max(start, end - _REACH)
    return [c for c in claims[max(0, number - _MOST) : number] if c.token.start >= start and c.token.has_currency]


def _named_parts(claims: Sequence[Claim], number: int) -> list[Claim]:
    """The principal and what is added to it, right before a total: *Hauptforderung …, Zinsen …. Zusammen …*."""
    found: list[Claim] = []
    for claim in reversed(claims[max(0, number - _MOST) : number]):
        if claim.role not in PART_ROLES or not claim.token.has_currency:
            break
        found.insert(0, claim)
    return found if any(claim.role is Role.PRINCIPAL for claim in found) else []


def _in_brackets(text: str, claims: Sequence[Claim], number: int) -> list[Claim]:
    """The figures in brackets right behind a total: *3.720,00 EUR (Hauptforderung 3.500,00 EUR, …)*."""
    brackets = BREAKDOWN.match(text, claims[number].token.end)
    behind = claims[number + 1 : number + 1 + _MOST] if brackets else ()
    return [claim for claim in behind if brackets and claim.token.end <= brackets.end()]
