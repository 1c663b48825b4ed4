"""Which of all the amounts that were read is the total claim (domain rules, Extract and Consolidate)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from claimstream.domain.reader.confidence import COMPUTED_FACTOR, REPAIRED, SOURCE_CONFIDENCE
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.records.extraction import (
    Amount,
    AmountFlaw,
    AmountRank,
    Conflict,
    Method,
    ReferenceDirection,
    SourceExtraction,
)
from claimstream.domain.records.mail import SourceKind
from claimstream.domain.rules.model_need import SETTLED_BY_A_MODEL

BARE_CONFIDENCE = 0.60
"""Of an amount without a label that only the rules read: nothing says what it is, so it is shown but not written."""


@dataclass(frozen=True)
class Total:
    """What was chosen. ``amount`` is None when nothing was found, or nothing but flawed amounts at the best rank."""

    amount: Amount | None = None
    flaw: AmountFlaw | None = None
    conflict: Conflict | None = None


def choose_total(extractions: Sequence[SourceExtraction], thresholds: Thresholds) -> Total:
    """The highest amount of the best rank. Each amount comes back with the confidence that its source allows."""
    rates = {e.installment.value.rate for e in extractions if e.installment and e.installment.value.rate is not None}
    read = [
        reading
        for extraction in extractions
        for reading in _readings(extraction)
        if not (reading.amount.rank is AmountRank.BARE and reading.amount.value in rates)
    ]
    read = _without_older(_without_echoes(_agreed(read), thresholds), extractions)
    if not any(_labelled(r) for r in read):
        read = _computed(extractions) or read
    if not read:
        return Total()
    rank = min(r.amount.rank for r in read)
    winning = [r for r in read if r.amount.rank == rank]
    flaw = next((r.amount.flaw for r in winning if r.amount.flaw), None)
    sound = _without_subtotals(
        [r for r in winning if r.amount.flaw is None and r.amount.value is not None], extractions, thresholds
    )
    if not sound:
        return Total(flaw=flaw)
    best = max(sound, key=lambda r: (r.value, r.amount.confidence, r.method is Method.READER))
    labelled = [r for r in read if _labelled(r) and r.amount.flaw is None and r.amount.value is not None]
    conflict = _conflict(sound, thresholds) or _of_sources(best, labelled, extractions, thresholds)
    return Total(best.amount, flaw, conflict)


@dataclass(frozen=True)
class _Reading:
    amount: Amount
    method: Method
    kind: SourceKind

    @property
    def value(self) -> Decimal:
        assert self.amount.value is not None
        return self.amount.value

    @property
    def source_id(self) -> str:
        return self.amount.evidence.source_id


def capped(amount: Amount, kind: SourceKind) -> Amount:
    """The amount, no surer than its source and its repair allow."""
    confidence = min(amount.confidence, SOURCE_CONFIDENCE[kind])
    if amount.repaired:
        confidence = min(confidence, REPAIRED)
    return amount.model_copy(update={"confidence": confidence})


def _readings(extraction: SourceExtraction) -> list[_Reading]:
    readings = []
    for total in extraction.totals:
        if total.computed:
            continue  # counts only where no source has a total, which one reading cannot know
        amount = capped(total, extraction.kind)
        if amount.rank is AmountRank.BARE and extraction.method is Method.READER:
            amount = amount.model_copy(update={"confidence": min(amount.confidence, BARE_CONFIDENCE)})
        readings.append(_Reading(amount, extraction.method, extraction.kind))
    return readings


def _labelled(reading: _Reading) -> bool:
    return reading.amount.rank < AmountRank.BARE


def _agreed(readings: list[_Reading]) -> list[_Reading]:
    """Take a figure that the rules read in doubt as the model has it, where that agrees and the doubt is gone."""
    sure = {
        (r.source_id, r.value): r.amount
        for r in readings
        if r.method is Method.MODEL and _labelled(r) and r.amount.value is not None and r.amount.doubt is None
    }

    def settled(reading: _Reading) -> _Reading:
        amount = reading.amount
        if amount.doubt not in SETTLED_BY_A_MODEL or amount.value is None:
            return reading
        return replace(reading, amount=sure.get((reading.source_id, amount.value), amount))

    return [settled(r) if r.method is Method.READER else r for r in readings]


def _without_echoes(readings: list[_Reading], thresholds: Thresholds) -> list[_Reading]:
    """Leave out the model's reading where it agrees with the rules': their rank, and any doubt they had, stand."""
    ours = [r for r in readings if r.method is Method.READER and _labelled(r) and r.amount.value is not None]

    def echoes(reading: _Reading) -> bool:
        return reading.amount.value is not None and any(
            r.source_id == reading.source_id and abs(r.value - reading.value) <= thresholds.amount_tolerance
            for r in ours
        )

    return [r for r in readings if r.method is Method.READER or not echoes(r)]


def _without_older(readings: list[_Reading], extractions: Sequence[SourceExtraction]) -> list[_Reading]:
    """Leave out the totals of a source that is dated, and older than the figure that the body states."""
    # By the rules alone: a date that a model gives could make another figure go unseen.
    dated = {e.source_id: e.as_of.value for e in extractions if e.as_of and e.method is Method.READER}
    body = {r.source_id for r in readings if r.kind is SourceKind.BODY and _labelled(r)}
    current = max((dated[source_id] for source_id in body if source_id in dated), default=None)
    if current is None:
        return readings
    return [r for r in readings if r.source_id in body or dated.get(r.source_id, current) >= current]


def _parts(extractions: Sequence[SourceExtraction], source_id: str) -> list[Amount | None]:
    """Principal, interest and costs of one source; the rules' reading before the model's."""
    of_source = sorted(
        (e for e in extractions if e.source_id == source_id), key=lambda e: e.method is not Method.READER
    )
    parts: list[Amount | None] = []
    for name in ("principal", "interest", "costs"):
        found = ((getattr(e, name), e.kind) for e in of_source)
        parts.append(next((capped(amount, kind) for amount, kind in found if amount is not None), None))
    return parts


def _computed(extractions: Sequence[SourceExtraction]) -> list[_Reading]:
    """Principal + interest + costs of one source, where a source has no total.

    Parts of different sources are never added up. With only two of the three the sum may lack something: it is
    computed for the person who decides, but the factor counts twice, which keeps it from being written.
    """
    sums = []
    for source_id, kind in dict.fromkeys((e.source_id, e.kind) for e in extractions):
        principal, interest, costs = _parts(extractions, source_id)
        given = [p for p in (principal, interest, costs) if p is not None]
        values = [p.value for p in given if p.value is not None and p.flaw is None]
        if principal is None or len(given) < 2 or len(values) < len(given):
            continue
        factor = COMPUTED_FACTOR if len(given) == 3 else COMPUTED_FACTOR**2
        amount = Amount(
            value=sum(values, Decimal(0)),
            rank=AmountRank.TOTAL,
            label="",
            confidence=round(min(p.confidence for p in given) * factor, 4),
            evidence=principal.evidence,
            repaired=any(p.repaired for p in given),
            computed=True,
        )
        sums.append(_Reading(amount, Method.READER, kind))
    return sums


def _without_subtotals(
    readings: list[_Reading], extractions: Sequence[SourceExtraction], thresholds: Thresholds
) -> list[_Reading]:
    """Leave out what the highest amount of the same source is the sum of: those are not other totals."""
    kept = []
    for source_id in dict.fromkeys(r.source_id for r in readings):
        own = [r for r in readings if r.source_id == source_id]
        top = max(r.value for r in own)
        lower = [r.value for r in own if r.value != top]
        parts = [p.value for p in _parts(extractions, source_id) if p is not None and p.value is not None]

        def makes_top(values: Sequence[Decimal], top: Decimal = top) -> bool:
            return len(values) > 1 and abs(sum(values, Decimal(0)) - top) <= thresholds.amount_tolerance

        itemised = set(lower) <= set(parts) and makes_top(parts)
        if itemised or makes_top(lower) or makes_top(list(set(lower))):
            own = [r for r in own if r.value == top]
        kept += own
    return kept


def _conflict(readings: Sequence[_Reading], thresholds: Thresholds) -> Conflict | None:
    high, low = max(r.value for r in readings), min(r.value for r in readings)
    if high - low > max(thresholds.amount_tolerance, thresholds.conflict_ratio * low):
        return Conflict(field="total_claim", detail=f"{low} and {high} are both given as the total")
    for source_id in dict.fromkeys(r.source_id for r in readings):
        own = [r for r in readings if r.source_id == source_id]
        ours = [r.value for r in own if r.method is Method.READER]
        theirs = [r.value for r in own if r.method is Method.MODEL]
        if ours and max(ours) - min(ours) > thresholds.amount_tolerance:
            # One letter gives one claim one total: what differs is another contract's, or of another day.
            return Conflict(
                field="total_claim", detail=f"{min(ours)} and {max(ours)} are both given as the total in {source_id}"
            )
        if ours and theirs and all(abs(a - b) > thresholds.amount_tolerance for a in ours for b in theirs):
            return Conflict(
                field="total_claim",
                detail=f"the rules read {max(ours)} and the model {max(theirs)} in {source_id}",
            )
    return None


def _of_sources(
    best: _Reading,
    labelled: Sequence[_Reading],
    extractions: Sequence[SourceExtraction],
    thresholds: Thresholds,
) -> Conflict | None:
    """A total of one source that another source speaks against, unless it is only a part of that total.

    The body says what is claimed now: nothing of its rank or above may differ. Elsewhere a higher figure of a lower
    rank may be the claim, and the total an invoice's. Contracts of different numbers have claims of their own.
    """
    numbers = _numbers(extractions)
    stated = {r.source_id: min(o.amount.rank for o in labelled if o.source_id == r.source_id) for r in labelled}
    for one in labelled:
        if one.source_id == best.source_id or one.amount.rank > stated[one.source_id]:
            continue
        apart = abs(one.value - best.value)
        in_body = SourceKind.BODY in {one.kind, best.kind}
        first, second = (one, best) if one.kind is SourceKind.BODY else (best, one)
        if in_body and apart >= thresholds.amount_tolerance and second.amount.rank <= first.amount.rank:
            against = True
        elif one.amount.rank > best.amount.rank:
            against = one.value - best.value >= thresholds.amount_tolerance
        else:
            mine, theirs = numbers.get(best.source_id, set()), numbers.get(one.source_id, set())
            against = apart > thresholds.amount_tolerance and bool(mine and theirs) and not mine & theirs
        if against and not _holds(best, one.value, extractions, thresholds):
            return Conflict(
                field="total_claim",
                detail=f"{best.value} in {best.source_id} and {one.value} in {one.source_id} cannot both be the claim",
            )
    return None


def _numbers(extractions: Sequence[SourceExtraction]) -> dict[str, set[str]]:
    """The creditor's own references, by source."""
    found: dict[str, set[str]] = {}
    for extraction in extractions:
        for reference in extraction.references:
            if reference.direction is ReferenceDirection.THEIRS:
                found.setdefault(extraction.source_id, set()).add(reference.normalised)
    return found


def _holds(best: _Reading, value: Decimal, extractions: Sequence[SourceExtraction], thresholds: Thresholds) -> bool:
    """Whether the source of the total accounts for another figure: a part of it, or what it was before payments."""
    return any(
        amount is not None and amount.value is not None and abs(amount.value - value) < thresholds.amount_tolerance
        for e in extractions
        if e.source_id == best.source_id
        for amount in (*e.totals, e.principal, e.interest, e.costs)
        if amount is None or amount.value != best.value
    )
