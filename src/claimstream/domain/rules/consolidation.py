"""One answer out of all sources of an email (domain rules, Consolidate)."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from claimstream.domain.reader.confidence import SOURCE_CONFIDENCE, UNPROVEN
from claimstream.domain.reader.spelling import fold
from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.records.extraction import (
    Amount,
    Conflict,
    Consolidated,
    Found,
    Method,
    PersonName,
    Reference,
    Settlement,
    SettlementDecision,
    SourceExtraction,
)
from claimstream.domain.records.intent import AMOUNT_INTENTS, Intent
from claimstream.domain.records.mail import SourceKind
from claimstream.domain.rules.total import Total, capped, choose_total

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def consolidate(
    extractions: Sequence[SourceExtraction],
    *,
    intent: Intent,
    unread: Sequence[str] = (),
    thresholds: Thresholds,
) -> Consolidated:
    """One value per field.

    ``extractions`` may hold one reading by the rules and one by the model of the same source: the rules' wins where
    both have the field. ``unread`` names the sources nobody could read. Confidences come back no higher than the kind
    of source allows.
    """
    total = choose_total(extractions, thresholds)
    settlement = _settlement(extractions)
    chosen = total.amount.evidence.source_id if total.amount else None
    ordered = sorted(
        extractions,
        key=lambda e: (e.source_id != chosen, -SOURCE_CONFIDENCE[e.kind], e.method is not Method.READER),
    )

    def amount(values: Iterable[tuple[Amount | None, SourceKind]]) -> Amount | None:
        return next((capped(value, kind) for value, kind in values if value is not None), None)

    used = [found.evidence.source_id for found in (total.amount, settlement) if found is not None]
    return Consolidated(
        total_claim=total.amount,
        principal=amount((e.principal, e.kind) for e in ordered),
        interest=amount((e.interest, e.kind) for e in ordered),
        costs=amount((e.costs, e.kind) for e in ordered),
        currency=_first((e.currency, e.kind) for e in ordered),
        as_of=_first((e.as_of, e.kind) for e in ordered),
        people=_people(extractions),
        creditor=_first((e.creditor, e.kind) for e in ordered),
        representative=_first((e.representative, e.kind) for e in ordered),
        references=_references(extractions),
        iban=_first((e.iban, e.kind) for e in ordered),
        bic=_first((e.bic, e.kind) for e in ordered),
        installment=_first((e.installment, e.kind) for e in ordered),
        settlement=settlement,
        summary=next((e.summary for e in sorted(ordered, key=lambda e: e.method is Method.READER) if e.summary), None),
        injection=next((e.injection for e in extractions if e.injection), None),
        endings=tuple(ending for e in extractions for ending in e.endings),
        flaw=total.flaw,
        conflicts=_conflicts(extractions, total),
        remarks=tuple(e.remark for e in extractions if e.remark),
        confidence=_confidence(intent, total.amount, settlement),
        sources_used=tuple(dict.fromkeys(used)),
        sources_unread=tuple(dict.fromkeys(unread)),
        dropped=tuple(dict.fromkeys(name for e in extractions for name in e.dropped)),
    )


def _conflicts(extractions: Sequence[SourceExtraction], total: Total) -> tuple[Conflict, ...]:
    found = [total.conflict] if total.conflict else []
    found += [conflict for extraction in extractions for conflict in extraction.conflicts]
    return tuple(dict.fromkeys(found))


def _confidence(intent: Intent, amount: Amount | None, settlement: Found[Settlement] | None) -> float:
    if intent in AMOUNT_INTENTS:
        return amount.confidence if amount else 0.0
    if intent is Intent.SETTLEMENT_RESPONSE:
        return settlement.confidence if settlement else 0.0
    return max(amount.confidence if amount else 0.0, settlement.confidence if settlement else 0.0)


def _capped(found: Found[T], kind: SourceKind) -> Found[T]:
    return found.model_copy(update={"confidence": min(found.confidence, SOURCE_CONFIDENCE[kind])})


def _first(values: Iterable[tuple[Found[T] | None, SourceKind]]) -> Found[T] | None:
    return next((_capped(value, kind) for value, kind in values if value is not None), None)


def _people(extractions: Sequence[SourceExtraction]) -> tuple[Found[PersonName], ...]:
    people: dict[str, Found[PersonName]] = {}
    for extraction in extractions:
        for person in extraction.people:
            people.setdefault(fold(person.value.full), _capped(person, extraction.kind))
    return tuple(people.values())


def _references(extractions: Sequence[SourceExtraction]) -> tuple[Reference, ...]:
    every = (reference for extraction in extractions for reference in extraction.references)
    return tuple({(r.direction, r.normalised): r for r in reversed(list(every))}.values())[::-1]


def _settlement(extractions: Sequence[SourceExtraction]) -> Found[Settlement] | None:
    """One answer to the plan. Different answers are none, and neither is one that another source leaves open.

    Within one source the model may settle what the rules left unclear; it is asked for just that.
    """
    settled = {
        e.source_id
        for e in extractions
        if e.settlement and e.method is Method.MODEL and _clear(e.settlement) and e.settlement.confidence > UNPROVEN
    }
    found = [
        _capped(e.settlement, e.kind)
        for e in extractions
        if e.settlement is not None
        and not _instructed(e)
        and (_clear(e.settlement) or e.method is Method.MODEL or e.source_id not in settled)
    ]
    if not found:
        return None
    best = max(found, key=lambda f: f.confidence)
    decisions = {f.value.decision for f in found}
    sure = [f for f in found if f.confidence > UNPROVEN] or found
    offers = {f.value.counter_offer_amount for f in sure if f.value.counter_offer_amount is not None}
    answer = Settlement(
        decision=decisions.pop() if len(decisions) == 1 else SettlementDecision.UNCLEAR,
        conditions=tuple(dict.fromkeys(c for f in found for c in f.value.conditions)),
        counter_offer_amount=offers.pop() if len(offers) == 1 else None,
        doubt=next((f.value.doubt for f in found if f.value.doubt), None),
    )
    return best.model_copy(update={"value": answer})


def _instructed(extraction: SourceExtraction) -> bool:
    """Whether the answer stands behind text that instructs its reader as a machine, and may be part of it."""
    injection, settlement = extraction.injection, extraction.settlement
    return injection is not None and settlement is not None and settlement.evidence.start >= injection.start


def _clear(found: Found[Settlement]) -> bool:
    return found.value.decision is not SettlementDecision.UNCLEAR
