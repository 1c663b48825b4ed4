"""Route: written, written and told, decided by a person, or set aside."""

from claimstream.domain.records.decision import Decision, Match, ReviewReason, Route
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules import routing
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import judged
from claimstream.pipeline.services import Rules
from claimstream.pipeline.stages.extract import Extracted


async def route(
    mail: ParsedMail,
    classification: Classification,
    extracted: Extracted,
    consolidated: Consolidated,
    match: Match,
    files: CandidateFiles,
    rules: Rules,
) -> Decision:
    file = await files.one(match.inquiry_id)
    decision = await judged(
        lambda: routing.decide(mail, classification, consolidated, match, file, thresholds=rules.thresholds),
        characters=mail.characters,
    )
    if extracted.budget_spent and decision.route is Route.MANUAL_REVIEW:
        # A person should know that the mail is here for want of money, not because it is hard.
        reasons = (ReviewReason.BUDGET, *(r for r in decision.reasons if r is not ReviewReason.BUDGET))
        return decision.model_copy(update={"reasons": reasons})
    if extracted.limit_reached and decision.route is not Route.IGNORE:
        return _of_unasked_sources(decision)
    return decision


def _of_unasked_sources(decision: Decision) -> Decision:
    """Send the mail to a person: a source that the model was not shown might say something else."""
    reasons = (ReviewReason.BUDGET, *(r for r in decision.reasons if r is not ReviewReason.BUDGET))
    why = "the mail has more for the model to read than one mail may cost; look at all of its attachments"
    return decision.model_copy(update={"route": Route.MANUAL_REVIEW, "reasons": reasons, "write": False, "why": why})
