"""The rule when a model is asked about a mail (domain rules, Extract)."""

from claimstream.domain.records.extraction import AmountRank, Consolidated, FigureDoubt, SettlementDecision
from claimstream.domain.records.intent import AMOUNT_INTENTS, Intent

SETTLED_BY_A_MODEL = frozenset({FigureDoubt.WORDS})
"""Doubts about a figure that a model's agreement may settle. The others speak of something that a person must see: two
figures, several people, sums that do not come out, a label that says *about*."""


def needs_model(intent: Intent, consolidated: Consolidated) -> bool:
    """Return True when the rules left open what this intent calls for, and a model could settle it.

    What a person decides anyway (conflicts about the amount, flawed amounts, injected text, requests) is not worth a
    token.
    """
    if consolidated.injection is not None:
        return False
    if intent in AMOUNT_INTENTS:
        if consolidated.conflicts:
            return False
        total = consolidated.total_claim
        if consolidated.flaw is not None:
            return False
        if total is None or total.rank is AmountRank.BARE or total.doubt in SETTLED_BY_A_MODEL:
            return True
        if total.rank is AmountRank.CLAIM and total.evidence.source_id == "body" and consolidated.sources_unread:
            return True  # the statement itself may be a scan
        return total.computed and None in (consolidated.principal, consolidated.interest, consolidated.costs)
    if intent is Intent.SETTLEMENT_RESPONSE:
        settlement = consolidated.settlement
        return settlement is None or settlement.value.decision is SettlementDecision.UNCLEAR
    return False
