"""What actually happened to a case's mail."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claimstream.domain.reader.spelling import normalise
from claimstream.domain.records.decision import Decision
from claimstream.domain.records.extraction import Consolidated, ReferenceDirection
from claimstream.domain.records.inquiry import Client
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import EmailSummary
from claimstream.domain.records.world import World
from claimstream.pipeline.model_desk import ModelCall

_FIGURES = re.compile(r"\d(?:[\d.,]{0,20}\d)?")
_RULE = re.compile(r" \(([a-z]+(?:_[a-z]+)+)[:)]")
"""The name of a rule in a sentence: *the claim may have ended (paid_off): …*."""


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
    trail: "Trail | None" = None
    """None where the mail was not read."""
    calls: tuple[ModelCall, ...] = ()
    """The questions that the model was asked."""


@dataclass(frozen=True, slots=True)
class Trail:
    """How a mail was read and decided."""

    mail: ParsedMail
    found: Consolidated | None = None
    """None for mail that was set aside unread."""
    decision: Decision | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules that sent a mail to a person, in the order of their reasons.

        A guard's is its own. Where no guard refused it is the sentence that says why, with the rule that it names and
        without what it quotes.
        """
        if self.decision is None:
            return ()
        guards = [guard for guard in self.decision.guards if guard.reason is not None]
        named = [f"{guard.guard} guard: {_without_quotes(guard.why)}" for guard in guards]
        told = {guard.why for guard in guards}
        others = [why for why in self.decision.why.split("; ") if why and why not in told]
        return tuple(dict.fromkeys([*map(_without_quotes, others), *named]))


def _without_quotes(why: str) -> str:
    """The sentence of a rule, without the figures and words of the mail that it names."""
    rule = _RULE.search(why)
    sentence = _FIGURES.sub("…", why.partition(": ")[0].partition(" (")[0]).strip()
    return f"{sentence} ({rule[1]})" if rule else sentence


def observe(
    summary: EmailSummary,
    consolidated: Consolidated | None,
    changes: Iterable[Change],
    *,
    world: World,
    trail: Trail | None = None,
    calls: tuple[ModelCall, ...] = (),
) -> Observed:
    return Observed(
        settled=summary.status == "settled",
        intent=summary.intent,
        route=summary.route,
        inquiry_id=summary.inquiry_id,
        matched_by=summary.matched_by,
        review_reason=summary.review_reason,
        fields=read_values(consolidated, {c.case_reference for c in world.clients}) if consolidated else {},
        changes=tuple(changes),
        trail=trail,
        calls=calls,
    )


def read_values(found: Consolidated, case_references: Collection[str]) -> dict[str, str | None]:
    """The values read, as text; None where nothing was.

    Args:
        case_references: the firms' own. A label such as *Az.* may stand before either side's; one of these is ours.
    """
    settlement = found.settlement.value if found.settlement else None
    known = {normalise(reference) for reference in case_references}

    def reference(direction: ReferenceDirection, *, ours: bool) -> str | None:
        labelled = [r.value for r in found.references if r.direction is direction]
        open_ones = [
            r.value
            for r in found.references
            if r.direction is ReferenceDirection.UNKNOWN and (r.normalised in known) is ours
        ]
        return next(iter([*labelled, *open_ones]), None)

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
        "creditor_reference": reference(ReferenceDirection.THEIRS, ours=False),
        "case_reference": reference(ReferenceDirection.OURS, ours=True),
        "settlement_decision": text(settlement and settlement.decision),
        "counter_offer_amount": text(settlement and settlement.counter_offer_amount),
    }


@dataclass(frozen=True, slots=True)
class Stored:
    """A creditor's entry of a client's record, as far as we write it."""

    amount: Decimal | None
    settlement: Mapping[str, Any] | None
    email_ids: tuple[str, ...] = ()


Entries = Mapping[tuple[str, str], Stored]
"""By client and creditor, never by position."""


def entries_of(clients: Iterable[Client]) -> dict[tuple[str, str], Stored]:
    """What a world says is stored."""
    return {
        (client.client_id, creditor.creditor_id): Stored(
            amount=creditor.current_amount, settlement=(creditor.model_extra or {}).get("settlement") or None
        )
        for client in clients
        for creditor in client.creditors
    }


def find_changes(before: Entries, after: Entries) -> list[Change]:
    """Every entry that differs in amount or settlement."""
    nothing = Stored(amount=None, settlement=None)
    changes = []
    for (client_id, creditor_id), now in after.items():
        was = before.get((client_id, creditor_id), nothing)
        change = Change(
            client_id=client_id,
            creditor_id=creditor_id,
            old_amount=was.amount,
            new_amount=now.amount,
            old_settlement=was.settlement,
            new_settlement=now.settlement,
            email_ids=now.email_ids,
        )
        if change.amount_changed or change.settlement_changed:
            changes.append(change)
    return changes
