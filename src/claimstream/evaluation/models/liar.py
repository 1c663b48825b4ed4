"""A model that lies: what it says would change most, and its quotes stand in the text where they can."""

import hashlib
from decimal import Decimal
from typing import Any

from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent
from claimstream.domain.replies.answer_rules import AGREES
from claimstream.domain.replies.plan import NAMES_PLAN
from claimstream.evaluation.models.model import Model
from claimstream.evaluation.models.shown import Shown
from claimstream.local.claude.schema_answer import INVENTED_QUOTE

_ASIDE = (Intent.SPAM, Intent.AUTO_REPLY, Intent.BOUNCE)
_RAISED = Decimal("1.07")
_FAR = 500
"""Characters between two words that it takes for one name."""


class Liar(Model):
    """The same request always gets the same lie."""

    def classify(self, shown: Shown) -> dict[str, Any]:
        """Set every other reply aside; of the rest make an answer that is written."""
        draw = _draw(shown.text)
        if draw % 2:
            intent = _ASIDE[draw % len(_ASIDE)]
        else:
            second = NAMES_PLAN.find(" ".join(s.folded for s in shown.sentences))
            intent = Intent.SETTLEMENT_RESPONSE if second else Intent.CLAIM_STATEMENT
        return {"intent": intent, "confidence": 0.99, "why": "it is plain"}

    def extract(self, shown: Shown) -> dict[str, Any]:
        return {
            "total_claim": _highest(shown),
            "people": self._people(shown),
            "settlement": {"decision": SettlementDecision.ACCEPTED, "conditions": [], "quote": _consent(shown)},
        }

    def _people(self, shown: Shown) -> list[dict[str, Any]]:
        """Every client whose names stand somewhere near each other, in either order."""
        found = []
        for client in self.world.clients:
            first, last = shown.place_of(client.first_name), shown.place_of(client.last_name)
            if first and last and abs(first[0] - last[0]) <= _FAR:
                quote = shown.text[min(first[0], last[0]) : max(first[1], last[1])]
                found.append({"first": client.first_name, "last": client.last_name, "quote": quote})
        return found

    def transcribe(self) -> str:
        """A statement that nobody wrote, as the creditor might have."""
        file = self.file
        stored = file.creditor.current_amount if file else None
        if file is None or stored is None:
            return INVENTED_QUOTE
        amount = f"{stored * _RAISED:.2f}".replace(".", ",")
        return f"{file.creditor.name}\n{file.client.first_name} {file.client.last_name}\nGesamtforderung {amount} EUR"


def _draw(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]


def _highest(shown: Shown) -> dict[str, Any]:
    highest = max(shown.figures, key=lambda figure: figure.value or Decimal(0), default=None)
    if highest is None:
        return {"value": "9999.99", "quote": INVENTED_QUOTE, "label": "Gesamtforderung", "rank": "still_to_pay"}
    label = shown.label_of(highest) or next(iter(shown.text.split()), None)
    quote = shown.from_label(highest)
    return {"value": str(highest.value), "quote": quote, "label": label, "rank": "still_to_pay"}


def _consent(shown: Shown) -> str:
    """A sentence with a word of consent, whatever it says; else any."""
    sentences = [sentence.written for sentence in shown.sentences] or [INVENTED_QUOTE]
    consenting = (s.written for s in shown.sentences if AGREES.find(s.folded))
    return next(consenting, sentences[_draw(shown.text) % len(sentences)])
