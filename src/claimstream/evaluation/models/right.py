"""A model that reads rightly: it says what the case expects, in the words in which it stands there."""

import email
import re
from decimal import Decimal
from functools import cached_property
from typing import Any

from claimstream.domain.reader.amounts import AmountToken
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.labels import Role, find_labels
from claimstream.domain.records.decision import ReviewReason, Route
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import AMOUNT_INTENTS, Intent
from claimstream.domain.replies.answer_rules import AGREES, DENIES, REFUSES, REFUSES_BY_DENIAL
from claimstream.domain.replies.answers import what_is_said
from claimstream.domain.replies.conditions import conditions_in
from claimstream.domain.replies.kinds import is_harmless
from claimstream.domain.replies.pieces import Piece
from claimstream.domain.replies.plan import NAMES_PLAN
from claimstream.evaluation.models.model import Model
from claimstream.evaluation.models.proposal import Proposal, read_proposal
from claimstream.evaluation.models.shown import Shown
from claimstream.evaluation.score import WRITING

_RANKS = {Role.STILL: "still_to_pay", Role.TOTAL: "total", Role.CLAIM: "claim"}
"""From the best label to the worst."""
_FIGURES_OF_STATEMENT = 3
"""A text with so many is no answer to a plan, unless a sentence of it plainly is."""


class Right(Model):
    """What a case leaves open it leaves open too. It invents nothing: what does not stand in the text is null.

    A scan it reads only where a script of the case says what stands there.
    """

    def classify(self, shown: Shown) -> dict[str, Any]:
        intent = self._intent
        return {} if intent is None else {"intent": intent, "confidence": 0.97, "why": "the case expects it"}

    @property
    def _intent(self) -> Intent | None:
        fields = self.expected.fields
        if self.expected.intent is not None:
            return self.expected.intent
        if fields.settlement_decision is not None:
            return Intent.SETTLEMENT_RESPONSE
        if fields.total_claim is not None:
            return Intent.CLAIM_STATEMENT
        return Intent.AUTO_REPLY if self.expected.routes == (Route.IGNORE,) else None

    @property
    def _total(self) -> Decimal | None:
        """The claim that the mail states; None where it states none, or the case does not say."""
        expected = self.expected
        if "total_claim" in expected.fields.model_fields_set:
            return expected.fields.total_claim
        written = WRITING.intersection(expected.routes) and (expected.intent or Intent.CLAIM_STATEMENT)
        return expected.current_amount_after if written in AMOUNT_INTENTS else None

    def extract(self, shown: Shown) -> dict[str, Any]:
        fields, file = self.expected.fields, self.file
        return {
            "total_claim": _amount(shown, self._total),
            "principal": _amount(shown, fields.principal),
            "interest": _amount(shown, fields.interest),
            "costs": _amount(shown, fields.costs),
            "as_of": _day(shown, fields.as_of),
            "iban": _code(shown, fields.iban),
            "bic": _code(shown, fields.bic),
            "people": _people(shown, file) if file else [],
            "creditor": shown.quoted(file.creditor.name) if file else None,
            "representative": shown.quoted(file.creditor.representative_name or "") if file else None,
            "references": self._references(shown),
            "settlement": self._settlement(shown),
        }

    def _references(self, shown: Shown) -> list[dict[str, Any]]:
        file = self.file
        ours = self.expected.fields.case_reference or (file.client.case_reference if file else None)
        theirs = self.expected.fields.creditor_reference or (file.inquiry.creditor_reference if file else None)
        found = ((shown.quoted(number or ""), side) for number, side in ((ours, "ours"), (theirs, "theirs")))
        return [{**quoted, "direction": side} for quoted, side in found if quoted]

    def _settlement(self, shown: Shown) -> dict[str, Any] | None:
        decision = self.expected.fields.settlement_decision
        if decision is None or (quote := self._answer_in(shown, decision)) is None:
            return None
        conditional = self.expected.review_reason is ReviewReason.SETTLEMENT_CONDITIONAL
        offer = self.expected.fields.counter_offer_amount
        return {
            "decision": decision,
            "conditions": [c for s in shown.sentences for c in conditions_in(s)] if conditional else [],
            "counter_offer_amount": None if offer is None else str(offer),
            "quote": quote,
        }

    def _answer_in(self, shown: Shown, decision: SettlementDecision) -> str | None:
        """The sentence that gives the answer; None where the text gives none."""
        offer = self.expected.fields.counter_offer_amount
        if offer is not None:
            places = shown.figures_of(offer)
            return shown.sentence(places[0].start, places[0].end) if places else None
        said = max(shown.pieces, key=lambda piece: _says(piece, decision), default=None)
        if said is not None and _says(said, decision):
            return said.sentence.written
        if self._has_attachments or len(shown.figures) >= _FIGURES_OF_STATEMENT:
            return None  # it is said elsewhere
        # In words that the rules do not know: the last sentence of the letter that is no courtesy.
        free = [p.sentence.written for p in shown.pieces if not (p.outside or p.is_name or is_harmless(p.sentence))]
        return free[-1] if free else None

    @cached_property
    def _has_attachments(self) -> bool:
        return any(part.get_filename() for part in email.message_from_bytes(self.case.raw).walk())

    def witness(self, shown: Shown) -> dict[str, Any]:
        proposal = read_proposal(shown.proposal)
        why = "the words of the proposal are not known" if proposal is None else self._against(proposal)
        if not why:
            return {"against": [], "verdict": "yes"}
        return {"against": [{"quote": self._speaking_against(shown, proposal), "why": why}], "verdict": "no"}

    def _against(self, proposal: Proposal) -> str:
        """What speaks against a write, "" where the case expects it."""
        expected, file, fields = self.expected, self.file, self.expected.fields
        if expected.routes and not WRITING.intersection(expected.routes):
            return "nothing is to be written"
        if expected.has("inquiry_id"):
            if file is None:
                return "it is about nobody who is known"
            client = f"{file.client.first_name} {file.client.last_name}"
            if (proposal.client.split(), proposal.creditor.split()) != (client.split(), file.creditor.name.split()):
                return "it is about another claim"
        answers = fields.settlement_decision is not None or expected.intent is Intent.SETTLEMENT_RESPONSE
        if expected.intent is not None and answers is (proposal.decision is None):
            return "it states no claim" if answers else "it answers no plan"
        if proposal.decision is None:
            wanted = expected.current_amount_after if expected.has("current_amount_after") else self._total
            known = wanted is not None or "total_claim" in fields.model_fields_set
            return "the claim is another one" if known and wanted != proposal.amount else ""
        if "settlement_decision" in fields.model_fields_set and fields.settlement_decision is not proposal.decision:
            return "the answer is another one"
        offered = "counter_offer_amount" in fields.model_fields_set
        return "another sum is offered" if offered and fields.counter_offer_amount != proposal.amount else ""

    def _speaking_against(self, shown: Shown, proposal: Proposal | None) -> str:
        """The line of the right figure, else that of the proposed one, else what the letter says first."""
        for value in (self._total, proposal.amount if proposal else None):
            for place in shown.figures_of(value) if value is not None else ():
                return shown.passage(place.start, place.end)
        letter = [p.sentence.written for p in shown.pieces if not (p.outside or p.is_name)]
        return next(iter([*letter, *(s.written for s in shown.sentences)]), "")


def _says(piece: Piece, decision: SettlementDecision) -> int:
    """How plainly a sentence gives an answer; 0: not in words that the rules know."""
    low = piece.sentence.folded
    if what_is_said(piece.low) is decision:
        return 3
    refuses = REFUSES.find(low) or REFUSES_BY_DENIAL.find(low) or (AGREES.find(low) and DENIES.find(low))
    if (decision is SettlementDecision.DECLINED and refuses) or (
        decision is SettlementDecision.ACCEPTED and AGREES.find(low) and not refuses
    ):
        return 2
    return 1 if decision is SettlementDecision.UNCLEAR and NAMES_PLAN.find(low) else 0


def _amount(shown: Shown, value: Decimal | None) -> dict[str, Any] | None:
    """An amount in its own row or sentence; of several places the one with the best label, then the first."""
    if value is None:
        return None
    best = min(shown.figures_of(value), key=lambda place: _weight(shown, place), default=None)
    if best is None:
        return None
    label, role = shown.label_of(best), _role(shown, best)
    rank = (_RANKS.get(role, "total") if role else "total") if label else "bare"
    quote = shown.passage(best.start, best.end, label=label)
    return {"value": str(value), "quote": quote, "label": label or None, "rank": rank}


def _role(shown: Shown, figure: AmountToken) -> Role | None:
    """The best of what the label says."""
    roles = {label.role for label in find_labels(shown.label_of(figure).lower())}
    return next((role for role in _RANKS if role in roles), next(iter(roles), None))


def _weight(shown: Shown, figure: AmountToken) -> int:
    role = _role(shown, figure)
    if role is None:
        return len(_RANKS)
    return list(_RANKS).index(role) if role in _RANKS else len(_RANKS) + 1


def _day(shown: Shown, wanted: str | None) -> dict[str, Any] | None:
    for token in find_dates(shown.text) if wanted else ():
        if token.value and token.value.isoformat() == wanted:
            return {"value": wanted, "quote": shown.passage(token.start, token.end)}
    return None


def _code(shown: Shown, wanted: str | None) -> dict[str, Any] | None:
    """An IBAN or BIC, however it is grouped."""
    letters = "".join((wanted or "").split())
    found = re.search(r"\s?".join(letters), shown.text, re.IGNORECASE) if letters else None
    return {"value": letters, "quote": shown.passage(*found.span())} if found else None


def _people(shown: Shown, file: CandidateFile) -> list[dict[str, Any]]:
    """The client, by both names or else the surname."""
    first, last = file.client.first_name, file.client.last_name
    for written, given in ((f"{first} {last}", first), (f"{last}, {first}", first), (last, "")):
        if quoted := shown.quoted(written):
            return [{"first": given, "last": last, "quote": quoted["quote"]}]
    return []
