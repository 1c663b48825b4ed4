"""A model that reads too little: its quotes are true, and what qualifies them is left out."""

from typing import Any

from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent
from claimstream.domain.replies.answer_rules import AGREES, DENIES, REFUSES
from claimstream.domain.replies.plan import ABOUT_PLAN
from claimstream.domain.text import folded
from claimstream.evaluation.models.model import Model
from claimstream.evaluation.models.shown import Shown


class UnderReader(Model):
    """It takes the first figure with a label for the claim, and the first clause that answers for the answer."""

    def classify(self, shown: Shown) -> dict[str, Any]:
        if ABOUT_PLAN.find(" ".join(sentence.folded for sentence in shown.sentences)):
            intent = Intent.SETTLEMENT_RESPONSE
        elif _first_labelled(shown):
            intent = Intent.CLAIM_STATEMENT
        else:
            return {}
        return {"intent": intent, "confidence": 0.9, "why": "it says so"}

    def extract(self, shown: Shown) -> dict[str, Any]:
        return {"total_claim": _first_labelled(shown), "settlement": _first_answer(shown)}


def _first_labelled(shown: Shown) -> dict[str, Any] | None:
    """The figure and its label, nothing behind: a part may stand for the whole."""
    for figure in shown.figures:
        if label := shown.label_of(figure):
            quote = shown.from_label(figure)
            return {"value": str(figure.value), "quote": quote, "label": label, "rank": "total"}
    return None


def _first_answer(shown: Shown) -> dict[str, Any] | None:
    """The first sentence that agrees or refuses, up to its comma: what follows may be a condition."""
    for sentence in shown.sentences:
        low = sentence.folded
        if REFUSES.find(low) or (AGREES.find(low) and DENIES.find(low)):
            decision = SettlementDecision.DECLINED
        elif AGREES.find(low):
            decision = SettlementDecision.ACCEPTED
        else:
            continue
        clauses = sentence.written.split(",")
        quote = next((c.strip() for c in clauses if AGREES.find(folded(c)) or REFUSES.find(folded(c))), clauses[0])
        return {"decision": decision, "conditions": [], "quote": quote}
    return None
