"""What a run of labels without an amount among them says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimstream.domain.reader.claims.claim import PART_ROLES, VETOES
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.labels import Label, Role, find_labels
from claimstream.domain.reader.layout import Span
from claimstream.domain.records.extraction import FigureDoubt

_OF_PART = re.compile(r"\s(?:auf|aus|zur|zu|für|von|über|on|for|of)\s")
_GENERIC_TOTAL = re.compile(
    r"summe|endsumme|endbetrag|zahlbetrag|gesamt|gesamtbetrag|insgesamt|total|zusammen|gesamtsumme|in summe|"
    r"total of|total amount|in total"
)
_ADJECTIVE = re.compile(r"offen\w*|ausstehend\w*|unbezahlt\w*|fällig\w*|faellig\w*|outstanding|due|unpaid|owed")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A role, the label that says it, and the doubt that the words around leave. ``role`` None: nothing says."""

    role: Role | None = None
    label: Label | None = None
    doubt: FigureDoubt | None = None


def meaning_of(page: Page, labels: Sequence[Label]) -> Meaning:
    """What ``labels`` say together: a veto first, then what is still open, then totals, parts and other claims."""
    veto = _veto(labels)
    if veto:
        return Meaning(veto.role, veto)
    doubt = FigureDoubt.LABEL if any(x.role is Role.DOUBT for x in labels) else None
    parts = [x for x in labels if x.role in PART_ROLES]
    still = _first(labels, Role.STILL)
    if still:
        return _of_open(page, still, parts, doubt=doubt)
    credit = _first(labels, Role.CREDIT)
    if credit:
        return Meaning(Role.CREDIT, credit, doubt)
    total = _first(labels, Role.TOTAL)
    if total:
        return _of_total(page, total, parts, doubt=doubt)
    claimed = [x for x in labels if x.role is Role.CLAIM]
    nouns = [x for x in claimed if not is_adjective(page, x)]
    return _without_total(page, next(iter(nouns or claimed), None), parts, doubt=doubt)


def meaning_of_label(page: Page, span: Span) -> Meaning:
    """The meaning of a stretch that is nothing but a label: a heading, a row's first cell, the line above."""
    outside, _ = page.labels_and_asides(span.start, span.end)
    if any(x.role in {Role.NEGATION, Role.CONDITION} for x in outside):
        return Meaning()
    return meaning_of(page, outside)


def is_adjective(page: Page, label: Label) -> bool:
    """Whether a label says only that something is owed (*offen*), not what."""
    return bool(_ADJECTIVE.fullmatch(page.low[label.start : label.end]))


def is_generic_total(page: Page, label: Label) -> bool:
    """Whether a label says only that figures were added up (*Summe*), not which."""
    return bool(_GENERIC_TOTAL.fullmatch(page.low[label.start : label.end]))


def _first(labels: Sequence[Label], role: Role) -> Label | None:
    return next((x for x in labels if x.role is role), None)


def _veto(labels: Sequence[Label]) -> Label | None:
    for role in VETOES:
        label = _first(labels, role)
        if label:
            # "abzüglich Ihrer Zahlung noch offen": what was paid is only said on the way to what is open.
            still = any(x.role is Role.STILL and x.start > label.end for x in labels)
            return None if still and role is not Role.RATE else label
    return None


def _of_open(page: Page, still: Label, parts: Sequence[Label], *, doubt: FigureDoubt | None) -> Meaning:
    """What is still open of a part (*noch offene Hauptforderung*, *noch offene Kosten*) is that part."""
    noun = page.low[still.start : still.end].split()[-1]
    kinds = {x.role for x in (*find_labels(noun), *parts) if x.role in PART_ROLES}
    return Meaning(kinds.pop() if len(kinds) == 1 else Role.STILL, still, doubt)


def _of_total(page: Page, total: Label, parts: Sequence[Label], *, doubt: FigureDoubt | None) -> Meaning:
    if len({x.role for x in parts}) != 1:
        return Meaning(Role.TOTAL, total, doubt)
    if is_generic_total(page, total):
        # "Summe Zinsen" is a sum of interest
        return Meaning(parts[-1].role, parts[-1], doubt)
    return Meaning(Role.TOTAL, total, FigureDoubt.WORDS if parts[0].start > total.start else None)


def _without_total(page: Page, claim: Label | None, parts: Sequence[Label], *, doubt: FigureDoubt | None) -> Meaning:
    if len({x.role for x in parts}) > 1:
        if claim and claim.start < parts[0].start:
            return Meaning(Role.CLAIM, claim, doubt)
        if _OF_PART.search(page.low[parts[0].end : parts[1].start]):
            # "Zinsen auf die Hauptforderung" are interest
            return Meaning(parts[0].role, parts[0], doubt)
        return Meaning(doubt=doubt)
    if parts:
        return Meaning(parts[-1].role, parts[-1], doubt)
    return Meaning(Role.CLAIM, claim, doubt) if claim else Meaning(doubt=doubt)
