"""What a reply wants, by rules that cost nothing (domain rules, Classify).

Clear mail is settled here. Whatever is not clear gets a confidence below 0.70, so that a model or a person is asked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from claimstream.domain.reader.confidence import SOURCE_CONFIDENCE
from claimstream.domain.records.extraction import AmountRank, Method, SettlementDecision, SourceExtraction
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import SET_ASIDE, Classification, Intent
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.replies import wants
from claimstream.domain.replies.plan import NAMES_PLAN
from claimstream.domain.rules.automatic import (
    acknowledgement,
    automatic,
    automatic_by_words,
    in_absence,
    is_generated,
    sent_by_us,
    unasked,
)
from claimstream.domain.text import folded

_ANSWERS_TO_A_PLAN = frozenset(
    {Intent.CLAIM_STATEMENT, Intent.INSTALLMENT_OFFER, Intent.REJECTION, Intent.SETTLEMENT_RESPONSE}
)

LETTER_LENGTH = 6000
"""Characters. A longer attachment is a contract or a set of terms, whose phrases say nothing about this reply."""

UNSURE = 0.60
"""Something tells what a mail wants, and something speaks against it."""
NOTHING_TELLS = 0.50


def settle_intent(intent: Intent, letter: Letter | None) -> Intent:
    """An answer to a second letter is a settlement response, also when it declines; questions stay questions."""
    return Intent.SETTLEMENT_RESPONSE if letter is Letter.SECOND and intent in _ANSWERS_TO_A_PLAN else intent


def classify(
    mail: ParsedMail,
    extractions: Sequence[SourceExtraction],
    *,
    letter: Letter | None,
    own_addresses: Collection[str] = (),
) -> Classification:
    """The intent by rules.

    Args:
        extractions: what the rules read in the mail's sources.
        letter: that of the inquiry a deterministic signal routed the mail to.
        own_addresses: the sender of our notifications, and our mailboxes.
    """
    if ours := sent_by_us(mail, own_addresses):
        return ours
    reading = _Reading.of(mail, extractions)
    answers = bool(reading.decisions - {SettlementDecision.UNCLEAR})
    found = automatic(mail, figures=reading.labelled, answers=answers) or _by_content(mail, reading, letter)
    if in_absence(mail, figures=reading.labelled) and found.intent not in SET_ASIDE and found.confidence > UNSURE:
        found = found.model_copy(update={"confidence": UNSURE, "why": f"{found.why}; its author is away"})
    if is_generated(mail) and found.intent not in SET_ASIDE and found.confidence > UNSURE:
        why = f"{found.why}; a machine sent it (Auto-Submitted: auto-generated)"
        found = found.model_copy(update={"confidence": UNSURE, "why": why})
    return found.model_copy(update={"intent": settle_intent(found.intent, letter)})


def with_model(
    ruled: Classification,
    answer: Classification,
    mail: ParsedMail,
    extractions: Sequence[SourceExtraction],
    *,
    known: bool,
) -> Classification:
    """What a mail wants, where the rules are unsure and a model has answered.

    The model's word counts where the rules read nothing that tells, or agree with it, and is no surer than the body it
    was read in. Otherwise a person decides: between the two, or whether a mail that a machine sent is more than an
    acknowledgement. Setting a mail aside loses it, so there the model is believed only of a mail from nobody about
    nothing: no signal routes it, nothing is attached, and no known name and no figure stands in it.

    Args:
        ruled: by the rules.
        answer: by the model.
        extractions: what the rules read in the mail's sources.
        known: a sender, name or reference of an inquiry stands in the mail.
    """
    if answer.intent in SET_ASIDE:
        attached = bool(mail.unread) or any(source.may_be_a_letter for source in mail.sources[1:])
        counts = not (ruled.routing or known or attached or any(extraction.totals for extraction in extractions))
    else:
        agrees = answer.intent is ruled.intent or ruled.confidence <= NOTHING_TELLS
        counts = agrees and not is_generated(mail)
    if not counts:
        why = f"{ruled.why}; the model takes it for {answer.intent.value}: {answer.why}"
        return ruled.model_copy(update={"why": why})
    confidence = min(answer.confidence, SOURCE_CONFIDENCE[SourceKind.BODY])
    return answer.model_copy(update={"confidence": confidence, "routing": ruled.routing})


@dataclass(frozen=True)
class _Reading:
    """What the rules read in all sources, and the words of the letters among them."""

    extractions: Sequence[SourceExtraction]
    said: wants.Said

    @classmethod
    def of(cls, mail: ParsedMail, extractions: Sequence[SourceExtraction]) -> "_Reading":
        sources = [source for source in mail.sources if source.text.strip()]
        letters = [s.text for s in sources if s.source_id == "body" or len(s.text) <= LETTER_LENGTH]
        return cls(extractions, wants.Said(letters))

    @property
    def rank(self) -> AmountRank | None:
        """The best rank of all amounts, the sum of the parts counting as a claim."""
        ranks = [amount.rank for e in self.extractions for amount in e.totals if not amount.computed]
        if any(e.principal and (e.interest or e.costs) for e in self.extractions):
            ranks.append(AmountRank.CLAIM)
        return min(ranks, default=None)

    @property
    def labelled(self) -> bool:
        return self.rank is not None and self.rank < AmountRank.BARE

    @property
    def total(self) -> bool:
        return self.rank is not None and self.rank <= AmountRank.TOTAL

    @property
    def decisions(self) -> set[SettlementDecision]:
        # Beside text that instructs its reader as a machine, "accepted" may be part of the instruction.
        return {e.settlement.value.decision for e in self.extractions if e.settlement and not e.injection}

    @property
    def awaits_a_plan(self) -> bool:
        """Return whether all that is said of a plan is that somebody will decide on it."""
        said = [e.settlement.evidence.quote for e in self.extractions if e.settlement]
        return all(wants.PLAN_TO_COME.find(folded(quote)) for quote in said)

    @property
    def rate(self) -> bool:
        return any(e.installment and e.installment.value.rate is not None for e in self.extractions)


def _by_content(mail: ParsedMail, reading: _Reading, letter: Letter | None) -> Classification:
    answers = any(extraction.settlement for extraction in reading.extractions)
    if not (reading.labelled or (letter and answers)) and (spam := unasked(mail, routed=letter is not None)):
        return spam
    installments = _installments(reading)
    if not (installments and letter is not Letter.SECOND and not reading.said.find(NAMES_PLAN)):
        settled = _settlement(reading, letter)
        if settled is not None:
            return settled
    if installments:
        return _rule(Intent.INSTALLMENT_OFFER, 0.90, installments)
    if not reading.labelled and (blocked := _cannot_act(reading)):
        return _rule(Intent.CLARIFICATION_REQUEST, 0.92, blocked)
    only_installments = reading.total and reading.said.find(wants.INSTALLMENTS_REFUSED)
    if (refused := _refusal(reading)) and not only_installments:
        if not reading.labelled:
            return _rule(Intent.REJECTION, 0.88, refused)
        return _rule(Intent.REJECTION, UNSURE, f"{refused}, beside an amount")
    if refused:
        return _rule(Intent.CLAIM_STATEMENT, 0.85, "a total, and a refusal of installments only")
    if reading.labelled:
        return _claim(reading)
    return _without_figure(mail, reading)


def _installments(reading: _Reading) -> str | None:
    """The words that offer installments. A sentence saying that they are possible is no offer."""
    if reading.said.find(wants.INSTALLMENTS_REFUSED):
        return None
    found = reading.said.find(wants.INSTALLMENTS_OFFERED)
    if found is None or (reading.total and not reading.rate):
        return None
    return found


def _settlement(reading: _Reading, letter: Letter | None) -> Classification | None:
    """An answer to the plan: by what was decided, or for a second letter by its very subject."""
    decided = reading.decisions - {SettlementDecision.UNCLEAR}
    only_installments = reading.said.find(wants.INSTALLMENTS_REFUSED) and not reading.said.find(NAMES_PLAN)
    if not reading.decisions or (letter is not Letter.SECOND and only_installments):
        return None
    asked = reading.said.find(wants.REQUEST)
    if not decided:
        if asked and not reading.labelled:
            return None
        if letter is Letter.FIRST and reading.labelled and reading.awaits_a_plan:
            return None
        confidence = 0.85 if letter is Letter.SECOND else UNSURE
        return _rule(Intent.SETTLEMENT_RESPONSE, confidence, "it speaks of the plan and decides nothing")
    why = f"the plan is answered: {', '.join(sorted(decided))}"
    if letter is Letter.SECOND:
        return _rule(Intent.SETTLEMENT_RESPONSE, 0.95, why)
    if letter is Letter.FIRST and decided == {SettlementDecision.DECLINED}:
        return _rule(Intent.REJECTION, 0.88 if not reading.labelled else UNSURE, "a refusal of the first letter")
    spoken = reading.said.find(NAMES_PLAN)
    return _rule(Intent.SETTLEMENT_RESPONSE, 0.90 if spoken else UNSURE, why)


def _refusal(reading: _Reading) -> str | None:
    return reading.said.find(wants.REFUSAL, beside=wants.OF_THE_INQUIRY, unless=wants.BY_PHONE)


def _cannot_act(reading: _Reading) -> str | None:
    return reading.said.find(wants.CANNOT_ACT, unless=wants.UNMARKED_PAYMENT)


def _claim(reading: _Reading) -> Classification:
    if blocked := _cannot_act(reading):
        if reading.total:
            return _rule(Intent.CLARIFICATION_REQUEST, UNSURE, f"{blocked}, beside a total")
        return _rule(Intent.CLARIFICATION_REQUEST, 0.75, blocked)
    if (disputed := reading.said.find(wants.DISPUTED)) and not reading.said.find(wants.STATEMENT):
        return _rule(Intent.CLAIM_STATEMENT, UNSURE, f"{disputed}: perhaps our own figure")
    if reading.total:
        return _rule(Intent.CLAIM_STATEMENT, 0.95, "it states a total")
    if (asked := reading.said.find(wants.INQUIRY)) and not reading.said.find(wants.STATEMENT):
        return _rule(Intent.GENERAL_INQUIRY, UNSURE, f"{asked}, beside an amount")
    return _rule(Intent.CLAIM_STATEMENT, 0.90, "it states what is claimed")


def _without_figure(mail: ParsedMail, reading: _Reading) -> Classification:
    if announced := _announced(mail, reading):
        return _rule(Intent.CLAIM_STATEMENT, 0.85, f"a statement is announced: {announced}")
    if reading.rank is None and (receipt := acknowledgement(mail)):
        return receipt
    inquiry, request = reading.said.find(wants.INQUIRY), reading.said.find(wants.REQUEST)
    if request and reading.said.find(wants.REQUEST_OBJECT):
        return _rule(Intent.CLARIFICATION_REQUEST, 0.92, request)
    if inquiry:
        return _rule(Intent.GENERAL_INQUIRY, 0.88, inquiry)
    if request:
        return _rule(Intent.CLARIFICATION_REQUEST, 0.85, request)
    if written := automatic_by_words(mail):
        return written
    if reading.rank is not None:
        return _rule(Intent.CLAIM_STATEMENT, UNSURE, "an amount that nothing says the meaning of")
    return _rule(Intent.GENERAL_INQUIRY, NOTHING_TELLS, "nothing tells what it wants")


def _announced(mail: ParsedMail, reading: _Reading) -> str | None:
    """A statement said to be attached, whether it could be read, could not, or was forgotten."""
    unread = [source.name for source in mail.sources if source.needs_vision] + [entry.name for entry in mail.unread]
    named = next((name for name in unread if wants.STATEMENT.find(folded(name.replace("_", " ")))), None)
    if named:
        return named
    stated = reading.said.find(wants.STATEMENT)
    return stated if stated and reading.said.find(wants.ATTACHED) else None


def _rule(intent: Intent, confidence: float, why: str) -> Classification:
    return Classification(intent=intent, confidence=confidence, method=Method.READER, why=why)
