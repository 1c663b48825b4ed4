"""What actually happened to a case's mail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claimstream.domain.extraction import Consolidated, ReferenceDirection
from claimstream.domain.inquiry import Client, Creditor
from claimstream.domain.work import EmailSummary


@dataclass(frozen=True, slots=True)
class Change:
    """A creditor's entry whose stored amount or settlement is not what it was."""

    client_id: str
    creditor_id: str
    old_amount: Decimal | None
    new_amount: Decimal | None
    old_settlement: Mapping[str, Any] | None
    new_settlement: Mapping[str, Any] | None
    email_ids: tuple[str, ...] = ()
    """Emails that were applied to it since."""

    @property
    def amount_changed(self) -> bool:
        return self.old_amount != self.new_amount

    @property
    def settlement_changed(self) -> bool:
        return self.old_settlement != self.new_settlement

    @property
    def decision(self) -> str | None:
        return None if self.new_settlement is None else self.new_settlement.get("decision")


@dataclass(frozen=True, slots=True)
class Observed:
    settled: bool
    intent: str | None
    route: str | None
    inquiry_id: str | None
    matched_by: str | None
    review_reason: str | None
    fields: Mapping[str, str | None]
    """By the names of ``ExpectedFields``."""
    changes: tuple[Change, ...]


def observe(summary: EmailSummary, consolidated: Consolidated | None, changes: Iterable[Change]) -> Observed:
    return Observed(
        settled=summary.status == "settled",
        intent=summary.intent,
        route=summary.route,
        inquiry_id=summary.inquiry_id,
        matched_by=summary.matched_by,
        review_reason=summary.review_reason,
        fields=read_values(consolidated) if consolidated else {},
        changes=tuple(changes),
    )


def read_values(found: Consolidated) -> dict[str, str | None]:
    """The values read, as text; None where nothing was."""
    settlement = found.settlement.value if found.settlement else None
    by_direction = {
        direction: next((r.value for r in found.references if r.direction is direction), None)
        for direction in ReferenceDirection
    }

    def text(value: object) -> str | None:
        return None if value is None else str(value)

    return {
        "total_claim": text(found.total_claim and found.total_claim.value),
        "principal": text(found.principal and found.principal.value),
        "interest": text(found.interest and found.interest.value),
        "costs": text(found.costs and found.costs.value),
        "as_of": text(found.as_of and found.as_of.value.isoformat()),
        "iban": text(found.iban and found.iban.value),
        "bic": text(found.bic and found.bic.value),
        "creditor_reference": by_direction[ReferenceDirection.THEIRS],
        "case_reference": by_direction[ReferenceDirection.OURS],
        "settlement_decision": text(settlement and settlement.decision),
        "counter_offer_amount": text(settlement and settlement.counter_offer_amount),
    }


def find_changes(before: Iterable[Client], after: Iterable[Client]) -> list[Change]:
    """Every creditor's entry that differs in amount or settlement, by ids, never by position."""
    earlier = {(c.client_id, k.creditor_id): k for c in before for k in c.creditors}
    changes = []
    for client in after:
        for creditor in client.creditors:
            was = earlier.get((client.client_id, creditor.creditor_id))
            change = Change(
                client_id=client.client_id,
                creditor_id=creditor.creditor_id,
                old_amount=was.current_amount if was else None,
                new_amount=creditor.current_amount,
                old_settlement=_settlement(was),
                new_settlement=_settlement(creditor),
                email_ids=tuple(_extra(creditor).get("applied_email_ids") or ()),
            )
            if change.amount_changed or change.settlement_changed:
                changes.append(change)
    return changes


def _extra(creditor: Creditor | None) -> Mapping[str, Any]:
    return (creditor.model_extra or {}) if creditor else {}


def _settlement(creditor: Creditor | None) -> Mapping[str, Any] | None:
    found = _extra(creditor).get("settlement")
    return found or None
