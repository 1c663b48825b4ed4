"""What speaks against every total of a source: another's debt, several contracts, a total below its own principal."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims import CLAIM_ROLES, Claim
from claimstream.domain.reader.claims.rows import PART_OF_CLAIM
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.layout import LineIndex
from claimstream.domain.records.extraction import Amount, AmountRank, Conflict, Found, PersonName, Reference
from claimstream.domain.records.mail import Source, SourceKind
from claimstream.domain.replies.whose import said_of_all
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
_HEADING = re.compile(r"^[ \t]*([^\n\t\d]{2,60}(?:[^\n\t]{0,20}\d[\w./-]{0,20})?):[ \t]*$", re.MULTILINE)
_MOST = 40
"""Claims among which two contracts are looked for. More of them do not agree anyhow."""
_LEAST_ITEMS = 2
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
    """Conflicts about ``totals``; none where there is no total with a label."""
    if not any(total.rank < AmountRank.BARE for total in totals):
        return ()
    found = [
        _form_not_filled_in(text, claims),
        said_of_all(text.sentences, [claim.token.start for claim in claims if claim.role in CLAIM_ROLES]),
        _of_several_people(source.text, claims, people),
        _of_several_contracts(source, claims, references),
        _below_principal(text, claims, totals, principal),
        _not_added_up(source.text, claims),
    ]
    return tuple(Conflict(field="total_claim", detail=detail) for detail in found if detail)


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


def _not_added_up(text: str, claims: Sequence[Claim]) -> str | None:
    """A total right below rows of one amount each, interest and costs not alone, that do not come to so much.

    A lower one stands: a total beats its items (domain rules, Extract).
    """
    index = LineIndex(text)
    by_line: dict[int, list[Claim]] = {}
    for claim in claims:
        by_line.setdefault(index.at(claim.token.start), []).append(claim)
    for line, own in by_line.items():
        total = own[0].token.value
        if len(own) != 1 or own[0].role is not Role.TOTAL or own[0].doubt or own[0].part or total is None:
            continue
        items = _items_above(by_line, line)
        if len(items) >= _LEAST_ITEMS and sum(items) + _APART < total:
            return f"the {len(items)} figures above {total} come to {sum(items)}"
    return None


def _items_above(by_line: Mapping[int, Sequence[Claim]], line: int) -> list[Decimal]:
    """The amounts of the rows right above a line, one each; none where one of them may be no item of it."""
    items: list[Decimal] = []
    roles: set[Role | None] = set()
    for above in range(line - 1, -1, -1):
        row = by_line.get(above)
        if row is None:
            break
        value = row[0].token.value
        if len(row) != 1 or row[0].role not in _ITEM_ROLES or row[0].part or value is None or value <= 0:
            return []
        items.append(value)
        roles.add(row[0].role)
    return items if roles - {Role.INTEREST, Role.COSTS} else []
