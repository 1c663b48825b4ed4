"""The witness: before a write, the model is asked whether the mail as a whole says just that."""

import hashlib

from claimstream.domain.records.decision import Decision, ReviewReason
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.witness import WitnessAnswer
from claimstream.domain.rules.witness import hear, proposal, shown, stopped
from claimstream.external.errors import Refused, Unusable
from claimstream.pipeline.model_desk import ModelDesk
from claimstream.pipeline.ports import LanguageModel, ModelAnswer


async def witnessed(
    decision: Decision, mail: ParsedMail, consolidated: Consolidated, file: CandidateFile, desk: ModelDesk
) -> Decision:
    """Return the decision as the witness leaves it: with its write, or a person's.

    Raises:
        Outage: the model cannot be asked now. The email waits.
    """
    transcripts = {
        source.source_id: desk.answered(f"transcribe/{source.source_id}", str) or ""
        for source in mail.sources
        if source.needs_vision
    }
    text, proposed = shown(mail, transcripts, consolidated, decision), proposal(decision, file)
    # An answer is about what was asked: once the rules propose something else, it is another question.
    asked = hashlib.sha256(f"{proposed}\n{text}".encode()).hexdigest()[:16]

    async def question(model: LanguageModel) -> ModelAnswer[WitnessAnswer]:
        return await model.witness(text, proposed)

    try:
        answer = await desk.ask(f"witness/{asked}", WitnessAnswer, question)
    except Unusable as unusable:
        return stopped(decision, ReviewReason.LOW_CONFIDENCE, f"the witness gave no usable answer: {unusable.message}")
    except Refused as refusal:
        why = f"the mail could not be shown to the witness: {refusal.message}"
        return stopped(decision, ReviewReason.EXTRACTION_ERROR, why)
    if answer is not None:
        return hear(decision, answer, text)
    if desk.limit_reached:
        why = "the witness was not asked: the mail has cost as much as one mail may"
    else:
        sums = desk.budget_why or "the day's budget for the model is used up"
        why = f"the witness was not asked: {sums} (MODEL_DAILY_BUDGET_USD)"
    return stopped(decision, ReviewReason.BUDGET, why)
