"""What a reply wants, by rules that cost nothing (domain rules, Classify).

Clear mail is settled here. Whatever is not clear gets a confidence below 0.70, so that a model or a person is asked.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from claimstream.domain.language import Rule
from claimstream.domain.records.extraction import AmountRank, Method, SettlementDecision, SourceExtraction
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import SET_ASIDE, Classification, Intent
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules import phrases
from claimstream.domain.rules.automatic import (
    acknowledgement,
    automatic,
    automatic_by_words,
    is_generated,
    sent_by_us,
    unasked,
)

_ANSWERS_TO_A_PLAN = frozenset(
    {Intent.CLAIM_STATEMENT, Intent.INSTALLMENT_OFFER, Intent.REJECTION, Intent.SETTLEMENT_RESPONSE}
)

LETTER_LENGTH = 6000
"""Characters. A longer attachment is a contract or a set of terms, whose phrases say nothing about this reply."""

UNSURE = 0.60

OF_THE_INQUIRY = Rule(
    "refusal_of_the_inquiry",
    r"{we_or_you}|{asked_thing}",
    takes=("Ihr Plan wird abgelehnt.", "Wir lehnen ab.", "Die Anfrage wurde zurückgewiesen."),
    leaves=("Ein Erlass wurde am 2. Mai abgelehnt.", "Die Übernahme wurde von der Versicherung abgelehnt."),
)
"""What is refused is asked for by us, or by the creditor itself; else it is something of the past."""
BY_PHONE = Rule(
    "by_phone",
    r"{by_phone}",
    takes=("Telefonisch erteilen wir keine Auskunft.", "Unsere Telefonzentrale kann keine Auskünfte erteilen."),
    leaves=("Wir erteilen keine Auskunft.",),
)
UNMARKED_PAYMENT = Rule(
    "payment_without_its_number",
    r"{otherwise}{gap}(?:{settling}|{settling_noun}){gap}{cannot}|(?:{settling}|{settling_noun}){gap}{otherwise}{gap}{cannot}",
    takes=(
        "Zahlungen ohne dieses Zeichen können nicht zugeordnet werden.",
        "Geben Sie das Zeichen an, andernfalls kann der Eingang nicht zugeordnet werden.",
    ),
    leaves=(
        "Ohne Geburtsdatum können wir die Anfrage nicht zuordnen.",
        "Ihre Zahlung konnten wir nicht zuordnen.",
        "Ihre Zahlung ging ohne Zeichen ein und kann nicht zugeordnet werden.",
        "Die Zahlung vom 3. Mai kann ohne Zeichen nicht zugeordnet werden.",
    ),
    but=r"{has_happened}",
)
"""A payment that is still to come."""
_SENTENCE_END = re.compile(r"[.!?;]")


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
    if is_generated(mail) and found.intent not in SET_ASIDE and found.confidence > UNSURE:
        why = f"{found.why}; a machine sent it (Auto-Submitted: auto-generated)"
        found = found.model_copy(update={"confidence": UNSURE, "why": why})
    return found.model_copy(update={"intent": settle_intent(found.intent, letter)})


@dataclass(frozen=True)
class _Reading:
    """What the rules read in all sources, and the words of the letters among them."""

    extractions: Sequence[SourceExtraction]
    words: str

    @classmethod
    def of(cls, mail: ParsedMail, extractions: Sequence[SourceExtraction]) -> "_Reading":
        sources = [source for source in mail.sources if source.text.strip()]
        letters = [s.text for s in sources if s.source_id == "body" or len(s.text) <= LETTER_LENGTH]
        return cls(extractions, phrases.plain(" . ".join(letters)))

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
    def rate(self) -> bool:
        return any(e.installment and e.installment.value.rate is not None for e in self.extractions)


def _by_content(mail: ParsedMail, reading: _Reading, letter: Letter | None) -> Classification:
    words = reading.words
    if letter is None and not reading.labelled and (spam := unasked(mail)):
        return spam
    installments = _installments(reading)
    if not (installments and letter is not Letter.SECOND and not phrases.PLAN.search(words)):
        settled = _settlement(reading, letter)
        if settled is not None:
            return settled
    if installments:
        return _rule(Intent.INSTALLMENT_OFFER, 0.90, installments)
    if not reading.labelled and (blocked := _cannot_act(words)):
        return _rule(Intent.CLARIFICATION_REQUEST, 0.92, blocked)
    if (refused := _refusal(words)) and not (reading.total and phrases.INSTALLMENTS_REFUSED.search(words)):
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
    if phrases.INSTALLMENTS_REFUSED.search(reading.words):
        return None
    found = phrases.INSTALLMENTS_OFFERED.search(reading.words)
    if found is None or (reading.total and not reading.rate):
        return None
    return found.group()


def _settlement(reading: _Reading, letter: Letter | None) -> Classification | None:
    """An answer to the plan: by what was decided, or for a second letter by its very subject."""
    decided = reading.decisions - {SettlementDecision.UNCLEAR}
    only_installments = phrases.INSTALLMENTS_REFUSED.search(reading.words) and not phrases.PLAN.search(reading.words)
    if not reading.decisions or (letter is not Letter.SECOND and only_installments):
        return None
    asked = phrases.REQUEST.search(reading.words)
    if not decided:
        if asked and not reading.labelled:
            return None
        confidence = 0.85 if letter is Letter.SECOND else UNSURE
        return _rule(Intent.SETTLEMENT_RESPONSE, confidence, "it speaks of the plan and decides nothing")
    why = f"the plan is answered: {', '.join(sorted(decided))}"
    if letter is Letter.SECOND:
        return _rule(Intent.SETTLEMENT_RESPONSE, 0.95, why)
    if letter is Letter.FIRST and decided == {SettlementDecision.DECLINED}:
        return _rule(Intent.REJECTION, 0.88 if not reading.labelled else UNSURE, "a refusal of the first letter")
    spoken = phrases.PLAN.search(reading.words)
    return _rule(Intent.SETTLEMENT_RESPONSE, 0.90 if spoken else UNSURE, why)


def _refusal(words: str) -> str | None:
    if phrases.REFUSAL_DENIED.search(words):
        return None
    for sentence in _SENTENCE_END.split(words):
        found = phrases.REFUSAL.search(sentence)
        if found and OF_THE_INQUIRY.find(sentence) and not BY_PHONE.find(sentence):
            return found.group()
    return None


def _cannot_act(words: str) -> str | None:
    for sentence in _SENTENCE_END.split(words):
        found = phrases.CANNOT_ACT.search(sentence)
        if found and not UNMARKED_PAYMENT.find(sentence):
            return found.group()
    return None


def _claim(reading: _Reading) -> Classification:
    words = reading.words
    if blocked := _cannot_act(words):
        if reading.total:
            return _rule(Intent.CLARIFICATION_REQUEST, UNSURE, f"{blocked}, beside a total")
        return _rule(Intent.CLARIFICATION_REQUEST, 0.75, blocked)
    if (disputed := phrases.DISPUTED.search(words)) and not phrases.STATEMENT.search(words):
        return _rule(Intent.CLAIM_STATEMENT, UNSURE, f"{disputed.group()}: perhaps our own figure")
    if reading.total:
        return _rule(Intent.CLAIM_STATEMENT, 0.95, "it states a total")
    if (asked := phrases.INQUIRY.search(words)) and not phrases.STATEMENT.search(words):
        return _rule(Intent.GENERAL_INQUIRY, UNSURE, f"{asked.group()}, beside an amount")
    return _rule(Intent.CLAIM_STATEMENT, 0.90, "it states what is claimed")


def _without_figure(mail: ParsedMail, reading: _Reading) -> Classification:
    words = reading.words
    if announced := _announced(mail, words):
        return _rule(Intent.CLAIM_STATEMENT, 0.85, f"a statement is announced: {announced}")
    if reading.rank is None and (receipt := acknowledgement(mail)):
        return receipt
    inquiry, request = phrases.INQUIRY.search(words), phrases.REQUEST.search(words)
    if request and phrases.REQUEST_OBJECT.search(words):
        return _rule(Intent.CLARIFICATION_REQUEST, 0.92, request.group())
    if inquiry:
        return _rule(Intent.GENERAL_INQUIRY, 0.88, inquiry.group())
    if request:
        return _rule(Intent.CLARIFICATION_REQUEST, 0.85, request.group())
    if written := automatic_by_words(mail):
        return written
    if reading.rank is not None:
        return _rule(Intent.CLAIM_STATEMENT, UNSURE, "an amount that nothing says the meaning of")
    return _rule(Intent.GENERAL_INQUIRY, 0.50, "nothing tells what it wants")


def _announced(mail: ParsedMail, words: str) -> str | None:
    """A statement said to be attached, whether it could be read, could not, or was forgotten."""
    unread = [source.name for source in mail.sources if source.needs_vision] + [entry.name for entry in mail.unread]
    named = next((name for name in unread if phrases.STATEMENT.search(phrases.plain(name.replace("_", " ")))), None)
    if named:
        return named
    stated = phrases.STATEMENT.search(words)
    return stated.group() if stated and phrases.ATTACHED.search(words) else None


def _rule(intent: Intent, confidence: float, why: str) -> Classification:
    return Classification(intent=intent, confidence=confidence, method=Method.READER, why=why)
