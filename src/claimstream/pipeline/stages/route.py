"""Route: written, written and told, decided by a person, or set aside."""

from claimstream.domain.records.decision import Decision, Match, ReviewReason, Route
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.questions import Decide
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.services import Rules
from claimstream.pipeline.stages.extract import Extracted


async def route(
    mail: ParsedMail,
    classification: Classification,
    extracted: Extracted,
    consolidated: Consolidated,
    match: Match,
    files: CandidateFiles,
    judge: Judge,
    rules: Rules,
) -> Decision:
    question = Decide(
        mail=mail,
        classification=classification,
        consolidated=consolidated,
        match=match,
        file=await files.one(match.inquiry_id),
        thresholds=rules.thresholds,
    )
    return _held_back(await judge.ask(question, Decision), mail, extracted)


def _held_back(decision: Decision, mail: ParsedMail, extracted: Extracted) -> Decision:
    """Send the mail to a person where the model was wanted for a source and has not read it: it might say something
    else."""
    if decision.route is Route.IGNORE:
        return decision
    if extracted.limit_reached:
        why = "the mail has more for the model to read than one mail may cost; look at all of its attachments"
        return _by_a_person(decision, ReviewReason.BUDGET, why)
    if extracted.budget_spent:
        # Also a mail that is a person's anyway: it is here for want of money, not because it is hard.
        sums = extracted.budget_why or "the day's budget for the model did not allow for all of the mail"
        why = f"{sums} (MODEL_DAILY_BUDGET_USD); look at all of the mail"
        return _by_a_person(decision, ReviewReason.BUDGET, why)
    if extracted.refused and decision.route is not Route.MANUAL_REVIEW:
        names = ", ".join(source.name for source in mail.sources if source.source_id in extracted.refused)
        return _by_a_person(decision, ReviewReason.EXTRACTION_ERROR, f"the model could not read {names}; look at it")
    return decision


def _by_a_person(decision: Decision, reason: ReviewReason, why: str) -> Decision:
    reasons = (reason, *(r for r in decision.reasons if r is not reason))
    why = f"{why}; {decision.why}" if decision.route is Route.MANUAL_REVIEW else why
    return decision.model_copy(update={"route": Route.MANUAL_REVIEW, "reasons": reasons, "write": False, "why": why})
